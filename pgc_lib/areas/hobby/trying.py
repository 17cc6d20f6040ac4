"""An experiment of two weeks: its plan, how it goes, and what that speaks for."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pgc_lib.areas.hobby.catalogue import Hobby
from pgc_lib.areas.hobby.records import CheckIn, Trial, Verdict
from pgc_lib.core.recurrence_rule import WEEKDAYS
from pgc_lib.i18n import _

STAGE_AFTER = {"continue": "regular", "later": "curious", "stop": "resting"}
"""What an interest becomes by the verdict."""

_ENOUGH = 1 / 3
"""Below this part of what was planned nothing can be said of the joy."""
_JOYFUL, _JOYLESS = 3.5, 2.5


@dataclass(frozen=True, slots=True)
class SoFar:
    """How an experiment goes."""

    name: str
    day: int
    days: int
    planned: int
    """How often it should have been done by now."""
    done: int
    minutes: int
    joy: float | None
    energy: float | None
    again: float | None
    """Of the times that it was done, how many one wanted to repeat."""
    rising: float | None
    """Joy of the second half less that of the first."""
    speaks_for: Verdict
    reason: str

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Experiment"): self.name,
            _("Day"): f"{self.day} / {self.days}",
            _("Done"): f"{self.done} / {self.planned}",
            _("Duration"): _("{n} minutes", n=self.minutes),
            _("Joy"): None if self.joy is None else round(self.joy, 1),
            _("Energy"): None if self.energy is None else round(self.energy, 1),
            _("Wanted again"): None if self.again is None else f"{self.again:.0%}",
            _("Speaks for"): verdict_word(self.speaks_for),
            _("Reason"): self.reason,
        }

    def _repr_html_(self) -> str:
        from pgc_lib.core.shown import card

        return card(self._shown_())


def verdict_word(verdict: Verdict) -> str:
    """A verdict for a person."""
    match verdict:
        case "continue":
            return _("going on")
        case "later":
            return _("coming back to it later")
        case "stop":
            return _("leaving it")
        case _:
            return _("nothing yet")


def rhythm(start: date, days: int, times: int) -> str:
    """The rule of an experiment: so many days of each week, spread evenly from the first day on."""
    chosen = sorted({(start.weekday() + round(n * 7 / times)) % 7 for n in range(times)})
    until = start + timedelta(days=days - 1)
    named = ",".join(WEEKDAYS[day] for day in chosen)
    return f"FREQ=WEEKLY;UNTIL={until:%Y%m%d};BYDAY={named}"


def steps(hobby: Hobby | None, name: str, days: int) -> list[str]:
    """What to do in these days, so that in the end there is something to judge by."""
    cheap = hobby is None or hobby.cost in ("free", "low")
    middle = max(2, days // 2)
    return [
        _("Day 1: borrow or find the least that {name} needs.", name=name)
        if not cheap
        else _("Day 1: get the little that {name} needs and do it for ten minutes.", name=name),
        _(
            "Days 2 to {n}: keep to the plan, also when it goes badly; note joy and energy.",
            n=middle,
        ),
        _("Day {n}: do it in another place or with somebody.", n=middle + 1)
        if hobby is None or hobby.social != "alone"
        else _("Day {n}: do it in another place or at another hour.", n=middle + 1),
        _("Day {n}: read the notes and decide.", n=days),
    ]


def so_far(name: str, trial: Trial, notes: Sequence[CheckIn], today: date) -> SoFar:
    """What the check-ins say, and what they speak for."""
    passed = min(max((today - trial.start).days + 1, 0), trial.days)
    planned = max(1, math.ceil(trial.times * passed / 7)) if passed else 0
    done = sorted((note for note in notes if note.minutes > 0), key=lambda note: note.day)
    joys = [note.joy for note in done if note.joy is not None]
    half = len(joys) // 2
    energies = [note.energy for note in done if note.energy is not None]
    again = [note.again for note in done if note.again is not None]
    joy, wanted = _mean(joys), _mean([int(each) for each in again])
    verdict, reason = _speaks_for(len(done), planned, joy, wanted)
    return SoFar(
        name,
        passed,
        trial.days,
        planned,
        len(done),
        sum(note.minutes for note in done),
        joy,
        _mean(energies),
        wanted,
        (_mean(joys[half:]) or 0) - (_mean(joys[:half]) or 0) if half else None,
        verdict,
        reason,
    )


def _speaks_for(
    done: int, planned: int, joy: float | None, again: float | None
) -> tuple[Verdict, str]:
    if joy is None or done < 2:
        return "", _("Too little was noted to say anything.")
    if done < planned * _ENOUGH:
        return "later", _("It was done {done} of {planned} times: there may be no room for it now.", done=done, planned=planned)  # fmt: skip
    if joy >= _JOYFUL and (again is None or again >= 0.5):
        return "continue", _("It brought joy ({joy} of 5) and was done {done} of {planned} times.", joy=f"{joy:.1f}", done=done, planned=planned)  # fmt: skip
    if joy < _JOYLESS:
        return "stop", _("It brought little joy ({joy} of 5).", joy=f"{joy:.1f}")
    return "later", _("It was neither much joy nor none ({joy} of 5).", joy=f"{joy:.1f}")


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None
