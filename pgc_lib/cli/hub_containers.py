"""`pgc hub init|build|up|down|status|logs`: the hub in containers, from nothing to an address."""

from pathlib import Path
from typing import Annotated

import typer

from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _
from pgc_lib.ops.containers import FILE, Stack

app = typer.Typer()


def stack() -> Stack:
    """The hub of this tree; an installed package alone has no compose file."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / FILE).is_file():
        raise NotFound(
            _("There is no {file} in {folder}.", file=FILE, folder=folder),
            next_step=_("Clone the project and run ./pgc there."),
        )
    return Stack(folder)


@app.command(help=_("Make the hub's secrets and its .env; what is there stays."))
def init(
    rotate: Annotated[
        bool,
        typer.Option("--rotate", help=_("Replace passwords and tokens by new ones.")),
    ] = False,
) -> None:
    """Make what is missing; nothing secret is shown."""
    from pgc_lib.ops import hub_setup

    here = stack()
    made = hub_setup.prepare(here, rotate=rotate)
    folder = hub_setup.secrets_folder(here)
    typer.echo(
        _(
            "{n} secrets are new, {m} stayed: {folder}",
            n=len(made.new),
            m=len(made.kept),
            folder=folder,
        )
    )
    if made.environment:
        typer.echo(_("What may be set for this hub: {file}", file=here.environment))
    typer.echo(
        _(
            "The first administrator is {name}; the first password lies in {file}.",
            name=here.setting("PGC_HUB_ADMIN", "admin"),
            file=folder / "admin_password",
        )
    )
    if rotate:
        typer.echo(
            _("The master secret stays: what persons sealed opens with keys that derive from it.")
        )
        typer.echo("→ " + _("Let the services take the new ones: pgc hub down, then pgc hub up"))
    else:
        typer.echo("→ " + _("Next: pgc hub up"))


@app.command(help=_("Build the images."))
def build() -> None:
    """Build all images, with compose's own progress."""
    here = _checked()
    here.build()
    typer.echo(_("The images are built."))


@app.command(help=_("Start the hub and wait until all of it is well."))
def up(
    rebuild: Annotated[bool, typer.Option("--build", help=_("Build the images first."))] = False,
) -> None:
    """Build what is missing, start, wait, say where it is."""
    from pgc_lib.cli.steps import Steps
    from pgc_lib.ops import hub_setup

    here = _checked()
    hub_setup.check(here)
    steps = Steps()
    if rebuild or here.missing_images():
        typer.echo(_("Building the images; the first time takes some minutes."), err=True)
        here.build()
    with steps.step(_("Hub")) as step:
        step.say(_("starting"))
        here.up()
        step.result = _("{n} services are well", n=sum(one.well for one in here.services()))
    hub_setup.settle(here)
    typer.echo(here.address)


@app.command(help=_("Stop the hub and everyone's servers; data stays."))
def down(
    volumes: Annotated[
        bool,
        typer.Option("--volumes", help=_("Also delete everything that anyone keeps here.")),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
) -> None:
    """Stop the persons' containers, then the services."""
    from pgc_lib.cli.steps import Steps

    here = _checked()
    if volumes and not yes:
        homes = len(here.homes())
        typer.echo(_("This deletes the databases and the files of {n} persons, for good.", n=homes))
        word = typer.prompt(
            _("Type {word} to go on", word=here.project), default="", show_default=False
        )
        if word != here.project:
            raise PgcError(_("Nothing was deleted or stopped."))
    with Steps().step(_("Hub")) as step:
        step.say(_("stopping"))
        here.down(volumes=volumes)
        step.result = _("deleted") if volumes else _("stopped; all data is kept")


@app.command(help=_("Show each service of the hub; the exit status is 0 when all are well."))
def status() -> None:
    """A table, the persons' servers, the address."""
    from rich.console import Console
    from rich.table import Table

    here = _checked()
    services = here.services()
    table = Table(_("service"), _("state"), _("health"), _("since"), box=None, pad_edge=False)
    for one in services:
        sign = "[green]●[/]" if one.well else "[red]●[/]"
        table.add_row(f"{sign} {one.name}", one.state, one.health, one.detail)
    Console().print(table)
    typer.echo(_("servers of persons: {n}", n=len(here.persons())))
    typer.echo(here.address)
    if not all(one.well for one in services):
        raise typer.Exit(1)


@app.command(help=_("Show what the services wrote."))
def logs(
    service: Annotated[str | None, typer.Argument(help=_("One service; else all."))] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help=_("Go on until stopped."))] = False,
    tail: Annotated[int, typer.Option(help=_("The last lines of each."))] = 100,
) -> None:
    """Hand over to compose."""
    here = _checked()
    words = [
        "logs",
        f"--tail={tail}",
        *(["--follow"] if follow else []),
        *([service] if service else []),
    ]
    raise typer.Exit(here.follow(*words))


def _checked() -> Stack:
    here = stack()
    here.check()
    return here
