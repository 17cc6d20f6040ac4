"""How JupyterLab is configured for one lab.

Everything that Jupyter keeps lies below `DATA/jupyter`, so another Jupyter of the same person is neither read
nor changed. What a person sets in Lab itself wins over our defaults (`lab_settings/`): the language of PGC, light or
dark as the system is, no news and no question about updates. Nothing is asked of another host.
"""

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pgc_lib.i18n import LANGUAGES
from pgc_lib.notebook import warm
from pgc_lib.notebook.look import SHARE
from pgc_lib.stores.engines.folder import write_whole
from pgc_lib.stores.engines.trouble import explained

HOST = "127.0.0.1"
SETTINGS = Path(__file__).parent / "lab_settings"
"""Read by Jupyter like its own folders of configuration: `common`, and one a language."""

WITHOUT_NODE = "pgc_lib.notebook.without_node"
"""The module that runs a server's."""

QUIET = (
    # The manager of extensions would ask a package index, and could break what the lock pins.
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)
"""Options by which JupyterLab asks no other host for anything, at home and on a hub."""
_OPTIONS = (
    f"--ServerApp.ip={HOST}",
    "--ServerApp.port_retries=50",
    "--ServerApp.open_browser=False",  # `pgc lab` opens it, when the page can be served
    *QUIET,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the parts of JupyterLab lie in a data folder."""

    data: Path

    @property
    def workspace(self) -> Path:
        """What the person sees as the root of all files."""
        return self.data / "lab"

    @property
    def home(self) -> Path:
        """Jupyter's own folders."""
        return self.data / "jupyter"

    @property
    def runtime(self) -> Path:
        """Where a running server notes its address and its kernels."""
        return self.home / "runtime"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def token(self) -> Path:
        """The file with what opens the lab; the same at every start, so open pages find back."""
        return self.data / "secrets" / "lab_token"

    @property
    def mark(self) -> str:
        """What processes of this lab carry in their command line, to be recognised later."""
        path = os.fsencode(os.path.realpath(self.data))
        return f"pgc-lab={hashlib.sha256(path).hexdigest()[:12]}"


def python(place: Place, module: str) -> list[str]:
    """The start of a command that runs a module for this lab."""
    # -X takes any word; -P: a file in the person's workspace must not stand in for a module.
    return [sys.executable, "-X", place.mark, "-P", "-m", module]


def command(place: Place, port: int, *, as_root: bool = False) -> list[str]:
    """How JupyterLab is started; its token comes by a file, never by the command line."""
    # That module asks this one where things lie.
    from pgc_lib.notebook.dashboards import OPTIONS as DASHBOARDS

    return [
        *python(place, WITHOUT_NODE),
        "jupyterlab",
        *_OPTIONS,
        *DASHBOARDS,
        *warm.BESIDE_NOTEBOOKS,
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={place.workspace}",
        *(["--ServerApp.allow_root=True"] if as_root else []),
    ]


_KERNELS = """\
# Kernels of this lab know `%todo`, `%log`, `%%note` and `%%ask` from the start, and show its things.
c = get_config()  # noqa
c.InteractiveShellApp.extensions = ["pgc_lib.notebook.magics"]
"""


def prepare_kernels(place: Place) -> None:
    """Let kernels load our magics by themselves; what the person configured stays as it is."""
    with explained(place.data):
        place.home.mkdir(mode=0o700, exist_ok=True)
        profile = place.home / "ipython" / "profile_default"
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        config = profile / "ipython_config.py"
        if not config.exists():
            write_whole(config, _KERNELS)


def environment(place: Place, language: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """What JupyterLab, its kernels and its terminals inherit: this lab, and no other Jupyter's settings."""
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith(("JUPYTER", "JPY_")) and name != "IPYTHONDIR"
    }
    defaults = [SETTINGS / (language if language in LANGUAGES else "en"), SETTINGS / "common"]
    return {
        **kept,
        "PGC_DATA": str(place.data),
        "PGC_LANG": language,
        "IPYTHONDIR": str(place.home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(place.home / "config"),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(str(folder) for folder in defaults),
        "JUPYTER_DATA_DIR": str(place.home / "data"),
        "JUPYTER_PATH": str(SHARE),  # our templates and the desk in JupyterLab
        "JUPYTER_RUNTIME_DIR": str(place.runtime),
        "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, not one of the machine
        "JUPYTER_TOKEN_FILE": str(place.token),
        "JUPYTERLAB_SETTINGS_DIR": str(place.home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(place.home / "workspaces"),
    }
