"""Zip archives: with and without a password, cut off, or made to do harm."""

import zipfile
from pathlib import Path

import pytest
import pyzipper

from pgc_lib.errors import Invalid
from pgc_lib.exchange import archives
from pgc_lib.lab import Lab
from tests.support.lab import House, Person
from tests.unit.exchange.test_banks import MEITUAN


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A lab that keeps nothing of what is looked at."""
    return house.lab(person())


def zipped(path: Path, password: str | None = None, encryption: int | None = None) -> Path:
    with pyzipper.AESZipFile(
        path, "w", compression=pyzipper.ZIP_DEFLATED, encryption=encryption
    ) as archive:
        if password:
            archive.setpassword(password.encode())
        archive.writestr("美团账单.csv", MEITUAN)
    return path


def test_a_plain_archive_is_opened(lab: Lab, tmp_path: Path) -> None:
    """And what was unpacked is gone when nobody looks at it any more."""
    seen = lab.import_file(zipped(tmp_path / "a.zip"))
    assert (seen.importer, seen.new, seen.path.name) == ("meituan", 2, "美团账单.csv")


def test_aes_asks_for_its_password(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told in the call, or asked for where there is somebody to ask; a wrong one is told."""
    path = zipped(tmp_path / "b.zip", "123456", pyzipper.WZ_AES)
    with pytest.raises(archives.Wanted, match="password"):
        lab.import_file(path)
    with pytest.raises(Invalid, match="password"):
        lab.import_file(path, password="000000")
    assert lab.import_file(path, password="123456").new == 2
    asked: list[str] = []
    monkeypatch.setattr(archives, "ASK", lambda: lambda prompt: asked.append(prompt) or "123456")
    assert lab.import_file(path).new == 2 and "b.zip" in asked[0]


def test_an_archive_that_is_cut_off_is_told(lab: Lab, tmp_path: Path) -> None:
    """At any point."""
    whole = zipped(tmp_path / "c.zip").read_bytes()
    for keep in (30, len(whole) // 2, len(whole) - 5):
        path = tmp_path / "cut.zip"
        path.write_bytes(whole[:keep])
        with pytest.raises(Invalid):
            lab.import_file(path)
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    path.write_bytes(bytes(damaged))
    with pytest.raises(Invalid):
        lab.import_file(path)


def test_a_bomb_is_refused_before_it_goes_off(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what it says of itself, and by what it really unpacks to."""
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("x.csv", "w") as file,
    ):
        for _piece in range(100):
            file.write(b"0" * (1 << 20))
    with pytest.raises(Invalid, match="harm"):
        lab.import_file(path)
    # The sizes in the archive lie: what comes out is counted all the same.
    monkeypatch.setattr(archives, "_SMALL", 1 << 20)
    real = archives.within_limits
    calls: list[int] = []

    def only_counting(where: Path, size: int, packed: int) -> None:
        calls.append(size)
        if len(calls) > 1:
            real(where, size, packed)

    monkeypatch.setattr(archives, "within_limits", only_counting)
    with pytest.raises(Invalid, match="harm"):
        lab.import_file(path)
    assert max(calls[1:]) < 30 << 20, "of a hundred megabytes"


def test_an_archive_of_several_files_is_told(lab: Lab, tmp_path: Path) -> None:
    """Which of them was meant is for the person to say."""
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", MEITUAN)
        archive.writestr("../b.csv", MEITUAN)
        archive.writestr("__MACOSX/c.csv", "x")
    with pytest.raises(Invalid) as error:
        lab.import_file(path)
    assert len(error.value.problems) == 2
