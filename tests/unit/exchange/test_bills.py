"""Bills as people get them: recognised by their heading, shown first, taken in once."""

import csv
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from pgc_lib.errors import Invalid, NotFound
from pgc_lib.exchange import registry
from pgc_lib.exchange.registry import importer
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

ALIPAY = """\
------------------------------------------------------------------------------------
导出信息：
姓名：某某
起始时间：[2026-02-10 00:00:00]    终止时间：[2026-02-13 23:59:59]
------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------
交易时间            ,交易分类                ,交易对方        ,对方账号   ,商品说明  ,收/支   ,金额    ,收/付款方式    ,交易状态    ,交易订单号     ,商家订单号           ,备注    ,
2026-02-12 21:32:14 ,餐饮美食                ,小面馆          ,/          ,午餐      ,支出    ,49.74   ,招商银行(1234) ,交易成功    ,2026021200001\t,M1\t,                    ,
2026-02-12 09:10:00 ,退款                    ,网店            ,/          ,退款-鞋   ,不计收支,199.00  ,余额宝         ,退款成功    ,2026021000009_1\t,M9\t,                    ,
2026-02-10 09:00:00 ,日用百货                ,网店            ,/          ,鞋        ,支出    ,199.00  ,余额宝         ,交易关闭    ,2026021000009\t,M9\t,                    ,
2026-02-11 08:00:00 ,日用百货                ,网店            ,/          ,帽子      ,支出    ,82.00   ,               ,交易关闭    ,2026021100007\t,M7\t,                    ,
2026-02-11 07:00:00 ,投资理财                ,某基金          ,/          ,卖出      ,不计收支,99.34   ,余额宝         ,交易成功    ,2026021100003\t,M3\t,                    ,
2026-02-13 12:00:00 ,转账红包                ,老同学          ,/          ,红包      ,收入    ,"1,066.00",余额          ,交易成功    ,2026021300002\t,M2\t,                    ,
2026-02-13 13:00:00 ,日用百货                ,坏行            ,/          ,坏        ,支出    ,abc     ,余额           ,交易成功    ,2026021300004\t,M4\t,                    ,
"""
WECHAT = """\
\ufeff微信支付账单明细,,,,,,,,,,
微信昵称：[某某],,,,,,,,,,
----------------------微信支付账单明细列表--------------------,,,,,,,,,,
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注
2026-03-01 12:45:27,"商户消费","米线店","午餐","支出",¥28.16,"招商银行(1234)","支付成功","3985734"\t,"129847129"\t,"/"
2026-03-02 10:10:11,微信红包,朋友,/,收入,¥0.35,/,已存入零钱,3985735\t,129847129\t,/
2026-03-03 16:29:37,零钱提现,招商银行(1234),"/",/,¥100.10,招商银行,提现已到账,3985736\t,/\t,"服务费¥0.10"
2026-03-04 16:29:37,转入零钱通-来自零钱,/,/,/,¥1.23,零钱,支付成功,3985737\t,/\t,/
"""
CARD = """\
招商银行信用卡对账单（个人消费卡账户 2026年03月）
交易日,记账日,交易摘要,人民币金额,卡号末四位,交易地金额
,12/29,掌上生活还款,-1.23,1234,-1.23
03/01,03/02,财付通-米线店,28.16,1234,28.16
03/05,03/07,中国移动,"8,000.00",1234,"8,000.00(CN)"
03/08,03/09,电影票退货,-56.78,1234,-56.78
"""


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """An empty lab."""
    return house.lab(person())


