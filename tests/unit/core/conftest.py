"""Fixtures for what every area shares."""

from tests.support.things import mine, things  # noqa: F401
