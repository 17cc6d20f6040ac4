"""Hobbies: what I feel like doing, what is planned, what it gave."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pgc_lib.core.zone import today, zone
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.every import Look
from pgc_lib.notebook.panels.pieces import button, clean, empty, leads, line, lines, told, track
from pgc_lib.notebook.panels.rows import Rows
from pgc_lib.notebook.panels.words import ahead, hours
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_STAGES = {
    "curious": N_("curious"),
    "trying": N_("trying"),
    "regular": N_("regular"),
    "resting": N_("resting"),
}


class Ahead(Card):
    """What is planned."""

    title = N_("Planned")
    about = N_("in the coming two weeks")

    def read(self, lab: "Lab") -> Any:
        return lab.hobbies.ahead(14).head(8).to_dicts()

    def show(self, found: Any) -> Child:
        new = tag.p(button(_("New plan"), "new", kind="pgc-plain"))
        if not found:
            return [empty(_("Nothing is planned."), _("What would you enjoy this week?")), new]
        now = today()

        def said(each: Any) -> str:
            start = each["start"].astimezone(zone())
            return ahead(start.date(), now) + ("" if each["all_day"] else f" · {start:%H:%M}")

        rows = [
            line(
                clean(each["title"]),
                tag.span(n_("{n} minute", "{n} minutes", each["minutes"]), class_="pgc-soft pgc-small")
                if each["minutes"]
                else None,
                told(said(each), clean(each["place"] or "")),
            )
            for each in found
        ]  # fmt: skip
        return [lines(rows), new]

    @deed
    def new(self) -> None:
        """A new plan."""
        self.edit(_("New plan"), self.page.house.lab.hobbies.plans)


class Did(Card):
    """What was done, in one line."""

    title = N_("Just done")
    first = True
    tall = 6

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.entry = Entry(N_("Just done"), self._fields, self._add, word=_("Note it"))

    def read(self, lab: "Lab") -> Any:
        return sorted(each.name for each in lab.hobbies.interests.find(owner=lab.person))

    def show(self, found: Any) -> Child:
        if not found:
            return [
                empty(_("No hobby yet."), _("Take one up from the ideas, or name your own.")),
                button(_("New hobby"), "new", kind="pgc-first"),
            ]
        return self.entry

    def _fields(self) -> Sequence[Field]:
        joys = [(str(number), "★" * number) for number in range(5, 0, -1)]
        return [
            Field("interest", _("Hobby"), "choice", choices=[(name, name) for name in self.found or ()]),
            Field("minutes", _("Minutes"), "number", value="30"),
            Field("joy", _("Joy"), "choice", choices=joys),
            Field("note", _("Note")),
        ]  # fmt: skip

    def _add(self, values: dict[str, str]) -> None:
        what, minutes = values.pop("interest", ""), values.pop("minutes", "0")
        given: dict[str, Any] = {"minutes": int(minutes) if minutes.isdigit() else minutes}
        made = self.change(lambda lab: lab.hobbies.log(what, **given, **values))
        self.page.reload(Gave)
        self.tell(_("Noted: {title}", title=what), lambda lab: lab.hobbies.activities.remove(made.id))  # fmt: skip

    @deed
    def new(self) -> None:
        """A new hobby."""
        self.edit(_("New hobby"), self.page.house.lab.hobbies.interests)


class Gave(Card):
    """What each hobby took and gave in the period."""

    title = N_("What it gave")
    spanned = True

    def read(self, lab: "Lab") -> Any:
        return lab.hobbies.overview(self.span.first).to_dicts()

    def show(self, found: Any) -> Child:
        if not found:
            return empty(_("No hobby yet."))
        largest = max((each["hours"] or 0 for each in found), default=1) or 1
        return lines(
            line(
                clean(each["name"]),
                [
                    leads(hours(each["hours"] or 0), "done", hobby=each["name"]),
                    track(each["hours"] or 0, largest),
                ],
                told(
                    _(_STAGES.get(each["stage"], each["stage"])),
                    n_("{n} time", "{n} times", each["times"]) if each["times"] else "",
                    _("joy {n} of 5", n=f"{each['joy']:.1f}") if each["joy"] else "",
                ),
                key=each["name"],
            )
            for each in found
        )

    def rows_done(self, lab: "Lab", hobby: str) -> Rows:
        """What was done of it."""
        which = lab.hobbies.interest(hobby)
        fields = lab.hobbies.activities.spec.fields
        names = [name for name in ("start", "minutes", "joy", "energy", "note") if name in fields]
        done = lab.hobbies.activities.find(
            col("interest") == which.id, owner=lab.person, order="-start", limit=300
        )
        return Rows.of_records(hobby, done, names)


class Over(Card):
    """Hours over time."""

    title = N_("Hours over time")
    slow = True
    spanned = True
    tall = 14

    def read(self, lab: "Lab") -> Any:
        import polars as pl

        from pgc_lib.notebook import charts

        every = "1mo" if self.span.days > 62 else "1w"
        frame = lab.hobbies.hours(every, since=self.span.first)
        frame = frame.filter(pl.col("period") <= self.span.last)
        if len(frame) < 2 or frame["period"].n_unique() < 2:
            return None
        return charts.stacked(frame, x="period", y="hours", by="name", unit=_("hours")).__html__()

    def show(self, found: Any) -> Child:
        return found or empty(_("Two times make a course."))


class Trials(Card):
    """Experiments with something new, and what they speak for."""

    title = N_("Trying out")
    tall = 5

    def read(self, lab: "Lab") -> Any:
        open_ = lab.hobbies.trials.find(owner=lab.person, verdict="")
        return [(each.id, lab.hobbies.so_far(each)) for each in open_]

    def show(self, found: Any) -> Child:
        if not found:
            return tag.p(_("Nothing new is being tried."), class_="pgc-soft")
        return lines(self._line(id, each) for id, each in found)

    def _line(self, id: Any, each: Any) -> Html:
        return line(
            clean(each.name),
            [tag.span(_("day {n} of {days}", n=each.day, days=each.days), class_="pgc-number"), track(each.done, each.planned or 1)],
            tag.span(clean(each.reason)),
            key=id.hex,
        )  # fmt: skip


class Ideas(Card):
    """Hobbies that resemble what brought joy."""

    title = N_("Ideas")

    def read(self, lab: "Lab") -> Any:
        return lab.hobbies.suggest(4)

    def show(self, found: Any) -> Child:
        if not found:
            return tag.p(_("Ideas come with the first hobbies."), class_="pgc-soft")
        return lines(
            line(
                clean(each.hobby.name),
                button(_("Try it"), "begin", hobby=each.hobby.key, name=_("Try it: {title}", title=each.hobby.name)),
                told(clean(each.reason)),
                key=each.hobby.key,
            )
            for each in found
        )  # fmt: skip

    @deed
    def begin(self, hobby: str) -> None:
        """Try it for two weeks."""
        made = self.change(lambda lab: lab.hobbies.try_it(hobby))
        self.page.reload(Trials, Ahead, Gave)
        self.tell(
            _("Two weeks to find out. Have fun."), lambda lab: lab.history.undo_batch(made.batch)
        )


LOOK = Look(
    rows=[[[Did, Gave], [Ahead, Trials, Ideas]], [[Over]]],
    asks=N_("What do I feel like doing?"),
    span="12",
)
