"""Streams: in order, at least once for each group, and nothing lost when consumers or servers die."""

import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from pgc_lib.errors import Denied, Invalid, StoreError, Unavailable
from pgc_lib.stores.redis import Entry, Redis
from tests.support.valkey import Server


def drain(redis: Redis, group: str = "g", consumer: str = "c", **how: float) -> list[object]:
    """What a consumer is handed until nothing is left."""
    seen: list[object] = []
    redis.stream("s").consume(
        group,
        consumer,
        lambda entry: seen.append(entry.data),
        drain=True,
        **how,  # type: ignore[arg-type]
    )
    return seen


def test_entries_keep_their_order_and_form(mine: Redis) -> None:
    """What is read is what was added, with the time at which it was."""
    stream = mine.stream("s")
    items = [None, 1, "中文", {"a": [1.5, None]}]
    ids = [stream.add(item) for item in items[:2]] + stream.add_many(items[2:])
    entries = stream.read()
    assert [entry.data for entry in entries] == items
    assert [entry.id for entry in entries] == ids
    assert abs(entries[0].at - datetime.now(UTC)) < timedelta(seconds=5)
    assert [entry.data for entry in stream.read(after=ids[1], count=1)] == ["中文"]
    assert stream.add_many([]) == []
    with pytest.raises(Invalid, match="cannot be kept in Redis"):
        stream.add_many([1, object()])
    assert stream.stats().length == 4, "one that cannot be kept keeps all of them out"


def test_each_group_gets_everything_and_each_entry_once(mine: Redis) -> None:
    """Groups are independent; a second look finds nothing new."""
    mine.stream("s").add_many(range(50))
    assert drain(mine, "a") == list(range(50))
    assert drain(mine, "b", batch=7) == list(range(50))
    assert drain(mine, "a") == []
    mine.stream("s").add(50)
    assert drain(mine, "a") == [50]


def test_consumers_share_the_work(mine: Redis) -> None:
    """Two of a group see each entry once between them."""
    mine.stream("s").add_many(range(200))
    seen: list[object] = []
    stop = threading.Event()

    def handle(entry: Entry) -> None:
        seen.append(entry.data)
        if len(seen) == 200:
            stop.set()

    threads = [
        threading.Thread(
            target=mine.stream("s").consume, args=("g", name, handle), kwargs={"stop": stop}
        )
        for name in ("one", "two")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(seen, key=str) == sorted(range(200), key=str)
    assert mine.stream("s").stats().groups[0].pending == 0


def test_new_entries_wake_a_waiting_consumer(mine: Redis) -> None:
    """It waits for them rather than asking all the time."""
    stop, came = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=mine.stream("s").consume,
        args=("g", "c", lambda _entry: came.set()),
        kwargs={"stop": stop},
    )
    thread.start()
    time.sleep(0.3)
    began = time.monotonic()
    mine.stream("s").add(1)
    assert came.wait(5) and time.monotonic() - began < 1.5
    stop.set()
    thread.join(3)
    assert not thread.is_alive()


def test_a_failing_entry_comes_again_then_is_given_up(mine: Redis) -> None:
    """It holds up nobody; after the last delivery it lies in the dead letters with its reason."""
    mine.stream("s").add_many(["good", "bad", "better"])
    seen: list[tuple[object, int]] = []

    def handle(entry: Entry) -> None:
        seen.append((entry.data, entry.deliveries))
        if entry.data == "bad":
            raise ValueError("no good")

    for _n in range(5):
        mine.stream("s").consume("g", "c", handle, drain=True, idle=0.1, deliveries=3)
        time.sleep(0.15)
    assert seen == [("good", 1), ("bad", 1), ("better", 1), ("bad", 2), ("bad", 3)]
    dead = [entry.data for entry in mine.stream("s").dead().read()]
    assert len(dead) == 1 and dead[0]["data"] == "bad" and dead[0]["deliveries"] == 3
    assert dead[0]["reason"] == "ValueError: no good" and dead[0]["group"] == "g"
    assert mine.stream("s").stats().groups[0].pending == 0


