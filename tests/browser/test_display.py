"""Frames, charts and one-line entries in a real JupyterLab: paged by clicks, drawn in its colours, taken back by a button."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from pgc_lib.i18n import in_lang
from pgc_lib.notebook.jupyter import Place
from pgc_lib.notebook.live import Html, Part, tag
from tests.support.axe import serious
from tests.support.browser import browser, fits, shot, visit  # noqa: F401 (a fixture)
from tests.support.jupyterlab import LabProcess, new_data, started
from tests.support.parts import shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE = 90_000
_CELLS = (
    ("%load_ext pgc_lib\n"
    "import polars as pl\n"
    "from datetime import date, timedelta\n"
    "import pgc_lib as pgc; lab = pgc.open()\n"
    "from pgc_lib.notebook import charts\n"
    "rows = [(date(2026, 1, 1) + timedelta(n % 300), ['餐饮', '交通'][n % 2], float(n % 97)) for n in range(1000)]\n"
    "frame = pl.DataFrame(rows, schema=['day', 'category', 'amount'], orient='row')\n"
    "frame"),
    "charts.line(frame.filter(pl.col('category') == '餐饮'), title='支出 Spending')",
    "%log -38.5 瑞幸 餐饮",
    ("lab.finance.transactions.add_many([{'day': '2026-01-02', 'amount': -n, 'payee': f'shop {n:02}'} for n in range(1, 31)])\n"
    "lab.finance.transactions"),
    "%log 骑车 30m",
)  # fmt: skip


@pytest.fixture(scope="module")
def lab(prepared_data: Path) -> Iterator[LabProcess]:
    """A lab with a notebook of ours, in Chinese."""
    with new_data(prepared_data) as data, started(data, lang="zh-CN") as process:
        cells: list[dict[str, Any]] = [
            {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
            for n, text in enumerate(_CELLS)
        ]  # fmt: skip
        book = {"cells": cells, "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}, "nbformat": 4, "nbformat_minor": 5}  # fmt: skip
        (Place(data).workspace / "看.ipynb").write_text(json.dumps(book), encoding="utf-8")
        yield process


def _open(page: "Page", lab: LabProcess) -> None:
    origin, _lab, token = lab.address.partition("/lab")[0], "", lab.address.partition("token=")[2]
    page.goto(f"{origin}/lab/tree/{quote('看.ipynb')}?token={token}")
    page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=_PATIENCE)
    page.get_by_text("Python 3 (ipykernel) | 空闲").wait_for(timeout=_PATIENCE)
    page.locator(".jp-Notebook .jp-Cell").nth(len(_CELLS) - 1).wait_for(timeout=_PATIENCE)


def _run(page: "Page", number: int) -> "Locator":
    """Run a cell, also again; where its answer is."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(number)
    cell.locator(".cm-content").click()
    before = cell.locator(".jp-InputPrompt").first.inner_text()
    page.keyboard.press("Control+Enter")
    # What it answered last time is gone as soon as it is not the last time's number any more.
    page.wait_for_function(
        "([cell, before]) => cell.querySelector('.jp-InputPrompt').innerText !== before",
        arg=[cell.element_handle(), before],
        timeout=_PATIENCE,
    )
    output = cell.locator(".jp-OutputArea")
    output.locator(".jp-OutputArea-output").first.wait_for(timeout=_PATIENCE)
    return output


def test_a_person_looks_through_rows_and_notes_something(browser: "Browser", lab: LabProcess) -> None:  # noqa: F811  # fmt: skip
    """Real clicks: the next page, a heading, words; a chart that fits; a line with its way back; one that must be chosen.

    In the light; and when the machine turns dark, the chart does.
    """
    with visit(browser, lang="zh-CN") as page:
        _open(page, lab)
        _look_and_note(page)
        page.emulate_media(color_scheme="dark")
        page.wait_for_selector(
            "body[data-jp-theme-light=false]", state="attached", timeout=_PATIENCE
        )
        _chart(page, dark=True)
        shot(page, "display-dark-lines")


