"""What a person reads when the containers cannot run, and what is asked of compose when they can.

A small program stands on PATH in place of `docker`, and says what the real one said.
"""

import re
from pathlib import Path

import pytest

from pgc_lib.errors import EngineError, FullDisk, NotFound
from pgc_lib.ops import hub_setup
from pgc_lib.ops.containers import Service, Stack, read_environment, trouble

ROOT = Path(__file__).parents[3]

SAID = {
    "no engine": (
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        EngineError,
        "does not answer",
    ),
    "not allowed": (
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
        EngineError,
        "group docker",
    ),
    "port": (
        "Error response from daemon: driver failed programming external connectivity on endpoint pgc-proxy-1: Bind for 127.0.0.1:8000 failed: port is already allocated",
        EngineError,
        "PGC_HUB_PORT",
    ),
    "another port": (
        "failed to bind host port for 127.0.0.1:8000: listen tcp4 127.0.0.1:8000: bind: address already in use",
        EngineError,
        "8000",
    ),
    "disk": (
        "failed to register layer: write /opt/pgc/lib: no space left on device",
        FullDisk,
        "docker system prune",
    ),
    "anything else": ("unknown shorthand flag: 'x' in -x", EngineError, "unknown shorthand flag"),
}


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only program on PATH is ours, which says what the test writes into it."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    for name in ("COMPOSE_FILE", "COMPOSE_ENV_FILES", "PGC_HUB_PORT", "PGC_BIND", "PGC_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    return program


def says(program: Path, script: str) -> None:
    """Let the program do this."""
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


@pytest.mark.parametrize("name", SAID)
def test_complaints_become_advice(name: str) -> None:
    """Each says what happened and what to do next."""
    said, kind, words = SAID[name]
    error = trouble(said, ["docker", "compose", "up"], "8000")
    assert type(error) is kind
    assert words in str(error)
    assert error.next_step


def test_without_docker_there_is_another_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has no Docker is told of the hub that needs none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotFound, match="--local"):
        Stack(tmp_path).check()


def test_an_old_compose_is_refused(docker: Path, tmp_path: Path) -> None:
    """The first compose does not know what our file says."""
    says(docker, 'echo "1.29.2"')
    says(docker.with_name("docker-compose"), 'echo "1.29.2"')
    with pytest.raises(NotFound, match="compose"):
        Stack(tmp_path).check()


def test_a_compose_that_stands_alone_is_enough(docker: Path, tmp_path: Path) -> None:
    """`docker compose` fails, `docker-compose` is new enough."""
    says(docker, "exit 1")
    says(docker.with_name("docker-compose"), 'echo "2.40.3"')
    assert Stack(tmp_path).program == [str(docker.with_name("docker-compose"))]


def test_a_silent_engine_is_named(docker: Path, tmp_path: Path) -> None:
    """The check goes as far as the engine."""
    says(
        docker,
        f'[ "$1" = compose ] && echo 2.40.3 && exit 0; echo "{SAID["no engine"][0]}" >&2; exit 1',
    )
    with pytest.raises(EngineError, match="does not answer"):
        Stack(tmp_path).check()


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, docker: Path
) -> None:
    """As compose does it, so that both speak of the same hub."""
    (tmp_path / ".env").write_text("PGC_HUB_PORT=9000\nPGC_BIND='0.0.0.0'\n#PGC_PROJECT=x\n")
    stack = Stack(tmp_path)
    assert stack.address == "http://127.0.0.1:9000"
    assert stack.people == "pgc-people"
    monkeypatch.setenv("PGC_HUB_PORT", "9001")
    assert stack.address == "http://127.0.0.1:9001"


@pytest.mark.parametrize(
    ("service", "well"),
    [
        (Service("hub", "running", "healthy", ""), True),
        (Service("worker", "running", "", ""), True),
        (Service("hub", "running", "starting", ""), False),
        (Service("hub", "restarting", "", ""), False),
        (Service("prepare", "exited", "0", ""), True),
        (Service("prepare", "exited", "1", ""), False),
        (Service("worker", "exited", "", ""), False),
    ],
)
def test_when_a_service_is_well(service: Service, well: bool) -> None:
    """The one that does its work and ends is well when it ended well."""
    assert service.well is well


def test_init_fits_the_machine_and_keeps_what_was_set(docker: Path, tmp_path: Path) -> None:
    """The example is copied, what was found is added once, a person's own line stays."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env.example").write_text(example, encoding="utf-8")
    stack = Stack(tmp_path)
    first = hub_setup.prepare(stack)
    assert {"PGC_UID", "PGC_GID", "DOCKER_GID", "PGC_LANG"} == set(first.environment)
    file = tmp_path / ".env"
    file.write_text(file.read_text(encoding="utf-8").replace("PGC_LANG=", "PGC_LANG=en #"))
    before = file.read_text(encoding="utf-8")
    again = hub_setup.prepare(stack)
    assert not again.new and not again.environment
    assert file.read_text(encoding="utf-8") == before


def test_a_start_without_secrets_names_them(tmp_path: Path, docker: Path) -> None:
    """And the command that makes them."""
    with pytest.raises(NotFound, match="hub_secret") as caught:
        hub_setup.check(Stack(tmp_path))
    assert "pgc hub init" in caught.value.next_step


def test_every_variable_of_the_compose_file_can_be_set() -> None:
    """What docker-compose.yml reads stands in .env.example, or is found by `init`, or is for tests."""
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{([A-Z_]+)", compose))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    told = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    found = {"PGC_UID", "PGC_GID", "DOCKER_GID"}
    assert used - told - found == {"PGC_PROJECT", "PGC_TAG", "PGC_SECRETS", "DOCKER_SOCKET"}


def test_reading_an_environment_file(tmp_path: Path) -> None:
    """Comments and empty lines are passed over, quotes taken off."""
    file = tmp_path / ".env"
    file.write_text("# a=b\n\nA=1\nB='two words'\nC=\"x=y\"\n", encoding="utf-8")
    assert read_environment(file) == {"A": "1", "B": "two words", "C": "x=y"}
    assert read_environment(tmp_path / "none") == {}
