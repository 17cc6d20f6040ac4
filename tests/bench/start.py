"""How soon one can begin: the import, the lab, the engines."""

import time
from pathlib import Path
from statistics import median

from tests.bench.apart import apart, fresh
from tests.bench.figures import Bench, Measured, figure


@figure(
    "import_time",
    peer="0.25 s",
    unit="s",
    goal="<= 1",
    help="Importing pgc_lib in a fresh process",
)
def import_time(bench: Bench) -> Measured:
    rounds = bench.n(15, 5)
    return Measured(median(fresh("import pgc_lib").seconds for _ in range(rounds)), 0.25, rounds)


@figure(
    "import_memory",
    peer="60 MB",
    unit="MB",
    goal="<= 1",
    help="Peak memory of a process that imports pgc_lib",
)
def import_memory(bench: Bench) -> Measured:
    rounds = bench.n(5, 3)
    return Measured(median(fresh("import pgc_lib").megabytes for _ in range(rounds)), 60, rounds)


@figure(
    "import_pandas",
    peer="import pandas",
    unit="s",
    goal="<= 0.5",
    help="Importing pgc_lib against importing pandas",
)
def import_against_pandas(bench: Bench) -> Measured:
    rounds = bench.n(9, 3)
    pairs = [
        (fresh("import pgc_lib").seconds, fresh("import pandas").seconds) for _ in range(rounds)
    ]
    return Measured(
        median(ours for ours, _ in pairs), median(theirs for _, theirs in pairs), rounds
    )


@figure(
    "open_running",
    peer="0.3 s",
    unit="s",
    goal="<= 1",
    help="pgc.open() on running engines, the first time in a fresh process",
)
def open_running(bench: Bench) -> Measured:
    rounds = bench.n(11, 5)
    _ = bench.lab
    statement = f"lab = pgc.open(data={str(bench.data)!r})"
    times = [fresh(statement, before="import pgc_lib as pgc").seconds for _ in range(rounds)]
    return Measured(median(times), 0.3, rounds)


def start_engines(data: str) -> float:
    """Start the engines of a folder."""
    from pgc_lib.stores import embedded

    start = time.perf_counter()
    embedded.start(Path(data))
    return time.perf_counter() - start


@figure(
    "engines_cold",
    peer="3 s",
    unit="s",
    goal="<= 1",
    help="Making and starting the engines in an empty folder",
)
def engines_cold(bench: Bench) -> Measured:
    from pgc_lib.stores import embedded

    rounds = bench.n(5, 3)
    times = []
    for _round in range(rounds):
        data = bench.folder() / "lab"
        times.append(apart(start_engines, str(data)).seconds)
        embedded.stop(data)
    return Measured(median(times), 3, rounds)


@figure(
    "engines_warm",
    peer="0.5 s",
    unit="s",
    goal="<= 1",
    help="Starting engines that were made and stopped before",
)
def engines_warm(bench: Bench) -> Measured:
    from pgc_lib.stores import embedded

    rounds = bench.n(7, 3)
    data = bench.folder() / "lab"
    apart(start_engines, str(data))
    times = []
    for _round in range(rounds):
        embedded.stop(data)
        times.append(apart(start_engines, str(data)).seconds)
    return Measured(median(times), 0.5, rounds)
