"""The locks: complete, in agreement with each other and with pyproject.toml, and without an address."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pgc_lib.cli import lock
from pgc_lib.cli.boot.environment import LOCKS
from pgc_lib.cli.boot.packages import packages_in
from pgc_lib.errors import PgcError

_ROOT = Path(__file__).parents[3]
_PLACES = (
    {"sys_platform": "linux", "platform_machine": "x86_64"},
    {"sys_platform": "linux", "platform_machine": "aarch64"},
    {"sys_platform": "darwin", "platform_machine": "arm64"},
    {"sys_platform": "darwin", "platform_machine": "x86_64"},
)


def _pins(level: str, place: dict[str, str], python: str) -> dict[str, str]:
    """What a lock installs on a machine."""
    platform = {"linux": "Linux", "darwin": "Darwin"}[place["sys_platform"]]
    environment: dict[str, str] = {**default_environment(), **place, "os_name": "posix"}  # type: ignore[typeddict-item]
    environment |= {"python_version": python, "python_full_version": f"{python}.9"}
    environment |= {"platform_system": platform}
    found: dict[str, str] = {}
    for pin in packages_in((_ROOT / LOCKS[level]).read_text()):
        one = Requirement(pin)
        if one.marker is None or one.marker.evaluate(environment):
            assert one.name not in found, f"{one.name} is pinned twice for {place}"
            found[one.name] = str(one.specifier).removeprefix("==")
    return found


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("place", _PLACES, ids=lambda place: "-".join(place.values()))
def test_the_locks_agree(place: dict[str, str], python: str) -> None:
    """Adding the packages of the tests must not change what the person runs."""
    lab, hub, test = (_pins(level, place, python) for level in LOCKS)
    assert lab.items() <= hub.items() <= test.items()


@pytest.mark.parametrize("place", _PLACES, ids=lambda place: "-".join(place.values()))
def test_the_locks_hold_what_the_project_declares(place: dict[str, str]) -> None:
    """A dependency that was added or raised without `./pgc lock` would be missing on the next machine."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    environment = {**default_environment(), **place, "python_version": "3.12"}
    for level, lines in (
        ("lab", project["dependencies"]),
        ("hub", extras["hub"] + extras["s3"]),
        ("test", extras["test"] + extras["bench"]),
    ):
        pins = _pins(level, place, "3.12")
        for one in map(Requirement, lines):
            name = canonicalize_name(one.name)
            if name == "pgc-lab" or (one.marker and not one.marker.evaluate(environment)):
                continue
            assert name in pins, f"{name} is not in {LOCKS[level]}: run ./pgc lock"
            fits = one.specifier.contains(pins[name], prereleases=True)
            assert fits, f"{name} {pins[name]} does not meet {one}: run ./pgc lock"


@pytest.mark.parametrize("level", LOCKS)
def test_every_pin_carries_hashes(level: str) -> None:
    """pip refuses the whole lock if one is missing."""
    text = (_ROOT / LOCKS[level]).read_text()
    pins = re.split(r"\n(?=[a-z0-9])", text)
    assert len(pins) > 100
    assert all("--hash=sha256:" in pin for pin in pins if "==" in pin)


def test_a_compiled_lock_is_tidied() -> None:
    """Our header instead of uv's, and each option once, however often the smaller lock repeats it."""
    compiled = "# made by a tool\n--only-binary :all:\n--only-binary :all:\n\nalpha==1.0 \\\n    --hash=sha256:aa\n"
    lines = lock.tidy(compiled).splitlines()
    assert lines[0].startswith("# Pinned by `./pgc lock`")
    assert lines[1:] == ["--only-binary :all:", "alpha==1.0 \\", "    --hash=sha256:aa"]


@pytest.mark.parametrize(
    "line", ["alpha @ file:///x.whl", "--index-url https://example.org/simple"]
)
def test_a_lock_with_an_address_is_refused(line: str) -> None:
    """It would bind everyone to one place."""
    with pytest.raises(PgcError, match="address"):
        lock.tidy(f"{line}\n")
