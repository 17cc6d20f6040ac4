"""Tables that are records: a format is its columns and one function that turns its lines into records.

A line that is no spending and no income (a trade that was closed, money moved between one's own accounts) is left
out with the reason, never silently. Every line of money has a reference, the bill's own or one made from its
content, so the same bill brought again adds nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from pgc_lib.errors import Invalid, PgcError
from pgc_lib.exchange.opening import opened
from pgc_lib.exchange.reading import LEFT_OUT, LINE, Part, Reading
from pgc_lib.i18n import N_, _

CLOSED = N_("the trade was closed and never paid")
OWN = N_("money moved between one's own accounts")
COLUMNS = (
    LINE,
    "day",
    "amount",
    "currency",
    "payee",
    "category",
    "account",
    "note",
    "reference",
    LEFT_OUT,
)
"""What a format that is no table says of a transaction."""
_NUMBER = r"[¥￥$€£,，'\s]"


@dataclass(frozen=True)
class Bill:
    """One format of bill."""

    name: str
    title: str
    needed: tuple[str, ...]
    """The columns by which its heading is known."""
    convert: Callable[[pl.DataFrame, str], pl.DataFrame]
    """Its lines, and the text above them, as fields of a transaction with `__left_out`."""
    marks: tuple[str, ...] = ()
    """Words above the heading, one of which must be there."""
    kind: str = "finance.transactions"
    whole: Callable[[Iterator[pl.DataFrame]], Iterator[pl.DataFrame]] | None = None
    """For what one line says about another: goes over the lines before they are converted."""

    def sniff(self, path: Path, _head: bytes) -> int:
        """The more columns it explains, the better it fits."""
        try:
            table = opened(path)
            heading = table.heading(self.needed)
            marked = not self.marks or any(mark in table.preamble for mark in self.marks)
        except Invalid:
            return 0  # not a table at all; another format may know it
        if heading is None or not marked:
            return 0
        return min(20 + 3 * len(self.needed) + 20 * bool(self.marks), 95)

    def read(self, path: Path, *, encoding: str | None = None, **_options: Any) -> Reading:
        """Its lines as records, a part at a time."""
        table = opened(path, encoding)
        heading = table.heading(self.needed)
        if heading is None:
            from pgc_lib.exchange.registry import unknown

            raise unknown(path)
        above = table.above(heading)
        tables = table.tables(heading)
        raw = self.whole(tables) if self.whole else tables
        lines = (self.converted(frame, above) for frame in raw)
        return Reading([Part(self.kind, numbered(lines))])

    def converted(self, frame: pl.DataFrame, above: str) -> pl.DataFrame:
        """Lines of the table as records; a fault in the format's own function is told with its place."""
        try:
            return self.convert(frame, above)
        except pl.exceptions.PolarsError as error:
            raise PgcError(
                _(
                    "The importer “{name}” fails on this file: {reason}",
                    name=self.name,
                    reason=str(error).splitlines()[0],
                ),
                next_step=_(
                    "Correct it in a cell: lab.imports.source({name}) shows how it reads.",
                    name=repr(self.name),
                ),
            ) from error


def text(name: str, frame: pl.DataFrame) -> pl.Expr:
    """A column, or empty where this bill has none; a lone slash means nothing."""
    if name not in frame.columns:
        return pl.lit("")
    return pl.when(pl.col(name) == "/").then(pl.lit("")).otherwise(pl.col(name))


def number(name: str, frame: pl.DataFrame) -> pl.Expr:
    """A column with numbers of orders; null where there is none, or only a mask."""
    if name not in frame.columns:
        return pl.lit(None, pl.String)
    return pl.when(pl.col(name).str.contains(r"\d")).then(pl.col(name))


def money(name: str) -> pl.Expr:
    """An amount without its thousands and signs of currency; parentheses are a minus."""
    plain = pl.col(name).str.replace_all(_NUMBER, "").str.replace(r"\([A-Z]{2}\)$", "")
    return plain.str.replace(r"^\((.+)\)$", "-$1")


def signed(amount: pl.Expr, out: pl.Expr) -> pl.Expr:
    """The amount with a minus where money goes out."""
    plain = amount.str.strip_prefix("-").str.strip_prefix("+")
    return pl.when(out).then(pl.lit("-") + plain).otherwise(plain)


def joined(*parts: pl.Expr) -> pl.Expr:
    """Texts with a dash between those that are there."""
    together = parts[0]
    for part in parts[1:]:
        both = pl.concat_str(together, pl.lit(" — "), part)
        together = (
            pl.when(part == "").then(together).when(together == "").then(part).otherwise(both)
        )
    return together


def made_reference(prefix: str, *columns: str) -> pl.Expr:
    """A reference from what a line says; the `#` asks for its number where a bill holds the same line twice."""
    content = pl.concat_str([pl.col(name).fill_null("") for name in columns], separator="|")
    whole = pl.lit(f"{prefix}:") + content
    short = pl.when(whole.str.len_chars() > _LONGEST).then(whole.map_elements(_digested, pl.String))
    return short.otherwise(whole) + pl.lit("#")


_LONGEST = 180


def _digested(text: str) -> str:
    return text[:100] + "…" + sha256(text.encode()).hexdigest()[:40]


def numbered(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """References that end in `#` with the number of times that the same line was there so far."""
    before: pl.DataFrame | None = None
    for frame in frames:
        if "reference" not in frame.columns:
            yield frame
            continue
        counted = pl.col("reference").str.ends_with("#")
        if not frame.select(counted.any()).item():
            yield frame
            continue
        again, lines = pl.col("reference").cum_count().over("reference"), frame
        if before is not None:
            lines = frame.join(before, on="reference", how="left", maintain_order="left")
            again += pl.col("__before").fill_null(0)
        told = lines.with_columns(
            pl.when(counted)
            .then(pl.col("reference") + again.cast(pl.String))
            .otherwise(pl.col("reference"))
        ).drop("__before", strict=False)
        counts = frame.filter(counted).group_by("reference").agg(pl.len().alias("__before"))
        if before is not None:
            counts = pl.concat([before, counts]).group_by("reference").agg(pl.col("__before").sum())
        before = counts
        yield told


def card_repaid(what: pl.Expr) -> pl.Expr:
    """The reason for leaving out where a credit card was paid off."""
    return pl.when(what.str.contains("信用卡.*还款")).then(pl.lit(OWN)).otherwise(pl.lit(""))
