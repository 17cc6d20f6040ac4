"""`pgc worker`: what runs in the background of a lab."""

import typer

from pgc_lib.cli.folder import Data, use
from pgc_lib.i18n import _

app = typer.Typer()


@app.command("worker", help=_("Carry changes to the event streams until stopped."))
def worker(data: Data = None) -> None:
    """Relay the outbox; one relay works at a time, others stand by."""
    from pgc_lib.core.relay import run_relay
    from pgc_lib.home import worker_urls

    run_relay(*worker_urls(use(data)))
