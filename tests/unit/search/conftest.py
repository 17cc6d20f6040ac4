"""Persons with notes of their own kind, and an index over them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pgc_lib.core.collection import Collection
from pgc_lib.core.session import Session
from pgc_lib.core.zone import set_zone, zone
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.search.searching import Search
from tests.support.lab import Person


@dataclass
class Desk:
    """A person at work: their lab, their notes and their search."""

    session: Session
    lab: Lab
    notes: Collection[Any]

    @property
    def search(self) -> Search:
        """Their search."""
        return self.lab.search

    def titles(self, question: str, **options: Any) -> list[str]:
        """What is found by words."""
        return [hit.title for hit in self.search.text(question, **options)]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """In English and in Shanghai."""
    before = zone().key
    set_zone("Asia/Shanghai")
    with in_lang("en"):
        yield
    set_zone(before)


def new_desk(person: Person, name: str = "mei") -> Desk:
    """A new person with a kind of notes."""
    session = person(name)
    lab = Lab(session)
    fields = {
        "title": "text",
        "body": {"type": "text", "default": ""},
        "tags": {"type": "texts", "default": []},
        "day": "date?",
    }
    return Desk(session, lab, lab.kinds.define("note", fields=fields))


@pytest.fixture
def desk(person: Person) -> Desk:
    """A new person."""
    return new_desk(person)


@pytest.fixture(scope="module")
def shelf(person: Person) -> Desk:
    """Somebody with a few notes, which the tests of a module only read."""
    desk = new_desk(person, "shelf")
    for title, body, tags in NOTES:
        desk.notes.add(title=title, body=body, tags=list(tags))
    return desk


NOTES = (
    ("家庭矛盾", "怎样处理家里的冲突，和孩子沟通要先听。", ("家庭", "work/pgc")),
    (
        "Growing tomatoes",
        "The growth of tomatoes needs sun.\nWater them in the evening.",
        ("garden",),
    ),
    ("清华大学", "我来到北京清华大学学习 machine learning。", ()),
    (
        "Phones <script>alert(1)</script>",
        "How to talk with teenagers about phones & sleep",
        ("家庭",),
    ),
    ("A long walk", "We saw tomatoes by the road, and grew tired of the sun.", ("travel",)),
)
