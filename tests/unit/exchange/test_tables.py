"""Tables of any make: guessed, corrected, remembered; broken, huge or hostile ones told of."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.errors import Invalid
from pgc_lib.exchange import habits
from pgc_lib.exchange.encodings import blocks, encoding_of
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A lab in which little is kept."""
    return house.lab(person())


def keep(folder: Path, text: str, encoding: str = "utf-8", name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def seen(lab: Lab, path: Path, **options: Any) -> list[tuple[str, Decimal, str]]:
    frame = lab.import_file(path, **options).frame
    return [(str(row["day"]), row["amount"], row["payee"]) for row in frame.iter_rows(named=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("日期,商户,收入,支出,余额\n2026/1/2,店,,\"1,234.50\",9\n2026/1/3,公司,10,,19\n",
         [("2026-01-02", Decimal("-1234.5"), "店"), ("2026-01-03", Decimal(10), "公司")]),
        ("Date;Description;Amount\n31.12.2025;Käse;(1.234,56)\n02.01.2026;Lohn;2.000,00\n",
         [("2025-12-31", Decimal("-1234.56"), "Käse"), ("2026-01-02", Decimal(2000), "Lohn")]),
        ("Date\tDescription\tAmount\n12/31/2025\tx\t$5.00-\n01/02/2026\ty\t+1\n",
         [("2025-12-31", Decimal(-5), "x"), ("2026-01-02", Decimal(1), "y")]),
        ("交易时间|对方|借贷|金额\n20260102 101010|店|借|5元\n20260103 101010|友|贷|7元\n",
         [("2026-01-02", Decimal(-5), "店"), ("2026-01-03", Decimal(7), "友")]),
        ("some bank\n\nWhen,What it was,How much\n3 Jan 2026,tea,-1.10\n4 Jan 2026,milk,-2.20\n",
         [("2026-01-03", Decimal("-1.1"), "tea"), ("2026-01-04", Decimal("-2.2"), "milk")]),
    ],
)  # fmt: skip
def test_columns_and_habits_are_guessed(
    lab: Lab, tmp_path: Path, text: str, expected: list[tuple[str, Decimal, str]]
) -> None:
    """By names in both languages and by values: separators, orders of days, commas, parentheses, two columns."""
    assert seen(lab, keep(tmp_path, text)) == expected


def test_one_day_written_wrongly_does_not_hide_the_others(lab: Lab, tmp_path: Path) -> None:
    """In a short table it is more than a tenth of all."""
    path = keep(
        tmp_path, "When,Who,How much\n2026-01-02,a,1\n2026-13-99x,b,2\nsoon,c,3\n2026-01-05,d,4\n"
    )
    shown = lab.import_file(path)
    assert shown.frame["payee"].to_list() == ["a", "d"]
    assert shown.failing["line"].to_list() == [3, 4]


def test_a_mapping_is_shown_corrected_and_remembered(lab: Lab, tmp_path: Path) -> None:
    """The next file with the same heading needs no correction."""
    path = keep(tmp_path, "A,B,C\n01/02/2026,bread,5\n03/02/2026,milk,6\n")
    first = lab.import_file(path, mapping={"A": "day", "B": "note", "C": "amount"}, order="DMY")
    assert "A → day" in first.told["Columns"]
    done = first.accept()
    assert done.added == 2
    other = keep(tmp_path, "A,B,C\n04/05/2026,tea,7\n", name="next.csv")
    again = lab.import_file(other).frame
    assert [(str(row["day"]), row["note"]) for row in again.iter_rows(named=True)] == [
        ("2026-05-04", "tea")
    ]
    lab.history.undo_batch(done.batch)
    assert lab.imports.layouts.count() == 0, "what the import left behind goes with it"


def test_what_the_values_leave_open_is_said(lab: Lab, tmp_path: Path) -> None:
    """1/2 may be the first of February or the second of January."""
    told = lab.import_file(keep(tmp_path, "Date,Name,Amount\n1/2/2026,x,5\n")).told
    assert "DMY" in str(told.get("Dates"))


def test_other_kinds_are_known_by_their_columns(lab: Lab, tmp_path: Path) -> None:
    """A list of tasks becomes to-dos."""
    path = keep(tmp_path, "任务,截止,项目\n写周报,2026-05-01,求职\n")
    preview = lab.import_file(path)
    assert preview.kinds[0].part.kind == "todos.items"
    assert preview.accept().added == 1
    assert lab.import_file(path).known == 1


def test_failing_rows_wait_and_are_repaired(lab: Lab, tmp_path: Path) -> None:
    """At once, or after the import; each with its line and reason."""
    path = keep(
        tmp_path,
        "日期,商户,金额\n2026-07-01,好,1\n2026-99-01,坏日子,2\n2026-07-03,坏金额,abc\n2026-07-04,坏金额二,--\n",
    )
    preview = lab.import_file(path)
    assert (preview.new, preview.wrong) == (1, 3)
    failing = preview.failing
    assert failing["line"].to_list() == [3, 4, 5]
    assert all(failing["reason"].str.len_chars() > 5)
    fixed = failing.filter(pl.col("line") == 3).with_columns(day=pl.lit("2026-07-02"))
    preview.repair(fixed)
    assert (preview.new, preview.wrong) == (2, 2)
    done = preview.accept()
    assert done.added == 2
    waiting = lab.imports.waiting("t.csv")
    assert waiting["line"].to_list() == [4, 5]
    right = pl.when(pl.col("line") == 4).then(pl.lit("3")).otherwise(pl.col("amount"))
    kept = lab.imports.keep(waiting.with_columns(right.alias("amount")))
    assert (kept.added, kept.refused) == (1, 1)
    assert lab.imports.waiting("t.csv")["line"].to_list() == [5]
    lab.history.undo_batch(kept.batch)
    lab.history.undo_batch(done.batch)
    assert lab.finance.count(payee="好") == 0 and lab.imports.waiting("t.csv").is_empty()


def test_more_failing_rows_than_are_spelled_out(lab: Lab, tmp_path: Path) -> None:
    """All of them are kept for repair, and none of them is booked."""
    lines = "".join(f"2026-07-01,x{n},{'abc' if n % 2 else n}\n" for n in range(5000))
    preview = lab.import_file(
        keep(tmp_path, "日期,商户,金额\n" + lines), mapping={"金额": "amount"}
    )
    assert (preview.new, preview.wrong, len(preview.problems)) == (2500, 2500, 1000)


def test_merged_cells_say_their_value_in_each_row(lab: Lab, tmp_path: Path) -> None:
    """A day over several lines of a spreadsheet, below a title over all columns."""
    path = tmp_path / "m.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 2, "流水")
    sheet.write_row(1, 0, ["日期", "商户", "金额"])
    sheet.merge_range(2, 0, 3, 0, "2026-05-01")
    sheet.write_row(2, 1, ["早饭", -5.5])
    sheet.write_row(3, 1, ["午饭", -12])
    book.close()
    assert seen(lab, path) == [
        ("2026-05-01", Decimal("-5.5"), "早饭"),
        ("2026-05-01", Decimal(-12), "午饭"),
    ]


def test_a_stray_quote_and_a_short_line_harm_no_other(lab: Lab, tmp_path: Path) -> None:
    """Each line is read by itself where quotes do not match."""
    text = '日期,商户,金额\n2026-05-01,5" 屏,1\n2026-05-02,"开了头,2\n2026-05-03\n2026-05-04,好,4\n'
    preview = lab.import_file(keep(tmp_path, text))
    rows = {row["payee"]: row["amount"] for row in preview.frame.iter_rows(named=True)}
    assert rows["好"] == 4 and rows['5" 屏'] == 1
    assert preview.wrong == 2


def test_lines_with_another_separator_are_told_and_nothing_is_half_kept(
    lab: Lab, tmp_path: Path
) -> None:
    """Two files pasted together: the half that is none of this table is listed with its lines, and waits."""
    text = (
        "日期,商户,金额\n2026-05-01,甲,-1.00\n2026-05-02;乙;-2,00\n2026-05-03\t丙\t-3.00\n2026-05-04,丁,-4.00\n"
        "2026-05-05,戊,（四块）\n"
    )
    preview = lab.import_file(keep(tmp_path, text))
    assert (preview.new, preview.wrong) == (2, 3)
    assert preview.failing["line"].to_list() == [3, 4, 6]
    assert all(preview.failing["reason"].to_list()) and len(preview.problems) >= 3
    assert lab.finance.count() == 0, "nothing is kept before it is accepted"
    done = preview.accept()
    assert done.added == 2 and lab.imports.failing.count() == 3
    lab.history.undo_batch(done.batch)
    assert (lab.finance.count(), lab.imports.failing.count()) == (0, 0)


def test_bytes_of_another_encoding_are_told(lab: Lab, tmp_path: Path) -> None:
    """A file that is half UTF-8 and half GBK keeps its good half, and the rest is listed as wrong."""
    path = tmp_path / "half.csv"
    good = "日期,商户,金额\n2026-05-01,好,1\n".encode()
    path.write_bytes(good + "2026-05-02,坏,2\n".encode("gb18030"))
    preview = lab.import_file(path, encoding="utf-8")
    assert preview.frame["payee"].to_list() == ["好"]
    assert preview.failing["line"].to_list() == [3] and "�" in preview.failing["payee"][0]


def test_one_giant_line_is_no_table(lab: Lab, tmp_path: Path) -> None:
    """It is refused before it fills the memory."""
    path = tmp_path / "line.csv"
    path.write_bytes(b"a,b," * (10 << 20))
    with pytest.raises(Invalid):
        lab.import_file(path)
    with path.open("wb") as file:
        file.write("日期,商户,金额\n2026-01-01,x,1\n".encode())
        for _piece in range(160):
            file.write(b"abcd" * (1 << 18))
    with pytest.raises(Invalid, match="MB"):
        lab.import_file(path)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12), min_size=1, max_size=40),
    st.integers(8, 64),
    st.sampled_from(["utf-8", "utf-16", "gb18030"]),
)  # fmt: skip
def test_blocks_are_the_file(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], size: int, encoding: str
) -> None:
    """Whatever the size of the blocks, no byte is lost and no quoted cell is cut."""
    text = "".join('"' + line.replace('"', '""') + '"\n' for line in lines)
    path = tmp_path_factory.mktemp("b") / "x.csv"
    path.write_text(text, encoding=encoding)
    found = b"".join(blocks(path, encoding, size)).decode().removeprefix("\ufeff")
    assert found == text.removeprefix("\ufeff")


_ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "cp1252"]


@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_the_encoding_is_told_from_the_bytes(tmp_path: Path, encoding: str) -> None:
    """Also where the special characters come after a megabyte of plain ones."""
    text = "交易日期,金额,账户,余额\n"
    if encoding == "big5":
        text = "交易日期,金額,餘額\n帳戶,明細\n"
    if encoding == "cp1252":
        text = "Empfänger;Betrag\nMüller & Söhne;5\n"
    path = keep(tmp_path, text, encoding)
    assert path.read_bytes().decode(encoding_of(path)).lstrip("\ufeff") == text
    if encoding not in ("utf-16", "utf-8-sig"):
        path.write_bytes(b"a,b\n" * 300_000 + text.encode(encoding))
        assert text in path.read_bytes().decode(encoding_of(path))


@settings(max_examples=6, deadline=None)
@given(st.lists(st.dates(date(1990, 1, 1), date(2026, 1, 1)), min_size=1, max_size=20))
def test_days_are_read_back_in_every_order(days: list[date]) -> None:
    """Given the order, whatever the separator."""
    forms = (
        ("YMD", "%Y/%m/%d"),
        ("DMY", "%d.%m.%Y"),
        ("MDY", "%m/%d/%Y"),
        ("YMD", "%Y%m%d"),
        ("DMY", "%d %b %Y"),
    )
    for order, form in forms:
        texts = pl.Series("d", [day.strftime(form) for day in days])
        read = texts.to_frame().select(habits.as_day(pl.col("d"), order)).to_series()
        assert read.to_list() == [str(day) for day in days], (order, form)


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [("1,234.50", ".", "1234.50"), ("1.234,50", ",", "1234.50"), ("(5.00)", ".", "-5.00"), ("5.00-", ".", "-5.00"),
     ("￥１２．５", ".", "12.5"), ("1 234,5 €", ",", "1234.5"), ("12.00 DR", ".", "-12.00"), ("+7", ".", "7"),
     ("−3", ".", "-3"), ("", ".", ""), ("$(3.10)", ".", "-3.10")],
)  # fmt: skip
def test_amounts_as_people_write_them(text: str, mark: str, expected: str) -> None:
    """Thousands, signs of currency, parentheses, a minus behind."""
    frame = pl.DataFrame({"a": [text]})
    assert frame.select(habits.as_amount(pl.col("a"), mark)).item() == expected


