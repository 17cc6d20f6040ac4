"""Out and in again: what was written comes back as it was, and no spreadsheet takes it for a formula."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pgc_lib.errors import Invalid
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

ROWS: list[dict[str, Any]] = [
    {"day": "2026-01-01", "amount": "-12.3456", "payee": "=cmd|' /C calc'!A0", "category": "餐饮", "account": "招商银行(1234)", "note": '"引号" ; 和 \\ 斜杠', "reference": "a"},
    {"day": "2026-01-02", "amount": "99999999999999.9999", "payee": "@SUM(1)", "category": "工资", "account": "", "note": "-2+3", "reference": "b"},
    {"day": "2026-01-03", "amount": "5", "payee": "店", "category": "餐饮", "account": "微信", "note": "", "reference": "c", "nature": "refund"},
    {"day": "2026-01-04", "amount": "-100", "payee": "", "category": "", "account": "招商银行(1234)", "other_account": "余额宝", "nature": "transfer", "note": "转入", "reference": "d"},
    {"day": "2026-01-05", "amount": "-10", "payee": "超市", "account": "现金", "note": "", "reference": "e",
     "parts": [{"amount": "-6", "category": "餐饮"}, {"amount": "-4", "account": "押金", "note": "瓶子"}]},
    {"day": "2026-01-06", "amount": "-71", "payee": "", "account": "招商银行(1234)", "other_account": "美元", "other_amount": "10", "other_currency": "USD", "nature": "transfer", "note": "", "reference": "f"},
]  # fmt: skip
PLAIN = ("day", "amount", "currency", "payee", "category", "account", "note", "reference")


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A lab with a little money in it."""
    made = house.lab(person())
    known = made.finance.transactions.spec.fields
    for row in ROWS:
        made.finance.add(**{name: value for name, value in row.items() if name in known})
    return made


@pytest.fixture
def other(house: House, person: Person) -> Lab:
    """An empty lab."""
    return house.lab(person())


def told(lab: Lab, names: tuple[str, ...] = PLAIN) -> list[tuple[Any, ...]]:
    return [
        tuple(getattr(one, name) for name in names) for one in lab.finance.find(order="reference")
    ]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_plain_files_round_trip(lab: Lab, other: Lab, tmp_path: Path, ending: str) -> None:
    """Through the area's own reader, apostrophes and all."""
    path = lab.export(tmp_path / f"money{ending}")
    done = other.finance.import_file(path)
    assert done.result.added == len(ROWS), done.result.problems
    assert told(other) == told(lab)


def test_a_spreadsheet_round_trips_and_holds_no_formula(
    lab: Lab, other: Lab, tmp_path: Path
) -> None:
    """Texts are texts in it, whatever they begin with; amounts are exact up to fifteen digits."""
    path = lab.export(tmp_path / "money.xlsx", amount=Decimal("-12.3456"))
    cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert cells[1][3] == "=cmd|' /C calc'!A0"
    with __import__("zipfile").ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert other.import_file(path).accept().added == 1
    assert told(other) == [row for row in told(lab) if row[1] == Decimal("-12.3456")]


def test_csv_is_guarded(lab: Lab, tmp_path: Path) -> None:
    """Every text that a spreadsheet would evaluate has an apostrophe in front."""
    text = lab.export(tmp_path / "money.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd" in text and "'@SUM" in text and "'-2+3" in text


def test_json_round_trips(lab: Lab, other: Lab, tmp_path: Path) -> None:
    """An array of objects, with exact amounts."""
    import json

    rows = json.loads(lab.export(tmp_path / "money.json").read_text(encoding="utf-8"))
    other.finance.add_many([{name: row[name] for name in PLAIN} for row in rows])
    assert told(other) == told(lab)


def test_beancount_round_trips(lab: Lab, other: Lab, tmp_path: Path) -> None:
    """Transfers, parts, refunds, empty names and odd characters included."""
    path = lab.export(tmp_path / "money.beancount")
    seen = other.import_file(path)
    assert not seen.problems, seen.problems
    assert seen.accept().added == len(ROWS)
    names = [name for name in lab.finance.transactions.spec.fields if name != "linked"]
    assert told(other, tuple(names)) == told(lab, tuple(names))


def test_qif_round_trips_what_it_can_say(lab: Lab, other: Lab, tmp_path: Path) -> None:
    """Days, amounts, payees, categories and accounts."""
    path = lab.export(tmp_path / "money.qif", category="餐饮")
    assert other.import_file(path).accept().added == 2
    assert {(one.amount, one.account) for one in other.finance.find()} == {
        (Decimal("-12.3456"), "招商银行(1234)"),
        (Decimal(5), "微信"),
    }


def test_an_unknown_ending_is_refused_with_the_known_ones(lab: Lab, tmp_path: Path) -> None:
    """Beancount is for money only."""
    with pytest.raises(Invalid, match="xlsx"):
        lab.export(tmp_path / "x.docx")
    with pytest.raises(Invalid, match="parquet"):
        lab.export(tmp_path / "x.beancount", "todos.items")
