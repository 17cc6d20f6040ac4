"""Refunds in bills: linked to what they give back, with the evidence, and taken off the budget of the purchase."""

from decimal import Decimal
from pathlib import Path

import pytest

from pgc_lib.areas.finance import Transaction
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

ALIPAY = """\
-----支付宝（中国）网络技术有限公司  电子客户回单-----
交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,
2026-03-20 10:00:00,退款,鞋店,/,退款-鞋,不计收支,80.00,余额宝,退款成功,20260310001_R1\t,M1\t,,
2026-03-21 10:00:00,退款,鞋店,/,退款-鞋,不计收支,50.00,余额宝,退款成功,20260310001_R2\t,M1\t,,
2026-03-10 10:00:00,服饰装扮,鞋店,/,鞋,支出,100.00,余额宝,等待确认收货,20260310001\t,M1\t,,
2026-03-18 10:00:00,退款,网店,/,退款-帽子,不计收支,30.00,余额宝,退款成功,8888\t,M2\t,,
2026-03-09 10:00:00,日用百货,网店,/,帽子,支出,45.00,余额宝,交易成功,20260309002\t,M2\t,,
2026-03-16 10:00:00,退款,书店,/,退款,不计收支,20.00,余额宝,退款成功,7777\t,\t,,
2026-03-08 10:00:00,文化休闲,书店,/,书,支出,20.00,余额宝,交易成功,20260308003\t,\t,,
2026-03-07 10:00:00,退款,陌生人,/,退款,不计收支,9.00,余额宝,退款成功,6666\t,\t,,
"""
WECHAT = """\
微信支付账单明细,,,,,,,,,,
----------------------微信支付账单明细列表--------------------,,,,,,,,,,
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注
2026-03-12 09:00:00,咖啡店-退款,咖啡店,/,收入,¥12.00,零钱,已退款(￥12.00),50300001\t,W1\t,/
2026-03-11 09:00:00,商户消费,咖啡店,咖啡,支出,¥32.00,零钱,已退款(￥12.00),42000001\t,W1\t,/
2026-03-14 09:00:00,商户消费-退款,面馆,/,收入,¥18.00,零钱,已全额退款,50300002\t,/\t,/
2026-03-13 09:00:00,商户消费,面馆,午饭,支出,¥18.00,零钱,已全额退款,42000002\t,/\t,/
"""


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """An empty lab."""
    return house.lab(person())


