"""One theme for everything that is drawn: our colours, Chinese fonts, no background, calm axes.

Colours are CSS variables, so one SVG is right in the light and in the dark, on our pages and in JupyterLab. Where a
chart becomes a picture (PNG, PDF) there is no CSS: then the colours themselves are written.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pgc_lib.notebook.look import FONTS, SERIES, colors, css

if TYPE_CHECKING:
    import altair as alt

NAME = "pgc"
Paint = Callable[[str], str]
"""A colour by its name."""


def flat(*, dark: bool = False) -> Paint:
    """The colours themselves, for a picture."""
    return colors(dark=dark).__getitem__


def of_page(name: str) -> str:
    """The page's colour; the light one where there is no look of ours."""
    return f"var(--pgc-{name},{colors(dark=False)[name]})"


def theme(*, plain: bool = False) -> dict[str, Any]:
    """The theme as Vega-Lite's configuration."""
    return {"config": config(flat() if plain else css)}


def config(color: Paint) -> dict[str, Any]:
    """The same with colours of any making."""
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
        "background": None,
        "font": FONTS,
        "padding": 4,
        "view": {"stroke": None, "continuousWidth": 520, "continuousHeight": 220},
        "title": {"color": ink, "fontSize": 15, "fontWeight": 600, "anchor": "start", "offset": 14},
        "axis": axis,
        "axisX": {"grid": False},
        "axisY": {"domain": False},
        "legend": {"labelColor": soft, "titleColor": soft, "labelFontSize": 12, "orient": "top"},
        "header": {"labelColor": soft, "titleColor": soft},
        "text": {"color": ink},
        "range": {"category": series},
        "mark": {"color": series[0]},
        "bar": {"color": series[0], "cornerRadiusEnd": 3},
        "line": {"color": series[0], "strokeWidth": 2.5},
        "point": {"color": series[0], "filled": True, "size": 50},
        "rule": {"color": soft},
    }


def use(*, plain: bool = False) -> None:
    """Draw every Altair chart of this process with our theme, as SVG: nothing is fetched, anywhere."""
    import altair as alt

    from pgc_lib.notebook.charts.drawing import drawn

    @alt.theme.register(NAME, enable=True)
    def _theme() -> "alt.theme.ThemeConfig":
        return theme(plain=plain)  # type: ignore[return-value]

    # As HTML and not as an image, for what is in an image does not see the colours of its page.
    alt.renderers.register(NAME, lambda table, **_options: {"text/html": drawn(table)})
    alt.renderers.enable("svg" if plain else NAME)
