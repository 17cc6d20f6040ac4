"""What I was reminded of and have not seen to: done, or put off."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.core.zone import today, zone
from pgc_lib.i18n import N_, _
from pgc_lib.notebook.live import Child, Html, deed
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.pieces import button, clean, empty, line, lines, told
from pgc_lib.notebook.panels.rows import Rows
from pgc_lib.notebook.panels.words import brief, day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgc_lib.areas.reminding.records import Notice
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_SHOWN = 6
_MORNING = 8


class Inbox(Card):
    """The notices, the latest first."""

    title = N_("Reminders")
    tall = 5

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.entry = Entry(N_("New reminder"), self._fields, self._add)

    def read(self, lab: "Lab") -> "Sequence[Notice]":
        lab.reminders.look()
        found: Sequence[Notice] = lab.reminders.inbox()
        return found

    def note(self, found: "Sequence[Notice]") -> str:
        return _("{n} waiting", n=len(found)) if found else ""

    def show(self, found: "Sequence[Notice]") -> Child:
        said: Child = empty(
            _("Nobody is waiting for you."), _("What you want to be told of appears here.")
        )
        if found:
            said = lines([self._line(each) for each in found[:_SHOWN]], name=_("Reminders"))
        rest = len(found) - _SHOWN
        return [
            said,
            button(_("All {n} reminders", n=len(found)), "rows", kind="pgc-plain", of="all")
            if rest > 0
            else None,
            self.entry,
        ]

    def _line(self, notice: "Notice") -> Html:
        at = notice.at.astimezone(zone())
        when = day(at.date(), today()) + ("" if notice.whole_day else f" {at:%H:%M}")
        id, title = notice.id.hex, clean(notice.title)
        return line(
            title,
            [
                button(_("Done"), "done", id=id, name=_("Done: {title}", title=brief(title))),
                button(_("In an hour"), "later", kind="pgc-plain", id=id, hours=1),
                button(_("Tomorrow"), "later", kind="pgc-plain", id=id, hours=0),
            ],
            told(when, clean(notice.note) if notice.note and notice.note != "demo" else ""),
            key=id,
        )

    def rows_all(self, lab: "Lab") -> Rows:
        """Every notice."""
        return Rows.of_records(_("Reminders"), lab.reminders.inbox(), ["title", "at", "note"])

    def _fields(self) -> "Sequence[Field]":
        return [Field("line", _("New reminder"), hint=_("Water the plants every Saturday 9am"), wide=True)]  # fmt: skip

    def _add(self, values: dict[str, str]) -> None:
        made = self.change(lambda lab: lab.reminders.add(values.get("line", "")))
        self.tell(
            _("I shall remind you: {title}", title=brief(made.title)),
            lambda lab: lab.reminders.items.remove(made.id),
        )

    @deed
    def done(self, id: str) -> None:
        """It was seen to."""
        notice = self.change(lambda lab: lab.reminders.done(UUID(id)))
        self.tell(_("Done: {title}", title=brief(notice.title)))

    @deed
    def later(self, id: str, hours: int) -> None:
        """It comes back: in so many hours, or tomorrow morning."""
        until = datetime.now(zone()) + timedelta(hours=hours)
        if not hours:
            until = datetime.combine(today() + timedelta(1), time(_MORNING), zone())
        notice = self.change(lambda lab: lab.reminders.snooze(UUID(id), until=until))
        when = f"{day(until.date(), today())} {until:%H:%M}"
        self.tell(_("{title} comes back {when}.", title=brief(notice.title), when=when))
