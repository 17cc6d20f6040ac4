"""Loans: what a bank's own plan says, to the cent, through changed rates and early repayments."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pgc_lib.areas.money.loans import Loan, owed_on, schedule
from pgc_lib.i18n import in_lang


def loan(**values: Any) -> Loan:
    usual = {
        "name": "房贷", "principal": 1_000_000, "rate": "3.6", "months": 360,
        "paid_out": "2024-01-15", "first": "2024-02-15",
    }  # fmt: skip
    return Loan(**{**usual, **values})


def test_equal_instalments_are_the_banks() -> None:
    """A million over thirty years at 3.6 %: 4,546.45 a month, as every bank's calculator says."""
    plan = schedule(loan())
    assert (plan[0].paid, plan[0].interest, plan[0].principal) == (
        Decimal("4546.45"),
        Decimal("3000.00"),
        Decimal("1546.45"),
    )
    assert len(plan) == 360 and plan[-1].owed == 0
    assert plan[-1].day == date(2054, 1, 15)


def test_equal_shares_of_the_principal() -> None:
    """A hundred a month and the interest on what is left."""
    plan = schedule(loan(principal=1200, rate=12, months=12, method="linear"))
    assert [(each.principal, each.interest) for each in plan[:2]] == [(100, 12), (100, 11)]
    assert sum(each.interest for each in plan) == 78


def test_a_new_rate_and_early_repayment() -> None:
    """A lower rate lowers the instalments; what is paid early shortens the loan, or lowers them on demand."""
    plain = schedule(loan(months=120))
    cheaper = schedule(loan(months=120, changes=[{"day": "2025-01-01", "rate": "3.1"}]))
    assert cheaper[10].paid == plain[10].paid and cheaper[11].paid < plain[11].paid
    assert len(cheaper) == 120
    early = {"day": "2025-06-18", "paid": 200_000}
    shorter = schedule(loan(months=120, changes=[early]))
    (repaid,) = [each for each in shorter if each.early]
    assert (repaid.day, repaid.paid, repaid.interest) == (date(2025, 6, 18), 200_000, 0)
    assert shorter[-1].day < plain[-1].day and shorter[1].paid == plain[1].paid
    lower = schedule(loan(months=120, changes=[{**early, "keep": "months"}]))
    assert lower[-1].day == plain[-1].day and lower[20].paid < plain[20].paid
    assert schedule(loan(changes=[{"day": "2024-02-01", "paid": 2_000_000}]))[-1].owed == 0


def test_the_last_day_of_short_months() -> None:
    """What is due on the 31st is due on the last day of a shorter month, and on the 31st again."""
    plan = schedule(loan(first="2024-01-31", months=4))
    assert [each.day.day for each in plan] == [31, 29, 31, 30]


@settings(max_examples=60, deadline=None)
@given(
    principal=st.decimals("0.01", 10**9, places=2),
    rate=st.decimals(0, 100, places=2),
    months=st.integers(1, 480),
    method=st.sampled_from(["annuity", "linear"]),
    after=st.integers(0, 4000),
    change=st.none() | st.sampled_from(["rate", "paid"]),
    keep=st.sampled_from(["instalment", "months"]),
)
def test_everything_is_paid_back(
    principal: Decimal,
    rate: Decimal,
    months: int,
    method: str,
    after: int,
    change: str | None,
    keep: str,
) -> None:
    """Whatever the loan: the principal is paid back exactly, in its months, never below zero."""
    changes: list[dict[str, Any]] = []
    day = date(2024, 1, 15) + timedelta(after)
    if change == "rate":
        changes = [{"day": day, "rate": Decimal(5)}]
    elif change == "paid":
        changes = [{"day": day, "paid": principal / 3 // Decimal("0.01") / 100, "keep": keep}]
    kept = loan(principal=principal, rate=rate, months=months, method=method, changes=changes)
    plan = schedule(kept)
    assert sum(each.principal for each in plan) == principal
    assert plan[-1].owed == 0
    assert len([each for each in plan if not each.early]) <= months
    assert all(each.owed >= 0 and each.interest >= 0 and each.principal >= 0 for each in plan)
    assert owed_on(kept, plan[-1].day) == 0
    assert owed_on(kept, date(2024, 1, 14)) == 0
    assert owed_on(kept, date(2024, 1, 15)) == principal or plan[0].day <= date(2024, 1, 15)


@pytest.mark.parametrize(
    "change",
    [{}, {"day": "2024-01-01"}, {"rate": 3}, {"day": "x", "rate": 3}, {"day": "2024-01-01", "rate": -1},
     {"day": "2024-01-01", "rate": 3, "paid": 3}, {"day": "2024-01-01", "paid": "NaN"},
     {"day": "2024-01-01", "paid": 3, "keep": "all"}, {"day": "2024-01-01", "rate": 3, "why": 1}],
    ids=str,
)  # fmt: skip
def test_a_change_says_one_thing(change: dict[str, Any]) -> None:
    """A day, and either a rate or an amount."""
    with pytest.raises(ValidationError, match="change 1"):
        loan(changes=[change])


def test_a_loan_is_told_in_words() -> None:
    """Its method, its rate and what changed, as a person says it."""
    changes = [{"day": "2024-12-05", "rate": "3.85"}, {"day": "2025-02-01", "paid": 5000}]
    kept = loan(rate="4.20", changes=changes)
    told = kept._shown_()
    assert (told["Interest"], told["Method"]) == ("4.2 % a year", "equal payments")
    assert told["Changes"] == ["from 2024-12-05 on 3.85 % a year", "5,000 paid early on 2025-02-01"]  # fmt: skip
    with in_lang("zh-CN"):
        told = loan(method="linear", changes=changes)._shown_()
    assert (told["利息"], told["还款方式"]) == ("年利率 3.6%", "等额本金")
    assert told["改动"] == ["2024-12-05 起年利率 3.85%", "2025-02-01 提前还款 5,000"]
