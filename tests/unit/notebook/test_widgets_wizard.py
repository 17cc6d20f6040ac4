"""Taking in a file by deeds: looked at, corrected, kept, taken back; passwords, tables of no known format, names that lead out."""

from pathlib import Path

import pytest
import pyzipper  # type: ignore[import-untyped, unused-ignore]

from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.notebook.live import Upload
from pgc_lib.notebook.widgets.wizard import Wizard
from tests.support.lab import House, Person

_BILL = "Date,Payee,Amount,Note\n2026-11-01,Bakery,-3.50,bread\n2026-11-02,<b>Market</b>,-12.00,\n2026-11-99,Cinema,-9.00,film\n"
_PLAIN = "Date,Payee,Amount\n2026-10-01,Shop,-5.00\n2026-10-02,Cafe,-3.00\n"


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A new person's lab."""
    return house.lab(person("wizard"))


@pytest.fixture
def wizard(lab: Lab) -> Wizard:
    """A wizard at its first step."""
    made: Wizard = lab.imports.wizard()
    return made


def taken(wizard: Wizard, folder: Path, content: str | bytes, name: str = "bill.csv") -> None:
    """Drop a file and wait until it was looked at."""
    path = folder / "0"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    wizard.do("take", files=[Upload(name, path)])
    waited(wizard)


def waited(wizard: Wizard) -> None:
    """Until nothing goes on beside the page."""
    assert wizard.work is not None
    wizard.work.wait()


def test_a_bill_is_corrected_kept_and_taken_back(wizard: Wizard, lab: Lab, tmp_path: Path) -> None:
    """The wrong line is told with its reason; a second look knows what is kept; undoing takes all of it."""
    assert "Drop a file here" in wizard.html
    taken(wizard, tmp_path, _BILL)
    assert wizard.preview is not None
    assert (wizard.preview.new, wizard.preview.wrong) == (2, 1)
    assert "<b>Market" not in wizard.html
    assert "&lt;b&gt;Market" in wizard.html
    row = wizard.preview.failing.row(0, named=True)
    wizard.do("repair", line=row["line"], kind=row["kind"], f_day="nonsense")
    assert wizard.preview.wrong == 1
    wizard.do("repair", line=row["line"], kind=row["kind"], f_day="2026-11-09")
    assert (wizard.preview.new, wizard.preview.wrong) == (3, 0)
    wizard.do("keep")
    waited(wizard)
    assert wizard.result is not None
    assert wizard.result.added == 3
    assert lab.finance.transactions.count(payee="Cinema") == 1
    taken(wizard, tmp_path, "".join(_BILL.splitlines(keepends=True)[:3]), "again.csv")
    assert wizard.preview.new == 0
    assert "Nothing new is in this file." in wizard.html
    wizard.do("another")
    assert "bill.csv" in wizard.html  # taken in lately
    run = wizard.earlier()[0]
    wizard.do("undo", batch=str(run.batch_of))
    assert "taken back" in wizard.said
    assert lab.finance.transactions.count(payee="Cinema") == 0
    wizard.close()


def test_a_wrong_row_is_put_right_in_fields_of_its_own(wizard: Wizard, tmp_path: Path) -> None:
    """A day with its calendar, a choice among its choices, an amount as one writes it; each says how it is understood."""
    taken(wizard, tmp_path, "date,amount,payee,nature\n2026-11-99,-9x,Cinema,gift?\n2026-11-02,-1,Kiosk,\n", "odd.csv")  # fmt: skip
    wizard.do("of_kind", value="finance.transactions")
    wizard.do("read_so", c0="day", c1="amount", c2="payee", c3="nature")
    waited(wizard)
    assert wizard.preview is not None and wizard.preview.wrong == 1
    row = wizard.preview.failing.row(0, named=True)
    where = {"line": row["line"], "kind": row["kind"]}
    html = wizard.html
    assert 'type="date"' in html and "pgc-f-radio" in html and 'name="f_nature"' in html
    assert "The file says “gift?”" in html
    wizard.do("amend", field="day", value="11/9", on="change", **where)
    wizard.do("amend", field="amount", value="¥1,234.5-", **where)
    assert "Nov 2026" in wizard.html and "this must be an amount" in wizard.html
    wizard.do(
        "repair", **where, f_day="2026-11-09", f_amount="−¥1,234.5", f_payee="Cinema", f_nature=""
    )
    assert wizard.preview.wrong == 0, wizard.preview.failing
    found = wizard.preview.frame.filter(payee="Cinema").row(0, named=True)
    assert (found["day"].isoformat(), str(found["amount"])) == ("2026-11-09", "-1234.5000")
    wizard.do("amend", field="../x", value="1", line=1, kind="nothing")
    wizard.close()


