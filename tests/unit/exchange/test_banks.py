"""Statements of banks, Chinese and Western: sign, day, whose account, and what is no spending."""

from decimal import Decimal
from pathlib import Path

import pytest

from pgc_lib.exchange.importing import look
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

ICBC = """\
明细查询文件下载

卡号: 1234****9876,"卡别名: 日常"

子账户序号: 00000,子账户类别: 活期,"子账户别名: "

交易日期,摘要,交易详情,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),记账金额(支出),记账币种,余额,对方户名,对方账户
2026-05-02     \t,"消费                \t","                \t","小面馆       \t","CHN      \t",钞        \t,"-     \t","-      \t",-         \t,"          \t","13.40     \t",人民币    \t,"9,986.60   \t","财付通支付科技有限公司  \t","1234****9876   \t",
2026-05-03     \t,"工资                \t","                \t","       \t","CHN      \t",钞        \t,"-     \t","-      \t",-         \t,"1,234.56          \t","     \t",人民币    \t,"11,221.16   \t","某公司  \t","6222****   \t",
2026-05-04     \t,"自动还款            \t","                \t","银行卡中心       \t","CHN      \t",钞        \t,"-     \t","-      \t",-         \t,"          \t","500.00     \t",人民币    \t,"10,721.16   \t","本人  \t","   \t",
"""
ICBC_CARD = """\
明细查询文件下载

卡号: 1234****5678,"卡别名: "

子账户类别:

交易日期,记账日期,摘要,交易场所,交易国家或地区简称,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),记账金额(支出),记账币种,余额,对方户名
2026-05-05     \t,2026-05-06     \t,"消费                 \t","财付通-小面馆          \t","CHN          \t","             \t","18.00        \t",人民币     \t,"             \t","18.00        \t",人民币     \t,"-3,728.62    \t","             \t",
2026-04-25     \t,2026-04-25     \t,"人民币自动转帐还款   \t",某分行银行卡中心        \t,"CHN          \t","4,621.01     \t","             \t",人民币     \t,"4,621.01     \t","             \t",人民币     \t,"-1,971.63    \t","             \t",
2026-04-20     \t,2026-04-21     \t,"退货                 \t",某网店                 \t,"CHN          \t","12.50        \t","             \t",人民币     \t,"12.50        \t","             \t",人民币     \t,"-6,000.00    \t","             \t",

合计金额,,,,,"1234.56           \t","6543.21           \t",\t,"1234.56           \t","6543.21           \t",
"""
CCB = """\
开户网点：某支行
账　　号：********1234
记账日,交易日期,交易时间,支出,收入,账户余额,币种,摘要,对方账号,对方户名,交易地点
20260924,20260923,08:06:45,,10.25,100,人民币,利息存入,,,
20260924,20260924,09:00:00,15,,85,人民币,消费,****9876,小书店,某城
"""
CCB_SHORT = """\
中国建设银行 China Construction Bank
开户机构,某支行
币　　种,人民币
账　　号,********5678

记账日,交易日期,支出,收入,币种,摘要,对方账号,对方户名,交易地点
20260105,20260105,515.02,,人民币,无卡自助交易,802080*****0015,中***网络有限公司,中国铁路网络有限公司
20260106,20260106,,"1,200.00",人民币,代发工资,,某公司,
以上数据仅供参考，具体内容请以柜台为准
"""
CCB_CARD = """\
,,,,,,
中国建设银行,,,,,,
 交易日, 入账日, 信用卡卡号, 类型, 入账币种, 入账金额,交易描述
20260924,20260925,'********1234,消费    ,人民币,23.10,"商店, 分店"
,,,,,,
20260925,20260925,'********1234,存入,人民币,-23.10,手机银行 转账还款
20260926,20260926,'********1234,退货,人民币,-2.10,退款
"""
ABC = """\
交易日期,交易时间,交易摘要,交易金额,本次余额,对手信息,日 志 号,交易渠道,交易附言
20260101,123456,转存,+10000.00,11000.00,某人,369396693,超级网银,转账
20260104,,结息,+0.01,123.35,--,0000000000,,个人活期结息
20260105,101010,消费,-10.00,113.35,小卖部,369333999,电子商务,早饭
"""
BOC = """\
中国银行交易流水明细单
记账日期,记账时间,币别,金额,余额,交易名称,渠道,网点名称,附言,对方账户名,对方卡号/账号,对方开户行,借记卡号
2026-08-22,17:57:17,人民币,-71.89,"3,240.28",无卡支付,手机银行,-------------------,----------,张三,6226******5669,-------------------,3167
2026-08-05,15:00:44,人民币,"5,771.00","6,618.09",工资,柜台,某支行,----------,某公司,4520******1924,某支行,3167
"""
BOC_CARD = """\
中国银行信用卡账单(2026年01月)
交易日,银行记账日,卡号后四位,交易描述,存入,支出,币种
2026-01-13,2026-01-14,4260,公共交通卡CHN,,50.00,CNY
2026-01-24,2026-01-25,2875,网银在线CHN,70.48,,CNY
"""
BOCOM_CARD = """\
交易日期,记账日期,交易说明,交易币种/金额,入账币种/金额
2026-01-10,2026-01-10,退货 顺风车,CNY 123.18,CNY 123.18
2026-01-29,2026-01-29,信用卡还款 转账还款-本人,CNY 666.60,CNY 666.60
2026-01-18,2026-01-18,消费 Suica Charge,JPY 1000.00,CNY 49.85
"""
JD = """\
导出信息：
京东账号名：jd_x
交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注
2026-01-30 17:16:02\t,京东物流,寄件,10.20,钱包余额,交易成功,支出,收发快递,JDX1\t,1\t, ,
2026-01-29 10:40:22\t,京东平台商户,火锅,60.90(已退款3.00),中国银行信用卡(1875),交易成功,支出,食品酒饮,1002\t,2\t, ,
2026-01-28 10:40:22\t,京东平台商户,牙刷,20.00(已全额退款),中国银行信用卡(1875),全额退款,不计收支,日用,1003\t,3\t, ,
"""
MEITUAN = """\
美团交易账单明细
【美团交易账单明细列表】
交易创建时间,交易成功时间,交易类型,订单标题,收/支,支付方式,订单金额,实付金额,交易单号,商家单号,备注
2026-02-28 20:35:13,2026-02-28 20:35:25,支付,奶茶,支出,美团月付,¥22.30,¥21.17,"2502\t","0_2\t",/
2026-02-27 07:04:17,2026-02-27 07:04:18,退款,蛋挞,收入,中国银行信用卡(1875),¥20.00,¥20.00,"2503\t","49\t",/
"""
CHASE = """\
Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #
DEBIT,09/25/2026,"POS DEBIT                SHOP 12",-99.00,MISC_DEBIT, ,,
CREDIT,10/01/2026,"ACME CORP PAYROLL",2000.00,ACH_CREDIT,1213.00,
DEBIT,10/04/2026,"NETFLIX.COM",($15.99),DEBIT_CARD,1084.01,
"""
CHASE_CARD = """\
Transaction Date,Post Date,Description,Category,Type,Amount,Memo
03/08/2026,03/09/2026,H-E-B #476,Groceries,Sale,-166.29,
03/21/2026,03/22/2026,Payment Thank You-Mobile,,Payment,115.00,
"""
REVOLUT = """\
Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
CARD_PAYMENT,Current,2026-09-01 10:15:02,2026-09-02 08:01:44,Lidl,-15.77,0.50,EUR,COMPLETED,984.23
TOPUP,Current,2026-09-03 10:00:00,2026-09-03 10:00:01,Top-up,100.00,0.00,EUR,COMPLETED,1084.23
CARD_PAYMENT,Current,2026-09-04 10:00:00,,Cafe,-3.00,0.00,EUR,PENDING,
"""
SPARKASSE = """\
"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";"Kontonummer";"BLZ";"Betrag";"Waehrung";"Info"
"DE12";"31.12.25";"31.12.25";"KARTENZAHLUNG";"Müsli & Käse";"Bäckerei Grün";"1";"2";"-1.234,56";"EUR";"Umsatz gebucht"
"DE12";"02.01.26";"02.01.26";"LOHN";"Gehalt";"Firma Groß";"1";"2";"2.000,00";"EUR";"Umsatz gebucht"
"DE12";"03.01.26";"03.01.26";"LASTSCHRIFT";"Strom";"Stadtwerke";"1";"2";"-50,00";"EUR";"Umsatz vorgemerkt"
"""
HSBC_CARD = """\
Transaction date,Post date,Description,Billing amount,Billing currency,Transaction status,Merchant name,Country / region,Area / district,Credit / Debit
09/04/2026,10/04/2026,QR       UNIONPAY MERCHANT,"-1,099.14"\t,CNY,POSTED,UNIONPAY MERCHANT,CHINA,CHN,DEBIT
24/03/2026,24/03/2026,PAYMENT - THANK YOU,"3,266.16"\t,CNY,POSTED,,,,CREDIT
"""
HSBC = """\
Date,Description,Billing amount,Billing currency,Balance,Balance currency
24/03/2026,MOBILE WITHDRAWAL        (22MAR26),"-1,100.00"\t,HKD,"3,613.17"\t,HKD
20/03/2026,FUND TRANSFER FROM       12-345678-9 SOMEBODY,"500.00"\t,HKD,"4,713.17"\t,HKD
12/03/2026,SALARY PAYMENT           SOME COMPANY LTD,"12,500.00"\t,CNY,"12500.00"\t,CNY
"""
BMO = """\
Following data is valid as of 20260612103442 (Year/Month/Day/Hour/Minute/Second)


First Bank Card,Transaction Type,Date Posted, Transaction Amount,Description


'5678653123124124',CREDIT,20260501,0.01,[DN]SOMEBODY            MSP/DIV
'5678653123124124',DEBIT,20260518,-68.32,[CW]PHONE BILL
'5678653123124124',DEBIT,20260518,-68.32,[CW]PHONE BILL
"""
BMO_CARD = """\
Following data is valid as of 202604230942432:

Item #,Card #,Transaction Date,Posting Date,Transaction Amount,Description
1,'519',20260511,20260512,3.27,COSTCO WHOLESALE
2,'519',20260513,20260514,-5.00,REFUND
"""

