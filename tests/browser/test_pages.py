"""Every page of the dashboards in a real browser: both languages, light and dark, desk and phone, and nothing that bars anybody.

All of it in one Voilà and one kernel: pages, language and light are changed as a person changes them.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pgc_lib as pgc
from pgc_lib.notebook.panels import every
from tests.support import needs
from tests.support.axe import serious
from tests.support.browser import browser, shot  # noqa: F401 (a fixture)
from tests.support.dashboards import PATIENCE, Shared, resized, served, settled, speak
from tests.support.jupyterlab import new_data

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_SIZES = WIDE, NARROW = (1280, 860), (360, 740)


@pytest.fixture(scope="module")
def data(demo_data: Path) -> Iterator[Path]:
    """A lab with the demo's data."""
    needs.browser()
    with new_data(demo_data) as folder:
        with pgc.open(data=folder):  # the engines run, so that a page need not start them
            pass
        yield folder


@pytest.fixture(scope="module")
def pages(browser: "Browser", data: Path) -> Iterator[Shared]:  # noqa: F811
    """One page for all tests, each of which leaves it in English and without a sheet over it."""
    with served(data) as running, closing(Shared(browser, running.address, "en")) as page:
        yield page


def _go(page: "Page", name: str) -> None:
    page.click(
        f".pgc-live .pgc-nav a[href^='{name}.ipynb']"
    )  # the period that was chosen goes along
    page.wait_for_selector(f"[data-pgc-page={name}]", timeout=PATIENCE)
    settled(page)


def _fits(page: "Page", width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_in_every_light(
    pages: Shared,
    language: str,
) -> None:
    """Nothing complains, asks another host, is wider than its screen, or is out of anybody's reach."""
    with pages.lent(size=WIDE) as page:
        _go(page, "home")
        speak(page, language)
        for number, name in enumerate(every.PAGES):
            _go(page, name)
            assert page.url.endswith(f"/{name}.ipynb")
            assert not page.locator(".pgc-live .pgc-trouble").count()
            # Both of each page over both languages. The next page begins as this one ends, for each is drawn anew for another.
            dark = (number % 2 == 0) == (language == "en")
            for size, dimmed in zip(_SIZES[:: 1 - 2 * (number % 2)], (dark, not dark), strict=True):
                page.set_viewport_size({"width": size[0], "height": size[1]})
                page.select_option("[data-pgc-themes]", "dark" if dimmed else "light")
                resized(page)
                assert _fits(page, size[0]), (name, size)
                shot(page, f"page-{name}-{language}-{size[0]}", whole=True)
            found = serious(page)
            assert not found, "\n".join([name, *found])
        page.select_option("[data-pgc-themes]", "system")
        speak(page, "en")


def test_a_page_is_gone_to_and_come_back_from(pages: Shared) -> None:
    """The address and the title follow, the browser's way back works, the light is kept, and so is the language."""
    with pages.lent() as page:
        _go(page, "home")
        _go(page, "family")
        assert page.title() == "Family · PGC"
        page.go_back()
        page.wait_for_selector("[data-pgc-page=home]", timeout=PATIENCE)
        settled(page)
        assert page.title() == "My day · PGC"
        page.select_option("[data-pgc-themes]", "dark")
        speak(page, "zh-CN")
        _go(page, "money")
        page.reload()
        page.wait_for_selector(".pgc-still, .pgc-live", timeout=PATIENCE)
        assert page.locator("html").get_attribute("lang") == "zh-CN"  # in the very first text
        assert page.evaluate("document.documentElement.dataset.pgcTheme") == "dark"
        page.wait_for_selector(".pgc-live.pgc-shown [data-pgc-page=money]", timeout=PATIENCE)
        settled(page)
        speak(page, "en")
        page.select_option("[data-pgc-themes]", "system")


def test_a_figure_opens_its_rows(pages: Shared) -> None:
    """By the keyboard alone: into the sheet, out of it again, to where one was; the period counts for the whole page."""
    with pages.lent() as page:
        _go(page, "money")
        figure = page.locator(".pgc-live .pgc-tile .pgc-leads").nth(1)
        figure.focus()
        page.keyboard.press("Enter")
        sheet = page.get_by_role("dialog")
        sheet.get_by_role("row").nth(3).wait_for(timeout=PATIENCE)
        assert page.evaluate("document.activeElement.dataset.pgcAct") == "shut"
        assert page.evaluate("document.querySelector('main').inert")
        shot(page, "page-money-rows")
        page.keyboard.press("Escape")
        sheet.wait_for(state="detached")
        page.wait_for_function("() => document.activeElement?.classList.contains('pgc-leads')")
        before = figure.inner_text()
        period = page.locator(".pgc-live .pgc-period select")
        usual = period.input_value()
        period.select_option("year")
        page.wait_for_function(
            "text => document.querySelectorAll('.pgc-live .pgc-tile .pgc-leads')[1].innerText !== text",
            arg=before,
        )
        settled(page)
        period.select_option(usual)
        settled(page)


def test_everyday_things_are_written_down(
    pages: Shared,
    data: Path,
) -> None:
    """A mood in one touch, a reminder put off, a talk noted, a card reviewed: no code is ever seen."""
    with pgc.open(data=data) as lab, pages.lent() as page:
        moods, talks = lab.wellbeing.moods.count(), lab.family.contacts.count()
        _go(page, "home")
        page.get_by_role("button", name="Mood 7 of 10").click()
        page.locator(".pgc-toast", has_text="Mood noted: 7").wait_for()
        settled(page)
        assert lab.wellbeing.moods.count() == moods + 1
        page.get_by_role("button", name="Undo").click()
        page.locator(".pgc-toast", has_text="Taken back.").wait_for()
        settled(page)
        assert lab.wellbeing.moods.count() == moods
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("button", name="Show the answer").click()
        page.locator(".pgc-review-answers").wait_for(timeout=PATIENCE)
        settled(page)
        page.keyboard.press("3")
        page.locator(".pgc-review-answers").wait_for(state="detached", timeout=PATIENCE)
        shot(page, "page-home-review")
        page.keyboard.press("Escape")
        settled(page)
        _go(page, "family")
        page.get_by_role("button", name="We talked:").first.click()
        page.locator(".pgc-toast", has_text="Noted:").wait_for()
        settled(page)
        assert lab.family.contacts.count() == talks + 1
        _go(page, "search")
        page.get_by_role("searchbox").fill("Guitar")
        page.keyboard.press("Enter")
        page.locator(".pgc-live .pgc-hits li").first.wait_for(timeout=PATIENCE)
        settled(page)
        page.locator(".pgc-live .pgc-hits .pgc-leads").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Close").wait_for(timeout=PATIENCE)
        shot(page, "page-search-record")
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
