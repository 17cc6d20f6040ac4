"""`python -m hub.services.gateway`: it starts from its settings, stops on SIGTERM, loses nothing and tells no secret."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.support.gateway import MASTER, PROVIDER_KEY, environment, noted, offering, token
from tests.support.lab import House
from tests.support.provider import Fail, Say, provider

ROOT = Path(__file__).parents[3]
HELLO = [{"role": "user", "content": "hi"}]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """The gateway as a process."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.port = free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PGC_")}
        settings = {**settings, "PGC_GATEWAY_PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hub.services.gateway"],
            env={**clean, **settings, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait(self) -> None:
        """Until it says that it is ready."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "ready" in line, line + self.process.stdout.read()

    def request(self, person: UUID, **body: Any) -> Any:
        """A call that streams its answer."""
        return httpx2.stream(
            "POST",
            f"http://127.0.0.1:{self.port}/v1/chat/completions",
            json={"messages": HELLO, **body},
            headers={"Authorization": f"Bearer {token(person)}"},
            timeout=30,
        )

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Its exit status, and all that it said."""
        self.process.send_signal(number)
        said, _errors = self.process.communicate(timeout=30)
        return self.process.returncode, said


@contextmanager
def running(settings: dict[str, str]) -> Iterator[Process]:
    """A process that is ended in any case."""
    found = Process(settings)
    try:
        found.wait()
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
        found.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_writes_down_what_was_used(
    house: House, anna: UUID, tmp_path: Path, number: int
) -> None:
    """Asked to end the moment after the last call, it ends well and every call is in the database."""
    with (
        provider(Say("Hello.")) as scripted,
        running({**environment(house), **offering(tmp_path, scripted.url)}) as gateway,
    ):
        for _call in range(30):
            with gateway.request(anna) as answer:
                assert answer.status_code == 200
        status, said = gateway.end(number)
    assert status == 0, said
    assert len(noted(house, anna)) == 30


def test_a_stop_in_the_middle_of_an_answer(house: House, anna: UUID, tmp_path: Path) -> None:
    """The caller is told, the call is noted, and nobody waits for the end of a long story."""
    with (
        provider(Say("a long story " * 100, pause=0.1)) as scripted,
        running({**environment(house), **offering(tmp_path, scripted.url)}) as gateway,
    ):
        with gateway.request(anna, stream=True) as answer:
            pieces = answer.iter_text()
            text = next(pieces)
            began = time.monotonic()
            gateway.process.send_signal(signal.SIGTERM)
            text += "".join(pieces)
        status, said = gateway.end()
        took = time.monotonic() - began
        assert scripted.left.wait(10)
    assert status == 0, said
    assert '"stopping"' in text and "[DONE]" not in text
    assert noted(house, anna)[0]["outcome"] == "stopped"
    # Not how fast, but that it did not wait for the story, which would take minutes.
    assert took < 60


def test_a_stop_while_the_database_is_away(house: House, tmp_path: Path) -> None:
    """Nothing to be written hangs the process."""
    settings = environment(house)
    settings["PGC_GATEWAY_DATABASE_URL"] = "postgresql://pgc_gateway:canary@127.0.0.1:1/pgc"
    with running({**settings, **offering(tmp_path, "http://127.0.0.1:1/v1")}) as gateway:
        with gateway.request(UUID(int=1)) as answer:
            assert answer.status_code == 503
        status, said = gateway.end()
    assert status == 0, said
    assert "canary" not in said


def test_no_secret_is_said(house: House, anna: UUID, tmp_path: Path) -> None:
    """Not the provider's key, the master secret, the token, the database's password, nor what was asked."""
    with (
        provider(Fail(401), Fail(500), Say("the answer is a canary")) as scripted,
        running({**environment(house), **offering(tmp_path, scripted.url)}) as gateway,
    ):
        for _call in range(3):
            with gateway.request(anna, messages=[{"role": "user", "content": "a canary"}]) as done:
                done.read()
        arguments = Path(f"/proc/{gateway.process.pid}/cmdline").read_text()
        status, said = gateway.end()
    secrets = (PROVIDER_KEY, MASTER.reveal(), token(anna), "the gateway's password", "canary")
    assert status == 0 and not [one for one in secrets if one in said + arguments]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PGC_HUB_SECRET": ""}, "PGC_HUB_SECRET"),
        ({"PGC_GATEWAY_DATABASE_URL": ""}, "PGC_GATEWAY_DATABASE_URL"),
        ({"PGC_GATEWAY_PROVIDERS": "/nonexistent.toml"}, "/nonexistent.toml"),
        ({"PGC_GATEWAY_GRPC_PORT": "{port}"}, "PGC_GATEWAY_PORT"),
        ({"PGC_GATEWAY_HOST": "192.0.2.1"}, "192.0.2.1"),
    ],
)
def test_what_keeps_it_from_starting(house: House, change: dict[str, str], said: str) -> None:
    """Told in two lines with the setting to change, not by a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        change = {name: value.format(port=port) for name, value in change.items()}
        found = Process({**environment(house), **change})
        text, _errors = found.process.communicate(timeout=60)
    assert found.process.returncode == 1
    assert said in text and "→" in text and "Traceback" not in text
