"""Many rows at once: validated, mostly column by column, and read back from Arrow exactly."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl
from pydantic import ValidationError

from pgc_lib.core.problems import REASONS, problems_of
from pgc_lib.core.record import SYSTEM, FieldSpec, Record, Spec, adapter_of
from pgc_lib.core.types import MONEY_DIGITS, MONEY_SCALE, exact_money
from pgc_lib.core.values import storable
from pgc_lib.core.vouching import vouch
from pgc_lib.errors import Problem
from pgc_lib.i18n import _
from pgc_lib.stores.documents_values import dumps

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Rows: TypeAlias = "pl.DataFrame | pd.DataFrame | pa.Table | Iterable[Mapping[str, Any] | Record]"
_SHOWN = 1000
"""Problems described one by one; beyond that only the first ones matter to a person."""
_SLICE = 10_000
_INDEX = re.compile(r"__index_level_\d+__")
"""What pandas calls its row labels in Arrow; they are no data of the person's."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows that may be kept, in the store's types, and what is wrong with the others."""

    frame: pl.DataFrame
    problems: list[Problem]
    refused: int


def check(rows: Rows, spec: Spec) -> Checked:
    """Validate rows of any origin against a Record."""
    if isinstance(rows, pl.DataFrame):
        return check_frame(rows, spec)
    if isinstance(rows, pl.LazyFrame):
        return check_frame(rows.collect(), spec)
    if hasattr(rows, "__arrow_c_stream__"):  # pandas, pyarrow and whatever else speaks Arrow
        frame = pl.DataFrame(rows)
        labels = [name for name in frame.columns if _INDEX.fullmatch(name)]
        return check_frame(frame.drop(labels), spec)
    return check_rows(rows, spec)


def check_rows(rows: Iterable[Any], spec: Spec) -> Checked:
    """Validate rows of Python values, each by the Record itself."""
    judged = _judge(enumerate(rows, 1), spec)
    return Checked(judged.frame.drop(_ROW), judged.problems, judged.refused)


_ROW = "\0row"
"""The column that remembers where a row came from; no field can have this name."""


def _judge(rows: Iterable[tuple[int, Any]], spec: Spec) -> Checked:
    columns: dict[str, list[Any]] = {name: [] for name in spec.fields}
    numbers: list[int] = []
    problems: list[Problem] = []
    refused = 0
    given = [
        field.name for field in spec.fields.values() if not field.optional and not field.required
    ]
    for number, row in rows:
        try:
            record = row
            if not isinstance(row, spec.record):
                record = spec.record.model_validate(_without_blanks(row, given))
        except ValidationError as error:
            refused += 1
            if len(problems) < _SHOWN:
                problems.extend(problems_of(error, spec, row=number))
            continue
        numbers.append(number)
        for name, values in columns.items():
            values.append(getattr(record, name))
    series = [series_of(name, values, spec.fields[name]) for name, values in columns.items()]
    frame = pl.DataFrame([*series, pl.Series(_ROW, numbers, dtype=pl.Int64)])
    return Checked(frame, problems[:_SHOWN], refused)


def _without_blanks(row: Any, names: Sequence[str]) -> Any:
    """Among many rows None is how a value is left out of one of them; its default then holds."""
    if not isinstance(row, Mapping):
        return row
    blank = {name for name in names if name in row and row[name] is None}
    return {name: value for name, value in row.items() if name not in blank} if blank else row


def series_of(name: str, values: list[Any], field: FieldSpec) -> pl.Series:
    """Validated values as a column in the store's type."""
    if field.type.name == "link":
        values = [None if value is None else value.hex for value in values]
    elif field.type.name == "object":
        values = [None if value is None else dumps(value) for value in values]
    elif field.type.name == "money":
        values = [None if value is None else exact_money(value) for value in values]
    elif field.enum:
        values = [None if value is None else str(value) for value in values]
    return pl.Series(name, values, dtype=field.type.polars(), strict=True)


def check_frame(frame: pl.DataFrame, spec: Spec) -> Checked:
    """Validate a frame: columns vouch for what is ordinary, the Record judges the rest."""
    problems = _of_columns(frame, spec)
    if problems:
        return Checked(_empty(spec), problems, frame.height)
    columns: list[pl.Series] = []
    doubt = pl.Series([_has_rules_of_its_own(spec)]).new_from_index(0, frame.height)
    for field in spec.fields.values():
        default = _default(spec, field, frame.height)
        if field.name not in frame.columns:
            if default is None:
                doubt |= True
            blank = blank_column(field.name, spec, frame.height)
            columns.append(blank if default is None else default)
            continue
        kept, unsure = vouch(frame.get_column(field.name), field)
        if not field.optional and default is not None and kept.null_count():
            kept = kept.zip_with(kept.is_not_null(), default)
        elif not field.optional and kept.null_count():
            unsure |= kept.is_null()
        doubt |= unsure
        columns.append(kept)
    sure = pl.DataFrame(columns)
    if not doubt.any():
        return Checked(sure, [], 0)
    doubtful = doubt.arg_true()
    judged = _judge(_python_rows(frame, doubtful), spec)
    sure = sure.with_columns(pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(_ROW))
    together = pl.concat([sure.filter(~doubt), judged.frame]).sort(_ROW).drop(_ROW)
    return Checked(together, judged.problems, judged.refused)


