"""PGC inside a Jupyter server, at home and on a hub: runs of reports below `pgc/api/runs`, the desk below `pgc/api/desk`.

    POST   pgc/api/runs        {"report", "parameters"} or {"schedule"}, and "run" to ask twice for one → 202 {"run"}
    GET    pgc/api/runs        the runs of this server, the newest first, and the reports there are
    GET    pgc/api/runs/<id>   one of them: its state, cell by cell
    DELETE pgc/api/runs/<id>   cancel it

All of them want what the server's own API wants: its token, or a signed-in browser with its XSRF token.
"""

import atexit
import os
from pathlib import Path
from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "pgc_lib.notebook.extension"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Called by Jupyter when the server starts."""
    from jupyter_server.utils import url_path_join

    from pgc_lib.automation.awake import Awake
    from pgc_lib.notebook.extension.desk import Desk, handlers
    from pgc_lib.notebook.extension.handlers import RunHandler, RunsHandler
    from pgc_lib.notebook.extension.notes import follow
    from pgc_lib.notebook.extension.runner import Runner
    from pgc_lib.settings import settings

    workspace = Path(app.root_dir)
    # Kernels and terminals look for a person's own reports where the server does.
    os.environ.setdefault("PGC_WORKSPACE", str(workspace))
    runner = Runner(workspace, settings().runs_at_once)
    base = url_path_join(app.web_app.settings["base_url"], "pgc/api/runs")
    with_runner = {"runner": runner}
    app.web_app.add_handlers(
        ".*$",
        [
            (f"{base}/?", RunsHandler, with_runner),
            (f"{base}/([0-9a-f-]+)", RunHandler, with_runner),
        ],
    )
    desk = Desk(workspace)
    atexit.register(desk.asking.end)
    app.web_app.add_handlers(".*$", handlers(app.web_app.settings["base_url"], desk))
    runner.care()
    if awake := Awake.here(runner.journal):
        awake.begin()
        atexit.register(awake.end)
    atexit.register(follow(app).end)
    app.log.info("PGC runs at most %d reports at once in %s", runner.limit, workspace)
