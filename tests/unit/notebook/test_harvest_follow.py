"""Following a real Jupyter server: saved through it, renamed, copied and deleted in it, ticked while open; and the database away."""

import io
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pgc_lib.automation.http import Reply, call
from pgc_lib.core.session import Session
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.notebook.extension.notes import open_in
from pgc_lib.notebook.harvest.edits import BeingRun, CellEdit, write
from pgc_lib.notebook.harvest.follower import Follower, Waiting
from pgc_lib.settings import Secret
from tests.support.lab import House, Person
from tests.support.notebooks import code, notebook, save, sources
from tests.unit.notebook.test_extension import TOKEN, Jupyter, started

_SECONDS = 60


@pytest.fixture(scope="module")
def server(person: Callable[..., Session], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:  # fmt: skip
    with started(person("writer"), tmp_path_factory.mktemp("server")) as running:
        yield running


def until(condition: Callable[[], Any], server: Jupyter | None = None) -> Any:
    """Wait until it is so."""
    deadline = time.monotonic() + _SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, server.log.read_text() if server else ""
        time.sleep(0.1)
    return found


def contents(server: Jupyter, method: str, path: str, body: Any = None, query: str = "") -> Reply:
    return call(method, f"{server.url}api/contents/{quote(path)}{query}", token=TOKEN, body=body)


def put(server: Jupyter, path: str, *cells: dict[str, Any] | str) -> None:
    """Save as JupyterLab does."""
    body = {"type": "notebook", "format": "json", "content": notebook(*cells)}
    assert contents(server, "PUT", path, body).ok


def titles(lab: Lab) -> set[str]:
    return {doc.path for doc in lab.docs.find()}


def test_what_is_done_in_jupyter_is_followed(server: Jupyter) -> None:
    """Saved, renamed with its folder, copied and deleted through the server's own API."""
    put(server, "plan.ipynb", "# Plan", "## Next\n- [ ] begin")
    until(lambda: titles(server.lab) == {"plan", "plan/Next"}, server)
    next_one = server.lab.docs.doc("plan/Next")
    assert contents(server, "PATCH", "plan.ipynb", {"path": "plans.ipynb"}).ok
    until(lambda: titles(server.lab) == {"plans", "plans/Next"}, server)
    assert server.lab.docs.doc("plans/Next").id == next_one.id
    assert contents(server, "POST", "", {"copy_from": "plans.ipynb"}).ok
    until(lambda: "plans-Copy1/Next" in titles(server.lab), server)
    assert server.lab.docs.doc("plans/Next").id == next_one.id
    assert contents(server, "DELETE", "plans-Copy1.ipynb").ok
    until(lambda: titles(server.lab) == {"plans", "plans/Next"}, server)
    assert contents(server, "DELETE", "plans.ipynb").ok
    until(lambda: not titles(server.lab), server)


def test_a_tick_is_seen_at_opening_and_stays_at_saving(server: Jupyter) -> None:
    """A page that does not know of it saves what it has; the file has both. One that knows may take the tick away again."""
    put(server, "week.ipynb", "# Week", "- [ ] call mum\n- [ ] write")
    layout = server.log.parent / "config" / "lab" / "workspaces" / "page.jupyterlab-workspace"
    layout.parent.mkdir(parents=True)
    layout.write_text(json.dumps({"data": {"notebook:a": {"data": {"path": "week.ipynb"}}}}))
    [todo] = until(lambda: server.lab.todos.find(title="call mum"), server)
    server.lab.todos.complete(todo)
    opened = lambda: "".join(contents(server, "GET", "week.ipynb", query="?content=1").data["content"]["cells"][1]["source"])  # noqa: E731  # fmt: skip
    path = server.workspace / "week.ipynb"
    time.sleep(5)
    assert "[x]" not in path.read_text()  # a page has it open
    put(server, "week.ipynb", "# Week, typed", "- [ ] call mum\n- [ ] write")
    assert sources(path) == ["# Week, typed", "- [x] call mum\n- [ ] write"]
    put(server, "week.ipynb", "# Week, typed", "- [ ] call mum\n- [ ] write more")
    assert sources(path)[1] == "- [x] call mum\n- [ ] write more"
    until(lambda: server.lab.todos.find(title="write more"), server)
    assert server.lab.todos.get(todo.id).done
    assert opened() == "- [x] call mum\n- [ ] write more"
    put(server, "week.ipynb", "# Week, typed", "- [ ] call mum\n- [ ] write more")
    until(lambda: not server.lab.todos.get(todo.id).done, server)


def test_what_papermill_writes_is_followed_and_never_crossed(server: Jupyter, tmp_path: Path) -> None:  # fmt: skip
    """Into `notes/`, past Jupyter. A box that is ticked while it runs is ticked once it is done, and stays so."""
    import papermill

    ends = tmp_path / "ends"
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(ends)!r}).exists(): time.sleep(0.1)"
    source = save(tmp_path / "in.ipynb", "# By machine", code(wait, "w"), "- [ ] look at it")
    path = server.workspace / "notes" / "out.ipynb"
    path.parent.mkdir(exist_ok=True)
    words = {"cwd": tmp_path, "progress_bar": False, "kernel_name": "python3"}
    run = threading.Thread(target=papermill.execute_notebook, args=[str(source), str(path)], kwargs=words)  # fmt: skip
    run.start()
    try:
        [todo] = until(lambda: server.lab.todos.find(title="look at it"), server)
        assert server.lab.docs.doc("notes/out").cell == "notes/out.ipynb#cell-id=cell-0"
        server.lab.todos.complete(todo)
        edit = CellEdit("cell-2", "- [ ] look at it", "- [x] look at it")
        with pytest.raises(BeingRun):
            write(path, [edit])
    finally:
        ends.touch()
        run.join(_SECONDS)
    until(lambda: sources(path)[2] == "- [x] look at it", server)
    assert server.lab.todos.get(todo.id).done
    failing = save(tmp_path / "bad.ipynb", "---\ntitle: Odd\n---\n# Odd", code("1 / 0", "z"), "## After")  # fmt: skip
    with pytest.raises(papermill.PapermillExecutionError):
        papermill.execute_notebook(str(failing), str(server.workspace / "notes" / "bad.ipynb"), **words)  # fmt: skip
    until(lambda: server.lab.docs.find(folder="notes/bad"), server)
    assert {doc.path for doc in server.lab.docs.find() if "bad" in doc.path} == {"notes/bad", "notes/bad/After"}  # fmt: skip


