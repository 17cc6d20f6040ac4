"""The table of figures, and what a figure has at hand while it is measured.

    @figure("bulk_add", peer="COPY", unit="rows/s", goal=">= 0.7", help="Adding a million rows")
    def bulk_add(bench: Bench) -> Measured:
        ours, theirs = bench.in_turns(add, copy, rounds=3)
        return Measured(ours=n / ours, theirs=n / theirs, n=n)

Times are those of a noisy machine, so ours and theirs are taken in turns and the medians compared. Only the
ratio says something; no test asserts a time.
"""

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import psycopg

    from pgc_lib.lab import Lab


@dataclass(frozen=True, slots=True)
class Measured:
    """What a figure found."""

    ours: float
    theirs: float
    n: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that is measured."""

    name: str
    topic: str
    peer: str
    unit: str
    goal: str
    """What the ratio, ours through theirs, should be."""
    help: str
    measure: "Callable[[Bench], Measured]"

    def result(self, found: Measured) -> dict[str, Any]:
        """The figure as it is printed."""
        return {
            "name": self.name,
            "ours": _rounded(found.ours),
            "peer": self.peer,
            "theirs": _rounded(found.theirs),
            "ratio": _rounded(found.ours / found.theirs),
            "unit": self.unit,
            "n": found.n,
        }

    def reached(self, ratio: float) -> bool:
        """Whether a ratio meets the goal."""
        sign, limit = self.goal.split()
        return ratio <= float(limit) if sign == "<=" else ratio >= float(limit)


FIGURES: dict[str, Figure] = {}

Measure: TypeAlias = "Callable[[Bench], Measured]"


def figure(
    name: str, *, peer: str, unit: str, goal: str, help: str
) -> Callable[[Measure], Measure]:
    """Register a figure; its topic is the module that it stands in."""

    def register(measure: Measure) -> Measure:
        topic = measure.__module__.rpartition(".")[2]
        FIGURES[name] = Figure(name, topic, peer, unit, goal, help, measure)
        return measure

    return register


@dataclass
class Bench:
    """Engines of its own in a temporary folder, thrown away at the end."""

    quick: bool
    made: dict[str, object] = field(default_factory=dict)
    """What data a figure has made, for the next one that wants the same."""
    _folders: list[Path] = field(default_factory=list)

    def n(self, full: int, quick: int) -> int:
        """How many, depending on how much time there is."""
        return quick if self.quick else full

    def folder(self) -> Path:
        """A new folder that the engines' user may enter."""
        made = Path(tempfile.mkdtemp(prefix="pgc-bench-"))
        made.chmod(0o755)
        self._folders.append(made)
        return made

    @cached_property
    def data(self) -> Path:
        """The data folder of the lab that most figures use."""
        return self.folder() / "lab"

    @cached_property
    def lab(self) -> "Lab":
        """A lab with a person in it."""
        import pgc_lib as pgc

        return pgc.open(data=self.data)

    @cached_property
    def admin_url(self) -> str:
        """The lab's database as PostgreSQL's superuser, for whom there is no row security."""
        from pgc_lib.stores import embedded
        from pgc_lib.stores.postgres import address_of

        _ = self.lab
        endpoints = embedded.start(self.data)
        credentials = endpoints.postgres_admin.partition("://")[2].rpartition("@")[0]
        user, _colon, password = credentials.partition(":")
        address = address_of(endpoints.postgres_admin)
        return type(address)(address.host, address.port, endpoints.database).login(user, password)

    @contextmanager
    def admin(self) -> "Iterator[psycopg.Connection[Any]]":
        """A connection as the superuser."""
        import psycopg

        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            # Whoever still holds a table is told of, instead of being waited for without end.
            connection.execute("set lock_timeout = '60s'")
            yield connection

    def in_turns(
        self,
        ours: Callable[[], object],
        theirs: Callable[[], object],
        *,
        rounds: int,
        before: Callable[[], object] = lambda: None,
    ) -> tuple[float, float]:
        """The median seconds of both, taken one after the other; `before` is not counted."""
        times: tuple[list[float], list[float]] = ([], [])
        for _round in range(rounds):
            for measured, work in zip(times, (ours, theirs), strict=True):
                before()
                gc.collect()
                start = time.perf_counter()
                result = work()
                measured.append(time.perf_counter() - start)
                del result
        return median(times[0]), median(times[1])

    def close(self) -> None:
        """Stop the engines and remove every folder."""
        from pgc_lib.stores import embedded

        if "lab" in self.__dict__:
            self.lab.close()
        for folder in self._folders:
            if (folder / "lab").exists():
                embedded.stop(folder / "lab")
            shutil.rmtree(folder)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
