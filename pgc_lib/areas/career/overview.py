"""One look at a career: what I have done and how well, what I am doing, what I plan, and how sure all this still is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any
from uuid import UUID

from pgc_lib.areas.career.ahead import Focus, Plan
from pgc_lib.areas.career.belonging import Belonging
from pgc_lib.areas.career.composing import HORIZONS, measured, span_of
from pgc_lib.areas.career.freshness import Freshness
from pgc_lib.areas.career.pace import SAID, Pace
from pgc_lib.areas.career.records import Achievement, Profile, Station
from pgc_lib.areas.career.sections import title_of
from pgc_lib.i18n import _, n_

_LATEST = 8


@dataclass(frozen=True)
class Overview:
    """What `lab.anchor.overview()` shows; every part is also there as plain values."""

    profile: Profile | None
    achievements: Sequence[Achievement]
    stations: Sequence[Station]
    """Those that last."""
    focus: Sequence[Focus]
    plans: Sequence[tuple[Plan, Pace]]
    belongs: Mapping[UUID, Belonging]
    skills: Mapping[UUID, Sequence[str]]
    """The names of the skills that an achievement shows."""
    freshness: Sequence[Freshness]
    today: date

    @property
    def stale(self) -> list[str]:
        """The sections that nobody has looked at for too long."""
        return [each.section for each in self.freshness if each.stale]

    @property
    def with_numbers(self) -> int:
        """How many achievements are measured."""
        return sum(1 for each in self.achievements if each.number is not None)

    def __repr__(self) -> str:
        return f"<career: {len(self.achievements)} done, {len(self.focus)} now, {len(self.plans)} ahead; stale: {', '.join(self.stale) or '–'}>"

    def _repr_html_(self) -> str:
        return (
            f"<div class='pgc-anchor'>{self._head()}"
            + self._section(_("What I have done"), ["achievements", "projects"], self._done())
            + self._section(title_of("focus"), ["focus", "work"], self._doing())
            + self._section(title_of("plans"), ["plans"], self._planned())
            + "</div>"
        )

    # ── parts ────────────────────────────────────────────────────────────────────────────────────────

    def _head(self) -> str:
        if self.profile is None:
            told = _("Nobody has been introduced yet: lab.anchor.introduce(name=…).")
            head = f"<p><em>{escape(told)}</em></p>"
        else:
            head = f"<h2>{escape(self.profile.name)}</h2>"
            head += f"<p>{escape(self.profile.headline)}</p>" if self.profile.headline else ""
        if self.stale:
            named = ", ".join(title_of(each) for each in self.stale)
            told = _("To be looked at again: {sections}. lab.anchor.confirm(section) says that it is true.", sections=named)  # fmt: skip
            head += f"<p>⚠ {escape(told)}</p>"
        return head

    def _section(self, title: str, sections: Iterable[str], inner: str) -> str:
        known = {each.section: each for each in self.freshness}
        told = " | ".join(
            _("{title}: {told}", title=title_of(name), told=known[name].told()) for name in sections
        )
        return f"<h3>{escape(title)}</h3>{inner}<p><small>{escape(told)}</small></p>"

    def _done(self) -> str:
        if not self.achievements:
            return _nothing()
        told = n_("{n} achievement, {measured} with a number", "{n} achievements, {measured} with a number", len(self.achievements), measured=self.with_numbers)  # fmt: skip
        lines = []
        for each in self.achievements[:_LATEST]:
            shown = [each.title]
            beside = [
                measured(each.number, each.unit),
                span_of(each.begin, each.end, lasting=False),
                ", ".join(self.skills.get(each.id, ())),
            ]
            lines.append(_line(shown, beside, [each.result]))
        more = len(self.achievements) - _LATEST
        last = f"<p>{escape(_('… and {n} more.', n=more))}</p>" if more > 0 else ""
        return f"<p>{escape(told)}</p><ul>{''.join(lines)}</ul>{last}"

    def _doing(self) -> str:
        lines = [
            _line(
                [each.title],
                [_("since {day}", day=each.since) if each.since else ""],
                [each.why, *self.belongs.get(each.id, Belonging()).told()],
            )
            for each in self.focus
        ]
        lines += [
            _line(
                [each.position, each.organisation],
                [span_of(each.begin, each.end, lasting=True)],
                [each.summary],
            )
            for each in self.stations
        ]
        return f"<ul>{''.join(lines)}</ul>" if lines else _nothing()

    def _planned(self) -> str:
        lines = []
        for plan, pace in self.plans:
            bar = f"<progress max='1' value='{pace.share:.3f}'></progress> "
            following = pace.next
            if following and pace.next_due:
                following += f" ({pace.next_due})"
            beside = [
                _(HORIZONS[plan.horizon]),
                _("due {day}", day=plan.due) if plan.due else "",
                pace.told(),
            ]
            below = [
                plan.why,
                _("next: {step}", step=following) if following else "",
                _("at this pace on {day}", day=pace.likely) if pace.likely else "",
                *self.belongs.get(plan.id, Belonging()).told(),
            ]
            lines.append(_line([plan.title], beside, below, bar))
        return f"<ul>{''.join(lines)}</ul>" if lines else _nothing()


def plan_row(plan: Plan, pace: Pace, belongs: Belonging) -> dict[str, Any]:
    """A plan as a line of a frame."""
    return {
        "title": plan.title,
        "horizon": plan.horizon,
        "due": plan.due,
        "state": plan.state,
        "share": pace.share,
        "expected": pace.expected,
        "standing": pace.standing,
        "said": _(SAID[pace.standing]),
        "milestones": pace.of,
        "done": pace.done,
        "next": pace.next or None,
        "next_due": pace.next_due,
        "likely": pace.likely,
        "todos_open": belongs.open,
        "todos_finished": belongs.finished,
        "plan": plan.id.hex,
    }


def _line(
    title: Iterable[str], beside: Iterable[str], below: Iterable[str], before: str = ""
) -> str:
    named = " · ".join(escape(each) for each in title if each)
    small = " · ".join(escape(each) for each in beside if each)
    under = "".join(f"<br>{escape(each)}" for each in below if each)
    return f"<li>{before}<b>{named}</b> <small>{small}</small>{under}</li>"


def _nothing() -> str:
    return f"<p><em>{escape(_('Nothing.'))}</em></p>"