def test_a_save_does_not_wait_and_does_not_fail(server: Jupyter) -> None:
    """Neither 2,000 cells nor nonsense in a file keep the next one from being saved and read."""
    cells = [f"## Cell {n}\n\nwords #tag{n % 7}\n" for n in range(2000)]
    put(server, "large.ipynb", *cells)
    until(lambda: server.lab.docs.find(title="Cell 1999"), server)
    odd = {"type": "notebook", "format": "json", "content": {"cells": 7, "nbformat": 4}}
    contents(server, "PUT", "odd.ipynb", odd)
    (server.workspace / "odder.ipynb").write_text("{")
    put(server, "after.ipynb", "# After")
    until(lambda: server.lab.docs.find(title="after"), server)
    assert "failed" not in server.log.read_text()


def test_layouts_of_lab_are_read_as_far_as_they_can_be(tmp_path: Path) -> None:
    layout = tmp_path / "default-37a8.jupyterlab-workspace"
    data = {
        "layout-restorer:data": {"main": {}},
        "notebook:a.ipynb": {"data": {"path": "notes/a.ipynb", "factory": "Notebook"}},
        "notebook:RTC:b.ipynb": {"data": {"path": "RTC:b.ipynb", "factory": "Notebook"}},
        "odd": {"data": 5}, "odder": None,
    }  # fmt: skip
    layout.write_text(json.dumps({"data": data}))
    assert open_in(layout) == {"notes/a.ipynb", "b.ipynb"}
    for broken in ("", "[]", "{", '{"data": 5}'):
        layout.write_text(broken)
        assert open_in(layout) == set()
    assert open_in(tmp_path / "none") == set()


