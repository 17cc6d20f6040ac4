"""Questions about the graph in SQL, with the rights of whoever asks.

An edge is in an answer when the asking person may see it and both its ends: the row of each node stands under the
rights of its record, so a title that one may not see is not there to be joined. Tags have no record; they are seen
with the edge that leads to them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, text

from pgc_lib.core.naming import kind_title
from pgc_lib.core.session import Session
from pgc_lib.graph.deriving import TAG
from pgc_lib.graph.seen import Match, Node, Tie

_TIES = """
    select distinct t.one, t.relation, t.other, t.how, t.confidence, t.source, t.owner
    from pgc.graph_ties t where true {only}"""

_STEP = """
    with reached as materialized (
        select x.at from (
            select t.other as at from pgc.graph_ties t where t.one = any (cast(:from as text[])) {only}
            union
            select t.one from pgc.graph_ties t where t.other = any (cast(:from as text[])) {only}
        ) x
        where x.at <> all (cast(:seen as text[]))),
    known as (
        select distinct on (r.at) r.at, n.title, n.owner
        from reached r left join pgc.graph_nodes n on n.pointer = r.at
        where n.pointer is not null or starts_with(r.at, '#')
        order by r.at, n.owner <> (select pgc.me()))
    select at, title, owner from known order by title, at limit :most"""
"""One step further than what was reached; of several rows of a node, which only a forger makes, one's own counts."""


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
        """The nodes within some steps, the nearest first, without the one in the middle.

        Step by step, and no further than is wanted: what hangs together over a tag is soon everything.
        """
        only, values = _only(relations, hows)
        statement = text(_STEP.format(only=only))
        found: list[Node] = []
        reached = [start]
        with self.session.reading() as connection:
            for step in range(1, depth + 1):
                seen = [start, *(node.pointer for node in found)]
                asked = {"from": reached, "seen": seen, "most": most - len(found), **values}
                rows = connection.execute(statement, asked).all()
                found += [Node(row.at, _title(row.at, row.title), row.owner, step) for row in rows]
                if not rows or len(found) >= most:
                    break
                reached = [row.at for row in rows]
        return found

    def ties(self) -> list[Tie]:
        """Every edge of which both ends may be seen."""
        known = {node.pointer: node for node in self.nodes()}
        return [
            _tie(row, known)
            for row in self._rows()
            if all(end in known or end.startswith(TAG) for end in (row.one, row.other))
        ]

    def among(
        self, nodes: Iterable[Node], relations: Sequence[str] = (), hows: Sequence[str] = ()
    ) -> list[Tie]:
        """The edges between some nodes that may be seen."""
        known = {node.pointer: node for node in nodes}
        only, values = _only(relations, hows)
        only += (
            " and t.one = any (cast(:among as text[])) and t.other = any (cast(:among as text[]))"
        )
        return [_tie(row, known) for row in self._rows(only, among=list(known), **values)]

    def _rows(self, only: str = "", **values: Any) -> "Sequence[Row[Any]]":
        with self.session.reading() as connection:
            return connection.execute(text(_TIES.format(only=only)), values).all()

    def nodes(self) -> list[Node]:
        """Every record that is a node; of several rows of a node, which only a forger makes, one's own counts."""
        statement = """
            select pointer, title, owner from (
                select distinct on (pointer) pointer, kind, title, owner from pgc.graph_nodes
                order by pointer, owner <> (select pgc.me())) n
            order by kind, title, pointer"""
        with self.session.reading() as connection:
            rows = connection.execute(text(statement))
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
        mine = "order by n.owner <> (select pgc.me())"
        for n, (word, place) in enumerate(places.items()):
            wanted = kinds[word]
            joins.append(
                f"lateral (select (array_agg(n.title {mine}))[1] as title, (array_agg(n.owner {mine}))[1] as owner, "
                f"count(*) as there from pgc.graph_nodes n where n.pointer = {place}) n{n}"
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
                        row[f"owner{n}"],
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


def _tie(row: "Row[Any]", known: Mapping[str, Node]) -> Tie:
    return Tie(
        known.get(row.one) or Node(row.one, row.one),
        row.relation,
        known.get(row.other) or Node(row.other, row.other),
        row.how,
        row.confidence,
        row.source,
        row.owner,
    )


def _title(pointer: str, title: str | None) -> str:
    """A record without a title is told by its kind."""
    return title or (pointer if pointer.startswith(TAG) else kind_title(pointer.partition("/")[0]))
