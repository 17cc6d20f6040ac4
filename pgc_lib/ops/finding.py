"""What a check of the doctor says, and what it may look at."""

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pgc_lib.errors import PgcError
from pgc_lib.settings import Settings, Survey, survey
from pgc_lib.stores import embedded
from pgc_lib.stores.engines.folder import Folder
from pgc_lib.stores.engines.postgres import Postgres
from pgc_lib.stores.engines.valkey import Valkey

Level = Literal["ok", "warning", "failure"]
LEVELS: tuple[Level, ...] = ("ok", "warning", "failure")
"""In the order of their weight; the place in it is the exit status."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: how it is, and what to do about it."""

    name: str
    level: Level
    message: str
    next_step: str = ""


class Case:
    """The lab under examination; each fact is found out once, when a check first asks for it."""

    def __init__(self, data: Path | None = None) -> None:
        chosen = {"PGC_DATA": str(data.expanduser().absolute())} if data is not None else {}
        self.environment = {**os.environ, **chosen}

    @cached_property
    def survey(self) -> Survey:
        """The settings as far as they can be read, and what is wrong with the others."""
        return survey(self.environment)

    @cached_property
    def settings(self) -> Settings:
        """The settings; one that cannot be used stands at its default."""
        return Settings({one.setting.name: one for one in self.survey.found})

    @property
    def data(self) -> Path:
        """The data folder."""
        found: Path = self.settings.data
        return found

    @cached_property
    def is_served(self) -> bool:
        """Whether the stores are servers of someone, and not engines of this lab."""
        return bool(self.settings.database_url)

    @cached_property
    def is_made(self) -> bool:
        """Whether this lab was ever started."""
        return os.path.exists(self.data / "LAYOUT")  # noqa: PTH110 (False where it is closed to us)

    @cached_property
    def engines(self) -> dict[str, embedded.EngineStatus]:
        """How the embedded engines are, by name; none where they cannot be looked at."""
        with suppress(PgcError):  # the check of the engines says why
            return {status.name: status for status in embedded.status(self.data)}
        return {}

    @cached_property
    def database_url(self) -> str:
        """Where PostgreSQL can be asked now; empty when it cannot."""
        if self.is_served:
            return str(self.settings.database_url.reveal())
        port = self._port("postgres")
        return Postgres(Folder(self.data)).url(port) if port else ""

    @cached_property
    def redis_url(self) -> str:
        """Where Redis can be asked now; empty when it cannot."""
        if self.is_served:
            return str(self.settings.redis_url.reveal())
        port = self._port("valkey")
        return Valkey(Folder(self.data)).url(port) if port else ""

    def _port(self, engine: str) -> int | None:
        status = self.engines.get(engine)
        return status.port if status and status.state == "running" else None
