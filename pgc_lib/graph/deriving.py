"""The node and the links that one record makes: read off its definition, its fields and its texts.

Nothing is asked of a store here. A kind says through its fields what it refers to (`refers`, a `Pointer`, or an
identifier alone); its texts name others in [[brackets]], in #tags, or by what they are called.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias
from uuid import UUID

from pgc_lib.core.pointer import pointed
from pgc_lib.core.record import Record
from pgc_lib.core.spec import Spec
from pgc_lib.core.words import HAN, is_chinese, spans
from pgc_lib.errors import Invalid

How: TypeAlias = Literal["link", "tag", "reference", "kinship", "mention", "said"]

LEFT_OUT = frozenset({"ai", "imports", "suggestions", "graph", "vectors", "schedules", "insights"})
"""Areas about the lab and not about a life."""

SERIES = frozenset({"finance.transactions"})
"""Kinds of which most records hang together with nothing; only those with a link become nodes, much as in a time series."""

NAMED: Mapping[str, tuple[str, ...]] = {
    "family.members": ("name", "called"),
    "skills.items": ("name", "aliases"),
    "hobbies.interests": ("name",),
}
"""Kinds that texts call by name, and the fields with their names."""

TAG = "#"
_TITLES = ("title", "name", "what", "subject", "headline", "payee")
_LONGEST = 200
_SHORTEST = 2
_POINTER = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*/[0-9a-f]{8}-[0-9a-f-]{27}", re.ASCII)


_TWO_LANGUAGES = re.compile(rf"([{HAN}·]+) ([A-Za-z][^{HAN}]*)")


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a kind matters to the graph."""

    kind: str
    area: str
    title: str
    texts: tuple[str, ...]
    tags: str
    links: tuple[tuple[str, str], ...]
    """Fields with an identifier, and the kind that it is of if the definition says it."""
    pointers: tuple[str, ...]
    ends: tuple[str, str] | None
    """Of a kind that is itself an edge: its two ends."""
    relation: str
    """The field that says how its ends belong together."""
    names: tuple[str, ...]
    series: bool

    @property
    def columns(self) -> list[str]:
        """The fields that are read."""
        wanted = [self.title, *self.texts, self.tags, self.relation, *self.pointers, *self.names]
        wanted += [name for name, _refers in self.links]
        return [name for name in dict.fromkeys(wanted) if name]


@dataclass(frozen=True, slots=True)
class Node:
    """What is kept of a record."""

    area: str
    kind: str
    record: UUID
    title: str
    names: tuple[str, ...]
    version: int = 0

    @property
    def called(self) -> str:
        """How links in brackets name it."""
        return called(self.title)


@dataclass(frozen=True, slots=True)
class Link:
    """What a record says of another: of a known one, of an identifier, or of a name."""

    area: str
    kind: str
    source: UUID
    """The record that says it."""
    one: str
    relation: str
    how: How
    other: str | None = None
    target: UUID | None = None
    wanted: str | None = None


def called(title: str) -> str:
    """A title as links in brackets name it."""
    return " ".join(title.casefold().split())[:_LONGEST]


@cache
def shape_of(record: type[Record]) -> Shape | None:
    """What of a kind matters; None when it has no place in the graph."""
    spec: Spec = record.spec
    if spec.area in LEFT_OUT or spec.kind == "kinds.definitions":
        return None
    fields = {name: field for name, field in spec.fields.items() if not field.meta.sensitive}
    texts = tuple(
        n
        for n, f in fields.items()
        if f.meta.searchable and f.type.name == "text" and not f.choices
    )
    title = next(
        (name for name in _TITLES if name in fields and fields[name].type.name == "text"), ""
    )
    links = tuple(
        (n, f.meta.refers) for n, f in fields.items() if f.type.name == "link" and n != "reference"
    )
    ends = _ends(spec, [name for name, _refers in links])
    pointers = tuple(
        n for n, f in fields.items() if f.type.name in ("text", "texts") and not f.meta.searchable and not f.choices
    )  # fmt: skip
    return Shape(
        spec.kind,
        spec.area,
        title or (texts or ("",))[0],
        texts,
        "tags" if "tags" in fields and fields["tags"].type.name == "texts" else "",
        links,
        pointers,
        ends,
        next((name for name in ("tie", "how", "relation") if ends and name in fields), ""),
        NAMED.get(spec.kind, ()),
        bool(spec.by_month) or spec.kind in SERIES,
    )


def _ends(spec: Spec, links: list[str]) -> tuple[str, str] | None:
    if {"one", "other"} <= set(links):
        return "one", "other"
    if len(spec.key) == 2 and set(spec.key) <= set(links):
        return spec.key[0], spec.key[1]
    return None


def derived(shape: Shape, row: Mapping[str, Any], names: "Names") -> tuple[Node | None, list[Link]]:
    """The node and the links of one record; a record that is an edge makes no node."""
    id = UUID(str(row["id"]))
    if shape.ends is not None:
        return None, list(_edge(shape, id, row))
    me = f"{shape.kind}/{id}"
    links = list(dict.fromkeys(_links(shape, me, id, row, names)))
    telling = [each for each in links if shape.kind in SERIES or each.how != "reference"]
    if shape.series and not telling:
        return None, []  # every line of a time series belongs to something; that alone says nothing
    title = str(row.get(shape.title) or "") if shape.title else ""
    title = " ".join(title.split())[:_LONGEST]
    own = tuple(
        dict.fromkeys(
            form for name in shape.names for each in _several(row.get(name)) for form in forms(each)
        )
    )
    return Node(shape.area, shape.kind, id, title, own, int(row.get("version") or 0)), links


