"""Texts of lines cut into pieces that can be counted: characters in ones, twos and threes, hashed all at once.

Neighbouring code points of one long array are mixed in numpy, so a hundred thousand payees take a tenth of a
second and no dictionary grows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Numbers = np.ndarray[Any, np.dtype[Any]]

BUCKETS = 1 << 16
"""Places for pieces of text; two that share one are no harm among so many."""
LONGEST = 60
"""Characters of a text that are looked at; bills put order numbers behind them."""
TEXTS = ("payee", "note", "account")
_BREAK = 10
"""The character between two texts; there is none within them."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What the lines of a frame consist of: a line's number and a bucket for each piece."""

    lines: "Numbers"
    buckets: "Numbers"
    height: int


def plain_texts(frame: "pl.DataFrame") -> "pl.DataFrame":
    """The texts as they are compared, digits alike, and the rough size of the amount with its sign."""
    import polars as pl

    columns: list[pl.Expr] = []
    for name in TEXTS:
        if name in frame.columns:
            text = pl.col(name).cast(pl.String).fill_null("").str.slice(0, LONGEST)
            plain = text.str.normalize("NFKC").str.to_lowercase()
            columns.append(plain.str.replace_all(r"[\d\s]+", "0").alias(name))
        else:
            columns.append(pl.lit("").alias(name))
    if "amount" in frame.columns:
        amount = pl.col("amount").cast(pl.Float64, strict=False).fill_null(0.0)
        size = (amount.abs() + 1).log(2).round().cast(pl.Int64)
        columns.append(pl.when(amount < 0).then(-size - 1).otherwise(size).alias("size"))
    else:
        columns.append(pl.lit(0, pl.Int64).alias("size"))
    return frame.select(columns)


def pieces_of(texts: "pl.DataFrame") -> Pieces:
    """Characters in ones, twos and threes, whole texts, and the size of the amount."""
    import numpy as np

    parts = [hashed(texts[name], salt) for salt, name in enumerate(TEXTS[:2])]
    every = np.arange(texts.height)
    for salt, name in enumerate((*TEXTS, "size")):
        whole = texts[name].hash(seed=salt).to_numpy() >> np.uint64(48)
        parts.append((every, whole.astype(np.int64)))
        if name == "payee":  # the whole payee says more than any piece of it
            parts += [parts[-1]] * 3
    lines = np.concatenate([lines for lines, _buckets in parts])
    buckets = np.concatenate([buckets for _lines, buckets in parts])
    return Pieces(lines, buckets, texts.height)


def hashed(
    texts: "pl.Series", salt: int, sizes: Sequence[int] = (1, 2, 3)
) -> "tuple[Numbers, Numbers]":
    """The pieces of a column, hashed all at once: neighbouring code points of one long array."""
    import numpy as np

    lengths = texts.str.len_chars().to_numpy()
    joined = "\n".join(texts.to_list()) + "\n"
    points = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    owners = np.repeat(np.arange(len(lengths)), lengths + 1)
    ends = points == _BREAK
    lines, buckets = [], []
    mixed = np.zeros_like(points)
    broken = np.zeros(len(points), dtype=np.bool_)
    for size in range(1, max(sizes) + 1):
        reach = len(points) - size + 1
        mixed = mixed[:reach] * np.uint64(0x100000001B3) + points[size - 1 :]
        broken = broken[:reach] | ends[size - 1 :]
        if size not in sizes:
            continue
        inside = ~broken
        spread = (mixed[inside] + np.uint64(7919 * (salt * 8 + size))) * np.uint64(
            0x9E3779B97F4A7C15
        )
        lines.append(owners[:reach][inside])
        buckets.append((spread >> np.uint64(48)).astype(np.int64))
    return np.concatenate(lines), np.concatenate(buckets)
