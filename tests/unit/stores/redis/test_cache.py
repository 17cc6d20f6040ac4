"""The cache: JSON in and out, made once by one, forgotten on demand, and no reason to fail."""

import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from pgc_lib.errors import Invalid, Unavailable
from pgc_lib.stores.redis import MISSING, Redis
from tests.support.valkey import Server


@pytest.mark.parametrize(
    "value", [None, False, 0, "", "中文 😀", 1.5, 2**70, [1, [2]], {"a": {"b": None}}]
)
def test_values_come_back_as_they_were(mine: Redis, value: object) -> None:
    """Nothing and None are told apart."""
    assert mine.cache.get("x", MISSING) is MISSING
    mine.cache.set("x", value, ttl=60)
    assert mine.cache.get("x", MISSING) == value
    assert type(mine.cache.get("x")) is type(value)


@pytest.mark.parametrize("value", [{1, 2}, object(), b"x", float("nan"), "\ud800"])
def test_what_is_no_json_is_refused(mine: Redis, value: object) -> None:
    """What could not be read back, or only by running it, is not kept."""
    with pytest.raises(Invalid, match="cannot be kept in Redis"):
        mine.cache.set("x", value, ttl=60)
    with pytest.raises(Invalid):
        mine.cache.remember("x", 60, lambda: value)
    assert mine.cache.get("x", MISSING) is MISSING


def test_values_end(mine: Redis) -> None:
    """With their time, and with them their name in the list, so that it does not grow for ever."""
    mine.cache.set("x", 1, ttl=0.05)
    for n in range(30):
        mine.cache.set(f"y{n}", 1, ttl=0.05)
    time.sleep(0.08)
    assert mine.cache.get("x") is None
    for _n in range(3):
        mine.cache.set("z", 1, ttl=60)
    assert mine.client.zcard(mine.key("cache")) == 1
    for ttl in (0, -1, float("nan")):
        with pytest.raises(Invalid, match="cannot be kept for"):
            mine.cache.set("x", 1, ttl=ttl)


def test_clearing_by_prefix(mine: Redis, server: Server) -> None:
    """Exactly the names that begin so, whatever characters they hold; another person's stay."""
    other = server.person()
    names = ["a", "a*", "a*b", "a[1]", "a?", "a\\b", "ab", "b", "中", "中文"]
    for who in (mine, other):
        for name in names:
            who.cache.set(name, name, ttl=60)
    for prefix in ("a*", "a[", "a\\", "中"):
        mine.cache.clear(prefix)
        left = [name for name in names if mine.cache.get(name) is not None]
        names = [name for name in names if not name.startswith(prefix)]
        assert left == names
    mine.cache.delete("a?", "nothing")
    assert mine.cache.get("a?") is None and mine.cache.get("ab") == "ab"
    mine.cache.clear()
    assert mine.client.exists(mine.key("cache")) == 0
    assert other.cache.get("a*b") == "a*b"


def test_clearing_many(mine: Redis) -> None:
    """More than one round of the list."""
    for n in range(1500):
        mine.client.set(mine.key("cache", f"n{n}"), n)
    mine.client.zadd(mine.key("cache"), {f"n{n}": 2e12 for n in range(1500)})
    mine.cache.clear("n")
    assert mine.client.exists(*(mine.key("cache", f"n{n}") for n in range(1500))) == 0


def test_strange_bytes_are_a_miss(mine: Redis) -> None:
    """What something else wrote there is never an error for the reader."""
    mine.client.set(mine.key("cache", "x"), b"\xff\x80pickle")
    assert mine.cache.get("x", "none") == "none"
    assert mine.cache.remember("x", 60, lambda: 5) == 5
    assert mine.cache.get("x") == 5


def test_what_was_made_is_remembered(mine: Redis) -> None:
    """Made once; the first caller gets it in the same form as all later ones."""
    calls: list[int] = []

    def make() -> Any:
        calls.append(1)
        return {"pair": (1, 2), 3: "three"}

    for _n in range(3):
        assert mine.cache.remember("x", 60, make) == {"pair": [1, 2], "3": "three"}
    assert len(calls) == 1
    assert mine.cache.remember("none", 60, lambda: None) is None
    assert mine.cache.get("none", MISSING) is None


def test_no_stampede(mine: Redis, server: Server) -> None:
    """Twenty who come at once cost one making; all get the value."""
    calls: list[int] = []

    def make() -> str:
        calls.append(1)
        time.sleep(0.3)
        return "made"

    results: list[object] = []
    threads = [
        threading.Thread(target=lambda: results.append(mine.cache.remember("x", 60, make)))
        for _n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(calls), results) == (1, ["made"] * 20)
    assert mine.client.exists(mine.key("making", "x")) == 0


def test_a_failed_making_is_not_remembered(mine: Redis) -> None:
    """The error is the caller's; the next one tries again at once."""
    with pytest.raises(ZeroDivisionError):
        mine.cache.remember("x", 60, lambda: 1 // 0)
    began = time.monotonic()
    assert mine.cache.remember("x", 60, lambda: 1) == 1
    assert time.monotonic() - began < 4


def test_a_maker_that_dies_is_followed(mine: Redis) -> None:
    """The next one waits a few seconds at most, not for as long as the work might have taken."""
    code = f"""
import os
from pgc_lib.stores.redis import Redis
redis = Redis({mine._link._url!r}, prefix={mine._link.prefix!r})
redis.cache.remember("x", 60, lambda: os.kill(os.getpid(), 9))
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    began = time.monotonic()
    assert mine.cache.remember("x", 60, lambda: "second") == "second"
    assert 1 < time.monotonic() - began < 8


def test_patience_with_a_slow_maker_ends(mine: Redis) -> None:
    """After it the value is made a second time rather than waited for."""
    release = threading.Event()
    slow = threading.Thread(target=lambda: mine.cache.remember("x", 60, lambda: release.wait(20)))
    slow.start()
    time.sleep(0.1)
    assert mine.cache.remember("x", 60, lambda: "own", patience=0.2) == "own"
    release.set()
    slow.join()
    assert mine.cache.get("x") is True


@pytest.mark.parametrize("forget", ["delete", "clear"])
def test_what_was_overtaken_is_not_kept(mine: Redis, forget: str) -> None:
    """A value whose making began before it was told to be forgotten may be out of date already."""

    def make() -> str:
        mine.cache.delete("x") if forget == "delete" else mine.cache.clear("x")
        return "old"

    assert mine.cache.remember("x", 60, make) == "old"
    assert mine.cache.get("x") is None


def test_without_a_server(frail: Server) -> None:
    """Reading and writing say so; `remember` makes the value itself, and does not swallow the maker's own error."""
    person = frail.person()
    person.cache.set("x", 1, ttl=60)
    frail.kill()
    with pytest.raises(Unavailable):
        person.cache.get("x")
    with pytest.raises(Unavailable):
        person.cache.set("x", 2, ttl=60)
    assert person.cache.remember("x", 60, lambda: "made") == "made"

    def fail() -> None:
        raise Unavailable("the bank does not answer")

    with pytest.raises(Unavailable, match="the bank"):
        person.cache.remember("x", 60, fail)
    frail.start()
    assert person.cache.remember("x", 60, lambda: "made") == 1


def test_a_server_lost_while_making(frail: Server) -> None:
    """What was made is given, though it cannot be kept."""
    person = frail.person()

    def make() -> str:
        frail.kill()
        return "made"

    assert person.cache.remember("x", 60, make) == "made"
