"""Accessibility rules on a page in a browser: axe-core, from the package that brings its file along.

assert not serious(page)
"""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_GRAVE = ("serious", "critical")


@cache
def _program() -> str:
    """The rules as a program for the browser."""
    pytest.importorskip(
        "axe_playwright_python", reason="needs axe-core: pip install axe-playwright-python"
    )
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def serious(page: "Page", within: str = "body") -> list[str]:
    """What somebody could not see, hear or operate, a line each."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_program())
    found: list[dict[str, Any]] = page.evaluate(
        "([within, rules]) => axe.run(within, {runOnly: rules, resultTypes: ['violations']}).then((all) => all.violations)",
        [within, _RULES],
    )
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for each in found
        if each["impact"] in _GRAVE
        for node in each["nodes"][:4]
    ]
