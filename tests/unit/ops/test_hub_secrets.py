"""The files of a hub's secrets: made once, closed, rotated without losing a way in."""

import os
import stat
from pathlib import Path

import pytest

from pgc_lib.errors import EngineError, SettingError
from pgc_lib.ops import hub_secrets


def test_made_once(tmp_path: Path) -> None:
    """A second call keeps every value: the engines know these passwords."""
    first = hub_secrets.make(tmp_path / "s")
    before = hub_secrets.values_in(tmp_path / "s")
    second = hub_secrets.make(tmp_path / "s")
    assert first.new and not first.kept
    assert second.kept == first.new and not second.new
    assert hub_secrets.values_in(tmp_path / "s") == before


def test_addresses_hold_the_passwords_that_images_are_given(tmp_path: Path) -> None:
    """The image makes its administrator with one file; the hub logs in with the other."""
    hub_secrets.make(tmp_path)
    values = hub_secrets.values_in(tmp_path)
    assert f":{values['postgres_password']}@postgres:5432/" in values["postgres_url"]
    assert f":{values['mongo_password']}@mongo:27017/" in values["mongo_url"]


def test_no_value_is_used_twice(tmp_path: Path) -> None:
    """A service that leaks its own opens nothing else."""
    hub_secrets.make(tmp_path)
    values = [value for value in hub_secrets.values_in(tmp_path).values() if value]
    passwords = [value.rpartition("@")[0].rpartition(":")[2] or value for value in values]
    assert len(set(passwords)) == len(passwords) - 2  # those that the images are given


def test_closed_to_others(tmp_path: Path) -> None:
    """0600 in 0700, whatever the umask says."""
    before = os.umask(0)
    try:
        hub_secrets.make(tmp_path / "s")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700
    for path in (tmp_path / "s").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_missing_file_alone_is_made_again(tmp_path: Path) -> None:
    """An update may need one more secret; the others stay."""
    hub_secrets.make(tmp_path)
    before = hub_secrets.values_in(tmp_path)
    (tmp_path / "culler_token").unlink()
    assert hub_secrets.missing_in(tmp_path) == ("culler_token",)
    assert hub_secrets.make(tmp_path).new == ("culler_token",)
    after = hub_secrets.values_in(tmp_path)
    assert after.pop("culler_token") != before.pop("culler_token")
    assert after == before


def test_rotation_keeps_what_seals(tmp_path: Path) -> None:
    """All passwords and tokens change; the master secret and what an administrator gave do not."""
    hub_secrets.make(tmp_path)
    (tmp_path / "model_key").write_text("given", encoding="utf-8")
    before = hub_secrets.values_in(tmp_path)
    hub_secrets.make(tmp_path, rotate=True)
    after = hub_secrets.values_in(tmp_path)
    same = {name for name, value in after.items() if value == before[name]}
    assert same == {"hub_secret", "admin_password", "model_key", "smtp_password"}


def test_rotation_remembers_every_way_in(tmp_path: Path) -> None:
    """Rotated twice without a start in between, the engine still knows the first password only."""
    hub_secrets.make(tmp_path)
    first = hub_secrets.values_in(tmp_path)["postgres_url"]
    hub_secrets.make(tmp_path, rotate=True)
    second = hub_secrets.values_in(tmp_path)["postgres_url"]
    hub_secrets.make(tmp_path, rotate=True)
    assert hub_secrets.values_in(tmp_path)["postgres_previous"].split() == [first, second]
    hub_secrets.settle(tmp_path)
    assert hub_secrets.values_in(tmp_path)["postgres_previous"] == ""


def test_a_rotation_that_broke_off_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at any file: the password in force is in a file still."""
    hub_secrets.make(tmp_path)
    in_force = hub_secrets.values_in(tmp_path)["mongo_url"]
    write = hub_secrets._write
    rotated = len(hub_secrets.values_in(tmp_path)) - len(hub_secrets._KEPT)
    for survived in range(rotated):
        written: list[str] = []

        def breaking(
            path: Path,
            value: str,
            user: int | None,
            *,
            limit: int = survived,
            done: list[str] = written,
        ) -> None:
            if len(done) == limit:
                raise OSError("killed")
            done.append(path.name)
            write(path, value, user)

        monkeypatch.setattr(hub_secrets, "_write", breaking)
        with pytest.raises(EngineError):
            hub_secrets.make(tmp_path, rotate=True)
        values = hub_secrets.values_in(tmp_path)
        assert in_force in (values["mongo_url"], *values["mongo_previous"].split())


def test_someone_elses_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made by root, used by another user: the sentence says who should run it."""
    hub_secrets.make(tmp_path)

    def closed(path: Path, **_options: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", closed)  # root, as whom tests may run, reads everything
    with pytest.raises(SettingError, match="pgc hub init"):
        hub_secrets.values_in(tmp_path)


def test_a_file_in_the_way_is_an_error_that_says_so(tmp_path: Path) -> None:
    """Nothing is overwritten."""
    (tmp_path / "s").write_text("mine", encoding="utf-8")
    with pytest.raises(EngineError):
        hub_secrets.make(tmp_path / "s")
    assert (tmp_path / "s").read_text(encoding="utf-8") == "mine"
