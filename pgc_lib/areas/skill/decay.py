"""How much of a skill is left, as a formula that a person can read and change.

    strength = retrievability × recency × evidence          decay = 1 − strength

    retrievability = (1 + 19/81 · idle / stability)^−½      the forgetting curve of FSRS
        idle       days since the last practice, or since the first assessment if there was none
        stability  10 · (1 + days)^0.6 days, where `days` is on how many days it was practised:
                   after that many idle days nine tenths can still be recalled
    recency        = 1 − 0.4 · 2^(−fresh / 8)
        fresh      hours of practice, each halved every 90 days
    evidence       = 1 − 0.3 · 2^(−proven)
        proven     the weights of the evidence, each halved every 730 days

All three lie between 0 and 1, so the strength does, too. Without practice and evidence a skill keeps 0.6 × 0.7
of what is retrieved; with much of both it keeps nearly all. `level × strength` is what is held of a level.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp2
from typing import TYPE_CHECKING, Any

from pgc_lib.core.shown import card
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

CURVE = 19 / 81
"""Makes nine tenths of what is left after as many days as the stability."""


@dataclass(frozen=True, slots=True)
class Decay:
    """The formula with its numbers; another one is `Decay(half_life=60)`."""

    stability: float = 10.0
    """Days, for a skill that was never practised."""
    spacing: float = 0.6
    """How much each further day of practice adds to the stability."""
    half_life: float = 90.0
    """Days after which an hour of practice counts half."""
    habit: float = 8.0
    """Fresh hours that halve what recency can take away."""
    stale: float = 0.4
    """What recency takes away when there was no practice."""
    proof_half_life: float = 730.0
    """Days after which evidence counts half."""
    unproven: float = 0.3
    """What a lack of evidence takes away."""

    def __post_init__(self) -> None:
        wrong = [
            Problem(name, _("this must be more than {gt}", gt=0), getattr(self, name))
            for name in ("stability", "half_life", "habit", "proof_half_life")
            if not getattr(self, name) > 0
        ]
        wrong += [
            Problem(name, _("this lies between 0 and 1"), getattr(self, name))
            for name in ("spacing", "stale", "unproven")
            if not 0 <= getattr(self, name) <= 1
        ]
        if wrong:
            raise Invalid(
                _("This is no formula for fading:"),
                wrong,
                next_step=_("`Decay()` has the usual numbers."),
            )

    def retrievability(self, idle: float, days: float) -> float:
        """How much can be recalled after idle days, practised on so many days before."""
        return float(
            (1 + CURVE * max(idle, 0) / (self.stability * (1 + days) ** self.spacing)) ** -0.5
        )

    def recency(self, fresh: float) -> float:
        """How far recent practice keeps it up."""
        return 1 - self.stale * exp2(-fresh / self.habit)

    def evidence(self, proven: float) -> float:
        """How far evidence supports it."""
        return 1 - self.unproven * exp2(-proven)

    def strength(self, idle: float, days: float, fresh: float, proven: float) -> float:
        """The three together."""
        return self.retrievability(idle, days) * self.recency(fresh) * self.evidence(proven)

    def columns(self) -> "list[pl.Expr]":
        """The same for a frame with the columns `idle`, `days`, `fresh` and `proven`."""
        import polars as pl

        idle, days = pl.col("idle").clip(lower_bound=0), pl.col("days").fill_null(0)
        stability = self.stability * (1 + days) ** self.spacing
        two = pl.lit(2.0)
        return [
            ((1 + CURVE * idle / stability) ** -0.5).alias("retrievability"),
            (1 - self.stale * two.pow(-pl.col("fresh").fill_null(0) / self.habit)).alias("recency"),
            (1 - self.unproven * two.pow(-pl.col("proven").fill_null(0))).alias("evidence"),
        ]

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Strength"): _("retrievability × recency × evidence, each between 0 and 1"),
            _("Retrievability"): _(
                "(1 + 19/81 · days since the last practice / stability)^−½, with a stability of "
                "{stability:g} · (1 + days of practice)^{spacing:g} days",
                stability=self.stability,
                spacing=self.spacing,
            ),
            _("Recency"): _(
                "1 − {stale:g} · 2^(−hours / {habit:g}), each hour halved every {half_life:g} days",
                stale=self.stale,
                habit=self.habit,
                half_life=self.half_life,
            ),
            _("Evidence"): _(
                "1 − {unproven:g} · 2^(−weights), each weight halved every {proof_half_life:g} days",
                unproven=self.unproven,
                proof_half_life=self.proof_half_life,
            ),
            _("Decay"): _("1 − strength"),
            _("Held"): _("level × strength"),
        }

    def __str__(self) -> str:
        return "\n".join(f"{title}: {text}" for title, text in self._shown_().items())

    def _repr_html_(self) -> str:
        return card(self._shown_())
