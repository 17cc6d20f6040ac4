"""Taking changes back in SQL, whole statements at a time.

For every record that the changes touched, three states are compared: as it was before them, as they left
it, and as it is now. What is as before needs nothing; what is no longer as they left it was changed by
someone since. So it does not matter how often something was undone and redone in between, and a change
that somebody else took back themselves is no obstacle.

Changes that undo what is being undone here, and so on, count as part of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from pgc_lib.core.changes import Undone, changes_of_batch
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.targets import Target, target_of
from pgc_lib.errors import Conflict, Denied, NotFound
from pgc_lib.i18n import _, n_

_SHOWN = 3

_FAMILY = text("""
    with recursive family as (
        select c.id, c.batch from pgc.changes c where c.id = any (cast(:asked as bigint[]))
        union
        select c.id, c.batch from family f join pgc.changes c on c.undoes = f.id or c.undoes_batch = f.batch)
    select c.id, c.at, c.owner, c.area, c.kind, c.verb, c.batch, c.records is not null as named
    from pgc.changes c where c.id in (select id from family) order by c.id""")

_STAGE = text("""
    create temporary table pgc_undo (
        step int, record uuid, before jsonb, version int, present boolean, moved boolean
    ) on commit drop""")

_SUMMARY = text("""
    select step, count(*) as rows,
           count(*) filter (where present and before is null) as deletes,
           count(*) filter (where present and before is not null) as updates,
           count(*) filter (where not present) as inserts,
           count(*) filter (where moved) as moved,
           (array_agg(record) filter (where moved))[1:3] as which
    from pgc_undo group by step order by step""")


@dataclass(frozen=True, slots=True)
class _Step:
    """The changes to one owner's records of one kind."""

    number: int
    target: Target
    owner: UUID
    asked: list[int]
    family: "list[Row[Any]]"

    @property
    def unnamed(self) -> "list[Row[Any]]":
        """Batch inserts that do not say which rows they brought; the rows say it."""
        return [c for c in self.family if c.verb == "insert" and not c.named]


def undo_changes(
    session: Session, asked: Sequence[int], *, batch: UUID | None = None, force: bool = False
) -> Undone:
    """Undo these changes, of which `batch` is the batch if they are all of it: entirely or not at all."""
    made = new_id()
    with session.writing(batch=made) as connection:
        steps = _steps(connection, asked)
        connection.execute(_STAGE)
        for step in steps:
            _compare(connection, step, whole=batch is not None)
        connection.execute(text("analyze pgc_undo"))
        summary = {row.step: row for row in connection.execute(_SUMMARY)}
        _refuse(list(summary.values()), force=force)
        for step in steps:
            if step.number in summary:
                connection.execute(
                    text(
                        "select set_config('pgc.undoes', :last, true), "
                        "set_config('pgc.undoes_batch', :batch, true)"
                    ),
                    {"last": str(step.asked[-1]), "batch": str(batch or "")},
                )
                _apply(connection, step, summary[step.number])
        rows = sum(row.rows for row in summary.values())
        return Undone(tuple(changes_of_batch(connection, made)), made, rows)


def _steps(connection: Connection, asked: Sequence[int]) -> list[_Step]:
    """What there is to do, the newest first."""
    found = connection.execute(_FAMILY, {"asked": list(asked)}).all()
    missing = set(asked) - {change.id for change in found}
    if missing:
        raise NotFound(
            _("There is no change {number}.", number=min(missing)),
            next_step=_("`lab.history.recent()` shows the changes there are."),
        )
    groups: dict[tuple[UUID, str], list[Row[Any]]] = defaultdict(list)
    for change in found:
        groups[change.owner, change.kind].append(change)
    wanted = set(asked)
    steps = []
    for (owner, kind), family in groups.items():
        if own := [change.id for change in family if change.id in wanted]:
            steps.append((owner, target_of(connection, kind), own, family))
    steps.sort(key=lambda step: -step[2][-1])
    return [
        _Step(number, target, owner, own, family)
        for number, (owner, target, own, family) in enumerate(steps)
    ]


