"""A year of bills in: from the file to lines that can be asked, recognised, deduplicated, categorised, undoable."""

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.apart import apart
from tests.bench.figures import Bench, Measured, figure

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

_HEADING = "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,"
_PREAMBLE = "-----\n导出信息：\n姓名：某某\n支付宝账户：x@example.com\n共{n}笔记录\n-----支付宝（中国）网络技术有限公司  电子客户回单-----\n"
_RULES = (
    ("餐饮", ["饭", "咖啡", "面馆", "luckin"]),
    ("交通", ["地铁", "滴滴", "铁路"]),
    ("购物", ["超市", "京东", "拼多多"]),
    ("医疗", ["药房", "医院"]),
    ("娱乐", ["影院", "游戏"]),
)
_SOME = 20
"""The peer is measured over a part of the rows, by the row, as it takes a minute for all of them."""


def bill(path: Path, n: int, encoding: str = "utf-8") -> None:
    """A bill of Alipay's form with `n` lines over a year; each hundredth is a trade that was closed."""
    import polars as pl

    payees = pl.Series(
        ["小面馆", "瑞幸咖啡", "地铁", "京东商城", "大药房", "影院", "某超市", "无名小店"]
    )
    rows = pl.DataFrame({"i": pl.int_range(n, eager=True)})
    spread = (pl.col("i") * 7919) % 100_003
    begin = pl.lit("2025-01-01").str.to_datetime("%Y-%m-%d")
    columns = (
        (begin + pl.duration(seconds=pl.col("i") * (31_000_000 // max(n, 1)))).dt.strftime(
            "%Y-%m-%d %H:%M:%S"
        ),
        pl.lit("日用百货"),
        pl.lit(payees).gather(spread % len(payees)),
        pl.lit("/"),
        pl.format("商品 {}", spread % 5000),
        pl.when(spread % 50 == 0).then(pl.lit("收入")).otherwise(pl.lit("支出")),
        ((spread + 1) / 100).round(2).cast(pl.String),
        pl.lit("余额宝"),
        pl.when(pl.col("i") % 100 == 99).then(pl.lit("交易关闭")).otherwise(pl.lit("交易成功")),
        pl.format("2025{}\t", pl.col("i").cast(pl.String).str.zfill(16)),
        pl.format("M{}\t", "i"),
        pl.lit(""),
        pl.lit(""),
    )
    lines = rows.select(column.alias(f"c{number}") for number, column in enumerate(columns))
    body = lines.write_csv(include_header=False, quote_style="never")
    path.write_text(_PREAMBLE.format(n=n) + _HEADING + "\n" + body, encoding=encoding)


def _rules(lab: "Lab") -> None:
    rules = getattr(lab.finance, "rules", None)
    if rules is not None and not rules.count():
        for category, words in _RULES:
            rules.write(payee=words, was=["日用百货"], category=category)


def take_in(data: str, path: str) -> float:
    """Import a bill into a lab; in a process of its own, so that its memory can be told."""
    import pgc_lib as pgc

    with pgc.open(data=data) as lab:
        _rules(lab)
        start = time.perf_counter()
        lab.import_file(path).accept()
        return time.perf_counter() - start


def _empty(bench: Bench) -> None:
    with bench.admin() as admin:
        admin.execute(
            "truncate finance.transactions, pgc.documents, pgc.changes, pgc.images, pgc.outbox"
        )
        admin.execute("drop table if exists public.bill")
        admin.execute("checkpoint")


def _pandas(bench: Bench, path: Path) -> None:
    """The file into a table without types, keys, checks or anything else."""
    import pandas as pd
    from sqlalchemy import create_engine

    from pgc_lib.stores.postgres import sqlalchemy_url

    engine = create_engine(sqlalchemy_url(bench.admin_url))
    frame = pd.read_csv(path, skiprows=6)
    frame.to_sql("bill", engine, schema="public", if_exists="replace", index=False)
    engine.dispose()


@figure(
    "import_bill",
    peer="pandas.read_csv and to_sql",
    unit="rows/s",
    goal=">= 3",
    help="A bill of a million lines, checked, deduplicated, categorised, one undoable batch, against pandas with none of that",
)
def import_bill(bench: Bench) -> Measured:
    n = bench.n(1_000_000, 50_000)
    folder = bench.folder()
    whole, part = folder / "alipay.csv", folder / "part.csv"
    bill(whole, n)
    few = max(n // _SOME, 10_000)
    bill(part, few)
    _ = bench.lab
    ours, theirs = [], []
    for _round in range(bench.n(2, 1)):
        _empty(bench)
        ours.append(apart(take_in, str(bench.data), str(whole)).seconds)
        start = time.perf_counter()
        _pandas(bench, part)
        theirs.append(time.perf_counter() - start)
    return Measured(n / min(ours), few / min(theirs), n)


@figure(
    "import_bill_again",
    peer="the first import",
    unit="s",
    goal="<= 1",
    help="The same bill of a million lines once more: all of it is known, nothing is added",
)
def import_bill_again(bench: Bench) -> Measured:
    n = bench.n(1_000_000, 50_000)
    path = bench.folder() / "alipay.csv"
    bill(path, n)
    _ = bench.lab
    _empty(bench)
    take = partial(apart, take_in, str(bench.data), str(path))
    first = take().seconds
    kept = bench.lab.finance.count()
    again = take().seconds
    assert bench.lab.finance.count() == kept
    return Measured(again, first, n)


@figure(
    "import_bill_memory",
    peer="1.5 GB",
    unit="MB",
    goal="<= 1",
    help="The most memory that the import of a million lines takes",
)
def import_bill_memory(bench: Bench) -> Measured:
    n = bench.n(1_000_000, 50_000)
    path = bench.folder() / "alipay.csv"
    bill(path, n)
    _ = bench.lab
    _empty(bench)
    return Measured(apart(take_in, str(bench.data), str(path)).megabytes, 1500, n)
