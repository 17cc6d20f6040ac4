"""Why a value is refused, said in the person's language with what is allowed.

Validation is pydantic's; its messages are for programmers. Here each of its error types has a sentence
of ours. A type without one falls back to pydantic's own words rather than hide the reason.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pgc_lib.core.spec import SYSTEM, Spec
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import N_, _

REASONS: Mapping[str, str] = {
    "missing": N_("a value is needed here"),
    "extra_forbidden": N_("there is no such field"),
    "string_type": N_("this must be text"),
    "string_too_long": N_("the text is longer than {max_length} characters"),
    "string_too_short": N_("the text is shorter than {min_length} characters"),
    "string_pattern_mismatch": N_("the text does not have the form {pattern}"),
    "string_unicode": N_("the text holds characters that are not valid Unicode"),
    "int_type": N_("this must be a whole number"),
    "int_parsing": N_("this must be a whole number"),
    "int_from_float": N_("this must be a whole number"),
    "int_parsing_size": N_("the number is too large"),
    "float_type": N_("this must be a number"),
    "float_parsing": N_("this must be a number"),
    "finite_number": N_("this must be an ordinary number, not infinite or undefined"),
    "decimal_type": N_("this must be an amount such as 38.50"),
    "decimal_parsing": N_("this must be an amount such as 38.50"),
    "decimal_max_digits": N_("the amount has more than {max_digits} digits"),
    "decimal_max_places": N_("the amount has more than {decimal_places} decimal places"),
    "decimal_whole_digits": N_("the amount has more than {whole_digits} digits before the point"),
    "bool_type": N_("this must be yes or no"),
    "bool_parsing": N_("this must be yes or no"),
    "date_type": N_("this must be a date such as 2026-11-20"),
    "date_parsing": N_("this must be a date such as 2026-11-20"),
    "date_from_datetime_parsing": N_("this must be a date such as 2026-11-20"),
    "date_from_datetime_inexact": N_("this must be a date without a time of day"),
    "datetime_type": N_("this must be a time such as 2026-11-20 08:30"),
    "datetime_parsing": N_("this must be a time such as 2026-11-20 08:30"),
    "datetime_from_date_parsing": N_("this must be a time such as 2026-11-20 08:30"),
    "datetime_object_invalid": N_("this must be a time such as 2026-11-20 08:30"),
    "uuid_type": N_("this must be the identifier of a record"),
    "uuid_parsing": N_("this must be the identifier of a record"),
    "literal_error": N_("this must be one of {expected}"),
    "enum": N_("this must be one of {expected}"),
    "list_type": N_("this must be a list"),
    "dict_type": N_("this must be an object with named values"),
    "greater_than": N_("this must be more than {gt}"),
    "greater_than_equal": N_("this must be at least {ge}"),
    "less_than": N_("this must be less than {lt}"),
    "less_than_equal": N_("this must be at most {le}"),
    "money_inexact": N_("the amount has more digits or decimal places than can be kept exactly"),
    "too_long": N_("the list has more than {max_length} entries"),
    "too_short": N_("the list has fewer than {min_length} entries"),
    "texts_too_long": N_("the texts have together more than {max_length} characters"),
    "multiple_of": N_("this must be a multiple of {multiple_of}"),
    "object_value": N_("{place}: {reason}"),
    "model_type": N_("a row has named values"),
    "system": N_("PGC writes this itself; leave it out"),
    "nul": N_("the text holds a NUL byte"),
    "surrogate": N_("the text holds characters that are not valid Unicode"),
}


def problems_of(error: ValidationError, spec: Spec, *, row: int | None = None) -> list[Problem]:
    """Pydantic's findings as our problems; a sensitive value is not repeated."""
    problems = []
    for detail in error.errors(include_url=False):
        name = str(detail["loc"][0]) if detail["loc"] else ""
        known = spec.fields.get(name)
        place = f"{known.title} ({name})" if known else name
        place += "".join(f"[{step}]" for step in detail["loc"][1:])
        hidden = known is not None and known.meta.sensitive
        kind, value = detail["type"], detail.get("input")
        if value is None and kind.endswith("_type"):
            kind = "missing"
        if kind == "extra_forbidden" and name in SYSTEM:
            kind = "system"
        shown = None if hidden or kind == "missing" else value
        problems.append(Problem(place, reason_of(kind, detail), shown, row))
    return problems


def reason_of(kind: str, detail: Any) -> str:
    """The sentence for one error type."""
    context = dict(detail.get("ctx") or {})
    said = str(detail["msg"])
    if kind == "value_error":
        # What a validator of ours said, without the words that pydantic puts before it.
        kind = said = str(context.get("error", "")) or said
    others, _or, last = str(context.get("expected", "")).rpartition(" or ")
    if others:
        context["expected"] = _("{others} or {last}", others=others, last=last)
    if kind in REASONS:
        try:
            return _(REASONS[kind], **context)
        except KeyError:
            return said
    return said


def refuse(spec: Spec, problems: list[Problem]) -> Invalid:
    """The error for data that is refused as a whole."""
    return Invalid(
        _("This cannot be kept in {kind}:", kind=spec.kind),
        problems,
        next_step=_("Correct what is named above and try again; nothing was changed."),
    )
