"""Growth by week: a small landscape to turn and touch, and the same as a chart for who cannot or will not."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from pgc_lib.core.amounts import amount
from pgc_lib.core.zone import today
from pgc_lib.i18n import N_, _, lang, n_
from pgc_lib.notebook.live import Child, Html, deed, tag
from pgc_lib.notebook.look import colors
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.facts import Week, main_currency, weeks_of
from pgc_lib.notebook.panels.pieces import button, empty, switch
from pgc_lib.notebook.panels.words import month, short

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_STEP, _APART, _TALLEST, _LEAST = 1.0, 3.4, 4.2, 0.06
_PALEST = 0.45
_LABEL, _PIXELS = 0.62, 30
"""A month's name is as tall as .62 weeks are wide, and taller where a week is narrower than 30 pixels."""
_NARROW, _WIDEST = 620, 1240


class Weeks(NamedTuple):
    """Half a year."""

    weeks: Sequence[Week]
    currency: str


class Growth(Card):
    """The weeks; how they are shown is decided when the page says how wide it is and whether it can draw in 3D."""

    title = N_("Growth by week")
    slow = True
    tall = 18

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.flat = False
        self.picked = -1
        self._scene: Any = None
        self._drawn_for: Any = None

    def read(self, lab: "Lab") -> Weeks:
        now = today()
        currency = main_currency(lab, now)
        return Weeks(weeks_of(lab, now, currency), currency or "CNY")

    def note(self, found: Weeks) -> str:
        first, last = found.weeks[0].first, found.weeks[-1].first
        return f"{short(first, last)} – {short(last, last)}"

    # ── what the browser said of itself ──────────────────────────────────────────────────────────────
    @property
    def width(self) -> int:
        """How wide the stage is."""
        told = int(self.surroundings.get("width") or 0)
        return min(max(told, 240), _WIDEST)

    @property
    def webgl(self) -> bool:
        """Whether it can draw in 3D; not known before the page said it."""
        return bool(self.surroundings.get("webgl"))

    @property
    def weeks(self) -> Sequence[Week]:
        """Those that are drawn: on a phone the last quarter only, so that a bar can be touched."""
        weeks: Sequence[Week] = self.found.weeks
        return weeks if self.width >= _NARROW else weeks[-13:]

    def met(self) -> None:
        """It can be drawn now, or is drawn anew for another width or light."""
        if self.there:
            self.renew()

    # ── drawn ────────────────────────────────────────────────────────────────────────────────────────
    def show(self, found: Weeks) -> Child:
        if not any(week.done or week.left for week in found.weeks):
            said = _("Each to-do done and each amount noted becomes a bar.")
            return tag.div(empty(_("The first weeks will grow here."), said), class_="pgc-stage")
        return [
            self._legend(),
            self._stage(),
            tag.p(self._about(found), class_="pgc-picked", role="status"),
            self._tools(),
        ]

    def _stage(self) -> Html:
        if not self.surroundings:
            return tag.div(tag.div(_("Drawing…"), class_="pgc-wait"), class_="pgc-stage")
        if self.flat or not self.webgl:
            return tag.div(tag.div(Html(self._chart()), class_="pgc-flat"), class_="pgc-stage")
        scene = self._landscape()
        label = _("A landscape of bars, two for each week; the buttons below read them out.")
        return tag.div(
            tag.div(
                data_pgc_widget=scene.widget.model_id,
                data_keep=scene.widget.model_id,
                class_="pgc-canvas",
                role="img",
                aria_label=label,
            ),
            class_="pgc-stage",
        )

    def _legend(self) -> Html:
        items = ((_("To-dos done"), "blue"), (_("Left over"), "gold"), (_("Overspent"), "red"))
        marks = [
            tag.li(tag.i(style=f"background:var(--pgc-{color})"), text) for text, color in items
        ]
        ways = ((False, _("Landscape")), (True, _("Chart")))
        return tag.div(
            tag.ul(marks, class_="pgc-legend"),
            switch("lie", ways, self.flat, name=_("How it is drawn"))
            if self.webgl or not self.surroundings
            else None,
            class_="pgc-between",
        )

    def _tools(self) -> Html:
        return tag.div(
            button("‹ " + _("Week before"), "earlier"),
            button(_("Week after") + " ›", "later"),
            button(_("Reset the view"), "reset") if self._scene is not None else None,
            class_="pgc-row",
        )

    def _about(self, found: Weeks) -> Child:
        if self.picked < 0:
            hint = _("Point at a bar to read its week; drag to look from elsewhere.")
            return tag.span(hint, class_="pgc-soft")
        week, last = found.weeks[self.picked], found.weeks[-1]
        key = (
            _("{amount} overspent", amount=amount(-week.left, found.currency))
            if week.left < 0
            else _("{amount} left over", amount=amount(week.left, found.currency))
        )
        done = n_("{n} to-do done", "{n} to-dos done", week.done)
        named = _("Week of {day}", day=short(week.first, last.first))
        return [tag.b(named), " · ", done, " · ", key]

    def _landscape(self) -> Any:
        size, dark = self.width, bool(self.surroundings.get("dark"))
        wanted = (size, dark, lang(), self.found)
        if self._scene is None or self._drawn_for != wanted:
            self.close()
            self._scene, self._drawn_for = self._built(size, dark), wanted
        return self._scene

    def _built(self, width: int, dark: bool) -> Any:
        from pgc_lib.notebook.scene import Bar, Label, Scene
        from pgc_lib.notebook.scene.bars import blend

        ink, weeks = colors(dark=dark), self.weeks
        most = max([week.done for week in weeks] + [1])
        largest = max([abs(week.left) for week in weeks] + [Decimal(1)])
        bars, labels = [], []
        for number, week in enumerate(weeks):
            x = (number - (len(weeks) - 1) / 2) * _STEP
            done = max(week.done / most * _TALLEST, _LEAST)
            left = max(float(abs(week.left) / largest) * _TALLEST, _LEAST)
            pale = _PALEST * (1 - number / len(weeks))  # what is long ago fades
            for z, height, color in (
                (-_APART / 2, done, ink["blue"]),
                (_APART / 2, left, ink["red" if week.left < 0 else "gold"]),
            ):
                bars.append(Bar(x, z, height, blend(color, ink["sunk"], pale), str(number)))
            if number and week.first.month != weeks[number - 1].first.month:
                size = _LABEL * max(1.0, len(weeks) * _PIXELS / width)
                labels.append(Label(month(week.first), x, 0, _APART / 2 + 1.1 + size / 2, size))
        long = len(weeks) * _STEP + 0.6
        ground = [
            Bar(0, z, 0.03, blend(ink["line"], ink["sunk"], 0.3), width=long, depth=1.5)
            for z in (-_APART / 2, _APART / 2)
        ]
        return Scene(bars, labels, ground=ground, width=width, dark=dark, on_pick=self._hit)

    def _chart(self) -> str:
        """The same weeks as two rows of bars."""
        import polars as pl

        from pgc_lib.notebook import charts

        weeks = self.found.weeks
        done, left = _("To-dos done"), _("Left over")
        frame = pl.DataFrame(
            {
                "week": [week.first for week in weeks],
                done: [float(week.done) for week in weeks],
                left: [float(week.left) for week in weeks],
            }
        )
        drawn = [charts.line(frame, x="week", y=name, title=name) for name in (done, left)]
        return "".join(each.__html__() for each in drawn)

    # ── acted upon ───────────────────────────────────────────────────────────────────────────────────
    @deed
    def lie(self, to: bool) -> None:
        """As a chart, or as a landscape."""
        self.flat = to
        if to:
            self.close()

    @deed
    def reset(self) -> None:
        """Look from where one looked at first."""
        if self._scene is not None:
            self._scene.reset()

    @deed
    def earlier(self) -> None:
        """The week before."""
        self._pick(self._next(-1))

    @deed
    def later(self) -> None:
        """The week after."""
        self._pick(self._next(1))

    def _next(self, step: int) -> int:
        last = len(self.found.weeks) - 1
        return last if self.picked < 0 else min(max(self.picked + step, 0), last)

    def _pick(self, number: int) -> None:
        """Say what a week holds, and mark it."""
        self.picked = number
        if self._scene is not None:
            at = number - (len(self.found.weeks) - len(self.weeks))
            if at >= 0:
                self._scene.mark(self._scene.bars[at * 2 : at * 2 + 2])

    def _hit(self, bar: Any) -> None:
        number = int(bar.about) + len(self.found.weeks) - len(self.weeks)
        if number != self.picked:
            self._pick(number)
            self.renew()

    def close(self) -> None:
        """Give the scene back."""
        if self._scene is not None:
            self._scene.close()
            self._scene = self._drawn_for = None
