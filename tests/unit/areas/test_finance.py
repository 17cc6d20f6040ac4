"""Money: what went out and came in, exactly, by month and by anything."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pgc_lib.areas.finance import Finance, Transaction
from pgc_lib.errors import Invalid, PgcError
from pgc_lib.stores.filters import col
from tests.support.lab import House, Person
from tests.support.records import create_table


@pytest.fixture
def finance(house: House, person: Person) -> Finance:
    """The money of a new person."""
    create_table(house.owner_url, Transaction)
    return Finance(person())


ROWS = [
    {"day": "2026-10-31", "amount": "-0.1", "category": "餐饮", "payee": "瑞幸咖啡"},
    {"day": "2026-11-01", "amount": "-0.2", "category": "餐饮", "payee": "瑞幸咖啡"},
    {"day": "2026-11-30", "amount": "-0.7", "category": "餐饮", "payee": "食堂"},
    {"day": "2026-11-02", "amount": "-99999999999999.9999", "category": "房租", "currency": "USD"},
    {"day": "2026-11-15", "amount": "1000", "category": "工资"},
    {"day": "2026-11-16", "amount": "0", "category": "餐饮"},
]


def test_spending_is_exact_and_by_month(finance: Finance) -> None:
    """Cents add up, currencies are never added together, income is not spending."""
    finance.add_many(ROWS)
    assert finance.spending().select(
        "period", "currency", "category", "amount", "count"
    ).rows() == [
        (date(2026, 10, 1), "CNY", "餐饮", Decimal("0.1"), 1),
        (date(2026, 11, 1), "USD", "房租", Decimal("99999999999999.9999"), 1),
        (date(2026, 11, 1), "CNY", "餐饮", Decimal("0.9"), 2),
    ]
    assert finance.income().select("category", "amount").rows() == [("工资", Decimal(1000))]


def test_spending_by_anything_over_any_period(finance: Finance) -> None:
    """By payee, currency, day or year, and narrowed by conditions."""
    finance.add_many(ROWS)
    by_payee = finance.spending(by="payee", every="1y", currency="CNY").sort("payee")
    assert by_payee.select("period", "payee", "amount").rows() == [
        (date(2026, 1, 1), "瑞幸咖啡", Decimal("0.3")),
        (date(2026, 1, 1), "食堂", Decimal("0.7")),
    ]
    assert finance.spending("currency", "1q", col("category") == "餐饮").height == 1
    assert finance.spending(by="day", every="1d").height == 4
    assert finance.spending(category="nothing").is_empty()
    with pytest.raises(Invalid, match="nothing"):
        finance.spending(by="nothing")
    for every in ("month", "", "1", "0d", "-1mo", "1mo; drop"):
        with pytest.raises(PgcError, match="period"):
            finance.spending(every=every)


def test_the_same_booking_is_never_kept_twice(finance: Finance) -> None:
    """Whoever imports a bill again gets what is new; what has no number is taken as it is."""
    bill = pl.DataFrame(
        {"day": ["2026-11-01"] * 3, "amount": ["-1", "-2", "-3"], "reference": ["a", "b", None]}
    )
    assert finance.add_many(bill, on_conflict="skip").added == 3
    again = finance.add_many(bill, on_conflict="skip")
    assert (again.added, again.skipped) == (1, 2)
    with pytest.raises(Invalid, match="already"):
        finance.add(day="2026-11-01", amount=-1, reference="a")


def test_a_transaction_says_what_is_wrong_with_it(finance: Finance) -> None:
    """Amount and currency above all."""
    with pytest.raises(Invalid) as error:
        finance.add(day="11/20/2026", amount="38,50", currency="cny", payee="x" * 301)
    assert [problem.place for problem in error.value.problems] == [
        "Day (day)",
        "Amount (amount)",
        "Currency (currency)",
        "Payee (payee)",
    ]
