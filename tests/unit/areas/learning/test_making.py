"""Cards out of texts: questions, pairs and gaps; and what becomes of them when the text is edited."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.knowledge import Knowledge
from pgc_lib.areas.learning.making import answered, asked, drafted, gaps_of, solution
from pgc_lib.areas.learning.records import Card
from pgc_lib.core.history import History
from pgc_lib.errors import Invalid
from pgc_lib.i18n import in_lang
from tests.support.lab import Person

ENTRY = UUID(int=7)
TEXT = """# 法国 France

Q: What is the capital
of France?
A: Paris,
on the Seine

问：法国的首都是哪里？
答：巴黎
- Q: Nested? A: no, this is one line
- **Q:** Bold?
  **A:** Yes

Q: Which clause?
A: `partition by`

- river :: Seine
1. mountain  ::  Mont Blanc

{{c1::Paris::a city}} lies on the {{c2::Seine}}, and {{c1::Lyon}} on the Rhône.

```
Q: in code
A: no card
std :: vector
```
`a :: b` and http://a::b and std::map
"""


@pytest.fixture
def knowledge(person: Person) -> Iterator[Knowledge]:
    """The knowledge of a new person, in English."""
    with in_lang("en"):
        yield Knowledge(person("mei"))


def test_a_text_makes_the_cards_that_one_means() -> None:
    """In both languages and all three ways, and none of what is code."""
    found = [(each.style, each.front, each.back, each.part) for each in drafted(ENTRY, TEXT)]
    gaps = "{{c1::Paris::a city}} lies on the {{c2::Seine}}, and {{c1::Lyon}} on the Rhône."
    assert found == [
        ("question", "What is the capital\nof France?", "Paris,\non the Seine", 0),
        ("question", "法国的首都是哪里？", "巴黎", 0),
        ("question", "Bold?", "Yes", 0),
        ("question", "Which clause?", "`partition by`", 0),
        ("question", "river", "Seine", 0),
        ("question", "mountain", "Mont Blanc", 0),
        ("cloze", gaps, "", 1),
        ("cloze", gaps, "", 2),
    ]  # fmt: skip
    assert len({(each.guid, each.part) for each in drafted(ENTRY, TEXT)}) == 8


def test_a_gap_is_asked_for_one_at_a_time() -> None:
    """The others are filled in, the hint stands in its place."""
    first, second = drafted(
        ENTRY, "{{c1::Paris::a city}} lies on the {{c2::Seine}}, {{c1::Lyon}} not."
    )
    assert asked(first) == "**[a city]** lies on the Seine, **[…]** not."
    assert answered(second) == "Paris lies on the **Seine**, Lyon not."
    assert solution(first) == "Paris … Lyon" and gaps_of("{{c3::x}}{{c1::y}}{{c}}") == [1, 3]


def test_an_edited_text_keeps_what_was_learned(knowledge: Knowledge) -> None:
    """A changed answer and a reworded question stay the same card; what is gone is paused and comes back."""
    entry = knowledge.add("France", "Q: Capital?\nA: Paris\n\nQ: River?\nA: Seine\n\nQ: Sea?\nA: none", topic="世界/欧洲")  # fmt: skip
    made = knowledge.learn(entry)
    assert (made.new, made.changed, made.paused) == (3, 0, 0)
    by_front = {card.front: card for card in knowledge.cards}
    assert {card.deck for card in by_front.values()} == {"世界::欧洲"}
    for card in by_front.values():
        knowledge.rate(card, "easy")
    entry = knowledge.entries.update(entry, body="Q: The capital is?\nA: Paris\n\nQ: River?\nA: Seine and Loire\n\nQ: New?\nA: x")  # fmt: skip
    made = knowledge.learn(entry)
    assert (made.new, made.changed, made.paused) == (1, 2, 1)
    now = {card.front: card for card in knowledge.cards}
    assert (
        now["The capital is?"].id == by_front["Capital?"].id and now["The capital is?"].reviews == 1
    )
    assert now["River?"].back == "Seine and Loire" and now["River?"].reviews == 1
    assert now["Sea?"].suspended and now["New?"].state == "new"
    assert knowledge.learn(entry).new == 0 and knowledge.cards.count() == 4
    knowledge.entries.update(entry, body=entry.body + "\n\nQ: Sea?\nA: none")
    assert knowledge.learn("France", deck="geo").changed == 1
    assert not knowledge.cards.find(front="Sea?")[0].suspended
    assert {card.deck for card in knowledge.cards} == {"geo"}
    before = knowledge.cards.count()
    again = knowledge.add("Undone", "a :: b")
    History(knowledge.session).undo_batch(knowledge.learn(again).batch)
    assert knowledge.cards.count() == before


def test_a_card_by_hand(knowledge: Knowledge) -> None:
    """A question with its answer, or a text with gaps: one card a gap, and none twice."""
    assert len(knowledge.card("水 is {{c1::water}}, 火 is {{c2::fire}}", deck="日语")) == 2
    assert len(knowledge.card("水 is {{c1::water}}, 火 is {{c2::fire}}", deck="日语")) == 2
    assert knowledge.cards.count() == 2
    assert [each.part for each in knowledge.cards.find(order="part")] == [1, 2]
    with pytest.raises(Invalid, match="needs an answer"):
        knowledge.card("Only a question")
    with pytest.raises(Invalid, match="has no memory yet"):
        knowledge.cards.add(front="x", state="review")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="QA:：问答 \n{}c1:-*`ab", max_size=120))
def test_any_text_makes_cards_or_none(text: str) -> None:
    """Whatever somebody typed: no error, every card has both sides and keeps its identity when asked again."""
    found = drafted(ENTRY, text)
    for each in found:
        Card(front=each.front, back=each.back, style=each.style, part=each.part, guid=each.guid)
        assert asked(each) and (answered(each) or each.style == "cloze")
    assert drafted(ENTRY, text) == found


@pytest.mark.parametrize("hostile", ["{{c1::" * 60_000, "Q: a\n" * 40_000, " :: " * 80_000, "A: \n" * 40_000, "a" + " " * 300_000 + ":: b", "\n \n" * 60_000])  # fmt: skip
def test_hostile_texts_take_no_time(hostile: str) -> None:
    """A pass that looked at everything again for each mark would not come to an end here."""
    assert len(drafted(ENTRY, hostile)) <= 2000
