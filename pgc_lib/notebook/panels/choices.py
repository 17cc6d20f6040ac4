"""What a person chose for their pages and keeps: the language. It lies with their lab, so every browser knows it.

The period travels in the address, from page to page and into a bookmark; light or dark is a browser's own matter and
stays there (`share/voila/…/page.js`).
"""

import json
import os
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from pgc_lib.core.zone import today
from pgc_lib.errors import PgcError
from pgc_lib.i18n import LANGUAGES, set_lang
from pgc_lib.notebook.panels.spans import span
from pgc_lib.settings import settings
from pgc_lib.stores.engines.folder import write_whole
from pgc_lib.stores.engines.trouble import explained


def _place() -> Path:
    data: Path = settings().data
    return data / "jupyter" / "pages.json"


def remembered() -> str:
    """The language that was chosen on a page; empty when none was."""
    try:
        found = json.loads(_place().read_text(encoding="utf-8"))
    except (OSError, ValueError, PgcError):
        return ""
    language = found.get("lang", "") if isinstance(found, dict) else ""
    return language if language in LANGUAGES else ""


def speak(language: str) -> None:
    """From now on this process speaks it, in every thread: a page has a kernel of its own."""
    os.environ["PGC_LANG"] = language
    set_lang(None)


def remember(language: str) -> None:
    """Speak it, and the next time, too."""
    speak(language)
    path = _place()
    with explained(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, json.dumps({"lang": language}))


def period() -> str:
    """The period that the page's address asks for; empty when it asks for none, or for one that does not exist."""
    asked = parse_qs(os.environ.get("QUERY_STRING", "")).get("period", [""])[-1]
    return asked if asked and span(asked, today()).key == asked else ""


def address(page: str, period: str) -> str:
    """Where a page is, about the period that was chosen."""
    return f"{page}.ipynb" + (f"?{urlencode({'period': period}, safe='/')}" if period else "")
