"""What PostgreSQL and Valkey have in common: a folder, a process, a port, a way to log in."""

import hashlib
import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from pgc_lib.stores.engines import process
from pgc_lib.stores.engines.folder import Folder
from pgc_lib.stores.engines.owner import Owner, owner_for
from pgc_lib.stores.engines.programs import Programs, installed, reachable

Say = Callable[[str], None]
"""Takes one line of progress for a person."""

ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
"""All that an engine sees of our environment; its log is then in English, which `trouble` reads."""


class Answer(Enum):
    """What came of an attempt to log in."""

    READY = auto()
    BUSY = auto()
    """It is there and starting, recovering or stopping."""
    REFUSED = auto()
    """Nobody listens."""
    SILENT = auto()
    """It took the connection and said nothing."""
    UNFINISHED = auto()
    """It is ours, and the last step of making it is still to do."""
    FULL = auto()
    """It has no room left on its disk."""
    STRANGER = auto()
    """It does not know our password, or works on another folder."""


@dataclass(frozen=True)
class Site:
    """What a start needs and an attach does not: the engines' user and programs."""

    folder: Folder

    @cached_property
    def owner(self) -> Owner:
        return owner_for(self.folder.engines / "postgres")

    @cached_property
    def programs(self) -> Programs:
        return reachable(installed(), self.owner, self.folder.engines)

    def check(self) -> None:
        """Refuse a place that the engines' user cannot reach, before anything is made there."""
        self.owner.require(self.folder.engines)


class Engine(ABC):
    """One engine of one data folder."""

    name: ClassVar[str]
    title: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    kept_as: ClassVar[str]
    """The file in `secrets/` with the administrator's password."""

    def __init__(self, lab: Folder) -> None:
        self.lab = lab
        self.folder = lab.engines / self.name

    @property
    def password(self) -> str:
        """The administrator's password."""
        return self.lab.secret(self.kept_as)

    @property
    def log(self) -> Path:
        """Where the process itself writes."""
        return self.lab.logs / f"{self.name}.log"

    @property
    def marks(self) -> tuple[str, ...]:
        """What its processes carry in their command lines: the folder's path and its identity.

        Either is enough: a folder may be moved under a running engine, and some file systems change
        the identity. A copy of the folder has neither.
        """
        if not self.folder.is_dir():
            return (self._mark("p", os.path.realpath(self.folder)),)
        stat = self.folder.stat()
        return (
            self._mark("p", os.path.realpath(self.folder)),
            self._mark("i", f"{stat.st_dev}:{stat.st_ino}"),
        )

    def pid(self) -> int | None:
        """The running server of this folder, by its own note; a stale note does not count."""
        noted = self.noted_pid()
        return noted if noted and process.bears(noted, self.marks) else None

    @abstractmethod
    def noted_pid(self) -> int | None:
        """The process id in the engine's own file, true or not."""

    @abstractmethod
    def noted_port(self) -> int | None:
        """The port in the engine's own file, where it keeps one."""

    @abstractmethod
    def prepare(self, site: Site, say: Say) -> None:
        """Make the folder, or check and mend the one that is there; no process uses it now."""

    @abstractmethod
    def set_password(self, site: Site) -> None:
        """Make the administrator's password the one in the lab's secrets; no process runs now."""

    @abstractmethod
    def command(self, port: int, site: Site) -> list[str | Path]:
        """The command that serves this folder on a port; its configuration is written by then."""

    @abstractmethod
    def login(self, port: int) -> Answer:
        """Log in with our password and compare the folder."""

    def finish(self, port: int) -> Answer:
        """Do the last step of making it; an engine without such a step never asks for it."""
        raise NotImplementedError(port)

    @abstractmethod
    def running_version(self, port: int) -> str:
        """The version of the running server."""

    @abstractmethod
    def installed_version(self, programs: Programs) -> str:
        """The version that a start would run."""

    @abstractmethod
    def clients(self, port: int) -> tuple[int, int]:
        """How many clients are connected, and a count of all that ever were; neither counts us."""

    def _mark(self, kind: str, text: str) -> str:
        return f"{self.name[:2]}{kind}{hashlib.sha256(os.fsencode(text)).hexdigest()[:12]}"
