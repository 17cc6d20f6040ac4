"""Whether the forgetting curve foretells one's answers: what was expected against what came, so that nobody tunes blindly.

The optimiser of FSRS needs PyTorch and is left out; `tuning.py` fits the numbers that matter most. `lab.knowledge.review_log()`
is what other optimisers read, and what they find goes into `lab.knowledge.review_plan(parameters=…)` as well.
"""

from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING, Any

from pgc_lib.core.shown import card, table
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

ENOUGH = 100
"""Answers below which an error says little."""
_BINS = 10
_NEVER_QUITE = 1e-6


@dataclass(frozen=True, slots=True)
class Fit:
    """How expectation and answers compare."""

    answers: int
    expected: float | None
    """The share that should have been remembered."""
    found: float | None
    """The share that was."""
    log_loss: float | None
    error: float | None
    """The mean distance between both, bin by bin."""
    bins: "list[tuple[float, float, int]]" = field(default_factory=list)

    @property
    def enough(self) -> bool:
        """Whether these are answers enough to say anything."""
        return self.answers >= ENOUGH

    def _shown_(self) -> dict[str, Any]:
        told = {
            _("Answers"): self.answers,
            _("Expected to be remembered"): _share(self.expected),
            _("Remembered"): _share(self.found),
            _("Mean error"): _share(self.error),
        }
        if not self.enough:
            told[_("Note")] = _("Fewer than {n} answers after a day or more: too few to tell.", n=ENOUGH)  # fmt: skip
        return told

    def _repr_html_(self) -> str:
        lines = [[_share(one), _share(other), n] for one, other, n in self.bins]
        return card(self._shown_()) + table(
            [_("Expected to be remembered"), _("Remembered"), _("Answers")], lines
        )


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def fit_of(log_frame: "pl.DataFrame") -> Fit:
    """The fit over all answers that came a day or more after the one before."""
    import polars as pl

    frame = log_frame.filter(pl.col("predicted").is_not_null() & (pl.col("elapsed") >= 1)).select(
        pl.col("predicted"), (pl.col("review_rating") > 1).cast(pl.Float64).alias("known")
    )
    if frame.is_empty():
        return Fit(0, None, None, None, None)
    bins = (
        frame.with_columns((pl.col("predicted") * _BINS).floor().clip(0, _BINS - 1).alias("bin"))
        .group_by("bin")
        .agg(pl.col("predicted").mean(), pl.col("known").mean(), pl.len().alias("n"))
        .sort("bin")
    )
    pairs = list(frame.iter_rows())
    loss = -sum(log(max(p if known else 1 - p, _NEVER_QUITE)) for p, known in pairs) / len(pairs)
    lines = [(row["predicted"], row["known"], row["n"]) for row in bins.iter_rows(named=True)]
    error = sum(abs(one - other) * n for one, other, n in lines) / len(pairs)
    return Fit(
        len(pairs), _mean(frame["predicted"]), _mean(frame["known"]), round(loss, 4), error, lines
    )


def _mean(column: "pl.Series") -> float:
    return float(column.sum()) / len(column)
