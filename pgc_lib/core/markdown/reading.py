"""What a Markdown text says: front matter, title, headings, links, tags and to-dos, each with its line.

    parsed = read(text)
    parsed.title;  parsed.wiki_links;  parsed.tags;  [task.text for task in parsed.tasks if not task.done]

It goes over the text a fixed number of times and builds no tree, so a file of 50 MB is read in seconds. Code,
comments and formulas are left alone (`masking.py`). What is wrong is in `problems`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from pgc_lib.core.markdown import front
from pgc_lib.core.markdown.masking import blank, masked
from pgc_lib.errors import Problem


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading."""

    level: int
    text: str
    line: int
    start: int


@dataclass(frozen=True, slots=True)
class WikiLink:
    """`[[target#heading|alias]]`; with `!` before it what it names is shown in its place."""

    target: str
    heading: str
    alias: str
    embed: bool
    line: int
    start: int
    end: int
    span: tuple[int, int]
    """Where the target alone stands in the text."""


@dataclass(frozen=True, slots=True)
class PlainLink:
    """`[text](url)`, an image `![text](url)`, a reference's target, or a bare address."""

    url: str
    text: str
    image: bool
    line: int
    start: int
    end: int
    span: tuple[int, int]
    """Where the address alone stands in the text."""

    @property
    def path(self) -> str:
        """The file that it names, where it names one and no place on the web."""
        if _SCHEME.match(self.url) or self.url.startswith(("#", "//")):
            return ""
        return unquote(self.url.partition("#")[0].partition("?")[0])


