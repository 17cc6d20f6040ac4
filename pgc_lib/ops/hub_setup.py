"""What a hub in containers needs on a machine before its first start: secrets, and an `.env` that fits the machine."""

import os
from dataclasses import dataclass
from pathlib import Path

from pgc_lib.errors import NotFound
from pgc_lib.i18n import _, lang
from pgc_lib.ops import hub_secrets
from pgc_lib.ops.containers import Stack, read_environment
from pgc_lib.stores.engines.trouble import explained

_EXAMPLE = ".env.example"
_SOCKET = "/var/run/docker.sock"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `init` made."""

    new: tuple[str, ...]
    kept: tuple[str, ...]
    environment: tuple[str, ...]
    """The variables that were added to `.env`."""


def secrets_folder(stack: Stack) -> Path:
    """Where the secrets are."""
    return (stack.folder / stack.setting("PGC_SECRETS", "secrets")).absolute()


def prepare(stack: Stack, *, rotate: bool = False) -> Prepared:
    """Make what is missing; what is there is never overwritten unless it is to be rotated."""
    added = _environment(stack)
    user = int(stack.setting("PGC_UID", str(_user())))
    made = hub_secrets.make(
        secrets_folder(stack), rotate=rotate, user=user if os.geteuid() == 0 else None
    )
    return Prepared(made.new, made.kept, added)


def check(stack: Stack) -> None:
    """Refuse a start without secrets."""
    if missing := hub_secrets.missing_in(secrets_folder(stack)):
        raise NotFound(
            _("These secrets of the hub are missing: {names}.", names=", ".join(missing)),
            next_step=_("Make them: pgc hub init"),
        )


def settle(stack: Stack) -> None:
    """After a start that went well: forget the passwords before."""
    hub_secrets.settle(secrets_folder(stack))


def _environment(stack: Stack) -> tuple[str, ...]:
    """Write what is special on this machine into `.env`, once; a person's own lines stay."""
    file = stack.environment
    wanted = {
        "PGC_UID": str(_user()),
        "PGC_GID": str(_user() if os.geteuid() == 0 else os.getegid()),
        "DOCKER_GID": str(_group_of_docker(stack.setting("DOCKER_SOCKET", _SOCKET))),
        "PGC_LANG": lang(),
    }
    known = read_environment(file)
    added = {name: value for name, value in wanted.items() if name not in known}
    if not added:
        return ()
    with explained(file):
        example = stack.folder / _EXAMPLE
        before = (file if file.exists() else example).read_text(encoding="utf-8")
        lines = "\n".join(f"{name}={value}" for name, value in added.items())
        file.write_text(
            f"{before.rstrip()}\n\n# Found on this machine by `pgc hub init`.\n{lines}\n",
            encoding="utf-8",
        )
    return tuple(added)


def _user() -> int:
    return os.geteuid() or hub_secrets.SERVICE_USER


def _group_of_docker(socket: str) -> int:
    """The group that may use Docker's socket; root's where the socket is elsewhere, as in a virtual machine."""
    try:
        return Path(socket).stat().st_gid
    except OSError:
        return 0
