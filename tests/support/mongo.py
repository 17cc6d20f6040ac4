"""MongoDB for tests: SecantusDB, started once a run, or the server that PGC_TEST_MONGO_URL names.

SecantusDB speaks MongoDB's protocol and keeps its data in the same storage engine. It checks a role's
database but not its collections, so what depends on those is shown by a real server only (`real`).
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from uuid import UUID

import pytest
from pymongo import MongoClient

from pgc_lib.core.ids import new_id
from pgc_lib.stores.mongo import Raw, client_for, database_of
from pgc_lib.stores.mongo_people import provision

_START_SECONDS = 30


@dataclass
class Mongo:
    """A MongoDB server with an administrator, and persons made on demand."""

    admin_url: str
    real: bool
    process: "subprocess.Popen[bytes] | None" = None
    folder: Path | None = None
    clients: "list[MongoClient[Raw]]" = field(default_factory=list)

    @cached_property
    def admin(self) -> "MongoClient[Raw]":
        return self.connect(self.admin_url)

    @property
    def address(self) -> str:
        return self.admin_url.rpartition("@")[2].partition("/")[0]

    def connect(self, url: str) -> "MongoClient[Raw]":
        client = client_for(url, timeout=5)
        self.clients.append(client)
        return client

    def person(self) -> tuple[UUID, str]:
        """A new person and the URL with their own login."""
        person = new_id()
        provision(self.admin, person, "their-password")
        return person, self.url_of(person)

    def url_of(self, person: UUID) -> str:
        name = database_of(person)
        return f"mongodb://{name}:their-password@{self.address}/{name}"

    def restart(self) -> None:
        """Kill the server as a power cut would, and start it again."""
        assert self.process is not None and self.folder is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = _launch(self.folder, int(self.address.rpartition(":")[2]), auth=True)

    def close(self) -> None:
        for client in self.clients:
            client.close()
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def mongo() -> Iterator[Mongo]:
    """The run's MongoDB."""
    server = start_mongo()
    yield server
    server.close()


def start_mongo() -> Mongo:
    """The server named by PGC_TEST_MONGO_URL (an administrator's login), else a new SecantusDB."""
    if url := os.environ.get("PGC_TEST_MONGO_URL"):
        return Mongo(url, real=True)
    folder = Path(tempfile.mkdtemp(prefix="pgc-mongo-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # The first user can be made only while the server asks for none.
    process = _launch(folder, port, auth=False)
    client: MongoClient[Raw]
    with MongoClient("127.0.0.1", port) as client:
        client.admin.command("createUser", "admin", pwd="admin-password", roles=["root"])
    process.terminate()
    process.wait()
    process = _launch(folder, port, auth=True)
    url = f"mongodb://admin:admin-password@127.0.0.1:{port}/admin"
    return Mongo(url, real=False, process=process, folder=folder)


def _launch(folder: Path, port: int, *, auth: bool) -> "subprocess.Popen[bytes]":
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "secantus", "--port", str(port)),
                *("--storage-path", str(folder / "data"), "--sync-on-commit"),
                *(["--auth"] if auth else []),
            ],
            stdout=log,
            stderr=log,
        )
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return process
        except OSError:
            time.sleep(0.02)
    process.kill()
    raise RuntimeError((folder / "log").read_text())
