"""The service that carries grants over to MongoDB."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.services.mirror import Mirror, kinds
from pgc_lib.core.people import People
from pgc_lib.settings import Secret
from pgc_lib.stores.mongo import client_for
from tests.support.lab import House, new_database, share
from tests.support.mongo import Mongo, mongo  # noqa: F401  (a fixture)

_SOON = 30.0


@pytest.fixture
def lab(house: House, engines: Any) -> Iterator[House]:
    """A database of the test's own: the mirror looks at everyone in it."""
    del house  # which is copied
    made = new_database(engines, f"mirrored_{datetime.now(UTC):%H%M%S%f}")
    yield made
    made.drop()


@contextmanager
def mirroring(lab: House, mongo: Mongo) -> Iterator[None]:  # noqa: F811
    work = Mirror(Secret(lab.owner_url), Secret(mongo.admin_url))
    thread = threading.Thread(target=work.run)
    thread.start()
    try:
        yield
    finally:
        work.bell.ring()
        thread.join(_SOON)
    assert not thread.is_alive()


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _SOON
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_a_grant_opens_an_area_and_taking_it_back_closes_it(lab: House, mongo: Mongo) -> None:  # noqa: F811
    """Told by the database, without anyone asking; what began before the service is caught up with."""
    owner = lab.person("owner", mongo_admin_url=mongo.admin_url)
    friend = lab.person("friend", mongo_admin_url=mongo.admin_url)
    share(owner, friend, "reports")
    with client_for(mongo.admin_url) as admin, mirroring(lab, mongo):

        def held() -> set[str]:
            name = f"p_{friend.person.hex}"
            (user,) = admin[name].command("usersInfo", name)["users"]
            return {role["role"] for role in user["roles"] if role["db"] == f"p_{owner.person.hex}"}

        assert soon(lambda: held() == {"see_reports"})
        share(owner, friend, "kinds", "edit")
        assert soon(lambda: held() == {"see_reports", "edit_kinds"})
        # The service's connection is lost; it comes back by itself.
        lab.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgc-mirror'"
        )
        People(owner).revoke(friend.name, "reports")
        assert soon(lambda: held() == {"edit_kinds"})


def test_it_knows_every_area() -> None:
    """An area whose documents it forgot could not be shared."""
    found = kinds()
    assert "reports.runs" in found["reports"] and "ai.models" in found["ai"]
    assert found["finance"] == []
