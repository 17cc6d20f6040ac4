"""Search by meaning: computed in the background, some at a time, again when the model changes, and missing without harm."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from pgc_lib.ai.models import Model, Models, NoModel
from pgc_lib.search.embedding import PIECES, Meaning, NoMeaning, pieces_of
from pgc_lib.search.gathering import Content
from pgc_lib.search.hybrid import fused
from pgc_lib.search.text import Found
from tests.support.lab import Person, share
from tests.unit.search.conftest import Desk, new_desk


class Counted:
    """A model that is there at once: a text is the letters in it. It counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.size = 384

    def __call__(self, _models: Models, texts: Sequence[str], **_options: Any) -> Any:
        """A vector a text."""
        self.asked += texts
        vectors = np.zeros((len(texts), self.size), dtype=np.float32)
        for row, text in enumerate(texts):
            for sign in text.lower():
                vectors[row, ord(sign) % self.size] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def counted(desk: Desk) -> Counted:
    """The desk's search reads with it."""
    model = Counted()
    desk.search.meaning = Meaning(desk.session, model)
    return model


def test_the_model_of_the_wheel_knows_what_is_meant(desk: Desk) -> None:
    """Across languages, too."""
    desk.notes.add(
        title="Phones at the table", body="How to talk with teenagers about their phones"
    )
    desk.notes.add(title="番茄", body="阳台上种番茄要多晒太阳")
    assert desk.search.catch_up() >= 1 and desk.search.embed() >= 2
    assert desk.search.lag().unread == 0
    assert desk.search.semantic("孩子老是玩手机怎么沟通")[0].title == "Phones at the table"
    hits = desk.search("growing vegetables")
    assert hits[0].title == "番茄" and hits.notes == ()


def test_until_it_is_computed_the_words_are_searched_and_it_is_said(
    desk: Desk, counted: Counted
) -> None:
    desk.notes.add(title="wren", body="")
    hits = desk.search("wren")
    assert [hit.title for hit in hits] == ["wren"] and "by their words only" in hits.notes[0]
    assert desk.search.lag().unread == 2, "the definition of the kind is an entry too"
    desk.search.embed()
    assert desk.search("wren").notes == () and desk.search.lag().unread == 0


def test_what_is_computed_is_not_computed_again(desk: Desk, counted: Counted) -> None:
    """Not by a change of something else, not by a rebuild; by a change of the text."""
    note = desk.notes.add(title="wren", body="small bird")
    desk.search.catch_up()
    desk.search.embed()
    counted.asked.clear()
    changed = desk.notes.update(note, day="2026-01-01")
    desk.search.rebuild()
    assert desk.search.embed() == 0 and counted.asked == []
    desk.notes.update(changed, body="very small bird")
    desk.search.catch_up()
    assert desk.search.embed() == 1 and counted.asked == ["wren\nvery small bird"]


def test_what_is_written_again_and_again_is_read_once(desk: Desk, counted: Counted) -> None:
    """A payee, a habit, a to-do of each week: every one of its like is found, and a changed one by its own text."""
    for _week in range(20):
        desk.notes.add(title="water the wren", body="")
    other = desk.notes.add(title="water the wren", body="")
    desk.search.catch_up()
    desk.notes.update(other, title="feed the owl")  # not indexed yet
    assert desk.search.embed() == 22 and counted.asked.count("water the wren") == 1
    assert len(desk.search.semantic("water the wren", limit=30)) >= 21
    desk.notes.add(title="water the wren", body="")
    desk.search.catch_up()
    assert desk.search.embed() == 2 and counted.asked.count("water the wren") == 1
    assert desk.search.lag().unread == 0
    assert desk.search.semantic("feed the owl")[0].title == "feed the owl"


def test_it_goes_on_where_it_was_stopped(desk: Desk, counted: Counted) -> None:
    for n in range(6):
        desk.notes.add(title=f"wren {n}", body="")
    desk.search.catch_up()
    assert desk.search.meaning.catch_up(seconds=0, at_once=2) == 2
    assert desk.search.lag().unread == 5
    assert desk.search.embed() == 5


