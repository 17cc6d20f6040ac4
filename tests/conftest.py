"""Fixtures that every test may use, and how long hypothesis may think on a machine that is busy."""

import os
from itertools import count

import pytest
from hypothesis import HealthCheck, settings

from tests.support.engines import (  # noqa: F401
    engines,
    engines_data,
    home,
    made_engines,
    new_home,
    open_folder,
)
from tests.support.lab import (  # noqa: F401
    connections_given_back,
    house,
    person,
    postgres_admin_url,
)
from tests.support.needs import (  # noqa: F401
    pytest_configure,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    pytest_terminal_summary,
)
from tests.support.records import sample_tables, samples, shanghai  # noqa: F401

# gRPC, once imported, speaks into whatever a test starts afterwards.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
settings.register_profile("pgc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pgc")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay in one process; those with a browser run in two lines, so that no more than two draw at once."""
    numbers, lines = count(), dict[str, int]()
    for item in items:
        group = str(item.path)
        if item.get_closest_marker("browser"):
            if group not in lines:
                lines[group] = next(numbers) % 2
            group = f"browser-{lines[group]}"
        item.add_marker(pytest.mark.xdist_group(group))
