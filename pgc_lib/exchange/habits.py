"""How people and banks write days and amounts, told from a whole column at once.

12/31 cannot be told from 31/12 by one value; a column often can: a part above 12 is a day, days of a statement go in one
direction, and none of them lies in the future. Where it stays open, the person is told what was assumed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "YMD", "DMY", "MDY"
_THREE = r"^\D*?(\d{1,4})\D+(\d{1,2})\D+(\d{1,4})"
_SAMPLE = 5_000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = {name: f"{number:02}" for number, name in enumerate(_MONTHS, 1)}
_NAMES = "|".join(_MONTHS)
_DAY_AND_NAME = rf"(?i)^(\d{{1,2}})[ -/.]+({_NAMES})[a-z]*[ -/.,]+(\d{{2,4}})"
_NAME_AND_DAY = rf"(?i)^({_NAMES})[a-z]*\.? +(\d{{1,2}})[, ]+(\d{{4}})"
_WIDE = str.maketrans("０１２３４５６７８９．，－＋（）", "0123456789.,-+()")
_SIGNS = r"(?i)[¥￥$€£₩\s'’\u00a0\u202f]|CNY|RMB|USD|EUR|GBP|HKD|JPY|元"


@dataclass(frozen=True, slots=True)
class Order:
    """In which order a column writes year, month and day."""

    order: str
    certain: bool


def order_of(days: pl.Series) -> Order:
    """The order of a column of days."""
    texts = days.drop_nulls().filter(days.drop_nulls() != "").head(_SAMPLE)
    parts = texts.str.extract_groups(_THREE).struct.unnest()
    first, second, _third = (parts[name].cast(pl.Int64, strict=False) for name in parts.columns)
    known = first.is_not_null()
    if not known.any():
        return Order(YEAR_FIRST, True)
    if (first.drop_nulls() > 31).any() or texts.str.contains(r"^\d{8}$|^\d{4}").any():
        return Order(YEAR_FIRST, True)
    if (first.drop_nulls() > 12).any():
        return Order(DAY_FIRST, not (second.drop_nulls() > 12).any())
    if (second.drop_nulls() > 12).any():
        return Order(MONTH_FIRST, True)
    if texts.str.contains(r"^\d{1,2}\.\d{1,2}\.").all():
        return Order(DAY_FIRST, True)  # with dots it is written in this one way
    scores = {order: _plausible(texts, order) for order in (DAY_FIRST, MONTH_FIRST)}
    best = max(scores, key=lambda order: scores[order])
    return Order(best, scores[DAY_FIRST] != scores[MONTH_FIRST])


def _plausible(texts: pl.Series, order: str) -> int:
    """More points the more it looks like a statement: not in the future, in one direction, over few days."""
    read = as_day(pl.col("d"), order).str.to_date(strict=False)
    days = texts.to_frame("d").select(read).to_series()
    steps = days.diff().dt.total_days().drop_nulls()
    if days.null_count() or days.is_empty():
        return -10
    past = (days <= datetime.now(UTC).date()).all()
    sorted_ = days.is_sorted() or days.is_sorted(descending=True)
    near = steps.is_empty() or float(steps.abs().median() or 0) <= 27  # type: ignore[arg-type]
    return 4 * past + 2 * (sorted_ and days.n_unique() > 2) + near


def as_day(column: pl.Expr, order: str = YEAR_FIRST) -> pl.Expr:
    """Days of any usual writing as 2026-12-31; what cannot be read stays as it is."""
    return column.map_batches(
        lambda texts: _read_days(texts, order), return_dtype=pl.String, is_elementwise=True
    )


def _read_days(texts: pl.Series, order: str) -> pl.Series:
    """As series and not as expressions, so that each step is taken once, and only where it is needed."""
    plain = texts.cast(pl.String).str.strip_chars()
    if plain.str.contains(r"^\d{4}-\d{2}-\d{2}(\D|$)").all():
        return plain.str.slice(0, 10)
    distinct = plain.unique()
    if 2 * distinct.len() < plain.len():  # a year of statements has few days
        return plain.replace_strict(distinct, _read_each(distinct, order), return_dtype=pl.String)
    return _read_each(plain, order)


def _read_each(plain: pl.Series, order: str) -> pl.Series:
    numbers = plain.str.replace(r"^(\d{4})(\d{2})(\d{2})(\D.*|\d{6}.*)?$", "$1-$2-$3")
    if numbers.str.contains("(?i)[a-z]{3}").any():
        day_first, name_first = (
            numbers.str.extract_groups(each) for each in (_DAY_AND_NAME, _NAME_AND_DAY)
        )
        numbers = (
            pl.DataFrame({"d": numbers, "1": day_first, "2": name_first})
            .select(
                pl.coalesce(
                    _with_number(pl.col("1"), day="1", month="2"),
                    _with_number(pl.col("2"), day="2", month="1"),
                    "d",
                )
            )
            .to_series()
        )
    parts = numbers.str.extract_groups(r"^(\d{1,4})\D+(\d{1,2})\D+(\d{1,4})").struct.unnest()
    one, two, three = (pl.col(name) for name in ("1", "2", "3"))
    year, month, day = {
        YEAR_FIRST: (one, two, three),
        MONTH_FIRST: (three, one, two),
        DAY_FIRST: (three, two, one),
    }[order]
    year_first = one.str.len_chars() == 4
    year = pl.when(year_first).then(one).otherwise(year)
    century = pl.when(year.str.len_chars() == 2).then(pl.lit("20") + year).otherwise(year)
    month = pl.when(year_first).then(two).otherwise(month).str.zfill(2)
    day = pl.when(year_first).then(three).otherwise(day).str.zfill(2)
    said = parts.select(pl.concat_str(century, month, day, separator="-")).to_series()
    return said.zip_with(said.is_not_null(), plain)


def _with_number(parts: pl.Expr, *, day: str, month: str) -> pl.Expr:
    """A day whose month is a name, as numbers; null where it is none."""
    part = parts.struct.field
    number = part(month).str.to_lowercase().replace_strict(_NUMBERS, default=None)
    return pl.concat_str(part("3"), number, part(day), separator="-")


def decimal_mark(amounts: pl.Series) -> str:
    """Whether a comma or a point stands before the cents."""
    texts = amounts.drop_nulls().head(_SAMPLE)
    points = int(texts.str.contains(r"\.\d{1,2}\D*$").sum())
    commas = int(texts.str.contains(r",\d{1,2}\D*$").sum())
    return "," if commas > points else "."


def as_amount(column: pl.Expr, mark: str = ".") -> pl.Expr:
    """Amounts with signs, thousands and parentheses as -1234.56; what cannot be read stays as it is."""
    wide = column.str.replace_many(list(map(chr, _WIDE)), list(map(chr, _WIDE.values())))
    plain = wide.str.replace_all(_SIGNS, "").str.replace_all("−", "-", literal=True)
    plain = plain.str.replace_all("." if mark == "," else ",", "", literal=True)
    plain = plain.str.replace(",", ".", literal=True) if mark == "," else plain
    minus = plain.str.contains(r"^\(.*\)$|-$|(?i)(DR|借)$") & ~plain.str.contains("^-")
    bare = plain.str.replace_all(r"(?i)[()]|-$|(DR|CR|借|贷)$", "").str.strip_prefix("+")
    return pl.when(minus & (bare != "")).then(pl.lit("-") + bare).otherwise(bare)


def looks_like_days(column: pl.Series) -> bool:
    """Whether nearly all values are days; in a short table one may be written wrongly."""
    pattern = (
        r"^\D{0,2}\d{1,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,4}|^(19|20)\d{6}$|^\d{1,2}[ -][A-Za-z]{3}"
    )
    return _mostly(column, pattern, spared=1)


def looks_like_amounts(column: pl.Series) -> bool:
    """Whether nearly all values are amounts."""
    return _mostly(
        column, r"^[(+\-−¥￥$€£\s]*[A-Z]{0,3}\s?\d{1,3}([\d.,'\s]*\d)?[)\s元-]*[A-Z]{0,3}$"
    ) and not looks_like_days(column)


def _mostly(column: pl.Series, pattern: str, *, spared: int = 0) -> bool:
    texts = column.filter(column != "").head(_SAMPLE)
    other = texts.len() - int(texts.str.contains(pattern).sum())
    return texts.len() > 2 * other and other <= max(spared, texts.len() // 10)
