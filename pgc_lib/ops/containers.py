"""The hub's containers, by way of `docker compose`: whether they can run here, what runs, what went wrong.

Compose does the work; here its complaints become sentences that say what to do. Everything takes place in the
folder of `docker-compose.yml`, whose `.env` says what is special on this machine.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pgc_lib.errors import EngineError, FullDisk, NotFound
from pgc_lib.i18n import _

FILE = "docker-compose.yml"
ENVIRONMENT = ".env"
ONCE = frozenset({"prepare"})
"""Services that do their work and end."""
_WAIT_SECONDS = 300
_STOP_SECONDS = 8
_LAST_LINES = 15


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the hub: what it is doing, and whether that is right."""

    name: str
    state: str
    health: str
    detail: str

    @property
    def well(self) -> bool:
        """Whether it is as it should be."""
        if self.name in ONCE:
            return self.state == "exited" and self.health == "0"
        return self.state == "running" and self.health in ("", "healthy")


@dataclass(frozen=True)
class Stack:
    """The containers of one hub."""

    folder: Path

    @cached_property
    def program(self) -> list[str]:
        """`docker compose`, or a newer `docker-compose` that stands alone; both are refused if too old."""
        docker = shutil.which("docker")
        if docker is None:
            raise NotFound(
                _("There is no Docker on this machine."),
                next_step=_(
                    "Install Docker with its compose plug-in, or use `pgc hub --local`, which needs none."
                ),
            )
        for command in ([docker, "compose"], [shutil.which("docker-compose") or ""]):
            if command[0] and _major(command) >= 2:  # the first with this format
                return command
        raise NotFound(
            _("Docker is here, but not its compose plug-in in version 2 or newer."),
            next_step=_("Install the package docker-compose-plugin (or docker-compose-v2)."),
        )

    def setting(self, name: str, default: str = "") -> str:
        """What compose would put for a variable: the environment first, then the file `.env`."""
        return os.environ.get(name) or read_environment(self.environment).get(name) or default

    @property
    def environment(self) -> Path:
        """The file with what is special on this machine."""
        return self.folder / (os.environ.get("COMPOSE_ENV_FILES") or ENVIRONMENT)

    @property
    def project(self) -> str:
        """What all of this hub's containers, networks and volumes are called after."""
        return self.setting("PGC_PROJECT", "pgc")

    @property
    def people(self) -> str:
        """The network of the persons' containers."""
        return f"{self.project}-people"

    @property
    def address(self) -> str:
        """Where a browser finds the hub."""
        host = self.setting("PGC_BIND", "127.0.0.1")
        shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 # shown, not listened on
        return f"http://{shown}:{self.setting('PGC_HUB_PORT', '8000')}"

    def compose(self, *words: str, show: bool = False) -> str:
        """Run compose; what it printed. With `show`, its progress goes to the person as well."""
        return self._run([*self.program, *words], show=show)

    def follow(self, *words: str) -> int:
        """Give compose the terminal; its exit status."""
        command = [*self.program, *words]
        try:
            return subprocess.run(command, cwd=self.folder, check=False).returncode
        except KeyboardInterrupt:
            return 0  # how one stops reading

    def docker(self, *words: str) -> str:
        """Run docker; what it printed."""
        return self._run(["docker", *words])

    def check(self) -> None:
        """Refuse early, with the reason, what cannot work: no compose, no engine, no room."""
        self.program  # noqa: B018 # found or refused
        self.docker("info", "--format", "{{.ServerVersion}}")

    def missing_images(self) -> list[str]:
        """The images of ours that were not built yet."""
        tag = self.setting("PGC_TAG", "latest")
        wanted = [f"pgc-{name}:{tag}" for name in ("postgres", "services", "proxy", "person")]
        there = set(self.docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split())
        return [image for image in wanted if image not in there]

    def build(self) -> None:
        """Build every image, that of the persons too."""
        self.compose("--profile", "build", "build", show=True)

    def up(self) -> None:
        """Start what is not running and wait until all of it is well."""
        try:
            self.compose("up", "--detach", "--wait", f"--wait-timeout={_WAIT_SECONDS}")
        except FullDisk:
            raise
        except EngineError as error:
            raise self._explained() or error from error
        if ill := self._explained():  # compose is content with less than we are
            raise ill

    def services(self) -> list[Service]:
        """Every service that was started, in the order of the file."""
        rows = [
            json.loads(line)
            for line in self.compose("ps", "--all", "--format", "json").splitlines()
            if line.startswith("{")
        ]
        found = {row["Service"]: _service(row) for row in rows}
        order = self.compose("config", "--services").split()
        return [found.get(name, Service(name, "–", "", _("not started"))) for name in sorted(order)]

    def persons(self) -> list[str]:
        """The running containers of persons, by name."""
        return self._containers("--filter", "status=running")

    def down(self, *, volumes: bool = False) -> None:
        """Stop everything; the persons' containers first and together, for they hold on to the network."""
        persons = self._containers("--all")
        if persons:
            self.docker("stop", f"--time={_STOP_SECONDS}", *persons)
            for name in persons:  # one that removes itself when it ends may be gone by now
                self._try("rm", "--force", name)
        self.compose("down", *(["--volumes"] if volumes else []))
        if volumes and (homes := self.homes()):
            self.docker("volume", "rm", *homes)

    def homes(self) -> list[str]:
        """The volumes with the persons' files."""
        name = f"name=^{self.project}-home-"
        return self.docker("volume", "ls", "--quiet", "--filter", name).split()

    def _containers(self, *options: str) -> list[str]:
        """What is on the persons' network and was not started by compose."""
        form = '{{.Names}} {{.Label "com.docker.compose.config-hash"}}'
        shown = self.docker("ps", *options, "--filter", f"network={self.people}", "--format", form)
        return [words[0] for line in shown.splitlines() if len(words := line.split()) == 1]

    def _try(self, *words: str) -> None:
        subprocess.run(["docker", *words], capture_output=True, check=False)

    def _run(self, command: Sequence[str], *, show: bool = False) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdout=None if show else subprocess.PIPE,
            stderr=None if show else subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise trouble(
                done.stderr or done.stdout or "", command, self.setting("PGC_HUB_PORT", "8000")
            )
        return done.stdout or ""

    def _explained(self) -> EngineError | None:
        """What did not come up, with its last words; None when everything did."""
        ill = [one for one in self.services() if not one.well]
        if not ill:
            return None
        # Those that were never started only wait for the others.
        loud = [one for one in ill if one.state not in ("–", "created")] or ill
        words = "\n".join(
            self.compose("logs", "--no-log-prefix", f"--tail={_LAST_LINES}", one.name).strip()
            for one in loud[:2]
        )
        return EngineError(
            _("These services did not come up: {names}.", names=", ".join(one.name for one in ill))
            + f"\n{words}",
            next_step=_(
                "Read more with `pgc hub logs {name}`, correct it, then `pgc hub up`.",
                name=loud[0].name,
            ),
        )


