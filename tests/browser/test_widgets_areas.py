"""The widgets of the areas in a real browser: clicked, typed into, walked by keys, fed with files, read in any light."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pgc_lib.core.zone import today
from pgc_lib.lab import Lab
from pgc_lib.notebook.jupyter import Place
from pgc_lib.notebook.live import Html, Part, tag
from tests.support import axe
from tests.support.browser import browser, fits, shot, visit  # noqa: F401 (a fixture)
from tests.support.jupyterlab import LabProcess, new_data, started
from tests.support.lab import House, Person
from tests.support.notebooks import code, save
from tests.support.parts import shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE = 90_000
_WIDE, _PHONE = (1100, 900), (360, 780)
_SIDES = [("en", False, _WIDE), ("zh-CN", True, _PHONE)]
_HOSTILE = "<img src=x onerror=\"document.title='taken'\">"
_BILL = "Date,Payee,Amount,Note\n2026-11-01,Bakery,-3.50,bread\n2026-11-02,<b>Market</b>,-12.00,\n2026-11-99,Cinema,-9.00,film\n"


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A person's lab with a little of everything, and somebody's script in every text."""
    made = house.lab(person("areas"))
    family = made.family
    for name, sex in (
        ("我", "male"),
        ("妈妈", "female"),
        ("外婆", "female"),
        (f"爸爸 {_HOSTILE}", "male"),
        ("小满", "female"),
    ):
        family.add(name=name, sex=sex)  # fmt: skip
    family.parent("妈妈", of="我")
    family.parent("外婆", of="妈妈")
    family.marry("妈妈", f"爸爸 {_HOSTILE}")
    family.parent("我", of="小满")
    day = today()
    rows = [
        {
            "day": day - timedelta(n),
            "amount": str(-5 - n),
            "payee": f"{_HOSTILE} {n}",
            "category": "餐饮",
        }
        for n in range(30)
    ]
    made.finance.transactions.add_many(rows)
    made.finance.budgets.plan("餐饮", "200 a month")
    for payment in made.finance.transactions.find(limit=3):
        made.suggestions.propose(
            payment, topic="finance.category", source="rules", changes={"category": "吃饭"}, reason=_HOSTILE, confidence=0.9
        )  # fmt: skip
    trip = made.todos.add(title=f"旅行 {_HOSTILE}")
    for title in ("买票 Tickets", "收拾行李 Packing"):
        made.todos.add(title=title, parent=trip.id)
    made.todos.add(title="交电费 Bill")
    now = datetime.now(UTC)
    made.wellbeing.moods.add_many(
        [{"at": now - timedelta(days=n), "mood": n % 9 + 1} for n in range(60)]
    )
    made.graph.connect(trip, "with", family.who("外婆"))
    made.graph.connect(trip, "with", family.who("小满"))
    return made


def _settled(page: "Page") -> None:
    """Everything that was done is answered."""
    page.wait_for_timeout(320)
    page.wait_for_function("() => !document.querySelector('.pgc-busy')", timeout=_PATIENCE)


def _looked_around(graph: Any) -> None:
    """The first picture is made beside the page."""
    assert graph.html
    graph.work.wait()


