"""Where knowledge comes from: an address, a book and its page, an article, a talk; given as text or in parts.

"https://example.org/a"      "《论语》 p. 12"      {"title": "论语", "author": "孔子", "page": "12"}
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from pgc_lib.i18n import N_, _

FIELDS: Mapping[str, str] = {
    "title": N_("Title"),
    "author": N_("Author"),
    "year": N_("Year"),
    "url": N_("Address"),
    "page": N_("Page number"),
    "isbn": N_("ISBN"),
    "quote": N_("Quotation"),
    "seen": N_("Seen on"),
}
_MOST = 200
_LONGEST = 5_000
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_PAGE = re.compile(r"[\s,，;；]*(?:\bpp?\.\s*|第\s*)(\d+(?:\s*[-–—]\s*\d+)?)\s*页?\s*$", re.IGNORECASE)  # fmt: skip
_BOOK = re.compile(r"《([^《》]+)》")


def source(given: Any) -> dict[str, str]:
    """One source in its parts; an error says what cannot be."""
    if isinstance(given, str):
        given = _read(given)
    if not isinstance(given, Mapping):
        raise _wrong(_("a source is a text, or parts with names: {names}", names=", ".join(FIELDS)))
    made: dict[str, str] = {}
    for name, value in given.items():
        if name not in FIELDS:
            raise _wrong(_("a source has no part “{name}”, only {names}", name=name, names=", ".join(FIELDS)))  # fmt: skip
        text = value.isoformat() if isinstance(value, date) else str(value if value is not None else "").strip()  # fmt: skip
        if len(text) > _LONGEST:
            raise _wrong(_("a part of a source has at most {n} characters", n=_LONGEST))
        if text:
            made[name] = text
    if "url" in made and not _is_address(made["url"]):
        raise _wrong(_("the address of a source begins with http:// or https://"))
    if not made.keys() & {"title", "url", "isbn", "quote"}:
        raise _wrong(_("a source has at least a title or an address"))
    return made


def _sources(given: Any) -> Any:
    """Several sources, or one."""
    if given is None:
        return []
    several = given if isinstance(given, list | tuple) else [given]
    if len(several) > _MOST:
        raise _wrong(_("these are more than {n} sources", n=_MOST))
    return [source(each) for each in several]


Sources = Annotated[list[dict[str, Any]], BeforeValidator(_sources)]
"""The sources of an entry, each as its parts."""


def told(parts: Mapping[str, Any]) -> str:
    """A source as one reads it."""
    words = [str(parts[name]) for name in ("author", "title", "year") if parts.get(name)]
    if parts.get("page"):
        words.append(_("p. {page}", page=parts["page"]))
    if parts.get("isbn"):
        words.append(f"ISBN {parts['isbn']}")
    line = ", ".join(words)
    return " ".join(part for part in (line, str(parts.get("url", ""))) if part) or str(
        parts.get("quote", "")
    )


def all_told(sources: Sequence[Mapping[str, Any]]) -> str:
    """Several sources in one line."""
    return _("; ").join(map(told, sources))


def same_work(parts: Mapping[str, Any]) -> str:
    """What two sources have in common when they are of one work: the page aside."""
    return str(parts.get("isbn") or parts.get("title") or parts.get("url") or "").casefold()


def _read(text: str) -> dict[str, str]:
    text = text.strip()
    if found := _URL.search(text):
        rest = (text[: found.start()] + text[found.end() :]).strip(" ,，;；()（）<>")
        return {"url": found.group(), **({"title": rest} if rest else {})}
    made: dict[str, str] = {}
    if found := _PAGE.search(text):
        made["page"], text = found.group(1), text[: found.start()].strip()
    if found := _BOOK.search(text):
        author = (text[: found.start()] + text[found.end() :]).strip(" ,，;；:：")
        return {"title": found.group(1), **({"author": author} if author else {}), **made}
    return {"title": text, **made}


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def _wrong(reason: str) -> PydanticCustomError:
    return PydanticCustomError("source", "{reason}", {"reason": reason})
