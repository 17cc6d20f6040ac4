"""The grammar of `%log`: what is clear is one thing, what is not says what it could be, and each meaning reads back as itself."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.i18n import in_lang
from pgc_lib.notebook.lines.grammar import Known, Reading, read
from pgc_lib.notebook.lines.words import noted, quoted, words_of

TODAY = date(2026, 11, 21)
KNOWN = Known(
    frozenset({"跑步", "python", "piano"}),
    frozenset({"piano", "摄影"}),
    frozenset({"餐饮", "交通"}),
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with in_lang("en"):
        yield


def log(line: str, known: Known = KNOWN) -> Reading:
    return read(line, known, TODAY)


def clear(line: str, known: Known = KNOWN) -> tuple[str, dict[str, Any]]:
    meaning = log(line, known).clear
    assert meaning is not None, log(line, known)
    return meaning.kind, meaning.values


@pytest.mark.parametrize(
    ("line", "amount", "payee", "category", "currency"),
    [
        ("-38.5 瑞幸 餐饮", "-38.5", "瑞幸", "餐饮", "CNY"),
        ("-38.50 Luckin Dining", "-38.5", "Luckin", "Dining", "CNY"),
        ("瑞幸 -38.5 餐饮", "-38.5", "瑞幸", "餐饮", "CNY"),
        ("-38.5 餐饮", "-38.5", "", "餐饮", "CNY"),
        ("-38.5 瑞幸", "-38.5", "瑞幸", "", "CNY"),
        ("-38.5", "-38.5", "", "", "CNY"),
        ("花了 38.5 瑞幸 餐饮", "-38.5", "瑞幸", "餐饮", "CNY"),
        ("spent $12 Amazon Books", "-12", "Amazon", "Books", "USD"),
        ("收入 9000元 工资", "9000", "工资", "", "CNY"),
        ("+1,200.50 Salary #Income", "1200.5", "Salary", "Income", "CNY"),
        ('-30 "Blue Bottle" 餐饮', "-30", "Blue Bottle", "餐饮", "CNY"),
        ("-30 Blue Bottle 餐饮", "-30", "Blue Bottle", "餐饮", "CNY"),
        ("-30 Blue Bottle #Coffee", "-30", "Blue Bottle", "Coffee", "CNY"),
        ("-30 USD Amazon Books", "-30", "Amazon", "Books", "USD"),
        ("－30 瑞幸 餐饮", "-30", "瑞幸", "餐饮", "CNY"),
        ('-30 "7/10" "30m"', "-30", "7/10", "30m", "CNY"),
    ],
)  # fmt: skip
def test_money(line: str, amount: str, payee: str, category: str, currency: str) -> None:
    """In both languages, with and without a sign's word, a currency, quotation marks, a marked category."""
    kind, values = clear(line)
    assert kind == "money"
    assert values["amount"] == Decimal(amount) and values["currency"] == currency
    assert (values["payee"], values["category"]) == (payee, category)
    assert values["day"] == TODAY


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("mood 4 累 #work", {"mood": 4, "note": "累", "tags": ["work"]}),
        ("心情 8", {"mood": 8, "note": "", "tags": []}),
        ("心情 7/10 精力 5 出门走了走", {"mood": 7, "energy": 5, "note": "出门走了走"}),
        ("Mood 3 energy 2 slept badly #sleep #work", {"mood": 3, "energy": 2, "note": "slept badly", "tags": ["sleep", "work"]}),
        ("mood 5 昨天", {"mood": 5, "day": date(2026, 11, 20)}),
    ],
)  # fmt: skip
def test_mood(line: str, values: dict[str, Any]) -> None:
    """One to ten, what there is to say, tags, another day."""
    kind, found = clear(line)
    assert kind == "mood" and values.items() <= found.items()


@pytest.mark.parametrize(
    ("line", "kind", "name", "minutes", "score"),
    [
        ("跑步 30m 7/10", "practice", "跑步", 30, 4),
        ("跑步 半小时", "practice", "跑步", 30, None),
        ("Python 1h30m 4/5 decorators", "practice", "Python", 90, 4),
        ("Python 1.5h", "practice", "Python", 90, None),
        ("Python 90min", "practice", "Python", 90, None),
        ("30分钟 跑步", "practice", "跑步", 30, None),
        ("摄影 2小时", "hobby", "摄影", 120, None),
        ("skill piano 20m", "practice", "piano", 20, None),
        ("爱好 piano 20m", "hobby", "piano", 20, None),
        ("运动 骑车 40m", "exercise", "骑车", 40, None),
        ("new skill Juggling 10m", "new skill", "Juggling", 10, None),
        ("新技能 书法 1h", "new skill", "书法", 60, None),
    ],
)
def test_what_was_done(line: str, kind: str, name: str, minutes: int, score: int | None) -> None:
    """By what is known; a word before the name decides where that is not enough."""
    found, values = clear(line)
    assert found == kind
    assert (values["name"], values["minutes"], values["score"]) == (name, minutes, score)


