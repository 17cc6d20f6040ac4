"""Notes in cells in a real JupyterLab: saved and found, ticked from the lab, never a question which of two texts is to be lost."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pgc_lib as pgc
from pgc_lib.lab import Lab
from pgc_lib.notebook.jupyter import Place
from pgc_lib.stores.filters import col
from tests.support.browser import browser, shot, visit  # noqa: F401 (a fixture)
from tests.support.jupyterlab import LabProcess, new_data, started
from tests.support.notebooks import code, save, sources

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE = 90_000
_SECONDS = 150
_TWO = ("Comm not found",)
"""What Lab itself complains of when two pages have one kernel."""


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
def desk() -> Iterator[Desk]:
    with new_data() as data, started(data) as process, pgc.open(data=data) as lab:
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
    with visit(browser, blocked=_TWO) as page, visit(browser, blocked=_TWO) as other:
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


def test_a_link_beside_a_notebook_opens_the_very_cell(browser: "Browser", desk: Desk) -> None:  # noqa: F811
    """In the Lab that is open, without loading a page."""
    cells = ["# Diary", *(f"## Morning {n}\n\n" + "words\n\n" * 20 for n in range(12))]
    save(desk.work / "notes" / "diary.ipynb", *cells)
    shown = 'import pgc_lib as pgc\npgc.open().docs.beside("notes/diary.ipynb")'
    save(desk.work / "notes" / "panel.ipynb", code(shown, "panel"))
    until(lambda: desk.lab.docs.find(title="Morning 11"))
    with visit(browser) as page:
        desk.open(page, "notes/panel.ipynb")
        page.locator(".jp-Notebook .jp-Cell").first.click()
        page.keyboard.press("Shift+Enter")
        link = page.locator(".pgc-beside a", has_text="Morning 10")
        link.wait_for(timeout=_PATIENCE)
        shot(page, "notes-beside")
        link.click()
        heading = page.locator("[data-windowed-list-index='11'] h2", has_text="Morning 10")
        heading.wait_for(timeout=_PATIENCE)
        until(lambda: heading.evaluate("it => it.getBoundingClientRect().top < innerHeight"))
        assert page.locator(".lm-TabBar-tab.jp-mod-current", has_text="diary.ipynb").count()
        shot(page, "notes-beside-opened")