def test_what_the_handler_needs_may_be_away(mine: Redis) -> None:
    """An entry is not given up because a database was: it is tried in place, in order, for as long as it takes."""
    mine.stream("s").add_many([1, 2])
    tries: list[object] = []

    def handle(entry: Entry) -> None:
        tries.append(entry.data)
        if len(tries) < 4:
            raise Unavailable("the database is away")

    assert mine.stream("s").consume("g", "c", handle, drain=True, deliveries=1) == 2
    assert tries == [1, 1, 1, 1, 2]


def test_foreign_and_broken_entries(mine: Redis) -> None:
    """Fields of another program are data; what is not readable goes to the dead letters."""
    key = mine.key("s")
    mine.client.xadd(key, {"kind": "hello", "raw": b"\xff"})
    mine.client.xadd(key, {"json": "{broken"})
    mine.stream("s").add("ours")
    assert drain(mine) == [{"kind": "hello", "raw": "�"}, "ours"]
    dead = mine.stream("s").dead().read()
    assert len(dead) == 1 and dead[0].data["data"] == "{broken"


def test_a_loop_over_entries(mine: Redis) -> None:
    """An entry is done when the next is asked for; the one at which the loop broke off comes again."""
    mine.stream("s").add_many([1, 2, 3])
    with pytest.raises(ZeroDivisionError):
        for entry in mine.stream("s").entries("g", "c", drain=True):
            1 // (2 - entry.data)
    again = [entry.data for entry in mine.stream("s").entries("g", "c", drain=True)]
    assert again == [2, 3]


def test_a_dead_consumer_is_followed(mine: Redis) -> None:
    """What it had been handed goes to another after a while, with its count."""
    mine.stream("s").add_many(range(5))
    mine.client.xgroup_create(mine.key("s"), "g", "0")
    mine.client.xreadgroup("g", "dead", {mine.key("s"): ">"}, count=3)
    assert drain(mine, idle=600) == [3, 4]
    held = [
        one["message_id"] for one in mine.client.xpending_range(mine.key("s"), "g", "-", "+", 9)
    ]
    # As if the dead one had been silent for an hour; the living one is never slow enough to count as dead.
    mine.client.xclaim(mine.key("s"), "g", "dead", 0, held, idle=3_600_000, justid=True)
    counts: list[tuple[object, int]] = []
    mine.stream("s").consume(
        "g", "c", lambda e: counts.append((e.data, e.deliveries)), drain=True, idle=600
    )
    assert counts == [(0, 2), (1, 2), (2, 2)]


def test_a_consumer_that_comes_back_begins_with_its_own(mine: Redis) -> None:
    """It need not wait until its former self counts as dead."""
    mine.stream("s").add_many(range(40))
    mine.client.xgroup_create(mine.key("s"), "g", "0")
    mine.client.xreadgroup("g", "c", {mine.key("s"): ">"}, count=30)
    assert drain(mine, idle=600) == list(range(40))


def test_an_entry_that_kills_its_consumers_is_given_up(mine: Redis) -> None:
    """Counted by the server, so that no consumer needs to survive to count."""
    mine.stream("s").add_many(["deadly", "fine"])
    code = f"""
import os
from pgc_lib.stores.redis import Redis
redis = Redis({mine._link._url!r}, prefix={mine._link.prefix!r})
redis.stream("s").consume("g", "c", lambda entry: os.kill(os.getpid(), 9), batch=1, drain=True, deliveries=2)
"""
    for _n in range(2):
        killed = subprocess.run([sys.executable, "-c", code], check=False)
        assert killed.returncode == -signal.SIGKILL
    assert drain(mine, deliveries=2) == ["fine"]
    assert "never finished" in mine.stream("s").dead().read()[0].data["reason"]


def test_long_work_is_not_taken_over(mine: Redis) -> None:
    """A consumer that is still at it says so, for all entries of its batch, and no delivery is counted."""
    mine.stream("s").add_many([1, 2])
    deliveries: list[int] = []

    def slow(entry: Entry) -> None:
        deliveries.append(entry.deliveries)
        time.sleep(0.7)

    thread = threading.Thread(
        target=mine.stream("s").consume,
        args=("g", "slow", slow),
        kwargs={"drain": True, "idle": 0.3},
    )
    thread.start()
    time.sleep(0.2)
    while thread.is_alive():
        assert drain(mine, consumer="thief", idle=0.3) == []
        time.sleep(0.1)
    assert deliveries == [1, 1]


