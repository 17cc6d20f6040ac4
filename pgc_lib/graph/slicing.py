"""A slice of the graph in memory, for what SQL is not made for: ways, communities, centrality."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pgc_lib.graph.seen import Central, Community, Node, Path, Tie

if TYPE_CHECKING:
    import networkx as nx

Measure: TypeAlias = Literal["degree", "pagerank", "between"]
_SAMPLED = 500
"""Of more nodes than this betweenness is estimated from as many, drawn the same way each time."""


class Slice:
    """Some edges, their ends, and questions about them."""

    def __init__(self, ties: Sequence[Tie]) -> None:
        import networkx as nx

        self.ties = ties
        self.nodes: dict[str, Node] = {}
        self.between: dict[frozenset[str], Tie] = {}
        self.graph: nx.Graph[str] = nx.Graph()
        for tie in ties:
            for node in (tie.one, tie.other):
                self.nodes.setdefault(node.pointer, node)
            ends = frozenset((tie.one.pointer, tie.other.pointer))
            best = self.between.get(ends)
            # Between two nodes the surest edge says how they hang together.
            if best is None or _sure(tie) > _sure(best):
                self.between[ends] = tie
            if len(ends) == 2:
                self.graph.add_edge(tie.one.pointer, tie.other.pointer)

    def paths(self, start: str, end: str, limit: int, longest: int) -> list[Path]:
        """The shortest ways between two nodes, the shortest first."""
        import networkx as nx

        if start not in self.graph or end not in self.graph:
            return []
        found: list[Path] = []
        try:
            for way in nx.shortest_simple_paths(self.graph, start, end):
                if len(way) - 1 > longest or len(found) >= limit:
                    break
                ties = [self.between[frozenset(pair)] for pair in pairwise(way)]
                found.append(Path(tuple(ties), self.nodes[start]))
        except nx.NetworkXNoPath:
            return []
        return found

    def communities(self) -> list[Community]:
        """Groups of records by the Louvain method, the largest first; the same each time."""
        import networkx as nx

        if not self.graph:
            return []
        groups = nx.community.louvain_communities(_sorted(self.graph), seed=0)
        return [
            Community(
                [
                    self.nodes[each]
                    for each in sorted(
                        group, key=lambda p: (-self.graph.degree[p], self.nodes[p].title, p)
                    )
                ]
            )
            for group in sorted(groups, key=lambda group: (-len(group), min(group)))
        ]

    def centrality(self, measure: Measure) -> list[Central]:
        """Every node by how much runs together in it, the most central first."""
        import networkx as nx

        if not self.graph:
            return []
        plain = _sorted(self.graph)
        if measure == "degree":
            scores = nx.degree_centrality(plain)
        elif measure == "between":
            few = min(_SAMPLED, len(plain))
            scores = nx.betweenness_centrality(plain, k=few if len(plain) > few else None, seed=0)
        else:
            scores = _page_rank(plain)
        return [
            Central(self.nodes[each], float(score), int(plain.degree[each]))
            for each, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        ]


def _sure(tie: Tie) -> float:
    return {"said": 2.0, "kinship": 1.9, "reference": 1.8, "link": 1.7, "mention": 1.0}.get(
        tie.how, 0.5
    )


def _sorted(graph: "nx.Graph[str]") -> "nx.Graph[str]":
    """The same graph in an order that does not depend on the store's."""
    import networkx as nx

    made: nx.Graph[str] = nx.Graph()
    made.add_nodes_from(sorted(graph))
    made.add_edges_from(sorted(tuple(sorted(edge)) for edge in graph.edges))
    return made


def _page_rank(graph: "nx.Graph[str]", damping: float = 0.85) -> dict[str, float]:
    """By repeated multiplication; networkx's own needs scipy for it."""
    import numpy as np

    names = list(graph)
    place = {name: n for n, name in enumerate(names)}
    pairs = np.array([(place[a], place[b]) for a, b in graph.edges], dtype=np.int64)
    tails, heads = np.concatenate([pairs, pairs[:, ::-1]]).T
    out = np.bincount(tails, minlength=len(names))
    rank: Any = np.full(len(names), 1 / len(names))
    for _round in range(100):
        new: Any = np.bincount(heads, weights=rank[tails] / out[tails], minlength=len(names))
        new = (1 - damping) / len(names) + damping * new
        if np.abs(new - rank).sum() < 1e-10:
            break
        rank = new
    return dict(zip(names, (rank / rank.sum()).tolist(), strict=True))


def within(ties: Iterable[Tie], *, without_tags: bool) -> list[Tie]:
    """The edges without those to tags, where these would tie everything to everything."""
    return [tie for tie in ties if not (without_tags and tie.how == "tag")]
