"""How a person's server runs: in a container with everything taken away that it does not need, or as a process.

Processes (`pgc hub --local`) of one operating-system user can read one another, the hub and its secrets: such a hub
is for people who trust each other. Where it runs as root, each person's server gets a user id of its own and can read
none of that; the network of the machine stays shared.
"""

import os
import sys
from pathlib import Path
from typing import Any

from traitlets import Unicode

from hub.desk import Desk
from hub.prompt import PromptContainer, PromptProcess

HOME = "/home/lab"
_FIRST_UID = 70_000
_MODULE = "pgc_lib.notebook.singleuser"
_ENDING = 4


def in_containers(c: Any, chosen: Any) -> None:
    """Configure DockerSpawner: one container a person, on a network of their own kind."""
    c.JupyterHub.spawner_class = PromptContainer
    # A hub that is restarted or updated finds the servers again; `pgc hub down` ends them.
    c.JupyterHub.cleanup_servers = False
    c.DockerSpawner.image = chosen.hub_image
    c.DockerSpawner.cmd = ["python", "-P", "-m", _MODULE]
    c.DockerSpawner.network_name = chosen.hub_network
    c.DockerSpawner.use_internal_ip = True
    c.DockerSpawner.remove = True
    # Our names are safe for Docker as they are, so a volume is called what its owner is called.
    c.DockerSpawner.escape = str
    c.DockerSpawner.name_template = f"{chosen.hub_network}-{{username}}"
    c.DockerSpawner.volumes = {chosen.hub_volume: HOME}
    c.DockerSpawner.mem_limit = chosen.hub_memory
    c.DockerSpawner.cpu_limit = float(chosen.hub_cpus)
    c.DockerSpawner.extra_host_config = {
        "pids_limit": chosen.hub_processes,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "read_only": True,
        "init": False,  # the image brings its own
        "tmpfs": {
            "/tmp": "rw,nosuid,nodev,mode=1777,size=512m",  # noqa: S108 (the container's own)
            "/run/pgc": "rw,noexec,nosuid,nodev,mode=0700,uid=1000,gid=1000,size=1m",
        },
        # Swap would let a person slow everyone down before the limit bites.
        "memswap_limit": chosen.hub_memory.lower(),
        "ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}],
    }
    c.Spawner.environment = {"PGC_DATA": HOME}
    c.Spawner.start_timeout = 120


def as_processes(c: Any, people: Path, desk: Desk) -> None:
    """Configure a process for each person, with a home below `people`."""
    c.JupyterHub.spawner_class = PersonProcess
    PersonProcess.desk = desk
    c.PersonProcess.people = str(people)
    c.Spawner.cmd = [sys.executable, *_marks(), "-P", "-m", _MODULE]
    c.Spawner.environment = {"PGC_DATA": lambda spawner: str(spawner.home)}
    c.Spawner.start_timeout = 90
    c.LocalProcessSpawner.interrupt_timeout = _ENDING
    c.LocalProcessSpawner.term_timeout = _ENDING
    c.LocalProcessSpawner.kill_timeout = 2


class PersonProcess(PromptProcess):
    """A server as a process with an environment and a home of its own."""

    people = Unicode(help="Below it each person has a folder.").tag(config=True)
    desk: Desk

    @property
    def home(self) -> Path:
        """The person's folder."""
        return Path(str(self.people)) / str(self.user.name)

    def make_preexec_fn(self, name: str) -> Any:
        """What the child does between fork and exec: become the person, in their folder."""
        account = self.desk.accounts.find(name)
        assert account is not None and account.number is not None
        uid = uid_of(account.number)
        # Whoever knows their home may pass to it; nobody may list who else has one.
        self.home.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.home.parent.chmod(0o711)
        self.home.mkdir(mode=0o700, exist_ok=True)
        if uid is not None:
            os.chown(self.home, uid, uid)
        home = str(self.home)

        def become() -> None:
            os.umask(0o077)
            if uid is not None:
                os.setgroups([])
                os.setgid(uid)
                os.setuid(uid)
            os.chdir(home)

        return become

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Whose process it is; nothing of the hub's own environment."""
        return env | {"USER": self.user.name, "LOGNAME": self.user.name, "HOME": str(self.home)}


def uid_of(number: int) -> int | None:
    """The system user of an account; None where processes cannot have one of their own."""
    return _FIRST_UID + number if separate_users() else None


def separate_users() -> bool:
    """Whether each person's processes can run as a user of their own: as root, with user ids to give, and code that others may read."""
    if os.geteuid() != 0 or not _can_be(_FIRST_UID):
        return False
    needed = [Path(sys.executable).absolute(), Path(sys.prefix), Path(__file__).absolute()]
    return all(_open_to_all(path) for path in needed)


def _can_be(uid: int) -> bool:
    """Whether this user id means something here; in some containers only the low ones do."""
    try:
        lines = Path("/proc/self/uid_map").read_text(encoding="utf-8").splitlines()
    except OSError:
        return True  # no Linux, no maps
    ranges = [tuple(map(int, line.split())) for line in lines]
    return any(first <= uid < first + count - 10_000 for first, _outside, count in ranges)


def _open_to_all(path: Path) -> bool:
    resolved = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in resolved.parents) and bool(
        resolved.stat().st_mode & 0o004
    )


def _marks() -> list[str]:
    """The mark of this lab, handed on, so that no server is forgotten should the hub be killed."""
    return [word for name in sys._xoptions for word in ("-X", _marked(name)) if name == "pgc-lab"]


def _marked(name: str) -> str:
    return f"{name}={sys._xoptions[name]}"
