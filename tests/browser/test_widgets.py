"""Forms, tables and pickers in a real browser: typed, walked and saved by the keyboard, read at any size and in any light."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pgc_lib.core.zone import today
from pgc_lib.lab import Lab
from pgc_lib.notebook.jupyter import Place
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
_WORDS = {
    "en": {"reason": "this must be an amount such as 38.50", "added": "Added: Kiosk", "yesterday": "yesterday", "undo": "Undo"},
    "zh-CN": {"reason": "这里要填金额，例如 38.50", "added": "已添加：Kiosk", "yesterday": "昨天", "undo": "撤销"},
}  # fmt: skip


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A person's lab with forty payments and a few skills."""
    made = house.lab(person("widgets"))
    day = date(2026, 3, 1)
    made.finance.transactions.add_many(
        [{"day": day + timedelta(n), "amount": str(-10 * n), "payee": f"商户 Shop {n:02}", "category": "餐饮"} for n in range(40)]
    )  # fmt: skip
    for name in ("Python", "吉他 Guitar", "Piano"):
        made.skills.items.add(name=name, topic="音乐 Music")
    return made


def _settled(page: "Page") -> None:
    """Everything that was done is answered; what is typed is told after a quarter of a second."""
    page.wait_for_timeout(320)
    page.wait_for_function("() => !document.querySelector('.pgc-busy')", timeout=_PATIENCE)


def _type(page: "Page", field: str, text: str) -> None:
    page.locator(f"[data-key={field}] input").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


@pytest.mark.parametrize(("lang", "dark", "size"), _SIDES)
def test_a_form_is_filled_in_by_the_keyboard(
    browser: "Browser", lab: Lab, lang: str, dark: bool, size: tuple[int, int]  # noqa: F811
) -> None:  # fmt: skip
    """A reason while one types, a word for a day, Ctrl+Enter, and back again."""
    words = _WORDS[lang]
    name = f"form-{lang}-{'dark' if dark else 'light'}-{size[0]}"
    form: Any = lab.finance.transactions.form(category="餐饮")
    with visit(browser, lang=lang, dark=dark, size=size) as page, shown(form, lang=lang) as address:
        page.goto(address)
        _type(page, "day", words["yesterday"])
        page.keyboard.press("Tab")
        _type(page, "amount", "-12x")
        page.get_by_text(words["reason"]).wait_for(timeout=_PATIENCE)
        assert page.locator("[data-key=amount] input").get_attribute("aria-invalid") == "true"
        shot(page, f"{name}-reason", whole=True)
        assert not axe.serious(page)
        assert fits(page, _WIDE, _PHONE)
        _type(page, "payee", "Kiosk")
        _type(page, "amount", "-1234.5")
        page.keyboard.press("Control+Enter")  # at once: what was typed last is not told yet
        page.get_by_text(words["added"]).wait_for(timeout=_PATIENCE)
        _settled(page)
        kept = form.record
        assert (kept.day, str(kept.amount)) == (today() - timedelta(1), "-1234.5000")
        shot(page, f"{name}-added")
        page.locator(".pgc-done").get_by_role("button", name=words["undo"]).click()
        page.locator("[data-key=payee] input").wait_for(timeout=_PATIENCE)
        assert lab.finance.transactions.find(payee="Kiosk") == []
        assert page.locator("[data-key=amount] input").input_value() == "-1,234.50"
        page.keyboard.press("Escape")


