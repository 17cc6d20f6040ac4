"""Opening a file of lines and columns: encodings, separators, spreadsheets, and what stands above the heading.

Bills begin with a preamble of any length. The heading is the first line that holds all the columns a format needs, so
a preamble that grows by a line does no harm. What stands below it comes frame by frame, however long the file is.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.exchange import encodings
from pgc_lib.exchange.reading import LINE
from pgc_lib.i18n import _

HEAD = 120
"""Lines in which a heading is looked for."""
_HEAD_BYTES = 1 << 18
_SEPARATORS = ",;\t|"
_WHITE = " \t\r\n\ufeff\u00a0\u3000"
_MARK = "\ufeff".encode()
_SPREADSHEET_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et")
_SHEET_ROWS = 50_000
csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class Opened:
    """A file in which formats look for their heading."""

    path: Path
    encoding: str | None = None
    """Where the person knows better than what its bytes say."""
    block: int = encodings.BLOCK

    @property
    def rows(self) -> "list[list[str]]":
        """The first lines, cell by cell."""
        return self._head[0]

    @cached_property
    def preamble(self) -> str:
        """The first lines as they stand, for words that name where a file comes from."""
        return "\n".join(" ".join(row) for row in self.rows)

    @cached_property
    def is_spreadsheet(self) -> bool:
        """Whether it is one by its content; banks call plain text .xls too."""
        with self.path.open("rb") as file:
            begins = file.read(8)
        return begins.startswith(_SPREADSHEET_MARKS) and self.path.suffix.lower() != ".zip"

    @cached_property
    def said_encoding(self) -> str:
        """The encoding of its text; empty for a spreadsheet."""
        if self.is_spreadsheet:
            return ""
        return self.encoding or encodings.encoding_of(self.path)

    @cached_property
    def separator(self) -> str:
        """What stands between two cells: whichever makes the most lines equally wide."""
        text = encodings.head(self.path, self.said_encoding, _HEAD_BYTES)

        def evenness(separator: str) -> tuple[int, int]:
            rows = csv.reader(io.StringIO(text), delimiter=separator)
            widths: Counter[int] = Counter()
            try:
                for _number, row in zip(range(HEAD), rows, strict=False):
                    widths[len(row)] += len(row) > 1
            except csv.Error:
                return 0, 0  # not even lines, with this one
            width, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
            return lines, width

        return max(_SEPARATORS, key=evenness)

    def heading(self, needed: Iterable[str]) -> int | None:
        """The number of the line that holds all these columns."""
        wanted = set(needed)
        for number, row in enumerate(self.rows):
            if wanted <= set(row):
                return number
        return None

    def above(self, heading: int) -> str:
        """What stands above a heading."""
        return "\n".join(" ".join(row) for row in self.rows[:heading])

    def names(self, heading: int) -> "list[str]":
        """The columns of a heading; two of one name are told apart, one without a name is empty."""
        return list(_unique(self.rows[heading]))

    def tables(self, heading: int) -> Iterator[pl.DataFrame]:
        """Everything below a heading as text, with the number of its line in `__line`, a part at a time."""
        names = self.names(heading)
        cells = [name for name in names if name]
        frames = self._sheet(heading, names) if self.is_spreadsheet else self._csv(heading, names)
        filled = pl.any_horizontal(pl.col(name) != "" for name in cells)
        for frame in frames:
            there = frame.select(filled).to_series()
            told = frame.select(LINE, *cells)
            yield told if there.all() else told.filter(there)

    def table(self, heading: int) -> pl.DataFrame:
        """All of it at once."""
        return pl.concat(self.tables(heading))

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _head(self) -> "tuple[list[list[str]], list[int]]":
        """The first rows, and behind which line of the file each of them ends."""
        if self.is_spreadsheet:
            rows = [row for _number, row in zip(range(HEAD), self._cells(), strict=False)]
            return rows, list(range(1, len(rows) + 1))
        text = encodings.head(self.path, self.said_encoding, _HEAD_BYTES)
        if "\n" not in text:
            text = text.replace("\r", "\n")
        reader = csv.reader(io.StringIO(text), delimiter=self.separator)
        rows, ends = [], []
        try:
            for row in reader:
                rows.append([_clean(cell) for cell in row])
                ends.append(reader.line_num)
                if len(rows) == HEAD:
                    break
        except csv.Error:
            pass  # what could be read so far tells whether it is a table
        return rows, ends

    def _csv(self, heading: int, names: list[str]) -> Iterator[pl.DataFrame]:
        skip = self._head[1][heading]
        line = skip + 1
        nothing = True
        for block in encodings.blocks(self.path, self.said_encoding, self.block):
            text = _after_lines(block, skip)
            skip = 0
            if not text:
                continue
            frame = _parsed(text, len(names), self.separator)
            # Polars knows all of white space but the mark of a file's beginning, which files that were put together have.
            white = _WHITE if _MARK in text else None
            yield self._named(frame, names, line, white)
            line += frame.height
            nothing = False
        if nothing:
            yield self._named(_none(len(names)), names, line)

    def _named(
        self, frame: pl.DataFrame, names: list[str], line: int, white: str | None = None
    ) -> pl.DataFrame:
        return frame.select(
            pl.col(f"c{number}").fill_null("").str.strip_chars(white).alias(name)
            for number, name in enumerate(names)
            if name
        ).with_row_index(LINE, offset=line)

    def _sheet(self, heading: int, names: list[str]) -> Iterator[pl.DataFrame]:
        width = len(names)
        schema = {name or f"__{number}": pl.String for number, name in enumerate(names)}
        below: list[list[str]] = []
        line = heading + 2
        for number, row in enumerate(self._cells()):
            if number <= heading:
                continue
            below.append((row + [""] * width)[:width])
            if len(below) == _SHEET_ROWS:
                yield pl.DataFrame(below, schema=schema, orient="row").with_row_index(
                    LINE, offset=line
                )
                line += len(below)
                below = []
        yield pl.DataFrame(below, schema=schema, orient="row").with_row_index(LINE, offset=line)

    def _cells(self) -> Iterator[list[str]]:
        """The rows of the first sheet that has any; what is merged is said in every cell of it."""
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            with CalamineWorkbook.from_path(self.path) as book:
                for name in book.sheet_names:
                    sheet = book.get_sheet_by_name(name)
                    if not sheet.total_height:
                        continue
                    merged = _merged(sheet.merged_cell_ranges or ())
                    kept: dict[tuple[int, int], str] = {}
                    for at, row in enumerate(
                        [*sheet.to_python(skip_empty_area=False)] if merged else _each(sheet)
                    ):
                        cells = [_clean(_said(cell)) for cell in row]
                        for column in range(len(cells)):
                            origin = merged.get((at, column))
                            if origin == (at, column):
                                kept[origin] = cells[column]
                            elif origin is not None and not cells[column]:
                                cells[column] = kept.get(origin, "")
                        yield cells
                    return
        except (CalamineError, OSError, IndexError, ValueError) as error:
            raise unreadable(self.path, str(error)) from error


@lru_cache(maxsize=4)
def _opened(path: Path, _changed: tuple[int, int], encoding: str | None) -> Opened:
    return Opened(path, encoding)


def opened(path: Path, encoding: str | None = None) -> Opened:
    """A file, opened once for all formats that look into it."""
    try:
        state = path.stat()
    except OSError:
        raise NotFound(
            _("There is no file {path}.", path=path), next_step=_("Check its name and folder.")
        ) from None
    return _opened(path, (state.st_mtime_ns, state.st_size), encoding)


def unreadable(path: Path, reason: str, next_step: str = "") -> Invalid:
    """The error for a file that is broken, cut off or something else than its name says."""
    return Invalid(
        _("This file cannot be read: {path}", path=path),
        [Problem(path.name, reason)],
        next_step=next_step or _("Check that the file is complete, or save it as CSV in UTF-8."),
    )


def _each(sheet: Any) -> Iterator[list[Any]]:
    """The rows of a sheet with those that are empty above its first one, so that numbers are its own."""
    for _row in range(sheet.start[0] if sheet.start else 0):
        yield []
    left = sheet.start[1] if sheet.start else 0
    for row in sheet.iter_rows():
        yield [*[""] * left, *row]


def _merged(
    ranges: "Iterable[tuple[tuple[int, int], tuple[int, int]]]",
) -> "dict[tuple[int, int], tuple[int, int]]":
    cells: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in ranges:
        if (bottom - top + 1) * (right - left + 1) > 100_000:
            continue  # a whole column painted as one says nothing about its lines
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                cells[row, column] = (top, left)
    return cells


def _parsed(text: bytes, width: int, separator: str) -> pl.DataFrame:
    schema = {f"c{number}": pl.String for number in range(width)}
    try:
        return pl.read_csv(
            text,
            has_header=False,
            separator=separator,
            infer_schema=False,
            truncate_ragged_lines=True,
            missing_columns="insert",
            schema=schema,
        )
    except pl.exceptions.NoDataError:
        return _none(width)
    except pl.exceptions.PolarsError:
        return _line_by_line(text.decode("utf-8", errors="replace"), width, separator)


def _line_by_line(text: str, width: int, separator: str) -> pl.DataFrame:
    """Where quotes do not match or a byte is no character: each line by itself, so that one harms no other."""
    rows = []
    for line in io.StringIO(text, newline="\n"):
        try:
            row = next(csv.reader([line.rstrip("\r\n")], delimiter=separator), [])
        except csv.Error:
            row = [line]
        rows.append((row + [""] * width)[:width])
    schema = {f"c{number}": pl.String for number in range(width)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _none(width: int) -> pl.DataFrame:
    return pl.DataFrame(schema={f"c{number}": pl.String for number in range(width)})


def _unique(names: Iterable[str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if not name or seen[name] == 1 else f"{name} {seen[name]}"


def _after_lines(text: bytes, number: int) -> bytes:
    at = 0
    for _line in range(number):
        end = text.find(b"\n", at)
        if end < 0:
            return b""
        at = end + 1
    return text[at:] if at else text


def _clean(cell: str) -> str:
    return cell.strip(_WHITE)


def _said(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell)
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            return f"{cell:.12g}"
        case datetime():
            return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
