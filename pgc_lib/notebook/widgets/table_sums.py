"""Sums of the numbers that a table shows, made where the records lie; amounts never across currencies."""

from collections.abc import Sequence
from typing import Any

from pgc_lib.core.collection import Collection
from pgc_lib.core.operands import fitted
from pgc_lib.core.record import Record
from pgc_lib.notebook.widgets.reading import money
from pgc_lib.notebook.widgets.table_cells import NUMBERS
from pgc_lib.stores.filters import Condition

_MOST = 4
"""Currencies that are told apart."""


def sums(collection: Collection[Any], where: Condition, columns: Sequence[str]) -> dict[str, list[str]]:  # fmt: skip
    """For each column with numbers its sum; a line each currency where there are several."""
    spec = collection.spec
    wanted = [name for name in columns if spec.fields[name].type.name in NUMBERS]
    if not wanted:
        return {}
    currency = spec.fields.get("currency")
    by = "currency" if currency is not None and currency.type.name == "text" else ""
    rows = _in_table(collection, where, wanted, by) if spec.kept_in == "table" else _in_frame(collection, where, wanted, by)  # fmt: skip
    found: dict[str, list[str]] = {name: [] for name in wanted}
    for unit, *values in rows[:_MOST]:
        for name, value in zip(wanted, values, strict=True):
            if value is None:
                continue
            is_money = spec.fields[name].type.name == "money"
            text = money(value) if is_money else f"{value:,.6g}" if isinstance(value, float) else f"{value:,}"  # fmt: skip
            found[name].append(f"{unit} {text}" if unit and is_money and len(rows) > 1 else text)
            if not is_money and len(rows) > 1:
                found[name] = [_plus(rows, wanted.index(name))]
    return found


def _plus(rows: Sequence[Sequence[Any]], at: int) -> str:
    """What is no money adds up whatever the currency beside it."""
    total = sum(row[at + 1] or 0 for row in rows)
    return f"{total:,.6g}" if isinstance(total, float) else f"{total:,}"


def _in_table(collection: Collection[Any], where: Condition, wanted: Sequence[str], by: str) -> list[Sequence[Any]]:  # fmt: skip
    from sqlalchemy import func, literal, select

    from pgc_lib.core.tables import table_of
    from pgc_lib.stores.filters_sql import to_sql
    from pgc_lib.stores.timetravel import as_of

    spec, at = collection.spec, collection.session.at
    record: type[Record] = collection.record
    source: Any = table_of(record)
    if at is not None:
        source = as_of(source, spec.area, spec.kind, at)
    unit = source.c[by] if by else literal("")
    query = select(unit, *(func.sum(source.c[name]) for name in wanted)).where(to_sql(fitted(where, spec), source.c))  # fmt: skip
    if by:
        query = query.group_by(unit).order_by(func.count().desc())
    with collection.session.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]


def _in_frame(collection: Collection[Any], where: Condition, wanted: Sequence[str], by: str) -> list[Sequence[Any]]:  # fmt: skip
    import polars as pl

    frame = collection.frame(where, columns=[*wanted, *([by] if by else [])])
    if not by:
        return [("", *frame.select(pl.col(list(wanted)).sum()).row(0))] if frame.height else []
    grouped = frame.group_by(by).agg(pl.col(list(wanted)).sum(), pl.len().alias("n")).sort("n", descending=True)  # fmt: skip
    return list(grouped.select(by, *wanted).iter_rows())
