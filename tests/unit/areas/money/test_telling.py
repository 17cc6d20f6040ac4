"""What reports compute by themselves: rates, why something rose, what the coming months bring, months."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.money.forecast import LEAST, foretell
from pgc_lib.areas.money.periods import day_of, month_of, months_later
from pgc_lib.areas.money.rates import HOLDS, MissingRate, Rate, Rates, together
from pgc_lib.areas.money.recurring import Recurring
from pgc_lib.areas.money.why import Why, contributor
from pgc_lib.core.shown import Listing
from pgc_lib.errors import PgcError
from pgc_lib.i18n import in_lang

DAY = date(2026, 11, 20)


def rate(day: date, price: str, currency: str = "USD", into: str = "CNY", units: int = 1) -> Rate:
    return Rate(day=day, currency=currency, into=into, units=units, price=price)


def test_a_rate_holds_until_the_next_and_not_for_ever() -> None:
    """Before the first there is none, and after a quarter there is none either."""
    rates = Rates([rate(DAY, "7"), rate(DAY + timedelta(10), "8")])
    assert rates.worth("USD", "CNY", DAY - timedelta(1)) is None
    assert rates.worth("USD", "CNY", DAY + timedelta(9)) == 7
    assert rates.worth("USD", "CNY", DAY + timedelta(10 + HOLDS)) == 8
    assert rates.worth("USD", "CNY", DAY + timedelta(11 + HOLDS)) is None
    assert rates.worth("CNY", "CNY", date.min) == 1
    assert rates.worth("XXX", "CNY", DAY) is None


def test_rates_work_backwards_and_through_another() -> None:
    """What was quoted itself stands before what follows from the other direction."""
    rates = Rates(
        [rate(DAY, "8"), rate(DAY, "5", "JPY", units=100), rate(DAY, "0.2", "CNY", "USD")]
    )
    assert rates.worth("CNY", "USD", DAY) == Decimal("0.2")
    assert rates.worth("USD", "CNY", DAY) == 8
    assert rates.convert(Decimal(100), "JPY", "USD", DAY) == 1
    with pytest.raises(MissingRate, match=r"EUR → CNY.*2026-11-20"):
        rates.convert(Decimal(1), "EUR", "CNY", DAY)


def test_sums_are_rounded_once() -> None:
    """Each day is exact; only the total is rounded to four places."""
    frame = pl.DataFrame(
        {"currency": ["JPY"] * 3, "day": [DAY] * 3, "amount": [Decimal("0.0010")] * 3, "category": ["a"] * 3},
        schema_overrides={"amount": pl.Decimal(38, 4)},
    )  # fmt: skip
    rates = Rates([rate(DAY, "0.0467", "JPY")])
    found = together(rates, frame, "CNY", by=["category"], sums=["amount"])
    assert found.rows() == [("a", "CNY", Decimal("0.0001"))]


@settings(max_examples=200, deadline=None)
@given(
    st.decimals(-(10**6), 10**6, places=2),
    st.decimals(-(10**6), 10**6, places=2),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_price_and_count_are_the_whole_change(
    before: Decimal, now: Decimal, times_before: int, times_now: int
) -> None:
    """Whatever the numbers, nothing of the change is left over."""
    before = before if times_before else Decimal(0)
    now = now if times_now else Decimal(0)
    told = contributor("x", before, now, times_before, times_now)
    assert told.price + told.count == told.change == now - before
    if times_before and times_before == times_now:
        assert abs(told.count) <= Decimal("0.0001"), "as often as before: all of it is the price"


def test_a_steady_life_is_foretold_as_it_is() -> None:
    """No spread in the past, none in the interval; a season is learnt when two years are known."""
    assert foretell([100.0] * (LEAST - 1), 3) == []
    (first, *_rest) = foretell([100.0] * 12, 3)
    assert (first.expected, first.low, first.high, first.held) == (100, 100, 100, 1)
    season = [1000.0 if month % 12 == 6 else 100.0 for month in range(36)]
    found = foretell(season, 12)
    assert [round(each.expected) for each in found] == [round(value) for value in season[:12]]
    assert "last year" in found[0].way


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.integers(1, 24))
def test_what_is_expected_lies_in_its_interval(past: list[float], months: int) -> None:
    """Whatever the past, and never more months than were asked for."""
    found = foretell(past, months)
    assert len(found) <= months
    for each in found:
        assert each.low - 1e-6 <= each.expected <= each.high + 1e-6
        assert 0 <= each.held <= 1 and each.tried >= 3


def test_the_interval_holds_about_eight_times_in_ten() -> None:
    """Played over a thousand made-up lives: between 70 and 95 of a hundred next months lie within."""
    from random import Random

    chance, held = Random(7), 0
    for _life in range(400):
        past = [1000 + chance.gauss(0, 100) for _month in range(25)]
        (told,) = foretell(past[:24], 1)
        held += told.low <= past[24] <= told.high
    assert 0.70 <= held / 400 <= 0.95


def test_days_and_months_as_people_write_them() -> None:
    """A month by its name or a day in it; anything else is refused with an example."""
    assert month_of("2026-2") == month_of("2026-02-28") == (date(2026, 2, 1), date(2026, 2, 28))
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_later(date(2024, 1, 31), -1) == date(2023, 12, 31)
    assert day_of("2026-1-5", DAY) == date(2026, 1, 5)
    for wrong in ("2026-13", "2026-02-30", "11/20/2026", "", "0000-01-01", "next month"):
        with pytest.raises(PgcError, match="neither a day nor a month"):
            month_of(wrong)


def test_what_has_no_category_is_not_all_spending() -> None:
    """Asked for the lines without a category, the answer says so; several names are joined as the language does."""
    changed = Listing(contributor(name, Decimal(), Decimal(10), 0, 1) for name in ("面馆", "超市"))
    named = {given: Why(given, "CNY", DAY, DAY, DAY, DAY, changed) for given in (None, "", "餐饮")}
    assert named[None].told().startswith("Spending went")
    assert named[""].told().startswith("Without a category went")
    assert named["餐饮"].told().startswith("餐饮 went")
    with in_lang("zh-CN"):
        assert "面馆 +10.00、超市 +10.00" in named[""].told()


def test_a_standing_order_is_told_in_words() -> None:
    """Nobody reads RFC 5545 at breakfast."""
    rent = Recurring(title="房租", rule="FREQ=MONTHLY;BYMONTHDAY=5", start=DAY, amount=-3000)
    assert rent._shown_()["Repeats"] == "every month on the 5th"
    with in_lang("zh-CN"):
        assert rent._shown_()["重复"].startswith("每月")
