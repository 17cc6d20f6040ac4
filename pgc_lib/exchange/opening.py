"""Opening a file of lines and columns: encodings, separators, spreadsheets, and what stands above the heading.

Bills begin with a preamble of any length. The heading is the first line that holds all the columns a format needs, so
a preamble that grows by a line does no harm.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from pgc_lib.core.files import decoded
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

HEAD = 80
"""Lines in which a heading is looked for."""
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
_SEPARATORS = ",\t;|"
_LINE = "__line"
_BEHIND_QUOTES = re.compile(r'"\t+(?=[,;|\r\n])')


@dataclass(frozen=True)
class Opened:
    """A file, read once, in which formats look for their heading."""

    path: Path

    @cached_property
    def rows(self) -> "list[list[str]]":
        """The first lines, cell by cell."""
        if self._is_spreadsheet:
            return self._cells[:HEAD]
        lines = self._text[: 1 << 17].splitlines()[:HEAD]
        return [
            [_clean(cell) for cell in row] for row in csv.reader(lines, delimiter=self._separator)
        ]

    @cached_property
    def preamble(self) -> str:
        """The first lines as they stand, for words that name where a file comes from."""
        return "\n".join(" ".join(row) for row in self.rows)

    def heading(self, needed: Iterable[str]) -> int | None:
        """The number of the line that holds all these columns."""
        wanted = set(needed)
        for number, row in enumerate(self.rows):
            if wanted <= set(row):
                return number
        return None

    def table(self, heading: int) -> pl.DataFrame:
        """Everything below a heading as text, with the number of its line in `__line`."""
        names = list(_unique(self.rows[heading]))
        frame = self._sheet(heading, names) if self._is_spreadsheet else self._csv(heading, names)
        cells = [name for name in names if name]
        filled = pl.any_horizontal(pl.col(name) != "" for name in cells)
        return frame.select(_LINE, *cells).filter(filled)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def _is_spreadsheet(self) -> bool:
        return self.path.suffix.lower() in SPREADSHEETS

    @cached_property
    def _text(self) -> str:
        try:
            text = decoded(self.path.read_bytes())
        except (OSError, ValueError) as error:
            raise _unreadable(self.path, str(error)) from error
        # Wallets put a tab behind a quoted number, to keep spreadsheets from rounding it.
        return _BEHIND_QUOTES.sub('"', text) if '"\t' in text else text

    @cached_property
    def _separator(self) -> str:
        lines = self._text[: 1 << 16].splitlines()
        return max(_SEPARATORS, key=lambda one: sum(line.count(one) for line in lines))

    @cached_property
    def _cells(self) -> "list[list[str]]":
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            sheet = CalamineWorkbook.from_path(self.path).get_sheet_by_index(0)
            return [[_clean(_said(cell)) for cell in row] for row in sheet.to_python()]
        except (CalamineError, OSError, IndexError) as error:
            raise _unreadable(self.path, str(error)) from error

    def _csv(self, heading: int, names: list[str]) -> pl.DataFrame:
        skipped = _after_lines(self._text, heading + 1)
        try:
            frame = pl.read_csv(
                self._text[skipped:].encode(),
                has_header=False,
                separator=self._separator,
                infer_schema=False,
                truncate_ragged_lines=True,
                schema={f"c{number}": pl.String for number in range(len(names))},
            )
        except pl.exceptions.NoDataError:
            frame = pl.DataFrame(schema={f"c{number}": pl.String for number in range(len(names))})
        except pl.exceptions.PolarsError as error:
            raise _unreadable(self.path, str(error).splitlines()[0]) from error
        cleaned = frame.select(
            pl.col(f"c{number}").fill_null("").str.strip_chars(" \t\r\n\ufeff\u00a0").alias(name)
            for number, name in enumerate(names)
            if name
        )
        return cleaned.with_row_index(_LINE, offset=heading + 2)

    def _sheet(self, heading: int, names: list[str]) -> pl.DataFrame:
        width = len(names)
        below = [(row + [""] * width)[:width] for row in self._cells[heading + 1 :]]
        schema = {name or f"__{number}": pl.String for number, name in enumerate(names)}
        frame = pl.DataFrame(below, schema=schema, orient="row")
        return frame.with_row_index(_LINE, offset=heading + 2)


def _unique(names: Iterable[str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if not name or seen[name] == 1 else f"{name} {seen[name]}"


def _after_lines(text: str, number: int) -> int:
    reader = io.StringIO(text, newline="")
    for _line in range(number):
        reader.readline()
    return reader.tell()


def _clean(cell: str) -> str:
    return cell.strip(" \t\r\n\ufeff\u00a0")


def _said(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _unreadable(path: Path, reason: str) -> Invalid:
    return Invalid(
        _("This file cannot be read: {path}", path=path),
        [Problem(path.name, reason)],
        next_step=_("Check that the file is complete, or save it as CSV in UTF-8."),
    )
