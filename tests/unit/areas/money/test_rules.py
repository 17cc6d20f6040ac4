"""Rules for categories: tried before they are kept, decided by the first that fits, taken back as one."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.finance import CategoryRule, Finance
from pgc_lib.areas.money.matching import Lines, fold
from pgc_lib.areas.money.rules import categorised
from pgc_lib.errors import Invalid
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person, share


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A new person's lab with some lines of money."""
    lab = house.lab(person("ruler"))
    lab.finance.add_many(LINES)
    return lab


LINES = [
    {"day": "2026-11-02", "amount": "-18.5", "payee": "瑞幸咖啡（人民广场店）", "account": "微信"},
    {"day": "2026-11-07", "amount": "-33", "payee": "LUCKIN Coffee 1024", "account": "支付宝"},
    {"day": "2026-11-03", "amount": "-420", "payee": "瑞幸咖啡", "note": "礼品卡", "account": "微信"},
    {"day": "2026-11-04", "amount": "5000", "payee": "星河科技", "note": "工资"},
    {"day": "2026-11-05", "amount": "-60", "payee": "滴滴出行", "category": "商户消费"},
    {"day": "2026-11-06", "amount": "-9", "payee": "滴滴出行", "category": "交通"},
    {"day": "2026-11-08", "amount": "-7", "payee": "Bäckerei", "currency": "EUR"},
]  # fmt: skip


def rule(category: str = "餐饮", **values: Any) -> CategoryRule:
    """A rule that is not kept."""
    return CategoryRule(category=category, **values)


def frame(lines: list[dict[str, Any]] = LINES) -> pl.DataFrame:
    """Lines as an importer has them: everything text."""
    return pl.DataFrame(lines).with_columns(pl.col("category").fill_null(""))


def hits(**values: Any) -> list[int]:
    """Which of the lines a rule is about."""
    return [int(n) for n in Lines(frame()).meeting(rule(**values)).nonzero()[0]]


# ── what a rule is about ─────────────────────────────────────────────────────────────────────────────


def test_words_are_found_however_they_are_written() -> None:
    """Anywhere, in any letter case, full width or half; whole texts and patterns where that is meant."""
    assert hits(payee=["瑞幸", "ｌｕｃｋｉｎ　COFFEE"]) == [0, 1, 2]
    assert hits(payee=["=瑞幸咖啡"]) == [2]
    assert hits(payee=[r"/^luckin.*\d{4}$/"]) == [1]
    assert hits(payee=["瑞幸咖啡(人民"]) == [0]
    assert hits(payee=["bäckerei"]) == hits(payee=["BÄCKEREI"]) == [6]
    assert hits(note=["礼品"], payee=["瑞幸"]) == [2]


def test_amount_account_currency_weekday_and_direction() -> None:
    """All conditions together; a range is of the amount without its sign."""
    assert hits(payee=["瑞幸"], most=50) == [0]
    assert hits(least="18.5", most="18.5") == [0]
    assert hits(least=100) == [2, 3]
    assert hits(least=100, flow="out") == [2]
    assert hits(flow="in") == [3]
    assert hits(currency="EUR") == [6]
    assert hits(account=["=微信"]) == [0, 2]
    assert hits(weekdays=["sat", "sun"]) == [1, 6]


def test_a_category_that_is_there_stays_unless_the_rule_names_it() -> None:
    """What a wallet calls things can be moved on; what the person said is never overwritten."""
    assert hits(payee=["滴滴"]) == []
    assert hits(payee=["滴滴"], was=["=商户消费"]) == [4]
    assert hits(payee=["滴滴"], was=["=商户消费", "交通"]) == [4, 5]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"payee": [" "]},
        {"payee": ["/(/"]},
        {"payee": ["x"], "least": 5, "most": 1},
        {"weekdays": ["someday"]},
        {"payee": ["x"], "least": -1},
        {"payee": ["x"], "flow": "up"},
        {"payee": ["x"], "category": ""},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(lab: Lab, wrong: dict[str, Any]) -> None:
    """A rule that would fit everything, or nothing, or cannot be read."""
    with pytest.raises(Invalid) as error:
        lab.finance.rules.add(**{"category": "餐饮"} | wrong)
    assert error.value.problems[0].reason
    with in_lang("zh-CN"), pytest.raises(Invalid):
        lab.finance.rules.add(**{"category": "餐饮"} | wrong)


