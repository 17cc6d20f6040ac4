"""The retrieval test set is what its README says, so that a figure measured on it means what it says."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "retrieval"
STYLES = {"keyword", "two-characters", "natural", "paraphrase", "cross-language", "typo"}


def lines(name: str) -> list[dict[str, Any]]:
    """Each line of a file."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    """The notes."""
    return lines("documents.jsonl")


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    """The questions."""
    return lines("questions.jsonl")


def length(text: str) -> float:
    """In words; 1.6 Chinese characters are about one."""
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    return han / 1.6 + len(re.findall(r"[^\W\u4e00-\u9fff]+", text))


def test_there_are_notes_in_both_languages_and_mixed(documents: list[dict[str, Any]]) -> None:
    """At least 200, each once, of a note's length, and neither language in the shade of the other."""
    assert len(documents) >= 200
    for each in documents:
        assert each.keys() == {"id", "lang", "title", "body", "tags"}
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each["id"])
        assert each["title"].strip() and each["tags"] and all(map(str.strip, each["tags"]))
        assert 40 <= length(each["body"]) <= 150, (each["id"], length(each["body"]))
    for unique in ("id", "title", "body"):
        assert max(Counter(each[unique] for each in documents).values()) == 1
    languages = Counter(each["lang"] for each in documents)
    assert languages.keys() == {"zh", "en", "mixed"}
    assert min(languages["zh"], languages["en"]) >= 80 and languages["mixed"] >= 25


def test_a_note_is_in_the_language_that_it_names(documents: list[dict[str, Any]]) -> None:
    """Told by the share of Chinese characters; a Chinese note names programs and commands in letters."""
    for each in documents:
        han = len(re.findall(r"[\u4e00-\u9fff]", each["body"]))
        latin = len(re.findall(r"[A-Za-z]", each["body"]))
        match each["lang"]:
            case "zh":
                assert han > latin / 3, each["id"]
            case "en":
                assert han < latin / 20, each["id"]
            case "mixed":
                assert min(han, latin) >= 20, each["id"]


def test_no_note_is_another_one_with_few_changes(documents: list[dict[str, Any]]) -> None:
    """Near in topic, but written each by itself: no two share many of their runs of eight characters."""
    runs = {
        each["id"]: {each["body"][at : at + 8] for at in range(len(each["body"]) - 7)}
        for each in documents
    }
    ids = list(runs)
    for at, one in enumerate(ids):
        for other in ids[at + 1 :]:
            shared = len(runs[one] & runs[other]) / min(len(runs[one]), len(runs[other]))
            assert shared < 0.2, (one, other)


def test_the_questions_are_of_every_style_and_language(questions: list[dict[str, Any]]) -> None:
    """At least 100, each once."""
    assert len(questions) >= 100
    for unique in ("id", "question"):
        assert max(Counter(each[unique] for each in questions).values()) == 1
    styles = Counter(each["style"] for each in questions)
    assert styles.keys() == STYLES and min(styles.values()) >= 10
    languages = Counter(each["lang"] for each in questions)
    assert languages.keys() == {"zh", "en", "mixed"} and min(languages["zh"], languages["en"]) >= 60
    for each in questions:
        if each["style"] == "two-characters":
            assert re.fullmatch(r"[\u4e00-\u9fff]{2}", each["question"])


def test_every_question_is_judged(
    documents: list[dict[str, Any]], questions: list[dict[str, Any]]
) -> None:
    """By notes that exist, with something that answers it; many have several, and few notes are asked for by none."""
    known = {each["id"] for each in documents}
    for each in questions:
        assert each["relevant"] and each["relevant"].keys() <= known, each["id"]
        assert set(each["relevant"].values()) <= {1, 2, 3}
        assert max(each["relevant"].values()) == 3, each["id"]
    assert sum(len(each["relevant"]) > 1 for each in questions) >= len(questions) / 3
    asked = {id for each in questions for id in each["relevant"]}
    assert len(asked) >= len(known) / 2


def test_across_languages_means_that_the_answer_is_in_the_other_one(
    documents: list[dict[str, Any]], questions: list[dict[str, Any]]
) -> None:
    """Each such question has a full answer that is not in its own language alone."""
    lang = {each["id"]: each["lang"] for each in documents}
    for each in questions:
        if each["style"] == "cross-language":
            full = {lang[id] for id, grade in each["relevant"].items() if grade == 3}
            assert full - {each["lang"]}, each["id"]
