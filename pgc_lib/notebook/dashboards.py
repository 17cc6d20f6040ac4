"""Serving the dashboards with Voilà: our template, nothing from other hosts, kernels that end with their page."""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from pgc_lib.errors import Unavailable
from pgc_lib.i18n import _

SHARE = Path(__file__).parent / "share"
"""Searched by Jupyter like its own share folders; holds our Voilà template."""
IDLE_SECONDS = 120


def command(folder: Path, port: int, *, dark: bool = False, base_url: str = "/") -> list[str]:
    """How Voilà is started."""
    return [
        sys.executable,
        "-m",
        "voila",
        str(folder),
        "--no-browser",
        f"--port={port}",
        "--Voila.ip=127.0.0.1",
        f"--Voila.base_url={base_url}",
        "--template=pgc",
        f"--theme={'dark' if dark else 'light'}",
        "--strip_sources=True",
        "--show_tracebacks=False",
        # Formulas would come from another host; a word that is no address keeps the plug-in quiet.
        "--Voila.mathjax_url=null",
        "--Voila.mathjax_config=null",
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
