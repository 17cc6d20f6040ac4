"""Records out of the lab: CSV, XLSX, Parquet, JSON, and the plain-text forms of money.

    lab.export("money.xlsx", "finance.transactions", day=…)

A spreadsheet never gets a text that it would take for a formula: in CSV such a text has an apostrophe in front, which
importing takes off again; in XLSX it is written as a text, which no program evaluates.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pgc_lib.errors import Invalid, Problem
from pgc_lib.exchange import ledger_text, qif
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.core.collection import Collection
    from pgc_lib.stores.filters import Condition

_MONEY = "finance.transactions"
_SHEET_ROWS = 1_048_575
_CELL = 32_767


def export(
    collection: "Collection[Any]", path: Path, *conditions: "Condition", **keywords: Any
) -> Path:
    """Write the records that meet all conditions; the ending says how."""
    ending = path.suffix.lower()
    spec = collection.spec
    fields = [name for name in spec.fields if name not in spec.sensitive]
    writer = _PLAIN.get(ending)
    if writer is None and (spec.kind != _MONEY or ending not in _OF_MONEY):
        endings = [*_PLAIN, *(_OF_MONEY if spec.kind == _MONEY else ())]
        raise Invalid(
            _("This file cannot be written: {path}", path=path),
            [Problem(path.name, _("the ending is none of {known}", known=" ".join(endings)))],
            next_step=_("Choose one of these endings."),
        )
    frame = collection.frame(*conditions, columns=fields, **keywords)
    if writer is not None:
        titles = {name: field.title for name, field in spec.fields.items()}
        writer(frame, path, titles)
    else:
        path.write_text(_OF_MONEY[ending](frame), encoding="utf-8")
    return path


def _csv(frame: pl.DataFrame, path: Path, _titles: Mapping[str, str]) -> None:
    from pgc_lib.core.files import write

    write(frame, path)


def _parquet(frame: pl.DataFrame, path: Path, _titles: Mapping[str, str]) -> None:
    frame.write_parquet(path)


def _json(frame: pl.DataFrame, path: Path, _titles: Mapping[str, str]) -> None:
    """An array of objects; amounts are texts, as numbers would lose their exactness."""
    exact = frame.with_columns(pl.col(pl.Decimal).cast(pl.String))
    exact.write_json(path)


def _json_lines(frame: pl.DataFrame, path: Path, _titles: Mapping[str, str]) -> None:
    frame.with_columns(pl.col(pl.Decimal).cast(pl.String)).write_ndjson(path)


def _xlsx(frame: pl.DataFrame, path: Path, titles: Mapping[str, str]) -> None:
    """One sheet a million rows, with a heading that stays in view."""
    import xlsxwriter

    safe = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(path, safe)
    bold = book.add_format({"bold": True})
    forms = {
        pl.Date: book.add_format({"num_format": "yyyy-mm-dd"}),
        pl.Decimal: book.add_format({"num_format": "#,##0.00##"}),
    }
    for begin in range(0, max(frame.height, 1), _SHEET_ROWS):
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [titles.get(name, name) for name in frame.columns], bold)
        for column, kind in enumerate(frame.dtypes):
            sheet.set_column(column, column, 14, forms.get(type(kind)))
        for number, row in enumerate(frame.slice(begin, _SHEET_ROWS).iter_rows(), 1):
            for column, value in enumerate(row):
                _cell(sheet, number, column, value, forms)
    book.close()


def _cell(sheet: Any, row: int, column: int, value: Any, forms: Mapping[Any, Any]) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, column, value)
        case int() | float() | Decimal():
            sheet.write_number(
                row, column, value, forms[pl.Decimal] if isinstance(value, Decimal) else None
            )
        case date() if type(value) is date:
            sheet.write_datetime(row, column, value, forms[pl.Date])
        case list() | tuple():
            sheet.write_string(row, column, ", ".join(map(str, value))[:_CELL])
        case _:
            sheet.write_string(row, column, str(value)[:_CELL])


Writer = Callable[[pl.DataFrame, Path, Mapping[str, str]], None]
_PLAIN: Mapping[str, Writer] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".parquet": _parquet,
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
}
_OF_MONEY: Mapping[str, Callable[[pl.DataFrame], str]] = {
    ".beancount": ledger_text.beancount,
    ".qif": qif.write,
}


def endings(kind: str) -> Sequence[str]:
    """The endings that a kind can be written with."""
    return [*_PLAIN, *(_OF_MONEY if kind == _MONEY else ())]
