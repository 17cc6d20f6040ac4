"""A year as a calendar: each day the darker the more there was of something; a click shows what that was.

lab.wellbeing.heatmap()   lab.finance.heatmap()   lab.skills.heatmap()   lab.hobbies.heatmap()   lab.todos.heatmap()
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pgc_lib.core.collection import Collection
from pgc_lib.core.zone import today, zone
from pgc_lib.i18n import N_, _, lang, n_
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.widgets.titles import called, short
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl

How: TypeAlias = Literal["count", "sum", "mean"]
_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_LEVELS = 4
_OF_A_DAY = 12
_WIDE, _MIDDLE = 900, 520
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Measure:
    """What is counted on each day."""

    title: str
    collection: Collection[Any]
    by: str
    """The field that says when: a day or a moment."""
    value: str = ""
    """The field that is added up; empty: records are counted."""
    how: How = "count"
    unit: str = ""
    keep: Callable[["pl.DataFrame"], "pl.DataFrame"] | None = None
    """Which records count, and how, where it is not all as they are."""
    columns: Sequence[str] = ()

    def days(self, first: date, last: date) -> dict[date, float]:
        """The value of each day that has one."""
        import polars as pl

        moment = self.collection.spec.fields[self.by].type.name == "moment"
        wanted = [self.by, *([self.value] if self.value else []), *self.columns]
        frame = self.collection.frame(
            *self._within(first, last, moment=moment), columns=list(dict.fromkeys(wanted))
        )
        if self.keep is not None:
            frame = self.keep(frame)
        day = pl.col(self.by)
        if moment:
            day = day.dt.convert_time_zone(_zone_name()).dt.date()
        amount = (
            pl.len()
            if self.how == "count"
            else getattr(pl.col(self.value).cast(pl.Float64), self.how)()
        )
        found = (
            frame.group_by(day.alias("day"))
            .agg(amount.cast(pl.Float64).alias("value"))
            .drop_nulls()
        )
        return dict(found.select("day", "value").iter_rows())

    def records(self, day: date) -> tuple[list[Any], int]:
        """The records of a day, and how many there are."""
        moment = self.collection.spec.fields[self.by].type.name == "moment"
        asked = self._within(day, day, moment=moment)
        return list(
            self.collection.find(*asked, order=self.by, limit=_OF_A_DAY)
        ), self.collection.count(*asked)

    def _within(self, first: date, last: date, *, moment: bool) -> list[Any]:
        if not moment:
            return [col(self.by) >= first, col(self.by) <= last]
        begin = datetime.combine(first, time(), zone()).astimezone(UTC)
        end = datetime.combine(last + timedelta(days=1), time(), zone()).astimezone(UTC)
        return [col(self.by) >= begin, col(self.by) < end]


class Heatmap(Part):
    """Days of some weeks; arrows walk them, a click or Enter opens one."""

    look = "pgc-heat"

    def __init__(self, *measures: Measure, until: date | None = None) -> None:
        self.measures = measures
        self.chosen = 0
        self.until = until or today()
        self.day: date | None = None

    @property
    def measure(self) -> Measure:
        """What is shown now."""
        return self.measures[self.chosen]

    @property
    def weeks(self) -> int:
        """How many weeks fit beside one another."""
        width = float(self.surroundings.get("width") or _WIDE)
        return 53 if width >= _WIDE else 26 if width >= _MIDDLE else 13

    def met(self) -> None:
        """The width is known."""
        self.renew()

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> Html:
        """The calendar with its legend and what a day held."""
        last = self.until - timedelta(days=self.until.weekday()) + timedelta(days=6)
        first = last - _WEEK * self.weeks + timedelta(days=1)
        values = self.measure.days(first, last)
        if not values and self.measure.collection.count() == 0:
            return tag.div(
                self._choice(), tag.b(_("Nothing was noted yet.")),
                _("As soon as something is, its days are coloured here."), class_="pgc-empty",
            )  # fmt: skip
        edges = _edges(values)
        now = (
            self.day
            if self.day is not None and first <= self.day <= last
            else min(self.until, last)
        )
        return tag.div(
            self._head(first, last, values),
            tag.div(
                self._grid(first, values, edges, now),
                class_="pgc-scroll", role="region", aria_label=_(self.measure.title), tabindex="0",
            ),
            self._legend(edges),
            self._of_the_day(values) if self.day is not None else None,
            class_="pgc-stack",
        )  # fmt: skip

    def _choice(self) -> Html | None:
        if len(self.measures) < 2:
            return None
        return tag.select(
            [
                tag.option(_(each.title), value=n, selected=True if n == self.chosen else None)
                for n, each in enumerate(self.measures)
            ],
            act="show", name="measure", aria_label=_("What is shown"), class_="pgc-heat-choice",
        )  # fmt: skip

    def _head(self, first: date, last: date, values: Mapping[date, float]) -> Html:
        whole = sum(values.values()) if self.measure.how != "mean" else None
        return tag.div(
            self._choice() or tag.h3(_(self.measure.title)),
            tag.span(
                n_("{n} day", "{n} days", len(values)),
                f" · {self._said(whole)}" if whole is not None and values else "",
                class_="pgc-soft", role="status",
            ),
            tag.span(
                tag.button("‹", act="back", class_="pgc-button", aria_label=_("Earlier")),
                tag.span(f"{first:%Y-%m} – {min(last, self.until):%Y-%m}", class_="pgc-number"),
                tag.button("›", act="forward", class_="pgc-button", aria_label=_("Later on"), disabled=last >= today()),
                class_="pgc-row pgc-far",
            ),
            class_="pgc-row",
        )  # fmt: skip

    def _grid(
        self, first: date, values: Mapping[date, float], edges: Sequence[float], now: date
    ) -> Html:
        weeks = [first + _WEEK * n for n in range(self.weeks)]
        heads = [tag.td()]
        for n, week in enumerate(weeks):
            begins = n == 0 or week.month != weeks[n - 1].month
            room = n + 2 < len(weeks) and (
                n > 0 or weeks[min(2, len(weeks) - 1)].month == week.month
            )
            heads.append(tag.td(tag.span(_month(week)) if begins and room else None))
        rows = []
        for weekday, name in enumerate(_WEEKDAYS):
            days = [week + timedelta(days=weekday) for week in weeks]
            cells = [self._cell(day, values.get(day), edges, day == now) for day in days]
            rows.append(tag.tr(tag.th(_(name), scope="row"), cells))
        return tag.table(
            tag.thead(tag.tr(heads), aria_hidden="true"), tag.tbody(rows, data_pgc_arrows=len(weeks)), class_="pgc-heat-grid"
        )  # fmt: skip

    def _cell(self, day: date, value: float | None, edges: Sequence[float], now: bool) -> Html:
        level = 0 if value is None else 1 + sum(value > edge for edge in edges)
        said = f"{_long(day)}: {self._said(value) if value is not None else _('nothing')}"
        return tag.td(
            tag.button(
                act="choose", values={"day": day.isoformat()}, class_=f"pgc-heat-{level}", title=said, aria_label=said,
                aria_pressed="true" if day == self.day else "false", tabindex="0" if now else "-1",
                disabled=True if day > today() else None,
            )
        )  # fmt: skip

    def _legend(self, edges: Sequence[float]) -> Html:
        steps = [self._said(each) for each in edges]
        told = [
            _("up to {value}", value=steps[0]) if steps else "",
            *(_("up to {value}", value=each) for each in steps[1:]),
            _("more") if steps else "",
        ]
        return tag.div(
            [
                tag.span(tag.i(class_=f"pgc-heat-{level}", aria_hidden="true"), text, class_="pgc-heat-step")
                for level, text in [(0, _("nothing")), *((n + 1, text) for n, text in enumerate(told) if text)]
            ],
            class_="pgc-row pgc-small pgc-soft",
        )  # fmt: skip

    def _of_the_day(self, values: Mapping[date, float]) -> Html:
        day = self.day
        assert day is not None
        records, count = self.measure.records(day)
        value = values.get(day)
        return tag.div(
            tag.div(
                tag.h4(_long(day)),
                tag.span(self._said(value) if value is not None else "", class_="pgc-soft"),
                tag.button("×", act="leave", class_="pgc-button pgc-plain pgc-far", aria_label=_("Shut")),
                class_="pgc-row",
            ),
            tag.ul([tag.li(self._line(each), dir="auto", data_key=str(each.id)) for each in records])
            if records
            else tag.p(_("Nothing was noted on this day."), class_="pgc-soft"),
            tag.p(_("… and {n} more.", n=count - len(records)), class_="pgc-hint") if count > len(records) else None,
            class_="pgc-sunken", aria_live="polite",
        )  # fmt: skip

    def _line(self, record: Any) -> list[Any]:
        value = getattr(record, self.measure.value, None) if self.measure.value else None
        name = called(record, self.measure.collection)
        return [
            name,
            " ",
            tag.span(short(value), class_="pgc-soft pgc-number") if value is not None else None,
        ]

    def _said(self, value: float) -> str:
        number = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:,.1f}"
        return (
            f"{number} {_(self.measure.unit)}" if self.measure.unit else number
        )  # i18n: a unit of ours

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────

    @deed
    def choose(self, day: str) -> None:
        """A day was clicked."""
        wanted = date.fromisoformat(day)
        self.day = None if wanted == self.day else wanted

    @deed
    def leave(self) -> None:
        """Shut what the day held."""
        self.day = None

    @deed
    def back(self) -> None:
        """The weeks before."""
        self._turn(-1)

    @deed
    def forward(self) -> None:
        """The weeks after."""
        self._turn(1)

    @deed
    def show(self, value: str) -> None:
        """Something else is to be seen."""
        self.chosen = max(0, min(int(value), len(self.measures) - 1))

    def _turn(self, by: int) -> None:
        self.until = min(today(), max(date(1900, 1, 1), self.until + _WEEK * self.weeks * by))
        self.day = None


def _edges(values: Mapping[date, float]) -> list[float]:
    """Where a level ends: as many days in each as can be."""
    known = sorted(values.values())
    if not known:
        return []
    found = [known[len(known) * n // _LEVELS] for n in range(1, _LEVELS)]
    return [each for each in sorted(set(found)) if each < known[-1]]


def _zone_name() -> str:
    return getattr(zone(), "key", None) or "UTC"


def _month(day: date) -> str:
    return f"{day.month}月" if lang() == "zh-CN" else f"{day:%b}"


def _long(day: date) -> str:
    weekday = _(_WEEKDAYS[day.weekday()])
    return (
        f"{day.year}年{day.month}月{day.day}日 {weekday}"
        if lang() == "zh-CN"
        else f"{weekday} {day.day} {day:%b %Y}"
    )


# ── what each area counts ────────────────────────────────────────────────────────────────────────────────


def of_wellbeing(area: Any) -> Heatmap:
    """Mood, vigour and sleep."""
    moods, sleep = area.moods, area.sleep
    measures = [
        Measure(N_("Mood"), moods, "at", "mood", "mean"),
        Measure(N_("Vigour"), moods, "at", "energy", "mean"),
    ]
    if "exercise" in {each.spec.name for each in area.collections()}:
        measures.append(Measure(N_("Exercise"), area.exercise, _when(area.exercise)))
    measures.append(Measure(N_("Sleep"), sleep, _when(sleep)))
    return Heatmap(*measures)


def of_finance(area: Any) -> Heatmap:
    """What was spent on each day in the usual currency; transfers between own accounts are not spending."""
    import polars as pl

    recent = area.transactions.frame(columns=["currency"], order="-day", limit=500)
    usual = recent["currency"].mode().sort().first() or "" if recent.height else ""

    def spent(frame: "pl.DataFrame") -> "pl.DataFrame":
        mine = (
            (pl.col("amount") < 0)
            & (pl.col("currency") == usual)
            & (pl.col("nature").fill_null("") != "transfer")
        )
        return frame.filter(mine).with_columns(-pl.col("amount"))

    return Heatmap(
        Measure(
            N_("Spending"), area.transactions, "day", "amount", "sum", str(usual), keep=spent, columns=("currency", "nature")
        ),
        Measure(N_("Payments"), area.transactions, "day"),
    )  # fmt: skip


def of_skills(area: Any) -> Heatmap:
    """Hours of practice."""
    return Heatmap(Measure(N_("Practice"), area.practice, "day", "hours", "sum", N_("hours")))


def of_hobbies(area: Any) -> Heatmap:
    """What was done of one's hobbies."""
    return Heatmap(Measure(N_("Hobby time"), area.activities, "start"))


def of_todos(area: Any) -> Heatmap:
    """What was done, and what is due."""
    return Heatmap(
        Measure(N_("Done to-dos"), area.items, "done_at"),
        Measure(N_("To-dos that are due"), area.items, "due"),
    )


def of_collection(
    collection: Collection[Any], *, by: str = "", value: str = "", how: How = "count"
) -> Heatmap:
    """Any records that have a day or a time."""
    from pgc_lib.core.naming import kind_title

    measured = how if how != "count" or not value else "sum"
    title = kind_title(collection.spec.kind)
    if value:
        title += " · " + collection.spec.fields[value].title
    return Heatmap(Measure(title, collection, by or _when(collection), value, measured))


def _when(collection: Collection[Any]) -> str:
    """The field that says when something was."""
    from pgc_lib.errors import Invalid, Problem

    kinds = {name: each.type.name for name, each in collection.spec.fields.items()}
    sorted_by = [name.removeprefix("-") for name in collection.spec.sort]
    for name in (*sorted_by, *kinds):
        if kinds.get(name) in ("date", "moment"):
            return name
    raise Invalid(
        _("These records have no day."), [Problem("by", _("no field is a day or a time"))],
        next_step=_("Choose records that do."),
    )  # fmt: skip
