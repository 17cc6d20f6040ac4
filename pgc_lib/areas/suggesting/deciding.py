"""The life of a suggestion: it waits until somebody decides, and only one decision holds.

Whoever decides holds the row first. A second process waits for it, sees what was decided, and is told.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from pgc_lib.areas.suggesting.proposals import plain
from pgc_lib.areas.suggesting.suggestion import OPEN, STATES, Suggestion
from pgc_lib.core.amending import WAS, amend_many
from pgc_lib.core.collection import Collection
from pgc_lib.core.frames import series_of
from pgc_lib.core.record import Record, adapter_of
from pgc_lib.core.shown import text_of
from pgc_lib.core.tables import table_of
from pgc_lib.errors import Conflict, Denied, NotFound, Problem
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.core.together import Joined

STALE = N_("the record was changed since; it is no longer what the suggestion was about")


def held(joined: "Joined", id: UUID, version: int | None) -> Suggestion:
    """The suggestion, held until the transaction ends; an error says why it cannot be decided."""
    table = table_of(Suggestion)
    query = select(table).where(table.c.id == id).with_for_update()
    row = joined.connection.execute(query).mappings().first()
    if row is None:
        Collection(joined, Suggestion).get(id)  # says so when there is none
        raise Denied(
            _("You may see this suggestion, but not decide it."),
            next_step=_("Ask its owner for the right to edit this area."),
        )
    found = Suggestion.kept(dict(row))
    if found.state not in OPEN:
        raise Conflict(
            _(
                "This suggestion was decided already: {state}, on {when}.",
                state=_(STATES[found.state]),
                when=text_of(found.decided_at),
            ),
            next_step=_("`lab.suggestions.undo(suggestion)` takes an acceptance back."),
        )
    if version is not None and found.version != version:
        raise Conflict(
            _("This suggestion was changed since you read it."),
            next_step=_("Read it again, then decide."),
        )
    return found


def settle(connection: Connection, id: UUID, values: Mapping[str, Any]) -> Suggestion:
    """Write the decision about a suggestion that is held."""
    table = table_of(Suggestion)
    statement = update(table).where(table.c.id == id).values(**values).returning(*table.c)
    return Suggestion.kept(dict(connection.execute(statement).mappings().one()))


def apply(
    collection: Collection[Any], suggestion: Suggestion, values: Mapping[str, Any], batch: UUID
) -> Record:
    """Make the change, if the record is still what the suggestion was made for."""
    if suggestion.target is None:
        made: Record = collection.add(batch=batch, **values)
        return made
    try:
        current = collection.get(suggestion.target)
    except NotFound as error:
        raise Conflict(
            _("The record of this suggestion is gone."), next_step=_("Reject the suggestion.")
        ) from error
    there = plain({name: getattr(current, name) for name in suggestion.changes})
    for name, change in suggestion.changes.items():
        if there[name] not in (change.get("old"), change.get("new")):
            raise Conflict(
                _(
                    "{field} was changed since: it was {old}, it is {now}.",
                    field=collection.spec.fields[name].title,
                    old=text_of(change.get("old")) or "∅",
                    now=text_of(there[name]) or "∅",
                ),
                next_step=_("Reject the suggestion, or accept it with the values you want."),
            )
    changed: Record = collection.update(current, **values)
    return changed


def is_plain(collection: Collection[Any]) -> bool:
    """Whether many records can be changed by one statement: rows of a table that nobody handles otherwise."""
    spec = collection.spec
    handled = type(collection).update is not Collection.update
    return spec.kept_in == "table" and not handled


def apply_many(
    connection: Connection, collection: Collection[Any], suggestions: Sequence[Suggestion]
) -> tuple[list[Suggestion], list[Problem]]:
    """Make changes to the same fields of many records; which were made, and why others were not."""
    import polars as pl

    spec = collection.spec
    names = list(suggestions[0].changes)
    good: dict[UUID, tuple[Suggestion, list[Any], list[Any]]] = {}
    problems: list[Problem] = []
    for each in suggestions:
        assert each.target is not None
        try:
            new = [_value(spec.record, name, each.changes[name].get("new")) for name in names]
            old = [_value(spec.record, name, each.changes[name].get("old")) for name in names]
        except ValueError as error:
            problems.append(Problem(str(each.id), str(error)))
            continue
        if each.target in good:
            problems.append(Problem(str(each.id), _("there are two suggestions for this record")))
            continue
        good[each.target] = (each, new, old)
    if not good:
        return [], problems
    frame = pl.DataFrame(
        [
            pl.Series("id", [id.hex for id in good], dtype=pl.String),
            *_columns(collection, names, [new for _each, new, _old in good.values()], ""),
            *_columns(collection, names, [old for _each, _new, old in good.values()], WAS),
        ]
    )
    done = set(amend_many(connection, spec, frame))
    problems += [
        Problem(str(each.id), _(STALE)) for id, (each, _new, _old) in good.items() if id not in done
    ]
    return [each for id, (each, _new, _old) in good.items() if id in done], problems


def _columns(
    collection: Collection[Any], names: Sequence[str], rows: Sequence[Sequence[Any]], prefix: str
) -> list[Any]:
    return [
        series_of(name, [row[place] for row in rows], collection.spec.fields[name]).alias(
            prefix + name
        )
        for place, name in enumerate(names)
    ]


def _value(record: type[Record], name: str, value: Any) -> Any:
    return adapter_of(record, name).validate_python(value)
