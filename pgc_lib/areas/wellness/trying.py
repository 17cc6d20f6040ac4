"""How an experiment stands: which arm is today, how well the plan was kept, and what came out, with its doubt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.wellness.experiments import LEAST_PAIRS, LEAST_SIDE, Comparison, compared
from pgc_lib.areas.wellness.findings import chance, seeded, sentences
from pgc_lib.areas.wellness.measures import Measure
from pgc_lib.core.shown import card
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.areas.wellness.records import Experiment

_ENOUGH = 0.8
"""Below this part of days that went as planned, the result says little about the plan."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an experiment says so far."""

    experiment: "Experiment"
    measure: Measure
    today: date
    comparison: Comparison | None
    noted: int
    as_planned: int

    @property
    def running(self) -> bool:
        """Whether days of the plan are still to come."""
        return self.experiment.ended is None and self.today < last_day(self.experiment)

    @property
    def sentence(self) -> str:
        """The conclusion, with how sure it can be."""
        found, plan = self.comparison, self.experiment
        if found is None:
            return (
                _("Nothing can be said yet: {n} complete pairs are the least.", n=LEAST_PAIRS)
                if plan.design == "randomised"
                else _("Nothing can be said yet: {n} days with a value before and after are the least.", n=LEAST_SIDE)
            )  # fmt: skip
        values = {
            "name": self.measure.title,
            "a": plan.a,
            "b": plan.b,
            "mean_a": f"{found.a:.2f}",
            "mean_b": f"{found.b:.2f}",
            "low": f"{found.low:+.2f}",
            "high": f"{found.high:+.2f}",
            "p": chance(found.p),
        }
        numbers = _("{name}: {mean_a} with A ({a}), {mean_b} with B ({b}); difference {low} to {high} (95 % interval), p {p}.", **values)  # fmt: skip
        return sentences(numbers, self._verdict(found))

    def _verdict(self, found: Comparison) -> str:
        if found.low <= 0 <= found.high or found.p > 0.05:
            return _("The data do not tell A from B: no difference is possible, and so is every one within the interval.")  # fmt: skip
        better = (found.difference > 0) == self.experiment.higher
        if self.experiment.design == "randomised":
            if better:
                return _("A did better in these weeks, and chance alone rarely does that. It holds for me and for this time; a repetition would make it surer.")  # fmt: skip
            return _("A did worse in these weeks, and chance alone rarely does that. It holds for me and for this time; a repetition would make it surer.")  # fmt: skip
        if better:
            return _("It was better afterwards. Since nothing was drawn by lot, something else of that time may be the reason.")  # fmt: skip
        return _("It was worse afterwards. Since nothing was drawn by lot, something else of that time may be the reason.")  # fmt: skip

    @property
    def cautions(self) -> list[str]:
        """What else one should know before believing it."""
        found = []
        if self.running:
            found.append(_("The experiment still runs; who looks early and stops when it pleases finds more than there is."))  # fmt: skip
        if self.noted and self.as_planned / self.noted < _ENOUGH:
            found.append(_("Only {done} of {n} noted days went as planned.", done=self.as_planned, n=self.noted))  # fmt: skip
        if self.experiment.design == "before_after":
            if self.comparison is not None:
                found.append(_("Days resemble their neighbours: the shorter side says as much as {n} independent days.", n=self.comparison.units))  # fmt: skip
                if self.comparison.trending:
                    found.append(_("It was moving already before the change."))
            found.append(_("Before and after also differ by season, holidays and everything else that happened."))  # fmt: skip
        return found

    def _shown_(self) -> Mapping[str, Any]:
        found = self.comparison
        shown: dict[str, Any] = {
            _("Experiment"): self.experiment.title,
            _("Hypothesis"): self.experiment.hypothesis,
            _("Measure"): self.measure.title,
            _(
                "Day"
            ): f"{min(days_passed(self.experiment, self.today), len(self.experiment.plan))} / {len(self.experiment.plan)}",
            _("As planned"): f"{self.as_planned} / {self.noted}" if self.noted else "",
        }
        if found is not None:
            shown[_("Days with A")] = found.n_a
            shown[_("Days with B")] = found.n_b
        return shown | {_("Result"): self.sentence, _("Caution"): sentences(*self.cautions)}

    def _repr_html_(self) -> str:
        return card(self._shown_())


def last_day(experiment: "Experiment") -> date:
    """The last day of the plan."""
    return experiment.start + timedelta(days=len(experiment.plan) - 1)


def days_passed(experiment: "Experiment", today: date) -> int:
    """How many days of the plan have begun."""
    return max(0, (today - experiment.start).days + 1)


def arm(experiment: "Experiment", day: date) -> str:
    """A or B on a day; empty outside the plan."""
    at = (day - experiment.start).days
    return experiment.plan[at] if 0 <= at < len(experiment.plan) and not experiment.ended else ""


def outcome(
    experiment: "Experiment",
    measure: Measure,
    days: Mapping[date, float],
    kept: Mapping[date, bool],
    today: date,
) -> Outcome:
    """Compare what was measured by the plan; a day that is not over yet is not looked at."""
    import numpy as np

    end = min(today, experiment.ended or today)
    values = np.full(len(experiment.plan), np.nan)
    for at in range(len(experiment.plan)):
        seen = experiment.start + timedelta(days=at + experiment.lag)
        if seen < end or experiment.ended == seen:
            values[at] = days.get(seen, np.nan)
    found = compared(
        values,
        experiment.plan,
        block=experiment.block,
        washout=experiment.washout,
        randomised=experiment.design == "randomised",
        rng=seeded(f"{experiment.title}\0{experiment.start}"),
    )
    return Outcome(experiment, measure, today, found, len(kept), sum(kept.values()))
