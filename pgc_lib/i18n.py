"""What a person reads, in Chinese and in English.

Messages are written in English in the code, `_("Cannot open {path}.", path=path)`, and looked up in the
catalogues below `locale/`. The catalogues are read directly from their `.po` files: they are small, and
so no build step can leave a stale binary behind.
"""

import os
from ast import literal_eval
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("zh-CN", "en")
_FOLDERS = {"zh-CN": "zh_CN"}
_chosen: ContextVar[str | None] = ContextVar("pgc_lang", default=None)
_preferred = ""
"""The language that the configuration file asks for, in every thread."""


def lang() -> str:
    """The language in force: chosen in code, else `PGC_LANG`, else `pgc.toml`, the locale, English."""
    asked = _chosen.get()
    if asked is not None:
        return asked
    system = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return _first_of((os.environ.get("PGC_LANG", ""), _preferred, *system))


def set_lang(language: str | None) -> None:
    """Choose the language for this context; `None` returns to the environment's."""
    _chosen.set(normal(language) if language else None)


def prefer(language: str) -> None:
    """What the configuration file asks for, in this whole process; empty asks for nothing."""
    global _preferred
    _preferred = language


@contextmanager
def in_lang(language: str) -> Iterator[None]:
    """Choose the language for a block, as a report for another person needs it."""
    token = _chosen.set(normal(language))
    try:
        yield
    finally:
        _chosen.reset(token)


def normal(tag: str) -> str:
    """The one of our languages that a tag such as `zh_TW.UTF-8`, `zh-cn` or `en_GB` asks for."""
    return "zh-CN" if tag.lower().startswith("zh") else "en"


def N_(message: str) -> str:
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return message


def _(message: str, /, **values: object) -> str:
    """The message in the person's language, with `{named}` values put in."""
    text = catalogue(lang()).get(message, message)
    return text.format(**values) if values else text


def n_(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Like `_` for a counted thing; the count is available as `{n}`."""
    return _(singular if n == 1 and lang() == "en" else plural, n=n, **values)


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every message of a language, merged from its catalogues; English needs none."""
    folder = _FOLDERS.get(language)
    if folder is None:
        return {}
    merged: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / "locale" / folder).rglob("*.po")):
        merged.update(read_po(path.read_text(encoding="utf-8")))
    return merged


def read_po(text: str) -> dict[str, str]:
    """The messages of a `.po` file that uses no contexts and no plural forms, as ours do."""
    messages: dict[str, str] = {}
    parts: dict[str, str] = {}
    current = ""
    for written in text.splitlines():
        line = written.strip()
        if line.startswith("#"):
            continue
        keyword, _space, rest = line.partition(" ")
        if keyword in ("msgid", "msgstr"):
            if keyword == "msgid":
                _keep(messages, parts)
                parts = {}
            current = keyword
            parts[current] = literal_eval(rest)
        elif line.startswith('"'):
            parts[current] += literal_eval(line)
    _keep(messages, parts)
    return messages


def _keep(messages: dict[str, str], parts: dict[str, str]) -> None:
    if parts.get("msgid") and parts.get("msgstr"):
        messages[parts["msgid"]] = parts["msgstr"]


@cache
def _first_of(candidates: tuple[str, ...]) -> str:
    return next((normal(tag) for tag in candidates if tag and tag not in ("C", "POSIX")), "en")
