"""The desk's side of a real Jupyter server: tiles, new notebooks, memory, files of the inbox, and who may ask."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pgc_lib.automation.http import Reply, call
from pgc_lib.core.session import Session
from pgc_lib.i18n import LANGUAGES, in_lang
from pgc_lib.notebook.extension import desk_memory, desk_tiles
from pgc_lib.notebook.look import SHARE
from tests.support.notebooks import save
from tests.unit.notebook.test_extension import TOKEN, Jupyter, started

_SECONDS = 60
_BILL = "日期,金额,商户,备注\n2026-11-02,-12.50,面包房,面包\n2026-11-03,-abc,菜市场,?\n"
_DESK = SHARE / "labextensions" / "pgc-desk"


@pytest.fixture(scope="module")
def server(
    person: Callable[..., Session], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Jupyter]:
    with started(person("at_the_desk"), tmp_path_factory.mktemp("desk")) as running:
        (running.workspace / "inbox").mkdir()
        yield running


def _ask(server: Jupyter, method: str, what: str = "", body: Any = None, **options: Any) -> Reply:
    url = f"{server.url}pgc/api/desk/{what}"
    return call(method, url, body=body, **({"token": TOKEN} | options))


def _inbox(server: Jupyter, deed: str, file: str = "", **more: Any) -> Reply:
    return _ask(server, "POST", "inbox", {"deed": deed, "file": file, **more})


def _known(server: Jupyter, file: str) -> dict[str, Any]:
    """What the inbox says of a file when it has looked at it."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        found = {each["name"]: each for each in _inbox(server, "list").data["files"]}
        if found[file]["state"] != "looking":
            return found[file]
        time.sleep(0.1)
    raise AssertionError(server.log.read_text())


def test_a_stranger_gets_nothing(server: Jupyter) -> None:
    """Whoever reaches the port without the token sees no tile, makes no notebook and takes nothing in."""
    for method, what, body in (
        ("GET", "", None),
        ("GET", "now", None),
        ("POST", "new", {"template": "note"}),
        ("POST", "inbox", {"deed": "list"}),
        ("POST", "todo", {"line": "x"}),
        ("POST", "beside", {"path": "a.ipynb"}),
    ):
        assert _ask(server, method, what, body, token="another").status == 403
    assert not list(server.workspace.rglob("*.ipynb"))


def test_a_tile_becomes_a_notebook(server: Jupyter) -> None:
    """In the folder that is open, called by its week, never in the place of another one."""
    body = {"template": "weekly", "folder": "", "day": "2026-11-21"}
    first = _ask(server, "POST", "new", body)
    assert (first.status, first.data["path"]) == (201, "notes/Weekly review 2026-W47.ipynb")
    again = _ask(server, "POST", "new", body)
    assert again.data["path"] == "notes/Weekly review 2026-W47 2.ipynb"
    made = json.loads((server.workspace / first.data["path"]).read_text("utf-8"))
    assert "title: Weekly review 2026-W47" in made["cells"][0]["source"]


@pytest.mark.parametrize(
    "body",
    [
        {"template": "nothing"},
        {"template": "../note"},
        {"template": "note", "folder": "../.."},
        {"template": "note", "folder": ".hidden"},
        {"template": "note", "folder": "\0"},
        {"template": ["note"], "folder": {}},
        "note",
        None,
    ],
    ids=str,
)
def test_what_cannot_be_made_is_said(server: Jupyter, body: Any) -> None:
    """Nothing is written outside of the workspace, and a strange request is no fault of the server."""
    answer = _ask(server, "POST", "new", body)
    assert answer.status in (400, 404) and answer.data["message"]


def test_a_file_is_named_shown_taken_in_and_given_back(server: Jupyter) -> None:
    """Nothing is kept before the word; afterwards the same file is known, and the way back is open."""
    (server.workspace / "inbox" / "bill.csv").write_text(_BILL, encoding="utf-8")
    known = _known(server, "bill.csv")
    assert (known["state"], known["what"]) == ("known", "A table")
    seen = _inbox(server, "look", "bill.csv").data
    assert (seen["new"], seen["take"]) == (1, "Take in 1 entry")
    assert "1 row is wrong" in seen["counts"] and "line 3" in seen["problems"][0]
    assert seen["lines"][0][:2] == ["2026-11-02", "-12.50"]
    assert not server.lab.finance.transactions.count()
    kept = _inbox(server, "take", "bill.csv").data
    assert server.lab.finance.transactions.count() == 1 and "1 entry was taken in" in kept["said"]
    assert _known(server, "bill.csv")["state"] == "taken"
    _inbox(server, "undo", "bill.csv", batch=kept["batch"])
    assert not server.lab.finance.transactions.count()


def test_what_is_no_file_of_the_inbox_is_not_looked_into(server: Jupyter, tmp_path: Path) -> None:
    """No name leads out of the folder, and a link there leads nowhere."""
    secret = tmp_path / "secret.csv"
    secret.write_text(_BILL, encoding="utf-8")
    (server.workspace / "inbox" / "link.csv").symlink_to(secret)
    (server.workspace / "inbox" / ".hidden.csv").write_text(_BILL, encoding="utf-8")
    for name in ("link.csv", ".hidden.csv", "../log", str(secret), "", "\0"):
        assert _inbox(server, "look", name).status == 404
        assert _inbox(server, "take", name).status == 404
    names = {each["name"] for each in _inbox(server, "list").data["files"]}
    assert not names & {"link.csv", ".hidden.csv"}


