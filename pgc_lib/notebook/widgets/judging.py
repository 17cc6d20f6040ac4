"""What is wrong with a form as it stands, field by field, judged by the Record itself."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pgc_lib.core.problems import problems_of, reason_of
from pgc_lib.core.record import Record, adapter_of
from pgc_lib.errors import Invalid
from pgc_lib.i18n import _
from pgc_lib.notebook.widgets.reading import LEFT, Unread, meant

WHOLE = ""
"""Stands for the record as a whole, where no single field is to blame."""
Problems = dict[str, str]
_PLACE = re.compile(r"\((\w+)\)(?:\[.*)?$|^(\w+)$")


def values_of(record: type[Record], given: Mapping[str, Any]) -> tuple[dict[str, Any], Problems]:
    """What was filled in, as the Record takes it; what cannot be read is named, and what was left empty is left out."""
    values: dict[str, Any] = {}
    problems: Problems = {}
    for name, raw in given.items():
        field = record.spec.fields[name]
        value = meant(field, raw)
        if isinstance(value, Unread):
            problems[name] = value.reason
        elif value is not LEFT:
            values[name] = value
        elif field.optional:
            values[name] = None
        elif not field.required and field.type.name == "text" and "" in (field.choices or ("",)):
            values[name] = ""
        elif not field.required:
            values[name] = field.info.get_default(call_default_factory=True)
    return values, problems


def judged(record: type[Record], values: Mapping[str, Any]) -> "tuple[Record | None, Problems]":
    """The record that these values make, or the first reason against each of them."""
    try:
        return record.model_validate(dict(values)), {}
    except ValidationError as error:
        problems: Problems = {}
        found = zip(error.errors(include_url=False), problems_of(error, record.spec), strict=True)
        for detail, problem in found:
            name = str(detail["loc"][0]) if detail["loc"] else WHOLE
            reason = problem.reason
            if len(detail["loc"]) > 1 and isinstance(detail["loc"][1], int):
                reason = _("{n}. {reason}", n=detail["loc"][1] + 1, reason=reason)
            problems.setdefault(name, reason)
        return None, problems


def alone(record: type[Record], name: str, raw: Any) -> tuple[Any, str]:
    """The value of one field by itself, and why it cannot be."""
    values, problems = values_of(record, {name: raw})
    if name in problems:
        return None, problems[name]
    if name not in values:
        return None, _("a value is needed here")
    try:
        return adapter_of(record, name).validate_python(values[name]), ""
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        return None, reason_of(detail["type"], detail)


def by_field(error: Invalid, record: type[Record]) -> Problems:
    """The problems of a refusal at their fields; those of no field belong to the whole."""
    problems: Problems = {}
    for problem in error.problems:
        found = _PLACE.search(problem.place)
        name = (found[1] or found[2]) if found else WHOLE
        if name not in record.spec.fields:
            name = WHOLE
        problems.setdefault(name, problem.reason if name else str(problem))
    return problems or {WHOLE: error.message}
