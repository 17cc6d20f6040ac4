"""A lab on a server with TimescaleDB, for what must hold in hypertables as it does in partitions.

`PGC_TEST_TIMESCALE` names that server, as its administrator: `postgresql://postgres:…@host:port/postgres`, with
`shared_preload_libraries = 'timescaledb'` and pgvector. Every run makes a database of its own there and drops it.
"""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pgc_lib.stores.embedded import Endpoints
from tests.support import needs
from tests.support.lab import House, new_database


@pytest.fixture(scope="session")
def timescale_house(engines: Endpoints) -> Iterator[House]:
    """A database whose time series are hypertables; Redis is the run's own."""
    needs.timescale()
    server = replace(engines, postgres_admin=os.environ["PGC_TEST_TIMESCALE"])
    made = new_database(server, f"hypertables_{os.urandom(4).hex()}")
    yield made
    made.drop()
