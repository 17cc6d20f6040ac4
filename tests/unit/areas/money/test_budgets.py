"""Budgets: exact over any number of periods, refunds netted, currencies apart, a pace for each day."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.finance import Budget, Finance
from pgc_lib.areas.money.envelopes import Carry, envelopes, next_due, put_aside, shares
from pgc_lib.areas.money.rates import MissingRate
from pgc_lib.areas.money.rhythm import Rhythm
from pgc_lib.areas.money.templates import Template, read
from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid, NotFound, PgcError
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person, share

AMOUNTS = st.decimals(0, 100_000, places=2)
SIGNED = st.decimals(-100_000, 100_000, places=2)
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
LENGTHS = st.sampled_from(["1d", "10d", "1w", "2w", "1mo", "3mo", "1q", "1y"])


@pytest.fixture
def money(person: Person) -> Finance:
    """The money of a new person."""
    return Finance(person("saver"))


# ── periods ──────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=150, deadline=None)
@given(DAYS, LENGTHS, st.integers(0, 3000))
def test_every_day_is_in_exactly_one_period(start: date, every: str, later: int) -> None:
    """Periods follow each other without gap or overlap, whatever day they begin on."""
    rhythm, day = Rhythm(start, every), start + timedelta(days=later)
    span = rhythm.span(rhythm.number_of(day))
    assert span.first <= day <= span.last
    assert rhythm.span(span.number + 1).first == span.last + timedelta(days=1)
    assert rhythm.number_of(start - timedelta(days=1)) == -1


def test_a_month_may_begin_on_payday() -> None:
    """The 31st comes back after a February."""
    assert [span.first.day for span in Rhythm(date(2026, 1, 31), "1mo").spans(date(2026, 4, 30))] == [31, 28, 31, 30]  # fmt: skip


# ── carrying over ────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(AMOUNTS, SIGNED), min_size=1, max_size=30),
    st.sampled_from(["nothing", "left", "everything"]),
)
def test_nothing_is_lost_between_periods(periods: list[tuple[Decimal, Decimal]], carry: Carry) -> None:  # fmt: skip
    """What is carried out in the end is all that was put in less all that was spent, unless debts are forgiven."""
    spans = Rhythm(date(2026, 1, 1), "1mo").spans(date(2028, 12, 1))[: len(periods)]
    budgeted = [amount for amount, _spent in periods]
    spent = {span.number: amount for span, (_budget, amount) in zip(spans, periods, strict=True)}
    made = envelopes(spans, budgeted, spent, carry)
    difference = sum(budgeted) - sum(spent.values())
    for before, after in pairwise(made):
        wanted = {"everything": before.left, "left": max(before.left, Decimal(0)), "nothing": 0}
        assert after.carried == wanted[carry]
    assert all(each.left == each.carried + each.budgeted - each.spent for each in made)
    if carry == "everything":
        assert made[-1].left == difference
    if carry == "left":
        forgiven = sum(max(-each.left, Decimal(0)) for each in made[:-1])
        assert made[-1].left == difference + forgiven
    if carry == "nothing":
        assert sum(each.left for each in made) == difference


@settings(max_examples=150, deadline=None)
@given(AMOUNTS, st.integers(1, 60))
def test_shares_are_equal_to_the_cent_and_together_exact(amount: Decimal, parts: int) -> None:
    """No cent is lost, none is made."""
    made = shares(amount, parts)
    assert sum(made) == amount and max(made) - min(made) <= Decimal("0.01")


@settings(max_examples=100, deadline=None)
@given(
    DAYS,
    st.sampled_from(["1w", "1mo", "1q"]),
    AMOUNTS,
    st.integers(0, 900),
    st.sampled_from(["", "1mo", "6mo", "1y", "2w"]),
)
def test_what_is_wanted_is_there_on_its_day(
    start: date, every: str, amount: Decimal, later: int, again: str
) -> None:
    """By each due day exactly the amount of every round so far was put aside."""
    rhythm, due = Rhythm(start, every), start + timedelta(days=later)
    count = rhythm.number_of(due + timedelta(days=1000)) + 1
    made = put_aside(rhythm, count, amount, due, again)
    rounds, day = 0, due
    while day <= due + timedelta(days=700):
        rounds += 1
        following = next_due(due, again, day + timedelta(days=1))
        same = following is not None and rhythm.number_of(following) == rhythm.number_of(day)
        if not same:  # several in one period are all put into it
            assert sum(made[: rhythm.number_of(day) + 1]) == rounds * amount
        if following is None:
            assert sum(made) == amount
            break
        day = following


# ── in a few words ───────────────────────────────────────────────────────────────────────────────────

NOW, START = date(2026, 11, 21), date(2026, 11, 1)


@pytest.mark.parametrize(
    ("text", "amount", "every", "due", "again"),
    [
        ("2000 a month", 2000, "1mo", None, ""),
        ("¥2,000.50 per week", "2000.50", "1w", None, ""),
        ("500", 500, "1mo", None, ""),
        ("300 every 2 weeks", 300, "2w", None, ""),
        ("6000 by March, every six months", 6000, "1mo", date(2027, 3, 31), "6mo"),
        ("6000 by Dec", 6000, "1mo", date(2026, 12, 31), ""),
        ("by March 5 2028 300", 300, "1mo", date(2028, 3, 5), ""),
        ("1200 every year", 1200, "1mo", date(2027, 10, 31), "12mo"),
        ("900 quarterly", 900, "1mo", date(2027, 1, 31), "3mo"),
        ("三月前 6000，每半年", 6000, "1mo", date(2027, 3, 31), "6mo"),
        ("2027年5月15日前存3万", 30000, "1mo", date(2027, 5, 15), ""),
        ("每月2000元", 2000, "1mo", None, ""),
        ("12月底前 800 每2年", 800, "1mo", date(2026, 12, 31), "2y"),
    ],
)
def test_a_budget_in_a_few_words(
    text: str, amount: Any, every: str, due: date | None, again: str
) -> None:
    """In both languages; a sum at a longer rhythm is put aside month by month."""
    assert read(text, NOW, START) == Template(Decimal(amount), every, due, again)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "by March", "2000 a month 30", "six", "5 by 2026-13", "5 by February 30 2027", "1e5", "-5 a month", "5 every 0 weeks", "a" * 5000],
)  # fmt: skip
def test_words_that_are_no_budget(text: str) -> None:
    """They are refused with an example of what can be read."""
    with pytest.raises(PgcError, match="every six months"):
        read(text, NOW, START)


@settings(max_examples=100, deadline=None)
@given(
    st.decimals("0.01", 1_000_000, places=2),
    st.one_of(
        st.tuples(st.sampled_from(["1w", "1mo", "2w"]), st.none(), st.just("")),
        st.tuples(st.just("1mo"), DAYS, st.sampled_from(["", "1mo", "6mo", "2y", "1q"])),
    ),
    st.sampled_from(["en", "zh-CN"]),
)
def test_what_is_said_is_read_again(
    amount: Decimal, rest: tuple[str, date | None, str], language: str
) -> None:
    """Said in either language, a template means the same when it is read."""
    template = Template(amount, *rest)
    with in_lang(language):
        assert read(template.said(), NOW, START) == template


# ── over what was spent ──────────────────────────────────────────────────────────────────────────────


def test_spent_left_and_pace(money: Finance) -> None:
    """Numbers and a sentence in both languages; what is under a category counts for it."""
    money.add_many(
        [
            {"day": "2026-11-02", "amount": "-300", "category": "餐饮"},
            {"day": "2026-11-05", "amount": "-100.10", "category": "餐饮/咖啡"},
            {"day": "2026-11-06", "amount": "-70", "category": "餐饮费"},
            {"day": "2026-12-01", "amount": "-999", "category": "餐饮"},
        ]
    )
    money.budgets.plan("吃饭", "1500 a month", categories="餐饮", start="2026-11-01")
    status = money.budgets.status("吃饭", "2026-11-06")
    assert (status.spent, status.left) == (Decimal("400.10"), Decimal("1099.90"))
    assert (status.number, status.days_left) == (6, 25)
    assert status.even == 300 and round(status.pace or 0, 3) == 1.334
    assert status.a_day == Decimal("43.99") and status.expected == Decimal("2000.50")
    assert status.standing == "fast"
    with in_lang("en"):
        assert status.sentence == (
            "吃饭: 400.10 of 1,500.00 CNY spent by day 6 of 30; 1,099.90 left, 43.99 a day. "
            "That is 1.3 times an even pace; it would come to 2,000.50."
        )
    with in_lang("zh-CN"):
        assert "400.10" in status.sentence and "spent" not in status.sentence
        assert "吃饭" in money.budgets.overview("2026-11-06")._repr_html_()
    assert money.budgets.status("吃饭", "2026-12-01").standing == "fast"
    over = money.budgets.status("吃饭", "2026-12-31")
    assert over.spent == 999 and over.standing == "fine"
    money.add(day="2026-12-31", amount=-600, category="餐饮")
    over = money.budgets.status("吃饭", "2026-12-31")
    assert over.standing == "over" and over.a_day == 0 and "over" in over.sentence


def test_each_day(money: Finance) -> None:
    """So far, left, an even pace and how far ahead; the days to come have an even pace only."""
    money.add_many(
        [
            {"day": "2026-11-02", "amount": "-30", "category": "玩"},
            {"day": "2026-11-04", "amount": "-6", "category": "玩"},
        ]
    )
    money.budgets.plan("玩", "300 a month", start="2026-11-01")
    days = money.budgets.daily("玩", "2026-11-04")
    assert days.height == 30
    assert days.row(3) == (date(2026, 11, 4), 6, 36, 264, 40, -4, 0.9)
    assert days["so_far"].to_list()[:5] == [0, 30, 30, 36, None]
    assert days["even"].to_list()[-1] == 300


def test_what_is_given_back_is_netted(money: Finance) -> None:
    """A linked refund goes where its payment belongs, on its own day; transfers and other categories do not count."""
    payment = money.add(day="2026-10-20", amount=-200, payee="衣橱", category="衣服")
    money.refund(payment, 80, day="2026-11-03")
    money.add(day="2026-11-04", amount=80, nature="refund", linked=payment.id)
    money.add(day="2026-11-05", amount=-100, category="衣服")
    money.add(day="2026-11-06", amount=30, payee="朋友", category="衣服")
    money.transfer(500, "银行", "微信", day="2026-11-07")
    money.budgets.plan("衣服", "300 a month", start="2026-10-01", carry="everything")
    frame = money.budgets.periods("衣服", "2026-11-30")
    assert frame.select("budgeted", "carried", "spent", "left").rows() == [
        (300, 0, 200, 100),
        (300, 100, -90, 490),
    ]


def test_a_payment_in_parts_counts_where_its_parts_belong(money: Finance) -> None:
    """Each for its own category."""
    money.add(
        day="2026-11-09", amount=-100, payee="超市",
        parts=[{"amount": -70, "category": "买菜"}, {"amount": -30, "category": "玩"}],
    )  # fmt: skip
    money.budgets.plan("玩", "300", start="2026-11-01")
    money.budgets.plan("过日子", "1000", categories=["买菜", "水电"], start="2026-11-01")
    assert {each.name: each.spent for each in money.budgets.overview("2026-11-30")} == {
        "玩": 30,
        "过日子": 70,
    }


def test_currencies_are_never_added_silently(money: Finance) -> None:
    """Others are named beside the sum; with rates they are converted by their days, without them refused."""
    money.add_many(
        [
            {"day": "2026-11-02", "amount": "-300", "category": "旅行"},
            {"day": "2026-11-03", "amount": "-50", "category": "旅行", "currency": "EUR"},
            {"day": "2026-11-04", "amount": "10", "category": "旅行", "currency": "EUR"},
            {"day": "2026-11-05", "amount": "-900", "category": "旅行", "currency": "JPY"},
        ]
    )
    money.budgets.plan("旅行", "2000", start="2026-11-01")
    status = money.budgets.status("旅行", "2026-11-30")
    assert status.spent == 300 and status.elsewhere == {"EUR": 40, "JPY": 900}
    with in_lang("en"):
        assert status.sentence.endswith("other currencies: 40.00 EUR, 900.00 JPY.")
    with pytest.raises(MissingRate):
        money.budgets.status("旅行", "2026-11-30", convert=True)
    money.rates.add(day="2026-11-01", currency="EUR", price=8)
    money.rates.add(day="2026-11-01", currency="JPY", units=100, price=5)
    status = money.budgets.status("旅行", "2026-11-30", convert=True)
    assert status.spent == 300 + 320 + 45 and not status.elsewhere


def test_a_sum_that_is_put_aside(money: Finance) -> None:
    """Spread over the months before, spent when it is due, and then again."""
    money.budgets.plan(
        "车险", "6000 by 2026-03-31, every year", start="2025-10-01", categories="保险"
    )
    money.add(day="2026-03-20", amount=-5900, category="保险")
    frame = money.budgets.periods("车险", "2026-05-15")
    assert frame["budgeted"].to_list() == [1000] * 6 + [500] * 2
    assert frame["left"].to_list() == [1000, 2000, 3000, 4000, 5000, 100, 600, 1100]
    status = money.budgets.status("车险", "2026-05-15")
    assert status.due == date(2027, 3, 31)
    with in_lang("en"):
        assert status.sentence == (
            "车险: 1,100.00 of 6,000.00 CNY put aside by now, 500.00 in this period; wanted by 2027-03-31."
        )


def test_another_amount_from_a_day_on(money: Finance) -> None:
    """What was before stays as it was, carried over and all."""
    budget = money.budgets.plan("玩", "300", start="2026-01-01", carry="everything")
    money.budgets.raise_to(budget, 500, "2026-03-01")
    money.budgets.raise_to("玩", 400, "2026-03-01")
    assert money.budgets.periods("玩", "2026-04-30")["available"].to_list() == [
        300,
        600,
        1000,
        1400,
    ]
    dated = money.budgets.plan("车", "6000 by 2027-03", start="2026-11-01")
    with pytest.raises(Invalid):
        money.budgets.raise_to(dated, 5)


def test_what_no_budget_covers(money: Finance) -> None:
    """By category, the largest first."""
    money.add_many(
        [
            {"day": "2026-11-02", "amount": "-30", "category": "玩"},
            {"day": "2026-11-03", "amount": "-20", "category": "书"},
            {"day": "2026-11-03", "amount": "-25", "category": "茶"},
            {"day": "2026-11-03", "amount": "900", "category": "工资"},
        ]
    )
    money.budgets.plan("玩", "300", start="2026-01-01")
    assert money.budgets.without("2026-11").select("category", "spent").rows() == [
        ("茶", 25),
        ("书", 20),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"every": "1x"},
        {"amount": -1},
        {"categories": []},
        {"categories": [" "]},
        {"again": "6mo"},
        {"due": "2025-01-01"},
        {"until": "2025-01-01"},
        {"carry": "some"},
        {"changes": [{"since": "2026-02-01"}]},
        {"changes": [{"since": "x", "amount": 1}]},
        {"changes": [{"since": "2026-02-01", "amount": "1.23456"}]},
        {"start": "0001-01-01"},
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(money: Finance, wrong: dict[str, Any]) -> None:
    """Each with its reason, before anything is kept."""
    good: dict[str, Any] = {"name": "x", "categories": ["x"], "amount": 5, "start": "2026-01-01"}
    with pytest.raises(Invalid) as error:
        money.budgets.add(**good | wrong)
    assert error.value.problems[0].reason
    assert money.budgets.count() == 0


def test_before_it_starts_and_after_it_ends(money: Finance) -> None:
    """There is nothing to tell; an ended budget counts up to its last day."""
    money.add(day="2026-02-20", amount=-5, category="玩")
    money.add(day="2026-02-05", amount=-7, category="玩")
    money.budgets.plan("玩", "300", start="2026-01-01", until="2026-02-14")
    assert [each.name for each in money.budgets.overview("2026-02-10")] == ["玩"]
    assert money.budgets.overview("2026-03-10") == money.budgets.overview("2025-12-31") == []
    assert money.budgets.periods("玩", "2026-06-01")["spent"].to_list() == [0, 7]
    for day in ("2025-12-31", "2026-02-15"):
        with pytest.raises(NotFound):
            money.budgets.status("玩", day)
    with pytest.raises(NotFound):
        money.budgets.status("nothing")


def test_a_plan_is_about_this_month_unless_said(money: Finance) -> None:
    """And about the category of its own name."""
    made = money.budgets.plan("买菜", "800 a month")
    assert made.start == today().replace(day=1) and made.categories == ["买菜"]
    assert money.budgets.overview()[0].left == 800
    assert Budget(name="x", categories=["x"], amount=5, start=made.start).said()


def test_budgets_as_they_were_and_of_others(house: House, person: Person) -> None:
    """Time travel shows what was known then; somebody else's money never counts for mine."""
    mine, other = person("mine"), person("other")
    lab, theirs = house.lab(mine), Finance(other)
    lab.finance.add(day="2026-11-02", amount=-30, category="玩")
    lab.finance.budgets.plan("玩", "300", start="2026-11-01")
    with mine.reading() as connection:
        from sqlalchemy import text

        then = connection.execute(text("select clock_timestamp()")).scalar_one()
    lab.finance.add(day="2026-11-03", amount=-40, category="玩")
    earlier = Lab(mine.as_of(then))
    assert earlier.finance.budgets.status("玩", "2026-11-30").spent == 30
    assert lab.finance.budgets.status("玩", "2026-11-30").spent == 70
    share(mine, other, "finance", "see")
    theirs.budgets.plan("玩", "50", start="2026-11-01")
    assert theirs.budgets.status("玩", "2026-11-30").spent == 0
    assert len(theirs.budgets.overview("2026-11-30")) == 1
