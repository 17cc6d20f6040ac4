"""Skills: what grows, what fades, what to take up next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.every import Look
from pgc_lib.notebook.panels.pieces import (
    button,
    clean,
    empty,
    leads,
    line,
    lines,
    switch,
    tile,
    tiles,
    told,
    track,
)
from pgc_lib.notebook.panels.rows import Rows
from pgc_lib.notebook.panels.words import hours, percent
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_MOST = 8


class Practised(Card):
    """Practice in one line, and the hours of the period."""

    title = N_("Practice")
    spanned = True
    tall = 9

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.entry = Entry(N_("New practice"), self._fields, self._add)

    def read(self, lab: "Lab") -> Any:
        whole = self.span
        now = lab.skills.hours("1y", since=whole.first, until=whole.last)
        then = lab.skills.hours("1y", since=whole.before[0], until=whole.before[1])
        names = sorted(lab.skills.items.frame(owner=lab.person)["name"].to_list())
        return {
            "now": float(now["hours"].sum() or 0),
            "then": float(then["hours"].sum() or 0),
            "skills": now["name"].n_unique() if len(now) else 0,
            "names": names,
        }

    def show(self, found: Any) -> Child:
        beside = [_("before"), " ", hours(found["then"])]
        return [
            tiles(
                tile(_("Hours"), leads(hours(found["now"]), "practice", name=hours(found["now"])), beside),
                tile(_("Skills practised"), str(found["skills"])),
            ),
            self.entry,
        ]  # fmt: skip

    def _fields(self) -> Sequence[Field]:
        names = (self.found or {}).get("names", ())
        return [
            Field("skill", _("Skill"), choices=[(name, name) for name in names]),
            Field("hours", _("Hours"), "number", hint="1.5"),
            Field("note", _("What I practised"), wide=True),
        ]

    def _add(self, values: dict[str, str]) -> None:
        skill, spent = values.pop("skill", ""), values.pop("hours", "")
        made = self.change(lambda lab: lab.skills.log(skill, spent, create=True, **values))
        self.tell(_("Noted: {title}", title=skill), lambda lab: lab.skills.practice.remove(made.id))

    def rows_practice(self, lab: "Lab") -> Rows:
        """What was practised in the period."""
        names = {each.id: each.name for each in lab.skills.items.find()}
        done = lab.skills.practice.find(
            col("day").is_between(self.span.first, self.span.last),
            owner=lab.person,
            order="-day",
            limit=500,
        )
        heads = [_("Day"), _("Skill"), _("Hours"), _("Note")]
        told_ = [[each.day, names.get(each.skill, ""), each.hours, each.note] for each in done]
        return Rows(f"{_('Practice')} · {self.span.said}", heads, told_)


class Next(Card):
    """What to work on next, and why."""

    title = N_("What next?")

    def read(self, lab: "Lab") -> Any:
        return lab.skills.next_best(limit=5)

    def show(self, found: Any) -> Child:
        if not found:
            return empty(_("Nothing is asked for."), _("A role says which skills are wanted."))
        return lines(
            line(
                clean(each.name),
                tag.span(_("level {n}", n=f"{each.level:g}"), class_="pgc-soft pgc-number"),
                tag.ul([tag.li(clean(reason)) for reason in each.reasons[:3]]),
                key=each.name,
            )
            for each in found
        )


class Fading(Card):
    """What is no longer held of what was reached."""

    title = N_("What fades")
    about = N_("what is held of the level that was reached")

    def read(self, lab: "Lab") -> Any:
        return lab.skills.decay().to_dicts()

    def show(self, found: Any) -> Child:
        if not found:
            return [empty(_("No skill yet."), _("Note some practice, and it is there.")), self._new()]  # fmt: skip
        return [lines([self._line(each) for each in found[:_MOST]]), self._new()]

    def _line(self, each: Any) -> Html:
        lost = (each["level"] or 0) - (each["held"] or 0)
        color = "pgc-gold" if lost > 1 else "pgc-fine"
        idle = each["idle"]
        return line(
            clean(each["name"]),
            [
                leads(f"{each['held']:.1f} / {each['level']:g}", "skill", skill=each["name"]),
                track(each["held"], each["level"] or 1.0, color=color),
            ],
            told(n_("{n} day ago", "{n} days ago", idle) if idle is not None else "", clean(each["topic"] or "")),
            key=each["name"],
        )  # fmt: skip

    def _new(self) -> Html:
        return tag.p(button(_("New skill"), "new", kind="pgc-plain"))

    def rows_skill(self, lab: "Lab", skill: str) -> Rows:
        """What happened in its order."""
        frame = lab.skills.timeline(skill).reverse()
        shown = [name for name in ("day", "period", "what", "title", "hours", "level", "detail", "note") if name in frame.columns]  # fmt: skip
        titles = {"day": _("Day"), "period": _("Month"), "what": _("What was done"), "title": _("What was done"), "hours": _("Hours"), "level": _("Level"), "detail": _("Detail"), "note": _("Note")}  # fmt: skip
        return Rows.of_frame(skill, frame, {name: titles[name] for name in shown})

    @deed
    def new(self) -> None:
        """A new skill."""
        self.edit(_("New skill"), self.page.house.lab.skills.items)


class Hours(Card):
    """Hours by topic over time."""

    title = N_("Hours over time")
    slow = True
    spanned = True
    tall = 14

    def read(self, lab: "Lab") -> Any:
        from pgc_lib.notebook import charts

        frame = lab.skills.hours(self.span.every, since=self.span.first, until=self.span.last)
        if len(frame) < 2 or frame["period"].n_unique() < 2:
            return None
        shown = frame.group_by("period", "topic").agg(_sum("hours")).sort("period", "topic")
        return charts.stacked(shown, x="period", y="hours", by="topic", unit=_("hours")).__html__()

    def show(self, found: Any) -> Child:
        return found or empty(_("Two spells of practice make a course."))


def _sum(name: str) -> Any:
    import polars as pl

    return pl.col(name).sum()


class Radar(Card):
    """Levels around, what is held of them, and what a role wants."""

    title = N_("Where I stand")
    slow = True
    tall = 16

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.role = ""

    def read(self, lab: "Lab") -> Any:
        from pgc_lib.notebook import charts

        roles = [role.name for role in lab.skills.roles.find(owner=lab.person)]
        if self.role not in roles:
            self.role = roles[0] if roles else ""
        frame = lab.skills.radar(self.role or None)
        drawn = None
        if len(frame) and frame["axis"].n_unique() > 2:
            drawn = charts.radar(
                frame, axis="axis", by="title", y="value", top="top", title=_("Level")
            ).__html__()
        ready = lab.skills.readiness(self.role) if self.role else 0.0
        return {"roles": roles, "drawn": drawn, "ready": ready}

    def show(self, found: Any) -> Child:
        ways = [(name, clean(name)) for name in found["roles"][:4]]
        ready = _("{role}: {share} there", role=clean(self.role), share=percent(found["ready"]))
        return [
            switch("aim", ways, self.role, name=_("Role")) if len(ways) > 1 else None,
            tag.p(leads(ready, "gap"), class_="pgc-small") if self.role else None,
            found["drawn"] or empty(_("Three skills with a level make a picture.")),
        ]

    @deed
    def aim(self, to: str) -> None:
        """Another role."""
        self.role = to
        self.load()

    def rows_gap(self, lab: "Lab") -> Rows:
        """What a role asks for beside what is there."""
        titles = {"skill": _("Skill"), "name": _("Skill"), "wanted": _("Wanted"), "level": _("Level"), "held": _("Held"), "gap": _("Missing")}  # fmt: skip
        frame = lab.skills.gap(self.role)
        named = "name" in frame.columns
        return Rows.of_frame(self.role, frame, {key: text for key, text in titles.items() if not (key == "skill" and named)})  # fmt: skip


LOOK = Look(
    rows=[[[Practised, Next], [Fading]], [[Hours], [Radar]]],
    asks=N_("What grows, what fades, what next?"),
    span="12",
)
