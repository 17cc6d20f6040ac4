"""Vectors in PostgreSQL, through pgvector and row security.

Each collection is one partition of `vectors.items` with an index of its own choice; the migration tells how
partitions and indexes come to be. The name of the collection stands in the statement as a literal, so that only
its partition is planned.
"""

import struct
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, FromClause, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, Denied, Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.search.vectors.items import Items
from pgc_lib.search.vectors.records import EFFORT, Index, VectorSet
from pgc_lib.search.vectors.shelf import Facts, Found
from pgc_lib.stores.documents_postgres_filters import Query
from pgc_lib.stores.documents_values import loads
from pgc_lib.stores.filters import All, Condition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIGNS = {"cosine": "<=>", "l2": "<->", "ip": "<#>"}
_SETTING = {"ivf": "ivfflat.probes", "hnsw": "hnsw.ef_search"}
_WALKING = {"ivf": "ivfflat.iterative_scan", "hnsw": "hnsw.iterative_scan"}
_ORDER = {"ivf": "relaxed_order", "hnsw": "strict_order"}
_SHOWN = 20


class PostgresShelf:
    """The items of one collection."""

    def __init__(self, session: Session, of: VectorSet) -> None:
        self.session = session
        self.of = of

    def make(self) -> None:
        """The database made it when the collection was kept."""

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def write(self, items: Items, *, renew: bool, batch: UUID) -> int:
        with self.session.writing(batch=batch) as connection:
            connection.execute(
                text("create temporary table stage (key text, text text, metadata text, vector vector) on commit drop")
            )  # fmt: skip
            _copy(connection, items)
            values = {"owner": self.of.owner, "batch": batch}
            try:
                with connection.begin_nested():
                    done = connection.execute(text(self._from_stage(renew=renew)), values).rowcount
            except IntegrityError as error:
                raise self._clash(connection) from error
            connection.execute(text("drop table stage"))
        return int(done)

    def _from_stage(self, *, renew: bool) -> str:
        insert = (
            "insert into vectors.items as i (owner, batch, collection, key, text, metadata, vector) "
            f"select cast(:owner as uuid), cast(:batch as uuid), {self._me}, key, text, "
            "metadata::jsonb, vector from stage"
        )
        if not renew:
            return insert
        # What says the same again is left alone: no version, no history.
        return (
            f"{insert} on conflict (collection, key) do update "
            "set text = excluded.text, metadata = excluded.metadata, vector = excluded.vector "
            "where (i.text, i.metadata, i.vector) is distinct from "
            "(excluded.text, excluded.metadata, excluded.vector)"
        )

    def _clash(self, connection: Connection) -> Invalid:
        same = connection.execute(
            text(
                "select s.key from stage s join vectors.items i "
                f"on i.collection = {self._me} and i.key = s.key limit {_SHOWN}"
            )
        ).scalars()
        return Invalid(
            _("There are items with these keys already:"),
            [Problem("key", _("there is a record with this already"), key) for key in same],
            next_step=_("Use upsert to put new ones into their place."),
        )

    def remove(self, keys: Sequence[str] | None, condition: Condition, *, batch: UUID) -> int:
        values: dict[str, Any] = {}
        where = self._where(condition, values)
        if keys is not None:
            values["keys"] = list(keys)
            where += " and d.key = any (cast(:keys as text[]))"
        statement = (
            f"delete from vectors.items where collection = {self._me} "
            f"and id in (select d.id from ({self._rows}) d where {where})"
        )
        with self.session.writing(batch=batch) as connection:
            return int(connection.execute(text(statement), values).rowcount)

    def revise(self, keys: Sequence[str], vectors: "NDArray[np.float32]", *, batch: UUID) -> None:
        with self.session.writing(batch=batch) as connection:
            connection.execute(
                text("create temporary table stage (key text, vector vector) on commit drop")
            )
            raw: Any = connection.connection.driver_connection
            with (
                raw.cursor() as cursor,
                cursor.copy("copy stage (key, vector) from stdin (format binary)") as copy,
            ):
                copy.set_types(["text", "bytea"])
                for key, vector in zip(keys, _binary(vectors), strict=True):
                    copy.write_row((key, vector))
            connection.execute(
                text(
                    "update vectors.items i set vector = s.vector from stage s "
                    f"where i.collection = {self._me} and i.key = s.key"
                )
            )
            connection.execute(text("drop table stage"))

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────

    def query(
        self, vector: "NDArray[np.float32]", k: int, condition: Condition, *, effort: int | None, exact: bool
    ) -> list[Found]:  # fmt: skip
        filtered = condition != All()
        values: dict[str, Any] = {"q": _written(vector), "k": k}
        where = self._where(condition, values)
        by_index = not exact and self.of.index != "flat" and self.session.at is None
        if by_index:
            values |= {
                "setting": _SETTING[self.of.index],
                "effort": str(effort or EFFORT[self.of.index][1]),
                "walking": _WALKING[self.of.index],
                # What an index finds first may all fail the condition; then it looks on, to a limit.
                "walk": _ORDER[self.of.index] if filtered else "off",
            }
        with self.session.reading() as connection:
            if not connection.in_transaction():
                # One statement and nothing around it: a question is one way there and back.
                connection.execution_options(isolation_level="AUTOCOMMIT")
            found = self._nearest(connection, where, values, by_index=by_index)
            if by_index and len(found) < k and (filtered or self.of.index == "ivf"):
                found = self._nearest(connection, where, values, by_index=False)
            return found

    def _nearest(
        self, connection: Connection, where: str, values: Mapping[str, Any], *, by_index: bool
    ) -> list[Found]:
        sign = _SIGNS[self.of.metric]
        size = self.of.dimension
        asked = f"cast(:q as vector({size}))"
        measured = f"(d.vector::vector({size}) {sign} {asked}) + 0"
        order = "2"
        if by_index:
            # The settings are made for this statement alone: what is looked for is known before the index is walked.
            set_first = f"(select {asked} where set_config(:setting, :effort, true) || set_config(:walking, :walk, true) <> '')"
            order = f"d.vector::vector({size}) {sign} {set_first}"
            measured = f"d.vector::vector({size}) {sign} {asked}"
        statement = (
            f"select d.key, {measured} as distance, d.text, d.body::text from ({self._rows}) d "
            f"where {where} order by {order} limit :k"
        )
        rows = connection.execute(text(statement), values)
        found = [Found(key, float(far), words, loads(body)) for key, far, words, body in rows]
        # An index that looks on in relaxed order may be out of step by a little.
        return sorted(found, key=lambda each: each.distance)

    def get(self, keys: Sequence[str]) -> "list[tuple[Found, NDArray[np.float32]]]":
        import numpy as np

        statement = (
            f"select d.key, d.text, d.body::text, d.vector::real[] from ({self._rows}) d "
            "where d.key = any (cast(:keys as text[]))"
        )
        with self.session.reading() as connection:
            rows = connection.execute(text(statement), {"keys": list(keys)}).all()
        return [
            (Found(key, 0.0, words, loads(body)), np.asarray(vector, dtype=np.float32))
            for key, words, body, vector in rows
        ]

    def has(self, n: int) -> bool:
        statement = f"select count(*) from (select from ({self._rows}) d limit :n) first_ones"
        with self.session.reading() as connection:
            return int(connection.execute(text(statement), {"n": n}).scalar_one()) >= n

    def sample(self, n: int) -> list[str]:
        statement = f"select d.key from ({self._rows}) d order by random() limit :n"
        with self.session.reading() as connection:
            return list(connection.execute(text(statement), {"n": n}).scalars())

    def texts(self, after: str, n: int) -> list[tuple[str, str]]:
        statement = f"select d.key, d.text from ({self._rows}) d where d.key > :after order by d.key limit :n"
        with self.session.reading() as connection:
            rows = connection.execute(text(statement), {"after": after, "n": n}).all()
        return [(str(key), str(words)) for key, words in rows]

    # ── index ────────────────────────────────────────────────────────────────────────────────────────

    def build(self, index: Index, parameters: Mapping[str, Any]) -> int:
        from pgc_lib.stores.documents_values import dumps

        statement = f"select pgc.index_vectors({self._me}, :kind, cast(:parameters as jsonb))"
        try:
            with self.session.writing() as connection:
                done = connection.execute(
                    text(statement), {"kind": index, "parameters": dumps(dict(parameters))}
                ).scalar_one()
        except Exception as error:
            if _state(error) in ("55P03", "40P01"):
                raise Conflict(
                    _("The index of “{name}” is being built just now.", name=self.of.name),
                    next_step=_("Wait until that is done, then try again."),
                ) from error
            raise
        if done is None:
            raise Denied(
                _("You may see the collection “{name}”, but not change it.", name=self.of.name),
                next_step=_("Ask its owner for the right to edit this area."),
            )
        return int(done)

    def facts(self) -> Facts:
        # The catalogue is open to all, and sizes are asked by number, which needs no right to the parts' schema.
        sizes = """
            select sum(pg_table_size(c.oid)), sum(pg_relation_size(i.indexrelid))
            from pg_partition_tree('vectors.items') t join pg_class c on c.oid = t.relid and t.isleaf
                 left join pg_index i on i.indrelid = c.oid
                     and (select am.amname from pg_class x join pg_am am on am.oid = x.relam
                          where x.oid = i.indexrelid) in ('hnsw', 'ivfflat')
            where starts_with(c.relname, :name)"""
        with self.session.reading() as connection:
            items = connection.execute(text(f"select count(*) from ({self._rows}) d")).scalar_one()
            held, indexed = connection.execute(text(sizes), {"name": f"c_{self.of.id.hex}_"}).one()
        return Facts(int(items), int(held or 0), int(indexed or 0))

    def drop(self, *, batch: UUID) -> None:
        """The items go the way of every record, so that history can bring them back; their room is freed at once."""
        self.remove(None, All(), batch=batch)
        self.build("flat", {})

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def _me(self) -> str:
        return f"'{UUID(str(self.of.id))}'::uuid"

    @cached_property
    def _rows(self) -> str:
        """The collection's items, or as they were when the session looks at an earlier time."""
        source = "vectors.items"
        if self.session.at is not None:
            source = f"({_compiled(self._past())})"
        return (
            "select i.id, i.owner, i.batch, i.version, i.created_at, i.updated_at, i.key, i.text, "
            f"i.metadata as body, i.vector from {source} i where i.collection = {self._me}"
        )

    def _past(self) -> FromClause:
        from pgc_lib.search.vectors.table import ITEMS
        from pgc_lib.stores.timetravel import as_of

        assert self.session.at is not None
        return as_of(ITEMS, "vectors", "vectors.items", self.session.at)

    def _where(self, condition: Condition, values: dict[str, Any]) -> str:
        return Query(values).where(condition)