def test_lines_of_files_are_taken_as_they_are() -> None:
    """Days and amounts that cannot be read meet no range; missing columns are empty; nothing else changes."""
    rough = pl.DataFrame(
        {"day": ["2026-11-07 12:00:00", "yesterday", None], "amount": ["-5", "five", None], "payee": ["a", "a", None]}
    )  # fmt: skip
    done = categorised(rough, [rule("A", payee=["a"], most=10, least=1), rule("B", weekdays=["sat"]), rule("C", payee=["=a"])])  # fmt: skip
    assert done["category"].to_list() == ["A", "C", ""]
    assert done.drop("category").equals(rough)
    assert categorised(rough.clear(), [rule(payee=["a"])]).is_empty()
    moved = rough.with_columns(pl.Series("nature", ["transfer", "refund", None]))
    assert categorised(moved, [rule("A", payee=["a"])])["category"].to_list() == ["", "A", ""]


# ── many rules ───────────────────────────────────────────────────────────────────────────────────────


WORDS = st.sampled_from(["瑞幸", "咖啡", "地铁", "coffee", "=瑞幸咖啡", "/^\\w+$/", "滴滴"])
TEXTS = st.sampled_from(["瑞幸咖啡", "Coffee 瑞幸", "上海地铁", "滴滴出行", "", "ＣＯＦＦＥＥ"])


def _meets(text: str, word: str) -> bool:
    import re

    if word.startswith("="):
        return fold(text) == fold(word[1:])
    if word.startswith("/"):
        return re.search(word[1:-1], fold(text), re.IGNORECASE) is not None
    return fold(word) in fold(text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, TEXTS, st.integers(-50, 50)), max_size=8),
    st.lists(
        st.tuples(st.lists(WORDS, max_size=2), st.lists(WORDS, max_size=2), st.integers(0, 50)),
        max_size=5,
    ),
)
def test_whole_frames_are_decided_as_line_by_line(
    lines: list[tuple[str, str, int]], rules: list[tuple[list[str], list[str], int]]
) -> None:
    """The first rule that fits, as plain Python would find it."""
    made = [
        rule(f"c{n}", payee=payee, note=note, least=least)
        for n, (payee, note, least) in enumerate(rules)
    ]
    given = pl.DataFrame(
        {
            "payee": [payee for payee, _note, _amount in lines],
            "note": [note for _payee, note, _amount in lines],
            "amount": [str(amount) for _payee, _note, amount in lines],
            "category": [""] * len(lines),
        },
        schema=dict.fromkeys(("payee", "note", "amount", "category"), pl.String),
    )
    wanted = []
    for payee, note, amount in lines:
        fitting = (
            each.category
            for each in made
            if (not each.payee or any(_meets(payee, word) for word in each.payee))
            and (not each.note or any(_meets(note, word) for word in each.note))
            and abs(amount) >= (each.least or 0)
        )
        wanted.append(next(fitting, ""))
    if not made:
        return
    assert categorised(given, made)["category"].to_list() == wanted


def test_a_million_lines_at_once() -> None:
    """A whole import is decided as one, not line by line."""
    chance = random.Random(1)
    count = 1_000_000
    names = [f"商户 {number}" for number in range(3000)]
    payees = pl.Series("payee", chance.choices(names, k=count))
    lines = pl.DataFrame([payees]).with_columns(
        pl.lit("").alias("category"), pl.lit("-12.50").alias("amount")
    )
    done = categorised(lines, [rule(f"c{n}", payee=[f"=商户 {n}"], flow="out") for n in range(50)])
    expected = payees.is_in([f"商户 {n}" for n in range(50)]).sum()
    assert done.filter(pl.col("category") != "").height == expected


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────────


