"""The back ends that the contract tests run against."""

import pytest

from pgc_lib.stores.documents import DocumentStore
from tests.support.documents import MongoBack, PostgresBack
from tests.support.lab import House
from tests.support.mongo import Mongo, mongo  # noqa: F401  (a fixture)
from tests.support.s3 import s3  # noqa: F401  (a fixture)


@pytest.fixture(scope="session")
def mongo_back(mongo: Mongo) -> MongoBack:  # noqa: F811
    """Documents in MongoDB."""
    return MongoBack(mongo)


@pytest.fixture(scope="session")
def postgres_back(house: House) -> PostgresBack:
    """Documents in PostgreSQL."""
    return PostgresBack(house)


@pytest.fixture(scope="session")
def postgres_store(postgres_back: PostgresBack) -> DocumentStore:
    """One person's documents in PostgreSQL, for tests that add to them freely."""
    return postgres_back.store(postgres_back.person())


@pytest.fixture(scope="session")
def mongo_store(mongo_back: MongoBack) -> DocumentStore:
    """One person's documents in MongoDB, likewise."""
    return mongo_back.store(mongo_back.person())
