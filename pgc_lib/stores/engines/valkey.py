"""Valkey of one data folder: every write goes to its append-only file before it is answered.

It is asked over a plain socket: `redis` takes longer to import than everything else an attach does.
"""

import hashlib
import signal
import socket
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from pgc_lib.stores.engines import process
from pgc_lib.stores.engines.engine import Answer, Engine, Say, Site
from pgc_lib.stores.engines.folder import Folder, write_whole
from pgc_lib.stores.engines.ports import HOST
from pgc_lib.stores.engines.programs import Programs
from pgc_lib.stores.engines.trouble import explained

_ADMIN = "admin"
_TIMEOUT = 3


class Valkey(Engine):
    """The Valkey server of a lab."""

    name = "valkey"
    title = "Valkey"
    stop_signal = signal.SIGTERM
    kept_as = "redis_admin"

    def __init__(self, lab: Folder) -> None:
        super().__init__(lab)
        self._asked = 0
        """Connections that came from our own questions about clients."""

    def url(self, port: int) -> str:
        """How the administrator connects."""
        return f"redis://{_ADMIN}:{quote(self.password, safe='')}@{HOST}:{port}/0"

    def noted_pid(self) -> int | None:
        try:
            text = self._pid_file.read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        return int(text) if text.isascii() and text.isdecimal() else None

    def noted_port(self) -> int | None:
        """It keeps none; the lab remembers it."""
        return None

    def prepare(self, site: Site, say: Say) -> None:  # noqa: ARG002 (it takes no time to tell of)
        with explained(self.lab.root):
            process.end_all(self.marks, signal.SIGTERM, timeout=5)
            if not self.folder.exists():
                site.owner.make_folder(self.folder)
            elif self.folder.stat().st_uid != site.owner.uid:
                site.owner.take_tree(self.folder)
            self._pid_file.unlink(missing_ok=True)
            self._write_users()

    def set_password(self, site: Site) -> None:  # noqa: ARG002 (no program is needed)
        self._write_users()

    def command(self, port: int, site: Site) -> list[str | Path]:
        settings = {
            "bind": HOST,
            "port": str(port),
            "dir": _quoted(self.folder),
            "aclfile": _quoted(self._users_file),
            "pidfile": _quoted(self._pid_file),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "databases": "1",
            "timeout": "0",
        }
        config = self.lab.engines / "valkey.conf"
        with explained(self.lab.root):
            write_whole(config, "".join(f"{k} {v}\n" for k, v in settings.items()))
            site.owner.take(config)
        title = f"{{title}} {{listen-addr}} {' '.join(self.marks)}"
        return [site.programs.valkey, config, "--proc-title-template", title]

    def login(self, port: int) -> Answer:
        try:
            greeting, place = self._ask(port, "CONFIG GET dir")
        except ConnectionRefusedError:
            return Answer.REFUSED
        except OSError:
            return Answer.SILENT
        if isinstance(greeting, str) and greeting.startswith("-LOADING"):
            return Answer.BUSY
        if isinstance(place, str) and place.startswith("-LOADING"):
            return Answer.BUSY
        if not isinstance(place, list) or len(place) != 2:
            return Answer.STRANGER
        ours = self.folder.exists() and Path(place[1]).exists()
        return Answer.READY if ours and self.folder.samefile(place[1]) else Answer.STRANGER

    def running_version(self, port: int) -> str:
        return self._info(port, "server").get("valkey_version", "")

    def installed_version(self, programs: Programs) -> str:
        return programs.valkey_version

    def clients(self, port: int) -> tuple[int, int]:
        facts = self._info(port, "clients stats")
        self._asked += 1
        ever = int(facts["total_connections_received"]) - self._asked
        return int(facts["connected_clients"]) - 1, ever

    @property
    def _pid_file(self) -> Path:
        return self.folder / "valkey.pid"

    @property
    def _users_file(self) -> Path:
        return self.folder / "users.acl"

    def _write_users(self) -> None:
        """Nobody nameless, the administrator with the password in force, all others as they are."""
        kept: list[str] = []
        if self._users_file.exists():
            lines = self._users_file.read_text(encoding="utf-8").splitlines()
            kept = [line for line in lines if line.split(" ")[:2] not in _OURS and line.strip()]
        digest = hashlib.sha256(self.password.encode()).hexdigest()
        ours = ["user default reset", f"user {_ADMIN} reset on ~* &* +@all #{digest}"]
        write_whole(self._users_file, "\n".join((*ours, *kept, "")))

    def _info(self, port: int, section: str) -> dict[str, str]:
        _greeting, text = self._ask(port, f"INFO {section}")
        pairs = (line.partition(":") for line in str(text).splitlines() if ":" in line)
        return {name: value for name, _colon, value in pairs}

    def _ask(self, port: int, command: str) -> tuple[Any, Any]:
        """Log in and ask one thing; an error of the server is its text, `-` in front."""
        with socket.create_connection((HOST, port), timeout=_TIMEOUT) as connection:
            connection.sendall(f"AUTH {_ADMIN} {self.password}\r\n{command}\r\n".encode())
            with connection.makefile("rb") as stream:
                return _reply(stream), _reply(stream)


_OURS = (["user", "default"], ["user", _ADMIN])


def _reply(stream: IO[bytes]) -> Any:
    """One answer of the protocol: text, or a list of texts."""
    line = stream.readline().rstrip(b"\r\n").decode(errors="replace")
    if not line:
        raise ConnectionResetError(line)
    kind, rest = line[0], line[1:]
    if kind == "$":
        body = stream.read(int(rest) + 2)
        return body[:-2].decode(errors="surrogateescape")
    if kind == "*":
        return [_reply(stream) for _each in range(int(rest))]
    return line if kind == "-" else rest


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
