"""The statements with which changes are taken back; `undo.py` says when and why.

What has to be done is staged in a temporary table, a row for each record that is not as it was before.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from pgc_lib.core.targets import Target

NOTED = text("""
    select c.id, c.owner, c.kind, c.token from pgc.changes c
    where c.id = any (cast(:asked as bigint[])) and c.token is not null""")

FAMILY = text("""
    with recursive family as (
        select c.id, c.batch from pgc.changes c where c.id = any (cast(:asked as bigint[]))
        union
        select c.id, c.batch from family f join pgc.changes c on c.undoes = f.id or c.undoes_batch = f.batch)
    select c.id, c.at, c.owner, c.area, c.kind, c.verb, c.batch, c.records is not null as named
    from pgc.changes c where c.id in (select id from family) and c.token is null order by c.id""")

STAGE = text("""
    create temporary table pgc_undo (
        step int, record uuid, before jsonb, version int, present boolean, moved boolean
    ) on commit drop""")

SUMMARY = text("""
    select step, count(*) as rows,
           count(*) filter (where present and before is null) as deletes,
           count(*) filter (where present and before is not null) as updates,
           count(*) filter (where not present) as inserts,
           count(*) filter (where moved) as moved,
           (array_agg(record) filter (where moved))[1:3] as which
    from pgc_undo group by step order by step""")


@dataclass(frozen=True, slots=True)
class Step:
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


def compare(connection: Connection, step: Step, *, whole: bool) -> None:
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
    # A row with what an image says, but for what does not count: compared as a row, which is quicker than as texts.
    content = "- cast(:beside as text[])"
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
                        else jsonb_populate_record(t, l.before {content}) is distinct from t end as moved,
                   case when b.before is null then t.id is not null
                        when t.id is null then true
                        else jsonb_populate_record(t, b.before {content}) is distinct from t end as pending
            from folded f
                 left join {table} t on t.id = f.record
                 left join pgc.images b
                     on b.change = f.first and b.record = f.record and f.born is distinct from f.first
                 left join later l on l.record = f.record
            where f.first is not null
        )
        select :step, record, before, version, present, moved from judged where pending"""
    connection.execute(text(statement), values)


def _born_unnamed(step: Step, values: dict[str, Any], *, whole: bool) -> str:
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


SAME = "w.step = :step and w.present and t.id = w.record and t.version = w.version"
"""The version is the guard: whoever changed a row since it was compared has raised it."""


def delete(target: Target) -> str:
    """Take away the records that were not there before."""
    if target.marks_removal:
        return (
            f"update {target.table} t set removed_at = now() from pgc_undo w "
            f"where {SAME} and w.before is null"
        )
    return f"delete from {target.table} t using pgc_undo w where {SAME} and w.before is null"


def update(target: Target) -> str:
    """Set back the records that were different before."""
    names = [c for c in target.columns if c.updatable and not c.generated]
    # The column may have come later than the image.
    values = ", ".join(
        f"{c.quoted} = case when u.before ? {_literal(c.name)} then (u.was).{c.quoted} else t.{c.quoted} end"
        for c in names
    )
    return (
        f"update {target.table} t set {values} from ("
        f"select w.record, w.version, w.before, jsonb_populate_record(cast(null as {target.table}), w.before) as was "
        # Fenced off, or every column would read the image once more.
        "from pgc_undo w where w.step = :step and w.present and w.before is not null offset 0) u "
        "where t.id = u.record and t.version = u.version"
    )


def _literal(name: str) -> str:
    quoted = name.replace("'", "''")
    return f"'{quoted}'"


def insert(target: Target) -> str:
    """Bring back the records that were there before."""
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
            value = f"case when w.before ? {_literal(column.name)} then {value} else {column.fallback} end"
        values.append(value)
    # SQLAlchemy takes a colon before a word for a parameter; the defaults are full of casts.
    listed = ", ".join(values).replace(":", "\\:")
    return (
        f"insert into {target.table} ({', '.join(names)}) select {listed} from pgc_undo w "
        f"cross join lateral jsonb_populate_record(cast(null as {target.table}), w.before) r "
        "where w.step = :step and not w.present"
    )
