"""The colours of our pages for what is not drawn by CSS: the scene, and charts on their way to a picture.

The style sheet is the one place where colours are written; this reads it.
"""

import re
from functools import cache
from pathlib import Path

SHARE = Path(__file__).parent / "share"
"""Searched by Jupyter like its own share folders; holds our templates for Voilà and nbconvert."""
SHEET = SHARE / "nbconvert" / "templates" / "pgc" / "look.css"
FONTS = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
"""What draws Chinese where no style sheet reaches."""
SERIES = ("blue", "gold", "red", "green", "violet", "cyan")
"""The colours of data, told apart by colour-blind eyes in this order (after Paul Tol)."""

_COLOR = re.compile(r"--pgc-([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")


@cache
def colors(*, dark: bool) -> dict[str, str]:
    """Each colour's name and `#rrggbb`."""
    found = _COLOR.findall(SHEET.read_text(encoding="utf-8"))
    return {name: night if dark else day for name, day, night in found}


def css(name: str) -> str:
    """A colour for SVG that follows the page it is on: ours, then JupyterLab's text, then the light one."""
    plain = colors(dark=False)[name]
    if name in ("ink", "soft", "line"):
        jupyter = {
            "ink": "content-font-color1",
            "soft": "content-font-color2",
            "line": "border-color2",
        }
        plain = f"var(--jp-{jupyter[name]}, {plain})"
    return f"var(--pgc-{name}, {plain})"
