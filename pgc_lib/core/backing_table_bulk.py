"""Writing many rows of a table at once: binary COPY into a staging table, then one set-based statement."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from pgc_lib.core.backing import Bulk, OnConflict
from pgc_lib.core.spec import Spec
from pgc_lib.core.types import BY_NAME, FieldType
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

_CASTS: Mapping[str, str] = {"link": "::uuid", "object": "::jsonb"}
_SHOWN = 20


def write_bulk(
    connection: Connection,
    spec: Spec,
    frame: "pl.DataFrame",
    *,
    batch: UUID,
    owner: UUID,
    on_conflict: OnConflict,
) -> Bulk:
    """Keep the rows in one batch within the transaction; all of them or `Invalid`."""
    from pgc_lib.stores.postgres import copy_frame

    rows = distinct(frame, spec, "last") if on_conflict == "update" else frame
    names = _said(rows, spec) if on_conflict != "update" else _all(rows, spec)
    # Sixteen bytes are what binary COPY takes for an identifier; as text it would be read a second time.
    staged = {name: _type(name, spec).staged for name in names} | {"id": "uuid"}
    stage = ", ".join(f'"{name}" {staged[name]}' for name in names)
    if "id" in names:
        rows = rows.with_columns(rows["id"].str.decode("hex"))
    earlier = _last_change(connection, batch)
    connection.execute(text(f"create temporary table stage ({stage}) on commit drop"))
    # COPY straight into a table with row security is refused, hence the staging table.
    raw: Any = connection.connection.driver_connection
    copy_frame(raw, "stage", names, rows)
    try:
        with connection.begin_nested():
            connection.execute(
                text(_from_stage(spec, names, on_conflict)), {"batch": batch, "owner": owner}
            )
    except IntegrityError as error:
        if is_clash(error, spec):
            raise exists_already(spec, _clashes(connection, spec, owner), many=True) from error
        raise
    # The transaction may go on, with further rows or another kind.
    connection.execute(text("drop table stage"))
    return _tally(connection, batch, frame.height, since=earlier)


def _all(rows: "pl.DataFrame", spec: Spec) -> list[str]:
    return [name for name in ("id", *spec.fields) if name in rows.columns]


def _said(rows: "pl.DataFrame", spec: Spec) -> list[str]:
    """The columns that say anything: what is null in every new row need not travel to be null."""
    names = _all(rows, spec)
    return [name for name in names if rows[name].null_count() < rows.height] or names


def distinct(frame: "pl.DataFrame", spec: Spec, keep: Literal["first", "last"]) -> "pl.DataFrame":
    """One row for each key. When a batch is to renew, its last row is what the person has now."""
    if not spec.key:
        return frame
    import polars as pl

    known = pl.all_horizontal(pl.col(name).is_not_null() for name in spec.key)
    key = pl.struct(spec.key)
    return frame.filter(
        ~known | (key.is_last_distinct() if keep == "last" else key.is_first_distinct())
    )


def is_clash(error: IntegrityError, spec: Spec) -> bool:
    """Whether a record with the same key was in the way."""
    violated, name = error.orig, key_name(spec)
    if name is None or not isinstance(violated, UniqueViolation):
        return False
    constraint = violated.diag.constraint_name or ""
    # In a partition or chunk the index has the partition's name before its own.
    return constraint == name or (bool(spec.by_month) and constraint.endswith(f"_{name}"))


def key_name(spec: Spec) -> str | None:
    """The unique index that keeps a key from coming twice for one owner."""
    return f"{spec.name}_own_key" if spec.key else None


def exists_already(spec: Spec, rows: Sequence[Mapping[Any, Any]], *, many: bool = False) -> Invalid:
    """The error that names the keys of records that exist already."""
    problems = [
        Problem(
            f"{spec.fields[name].title} ({name})",
            _("there is a record with this already"),
            row.get(name),
        )
        for row in rows
        for name in spec.key
    ]
    return Invalid(
        _("This cannot be kept in {kind}:", kind=spec.kind),
        problems,
        next_step=_("Leave these rows out, or say on_conflict=“skip” or “update”.")
        if many
        else _("Update that record, or give this one another value."),
    )


def _clashes(connection: Connection, spec: Spec, owner: UUID) -> Sequence[Mapping[Any, Any]]:
    key = ", ".join(f's."{name}"' for name in spec.key)
    same = " and ".join(f't."{name}" = s."{name}"' for name in spec.key)
    known = " and ".join(f's."{name}" is not null' for name in spec.key)
    statement = (
        f"select {key} from stage s where exists "
        f"(select from {_target(spec)} t where t.owner = :owner and {same}) "
        f"union select {key} from stage s where {known} "
        f"group by {key} having count(*) > 1 limit {_SHOWN}"
    )
    return connection.execute(text(statement), {"owner": owner}).mappings().all()


def _from_stage(spec: Spec, names: Sequence[str], on_conflict: OnConflict) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    casts = {name: _CASTS.get(_type(name, spec).name, "") for name in names} | {"id": ""}
    values = ", ".join(f'"{name}"{casts[name]}' for name in names)
    statement = (
        f"insert into {_target(spec)} as t (owner, batch, {columns}) "
        f"select cast(:owner as uuid), cast(:batch as uuid), {values} from stage"
    )
    if on_conflict == "error" or not spec.key:
        return statement
    key = ", ".join(f'"{name}"' for name in ("owner", *spec.key))
    rest = [name for name in names if name not in spec.key and name != "id"]
    if on_conflict == "skip" or not rest:
        return f"{statement} on conflict ({key}) do nothing"
    # Rows that say the same again are left alone: no version, no history, no event. (A seal is new
    # each time, so rows with sealed fields are always renewed.)
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    new = ", ".join(f'excluded."{name}"' for name in rest)
    old = ", ".join(f't."{name}"' for name in rest)
    # A seal opens only under the identifier it was made for, so it must never reach another record.
    bound = " and t.id = excluded.id" if spec.sensitive else ""
    return (
        f"{statement} on conflict ({key}) do update set {changes} "
        f"where ({old}) is distinct from ({new}){bound}"
    )


def _type(name: str, spec: Spec) -> FieldType:
    return BY_NAME["link"] if name == "id" else spec.fields[name].type


def _target(spec: Spec) -> str:
    return f'"{spec.area}"."{spec.name}"'


def _last_change(connection: Connection, batch: UUID) -> int:
    """A batch may come in several calls; what the earlier ones did is not counted again."""
    last = text("select coalesce(max(id), 0) from pgc.changes where batch = :batch")
    return int(connection.execute(last, {"batch": batch}).scalar_one())


def _tally(connection: Connection, batch: UUID, total: int, *, since: int) -> Bulk:
    """What history noted for the batch; cheaper than returning every row."""
    noted = connection.execute(
        text(
            "select verb, sum(rows)::bigint from pgc.changes "
            "where batch = :batch and id > :since group by verb"
        ),
        {"batch": batch, "since": since},
    ).all()
    done = {verb: int(rows) for verb, rows in noted}
    added, updated = done.get("insert", 0), done.get("update", 0)
    return Bulk(batch, added, updated, total - added - updated)
