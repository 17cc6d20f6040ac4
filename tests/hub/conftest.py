"""Fixtures for tests of the hub."""

from tests.support.hub import hub  # noqa: F401
from tests.support.mongo import mongo  # noqa: F401
