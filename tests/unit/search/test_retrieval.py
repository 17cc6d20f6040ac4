"""How good search is on the written notes, beside SQLite's FTS5 on the same ones; with room for other versions of a model.

`pgc bench search_quality` prints the figures.
"""

from uuid import UUID

import pytest

from pgc_lib.lab import Lab
from tests.search.measuring import Quality, Run, documents, fts5, quality
from tests.support.lab import Person


@pytest.fixture(scope="module")
def lab(person: Person) -> Lab:
    """Somebody who keeps the notes."""
    made = Lab(person("reader"))
    made.kinds.define("note", fields={"title": "text", "body": "text", "tags": "texts"})
    return made


@pytest.fixture(scope="module")
def names(lab: Lab) -> dict[UUID, str]:
    """The notes' identifiers by the records'."""
    kept = {}
    for note in documents():
        values = {name: note[name] for name in ("title", "body", "tags")}
        kept[lab.kinds.note.add(**values).id] = note["id"]
    return kept


def by_words(lab: Lab, names: dict[UUID, str]) -> Run:
    """Our search by words."""
    return lambda question: [names.get(hit.record_id, "") for hit in lab.search.text(question, limit=10)]  # fmt: skip


@pytest.fixture(scope="module")
def peer() -> Quality:
    """FTS5."""
    return quality(fts5())


@pytest.fixture(scope="module")
def ours(lab: Lab, names: dict[UUID, str]) -> Quality:
    """Our search by words, over all questions."""
    return quality(by_words(lab, names))


@pytest.mark.slow
def test_words_are_found_better_than_by_trigrams(
    lab: Lab, names: dict[UUID, str], ours: Quality, peer: Quality
) -> None:
    """Of everything, of single words, and where trigrams cannot find anything: words of two characters."""
    assert ours.ndcg > peer.ndcg + 0.1 and ours.recall > peer.recall + 0.1
    assert quality(by_words(lab, names), "two-characters").ndcg > 0.55
    assert quality(by_words(lab, names), "typo").ndcg > quality(fts5(), "typo").ndcg - 0.05


@pytest.mark.slow
@pytest.mark.timeout(
    900
)  # a vector for each note and each question, on a processor that others use too
def test_both_ways_together_are_not_worse_than_either(
    lab: Lab, names: dict[UUID, str], ours: Quality, peer: Quality
) -> None:
    lab.search.catch_up()
    lab.search.embed()

    def hybrid(question: str) -> list[str]:
        return [names.get(hit.record_id, "") for hit in lab.search(question, limit=10)]

    def near(question: str) -> list[str]:
        return [names.get(hit.record_id, "") for hit in lab.search.semantic(question, limit=10)]

    both = quality(hybrid)
    assert both.ndcg > peer.ndcg + 0.2 and both.recall > peer.recall + 0.2
    assert both.ndcg > ours.ndcg
    assert both.ndcg > quality(near).ndcg - 0.03
