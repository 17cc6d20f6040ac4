"""How results look in a notebook: plain tables, which Jupyter draws in its own light or dark style.

Whatever can name its values for a person (`_shown_`) is shown so, alone or as a line of a `Listing`.
What is shown is data and never markup.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any, Protocol, TypeVar

from pgc_lib.core.zone import zone
from pgc_lib.errors import Problem
from pgc_lib.i18n import _

_MOST_LINES = 50
_LONGEST = 200
_NUMBERS = (int, float, Decimal)


class Shown(Protocol):
    """Something that names its values for a person: a title and a value each."""

    def _shown_(self) -> Mapping[str, Any]: ...


T = TypeVar("T", bound=Shown)


class Listing(list[T]):
    """A list that a notebook shows as a table; otherwise like any other."""

    def _repr_html_(self) -> str:
        if not self:
            return f"<p><em>{escape(_('Nothing.'))}</em></p>"
        lines = [item._shown_() for item in self[:_MOST_LINES]]
        titles = list(dict.fromkeys(title for line in lines for title in line))
        titles = [title for title in titles if any(_is_there(line.get(title)) for line in lines)]
        drawn = table(titles, [[line.get(title) for title in titles] for line in lines])
        more = len(self) - len(lines)
        return drawn + (f"<p>{escape(_('… and {n} more.', n=more))}</p>" if more else "")


def table(titles: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    """A table with a heading."""
    heads = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in lines)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def card(values: Mapping[str, Any]) -> str:
    """One thing: its titles beside its values, without what is empty."""
    lines = "".join(
        f"<tr><th style='text-align:left'>{escape(title)}</th>{_cell(value, plain=True)}</tr>"
        for title, value in values.items()
        if _is_there(value)
    )
    return f"<table><tbody>{lines}</tbody></table>"


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


def _is_there(value: Any) -> bool:
    return value is not None and value not in ("", [], {}, ())


def _cell(value: Any, *, plain: bool = False) -> str:
    right = isinstance(value, _NUMBERS) and not isinstance(value, bool) and not plain
    side = "right" if right else "left"
    return f"<td style='text-align:{side}'>{escape(text_of(value))}</td>"


def text_of(value: Any) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return ""
        case bool():
            return "✓" if value else ""
        case int() | Decimal():
            return f"{value:,}"
        case datetime():
            return f"{value.astimezone(zone()):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case list() | tuple():
            return ", ".join(map(text_of, value))
        case dict():
            text = json.dumps(value, ensure_ascii=False, default=str)
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