# ── by itself ────────────────────────────────────────────────────────────────────────────────────────


def test_orders_wait_until_nobody_saves_any_more_but_not_for_ever() -> None:
    waiting = Waiting()
    for order in ({"do": "save", "path": "a.ipynb"}, {"do": "save", "path": "b.txt"}, {"do": "save", "path": "reports/a.ipynb"}):  # fmt: skip
        waiting.note(order, 0.0)
    assert list(waiting.saved) == ["a.ipynb"] and waiting.due(0.5) == [] and waiting.due(0.8) == ["a.ipynb"]  # fmt: skip
    for tenth in range(60):
        waiting.note({"do": "save", "path": "a.ipynb"}, tenth / 10)
    assert waiting.due(6.0) == ["a.ipynb"]
    waiting.note({"do": "rename", "path": "b.ipynb", "old": "a.ipynb"}, 6.0)
    assert waiting.seconds(6.0) == 0.0


def test_nothing_is_lost_while_the_database_is_away(house: House, person: Person, tmp_path: Path) -> None:  # fmt: skip
    """What could not be kept waits, is tried again, and is found by the next process if this one is killed."""
    session, work, answers = person("mei"), tmp_path / "work", io.StringIO()
    save(work / "a.ipynb", "# A", code("1", "c"))
    away = replace(session, database=Secret(session.database.reveal().replace("127.0.0.1:", "127.0.0.1:1")))  # fmt: skip
    reached = [away, away, session]
    reader, writer = os.pipe()
    with in_lang("en"):
        follower = Follower(lambda: reached[0], work, tmp_path / "state", answers, source=reader)
        follower.waiting.note({"do": "save", "path": "a.ipynb"}, -100.0)
        follower.step(last=True)
        assert follower.waiting.saved and not Lab(session).docs.find()
        follower.close()
        again = Follower(lambda: session, work, tmp_path / "state", answers, source=reader)
        again.step()
        assert {doc.path for doc in Lab(session).docs.find()} == {"a"}
        save(work / "a.ipynb", "# A", "- [ ] b")
        again.waiting.note({"do": "save", "path": "a.ipynb"}, -100.0)
        again.step(last=True)
        [todo] = Lab(session).todos.find()
        Lab(session).todos.complete(todo)
        again._asked = -1e9
        again.step()
        told = json.loads(answers.getvalue().splitlines()[-1])
        assert told["path"] == "a.ipynb" and told["edits"][0]["text"] == "- [x] b"
        again.close()
    os.close(reader)
    os.close(writer)


def test_a_process_with_nothing_to_do_begins_anew_and_goes_on(
    person: Person, tmp_path: Path
) -> None:
    """It gives back the memory that reading took, and still finds what changes afterwards."""
    session, work, answers = person("mei"), tmp_path / "work", io.StringIO()
    save(work / "a.ipynb", "# A")
    reader, writer = os.pipe()
    first = Follower(lambda: session, work, tmp_path / "state", answers, source=reader)
    first.step()
    first._last = -1e9
    assert first.run()
    resumed = Follower(lambda: session, work, tmp_path / "state", answers, source=reader, resumed=True)  # fmt: skip
    resumed.step()
    assert resumed._harvester is None
    save(work / "b.ipynb", "# B")
    resumed._looked = -1e9
    resumed.step()
    assert titles(Lab(session)) == {"a", "b"}
    os.close(writer)
    assert not resumed.run()
    os.close(reader)
