"""What the document of a cell is called: by its heading, else by its first words; the first one by the notebook."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from pgc_lib.areas.paper.paths import LONGEST
from pgc_lib.core.markdown import front
from pgc_lib.core.markdown.reading import Parsed
from pgc_lib.i18n import _

_SHOWN = 60
_MARKS = re.compile(
    r"!?\[\[?|\]\]?(?:\([^)]*\))?|[*_`~<>$#]+|^\s*(?:[-*+>]|\d{1,9}[.)])\s+(?:\[.\]\s+)?"
)
_NOT_IN_NAMES = re.compile(r"[/\\|\x00-\x1f\x7f]+")
_NUMBER = re.compile(r" \(\d+\)$")
_DEEPEST = 48


def place_of(path: str) -> tuple[str, str]:
    """The folder and the name under which a notebook's first note is found."""
    whole = PurePosixPath(path)
    parts = [clean(part) or "_" for part in whole.parent.parts if part not in (".", "/")]
    return "/".join(parts[:_DEEPEST]), clean(whole.stem) or "_"


def clean(said: str) -> str:
    """Words that can be the name of a file."""
    name = " ".join(_NOT_IN_NAMES.sub(" ", said).split())[: LONGEST - 10].strip()
    return "" if name in (".", "..") else name


def title_of(parsed: Parsed, text: str) -> str:
    """What a cell is about: its first heading, else its first words."""
    for heading in parsed.headings:
        if said := clean(_MARKS.sub("", heading.text)):
            return said[:_SHOWN].rstrip()
    body = text[front.extent(text)[2] :]
    for line in body.splitlines():
        if said := clean(_MARKS.sub("", line)):
            return said if len(said) <= _SHOWN else said[:_SHOWN].rstrip() + "…"
    return parsed.title[:_SHOWN] or _("Note")


def named(wanted: Iterable[tuple[str, str]], taken: Iterable[str]) -> list[str]:
    """A name for each, no two the same: wanted ones with those that they have now, which they keep if they can."""
    used = {name.casefold() for name in taken}
    pairs = list(wanted)
    names = [""] * len(pairs)
    for n, (want, have) in enumerate(pairs):
        if have and _NUMBER.sub("", have) == want and have.casefold() not in used:
            names[n] = have
            used.add(have.casefold())
    numbers: dict[str, int] = {}
    for n, (want, _have) in enumerate(pairs):
        if names[n]:
            continue
        name, number = want, numbers.get(want, 1)
        while name.casefold() in used:
            number += 1
            name = f"{want} ({number})"
        numbers[want] = number
        names[n] = name
        used.add(name.casefold())
    return names
