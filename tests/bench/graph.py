"""The graph at 20,000 records: how soon one sees what a record has to do with, for its owner and for somebody who was let in.

The records are to-dos with tags as frequent as tags are, so that the first ones hang together with thousands, links
in their texts, and names of skills. What is measured is the whole of `lab.graph.neighbours(…, depth=3)`: looking whether
something changed, walking, the titles, and the edges among what was found.
"""

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.figures import Bench, Measured, figure

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

_LIMIT = 0.5
_DEPTH = 3
_TAGS = 300
_SKILLS = 200


@dataclass
class _Made:
    n: int
    starts: list[str]


@figure(
    "graph_neighbours",
    peer="500 ms",
    unit="s",
    goal="<= 1",
    help="The slowest of twenty walks of three steps (p95) from records among 20,000, at most 200 found, with their edges",
)
def graph_neighbours(bench: Bench) -> Measured:
    made = _made(bench)
    return Measured(_p95(bench.lab, made.starts), _LIMIT, made.n)


@figure(
    "graph_granted",
    peer="their owner",
    unit="s",
    goal="<= 2",
    help="The same by somebody who was granted these areas, beside their owner",
)
def graph_granted(bench: Bench) -> Measured:
    from pgc_lib.core.session import Session
    from pgc_lib.home import administration
    from pgc_lib.lab import Lab

    made = _made(bench)
    coach = administration(bench.data).create("coach")
    for area in ("todos", "skills"):
        bench.lab.people.grant("coach", area)
    with Lab(Session(coach.person, coach.name, coach.database, coach.redis)) as theirs:
        assert len(theirs.graph.neighbours(made.starts[0], _DEPTH)) > 1
        return Measured(_p95(theirs, made.starts), _p95(bench.lab, made.starts), made.n)


@figure(
    "graph_slice",
    peer="networkx on every edge, read anew",
    unit="s",
    goal="<= 0.2",
    help="The same walk beside reading every edge and walking in memory",
)
def graph_slice(bench: Bench) -> Measured:
    import networkx as nx

    made = _made(bench)
    graph = bench.lab.graph
    starts = iter(made.starts)

    def walk() -> None:
        plain: nx.Graph[str] = nx.Graph()
        plain.add_edges_from((tie.one.pointer, tie.other.pointer) for tie in graph._asking.ties())
        nx.single_source_shortest_path_length(plain, next(starts), cutoff=_DEPTH)

    ours, theirs = bench.in_turns(
        lambda: graph.neighbours(made.starts[-1], _DEPTH), walk, rounds=bench.n(5, 3)
    )
    return Measured(ours, theirs, made.n)


def _made(bench: Bench) -> _Made:
    """Records that hang together, and some of them to begin with."""
    from pgc_lib.core.pointer import point

    known = bench.made.get("graph")
    if isinstance(known, _Made):
        return known
    n = bench.n(20_000, 4_000)
    chance = random.Random(3)
    lab = bench.lab
    lab.skills.items.add_many([{"name": f"Craft{number}"} for number in range(_SKILLS)])
    titles = [f"Task {number}" for number in range(n)]

    def tag() -> str:
        return f"tag{int(_TAGS ** chance.random())}"

    rows = []
    for title in titles:
        said = [f"[[{chance.choice(titles)}]]"] if chance.random() < 0.5 else []
        said += [f"Craft{chance.randrange(_SKILLS)}"] if chance.random() < 0.3 else []
        rows.append({"title": title, "note": " and ".join(said), "tags": sorted({tag(), tag()})})
    lab.todos.add_many(rows)
    lab.graph.refresh()
    with bench.admin() as admin:
        admin.execute("vacuum analyze pgc.graph_nodes")
        admin.execute("vacuum analyze pgc.graph_links")
    todos = lab.todos.items.find(limit=n)
    made = _Made(n, [point(each) for each in chance.sample(todos, bench.n(60, 20))])
    bench.made["graph"] = made
    lab.graph.neighbours(made.starts[0], _DEPTH)
    return made


def _p95(lab: "Lab", starts: list[str]) -> float:
    """The time in which nineteen of twenty are answered."""
    times = []
    for start in starts:
        begun = time.perf_counter()
        lab.graph.neighbours(start, _DEPTH)
        times.append(time.perf_counter() - begun)
    return sorted(times)[int(len(times) * 0.95)]
