"""What the statistics found, as things that show themselves with their uncertainty and say so in a sentence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.wellness.changes import Step, steps
from pgc_lib.areas.wellness.measures import Measure, array
from pgc_lib.areas.wellness.statistics import (
    Correlation,
    Curve,
    Slope,
    benjamini_hochberg,
    by_week,
    correlation,
    shifted,
    smooth,
    theil_sen,
)
from pgc_lib.core.shown import Listing, Told, card
from pgc_lib.i18n import _, lang

if TYPE_CHECKING:
    import polars as pl

LEAST_DAYS = 30
"""Fewer days with both values are not compared."""
LEAST_WEEKS = 12
LEAST_EFFECTIVE = 15.0
"""Nor are days that say as much as fewer independent ones."""
SMALLEST = 0.1
"""A weaker connection than this is not worth a sentence, however certain it is."""
LEVEL = 0.05


def sentences(*parts: str) -> str:
    """Sentences one after the other; Chinese ones without a space between."""
    return ("" if lang() == "zh-CN" else " ").join(part for part in parts if part)


def seeded(text: str) -> Any:
    """The same chance for the same question, so that looking twice shows the same."""
    import zlib

    import numpy as np

    return np.random.default_rng(zlib.crc32(text.encode()))


@dataclass(frozen=True, slots=True)
class Trend:
    """Where a measure is heading."""

    measure: Measure
    first: date
    last: date
    slope: Slope | None
    """By the day."""
    weekly: bool
    """Whether it was looked at by the week, as amounts are that are nothing on most days."""
    curve: Curve | None

    @property
    def sentence(self) -> str:
        """What can be said of it."""
        name = self.measure.title
        least = LEAST_WEEKS if self.weekly else LEAST_DAYS
        if self.slope is None or self.slope.n < least:
            return _("{name}: too little was noted to speak of a trend.", name=name)
        long = (self.last - self.first).days > 365
        days = 365.25 if long else 365.25 / 12
        low, high = (f"{value * days:+.2f}" for value in (self.slope.low, self.slope.high))
        values = {
            "name": name,
            "span": _("a year") if long else _("a month"),
            "low": low,
            "high": high,
            "n": self.slope.n,
            "effective": round(self.slope.effective),
            "unit": _("weeks") if self.weekly else _("days"),
        }
        if self.slope.low <= 0 <= self.slope.high:
            return _(
                "{name}: no clear trend; {span} may bring {low} to {high} (95 % interval; {n} {unit} that say as much as {effective} independent ones).",
                **values,
            )
        return _(
            "{name}: {middle} {span} (95 % interval {low} to {high}; {n} {unit} that say as much as {effective} independent ones). Why is not said by this.",
            middle=f"{self.slope.slope * days:+.2f}",
            **values,
        )

    def frame(self) -> "pl.DataFrame":
        """The smooth course with its band, for a chart: `day value low high`."""
        import polars as pl

        curve = self.curve
        columns: dict[str, Any] = {"day": [], "value": [], "low": [], "high": []}
        if curve is not None:
            columns = {
                "day": [self.first + timedelta(days=int(n)) for n in curve.days],
                "value": curve.middle,
                "low": curve.low,
                "high": curve.high,
            }
        schema = {"day": pl.Date, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
        return pl.DataFrame(columns, schema=schema).fill_nan(None)

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Measure"): self.measure.title,
            _("First day"): self.first,
            _("Last day"): self.last,
            _("Trend"): self.sentence,
        }

    def _repr_html_(self) -> str:
        return card(self._shown_())


def trend(measure: Measure, frame: "pl.DataFrame") -> Trend:
    """The trend of a column of the daily frame."""
    values = array(frame, measure.name)
    days = frame["day"]
    weekly = measure.silence == "nothing"
    return Trend(
        measure,
        days[0],
        days[-1],
        by_week(values) if weekly else theil_sen(values),
        weekly,
        smooth(values, seeded(measure.name)),
    )


@dataclass(frozen=True, slots=True)
class Change(Told):
    """A day from which on a measure has another level."""

    measure: Measure
    day: date
    earliest: date
    latest: date
    step: Step

    @property
    def sentence(self) -> str:
        """What can be said of it."""
        step = self.step
        return _(
            "{name}: around {day} (between {earliest} and {latest}) the level went from {before} to {after}, by {low} to {high} (95 % intervals; p {p}, q {q}). Why is not said by this.",
            name=self.measure.title,
            day=self.day,
            earliest=self.earliest,
            latest=self.latest,
            before=_number(step.before),
            after=_number(step.after),
            low=_number(step.low),
            high=_number(step.high),
            p=chance(step.p),
            q=chance(step.q),
        )

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Measure"): self.measure.title,
            _("Day"): self.day,
            _("Earliest"): self.earliest,
            _("Latest"): self.latest,
            _("Before"): round(self.step.before, 2),
            _("After"): round(self.step.after, 2),
            _("Difference"): f"{self.step.low:+.2f} … {self.step.high:+.2f}",
            "q": chance(self.step.q),
            _("In words"): self.sentence,
        }


def changes(measure: Measure, frame: "pl.DataFrame") -> Listing[Change]:
    """The change points of a column of the daily frame, the first one first."""
    first = frame["day"][0]
    return Listing(
        Change(
            measure,
            first + timedelta(days=step.day),
            first + timedelta(days=step.earliest),
            first + timedelta(days=step.latest),
            step,
        )
        for step in steps(array(frame, measure.name), seeded(measure.name))
    )


@dataclass(frozen=True, slots=True)
class Link(Told):
    """How two measures go together, with everything that keeps one from believing it too soon."""

    one: Measure
    other: Measure
    lag: int
    """So many days later the other is looked at."""
    found: Correlation
    q: float
    tests: int
    low_third: float | None
    """The other's mean on the third of days with the least of the one; and with the most."""
    high_third: float | None

    @property
    def holds(self) -> bool:
        """Whether it is worth telling: not by chance after so many tests, and not tiny."""
        sure = self.found.low > 0 or self.found.high < 0
        return self.q <= LEVEL and sure and abs(self.found.r) >= SMALLEST

    @property
    def sentence(self) -> str:
        """What can be said of it."""
        found = self.found
        when = (
            _("on the same day")
            if self.lag == 0
            else _("on the next day")
            if self.lag == 1
            else _("{n} days later", n=self.lag)
        )
        numbers = {
            "one": self.one.title,
            "other": self.other.title,
            "when": when,
            "r": f"{found.r:+.2f}",
            "low": f"{found.low:+.2f}",
            "high": f"{found.high:+.2f}",
            "n": found.n,
            "effective": round(found.effective),
            "q": chance(self.q),
            "tests": self.tests,
        }
        if not self.holds:
            return _("{one} and {other} {when}: nothing that can be told from chance (r = {r}, 95 % interval {low} to {high}; {n} days that say as much as {effective}; q {q} after {tests} comparisons).", **numbers)  # fmt: skip
        if found.r > 0:
            said = _("The more of {one}, the more of {other} {when} (rank correlation r = {r}, 95 % interval {low} to {high}; {n} days that say as much as {effective} independent ones; q {q} after {tests} comparisons).", **numbers)  # fmt: skip
        else:
            said = _("The more of {one}, the less of {other} {when} (rank correlation r = {r}, 95 % interval {low} to {high}; {n} days that say as much as {effective} independent ones; q {q} after {tests} comparisons).", **numbers)  # fmt: skip
        thirds = ""
        if self.low_third is not None and self.high_third is not None:
            thirds = _("{other} was {low} on average on the days with the least, {high} on those with the most.", other=self.other.title, low=_number(self.low_third), high=_number(self.high_third))  # fmt: skip
        return sentences(said, thirds, _("This does not show cause."))

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Measure"): self.one.title,
            _("goes with"): self.other.title,
            _("Days later"): self.lag,
            "r": f"{self.found.r:+.2f} ({self.found.low:+.2f} … {self.found.high:+.2f})",
            _("Days"): self.found.n,
            _("Independent days"): round(self.found.effective),
            "p": chance(self.found.p),
            "q": chance(self.q),
            _("In words"): self.sentence,
        }


