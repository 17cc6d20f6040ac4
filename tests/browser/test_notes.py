"""Notes in cells in a real JupyterLab: saved and found, ticked from the lab, never a question which of two texts is to be lost."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary

import pgc_lib as pgc
from pgc_lib.lab import Lab
from pgc_lib.notebook.jupyter import Place
from pgc_lib.stores.filters import col
from tests.support.axe import serious
from tests.support.browser import browser, shot, visit  # noqa: F401 (a fixture)
from tests.support.jupyterlab import LabProcess, new_data, started
from tests.support.notebooks import code, save, sources

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE = 90_000
_SECONDS = 150
_BILL = "日期,金额,商户,备注\n2026-11-02,-12.50,面包房,面包\n2026-11-03,-abc,菜市场,?\n"


@dataclass
class Desk:
    """A running lab, and the same lab as a kernel would have it."""

    process: LabProcess
    lab: Lab
    work: Path

    def open(self, page: "Page", path: str, anchor: str = "") -> None:
        """Open a notebook as its link does."""
        base, _tree, token = self.process.address.partition("/lab")
        page.goto(f"{base}/lab/tree/{path}?{token.partition('?')[2]}&reset{anchor}")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=_PATIENCE)
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=_PATIENCE)
        # Connecting to the kernel takes the cursor out of a cell.
        page.get_by_text("Python 3 (ipykernel) |").wait_for(timeout=_PATIENCE)


@pytest.fixture(scope="module")
def desk(prepared_data: Path) -> Iterator[Desk]:
    with new_data(prepared_data) as data, started(data) as process, pgc.open(data=data) as lab:
        yield Desk(process, lab, Place(data).workspace)


def until(condition: Callable[[], Any]) -> Any:
    """Wait until it is so."""
    deadline = time.monotonic() + _SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def write(page: "Page", cell: int, text: str) -> None:
    """Write at the end of a Markdown cell."""
    place = page.locator(".jp-Notebook .jp-Cell").nth(cell)
    focused = place.locator(".cm-content:focus")

    def entered() -> bool:
        place.click(position={"x": 200, "y": 12})
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        return focused.count() > 0  # a page that is just being built takes the cursor away again

    until(entered)
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)
    page.locator(".jp-mod-dirty").first.wait_for(state="attached", timeout=_PATIENCE)


def save_page(page: "Page") -> None:
    from playwright.sync_api import TimeoutError as TooLong

    clean = "() => !document.querySelector('.jp-mod-dirty')"
    for _again in range(12):  # a Lab that is still starting does not hear every key
        page.keyboard.press("Control+s")
        try:
            page.wait_for_function(clean, timeout=10_000)
        except TooLong:
            continue
        return
    raise AssertionError("the notebook was not saved")


def test_a_cell_that_is_saved_is_found_and_opens_at_its_place(
    browser: "Browser",  # noqa: F811
    desk: Desk,
) -> None:
    cells = ["# Journey", *(f"## Day {n}\n\n" + "words of the day\n\n" * 20 for n in range(30))]
    path = save(desk.work / "notes" / "旅行.ipynb", *cells)
    until(lambda: desk.lab.docs.find(title="Day 29"))
    with visit(browser) as page:
        desk.open(page, "notes/旅行.ipynb")
        write(page, 0, "\n\nA lighthouse! #sea\n\n- [ ] book the ferry")
        save_page(page)
        assert "lighthouse" in sources(path)[0]
        assert sources(path)[0].endswith("- [ ] book the ferry")
        [doc] = until(lambda: desk.lab.docs.find(col("tags").has("sea")))
        assert doc.path == "notes/旅行" and doc.cell == "notes/旅行.ipynb#cell-id=cell-0"
        assert until(lambda: desk.lab.todos.find(title="book the ferry"))
    with visit(browser) as page:
        desk.open(page, "notes/旅行.ipynb", "#cell-id=cell-25")
        page.get_by_role("heading", name="Day 24").wait_for(timeout=_PATIENCE)
        page.wait_for_function(
            "() => { const at = document.querySelector('[data-windowed-list-index=\"25\"]')?.getBoundingClientRect();"
            " return at && at.top < innerHeight && at.bottom > 0; }",
            timeout=_PATIENCE,
        )
        shot(page, "notes-cell")


def test_a_tick_in_the_lab_reaches_the_page_that_has_the_notebook_open(
    browser: "Browser",  # noqa: F811
    desk: Desk,
) -> None:
    """What is typed stays, saved or not, and no question is asked; the box is ticked on the page and, once saved, in the file."""
    path = save(desk.work / "notes" / "week.ipynb", "# Week", "- [ ] call mum\n- [ ] write report")
    [mum] = until(lambda: desk.lab.todos.find(title="call mum"))
    with visit(browser) as page, visit(browser) as other:
        desk.open(page, "notes/week.ipynb")
        write(page, 0, "\n\nnot saved yet")
        desk.lab.todos.complete(mum)
        page.locator(".jp-Notebook input[type=checkbox]:checked").wait_for(timeout=_PATIENCE)
        assert sources(path) == ["# Week", "- [ ] call mum\n- [ ] write report"]
        save_page(page)
        assert sources(path) == ["# Week\n\nnot saved yet", "- [x] call mum\n- [ ] write report"]
        write(page, 1, " at last")
        desk.lab.todos.reopen(mum.id)
        time.sleep(10)  # the cell is being written in: as long as it would take otherwise
        assert sources(path)[1] == "- [x] call mum\n- [ ] write report"
        save_page(page)
        assert sources(path)[1] == "- [ ] call mum\n- [ ] write report at last"
        until(lambda: desk.lab.todos.find(title="write report at last"))
        assert not desk.lab.todos.get(mum.id).done
        desk.open(other, "notes/week.ipynb")
        other.locator(".jp-MarkdownOutput", has_text="write report at last").wait_for(
            timeout=_PATIENCE
        )
        write(other, 1, ", really")
        save_page(other)
        assert sources(path)[1] == "- [ ] call mum\n- [ ] write report at last, really"
        until(lambda: desk.lab.todos.find(title="write report at last, really"))
        assert not page.locator(".jp-Dialog").count() and not other.locator(".jp-Dialog").count()
        shot(other, "notes-ticked")


def test_a_tick_reaches_a_notebook_that_nobody_has_open(desk: Desk) -> None:
    path = save(desk.work / "notes" / "month.ipynb", "# Month", "- [ ] pay the rent")
    [todo] = until(lambda: desk.lab.todos.find(title="pay the rent"))
    desk.lab.todos.complete(todo)
    until(lambda: sources(path)[1] == "- [x] pay the rent")


_OFFER = """\
from pgc_lib.notebook.live import Part, tag

