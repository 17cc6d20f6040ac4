"""Taking changes back in SQL, whole statements at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from pgc_lib.errors import Conflict, NotFound
from pgc_lib.i18n import _

_AS_LEFT = """(not exists (select from pgc.images l where l.record = t.id and l.change > :change)
    or (select l.before - array['version', 'updated_at'] from pgc.images l
        where l.record = t.id and l.change > :change order by l.change limit 1)
       = to_jsonb(t) - array['version', 'updated_at'])"""
"""The record is as the change left it: never changed after, or changed and brought back."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many records were brought back to what they were, and how many had moved on."""

    changes: tuple[int, ...]
    records: int
    left: int = 0


def undo_all(connection: Connection, numbers: Sequence[int], *, force: bool) -> Undone:
    """Undo these changes, the newest first; all of them or, unless forced, none."""
    own = sorted(numbers, reverse=True)
    records = left = 0
    for number in own:
        change = connection.execute(
            text(
                "select id, area, kind, verb, batch, records, rows from pgc.changes where id = :id"
            ),
            {"id": number},
        ).first()
        if change is None:
            raise NotFound(
                _("There is no change {number}.", number=number),
                next_step=_("`lab.history.recent()` shows the changes there are."),
            )
        done = _undo(connection, change)
        records += done
        left += change.rows - done
    if left and not force:
        raise Conflict(
            _(
                "{left} of {all} records were changed since; nothing was undone.",
                left=left,
                all=left + records,
            ),
            next_step=_("Look at their history, or undo the others with force=True."),
        )
    return Undone(tuple(own), records, left)


def _undo(connection: Connection, change: Row[Any]) -> int:
    """Undo one change; how many records it reached."""
    target = table_of_kind(connection, change.kind)
    given: dict[str, Any] = {"change": change.id}
    if change.verb == "insert":
        which = "t.batch = :batch" if change.records is None else "t.id = any(:records)"
        mixed = " and t.area = :area and t.kind = :kind" if target == "pgc.documents" else ""
        statement = f"delete from {target} t where {which}{mixed} and {_AS_LEFT}"
        given |= {"batch": change.batch, "records": change.records}
        given |= {"area": change.area, "kind": change.kind} if mixed else {}
    elif change.verb == "update":
        columns = _columns(connection, target, "update")
        changes = ", ".join(f'"{name}" = r."{name}"' for name in columns)
        statement = (
            f"update {target} t set {changes} from pgc.images i, "
            f"lateral jsonb_populate_record(null::{target}, i.before) r "
            f"where i.change = :change and t.id = i.record and {_AS_LEFT}"
        )
    else:
        columns = _columns(connection, target, "insert")
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(
            "r.version + 1" if name == "version" else f'r."{name}"' for name in columns
        )
        statement = (
            f"insert into {target} ({names}) select {values} from pgc.images i, "
            f"lateral jsonb_populate_record(null::{target}, i.before) r where i.change = :change "
            f"and not exists (select from {target} t where t.id = i.record)"
        )
    return connection.execute(text(statement), given).rowcount


def _columns(connection: Connection, target: str, verb: str) -> list[str]:
    """The columns that a person may write in this way."""
    query = text(
        "select attname from pg_attribute where attrelid = cast(:target as regclass) and attnum > 0 "
        "and not attisdropped and attgenerated = '' "
        "and has_column_privilege(cast(:target as regclass), attnum, :verb) order by attnum"
    )
    return list(connection.execute(query, {"target": target, "verb": verb}).scalars())


def table_of_kind(connection: Connection, kind: str) -> str:
    """Where records of a kind lie: in their own table, or among the documents."""
    name = ".".join(f'"{part}"' for part in kind.split(".", 1))
    found = connection.execute(
        text("select to_regclass(:name) is not null"), {"name": name}
    ).scalar()
    return name if found else "pgc.documents"