def test_removed_entries_are_no_obstacle(mine: Redis) -> None:
    """What was pending and then removed is finished; a stream that was removed begins anew."""
    stream = mine.stream("s")
    ids = stream.add_many(range(3))
    mine.client.xgroup_create(mine.key("s"), "g", "0")
    mine.client.xreadgroup("g", "c", {mine.key("s"): ">"})
    mine.client.xdel(mine.key("s"), ids[1])
    assert drain(mine) == [0, 2]
    assert stream.stats().groups[0].pending == 0

    stop = threading.Event()
    seen: list[object] = []

    def handle(entry: Entry) -> None:
        seen.append(entry.data)
        stop.set()

    thread = threading.Thread(target=stream.consume, args=("g", "c", handle), kwargs={"stop": stop})
    thread.start()
    time.sleep(0.2)
    stream.delete()
    time.sleep(0.2)
    stream.add("new")
    thread.join(10)
    assert seen == ["new"]


def test_trimming_spares_what_is_not_finished(mine: Redis) -> None:
    """By number or by age, and never before every group is done with it."""
    stream = mine.stream("s")
    stream.add_many(range(3000))
    assert stream.trim(keep=2000) == 1000
    for _entry in stream.entries("g", "c", drain=True, batch=100):
        if _entry.data == 1999:
            break
    assert stream.trim(keep=0) == 999, "1999 is in hand"
    assert stream.read(count=1)[0].data == 1999
    assert stream.trim(before=datetime.now(UTC) - timedelta(hours=1)) == 0
    assert drain(mine)[-1] == 2999
    assert stream.trim(before=datetime.now(UTC) + timedelta(hours=1)) == 1001
    assert stream.stats().length == 0
    stream.add_many(range(5))
    assert stream.trim(keep=1) == 0
    assert stream.trim(keep=1, unfinished=True) == 4
    assert mine.stream("never").trim(keep=0) == 0


def test_statistics(mine: Redis) -> None:
    """How long it is, how far each group has come, and how long the oldest waits."""
    stream = mine.stream("s")
    assert stream.stats().length == 0 and stream.stats().groups == ()
    stream.add_many(range(10))
    mine.client.xgroup_create(mine.key("s"), "g", "0")
    mine.client.xreadgroup("g", "c", {mine.key("s"): ">"}, count=4)
    time.sleep(0.05)
    stats = stream.stats()
    assert (stats.length, stats.first is not None, stats.last is not None) == (10, True, True)
    (group,) = stats.groups
    assert (group.name, group.consumers, group.pending, group.lag) == ("g", 1, 4, 6)
    assert 0.04 < group.oldest < 5


