"""How entries hang together: `[[links]]` in their texts, links that one said, and both seen from the other end.

Links of a text are read off it each time, so they can never differ from what is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pgc_lib.areas.learning.records import LINKS, Entry, Link
from pgc_lib.core.markdown.reading import WikiLink, read
from pgc_lib.core.markdown.rewriting import retargeted
from pgc_lib.core.shown import Told
from pgc_lib.i18n import N_, _

WRITTEN = (N_("names in its text"), N_("is named in the text of"))


@dataclass(frozen=True, slots=True)
class Neighbour(Told):
    """Another entry that one has to do with."""

    entry: UUID
    title: str
    how: str
    """What the first is to the other, in words."""
    out: bool
    """Whether the link leads from the first to the other."""
    written: bool
    """Whether it stands in a text; otherwise it was said."""
    note: str = ""

    def _shown_(self) -> dict[str, Any]:
        return {_("How"): self.how, _("Entry"): self.title, _("Note"): self.note}


@dataclass(frozen=True, slots=True)
class Loose:
    """A link in a text that leads to no entry."""

    entry: UUID
    title: str
    target: str
    line: int

    def _shown_(self) -> dict[str, Any]:
        return {_("Entry"): self.title, _("Leads to"): self.target, _("Line"): self.line}


def targets(entry: Entry) -> list[tuple[str, int]]:
    """What the text of an entry links to, with the line; places within itself left out."""
    if "[[" not in entry.body:
        return []
    return [(link.target.strip(), link.line) for link in read(entry.body).wiki_links if link.target.strip()]  # fmt: skip


class Names:
    """Entries by title and by what else they are called; the older one has a name that two have."""

    def __init__(self, entries: Iterable[tuple[UUID, str, Sequence[str]]]) -> None:
        self.titles: dict[UUID, str] = {}
        self._by_name: dict[str, UUID] = {}
        others: list[tuple[UUID, Sequence[str]]] = []
        for id, title, also in entries:
            self.titles[id] = title
            self._by_name.setdefault(named(title), id)
            others.append((id, also))
        for id, also in others:
            for name in also:
                self._by_name.setdefault(named(name), id)

    def find(self, name: str) -> UUID | None:
        """The entry that a link with this name leads to."""
        return self._by_name.get(named(name))


def named(title: str) -> str:
    """A title as links are compared."""
    return " ".join(title.casefold().split())


def said(links: Iterable[Link], entry: UUID, names: Names) -> Iterator[Neighbour]:
    """The links that somebody made, seen from one entry."""
    for link in links:
        out = link.one == entry
        other = link.other if out else link.one
        words = LINKS[link.how][0 if out else 1]
        if other in names.titles:
            yield Neighbour(other, names.titles[other], _(words), out, False, link.note)


def written(entry: Entry, names: Names) -> Iterator[Neighbour]:
    """The entries that a text names, each once."""
    seen = {entry.id}
    for target, _line in targets(entry):
        other = names.find(target)
        if other is not None and other not in seen:
            seen.add(other)
            yield Neighbour(other, names.titles[other], _(WRITTEN[0]), True, True)


def naming(entry: UUID, others: Iterable[Entry], names: Names) -> Iterator[Neighbour]:
    """The entries whose texts name one."""
    for other in others:
        if other.id != entry and any(names.find(name) == entry for name, _line in targets(other)):
            yield Neighbour(other.id, other.title, _(WRITTEN[1]), False, True)


def loose(entries: Iterable[Entry], names: Names) -> Iterator[Loose]:
    """Links that lead nowhere."""
    for entry in entries:
        for target, line in targets(entry):
            if names.find(target) is None:
                yield Loose(entry.id, entry.title, target, line)


def relinked(text: str, entry: UUID, names: Names, title: str) -> str:
    """A text whose links to an entry name its new title; everything else stays as it was written."""

    def target(link: WikiLink) -> str | None:
        return title if link.target.strip() and names.find(link.target) == entry else None

    return retargeted(text, target)
