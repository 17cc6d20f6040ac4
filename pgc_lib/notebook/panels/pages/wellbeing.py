"""Wellbeing: how I am, how it goes, what it hangs together with."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.core.faces import face
from pgc_lib.core.zone import today
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.cards.feeling import Feeling
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.every import Look
from pgc_lib.notebook.panels.held import Held
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
from pgc_lib.notebook.panels.words import hours, percent, short

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_LEAST = 3
_LINKS = 5


class Night(Card):
    """Last night, and how long and how regularly one sleeps."""

    title = N_("Sleep")
    tall = 7

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.entry = Entry(N_("Last night"), self._fields, self._add, word=_("Note it"))

    def read(self, lab: "Lab") -> Any:
        return lab.wellbeing.rhythm()

    def note(self, found: Any) -> str:
        return n_("the last {n} night", "the last {n} nights", found.nights) if found else ""

    def show(self, found: Any) -> Child:
        if found is None:
            return [empty(_("No night is noted yet."), _("When did you fall asleep, when did you wake up?")), self.entry]  # fmt: skip
        return [
            tiles(
                tile(_("A night"), leads(hours(found.hours), "nights", name=hours(found.hours))),
                tile(_("Middle of the night"), found.middle),
                tile(_("Differs by"), hours(found.spread)),
            ),
            self.entry,
        ]

    def _fields(self) -> Sequence[Field]:
        return [
            Field("asleep", _("Fell asleep"), "time", value="23:00"),
            Field("woke", _("Woke up"), "time", value="07:00"),
        ]

    def _add(self, values: dict[str, str]) -> None:
        made = self.change(
            lambda lab: lab.wellbeing.slept(values.get("asleep", ""), values.get("woke", ""))
        )
        self.page.reload(Feeling)
        self.tell(_("The night is noted."), lambda lab: lab.wellbeing.sleep.remove(made.id))

    def rows_nights(self, lab: "Lab") -> Rows:
        """The last nights."""
        since = today() - timedelta(90)
        return Rows.of_shown(_("My nights"), lab.wellbeing.nights(since=since))


class Course(Card):
    """A measure over the period: day by day, and where it is heading."""

    title = N_("Its course")
    slow = True
    spanned = True
    tall = 14

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.measure = "mood"

    def read(self, lab: "Lab") -> Any:
        import polars as pl

        from pgc_lib.notebook import charts

        names = {each.name: each.title for each in lab.wellbeing.measures() if each.name in _DRAWN}
        frame = lab.wellbeing.daily(*names, since=self.span.first, until=self.span.last)
        title = names.get(self.measure, "")
        known = frame.filter(pl.col(self.measure).is_not_null()) if title else frame.clear()
        drawn = None
        if known.height >= _LEAST:
            days = self.span.every
            shown = known.select("day", pl.col(self.measure).alias(title))
            if days != "1d":
                shown = shown.sort("day").group_by_dynamic("day", every=days).agg(pl.col(title).mean())  # fmt: skip
            drawn = charts.line(shown, x="day", y=title).__html__()
        return {"names": names, "drawn": drawn, "days": known.height}

    def show(self, found: Any) -> Child:
        ways = list(found["names"].items())
        return [
            tag.div(
                switch("turn", ways, self.measure, name=_("What is drawn")), class_="pgc-between"
            )
            if len(ways) > 1
            else None,
            found["drawn"]
            or empty(_("Three days make a course."), _("One touch a day is enough.")),
            tag.p(
                leads(n_("{n} day", "{n} days", found["days"]), "days"), class_="pgc-soft pgc-small"
            )
            if found["days"]
            else None,
        ]

    @deed
    def turn(self, to: str) -> None:
        """Another measure."""
        self.measure = to if to in _DRAWN else "mood"
        self.load()

    def rows_days(self, lab: "Lab") -> Rows:
        """Day by day."""
        import polars as pl

        titles = {each.name: each.title for each in lab.wellbeing.measures()}
        frame = lab.wellbeing.daily(self.measure, since=self.span.first, until=self.span.last)
        kept = frame.filter(pl.col(self.measure).is_not_null()).sort("day", descending=True)
        named = titles.get(self.measure, self.measure)
        return Rows.of_frame(named, kept, {"day": _("Day"), self.measure: named})


_DRAWN = ("mood", "energy", "sleep_hours", "exercise")


class Year(Held):
    """A year of moods and nights, a square a day; a click shows the day."""

    title = N_("A year, day by day")
    tall = 10

    def make(self, lab: "Lab") -> Part:
        squares: Part = face("wellbeing.heatmap")(lab.wellbeing)
        return squares


class Habits(Card):
    """How each habit holds."""

    title = N_("My habits")

    def read(self, lab: "Lab") -> Any:
        return lab.wellbeing.standings()

    def show(self, found: Any) -> Child:
        new = tag.p(button(_("New habit"), "new", kind="pgc-plain"))
        if not found:
            return [empty(_("No habit yet."), _("Begin with a very small one.")), new]
        return [lines([self._line(each) for each in found]), new]

    def _line(self, each: Any) -> Html:
        kept = each.done / each.due if each.due else 0.0
        return line(
            clean(each.name),
            [leads(percent(kept), "habit", habit=each.name), track(kept, 1.0, color="pgc-fine")],
            told(
                clean(each.repeats),
                n_("{n} in a row", "{n} in a row", each.forgiving.current),
                _("best {n}", n=each.forgiving.best),
            ),
            key=each.name,
        )

    def rows_habit(self, lab: "Lab", habit: str) -> Rows:
        """Day by day."""
        frame = lab.wellbeing.habit_days(habit).sort("day", descending=True)
        return Rows.of_frame(habit, frame, {"day": _("Day"), "amount": _("Amount"), "done": _("Done")})  # fmt: skip

    @deed
    def new(self) -> None:
        """A new habit."""
        self.edit(_("New habit"), self.page.house.lab.wellbeing.habits)


class Together(Card):
    """What goes together with the mood, with its doubt; nothing of it is a cause."""

    title = N_("What goes with my mood")
    slow = True
    about = N_("seen side by side, not as a cause")
    tall = 10

    def read(self, lab: "Lab") -> Any:
        found = lab.wellbeing.links("mood", lags=(0,))
        changes = lab.wellbeing.changes("mood")
        return {"links": list(found)[:_LINKS], "changes": list(changes)[-2:]}

    def show(self, found: Any) -> Child:
        if not found["links"]:
            return empty(_("Nothing stands out yet."), _("A few weeks of notes are needed."))
        shown = [
            line(
                clean(each.other.title if each.one.name == "mood" else each.one.title),
                [
                    tag.span(f"{each.found.r:+.2f}", class_="pgc-number"),
                    track(abs(each.found.r), 1.0, color="pgc-fine" if each.found.r > 0 else "pgc-gold"),
                ],
                told(_("between {low} and {high}", low=f"{each.found.low:+.2f}", high=f"{each.found.high:+.2f}"), n_("{n} day", "{n} days", each.found.n)),
            )
            for each in found["links"]
        ]  # fmt: skip
        now = today()
        stepped = [
            tag.p(
                _("Around {day} the mood went from {before} to {after}.", day=short(each.day, now), before=f"{each.step.before:.1f}", after=f"{each.step.after:.1f}"),
                class_="pgc-soft",
            )
            for each in found["changes"]
        ]  # fmt: skip
        return [lines(shown), *stepped]


LOOK = Look(
    rows=[[[Feeling, Course], [Night, Habits, Together]], [[Year]]],
    asks=N_("How am I, and what does me good?"),
    span="12",
)