def _of_columns(frame: pl.DataFrame, spec: Spec) -> list[Problem]:
    unknown = [name for name in frame.columns if name not in spec.fields]
    reasons = [REASONS["system" if name in SYSTEM else "extra_forbidden"] for name in unknown]
    problems = [Problem(name, _(reason)) for name, reason in zip(unknown, reasons, strict=True)]
    missing = [f for f in spec.fields.values() if f.required and f.name not in frame.columns]
    problems += [Problem(f"{f.title} ({f.name})", _(REASONS["missing"])) for f in missing]
    return problems


def _empty(spec: Spec) -> pl.DataFrame:
    return pl.DataFrame(schema={field.name: field.type.polars() for field in spec.fields.values()})


def _has_rules_of_its_own(spec: Spec) -> bool:
    """Whether the class validates in ways that no column can know of."""
    mine = spec.record.__pydantic_decorators__
    base = Record.__pydantic_decorators__
    return (
        mine.field_validators.keys() != base.field_validators.keys()
        or bool(mine.model_validators)
        or bool(mine.validators or mine.root_validators)
    )


def _default(spec: Spec, field: FieldSpec, height: int) -> pl.Series | None:
    """The field's default as a column, when it is a plain value of the field's type."""
    if field.required or field.info.default_factory is not None:
        return None
    try:
        value = storable(adapter_of(spec.record, field.name).validate_python(field.info.default))
    except ValueError:
        return None  # the Record will say so, for every row
    return series_of(field.name, [value], field).new_from_index(0, height)


def blank_column(name: str, spec: Spec, height: int) -> pl.Series:
    """A column in which there is nothing, in the type that it has where there is something."""
    return pl.Series(name, [None], dtype=dtype_of(name, spec)).new_from_index(0, height)


def _python_rows(frame: pl.DataFrame, wanted: pl.Series) -> Iterable[tuple[int, dict[str, Any]]]:
    """Some rows as the Record would be given them."""
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Date | pl.Datetime)]
    for start in range(0, wanted.len(), _SLICE):
        indices = wanted.slice(start, _SLICE)
        rows = frame[indices]
        unreadable: dict[str, pl.Series] = {}
        for name in times:
            # Python has no words for these years; as texts the Record refuses them like any other.
            strange = ~pl.col(name).dt.year().is_between(1, 9999)
            texts = rows.select(pl.when(strange).then(pl.col(name).cast(pl.String)))[name]
            if texts.null_count() < texts.len():
                unreadable[name] = texts
                rows = rows.with_columns(pl.when(~strange).then(pl.col(name)))
        for at, (index, row) in enumerate(zip(indices, rows.iter_rows(named=True), strict=True)):
            for name, texts in unreadable.items():
                row[name] = row[name] if texts[at] is None else texts[at]
            yield index + 1, row


def system_series(name: str, values: list[Any]) -> pl.Series:
    """A column of what every record has besides its fields."""
    if name == "version":
        return pl.Series(name, values, dtype=pl.Int32)
    if name in ("created_at", "updated_at"):
        return pl.Series(name, values, dtype=pl.Datetime("us", "UTC"))
    texts = [None if value is None else value.hex for value in values]
    return pl.Series(name, texts, dtype=pl.String)


def from_arrow(table: "pa.Table", spec: Spec, columns: Sequence[str]) -> pl.DataFrame:
    """A result read over ADBC in the types of the Record: exact amounts, times with their zone."""
    frame = pl.DataFrame(table)
    conversions: list[pl.Series | pl.Expr] = []
    for name in columns:
        field = spec.fields.get(name)
        if field and field.type.name == "money":
            conversions.append(_unscaled(frame.get_column(name)))
        elif name in ("id", "owner", "batch") or (field and field.type.name == "link"):
            # Sixteen bytes over the wire; 32 hexadecimal digits for a person, as `UUID` reads them.
            conversions.append(pl.col(name).bin.encode("hex"))
        elif (field and field.type.name == "moment") or name in ("created_at", "updated_at"):
            conversions.append(pl.col(name).cast(pl.Datetime("us", "UTC")))
    return frame.with_columns(conversions) if conversions else frame


def dtype_of(name: str, spec: Spec) -> pl.DataType:
    """The type of a column of a result, by the field or by what every record has."""
    field = spec.fields.get(name)
    return field.type.polars() if field else system_series(name, []).dtype


def _unscaled(scaled: pl.Series) -> pl.Series:
    """Whole ten-thousandths read as the exact amount that they stand for."""
    import pyarrow as pa

    whole = scaled.to_arrow().cast(pa.decimal128(MONEY_DIGITS + 1, 0))
    # The same 128 bits with another scale: no arithmetic, so nothing can be rounded.
    amount = pa.Array.from_buffers(
        pa.decimal128(MONEY_DIGITS, MONEY_SCALE), len(whole), whole.buffers(), offset=whole.offset
    )
    return pl.Series(scaled.name, amount)
