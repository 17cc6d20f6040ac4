"""The engines in foul weather: each trouble is one clear error, and nothing is lost by it.

Full disks and closed folders are real: small mounts and another user, where we may have them.
"""

import multiprocessing
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgc_lib.errors import EngineError, FullDisk, PgcError
from pgc_lib.i18n import in_lang
from pgc_lib.stores import embedded
from pgc_lib.stores.engines import ports
from tests.support import needs
from tests.support.disks import mounted
from tests.support.engines import Home, servers

IS_ROOT = os.geteuid() == 0
KEEP = "create table kept as select 1 as x"


def as_nobody(action: Callable[[], object]) -> str:
    """The text of the error that an action raises when an ordinary user does it."""
    receive, send = multiprocessing.Pipe(duplex=False)

    def run() -> None:
        if IS_ROOT:
            entry = pwd.getpwnam("nobody")
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
        try:
            send.send(f"no error: {action()!r}")
        except PgcError as error:
            send.send(str(error))

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join(60)
    assert receive.poll(), "the child said nothing"
    return str(receive.recv())


def test_a_folder_of_a_newer_release_is_left_alone(home: Home) -> None:
    """Its layout is not understood, so nothing in it is touched."""
    (home.data / "LAYOUT").write_text("7\n")
    before = sorted(path.stat().st_mtime_ns for path in home.data.rglob("*"))
    for action in (home.start, home.stop, lambda: embedded.status(home.data)):
        with pytest.raises(EngineError, match=r"newer release.*layout 7.*\n→ Update PGC"):
            action()
    assert sorted(path.stat().st_mtime_ns for path in home.data.rglob("*")) == before
    (home.data / "LAYOUT").write_text("1\n")
    assert home.sql("select 1") == [(1,)]


def test_a_damaged_layout_file_is_named(home: Home) -> None:
    """Guessing a layout could destroy data."""
    (home.data / "LAYOUT").write_bytes(b"\xff\xfe")
    with pytest.raises(EngineError, match="LAYOUT does not hold a version number"):
        home.start()
    (home.data / "LAYOUT").write_text("1")
    home.start()


def test_data_of_another_postgres_is_left_alone(home: Home) -> None:
    """A cluster of another major version is named with both versions; no engine stays behind."""
    version = home.engines / "postgres" / "PG_VERSION"
    ours = version.read_text()
    version.write_text("15\n")
    with pytest.raises(EngineError, match=rf"PostgreSQL 15; this environment has {ours.strip()}"):
        home.start()
    assert [one.state for one in embedded.status(home.data)] == ["stopped", "stopped"]
    version.write_text(ours)
    assert home.sql("select 1") == [(1,)]


def test_files_that_are_no_database_are_not_overwritten(home: Home) -> None:
    """A cluster that lost its version file is no empty folder."""
    (home.engines / "postgres" / "PG_VERSION").unlink()
    with pytest.raises(EngineError, match="is not a PostgreSQL database"):
        home.start()
    assert (home.engines / "postgres" / "base").is_dir()


def test_a_folder_that_cannot_be_written(open_folder: Path) -> None:
    """The path, the reason and the way out; in Chinese too."""
    open_folder.chmod(0o555)
    text = as_nobody(lambda: embedded.start(open_folder / "lab"))
    assert text.startswith(f"{open_folder}/lab cannot be written: Permission denied.\n→ Give")
    with in_lang("zh-CN"):
        text = as_nobody(lambda: embedded.start(open_folder))
    assert "无法写入" in text
    assert list(open_folder.iterdir()) == []
    open_folder.chmod(0o755)


def test_the_folder_of_another_user(home: Home) -> None:
    """An ordinary user is told whose it is, and a lab made by root is not broken by the attempt."""
    needs.root()
    home.data.chmod(0o755)
    text = as_nobody(lambda: embedded.start(home.data))
    assert "cannot be written: Permission denied" in text
    assert home.sql("select 1") == [(1,)]


def test_a_folder_that_the_engines_user_cannot_reach(open_folder: Path) -> None:
    """Below a closed folder root must choose another place; the closed folder stays closed."""
    needs.root()
    open_folder.chmod(0o700)
    with pytest.raises(
        EngineError, match=r"cannot reach .*\n→ Choose a folder outside closed ones"
    ):
        embedded.start(open_folder / "lab")
    assert open_folder.stat().st_mode & 0o777 == 0o700


def test_a_file_system_for_reading_only(open_folder: Path) -> None:
    """As on a disk that the system mounted read-only after an error."""
    with (
        mounted(open_folder / "disk", "ro,size=1m"),
        pytest.raises(EngineError, match="Read-only file system"),
    ):
        embedded.start(open_folder / "disk" / "lab")


