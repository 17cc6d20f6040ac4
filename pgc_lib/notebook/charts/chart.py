"""A chart: it shows itself in a notebook, on a page and in a file, and says the same in words and as a table.

    chart = charts.line(lab.finance.cash_flow(), y="left", title="…")
    chart                                 # in a notebook: SVG that fits the place, in the light and in the dark
    chart.text                            # what it shows, in sentences
    chart.save("left.png")                # or .svg, .pdf
    chart.altair                          # the same as an Altair chart, to be changed

It is drawn once for a wide place and once for a phone, and the page shows the one that fits. Nothing is fetched, and
nothing runs in the browser.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import _, in_lang, lang, n_
from pgc_lib.notebook.charts import drawing
from pgc_lib.notebook.charts.saying import ended, sentences
from pgc_lib.notebook.charts.theme import Paint, config, flat, of_page
from pgc_lib.notebook.live.html import Html, tag
from pgc_lib.notebook.look import SHEET

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

WIDE, NARROW = 680, 340
"""Pixels: of a column of a page, and of a phone."""
_MOST_LINES = 60
_STYLE = Path(__file__).parents[1] / "live" / "charts.css"
Draw = Callable[[int, Paint], dict[str, Any]]
"""A specification without a title, so many pixels wide, in these colours."""


@dataclass(frozen=True)
class Chart:
    """A picture of a frame."""

    title: str
    sentences: Sequence[str]
    """What is compared, the extremes, and where it is heading; the first is the most important."""
    heads: Sequence[str]
    lines: Sequence[Sequence[str]]
    """The same as a table, as a person reads it."""
    draw: Draw = field(repr=False)
    frame: "pl.DataFrame" = field(repr=False)
    """What was drawn."""
    language: str = field(default_factory=lang)

    @property
    def text(self) -> str:
        """The chart in words."""
        with in_lang(self.language):
            return sentences(ended(self.title), *self.sentences)

    def __repr__(self) -> str:
        return self.text

    # ── seen ───────────────────────────────────────────────────────────────────────────────────────────

    def __html__(self) -> Html:
        """The chart for a page that has our look."""
        with in_lang(self.language):
            return tag.figure(
                tag.div(self.title, class_="pgc-chart-title") if self.title else None,
                tag.p(self.sentences[0], class_="pgc-chart-sum") if self.sentences else None,
                self._pictures if self.lines else self._nothing(),
                self.words() if self.lines else None,
                class_="pgc-chart",
            )

    @cached_property
    def _pictures(self) -> Html:
        return Html("").join(
            Html(
                drawing.inline(
                    self.draw(width, of_page), self.text, f"pgc-chart-{name}", pointed=width == WIDE
                )
            )
            for name, width in (("wide", WIDE), ("narrow", NARROW))
        )

    def _nothing(self) -> Html:
        return tag.p(_("There is nothing to draw yet."), class_="pgc-chart-none")

    def words(self) -> Html:
        """What the chart says, in sentences and as a table."""
        shown, more = self.lines[:_MOST_LINES], len(self.lines) - _MOST_LINES
        return tag.details(
            tag.summary(_("In words and as a table")),
            [tag.p(each) for each in self.sentences],
            tag.div(
                tag.table(
                    tag.thead(tag.tr([tag.th(head, scope="col") for head in self.heads])),
                    tag.tbody([tag.tr([tag.td(cell) for cell in line]) for line in shown]),
                ),
                class_="pgc-chart-rows",
                tabindex="0",
                role="region",
                aria_label=_("{title} as a table", title=self.title),
            ),
            tag.p(n_("… and {n} more row.", "… and {n} more rows.", more)) if more > 0 else None,
        )

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        style = tag.style(Html(_style()))
        around = tag.div(style, self.__html__(), class_="pgc-figure", lang=self.language)
        return {"text/html": str(around), "text/plain": self.text}

    # ── taken along ────────────────────────────────────────────────────────────────────────────────────

    def save(
        self, path: Path | str, *, width: int = 720, scale: float = 2.0, dark: bool = False
    ) -> Path:
        """Write the chart as `.png`, `.svg` or `.pdf`."""
        target = Path(path).expanduser()
        drawing.save(self.spec(width=width, dark=dark), target, scale=scale)
        return target

    def spec(self, *, width: int = 720, dark: bool = False) -> dict[str, Any]:
        """The chart as a Vega-Lite specification with its title and colours."""
        paint = flat(dark=dark)
        with in_lang(self.language):
            made = self.draw(width, paint)
        ground = {"background": paint("card")}
        heading = {"title": {"text": self.title, "anchor": "start"}} if self.title else {}
        return {**made, **heading, "padding": 16, "config": config(paint) | ground}

    @property
    def altair(self) -> "alt.TopLevelMixin":
        """The same as an Altair chart."""
        import altair as alt

        made: alt.TopLevelMixin = alt.Chart.from_dict(self.spec())
        return made


@cache
def _style() -> str:
    """What a chart needs where our pages' look is not."""
    found = [line for line in SHEET.read_text(encoding="utf-8").splitlines() if "--pgc-" in line or line[:5] == "    \""]  # fmt: skip
    return ":root {" + "".join(found) + "}" + _STYLE.read_text(encoding="utf-8")