def keep(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def amounts(lab: Lab) -> dict[str, str]:
    return {f"{one.payee}{one.note[:2]}": f"{one.amount:f}" for one in lab.finance.find()}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_an_alipay_bill_is_shown_first_and_taken_in_once(
    lab: Lab, tmp_path: Path, encoding: str
) -> None:
    """What was paid back counts twice and comes to nothing; what was never paid, or only moved, is left out."""
    path = keep(tmp_path, "账单.csv", ALIPAY, encoding)
    seen = lab.import_file(path)
    assert lab.finance.count() == 0, "a preview keeps nothing"
    assert (seen.new, seen.known, len(seen.problems)) == (4, 0, 1)
    assert [problem.place for problem in seen.left_out] == ["line 10", "line 11"]
    assert "line 13" in seen.problems[0].place and "abc" in str(seen.problems[0].value)
    with in_lang("zh-CN"):
        assert "支付宝账单" in lab.import_file(path)._repr_html_()
    done = seen.accept()
    assert done.added == 4
    assert amounts(lab) == {
        "小面馆午餐": "-49.7400",
        "网店退款": "199.0000",
        "网店鞋": "-199.0000",
        "老同学红包": "1066.0000",
    }
    again = lab.import_file(path)
    assert (again.new, again.known) == (0, 4) and again.accept().added == 0
    lab.history.undo_batch(done.batch)
    assert lab.finance.count() == 0


def test_wechat_as_csv_and_as_a_spreadsheet(lab: Lab, tmp_path: Path) -> None:
    """The same lines from both; taking money out costs its fee and no more."""
    path = keep(tmp_path, "微信.csv", WECHAT)
    assert lab.import_file(path).accept().added == 3
    book = xlsxwriter.Workbook(tmp_path / "微信.xlsx")
    sheet = book.add_worksheet()
    for row, line in enumerate(csv.reader(WECHAT.replace('"\t', '"').splitlines())):
        for column, cell in enumerate(line):
            sheet.write_string(row, column, cell)
    book.close()
    again = lab.import_file(tmp_path / "微信.xlsx")
    assert (again.new, again.known, len(again.left_out)) == (0, 3, 1)
    assert amounts(lab) == {
        "米线店午餐": "-28.1600",
        "朋友": "0.3500",
        "招商银行(1234)服务": "-0.1000",
    }


def test_the_card_behind_a_wallet_is_not_booked_twice(lab: Lab, tmp_path: Path) -> None:
    """The wallet's payment stands on the card's statement too: it is shown with what it doubles, and left out."""
    lab.import_file(keep(tmp_path, "微信.csv", WECHAT)).accept()
    seen = lab.import_file(keep(tmp_path, "信用卡.csv", CARD, "utf-8-sig"))
    assert [(double.line, double.amount) for double in seen.doubles] == [(4, "-28.1600")]
    assert lab.finance.get(seen.doubles[0].record).payee == "米线店"
    assert len(seen.left_out) == 1 and seen.new == 2
    assert seen.accept().added == 2
    days = {str(one.day): one.amount for one in lab.finance.find(account="招商银行信用卡 1234")}
    assert set(days) == {"2026-03-05", "2026-03-08"}
    assert lab.import_file(tmp_path / "信用卡.csv").accept(doubles=True).added == 1


def test_equal_lines_of_a_bank_are_both_kept(lab: Lab, tmp_path: Path) -> None:
    """Two coffees on one day are two, but the same statement twice is one."""
    lines = CARD + '03/05,03/07,中国移动,"8,000.00",1234,"8,000.00(CN)"\n'
    path = keep(tmp_path, "c.csv", lines)
    assert lab.import_file(path).accept().added == 4
    assert lab.import_file(path).new == 0


def test_a_format_that_drifted_is_corrected_in_a_cell(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One's own importer is a function with a decorator, and comes before ours."""
    monkeypatch.setattr(registry, "_own", {})
    path = keep(tmp_path, "x.csv", "Bank of Somewhere\nDate;What;Out\n2026-01-02;coffee;4,50\n")
    assert lab.import_file(path).title == "A table", "without it, columns are guessed"

    @importer("somewhere", title="Bank of Somewhere", columns=["Date", "What", "Out"])
    def convert(lines: pl.DataFrame, _above: str) -> pl.DataFrame:
        return lines.select(
            "__line",
            day="Date",
            amount="-" + pl.col("Out").str.replace(",", "."),
            currency=pl.lit("EUR"),
            payee="What",
            category=pl.lit(""),
            account=pl.lit("Somewhere"),
            note=pl.lit(""),
            reference=pl.concat_str(pl.lit("somewhere:"), "Date", "What", "Out"),
            __left_out=pl.lit(""),
        )

    seen = lab.import_file(path)
    assert seen.title == "Bank of Somewhere" and seen.accept().added == 1
    assert lab.finance.find()[0].amount == -4.5


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00\x81\x8d" * 50, b"PK\x03\x04 cut off", b"a,b\n1,2\n"]
)
@pytest.mark.parametrize("name", ["x.csv", "x.xlsx"])
def test_what_is_no_bill_is_told(lab: Lab, tmp_path: Path, name: str, content: bytes) -> None:
    """Empty, garbled, cut off or something else: an error with the next step, and nothing kept."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Invalid) as error:
        lab.import_file(tmp_path / name)
    assert error.value.next_step
    with pytest.raises(NotFound):
        lab.import_file(tmp_path / "missing.csv")


SHARED = Path(__file__).parents[4] / "shared" / "data" / "bills"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reference bills are not on this machine")
@pytest.mark.parametrize(
    ("file", "importer", "new"),
    [
        ("example-alipay-records.csv", "alipay", None),
        ("example-wechat-records.csv", "wechat", None),
        ("example-wechat-records.xlsx", "wechat", None),
        ("example-cmb-credit-records.csv", "cmb-credit", None),
        ("example-cmb-debit-records.csv", "cmb-debit", None),
        ("example-bocom_debit-records.csv", "bocom-debit", None),
    ],
)
def test_reference_bills_are_known(lab: Lab, file: str, importer: str, new: int | None) -> None:
    """Each by its own format, every line kept, known or left out with a reason."""
    seen = lab.import_file(SHARED / file)
    assert seen.importer == importer and seen.new > 0
    assert new is None or seen.new == new


def test_the_wallet_after_the_bank_is_not_booked_twice_either(lab: Lab, tmp_path: Path) -> None:
    """Whichever comes second; the pair is kept with its evidence, and goes with the import."""
    lab.import_file(keep(tmp_path, "信用卡.csv", CARD, "utf-8-sig")).accept()
    seen = lab.import_file(keep(tmp_path, "微信.csv", WECHAT))
    assert [double.line for double in seen.doubles] == [5]
    assert "1234" in seen.doubles[0].evidence
    done = seen.accept()
    assert done.added == 2
    pair = lab.imports.pairs.find()[0]
    assert pair.account == "微信 — 招商银行(1234)" and "1234" in pair.evidence
    assert lab.finance.get(pair.transaction).account == "招商银行信用卡 1234"
    lab.history.undo_batch(done.batch)
    assert lab.imports.pairs.count() == 0


def test_another_card_is_another_payment(lab: Lab, tmp_path: Path) -> None:
    """The same amount on the same day, from a card with another number, is no double."""
    lab.import_file(keep(tmp_path, "微信.csv", WECHAT)).accept()
    other = CARD.replace("1234", "9999")
    assert lab.import_file(keep(tmp_path, "信用卡.csv", other, "utf-8-sig")).doubles == []