def test_another_model_reads_everything_again(
    desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.notes.add(title="wren", body="")
    desk.search.catch_up()
    desk.search.embed()
    other = Model(
        name="other", base_url="http://localhost:1/v1", model="m", capabilities=["embeddings"]
    )
    monkeypatch.setattr(desk.search.meaning, "model", lambda: other)
    assert desk.search.semantic("wren") == [] and desk.search.lag().unread == 2
    assert desk.search.embed() == 2 and desk.search.semantic("wren")[0].title == "wren"


def test_a_model_of_another_size_is_refused_and_the_words_go_on(
    desk: Desk, counted: Counted
) -> None:
    counted.size = 1536
    desk.notes.add(title="wren", body="")
    desk.search.catch_up()
    with pytest.raises(NoMeaning, match="1536"):
        desk.search.embed()
    hits = desk.search("wren")
    assert [hit.title for hit in hits] == ["wren"] and "1536" in hits.notes[0]


def test_without_a_model_it_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine for which there is no wheel of it."""

    def none(*_anything: object) -> None:
        raise NoModel("none", next_step="configure one")

    monkeypatch.setattr(Models, "pick", none)
    desk.notes.add(title="wren", body="")
    assert [hit.title for hit in desk.search("wren")] == ["wren"]
    assert "knows what a text means" in desk.search("wren").notes[0]
    alone = desk.search.semantic("wren")
    assert alone == [] and "configure one" in alone.notes[0]


def test_filters_hold_for_meaning_too(desk: Desk, counted: Counted) -> None:
    desk.notes.add(title="wren a", body="", tags=["small"], day="2026-01-01")
    desk.notes.add(title="wren b", body="", tags=["large"], day="2025-01-01")
    desk.search.catch_up()
    desk.search.embed()

    def found(question: str) -> list[str]:
        return [hit.title for hit in desk.search.semantic(question)]

    assert (
        found("wren tag:small") == ["wren a"] and found("wren -tag:small area:kinds")[0] == "wren b"
    )
    assert found("wren before:2025") == ["wren b"] and found('wren "nothing there"') == []


def test_rights_hold_for_meaning_too(desk: Desk, counted: Counted, person: Person) -> None:
    desk.notes.add(title="wren", body="")
    desk.search.catch_up()
    desk.search.embed()
    other = new_desk(person, "other")
    other.search.meaning = Meaning(other.session, counted)
    assert other.search.semantic("wren") == []
    share(desk.session, other.session, "kinds")
    assert other.search.semantic("wren")[0].title == "wren"


def test_the_index_of_vectors_is_walked_where_there_are_many(
    desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgc_lib.search.meaning.FEW", 2)
    for n in range(12):
        desk.notes.add(title=f"{'wren' if n % 2 else 'owl'} {n}", body="")
    desk.search.catch_up()
    desk.search.embed()
    assert desk.search.semantic("wren 3")[0].title == "wren 3"


def test_long_texts_are_read_in_pieces_under_their_title() -> None:
    body = "这是一句话。" * 300 + "\n\n" + "One more sentence. " * 200
    pieces = pieces_of(Content("标题", body, ("a",), date(2026, 1, 1)))
    assert 4 < len(pieces) <= PIECES and all(piece.startswith("标题\na\n") for piece in pieces)
    assert len(pieces_of(Content("", "字" * 1_000_000, (), date(2026, 1, 1)))) == PIECES
    assert pieces_of(Content("", " \n", (), date(2026, 1, 1))) == []
    assert pieces_of(Content("t", "", (), date(2026, 1, 1))) == ["t"]


def test_two_orders_become_one() -> None:
    """What is high in both comes first; what holds half of the words counts half."""

    def found(n: int, share: float = 1.0) -> Found:
        from uuid import UUID

        return Found(UUID(int=0), "a", "a.b", UUID(int=n), date(2026, 1, 1), 0.0, share)

    words, near = [found(1), found(2)], [found(3), found(2)]
    assert [each.record.int for each in fused(words, near)] == [2, 1, 3]
    assert [each.record.int for each in fused([found(1, 0.5)], [found(3)])] == [3, 1]
