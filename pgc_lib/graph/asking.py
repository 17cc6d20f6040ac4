"""Questions about the graph in SQL, with the rights of whoever asks.

An edge is in an answer when the asking person may see it and both its ends: the row of each node stands under the
rights of its record, so a title that one may not see is not there to be joined. Tags have no record; they are seen
with the edge that leads to them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, text

from pgc_lib.core.session import Session
from pgc_lib.graph.deriving import TAG
from pgc_lib.graph.seen import Match, Node, Tie

_ENDS = """
    pgc.graph_ties t
    left join lateral (select n.title, n.owner, n.kind from pgc.graph_nodes n where n.pointer = t.one order by n.owner <> (select pgc.me()) limit 1) a on true
    left join lateral (select n.title, n.owner, n.kind from pgc.graph_nodes n where n.pointer = t.other order by n.owner <> (select pgc.me()) limit 1) b on true"""
_BOTH = "(a.title is not null or starts_with(t.one, '#')) and (b.title is not null or starts_with(t.other, '#'))"
_COLUMNS = (
    "t.one, a.title as one_title, a.owner as one_owner, t.relation, t.other, b.title as other_title, "
    "b.owner as other_owner, t.how, t.confidence, t.source, t.owner"
)

_WALK = """
    with recursive walk (at, depth) as (
        select cast(:start as text), 0
        union
        select x.at, w.depth + 1
        from walk w cross join lateral (
            select t.other as at from pgc.graph_ties t where t.one = w.at {only}
            union all
            select t.one from pgc.graph_ties t where t.other = w.at {only}
        ) x
        where w.depth < :depth
          and (starts_with(x.at, '#') or exists (select from pgc.graph_nodes n where n.pointer = x.at))
    )
    select w.at, min(w.depth) as depth,
           (select n.title from pgc.graph_nodes n where n.pointer = w.at order by n.owner <> (select pgc.me()) limit 1) as title,
           (select n.owner from pgc.graph_nodes n where n.pointer = w.at order by n.owner <> (select pgc.me()) limit 1) as owner
    from walk w group by w.at order by 2, 3, 1 limit :most"""


class Asking:
    """What may be asked of the edges that the person may see."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def node(self, pointer: str) -> Node | None:
        """A node, if the person may see it."""
        if pointer.startswith(TAG):
            return Node(pointer, pointer)
        with self.session.reading() as connection:
            row = connection.execute(
                text(
                    "select title, owner from pgc.graph_nodes where pointer = :pointer "
                    "order by owner <> (select pgc.me()) limit 1"
                ),
                {"pointer": pointer},
            ).first()
        return None if row is None else Node(pointer, _title(pointer, row.title), row.owner)

    def around(
        self, start: str, depth: int, relations: Sequence[str], hows: Sequence[str], most: int
    ) -> list[Node]:
        """The nodes within some steps, the nearest first, without the one in the middle."""
        only, values = _only(relations, hows)
        statement = text(_WALK.format(only=only))
        asked = {"start": start, "depth": depth, "most": most + 1, **values}
        with self.session.reading() as connection:
            rows = connection.execute(statement, asked).all()
        return [
            Node(row.at, _title(row.at, row.title), row.owner, row.depth)
            for row in rows
            if row.at != start
        ][:most]

    def ties(
        self,
        among: Iterable[str] | None = None,
        relations: Sequence[str] = (),
        hows: Sequence[str] = (),
    ) -> list[Tie]:
        """Every edge, or those among some nodes."""
        only, values = _only(relations, hows)
        if among is not None:
            values["among"] = list(among)
            only += " and t.one = any (cast(:among as text[])) and t.other = any (cast(:among as text[]))"
        statement = f"select distinct {_COLUMNS} from {_ENDS} where {_BOTH} {only}"
        with self.session.reading() as connection:
            return [_tie(row) for row in connection.execute(text(statement), values)]

    def nodes(self) -> list[Node]:
        """Every record that is a node."""
        with self.session.reading() as connection:
            rows = connection.execute(
                text(
                    "select pointer, title, owner from pgc.graph_nodes order by kind, title, pointer"
                )
            )
            return [Node(row.pointer, _title(row.pointer, row.title), row.owner) for row in rows]

    def match(
        self, steps: Sequence[tuple[str, str, str]], kinds: Mapping[str, str], most: int
    ) -> list[Match]:
        """Where some edges hang together as asked: words are nodes, an empty relation is any."""
        joins: list[str] = []
        where: list[str] = []
        values: dict[str, Any] = {"most": most}
        places: dict[str, str] = {}
        for n, (one, relation, other) in enumerate(steps):
            joins.append(f"pgc.graph_ties t{n}")
            for word, end in ((one, "one"), (other, "other")):
                if word in places:
                    where.append(f"t{n}.{end} = {places[word]}")
                else:
                    places[word] = f"t{n}.{end}"
            if relation:
                values[f"r{n}"] = relation
                where.append(f"t{n}.relation = :r{n}")
        columns = []
        for n, (word, place) in enumerate(places.items()):
            wanted = kinds[word]
            joins.append(
                f"lateral (select max(n.title) as title, max(n.owner::text) as owner, count(*) as there "
                f"from pgc.graph_nodes n where n.pointer = {place}) n{n}"
            )
            columns += [f"{place} as p{n}", f"n{n}.title as title{n}", f"n{n}.owner as owner{n}"]
            where.append(f"(n{n}.there > 0 or starts_with({place}, '#'))")
            if wanted:
                values[f"k{n}"] = wanted
                where.append(f"starts_with({place}, :k{n})")
        statement = f"select distinct {', '.join(columns)} from {', '.join(joins)} where {' and '.join(where)} order by {', '.join(f'title{n}, p{n}' for n in range(len(places)))} limit :most"
        with self.session.reading() as connection:
            rows = connection.execute(text(statement), values).mappings().all()
        return [
            Match(
                {
                    word: Node(
                        row[f"p{n}"],
                        _title(row[f"p{n}"], row[f"title{n}"]),
                        _uuid(row[f"owner{n}"]),
                    )
                    for n, word in enumerate(places)
                }
            )
            for row in rows
        ]


def _only(relations: Sequence[str], hows: Sequence[str]) -> tuple[str, dict[str, Any]]:
    only, values = "", {}
    if relations:
        only += " and t.relation = any (cast(:relations as text[]))"
        values["relations"] = list(relations)
    if hows:
        only += " and t.how = any (cast(:hows as text[]))"
        values["hows"] = list(hows)
    return only, values


def _tie(row: "Row[Any]") -> Tie:
    return Tie(
        Node(row.one, _title(row.one, row.one_title), row.one_owner),
        row.relation,
        Node(row.other, _title(row.other, row.other_title), row.other_owner),
        row.how,
        row.confidence,
        row.source,
        row.owner,
    )


def _title(pointer: str, title: str | None) -> str:
    """A record without a title is told by its kind."""
    return title or (pointer if pointer.startswith(TAG) else pointer.partition("/")[0])


def _uuid(given: str | None) -> Any:
    from uuid import UUID

    return UUID(given) if given else None
