"""The same change to many records: one batch that is undone as one, all of it or nothing.

Rows of a table whose area adds no rules of its own are changed by one statement, however many they are. All others go
one by one through their collection, within one transaction, so that no rule of an area is passed by.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.collection import Collection
from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.core.operands import fitted
from pgc_lib.core.problems import refuse
from pgc_lib.core.record import Record
from pgc_lib.core.session import Session
from pgc_lib.core.together import together
from pgc_lib.errors import Conflict, Denied, Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.notebook.widgets.titles import called
from pgc_lib.stores.filters import Condition

if TYPE_CHECKING:
    import polars as pl

ONE_BY_ONE = 5_000
"""More than this is refused where each record has to be judged by its area."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed."""

    batch: UUID
    rows: int
    session: Session

    def undo(self) -> None:
        """Take all of it back."""
        History(self.session).undo_batch(self.batch)


@dataclass(frozen=True, slots=True)
class Setting:
    """One field becomes one value."""

    field: str
    value: Any

    def of(self, _record: Record) -> dict[str, Any]:
        """The change of one record."""
        return {self.field: self.value}

    def column(self, frame: "pl.DataFrame", collection: Collection[Any]) -> "pl.Series":
        """The change of many."""
        from pgc_lib.core.frames import series_of

        spec = collection.spec.fields[self.field]
        return series_of(self.field, [self.value], spec).new_from_index(0, frame.height)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag is put on, or taken off."""

    tag: str
    off: bool = False
    field: str = "tags"

    def _made(self, tags: Sequence[str]) -> list[str]:
        rest = [each for each in tags if each != self.tag]
        return rest if self.off else [*tags] if self.tag in tags else [*tags, self.tag]

    def of(self, record: Record) -> dict[str, Any]:
        """The change of one record."""
        return {self.field: self._made(getattr(record, self.field))}

    def column(self, frame: "pl.DataFrame", collection: Collection[Any]) -> "pl.Series":
        """The change of many."""
        import polars as pl

        made = [self._made(tags or []) for tags in frame[self.field].to_list()]
        return pl.Series(self.field, made, dtype=collection.spec.fields[self.field].type.polars())


Change = Setting | Tagged


def change(collection: Collection[Any], where: Condition, what: Change) -> Done:
    """Change every record that meets the condition."""
    spec = collection.spec
    touchy = {*spec.key, spec.by_month}
    if _plain(collection, "update") and not spec.sensitive and what.field not in touchy:
        return _at_once(collection, where, what)
    return _one_by_one(collection, where, lambda kept, record: kept.update(record, **what.of(record)))  # fmt: skip


def remove(collection: Collection[Any], where: Condition) -> Done:
    """Take away every record that meets the condition; history keeps them."""
    if not _plain(collection, "remove"):
        return _one_by_one(collection, where, lambda kept, record: kept.remove(record))
    from sqlalchemy import delete

    from pgc_lib.core.tables import table_of
    from pgc_lib.stores.filters_sql import to_sql

    session, batch = collection.session, new_id()
    record: type[Record] = collection.record
    table = table_of(record)
    session.refuse_in_the_past()
    wanted = collection.count(where)
    with session.writing(batch=batch) as connection:
        gone = connection.execute(delete(table).where(to_sql(fitted(where, collection.spec), table.c))).rowcount  # fmt: skip
        _refuse_shortfall(wanted, gone)
    return Done(batch, gone, session)


def _plain(collection: Collection[Any], verb: str) -> bool:
    """Whether nothing stands between a change and the rows of a table."""
    own = getattr(type(collection), verb) is not getattr(Collection, verb)
    return collection.spec.kept_in == "table" and not own


def _at_once(collection: Collection[Any], where: Condition, what: Change) -> Done:
    import polars as pl

    from pgc_lib.core.amending import WAS, amend_many
    from pgc_lib.core.frames import check

    spec, session, batch = collection.spec, collection.session, new_id()
    session.refuse_in_the_past()
    frame = collection.frame(where)
    made = frame.with_columns(what.column(frame, collection))
    checked = check(made.drop("id"), spec)
    if checked.problems:
        raise refuse(spec, list(checked.problems))
    told = pl.DataFrame(
        [frame["id"], checked.frame[what.field], frame[what.field].alias(WAS + what.field)]
    )
    told = told.filter(pl.col(what.field).ne_missing(pl.col(WAS + what.field)))
    if told.is_empty():
        return Done(batch, 0, session)
    with session.writing(batch=batch) as connection:
        done = amend_many(connection, spec, told)
        _refuse_shortfall(told.height, len(done))
    return Done(batch, len(done), session)


def _refuse_shortfall(wanted: int, done: int) -> None:
    """Fewer were reached than there are: no right to them, or somebody was faster."""
    if done < wanted:
        raise Denied(
            _("{n} of {all} records cannot be changed by you, or were changed at this moment; nothing was done.", n=wanted - done, all=wanted),
            next_step=_("Renew the table, and choose only what is yours or shared with you for editing."),
        )  # fmt: skip


def _one_by_one(
    collection: Collection[Any], where: Condition, do: Callable[[Collection[Any], Any], object]
) -> Done:
    batch = new_id()
    n = collection.count(where)
    if n > ONE_BY_ONE:
        raise Invalid(
            _("These are too many at once:"),
            [Problem("", _("{n} records; at most {most} here", n=n, most=ONE_BY_ONE))],
            next_step=_("Filter further, and do it in several steps."),
        )
    done = 0
    with together(collection.session, batch) as session:
        joined = copy(collection)
        joined.__dict__.pop("_backing", None)
        joined.session = session
        for record in _found(collection, where):
            try:
                do(joined, record)
            except (Invalid, Conflict, Denied) as error:
                error.args = (f"{called(record)}: {error.message}", *error.args[1:])
                error.message = str(error.args[0])
                raise
            done += 1
    return Done(batch, done, collection.session)


def _found(collection: Collection[Any], where: Condition) -> Iterator[Any]:
    yield from collection.find(where)
