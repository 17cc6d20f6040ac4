"""Reports over many transactions: a year of a million, and what beancount needs for the same ledger.

Beancount is under the GPL (2.0 only). It is therefore a tool of this benchmark and nothing else: its programs are
run as processes of their own, in an environment of their own that is made for the run (or where `PGC_BEAN_QUERY` says),
it is imported nowhere and is no dependency of PGC.
"""

import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench.data import transactions
from tests.bench.figures import Bench, Measured, figure
from tests.bench.frames import _filled

if TYPE_CHECKING:
    import polars as pl

_LIMIT = 0.3
_YEAR = (date(2020, 1, 1), date(2020, 12, 31))
_ALL = (date(2016, 1, 1), date(2025, 12, 31))
_ROUNDS = 7
_PEER = ("beancount>=3.2,<4", "beanquery>=0.2,<1")
# One question for both, in beancount's favour: a process takes one and reads the ledger for it.
_QUESTION = "SELECT account, year, month, sum(position) GROUP BY account, year, month"


def _timed(work: Any) -> float:
    start = time.perf_counter()
    assert work().height
    return time.perf_counter() - start


@figure(
    "money_year",
    peer="0.3 s",
    unit="s",
    goal="<= 1",
    help="A year by category and month, of a million transactions over ten years, under row security",
)
def money_year(bench: Bench) -> Measured:
    n = bench.n(1_000_000, 200_000)
    _filled(bench, n)
    finance = bench.lab.finance
    finance.by_month(*_YEAR)
    times = [_timed(lambda: finance.by_month(*_YEAR)) for _round in range(_ROUNDS)]
    return Measured(median(times), _LIMIT, n)


@figure(
    "money_decade",
    peer="polars over frame()",
    unit="s",
    goal="<= 1",
    help="All ten years by category and month, added up by the database, against reading every line into polars",
)
def money_decade(bench: Bench) -> Measured:
    n = bench.n(1_000_000, 200_000)
    _filled(bench, n)
    finance = bench.lab.finance

    def in_memory() -> "pl.DataFrame":
        import polars as pl

        lines: pl.DataFrame = finance.frame(columns=["day", "currency", "category", "amount"])
        lines = lines.filter(pl.col("amount") < 0)
        month = pl.col("day").dt.truncate("1mo").alias("month")
        return lines.group_by(month, "currency", "category").agg(pl.col("amount").sum())

    ours, theirs = bench.in_turns(lambda: finance.by_month(*_ALL), in_memory, rounds=5)
    return Measured(ours, theirs, n)


@figure(
    "money_ledger",
    peer="beancount",
    unit="s",
    goal="<= 0.2",
    help="Balances and every month by category of 100,000 transactions, against beancount's loader and query",
)
def money_ledger(bench: Bench) -> Measured:
    n = bench.n(100_000, 20_000)
    _filled(bench, n)
    finance = bench.lab.finance
    folder = bench.folder()
    program = _bean_query(folder)
    ledger = folder / "ledger.beancount"
    ledger.write_text(_written(transactions(n)), encoding="utf-8")

    def ours() -> float:
        def both() -> "pl.DataFrame":
            assert finance.balances(_ALL[1]).height == 4
            found: pl.DataFrame = finance.by_month(*_ALL)
            return found

        return _timed(both)

    ours()
    times = [ours() for _round in range(_ROUNDS)]
    empty = folder / "empty.beancount"
    empty.write_text("", encoding="utf-8")
    begin = min(_asked(program, empty) for _round in range(2))
    rounds = bench.n(3, 1)
    # The time in which the program itself starts is taken off.
    theirs = median(_asked(program, ledger) - begin for _round in range(rounds))
    return Measured(median(times), theirs, n)


def _written(lines: "pl.DataFrame") -> str:
    """The same transactions as beancount writes them."""
    accounts = {name: f"Assets:A{at}" for at, name in enumerate(sorted(set(lines["account"])))}
    categories = sorted(set(lines["category"]))
    parts = [f"2015-12-31 open {name}\n" for name in accounts.values()]
    sides = [f"{side}:C{at}" for side in ("Expenses", "Income") for at in range(len(categories))]
    parts += [f"2015-12-31 open {name}\n" for name in sides]
    place = {name: at for at, name in enumerate(categories)}
    wanted = ("day", "amount", "payee", "category", "account")
    for day, amount, payee, category, account in lines.select(wanted).iter_rows():
        side = "Expenses" if amount < 0 else "Income"
        parts.append(
            f'{day} * "{payee}" ""\n  {accounts[account]}  {amount:f} CNY\n'
            f"  {side}:C{place[category]}  {-amount:f} CNY\n"
        )
    return "".join(parts)


def _bean_query(folder: Path) -> str:
    """Beancount's program, in an environment of its own."""
    given = os.environ.get("PGC_BEAN_QUERY")
    if given:
        return given
    made = folder / "beancount"
    subprocess.run([sys.executable, "-m", "venv", str(made)], check=True)
    pip = [str(made / "bin" / "python"), "-m", "pip", "install", "--quiet", *_PEER]
    subprocess.run(pip, check=True, capture_output=True)
    return str(made / "bin" / "bean-query")


def _asked(program: str, ledger: Path) -> float:
    """The seconds in which it reads the ledger and answers both questions."""
    environment = {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    start = time.perf_counter()
    done = subprocess.run(
        [program, "--no-errors", str(ledger), _QUESTION],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - start
    if ledger.stat().st_size:
        assert "Assets:A0" in done.stdout and "Expenses:C0" in done.stdout, done
    return seconds
