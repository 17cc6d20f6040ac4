"""What an Altair chart of one's own says to a screen reader: its title, its description, and where it is highest and lowest."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pgc_lib.i18n import _
from pgc_lib.notebook.charts.saying import ended, sentences
from pgc_lib.notebook.charts.units import as_number, day, number


def told_of(table: Mapping[str, Any]) -> str:
    """A Vega-Lite specification in words; only the title where its shape is not known."""
    given = table.get("title", "")
    title = given if isinstance(given, str) else given.get("text", "")
    title = " ".join(title) if isinstance(title, list) else str(title)
    parts = [ended(title), ended(str(table.get("description", ""))), _extremes(table)]
    return sentences(*parts) if any(parts[1:]) else title


def _extremes(table: Mapping[str, Any]) -> str:
    encoding = table.get("encoding")
    if not isinstance(encoding, Mapping):
        return ""
    x, y = (encoding.get(side) for side in "xy")
    if not isinstance(x, Mapping) or not isinstance(y, Mapping) or "aggregate" in (*x, *y):
        return ""
    names, values = x.get("field"), y.get("field")
    if y.get("type") != "quantitative" and x.get("type") == "quantitative":
        names, values = values, names
    known = [
        (value, str(row.get(names, "")))
        for row in _rows(table)
        if isinstance(row, Mapping) and (value := _numeric(row.get(values))) is not None
    ]
    if len(known) < 2:  # one value has no extremes
        return ""
    (least, low), (most, high) = min(known), max(known)
    if least == most:
        return ""
    return _(
        "Highest {most} ({high}), lowest {least} ({low}).",
        most=number(most), high=_day(high), least=number(least), low=_day(low),
    )  # fmt: skip


def _rows(table: Mapping[str, Any]) -> Sequence[Any]:
    data = table.get("data")
    if not isinstance(data, Mapping):
        return ()
    found = data.get("values", (table.get("datasets") or {}).get(data.get("name"), ()))
    return found if isinstance(found, list) else ()


def _numeric(value: Any) -> float | None:
    return as_number(value) if isinstance(value, int | float) and not isinstance(value, bool) else None  # fmt: skip


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text[:10]))
    except ValueError:
        return text
