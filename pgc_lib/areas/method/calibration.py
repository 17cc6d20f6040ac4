"""Whether what one holds to be likely comes true as often as one says: the Brier score, and bin by bin with uncertainty.

The score is the mean squared distance (Brier 1950); a constant guess of the found share is the peer to beat.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Any

from pgc_lib.core.shown import card, table
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

ENOUGH = 20
"""Expectations below which a score says more of luck than of judgement."""
_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_SURE = 1.96
"""Standard deviations around a share within which the true one lies nineteen times out of twenty."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Expectations of about the same probability."""

    said: float
    came: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How expectations and events compare."""

    n: int
    brier: float | None
    peer: float | None
    """The score of whoever always says the share that came true."""
    bias: float | None
    """By how much more was expected than came; below zero it was less."""
    bins: tuple[Bin, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether these are expectations enough to say anything."""
        return self.n >= ENOUGH

    @property
    def word(self) -> str:
        """What it says, as a sentence."""
        if self.brier is None or self.peer is None or self.bias is None:
            return _("No expectation has been settled yet.")
        if not self.enough:
            return _("Fewer than {n} settled expectations: too few to tell skill from luck.", n=ENOUGH)  # fmt: skip
        if self.bias > 0.1:
            return _("You expect things more often than they come: you are too sure.")
        if self.bias < -0.1:
            return _("More comes true than you expect: you may be surer.")
        if self.brier < self.peer:
            return _("What you call likely comes more often than what you call unlikely: your probabilities say something.")  # fmt: skip
        return _("On the whole you hit the share, but one expectation tells you little from another.")  # fmt: skip

    def frame(self) -> "pl.DataFrame":
        """The bins: said, came, its interval of 95 %, and how many."""
        import polars as pl

        lines = [(each.said, each.came, each.low, each.high, each.n) for each in self.bins]
        names = ("said", "came", "low", "high", "n")
        schema = {name: pl.Float64 if name != "n" else pl.Int64 for name in names}
        return pl.DataFrame(lines, schema=schema, orient="row")

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Settled expectations"): self.n,
            _("Brier score"): None if self.brier is None else f"{self.brier:.3f}",
            _("Always saying the same share"): None if self.peer is None else f"{self.peer:.3f}",
            _("What it says"): self.word,
        }

    def _repr_html_(self) -> str:
        lines = [
            [f"{each.said:.0%}", f"{each.came:.0%}", f"{each.low:.0%} – {each.high:.0%}", each.n]
            for each in self.bins
        ]
        heads = [_("Said"), _("Came true"), _("95 % interval"), _("Expectations")]
        return card(self._shown_()) + (table(heads, lines) if lines else "")


def calibrated(settled: Iterable[tuple[float, bool]]) -> Calibration:
    """The calibration of settled expectations."""
    known = [(float(chance), bool(came)) for chance, came in settled]
    if not known:
        return Calibration(0, None, None, None)
    n = len(known)
    share = sum(came for _chance, came in known) / n
    score = sum((chance - came) ** 2 for chance, came in known) / n
    bias = sum(chance for chance, _came in known) / n - share
    return Calibration(n, score, share * (1 - share), bias, tuple(_bins(known)))


def _bins(known: list[tuple[float, bool]]) -> Iterable[Bin]:
    for low, high in pairwise(_EDGES):
        some = [(chance, came) for chance, came in known if low <= chance < high or chance == high == 1.0]  # fmt: skip
        if some:
            came = sum(came for _chance, came in some)
            yield Bin(sum(chance for chance, _came in some) / len(some), came / len(some), *interval(came, len(some)), len(some))  # fmt: skip


def interval(came: int, n: int) -> tuple[float, float]:
    """Between which shares the true one lies, by Wilson (1927), which holds for few cases too."""
    share, square = came / n, _SURE**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _SURE * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - half), min(1.0, middle + half)
