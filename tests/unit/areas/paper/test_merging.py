"""Three texts brought together: nothing of either side is ever lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.paper.merging import Merged, Part, has_marks, merge

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "家。我们。\n"]), max_size=8).map("".join)


def test_changes_of_different_places_go_together() -> None:
    """Of different lines, and of different sentences of one paragraph."""
    assert merge("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n").text() == "A\nb\nC\n"
    merged = merge(
        "我们去公园。天气好。回家。\n",
        "我们去学校。天气好。回家。\n",
        "我们去公园。天气好。吃饭。\n",
    )
    assert merged.clean and merged.text() == "我们去学校。天气好。吃饭。\n"


def test_the_same_place_changed_twice_is_a_conflict() -> None:
    """All sides are kept; each decision is possible; one side alone never wins by itself."""
    merged = merge("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n")
    (conflict,) = merged.conflicts
    assert (conflict.ours, conflict.base, conflict.theirs) == ("x\n", "b\n", "y\n")
    text = merged.text()
    assert has_marks(text) and all(f"{word}\n" in text for word in "abcxy")
    for choice, wanted in (
        ("ours", "x\n"),
        ("theirs", "y\n"),
        ("both", "x\ny\n"),
        ("base", "b\n"),
        ("z\n", "z\n"),
    ):
        assert merged.resolved([choice]) == f"a\n{wanted}c\n"
    assert "<del" in conflict._repr_html_()


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        ("a\n", "a\n", "b\n", "b\n"),
        ("a\n", "b\n", "a\n", "b\n"),
        ("a\n", "b\n", "b\n", "b\n"),
        ("a\nb\n", "b\n", "a\nb\nc\n", "b\nc\n"),
        ("", "a", "", "a"),
        ("a\nb\nc\n", "", "a\nb\nc\n", ""),
    ],
)
def test_one_sided_changes(base: str, ours: str, theirs: str, wanted: str) -> None:
    """Are simply taken."""
    assert merge(base, ours, theirs).text() == wanted


def test_a_line_removed_here_and_changed_there_is_a_conflict() -> None:
    """Not a silent removal."""
    (conflict,) = merge("a\nb\nc\n", "a\nc\n", "a\nB\nc\n").conflicts
    assert conflict.ours == "" and conflict.theirs == "B\n"


@settings(max_examples=80, deadline=None)
@given(LINES, LINES, LINES)
def test_each_side_can_be_had_back(base: str, ours: str, theirs: str) -> None:
    """A merge with only one changed side is that side; decisions take everything of a side where there was doubt."""
    assert merge(base, base, theirs).text() == theirs
    assert merge(base, ours, base).text() == ours
    merged = merge(base, ours, theirs)
    kept = Merged(tuple(Part.of_values(part.as_values()) for part in merged.parts))
    assert kept == merged
    if merged.clean:
        mirrored = merge(base, theirs, ours)
        assert mirrored.text() == merged.text()


def test_marks_of_a_text_are_told_from_rules_and_headings() -> None:
    """A heading underlined with ======= is none."""
    assert not has_marks("Title\n=======\n") and has_marks("<<<<<<< a\n=======\n>>>>>>> b\n")
    assert has_marks("one side\n>>>>>>> draft\n") and not has_marks(">> quoted\n| a | table |\n")
