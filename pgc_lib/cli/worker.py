"""`pgc worker` and `pgc beat`: what runs in the background of a lab, at home or on a server."""

import signal
import sys

import typer

from pgc_lib.cli.folder import Data, use
from pgc_lib.i18n import _
from pgc_lib.settings import settings

app = typer.Typer()


@app.command(
    "worker", help=_("Carry changes to the event streams and due reports to their servers.")
)
def worker(data: Data = None) -> None:
    """At home relay, beat and worker in one; on a server relay, post and Celery worker."""
    folder = use(data)
    if settings().worker_database_url:
        _on_a_server()
    else:
        _at_home(folder)


@app.command("beat", help=_("Turn due schedules into jobs for the workers of a server."))
def beat() -> None:
    """Until stopped; several may run."""
    from pgc_lib.automation.celery import run_beat

    run_beat()


def _on_a_server() -> None:
    from pgc_lib.automation.celery import run_worker
    from pgc_lib.automation.postman import Postman
    from pgc_lib.automation.waking import Waker
    from pgc_lib.automation.worker import beside
    from pgc_lib.core.lockwatch import LockWatch
    from pgc_lib.core.relay import Relay

    database = settings().worker_database_url.reveal()
    relay, watch = Relay(database, settings().admin_redis_url.reveal()), LockWatch(database)
    given = settings()
    post = Postman(database)
    waker = Waker(database, given.hub_api_url, given.hub_public_url, given.hub_token.reveal())
    parts = (relay, watch, post, waker)
    ends = [beside(part.run, part.stop) for part in parts]
    try:
        run_worker()
    finally:
        for end in ends:
            end()
        relay.close()


def _at_home(folder: "Data") -> None:
    from pgc_lib.automation.catalogue import workspace
    from pgc_lib.automation.home import Home
    from pgc_lib.automation.jobs import Jobs
    from pgc_lib.automation.reminding import Reminding
    from pgc_lib.automation.searching import Keeper
    from pgc_lib.automation.server import Server
    from pgc_lib.automation.worker import HomeWorker, beside
    from pgc_lib.core.relay import Relay
    from pgc_lib.home import open_home, worker_urls
    from pgc_lib.notebook import jupyter, serving

    assert folder is not None
    place = jupyter.Place(folder)

    def lab() -> Server | None:
        found = serving.running(place)
        return Server(f"http://{jupyter.HOST}:{found.port}/", found.token) if found else None

    worker_url, redis_url = worker_urls(folder)
    home = Home(workspace(), lab)
    home.workspace.mkdir(parents=True, exist_ok=True)
    if lab() is None:  # else it saw to that itself
        home.care()
    relay, jobs = Relay(worker_url, redis_url), HomeWorker(Jobs(worker_url), home)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_received: jobs.stop())
    keeper, reminding = Keeper(open_home(folder)), Reminding(lambda: open_home(folder))
    ends = [beside(part.run, part.stop) for part in (relay, keeper, reminding)]
    try:
        jobs.run()
    finally:
        for end in ends:
            end()
        relay.close()
        keeper.close()
        sys.stdout.flush()
