"""Money beyond one line: accounts, transfers, parts, refunds, currencies, standing orders, loans, goals, reports."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pgc_lib.areas.finance import Finance
from pgc_lib.areas.money.periods import months_later
from pgc_lib.areas.money.rates import MissingRate
from pgc_lib.core.history import History
from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid, NotFound, PgcError
from pgc_lib.i18n import in_lang
from tests.support.lab import Person


@pytest.fixture
def finance(person: Person) -> Finance:
    """The money of a new person."""
    return Finance(person("money"))


def held(finance: Finance, on: str = "2026-12-31") -> dict[tuple[str, str], Decimal]:
    rows = finance.balances(on).select("account", "currency", "balance").rows()
    return {row[:2]: row[2] for row in rows}


# ── transfers, parts, refunds ───────────────────────────────────────────────────────────────────────


def test_a_transfer_is_neither_spent_nor_earned(finance: Finance) -> None:
    """It moves what the accounts hold, also into another currency."""
    finance.accounts.add(name="招商", type="bank", opening=1000, opened="2026-01-01")
    finance.transfer(300, "招商", "微信", day="2026-11-01", note="充值")
    finance.transfer(
        710, "招商", "Dollars", day="2026-11-02", arrives="100", arrives_currency="USD"
    )
    assert held(finance) == {
        ("招商", "CNY"): Decimal(-10),
        ("微信", "CNY"): Decimal(300),
        ("Dollars", "USD"): Decimal(100),
    }
    assert finance.spending().is_empty() and finance.income().is_empty()
    assert finance.cash_flow("2026-01-01", "2026-12-31").is_empty()
    assert finance.balance("招商", "2025-12-31") == {"CNY": 0}
    for wrong in (
        {"amount": 0, "from_account": "a", "to_account": "b"},
        {"amount": -1, "from_account": "a", "to_account": "b"},
        {"amount": 1, "from_account": "a", "to_account": "a"},
        {"amount": 1, "from_account": "a", "to_account": "b", "arrives": 2},
        {"amount": 1, "from_account": "a", "to_account": "b", "arrives": 2, "arrives_currency": "CNY"},
        {"amount": 1, "from_account": "a", "to_account": "b", "arrives": -2, "arrives_currency": "USD"},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            finance.transfer(**wrong)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no account"):
        finance.balance("nowhere")


def test_a_payment_in_parts_counts_for_each_category(finance: Finance) -> None:
    """The parts are the whole, to the cent; one of them may be the rest."""
    paid = finance.add(day="2026-11-03", amount="-100.10", category="购物", payee="超市")
    whole = finance.split(paid, {"餐饮": "60.05", "日用": None})
    assert whole.parts == [
        {"amount": Decimal("-60.05"), "category": "餐饮"},
        {"amount": Decimal("-40.05"), "category": "日用"},
    ]
    spent = finance.spending(category="餐饮").select("amount", "count").rows()
    assert spent == [(Decimal("60.05"), 1)], "a condition means the part"
    assert finance.spending(by="payee")["amount"].to_list() == [Decimal("100.10")]
    finance.split(whole, [{"amount": "-100.1", "account": "押金"}])
    assert finance.spending().is_empty()
    assert held(finance)["押金", "CNY"] == Decimal("100.1")
    for parts in ({"a": 1, "b": 2}, {"a": None, "b": None}, [{"amount": -100.1}], []):
        with pytest.raises(Invalid):
            finance.split(finance.get(paid.id), parts)
    with pytest.raises(Invalid, match="transfer has no parts"):
        finance.split(finance.transfer(1, "a", "b"), {"x": None})


def test_a_refund_lessens_what_was_spent_on_its_own_day(finance: Finance) -> None:
    """It is linked, never more than was paid, and no income; the month of the payment stays as it was."""
    paid = finance.add(
        day="2026-10-30", amount=-200, category="衣服", payee="店", account="卡", reference="1"
    )
    finance.refund(paid, 50, day="2026-11-02")
    finance.add(day="2026-11-05", amount=-80, category="衣服")
    assert finance.spending().select("period", "amount").rows() == [
        (date(2026, 10, 1), Decimal(200)),
        (date(2026, 11, 1), Decimal(30)),
    ]
    assert finance.income().is_empty()
    line = finance.add(day="2026-11-06", amount=150, payee="店", account="卡", category="退款")
    linked = finance.link_refund(line, paid)
    assert (linked.category, linked.linked) == ("衣服", paid.id)
    assert held(finance)["卡", "CNY"] == 0
    with pytest.raises(Invalid, match="can still be given back"):
        finance.refund(paid, 1)
    for wrong in ({"day": "2026-10-29"}, {"currency": "USD"}):
        with pytest.raises(Invalid):
            finance.refund(finance.add(day="2026-10-30", amount=-5), **wrong)
    with pytest.raises(Invalid, match="itself a transfer or refund"):
        finance.refund(linked, 1)


def test_an_overpaid_salary_given_back_is_less_income(finance: Finance) -> None:
    """A refund is of the flow that it gives back."""
    paid = finance.add(day="2026-11-01", amount=1000, category="工资")
    finance.refund(paid, -100, day="2026-11-02")
    assert finance.income()["amount"].to_list() == [Decimal(900)]
    assert finance.spending().is_empty()


def test_legs_and_refunds_are_found_and_joined(finance: Finance) -> None:
    """Two bills have the two legs of a transfer; the wallet's refund follows its payment."""
    day = months_later(today(), -1)
    out = finance.add(day=day, amount=-500, account="银行", payee="支付宝")
    finance.add(day=day, amount=500, account="支付宝", payee="充值")
    finance.add(day=day, amount=-38, account="支付宝", payee="书店", category="书")
    finance.add(day=day, amount=38, account="支付宝", payee="书店", category="退款")
    (move,) = finance.find_transfers()
    assert (move.first, move.others) == (out.id, 0)
    finance.join(move)
    assert finance.get(out.id).nature == "transfer"
    (back,) = finance.find_refunds()
    finance.join(back)
    assert not finance.find_transfers() and not finance.find_refunds()
    assert finance.spending()["amount"].to_list() == [0]
    assert finance.income().is_empty()
    assert held(finance, str(today())) == {("银行", "CNY"): -500, ("支付宝", "CNY"): 500}
    History(finance.session).undo_batch(History(finance.session).recent(limit=2)[1].batch or out.id)
    with pytest.raises(Invalid):
        finance.pair(out.id, out.id)


