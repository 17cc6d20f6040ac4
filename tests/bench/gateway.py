"""What the model gateway adds to a call: the same request to the same provider, through it and past it, in turns."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

from tests.bench.figures import Bench, Measured, figure

_ROOT = Path(__file__).parents[2]
_MASTER = "a secret of the benchmark"
_QUESTION = {"model": "scripted", "messages": [{"role": "user", "content": "How was my week?"}]}


@contextmanager
def _process(module: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=20)


class _Line:
    """A connection that stays open, as client libraries keep one."""

    def __init__(self, url: str, token: str = "") -> None:
        parts = urlsplit(url)
        self._path = f"{parts.path}/chat/completions"
        self._head = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)

    def seconds(self, body: bytes, *, first: bool) -> float:
        """From the question to the end of the answer, or to its first line."""
        start = time.perf_counter()
        self._connection.request("POST", self._path, body, self._head)
        answer = self._connection.getresponse()
        said = answer.readline() if first else answer.read()
        seconds = time.perf_counter() - start
        answer.read()
        assert answer.status == 200, said
        return seconds


@contextmanager
def _both(bench: Bench) -> Iterator[tuple[_Line, _Line]]:
    """A line through the gateway and one past it; gateway and provider have a process each."""
    from hub.tokens import issue
    from pgc_lib.home import administration
    from pgc_lib.settings import Secret
    from pgc_lib.stores import embedded
    from pgc_lib.stores.bootstrap import let_in
    from pgc_lib.stores.engines.ports import choose_free
    from pgc_lib.stores.postgres import GATEWAY

    person = bench.lab.person
    owner = administration(bench.data).owner.reveal()
    port = choose_free()
    with _process("tests.support.provider") as provider:
        assert provider.stdout is not None
        company = provider.stdout.readline().strip()
        settings = {
            "PGC_DATA": str(bench.folder()),
            "PGC_HUB_SECRET": _MASTER,
            "PGC_GATEWAY_DATABASE_URL": let_in(owner, GATEWAY, "a password of the benchmark"),
            "PGC_GATEWAY_REDIS_URL": embedded.start(bench.data).redis_admin,
            "PGC_GATEWAY_CALLS_A_MINUTE": "1000000",
            "PGC_GATEWAY_PORT": str(port),
            "PGC_GATEWAY_GRPC_PORT": "0",
            "PGC_MODEL_URL": company,
            "PGC_MODEL_NAME": "scripted",
            "PGC_MODEL_KEY": "a key",
        }
        with _process("hub.services.gateway", **settings) as gateway:
            assert gateway.stdout is not None
            gateway.stdout.readline()  # it says when it is ready
            token = issue(Secret(_MASTER), person)
            yield _Line(f"http://127.0.0.1:{port}/v1", token), _Line(company)


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[18]


def _added(pairs: list[tuple[float, float]]) -> float:
    """The seconds by which the slow twentieth through the gateway is slower than that past it."""
    return _p95([ours for ours, _ in pairs]) - _p95([theirs for _, theirs in pairs])


def _overhead(bench: Bench, *, stream: bool) -> Measured:
    blocks, size = bench.n(15, 7), 100
    body = json.dumps({**_QUESTION, "stream": stream}).encode()

    def both(through: _Line, past: _Line, n: int) -> list[tuple[float, float]]:
        return [
            (through.seconds(body, first=stream), past.seconds(body, first=stream))
            for _call in range(n)
        ]

    with _both(bench) as (through, past):
        both(through, past, 20)
        # The median of several stretches: whatever else the machine does comes in bursts.
        added = median(_added(both(through, past, size)) for _block in range(blocks))
    return Measured(added * 1000, 5, blocks * size)


@figure(
    "gateway_overhead",
    peer="5 ms",
    unit="ms",
    goal="<= 1",
    help="What the model gateway adds to a call at the 95th percentile, limits and account included",
)
def gateway_overhead(bench: Bench) -> Measured:
    return _overhead(bench, stream=False)


@figure(
    "gateway_first_piece",
    peer="5 ms",
    unit="ms",
    goal="<= 1",
    help="The same for the first piece of a streamed answer",
)
def gateway_first_piece(bench: Bench) -> Measured:
    return _overhead(bench, stream=True)
