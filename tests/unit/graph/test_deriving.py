"""What a text calls by name, and what a definition says of its fields: without a store."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.hobby.records import Activity, Interest
from pgc_lib.areas.kin.records import Relation
from pgc_lib.areas.money.transaction import Transaction
from pgc_lib.areas.skill.records import Link, Practice
from pgc_lib.areas.suggesting.suggestion import Suggestion
from pgc_lib.graph.deriving import Names, called, derived, forms, shape_of, tag_pointer

NAMES = Names(
    [
        ("小满", "a/1"), ("林岚", "a/2"), ("Su Qing", "a/3"), ("C++", "a/4"), ("go", "a/5"),
        ("Python", "a/6"), ("机器学习", "a/7"), ("妈", "a/8"), ("Zoë", "a/9"),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("和小满去公园", ["a/1"]),
        ("小满意吗", []),
        ("问林岚。", ["a/2"]),
        ("我爱林岚山", []),
        ("SU QING wrote; Su Qingming did not", ["a/3"]),
        ("Pythonic is not python", ["a/6"]),
        ("Learned C++ today, let us go", ["a/4"]),
        ("机器学习很有意思", ["a/7"]),
        ("妈妈", []),
        ("with zoë and ZOË", ["a/9"]),
        ("İstanbul with Su Qing", ["a/3"]),
        ("", []),
    ],
)
def test_names_are_found_from_word_to_word(text: str, wanted: list[str]) -> None:
    """In both languages, whatever the case; never within another word; too short ones not at all."""
    assert NAMES.within(text) == wanted


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    """Without a fault, and alone between full stops a name is always found."""
    NAMES.within(text)
    assert "a/2" in NAMES.within(f"{text} 。林岚。")


def test_no_names_find_nothing() -> None:
    """An empty list is no pattern that fits everywhere."""
    assert Names([]).within("anything") == [] and len(Names([("x", "a/1")])) == 0


def test_a_name_in_two_languages_is_three() -> None:
    """Whole and each half."""
    assert forms("苏晴 Su Qing") == ["苏晴 Su Qing", "苏晴", "Su Qing"]
    assert forms("  Anna  Lee ") == ["Anna Lee"] and forms(" ") == []


def test_definitions_tell_what_matters() -> None:
    """References with their kinds, kinds that are edges, series, and areas about the lab that are left out."""
    done = shape_of(Activity)
    assert (
        done is not None and ("interest", "hobbies.interests") in done.links and done.ends is None
    )
    tie, needs = shape_of(Relation), shape_of(Link)
    assert tie is not None and tie.ends == ("one", "other") and tie.relation == "tie"
    assert needs is not None and needs.ends == ("skill", "needs")
    assert shape_of(Suggestion) is None
    money = shape_of(Transaction)
    assert money is not None and money.series
    row = {"id": str(uuid4()), "payee": "Shop", "note": "bread"}
    assert derived(money, row, Names([])) == (None, [])
    refund = uuid4()
    node, links = derived(money, {**row, "linked": str(refund)}, Names([]))
    assert node is not None and links[0].other == f"finance.transactions/{refund}"
    daily = shape_of(Practice)
    assert daily is not None and daily.series
    row = {"id": str(uuid4()), "skill": str(uuid4()), "note": "scales"}
    assert derived(daily, row, Names([])) == (None, [])
    node, links = derived(daily, {**row, "note": "scales with 小满"}, NAMES)
    assert node is not None and [link.how for link in links] == ["reference", "mention"]


def test_links_in_a_text_keep_their_meaning() -> None:
    """A path, an ending, a heading, an alias, an embedded one; not within code."""
    shape = shape_of(Interest)
    assert shape is not None
    note = "[[Folder/My Note.md#part|see]] ![[Other]] `[[code]]` #deep/tag #1"
    node, links = derived(
        shape, {"id": str(UUID(int=1)), "name": "x", "note": note, "tags": ["A  b"]}, NAMES
    )
    assert node is not None and node.title == "x"
    assert [(link.relation, link.wanted or link.other) for link in links] == [
        ("tag", "#a b"),
        ("links to", "my note"),
        ("embeds", "other"),
        ("tag", "#deep/tag"),
    ]
    assert called(" A \n B ") == "a b" and tag_pointer("#X") == "#x"
