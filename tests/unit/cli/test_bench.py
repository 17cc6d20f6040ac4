"""The face of `pgc bench`; never a time, which only a quiet machine could promise."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from pgc_lib.cli.app import run

KEYS = ["name", "ours", "peer", "theirs", "ratio", "unit", "n"]


def lines_of(capsys: pytest.CaptureFixture[str], words: Sequence[str]) -> list[str]:
    """What the command prints."""
    assert run(["bench", *words]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_list_names_every_figure_with_its_goal(capsys: pytest.CaptureFixture[str]) -> None:
    """For people and for programs; a topic names several."""
    listed = [json.loads(line) for line in lines_of(capsys, ["--list", "--json"])]
    names = [figure["name"] for figure in listed]
    assert {
        "import_time",
        "open_running",
        "engines_cold",
        "bulk_add",
        "frame",
        "rights_aggregate",
    } <= {*names}
    assert {"start", "bulk", "frames", "rights", "gateway"} <= {one["topic"] for one in listed}
    for figure in listed:
        sign, limit = figure["goal"].split()
        assert sign in ("<=", ">=") and float(limit) > 0 and figure["help"] and figure["peer"]
    plain = lines_of(capsys, ["--list"])
    assert [line.split()[0] for line in plain] == names
    assert len(lines_of(capsys, ["rights", "--list"])) == 3


def test_a_figure_is_one_object_with_seven_values(capsys: pytest.CaptureFixture[str]) -> None:
    """Exactly the agreed ones, and the ratio is ours through theirs."""
    [line] = lines_of(capsys, ["import_memory", "--quick", "--json"])
    figure = json.loads(line)
    assert list(figure) == KEYS and figure["name"] == "import_memory"
    assert figure["ratio"] == pytest.approx(figure["ours"] / figure["theirs"], rel=1e-3)
    [line] = lines_of(capsys, ["import_memory", "--quick"])
    assert line[0] in "✓✗" and "import_memory" in line and "MB" in line


def test_an_unknown_figure_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With the way to the list."""
    assert run(["bench", "nothing"]) == 2
    assert "--list" in capsys.readouterr().err


@pytest.mark.slow
def test_a_figure_that_needs_engines_leaves_none_behind() -> None:
    """They are its own, and are gone with their folder."""
    command = [
        sys.executable,
        "-m",
        "pgc_lib.cli",
        "bench",
        "rights_point_read",
        "--quick",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=280)
    assert list(json.loads(done.stdout)) == KEYS
