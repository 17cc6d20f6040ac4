"""The look: one sheet of colours for pages, scene and charts, with enough contrast, and nothing from other hosts."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from pgc_lib.notebook import charts
from pgc_lib.notebook.look import SERIES, SHARE, SHEET, colors, css

_URL = re.compile(r"(?:https?:)?//[\w.-]+\.\w+|@import|url\((?!data:)")


def _parts(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _luminance(color: str) -> float:
    red, green, blue = map(_linear, _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _without_green(color: str) -> tuple[float, float, float]:
    """As someone without the cones for green sees it (Viénot, Brettel, Mollon 1999)."""
    red, green, blue = map(_linear, _parts(color))
    mixed = 0.29275 * red + 0.70725 * green
    return mixed, mixed, -0.02234 * red + 0.02234 * green + blue


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_can_be_read(dark: bool) -> None:
    """WCAG AA on every ground a text stands on; lines of fields and data are told from it."""
    color = colors(dark=dark)
    for ground in ("ground", "card", "sunk"):
        for ink in ("ink", "soft", "accent", "bad"):
            assert _contrast(color[ink], color[ground]) >= 4.5, (ink, ground)
    assert _contrast(color["on-accent"], color["accent"]) >= 4.5
    assert _contrast(color["good"], color["good-tint"]) >= 4.5
    assert _contrast(color["bad"], color["bad-tint"]) >= 4.5
    for name in ("strong-line", "focus", "blue", "red", "green"):
        assert _contrast(color[name], color["card"]) >= 3, name
    assert _contrast(color["gold"], color["card"]) >= 2.4


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_data_are_told_apart_without_green(dark: bool) -> None:
    """The three colours of the scene differ for colour-blind eyes too."""
    seen = [_without_green(colors(dark=dark)[name]) for name in SERIES[:3]]
    for one, other in combinations(seen, 2):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) > 0.08


def test_no_page_asks_another_host() -> None:
    """No address of another host in a template, a style sheet or a script of ours."""
    for path in SHARE.rglob("*"):
        if path.suffix in (".css", ".js", ".j2"):
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            lines = [
                line for line in text.splitlines() if not line.strip().startswith(("//", "/*"))
            ]
            found = [hit for line in lines for hit in _URL.findall(line)]
            assert not found, (path, found)


def test_every_variable_is_defined() -> None:
    """A name that is written wrong would silently be no colour at all."""
    defined = set(re.findall(r"(--pgc-[a-z-]+):", SHEET.read_text(encoding="utf-8")))
    for path in [*SHARE.rglob("*.css"), *SHARE.rglob("*.js")]:
        used = set(re.findall(r"var\((--pgc-[a-z-]+)", path.read_text(encoding="utf-8")))
        assert used <= defined, path
    assert set(SERIES) <= set(colors(dark=True)) == set(colors(dark=False))


def test_a_chart_follows_its_page(tmp_path: Path) -> None:
    """Colours are the page's, there is no background, and a reader is told what is drawn."""
    import altair as alt
    import polars as pl

    before = alt.renderers.active, alt.theme.active
    try:
        charts.use()
        data = pl.DataFrame({"x": ["一", "二"], "y": [1, 2]})
        chart = alt.Chart(data, title="支出 <b>").mark_bar().encode(x="x", y="y")
        shown = chart._repr_mimebundle_()
        bundle = shown[0] if isinstance(shown, tuple) else shown
        svg = bundle["text/html"]
        assert svg.startswith("<svg") and css("blue") in svg and "支出" in svg
        assert 'aria-label="支出 &lt;b&gt;' in svg and 'fill="white"' not in svg
        assert charts.svg(chart, title="两根柱子").startswith(
            '<svg role="img" aria-label="两根柱子"'
        )
        charts.use(plain=True)
        picture = tmp_path / "chart.svg"
        chart.save(picture)
        assert "var(" not in picture.read_text(encoding="utf-8")
    finally:
        alt.renderers.enable(before[0])
        alt.theme.enable(before[1])