def test_a_file_that_nobody_knows_is_no_trouble(server: Jupyter) -> None:
    """It lies there with a sentence; the others are recognised all the same, also after a reader that died."""
    (server.workspace / "inbox" / "photo.bin").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    (server.workspace / "inbox" / "empty.csv").write_text("")
    assert _known(server, "photo.bin")["state"] == "unknown"
    assert _known(server, "empty.csv")["what"]
    assert _inbox(server, "look", "photo.bin").status == 400
    assert _inbox(server, "dance", "photo.bin").status == 400


def test_a_line_becomes_a_todo(server: Jupyter) -> None:
    """From anywhere in Lab, read as `lab.todos.add` reads it; an empty line is refused with words."""
    kept = _ask(server, "POST", "todo", {"line": "Call grandma @2026-12-01 #family"})
    assert kept.data["said"] == "Kept: Call grandma · 2026-12-01"
    assert [(todo.title, todo.tags) for todo in server.lab.todos.open()] == [
        ("Call grandma", ["family"])
    ]
    assert _ask(server, "POST", "todo", {"line": " "}).status == 400
    assert _ask(server, "POST", "todo", "Call").status == 400


def test_what_stands_beside_a_notebook_is_told_without_a_kernel(server: Jupyter) -> None:
    """Each line with its cell; a to-do is ticked and taken back; what nobody knows is known to nobody."""
    save(server.workspace / "notes" / "trip.ipynb", "# Trip", "## Dali\n- [ ] book 2026-12-01", "### Old town")  # fmt: skip
    save(server.workspace / "packing.ipynb", "# Packing\nfor [[trip]] <script>")
    deadline = time.monotonic() + _SECONDS
    while not (told := _ask(server, "POST", "beside", {"path": "notes/trip.ipynb"}).data).get("leading"):  # fmt: skip
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.5)
    assert (told["known"], told["title"], told["counted"]) == (True, "trip", "3 notes")
    assert [(line["title"], line["level"]) for line in told["outline"]] == [("Trip", 1), ("Dali", 2), ("Old town", 3)]  # fmt: skip
    assert told["outline"][2]["cell"] == "notes/trip.ipynb#cell-id=cell-2"
    assert [line["cell"] for line in told["leading"]] == ["packing.ipynb#cell-id=cell-0"]
    [todo] = told["todos"]
    assert (todo["title"], todo["due"]) == ("book", "2026-12-01")
    done = _ask(server, "POST", "beside", {"todo": todo["todo"]})
    assert done.data["said"] == "Done: book" and server.lab.todos.get(todo["todo"]).done
    assert not _ask(server, "POST", "beside", {"path": "notes/trip.ipynb"}).data["todos"]
    _ask(server, "POST", "beside", {"todo": todo["todo"], "done": False})
    assert not server.lab.todos.get(todo["todo"]).done
    for path in ("none.ipynb", "../x", ""):
        assert _ask(server, "POST", "beside", {"path": path}).data == {"known": False}
    for odd in ("x", "0" * 32, {"a": 1}):
        assert _ask(server, "POST", "beside", {"todo": odd}).status in (400, 404)


def test_memory_is_measured(server: Jupyter) -> None:
    """What the server and all it started use, in words, against what there may be."""
    told = _ask(server, "GET", "now").data["memory"]
    assert 20e6 < told["used"] < told["limit"]
    assert "0 notebooks running" in told["said"] and "in use" in told["told"]


def test_a_container_says_how_much_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own memory would be a promise that the hub does not keep."""
    monkeypatch.setenv("MEM_LIMIT", "123456789")
    assert desk_memory.measured({"gone": 2**22}).limit == 123456789
    monkeypatch.setenv("MEM_LIMIT", "much")
    assert desk_memory.measured({}).limit > 123456789


@pytest.mark.parametrize("language", LANGUAGES)
def test_tiles_in_both_languages(server: Jupyter, language: str) -> None:
    """Lab's own language decides; each section has its title and each tile its words."""
    shown = _ask(server, "GET", f"?lang={quote(language)}").data
    with in_lang(language):
        assert shown == desk_tiles.desk(server.workspace)
    assert {tile["category"] for tile in shown["tiles"]} <= set(shown["titles"].values())
    assert all(tile["title"] and tile["icon"] for tile in shown["tiles"])


def test_the_browsers_side_says_only_words_that_there_are() -> None:
    """A word that is missing would be shown by its name, in a corner that nobody looks at."""
    said = set()
    drawn = (_DESK / "static" / "glyphs.js").read_text("utf-8")
    for path in (_DESK / "static").glob("*.js"):
        for inside in re.findall(r"\bsay\(([^)]*)\)", path.read_text("utf-8")):
            said |= set(re.findall(r'"([a-z-]+)"', inside))
    known = desk_tiles.desk(Path("/nowhere"))
    assert said == set(known["words"])
    assert all(f"  {tile['icon']}:" in drawn for tile in known["tiles"])


def test_the_browsers_side_is_where_jupyterlab_looks() -> None:
    """What the page is told to load is there, and asks nobody else for anything."""
    said = json.loads((_DESK / "package.json").read_text("utf-8"))
    assert (_DESK / said["jupyterlab"]["_build"]["load"]).is_file()
    for path in (_DESK / "static").iterdir():
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://", text), path
        for name in re.findall(r'from "\./([\w.]+)"', text):
            assert (_DESK / "static" / name).is_file()
