"""Locks: never two holders, a dead one is followed by the next, and one that lost it is told."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest

from pgc_lib.errors import Invalid, Unavailable
from pgc_lib.stores.redis import Busy, LockLost, Redis, provision
from tests.support.valkey import PASSWORD, Server


def test_one_holder_at_a_time(mine: Redis) -> None:
    """The second is told who is in the way and for how long; afterwards it is free."""
    with mine.lock("x") as held:
        assert not held.lost
        with pytest.raises(Busy, match="holds the lock “x”") as told:
            mine.lock("x").acquire()
        left = re.search(r"\n→.*free in ([\d.]+)", str(told.value))
        assert left is not None and 0 < float(left[1]) <= 30  # less on a machine that was busy
        mine.lock("y").acquire().release()
    with mine.lock("x"):
        pass


def test_waiting_for_a_lock(mine: Redis) -> None:
    """`wait` is an upper bound, and the lock is taken soon after it is free."""
    held = mine.lock("x").acquire()
    began = time.monotonic()
    with pytest.raises(Busy):
        mine.lock("x", wait=0.3).acquire()
    assert 0.25 < time.monotonic() - began < 4
    threading.Timer(0.2, held.release).start()
    began = time.monotonic()
    with mine.lock("x", wait=5):
        assert time.monotonic() - began < 4


def test_fences_grow(mine: Redis, server: Server) -> None:
    """With each holder, also over a lock that ended by itself and over a server's loss of everything."""
    fences = []
    for _n in range(5):
        with mine.lock("x") as held:
            fences.append(held.fence)
    mine.lock("short", ttl=0.05).acquire().signal.wait(0)
    with mine.lock("x") as held:
        fences.append(held.fence)
    mine.client.delete(mine.key("lock", "x"))
    with mine.lock("x") as held:
        fences.append(held.fence)
    assert fences == sorted(set(fences))


def test_a_clock_set_back_does_not_repeat_a_fence(mine: Redis) -> None:
    """The number kept from the last holder wins over a clock that says less."""
    with mine.lock("x"):
        pass
    ahead = int((time.time() + 3600) * 1_000_000)
    mine.client.hset(mine.key("lock", "x"), "fence", ahead)
    with mine.lock("x") as held:
        assert held.fence == ahead + 1


def test_a_living_holder_renews(mine: Redis) -> None:
    """Work may take longer than the time that the lock is given."""
    with mine.lock("x", ttl=0.3) as held:
        time.sleep(1)
        assert not held.lost
        with pytest.raises(Busy):
            mine.lock("x").acquire()


def test_releasing_does_not_free_anothers_lock(mine: Redis) -> None:
    """Who lost it in between must not open it for a third."""
    first = mine.lock("x").acquire()
    mine.client.delete(mine.key("lock", "x"))
    second = mine.lock("x").acquire()
    assert first.release() is False
    with pytest.raises(Busy):
        mine.lock("x").acquire()
    assert second.release() is True


def test_a_lost_lock_is_told(mine: Redis) -> None:
    """By the signal, by `check`, and at the end of the block."""
    with pytest.raises(LockLost, match="was lost during the work"), mine.lock("x", ttl=0.3) as held:
        mine.client.delete(mine.key("lock", "x"))
        assert held.signal.wait(2)
        with pytest.raises(LockLost):
            held.check()
    with pytest.raises(ZeroDivisionError), mine.lock("x", ttl=0.3) as held:
        mine.client.delete(mine.key("lock", "x"))
        held.signal.wait(2)
        raise ZeroDivisionError  # the work's own error says more


def test_a_lock_shared_by_threads(mine: Redis) -> None:
    """One Lock object may be entered by many threads; each is a holder of its own."""
    lock = mine.lock("x", wait=20)
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _n in range(5):
            with lock:
                inside += 1
                most = max(most, inside)
                time.sleep(0.002)
                inside -= 1

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, inside) == (1, 0)


def test_a_time_that_is_too_short(mine: Redis) -> None:
    """It would end before anything is done."""
    with pytest.raises(Invalid, match=r"at least 0\.05 seconds"):
        mine.lock("x", ttl=0)


def test_a_frozen_holder_knows_when_it_wakes(mine: Redis, server: Server) -> None:
    """Its own clock says so before it can have asked the server: here its renewals find nobody."""
    url, prefix = mine._link._url, mine._link.prefix
    code = f"""
import os, signal
from pgc_lib.stores.redis import Redis
held = Redis({url!r}, prefix={prefix!r}).lock("x", ttl=0.5).acquire()
print("held", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
print(held.lost, flush=True)
"""
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        with mine.lock("x", wait=5):
            os.kill(child.pid, signal.SIGCONT)
            assert child.stdout.readline() == "True\n"


def test_never_two_holders_while_holders_are_killed(server: Server) -> None:
    """Six processes fight for a lock and some die holding it: their times of holding never overlap."""
    person = uuid4()
    provision(server.url, person, PASSWORD)
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    workers = [context.Process(target=_fight, args=(server, person, n, queue)) for n in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers].count(-signal.SIGKILL) == 2
    events = []
    while not queue.empty():
        events.append(queue.get())
    spans = sorted((fence, begin, end) for fence, begin, end in events)
    assert len(spans) >= 4 * 8
    for (_f, _begin, end), (_g, begin, _end) in pairwise(spans):
        assert end <= begin, "a later fence began before an earlier holder had ended"


def _fight(server: Server, person: UUID, n: int, queue: Any) -> None:
    redis = server.person(person)
    for turn in range(8):
        with redis.lock("x", ttl=0.5, wait=30) as held:
            begin = time.monotonic()
            time.sleep(0.01)
            if n < 2 and turn == 3:
                queue.put((held.fence, begin, time.monotonic()))
                os.kill(os.getpid(), signal.SIGKILL)
            queue.put((held.fence, begin, time.monotonic()))


def test_a_server_away_for_five_seconds(frail: Server) -> None:
    """A lock with time left survives its server's crash; a shorter one is told lost; nobody hangs."""
    person = frail.person()
    long, short = person.lock("long", ttl=20).acquire(), person.lock("short", ttl=1.5).acquire()
    time.sleep(1.1)  # the server writes to its disk each second
    frail.kill()
    began = time.monotonic()
    with pytest.raises(Unavailable):
        person.lock("new").acquire()
    assert time.monotonic() - began < 4
    assert short.signal.wait(5) and short.lost
    time.sleep(max(0.0, 5 - (time.monotonic() - began)))
    frail.start()
    assert not long.lost
    with pytest.raises(Busy):
        person.lock("long").acquire()
    assert short.release() is False
    assert long.release() is True
