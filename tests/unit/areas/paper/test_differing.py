"""Differences word by word: exact in both directions, in Chinese and English, and bounded for unlucky texts."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.paper.differing import diff, matches
from pgc_lib.i18n import in_lang


def test_words_are_compared_not_letters_or_lines() -> None:
    """In both languages; the rest of the line stays."""
    found = diff("今天我们去公园散步。The cat sat.\n", "今天我们去学校散步。The dog sat.\n")
    assert found.text() == "今天我们去[-公园-]{+学校+}散步。The [-cat-]{+dog+} sat.\n"
    assert (found.removed, found.added) == (5, 5) and found.changed


def test_neighbouring_changes_are_one() -> None:
    """A blank between two changed words is no common ground."""
    assert diff("one two three.", "four five three.").text() == "[-one two-]{+four five+} three."


def test_long_texts_show_the_lines_around_a_change() -> None:
    """Not the whole text; what is left out is marked."""
    lines = [f"line {n}\n" for n in range(50)]
    other = [*lines[:25], "new words\n", *lines[25:]]
    shown = diff("".join(lines), "".join(other)).text()
    assert shown.count("\n") < 12 and "{+new words\n+}" in shown and shown.startswith("⋯\n")
    assert "line 24" in shown and "line 20" not in shown


def test_markup_in_a_text_is_data() -> None:
    """Shown in a notebook without becoming part of it."""
    drawn = diff("<b>a", "<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in drawn and "&lt;/script&gt;" in drawn and "<del" in drawn
    with in_lang("en"):
        assert "Nothing is different" in diff("a", "a")._repr_html_()


@settings(max_examples=80, deadline=None)
@given(st.text("ab 。.\n我们家x", max_size=60), st.text("ab 。.\n我们家x", max_size=60))
def test_both_texts_come_back_whole(one: str, other: str) -> None:
    """Whatever is taken for common ground."""
    found = diff(one, other)
    assert found.before() == one and found.after() == other
    assert found.changed == (one != other)
    assert all(piece.text for piece in found.pieces)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))  # fmt: skip
def test_runs_are_the_same_and_rise(one: list[str], other: list[str]) -> None:
    """Each run is in both, and none reaches over another."""
    at = to = 0
    for start, end, length in matches(one, other):
        assert (
            start >= at and end >= to and one[start : start + length] == other[end : end + length]
        )
        at, to = start + length, end + length


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a b " * 20_000, "b a " * 20_000),
        ("a\n" * 40_000, "b\n" + "a\n" * 20_000 + "b\n" + "a\na\n" * 8_000),
        ("好" * 30_000, "好的" * 15_000),
        ("".join(random.Random(1).choices("ab ", k=60_000)), "".join(random.Random(2).choices("ab ", k=60_000))),
    ],
    ids=["swapped", "one line", "one word", "noise"],
)  # fmt: skip
def test_unlucky_texts_end(one: str, other: str) -> None:
    """Nothing in them is there once; the difference is coarser then, and still whole."""
    found = diff(one, other)
    assert found.before() == one and found.after() == other
