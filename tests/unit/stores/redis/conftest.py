"""Valkey servers for the tests of the wrapper: one that is shared and stays up, and one that may be hurt."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pgc_lib.stores.redis import Redis
from tests.support.valkey import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shared server; a test makes persons of its own in it."""
    server = Server(tmp_path_factory.mktemp("valkey")).start()
    yield server
    server.stop()


@pytest.fixture
def frail(tmp_path: Path) -> Iterator[Server]:
    """A server for this test alone."""
    server = Server(tmp_path).start()
    yield server
    server.stop()


@pytest.fixture
def mine(server: Server) -> Iterator[Redis]:
    """The wrapper as a new person on the shared server."""
    redis = server.person()
    yield redis
    redis.close()