def test_an_account_gets_another_name_everywhere(finance: Finance) -> None:
    """In lines, transfers and parts; two accounts become one; undone as one."""
    finance.accounts.add(name="旧", opening=5, opened="2026-01-01")
    finance.accounts.add(name="新", opening=7, opened="2026-01-01")
    finance.add(day="2026-11-01", amount=-10, account="旧")
    finance.transfer(20, "钱包", "旧", day="2026-11-01")
    finance.add(
        day="2026-11-01", amount=-3, account="钱包", parts=[{"amount": -3, "account": "旧"}]
    )
    before = held(finance)
    batch = finance.rename_account("旧", "新")
    assert held(finance) == {("新", "CNY"): Decimal(25), ("钱包", "CNY"): Decimal(-23)}
    History(finance.session).undo_batch(batch)
    assert held(finance) == before
    finance.rename_account("钱包", "现金")
    assert held(finance)["现金", "CNY"] == -23
    with pytest.raises(NotFound):
        finance.rename_account("钱包", "x")


def test_a_receipt_is_kept_with_its_payment(finance: Finance, tmp_path: Path) -> None:
    """The very bytes, under the payment's rights."""
    paid = finance.add(day="2026-11-01", amount=-10)
    (tmp_path / "receipt.jpg").write_bytes(b"paper")
    kept = finance.receipt(paid, tmp_path / "receipt.jpg")
    assert [file.name for file in finance.transactions.attachments(paid)] == ["receipt.jpg"]
    with finance.transactions.attached(kept) as stream:
        assert stream.read() == b"paper"


# ── currencies ──────────────────────────────────────────────────────────────────────────────────────


def test_currencies_are_added_only_by_dated_rates(finance: Finance) -> None:
    """Each day at its rate; what is missing is said with currency and days."""
    finance.add(day="2026-11-01", amount=-10, currency="USD", category="旅行")
    finance.add(day="2026-11-15", amount=-10, currency="USD", category="旅行")
    finance.add(day="2026-11-15", amount=-5, category="旅行")
    finance.rates.add(day="2026-11-10", currency="USD", price="7.2")
    assert finance.spending().height == 2
    with pytest.raises(MissingRate) as error:
        finance.spending(into="CNY")
    assert [problem.place for problem in error.value.problems] == ["USD → CNY"]
    assert "2026-11-01" in str(error.value)
    finance.rates.add(day="2026-10-31", currency="USD", units=100, price="712.34")
    spent = finance.spending(into="CNY").select("currency", "amount", "count").rows()
    assert spent == [("CNY", Decimal("148.234"), 3)]
    assert finance.convert(72, "CNY", "USD", "2026-11-12") == 10
    finance.rates.add(day="2026-11-11", currency="EUR", into="USD", price="1.1")
    assert finance.convert(1, "EUR", "CNY", "2026-11-12") == Decimal("7.92")
    with pytest.raises(MissingRate):
        finance.convert(1, "USD", "CNY", "2027-03-01")
    with pytest.raises(Invalid):
        finance.rates.add(day="2026-11-10", currency="USD", price=0)


