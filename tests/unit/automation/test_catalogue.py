"""Reports and their parameters: typed by their defaults, refused with the names of those there are."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.automation.catalogue import PACKAGED, Report, find, folders
from pgc_lib.errors import Invalid, NotFound
from tests.unit.automation.conftest import Write

PARAMETERS = """
week = ""  # any day of the week
count = 3
share = 0.5
thorough = False
names = ["a"]
table = {}
day: date = None
anything = None
hours: int | None = None
code: list[str] = []
since: "date" = ""  # quoted
language: "Literal['', 'zh-CN', 'en']" = ""
broken: "Literal[x]" = ""
"""


@pytest.fixture
def report(write: Write) -> Report:
    return Report("typed", write("typed", "1", parameters=PARAMETERS))


def test_parameters_are_read_from_their_cell(report: Report) -> None:
    """With default, type and what they are for; nothing is executed for it."""
    known = report.parameters
    assert (known["week"].type, known["week"].help) == ("str", "any day of the week")
    assert {name: each.type for name, each in known.items()} == {
        "week": "str",
        "count": "int",
        "share": "float",
        "thorough": "bool",
        "names": "list",
        "table": "dict",
        "day": "date",
        "anything": "",
        "hours": "int",
        "code": "list",
        "since": "date",
        "language": "str",
        "broken": "",
    }
    assert known["language"].choices == ("", "zh-CN", "en") and not known["since"].choices


@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        ("week", "2026-11-20", "2026-11-20"),
        ("week", "17", "17"),
        ("week", date(2026, 11, 20), "2026-11-20"),
        ("count", "17", 17),
        ("count", 17.0, 17),
        ("share", "1", 1.0),
        ("thorough", "yes", True),
        ("thorough", "False", False),
        ("names", "a, b", ["a", "b"]),
        ("names", '["a,b"]', ["a,b"]),
        ("table", '{"a": 1}', {"a": 1}),
        ("day", "2026-11-20", "2026-11-20"),
        ("anything", "17", 17),
        ("anything", "1.5", 1.5),
        ("anything", "None", None),
        ("anything", "2026-11-20", "2026-11-20"),
        ("hours", "8", 8),
        ("since", "2026-11-20", "2026-11-20"),
        ("since", "", ""),
        ("language", "en", "en"),
        ("language", "", ""),
    ],
)
def test_words_become_what_the_report_wants(
    report: Report, name: str, given: Any, wanted: Any
) -> None:
    """A text stays one even if it looks like a number; where nothing tells the type, it is guessed."""
    found = report.typed({name: given})[name]
    assert (found, type(found)) == (wanted, type(wanted))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("count", "many"),
        ("count", 1.5),
        ("thorough", "maybe"),
        ("day", "tomorrow"),
        ("table", "[1]"),
    ],
)
def test_what_does_not_fit_is_named(report: Report, name: str, given: Any) -> None:
    """With the parameter, and with all there are."""
    with pytest.raises(Invalid) as caught:
        report.typed({name: given, "wrong": 1})
    assert [problem.place for problem in caught.value.problems] == [name, "wrong"]
    assert "count = 3" in caught.value.next_step


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "/etc/passwd",
        "weekly_review.ipynb",
        "..",
        "",
        "scheduled/weekly_review",
        "a\0b",
    ],
)
def test_names_lead_nowhere_else(workspace: Path, name: str) -> None:
    """A report is one of the files there are, never a path."""
    (workspace / "secret.ipynb").write_text("{}")
    with pytest.raises(NotFound, match="no report"):
        find(name, *folders(workspace))


def test_ones_own_reports_win(write: Write, workspace: Path) -> None:
    """A person may change what comes with PGC by a copy of their own."""
    assert find("weekly_review", *folders(workspace)).path.parent == PACKAGED
    own = write("weekly_review", "1")
    assert find("weekly_review", *folders(workspace)).path == own


def test_a_broken_notebook_is_said_to_be_one(workspace: Path) -> None:
    """Half a file, or one whose parameters cell is no Python."""
    (workspace / "scheduled").mkdir()
    path = workspace / "scheduled" / "half.ipynb"
    path.write_text('{"cells": [')
    with pytest.raises(Invalid, match="half"):
        _ = Report("half", path).parameters
