"""Reminders: of what is due, of family days, of plans, and of whatever one wants to be told.

lab.reminders.add("吃药 每天 晚上8点");  lab.reminders.lunar("给祖宗上香", day=15, monthly=True)
lab.reminders.inbox();  lab.reminders.snooze(notice, minutes=30);  lab.reminders.done(notice)
lab.reminders.prefer(quiet_from="22:30", carriers=["mail"], mail_to="me@example.org")
"""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from pgc_lib.areas.reminding import carrying, due, posting
from pgc_lib.areas.reminding.due import Hours, Occurrence
from pgc_lib.areas.reminding.mail import no_address
from pgc_lib.areas.reminding.records import MINE, Delivery, Lunar, Notice, Preferences, Reminder
from pgc_lib.areas.reminding.sources import cues
from pgc_lib.areas.todo.short import Parsed, line_of, parse
from pgc_lib.areas.todo.short_lunar import lunar_rule_at
from pgc_lib.areas.todo.short_parts import Read
from pgc_lib.areas.todo.timing import moment_of
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Listing
from pgc_lib.core.together import together
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Delivery", "Notice", "Preferences", "Reminder", "Reminders"]

CATCH_UP = carrying.KEEPS_TRYING
"""What fell due while nobody looked is told of later, if not much later."""
_LUNAR_DAYS = 800
"""A day of the Chinese calendar comes within so many days, or it has none."""

Which: TypeAlias = Notice | UUID | str


