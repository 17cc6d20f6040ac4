"""What the executors of runs say of themselves, in the person's own folder: `reports/.runs`.

An executor holds a lock as long as it lives, which no crash can leave behind, and notes how far it is. So whoever
looks can tell a run that goes on from one whose executor is gone, without asking anyone, and an outcome that could
not be written into the database is not lost.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from pgc_lib.core.ids import new_id
from pgc_lib.i18n import N_, _

State = Literal["starting", "running", "done", "failed"]
STOPPED = N_("The server was stopped while this ran.")


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of one run."""

    run: str
    report: str = ""
    schedule: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    state: State = "starting"
    cells: int = 0
    cells_done: int = 0
    failed_cell: int | None = None
    error: str = ""
    notebook: str = ""
    page: str = ""
    began: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    kept: bool = False
    """Whether its end is in the database."""

    @property
    def over(self) -> bool:
        """Whether it came to its end."""
        return self.state in ("done", "failed")


class Journal:
    """The notes of one workspace."""

    def __init__(self, workspace: Path) -> None:
        self.folder = workspace / "reports" / ".runs"

    @property
    def place(self) -> str:
        """What this folder is called in runs, so that another machine's are told apart; made once."""
        path = self.folder / "place"
        with suppress(FileNotFoundError):
            return path.read_text(encoding="utf-8")
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self._write("place", new_id().hex)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process made it just now
        finally:
            draft.unlink()
        return path.read_text(encoding="utf-8")

    def hold(self, run: UUID) -> int | None:
        """The run's lock as an open file, to be kept or handed to a child; None when someone has it.

        The lock ends when the last process that has this file open is gone.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(
            self.folder / f"{run.hex}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(opened)
            return None
        return opened

    @contextmanager
    def held(self, run: UUID) -> Iterator[bool]:
        """Hold the run's lock; whether it was free. A child that got it from its parent need not ask."""
        opened = self.hold(run)
        try:
            yield opened is not None
        finally:
            if opened is not None:
                os.close(opened)

    def alive(self, run: UUID) -> bool:
        """Whether an executor lives that runs it."""
        path = self.folder / f"{run.hex}.lock"
        try:
            opened = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(opened)
        return False

    def read(self, run: UUID) -> Note | None:
        """What its executor noted last."""
        try:
            table = json.loads((self.folder / f"{run.hex}.json").read_text(encoding="utf-8"))
            return Note(**table)
        except (OSError, ValueError, TypeError):
            return None  # nothing was noted yet

    def look(self, run: UUID) -> Note | None:
        """What is true of it: over only when its end is written, failed when its executor is gone without one."""
        alive = self.alive(run)  # before the note is read: an executor writes its end, then goes
        note = self.read(run)
        if note and note.over and alive and not note.kept:
            return replace(
                note, state="running"
            )  # whoever stops the server now would lose the record
        if note and not note.over and not alive:
            return replace(note, state="failed", error=_(STOPPED))
        return note

    def write(self, note: Note, **changes: Any) -> Note:
        """Note how far a run is; the note as it stands now."""
        note = replace(note, **{"at": datetime.now(UTC).isoformat(), **changes})
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self._write(note.run, json.dumps(asdict(note), ensure_ascii=False, default=str))
        draft.replace(self.folder / f"{note.run}.json")
        return note

    def draft(self, run: UUID) -> Path:
        """Where the notebook is while it is being executed."""
        return self.folder / f"{run.hex}.ipynb"

    def runs(self) -> list[UUID]:
        """Every run that was noted here, the newest first."""
        names = sorted((path.stem for path in self.folder.glob("*.json")), reverse=True)
        return [UUID(name) for name in names]

    def forget(self, run: UUID) -> None:
        """Remove the notes of a run that is over and kept elsewhere."""
        for ending in ("json", "lock", "ipynb"):
            (self.folder / f"{run.hex}.{ending}").unlink(missing_ok=True)

    def _write(self, name: str, text: str) -> Path:
        draft = self.folder / f".{name}.{os.getpid()}"
        descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return draft
