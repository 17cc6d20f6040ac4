"""The engines under violence: many starters at once, and kill -9 for everyone.

Whatever was acknowledged to a client before a kill is there after the next start.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from pgc_lib.stores import embedded
from tests.support.engines import Home, servers

ROOT = Path(__file__).parents[3]
STARTER = """
import sys
from pathlib import Path
from pgc_lib.stores import embedded
found = embedded.start(Path(sys.argv[1]), idle_stop=0)
print(found.postgres_port, found.redis_port, *found.started)
"""


def starter(home: Home) -> subprocess.Popen[str]:
    """A process of its own that starts the engines and ends."""
    return subprocess.Popen(
        [sys.executable, "-c", STARTER, home.data],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_six_processes_on_an_empty_folder(new_home: Home) -> None:
    """One of them makes and starts each engine, all get the same ones, none fails."""
    starters = [starter(new_home) for _each in range(6)]
    answers = []
    for one in starters:
        out, err = one.communicate(timeout=60)
        assert one.returncode == 0, err
        answers.append(out.split())
    assert len({tuple(answer[:2]) for answer in answers}) == 1
    assert sorted(name for answer in answers for name in answer[2:]) == ["postgres", "valkey"]
    assert len(servers(new_home)) == 2


def test_threads_of_one_process(home: Home) -> None:
    """The lock holds between threads as well."""
    found: list[embedded.Endpoints] = []
    threads = [threading.Thread(target=lambda: found.append(home.start())) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({(one.postgres_port, one.redis_port) for one in found}) == 1
    assert sorted(name for one in found for name in one.started) == ["postgres", "valkey"]


def test_starters_killed_at_any_moment(new_home: Home) -> None:
    """While making, starting or attaching: the next start works, with one of each engine."""
    clock = random.Random(20261121)
    for delay in (0.15, 0.3, 0.5, 0.8, *(clock.uniform(0.1, 1.5) for _each in range(5))):
        victim = starter(new_home)
        time.sleep(delay)
        victim.kill()
        victim.communicate()
    assert new_home.sql("select 1") == [(1,)]
    assert new_home.redis().ping()
    assert len(servers(new_home)) == 2
    leftovers = [path.name for path in new_home.engines.iterdir() if ".new" in path.name]
    leftovers += [path.name for path in new_home.engines.glob("postgres.old*")]
    assert leftovers == []
    assert not (new_home.engines / ".postgres.password").exists()


def test_a_starter_killed_in_the_middle_of_initdb(new_home: Home) -> None:
    """The half-made cluster never stands at the real place, and is cleared by the next start."""
    victim = starter(new_home)
    half = new_home.engines / "postgres.new"
    deadline = time.monotonic() + 30
    while not (half / "global").exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    victim.kill()
    victim.communicate()
    assert not (new_home.engines / "postgres").exists()
    assert new_home.sql("select 1") == [(1,)]
    assert not half.exists()


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_an_engine_killed_under_load_loses_nothing(home: Home, name: str) -> None:
    """Three writers note what was acknowledged; after kill -9 and a start all of it is there."""
    home.sql("create table load (writer int, n int)")
    write, read = (_insert, _rows) if name == "postgres" else (_push, _items)
    acknowledged = [0, 0, 0]
    url = home.start().postgres_admin if name == "postgres" else home.start().redis_admin
    writers = [
        threading.Thread(target=write, args=(url, writer, acknowledged)) for writer in range(3)
    ]
    for thread in writers:
        thread.start()
    for _round in range(3):
        floor = min(acknowledged) + 20
        deadline = time.monotonic() + 30
        while min(acknowledged) < floor:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    os.kill(home.pid(name), signal.SIGKILL)
    for thread in writers:
        thread.join(30)
    assert home.start().started == (name,)
    kept = read(home)
    for writer, last in enumerate(acknowledged):
        assert set(range(1, last + 1)) <= kept[writer], f"writer {writer} lost something"


def test_a_server_killed_with_a_busy_child(home: Home) -> None:
    """A child in a long computation outlives its server and would block the next: it is ended."""
    url = home.start().postgres_admin
    busy = "select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000) b"

    def compute() -> None:
        with pytest.raises(psycopg.OperationalError), psycopg.connect(url) as connection:
            connection.execute(busy)

    thread = threading.Thread(target=compute)
    thread.start()
    deadline = time.monotonic() + 20
    while not home.sql("select 1 from pg_stat_activity where query like 'select count%b'"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(home.pid("postgres"), signal.SIGKILL)
    assert home.start().started == ("postgres",)
    thread.join(30)
    assert not thread.is_alive()
    assert len(servers(home)) == 2


def test_both_killed_and_many_come_back_at_once(home: Home) -> None:
    """As after the machine was switched off: several kernels start together, all attach."""
    home.start()
    for pid in servers(home):
        os.kill(pid, signal.SIGKILL)
    starters = [starter(home) for _each in range(3)]
    answers = [one.communicate(timeout=60)[0].split() for one in starters]
    assert len({tuple(answer[:2]) for answer in answers}) == 1
    assert all(one.returncode == 0 for one in starters)
    assert len(servers(home)) == 2


def test_stops_and_starts_at_once(home: Home) -> None:
    """Whoever comes last wins; nobody fails and nothing is started twice."""
    failures: list[BaseException] = []

    def often(action: Callable[[], object]) -> None:
        try:
            for _each in range(4):
                action()
        except Exception as error:  # noqa: BLE001 (any failure at all is the finding)
            failures.append(error)

    threads = [
        threading.Thread(target=often, args=(a,)) for a in (home.start, home.stop, home.start)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(servers(home)) in (0, 2)


def _insert(url: str, writer: int, acknowledged: list[int]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            n = acknowledged[writer] + 1
            try:
                connection.execute("insert into load values (%s, %s)", (writer, n))
            except psycopg.OperationalError:
                return
            acknowledged[writer] = n


def _rows(home: Home) -> list[set[int]]:
    return [
        {n for (n,) in home.sql(f"select n from load where writer = {writer}")}
        for writer in range(3)
    ]


def _push(url: str, writer: int, acknowledged: list[int]) -> None:
    client = redis.Redis.from_url(url)
    while True:
        n = acknowledged[writer] + 1
        try:
            client.rpush(f"load:{writer}", n)
        except redis.ConnectionError:
            return
        acknowledged[writer] = n


def _items(home: Home) -> list[set[int]]:
    client = home.redis()
    return [{int(n) for n in client.lrange(f"load:{writer}", 0, -1)} for writer in range(3)]