class Reminders(Area, name="reminders", main="items"):
    """Reminders and the inbox in which they arrive."""

    items: Kept[Reminder] = Kept(Reminder)
    preferences: Kept[Preferences] = Kept(Preferences)
    notices: Kept[Notice] = Kept(Notice)
    deliveries: Kept[Delivery] = Kept(Delivery)

    # ── wanting to be told ───────────────────────────────────────────────────────────────────────────

    def add(self, reminder: Reminder | str | None = None, /, **values: Any) -> Reminder:
        """Keep a reminder: a line such as `吃药 每天 晚上8点` or `爷爷生日 每年农历八月十五`, its fields by name, or both."""
        if not isinstance(reminder, str):
            return self.items.add(reminder, **values)
        if by_moon := _by_the_moon(reminder):
            rest, wanted = by_moon
            parsed = parse(rest, datetime.now(zone()).replace(hour=0, minute=0, second=0))
            clock = {"clock": parsed.at} if parsed.at else {}
            return self.lunar(_whole_title(parsed), **{**wanted, **clock, **values})
        parsed = parse(reminder, datetime.now(zone()))
        told = {"title": _whole_title(parsed), "clock": parsed.at, "rule": parsed.rule}
        if parsed.due is not None:
            told["day"] = parsed.due.isoformat()
        return self.items.add(**{**told, **values})

    def lunar(
        self,
        title: str,
        *,
        day: int,
        month: int | None = None,
        monthly: bool = False,
        leap: bool = False,
        **values: Any,
    ) -> Reminder:
        """Be told on a day of the Chinese calendar, each year, or each month with `monthly`."""
        kind: Lunar = "monthly" if monthly or month is None else "yearly"
        first = _first_lunar(month if kind == "yearly" else None, day, leap=leap)
        if first is None:
            raise Invalid(
                _("This cannot be:"), [Problem("day", _("the Chinese calendar has no such day soon"), day)]
            )  # fmt: skip
        return self.items.add(title=title, day=first, lunar=kind, **values)

    def preferred(self) -> Preferences:
        """How I want to be reminded."""
        found = self.preferences.find(name=MINE, owner=self.session.person)
        return found[0] if found else Preferences()

    def prefer(self, **values: Any) -> Preferences:
        """Change how I want to be reminded: quiet hours, the morning, offsets, carriers, `mail_to`."""
        known = self.preferred()
        if known.version:
            return self.preferences.update(known.id, **values)
        return self.preferences.add(**values)

    # ── what comes ───────────────────────────────────────────────────────────────────────────────────

    def due(self, start: datetime, end: datetime) -> list[Occurrence]:
        """What I am told of after one moment and up to another; nothing is changed."""
        preferences = self.preferred()
        return due.due(cues(self.session, start, end, preferences), start, end, self._hours(preferences))  # fmt: skip

    def ahead(self, days: int = 7) -> "pl.DataFrame":
        """What I am going to be told of, the soonest first."""
        import polars as pl

        now = datetime.now(UTC)
        lines = [
            {"fires": each.fires, "title": each.cue.title, "at": each.at, "source": each.cue.source}
            for each in self.due(now, now + timedelta(days=days))
        ]
        moment = pl.Datetime("us", "UTC")
        schema = {"fires": moment, "title": pl.String(), "at": moment, "source": pl.String()}
        frame = pl.DataFrame(lines, schema=schema)
        return frame.with_columns(pl.col("fires", "at").dt.convert_time_zone(zone().key))

    def look(self, now: datetime | None = None) -> Listing[Notice]:
        """Put what has fallen due into the inbox, each thing once, and give it to the carriers; what is new."""
        now = now or datetime.now(UTC)
        preferences = self.preferred()
        self._close_done()
        fallen = self.due(now - CATCH_UP, now)
        told = self._told([each.key for each in fallen])
        fresh = [each for each in fallen if each.key not in told]
        new: Listing[Notice] = Listing()
        for each in fresh:
            if (notice := self._tell(each, preferences, now)) is not None:
                new.append(notice)
        return new

    def _tell(self, each: Occurrence, preferences: Preferences, now: datetime) -> Notice | None:
        """A notice with its deliveries; None when somebody else was faster."""
        cue = each.cue
        batch = new_id()
        try:
            with together(self.session, batch) as joined:
                mine = Reminders(joined)
                notice = mine.notices.add(
                    occurrence=each.key, source=cue.source, title=cue.title, note=cue.note, about=cue.about, at=each.at,
                    whole_day=not cue.clock, fires=each.fires, urgent=cue.urgent, batch=batch,
                )  # fmt: skip
                for name in dict.fromkeys(preferences.carriers):
                    mine.deliveries.add(notice=notice.id, carrier=name, next_try=now, batch=batch)
        except Invalid:
            if self._told([each.key]):
                return None  # somebody else was faster
            raise
        return notice

    def _told(self, keys: list[str]) -> set[str]:
        if not keys:
            return set()
        found = self.notices.find(col("occurrence").is_in(keys), owner=self.session.person)
        return {notice.occurrence for notice in found}

    # ── the inbox ────────────────────────────────────────────────────────────────────────────────────

    def inbox(self, now: datetime | None = None) -> Listing[Notice]:
        """What I was told of and have not seen to, the latest first; what is snoozed comes back when its time is over."""
        now = now or datetime.now(UTC)
        open_ = (col("state") == "new") | ((col("state") == "snoozed") & (col("until") <= now))
        found = self.notices.find(open_, owner=self.session.person, order="-fires")
        over = self._done_todos(found)
        return Listing(notice for notice in found if notice.about not in over)

    def snooze(
        self, notice: Which, *, minutes: int | None = None, until: datetime | str | None = None
    ) -> Notice:
        """Let it come back later, in an hour unless something else is said."""
        if until is not None:
            moment = moment_of(until)
        else:
            moment = datetime.now(UTC) + timedelta(minutes=60 if minutes is None else minutes)
        return self.notices.update(self._notice(notice).id, state="snoozed", until=moment)

    def done(self, notice: Which) -> Notice:
        """It was seen to."""
        return self.notices.update(self._notice(notice).id, state="done", until=None)

    def deliver(self, now: datetime | None = None) -> Listing[Delivery]:
        """Send what waits to be sent; what was tried, with how it went. On a hub its worker mails what is due."""
        moment = now or datetime.now(UTC)
        preferences = self.preferred()
        hours = self._hours(preferences)
        post = posting.post_of(self.session)
        posted = post is not None and not posting.sends_own()
        without = [posting.MAIL] if posted else []
        tried = carrying.deliver(self.session, preferences, moment, hours, without)
        if post is not None:
            tried += posting.hand_over(
                self.session, post, preferences, past=self.due(moment - CATCH_UP, moment),
                ahead=self.due(moment, moment + posting.AHEAD), now=moment, local=zone().key,
            )  # fmt: skip
        return Listing(tried)

    def carriers(self) -> "pl.DataFrame":
        """What can bring notices to me outside the lab, and what each of them still needs."""
        import polars as pl

        preferences = self.preferred()
        post = posting.post_of(self.session)

        def needs(each: carrying.Carrier) -> str:
            if each.name == posting.MAIL and post is not None and not posting.sends_own():
                return no_address(preferences) or post.needs()
            return each.trouble(preferences)

        lines = [
            {"carrier": name, "wanted": name in preferences.carriers, "needs": needs(each)}
            for name, each in carrying.carriers().items()
        ]
        return pl.DataFrame(lines)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _notice(self, notice: Which) -> Notice:
        return notice if isinstance(notice, Notice) else self.notices.get(notice)

    def _hours(self, preferences: Preferences) -> Hours:
        return Hours(zone(), preferences.morning, preferences.quiet_from, preferences.quiet_until)

    def _close_done(self) -> None:
        """What one is told of a to-do is over when the to-do is done."""
        found = self.notices.find(
            col("state").is_in(["new", "snoozed"]), source="todos", owner=self.session.person
        )
        over = self._done_todos(found)
        for notice in found:
            if notice.about in over:
                self.notices.update(notice.id, state="done", until=None)

    def _done_todos(self, notices: Listing[Notice]) -> set[str | None]:
        from pgc_lib.areas.todo.records import Todo
        from pgc_lib.core.collection import Collection
        from pgc_lib.core.pointer import point, pointed

        ids = [pointed(each.about)[1] for each in notices if each.source == "todos" and each.about]
        if not ids:
            return set()
        done = Collection(self.session, Todo).find(col("id").is_in(ids), done=True)
        return {point(each) for each in done}


def _whole_title(parsed: Parsed) -> str:
    """A reminder has no tags or projects: what a line says of them stays in its words."""
    from dataclasses import replace

    rest = replace(parsed, title="", due=None, at="", rule=None, from_done=False)
    return f"{parsed.title} {line_of(rest)}".strip()


def _by_the_moon(line: str) -> tuple[str, dict[str, Any]] | None:
    """The rest of a line, and the day of the Chinese calendar on which it comes back."""
    words = line.split()
    for place, word in enumerate(words):
        found = lunar_rule_at(word)
        if isinstance(found, Read):
            rest = [*words[:place], word[found.length :], *words[place + 1 :]]
            return " ".join(filter(None, rest)), dict(found.values)
    return None


def _first_lunar(month: int | None, day: int, *, leap: bool) -> date | None:
    """The first such day from today on that the calendar really has."""
    from lunardate import LunarDate

    for ahead in range(_LUNAR_DAYS * (10 if leap else 1)):
        solar = today() + timedelta(days=ahead)
        try:
            known = LunarDate.from_solar_date(solar.year, solar.month, solar.day)
        except ValueError:
            return None
        if known.day == day and (month is None or (known.month == month and bool(known.is_leap_month) == leap)):  # fmt: skip
            return solar
    return None