def _compiled(source: FromClause) -> str:
    from sqlalchemy import select
    from sqlalchemy.dialects import postgresql

    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    compiled = select(source).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return str(compiled).replace(":", r"\:")


def _copy(connection: Connection, items: Items) -> None:
    """Binary COPY; a vector travels as the bytes that the database keeps."""
    raw: Any = connection.connection.driver_connection
    statement = "copy stage (key, text, metadata, vector) from stdin (format binary)"
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["text", "text", "text", "bytea"])
        rows = zip(items.keys, items.texts, items.metadata, _binary(items.vectors), strict=True)
        for row in rows:
            copy.write_row(row)


def _binary(vectors: "NDArray[np.float32]") -> "list[bytes]":
    """How the extension reads a vector: its dimension, two empty bytes, and the numbers, the high byte first."""
    head = struct.pack(">hh", vectors.shape[1], 0)
    body = vectors.astype(">f4").tobytes()
    step = vectors.shape[1] * 4
    return [head + body[at : at + step] for at in range(0, len(body), step)]


def _written(vector: "NDArray[np.float32]") -> str:
    return "[" + ",".join(map(repr, vector.tolist())) + "]"


def _state(error: BaseException | None) -> str:
    """PostgreSQL's name of an error, however it is wrapped."""
    while error is not None:
        if isinstance(error, DBAPIError):
            return getattr(error.orig, "sqlstate", None) or ""
        error = error.__cause__
    return ""
