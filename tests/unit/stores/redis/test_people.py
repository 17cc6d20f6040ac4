"""Logins: made, kept over restarts, renewed and taken away, without touching anyone else's."""

import re
import time
from uuid import UUID, uuid4

import pytest

from pgc_lib.errors import Denied, StoreError, Unavailable
from pgc_lib.stores.embedded import Endpoints
from pgc_lib.stores.redis import Redis, prefix_of, provision, unprovision
from tests.support.valkey import PASSWORD, Server


def test_a_login_survives_a_restart(frail: Server) -> None:
    """Where the server has a file for logins, it is written at once."""
    person = uuid4()
    made = provision(frail.url, person, PASSWORD)
    assert made.user == f"p_{person.hex}" and made.persisted
    frail.restart()
    frail.person(person).cache.set("x", 1, ttl=60)


def test_a_server_without_a_file_for_logins(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The login works until the next restart, and the administrator is told so; so is an open door."""
    server = Server(tmp_path_factory.mktemp("plain"), aclfile=False).start()
    try:
        person = uuid4()
        made = provision(server.url, person, PASSWORD)
        assert made.persisted is False
        assert "aclfile" in made.advice[0] and "default off" in made.advice[1]
        assert server.person(person).ping() >= 0
    finally:
        server.stop()


def test_the_engine_at_home(engines: Endpoints) -> None:
    """It keeps logins, and nobody gets in without one."""
    person = uuid4()
    made = provision(engines.redis_admin, person, "secret")
    assert made.persisted and made.advice == ()
    url = f"redis://p_{person.hex}:secret@{engines.redis_host}:{engines.redis_port}"
    redis = Redis(url, prefix=prefix_of(person))
    redis.cache.set("x", 1, ttl=60)
    assert redis.cache.get("x") == 1
    unprovision(engines.redis_admin, person, data=True)


def test_making_it_again_changes_nothing(server: Server) -> None:
    """With the same password sessions go on; with a new one they end, and only the new one opens."""
    person = uuid4()
    provision(server.url, person, PASSWORD)
    redis = server.person(person)
    session = redis.client.client_id()
    provision(server.url, person, PASSWORD)
    assert redis.client.client_id() == session
    provision(server.url, person, "another")
    with pytest.raises(Denied, match="does not accept this login"):
        redis.cache.get("x")
    new = Redis(f"redis://p_{person.hex}:another@127.0.0.1:{server.port}", prefix=prefix_of(person))
    assert new.cache.get("x") is None


def test_taking_it_away(server: Server) -> None:
    """Sessions end at once; the data goes when asked for, and only that person's."""
    leaving, staying = uuid4(), uuid4()
    admin = server.admin()
    for person in (leaving, staying):
        provision(server.url, person, PASSWORD)
        admin.mset({f"{prefix_of(person)}{n}": n for n in range(600)})
    redis = server.person(leaving)
    subscription = redis.client.pubsub()
    subscription.subscribe(redis.key("news"))
    assert subscription.get_message(timeout=2)["type"] == "subscribe"
    unprovision(server.url, leaving)
    with pytest.raises((Denied, Unavailable)):
        redis.cache.get("x")
    assert len(server.admin().keys(f"{prefix_of(leaving)}*")) == 600
    unprovision(server.url, leaving, data=True)
    assert server.admin().keys(f"{prefix_of(leaving)}*") == []
    assert len(server.admin().keys(f"{prefix_of(staying)}*")) == 600
    assert server.person(staying).ping() >= 0


@pytest.mark.parametrize("person", ["*", "a" * 31, "A" * 32, f"{'a' * 32}\n", f"{'a' * 31}*", ""])
def test_what_is_no_person(server: Server, person: str) -> None:
    """A wildcard would open everyone's keys."""
    for act in (
        lambda: provision(server.url, person, "x"),
        lambda: unprovision(server.url, person),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(person)}$"):
            act()


def test_the_password_is_nowhere_to_be_read(frail: Server) -> None:
    """Not in the file of logins, the server's log of slow commands, or our own error."""
    frail.admin().config_set("slowlog-log-slower-than", 0)
    person = uuid4()
    provision(frail.url, person, "canary-in-the-mine")
    assert "canary" not in frail.users.read_text()
    assert "canary" not in repr(frail.admin().slowlog_get(100))
    assert "canary" not in (frail.folder / "log").read_text()


def test_another_database_than_the_first(frail: Server) -> None:
    """Where the administrator's URL names one, the person may go there, and nowhere else."""
    person = uuid4()
    provision(f"{frail.url}/3", person, PASSWORD)
    redis = Redis(f"{frail.login(person)}/3", prefix=prefix_of(person))
    redis.cache.set("x", 1, ttl=60)
    assert frail.admin().keys("*") == []
    with pytest.raises(Denied):
        Redis(f"{frail.login(person)}/4", prefix=prefix_of(person)).cache.get("x")


def test_only_an_administrator_makes_logins(server: Server, mine: Redis) -> None:
    """A person who tries is told what is missing."""
    with pytest.raises(Denied):
        provision(mine._link._url, uuid4(), "x")
    with pytest.raises(Denied):
        unprovision(mine._link._url, uuid4())


def test_a_server_that_mixes_scripts_is_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old servers let one script change what all are made of; there no login is given out."""
    monkeypatch.setattr("pgc_lib.stores.redis.people._SHARED", "return 1")
    person = uuid4()
    with pytest.raises(StoreError, match=r"another's rights.*\n→ Update it"):
        provision(server.url, person, "x")
    assert server.admin().acl_getuser(f"p_{person.hex}") is None


def test_no_server_no_login(frail: Server) -> None:
    """An outage is told as such."""
    frail.kill()
    began = time.monotonic()
    with pytest.raises(Unavailable):
        provision(frail.url, UUID(int=1), "x")
    assert time.monotonic() - began < 2
