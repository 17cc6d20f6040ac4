"""Tags over whole collections: counted, renamed, merged and removed in one batch, in tables and documents alike."""

from collections.abc import Iterator
from typing import Any

import pytest

from pgc_lib.areas.knowledge import Knowledge
from pgc_lib.areas.methods import Methods
from pgc_lib.core.history import History
from pgc_lib.core.session import Session
from pgc_lib.core.tagging import Tagging, clean
from pgc_lib.errors import Invalid
from pgc_lib.i18n import in_lang
from tests.support.lab import Person, share


@pytest.fixture
def session(person: Person) -> Iterator[Session]:
    """A new person, in English."""
    with in_lang("en"):
        yield person("mei")


def tagging(session: Session) -> Tagging:
    """Of a table and of documents together."""
    return Tagging(
        session, [Knowledge(session).entries, Methods(session).woop, Knowledge(session).topics]
    )


def fill(session: Session) -> None:
    knowledge, methods = Knowledge(session), Methods(session)
    for title, tags in (
        ("a", ["ml", "育儿"]),
        ("b", ["ml/vision", "ML"]),
        ("c", []),
        ("d", ["mlx", "ml", "machine"]),
    ):
        knowledge.entries.add(title=title, tags=tags)
    methods.woop.add(title="w", wish="x", tags=["ml", "育儿"])


def tags(session: Session) -> dict[str, list[str]]:
    found: list[Any] = [*Knowledge(session).entries, *Methods(session).woop]
    return {each.title: each.tags for each in found}


def test_tags_are_counted_over_collections(session: Session) -> None:
    """The most used first; what has no tags counts nothing."""
    fill(session)
    counts = tagging(session).counts()
    assert counts.rows()[:2] == [("ml", 3), ("育儿", 2)]
    assert dict(counts.rows())["ml/vision"] == 1 and counts.height == 6


def test_a_tag_is_renamed_everywhere_and_back(session: Session) -> None:
    """With what lies within it, not with what merely begins alike; one batch undoes all of it."""
    fill(session)
    before = tags(session)
    done = tagging(session).rename("#ml", "machine")
    assert done.changed == 4
    assert tags(session) == {
        "a": ["machine", "育儿"], "b": ["machine/vision", "ML"], "c": [], "d": ["mlx", "machine"],
        "w": ["machine", "育儿"],
    }  # fmt: skip
    History(session).undo_batch(done.batch)
    assert tags(session) == before
    assert tagging(session).rename("nothing", "x").changed == 0


def test_tags_are_merged_and_removed(session: Session) -> None:
    """Whoever had several has the one once; removing leaves the records and the tags within."""
    fill(session)
    assert tagging(session).merge(["ml", "ML", "machine"], "learning / machines").changed == 4
    assert tags(session)["d"] == ["mlx", "learning/machines"]
    assert tags(session)["b"] == ["learning/machines/vision", "learning/machines"]
    assert tagging(session).remove("learning/machines").changed == 4
    assert tags(session) == {"a": ["育儿"], "b": ["learning/machines/vision"], "c": [], "d": ["mlx"], "w": ["育儿"]}  # fmt: skip
    assert tagging(session).rename("育儿", "育儿/婴儿").changed == 2
    assert tags(session)["a"] == ["育儿/婴儿"]
    assert tagging(session).rename("育儿", "育儿/婴儿").changed == 0


def test_only_my_own_records_are_changed(session: Session, person: Person) -> None:
    """Also where somebody granted me the right to edit theirs."""
    other = person("other")
    fill(other)
    fill(session)
    share(other, session, "knowledge", "edit")
    assert tagging(session).rename("ml", "x").changed == 4
    assert tags(other)["a"] == ["ml", "育儿"]
    assert dict(tagging(session).counts(owner=other.person).rows())["ml"] == 2


@pytest.mark.parametrize("wrong", ["", "  ", "#", "/", "a\nb", "x" * 201])
def test_what_cannot_be_a_tag_is_refused(session: Session, wrong: str) -> None:
    """Before anything is changed."""
    with pytest.raises(Invalid, match="cannot be a tag"):
        tagging(session).rename("ml", wrong)


def test_a_tag_is_cleaned() -> None:
    """Of the sign before it and of blanks around its steps."""
    assert clean(" #工作 / 想法/ ") == "工作/想法"
