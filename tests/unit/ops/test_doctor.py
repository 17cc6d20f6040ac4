"""The doctor on healthy and on broken labs: it always answers, and names the next step."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import pgc_lib
from pgc_lib.notebook.serving import Running
from pgc_lib.ops import machine, servers
from pgc_lib.ops.doctor import CHECKS, TITLES, Case, Check, Finding, examine, worst
from pgc_lib.settings import settings
from tests.support.engines import Home
from tests.support.jupyterlab import new_data, pgc


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the settings of another, or of the person who runs the tests."""
    for name in [name for name in os.environ if name.startswith("PGC_")]:
        monkeypatch.delenv(name)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="module")
def lab(prepared_data: Path) -> Iterator[Path]:
    """A lab that runs."""
    with new_data(prepared_data) as data:
        with pgc_lib.open(data=data):
            pass
        yield data


def _findings(data: Path) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(Case(data))}


def test_a_healthy_lab(lab: Path) -> None:
    """Everything that a lab stands on was looked at, and nothing is to do."""
    found = _findings(lab)
    looked_at = {
        "postgres",
        "valkey",
        "extensions",
        "migrations",
        "database clock",
        "events",
        "redis",
    }
    assert {name: found[name].level for name in looked_at} == dict.fromkeys(looked_at, "ok")
    assert found["rights"].level == found["disk"].level == found["jupyterlab"].level == "ok"


def test_no_lab_yet(tmp_path: Path) -> None:
    """Before the first start nothing is wrong, and nothing is made by looking."""
    data = tmp_path / "none"
    found = _findings(data)
    assert found["rights"].level == found["database"].level == "ok"
    assert "pgc lab" in found["database"].message
    assert not data.exists()


def test_what_cannot_be_checked_is_not_called_well(home: Home) -> None:
    """A stopped database tells nothing about its extensions: a warning, not silence."""
    found = _findings(home.data)
    assert found["database"].level == "warning" and found["database"].next_step
    assert "extensions" not in found
    assert home.stop() == (), "looking must not start anything"


def test_a_database_that_was_never_prepared(home: Home) -> None:
    """Extensions and migrations are missing, each with its next step."""
    home.start()
    found = _findings(home.data)
    assert found["extensions"].level == "failure" and "vector" in found["extensions"].message
    assert found["migrations"].level == "warning"


def test_events_that_nobody_carries(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the lab runs its relay must keep up; while it is stopped, changes may wait."""
    with pgc_lib.open(data=lab) as mine:
        mine.todos.add(title="waits for the relay")
    monkeypatch.setattr(servers, "_LATE", timedelta(0))
    assert _findings(lab)["events"].level == "ok"
    monkeypatch.setattr(servers, "_lab", lambda _case: Running(1, 8888, "token"))
    assert _findings(lab)["events"].level == "warning"


def test_open_secrets_are_a_failure(home: Home) -> None:
    """The passwords of the database in everyone's reach; the next step closes them."""
    secret = next((home.data / "secrets").iterdir())
    secret.chmod(0o644)
    found = _findings(home.data)["rights"]
    assert found.level == "failure" and secret.name in found.message
    subprocess.run(found.next_step, shell=True, check=True)
    assert _findings(home.data)["rights"].level == "ok"


def test_an_engine_that_lets_nobody_in(home: Home) -> None:
    """Its password was lost: it runs, and is of no use."""
    home.start()
    (home.data / "secrets" / "redis_admin").write_text("another password")
    assert _findings(home.data)["valkey"].level == "failure"
    (home.data / "secrets" / "postgres_admin").write_text("another password")
    assert _findings(home.data)["postgres"].level == "failure"


def test_a_folder_of_a_newer_release(home: Home) -> None:
    """Nothing is touched, and the doctor says which side is too old."""
    layout = home.data / "LAYOUT"
    ours = layout.read_text()
    layout.write_text("99")
    found = _findings(home.data)
    layout.write_text(ours)
    assert found["engines"].level == "failure" and "99" in found["engines"].message


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PGC_PORT", "many"), ("PGC_CONFIG", "/etc/hostname"), ("PGC_REDIS_URL_FILE", "/no/such")],
)
def test_a_broken_setting_keeps_no_check_from_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """The first thing to break is a setting; everything else is still looked at."""
    monkeypatch.setenv(variable, value)
    settings.cache_clear()
    found = {finding.name: finding for finding in examine(Case())}
    assert found["settings"].level == "failure" and found["settings"].next_step
    assert {"python", "disk", "rights", "clock", "postgres", "jupyterlab"} <= set(found)


