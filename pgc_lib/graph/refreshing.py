"""Bringing nodes and links up to date with the records they are read off.

Each kind that history tells a change of is read again from a little before the last time, and what a record made
before gives way to what it makes now: done twice, it is the same as once. What was removed is found by comparing
identifiers. A name that is new is looked for in the texts that were read before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, text

from pgc_lib.core import places
from pgc_lib.core.collection import Collection
from pgc_lib.core.naming import kind_title
from pgc_lib.core.record import Record
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Told
from pgc_lib.graph.deriving import Link, Names, Node, Shape, derived, shape_of
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Any_, Condition, col

if TYPE_CHECKING:
    import polars as pl

_MARK = text(
    "insert into pgc.graph_marks (kind, upto) values (:kind, :upto) "
    "on conflict (owner, kind) do update set upto = excluded.upto"
)
_SEEN = text(
    "update pgc.graph_marks set seen = :seen where owner = (select pgc.me()) and kind = ''"
)
_NEWEST = text("""
    select coalesce(max(id), 0) as newest, coalesce(sum(id), 0) as together,
           coalesce(bool_or(token is not null and at > now() - interval '1 minute'), false) as open,
           (select seen from pgc.graph_marks where owner = (select pgc.me()) and kind = '') as seen
    from (select id, at, token from pgc.changes where owner = (select pgc.me()) order by id desc limit 1000) c""")
_LATE = timedelta(minutes=30)
"""A transaction may have begun so long before it became visible."""
_EVER = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 5_000
_UNIT = "\x1f"
_MOST_NAMES = 200
"""With more new names at once every text is read again, rather than asked for each."""


@dataclass
class Refreshed(Told):
    """What was brought up to date."""

    kinds: list[str] = field(default_factory=list)
    records: int = 0
    gone: int = 0

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Records read"): self.records,
            _("Records gone"): self.gone,
            _("Kinds"): [kind_title(kind) for kind in self.kinds],
        }


class Refresher:
    """Keeps one person's own part of the graph true."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def refresh(self, *, whole: bool = False) -> Refreshed:
        """Look at what changed since the last time, or at everything."""
        done = Refreshed()
        newest, seen = self._newest()
        if whole or newest != seen:
            with self._alone() as held:
                newest, seen = self._newest()  # another process may have been at it
                if whole or newest != seen:
                    self._refresh(done, whole=whole)
                    held.execute(_SEEN, {"seen": newest})
        return done

    def _refresh(self, done: Refreshed, *, whole: bool) -> None:
        marks = {} if whole else self._marks()
        changed = self._changed(marks)
        found: dict[str, tuple[Collection[Any], Shape]] = {}
        for collection in places.collections(self.session):
            record: type[Record] = collection.record
            shape = shape_of(record)
            if shape is not None:
                found[shape.kind] = collection, shape
        # History tells of no change to the others, or of no record at all.
        wanted = [
            kind for kind in sorted(found) if kind in changed or (marks and kind not in marks)
        ]
        named = [kind for kind in wanted if found[kind][1].names]
        others = [kind for kind in wanted if not found[kind][1].names]
        known = self._names()
        # Those that are called by name come first; they may name each other, so at first they are read twice.
        for kinds in [named, named if not marks else [], others]:
            names = Names(self._names())
            for kind in kinds:
                collection, shape = found[kind]
                since = marks[kind] - _LATE if kind in marks else None
                # What is gone is found by comparing all there is, which is done only if something may be.
                compared = since is None or changed.get(kind, False)
                self._kind(collection, shape, since, names, done, compared=compared)
        done.kinds = wanted
        self._mark([kind for kind in found if kind not in marks and kind not in done.kinds])
        fresh = set(self._names()) - set(known)
        if fresh and marks:
            self._search(fresh, {kind: each for kind, each in found.items() if kind in marks}, done)

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """One at a time for a person: two that read the same record would both write its links."""
        with self.session.writing() as connection:
            connection.execute(text("set local synchronous_commit = off"))
            connection.execute(_MARK, {"kind": "", "upto": datetime.now(UTC)})
            yield connection

    # ── one kind ─────────────────────────────────────────────────────────────────────────────────────

    def _kind(
        self, collection: Collection[Any], shape: Shape, since: datetime | None, names: Names, done: Refreshed,
        *, compared: bool,
    ) -> None:  # fmt: skip
        start = datetime.now(UTC)
        conditions: list[Condition] = [col("owner") == self.session.person]
        if since is not None:
            conditions.append(col("updated_at") >= since)
        rows = collection.frame(*conditions, columns=["id", "version", *shape.columns])
        with self.session.writing() as connection:
            if compared:
                done.gone += self._take_away(connection, collection, shape)
            if since is not None:
                rows = _unread(connection, shape, rows)
            for part in rows.iter_slices(_AT_ONCE):
                self._put(connection, shape, part, names)
            connection.execute(_MARK, {"kind": shape.kind, "upto": start})
        done.records += rows.height

    def _put(
        self, connection: Connection, shape: Shape, rows: "pl.DataFrame", names: Names
    ) -> None:
        nodes: list[Node] = []
        links: list[Link] = []
        ids: list[UUID] = []
        for row in rows.iter_rows(named=True):
            node, made = derived(shape, row, names)
            ids.append(UUID(str(row["id"])))
            nodes += [node] if node else []
            links += made
        mine = "owner = (select pgc.me())"
        connection.execute(
            text(
                f"delete from pgc.graph_links where {mine} and source = any (cast(:ids as uuid[]))"
            ),
            {"ids": ids},
        )
        kept = [node.record for node in nodes]
        connection.execute(
            text(
                f"delete from pgc.graph_nodes where {mine} and record = any (cast(:ids as uuid[])) "
                "and not record = any (cast(:kept as uuid[]))"
            ),
            {"ids": ids, "kept": kept},
        )
        _keep_nodes(connection, nodes)
        _keep_links(connection, links)

    def _take_away(self, connection: Connection, collection: Collection[Any], shape: Shape) -> int:
        """What was read off records that are no more."""
        known = connection.execute(
            text(
                "select record from pgc.graph_nodes where owner = (select pgc.me()) and kind = :kind "
                "union select source from pgc.graph_links where owner = (select pgc.me()) and kind = :kind"
            ),
            {"kind": shape.kind},
        ).scalars()
        before = set(known)
        if not before:
            return 0
        there = collection.frame(col("owner") == self.session.person, columns=["id"])["id"]
        gone = before - {UUID(str(id)) for id in there}
        for statement in (
            "delete from pgc.graph_links where owner = (select pgc.me()) and source = any (cast(:gone as uuid[]))",
            "delete from pgc.graph_nodes where owner = (select pgc.me()) and record = any (cast(:gone as uuid[]))",
        ):
            connection.execute(text(statement), {"gone": list(gone)})
        return len(gone)

    def _mark(self, kinds: Sequence[str]) -> None:
        """Of these there was nothing to read."""
        if kinds:
            now = datetime.now(UTC)
            with self.session.writing() as connection:
                connection.execute(_MARK, [{"kind": kind, "upto": now} for kind in kinds])

    # ── names ────────────────────────────────────────────────────────────────────────────────────────

    def _names(self) -> list[tuple[str, str]]:
        statement = (
            "select name, pointer from pgc.graph_nodes, unnest(names) name "
            "where owner = (select pgc.me()) order by 1, 2"
        )
        with self.session.reading() as connection:
            return [
                (str(name), str(pointer)) for name, pointer in connection.execute(text(statement))
            ]

    def _search(
        self, fresh: Iterable[tuple[str, str]],
        found: Mapping[str, tuple[Collection[Any], Shape]], done: Refreshed,
    ) -> None:  # fmt: skip
        """Read again whatever holds a new name; the store finds it, words are looked at here."""
        wanted = sorted({name for name, _pointer in fresh})
        names = Names(self._names())
        for collection, shape in found.values():
            if not shape.texts or shape.ends is not None:
                continue
            conditions: list[Condition] = [col("owner") == self.session.person]
            if len(wanted) <= _MOST_NAMES:
                conditions.append(
                    Any_(
                        tuple(col(field).contains(name) for field in shape.texts for name in wanted)
                    )
                )
            rows = collection.frame(*conditions, columns=["id", "version", *shape.columns])
            with self.session.writing() as connection:
                for part in rows.iter_slices(_AT_ONCE):
                    self._put(connection, shape, part, names)
            done.records += rows.height

    # ── what changed ─────────────────────────────────────────────────────────────────────────────────

    def _newest(self) -> tuple[str | None, str | None]:
        """What history was last told of, and up to what all was read, by whichever process.

        The sum moves, too, when a line is committed that was begun before others. What was noted just now may not be
        there yet (documents in MongoDB), so it is looked at again.
        """
        from pgc_lib import __version__

        with self.session.reading() as connection:
            row = connection.execute(_NEWEST).one()
        newest = None if row.open else f"{__version__} {row.newest} {row.together}"
        return newest, row.seen or ""

    def _marks(self) -> dict[str, datetime]:
        with self.session.reading() as connection:
            rows = connection.execute(
                text(
                    "select kind, upto from pgc.graph_marks where owner = (select pgc.me()) and kind <> ''"
                )
            ).all()
        return {str(kind): upto for kind, upto in rows}

    def _changed(self, marks: Mapping[str, datetime]) -> dict[str, bool]:
        """The kinds of which history tells something new, and whether some of it was removed."""
        since = min(marks.values()) - _LATE if marks else _EVER
        statement = """
            select kind, max(at) as at, max(at) filter (where verb = 'delete') as gone from pgc.changes
            where owner = (select pgc.me()) and at >= :since group by kind"""
        with self.session.reading() as connection:
            rows = connection.execute(text(statement), {"since": since}).all()
        late = {str(kind): upto - _LATE for kind, upto in marks.items()}
        return {
            str(row.kind): row.gone is not None and row.gone >= late.get(str(row.kind), _EVER)
            for row in rows
            if row.at >= late.get(str(row.kind), _EVER)
        }