def keep(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def linked(lab: Lab) -> dict[tuple[str, str], Transaction | None]:
    """Every refund, and what it gives back."""
    return {
        (one.payee, f"{one.amount:.2f}"): lab.finance.get(one.linked) if one.linked else None
        for one in lab.finance.find(nature="refund")
    }


def test_an_alipay_refund_belongs_to_its_purchase_and_nets_its_budget(
    lab: Lab, tmp_path: Path
) -> None:
    """By the order's number, the merchant's, or amount and payee; never more than was paid; unknown ones stay alone."""
    lab.finance.budgets.plan("衣", "500 a month", categories=["服饰装扮", "日用百货"], start="2026-03-01")  # fmt: skip
    seen = lab.import_file(keep(tmp_path, "a.csv", ALIPAY))
    evidence = {refund.line: refund.evidence for refund in seen.refunds}
    assert sorted(evidence) == [3, 6, 8]
    assert "20260310001" in evidence[3] and "M2" in evidence[6]
    assert "the same payee" in evidence[8] and "8 days apart" in evidence[8]
    assert seen.new == 8 and "__order" not in seen.frame.columns
    with in_lang("zh-CN"):
        assert "已关联退款" in seen._repr_html_() and "同一收款方" in lab.import_file(tmp_path / "a.csv")._repr_html_()  # fmt: skip
    done = seen.accept()
    assert done.added == 8
    found = linked(lab)
    shoes = found["鞋店", "80.00"]
    assert shoes is not None and shoes.amount == -100
    assert found["鞋店", "50.00"] is None, "100 were paid; 80 and 50 cannot both come back"
    assert found["陌生人", "9.00"] is None
    hat, book = found["网店", "30.00"], found["书店", "20.00"]
    assert hat is not None and hat.amount == -45 and book is not None and book.note == "书"
    status = lab.finance.budgets.status("衣", "2026-03-31")
    assert status.spent == Decimal("35"), "100 − 80 and 45 − 30"
    lab.history.undo_batch(done.batch)
    assert lab.finance.count() == 0


def test_a_wechat_refund_belongs_to_its_purchase(lab: Lab, tmp_path: Path) -> None:
    """By the merchant's number, or by amount and payee; part of it or all."""
    seen = lab.import_file(keep(tmp_path, "w.csv", WECHAT))
    assert [(each.line, each.paid) for each in seen.refunds] == [
        (4, "2026-03-11"),
        (6, "2026-03-13"),
    ]
    assert "W1" in seen.refunds[0].evidence
    assert seen.accept().added == 4
    found = linked(lab)
    coffee, noodles = found["咖啡店", "12.00"], found["面馆", "18.00"]
    assert coffee is not None and coffee.amount == -32
    assert noodles is not None and noodles.amount == -18
    spent = lab.finance.spending(by="payee", every="1y")
    assert dict(spent.select("payee", "amount").iter_rows()) == {"咖啡店": 20, "面馆": 0}


def test_a_refund_finds_the_purchase_of_an_earlier_bill(lab: Lab, tmp_path: Path) -> None:
    """Kept since last month, in the category that it was given since; nothing is given back twice."""
    head, lines = ALIPAY.splitlines()[:2], ALIPAY.splitlines()[2:]
    bought = [line for line in lines if "支出" in line]
    lab.import_file(keep(tmp_path, "1.csv", "\n".join([*head, *bought]) + "\n")).accept()
    shoes = lab.finance.find(payee="鞋店")[0]
    lab.finance.update(shoes, category="运动")
    seen = lab.import_file(keep(tmp_path, "2.csv", ALIPAY))
    assert {each.line for each in seen.refunds} == {3, 6, 8} and seen.known == 3
    assert all(each.record for each in seen.refunds)
    assert seen.accept().added == 5
    back = lab.finance.find(payee="鞋店", amount=80)[0]
    assert back.linked == shoes.id and back.category == "运动"
    again = lab.import_file(tmp_path / "2.csv")
    assert again.new == 0 and again.refunds == []
    more = ALIPAY.splitlines()[2].replace("80.00", "30.00").replace("_R1", "_R3")
    late = lab.import_file(keep(tmp_path, "3.csv", "\n".join([*head, more]) + "\n"))
    assert late.new == 1 and late.refunds == [], "only 20 of the shoes are left"


def test_masked_numbers_say_nothing(lab: Lab, tmp_path: Path) -> None:
    """A bill that was made unreadable before it was shared: no purchase is taken for another's."""
    masked = ALIPAY.replace("M1", "xxxx").replace("M2", "xxxx").replace("20.00", "21.00", 1)
    seen = lab.import_file(keep(tmp_path, "m.csv", masked))
    assert {each.line for each in seen.refunds} == {3}


def split(folder: Path, text: str, heading: int, only: str) -> tuple[Path, Path]:
    """A bill in two: its refunds, and all else."""
    lines = text.splitlines()
    above, below = lines[:heading], lines[heading:]
    back = [line for line in below if only in line]
    rest = [line for line in below if only not in line]
    return (
        keep(folder, "back.csv", "\n".join([*above, *back]) + "\n"),
        keep(folder, "paid.csv", "\n".join([*above, *rest]) + "\n"),
    )


def test_an_older_bill_brings_the_purchases_of_refunds_kept_before(
    lab: Lab, tmp_path: Path
) -> None:
    """By the same evidence; linked in the batch of the purchases, and as before once that is undone."""
    back, paid = split(tmp_path, ALIPAY, 2, "退款成功")
    lab.import_file(back).accept()
    assert not any(linked(lab).values())
    seen = lab.import_file(paid)
    found = {(each.line, each.payee, each.amount) for each in seen.refunds}
    assert {(payee, amount) for _line, payee, amount in found} == {
        ("鞋店", "80.0000"),
        ("网店", "30.0000"),
        ("书店", "20.0000"),
    }
    by_payee = {each.payee: each for each in seen.refunds}
    assert by_payee["鞋店"].line == 3 and "20260310001" in by_payee["鞋店"].evidence
    assert "M2" in by_payee["网店"].evidence and "the same payee" in by_payee["书店"].evidence
    assert seen.new == 3 and "Refunds linked" in repr(seen)
    done = seen.accept()
    assert (done.added, done.updated) == (3, 3)
    shoes = linked(lab)["鞋店", "80.00"]
    assert shoes is not None and shoes.amount == -100
    assert lab.finance.find(amount=80)[0].category == "服饰装扮"
    assert linked(lab)["鞋店", "50.00"] is None, "100 were paid; 80 and 50 cannot both come back"
    again = lab.import_file(paid)
    assert again.new == 0 and again.refunds == []
    lab.history.undo_batch(done.batch)
    assert lab.finance.count() == 5 and not any(linked(lab).values())
    assert lab.finance.find(amount=80)[0].category == "退款"
    assert len(lab.import_file(paid).refunds) == 3


def test_part_of_a_purchase_comes_back_with_another_wechat_bill(lab: Lab, tmp_path: Path) -> None:
    """The merchant's number says so, whichever of both bills was first; its undoing forgets it."""
    back, paid = split(tmp_path, WECHAT, 3, ",收入,")
    first = lab.import_file(paid).accept()
    seen = lab.import_file(back)
    assert [(each.amount, each.paid) for each in seen.refunds] == [
        ("12.0000", "2026-03-11"),
        ("18.0000", "2026-03-13"),
    ]
    second = seen.accept()
    coffee = linked(lab)["咖啡店", "12.00"]
    assert coffee is not None and coffee.amount == -32
    for batch in (second.batch, first.batch):
        lab.history.undo_batch(batch)
    assert lab.finance.count() == 0 and lab.imports.numbers.count() == 0
    lab.import_file(back).accept()
    later = lab.import_file(paid)
    assert {(each.payee, each.amount) for each in later.refunds} == {
        ("咖啡店", "12.0000"),
        ("面馆", "18.0000"),
    }
    assert any("W1" in each.evidence for each in later.refunds)
    with in_lang("zh-CN"):
        assert "商家订单号" in lab.import_file(paid)._repr_html_()


def test_a_refund_that_was_linked_by_hand_in_between_stays_so(lab: Lab, tmp_path: Path) -> None:
    """What a person did after looking at a file is not done over."""
    back, paid = split(tmp_path, WECHAT, 3, ",收入,")
    lab.import_file(back).accept()
    seen = lab.import_file(paid)
    noodles = lab.finance.find(payee="面馆")[0]
    mine = lab.finance.add(day="2026-03-13", amount=-18, payee="面馆", category="聚餐")
    lab.finance.link_refund(noodles, mine)
    assert seen.accept().updated == 1
    assert lab.finance.get(noodles.id).linked == mine.id
