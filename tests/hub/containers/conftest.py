"""Lends the running hub to the tests of this folder."""

from tests.support.containers import hub

__all__ = ["hub"]