def test_net_worth_by_month(finance: Finance) -> None:
    """Assets less debts at each month's end; what does not count is left out."""
    finance.accounts.add(name="银行", type="bank", opening=1000, opened="2026-01-01")
    finance.accounts.add(name="孩子的", opening=99, opened="2026-01-01", counted=False)
    finance.accounts.add(name="USD", currency="USD", opening=10, opened="2026-09-15")
    finance.borrow(
        name="房贷", principal=500, rate=0, months=5, account="银行",
        paid_out="2026-09-01", first="2026-10-10",
    )  # fmt: skip
    assert finance.book_loan("房贷", "2026-11-20").added == 2
    assert finance.book_loan("房贷", "2026-11-20").added == 0
    worth = finance.net_worth("2026-08-01", "2026-11-20")
    cny = [row[1:] for row in worth.filter(currency="CNY").drop("currency").rows()]
    assert cny == [
        (Decimal(1000), Decimal(0), Decimal(1000)),
        (Decimal(1000), Decimal(-500), Decimal(500)),
        (Decimal(900), Decimal(-400), Decimal(500)),
        (Decimal(800), Decimal(-300), Decimal(500)),
    ]
    with pytest.raises(MissingRate):
        finance.net_worth("2026-08-01", "2026-11-20", into="CNY")
    finance.rates.add(day="2026-09-30", currency="USD", price=7)
    whole = finance.net_worth("2026-08-01", "2026-11-20", into="CNY")
    assert whole["worth"].to_list() == [1000, 570, 570, 570]


# ── what comes back ─────────────────────────────────────────────────────────────────────────────────


def test_what_comes_back_is_booked_once(finance: Finance) -> None:
    """By its rule, as one batch, never twice; a transfer stays one."""
    finance.recurring.add(
        title="房租", rule="FREQ=MONTHLY;BYMONTHDAY=31,30,29,28;BYSETPOS=1", start="2026-01-28", amount=-5200,
        account="银行", category="住房",
    )  # fmt: skip
    finance.recurring.add(
        title="存钱", rule="FREQ=WEEKLY;COUNT=3", start="2026-03-02", amount=-100,
        account="银行", other_account="存款",
    )  # fmt: skip
    assert finance.book_due("2026-03-31").added == 6
    assert finance.book_due("2026-03-31").added == 0
    assert held(finance)["存款", "CNY"] == 300
    assert finance.spending()["amount"].to_list() == [5200] * 3
    (april,) = finance.due("2026-04-30", since="2026-04-01")
    assert (april.day, april.booked) == (date(2026, 4, 28), False)
    assert [each.booked for each in finance.due("2026-03-31", since="2026-03-20")] == [True]
    with pytest.raises(Invalid, match="EVERY DAY"):
        finance.recurring.add(title="x", rule="every day", start="2026-01-01", amount=1)


def test_habits_are_found(finance: Finance) -> None:
    """A subscription is a steady rhythm of like amounts; the canteen is not."""
    for back in range(6):
        day = months_later(today(), -back)
        finance.add(day=day, amount=-25, payee="云音乐", category="订阅", account="卡")
        finance.add(day=day, amount=-(back + 1) * 100, payee="商场", category="购物")
    (habit,) = finance.find_recurring()
    rule = f"FREQ=MONTHLY;BYMONTHDAY={min(today().day, 28)}"
    assert (habit.payee, habit.rule, habit.times) == ("云音乐", rule, 6)
    assert finance.recurring.add(**habit.order()).amount == -25


def test_savings_goals_tell_their_pace(finance: Finance) -> None:
    """What is in the account, what it takes a month, when it will be reached."""
    finance.goals.add(
        title="旅行", target=1200, account="旅行基金", start="2026-08-01", by="2027-05-01"
    )
    finance.accounts.add(name="旅行基金", counted=False)
    for month in (8, 9, 10):
        finance.transfer(100, "银行", "旅行基金", day=date(2026, month, 20))
    (goal,) = finance.savings("2026-11-01")
    assert (goal.saved, goal.left, goal.pace, goal.needed) == (300, 900, 100, 150)
    assert goal.reached == date(2027, 8, 1)


