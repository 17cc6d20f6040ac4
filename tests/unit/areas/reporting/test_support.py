"""What a sentence rests on: named facts, and only numbers that are theirs."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.reporting.fact import Fact
from pgc_lib.areas.reporting.support import MARK, judge, marked

FACTS = [
    Fact(key="todos.done", area="todos", section="accomplishments", text="12 to-dos were done.", value=Decimal(12), count=12),
    Fact(key="finance.spent.CNY", area="finance", section="accomplishments", text="¥1,234.56 was spent.", value=Decimal("1234.56")),
    Fact(key="skills.hours", area="skills", section="accomplishments", text="6.5 hours were practised.", value=Decimal("6.5"), count=4),
    Fact(key="todos.item.1", area="todos", section="accomplishments", text="完成：写周报。"),
]  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "You finished 12 to-dos. [1]",
        "这周完成了十二件事 [1]。",
        "Twelve things were done [1].",
        "About 1,235 went out [2].",
        "¥1,234.56 was spent, 6.5 hours practised [2, 3].",
        "Nearly 7 hours in 4 sittings [3].",
        "写周报这一件事完成了 [4]。",
        "写完了周报。[4]",
    ],
)
def test_what_the_facts_say_is_supported(sentence: str) -> None:
    """In both languages, rounded, in words, with a citation before or after the stop."""
    judged = judge(sentence, FACTS)
    assert len(judged) == 1 and judged[0].supported, judged
    assert marked(sentence, FACTS) == sentence


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("You are doing great!", "no fact is named"),
        ("You finished 13 to-dos [1].", "13"),
        ("完成了二十三件事 [1]。", "23"),
        ("Thirteen things were done [1].", "13"),
        ("Spending fell by 20% [2].", "20"),
        ("You finished 12 to-dos [2].", "12"),
        ("A link [1](https://x) is no fact.", "no fact is named"),
        ("Something [9].", "no fact 9"),
        ("Something [0].", "no fact 0"),
        ("1e5 things and 99999999999999999999999999999999999999 more [1].", "number"),
    ],
)
def test_what_they_do_not_say_is_marked(sentence: str, reason: str) -> None:
    """Where it stands, once, with the reason."""
    judged = judge(sentence, FACTS)
    assert not judged[0].supported and reason in judged[0].reason
    once = marked(sentence, FACTS)
    assert once.startswith(MARK) and marked(once, FACTS) == once


def test_only_the_sentence_that_lacks_a_ground_is_marked() -> None:
    """Lists keep their shape."""
    text = (
        "- 完成了 12 件事 [1]。\n- 你真棒。\n\n## 标题\n\n1. Spent ¥1,234.56 [2]. It was too much."
    )
    assert marked(text, FACTS) == text.replace("你真棒", f"{MARK} 你真棒").replace(
        "It was", f"{MARK} It was"
    )


@given(st.text(max_size=300))
@settings(max_examples=100)
def test_any_text_is_judged(text: str) -> None:
    """Without an error, and marking twice is marking once."""
    once = marked(text, FACTS)
    assert len(once) >= len(text)
    assert once.replace(f"{MARK} ", "") == text.replace(f"{MARK} ", "")
