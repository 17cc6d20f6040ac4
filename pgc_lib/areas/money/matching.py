"""Which rule a line of money meets, decided for whole frames at once.

A word in a rule is looked for anywhere in the text, letter case and full-width forms ignored; `=word` must be
the whole text, `/…/` is a regular expression (of a kind whose search time grows with the text alone).
Each text is looked at once, however many lines have it: a million lines have few thousand payees.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from unicodedata import normalize

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NO_RULE = -1


class Conditions(Protocol):
    """What a rule asks of a line; what is empty asks nothing."""

    @property
    def category(self) -> str: ...
    @property
    def payee(self) -> list[str]: ...
    @property
    def note(self) -> list[str]: ...
    @property
    def account(self) -> list[str]: ...
    @property
    def was(self) -> list[str]: ...
    @property
    def flow(self) -> str: ...
    @property
    def least(self) -> Decimal | None: ...
    @property
    def most(self) -> Decimal | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def weekdays(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class _Texts:
    """The different texts of a column, folded, and which of them each line has."""

    distinct: "pl.Series"
    codes: "np.ndarray[tuple[int], np.dtype[np.uint32]]"


class Lines:
    """A frame of lines, prepared to be asked by many rules. Missing columns are empty."""

    def __init__(self, frame: "pl.DataFrame") -> None:
        self.frame = frame
        self._texts: dict[str, _Texts] = {}
        self._found: dict[tuple[str, tuple[str, ...]], Mask] = {}

    def first_rules(self, rules: Sequence[Conditions]) -> "np.ndarray[Any, np.dtype[np.int32]]":
        """For each line the place of the first rule that it meets, or NO_RULE."""
        import numpy as np

        first = np.full(self.frame.height, NO_RULE, dtype=np.int32)
        for place, rule in enumerate(rules):
            hit = self.meeting(rule)
            hit &= first == NO_RULE
            first[hit] = place
        return first

    def meeting(self, rule: Conditions) -> "Mask":
        """The lines that a rule is about. Without `was`, those that have no category yet."""
        mask = self._in("category", tuple(rule.was) or ("=",)).copy()
        for column in ("payee", "note", "account"):
            words: list[str] = getattr(rule, column)
            if words:
                mask &= self._in(column, tuple(words))
        if rule.currency:
            mask &= self._in("currency", (f"={rule.currency}",))
        if rule.flow != "any":
            mask &= self._amounts < 0 if rule.flow == "out" else self._amounts > 0
        if rule.least is not None:
            mask &= self._sizes >= _scaled(rule.least)
        if rule.most is not None:
            mask &= self._sizes <= _scaled(rule.most)
        if rule.weekdays:
            import numpy as np

            wanted = [WEEKDAYS.index(day) + 1 for day in rule.weekdays]
            mask &= np.isin(self._weekdays, wanted)
        return mask

    def _in(self, column: str, words: tuple[str, ...]) -> "Mask":
        """The lines whose text meets any of the words."""
        found = self._found.get((column, words))
        if found is None:
            import numpy as np

            texts = self._of(column)
            met = texts.distinct.to_frame("text").select(any_of(words)).to_series()
            found = met.to_numpy()[texts.codes].astype(np.bool_, copy=False)
            self._found[column, words] = found
        return found

    def _of(self, column: str) -> _Texts:
        if column not in self._texts:
            import polars as pl

            if column in self.frame.columns:
                raw = self.frame.get_column(column).cast(pl.String).fill_null("")
            else:
                raw = pl.Series(column, [""]).new_from_index(0, self.frame.height)
            distinct = raw.unique()
            codes = raw.to_frame("raw").join(
                distinct.to_frame("raw").with_row_index("code"),
                on="raw", how="left", maintain_order="left",
            )  # fmt: skip
            folding = distinct.to_frame("raw").select(folded(pl.col("raw"))).to_series()
            self._texts[column] = _Texts(folding, codes.get_column("code").to_numpy())
        return self._texts[column]

    @cached_property
    def _amounts(self) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """Amounts as whole ten-thousandths; a line of a file that has none yet meets no range."""
        import polars as pl

        amount = pl.col("amount").cast(pl.Decimal(18, 4), strict=False)
        whole = (amount.cast(pl.Float64) * 10_000).round().cast(pl.Int64, strict=False)
        return self.frame.select(whole.fill_null(0)).to_series().to_numpy()

    @cached_property
    def _sizes(self) -> "np.ndarray[Any, np.dtype[np.int64]]":
        import numpy as np

        sizes: np.ndarray[Any, np.dtype[np.int64]] = np.abs(self._amounts)
        return sizes

    @cached_property
    def _weekdays(self) -> "np.ndarray[Any, np.dtype[np.int8]]":
        import polars as pl

        day = pl.col("day")
        if self.frame.schema["day"] == pl.String:
            day = day.str.slice(0, 10).str.to_date(strict=False)
        return self.frame.select(day.dt.weekday().fill_null(0)).to_series().to_numpy()


def any_of(words: Iterable[str]) -> "pl.Expr":
    """Whether the folded text in the column `text` meets any of the words."""
    import polars as pl

    text = pl.col("text")
    plain: list[str] = []
    tests = []
    for word in words:
        if word.startswith("="):
            tests.append(text == fold(word[1:]))
        elif is_pattern(word):
            tests.append(text.str.contains(f"(?i){word[1:-1]}"))
        else:
            plain.append(fold(word))
    if plain:
        tests.append(text.str.contains_any(plain))
    return pl.any_horizontal(tests)


def is_pattern(word: str) -> bool:
    """Whether a word is a regular expression."""
    return len(word) > 2 and word.startswith("/") and word.endswith("/")


def wrong_pattern(word: str) -> str:
    """What is wrong with a regular expression; empty when it can be used."""
    import polars as pl
    from polars.exceptions import PolarsError

    try:
        pl.Series([""]).str.contains(f"(?i){word[1:-1]}")
    except PolarsError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return lines[-1].removeprefix("error: ") if lines else type(error).__name__
    return ""


def fold(text: str) -> str:
    """A text as it is compared."""
    return re.sub(r"\s+", " ", normalize("NFKC", text)).strip().lower()


def folded(text: "pl.Expr") -> "pl.Expr":
    """The same for a column."""
    plain = text.str.normalize("NFKC").str.replace_all(r"\s+", " ")
    return plain.str.strip_chars().str.to_lowercase()


def _scaled(amount: Decimal) -> int:
    return int(amount * 10_000)
