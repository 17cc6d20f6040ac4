"""The hub in containers: how soon someone works, how soon all of it is gone.

Measured on the hub of the tests, hence only where PGC_TEST_HUB says that it runs: `docker/ci/hub.sh up`, then
`PGC_TEST_HUB=1 ./pgc bench containers`.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx

from tests.bench.figures import Bench, Measured, figure
from tests.support.containers import ROOT, Hub, environment

_UNDER_WAY = bool(os.environ.get("PGC_TEST_HUB"))


@contextmanager
def the_hub() -> Iterator[Hub]:
    """The running hub of the tests."""
    from pgc_lib.ops.containers import Stack

    os.environ.update(environment())
    hub = Hub(Stack(ROOT), Path(os.environ["PGC_SECRETS"]))
    yield hub
    hub.forget_sessions()


def spawn_p50(bench: Bench) -> Measured:
    """From the click to a server that answers through the proxy, container made anew each time."""
    rounds = bench.n(15, 7)
    with the_hub() as hub:
        person = hub.person("bench")
        person.start()
        times = []
        for _round in range(rounds):
            person.stop()
            times.append(person.start())
        person.stop()
    return Measured(median(times), 3, rounds)


def bare_start(bench: Bench) -> Measured:
    """What of it is Docker's and Jupyter's own: the same image with a plain Jupyter server."""
    rounds = bench.n(15, 7)
    with the_hub() as hub:
        person = hub.person("bench")
        person.start()
        ours, theirs = [], []
        for _round in range(rounds):
            person.stop()
            ours.append(person.start())
            theirs.append(_plain(hub))
        person.stop()
    return Measured(median(ours), median(theirs), rounds)


def compose_down(bench: Bench) -> Measured:
    """`docker compose down` with everything up and a person at work."""
    rounds = bench.n(3, 1)
    times = []
    with the_hub() as hub:
        for _round in range(rounds):
            hub.person("bench").start()
            began = time.monotonic()
            hub.stack.down()
            times.append(time.monotonic() - began)
            hub.stack.up()
            hub.forget_sessions()
    return Measured(max(times), 15, rounds)


def _plain(hub: Hub) -> float:
    name = f"{hub.stack.project}-plain"
    image = f"pgc-person:{hub.stack.setting('PGC_TAG', 'latest')}"
    server = ("jupyter", "server", "--IdentityProvider.token=", "--ServerApp.ip=0.0.0.0")
    began = time.monotonic()
    run = ("run", "--rm", "--detach", "--name", name, image, *server, "--no-browser")
    subprocess.run(["docker", *run], check=True, capture_output=True)
    try:
        address = hub.inspect(name)[0]["NetworkSettings"]["IPAddress"]
        while not _answers(f"http://{address}:8888/api"):
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, capture_output=True)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.HTTPError:
        return False


_FIGURES: tuple[tuple[str, str, str, Callable[[Bench], Measured], str], ...] = (
    ("spawn_p50", "3 s", "<= 1", spawn_p50, "Starting a person's server on a warm image"),
    (
        "spawn_overhead",
        "docker run jupyter server",
        "<= 2",
        bare_start,
        "The same, against a plain Jupyter server in the same image",
    ),
    ("compose_down", "15 s", "<= 1", compose_down, "Stopping everything with a person at work"),
)

if _UNDER_WAY:
    for _name, _peer, _goal, _measure, _help in _FIGURES:
        figure(_name, peer=_peer, unit="s", goal=_goal, help=_help)(_measure)
