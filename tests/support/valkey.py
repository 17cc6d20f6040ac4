"""A Valkey server of a test's own, to be killed, stopped and frozen at will; as durable as the one at home."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from pgc_lib.stores.engines.programs import installed
from pgc_lib.stores.redis import Redis, prefix_of, provision

PASSWORD = "a password: with / and @"
_ADMIN_PASSWORD = "made-up-for-tests"
_QUOTED = "a%20password%3A%20with%20%2F%20and%20%40"


class Server:
    """A server process and how to get in."""

    def __init__(self, folder: Path, *, aclfile: bool = True, aof: bool = True) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.folder = folder
        self.users = folder / "users.acl"
        self._aclfile = aclfile
        self._aof = aof
        self._process: subprocess.Popen[bytes] | None = None
        if aclfile:
            self.users.write_text(
                f"user default reset\nuser admin on >{_ADMIN_PASSWORD} ~* &* +@all\n"
            )

    @property
    def url(self) -> str:
        """How the administrator connects."""
        login = f"admin:{_ADMIN_PASSWORD}@" if self._aclfile else ""
        return f"redis://{login}127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Start, and wait until it answers."""
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        words += ["--save", "", "--appendonly", "yes" if self._aof else "no"]
        words += ["--aclfile", str(self.users)] if self._aclfile else []
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([installed().valkey, *words], stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while True:
            try:
                self.admin().ping()
                return self
            except redis.exceptions.ConnectionError:
                assert time.monotonic() < deadline, "the server does not start"
                time.sleep(0.01)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Let it answer nothing, while its connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it if it runs."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def admin(self) -> Any:
        """A plain client as administrator, which tries once."""
        return redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0), protocol=2)

    def login(self, person: UUID) -> str:
        """The URL of a provisioned person."""
        return f"redis://p_{person.hex}:{_QUOTED}@127.0.0.1:{self.port}"

    def person(self, person: UUID | None = None, *, timeout: float = 5) -> Redis:
        """A new person with a login, or one that is known already, through our wrapper."""
        if person is None:
            person = uuid4()
            provision(self.url, person, PASSWORD)
        return Redis(self.login(person), prefix=prefix_of(person), timeout=timeout)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)
