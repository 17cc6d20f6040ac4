"""Limits: never more than the bucket allows, whoever asks and however many at once."""

import multiprocessing
import time
from uuid import UUID, uuid4

import pytest

from pgc_lib.errors import Invalid, Unavailable
from pgc_lib.stores.redis import Redis, provision
from tests.support.valkey import PASSWORD, Server


def test_a_bucket_empties_and_fills(mine: Redis) -> None:
    """Burst first, then one at a time at the rate; the refusal says when to come again."""
    limit = mine.limit("api", rate=20, per=1, burst=3)
    assert [limit.take().remaining for _n in range(3)] == [2, 1, 0]
    refused = limit.take()
    assert not refused and refused.remaining == 0 and 0 < refused.retry_after <= 0.05
    time.sleep(refused.retry_after + 0.002)
    assert limit.take().allowed
    assert not limit.take()


def test_taking_several(mine: Redis) -> None:
    """All or none: a refusal takes nothing."""
    limit = mine.limit("tokens", rate=10, per=60)
    assert limit.take(7).remaining == 3
    assert not limit.take(4)
    assert limit.take(3).remaining == 0
    assert limit.take(5).retry_after == pytest.approx(30, abs=1)


def test_looking_takes_nothing(mine: Redis) -> None:
    """`peek` tells what `take` would."""
    limit = mine.limit("look", rate=2, per=60)
    assert limit.peek() == limit.peek()
    assert limit.peek().remaining == 2
    limit.take(2)
    looked = limit.peek()
    assert not looked and looked.retry_after == pytest.approx(30, abs=1)


def test_limits_do_not_mix(mine: Redis, server: Server) -> None:
    """Each name and each person has a bucket of their own."""
    other = server.person()
    for who in (mine, other):
        for name in ("a", "b"):
            assert who.limit(name, rate=1, per=60).take()
            assert not who.limit(name, rate=1, per=60).take()


def test_a_full_bucket_is_not_kept(mine: Redis) -> None:
    """Limits for many names leave nothing behind once they are full again."""
    mine.limit("brief", rate=100, per=1).take()
    time.sleep(0.05)
    assert mine.client.exists(mine.key("limit", "brief")) == 0


def test_a_smaller_limit_bites_at_once_but_not_for_long(mine: Redis) -> None:
    """After a change of settings nobody waits for what the old bucket was deep."""
    assert mine.limit("x", rate=1, per=3600, burst=10).take(10)
    assert mine.limit("x", rate=10, per=1, burst=1).take().retry_after <= 0.11


@pytest.mark.parametrize(
    ("rate", "per", "burst"), [(0, 1, 1), (1, 0, 1), (1, 1, 0), (float("nan"), 1, 1)]
)
def test_limits_that_make_no_sense(mine: Redis, rate: float, per: float, burst: int) -> None:
    """Refused where they are written, not when the bucket is asked."""
    with pytest.raises(Invalid, match="can never allow"):
        mine.limit("x", rate, per, burst)


def test_more_than_the_bucket_holds(mine: Redis) -> None:
    """It would wait for ever, so it is told at once."""
    with pytest.raises(Invalid, match="never gives 6 at once"):
        mine.limit("x", rate=5).take(6)


def test_eight_processes_never_exceed_the_bucket(server: Server) -> None:
    """What is given is at most the burst and what dripped in meanwhile, and nearly all of that."""
    person = uuid4()
    provision(server.url, person, PASSWORD)
    rate, burst, seconds = 200, 50, 1.5
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    workers = [
        context.Process(target=_take_all, args=(server, person, rate, burst, seconds, queue))
        for _n in range(8)
    ]
    for worker in workers:
        worker.start()
    given, first, last = zip(*(queue.get(timeout=60) for _w in workers), strict=True)
    for worker in workers:
        worker.join()
    elapsed = max(last) - min(first)
    assert sum(given) <= burst + rate * elapsed + 1
    assert sum(given) >= burst + rate * seconds * 0.5


def _take_all(
    server: Server, person: UUID, rate: float, burst: int, seconds: float, queue: object
) -> None:
    limit = server.person(person).limit("shared", rate=rate, burst=burst)
    given, first = 0, time.monotonic()
    while time.monotonic() - first < seconds:
        given += limit.take().allowed
    queue.put((given, first, time.monotonic()))  # type: ignore[attr-defined]


def test_a_server_that_is_gone_is_told(frail: Server) -> None:
    """Whether to go on without a limit is the caller's to decide; afterwards the bucket is as it was."""
    person = frail.person()
    limit = person.limit("x", rate=3, per=600)
    limit.take()
    frail.kill()
    with pytest.raises(Unavailable):
        limit.take()
    frail.start()
    assert limit.take().remaining == 1
