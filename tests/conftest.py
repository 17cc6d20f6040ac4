"""Fixtures that every test may use, and how long hypothesis may think on a machine that is busy."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from pgc_lib.i18n import prefer, set_lang
from tests.support.engines import (  # noqa: F401
    engines,
    engines_data,
    home,
    made_engines,
    new_home,
    open_folder,
)
from tests.support.jupyterlab import demo_data, made_once, prepared_data  # noqa: F401
from tests.support.lab import (  # noqa: F401
    connections_given_back,
    house,
    own_connections_given_back,
    person,
    postgres_admin_url,
)
from tests.support.lines import Lines, longest_first
from tests.support.needs import (  # noqa: F401
    pytest_configure,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    pytest_terminal_summary,
)
from tests.support.records import sample_tables, samples, shanghai  # noqa: F401

# gRPC, once imported, speaks into whatever a test starts afterwards.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
# On a machine that is busy the database lets in whoever waits; no test is about how soon.
os.environ.setdefault("PGCONNECT_TIMEOUT", "60")
settings.register_profile("pgc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pgc")


@pytest.fixture(scope="module", autouse=True)
def _language_given_back() -> Iterator[None]:
    """A lab opened in a language chooses it for its whole process; the next file begins without."""
    yield
    set_lang(None)
    prefer("")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items[:] = longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lines:
    """Who runs what, with several processes."""
    return Lines(config, log)
