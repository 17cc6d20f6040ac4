"""A small HTTP client for JSON services: no session, no pool, a time limit on everything."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class Unreachable(Exception):
    """No answer came; trying again may help."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    data: Any

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def call(method: str, url: str, *, token: str = "", body: Any = None, timeout: float = 20) -> Reply:
    """Ask once; `Unreachable` when no whole answer came."""
    with _asked(method, url, token, body, timeout) as response:
        raw = response.read()
    try:
        data = json.loads(raw) if raw else None
    except ValueError:
        data = raw.decode(errors="replace")
    return Reply(response.status, data)


def events(url: str, *, token: str = "", timeout: float = 60) -> Iterator[dict[str, Any]]:
    """The JSON events of a stream as they come; `timeout` is between two of them."""
    with _asked("GET", url, token, None, timeout) as response:
        if response.status != http.client.OK:
            return
        while line := response.readline():
            if line.startswith(b"data:"):
                yield json.loads(line[5:])


@contextmanager
def _asked(
    method: str, url: str, token: str, body: Any, timeout: float
) -> Iterator[http.client.HTTPResponse]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {"Authorization": f"token {token}"} if token else {}
    content = None
    if body is not None:
        content = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, path, content, headers)
        yield connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{method} {url}: {type(error).__name__}: {error}") from error
    finally:
        connection.close()
