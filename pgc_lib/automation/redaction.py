"""Keeping secrets out of what a run leaves behind.

A cell may print its environment, an error may carry an address with its password. Every value that is known to be
secret is looked for in the outputs before the notebook is saved, so that no copy of it is ever on the disk.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from pgc_lib.settings import MASK, SETTINGS, Secret, settings

_NAMED = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|PRIVATE|_KEY$", re.IGNORECASE)
_SHORTEST = 8
"""Anything shorter is found in ordinary text by chance."""
_DEEPEST = 50


class Redactor:
    """Replaces known secrets by dots."""

    def __init__(self, values: Iterable[str]) -> None:
        found = {form for value in values for form in _forms(value) if len(form) >= _SHORTEST}
        # The longest first: an address holds the password that it is found by alone.
        words = sorted(found, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, words))) if words else None

    def text(self, text: str) -> str:
        """The text without any secret."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def tree(self, value: Any, depth: int = 0) -> Any:
        """The same for everything in an output, changed in place where it is a list or a table."""
        if isinstance(value, str):
            return self.text(value)
        if depth > _DEEPEST:
            return MASK
        if isinstance(value, dict):
            for name in list(value):
                value[name] = self.tree(value[name], depth + 1)
        elif isinstance(value, list):
            # A text may be kept as lines; a secret may run across them.
            if all(isinstance(part, str) for part in value) and value:
                value[:] = self.text("".join(value)).splitlines(keepends=True)
            else:
                value[:] = [self.tree(part, depth + 1) for part in value]
        return value


def redactor() -> Redactor:
    """One that knows the secrets of this process: its environment, its settings, the keys of a lab at home."""
    return Redactor([*_of_environment(os.environ), *_of_settings(), *_of_home()])


def _of_environment(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        if name.endswith("_FILE") and _NAMED.search(name.removesuffix("_FILE") + "_KEY"):
            yield from _of_file(Path(value))
        elif _NAMED.search(name):
            yield value
        elif "://" in value and "@" in value:
            yield from _of_url(value)


def _of_settings() -> Iterator[str]:
    for setting in SETTINGS:
        if setting.secret:
            value: Secret = getattr(settings(), setting.name)
            yield from _of_secret(value)


def _of_home() -> Iterator[str]:
    """The keys of a lab at home, which lie in a folder that a cell could read."""
    for path in (settings().data / "secrets").glob("*"):
        if path.suffix != ".json":
            yield from _of_file(path)
            continue
        try:
            table = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # what we cannot read, the cell cannot either
        yield from (str(value) for name, value in table.items() if re.search("password|key", name))


def _of_secret(value: Secret) -> Iterator[str]:
    text = value.reveal()
    yield from _of_url(text) if "://" in text else [text]


def _of_url(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        password = None
    if password:
        yield password
        yield unquote(password)


def _of_file(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8").strip() if path.stat().st_size < 10_000 else ""
    except (OSError, UnicodeDecodeError):
        return
    yield from _of_url(text) if "://" in text else [text]


def _forms(value: str) -> Iterator[str]:
    """The ways in which a value may be written."""
    yield value
    yield quote(value, safe="")
    yield json.dumps(value)[1:-1]
    yield repr(value)[1:-1]
