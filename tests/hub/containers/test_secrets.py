"""Secrets are in files of those who need them: not in an image, not in what Docker tells, not in a log."""

import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.containers import ROOT, Hub

pytestmark = [pytest.mark.slow, pytest.mark.docker, pytest.mark.timeout(1500)]
IMAGES = ("pgc-services:ci", "pgc-person:ci", "pgc-proxy:ci", "pgc-postgres:ci")


@pytest.fixture
def values(hub: Hub, tmp_path: Path) -> Path:
    """A file with every secret of the hub, a line each, for grep."""
    hub.person("anna").start()
    file = tmp_path / "values"
    file.touch(mode=0o600)
    file.write_text("\n".join(hub.secret_values()), encoding="utf-8")
    return file


def found_in(text: str, values: Path) -> list[str]:
    """Which secrets a text holds."""
    return [value for value in values.read_text(encoding="utf-8").splitlines() if value in text]


def test_docker_tells_no_secret(hub: Hub, values: Path) -> None:
    """`docker inspect` of each container, a person's too, and the configuration that compose shows."""
    names = hub.run("docker", "ps", "--all", "--quiet").split()
    assert found_in(hub.run("docker", "inspect", *names), values) == []
    assert found_in(hub.stack.compose("config"), values) == []


def test_no_command_line_holds_a_secret(hub: Hub, values: Path) -> None:
    """Every process of the machine, which sees into its containers."""
    lines = [
        path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.exists()
    ]
    assert found_in("\n".join(lines), values) == []


def test_logs_hold_no_secret(hub: Hub, values: Path) -> None:
    """What the services wrote so far."""
    assert found_in(hub.stack.compose("logs", "--no-color"), values) == []


def test_images_hold_no_secret_and_no_address(hub: Hub, values: Path) -> None:
    """Every layer, every setting and the history of each image; nor the machine's pip settings."""
    with subprocess.Popen(["docker", "save", *IMAGES], stdout=subprocess.PIPE) as saving:
        grep = ["grep", "--text", "--count", "--fixed-strings", f"--file={values}"]
        counted = subprocess.run(
            grep, stdin=saving.stdout, capture_output=True, text=True, check=False
        )
    assert counted.stdout.strip() == "0"
    told = hub.run("docker", "image", "inspect", *IMAGES)
    told += "".join(hub.run("docker", "history", "--no-trunc", image) for image in IMAGES)
    assert found_in(told, values) == []
    assert not re.search(r"index-url|find-links|_PROXY|_proxy|PIP_", told)
    look = "test ! -s /etc/pip.conf && test ! -e /root/.npmrc && echo clean"
    for image in IMAGES:
        shown = hub.run("docker", "run", "--rm", "--entrypoint", "sh", image, "-c", look)
        assert shown.strip() == "clean", image


def test_files_of_secrets_are_closed(hub: Hub) -> None:
    """0600 in a folder of 0700."""
    assert stat.S_IMODE(hub.secrets.stat().st_mode) == 0o700
    files = [path for path in hub.secrets.iterdir() if path.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_each_service_sees_its_own_alone(hub: Hub) -> None:
    """The gateway cannot read the owner's login, the worker not the master secret, the proxy one token."""
    seen = {
        service: set(
            hub.run("docker", "exec", hub.container(service), "ls", "/run/secrets").split()
        )
        for service in ("proxy", "worker", "beat", "culler", "hub", "gateway")
    }
    assert seen["proxy"] == {"proxy_token"}
    assert seen["culler"] == {"culler_token"}
    assert seen["beat"] == {"worker_url", "redis_url", "worker_token"}
    assert seen["worker"] == seen["beat"] | {"smtp_password"}
    assert seen["gateway"] == {"hub_secret", "gateway_url", "gateway_redis_url", "model_key"}
    assert not seen["hub"] & {"postgres_url", "postgres_password", "model_key", "worker_url"}


def test_nothing_but_code_goes_to_the_builder() -> None:
    """The folder of secrets, `.env` and the history are outside of every build."""
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("*\n", 1)[1]
    assert not re.search(r"^!(\.env|secrets|\.git|\*)", allowed, re.MULTILINE)
