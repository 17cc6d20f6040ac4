"""Connections: one try where a second could do harm, patience elsewhere, and errors that say what to do."""

import threading
import time

import pytest
from redis import exceptions

import pgc_lib.stores.redis as ours
from pgc_lib.errors import Denied, FullDisk, Invalid, SettingError, StoreError, Unavailable
from pgc_lib.i18n import in_lang
from pgc_lib.stores.redis import Redis
from pgc_lib.stores.redis.trouble import explain
from tests.support.valkey import Server


def test_the_package_does_not_hide_the_driver() -> None:
    """Ours is called `redis` too; both must be importable next to each other."""
    import redis

    assert redis.__name__ == "redis" and ours.__name__ == "pgc_lib.stores.redis"
    assert redis.Redis is not ours.Redis


def test_every_key_is_below_the_prefix(mine: Redis, server: Server) -> None:
    """Whatever a thing is called, its key begins as the person's rights demand."""
    names = ["a", "*", "../x", "\n", "中文", "pgc:p:other:", "a" * 512]
    for name in names:
        mine.cache.set(name, 1, ttl=60)
        mine.limit(name, 1, per=600).take()
        mine.stream(name).add(1)
        with mine.lock(name):
            pass
    prefix = mine.key("x")[:-1].encode()
    keys = server.admin().keys("*")
    assert sum(key.startswith(prefix) for key in keys) == 4 * len(names) + 1


@pytest.mark.parametrize("name", ["", "a" * 513, "\ud800"])
def test_names_that_cannot_be_keys(mine: Redis, name: str) -> None:
    """A clear refusal before anything is sent."""
    with pytest.raises(Invalid, match="cannot be the name"):
        mine.cache.get(name)


@pytest.mark.parametrize("name", ["cache", "lock:x", "once:x:y"])
def test_a_stream_is_no_other_familys_key(mine: Redis, name: str) -> None:
    """A stream named like the cache would break it."""
    with pytest.raises(Invalid, match="cannot be named"):
        mine.stream(name)


def test_a_bad_address_shows_no_password() -> None:
    """A password with a slash makes a URL unreadable, and the parser would quote a part of it."""
    for url in ("redis://u:se/cret@h:6379", "redis://u:p@h:secret", "nonsense-secret"):
        with pytest.raises(SettingError) as caught:
            Redis(url, prefix="pgc:p:x:").ping()
        shown = f"{caught.value!r} {caught.value}"
        assert "cret" not in shown and "redis://user:password@" in shown


def test_no_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A probe answers at once; a reading call says so in both languages after a moment's patience."""
    nobody = Redis(Server(tmp_path_factory.mktemp("none")).url, prefix="pgc:p:x:")
    began = time.perf_counter()
    with pytest.raises(Unavailable):
        nobody.ping()
    assert time.perf_counter() - began < 1.5
    with pytest.raises(Unavailable, match=r"Redis cannot be reached.*\n→ Run `pgc doctor`"):
        nobody.cache.get("x")
    with in_lang("zh-CN"), pytest.raises(Unavailable, match="连不上 Redis"):
        nobody.ping()


def test_a_wrong_password_is_no_outage(server: Server, mine: Redis) -> None:
    """It is told at once: asking again would not help."""
    url = f"redis://p_x:wrong@127.0.0.1:{server.port}"
    began = time.perf_counter()
    with pytest.raises(Denied, match="does not accept this login"):
        Redis(url, prefix="pgc:p:x:").cache.get("x")
    assert time.perf_counter() - began < 1.5


def test_a_restart_between_two_calls_goes_unnoticed(frail: Server) -> None:
    """Connections that broke while idle are replaced, even for what must be sent only once."""
    person = frail.person()
    limit = person.limit("x", rate=5, per=600)
    assert limit.take().remaining == 4
    frail.restart()
    assert limit.take().remaining == 3
    assert person.stream("s").add(1)


def test_a_server_that_comes_back_is_waited_for(frail: Server) -> None:
    """A short absence costs a pause, for calls of every kind."""
    person = frail.person()
    person.cache.set("x", "kept", ttl=600)
    frail.kill()
    later = threading.Timer(0.4, frail.start)
    later.start()
    try:
        assert person.cache.get("x") == "kept"
        assert person.limit("x", rate=5).take()
    finally:
        later.join()


def test_a_frozen_server_is_given_up(frail: Server) -> None:
    """A server that takes calls and answers none costs one time-out, not one for each try."""
    person = frail.person(timeout=0.5)
    person.ping()
    frail.freeze()
    began = time.perf_counter()
    with pytest.raises(Unavailable):
        person.cache.get("x")
    assert time.perf_counter() - began < 2
    frail.thaw()
    assert person.cache.get("x") is None


def test_a_write_that_may_have_arrived_is_not_repeated(frail: Server) -> None:
    """The answer is lost, not the entry: sending it again would add it twice."""
    person = frail.person(timeout=0.5)
    stream = person.stream("s")
    stream.add("first")
    frail.freeze()
    with pytest.raises(Unavailable):
        stream.add("second")
    frail.thaw()
    time.sleep(0.2)
    assert [entry.data for entry in stream.read()] == ["first", "second"]


def test_a_full_server_refuses_writes_and_keeps_what_it_has(frail: Server) -> None:
    """Out of memory is told as such; reading goes on."""
    person = frail.person()
    person.cache.set("x", 1, ttl=600)
    frail.admin().config_set("maxmemory", "1")
    with pytest.raises(StoreError, match="no memory left"):
        person.cache.set("y", 2, ttl=600)
    assert person.cache.get("x") == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("MISCONF Errors writing to the AOF file: No space left on device", FullDisk),
        ("OOM command not allowed when used memory > 'maxmemory'.", StoreError),
        ("NOPERM this user has no permissions to run the 'keys' command", Denied),
        ("WRONGPASS invalid username-password pair or user is disabled.", Denied),
        ("BUSY Redis is busy running a script.", Unavailable),
        ("READONLY You can't write against a read only replica.", Unavailable),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", StoreError),
    ],
)
def test_what_servers_say_is_told_apart(text: str, kind: type[StoreError]) -> None:
    """Servers tell most errors by text; each leads to the error with the right next step."""
    assert type(explain(exceptions.ResponseError(text))) is kind


def test_threads_share_one_wrapper(mine: Redis) -> None:
    """A Redis is made once for a session and used from every thread."""
    right: list[bool] = []

    def work(n: int) -> None:
        for i in range(50):
            mine.cache.set(f"{n}:{i}", [n, i], ttl=60)
            right.append(mine.cache.get(f"{n}:{i}") == [n, i])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 400