@pytest.mark.parametrize(
    ("line", "kinds", "why"),
    [
        ("38.5 瑞幸 餐饮", ["money", "money"], "mood or money"),
        ("4 累", ["mood", "money", "money"], "mood or money"),
        ("¥38.5 瑞幸", ["money", "money"], "spent or came in"),
        ("-38.5 餐饮 瑞幸", ["money", "money"], "payee ends"),
        ("-38.5 Blue Bottle Coffee", ["money", "money"], "payee ends"),
        ("piano 30m", ["practice", "hobby"], "both a skill and a hobby"),
        ("骑车 30m", ["new skill", "exercise"], "No skill and no hobby"),
    ],
)  # fmt: skip
def test_what_could_mean_two_things_means_nothing_yet(
    line: str, kinds: list[str], why: str
) -> None:
    """Each meaning is offered with the line that says exactly this."""
    found = log(line)
    assert found.clear is None and [each.kind for each in found.meanings] == kinds
    assert why in found.problem and found.hint
    for each in found.meanings:
        again = log(each.line).clear
        assert again is not None and again.values == each.values and again.kind == each.kind


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "nothing in this line"),
        ("   ", "nothing in this line"),
        ("hello world", "no amount, no time and no mood"),
        ("#tag", "no amount"),
        ("mood", "from 1 to 10"),
        ("mood 11", "from 1 to 10"),
        ("mood 4.5", "from 1 to 10"),
        ("mood 0/10", "from 1 to 10"),
        ("mood tired", "from 1 to 10"),
        ("-0 瑞幸", "not 0"),
        ("-5 $6 x", "Several amounts"),
        ("-5 USD EUR x", "one currency"),
        ("-5 x #a #b", "one category"),
        ("spent +5 x", "different things"),
        ("spent lunch", "no amount"),
        ("-5 跑步 30m", "Both an amount"),
        ("跑步 30m 20m", "Several lengths"),
        ("跑步 25h", "24 hours"),
        ("跑步 30m 8/5", "at most one mark"),
        ("跑步 30m 3/5 4/5", "at most one mark"),
        ("30m", "a name before"),
        ("skill 跑步", "one length of time"),
        ("mood 4 2026-11-22", "not come yet"),
        ("mood 4 昨天 2026-11-01", "Two days"),
        ("-99999999999999999999 x", "no amount"),
    ],
)
def test_what_cannot_be_says_why(line: str, why: str) -> None:
    """Nothing is guessed; the sentence says what is missing and how it is written."""
    found = log(line)
    assert found.clear is None and not found.meanings
    assert why in found.problem and found.hint


def test_it_is_said_in_both_languages() -> None:
    """Whoever types Chinese in an English lab is understood, and answered in the lab's language."""
    line = "-38.5 瑞幸 餐饮 昨天"
    assert log(line).meanings[0].said == "¥38.50 spent · 瑞幸 · category 餐饮 · 2026-11-20"
    with in_lang("zh-CN"):
        said = log(line).meanings[0].said
    assert "支出 ¥38.50" in said and "分类" in said


NAMES = st.text(min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            NAMES, st.sampled_from(["-5", "+3.20", "4", "mood", "30m", "7/10", "#a", "跑步", "piano", "餐饮", "昨天", "¥8", "USD", '"', "spent", "skill", "精力"])
        ),
        max_size=7,
    )
)  # fmt: skip
def test_every_meaning_reads_back_as_itself(words: list[str]) -> None:
    """Any line is read without a failure, and what is offered as clear is clear."""
    for each in log(" ".join(words)).meanings:
        again = log(each.line).clear
        assert again is not None, each
        assert (again.kind, again.values) == (each.kind, each.values)


@settings(max_examples=100, deadline=None)
@given(NAMES)
def test_a_quoted_name_is_one_word(name: str) -> None:
    """Whatever a name looks like, in quotation marks it is only a name."""
    plain = name.replace('"', "'")
    found = words_of(quoted(name))
    assert len(found) == 1 and found[0].text == plain
    assert " ".join(word.text for word in words_of(noted(name))) == plain
