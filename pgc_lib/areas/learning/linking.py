"""How entries hang together: `[[links]]` in their texts, links that one said, and both seen from the other end.

Links of a text are read off it each time, so they can never differ from what is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pgc_lib.areas.learning.records import LINKS, Entry, Link
from pgc_lib.core.markdown.reading import read
from pgc_lib.i18n import N_, _

WRITTEN = (N_("names in its text"), N_("is named in the text of"))


@dataclass(frozen=True, slots=True)
class Neighbour:
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


def by_name(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Entries by title and by what else they are called; the older one has the name."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(named(entry.title), entry)
    for entry in entries:
        for name in entry.also:
            found.setdefault(named(name), entry)
    return found


def named(title: str) -> str:
    """A title as links are compared."""
    return " ".join(title.casefold().split())


def said(links: Sequence[Link], entry: UUID, titles: Mapping[UUID, str]) -> Iterator[Neighbour]:
    """The links that somebody made, seen from one entry."""
    for link in links:
        out = link.one == entry
        other = link.other if out else link.one
        words = LINKS[link.how][0 if out else 1]
        if other in titles:
            yield Neighbour(other, titles[other], _(words), out, False, link.note)


def written(entry: Entry, names: Mapping[str, Entry]) -> Iterator[Neighbour]:
    """The entries that a text names, each once."""
    seen = {entry.id}
    for target, _line in targets(entry):
        other = names.get(named(target))
        if other is not None and other.id not in seen:
            seen.add(other.id)
            yield Neighbour(other.id, other.title, _(WRITTEN[0]), True, True)


def naming(
    entry: Entry, others: Sequence[Entry], names: Mapping[str, Entry]
) -> Iterator[Neighbour]:
    """The entries whose texts name one."""
    for other in others:
        if other.id == entry.id:
            continue
        for target, _line in targets(other):
            if (found := names.get(named(target))) is not None and found.id == entry.id:
                yield Neighbour(other.id, other.title, _(WRITTEN[1]), False, True)
                break


def loose(entries: Sequence[Entry], names: Mapping[str, Entry]) -> Iterator[Loose]:
    """Links that lead nowhere."""
    for entry in entries:
        for target, line in targets(entry):
            if named(target) not in names:
                yield Loose(entry.id, entry.title, target, line)