CASES = [
    ("icbc-debit", ICBC, "gb18030", [("2026-05-02", "-13.40", "工商银行 9876"), ("2026-05-03", "1234.56", "工商银行 9876")], 1),
    ("icbc-credit", ICBC_CARD, "gb18030", [("2026-04-20", "12.50", "工商银行信用卡 5678"), ("2026-05-05", "-18", "工商银行信用卡 5678")], 2),
    ("ccb-debit", CCB_SHORT, "utf-8", [("2026-01-05", "-515.02", "建设银行 5678"), ("2026-01-06", "1200", "建设银行 5678")], 1),
    ("ccb-debit", CCB, "gb18030", [("2026-09-23", "10.25", "建设银行 1234"), ("2026-09-24", "-15", "建设银行 1234")], 0),
    ("ccb-credit", CCB_CARD, "utf-16", [("2026-09-24", "-23.10", "建设银行信用卡 1234"), ("2026-09-26", "2.10", "建设银行信用卡 1234")], 1),
    ("abc-debit", ABC, "utf-8", [("2026-01-01", "10000", "农业银行"), ("2026-01-04", "0.01", "农业银行"), ("2026-01-05", "-10", "农业银行")], 0),
    ("boc-debit", BOC, "utf-8-sig", [("2026-08-05", "5771", "中国银行 3167"), ("2026-08-22", "-71.89", "中国银行 3167")], 0),
    ("boc-credit", BOC_CARD, "gb18030", [("2026-01-13", "-50", "中国银行信用卡 4260"), ("2026-01-24", "70.48", "中国银行信用卡 2875")], 0),
    ("bocom-credit", BOCOM_CARD, "utf-8", [("2026-01-10", "123.18", "交通银行信用卡"), ("2026-01-18", "-49.85", "交通银行信用卡")], 1),
    ("jd", JD, "utf-8-sig", [("2026-01-29", "-57.90", "京东 — 中国银行信用卡(1875)"), ("2026-01-30", "-10.20", "京东 — 钱包余额")], 1),
    ("meituan", MEITUAN, "utf-8", [("2026-02-27", "20", "美团 — 中国银行信用卡(1875)"), ("2026-02-28", "-21.17", "美团 — 美团月付")], 0),
    ("chase", CHASE, "utf-8", [("2026-09-25", "-99", "Chase"), ("2026-10-01", "2000", "Chase"), ("2026-10-04", "-15.99", "Chase")], 0),
    ("chase-card", CHASE_CARD, "utf-8", [("2026-03-08", "-166.29", "Chase credit card")], 1),
    ("revolut", REVOLUT, "utf-8", [("2026-09-02", "-16.27", "Revolut Current")], 2),
    ("german-bank", SPARKASSE, "cp1252", [("2025-12-31", "-1234.56", "DE12"), ("2026-01-02", "2000", "DE12")], 1),
    ("hsbc-card", HSBC_CARD, "utf-8", [("2026-04-09", "-1099.14", "HSBC credit card")], 1),
    ("hsbc", HSBC, "utf-8", [("2026-03-12", "12500", "HSBC"), ("2026-03-20", "500", "HSBC"), ("2026-03-24", "-1100", "HSBC")], 0),
    ("bmo", BMO, "utf-8", [("2026-05-01", "0.01", "BMO"), ("2026-05-18", "-68.32", "BMO"), ("2026-05-18", "-68.32", "BMO")], 0),
    ("bmo-card", BMO_CARD, "utf-8", [("2026-05-11", "-3.27", "BMO credit card"), ("2026-05-13", "5", "BMO credit card")], 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A lab that keeps nothing of what is looked at."""
    return house.lab(person())


@pytest.mark.parametrize(
    ("name", "text", "encoding", "expected", "left_out"),
    CASES,
    ids=[f"{case[0]}-{at}" for at, case in enumerate(CASES)],
)
def test_a_statement_is_recognised_and_read(
    lab: Lab, tmp_path: Path, name: str, text: str, encoding: str, expected: list[tuple[str, str, str]], left_out: int
) -> None:  # fmt: skip
    """By its heading alone, in whatever encoding the bank chose."""
    path = tmp_path / "statement.csv"
    path.write_text(text, encoding=encoding)
    seen = look(lab._desk(), path)
    assert seen.importer == name
    assert not seen.problems, seen.problems
    rows = sorted(
        (str(row["day"]), row["amount"], row["account"]) for row in seen.frame.iter_rows(named=True)
    )
    assert rows == [(day, Decimal(amount), account) for day, amount, account in expected]
    assert seen.omitted == left_out
    references = seen.frame["reference"]
    assert references.n_unique() == len(references) and not references.str.ends_with("#").any()


def test_european_letters_survive(lab: Lab, tmp_path: Path) -> None:
    """They are not taken for Chinese characters."""
    path = tmp_path / "umsatz.csv"
    path.write_text(SPARKASSE, encoding="cp1252")
    assert set(lab.import_file(path).frame["payee"]) == {"Bäckerei Grün", "Firma Groß"}