@pytest.mark.parametrize(("lang", "dark", "size"), _SIDES)
def test_a_table_is_worked_with(
    browser: "Browser", lab: Lab, lang: str, dark: bool, size: tuple[int, int]  # noqa: F811
) -> None:  # fmt: skip
    """Search, write in a cell, walk by the arrows, choose with Shift, change many, take it back."""
    name = f"table-{lang}-{'dark' if dark else 'light'}-{size[0]}"
    table: Any = lab.finance.transactions.table()
    with (
        visit(browser, lang=lang, dark=dark, size=size) as page,
        shown(table, lang=lang) as address,
    ):
        page.goto(address)
        page.locator("input[type=search]").fill("shop 1")
        _settled(page)
        assert table.total == 13
        before = table.rows[1]
        cell = page.locator("td[data-key=payee]")
        cell.nth(1).dblclick()
        field = page.locator("td.pgc-editing input")
        field.wait_for(timeout=_PATIENCE)
        page.keyboard.press("Control+a")
        page.keyboard.type("Shop 1 改")
        page.keyboard.press("Enter")
        field.wait_for(state="detached", timeout=_PATIENCE)
        _settled(page)
        assert table.rows[1].payee == "Shop 1 改"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("F2")
        field.wait_for(timeout=_PATIENCE)
        shot(page, f"{name}-cell")
        assert not axe.serious(page)
        page.keyboard.press("Escape")
        field.wait_for(state="detached", timeout=_PATIENCE)
        boxes = page.locator("tbody input[type=checkbox]")
        boxes.nth(2).click()
        _settled(page)
        boxes.nth(5).click(modifiers=["Shift"])
        _settled(page)
        assert table.n_chosen == 4
        page.locator("[data-pgc-act=show][data-pgc-values*=set]").click()
        page.locator(".pgc-set select").first.select_option("category")
        _settled(page)
        page.locator(".pgc-set [data-key=category] input").fill("聚会 Party")
        shot(page, f"{name}-many")
        assert not axe.serious(page)
        page.keyboard.press("Enter")
        _settled(page)
        assert lab.finance.transactions.count(category="聚会 Party") == 4
        page.locator(".pgc-toast .pgc-button").first.click()
        _settled(page)
        assert lab.finance.transactions.count(category="聚会 Party") == 0
        page.locator("[data-pgc-act=show][data-pgc-values*=filters]").click()
        page.locator("[data-pgc-act=add_up]").click()
        _settled(page)
        assert fits(page, _WIDE, _PHONE)
        shot(page, f"{name}-filters", whole=True)
        assert not axe.serious(page)
        page.locator("[data-pgc-act=open]").first.click()
        page.locator(".pgc-opened form").wait_for(timeout=_PATIENCE)
        shot(page, f"{name}-open")
        table.collection.update(before.id, payee=before.payee)


def test_a_reference_is_found_by_typing(browser: "Browser", lab: Lab) -> None:  # noqa: F811
    """Arrows and Enter choose; Enter there does not save the form; Escape closes the answers and not the form."""
    form: Any = lab.skills.practice.form(day=today(), hours=1)
    with visit(browser) as page, shown(form) as address:
        page.goto(address)
        field = page.get_by_role("combobox")
        field.click()
        page.keyboard.type("pi")
        page.get_by_role("option", name="Piano").wait_for(timeout=_PATIENCE)
        _settled(page)
        shot(page, "picker")
        assert not axe.serious(page)
        page.keyboard.press("Escape")
        page.get_by_role("option").first.wait_for(state="detached", timeout=_PATIENCE)
        page.keyboard.type("p")
        page.get_by_role("option", name="Piano").wait_for(timeout=_PATIENCE)
        page.keyboard.press("ArrowDown")
        _settled(page)
        marked = page.locator("[role=option][aria-selected=true]").inner_text()
        page.keyboard.press("Enter")
        page.locator(".pgc-picked").wait_for(timeout=_PATIENCE)
        assert marked.splitlines()[0] in page.locator(".pgc-picked").inner_text()
        assert form.record is None
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Added").first.wait_for(timeout=_PATIENCE)


@pytest.fixture(scope="module")
def jupyter(prepared_data: Path) -> Iterator[LabProcess]:
    """A JupyterLab with a notebook that shows a form and a table."""
    with new_data(prepared_data) as data, started(data, lang="zh-CN") as process:
        cells = [
            "import pgc_lib as pgc; lab = pgc.open()\nform = lab.finance.transactions.form(); form",
            "table = lab.finance.transactions.table(); table",
        ]
        save(Place(data).workspace / "forms.ipynb", *(code(text, f"c-{n}") for n, text in enumerate(cells)))  # fmt: skip
        yield process


def test_in_a_notebook(browser: "Browser", jupyter: LabProcess) -> None:  # noqa: F811
    """JupyterLab takes none of the keys for itself; the table below shows what the form kept."""
    origin, _lab, token = jupyter.address.partition("/lab")[0], "", jupyter.address.partition("token=")[2]  # fmt: skip
    with visit(browser, lang="zh-CN", size=(1280, 1000)) as page:
        page.goto(f"{origin}/lab/tree/forms.ipynb?token={token}")
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=_PATIENCE)
        page.get_by_text("Python 3 (ipykernel) | 空闲").wait_for(timeout=_PATIENCE)
        cell = page.locator(".jp-Notebook .jp-Cell")
        cell.nth(0).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.locator(".pgc-form").wait_for(timeout=_PATIENCE)
        _type(page, "day", "今天")
        page.keyboard.press("Tab")
        _type(page, "amount", "-38.5")
        _type(page, "payee", "瑞幸 dd j k")  # letters that are Lab's shortcuts elsewhere
        page.keyboard.press("Control+Enter")
        page.locator(".pgc-done").wait_for(timeout=_PATIENCE)
        assert cell.count() == 2
        cell.nth(1).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.locator("td[data-key=payee]", has_text="瑞幸 dd j k").wait_for(timeout=_PATIENCE)
        shot(page, "lab-widgets")