@pytest.mark.parametrize(("size", "made"), [("2m", False), ("20m", False), ("39m", True)])
def test_a_disk_that_fills_while_the_database_is_made(
    open_folder: Path, size: str, made: bool
) -> None:
    """The half-made database is removed, and with more room the same call succeeds."""
    disk = open_folder / "disk"
    with mounted(disk, f"size={size},mode=755"):
        home = Home(disk / "lab")
        with pytest.raises(FullDisk, match=r"The disk that holds .* is full"):
            home.start()
        assert (home.engines / "postgres").exists() == made
        assert not [path for path in home.engines.glob("postgres.*") if path.is_dir()]
        assert [one.state for one in embedded.status(home.data)] == ["stopped", "stopped"]
        subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
        try:
            assert home.sql("select 1") == [(1,)]
        finally:
            home.stop()


def test_a_disk_that_is_full_when_the_engines_start(open_folder: Path, home: Home) -> None:
    """Nothing is lost; with room again everything is there. Attaching needs no room at all."""
    disk = open_folder / "disk"
    with mounted(disk, "size=200m,mode=755"):
        subprocess.run(["cp", "-a", home.data, disk / "lab"], check=True)
        full = Home(disk / "lab")
        full.sql(KEEP)
        full.redis().set("kept", "1")
        filler = disk / "filler"
        full.stop()
        _fill(filler)
        with pytest.raises(FullDisk):
            full.start()
        filler.unlink()
        assert full.sql("select x from kept") == [(1,)]
        assert full.redis().get("kept") == "1"
        _fill(filler)
        assert full.start().started == ()
        filler.unlink()
        full.stop()


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError as error:
            assert error.errno == 28


def test_paths_that_cannot_be(tmp_path: Path) -> None:
    """A file where the folder should be, a path that is too long, a line break in it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="is not a folder"):
        embedded.start(tmp_path / "file")
    with pytest.raises(EngineError, match="is not a folder"):
        embedded.start(tmp_path / "file" / "below")
    for long in ("x" * 300, "/".join(["y" * 100] * 12)):
        with pytest.raises(EngineError, match="too long"):
            embedded.start(tmp_path / long)
    with pytest.raises(EngineError, match="control character"):
        embedded.start(tmp_path / "a\nb")


@pytest.mark.parametrize(
    "garbage", [b"", b"\xff\x00garbage", b"-1\n", b"[1, 2]", b'{"postgres": 3}']
)
def test_notes_full_of_garbage_block_nothing(home: Home, garbage: bytes) -> None:
    """Process ids, the lock and the ports are notes; the kernel and the servers know the truth."""
    home.sql(KEEP)
    home.stop()
    for name in ("postgres/postmaster.pid", "valkey/valkey.pid", "run.json", "lock"):
        (home.engines / name).write_bytes(garbage)
    _give_to_engines_user(home)
    assert set(home.start().started) == {"postgres", "valkey"}
    assert home.sql("select x from kept") == [(1,)]


def test_garbage_while_the_engines_run(home: Home) -> None:
    """The engines are asked for their ports; one that cannot tell is started anew."""
    home.sql(KEEP)
    home.redis().set("kept", "1")
    (home.engines / "run.json").write_text("garbage")
    assert set(home.start().started) <= {"valkey"}
    (home.engines / "valkey" / "valkey.pid").write_text("garbage")
    assert set(home.start().started) == {"valkey"}
    (home.engines / "postgres" / "postmaster.pid").write_text("")
    assert set(home.start().started) == {"postgres"}
    assert home.sql("select x from kept") == [(1,)]
    assert home.redis().get("kept") == "1"
    assert len(servers(home)) == 2


def test_process_ids_that_belong_to_someone_else_by_now(home: Home) -> None:
    """After a restart of the machine the old numbers are other programs', even the same user's."""
    home.sql(KEEP)
    postgres = home.engines / "postgres" / "postmaster.pid"
    note = postgres.read_text().splitlines()
    home.stop()
    user = (home.engines / "postgres").stat()
    identity = {"user": user.st_uid, "group": user.st_gid, "extra_groups": ()} if IS_ROOT else {}
    with subprocess.Popen(["sleep", "60"], **identity) as other:  # type: ignore[call-overload]
        postgres.write_text("\n".join([str(other.pid), *note[1:], ""]))
        (home.engines / "valkey" / "valkey.pid").write_text(str(other.pid))
        _give_to_engines_user(home)
        assert set(home.start().started) == {"postgres", "valkey"}
        assert other.poll() is None
        assert home.sql("select x from kept") == [(1,)]
        other.kill()


def test_ports_taken_by_another_program(home: Home) -> None:
    """The remembered ports are given up for free ones."""
    before = home.start()
    home.stop()
    with socket.socket() as one, socket.socket() as two:
        for taken, port in ((one, before.postgres_port), (two, before.redis_port)):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", port))
            taken.listen()
        after = home.start()
    assert not {after.postgres_port, after.redis_port} & {before.postgres_port, before.redis_port}
    assert home.sql("select 1") == [(1,)]


def test_a_port_lost_in_the_last_moment(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between choosing a port and listening on it another program may be faster: choose again."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        lost = taken.getsockname()[1]
        choices = iter([lost, 0, lost])
        real = ports.choose_free
        monkeypatch.setattr(ports, "choose_free", lambda: next(choices, 0) or real())
        (home.engines / "run.json").unlink()
        found = home.start()
    assert lost not in (found.postgres_port, found.redis_port)
    assert home.sql("select 1") == [(1,)]


def test_a_copy_of_a_running_lab_is_another_lab(open_folder: Path, home: Home) -> None:
    """Same passwords, same ports, same process ids, and yet it is never mistaken for the original."""
    original = home.start()
    home.sql("checkpoint")
    copy = Home(open_folder / "copy")
    subprocess.run(["cp", "-a", home.data, copy.data], check=True)
    try:
        found = copy.start()
        assert set(found.started) == {"postgres", "valkey"}
        assert found.postgres_port != original.postgres_port
        copy.sql(KEEP)
        copy.redis().set("only", "copy")
        assert home.sql("select to_regclass('kept')") == [(None,)]
        assert home.redis().get("only") is None
        copy.stop()
        assert home.start().started == ()
    finally:
        copy.stop()


def test_a_lab_that_was_moved_while_it_ran(open_folder: Path, home: Home) -> None:
    """It is recognised at its new place, not started a second time on the same files."""
    home.sql(KEEP)
    moved = Home(home.data.rename(open_folder / "moved"))
    try:
        assert set(moved.start().started) <= {"postgres", "valkey"}
        assert len(servers(moved)) == 2
        assert moved.sql("select x from kept") == [(1,)]
    finally:
        moved.stop()


def test_a_lab_deleted_while_it_ran(home: Home) -> None:
    """The deleted lab's engines serve nothing any more; a new lab at its place is its own."""
    home.redis().set("ghost", "1")
    shutil.rmtree(home.data)
    assert set(home.start().started) == {"postgres", "valkey"}
    assert home.redis().get("ghost") is None
    assert len(servers(home)) == 2


