"""`pgc settings`: all of them, where they came from, no secret, and an answer even when something is broken."""

import json
from pathlib import Path
from typing import Any

import pytest

from pgc_lib import i18n
from pgc_lib.cli.app import run
from pgc_lib.settings import SETTINGS

CANARY = "canary-in-the-mine"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of the test's own, English, wide lines, and nothing set from outside."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.setenv("PGC_DATA", str(tmp_path))
    monkeypatch.setenv("PGC_LANG", "en")
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(i18n, "_preferred", "")


def shown(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> tuple[str, str]:
    """What the command writes, on both channels."""
    assert run(["settings", *words]) == status
    found = capsys.readouterr()
    return found.out, found.err


def data(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown(capsys, "--json", *words, status=status)[0])
    return found


def test_every_setting_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One line each: value, source, default and purpose."""
    (tmp_path / "pgc.toml").write_text('model_name = "qwen"')
    monkeypatch.setenv("PGC_PORT", "9000")
    out, err = shown(capsys)
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    for setting in SETTINGS:
        assert setting.help in lines[setting.name]
    assert lines["port"].split()[1:4] == ["9000", "PGC_PORT", "8888"]
    assert lines["model_name"].split()[1:3] == ["qwen", str(tmp_path / "pgc.toml")]
    assert lines["engines_idle_stop"].split()[1:3] == ["0", "default"]
    assert f"Read from {tmp_path}/pgc.toml." in out and err == ""


def test_secrets_are_not_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for a person and not for a program; only that there is one."""
    for setting in SETTINGS:
        if setting.secret:
            monkeypatch.setenv(setting.variable, f"redis://u:{CANARY}@h")
    for words in ((), ("--json",)):
        out, err = shown(capsys, *words)
        assert CANARY not in out + err and "••••••" in out
    table = {one["name"]: one for one in data(capsys)["settings"]}
    assert (table["redis_url"]["value"], table["redis_url"]["from"]) == ("••••••", "PGC_REDIS_URL")
    assert table["redis_url"]["secret"] and not table["port"]["secret"]


def test_for_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Everything with its type, and the file that counts."""
    found = data(capsys)
    assert found["file"] == str(tmp_path / "pgc.toml") and found["errors"] == found["unknown"] == []
    assert [one["name"] for one in found["settings"]] == [setting.name for setting in SETTINGS]
    table = {one["name"]: one["value"] for one in found["settings"]}
    assert (table["port"], table["redis_url"], table["data"]) == (8888, None, str(tmp_path))


def test_only_some(capsys: pytest.CaptureFixture[str]) -> None:
    """By name; a slip is answered with what is near."""
    assert [one["name"] for one in data(capsys, "port", "lang")["settings"]] == ["lang", "port"]
    _out, err = shown(capsys, "prot", status=2)
    assert err == "There is no setting prot.\n→ Did you mean port?\n"
    assert "lists all of them" in shown(capsys, "xyzzy", status=2)[1]


def test_it_works_when_settings_are_broken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is what the errors tell people to run, so it must show the table and every error."""
    (tmp_path / "pgc.toml").write_text("prot = 1")
    monkeypatch.setenv("PGC_PORT", "many")
    out, err = shown(capsys, status=1)
    assert "engines_idle_stop" in out
    assert "names unknown settings: prot" in err and "is 'many'" in err
    assert len(data(capsys, status=1)["errors"]) == 2


def test_variables_that_mean_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual reason why a setting seems to be ignored."""
    monkeypatch.setenv("PGC_PROT", "1")
    _out, err = shown(capsys)
    assert err == "There is no setting for the variable PGC_PROT. Did you mean PGC_PORT?\n"
    assert data(capsys)["unknown"] == [{"variable": "PGC_PROT", "meant": "PGC_PORT"}]


def test_another_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`--data` shows what would hold there."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "pgc.toml").write_text("port = 7")
    table = {one["name"]: one["value"] for one in data(capsys, "--data", str(other))["settings"]}
    assert (table["data"], table["port"]) == (str(other), 7)


def test_in_chinese(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By PGC_LANG, and by the file that the command itself shows."""
    monkeypatch.setenv("PGC_LANG", "zh-CN")
    assert "存放这个实验室全部内容的文件夹" in shown(capsys)[0]
    monkeypatch.delenv("PGC_LANG")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pgc.toml").write_text('lang = "zh"')
    assert f"读自 {tmp_path}/pgc.toml。" in shown(capsys)[0]
