"""Which tests wait for one another when several processes run them.

What shares something costly stays in one process: a file its fixtures, the hub's tests one hub. All tests with a browser are
one line, since two that draw without a graphics card would keep each other waiting; they begin first, for they take longest.
"""

from collections.abc import Iterable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

_LONG = ("tests/browser/", "tests/hub/", "tests/notebooks/")


def line_of(nodeid: str) -> str:
    """The line that a test stands in."""
    return next((part for part in _LONG if nodeid.startswith(part)), nodeid.partition("::")[0])


def longest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Every process must come to the same order, so nothing but names counts."""
    return sorted(items, key=lambda item: line_of(item.nodeid) not in _LONG)


class Lines(LoadScopeScheduling):  # type: ignore[misc]
    """Gives whole lines to processes that have nothing to do, in the order of the tests."""

    def __init__(self, config: Any, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return line_of(nodeid)
