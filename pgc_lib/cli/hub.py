"""`pgc hub`: the lab for many persons. `--local` runs it on this machine, the other verbs in containers."""

import getpass
import os
import signal
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pgc_lib.cli import hub_containers
from pgc_lib.cli.folder import Data, use
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from hub.local import Local

app = typer.Typer(help=_("The lab for many: a server for each person."))
app.add_typer(hub_containers.app)

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@app.callback(invoke_without_command=True)
def hub(
    context: typer.Context,
    local: Annotated[
        bool,
        typer.Option("--local", help=_("Run the hub on this machine, without Docker.")),
    ] = False,
    data: Data = None,
    port: Annotated[
        int, typer.Option(help=_("The port to listen on; the next free one when it is taken."))
    ] = 8000,
) -> None:
    """With --local stay until Ctrl-C; without a verb say what there is."""
    if context.invoked_subcommand is not None:
        if local:
            raise PgcError(
                _("--local starts a hub and takes no further word."),
                next_step=_("Leave out {word}.", word=context.invoked_subcommand),
            )
        return
    if not local:
        typer.echo(context.get_help())
        return
    _local(use(data), port)


@app.command(help=_("Walk the whole way with two persons in a real browser, and show each step."))
def smoke(
    url: Annotated[
        str, typer.Option(help=_("The hub's address; else the one of `pgc hub up`."))
    ] = "",
    admin: Annotated[str, typer.Option(help=_("An administrator's name."))] = "",
    password_file: Annotated[
        Path | None, typer.Option(help=_("A file that holds the administrator's password."))
    ] = None,
    screenshots: Annotated[
        Path | None, typer.Option(help=_("A folder for pictures of each page."))
    ] = None,
) -> None:
    """Exit status 1 at the first step that fails."""
    from hub.smoke.walk import Entrance, walk

    if not url or password_file is None:
        here = hub_containers.stack()
        from pgc_lib.ops import hub_setup

        url = url or here.address
        admin = admin or here.setting("PGC_HUB_ADMIN", "admin")
        password_file = password_file or hub_setup.secrets_folder(here) / "admin_password"
    try:
        password = password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise PgcError(
            _("The administrator's password cannot be read: {error}", error=error),
            next_step=_("Name a file with --password-file."),
        ) from error
    if not walk(Entrance(url.rstrip("/"), admin or "admin", password), screenshots=screenshots):
        raise typer.Exit(1)


@app.command(help=_("Give someone who forgot it a new password (a hub on this machine)."))
def password(name: str, data: Data = None) -> None:
    """Print it once. In containers: docker compose exec hub python -m hub.rescue NAME."""
    from hub.rescue import new_password

    use(data)
    typer.echo(new_password(name))


def _local(data: Path, port: int) -> None:
    from hub.local import started
    from pgc_lib.cli.steps import Steps

    for number in _ENDINGS:
        signal.signal(number, signal.default_int_handler)  # all of them are a Ctrl-C to us
    try:
        with ExitStack() as stack:
            with Steps().step(_("Hub")) as step:
                running, password = stack.enter_context(started(data, port, step.say))
                stack.callback(_end_in_peace)
            _tell(running.local, password)
            running.stay()
    except KeyboardInterrupt:
        return


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.geteuid())  # a container's user may have no name


def _end_in_peace() -> None:
    """We were asked to end, and are not to be interrupted at it."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError):  # the terminal may be gone
        typer.echo("\r" + _("Ending the hub and everyone's servers…"), err=True)


def _tell(found: "Local", password: str) -> None:
    from hub.spawning import separate_users
    from pgc_lib.settings import settings

    typer.echo(f"\n    {found.address}\n")
    if password:
        name = settings().hub_admin
        typer.echo(
            _("The first administrator: {name}, password {password}", name=name, password=password)
        )
        typer.echo(_("It is shown this once; change it after the first login."))
    if separate_users():
        typer.echo(_("Each person's server runs as a system user of its own."))
    else:
        typer.echo(
            _(
                "All servers run as {user}: whoever works here can read everyone's files. Use this hub among "
                "people who trust each other, or `pgc hub up` with containers.",
                user=_user(),
            )
        )
    typer.echo(_("Ctrl-C ends the hub and everyone's servers; the engines go on until `pgc stop`."))
    sys.stdout.flush()
