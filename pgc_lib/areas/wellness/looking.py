"""Looking at how one is: days side by side, trends, change points, and what goes with what."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.wellness import findings, measures
from pgc_lib.areas.wellness.findings import Change, Links, Trend
from pgc_lib.areas.wellness.measures import Measure, Reading
from pgc_lib.areas.wellness.nights import Night, Rhythm, rhythm
from pgc_lib.areas.wellness.noting import Day, Noting
from pgc_lib.core.shown import Listing
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

YEARS = timedelta(days=3 * 366)
"""How far back is looked unless said."""


class Looking(Noting, name="wellbeing", main="moods"):
    """Frames and findings. What is found is about one's own days; `owner` names another who granted the area."""

    def measures(self, *, owner: UUID | None = None) -> Listing[Measure]:
        """What can be compared by day: mood, sleep, exercise, spending, practice …, each habit and each tag."""
        return Listing(measures.measures(self.session, owner or self.session.person).values())

    def daily(
        self,
        *names: str,
        since: Day = None,
        until: Day = None,
        owner: UUID | None = None,
    ) -> "pl.DataFrame":
        """One line a day and one column a measure; what is unknown is missing, never 0."""
        whose = owner or self.session.person
        chosen = self._chosen(names, whose)
        return measures.frame(chosen, self._reading(whose, since, until or self._now()))

    def nights(self, *, since: Day = None, until: Day = None, owner: UUID | None = None) -> Listing[Night]:  # fmt: skip
        """What was slept, one line a night, the latest first."""
        reading = self._reading(owner or self.session.person, since, until or self._now())
        found = measures.nights_of(reading)
        return Listing(each for each in reversed(found) if reading.first <= each.day <= reading.last)  # fmt: skip

    def rhythm(self, *, since: Day = None, until: Day = None) -> Rhythm | None:
        """How long and how regularly one sleeps; of the last 30 nights unless said."""
        return rhythm(self.nights(since=since or self._now() - timedelta(days=30), until=until))

    def trend(self, measure: str = "mood", *, since: Day = None, until: Day = None) -> Trend:
        """Where a measure is heading: robust slope with its interval, and a smooth course with its band."""
        chosen, frame = self._one(measure, since, until)
        return findings.trend(chosen, frame)

    def changes(
        self, measure: str = "mood", *, since: Day = None, until: Day = None
    ) -> Listing[Change]:
        """The days on which the level of a measure shifted, each with its interval and what speaks for it."""
        chosen, frame = self._one(measure, since, until)
        return findings.changes(chosen, frame)

    def links(
        self,
        of: str | None = None,
        *,
        among: Sequence[str] = (),
        lags: Sequence[int] = (0, 1),
        since: Day = None,
        until: Day = None,
    ) -> Links:
        """What goes with what, or with one measure: effect, uncertainty, and corrected for having looked so often."""
        wanted = tuple(dict.fromkeys([*among, *([of] if of else [])])) if among else ()
        chosen = self._chosen(wanted, self.session.person)
        reading = self._reading(self.session.person, since, self._until(until))
        frame = measures.frame(chosen, reading)
        if of is None:
            return findings.links(findings.pairs(chosen, lags), frame)
        target = next((each for each in chosen if each.name == of), None) or self._chosen((of,), self.session.person)[0]  # fmt: skip
        others = [
            each for each in chosen if each.name != target.name and findings.distinct(each, target)
        ]
        return findings.links([(each, target, lag) for each in others for lag in lags], frame)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _one(self, measure: str, since: Day, until: Day) -> "tuple[Measure, pl.DataFrame]":
        chosen = self._chosen((measure,), self.session.person)[0]
        reading = self._reading(self.session.person, since, self._until(until))
        return chosen, measures.frame([chosen], reading)

    def _until(self, until: Day) -> date:
        """Yesterday unless said: today is not over, and half a day would look like a poor one."""
        return self._day(until) if until else self._now() - timedelta(days=1)

    def _reading(self, owner: UUID, since: Day, until: Day) -> Reading:
        last = self._day(until)
        first = self._day(since) if since else last - YEARS
        return Reading(self.session, owner, first, last)

    def _chosen(self, names: Sequence[str], owner: UUID) -> list[Measure]:
        everything = measures.measures(self.session, owner)
        for name in names:
            if name not in everything:
                raise NotFound(
                    _("There is no measure “{name}”.", name=name),
                    next_step=_("Possible are: {names}.", names=", ".join(everything)),
                )
        return [everything[name] for name in names] if names else list(everything.values())