def test_servers_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each is told by itself, and no password is."""
    for name, url in {
        "database": "postgresql://p_1:hush@127.0.0.1:1/pgc",
        "redis": "redis://:hush@127.0.0.1:1",
        "mongo": "mongodb://me:hush@127.0.0.1:1",
    }.items():
        monkeypatch.setenv(f"PGC_{name.upper()}_URL", url)
    settings.cache_clear()
    found = _findings(tmp_path)
    for name in ("database", "redis", "mongodb"):
        assert found[name].level == "failure" and "PGC_" in found[name].next_step
    assert not any("hush" in str(finding) for finding in found.values())
    assert "postgres" not in found, "the embedded engines do not matter here"


@pytest.mark.parametrize("url", ["garbage", "postgresql://[::1", "mysql://x/y"])
def test_addresses_that_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str) -> None:
    """A typing error in an address is a finding, not a crash."""
    for name in ("DATABASE", "REDIS", "MONGO"):
        monkeypatch.setenv(f"PGC_{name}_URL", url)
    settings.cache_clear()
    found = _findings(tmp_path)
    assert {found[name].level for name in ("database", "redis", "mongodb")} == {"failure"}


def test_a_check_that_crashes_is_a_finding(tmp_path: Path) -> None:
    """The doctor is called when things are broken; it must not be one of them."""

    def crash(_case: Case) -> Iterator[Finding]:
        raise RuntimeError("no way")
        yield

    found = list(examine(Case(tmp_path), (Check("disk", crash), Check("rights", machine.rights))))
    assert [finding.level for finding in found] == ["failure", "ok"]
    assert "no way" in found[0].message


def test_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up is told before it stops the database."""
    free = machine.shutil.disk_usage(tmp_path).free
    monkeypatch.setattr(machine, "_LOW", free * 2)
    assert _findings(tmp_path)["disk"].level == "warning"
    monkeypatch.setattr(machine, "_SCARCE", free * 2)
    assert _findings(tmp_path)["disk"].level == "failure"


def test_a_clock_that_was_set_back(home: Home) -> None:
    """Identifiers and history are ordered by time: a clock gone back is worth a warning."""
    control = home.data / "engines" / "postgres" / "global" / "pg_control"
    later = control.stat().st_mtime + 86_400
    os.utime(control, (later, later))
    assert _findings(home.data)["clock"].level == "warning"


def test_the_worst_decides() -> None:
    """One failure among many warnings is a failure; nothing at all is well."""
    levels = [Finding("a", level, "") for level in ("warning", "failure", "ok")]
    assert worst(levels) == "failure"
    assert worst(levels[::2]) == "warning"
    assert worst([]) == "ok"


def test_the_command_speaks_to_people_and_to_programs(lab: Path) -> None:
    """The exit status is the worst level; JSON holds the same findings as the table."""
    done = pgc(lab, "doctor", "--json")
    table = json.loads(done.stdout)
    assert done.returncode == ["ok", "warning", "failure"].index(table["level"])
    assert {finding["name"] for finding in table["findings"]} <= set(TITLES)
    assert {check.name for check in CHECKS} <= set(TITLES)
    shown = pgc(lab, "doctor", lang="zh-CN")
    assert "数据库迁移" in shown.stdout and "Traceback" not in shown.stderr
    broken = pgc(lab / "LAYOUT", "doctor")
    assert broken.returncode == 2 and "✗" in broken.stdout and not broken.stderr


def test_looking_reveals_no_secret(lab: Path) -> None:
    """What the doctor prints may be sent to someone who helps."""
    shown = pgc(lab, "doctor").stdout + pgc(lab, "doctor", "--json").stdout
    for path in (lab / "secrets").iterdir():
        text = path.read_text()
        for secret in json.loads(text).values() if text.startswith("{") else [text.strip()]:
            assert len(secret) < 12 or secret not in shown
