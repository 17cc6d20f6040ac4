"""JupyterLab as `pgc lab` starts it, in a real browser: language, theme, the welcome notebook, nobody else asked."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from pgc_lib.i18n import in_lang
from pgc_lib.notebook.extension.desk_tiles import desk
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
def lab(request: pytest.FixtureRequest, prepared_data: Path) -> Iterator[LabProcess]:
    """A lab with demo data in one language, at its first start: one from nothing, one on a database that is ready."""
    made = None if request.param == "zh-CN" else prepared_data
    with (
        new_data(made) as data,
        started(data, "--demo", lang=request.param, dashboards_ready=1) as process,
    ):
        yield process


def _lit(page: "Page", *, dark: bool) -> None:
    """The machine turns dark or light, and Lab with it."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    wanted = str(not dark).lower()
    page.wait_for_selector(
        f"body[data-jp-theme-light={wanted}]", state="attached", timeout=_PATIENCE
    )


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


def test_a_person_opens_the_lab_and_takes_the_tour(
    browser: "Browser",  # noqa: F811
    lab: LabProcess,
) -> None:
    """The first minute: the printed address, one's own language and light, and a tour in which every cell answers."""
    dark = lab.lang == "en"
    name = f"lab-{lab.lang}"
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
            for dimmed in (dark, not dark):
                _lit(page, dark=dimmed)
                page.wait_for_timeout(400)
                shot(page, f"{name}-tour-{number}-{'dark' if dimmed else 'light'}")
            dark = not dark


_BILL = "日期,金额,商户,备注\n2026-11-02,-12.50,面包房,面包\n2026-11-03,-abc,菜市场,?\n"
_REPORT = "<!doctype html><h1>A week 一周</h1><script>document.body.textContent = 'RAN'</script>"


def _kernels(lab: LabProcess) -> list[str]:
    parts = urlsplit(lab.address)
    token = parse_qs(parts.query)["token"][0]
    url = f"http://{parts.netloc}/api/kernels?token={token}"
    with urllib.request.urlopen(url) as answer:
        return [kernel["id"] for kernel in json.load(answer)]


def _tile(page: "Page", title: str) -> None:
    """Open the launcher and press a tile."""
    page.keyboard.press("Control+Shift+L")
    page.locator(".jp-LauncherCard:visible", has_text=title).first.click(timeout=_PATIENCE)


def _close(page: "Page", title: str) -> None:
    tab = page.locator(".lm-DockPanel .lm-TabBar-tab", has_text=title)
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    tab.wait_for(state="detached", timeout=_PATIENCE)


def test_the_desk(browser: "Browser", lab: LabProcess) -> None:  # noqa: F811
    """Tiles, a file that is offered and taken in only on a word, a dashboard, a report, a link to a cell."""
    dark = lab.lang == "zh-CN"
    place, name = Place(lab.data).workspace, f"desk-{lab.lang}"
    with in_lang(lab.lang):
        shown = desk(place)
    say, titles = shown["words"], {tile["icon"]: tile["title"] for tile in shown["tiles"]}
    bill = place / "inbox" / f"{name}.csv"
    bill.write_text(_BILL.replace("面包房", name), encoding="utf-8")
    (place / "reports" / "week.html").write_text(_REPORT, encoding="utf-8")
    blocked = "Blocked script execution"  # the report's, which is shown without scripts
    with visit(browser, lang=lab.lang, dark=dark, blocked=[blocked]) as page:
        page.goto(
            lab.address.replace("/lab/tree/", "/lab?reset&was=", 1).replace("?token", "&token")
        )
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=_PATIENCE)
        for tile in shown["tiles"]:
            page.locator(".jp-LauncherCard", has_text=tile["title"]).first.wait_for(
                timeout=_PATIENCE
            )
        page.locator(".pgc-memory-text", has_text="MB").wait_for(timeout=_PATIENCE)
        for dimmed in (not dark, dark):
            _lit(page, dark=dimmed)
            shot(page, f"{name}-tiles-{'dark' if dimmed else 'light'}")

        notice = page.locator(".Toastify__toast", has_text=bill.name)
        notice.get_by_text(say["look"]).click(timeout=_PATIENCE)
        card = page.locator(".pgc-card", has_text=bill.name)
        card.get_by_role("cell", name="-12.50").wait_for(timeout=_PATIENCE)
        shot(page, f"{name}-inbox")
        card.locator(".pgc-main").click()
        card.locator(".pgc-good").wait_for(timeout=_PATIENCE)
        card.get_by_text(say["undo"]).click()
        card.get_by_text(say["look"]).wait_for(timeout=_PATIENCE)

        running = _kernels(lab)
        _tile(page, titles["home"])
        frame = page.frame_locator(".pgc-frame iframe")
        frame.locator("h1").first.wait_for(timeout=_PATIENCE)
        shot(page, f"{name}-dashboard-{'dark' if dark else 'light'}")
        assert len(_kernels(lab)) == len(running) + 1
        _close(page, titles["home"])
        _until(page, lambda: _kernels(lab) == running)

        _tile(page, titles["note"])
        page.get_by_text("Python 3 (ipykernel) |").wait_for(timeout=_PATIENCE)
        page.locator(".jp-DirListing-item", has_text="reports").dblclick()
        page.locator(".jp-DirListing-item", has_text="week.html").dblclick()
        report = page.frame_locator(".jp-HTMLViewer iframe")
        report.get_by_role("heading", name="A week 一周").wait_for(timeout=_PATIENCE)

        note = next((place / "notes").glob("*.ipynb"))
        cell = json.loads(note.read_text("utf-8"))["cells"][2]["id"]
        token = lab.address.partition("token=")[2]
        origin = lab.address.partition("/lab")[0]
        address = f"{origin}/lab/tree/notes/{quote(note.name)}?token={token}#cell-id={cell}"
        page.goto(address)
        # Others may be open in tabs behind it, as the one before left them.
        shown = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell")
        shown.nth(2).and_(page.locator(".jp-mod-selected")).wait_for(timeout=_PATIENCE)


def _until(page: "Page", true: Callable[[], bool]) -> None:
    """Look again until it is so."""
    for _time in range(_PATIENCE // 200):
        if true():
            return
        page.wait_for_timeout(200)
    raise AssertionError
