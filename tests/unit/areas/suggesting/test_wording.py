"""Reasons are read in their reader's language, whatever language they were made in."""

import json
from typing import Any

import pytest

from pgc_lib.areas.suggesting.wording import Said, again, joined, said, words_of
from pgc_lib.i18n import N_, in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

REACHED = N_("This plan was reached.")
DONE = N_("This project is finished; {n} of its to-dos were done.")


def test_a_sentence_is_said_again_in_another_language() -> None:
    """With its values; what somebody wrote stays as it was written; all of it goes through JSON."""
    with in_lang("en"):
        reason = joined("好主意 {n}", said(DONE, n=3), "", said(REACHED))
    assert reason == "好主意 {n} This project is finished; 3 of its to-dos were done. This plan was reached."  # fmt: skip
    kept = json.loads(json.dumps(words_of(reason)))
    with in_lang("zh-CN"):
        there = again(kept)
    with in_lang("en"):
        assert again(kept) == reason
    assert there and there.startswith("好主意 {n} ") and "3" in there and "project" not in there
    assert type(reason) is Said
    assert words_of("plain") is None and words_of(joined("a", "b")) is None  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        None, {}, [], {"parts": []}, {"parts": [{}]}, {"parts": [1]}, {"parts": "abc"}, {"parts": ["x"] * 21},
        {"parts": [{"message": "{x.__class__}", "values": {"x": 1}}]}, {"parts": [{"message": "{x:>9999999999}", "values": {"x": 1}}]},
        {"parts": [{"message": DONE, "values": {}}]}, {"parts": [{"message": DONE, "values": 1}]}, {"parts": [{"message": ["x"], "values": {}}]},
    ],
)  # fmt: skip
def test_nobody_chooses_what_is_filled_in(words: Any) -> None:
    """Rows may be written by SQL: only messages of ours, with all their values."""
    assert again(words) is None


def test_a_suggestion_is_read_in_either_language(house: House, person: Person) -> None:
    """In lists, by itself and as it is decided; found again by the text that was kept; the title stays data."""
    lab: Lab = house.lab(person("reader"))
    with in_lang("en"):
        lab.todos.projects.add(name="Garden", state="done")
        assert lab.suggestions.from_activity().added == 1
        (english,) = lab.suggestions.waiting()
        assert english.reason == "This project is finished; 0 of its to-dos were done."
    with in_lang("zh-CN"):
        (chinese,) = lab.suggestions.waiting()
        assert chinese.reason != english.reason and "0" in chinese.reason
        assert lab.suggestions.items.get(english.id).reason == chinese.reason
        assert lab.suggestions.from_activity().known == 1
        assert lab.suggestions.snooze(chinese, "2099-01-01").reason == chinese.reason
    ((kept,),) = house.sql("select reason from suggestions.items where id = %s", english.id)
    assert kept == english.reason
    other = lab.suggestions.propose("todos.items", topic="x", source="model", changes={"title": "t"}, reason="my own {words}")  # fmt: skip
    assert other is not None and other.reason == "my own {words}" and other.words is None
