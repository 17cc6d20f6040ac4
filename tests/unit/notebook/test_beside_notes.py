"""Beside a notebook: outline, backlinks, related notes and to-dos, each leading to its very cell, and nothing a text says is markup."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.notebook.harvest.harvester import Harvester
from pgc_lib.notebook.widgets.beside_notes import BesideNotes, address, here
from tests.support.lab import House, Person
from tests.support.notebooks import save

_HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def lab(house: House, person: Person, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    session, work = person("mei"), tmp_path_factory.mktemp("work")
    save(work / "notes" / "旅 行.ipynb", "# Yunnan #trip", "## Dali\n- [ ] book a room 2026-12-01\n- [ ] ask mum", "### Old town", f"{_HOSTILE}\n\n## {_HOSTILE}")  # fmt: skip
    save(work / "packing.ipynb", "# Packing\nfor [[旅 行]] #trip", f"## {_HOSTILE}\nsee [[Dali]]")
    save(work / "else.ipynb", "# Accounts")
    with in_lang("en"):
        Harvester(session, work, work / ".state").sweep()
        yield house.lab(session)


def test_everything_of_a_notebook_and_the_way_to_each_cell(lab: Lab) -> None:
    shown = lab.docs.beside("notes/旅 行.ipynb")
    assert isinstance(shown, BesideNotes)
    html = shown.html
    for said in (
        "旅 行",
        "4 notes",
        "Yunnan",
        "Dali",
        "Old town",
        "book a room",
        "2026-12-01",
        "packing",
    ):
        assert said in html
    assert 'href="/lab/tree/notes/%E6%97%85%20%E8%A1%8C.ipynb#cell-id=cell-1"' in html
    assert 'data-pgc-opens="packing.ipynb#cell-id=cell-0"' in html
    assert "Accounts" not in html
    assert lab.search("Old town")[0].opens == "notes/旅 行.ipynb#cell-id=cell-2"


def test_what_a_text_says_is_never_markup(lab: Lab) -> None:
    for path in ("notes/旅 行.ipynb", "packing.ipynb"):
        assert "<script>alert" not in lab.docs.beside(path).html
    [doc] = [doc for doc in lab.docs.find() if doc.cell.endswith("cell-3")]
    page = lab.docs.show(doc).whole()
    assert "<script" not in page and not re.search(r"<[^>]*onerror", page)


def test_a_to_do_is_ticked_and_taken_back(lab: Lab) -> None:
    shown = lab.docs.beside("notes/旅 行.ipynb")
    [todo] = lab.todos.find(title="ask mum")
    shown.do("tick", todo=todo.id.hex)
    assert lab.todos.get(todo.id).done and "ask mum" not in shown.html and "ask mum" in shown.said
    shown.take_back()
    assert not lab.todos.get(todo.id).done and "ask mum" in shown.html


def test_a_notebook_that_is_not_known_says_what_to_do(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # fmt: skip
    assert "Save the notebook" in lab.docs.beside("none.ipynb").html
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert "Name a notebook" in lab.docs.beside().html
    monkeypatch.setenv("JPY_SESSION_NAME", "notes/a.ipynb")
    assert here() == "notes/a.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "elsewhere.ipynb"))
    assert here() == ""
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/mei/")
    assert address("a.ipynb#cell-id=x-1") == "/user/mei/lab/tree/a.ipynb#cell-id=x-1"