class Links(Listing[Link]):
    """The connections that hold, beside how many were looked at: without that no q can be read."""

    tests: int = 0
    too_few: int = 0
    """Pairs that have too few days in common."""
    every: "Listing[Link]" = Listing()
    """All that were tested, also those that chance explains."""

    @property
    def note(self) -> str:
        """How many comparisons stand behind it."""
        return _(
            "{tests} comparisons were made, of which {n} hold at a rate of false findings of 5 %; {few} pairs have too few days in common. The day of the week and the long-term trend are taken out.",
            tests=self.tests,
            n=len(self),
            few=self.too_few,
        )

    def frame(self) -> "pl.DataFrame":
        """Every comparison that was made, for a chart: `one other lag r low high p q n effective holds`."""
        import polars as pl

        lines = [
            {
                "one": link.one.name,
                "other": link.other.name,
                "lag": link.lag,
                "r": link.found.r,
                "low": link.found.low,
                "high": link.found.high,
                "p": link.found.p,
                "q": link.q,
                "n": link.found.n,
                "effective": link.found.effective,
                "holds": link.holds,
            }
            for link in self.every
        ]
        numbers = dict.fromkeys(("r", "low", "high", "p", "q"), pl.Float64)
        schema: Any = {"one": pl.String, "other": pl.String, "lag": pl.Int64, **numbers, "n": pl.Int64, "effective": pl.Float64, "holds": pl.Boolean}  # fmt: skip
        return pl.DataFrame(lines, schema=schema)

    def _repr_html_(self) -> str:
        from html import escape

        return super()._repr_html_() + f"<p>{escape(self.note)}</p>"


