"""As whom the engines run.

PostgreSQL rightly refuses to run as root: started by root, the engines run as an unprivileged
system user, and only their own folders belong to that user. Nothing above the data folder is ever touched.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgc_lib.errors import EngineError
from pgc_lib.i18n import _
from pgc_lib.stores.engines.trouble import strange_file_system

SYSTEM_USER = "pgc"
_LAST_RESORT = "nobody"
_NOBODY_MAY_LOG_IN = "/usr/sbin/nologin"


@dataclass(frozen=True, slots=True)
class Owner:
    """The system user that the engines run as."""

    uid: int
    gid: int
    name: str

    @property
    def is_me(self) -> bool:
        return self.uid == os.geteuid()

    def run_as(self) -> dict[str, Any]:
        """The arguments that make `subprocess` run a command as this user."""
        return {} if self.is_me else {"user": self.uid, "group": self.gid, "extra_groups": ()}

    def make_folder(self, folder: Path) -> None:
        """A new folder that this user alone may enter."""
        folder.mkdir(mode=0o700)
        try:
            folder.chmod(0o700)
            self.take(folder)
        except PermissionError as error:
            raise strange_file_system(folder) from error
        made = folder.stat()
        if made.st_uid != self.uid or made.st_mode & 0o077:
            raise strange_file_system(folder)

    def take(self, path: Path) -> None:
        """Give a file or folder to this user."""
        if not self.is_me:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def take_tree(self, folder: Path) -> None:
        """Give a folder with everything in it to this user, as after a copy made by root."""
        for place, folders, files in os.walk(folder):
            for name in (*folders, *files):
                self.take(Path(place, name))
        self.take(folder)

    def require(self, folder: Path) -> None:
        """Refuse a folder that this user cannot reach through all those above it."""
        if self.is_me:
            return
        done = subprocess.run(
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", folder],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            **self.run_as(),
        )
        if done.returncode:
            raise EngineError(
                _(
                    "The user {user}, who runs the engines, cannot reach {path}.",
                    user=self.name,
                    path=folder,
                ),
                next_step=_(
                    "Choose a folder outside closed ones with --data, for example /var/lib/pgc."
                ),
            )


def owner_for(cluster: Path) -> Owner:
    """The user of an existing cluster, else the one to make a new cluster with."""
    mine = os.geteuid()
    there = cluster.stat().st_uid if cluster.exists() else None
    if mine != 0:
        if there not in (None, mine):
            raise EngineError(
                _("{path} belongs to the user {user}.", path=cluster, user=_name_of(there)),
                next_step=_("Run this as that user, or choose another folder with --data."),
            )
        return Owner(mine, os.getegid(), _name_of(mine))
    if there:  # neither absent nor root's own, as a copy made by root is
        return Owner(there, cluster.stat().st_gid, _name_of(there))
    return _system_user()


def _system_user() -> Owner:
    for name in (SYSTEM_USER, _LAST_RESORT):
        if name == SYSTEM_USER and not _exists(name):
            _create(name)
        if _exists(name):
            entry = pwd.getpwnam(name)
            return Owner(entry.pw_uid, entry.pw_gid, name)
    raise EngineError(
        _("The engines cannot run as root, and there is no user to run them as."),
        next_step=_("Create a system user named {user}, then start again.", user=SYSTEM_USER),
    )


def _create(name: str) -> None:
    """Best effort: where it fails (a read-only /etc, no such tool) the last resort serves."""
    tool = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
    if tool is None:
        return
    subprocess.run(
        [
            *(tool, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"),
            *("--shell", _NOBODY_MAY_LOG_IN, name),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


def _exists(name: str) -> bool:
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def _name_of(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)