def _look_and_note(page: "Page") -> None:
    name = "display-light"
    sheet = _run(page, 0)
    sheet.get_by_text("第 1–20 行，共 1,000 行").wait_for(timeout=_PATIENCE)
    sheet.get_by_role("button", name="下一页").click()
    sheet.get_by_text("第 21–40 行，共 1,000 行").wait_for(timeout=_PATIENCE)
    sheet.get_by_role("button", name="金额").click()
    sheet.locator("th[aria-sort=ascending]").wait_for(timeout=_PATIENCE)
    sheet.get_by_role("searchbox").fill("交通")
    sheet.get_by_text("第 1–20 行，共 500 行").wait_for(timeout=_PATIENCE)
    shot(page, f"{name}-sheet")
    _chart(page, dark=False)
    line = _run(page, 2)
    line.get_by_text("支出 ¥38.50").wait_for(timeout=_PATIENCE)
    line.get_by_role("button", name="撤销").click()
    line.get_by_text("已撤销").wait_for(timeout=_PATIENCE)
    rows = _run(page, 3)
    rows.get_by_text("shop 01").or_(rows.get_by_text("shop 30")).first.wait_for(timeout=_PATIENCE)
    assert "瑞幸" not in rows.inner_text()
    unsure = _run(page, 4)
    unsure.get_by_role("button", name="运动“骑车”").click(timeout=_PATIENCE)
    unsure.get_by_role("button", name="撤销").wait_for(timeout=_PATIENCE)
    unsure.scroll_into_view_if_needed()
    shot(page, f"{name}-lines")


def _chart(page: "Page", *, dark: bool) -> None:
    """It is drawn in the page's colours, and its numbers are a table."""
    chart = _run(page, 1)
    picture = chart.get_by_role("img", name="支出 Spending").first
    picture.wait_for(timeout=_PATIENCE)
    background = "document.body.dataset.jpThemeLight === 'false'"
    assert page.evaluate(background) == dark
    ink = picture.locator("text").first.evaluate("text => getComputedStyle(text).fill")
    assert sum(map(int, ink.strip("rgb()").split(","))) > 380 if dark else True, ink
    chart.locator("summary").click()
    chart.locator("table").wait_for(timeout=_PATIENCE)
    shot(page, f"display-{'dark' if dark else 'light'}-chart")


class Shelf(Part):
    """A sheet, some charts and a line that could mean two things."""

    def __init__(self) -> None:
        import polars as pl

        from pgc_lib.notebook import charts
        from pgc_lib.notebook.display.sheet import Sheet
        from pgc_lib.notebook.display.sources import OfFrame
        from pgc_lib.notebook.lines.answer import Unsure
        from pgc_lib.notebook.lines.grammar import Known, read

        rows = [(date(2025, 1, 1) + timedelta(n), ["餐饮", "交通"][n % 2], float(n % 97), "Blue Bottle Coffee, a long name") for n in range(400)]  # fmt: skip
        frame = pl.DataFrame(rows, schema=["day", "category", "amount", "payee"], orient="row")
        self.sheet = Sheet(OfFrame(frame), title="账目 Payments", size=10)
        budgets = pl.DataFrame({"budget": ["餐饮", "交通"], "currency": ["CNY"] * 2, "spent": [120.0, 20.0], "available": [100.0, 100.0], "even": [50.0, 50.0]})  # fmt: skip
        self.charts = [
            charts.line(frame, by="category", title="Line 线"),
            charts.calendar(frame, title="Calendar 日历"),
            charts.budgets(budgets),
        ]
        reading = read(
            "piano 30m", Known(frozenset({"piano"}), frozenset({"piano"})), date(2026, 1, 1)
        )
        self.line = Unsure(None, reading, None)  # type: ignore[arg-type]

    def draw(self) -> Html:
        """One below the other."""
        return tag.div(tag.h1("Display"), self.sheet, self.charts, self.line)


@pytest.mark.parametrize(
    ("lang", "dark", "width"),
    [("zh-CN", False, 1280), ("en", True, 360)],
)
def test_everybody_can_use_them(browser: "Browser", lang: str, dark: bool, width: int) -> None:  # noqa: F811  # fmt: skip
    """No serious finding of axe, nothing wider than a phone, the drawing that fits, and paging by keys."""
    with in_lang(lang):
        part = Shelf()
    with shown(part, lang=lang) as address, visit(browser, lang=lang, dark=dark, size=(width, 800)) as page:  # fmt: skip
        page.goto(address)
        page.locator(".pgc-sheet").wait_for(timeout=_PATIENCE)
        wide, narrow = (page.locator(f".pgc-chart-{name}").first for name in ("wide", "narrow"))
        for each in (1640 - width, width):
            assert fits(page, (each, 800))
            page.set_viewport_size({"width": each, "height": 800})
            assert wide.is_visible() == (each > 480) and narrow.is_visible() == (each < 480)
        for summary in page.locator(".pgc-chart summary").all():
            summary.click()
        for light in ("light", "dark") if dark else ("dark", "light"):
            page.emulate_media(color_scheme=light)
            shot(page, f"display-{lang}-{light}-{width}", whole=True)
            assert not serious(page)
        following = page.get_by_role("button", name={"en": "Next page", "zh-CN": "下一页"}[lang])
        following.focus()
        page.keyboard.press("Enter")
        page.get_by_text({"en": "11–20 of 400", "zh-CN": "第 11–20 行，共 400 行"}[lang]).wait_for(
            timeout=_PATIENCE
        )
        assert following.evaluate("button => document.activeElement === button")
