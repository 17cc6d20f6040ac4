"""One Altair theme: our colours, Chinese fonts, no background, calm axes.

    charts.use()                                 # in a notebook: every chart from now on, drawn as SVG
    charts.svg(chart)                            # the same as text, to be put into a page

Colours are CSS variables, so one SVG is right in the light and in the dark, on our pages and in JupyterLab. Where a
chart becomes a picture (PNG, PDF) there is no CSS: `use(plain=True)` writes the light colours themselves.
"""

import json
import re
from html import escape
from typing import TYPE_CHECKING, Any

from pgc_lib.notebook.look import FONTS, SERIES, colors, css

if TYPE_CHECKING:
    import altair as alt

NAME = "pgc"
_SIZE = re.compile(r'(<svg[^>]*?) width="(\d+(?:\.\d+)?)" height="\d+(?:\.\d+)?"')


def theme(*, plain: bool = False) -> dict[str, Any]:
    """The theme as Vega-Lite's configuration."""
    color = colors(dark=False).__getitem__ if plain else css
    ink, soft, line = color("ink"), color("soft"), color("line")
    series = [color(name) for name in SERIES]
    axis = {
        "domainColor": line,
        "gridColor": line,
        "tickColor": line,
        "labelColor": soft,
        "titleColor": soft,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "labelPadding": 6,
        "ticks": False,
    }
    return {
        "config": {
            "background": None,
            "font": FONTS,
            "padding": 4,
            "view": {"stroke": None, "continuousWidth": 520, "continuousHeight": 220},
            "title": {
                "color": ink,
                "fontSize": 15,
                "fontWeight": 600,
                "anchor": "start",
                "offset": 14,
            },
            "axis": axis,
            "axisX": {"grid": False},
            "axisY": {"domain": False},
            "legend": {
                "labelColor": soft,
                "titleColor": soft,
                "labelFontSize": 12,
                "orient": "top",
            },
            "header": {"labelColor": soft, "titleColor": soft},
            "text": {"color": ink},
            "range": {"category": series},
            "mark": {"color": series[0]},
            "bar": {"color": series[0], "cornerRadiusEnd": 3},
            "line": {"color": series[0], "strokeWidth": 2.5},
            "point": {"color": series[0], "filled": True, "size": 50},
            "rule": {"color": soft},
        }
    }


def use(*, plain: bool = False) -> None:
    """Draw every chart of this process with our theme, as SVG: nothing is fetched, anywhere."""
    import altair as alt

    @alt.theme.register(NAME, enable=True)
    def _theme() -> "alt.theme.ThemeConfig":
        return theme(plain=plain)  # type: ignore[return-value]

    # As HTML and not as an image, for what is in an image does not see the colours of its page.
    alt.renderers.register(NAME, lambda table, **_options: {"text/html": _drawn(table)})
    alt.renderers.enable("svg" if plain else NAME)


def svg(chart: "alt.TopLevelMixin", *, title: str) -> str:
    """The chart as SVG that grows with its place; `title` is what a screen reader says of it."""
    table: dict[str, Any] = json.loads(chart.to_json())
    ours = theme()["config"]
    table["config"] = ours | {
        key: own for key, own in table.get("config", {}).items() if key not in ours
    }
    return _drawn(table, title)


def _drawn(table: "dict[str, Any]", title: str = "") -> str:
    import vl_convert

    given = table.get("title", "")
    said = title or (given if isinstance(given, str) else given.get("text", ""))
    svg = vl_convert.vegalite_to_svg(table)
    size = _SIZE.search(svg)
    widest = f' style="max-width:100%;width:{size[2]}px;height:auto"' if size and not title else ""
    named = f'<svg role="img" aria-label="{escape(str(said))}"{widest}'
    return _SIZE.sub(r"\1", svg, count=1).replace("<svg", named, 1)
