"""How results look in a notebook: plain tables, which Jupyter draws in its own light or dark style.

Whatever can name its values for a person (`_shown_`) is shown so, alone or as a line of a `Listing`.
What is shown is data and never markup.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from html import escape
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol, Self, SupportsIndex, TypeVar, cast, overload
from unicodedata import east_asian_width

from pgc_lib.core.naming import kind_title
from pgc_lib.core.zone import zone
from pgc_lib.errors import Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

_MOST_LINES = 50
_MOST_PLAIN = 20
_MOST_TITLES = 14
_ROOM = 10
"""Letters that a text has beside one another at least, however many columns there are."""
_WIDEST = 40
_LINE = 120
_POINTER = re.compile(
    r"([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_LONGEST = 200
_NUMBERS = (int, float, Decimal)


class Shown(Protocol):
    """Something that names its values for a person: a title and a value each."""

    def _shown_(self) -> Mapping[str, Any]: ...


T = TypeVar("T", bound=Shown)


class Told:
    """A result of its own, shown as its titles beside its values: a card in a notebook, lines in a terminal."""

    __slots__ = ()

    def _shown_(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return card(self._shown_())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        del cycle  # its values hold no results
        printer.text(plain_card(self._shown_()))


class Listing(list[T]):
    """A list that a notebook shows as a table, and so what is cut out of it; otherwise like any other."""

    session: "Session | None" = None
    """Who found it, so that what its records refer to can be called by name."""

    @overload
    def __getitem__(self, at: SupportsIndex) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> "Listing[T]": ...
    def __getitem__(self, at: SupportsIndex | slice) -> "T | Listing[T]":
        found = super().__getitem__(at)
        if isinstance(at, slice):
            return Listing(cast("list[T]", found)).found_by(self.session)
        return cast("T", found)

    def found_by(self, session: "Session | None") -> Self:
        """The same, found by somebody."""
        self.session = session
        return self

    def _repr_html_(self) -> str:
        if not self:
            return f"<p><em>{escape(_('Nothing.'))}</em></p>"
        lines = [item._shown_() for item in self[:_MOST_LINES]]
        titles = _titles(lines)
        drawn = table(titles, [[line.get(title) for title in titles] for line in lines])
        more = len(self) - len(lines)
        return drawn + (f"<p>{escape(_('… and {n} more.', n=more))}</p>" if more else "")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The same as text, for a terminal."""
        del cycle  # its lines are values
        lines = [item._shown_() for item in self[:_MOST_PLAIN]]
        titles = _titles(lines)
        columns = [[line.get(title) for line in lines] for title in titles]
        drawn = plain_table(
            titles,
            [[text_of(line.get(title)) for title in titles] for line in lines],
            [_side(values) == "right" for values in columns],
        )
        more = len(self) - len(lines)
        told = _("… and {n} more.", n=more) if more else ""
        printer.text("\n".join(filter(None, [drawn or _("Nothing."), told])))


