"""How soon a form and a table are seen and answer, from the call in a notebook to the browser's own drawing.

The browser is a real one; between it and Python lies a bare page instead of Jupyter, whose own way is the same for every
widget and is measured with the dashboards.
"""

import time
from statistics import median
from typing import TYPE_CHECKING, Any

from pgc_lib.notebook.live import Html, Part, tag
from tests.bench.data import transactions
from tests.bench.figures import Bench, Measured, figure
from tests.support.browser import chromium
from tests.support.parts import shown

if TYPE_CHECKING:
    from playwright.sync_api import Page

_PATIENCE = 60_000
_TYPES = ("text", "whole?", "money?", "date?", "yes_no?")


def _wide_kind(bench: Bench) -> Any:
    """A kind with twenty fields of every usual type."""
    fields: dict[str, Any] = {
        f"field_{n}": {"type": _TYPES[n % len(_TYPES)], "title": f"Field {n}", "help": "What it is."}
        for n in range(20)
    }  # fmt: skip
    return bench.lab.kinds.define("wide", title="Wide", fields=fields)


def _seen(page: "Page", part: Any, selector: str) -> None:
    with shown(part) as address:
        page.goto(address, wait_until="commit")
        page.wait_for_selector(selector, state="visible", timeout=_PATIENCE)


@figure(
    "form_seen",
    peer="0.3 s",
    unit="s",
    goal="<= 1",
    help="From the call to a form of twenty fields seen in Chromium",
)
def form_seen(bench: Bench) -> Measured:
    from pgc_lib.notebook.widgets.form import Form

    kind = _wide_kind(bench)
    times = []
    with chromium() as browser:
        page = browser.new_page()
        for _round in range(bench.n(15, 7) + 1):
            start = time.perf_counter()
            form = Form(kind, fields=list(kind.spec.fields))
            _seen(page, form, "[data-key=field_17] input")
            times.append(time.perf_counter() - start)
    return Measured(median(times[1:]), 0.3, len(times) - 1)


class _Line(Part):
    """The least that can be shown."""

    def draw(self) -> Html:
        return tag.p("Hello", class_="hello")


@figure(
    "form_bare",
    peer="one line shown the same way",
    unit="s",
    goal="<= 2",
    help="The same against the least that can be shown",
)
def form_bare(bench: Bench) -> Measured:
    from pgc_lib.notebook.widgets.form import Form

    kind = _wide_kind(bench)
    with chromium() as browser:
        page = browser.new_page()
        ours, theirs = bench.in_turns(
            lambda: _seen(page, Form(kind, fields=list(kind.spec.fields)), "[data-key=field_17] input"),
            lambda: _seen(page, _Line(), ".hello"),
            rounds=bench.n(15, 7),
        )  # fmt: skip
    return Measured(ours, theirs, bench.n(15, 7))


@figure(
    "form_typed",
    peer="0.1 s",
    unit="s",
    goal="<= 1",
    help="Python's part of a key: twenty fields judged and drawn anew",
)
def form_typed(bench: Bench) -> Measured:
    form = _wide_kind(bench).form()
    form.do("typed", field="field_0", value="x", on="input")
    times = []
    for n in range(bench.n(200, 50)):
        start = time.perf_counter()
        form.do("typed", field="field_2", value=f"{n}.5", on="input")
        assert form.html
        times.append(time.perf_counter() - start)
    return Measured(median(times), 0.1, len(times))


@figure(
    "table_million",
    peer="the same pages of 10,000 rows",
    unit="s",
    goal="<= 2",
    help="To the next page of a table and back, of a million rows",
)
def table_million(bench: Bench) -> Measured:
    few, many = 10_000, bench.n(1_000_000, 200_000)
    finance = bench.lab.finance
    taken = []
    for n in (few, many):
        with bench.admin() as admin:
            admin.execute("truncate finance.transactions, pgc.changes, pgc.images, pgc.outbox")
        finance.add_many(transactions(n))
        with bench.admin() as admin:
            admin.execute("vacuum analyze finance.transactions")
            admin.execute("checkpoint")
        table = finance.transactions.table()
        times = []
        for _round in range(bench.n(9, 5)):
            start = time.perf_counter()
            table.do("onward")
            assert table.html
            table.do("back")
            assert table.html
            times.append(time.perf_counter() - start)
        taken.append(median(times))
    return Measured(taken[1], taken[0], many)
