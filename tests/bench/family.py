"""A family of many: how fast a tree comes in, and how soon it is known what two people are to one another."""

import random
import time
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from tests.bench.figures import Bench, Measured, figure
from tests.support.family_tree import made_up

_SECONDS = 60.0
_MILLISECONDS = 20.0


def _file(bench: Bench, n: int) -> Path:
    path = bench.folder() / f"family-{n}.ged"
    path.write_text(made_up(n), "utf-8")
    return path


def _taken_in(bench: Bench, n: int) -> tuple[float, Any]:
    """The lab with such a family and nobody else; the seconds that it took."""
    family = bench.lab.family
    path = _file(bench, n)
    with bench.admin() as admin:
        admin.execute("truncate pgc.documents, pgc.changes, pgc.images, pgc.outbox")
    start = time.perf_counter()
    done = bench.lab.import_file(path).accept()
    seconds = time.perf_counter() - start
    assert family.count() == n and done.refused == 0
    return seconds, done


@figure(
    "gedcom_import",
    peer="60 s for 50,000 people",
    unit="s",
    goal="<= 1",
    help="A GEDCOM file: read, checked for contradictions, kept with every tie as one undoable batch",
)
def gedcom_import(bench: Bench) -> Measured:
    n = bench.n(50_000, 5_000)
    seconds, done = _taken_in(bench, n)
    bench.lab.history.undo_batch(done.batch)
    assert bench.lab.family.count() == 0
    return Measured(seconds, _SECONDS * n / 50_000, n)


@figure(
    "gedcom_read",
    peer="ged4py, names and birthdays",
    unit="s",
    goal="<= 2",
    help="Reading everything of a GEDCOM file and listing what is wrong, against ged4py's pass over names and birthdays",
)
def gedcom_read(bench: Bench) -> Measured:
    from ged4py import GedcomReader

    from pgc_lib.exchange.gedcom import read

    n = bench.n(20_000, 5_000)
    path = _file(bench, n)

    def theirs() -> int:
        with GedcomReader(str(path)) as reader:
            return sum(
                bool(person.name.format()) and person.sub_tag_value("BIRT/DATE") is not None
                for person in reader.records0("INDI")
            )

    ours, other = bench.in_turns(lambda: read(path), theirs, rounds=bench.n(3, 3))
    return Measured(ours, other, n)


def _pairs(ids: list[UUID], n: int) -> list[tuple[UUID, UUID]]:
    dice = random.Random(7)
    return [(dice.choice(ids), dice.choice(ids)) for _n in range(n)]


@figure(
    "kinship",
    peer="20 ms",
    unit="ms",
    goal="<= 1",
    help="What any two of 10,000 people are to one another, asked of the lab (the 95th of 100 times)",
)
def kinship(bench: Bench) -> Measured:
    n = 10_000
    _taken_in(bench, n)
    family = bench.lab.family
    pairs = _pairs(list(family.circle().people), bench.n(500, 200))
    times = []
    for one, other in pairs:
        start = time.perf_counter()
        family.kinship(one, other)
        times.append((time.perf_counter() - start) * 1000)
    return Measured(sorted(times)[len(times) * 95 // 100], _MILLISECONDS, n)


@figure(
    "kinship_way",
    peer="networkx.shortest_path",
    unit="ms",
    goal="<= 1",
    help="The way between two of 10,000 people with its name in Chinese, against the bare shortest path",
)
def kinship_way(bench: Bench) -> Measured:
    import networkx as nx

    from pgc_lib.areas.kin.naming import kinship as named

    n = 10_000
    family = bench.lab.family
    if family.count() != n:
        _taken_in(bench, n)
    circle = family.circle()
    graph = nx.Graph([(link.one, link.other) for link in circle.links])
    graph.add_nodes_from(circle.people)
    pairs = _pairs(list(circle.people), bench.n(300, 100))
    times: tuple[list[float], list[float]] = ([], [])
    for one, other in pairs:
        start = time.perf_counter()
        named(circle.tree, one, other, "zh-CN")
        middle = time.perf_counter()
        if nx.has_path(graph, one, other):
            nx.shortest_path(graph, one, other)
        times[0].append((middle - start) * 1000)
        times[1].append((time.perf_counter() - middle) * 1000)
    return Measured(median(times[0]), median(times[1]), n)