def test_a_table_of_no_known_format_is_explained_by_the_person(
    wizard: Wizard, tmp_path: Path
) -> None:
    """What is left out stays out; days are read in the order that is said; it is remembered for the next file."""
    taken(wizard, tmp_path, "wann,wieviel,wem\n03/04/26,5,A\n05/06/26,7,B\n", "odd.csv")
    assert wizard.sheet is not None
    wizard.do("of_kind", value="finance.transactions")
    wizard.do("read_so", c0="day", c1="amount", c2="", order="DMY", account="Cash")
    waited(wizard)
    assert wizard.preview is not None, wizard.trouble
    days = wizard.preview.frame["day"].to_list()
    assert [day.isoformat() for day in days] == ["2026-04-03", "2026-06-05"]
    assert wizard.preview.frame["payee"].unique().to_list() == [""]
    assert wizard.preview.frame["account"].unique().to_list() == ["Cash"]
    wizard.do("read_so", c0="payee", c1="", c2="")
    waited(wizard)
    assert wizard.trouble
    assert "Which column is what" in wizard.html
    wizard.close()


def test_an_archive_asks_for_its_password(wizard: Wizard, tmp_path: Path) -> None:
    """On the page, never in the terminal; a wrong one is said to be wrong."""
    path = tmp_path / "locked.zip"
    with pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"123456")
        archive.writestr("inner.csv", _PLAIN)
    taken(wizard, tmp_path, path.read_bytes(), "locked.zip")
    assert wizard.locked
    assert "does not open" not in wizard.html
    wizard.do("unlock", password="1")
    waited(wizard)
    assert wizard.locked
    assert "does not open" in wizard.html
    wizard.do("unlock", password="123456")
    waited(wizard)
    assert wizard.preview is not None
    assert wizard.preview.new == 2
    wizard.close()


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.csv", "..\\..\\x.csv", "/abs.csv", "名" * 300 + ".csv", "\0.csv", "..", ""],
)
def test_a_name_leads_nowhere(wizard: Wizard, tmp_path: Path, name: str) -> None:
    """A browser may say any name."""
    taken(wizard, tmp_path, _PLAIN, name)
    assert wizard.path is not None
    assert wizard._folder is not None
    assert wizard.path.resolve().is_relative_to(Path(wizard._folder.name).resolve())
    wizard.close()


def test_what_cannot_be_read_is_a_sentence_and_the_next_file_goes_on(
    wizard: Wizard, tmp_path: Path
) -> None:
    """Several files wait for one another; without a page nothing is left behind."""
    (tmp_path / "a").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "b").write_text(_PLAIN)
    wizard.do("take", files=[Upload("x.bin", tmp_path / "a"), Upload("b.csv", tmp_path / "b")])
    waited(wizard)
    assert wizard.trouble
    assert "x.bin" in wizard.html
    wizard.do("another")
    waited(wizard)
    assert wizard.name == "b.csv"
    folder = Path(wizard._folder.name)  # type: ignore[union-attr]
    wizard.close()
    assert not folder.exists()


def test_it_speaks_chinese(wizard: Wizard) -> None:
    """Every word of the first step."""
    with in_lang("zh-CN"):
        assert "把文件拖到这里" in wizard.html