def forms(name: str) -> list[str]:
    """A name as texts use it: whole, or in one of its languages where it is written in two."""
    name = " ".join(name.split())
    found = _TWO_LANGUAGES.fullmatch(name)
    return [name, *(found.groups() if found else ())] if name else []


def _edge(shape: Shape, id: UUID, row: Mapping[str, Any]) -> Iterator[Link]:
    assert shape.ends is not None
    refers = dict(shape.links)
    one, other = row.get(shape.ends[0]), row.get(shape.ends[1])
    if not one or not other:
        return
    kind = refers[shape.ends[0]] or refers[shape.ends[1]] or _same_area(shape)
    relation = str((row.get(shape.relation) if shape.relation else "") or shape.ends[1])
    how: How = "kinship" if shape.area == "family" else "reference"
    to = _to(refers[shape.ends[1]], other)
    yield Link(shape.area, shape.kind, id, f"{kind}/{UUID(str(one))}", relation, how, **to)


def _same_area(shape: Shape) -> str:
    """Of ends without a word about their kind: the main one of the area, as with entries and to-dos."""
    return {"knowledge": "knowledge.entries", "todos": "todos.items"}.get(
        shape.area, f"{shape.area}.items"
    )


def _to(refers: str, id: Any) -> dict[str, Any]:
    record = UUID(str(id))
    return {"other": f"{refers}/{record}"} if refers else {"target": record}


def _links(
    shape: Shape, me: str, id: UUID, row: Mapping[str, Any], names: "Names"
) -> Iterator[Link]:
    def link(relation: str, how: How, **to: Any) -> Link:
        return Link(shape.area, shape.kind, id, me, relation, how, **to)

    for name, refers in shape.links:
        if row.get(name):
            yield link(name, "reference", **_to(refers, row[name]))
    for name in shape.pointers:
        for value in _several(row.get(name)):
            if _POINTER.fullmatch(value):
                yield link(name, "reference", other=_canonical(value))
    if shape.tags:
        for tag in _several(row.get(shape.tags)):
            if tag.strip():
                yield link("tag", "tag", other=tag_pointer(tag))
    text = "\n".join(str(row[name]) for name in shape.texts if row.get(name))
    if "[[" in text or "#" in text:
        from pgc_lib.core.markdown.reading import read

        parsed = read(text)
        for wiki in parsed.wiki_links:
            if wiki.target.strip():
                yield link(
                    "embeds" if wiki.embed else "links to", "link", wanted=_wanted(wiki.target)
                )
        for tag in parsed.tags:
            yield link("tag", "tag", other=tag_pointer(tag))
    for pointer in names.within(text):
        if pointer != me:
            yield link("mentions", "mention", other=pointer)


def tag_pointer(tag: str) -> str:
    """A tag as a node."""
    return TAG + called(tag.strip().lstrip(TAG))


def _wanted(target: str) -> str:
    """A link may name a file in a folder; what is named is the file."""
    name = target.strip().replace("\\", "/").rpartition("/")[2]
    return called(name.removesuffix(".md"))


def _canonical(value: str) -> str:
    try:
        kind, id = pointed(value)
    except Invalid:
        return value
    return f"{kind}/{id}"


def _several(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


class Names:
    """What records are called, to be found in texts, from word to word."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._of: dict[str, set[str]] = {}
        for name, pointer in named:
            plain = name.casefold().strip()
            # A short word is in every text and means something else; only a link can mean it.
            if len(plain) > (_SHORTEST if plain.isascii() else _SHORTEST - 1):
                self._of.setdefault(plain, set()).add(pointer)
        alternatives = "|".join(map(re.escape, sorted(self._of, key=len, reverse=True)))
        self._any = re.compile(alternatives, re.IGNORECASE) if alternatives else None

    def __len__(self) -> int:
        return len(self._of)

    def within(self, text: str) -> list[str]:
        """The records that a text calls by name."""
        if self._any is None or not text:
            return []
        found: dict[str, None] = {}
        bounds: set[int] | None = None
        for hit in self._any.finditer(text):
            if bounds is None:
                bounds = _bounds(text)
            name = hit.group()
            # A name that begins or ends with a sign, as C++ does, has its bound there.
            begins = hit.start() in bounds or not name[0].isalnum()
            ends = hit.end() in bounds or not name[-1].isalnum()
            if begins and ends:
                found.update(dict.fromkeys(sorted(self._of.get(name.casefold(), ()))))
        return list(found)


def _bounds(text: str) -> set[int]:
    """Where words begin and end, also within what is only guessed to be one word, as a name that no dictionary has."""
    from rjieba import cut

    bounds = {0, len(text)}
    for start, end in spans(text):
        bounds |= {start, end}
        if end - start > 1 and is_chinese(text[start:end]):
            place = start
            for word in cut(text[start:end], False):
                place += len(word)
                bounds.add(place)
    return bounds
