"""Stopping servers that nobody used for long: JupyterHub's own culler, set by our settings.

    python -m hub.services.culler

Its token comes from a file, as every secret of the hub's parts, and not by a variable that a crash would show.
"""

import os
import sys

from pgc_lib.errors import PgcError, SettingError
from pgc_lib.i18n import _
from pgc_lib.settings import settings

_EVERY = 300
"""Seconds between two looks; shorter when servers are to stop sooner."""


def words(minutes: int, url: str) -> list[str]:
    """The options of the culler."""
    seconds = minutes * 60
    return [f"--url={url}", f"--timeout={seconds}", f"--cull-every={min(_EVERY, seconds // 2)}"]


def main() -> int:
    """Look until ended."""
    from jupyterhub_idle_culler import main as cull  # type: ignore[import-untyped]

    try:
        chosen = settings()
        if not (chosen.hub_culler_token and chosen.hub_api_url and chosen.hub_idle_minutes):
            raise SettingError(
                _("Idle servers are stopped by nobody: the culler's token, the hub's address or the minutes are missing."),
                next_step=_("Set PGC_HUB_CULLER_TOKEN, PGC_HUB_API_URL and PGC_HUB_IDLE_MINUTES."),
            )  # fmt: skip
    except PgcError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    os.environ["JUPYTERHUB_API_TOKEN"] = chosen.hub_culler_token.reveal()
    sys.argv[1:] = words(chosen.hub_idle_minutes, chosen.hub_api_url)
    cull()
    return 0


if __name__ == "__main__":
    sys.exit(main())
