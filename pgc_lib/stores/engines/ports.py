"""The ports of the engines on 127.0.0.1: chosen free, remembered, chosen again when taken."""

import json
import random
import socket
from pathlib import Path

from pgc_lib.errors import EngineError
from pgc_lib.i18n import _
from pgc_lib.stores.engines.folder import write_whole

HOST = "127.0.0.1"

# Below the range from which systems take the ports of outgoing connections, so that a remembered
# port is seldom taken while the engines are stopped.
_RANGE = range(15000, 32000)
_TRIES = 200


class Ports:
    """The remembered ports, kept in `run.json`; a damaged file only means choosing anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ports = _read(path)

    def get(self, name: str) -> int | None:
        """The port remembered for an engine."""
        return self._ports.get(name)

    def keep(self, name: str, port: int) -> None:
        """Remember a port; nothing new is not written, so that attaching works on a full disk."""
        if self._ports.get(name) == port:
            return
        self._ports[name] = port
        write_whole(
            self._path, json.dumps({name: {"port": port} for name, port in self._ports.items()})
        )


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_free() -> int:
    """A port on which nobody listens at this moment."""
    for port in random.sample(_RANGE, _TRIES):
        if is_free(port):
            return port
    raise EngineError(
        _("No free port was found on {host}.", host=HOST),
        next_step=_("Stop programs that listen on many ports, then start again."),
    )


def _read(path: Path) -> dict[str, int]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = {str(name): int(entry["port"]) for name, entry in content.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # damaged: the engines themselves know their ports, or get new ones
    return {name: port for name, port in found.items() if 0 < port < 65536}