def test_forgotten_consumers_leave_the_list(mine: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of processes long gone do not pile up; one with work pending stays until that is taken over."""
    monkeypatch.setattr("pgc_lib.stores.redis.consumers._FORGET_AFTER", 0.05)
    mine.stream("s").add_many([1, 2])
    drain(mine, consumer="gone")
    mine.stream("s").add(3)
    mine.client.xreadgroup("g", "busy", {mine.key("s"): ">"})
    time.sleep(0.1)
    drain(mine, consumer="new")
    names = {one["name"] for one in mine.client.xinfo_consumers(mine.key("s"), "g")}
    assert names == {b"busy", b"new"}


def test_adding_under_a_name(mine: Redis) -> None:
    """The same name adds once; so an addition can be repeated without thinking."""
    stream = mine.stream("s")
    first = stream.add("a", once="change-1")
    assert stream.add("a", once="change-1") == first
    stream.add("b", once="change-2")
    assert [entry.data for entry in stream.read()] == ["a", "b"]


def test_following_without_a_group(frail: Server) -> None:
    """Whoever watches sees what comes from now on, and goes on where it was after a restart."""
    redis = frail.person()
    redis.stream("s").add("before")
    seen: list[object] = []
    stop = threading.Event()

    def watch() -> None:
        for entry in redis.stream("s").follow(stop=stop):
            seen.append(entry.data)
            if entry.data == "end":
                return

    thread = threading.Thread(target=watch)
    thread.start()
    time.sleep(0.3)
    redis.stream("s").add("now")
    time.sleep(1.3)
    frail.restart()
    redis.stream("s").add("later")
    redis.stream("s").add("end")
    thread.join(20)
    stop.set()
    assert seen == ["now", "later", "end"]
    everything = redis.stream("s").follow(after="")
    assert [next(everything).data for _n in range(4)] == ["before", "now", "later", "end"]


def test_on_disk_when_told_so(frail: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    """After `add_many(on_disk=True)` not even a crash of the machine's server loses an entry."""
    redis = frail.person()
    for n in range(5):
        redis.stream("s").add_many([n, n + 0.5], on_disk=True)
        frail.restart()
    assert len(redis.stream("s").read()) == 10
    forgetful = Server(tmp_path_factory.mktemp("memory"), aof=False).start()
    try:
        with pytest.raises(StoreError, match=r"nothing on its disk.*\n→ Set `appendonly yes`"):
            forgetful.person().stream("s").add_many([1], on_disk=True)
    finally:
        forgetful.stop()


def test_a_disk_that_is_too_slow_is_told(frail: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather a repetition than a false assurance."""
    monkeypatch.setattr("pgc_lib.stores.redis.streams._ON_DISK_WITHIN", 1)
    redis = frail.person()
    redis.stream("s").add_many([1], on_disk=False)
    with pytest.raises(Unavailable, match="onto its disk in time"):
        for n in range(50):
            redis.stream("s").add_many([n], on_disk=True)


def test_killing_the_server_while_consuming(frail: Server) -> None:
    """Three crashes during adding and consuming: every entry that was confirmed is handled."""
    redis = frail.person()
    confirmed: list[int] = []
    seen: list[int] = []
    stop = threading.Event()

    def produce() -> None:
        n = 0
        while not stop.is_set():
            batch = list(range(n, n + 20))
            try:
                redis.stream("s").add_many(batch, on_disk=True)
            except Unavailable:
                continue
            confirmed.extend(batch)
            n += 20

    consumer = threading.Thread(
        target=redis.stream("s").consume,
        args=("g", "c", lambda entry: seen.append(entry.data)),
        kwargs={"stop": stop, "idle": 1},
    )
    producer = threading.Thread(target=produce)
    consumer.start()
    producer.start()
    for _n in range(3):
        time.sleep(1.3)
        frail.kill()
        time.sleep(0.3)
        frail.start()
    time.sleep(1.5)
    stop.set()
    producer.join(30)
    consumer.join(30)
    redis.stream("s").consume("g", "c", lambda entry: seen.append(entry.data), drain=True)
    assert len(confirmed) >= 40
    assert set(confirmed) <= set(seen)
    assert redis.stream("s").stats().groups[0].pending == 0


def test_patience_with_a_server_that_stays_away(frail: Server) -> None:
    """Whoever gives a limit is told when it is over."""
    redis = frail.person()
    redis.stream("s").add(1)
    frail.kill()
    with pytest.raises(Unavailable):
        redis.stream("s").consume("g", "c", print, patience=0.5)
    beating = [thread.name for thread in threading.enumerate() if "consumer-c" in thread.name]
    assert beating == [], "the heartbeat ends with its work"


def test_a_refusal_is_not_waited_for(mine: Redis) -> None:
    """Only absence is; a right that is missing will not come back by itself."""
    theirs = Redis(mine._link._url, prefix="pgc:p:other:")
    with pytest.raises(Denied):
        theirs.stream("s").consume("g", "c", print, drain=True)
    with pytest.raises(Denied):
        next(theirs.stream("s").follow())
    mine.client.set(mine.key("text"), "x")
    with pytest.raises(StoreError, match="WRONGTYPE"):
        mine.stream("text").consume("g", "c", print, drain=True)