def _sound(page: "Page", name: str) -> None:
    """Whatever is seen can be read by everybody, and nothing sticks out."""
    shot(page, name, whole=True)
    assert not axe.serious(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.title() == "Part"


class _Everything(Part):
    """All widgets below one another, as on a dashboard."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.parts = parts

    def draw(self) -> Html:
        return tag.div(list(self.parts.values()), class_="pgc-stack")

    def close(self) -> None:
        for part in self.parts.values():
            part.close()


@pytest.mark.parametrize(("lang", "dark", "size"), _SIDES)
def test_every_widget_can_be_read(
    browser: "Browser", lab: Lab, lang: str, dark: bool, size: tuple[int, int]  # noqa: F811
) -> None:  # fmt: skip
    """In both languages, light and dark, on a desk and on a phone; what people wrote is never markup."""
    parts: dict[str, Any] = {
        "wizard": lab.import_wizard(),
        "queue": lab.suggestions.queue(),
        "kinship": lab.family.chart("我"),
        "tree": lab.todos.tree_view(),
        "heatmap": lab.wellbeing.heatmap(),
        "budgets": lab.finance.budget_bars(),
        "monitor": lab.reports.monitor(),
        "chat": lab.chat(),
        "graph": lab.graph.explore(),
        "timeline": lab.timeline(),
    }
    _looked_around(parts["graph"])
    everything = _Everything(parts)
    with (
        shown(everything, lang=lang) as address,
        visit(browser, lang=lang, dark=dark, size=size) as page,
    ):
        page.goto(address)
        page.locator(".pgc-time-sheet").wait_for(timeout=_PATIENCE)
        for light in ("light", "dark") if dark else ("dark", "light"):
            page.emulate_media(color_scheme=light)
            _settled(page)
            _sound(page, f"areas-{lang}-{light}-{size[0]}")
        assert fits(page, _WIDE, _PHONE)
    everything.close()


def test_a_file_is_dropped_corrected_kept_and_taken_back(browser: "Browser", lab: Lab) -> None:  # noqa: F811
    """The way of a bill, with a line that is wrong."""
    before = lab.finance.transactions.count()
    wizard: Any = lab.import_wizard()
    with shown(wizard, listens=True) as address, visit(browser) as page:
        page.goto(address)
        page.locator(".pgc-drop").wait_for(timeout=_PATIENCE)
        page.evaluate(
            """(text) => {
                const files = new DataTransfer();
                files.items.add(new File([text], "bill.csv"));
                const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: files });
                document.querySelector(".pgc-drop").dispatchEvent(drop);
            }""",
            _BILL,
        )
        page.get_by_text("1 row is wrong").wait_for(timeout=_PATIENCE)
        _sound(page, "wizard-looked")
        page.locator("[data-key=day] input").first.fill("2026-11-09")
        page.get_by_role("button", name="Check line 4 again").click()
        page.get_by_role("button", name="Keep 3 records").wait_for(timeout=_PATIENCE)
        page.get_by_role("button", name="Keep 3 records").click()
        page.get_by_text("bill.csv is taken in.").wait_for(timeout=_PATIENCE)
        assert lab.finance.transactions.count() == before + 3
        _sound(page, "wizard-done")
        page.get_by_role("button", name="Undo this import").click()
        page.get_by_text("The import was taken back").wait_for(timeout=_PATIENCE)
        assert lab.finance.transactions.count() == before
    wizard.close()


def test_the_queue_is_worked_through_by_keys(browser: "Browser", lab: Lab) -> None:  # noqa: F811
    """One is put off, one is refused with a reason, one is changed and accepted, and that is taken back."""
    queue: Any = lab.suggestions.queue()
    with visit(browser, lang="zh-CN") as page, shown(queue, lang="zh-CN") as address:
        page.goto(address)
        first = page.locator(".pgc-queue-list > li > div").first
        first.focus()
        page.keyboard.press("s")
        page.get_by_role("button", name="一周后").wait_for(timeout=_PATIENCE)
        page.keyboard.press("Escape")
        _settled(page)
        page.keyboard.press("r")
        page.get_by_placeholder("可以留空").wait_for(timeout=_PATIENCE)
        page.keyboard.type("are not keys here")
        page.keyboard.press("Enter")
        page.get_by_text("已拒绝").wait_for(timeout=_PATIENCE)
        assert lab.suggestions.find(state="rejected")[0].because == "are not keys here"
        _settled(page)
        page.keyboard.press("e")
        field = page.locator(".pgc-queue-now input[type=text]")
        field.wait_for(timeout=_PATIENCE)
        field.fill("外卖")
        page.keyboard.press("Enter")
        page.get_by_text("已按您的修改接受").wait_for(timeout=_PATIENCE)
        assert lab.suggestions.count(state="edited") == 1
        page.get_by_role("button", name="撤销").click()
        page.get_by_text("已撤销").wait_for(timeout=_PATIENCE)
        assert lab.suggestions.count(state="edited") == 0


def test_a_tree_is_walked_and_rearranged_by_keys(browser: "Browser", lab: Lab) -> None:  # noqa: F811
    """Right opens, down walks, Alt and right hangs it under the one above."""
    tree: Any = lab.todos.tree_view()
    with visit(browser) as page, shown(tree) as address:
        page.goto(address)
        page.get_by_role("treeitem", name="交电费").wait_for(timeout=_PATIENCE)
        page.get_by_role("treeitem", name="交电费").focus()
        page.keyboard.press("Alt+ArrowRight")
        page.get_by_text("is now in").first.wait_for(timeout=_PATIENCE)
        bill = lab.todos.items.find(title="交电费 Bill")[0]
        assert bill.parent is not None
        _settled(page)
        assert "交电费" in page.evaluate("document.activeElement.textContent")
        page.keyboard.press("ArrowUp")
        assert "交电费" not in page.evaluate("document.activeElement.textContent")
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Taken back.").wait_for(timeout=_PATIENCE)
        assert lab.todos.items.get(bill.id).parent is None


_IN_THE_MIDDLE = """() => {
    const one = document.querySelector(".pgc-kin-one[aria-current]"), box = one.closest(".pgc-scroll");
    const inner = one.getBoundingClientRect(), outer = box.getBoundingClientRect();
    const off = inner.left + inner.width / 2 - outer.left - outer.width / 2;
    const atEnd = box.scrollLeft < 2 || box.scrollLeft > box.scrollWidth - box.clientWidth - 2;
    return inner.left >= outer.left && inner.right <= outer.right && (Math.abs(off) < 4 || atEnd);
}"""


def test_somebody_is_put_into_the_middle_of_the_family(browser: "Browser", lab: Lab) -> None:  # noqa: F811
    """Found by name, and everyone is called as seen from there; arrows walk from one to another; a phone shows the middle."""
    chart: Any = lab.family.chart("我")
    with visit(browser, lang="zh-CN", size=_PHONE) as page, shown(chart, lang="zh-CN") as address:
        page.goto(address)
        page.locator(".pgc-kin-one", has_text="外祖母").or_(
            page.locator(".pgc-kin-one", has_text="外婆")
        ).first.wait_for(timeout=_PATIENCE)
        page.get_by_label("找人").fill("小满")
        page.get_by_role("group", name="找到的人").get_by_role("button").first.wait_for(
            timeout=_PATIENCE
        )
        page.get_by_label("找人").press("Enter")
        page.locator(".pgc-kin-one[aria-current]", has_text="小满").wait_for(timeout=_PATIENCE)
        page.locator(".pgc-kin-one", has_text="妈妈奶奶").wait_for(timeout=_PATIENCE)
        for _time in range(3):
            page.locator("[data-pgc-act=larger]").click()
            _settled(page)
        page.wait_for_function(_IN_THE_MIDDLE, timeout=_PATIENCE)
        assert page.evaluate("() => document.querySelector('.pgc-kin-sheet').scrollLeft > 20")
        page.locator(".pgc-kin-one[aria-current]").focus()
        page.keyboard.press("ArrowUp")
        page.wait_for_function(
            "() => document.activeElement.textContent.startsWith('我')", timeout=_PATIENCE
        )
        _sound(page, "kinship-centred")


def test_the_graph_grows_where_it_is_clicked(browser: "Browser", lab: Lab) -> None:  # noqa: F811
    """A neighbour is opened, and the way between two is drawn."""
    graph: Any = lab.graph.explore(lab.family.who("外婆"))
    _looked_around(graph)
    with visit(browser) as page, shown(graph) as address:
        page.goto(address)
        page.locator(".pgc-graph-node", has_text="旅行").click()
        page.locator(".pgc-graph-node", has_text="小满").wait_for(timeout=_PATIENCE)
        page.locator(".pgc-graph-node", has_text="小满").click()
        page.get_by_role("button", name="Way to …").click()
        page.get_by_label("Find a record").fill("外婆")
        page.get_by_role("group", name="Found").get_by_role("button").first.click()
        page.locator("line.pgc-graph-way").first.wait_for(state="attached", timeout=_PATIENCE)
        _sound(page, "graph-way")


def test_a_day_and_a_budget_are_opened(browser: "Browser", lab: Lab) -> None:  # noqa: F811
    """Arrows walk the days; Enter says what was noted."""
    calendar: Any = lab.wellbeing.heatmap()
    with visit(browser) as page, shown(calendar) as address:
        page.goto(address)
        cell = page.locator(".pgc-heat-grid button[tabindex='0']")
        cell.wait_for(timeout=_PATIENCE)
        cell.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        page.locator(".pgc-sunken li").first.wait_for(timeout=_PATIENCE)
        _sound(page, "heatmap-day")
    bars: Any = lab.finance.budget_bars()
    with visit(browser) as page, shown(bars) as address:
        page.goto(address)
        page.locator(".pgc-budgets-one").first.click()
        page.locator(".pgc-sheet tbody tr").first.wait_for(timeout=_PATIENCE)
        _sound(page, "budget-open")
    assert lab.finance.budgets.status("餐饮").spent > Decimal(0)


@pytest.fixture(scope="module")
def jupyter(prepared_data: Path) -> Iterator[LabProcess]:
    """A JupyterLab with a notebook of these widgets."""
    with new_data(prepared_data) as data, started(data, lang="en") as process:
        cells = [
            "import pgc_lib as pgc; lab = pgc.open()\nlab.import_wizard()",
            "lab.reports.monitor()",
        ]
        save(Place(data).workspace / "areas.ipynb", *(code(text, f"c-{n}") for n, text in enumerate(cells)))  # fmt: skip
        yield process


def test_in_a_notebook(browser: "Browser", jupyter: LabProcess) -> None:  # noqa: F811
    """Files come through the kernel, work beside the page is drawn, and the page stays usable meanwhile."""
    origin, token = jupyter.address.partition("/lab")[0], jupyter.address.partition("token=")[2]
    with visit(browser, size=(1280, 1100)) as page:
        page.goto(f"{origin}/lab/tree/areas.ipynb?token={token}")
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=_PATIENCE)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=_PATIENCE)
        cell = page.locator(".jp-Notebook .jp-Cell")
        cell.nth(0).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.locator(".pgc-wizard input[type=file]").wait_for(state="attached", timeout=_PATIENCE)
        page.set_input_files(
            ".pgc-wizard input[type=file]",
            {"name": "bill.csv", "mimeType": "text/csv", "buffer": _BILL.encode()},
        )
        page.get_by_role("button", name="Keep 2 records").wait_for(timeout=_PATIENCE)
        page.get_by_role("button", name="Keep 2 records").click()
        page.get_by_text("bill.csv is taken in.").wait_for(timeout=_PATIENCE)
        cell.nth(1).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.get_by_role("button", name="Begin").click()
        page.locator(".pgc-monitor [role=progressbar]").wait_for(timeout=_PATIENCE)
        page.locator(".pgc-monitor").get_by_role("button", name="Read").wait_for(
            timeout=2 * _PATIENCE
        )
        shot(page, "lab-areas")
