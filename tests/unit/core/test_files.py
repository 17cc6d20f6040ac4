"""Plain files: recognised columns, tolerant of how people write, nothing half-imported, out and in again."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.errors import Invalid
from pgc_lib.lab import Lab


@pytest.fixture
def lab(person: Callable[..., Any]) -> Lab:
    """An empty lab."""
    return Lab(person("importer"))


CHINESE = (
    "日期,金额,交易对方,分类,备注,没有的列\n"
    "2026/11/3,¥-38.50,瑞幸咖啡,餐饮,拿铁,x\n"
    '2026年11月4日,"-1,280.00",青禾小学,教育,,x\n'
    "2026-13-01,-5,坏日期,餐饮,,x\n"
    "2026-11-05 08:30:00,(66.6),聚点火锅,聚会,,x\n"
    "2026-11-06,abc,坏金额,餐饮,,x\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_csv_in_any_encoding(lab: Lab, tmp_path: Path, encoding: str) -> None:
    """Columns by their Chinese titles, amounts and dates as people write them, wrong rows listed."""
    path = tmp_path / "bill.csv"
    path.write_bytes(CHINESE.encode(encoding))
    done = lab.finance.transactions.import_file(path)
    assert done.matched["日期"] == "day"
    assert done.ignored == ("没有的列",)
    assert (done.result.added, done.result.refused) == (3, 2)
    assert sorted(problem.row or 0 for problem in done.result.problems) == [3, 5]
    amounts = {row.payee: row.amount for row in lab.finance.find()}
    assert amounts == {
        "瑞幸咖啡": Decimal("-38.5"),
        "青禾小学": Decimal("-1280"),
        "聚点火锅": Decimal("-66.6"),
    }
    lab.history.undo_batch(done.result.batch)
    assert lab.finance.count() == 0


def test_all_or_nothing_when_asked(lab: Lab, tmp_path: Path) -> None:
    """With keep_valid=False one wrong row keeps the whole file out."""
    path = tmp_path / "bill.csv"
    path.write_text(CHINESE, encoding="utf-8")
    with pytest.raises(Invalid):
        lab.finance.transactions.import_file(path, keep_valid=False)
    assert lab.finance.count() == 0


def test_the_same_file_twice_adds_nothing(lab: Lab, tmp_path: Path) -> None:
    """Rows with a reference are recognised."""
    path = tmp_path / "rows.csv"
    path.write_text("day;amount;reference\n2026-11-03;5;a\n2026-11-04;6;b\n", encoding="utf-8")
    assert lab.finance.transactions.import_file(path).result.added == 2
    again = lab.finance.transactions.import_file(path).result
    assert (again.added, again.skipped) == (0, 2)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_out_and_in_again(
    lab: Lab, person: Callable[..., Any], tmp_path: Path, ending: str
) -> None:
    """What is exported comes back equal in another lab, exact amounts, lists and dates included."""
    lab.todos.add(title='引号 " , 换行\n=1+1', due="2026-11-20", tags=["a", "重要"], minutes=5)
    lab.todos.add(title="plain", done=True)
    path = lab.todos.items.export(tmp_path / f"todos.{ending}")
    other = Lab(person("reader"))
    assert other.todos.items.import_file(path).result.refused == 0
    told = sorted(
        (todo.title, todo.due, todo.done, todo.tags, todo.minutes) for todo in other.todos.find()
    )
    assert told == sorted(
        (todo.title, todo.due, todo.done, todo.tags, todo.minutes) for todo in lab.todos.find()
    )


def test_no_formula_leaves_in_a_csv(lab: Lab, tmp_path: Path) -> None:
    """A payee that is a formula is disarmed for spreadsheets."""
    lab.finance.add(day="2026-11-03", amount=1, payee='=HYPERLINK("http://x")')
    path = lab.finance.transactions.export(tmp_path / "out.csv")
    assert "'=HYPERLINK" in path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("name", "content"),
    [("bill.xyz", b"a,b"), ("bill.csv", b"\xff\x00\x81\x8d"), ("bill.parquet", b"PAR1 cut"), ("bill.csv", b"foo,bar\n1,2\n")],
)  # fmt: skip
def test_files_that_cannot_be_read_say_why(
    lab: Lab, tmp_path: Path, name: str, content: bytes
) -> None:
    """Unknown ending, binary rubbish, a truncated file, no known column: an error with the next step."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        lab.finance.transactions.import_file(path)
    assert caught.value.problems and caught.value.next_step
