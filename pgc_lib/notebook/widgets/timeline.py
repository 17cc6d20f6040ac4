"""What happened when, in several areas at once: lanes over one axis of time, from a whole life down to a week.

lab.timeline()      lab.timeline("anchor.achievements", "hobbies.activities", since="2025-01-01")
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from json import dumps
from typing import TYPE_CHECKING, Any

from pgc_lib.core.naming import kind_title
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Invalid, PgcError
from pgc_lib.i18n import N_, _, lang, n_
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.look import SERIES
from pgc_lib.notebook.widgets.heatmap import _when, _zone_name
from pgc_lib.notebook.widgets.titles import called, facts
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.core.collection import Collection
    from pgc_lib.lab import Lab

LANES = (
    "anchor.stations", "anchor.achievements", "anchor.milestones", "goals.contributions", "family.occasions",
    "family.contacts", "family.gifts", "skills.evidence", "skills.practice", "hobbies.activities", "todos.items",
    "methods.decisions", "reports.written", "wellbeing.moods", "wellbeing.exercise", "finance.transactions",
)  # fmt: skip
"""The kinds that are seen unless others are asked for; those of which there is nothing are left out."""
_FIELDS = {"todos.items": "done_at"}
_SPANS = (
    (7, N_("Week")),
    (31, N_("Month")),
    (92, N_("Quarter")),
    (366, N_("Year")),
    (1830, N_("Five years")),
)
_BINS, _SINGLE, _ROWS, _LISTED = 48, 36, 3, 12
_MOST = 200_000
_EARLIEST = date(1900, 1, 1)
_KEYS = {"+": "closer", "=": "closer", "-": "wider", "PageUp": "back", "PageDown": "forward"}


@dataclass
class Lane:
    """One kind of records with what of it lies in the span that is seen."""

    collection: "Collection[Any]"
    by: str
    moments: list[date] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Of which kind."""
        return self.collection.spec.kind

    @property
    def is_moment(self) -> bool:
        """Whether it knows the time of day."""
        return self.collection.spec.fields[self.by].type.name == "moment"

    def within(self, first: date, last: date) -> list[Any]:
        """The conditions for what lies in some days."""
        if not self.is_moment:
            return [col(self.by) >= first, col(self.by) <= last]
        begin = datetime.combine(first, time(), zone()).astimezone(UTC)
        end = datetime.combine(last + timedelta(days=1), time(), zone()).astimezone(UTC)
        return [col(self.by) >= begin, col(self.by) < end]

    def days(self, first: date, last: date) -> list[date]:
        """The day of each record there."""
        import polars as pl

        frame = self.collection.frame(
            *self.within(first, last), columns=[self.by], order=self.by, limit=_MOST
        )
        days = frame[self.by]
        if self.is_moment:
            days = days.dt.convert_time_zone(_zone_name()).dt.date()
        return days.cast(pl.Date).to_list()


