"""Which notebook and which cell is which, told by what they hold and never by a mark of ours in them.

Pure. A file at a known path is what it was; a file at a new path is a moved one only if what it was taken for is gone
from its place, so that a copy never gets the identity of what it was copied from.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from uuid import UUID

from pgc_lib.notebook.harvest.reading import Cell

_ALIKE = 0.6
_MOST_COMPARED = 10_000
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Known:
    """A cell as it was when it was last read."""

    doc: UUID
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A notebook whose file is not where it was."""

    id: UUID
    cells: frozenset[str]
    """Identifiers of its cells, and checksums of those without."""
    inode: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A file at a path where none was known."""

    path: str
    cells: frozenset[str]
    inode: int = 0
    since: float = 0.0


def moved(lost: Sequence[Lost], found: Sequence[Found]) -> dict[str, UUID]:
    """Which of the files is which of the notebooks that are gone from their place; each at most once."""
    ranked: list[tuple[float, bool, float, str, UUID]] = []
    for one in lost:
        for file in found:
            common = len(one.cells & file.cells)
            share = common / max(len(one.cells), len(file.cells), 1)
            same = bool(one.inode) and one.inode == file.inode
            if share >= _HALF or (common and same):
                ranked.append((share, same, file.since, file.path, one.id))
    # The same file first, then the likest, then the oldest: a copy is younger than what was moved.
    ranked.sort(key=lambda each: (not each[1], -each[0], each[2], each[3]))
    pairs: dict[str, UUID] = {}
    taken: set[UUID] = set()
    for _share, _same, _since, path, id in ranked:
        if path not in pairs and id not in taken:
            pairs[path] = id
            taken.add(id)
    return pairs


def matched(cells: Sequence[Cell], known: Iterable[Known]) -> dict[int, Known]:
    """Which of the known ones each cell is: by its identifier, else by its text, else by nearly the same text."""
    left = list(known)
    pairs: dict[int, Known] = {}
    left = _by(pairs, cells, left, {n: cell.id for n, cell in enumerate(cells)}, lambda one: one.id)
    left = _by(pairs, cells, left, {n: cell.text for n, cell in enumerate(cells)}, lambda one: one.text)  # fmt: skip
    # A cell with an identifier that nobody knows is a new one; only such without are compared further.
    free = [n for n, cell in enumerate(cells) if n not in pairs and not cell.id]
    without = [one for one in left if not one.id]
    if len(free) * len(without) > _MOST_COMPARED:
        return pairs
    alike = sorted(
        (
            (SequenceMatcher(None, cells[n].text[:2000], one.text[:2000]).ratio(), n, at)
            for n in free
            for at, one in enumerate(without)
        ),
        key=lambda each: (-each[0], each[1], each[2]),
    )
    used: set[int] = set()
    for ratio, n, at in alike:
        if ratio >= _ALIKE and n not in pairs and at not in used:
            pairs[n] = without[at]
            used.add(at)
    return pairs


def _by(
    pairs: dict[int, Known],
    cells: Sequence[Cell],
    left: list[Known],
    keys: Mapping[int, str],
    key: Callable[[Known], str],
) -> list[Known]:
    """Pair what has the same key; the known ones that are left."""
    waiting: dict[str, list[Known]] = {}
    for one in left:
        if key(one):
            waiting.setdefault(key(one), []).append(one)
    used: set[UUID] = set()
    for n in range(len(cells)):
        if n not in pairs and keys[n] and waiting.get(keys[n]):
            pairs[n] = waiting[keys[n]].pop(0)
            used.add(pairs[n].doc)
    return [one for one in left if one.doc not in used]
