"""Where a Markdown text is code, a comment or a formula, so that nothing in there is taken for a link or a tag.

A mask has the length of the text and its line ends; everything that is not prose is blank in it. Each pass goes
over the text once, whatever is in it: 50 MB of opening brackets take as long as 50 MB of prose.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable

_FENCE = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<mark>`{3,}|~{3,})(?P<rest>[^\n]*)$", re.MULTILINE
)
_BLANK = re.compile(r"\n[ \t>]*(?=\n)")
_INDENTED = re.compile(r"(?:\A|(?<=\n)[ \t]*\n)(?P<code>(?:(?: {4}|\t)[^\n]*(?:\n|\Z))+)")
_IN_LIST = re.compile(r"(?:[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t])|[ \t]{2,}")
_TICKS = re.compile(r"`+")
_ASIDE = re.compile(r"<!--|-->|%%|\$\$")
_CLOSES = {"<!--": "-->", "%%": "%%", "$$": "$$"}
_LETTERS = re.compile(r"[^\n\r]+")

Spans = list[tuple[int, int]]


def masked(text: str) -> str:
    """The text with everything blank that is not prose."""
    found = blank(text, fences(text))
    found = blank(found, indented(found))
    found = blank(found, code_spans(found))
    return blank(found, asides(found))


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with some places blank, as long as before."""
    pieces: list[str] = []
    last = 0
    for start, end in spans:
        pieces += (text[last:start], _LETTERS.sub(_spaces, text[start:end]))
        last = end
    if not pieces:
        return text
    pieces.append(text[last:])
    return "".join(pieces)


def _spaces(found: re.Match[str]) -> str:
    return " " * (found.end() - found.start())


def fences(text: str) -> Spans:
    """Blocks of code between fences; one that is never closed goes to the end."""
    spans: Spans = []
    opened: tuple[int, str] | None = None
    for found in _FENCE.finditer(text):
        mark, rest = found["mark"], found["rest"]
        if opened is None:
            if not (mark[0] == "`" and "`" in rest):
                opened = (found.start("mark"), mark)
        elif mark[0] == opened[1][0] and len(mark) >= len(opened[1]) and not rest.strip():
            spans.append((opened[0], found.end()))
            opened = None
    if opened is not None:
        spans.append((opened[0], len(text)))
    return spans


def indented(text: str) -> Spans:
    """Blocks of code that are told by four spaces, unless they go on with a list."""
    spans: Spans = []
    code_before = -1
    for found in _INDENTED.finditer(text):
        start, end = found.span("code")
        if not _continues_list(text, found.start(), code_before):
            spans.append((start, end))
            code_before = end
    return spans


def _continues_list(text: str, place: int, code_before: int) -> bool:
    """Whether the last line before a place with something in it belongs to a list."""
    end = place
    while end > 0:
        start = text.rfind("\n", 0, end - 1) + 1 if end > 1 else 0
        if end <= code_before:
            return False
        line = text[start:end]
        if line.strip():
            return _IN_LIST.match(line) is not None
        end = start
    return False


def code_spans(text: str) -> Spans:
    """Code between backticks: as many at its end as at its beginning, within one paragraph."""
    runs: Spans = []
    for found in _TICKS.finditer(text):
        start, end = found.span()
        slashes = start
        while slashes and text[slashes - 1] == "\\" and start - slashes < 64:
            slashes -= 1
        runs.append((start + (start - slashes) % 2, end))
    if not runs:
        return []
    blanks = [found.start() for found in _BLANK.finditer(text)]
    following: list[int] = [0] * len(runs)
    latest: dict[int, int] = {}
    for n in range(len(runs) - 1, -1, -1):
        length = runs[n][1] - runs[n][0]
        following[n] = latest.get(length, 0)
        latest[length] = n
    spans: Spans = []
    n = 0
    while n < len(runs):
        start, end = runs[n]
        other = following[n]
        if start < end and other:
            close = runs[other]
            at = bisect_left(blanks, end)
            if at == len(blanks) or blanks[at] >= close[0]:
                spans.append((start, close[1]))
                n = other + 1
                continue
        n += 1
    return spans


def asides(text: str) -> Spans:
    """Comments of HTML and Obsidian, and formulas that stand by themselves."""
    spans: Spans = []
    opened: tuple[int, str] | None = None
    for found in _ASIDE.finditer(text):
        mark = found.group()
        if opened is None:
            if mark in _CLOSES:
                opened = (found.start(), mark)
        elif mark == _CLOSES[opened[1]]:
            spans.append((opened[0], found.end()))
            opened = None
    return spans
