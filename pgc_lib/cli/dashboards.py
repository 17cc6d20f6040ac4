"""`pgc dashboards`: the dashboards of this lab in a browser, without JupyterLab."""

import os
from typing import Annotated

import typer

from pgc_lib.i18n import _

app = typer.Typer()


@app.command("dashboards", help=_("Serve the dashboards with Voilà."))
def dashboards(
    port: Annotated[
        int, typer.Option(help=_("The port to listen on; the next free one is taken."))
    ] = 8866,
    dark: Annotated[
        bool, typer.Option(help=_("A dark page, whatever the system prefers."))
    ] = False,
) -> None:
    """Start the engines and become Voilà."""
    import pgc_lib as pgc
    from pgc_lib.cli.places import DASHBOARDS
    from pgc_lib.notebook.dashboards import address, command, environment, free_port
    from pgc_lib.settings import settings

    pgc.open(on_progress=typer.echo).close()
    chosen = free_port(port)
    data = settings().data
    typer.echo(_("The dashboard is at {address}", address=address(chosen, data)))
    words = command(DASHBOARDS, chosen, dark=dark)
    os.execve(words[0], words, environment(data))
