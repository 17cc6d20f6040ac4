"""A person's server on a hub: `python -m pgc_lib.notebook.singleuser`.

Asks the hub once for the person's logins, with the server's own token, and keeps each in a file of its own that only
the person can read, in memory where the system has such a place. Then it becomes JupyterLab as JupyterHub serves it,
so kernels just say `pgc.open()`.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pgc_lib.errors import PgcError, Unavailable
from pgc_lib.i18n import LANGUAGES, _, lang, set_lang
from pgc_lib.notebook import jupyter, warm, workspace
from pgc_lib.notebook.dashboards import OPTIONS as DASHBOARD_OPTIONS
from pgc_lib.notebook.dashboards import SHARE
from pgc_lib.notebook.jupyter import Place
from pgc_lib.settings import SETTINGS, settings

ROOT = Path(__file__).parents[2]
"""Where notebooks and dashboards lie beside the library."""
IN_MEMORY = Path("/run/pgc")
_PATIENCE = 30
_WAITS = (0.2, 0.5, 1, 2)
_SECRET = {setting.variable for setting in SETTINGS if setting.secret}
_KNOWN = {setting.variable for setting in SETTINGS}


def main() -> int:
    """Become the server; what keeps it from starting is the last thing it writes."""
    try:
        handed = fetch(os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"])
        set_lang(handed.get("PGC_LANG") or lang())
        place = Place(settings().data)
        given = keep(handed, runtime_folder(place))
        furnish(place)
        words = command(place)
        os.execve(words[0], words, environment(place, given, os.environ))
    except KeyError as error:
        sys.stderr.write(_("{name} is not set: this is started by a hub.", name=error) + "\n")
    except PgcError as error:
        sys.stderr.write(f"{error}\n")
    return 1


def fetch(api: str, token: str) -> dict[str, str]:
    """The person's logins from the hub, which may be restarting just now."""
    request = urllib.request.Request(  # noqa: S310 (the hub's own address)
        f"{api.rstrip('/')}/pgc/credentials", headers={"Authorization": f"token {token}"}
    )
    # The hub is a neighbour: a proxy that the environment names for the outside is not asked.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _PATIENCE
    for wait in (*_WAITS, *([_WAITS[-1]] * _PATIENCE)):
        try:
            with opener.open(request, timeout=10) as answer:
                return _checked(json.load(answer))
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise _refused(str(error.code)) from None
            reason = str(error.code)
        except (OSError, ValueError) as error:
            reason = str(error)
        if time.monotonic() + wait > deadline:
            break
        time.sleep(wait)
    raise Unavailable(
        _("The hub does not hand out your logins: {reason}", reason=reason),
        next_step=_("Start your server again; if it stays so, tell an administrator."),
    )


def keep(handed: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Write each secret into a file; the variables that name them, and those that are no secret."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    given = {}
    for variable, value in handed.items():
        if variable not in _SECRET:
            given[variable] = value
            continue
        path = folder / variable.lower()
        path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(value)
        given[f"{variable}_FILE"] = str(path)
    return given


def runtime_folder(place: Place) -> Path:
    """Where secrets lie while the server runs: in memory where a container brings such a place, else with the person."""
    ours = IN_MEMORY.is_dir() and IN_MEMORY.stat().st_uid == os.geteuid()
    # A place that several servers share would mix up whose logins are whose.
    return IN_MEMORY if ours and IN_MEMORY.is_mount() else place.home / "logins"


def furnish(place: Place) -> None:
    """The workspace with what comes with PGC; the dashboards are a link, so that they are never stale."""
    workspace.prepare(place.workspace, ROOT / "notebooks", lang())
    for folder in (place.home, place.runtime, place.logs):
        folder.mkdir(mode=0o700, exist_ok=True)
    workspace.link_dashboards(place.workspace, ROOT / "dashboards")
    jupyter.prepare_kernels(place)


def command(place: Place) -> list[str]:
    """JupyterHub's server with the lab's options."""
    marks = [word for name, value in sys._xoptions.items() for word in ("-X", f"{name}={value}")]
    return [
        *(sys.executable, *marks, "-P", "-m", jupyter.WITHOUT_NODE, "jupyterhub.singleuser"),
        *jupyter.QUIET,
        *DASHBOARD_OPTIONS,
        *warm.BESIDE_NOTEBOOKS,
        # It would look for language servers that no lab has, at every start, by way of npm.
        "--LanguageServerManager.autodetect=False",
        f"--ServerApp.root_dir={place.workspace}",
        f"--ServerApp.preferred_dir={place.workspace}",
        # Only a hub on one machine that people of one house share, started by root (`pgc hub --local`).
        *(["--ServerApp.allow_root=True"] if os.geteuid() == 0 else []),
    ]


def environment(
    place: Place, given: Mapping[str, str], inherited: Mapping[str, str]
) -> dict[str, str]:
    """The lab's environment with the hub's own variables, which it would leave out otherwise."""
    hub = {
        name: value
        for name, value in inherited.items()
        if name.startswith("JUPYTERHUB_") or name == "JPY_API_TOKEN"
    }
    language = given.get("PGC_LANG", lang())
    ours = jupyter.environment(place, language if language in LANGUAGES else lang(), inherited)
    ours.pop("JUPYTER_TOKEN_FILE", None)  # the hub says who may come in
    ours["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(SHARE), inherited.get("JUPYTER_PATH", "")])
    )
    return {**ours, **hub, **given}


def _checked(answer: Any) -> dict[str, str]:
    if not isinstance(answer, dict):
        raise _refused("?")
    return {name: str(value) for name, value in answer.items() if name in _KNOWN}


def _refused(code: str) -> PgcError:
    return PgcError(
        _("The hub does not hand out your logins: {reason}", reason=code),
        next_step=_("Start your server again; if it stays so, tell an administrator."),
    )


if __name__ == "__main__":
    sys.exit(main())
