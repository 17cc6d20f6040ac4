"""What to-do apps keep as tags and we do not: a context as `@电脑`, whom one waits for as `waiting=妈妈`, one word each.

Apps refuse spaces and some marks in the name of a tag; these are written as addresses of the web write them.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote

from pgc_lib.i18n import lang

_REFUSED = re.compile(r'[\s%,\\/"#:*?<>|@]')
_WAITING = {"en": "waiting=", "zh-CN": "等待="}


def label_of(text: str = "", *, waiting: str = "") -> str:
    """A text as one word; what one waits for with what says so in front."""
    plain = _REFUSED.sub(lambda found: quote(found[0], safe=""), waiting or text)
    return f"{_WAITING[lang()]}{plain}" if waiting else plain


def context(text: str) -> str:
    """A context as a tag."""
    return f"@{label_of(text)}"


def said_in_labels(labels: Iterable[str]) -> dict[str, Any]:
    """The fields of a to-do that its tags say."""
    found: dict[str, Any] = {"tags": [], "contexts": []}
    for each in labels:
        head, mark, rest = each.partition("=")
        if f"{head}{mark}" in _WAITING.values() and rest:
            found["waiting"] = unquote(rest)[:300]
        elif each.startswith("@") and len(each) > 1:
            found["contexts"].append(unquote(each[1:]))
        else:
            found["tags"].append(unquote(each) if "%" in each else each)
    return found
