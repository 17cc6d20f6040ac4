"""Errors: two sentences for a person, a kind for a program, and nothing lost on the way between processes."""

import pickle

import pytest

from pgc_lib import errors
from pgc_lib.errors import (
    Conflict,
    Denied,
    EngineError,
    FullDisk,
    Invalid,
    NotFound,
    PgcError,
    Problem,
    SettingError,
    StoreError,
    Unavailable,
)


def test_the_next_step_is_on_its_own_line() -> None:
    """What happened first, then what to do."""
    assert str(PgcError("It broke.")) == "It broke."
    assert str(PgcError("It broke.", next_step="Mend it.")) == "It broke.\n→ Mend it."


def test_the_tree_is_small_and_all_of_it_can_be_caught_at_once() -> None:
    """A caller asks for the kind that it can handle; `PgcError` is all of them."""
    kinds = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    assert kinds == {
        *(PgcError, SettingError, EngineError, FullDisk, StoreError, Unavailable),
        *(Invalid, NotFound, Conflict, Denied),
    }
    assert all(issubclass(kind, PgcError) for kind in kinds)
    assert issubclass(FullDisk, EngineError) and issubclass(Unavailable, StoreError)
    assert not issubclass(Denied, StoreError), (
        "what is forbidden does not get better by trying again"
    )


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("amount", "too large"), "amount: too large"),
        (Problem("amount", "too large", row=7), "#7 amount: too large"),
        (Problem("", "the file is empty"), "the file is empty"),
        (Problem("", "the line is broken", row=7), "#7: the line is broken"),
        (Problem("pin", "too short", "1234-canary"), "pin: too short"),
    ],
)
def test_a_problem_says_where_and_why(problem: Problem, text: str) -> None:
    """The value is kept for the program; the text does not repeat what may be long or private."""
    assert str(problem) == text


def test_problems_are_listed_and_the_rest_counted() -> None:
    """A thousand bad rows must not fill the screen."""
    problems = [Problem("day", "no date", row=n) for n in range(1, 8)]
    error = Invalid("Seven rows are wrong.", problems, next_step="Correct them.")
    lines = str(error).splitlines()
    assert lines[0] == "Seven rows are wrong."
    assert lines[1:6] == [f"  · #{n} day: no date" for n in range(1, 6)]
    assert lines[6:] == ["  … +2", "→ Correct them."]
    assert error.problems == tuple(problems)
    assert str(Invalid("Wrong.", problems[:5])).count("\n") == 5
    assert str(Invalid("Wrong.")) == "Wrong."


@pytest.mark.parametrize("kind", [PgcError, Unavailable, Denied, FullDisk])
def test_errors_travel_between_processes(kind: type[PgcError]) -> None:
    """A worker's error arrives whole in the process that waits for it."""
    sent = pickle.loads(pickle.dumps(kind("It broke.", next_step="Mend it.")))
    assert type(sent) is kind and str(sent) == "It broke.\n→ Mend it."
    problems = (Problem("a", "b", 1, 2),)
    invalid = pickle.loads(pickle.dumps(Invalid("Wrong.", problems, next_step="Look.")))
    assert invalid.problems == problems and invalid.next_step == "Look."


def test_problems_are_values() -> None:
    """They compare and cannot be changed after the fact."""
    assert Problem("a", "b") == Problem("a", "b") != Problem("a", "c")
    with pytest.raises(AttributeError):
        Problem("a", "b").place = "c"  # type: ignore[misc]