def _unread(connection: Connection, shape: Shape, rows: "pl.DataFrame") -> "pl.DataFrame":
    """The rows without those that were read as they are."""
    import polars as pl

    known = connection.execute(
        text(
            "select replace(record::text, '-', ''), version from pgc.graph_nodes "
            "where owner = (select pgc.me()) and kind = :kind"
        ),
        {"kind": shape.kind},
    ).all()
    if not known:
        return rows
    read = pl.DataFrame(
        [tuple(each) for each in known],
        schema={"_plain": pl.String(), "version": rows.schema["version"]},
        orient="row",
    )
    plain = pl.col("id").str.replace_all("-", "", literal=True).alias("_plain")
    return rows.with_columns(plain).join(read, on=["_plain", "version"], how="anti").drop("_plain")


def _keep_nodes(connection: Connection, nodes: Sequence[Node]) -> None:
    """All at once, column by column."""
    if not nodes:
        return
    names = ("area", "kind", "record", "title", "called", "version")
    rows: dict[str, Any] = {name: [getattr(node, name) for node in nodes] for name in names}
    rows["names"] = [_UNIT.join(node.names) or None for node in nodes]
    statement = """
        insert into pgc.graph_nodes (area, kind, record, title, called, version, names)
        select n.area, n.kind, n.record, n.title, n.called, n.version, coalesce(string_to_array(n.names, :unit), '{}')
        from unnest(cast(:area as text[]), cast(:kind as text[]), cast(:record as uuid[]), cast(:title as text[]),
                    cast(:called as text[]), cast(:version as int[]), cast(:names as text[]))
             n (area, kind, record, title, called, version, names)
        on conflict (owner, record) do update set area = excluded.area, kind = excluded.kind,
            title = excluded.title, called = excluded.called, version = excluded.version, names = excluded.names"""
    connection.execute(text(statement), {**rows, "unit": _UNIT})


def _keep_links(connection: Connection, links: Sequence[Link]) -> None:
    if not links:
        return
    types = {"source": "uuid", "target": "uuid"}
    names = ("area", "kind", "source", "one", "relation", "how", "other", "target", "wanted")
    columns = ", ".join(f"cast(:{name} as {types.get(name, 'text')}[])" for name in names)
    statement = f"insert into pgc.graph_links ({', '.join(names)}) select * from unnest({columns})"
    connection.execute(
        text(statement), {name: [getattr(link, name) for link in links] for name in names}
    )
