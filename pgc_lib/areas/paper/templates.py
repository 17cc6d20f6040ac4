"""New documents from templates: `{{title}}`, `{{date}}`, `{{time:HH:mm}}`, and names of one's own.

A name that nobody gave a value stays as it is, so that it is seen. Nothing in a template is executed.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pgc_lib.core.zone import zone

_PLACE = re.compile(r"\{\{[ \t]*([\w.-]{1,60})[ \t]*(?::([^{}\n]{0,60}))?\}\}")
_PARTS = (
    ("YYYY", "%Y"), ("YY", "%y"), ("MM", "%m"), ("DD", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"),
    ("M", "{month}"), ("D", "{day}"), ("H", "{hour}"), ("WW", "%V"),
)  # fmt: skip
_LETTERS = re.compile(
    "|".join(name for name, _form in sorted(_PARTS, key=lambda part: -len(part[0])))
)


def filled(text: str, title: str, values: Mapping[str, Any], now: datetime | None = None) -> str:
    """A template's text with everything in its place."""
    moment = now or datetime.now(zone())
    known = {"title": title, **{name: str(value) for name, value in values.items()}}

    def put(found: re.Match[str]) -> str:
        name, form = found[1], found[2]
        if name in known:
            return known[name]
        if name in ("date", "time"):
            return written(moment, form or ("YYYY-MM-DD" if name == "date" else "HH:mm"))
        return found.group()

    return _PLACE.sub(put, text)


def written(moment: datetime, form: str) -> str:
    """A moment in a form such as YYYY-MM-DD HH:mm."""
    forms = dict(_PARTS)
    plain = {"{month}": moment.month, "{day}": moment.day, "{hour}": moment.hour}

    def put(found: re.Match[str]) -> str:
        chosen = forms[found.group()]
        return str(plain[chosen]) if chosen in plain else moment.strftime(chosen)

    return _LETTERS.sub(put, form)


def placeholders(text: str) -> list[str]:
    """The names that a template asks for besides those that are known."""
    asked = dict.fromkeys(found[1] for found in _PLACE.finditer(text))
    return [name for name in asked if name not in ("title", "date", "time")]
