"""Reports: executed cell by cell, kept with their page, truthful about failure."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pgc_lib.automation.catalogue import Report, find
from pgc_lib.automation.runs import run
from pgc_lib.automation.weekly import Review
from pgc_lib.core.zone import today
from pgc_lib.errors import NotFound
from pgc_lib.lab import Lab
from tests.support.lab import share
from tests.support.provider import Fail, Say, provider

SCHEDULED = Path(__file__).parents[3] / "scheduled"


@pytest.fixture
def lab(person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab whose kernels log in as the same person."""
    session = person("reader")
    root = str(Path(__file__).parents[3])
    monkeypatch.setenv("PGC_DATABASE_URL", session.database.reveal())
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
    return Lab(session)


def notebook(folder: Path, *cells: str) -> Report:
    """A report made of these cells."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    path = folder / "own.ipynb"
    nbformat.write(made, path)
    return Report("own", path)


def test_the_weekly_review_is_written_and_listed(lab: Lab, tmp_path: Path) -> None:
    """Facts of the week are in the page, progress reaches the last cell, and the run is in `lab.reports`."""
    monday = date(2026, 11, 9)
    lab.todos.complete(lab.todos.add(title="整理书架"))
    lab.finance.add(day=monday, amount="-88.80", category="书 Books")
    steps: list[tuple[int, int]] = []
    done = run(
        lambda: lab,
        find("weekly_review", SCHEDULED),
        tmp_path,
        parameters={"week": "2026-11-10", "language": "zh-CN"},
        on_progress=lambda at, total: steps.append((at, total)),
    )
    assert (done.state, done.cells_done) == ("done", done.cells)
    assert steps[-1] == (done.cells, done.cells)
    page = (tmp_path / done.page).read_text(encoding="utf-8")
    assert "88.80" in page and "2026-11-09" in page
    assert lab.reports.latest("weekly_review") == done
    password = lab.session.database.reveal().split(":")[2].split("@")[0]
    assert password not in page
    assert password not in (tmp_path / done.notebook).read_text(encoding="utf-8")


def test_a_failing_cell_is_shown_as_failed(lab: Lab, tmp_path: Path) -> None:
    """The run says failed, with its cell and the error; what came before is kept in the notebook."""
    report = notebook(tmp_path, "print('kept')", "1 / 0", "print('never')")
    failed = run(lambda: lab, report, tmp_path)
    assert (failed.state, failed.failed_cell, failed.cells_done) == ("failed", 1, 1)
    assert "ZeroDivisionError" in failed.error
    text = (tmp_path / failed.notebook).read_text(encoding="utf-8")
    assert "kept" in text and "never\\n" not in text


def test_a_killed_kernel_is_a_failed_run(lab: Lab, tmp_path: Path) -> None:
    """Out of memory kills a kernel like this; the run must not hang or say done."""
    report = notebook(tmp_path, "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    failed = run(lambda: lab, report, tmp_path)
    assert failed.state == "failed"
    assert failed.ended_at is not None


def test_an_unknown_report_names_those_there_are() -> None:
    """The error is the list."""
    with pytest.raises(NotFound, match="weekly_review"):
        find("wekly", SCHEDULED)


def test_the_draft_gets_the_facts_and_is_marked(lab: Lab) -> None:
    """With a model there is a paragraph, marked as a draft; the prompt holds the facts."""
    lab.todos.complete(lab.todos.add(title="整理书架"))
    with provider(Say("A calm week.")) as running:
        lab.ai.models.add(name="scripted", base_url=running.url, model="m")
        text = Review(lab, today()).draft()
    assert "A calm week." in text and "scripted" in text
    assert "整理书架" in running.requests[0]["messages"][1]["content"]


def test_what_others_share_is_no_part_of_my_week(lab: Lab, person: Callable[..., Any]) -> None:
    """Neither in the sections nor in what a model is told: it is not mine to look back on."""
    other = person("other")
    theirs = Lab(other)
    theirs.todos.complete(theirs.todos.add(title="theirs, done"))
    theirs.todos.add(title="theirs, late", due=today())
    theirs.finance.add(day=today(), amount="-5.00", category="theirs")
    for area in ("todos", "finance"):
        share(other, lab.session, area)
    lab.todos.complete(lab.todos.add(title="mine, done"))
    assert lab.todos.find(title="theirs, done")
    review = Review(lab, today())
    assert [each.title for each in review.finished] == ["mine, done"]
    assert "theirs" not in f"{review.facts()}{review.open()}{review.money()}"


def test_without_or_with_a_broken_model_the_facts_stand(lab: Lab) -> None:
    """The report is whole without its draft, and says why there is none."""
    review = Review(lab, today() - timedelta(days=7))
    assert "pgc models add" in review.draft()
    with provider(Fail(400)) as running:
        lab.ai.models.add(name="scripted", base_url=running.url, model="m")
        assert "⚠" in review.draft()
