"""Serving the dashboards with Voilà: our template, nothing from other hosts, kernels that end with their page."""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from pgc_lib.errors import Unavailable
from pgc_lib.i18n import _
from pgc_lib.notebook.look import SHARE

__all__ = ["OPTIONS", "SHARE", "command", "environment", "free_port"]

IDLE_SECONDS = 120
_EXTENSIONS = (
    "@voila-dashboards/widgets-manager8",
    "@jupyter-widgets/jupyterlab-manager",
    "jupyterlab-datawidgets",
    "jupyter-threejs",
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
        "--Voila.ip=127.0.0.1",
        f"--Voila.base_url={base_url}",
        f"--theme={'dark' if dark else 'light'}",
        *OPTIONS,
        # Without these a kernel outlives the page that it was started for.
        f"--MappingKernelManager.cull_idle_timeout={IDLE_SECONDS}",
        "--MappingKernelManager.cull_interval=30",
        "--MappingKernelManager.cull_connected=False",
    ]


def environment(data: Path, paths: Sequence[Path] = ()) -> dict[str, str]:
    """What Voilà and its kernels inherit."""
    search = os.pathsep.join(str(path) for path in (SHARE, *paths))
    known = os.environ.get("JUPYTER_PATH")
    return {
        **os.environ,
        "PGC_DATA": str(data),
        "JUPYTER_PATH": os.pathsep.join(filter(None, [search, known])),
    }


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
