"""`pgc lab`, `status` and `stop`, as a person runs them: real engines, real JupyterLab, real signals."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pgc_lib
from pgc_lib.automation.http import call
from pgc_lib.cli import report
from pgc_lib.core import events
from pgc_lib.notebook.jupyter import Place
from pgc_lib.stores.engines import process
from tests.support.jupyterlab import LabProcess, new_data, pgc, started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

_SOON = 30


@pytest.fixture(scope="module")
def data(prepared_data: Path) -> Iterator[Path]:
    """A lab that was started before, so that each test starts it warm."""
    with new_data(prepared_data) as folder:
        with pgc_lib.open(data=folder):
            pass
        yield folder


def _status(data: Path) -> Any:
    """What `pgc status --json` prints, without a process for each look."""
    return json.loads(report.as_json(report.look(data)))


def _left(data: Path) -> list[int]:
    """What still runs for the lab, beside its engines."""
    return process.all_bearing([Place(data).mark])


def _soon(condition: Any) -> bool:
    deadline = time.monotonic() + _SOON
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(met)


def _open(address: str) -> int:
    """Ask for what Lab asks when it is opened."""
    place, _lab, token = address.partition("/lab?token=")
    return call("GET", f"{place}/pgc/api/desk", token=token).status


def _waiting(data: Path) -> list[int]:
    """The kernels that wait for dashboards."""
    return [pid for pid in _left(data) if "warm.waiting" in process.command_line(pid)]


def test_the_life_of_a_lab() -> None:
    """From an empty folder to a stopped lab: each command says what it found and did."""
    with new_data() as data:
        assert _status(data)["person"] is None
        with started(data) as lab:
            done = pgc(data, "status", "--json")
            assert done.returncode == 0, done.stderr
            found = json.loads(done.stdout)
            assert lab.address.startswith(found["lab"]["address"].partition("?")[0])
            assert {engine["state"] for engine in found["engines"]} == {"running"}
            assert "welcome.ipynb" in lab.address

            again = pgc(data, "lab", "--no-browser")
            assert again.returncode == 0
            assert "running already" in again.stdout
            assert found["lab"]["address"] in again.stdout

            with pgc_lib.open(data=data) as mine:
                todo = mine.todos.add(title="seen by the relay")
                seen = events.events(mine.session)
                carried = [(todo.id,)]
                assert _soon(
                    lambda: [event.records for _place, event in seen.read()][-1:] == carried
                ), "the relay carries nothing"

            assert lab.interrupt() == 0
        assert _left(data) == []
        found = _status(data)
        assert found["lab"] is None and found["relay"] is None
        assert {engine["state"] for engine in found["engines"]} == {"running"}
        stopped = pgc(data, "stop")
        assert "PostgreSQL" in stopped.stdout and "Valkey" in stopped.stdout
        assert {engine["state"] for engine in _status(data)["engines"]} == {"stopped"}
        assert "Nothing was running" in pgc(data, "stop").stdout


def _end(lab: LabProcess, number: signal.Signals) -> None:
    """Close the terminal, or log out: no server is left behind."""
    lab.process.send_signal(number)
    assert lab.process.wait(_SOON) == 0
    assert _left(lab.data) == []


def test_a_killed_command_leaves_a_lab_that_is_found_again(data: Path) -> None:
    """Nothing can clean up after a kill -9; the next command must."""
    with started(data, dashboards_ready=1) as lab:
        assert _open(_status(data)["lab"]["address"]) == 200
        # Whoever opens Lab may want a dashboard next: a kernel gets ready for it, and ends with the rest.
        assert _soon(lambda: _waiting(data))
        lab.process.kill()
        lab.process.wait()
        assert _left(data)
        assert "running already" in pgc(data, "lab", "--no-browser").stdout
        assert "JupyterLab" in pgc(data, "stop").stdout
        assert _left(data) == []


def test_stop_from_elsewhere_ends_the_command(data: Path) -> None:
    """`pgc stop` in a second terminal: the first one comes back by itself, without an error."""
    with started(data) as lab:
        assert "JupyterLab" in pgc(data, "stop").stdout
        assert lab.process.wait(_SOON) == 0
        assert _left(data) == []


def test_a_server_that_dies_is_reported(data: Path) -> None:
    """Killed for lack of memory, say: the person is told, and nothing else goes on running."""
    with started(data) as lab:
        assert _soon(lambda: _status(data)["relay"] is not None)
        process.send([_status(data)["lab"]["pid"]], signal.SIGKILL)
        assert lab.process.wait(_SOON) == 1
        assert lab.process.stdout is not None
        assert "ended by itself" in lab.process.stdout.read()
        assert _left(data) == []


def test_a_relay_that_dies_is_started_again_and_a_closed_terminal_ends_all(data: Path) -> None:
    """Events must not stop for the rest of the day."""
    with started(data) as lab:
        assert _soon(lambda: _status(data)["relay"])
        first = _status(data)["relay"]
        process.send([first], signal.SIGKILL)
        assert _soon(lambda: _status(data)["relay"] not in (None, first))
        _end(lab, signal.SIGHUP)


def test_a_taken_port_is_no_obstacle_and_a_request_to_end_is_heard(data: Path) -> None:
    """The next free one is used, and the person is told."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started(data, "--port", str(port)) as lab:
            assert _status(data)["lab"]["port"] != port
            _end(lab, signal.SIGTERM)


def test_an_impossible_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """A mistake is told at once, with what is possible."""
    done = pgc(tmp_path / "new", "lab", "--no-browser", "--port", "70000")
    assert done.returncode == 1
    assert "70000" in done.stderr and "65535" in done.stderr
    assert not (tmp_path / "new").exists()


def test_an_unwritable_place_is_explained(tmp_path: Path) -> None:
    """No traceback: what is wrong, and the next step."""
    (tmp_path / "file").write_text("")
    done = pgc(tmp_path / "file" / "lab", "lab", "--no-browser", lang="zh-CN")
    assert done.returncode == 1
    assert "→" in done.stderr and "Traceback" not in done.stderr


def test_demo_twice_adds_nothing(demo_data: Path) -> None:
    """The made-up data must not double when the option is given again."""
    with new_data(demo_data) as data:
        assert "was loaded before" in pgc(data, "demo").stderr