class Offer(Part):
    def draw(self):
        return tag.button("take it", data_pgc_cell="1 + 1", class_="pgc-button pgc-in-lab")

Offer()"""
_GONE = {
    "output_type": "display_data", "metadata": {},
    "data": {
        "application/vnd.jupyter.widget-view+json": {"model_id": "0" * 32, "version_major": 2, "version_minor": 0},
        "text/html": "<div class='pgc pgc-still'><p>what was there</p></div>", "text/plain": "x",
    },
}  # fmt: skip


def test_the_panel_beside_a_notebook(browser: "Browser", desk: Desk) -> None:  # noqa: F811
    """It follows the notebook in front and its saving, opens the very cell, ticks a to-do off; a source becomes a cell;
    what a kernel of yesterday showed is there to be read; nobody is kept out."""
    cells = ["# Diary", *(f"## Morning {n}\n\n" + "words\n\n" * 20 for n in range(12))]
    save(desk.work / "notes" / "diary.ipynb", *cells, "- [ ] water the plants")
    shown = 'import pgc_lib as pgc\npgc.open().docs.beside("notes/diary.ipynb")'
    old = code("lab.yesterday()", "old") | {"outputs": [_GONE]}
    panel = save(desk.work / "notes" / "panel.ipynb", "# Panel\n\nof [[diary]]", code(shown, "panel"), code(_OFFER, "offer"), old)  # fmt: skip
    NotebookNotary(data_dir=str(Place(desk.process.data).home / "data")).sign(
        nbformat.read(panel, 4)
    )
    until(lambda: desk.lab.docs.find(title="Morning 11") and desk.lab.docs.find(title="panel"))
    with visit(browser, blocked=["widget model not found"]) as page:
        desk.open(page, "notes/panel.ipynb")
        page.get_by_text("As it was saved.").wait_for(timeout=_PATIENCE)
        page.get_by_text("what was there").wait_for(timeout=_PATIENCE)
        place = page.locator(".jp-Notebook .jp-Cell")
        place.nth(1).click()
        page.keyboard.press("Shift+Enter")
        link = page.locator(".pgc-beside a", has_text="Morning 10")
        link.wait_for(timeout=_PATIENCE)
        page.keyboard.press("Shift+Enter")
        page.get_by_role("button", name="take it").click(timeout=_PATIENCE)
        page.locator(".jp-Notebook .jp-Cell").nth(3).get_by_text("1 + 1").wait_for(timeout=_PATIENCE)  # fmt: skip
        side = page.locator(".pgc-side")
        page.locator(".lm-TabBar-tab[data-id=pgc-beside]").click()
        side.get_by_role("link", name="Panel").wait_for(timeout=_PATIENCE)
        shot(page, "notes-beside")
        link.click()
        _is_at(page, 11, "Morning 10")
        side.get_by_role("link", name="Morning 3").wait_for(timeout=_PATIENCE)
        assert not serious(page, ".pgc-side")
        side.get_by_role("link", name="Morning 3").click()
        _is_at(page, 4, "Morning 3")
        side.get_by_label("water the plants").click()
        until(lambda: desk.lab.todos.find(title="water the plants", done=True))
        page.locator(".jp-Notebook input[type=checkbox]:checked").wait_for(
            state="attached", timeout=_PATIENCE
        )
        page.emulate_media(color_scheme="dark")
        page.wait_for_selector(
            "body[data-jp-theme-light=false]", state="attached", timeout=_PATIENCE
        )
        assert not serious(page, ".pgc-side")
        side.get_by_role("link", name="panel").click()
        page.locator(".lm-TabBar-tab.jp-mod-current", has_text="panel.ipynb").wait_for(timeout=_PATIENCE)  # fmt: skip
        shot(page, "notes-beside-dark")
        (desk.work / "inbox" / "bill.csv").write_text(_BILL, encoding="utf-8")
        page.keyboard.press("Control+Shift+L")
        page.locator(".jp-LauncherCard:visible", has_text="Inbox").first.wait_for(timeout=_PATIENCE)
        ours = [each for each in serious(page, ".jp-Launcher") if "pgc" in each]
        page.locator(".jp-LauncherCard:visible", has_text="Inbox").first.click()
        page.locator(".pgc-card", has_text="bill.csv").get_by_text("Look inside").click(timeout=_PATIENCE)  # fmt: skip
        page.get_by_role("cell", name="-12.50").wait_for(timeout=_PATIENCE)
        for dark in (True, False):
            page.emulate_media(color_scheme="dark" if dark else "light")
            page.wait_for_selector(f"body[data-jp-theme-light={str(not dark).lower()}]", state="attached", timeout=_PATIENCE)  # fmt: skip
            ours += [*serious(page, "#pgc-inbox .pgc-desk"), *serious(page, ".pgc-memory")]
            shot(page, f"desk-inbox-{'dark' if dark else 'light'}")
        assert not ours


def _is_at(page: "Page", cell: int, heading: str) -> None:
    """The cell is seen."""
    at = page.locator(
        f".jp-NotebookPanel:not(.lm-mod-hidden) [data-windowed-list-index='{cell}'] h2"
    )
    found = at.filter(has_text=heading)
    found.wait_for(timeout=_PATIENCE)
    until(lambda: found.evaluate("it => it.getBoundingClientRect().top < innerHeight"))