_STREAMED = """
import sys
sys.path.insert(0, {root!r})
import polars
from pathlib import Path
from pgc_lib.exchange.opening import Opened
from pgc_lib.exchange.mapping import _heading
from tests.support.memory import peak_megabytes
table = Opened(Path({path!r}), block=8 << 20)
rows = sum(frame.height for frame in table.tables(_heading(table)))
print(rows, peak_megabytes())
"""


@pytest.mark.slow
def test_a_large_file_is_streamed(tmp_path: Path) -> None:
    """Four hundred megabytes pass through a process that never has as much."""
    path = tmp_path / "large.csv"
    block = "2026-05-01,某商户,-12.50,一些说明文字一些说明文字\n".encode() * 20_000
    count = 0
    with path.open("wb") as file:
        file.write("日期,商户,金额,备注\n".encode())
        while file.tell() < 400 << 20:
            file.write(block)
            count += 20_000
    code = _STREAMED.format(root=str(ROOT), path=str(path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows, peak = done.stdout.split()
    assert int(rows) == count and float(peak) < 350


def test_the_same_table_brings_nothing_twice(lab: Lab, tmp_path: Path) -> None:
    """A mapping is remembered at the first time and read back at the second; the lines must stay the same lines."""
    file = tmp_path / "statement.csv"
    file.write_text(
        "Date,Amount,Payee,Note\n2026-11-02,-12.50,Bakery,bread\n2026-11-04,-36,Bookshop,dictionary\n"
    )
    assert lab.import_file(file).accept().added == 2
    again = lab.import_file(file)
    assert (again.new, again.known) == (0, 2)
