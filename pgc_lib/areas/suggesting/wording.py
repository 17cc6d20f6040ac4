"""Sentences that are kept and read by people of either language: with the message and its values, not as text alone.

A rule gives its reason as `said(N_("This level of {skill} is new; …"), skill=…)`. That is a text in the language in force,
which a log or a test reads, and it knows its parts; a suggestion keeps both, and shows the reason in its reader's language.
"""

from collections.abc import Mapping
from typing import Any, Self

from pgc_lib.i18n import catalogue, lang

_MOST = 20


class Said(str):
    """A text and what it is made of."""

    __slots__ = ("parts",)
    parts: tuple[Mapping[str, Any] | str, ...]

    @classmethod
    def of(cls, *parts: Mapping[str, Any] | str) -> Self:
        """The parts as one text in the language in force."""
        made = cls(" ".join(_text(part) for part in parts))
        made.parts = parts
        return made


def said(message: str, /, **values: object) -> Said:
    """A message, marked by `N_` where it is written, with its values."""
    return Said.of({"message": message, "values": _plain(values)})


def joined(*texts: str) -> Said:
    """Several one after the other; what is nobody's message stays as it is."""
    parts: list[Mapping[str, Any] | str] = []
    for each in filter(None, texts):
        parts += each.parts if isinstance(each, Said) else (each,)
    return Said.of(*parts)


def words_of(text: str) -> dict[str, Any] | None:
    """What a suggestion keeps of a reason beside its text; nothing of a text that was written by somebody."""
    if not isinstance(text, Said) or all(isinstance(part, str) for part in text.parts):
        return None
    return {"parts": list(text.parts)}


def again(words: Mapping[str, Any] | None) -> str | None:
    """The reason in the language in force; None where that cannot be said, so that the kept text is."""
    parts = words.get("parts") if isinstance(words, Mapping) else None
    if not isinstance(parts, list) or not 0 < len(parts) <= _MOST:
        return None
    try:
        return " ".join(_checked(part) for part in parts)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        return None


def _checked(part: Any) -> str:
    """Only messages of ours are filled in: whoever may write a row must not choose what is formatted."""
    if isinstance(part, str):
        return part
    message, values = part["message"], _plain(part.get("values") or {})
    if message not in catalogue("zh-CN") or ("{" in message and not values):
        raise ValueError(message)
    return _text({"message": message, "values": values})


def _text(part: Mapping[str, Any] | str) -> str:
    if isinstance(part, str):
        return part
    values = part["values"]
    text: str = catalogue(lang()).get(part["message"], part["message"])
    return text.format(**values) if values else text


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    """Values as they are kept: numbers as numbers, everything else as its text."""
    return {
        name: value if isinstance(value, int | float | str) else str(value)
        for name, value in values.items()
    }