@dataclass(frozen=True, slots=True)
class Task:
    """`- [ ] text`; the state is what stands between the brackets."""

    text: str
    state: str
    line: int
    span: tuple[int, int]
    """Where the state stands in the text."""

    @property
    def done(self) -> bool:
        """Whether it is ticked off, or given up (`-`)."""
        return self.state in "xX-"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says."""

    front: dict[str, Any] = field(default_factory=dict)
    front_text: str = ""
    """The front matter word by word, with the lines around it."""
    body_start: int = 0
    title: str = ""
    """By the front matter, else by the first heading of the first level."""
    headings: list[Heading] = field(default_factory=list)
    wiki_links: list[WikiLink] = field(default_factory=list)
    links: list[PlainLink] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    """Of the front matter and of the text, each once, without `#`."""
    tasks: list[Task] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def images(self) -> list[PlainLink]:
        """The links that are images."""
        return [link for link in self.links if link.image]

    @property
    def embeds(self) -> list[WikiLink]:
        """The wiki links whose target is shown in their place."""
        return [link for link in self.wiki_links if link.embed]


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+([^\n]*))?$", re.MULTILINE)
_SETEXT = re.compile(
    r"^ {0,3}(?![#>|*+\-=\s]|\d{1,9}[.)])([^\n]*)\n {0,3}(=+|--+)[ \t]*$", re.MULTILINE
)
_CLOSING = re.compile(r"(?:^|[ \t])#+$")
_WIKI = re.compile(r"(!?)\[\[([^\[\]|#\n]*)(#[^\[\]|\n]*)?(?:\|([^\[\]\n]*))?\]\]")
_BRACKET = re.compile(
    r"!?\[|\](?:\([ \t]*(<[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ \t]*\))?"
)
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]+)\]:[ \t]*(<[^<>\n]*>|[^\s<>]+)", re.MULTILINE)
_BARE = re.compile(r"https?://[^\s<>\"'`\[\]）】」》，。；、]{1,2000}")
_AFTER_URL = ".,;:!?'\"*_~"
_TAG = re.compile(
    r"(?<![^\s，。；：、！？（「『《“(,;])#([\w/\-\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]+)"
)
_TASK = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[([^\]\n])\][ \t]+([^\n]*)$", re.MULTILINE)
_NAMES_NOTHING = re.compile(r"[\d/\-_]+")


def read(text: str) -> Parsed:
    """Everything that a text says."""
    source = text
    text = text.replace("\r", " ") if "\r" in text else text  # as long as before: places stay true
    begin, end, body_start = front.extent(text)
    said, problems = front.values(text[begin:end]) if body_start else ({}, [])
    prose = masked(blank(text, [(0, body_start)]) if body_start else text)
    before = list(_wiki_links(text[:body_start], text))
    wiki = list(_wiki_links(prose, text))
    without_wiki = blank(prose, [(link.start, link.end) for link in wiki])
    links = list(_links(without_wiki, text))
    headings = sorted(_headings(prose, text), key=lambda heading: heading.start)
    without_links = blank(without_wiki, _apart(links))
    return Parsed(
        front=said,
        front_text=source[:body_start],
        body_start=body_start,
        title=_title(said, headings),
        headings=headings,
        wiki_links=[*before, *wiki],
        links=links,
        tags=_tags(said, without_links),
        tasks=list(_tasks(prose, text)),
        problems=problems,
    )


class _Lines:
    """The number of the line at a place; places are asked for in order."""

    def __init__(self, text: str) -> None:
        self._text, self._place, self._line = text, 0, 1

    def at(self, place: int) -> int:
        if place < self._place:
            self._place, self._line = 0, 1
        self._line += self._text.count("\n", self._place, place)
        self._place = place
        return self._line


def _title(said: dict[str, Any], headings: list[Heading]) -> str:
    title = said.get("title")
    if isinstance(title, (str, int, float)) and str(title).strip():
        return str(title).strip()
    return next((each.text for each in headings if each.level == 1 and each.text), "")


def wiki_link(source: str, place: int, end: int) -> WikiLink | None:
    """The wiki link that begins at a place, without its line."""
    found = _WIKI.match(source, place, end)
    return None if found is None else _wiki_link(found, source, 0)


def _wiki_links(prose: str, text: str) -> Iterator[WikiLink]:
    lines = _Lines(text)
    for found in _WIKI.finditer(prose):
        if (link := _wiki_link(found, text, lines.at(found.start()))) is not None:
            yield link


def _wiki_link(found: re.Match[str], text: str, line: int) -> WikiLink | None:
    # In a table the bar before an alias is written with a backslash.
    at, to = found.span(2)
    said = text[at:to].rstrip("\\")
    target, heading = said.strip(), (found[3] or "")[1:].rstrip("\\").strip()
    if not target and not heading:
        return None
    at += len(said) - len(said.lstrip()) if target else 0
    alias = text[found.start(4) : found.end(4)].strip() if found[4] else ""
    span = (at, at + len(target))
    return WikiLink(target, heading, alias, bool(found[1]), line, *found.span(), span)


def _links(prose: str, text: str) -> Iterator[PlainLink]:
    """In the order in which they begin."""
    found = sorted((*_bracketed(prose, text), *_defined(prose)))
    taken = sorted(each[2] for each in found)
    ends = [to for _at, to in taken]
    for bare in _bare(prose):
        n = bisect_right(ends, bare[0])
        if n == len(taken) or bare[0] < taken[n][0]:
            found.append(bare)  # not the target of a link
    lines = _Lines(text)
    for start, end, (at, to), label, image in sorted(found):
        inner = (at + 1, to - 1) if text[at] == "<" else (at, to)
        yield PlainLink(text[slice(*inner)], label, image, lines.at(start), start, end, inner)


_Found = tuple[int, int, tuple[int, int], str, bool]


def _bracketed(prose: str, text: str) -> Iterator[_Found]:
    opened: list[tuple[int, bool]] = []
    paragraph = -1
    for found in _BRACKET.finditer(prose):
        place = found.start()
        if place and prose[place - 1] == "\\":
            continue
        if place > paragraph:
            # A link does not reach over the end of its paragraph.
            opened.clear()
            paragraph = prose.find("\n\n", place)
            paragraph = len(prose) if paragraph < 0 else paragraph
        if found.group().endswith("["):
            opened.append((place, found.group()[0] == "!"))
            continue
        if not opened:
            continue
        start, image = opened.pop()
        if found[1]:
            label = text[start + 1 + image : place]
            yield start, found.end(), found.span(1), " ".join(label.split()), image


def _defined(prose: str) -> Iterator[_Found]:
    for found in _DEFINITION.finditer(prose):
        if not found[1].startswith("^"):
            yield found.start(), found.end(), found.span(2), found[1], False


def _bare(prose: str) -> Iterator[_Found]:
    for found in _BARE.finditer(prose):
        url = found.group().rstrip(_AFTER_URL)
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(_AFTER_URL)
        end = found.start() + len(url)
        yield found.start(), end, (found.start(), end), "", False


def _apart(links: list[PlainLink]) -> Iterator[tuple[int, int]]:
    last = 0
    for start, end in sorted(link.span for link in links):
        if start >= last:
            yield start, end
            last = end


def _headings(prose: str, text: str) -> Iterator[Heading]:
    for pattern in (_ATX, _SETEXT):
        lines = _Lines(text)
        for found in pattern.finditer(prose):
            if pattern is _ATX:
                level, at = len(found[1]), found.span(2)
            else:
                level, at = 1 if found[2][0] == "=" else 2, found.span(1)
            said = text[at[0] : at[1]].strip() if at[0] >= 0 else ""
            if pattern is _ATX:
                said = _CLOSING.sub("", said).rstrip()
            yield Heading(level, said, lines.at(found.start()), found.start())


def _tags(said: dict[str, Any], prose: str) -> list[str]:
    given = said.get("tags", said.get("tag"))
    named = [part for each in front.texts_of(given) for part in each.split()]
    named += [found[1] for found in _TAG.finditer(prose)]
    tags: dict[str, str] = {}
    for name in named:
        tag = name.lstrip("#").rstrip("/-")
        if tag and not _NAMES_NOTHING.fullmatch(tag):
            tags.setdefault(tag.casefold(), tag)
    return list(tags.values())


def _tasks(prose: str, text: str) -> Iterator[Task]:
    lines = _Lines(text)
    for found in _TASK.finditer(prose):
        said = text[found.start(2) : found.end(2)].strip()
        yield Task(said, found[1], lines.at(found.start()), found.span(1))