def _titles(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """What stands above the lines: each value that some line has. Where things of many kinds stand together, what all of them name."""
    named = dict.fromkeys(title for line in lines for title in line)
    there = [title for title in named if any(_is_there(line.get(title)) for line in lines)]
    if len(there) <= _MOST_TITLES:
        return there
    shared = [title for title in there if all(title in line for line in lines)]
    return shared or there


def table(titles: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    """A table with a heading; each title stands above its values, at the side where they are."""
    given = [list(line) for line in lines]
    heads = "".join(
        f"<th style='text-align:{_side([line[at] for line in given if at < len(line)])}'>{escape(title)}</th>"
        for at, title in enumerate(titles)
    )
    body = "".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in given)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def plain_table(
    titles: Sequence[str], lines: Sequence[Sequence[str]], right: Sequence[bool] = ()
) -> str:
    """A table as text for a terminal; a Chinese character is two letters wide."""
    if not lines:
        return ""
    rows = [[" ".join(text.split()) for text in row] for row in (titles, *lines)]
    widths = _fitting([max(_wide(row[at]) for row in rows) for at in range(len(titles))])
    rows = [list(map(_cut, row, widths)) for row in rows]
    rows.insert(1, ["─" * width for width in widths])
    sides = [*right, *([False] * (len(titles) - len(right)))]
    return "\n".join(
        "  ".join(map(_filled, row, widths, sides)).rstrip() for row in rows
    )  # fmt: skip


def card(values: Mapping[str, Any]) -> str:
    """One thing: its titles beside its values, without what is empty."""
    lines = "".join(
        f"<tr><th style='text-align:left'>{escape(title)}</th>{_cell(value, plain=True)}</tr>"
        for title, value in values.items()
        if _is_there(value)
    )
    return f"<table><tbody>{lines}</tbody></table>"


def plain_card(values: Mapping[str, Any]) -> str:
    """The same as text, a line for each value that is there."""
    known = {title: text_of(value) for title, value in values.items() if _is_there(value)}
    width = max(map(_wide, known), default=0)
    return "\n".join(f"{_filled(title, width, False)}  {text}" for title, text in known.items())


def problems_table(problems: Sequence[Problem]) -> str:
    """What was wrong, line by line; nothing when all was well."""
    if not problems:
        return ""
    return Listing(_Wrong(problem) for problem in problems)._repr_html_()


class _Wrong:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Place"): self.problem.place,
            _("Reason"): self.problem.reason,
            _("Value"): str(self.problem.value or ""),
        }


def _filled(text: str, width: int, right: bool) -> str:
    blank = " " * (width - _wide(text))
    return blank + text if right else text + blank


def _fitting(widths: list[int]) -> list[int]:
    """Columns as wide as they wish while the line has room; then the widest give way, down to what still can be read."""
    while sum(widths) + 2 * len(widths) > _LINE and max(widths) > _WIDEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _cut(text: str, width: int) -> str:
    if _wide(text) <= width:
        return text
    while _wide(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _wide(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _is_there(value: Any) -> bool:
    return value is not None and value not in ("", [], {}, ())


def _cell(value: Any, *, plain: bool = False) -> str:
    side = "right" if _is_number(value) and not plain else "left"
    text = text_of(value)
    room = f";min-width:{min(_wide(text) / 2, _ROOM):g}em;overflow-wrap:anywhere" if side == "left" and _wide(text) > _ROOM else ""  # fmt: skip
    return f"<td style='text-align:{side}{room}'>{escape(text)}</td>"


def _side(values: Sequence[Any]) -> str:
    known = [value for value in values if _is_there(value)]
    return "right" if known and all(map(_is_number, known)) else "left"


def _is_number(value: Any) -> bool:
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def _exact(value: Decimal) -> str:
    """Every digit that is there; zeros only up to the cent."""
    text = f"{value:,f}"
    whole, point, rest = text.partition(".")
    return whole + point + rest[:2] + rest[2:].rstrip("0")


def _decimal(value: float) -> str:
    """Six digits that say something: 0.1 + 0.2 is 0.3 for a person."""
    if value and not 1e-4 <= abs(value) < 1e15:
        return f"{value:.6g}"
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    text = f"{value:,.{max(6 - whole, 1)}f}"
    return text.rstrip("0").rstrip(".")


def short_id(value: object) -> str:
    """An identifier by its last letters, which differ: the first ones are the time of day."""
    return f"…{str(value)[-6:]}"


def text_of(value: Any) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return ""
        case bool():
            return "✓" if value else ""
        case int():
            return f"{value:,}"
        case Decimal():
            return _exact(value)
        case float() if isfinite(value):
            return _decimal(value)
        case datetime():
            return f"{value.astimezone(zone()):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case str() if found := _POINTER.fullmatch(value):
            return f"{kind_title(found[1])} {short_id(found[2])}"
        case list() | tuple():
            between = _("; ") if any(isinstance(each, dict) for each in value) else _(", ")
            return between.join(map(text_of, value))
        case dict():
            text = _(", ").join(_("{name}: {value}", name=name, value=text_of(each)) for name, each in value.items())  # fmt: skip
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