# ── reports ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def year(finance: Finance) -> Finance:
    """Two years of a simple life."""
    rows = []
    for back in range(24):
        day = date(2026 - back // 12, 12 - back % 12, 5)
        rows.append({"day": day, "amount": 1000, "category": "工资", "payee": "公司"})
        rows.append({"day": day, "amount": -300, "category": "住房", "payee": "房东"})
    rows += [
        {"day": date(2025, 11, n), "amount": -10, "category": "餐饮", "payee": "面馆"}
        for n in (1, 2)
    ]
    rows += [
        {"day": date(2026, 10, n), "amount": -10, "category": "餐饮", "payee": "面馆"}
        for n in (1, 2)
    ]
    rows += [
        {"day": date(2026, 11, n), "amount": -15, "category": "餐饮", "payee": "面馆"}
        for n in (1, 2, 3)
    ]
    rows.append({"day": date(2026, 11, 9), "amount": -80, "category": "餐饮", "payee": "火锅"})
    finance.add_many(rows)
    return finance


def test_cash_flow_and_savings_rate(year: Finance) -> None:
    """What came, went and was left, by month and year."""
    flow = year.cash_flow("2026-10-01", "2026-12-31").drop("count")
    assert flow.rows() == [
        (date(2026, 10, 1), "CNY", 1000, 320, 680, 0.68),
        (date(2026, 11, 1), "CNY", 1000, 425, 575, 0.575),
        (date(2026, 12, 1), "CNY", 1000, 300, 700, 0.7),
    ]
    rate = year.savings_rate("2025-01-01", "2026-12-31")
    assert rate["saved"].round(4).to_list() == [0.6983, 0.6879]


def test_category_by_month(year: Finance) -> None:
    """A column a month, nothing where nothing was spent."""
    wide = year.by_month("2026-09-01", "2026-11-30")
    assert wide.columns == ["currency", "category", "2026-09", "2026-10", "2026-11", "together"]
    assert wide.rows()[1] == ("CNY", "餐饮", 0, 20, 125, 145)
    assert year.by_month("2020-01-01", "2020-12-31").is_empty()


def test_year_on_year(year: Finance) -> None:
    """The same days of both years, what changed most first."""
    table = year.year_on_year("2026-11-30")
    assert table.rows()[0] == ("CNY", "餐饮", Decimal(20), Decimal(145), Decimal(125), 6.25)
    assert table.row(1, named=True)["change"] == 0


def test_why_did_it_rise(year: Finance) -> None:
    """Who contributed, by price and by count, adding up exactly."""
    (why,) = year.why("餐饮", "2026-11")
    hotpot, noodles = why.contributors
    assert (hotpot.name, hotpot.change, hotpot.price, hotpot.count) == ("火锅", 80, 0, 80)
    assert (noodles.change, noodles.price, noodles.count) == (25, Decimal("12.5"), Decimal("12.5"))
    assert why.price + why.count == why.now - why.before == 105
    assert "火锅 +80.00" in why.told() and "+105.00" in why.told()
    with in_lang("zh-CN"):
        assert "餐饮" in why._repr_html_() and "火锅" in why.told()
    (same,) = year.why("住房", "2026-11", against="2025-11")
    assert same.before_since == date(2025, 11, 1) and "300" in same.told()
    (days,) = year.why("餐饮", since="2026-11-01", until="2026-11-03")
    assert (days.before_since, days.before_until) == (date(2026, 10, 29), date(2026, 10, 31))
    assert not year.why("没有", "2026-11")
    (earned,) = year.why(None, "2026-11", against="2026-09", flow="income")
    assert earned.told().startswith("Income ")
    with pytest.raises(PgcError, match="neither a day nor a month"):
        year.why("餐饮", "November")


def test_the_forecast_has_an_interval_that_held(finance: Finance) -> None:
    """From full months only; with too few it says so."""
    first = today().replace(day=1)
    with pytest.raises(PgcError, match="Too little"):
        finance.forecast()
    for back in range(30):
        day = months_later(first, -back)
        finance.add(day=day, amount=1000, category="工资")
        finance.add(day=day, amount=-(300 + back % 3), category="x")
    table = finance.forecast(2)
    assert table.height == 4
    for row in table.iter_rows(named=True):
        assert row["period"] >= first and row["low"] <= row["expected"] <= row["high"]
        assert row["tried"] >= 3 and 0 <= row["held"] <= 1
    income = table.filter(flow="income")
    assert income["low"].to_list() == income["high"].to_list() == [1000, 1000]
    with pytest.raises(PgcError, match="one to twenty-four"):
        finance.forecast(0)


def test_money_cannot_be_added_up_by_everything(finance: Finance) -> None:
    """A field that makes no sense is refused with those that do."""
    with pytest.raises(PgcError, match="added up by parts"):
        finance.spending(by="parts")
