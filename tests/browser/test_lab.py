"""JupyterLab as `pgc lab` starts it, in a real browser: language, theme, the welcome notebook, nobody else asked."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pgc_lib.notebook.jupyter import Place
from pgc_lib.notebook.workspace import WELCOME
from tests.support.browser import browser, shot, visit  # noqa: F401 (a fixture)
from tests.support.jupyterlab import LabProcess, new_data, started

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE = 90_000
_MENUS = {
    "zh-CN": ["文件", "编辑", "查看", "运行", "内核"],
    "en": ["File", "Edit", "View", "Run", "Kernel"],
}
_GREETING = {"zh-CN": "欢迎来到您的个人数据实验室", "en": "Welcome to your personal data lab"}


@pytest.fixture(scope="module", params=["zh-CN", "en"])
def lab(request: pytest.FixtureRequest) -> Iterator[LabProcess]:
    """A lab with demo data in one language, at its first start."""
    with new_data() as data, started(data, "--demo", lang=request.param) as process:
        yield process


def _open(page: "Page", address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".jp-LabShell", timeout=_PATIENCE)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=_PATIENCE)
    page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=_PATIENCE)
    page.get_by_text("Python 3 (ipykernel) |").wait_for(timeout=_PATIENCE)  # the kernel is there


def _run_cell_by_cell(page: "Page", kinds: list[str]) -> None:
    """Press Shift+Enter until every cell of these kinds has run and answered."""
    # Lab puts the cells of a notebook into the page one after another, while it has nothing else to do.
    page.wait_for_function(
        "number => document.querySelectorAll('.jp-Notebook .jp-Cell').length === number",
        arg=len(kinds),
        timeout=_PATIENCE,
    )
    page.locator(".jp-Notebook .jp-Cell").first.click()
    for number, kind in enumerate(kinds):
        cell = page.locator(".jp-Notebook .jp-Cell").nth(number)
        page.keyboard.press("Shift+Enter")
        if kind == "code":
            cell.locator(".jp-InputPrompt", has_text=r"[").wait_for()
            page.wait_for_function(
                "cell => /\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').textContent)",
                arg=cell.element_handle(),
                timeout=_PATIENCE,
            )
            # What it printed may be drawn a moment after its number; every cell of the tour answers.
            output = cell.locator(".jp-OutputArea-output").first
            output.wait_for(state="attached", timeout=_PATIENCE)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_person_opens_the_lab_and_takes_the_tour(
    browser: "Browser",  # noqa: F811
    lab: LabProcess,
    dark: bool,
) -> None:
    """The first minute: the printed address, one's own language, and a tour in which every cell answers."""
    name = f"lab-{lab.lang}-{'dark' if dark else 'light'}"
    with visit(browser, lang=lab.lang, dark=dark) as page:
        _open(page, lab.address)
        menus = page.locator(".lm-MenuBar-itemLabel").all_inner_texts()
        assert menus[:5] == _MENUS[lab.lang]
        assert page.locator("body").get_attribute("data-jp-theme-light") == str(not dark).lower()
        page.get_by_role("heading", name=_GREETING[lab.lang]).wait_for(timeout=_PATIENCE)
        shot(page, f"{name}-opened")
        tour = json.loads((Place(lab.data).workspace / WELCOME[lab.lang]).read_text("utf-8"))
        _run_cell_by_cell(page, [cell["cell_type"] for cell in tour["cells"]])
        assert not page.locator(".jp-Notebook [data-mime-type*=stderr]").count()
        for number, place in enumerate((6, 11, 17)):
            page.locator(".jp-Notebook .jp-Cell").nth(place).scroll_into_view_if_needed()
            page.wait_for_timeout(400)
            shot(page, f"{name}-tour-{number}")
