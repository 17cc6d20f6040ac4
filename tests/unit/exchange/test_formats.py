"""OFX, QIF, CAMT.053 and beancount: what each says, what it leaves open, and what is wrong with a file."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.errors import Invalid
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

OFX1 = """\
OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260301<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>111<ACCTID>222<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101<DTEND>20260131
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260105120000[-5:EST]<TRNAMT>-12.50<FITID>A1<NAME>Coffee &amp; Co<MEMO>two cups</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260131<TRNAMT>+1000.00<FITID>A2<NAME>Employer</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
OFX2 = """\
<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>EUR</CURDEF><CCACCTFROM><ACCTID>4000</ACCTID></CCACCTFROM>
<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20260105</DTPOSTED><TRNAMT>-7,25</TRNAMT><FITID>9</FITID><NAME>Käse</NAME></STMTTRN></BANKTRANLIST>
</CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
"""
QIF = """\
!Account
NChecking
TBank
^
!Type:Bank
D1/13'26
T-1,234.50
PLandlord
LRent
^
D1/5'26
T25.00
PShop
MReturned
LGroceries
^
D1/6'26
T-100.00
PSavings
L[Savings]
^
!Type:Cat
NRent
^
"""
CAMT = """\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><IBAN>DE02</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">12.30</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-01</Dt></BookgDt><AcctSvcrRef>R1</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Cdtr><Pty><Nm>Bäckerei</Nm></Pty></Cdtr></RltdPties><RmtInf><Ustrd>Brot</Ustrd><Ustrd>und Käse</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>R2</AcctSvcrRef>
<NtryDtls><TxDtls><Amt Ccy="EUR">10.00</Amt><RltdPties><Dbtr><Nm>A</Nm></Dbtr></RltdPties></TxDtls><TxDtls><Amt Ccy="EUR">20.00</Amt><RltdPties><Dbtr><Nm>B</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts><BookgDt><Dt>2026-03-03</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""
BEANCOUNT = """\
option "title" "Mine"
; a comment; with "quotes"
2026-01-01 open Assets:Bank CNY
2026-01-02 * "小面馆" "午餐; 加蛋" #food ^link-1
  orderId: "12345"
  Assets:Bank          -28.50 CNY
  Expenses:Food
2026-01-03 ! "Transfer"
  Assets:Bank         -100.00 CNY
  Assets:Savings       100.00 CNY
2026-01-04 * "Market" "several"
  Liabilities:Card     -30.00 CNY
  Expenses:Food         10 + 10 CNY
  Expenses:Home         10.00 CNY
2026-01-05 * "Not balanced"
  Assets:Bank          -10.00 CNY
  Expenses:Food          9.00 CNY
2026-01-06 price USD 7.1 CNY
2026-01-07 * "Dollars"
  Assets:Bank         -71.00 CNY
  Assets:Dollars       10.00 USD @ 7.10 CNY
this is nothing
"""


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A lab that keeps nothing of what is looked at."""
    return house.lab(person())


def keep(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def rows(lab: Lab, path: Path, **options: Any) -> list[tuple[str, Decimal, str, str, str]]:
    frame = lab.import_file(path, **options).frame.sort("day", "amount")
    return [
        (str(row["day"]), row["amount"], row["currency"], row["payee"], row["account"])
        for row in frame.iter_rows(named=True)
    ]


def test_ofx_in_both_forms(lab: Lab, tmp_path: Path) -> None:
    """SGML without closing tags, and XML; the bank's own numbers are the references."""
    first = keep(tmp_path, "a.qfx", OFX1, "cp1252")
    assert rows(lab, first) == [
        ("2026-01-05", Decimal("-12.5"), "USD", "Coffee & Co", "222"),
        ("2026-01-31", Decimal(1000), "USD", "Employer", "222"),
    ]
    assert set(lab.import_file(first).frame["reference"]) == {"ofx:111:222:A1", "ofx:111:222:A2"}
    second = keep(tmp_path, "b.ofx", OFX2)
    assert rows(lab, second) == [("2026-01-05", Decimal("-7.25"), "EUR", "Käse", "4000")]


def test_qif_is_read_and_says_what_it_does_not_say(lab: Lab, tmp_path: Path) -> None:
    """The order of day and month is told by the whole file; transfers to own accounts are no spending."""
    path = keep(tmp_path, "a.qif", QIF)
    assert rows(lab, path, currency="USD") == [
        ("2026-01-05", Decimal(25), "USD", "Shop", "Checking"),
        ("2026-01-13", Decimal("-1234.5"), "USD", "Landlord", "Checking"),
    ]
    seen = lab.import_file(path)
    assert seen.omitted == 1 and any("CAT" in problem.place for problem in seen.problems)
    assert any("CNY" in str(value) for value in seen.told.values())


def test_camt_books_each_payment_of_a_collected_booking(lab: Lab, tmp_path: Path) -> None:
    """What is pending is left out; the other party and the purpose are found in either version's place."""
    path = keep(tmp_path, "a.xml", CAMT)
    assert rows(lab, path) == [
        ("2026-03-01", Decimal("-12.3"), "EUR", "Bäckerei", "DE02"),
        ("2026-03-02", Decimal(10), "EUR", "A", "DE02"),
        ("2026-03-02", Decimal(20), "EUR", "B", "DE02"),
    ]
    seen = lab.import_file(path)
    assert seen.omitted == 1
    assert sorted(seen.frame["reference"]) == ["camt:DE02:R1", "camt:DE02:R2:1", "camt:DE02:R2:2"]


def test_beancount_becomes_lines_transfers_and_parts(lab: Lab, tmp_path: Path) -> None:
    """Every directive is kept, counted or listed with its line; what does not balance is not booked."""
    path = keep(tmp_path, "a.beancount", BEANCOUNT)
    seen = lab.import_file(path)
    assert [problem.place for problem in seen.problems] == ["line 22", "line 15"]
    by_name = {row["payee"] or row["note"]: row for row in seen.frame.iter_rows(named=True)}
    assert by_name["小面馆"]["note"] == "午餐; 加蛋"
    assert by_name["小面馆"]["category"] == "Expenses:Food"
    assert by_name["小面馆"]["reference"] == "beancount:12345"
    assert by_name["Transfer"]["other_account"] == "Assets:Savings"
    assert (
        by_name["several"]["amount"] == -30
        if "several" in by_name
        else by_name["Market"]["amount"] == -30
    )
    assert (
        by_name["Dollars"]["other_currency"] == "USD" and by_name["Dollars"]["other_amount"] == 10
    )
    assert seen.accept().added == 4
    again = lab.import_file(path)
    assert (again.new, again.known) == (0, 4)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.xml", CAMT[:600]),
        ("b.xml", '<!DOCTYPE x [<!ENTITY a "aa">]>' + CAMT.partition("\n")[2]),
        ("c.ofx", OFX2.replace("<OFX>", '<!DOCTYPE x [<!ENTITY a "aa">]><OFX>')),
    ],
)
def test_what_is_cut_off_or_harmful_is_refused(
    lab: Lab, tmp_path: Path, name: str, text: str
) -> None:
    """With the reason, and nothing kept."""
    with pytest.raises(Invalid) as error:
        lab.import_file(keep(tmp_path, name, text))
    assert error.value.problems and error.value.next_step