class Timeline(Part):
    """Lanes of records; a click on a bar goes closer, one on a mark tells what it is."""

    look = "pgc-time"

    def __init__(
        self,
        lab: "Lab",
        *kinds: str,
        since: "date | str | None" = None,
        until: "date | str | None" = None,
    ) -> None:
        self.named = _("Timeline")
        self.lab = lab
        self.last = _day(until) or today()
        self.first = _day(since) or self.last - timedelta(days=365)
        self.hidden: set[str] = set()
        self.chosen: tuple[str, date, date] | None = None
        self.lanes = list(self._lanes(kinds))

    def _lanes(self, kinds: Sequence[str]) -> Iterator[Lane]:
        known = set(_FIELDS)
        for kind in kinds or LANES:
            try:
                collection = self.lab.collection_of(kind)
                by = _FIELDS[kind] if kind in known else _when(collection)
            except PgcError:
                if kinds:
                    raise
                continue  # an area that this lab does not have
            yield Lane(collection, by)

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> Html:
        """The axis and its lanes."""
        for lane in self.lanes:
            lane.moments = lane.days(self.first, self.last)
        filled = [lane for lane in self.lanes if lane.moments]
        if not filled and not any(lane.collection.count() for lane in self.lanes):
            return tag.div(
                tag.b(_("Nothing has happened yet.")),
                _("What you note in any area gets its place here."), class_="pgc-empty",
            )  # fmt: skip
        shown = [lane for lane in filled if lane.kind not in self.hidden]
        return tag.div(
            self._bar(),
            self._choice(filled),
            tag.div(
                self._axis(),
                [self._lane(lane) for lane in shown],
                class_="pgc-time-sheet", tabindex="0", role="region", aria_label=self._said(),
                data_pgc_keys=dumps(_KEYS),
            )
            if shown
            else tag.p(_("Nothing lies in this span."), class_="pgc-empty"),
            self._listed() if self.chosen is not None else None,
            class_="pgc-stack",
        )  # fmt: skip

    def _said(self) -> str:
        return f"{self.first.isoformat()} – {self.last.isoformat()}"

    def _bar(self) -> Html:
        days = (self.last - self.first).days + 1
        return tag.div(
            tag.div(
                [
                    tag.button(
                        _(name), act="span", values={"days": span}, class_="pgc-button", aria_pressed="true" if abs(days - span) <= 1 else "false"
                    )
                    for span, name in _SPANS
                ],
                tag.button(_("All"), act="all_of_it", class_="pgc-button"),
                class_="pgc-row", role="group", aria_label=_("How much time"), data_pgc_arrows="1",
            ),
            tag.div(
                tag.button("−", act="wider", class_="pgc-button", aria_label=_("More time")),
                tag.button("+", act="closer", class_="pgc-button", aria_label=_("Less time"), disabled=days <= 7),
                tag.button("‹", act="back", class_="pgc-button", aria_label=_("Earlier")),
                tag.span(self._said(), class_="pgc-number", role="status"),
                tag.button("›", act="forward", class_="pgc-button", aria_label=_("Later on"), disabled=self.last >= today()),
                class_="pgc-row pgc-far",
            ),
            class_="pgc-row",
        )  # fmt: skip

    def _choice(self, filled: Sequence[Lane]) -> Html:
        return tag.div(
            [
                tag.button(
                    tag.i(class_="pgc-graph-dot", style=f"background:{self._color(lane)}", aria_hidden="true"),
                    kind_title(lane.kind), tag.span(f"{len(lane.moments):,}", class_="pgc-soft"), act="turn", values={"kind": lane.kind},
                    class_="pgc-button pgc-graph-kind", aria_pressed="false" if lane.kind in self.hidden else "true",
                )
                for lane in filled
            ],
            class_="pgc-row", role="group", aria_label=_("What is shown"), data_pgc_arrows="1",
        )  # fmt: skip

    def _axis(self) -> Html:
        return tag.div(
            tag.span(class_="pgc-time-name"),
            tag.span(
                [
                    tag.span(text, style=f"inset-inline-start:{self._share(day):.2f}%", class_="pgc-time-tick")
                    for day, text in _ticks(self.first, self.last)
                ],
                class_="pgc-time-track",
            ),
            class_="pgc-time-lane pgc-time-axis", aria_hidden="true",
        )  # fmt: skip

    def _lane(self, lane: Lane) -> Html:
        single = len(lane.moments) <= _SINGLE
        marks = self._marks(lane) if single else self._bars(lane)
        rows = max((row for row, _mark in marks), default=0) + 1
        return tag.div(
            tag.span(kind_title(lane.kind), class_="pgc-time-name", style=f"border-color:{self._color(lane)}"),
            tag.div(
                [mark for _row, mark in marks], class_="pgc-time-track", data_pgc_arrows="1",
                style=f"height:{rows * 26 + 8 if single else 46}px",
            ),
            class_="pgc-time-lane", role="group", aria_label=f"{kind_title(lane.kind)}: {len(lane.moments)}", data_key=lane.kind,
        )  # fmt: skip

    def _marks(self, lane: Lane) -> list[tuple[int, Html]]:
        """Each record with its title, on the first row that has room."""
        records = lane.collection.find(
            *lane.within(self.first, self.last), order=lane.by, limit=_SINGLE
        )
        ends = [0.0] * _ROWS
        found = []
        for record in records:
            day = self._day_of(record, lane)
            title = called(record, lane.collection)
            left = self._share(day)
            wide = min(
                24.0, 3.2 + 1.15 * sum(2 if ord(letter) > 0x2E80 else 1 for letter in title) * 0.62
            )
            row = next((n for n, end in enumerate(ends) if end <= left), _ROWS)
            labelled = row < _ROWS and left + wide <= 100
            if row < _ROWS:  # else it is a mark below them, without its title
                ends[row] = left + (wide if labelled else 1.8)
            found.append((row, self._mark(lane, day, title, left, wide if labelled else 0, row)))
        return found

    def _mark(self, lane: Lane, day: date, title: str, left: float, wide: float, row: int) -> Html:
        pressed = (
            self.chosen is not None
            and self.chosen[0] == lane.kind
            and self.chosen[1] <= day <= self.chosen[2]
        )
        return tag.button(
            tag.i(style=f"background:{self._color(lane)}", aria_hidden="true"),
            tag.span(title, dir="auto") if wide else None,
            act="choose", values={"kind": lane.kind, "first": day.isoformat(), "last": day.isoformat()},
            title=f"{day.isoformat()} · {title}", aria_label=f"{day.isoformat()}: {title}", aria_pressed="true" if pressed else "false",
            class_="pgc-time-mark", style=f"inset-inline-start:{left:.2f}%;top:{row * 26 + 4}px;" + (f"max-width:{wide:.1f}%" if wide else ""),
        )  # fmt: skip

    def _bars(self, lane: Lane) -> list[tuple[int, Html]]:
        """How many there are in each piece of the span."""
        days = (self.last - self.first).days + 1
        size = max(1, -(-days // _BINS))
        counts: dict[int, int] = {}
        for day in lane.moments:
            counts[(day - self.first).days // size] = (
                counts.get((day - self.first).days // size, 0) + 1
            )
        most = max(counts.values())
        found = []
        for number, count in sorted(counts.items()):
            first = self.first + timedelta(days=number * size)
            last = min(self.last, first + timedelta(days=size - 1))
            said = (
                f"{first.isoformat()}"
                + (f" – {last.isoformat()}" if last > first else "")
                + f": {count}"
            )
            found.append(
                (
                    0,
                    tag.button(
                        tag.i(style=f"height:{max(8, 100 * count / most):.0f}%;background:{self._color(lane)}", aria_hidden="true"),
                        act="choose", values={"kind": lane.kind, "first": first.isoformat(), "last": last.isoformat()}, title=said,
                        aria_label=said, class_="pgc-time-bar",
                        aria_pressed="true" if self.chosen == (lane.kind, first, last) else "false",
                        style=f"inset-inline-start:{self._share(first):.2f}%;width:{100 * size / days:.2f}%",
                    ),
                )
            )  # fmt: skip
        return found

    def _listed(self) -> Html:
        """The records of a mark or a bar."""
        assert self.chosen is not None
        kind, first, last = self.chosen
        lane = next(each for each in self.lanes if each.kind == kind)
        asked = lane.within(first, last)
        records = lane.collection.find(*asked, order=lane.by, limit=_LISTED)
        count = lane.collection.count(*asked)
        span = first.isoformat() + (f" – {last.isoformat()}" if last > first else "")
        lines = []
        for record in records:
            title = called(record, lane.collection)
            more = " · ".join(fact for fact in facts(record) if fact not in title)
            lines.append(
                tag.li(
                    tag.span(title),
                    " ",
                    tag.span(more, class_="pgc-soft"),
                    dir="auto",
                    data_key=str(record.id),
                )
            )
        return tag.div(
            tag.div(
                tag.h4(kind_title(kind), tag.small(span)),
                tag.span(n_("{n} record", "{n} records", count), class_="pgc-soft"),
                tag.button(_("Go closer"), act="go_to", class_="pgc-button pgc-far") if last > first else None,
                tag.button("×", act="leave", class_="pgc-button pgc-plain", aria_label=_("Shut")),
                class_="pgc-row",
            ),
            tag.ul(lines),
            tag.p(_("… and {n} more.", n=count - len(records)), class_="pgc-hint") if count > len(records) else None,
            class_="pgc-sunken pgc-stack", aria_live="polite",
        )  # fmt: skip

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────

    @deed
    def choose(self, kind: str, first: str, last: str) -> None:
        """A mark or a bar was clicked."""
        wanted = (kind, date.fromisoformat(first), date.fromisoformat(last))
        self.chosen = None if wanted == self.chosen else wanted

    @deed
    def leave(self) -> None:
        """Shut what was clicked."""
        self.chosen = None

    @deed
    def go_to(self) -> None:
        """Only the days of the bar that was clicked, at least a week."""
        if self.chosen is not None:
            _kind, first, last = self.chosen
            spare = max(0, 6 - (last - first).days)
            self._see(first - timedelta(days=spare // 2), last + timedelta(days=spare - spare // 2))

    @deed
    def span(self, days: int) -> None:
        """So many days, up to the last one that is seen."""
        self._see(self.last - timedelta(days=max(6, int(days) - 1)), self.last)

    @deed
    def all_of_it(self) -> None:
        """From the first record to the last."""
        ends: list[date] = []
        for lane in self.lanes:
            for order in (lane.by, f"-{lane.by}"):
                found = lane.collection.find(col(lane.by).is_not_null(), order=order, limit=1)
                ends += [self._day_of(record, lane) for record in found]
        if ends:
            self._see(min(ends), max(*ends, today()) if max(ends) > today() else today())

    @deed
    def closer(self) -> None:
        """Half of the time, around the middle."""
        days = (self.last - self.first).days
        cut = timedelta(days=min(days // 4, max(0, (days - 6) // 2)))
        self._see(self.first + cut, self.last - cut)

    @deed
    def wider(self) -> None:
        """Twice the time."""
        more = timedelta(days=max(4, (self.last - self.first).days // 2))
        self._see(self.first - more, self.last + more)

    @deed
    def back(self) -> None:
        """Earlier."""
        self._move(-1)

    @deed
    def forward(self) -> None:
        """Later."""
        self._move(1)

    @deed
    def turn(self, kind: str) -> None:
        """Hide a lane, or show it again."""
        self.hidden ^= {kind}

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _move(self, way: int) -> None:
        by = timedelta(days=max(1, ((self.last - self.first).days + 1) * 2 // 3)) * way
        self._see(self.first + by, self.last + by)

    def _see(self, first: date, last: date) -> None:
        end = max(today(), self.last)
        if last > end:
            first, last = first - (last - end), end
        self.first, self.last = max(first, _EARLIEST), max(last, _EARLIEST + timedelta(days=6))
        self.chosen = None

    def _share(self, day: date) -> float:
        return 100 * (day - self.first).days / ((self.last - self.first).days + 1)

    def _color(self, lane: Lane) -> str:
        return f"var(--pgc-{SERIES[self.lanes.index(lane) % len(SERIES)]})"

    @staticmethod
    def _day_of(record: Any, lane: Lane) -> date:
        value = getattr(record, lane.by)
        return value.astimezone(zone()).date() if isinstance(value, datetime) else value


def _ticks(first: date, last: date) -> Iterator[tuple[date, str]]:
    """Days at which the axis says where one is: days, months or years, not more than a dozen."""
    days = (last - first).days + 1
    if days <= 14:
        yield from (
            (first + timedelta(days=n), f"{first + timedelta(days=n):%m-%d}")
            for n in range(0, days, max(1, days // 7))
        )
        return
    if days <= 45:
        yield from (
            (first + timedelta(days=n), f"{first + timedelta(days=n):%m-%d}")
            for n in range(0, days, 7)
        )
        return
    months = max(1, round(days / 30.4 / 8))
    step = next((each for each in (1, 2, 3, 6, 12, 24, 60, 120, 240) if each >= months), 480)
    at = first.replace(day=1)
    number = at.year * 12 + at.month - 1
    number += -number % step
    while (day := date(number // 12, number % 12 + 1, 1)) <= last:
        if day >= first:
            yield day, str(day.year) if step >= 12 else _month_of(day)
        number += step


def _month_of(day: date) -> str:
    if lang() == "zh-CN":
        return f"{day.year}年{day.month}月" if day.month == 1 else f"{day.month}月"
    return f"{day:%b %Y}" if day.month == 1 else f"{day:%b}"


def _day(given: "date | str | None") -> date | None:
    if not isinstance(given, str):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Invalid(
            _("“{given}” is not a day.", given=given), next_step=_("Write it like 2026-01-01.")
        ) from None


def of_lab(lab: "Lab", *kinds: str, **options: Any) -> Timeline:
    """The timeline of a lab."""
    return Timeline(lab, *kinds, **options)