_SAME_ENTRIES = ({"exercise", "hobbies"}, {"bedtime", "sleep_hours"})
"""Measures that are made of the same entries go together by their making, which is no finding."""


def distinct(one: Measure, other: Measure) -> bool:
    """Whether two measures can say something of each other."""
    return {one.name, other.name} not in _SAME_ENTRIES


def pairs(chosen: Sequence[Measure], lags: Sequence[int]) -> list[tuple[Measure, Measure, int]]:
    """Every two measures once on the same day, and in both directions on later days."""
    found = []
    for one, other in combinations(chosen, 2):
        for lag in lags if distinct(one, other) else ():
            found.append((one, other, lag))
            if lag:
                found.append((other, one, lag))
    return found


def links(wanted: Iterable[tuple[Measure, Measure, int]], frame: "pl.DataFrame") -> Links:
    """Compare pairs of columns, on the same day and later, and correct for having looked so often."""
    first_weekday = frame["day"][0].weekday() if frame.height else 0
    tested: list[tuple[Measure, Measure, int, Correlation, float | None, float | None]] = []
    too_few = 0
    arrays = {name: array(frame, name) for name in frame.columns if name != "day"}
    for one, other, lag in wanted:
        x, y = shifted(arrays[one.name], lag), arrays[other.name]
        rng = seeded(f"{one.name}\0{other.name}\0{lag}")
        found = correlation(x, y, rng, first_weekday=first_weekday) if _both(x, y) >= LEAST_DAYS else None  # fmt: skip
        if found is None or found.effective < LEAST_EFFECTIVE:
            too_few += 1
            continue
        tested.append((one, other, lag, found, *_thirds(x, y)))
    qs = benjamini_hochberg([each[3].p for each in tested])
    every = [
        Link(one, other, lag, found, q, len(tested), low, high)
        for (one, other, lag, found, low, high), q in zip(tested, qs, strict=True)
    ]
    every.sort(key=lambda link: (link.q, -abs(link.found.r)))
    made = Links(link for link in every if link.holds)
    made.tests, made.too_few, made.every = len(tested), too_few, Listing(every)
    return made


def _both(x: Any, y: Any) -> int:
    import numpy as np

    return int((np.isfinite(x) & np.isfinite(y)).sum())


def _thirds(x: Any, y: Any) -> tuple[float | None, float | None]:
    """The mean of y on the days with the least and with the most of x."""
    import numpy as np

    both = np.isfinite(x) & np.isfinite(y)
    low, high = np.quantile(x[both], [1 / 3, 2 / 3])
    if low == high:  # mostly one value, as with yes and no
        low, high = x[both].min(), x[both].max()
    least, most = both & (x <= low), both & (x >= high)
    if least.sum() < 5 or most.sum() < 5 or (least & most).any():
        return None, None
    return float(y[least].mean()), float(y[most].mean())


def _number(value: float) -> str:
    """Two digits after the point where they mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"
