"""What of a condition can be said to Milvus: perhaps less than all of it, never more.

A part that Milvus would read otherwise than we do is left out, which lets more through; the caller judges each
answer by the whole condition. Under a negation nothing can be left out, so it is never told.
"""

import json
from typing import Any

from pgc_lib.stores.documents_values import scalar
from pgc_lib.stores.filters import All, Any_, Compare, Condition, Has, OneOf

_SIGNS = {"eq": "==", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def expression(condition: Condition) -> str:
    """The expression; empty when nothing of the condition can be said."""
    match condition:
        case All(parts):
            return " and ".join(f"({told})" for part in parts if (told := expression(part)))
        case Any_(parts):
            each = [expression(part) for part in parts]
            return " or ".join(f"({part})" for part in each) if all(each) else ""
        case Compare(name, operator, value) if operator in _SIGNS:
            written = _written(name, value)
            # Texts have an order of their own there.
            if written is None or (operator != "eq" and isinstance(value, str)):
                return ""
            return f"{_place(name)} {_SIGNS[operator]} {written}"
        case OneOf(name, values):
            several = [_written(name, value) for value in values]
            if not several or None in several:
                return ""
            return " or ".join(f"{_place(name)} == {one}" for one in several)
        case Has(name, value):
            written = _written(name, value)
            return "" if written is None else f"json_contains({_place(name)}, {written})"
    return ""


def _place(name: str) -> str:
    steps = "".join(f"[{json.dumps(step, ensure_ascii=False)}]" for step in name.split("."))
    return f"metadata{steps}"


def _written(name: str, value: Any) -> str | None:
    """A value in Milvus's language; None where its kinds or its exactness differ from ours."""
    known = scalar(value, name)
    if isinstance(known, bool):
        return "true" if known else "false"
    if isinstance(known, int) and abs(known) < 2**53:
        return str(known)
    if isinstance(known, str) and known.isprintable() and not set(known) & set("\\\"'{}"):
        return f'"{known}"'
    return None
