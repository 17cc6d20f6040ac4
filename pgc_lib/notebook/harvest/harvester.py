"""Follows the notebooks of a workspace: what is saved, moved, copied, taken away, also past Jupyter and while nothing ran.

Whatever happens to it in between, nothing is lost: a file counts as read only when all of it is kept, and the next look
finds every file that was not. One harvester at a time works on a workspace.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.docs import Docs
from pgc_lib.areas.paper.records import Notebook
from pgc_lib.core.ids import new_id
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from pgc_lib.i18n import _
from pgc_lib.notebook.harvest import keeping
from pgc_lib.notebook.harvest.edits import CellEdit
from pgc_lib.notebook.harvest.identity import Found, Lost, moved
from pgc_lib.notebook.harvest.reading import LARGEST, Notes, checksum, read, unreadable
from pgc_lib.notebook.harvest.sweeping import Memory, Stamp, notebooks, stamp_of
from pgc_lib.stores.engines.folder import write_whole
from pgc_lib.stores.engines.lock import held

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

GRACE = 60.0
"""Seconds that a file may be missing before its notes are thrown away: editors and disks come and go."""
_TRIES = 3
_REFUSED = "!"
_PATIENCE = 120.0

Deliver = Callable[[str, list[CellEdit]], None]
"""Is told what is to become of the cells of a notebook; an empty list means nothing."""


@dataclass(slots=True)
class Tally:
    """What a look at the workspace did."""

    read: int = 0
    written: int = 0
    removed: int = 0
    unchanged: int = 0
    gone: int = 0
    moved: int = 0
    problems: list[str] = field(default_factory=list)


class Harvester:
    """One person's, over one workspace."""

    def __init__(
        self,
        session: "Session",
        workspace: Path,
        state: Path,
        *,
        deliver: Deliver = lambda _path, _edits: None,
        shipped: Iterable[Path] = (),
        grace: float = GRACE,
    ) -> None:
        self.session, self.workspace, self.state = session, workspace, state
        self._deliver, self._grace = deliver, grace
        self._shipped = _ever_shipped(state / "harvest.shipped", shipped_texts(shipped))
        self._missing: dict[UUID, float] = {}
        self._memory = Memory.load(state / "harvest.json", session.person.hex)
        self._place = ""
        self.batches: set[UUID] = set()
        """What was written from here: no news to whoever listens to the lab."""

    # ── one file ─────────────────────────────────────────────────────────────────────────────────────

    def take(self, path: str, *, again: bool = False) -> Tally:
        """Harvest one notebook, at a path from the top, unless it says what is kept already."""
        tally = Tally()
        with self._alone():
            known = next((each for each in self._records() if each.path == path and not each.gone), None)  # fmt: skip
            stamp = stamp_of(self.workspace, path)
            if stamp is not None and known is not None:
                self._one(path, stamp, known, tally, again=again)
                self._memory.save()
                return tally
        return self.sweep()  # it is new, or was another one

    def _one(self, path: str, stamp: Stamp, known: Notebook | None, tally: Tally, *, again: bool = False) -> None:  # fmt: skip
        notes = self._notes(path, stamp)
        if not again and known is not None and not known.gone and known.sum == notes.sum and known.path == path:  # fmt: skip
            self._memory.seen[path] = stamp, notes.sum
            tally.unchanged += 1
            return
        if not notes.readable:
            # What was kept stays: a file that is half written, or broken, is no reason to forget.
            tally.problems += [f"{path}: {problem}" for problem in notes.problems]
            self._memory.seen[path] = stamp, known.sum if known else ""
            return
        if known is None and not (notes.cells and notes.wanted):
            self._memory.seen[path] = stamp, ""
            tally.unchanged += 1
            return
        if known is not None and known.gone:
            keeping.bring_back(self.session, known)
        kept = self._kept(path, notes, known)
        tally.read += 1
        tally.written += kept.written
        tally.removed += kept.removed
        tally.problems += [f"{path}: {problem}" for problem in kept.notebook.problems]
        self._memory.seen[path] = stamp, notes.sum
        self._deliver(path, kept.edits)

    def _kept(self, path: str, notes: Notes, known: Notebook | None) -> keeping.Kept:
        """Somebody may write in the lab at this moment: then it is looked at anew."""
        for attempt in range(_TRIES):
            try:
                return keeping.keep(self.session, path, notes, known, self.place, self._batch())
            except (Conflict, NotFound):
                if attempt == _TRIES - 1:
                    raise
                known = Docs(self.session).notebooks.get(known.id) if known else None
        raise AssertionError

    def _notes(self, path: str, stamp: Stamp) -> Notes:
        if stamp.size > LARGEST:
            return unreadable(_("it is larger than {n} MB", n=LARGEST >> 20))
        try:
            raw = (self.workspace / path).read_bytes()
        except OSError as error:
            return unreadable(error.strerror or str(error))
        return read(raw, self._shipped)

    # ── all files ────────────────────────────────────────────────────────────────────────────────────

    def sweep(self, *, whole: bool = False) -> Tally:
        """Look at every notebook of the workspace; `whole` reads those anew that did not change."""
        tally = Tally()
        with self._alone():
            files = notebooks(self.workspace)
            records = self._records()
            here = {each.path: each for each in records if not each.gone}
            self._follow(files, records, here, tally)
            for path, stamp in sorted(files.items()):
                known = here.get(path)
                if not whole and self._is_known(path, stamp, known):
                    tally.unchanged += 1
                    continue
                try:
                    self._one(path, stamp, known or _gone_at(records, path), tally, again=whole)
                except (Invalid, Denied, Conflict) as error:
                    tally.problems.append(f"{path}: {error.message}")
                    self._memory.seen[path] = stamp, _REFUSED
            self._throw_away(files, list(here.values()), tally)
            # What is gone is forgotten here, too.
            self._memory.seen = {p: seen for p, seen in self._memory.seen.items() if p in files}
            self._memory.save()
        return tally

    def changed(self) -> bool:
        """Whether any file is different from what was read, told without the database."""
        return self._memory.differs(self.workspace)

    @property
    def waits(self) -> bool:
        """Whether a file is missing and not given up yet."""
        return bool(self._missing)

    def _is_known(self, path: str, stamp: Stamp, known: Notebook | None) -> bool:
        seen = self._memory.seen.get(path)
        return seen is not None and seen[0] == stamp and seen[1] == (known.sum if known else "")

    def _lost(self, records: Iterable[Notebook], there: Iterable[str]) -> list[Notebook]:
        """The notebooks that are not where they were."""
        found = set(there)
        return [
            each
            for each in records
            if not each.gone
            and each.path not in found
            and not (self.workspace / each.path).is_file()
        ]

    def _follow(
        self, files: dict[str, Stamp], records: list[Notebook], here: dict[str, Notebook], tally: Tally
    ) -> None:  # fmt: skip
        """What was moved is known again under its new path."""
        lost = self._lost(records, files)
        fresh = [path for path in files if path not in here]
        if not lost or not fresh:
            return
        found = [
            Found(path, _marks(self._notes(path, files[path])), files[path].inode, files[path].time)
            for path in fresh
        ]
        was = {each.id: each for each in lost}
        inodes = {path: seen[0].inode for path, seen in self._memory.seen.items()}
        gone = [Lost(each.id, _marks_of(each), inodes.get(each.path, 0)) for each in lost]
        for path, id in moved(gone, found).items():
            del here[was[id].path]
            here[path] = keeping.move(self.session, was[id], path, self._batch())
            tally.moved += 1

    def _throw_away(self, files: dict[str, Stamp], here: list[Notebook], tally: Tally) -> None:
        """What is missing for long enough; an empty folder where all was is a disk that is away."""
        missing = [each for each in here if each.path not in files]
        now = time.monotonic()
        self._missing = {each.id: self._missing.get(each.id, now) for each in missing}
        if not self.workspace.is_dir() or (not files and len(missing) > 2):
            return
        for each in missing:
            if now - self._missing[each.id] >= self._grace:
                tally.removed += keeping.forget(self.session, each, self._batch()).removed
                tally.gone += 1
                self._deliver(each.path, [])

    # ── what Jupyter tells ───────────────────────────────────────────────────────────────────────────

    def removed(self, path: str) -> None:
        """Somebody deleted a notebook or a folder in Lab: that is meant."""
        with self._alone():
            for each in self._records():
                inside = each.path == path or each.path.startswith(f"{path}/")
                if inside and not each.gone and not (self.workspace / each.path).exists():
                    keeping.forget(self.session, each, self._batch())
                    self._deliver(each.path, [])

    def renamed(self, old: str, new: str) -> None:
        """Somebody renamed or moved a notebook or a folder in Lab."""
        with self._alone():
            for each in self._records():
                inside = each.path == old or each.path.startswith(f"{old}/")
                if inside and not each.gone and not (self.workspace / each.path).exists():
                    keeping.move(self.session, each, new + each.path[len(old) :], self._batch())
                    self._deliver(each.path, [])
        self.sweep()

    def touched(self, records: Iterable[tuple[str, UUID]]) -> list[str]:
        """The notebooks of documents and to-dos that were changed in the lab."""
        from pgc_lib.areas.todos import Todos
        from pgc_lib.stores.filters import col

        listed = list(records)
        docs = [id for kind, id in listed if kind == "docs.items"]
        todos = [id for kind, id in listed if kind == "todos.items"]
        ids = {each.notebook for each in Docs(self.session).items.find(col("id").is_in(docs))} if docs else set()  # fmt: skip
        if todos:
            for mirror in Todos(self.session).mirrors.find(col("todo").is_in(todos)):
                ids.add(keeping.notebook_of(mirror.place))
        return [each.path for each in self._records() if each.id in ids and not each.gone]

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def place(self) -> str:
        """What this workspace is called among those of the person."""
        if not self._place:
            from pgc_lib.automation.journal import Journal

            self._place = Journal(self.workspace).place
        return self._place

    def paths(self) -> list[str]:
        """Every notebook whose notes are kept."""
        return [each.path for each in self._records() if not each.gone]

    def _batch(self) -> UUID:
        batch = new_id()
        self.batches.add(batch)
        return batch

    def _records(self) -> list[Notebook]:
        return list(Docs(self.session).notebooks.find(place=self.place, owner=self.session.person))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with held(self.state / "harvest.lock", timeout=_PATIENCE, say=lambda _message: None):
            yield


def shipped_texts(notebooks: Iterable[Path]) -> frozenset[str]:
    """Checksums of what stands in notebooks that come with PGC: nobody wrote it down for themselves."""
    texts: set[str] = set()
    for path in notebooks:
        texts |= {checksum(cell.source.strip()) for cell in read(path.read_bytes()).cells}
    return frozenset(texts)


def _ever_shipped(file: Path, now: frozenset[str]) -> frozenset[str]:
    """Also what came with earlier versions: their notebooks still lie in the workspace."""
    try:
        before = frozenset(file.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        before = frozenset()
    if not now <= before:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, "\n".join(sorted(before | now)))
    return before | now


def _gone_at(records: Iterable[Notebook], path: str) -> Notebook | None:
    return next((each for each in records if each.gone and each.path == path), None)


def _marks(notes: Notes) -> frozenset[str]:
    return frozenset(cell.id or checksum(cell.text) for cell in notes.cells)


def _marks_of(known: Notebook) -> frozenset[str]:
    return frozenset(cell["cell"] or cell["doc"] for cell in known.cells)
