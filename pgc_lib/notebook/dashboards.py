"""Serving the dashboards with Voilà: our template, nothing from other hosts, kernels that end with their page.

Voilà by itself lets in whoever reaches its port, which is every program and every person of the machine. So the page
is opened with the lab's token, which travels by a file and never by a command line.
"""

import os
import secrets
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from pgc_lib.errors import Unavailable
from pgc_lib.i18n import _
from pgc_lib.notebook import warm
from pgc_lib.notebook.jupyter import HOST, Place
from pgc_lib.notebook.look import SHARE
from pgc_lib.stores.engines.folder import write_whole
from pgc_lib.stores.engines.trouble import explained

__all__ = ["OPTIONS", "SHARE", "address", "command", "environment", "free_port"]

_EXTENSIONS = (
    "@voila-dashboards/widgets-manager8",
    "@jupyter-widgets/jupyterlab-manager",
    "jupyterlab-datawidgets",
    "jupyter-threejs",
    "anywidget",
)
"""What a page loads beside Voilà's own programs; a language pack, for one, is none that Voilà can use."""
OPTIONS = (
    "--VoilaConfiguration.template=pgc",
    "--VoilaConfiguration.strip_sources=True",
    "--VoilaConfiguration.show_tracebacks=False",
    *(f"--VoilaConfiguration.extension_allowlist={name}" for name in _EXTENSIONS),
)
"""How a Jupyter server serves dashboards beside its notebooks, as on a hub."""


def command(folder: Path, port: int, *, dark: bool = False, base_url: str = "/") -> list[str]:
    """How Voilà is started; the page follows the system's light or dark unless `dark` says otherwise."""
    return [
        sys.executable,
        "-P",
        "-m",
        "voila",
        str(folder),
        "--no-browser",
        f"--port={port}",
        f"--Voila.ip={HOST}",
        f"--Voila.base_url={base_url}",
        "--Voila.auto_token=True",  # the one that JUPYTER_TOKEN_FILE names
        f"--theme={'dark' if dark else 'light'}",
        *OPTIONS,
        *warm.BY_ITSELF,
        "--KernelManager.transport=ipc",  # files of ours, where TCP is open to everyone on the machine
    ]


def environment(data: Path, paths: Sequence[Path] = ()) -> dict[str, str]:
    """What Voilà and its kernels inherit."""
    search = os.pathsep.join(str(path) for path in (SHARE, *paths))
    known = os.environ.get("JUPYTER_PATH")
    return {
        **os.environ,
        "PGC_DATA": str(data),
        "JUPYTER_TOKEN_FILE": str(token_file(data)),
        "JUPYTER_PATH": os.pathsep.join(filter(None, [search, known])),
    }


def token_file(data: Path) -> Path:
    """What opens the lab's pages, the same as JupyterLab's; made when there is none."""
    path = Place(data).token
    with explained(data):
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write_whole(path, secrets.token_hex(24))
    return path


def address(port: int, data: Path, name: str = "home") -> str:
    """Where a browser finds a dashboard, with the token."""
    token = token_file(data).read_text(encoding="utf-8")
    return f"http://{HOST}:{port}/voila/render/{name}.ipynb?{urlencode({'token': token})}"


def free_port(wanted: int) -> int:
    """The wanted port, or the next one that nobody listens on."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Unavailable(
        _("No port is free between {first} and {last}.", first=wanted, last=wanted + 49),
        next_step=_("Choose another with --port."),
    )
