"""Which records a table shows: a search over all texts, and for each field what fits its type."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from pgc_lib.core.choices import choice_title
from pgc_lib.core.record import FieldSpec, Spec
from pgc_lib.core.zone import zone
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Html, tag
from pgc_lib.notebook.widgets.reading import LEFT, Unread, day, number
from pgc_lib.stores.filters import All, Any_, Condition, Not, col

FILLED, EMPTY = "filled", "empty"
_NUMBERS = ("whole", "number", "money")
_DAYS = ("date", "moment")
Asked = dict[str, dict[str, str]]
"""What is asked of each field: `is`, `from`, `to`."""


def filterable(spec: Spec) -> list[FieldSpec]:
    """The fields that a store can compare."""
    return [each for name, each in spec.fields.items() if name not in spec.sensitive and each.type.name != "object"]  # fmt: skip


def condition(spec: Spec, text: str, asked: Mapping[str, Mapping[str, str]]) -> Condition:
    """What is asked as a condition; what cannot be read asks nothing (`wrong` says so)."""
    found = (_anywhere(spec, word) for word in text.split())
    parts = [each for each in found if each is not None]
    for name, wanted in asked.items():
        parts += _of_field(spec.fields[name], wanted)
    return All(tuple(parts))


def _anywhere(spec: Spec, word: str) -> Condition | None:
    """A word in any of the texts; a number is also looked for among amounts."""
    fields = filterable(spec)
    places: list[Condition] = [
        col(each.name).contains(word) for each in fields if each.type.name == "text" and not each.choices
    ]  # fmt: skip
    places += [col(each.name).has(word) for each in fields if each.type.name == "texts"]
    plain = number(word)
    if plain.lstrip("+-").replace(".", "", 1).isdecimal():
        places += [col(each.name) == plain for each in fields if each.type.name == "money"]
    with suppress(ValueError):  # hardly any word is an identifier
        places.append(col("id") == UUID(word))
    return Any_(tuple(places)) if places else None


def _of_field(field: FieldSpec, wanted: Mapping[str, str]) -> Iterator[Condition]:
    column, exact = col(field.name), wanted.get("is", "")
    if exact == FILLED:
        yield Not(_empty(field))
    elif exact == EMPTY:
        yield _empty(field)
    elif exact:
        match field.type.name:
            case "text" if not field.choices:
                yield column.contains(exact)
            case "texts":
                yield column.has(exact)
            case "yes_no":
                yield column == (exact == "yes")
            case _:
                yield column == exact
    for side in ("from", "to"):
        value = bound(field, side, wanted.get(side, ""))
        if value is None or isinstance(value, Unread):
            continue
        if side == "from":
            yield column >= value
        elif field.type.name == "moment":
            yield column < value
        else:
            yield column <= value


def _empty(field: FieldSpec) -> Condition:
    none = col(field.name).is_null()
    return none | (col(field.name) == "") if field.type.name == "text" else none


def bound(field: FieldSpec, side: str, raw: str) -> Any:
    """One end of a span; None where nothing is asked, `Unread` where it cannot be read."""
    if not raw.strip():
        return None
    if field.type.name in _NUMBERS:
        plain = number(raw)
        usable = plain.lstrip("+-").replace(".", "", 1).isdecimal()
        return plain if usable else Unread(_("this must be a number"))
    found = day(raw)
    if isinstance(found, str):
        try:
            found = date.fromisoformat(found)
        except ValueError:
            return Unread(_("this must be a date such as 2026-11-20"))
    if found is LEFT or isinstance(found, Unread) or field.type.name == "date":
        return found
    start = datetime.combine(found, time(), zone())
    return start + timedelta(days=1) if side == "to" else start


def wrong(spec: Spec, asked: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], str]:
    """What cannot be read, by field and side."""
    found = {}
    for name, wanted in asked.items():
        for side in ("from", "to"):
            value = bound(spec.fields[name], side, wanted.get(side, ""))
            if isinstance(value, Unread):
                found[name, side] = value.reason
    return found


def said(field: FieldSpec, wanted: Mapping[str, str]) -> str:
    """A filter in a few words."""
    exact, low, high = (wanted.get(each, "") for each in ("is", "from", "to"))
    words = {FILLED: _("has a value"), EMPTY: _("is empty"), "yes": _("yes"), "no": _("no")}
    if exact:
        choice = choice_title(exact) if field.choices else words.get(exact, exact)
        return f"{field.title}: {words.get(exact, choice)}"
    if low and high:
        return f"{field.title}: {low} – {high}"
    return f"{field.title} ≥ {low}" if low else f"{field.title} ≤ {high}"


def controls(id: str, fields: list[FieldSpec], asked: Asked, faults: Mapping[tuple[str, str], str]) -> Html:  # fmt: skip
    """What can be asked of each field."""
    return tag.div(
        [_control(id, each, asked.get(each.name, {}), faults) for each in fields],
        class_="pgc-form-fields",
    )


def _control(
    id: str, field: FieldSpec, wanted: Mapping[str, str], faults: Mapping[tuple[str, str], str]
) -> Html:
    name, kind = field.name, field.type.name
    base = f"{id}-filter-{name}"
    if kind in _NUMBERS or kind in _DAYS:
        ends = [
            tag.input(
                type="text", value=wanted.get(side, ""), act="ask", on="change", values={"field": name, "side": side},
                placeholder=_("from") if side == "from" else _("to"), autocomplete="off",
                aria_label=f"{field.title} {_('from') if side == 'from' else _('to')}",
                aria_invalid="true" if (name, side) in faults else None,
            )
            for side in ("from", "to")
        ]  # fmt: skip
        reason = faults.get((name, "from")) or faults.get((name, "to"))
        return tag.div(
            tag.span(field.title, class_="pgc-label"),
            tag.div(ends, class_="pgc-span"),
            tag.p(reason, class_="pgc-wrong", role="alert") if reason else None,
            class_="pgc-field", data_key=name,
        )  # fmt: skip
    at = wanted.get("is", "")
    common = {"id": base, "act": "ask", "on": "change", "values": {"field": name, "side": "is"}}
    nothing = [("", _("any"))]
    if field.choices:
        options = [*nothing, *((each, choice_title(each)) for each in field.choices if each)]
    elif kind == "yes_no":
        options = [*nothing, ("yes", _("yes")), ("no", _("no"))]
    elif kind == "link":
        options = [*nothing, (FILLED, _("has a value")), (EMPTY, _("is empty"))]
    else:
        inner = tag.input(type="text", value=at, placeholder=_("contains"), autocomplete="off", **common)  # fmt: skip
        return tag.div(tag.label(field.title, for_=base), inner, class_="pgc-field", data_key=name)
    if field.optional and kind != "link":
        options += [(FILLED, _("has a value")), (EMPTY, _("is empty"))]
    drawn = [tag.option(title, value=value, selected=value == at) for value, title in options]
    return tag.div(
        tag.label(field.title, for_=base),
        tag.select(drawn, **common),
        class_="pgc-field",
        data_key=name,
    )