def read_environment(file: Path) -> dict[str, str]:
    """The variables of an `.env` file."""
    if not file.is_file():
        return {}
    pairs = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines())
    return {
        name.strip(): value.strip().strip("'\"")
        for name, sign, value in pairs
        if sign and not name.lstrip().startswith("#")
    }


def trouble(said: str, command: Sequence[str], port: str) -> EngineError:
    """Our error for what docker or compose complained about."""
    text = said.lower()
    if "cannot connect to the docker daemon" in text or "is the docker daemon running" in text:
        return EngineError(
            _("The Docker engine does not answer."),
            next_step=_(
                "Start it (`sudo systemctl start docker`, or Docker Desktop), then try again."
            ),
        )
    if "permission denied" in text and "docker" in text and "sock" in text:
        return EngineError(
            _("This user may not talk to the Docker engine."),
            next_step=_(
                "Add the user to the group docker and log in again, or run the command as root."
            ),
        )
    if "port is already allocated" in text or "address already in use" in text:
        return EngineError(
            _("The port {port} is in use by another program.", port=port),
            next_step=_("Choose another one: set PGC_HUB_PORT in .env, then `pgc hub up`."),
        )
    if "no space left on device" in text:
        return FullDisk(
            _("No disk space is left for images or data."),
            next_step=_("Free some, for instance with `docker system prune`, then try again."),
        )
    last = [line for line in said.strip().splitlines() if line.strip()][-_LAST_LINES:]
    return EngineError(
        _("`{command}` failed.", command=" ".join([Path(command[0]).name, *command[1:]]))
        + "\n"
        + "\n".join(last),
        next_step=_("Correct what it says, then try again."),
    )


def _major(command: Sequence[str]) -> int:
    done = subprocess.run(
        [*command, "version", "--short"], capture_output=True, text=True, check=False
    )
    found = re.search(r"(\d+)\.\d+", done.stdout) if done.returncode == 0 else None
    return int(found[1]) if found else 0


def _service(row: dict[str, Any]) -> Service:
    name = row["Service"]
    health = str(row["ExitCode"]) if name in ONCE else row["Health"]
    return Service(name, row["State"], health, row["Status"])