def test_lost_passwords_are_set_anew(home: Home) -> None:
    """Who owns the folder may enter it: after a restore without `secrets/` the lab still opens."""
    home.sql(KEEP)
    old = home.start()
    home.stop()
    shutil.rmtree(home.data / "secrets")
    assert home.sql("select x from kept") == [(1,)]
    home.redis().ping()
    assert home.start().postgres_admin != old.postgres_admin


def test_passwords_that_do_not_fit_a_running_engine(home: Home) -> None:
    """The error says which folder to restore, and the way it offers works."""
    home.sql(KEEP)
    secret = home.data / "secrets" / "postgres_admin"
    secret.unlink()
    assert [one.state for one in embedded.status(home.data)] == ["broken", "running"]
    assert not secret.exists(), "asking for the status changes nothing"
    secret.write_text("wrong")
    with pytest.raises(EngineError, match="does not accept the password"):
        home.start()
    assert [one.state for one in embedded.status(home.data)] == ["broken", "running"]
    home.stop()
    assert home.sql("select x from kept") == [(1,)]
    assert ":wrong@" in home.start().postgres_admin


def test_variables_of_the_shell_do_not_mislead(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """`PG*` variables meant for another server must not reach ours."""
    for name, value in {
        "PGHOSTADDR": "192.0.2.1",
        "PGOPTIONS": "-c nonsense=1",
        "PGSSLMODE": "require",
        "PGDATA": "/nonexistent",
        "LC_ALL": "zh_CN.GBK",
        "TZ": "Nowhere/Nothing",
    }.items():
        monkeypatch.setenv(name, value)
    assert set(home.start().started) == {"postgres", "valkey"}


def test_a_full_house_is_still_ours(home: Home) -> None:
    """When every connection is taken, attaching works all the same."""
    url = home.start().postgres_admin
    limit = int(home.sql("show max_connections")[0][0])
    seats = [psycopg.connect(url) for _each in range(limit)]
    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        psycopg.connect(url)
    assert home.start().started == ()
    for seat in seats:
        seat.close()


def _give_to_engines_user(home: Home) -> None:
    """What a test wrote as root belongs to the engines' user, as the engines' own files do."""
    user = (home.engines / "postgres").stat()
    for path in (*home.engines.glob("postgres/*.pid"), *home.engines.glob("valkey/*.pid")):
        os.chown(path, user.st_uid, user.st_gid)
