"""The ledger: whatever is written, by whatever client, every currency's postings add up to zero."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from pgc_lib.areas.finance import Finance
from pgc_lib.core.history import History
from pgc_lib.core.session import Session
from tests.support.lab import House, Person, share


@pytest.fixture(scope="module")
def finance(person: Person) -> Finance:
    """The money of one person, for tests that clear it themselves."""
    return Finance(person("ledger"))


@pytest.fixture
def sql(finance: Finance) -> Iterator[psycopg.Connection[Any]]:
    """The person's own login, without the library."""
    with psycopg.connect(finance.session.database.reveal(), autocommit=True) as connection:
        connection.execute("delete from finance.transactions")
        connection.execute("delete from finance.accounts")
        yield connection


def sums(sql: psycopg.Connection[Any]) -> dict[str, Decimal]:
    rows = sql.execute("select currency, sum(amount) from finance.postings group by 1").fetchall()
    return dict(rows)


def postings(sql: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return sql.execute(
        "select side, name, currency, amount from finance.postings order by 1, 2, 3, 4"
    ).fetchall()


AMOUNTS = st.decimals(-(10**9), 10**9, places=4)
CURRENCIES = st.sampled_from(["CNY", "USD", "JPY"])
NAMES = st.sampled_from(["银行", "Wallet", "卡 'x'", "", "Loan"])
PART = st.fixed_dictionaries(
    {"amount": AMOUNTS},
    optional={
        "category": st.sampled_from(["餐饮", "", "利息"]),
        "account": NAMES,
        "note": st.just("n"),
    },
)
ROW = st.fixed_dictionaries(
    {
        "day": st.dates(date(2020, 1, 1), date(2026, 12, 31)),
        "amount": AMOUNTS,
        "currency": CURRENCIES,
    },
    optional={
        "account": NAMES,
        "category": st.sampled_from(["餐饮", ""]),
        "nature": st.sampled_from(["transfer", "refund", None, "gift"]),
        "other_account": NAMES,
        "other_amount": AMOUNTS,
        "other_currency": CURRENCIES,
        "parts": st.lists(PART, max_size=3) | st.just({"no": "list"}) | st.just(None),
    },
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(ROW, min_size=1, max_size=6), opening=AMOUNTS)
def test_every_currency_adds_up_to_zero(
    sql: psycopg.Connection[Any], rows: list[dict[str, Any]], opening: Decimal
) -> None:
    """Rows of any sort by plain SQL: what the database takes is balanced, row by row."""
    sql.execute("delete from finance.transactions")
    sql.execute("delete from finance.accounts")
    for row in rows:
        full = {"payee": "", "category": "", "account": "", "note": "", **row}
        if isinstance(full.get("parts"), list) and full["parts"]:
            # Often enough they are the whole, so that parts are tried and not only refused.
            full["amount"] = sum((part["amount"] for part in full["parts"]), Decimal())
        if "parts" in full and full["parts"] is not None:
            full["parts"] = Jsonb(full["parts"], dumps=_dumps)
        names = ", ".join(full)
        try:
            sql.execute(
                f"insert into finance.transactions ({names}) values ({', '.join(['%s'] * len(full))})".encode(),
                list(full.values()),
            )
        except psycopg.errors.CheckViolation:
            continue
    sql.execute("update finance.accounts set opening = %s", [opening])
    uneven = sql.execute(
        "select id, currency from finance.postings group by 1, 2 having sum(amount) <> 0"
    ).fetchall()
    assert uneven == []
    assert not any(sums(sql).values())
    # What the accounts hold is what came in less what went out, in rows of one currency.
    flows = sql.execute("select count(*) from finance.flows where flow is null and amount <> 0")
    assert flows.fetchone() == (0,)


def _dumps(value: Any) -> str:
    from pgc_lib.stores.documents_values import dumps

    return dumps(value)


WRONG: list[dict[str, Any]] = [
    {"nature": "gift"},
    {"other_account": "B", "nature": "refund"},
    {"other_account": "A"},
    {"other_amount": 5},
    {"other_currency": "USD"},
    {"other_account": "B", "other_amount": 99},
    {"other_account": "B", "other_amount": 99, "other_currency": "CNY"},
    {"other_account": "B", "other_amount": -14, "other_currency": "USD"},
    {"other_account": "B", "other_amount": 14, "other_currency": "usd"},
    {"parts": [{"amount": -99, "category": "x"}]},
    {"parts": []},
    {"parts": {"amount": -100, "category": "x"}},
    {"parts": "-100"},
    {"parts": [-100]},
    {"parts": [{"amount": "-100", "category": "x"}]},
    {"parts": [{"amount": -100}]},
    {"parts": [{"amount": -100, "category": 1}]},
    {"parts": [{"amount": -100, "account": ""}]},
    {"parts": [{"amount": -100, "category": "x", "account": "y"}]},
    {"parts": [{"amount": -100.00001, "category": "x"}, {"amount": 0.00001, "category": "x"}]},
    {"parts": [{"amount": -100, "category": "x"}], "nature": "transfer"},
    {"parts": [{"amount": -100, "category": "x"}], "other_account": "B"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_the_database_refuses_what_says_two_things(
    sql: psycopg.Connection[Any], wrong: dict[str, Any]
) -> None:
    """No client can write a row that would not be balanced, neither anew nor by a change."""
    plain = {"day": "2026-11-20", "amount": -100, "currency": "CNY", "payee": "", "category": "x"}
    plain |= {"account": "A", "note": ""}
    given = {k: Jsonb(v) if k == "parts" else v for k, v in wrong.items()}
    row = plain | given
    into = f"insert into finance.transactions ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})"
    with pytest.raises(psycopg.errors.CheckViolation):
        sql.execute(into.encode(), list(row.values()))
    into = f"insert into finance.transactions ({', '.join(plain)}) values ({', '.join(['%s'] * len(plain))})"
    sql.execute(into.encode(), list(plain.values()))
    change = ", ".join(f"{name} = %s" for name in given)
    with pytest.raises(psycopg.errors.CheckViolation):
        sql.execute(f"update finance.transactions set {change}".encode(), list(given.values()))
    assert sums(sql) == {"CNY": 0}


def test_postings_of_each_kind(finance: Finance, sql: psycopg.Connection[Any]) -> None:
    """What one line means by double entry: by itself, as a transfer, as a leg, abroad, in parts."""
    finance.add(day="2026-11-01", amount=-30, account="A", category="餐饮")
    assert postings(sql) == [
        ("account", "A", "CNY", Decimal(-30)),
        ("category", "餐饮", "CNY", Decimal(30)),
    ]
    sql.execute("delete from finance.transactions")
    finance.add(day="2026-11-01", amount=-500, account="A", other_account="B", category="转账")
    assert postings(sql) == [
        ("account", "A", "CNY", Decimal(-500)),
        ("account", "B", "CNY", Decimal(500)),
    ]
    sql.execute("delete from finance.transactions")
    finance.add(
        day="2026-11-01", amount=-710, account="A", other_account="B", other_amount=100, other_currency="USD"
    )  # fmt: skip
    assert postings(sql) == [
        ("account", "A", "CNY", Decimal(-710)),
        ("account", "B", "USD", Decimal(100)),
        ("exchange", "", "CNY", Decimal(710)),
        ("exchange", "", "USD", Decimal(-100)),
    ]
    sql.execute("delete from finance.transactions")
    finance.add(day="2026-11-01", amount=-5, account="A", nature="transfer")
    assert postings(sql) == [
        ("account", "A", "CNY", Decimal(-5)),
        ("transit", "", "CNY", Decimal(5)),
    ]
    sql.execute("delete from finance.transactions")
    parts = [{"amount": "-3200.50", "account": "房贷"}, {"amount": -1800, "category": "利息"}]
    finance.add(day="2026-11-01", amount="-5000.5", account="A", parts=parts)
    assert postings(sql) == [
        ("account", "A", "CNY", Decimal("-5000.5")),
        ("account", "房贷", "CNY", Decimal("3200.5")),
        ("category", "利息", "CNY", Decimal(1800)),
    ]
    spending = finance.spending().select("category", "amount").rows()
    assert spending == [("利息", Decimal(1800))], "principal is not spent"
    assert finance.accounts.count() == 3


def test_accounts_are_made_when_they_are_named(
    finance: Finance, sql: psycopg.Connection[Any]
) -> None:
    """By an import, by SQL, by a change; an account that is there already stays as it is."""
    finance.accounts.add(name="招商", type="bank", opening=1000)
    added = finance.add_many(
        [
            {"day": "2026-11-01", "amount": -1, "account": "招商"},
            {"day": "2026-11-01", "amount": -1, "account": "微信", "currency": "USD"},
            {"day": "2026-11-01", "amount": -1},
        ]
    )
    assert added.added == 3
    assert [(a.name, a.type, a.currency) for a in finance.accounts.find()] == [
        ("微信", "other", "USD"),
        ("招商", "bank", "CNY"),
    ]
    sql.execute("update finance.transactions set account = '现金' where account = ''")
    assert finance.accounts.count() == 3
    History(finance.session).undo_batch(added.batch, force=True)
    assert finance.accounts.count() == 3, "others may use them by now"
    assert finance.count() == 0


def test_the_last_change_is_the_transaction(finance: Finance, sql: psycopg.Connection[Any]) -> None:
    """A new account must not stand between a person and undoing what was just written."""
    finance.add(day="2026-11-01", amount=-1, account="新账户")
    kinds = [change.kind for change in History(finance.session).recent(limit=2)]
    assert kinds == ["finance.transactions", "finance.accounts"]
    assert sums(sql) == {"CNY": 0}


def test_the_views_show_what_the_person_may_see(
    person: Person, finance: Finance, sql: psycopg.Connection[Any]
) -> None:
    """Row security holds in the views: nothing of others, unless they share it."""
    finance.add(day="2026-11-01", amount=-30, account="A", category="餐饮")
    other = person("neighbour")
    with psycopg.connect(other.database.reveal(), autocommit=True) as theirs:
        for view in ("flows", "postings"):
            statement = f"select count(*) from finance.{view}".encode()
            assert theirs.execute(statement).fetchone() == (0,)
        share(finance.session, other, "finance", "see")
        seen = theirs.execute("select count(*) from finance.postings").fetchone()
    assert seen == (2,)
    assert sums(sql) == {"CNY": 0}


def test_who_may_edit_opens_accounts_for_the_owner(
    person: Person, finance: Finance, sql: psycopg.Connection[Any]
) -> None:
    """A transaction written for somebody else names an account of theirs."""
    helper = person("helper")
    share(finance.session, helper, "finance", "edit")
    Finance(helper).transactions.add(
        day="2026-11-01", amount=-30, account="B", owner=finance.session.person
    )
    assert [account.name for account in finance.accounts.find()] == ["B"]
    assert sql.execute("select count(*) from finance.postings").fetchone() == (2,)


def test_the_past_has_its_own_ledger(finance: Finance, sql: psycopg.Connection[Any]) -> None:
    """`lab.at(…)` sees postings and flows as they were, parts included."""
    kept = finance.add(day="2026-11-01", amount=-100, account="A", category="购物")
    finance.split(kept, {"餐饮": 60, "日用": None})
    then = datetime.now(UTC)
    finance.transactions.update(kept.id, parts=None, amount=-70)
    earlier = Finance(finance.session.as_of(then))
    assert earlier.spending().select("category", "amount").sort("category").rows() == [
        ("日用", Decimal(40)),
        ("餐饮", Decimal(60)),
    ]
    assert earlier.balance("A", "2026-11-02") == {"CNY": Decimal(-100)}
    assert finance.balance("A", "2026-11-02") == {"CNY": Decimal(-70)}
    assert finance.spending().select("category", "amount").rows() == [("购物", Decimal(70))]
    assert sums(sql) == {"CNY": 0}


def test_undoing_brings_parts_and_transfers_back(
    finance: Finance, sql: psycopg.Connection[Any]
) -> None:
    """History keeps a transaction whole, because it is one row."""
    kept = finance.add(day="2026-11-01", amount=-100, account="A", category="购物")
    whole = finance.split(kept, {"餐饮": 60, "日用": None})
    finance.remove(whole)
    history = History(finance.session)
    history.undo(history.recent(limit=1)[0].id)
    assert finance.get(whole.id).parts == whole.parts
    assert sums(sql) == {"CNY": 0}


def _session(house: House) -> Session:
    return house.person("bulk")


def test_many_lines_with_parts_at_once(house: House) -> None:
    """A bulk import takes parts and transfers, and is refused as a whole where they do not fit."""
    finance = Finance(_session(house))
    good = [
        {"day": "2026-11-01", "amount": -3, "parts": [{"amount": -1, "category": "a"}, {"amount": -2, "category": "b"}]},
        {"day": "2026-11-01", "amount": -3, "account": "A", "other_account": "B"},
        {"day": "2026-11-01", "amount": -3, "category": "a"},
    ]  # fmt: skip
    assert finance.add_many(good).added == 3
    assert finance.spending().select("category", "amount").sort("category").rows() == [
        ("a", Decimal(4)),
        ("b", Decimal(2)),
    ]
