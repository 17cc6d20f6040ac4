"""The look of all parts as one style sheet. It needs no widget, so a page can be read before one is loaded."""

import re
from functools import cache
from pathlib import Path

from pgc_lib.notebook.look import SHEET

_HERE = Path(__file__).parent


_BASE = "live"
_CLASS = re.compile(r"\.(pgc-[\w-]+)")


@cache
def css() -> str:
    """The look of all parts. Whether it is light or dark is not said here: JupyterLab and our pages decide it."""
    return _colors() + "".join(_sheets().values())


def css_for(html: str) -> str:
    """As much of it as some HTML needs: what a notebook saves beside each output stays small."""
    sheets = _sheets()
    common = set(_CLASS.findall(sheets[_BASE]))
    needed = [
        sheet
        for name, sheet in sheets.items()
        if name == _BASE or any(each in html for each in set(_CLASS.findall(sheet)) - common)
    ]
    return _colors() + "".join(needed)


@cache
def _colors() -> str:
    look = re.sub(r"^\s*color-scheme:.*$", "", SHEET.read_text(encoding="utf-8"), flags=re.M)
    return re.sub(r"^(:root\[|@media print).*$", "", look, flags=re.M)


@cache
def _sheets() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_HERE.glob("*.css"))}