def _compare(connection: Connection, step: _Step, *, whole: bool) -> None:
    """Stage every record of a step that is not as it was before."""
    table = step.target.table
    values: dict[str, Any] = {
        "step": step.number,
        "owner": step.owner,
        "asked": step.asked,
        "least": step.asked[0],
        "family": [change.id for change in step.family],
        "named": [c.id for c in step.family if c.verb == "insert" and c.named],
        "deletes": [c.id for c in step.family if c.verb == "delete"],
    }
    beside = [c.name for c in step.target.columns if c.generated]
    content = f"- cast(:beside as text[])"
    values["beside"] = ["version", "updated_at", *beside]
    statement = f"""
        insert into pgc_undo
        with touched as (
            select i.record, i.change, false as born
            from pgc.images i where i.change = any (cast(:family as bigint[]))
            union all
            select r.id, c.id, true from pgc.changes c cross join unnest(c.records) r (id)
            where c.id = any (cast(:named as bigint[]))
            {_born_unnamed(step, values, whole=whole)}
        ),
        folded as (
            select t.record, max(t.change) as last,
                   min(t.change) filter (where t.change = any (cast(:asked as bigint[]))) as first,
                   min(t.change) filter (where t.born) as born
            from touched t group by t.record
        ),
        later as (
            select distinct on (i.record) i.record, i.before
            from folded f join pgc.images i on i.record = f.record and i.change > f.last
            where i.owner = :owner and i.change > :least
            order by i.record, i.change
        ),
        judged as (
            select f.record, b.before, t.version, t.id is not null as present,
                   case when f.last = any (cast(:deletes as bigint[])) then t.id is not null
                        when l.record is null then false
                        when t.id is null then true
                        else to_jsonb(jsonb_populate_record(t, l.before)) {content}
                             is distinct from to_jsonb(t) {content} end as moved,
                   case when b.before is null then t.id is not null
                        when t.id is null then true
                        else to_jsonb(jsonb_populate_record(t, b.before)) {content}
                             is distinct from to_jsonb(t) {content} end as pending
            from folded f
                 left join {table} t on t.id = f.record
                 left join pgc.images b
                     on b.change = f.first and b.record = f.record and f.born is distinct from f.first
                 left join later l on l.record = f.record
            where f.first is not null
        )
        select :step, record, before, version, present, moved from judged where pending"""
    connection.execute(text(statement), values)


def _born_unnamed(step: _Step, values: dict[str, Any], *, whole: bool) -> str:
    """The rows of a batch insert that names none: those that carry its batch, or did."""
    if not step.unnamed:
        return ""
    first = step.unnamed[0]
    values |= {"batch": first.batch, "born": first.id}
    live, gone = "", ""
    if not whole:
        # A batch of several inserts: those of one transaction belong together and cannot be told apart.
        values["at"] = first.at
        several = """ and (created_at = :at or not exists (
            select from pgc.changes o where o.batch = :batch and o.verb = 'insert' and o.at <> :at))"""
        live = several.replace("created_at", "t.created_at")
        gone = several.replace("created_at", "cast(i.before ->> 'created_at' as timestamptz)")
    if step.target.mixed:
        values["mixed"] = step.target.mixed
        live += " and t.kind = :mixed"
    return f"""
            union all
            select t.id, cast(:born as bigint), true from {step.target.table} t
            where t.owner = :owner and t.batch = :batch {live}
            union all
            select i.record, cast(:born as bigint), true from pgc.images i
            where i.change = any (cast(:asked as bigint[]))
              and i.before ->> 'batch' = cast(cast(:batch as uuid) as text) {gone}"""


def _refuse(summary: "Sequence[Row[Any]]", *, force: bool) -> None:
    """Raise the reason for which nothing can be done."""
    if not summary:
        raise Conflict(
            _("This is undone already: everything is as it was before."),
            next_step=_("To bring it back, undo the undoing."),
        )
    moved = sum(row.moved for row in summary)
    if moved and not force:
        which = [str(id) for row in summary for id in row.which or ()][:_SHOWN]
        raise Conflict(
            n_(
                "{n} of {all} records was changed since, so nothing was undone: {which}",
                "{n} of {all} records were changed since, so nothing was undone: {which}",
                moved,
                all=sum(row.rows for row in summary),
                which=", ".join(which) + (" …" if moved > len(which) else ""),
            ),
            next_step=_("Look at their history; with force=True they are set back all the same."),
        )


