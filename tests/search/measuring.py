"""How good a search is on the written notes: nDCG@10 and recall@10 of any search, and SQLite's FTS5 as the one to beat."""

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from math import log2
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "retrieval"
FIRST = 10

Run = Callable[[str], Sequence[str]]
"""A search: the notes' identifiers for a question, the best first."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The mean over all questions."""

    ndcg: float
    recall: float


@cache
def documents() -> list[dict[str, Any]]:
    """The notes."""
    return _lines("documents.jsonl")


@cache
def questions() -> list[dict[str, Any]]:
    """The questions, with the grades of the notes that answer them."""
    return _lines("questions.jsonl")


def quality(run: Run, style: str | None = None) -> Quality:
    """How good a search is, over all questions or those of one style."""
    asked = [each for each in questions() if style in (None, each["style"])]
    found = [(run(each["question"])[:FIRST], each["relevant"]) for each in asked]
    return Quality(
        sum(_ndcg(some, relevant) for some, relevant in found) / len(found),
        sum(_recall(some, relevant) for some, relevant in found) / len(found),
    )


def fts5() -> Run:
    """SQLite's FTS5 with trigrams: any of a question's trigrams, by BM25, the title counting twice.

    A word of fewer than three characters has no trigram, so FTS5 finds nothing for it; that is how it is.
    """
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("create virtual table notes using fts5(id unindexed, title, body, tags, tokenize='trigram')")  # fmt: skip
    rows = [(note["id"], note["title"], note["body"], " ".join(note["tags"])) for note in documents()]  # fmt: skip
    database.executemany("insert into notes values (?, ?, ?, ?)", rows)

    def run(question: str) -> list[str]:
        match = trigrams(question)
        if not match:
            return []
        ranked = (
            "select id from notes where notes match ? order by bm25(notes, 0, 2, 1, 1) limit 10"
        )
        with closing(database.execute(ranked, (match,))) as cursor:
            return [id for (id,) in cursor]

    return run


def trigrams(question: str) -> str:
    """A question for FTS5: any of its trigrams."""
    words = re.findall(r"\w{3,}", question)
    parts = dict.fromkeys(word[at : at + 3] for word in words for at in range(len(word) - 2))
    return " OR ".join(f'"{part}"' for part in parts)


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def _ndcg(found: Sequence[str], relevant: Mapping[str, int]) -> float:
    def gain(grades: Sequence[int]) -> float:
        return sum((2**grade - 1) / log2(rank + 2) for rank, grade in enumerate(grades))

    best = sorted(relevant.values(), reverse=True)[:FIRST]
    return gain([relevant.get(id, 0) for id in found]) / gain(best)


def _recall(found: Sequence[str], relevant: Mapping[str, int]) -> float:
    return len(set(found) & set(relevant)) / min(FIRST, len(relevant))