def test_rules_decide_in_their_order_and_are_taken_back_as_one(lab: Lab) -> None:
    """The smaller number first, then the older rule; one batch, undone and redone as one."""
    rules = lab.finance.rules
    coffee = rules.write(category="餐饮", payee=["瑞幸", "luckin"])
    gift = rules.write(category="礼物", payee="瑞幸", note="礼品卡", priority=10)
    rules.write(category="never", payee="瑞幸", active=False, priority=1)
    done = rules.apply()
    assert (done.changed, done.by_rule) == (3, {coffee.id: 2, gift.id: 1})
    assert lab.finance.count(category="餐饮") == 2 and lab.finance.count(category="礼物") == 1
    assert rules.apply().batch is None, "there is nothing left to do"
    assert done.batch is not None
    lab.history.undo_batch(done.batch)
    assert lab.finance.count(category="") == 5
    assert rules.apply(account="支付宝").changed == 1


def test_an_import_is_categorised_on_its_way(lab: Lab) -> None:
    """The importer asks for the whole frame at once; without rules it stays what it is."""
    lines = frame()
    assert lab.finance.rules.categorised(lines).equals(lines)
    lab.finance.rules.write(category="交通", payee="滴滴", was="=商户消费")
    done = lab.finance.rules.categorised(lines)
    assert done["category"].to_list() == ["", "", "", "", "交通", "交通", ""]
    assert done.drop("category").equals(lines.drop("category"))


def test_a_rule_is_tried_before_it_is_kept(lab: Lab) -> None:
    """What would change, what earlier rules have already, and nothing does change."""
    rules = lab.finance.rules
    rules.write(category="礼物", payee="瑞幸", note="礼品卡", priority=10)
    trial = rules.try_out(rules.new(category="餐饮", payee=["瑞幸", "luckin"]))
    assert sorted(trial.changes.select("payee", "becomes").rows()) == [
        ("LUCKIN Coffee 1024", "餐饮"),
        ("瑞幸咖啡（人民广场店）", "餐饮"),
    ]
    assert (trial.taken, trial.looked_at) == (1, 7)
    assert lab.finance.count(category="餐饮") == 0
    with in_lang("zh-CN"):
        shown = trial._repr_html_()
    assert "51.50 CNY" in shown.replace("-", "") and "瑞幸" in shown
    kept = rules.add(trial.rule)
    assert rules.try_out(kept).changes.height == 2, "a rule that is kept is tried in its own place"


def test_a_line_that_somebody_changes_in_between_is_left_alone(lab: Lab) -> None:
    """The person's word at that moment stands before the rule's."""
    from pgc_lib.areas.money.rules import keep_categories

    found = lab.finance.find(payee__contains="瑞幸", order="day")
    changed = pl.DataFrame(
        {"id": [each.id.hex for each in found], "category": ["", ""], "becomes": ["餐饮", "餐饮"]}
    )
    lab.finance.transactions.update(found[0], category="请客")
    _batch, done = keep_categories(lab.finance.transactions, changed)
    assert done == 1
    assert {each.category for each in lab.finance.find(payee__contains="瑞幸")} == {"请客", "餐饮"}


def test_transfers_and_parts_have_no_one_category(lab: Lab) -> None:
    """A rule does not touch what moves between own accounts or consists of several things."""
    lab.finance.transfer(500, "瑞幸卡", "微信", day="2026-11-09")
    lab.finance.add(
        day="2026-11-09", amount=-30, payee="瑞幸超市",
        parts=[{"amount": -10, "category": "日用"}, {"amount": -20, "category": "餐饮"}],
    )  # fmt: skip
    lab.finance.rules.write(category="餐饮", flow="out")
    lab.finance.rules.apply()
    assert lab.finance.count(payee="瑞幸超市", category="") == 1
    assert lab.finance.count(nature="transfer", category="餐饮") == 0


def test_rules_are_for_ones_own_money(house: House, person: Person) -> None:
    """What others share is seen, and neither read as a rule nor changed by one."""
    mine, other = person("mine"), person("other")
    money, theirs = Finance(mine), Finance(other)
    money.add(day="2026-11-02", amount=-5, payee="瑞幸")
    money.rules.write(category="mine", payee="瑞幸")
    share(mine, other, "finance", "edit")
    theirs.rules.write(category="theirs", payee="瑞幸")
    assert [each.category for each in theirs.rules.in_order()] == ["theirs"]
    assert theirs.rules.apply().changed == 0
    assert money.rules.apply().changed == 1
    assert money.find()[0].amount == Decimal(-5) and money.find()[0].day == date(2026, 11, 2)