def _apply(connection: Connection, step: _Step, expected: "Row[Any]") -> None:
    """Bring the staged records to what they were before."""
    if step.target.marks_removal and expected.inserts:
        raise Conflict(
            _("The content of {n} attachments is gone for good.", n=expected.inserts),
            next_step=_("Take them from a backup, or attach the files again."),
        )
    statements = (
        (expected.deletes, _delete(step.target)),
        (expected.updates, _update(step.target)),
        (expected.inserts, _insert(step.target)),
    )
    for count, statement in statements:
        if not count:
            continue
        try:
            done = connection.execute(text(statement), {"step": step.number}).rowcount
        except IntegrityError as error:
            raise Conflict(
                _("What was before no longer fits what is there now: {error}", error=_brief(error)),
                next_step=_("Change or remove the record that is in the way, then undo again."),
            ) from error
        if done != count:
            _explain_shortfall(connection, step, count - done)


_SAME = "w.step = :step and w.present and t.id = w.record and t.version = w.version"
"""The version is the guard: whoever changed a row since it was compared has raised it."""


def _delete(target: Target) -> str:
    if target.marks_removal:
        return (
            f"update {target.table} t set removed_at = now() from pgc_undo w "
            f"where {_SAME} and w.before is null"
        )
    return f"delete from {target.table} t using pgc_undo w where {_SAME} and w.before is null"


def _update(target: Target) -> str:
    names = [
        column.quoted for column in target.columns if column.updatable and not column.generated
    ]
    return (
        f"update {target.table} t set ({', '.join(names)}) = "
        f"(select {', '.join(f'r.{name}' for name in names)} from jsonb_populate_record(t, w.before) r) "
        f"from pgc_undo w where {_SAME} and w.before is not null"
    )


def _insert(target: Target) -> str:
    names, values = [], []
    for column in target.columns:
        if not column.insertable or column.generated:
            continue
        names.append(column.quoted)
        value = f"r.{column.quoted}"
        if column.name == "version":
            value = "2"  # any but the first: the trigger goes on counting where the history ended
        elif column.fallback:
            # The column may have come later than the image.
            named = column.name.replace("'", "''")
            value = f"case when w.before ? '{named}' then {value} else {column.fallback} end"
        values.append(value)
    # SQLAlchemy takes a colon before a word for a parameter; the defaults are full of casts.
    listed = ", ".join(values).replace(":", "\\:")
    return (
        f"insert into {target.table} ({', '.join(names)}) select {listed} from pgc_undo w "
        f"cross join lateral jsonb_populate_record(cast(null as {target.table}), w.before) r "
        "where w.step = :step and not w.present"
    )


def _explain_shortfall(connection: Connection, step: _Step, missing: int) -> None:
    """Raise why fewer records were reached than there are: no right to them, or someone was faster."""
    query = text(f"select count(*) from {step.target.table} t join pgc_undo w on {_SAME}")
    untouched = connection.execute(query, {"step": step.number}).scalar_one()
    if untouched >= missing:
        raise Denied(
            _("You may see these records, but not change them; nothing was undone."),
            next_step=_("Ask their owner to undo it, or for the right to edit this area."),
        )
    raise Conflict(
        n_(
            "{n} record was changed at this very moment; nothing was undone.",
            "{n} records were changed at this very moment; nothing was undone.",
            missing,
        ),
        next_step=_("Try again in a moment."),
    )


def _brief(error: IntegrityError) -> str:
    diagnosis = getattr(error.orig, "diag", None)
    detail = getattr(diagnosis, "message_detail", None) or getattr(diagnosis, "message_primary", "")
    return str(detail or error.orig)
