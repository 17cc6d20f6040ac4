"""Where links lead, and how they are written when what they lead to moves.

Only names are needed for this and no text: the index is built of every document's and file's path, and each document
carries the targets of its links. `[[name]]` finds a path from the top first, then one from the document's own folder,
then any document of that name, the nearest first; case decides only where two names differ by nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from pgc_lib.areas.paper.paths import joined, parted, relative, resolved
from pgc_lib.core.markdown.reading import Parsed, PlainLink, WikiLink
from pgc_lib.core.markdown.rewriting import retargeted

_MOST_NAMES = 150_000
"""Characters of all names that a document's links are kept under."""
_LONGEST_NAME = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """A document or a file in its folder."""

    id: UUID
    folder: str
    name: str
    """Of a file with its ending, of a document without."""
    ending: str = ""
    links: tuple[str, ...] = ()
    """What its wiki links name."""
    paths: tuple[str, ...] = ()
    """The files that its other links name."""

    @property
    def is_doc(self) -> bool:
        """Whether it is a document."""
        return bool(self.ending)

    @property
    def path(self) -> str:
        """With the ending, as a file has it."""
        return joined(self.folder, self.name + self.ending)


class Index:
    """Every document and file by its path and its name."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places: dict[UUID, Place] = {}
        self._by_path: dict[str, list[Place]] = defaultdict(list)
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            self.places[place.id] = place
            names = {place.name + place.ending, place.name} if place.ending else {place.name}
            for name in names:
                self._by_path[joined(place.folder, name).casefold()].append(place)
                self._by_name[name.casefold()].append(place)

    def with_changed(self, changed: Mapping[UUID, Place]) -> "Index":
        """The index as it is when some places are different."""
        return Index(changed.get(id, place) for id, place in self.places.items())

    def of_wiki(self, target: str, folder: str) -> Place | None:
        """Where `[[target]]` leads from within a folder."""
        said = target.strip().strip("/").split("#")[0]
        if not said:
            return None
        for path in (said, resolved(said, folder)):
            if found := self._at(path):
                return found
        return self._named(said, folder)

    def of_path(self, path: str, folder: str) -> Place | None:
        """Where a link to a file leads; from the top where it leads nowhere from the folder."""
        return self._at(resolved(path, folder)) or self._at(resolved(path, "")) if path else None

    def _at(self, path: str) -> Place | None:
        return _best(self._by_path.get(path.casefold(), ()), path) if path else None

    def _named(self, said: str, folder: str) -> Place | None:
        """By its name, or the end of its path; the nearest one."""
        wanted = said.casefold()
        found = [
            place
            for place in self._by_name.get(parted(wanted)[1], ())
            if "/" not in wanted
            or f"/{joined(place.folder, place.name)}".casefold().endswith(f"/{wanted}")
            or f"/{place.path}".casefold().endswith(f"/{wanted}")
        ]
        near = [place for place in found if place.folder == folder] or found
        return _best(sorted(near, key=lambda place: (place.path.count("/"), place.path)), said)

    def shortest(self, place: Place, folder: str, *, ending: bool = False) -> str:
        """How a wiki link names a place: by its mere name where that is enough."""
        name = place.name + (place.ending if ending else "")
        if self.of_wiki(name, folder) == place:
            return name
        path = joined(place.folder, name)
        return path if self.of_wiki(path, folder) == place else place.path


def _best(places: "Iterable[Place]", said: str) -> Place | None:
    """One that is written so in every letter; a document before a file; else the first."""
    found = list(places)
    exact = [
        place
        for place in found
        if place.path.endswith(said) or joined(place.folder, place.name).endswith(said)
    ]
    chosen = exact or found
    return next((place for place in chosen if place.is_doc), chosen[0] if chosen else None)


def derived(parsed: Parsed) -> dict[str, list[str]]:
    """What a text says of its links and tags, as the fields of a document."""
    return {
        "tags": _bounded(parsed.tags),
        "links": _bounded(link.target for link in parsed.wiki_links),
        "paths": _bounded(link.path for link in parsed.links),
    }


def _bounded(names: Iterable[str]) -> list[str]:
    """Each name once; of a text that is nothing but links, as many as fit beside it."""
    found: list[str] = []
    left = _MOST_NAMES
    for name in dict.fromkeys(names):
        left -= len(name) + 10
        if left < 0:
            break
        if 0 < len(name) <= _LONGEST_NAME:
            found.append(name)
    return found


def unsettled(before: Index, after: Index) -> list[UUID]:
    """The documents with a link that would lead elsewhere, or be written in vain, afterwards."""
    found = []
    for id, place in before.places.items():
        now = after.places[id]
        if any(
            _id(before.of_wiki(target, place.folder)) != _id(after.of_wiki(target, now.folder))
            for target in place.links
        ) or any(
            _id(before.of_path(path, place.folder)) != _id(after.of_path(path, now.folder))
            for path in place.paths
        ):
            found.append(id)
    return found


def relinked(text: str, id: UUID, before: Index, after: Index) -> str:
    """The text with links that lead where they led before the change."""
    was, now = before.places[id], after.places[id]

    def wiki(link: WikiLink) -> str | None:
        meant = _id(before.of_wiki(link.target, was.folder)) if link.target else None
        if meant is None or _id(after.of_wiki(link.target, now.folder)) == meant:
            return None
        place = after.places[meant]
        ending = bool(place.ending) and link.target.casefold().endswith(place.ending.casefold())
        if "/" in link.target:
            return joined(place.folder, place.name + (place.ending if ending else ""))
        return after.shortest(place, now.folder, ending=ending)

    def plain(link: PlainLink) -> str | None:
        meant = _id(before.of_path(link.path, was.folder))
        if meant is None or _id(after.of_path(link.path, now.folder)) == meant:
            return None
        path = relative(after.places[meant].path, now.folder)
        in_brackets = text[link.span[0] - 1 : link.span[0]] == "<"
        rest = link.url[len(link.url.partition("#")[0].partition("?")[0]) :]
        return (path if in_brackets else _escaped(path)) + rest

    return retargeted(text, wiki, plain)


def _escaped(path: str) -> str:
    """A path as an address: blanks and what means something else there."""
    return "".join(
        f"%{ord(letter):02X}" if letter in " %#?()<>\"'\\" else letter for letter in path
    )


def _id(place: Place | None) -> UUID | None:
    return place.id if place else None
