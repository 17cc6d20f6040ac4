"""Budgets as bars by deeds: what is worst first, opened to its payments, months before, the first one planned."""

from datetime import timedelta

import pytest

from pgc_lib.core.zone import today
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets.budget_bars import BudgetBars
from tests.support.lab import House, Person


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A person's lab with payments in this month and the last."""
    made = house.lab(person("bars"))
    before = today().replace(day=1) - timedelta(days=1)
    made.finance.add_many(
        [
            {"day": today(), "amount": "-300", "payee": "<i>Inn", "category": "餐饮/外卖"},
            {"day": before, "amount": "-20", "payee": "Before", "category": "餐饮"},
            {"day": today(), "amount": "-7", "payee": "Bus", "category": "交通"},
        ]
    )  # fmt: skip
    return made


def test_what_is_worst_comes_first(lab: Lab) -> None:
    """Over, then the others; a click shows the payments with everything under the category."""
    lab.finance.budgets.plan("交通", "200 a month")
    lab.finance.budgets.plan(
        "餐饮", "100 a month", start=(today().replace(day=1) - timedelta(days=1)).replace(day=1)
    )
    part: BudgetBars = lab.finance.budget_bars()
    html = part.html
    assert html.index("餐饮") < html.index("交通")
    assert "¥200.00 over" in html
    assert "1 is over" in html
    part.do("choose", name="餐饮")
    assert "&lt;i&gt;Inn" in part.html
    assert "Bus" not in part.html
    part.do("earlier")
    assert "Before" in part.html
    assert "20.00 of 100.00" in part.html
    part.do("later")
    assert part.day == today()
    with in_lang("zh-CN"):
        assert "超支" in part.html


def test_the_first_budget_is_planned_here(lab: Lab) -> None:
    """In a few words; what cannot be read is said; it can be taken back."""
    part: BudgetBars = lab.finance.budget_bars()
    assert "There is no budget yet" in part.html
    part.do("plan", name="餐饮", template="blah")
    assert lab.finance.budgets.count() == 0
    assert part.said
    part.do("plan", name="餐饮", template="2000 a month")
    assert "Planned" in part.said
    assert "2,000.00" in part.html
    part.take_back()
    assert lab.finance.budgets.count() == 0


def test_a_sum_that_is_put_aside(lab: Lab) -> None:
    """Says how much of what is wanted is there."""
    lab.finance.budgets.plan("车险", f"6000 by {today().year + 1}-12")
    assert "of 6,000.00 put aside" in lab.finance.budget_bars().html
