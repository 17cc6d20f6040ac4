"""`pgc lab`, `stop`, `status` and `demo`: a person's lab from the first start to the last."""

import os
import signal
import sys
import time
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pgc_lib.cli.folder import Data, use
from pgc_lib.errors import EngineError, SettingError
from pgc_lib.i18n import _, lang

if TYPE_CHECKING:
    import subprocess

    from pgc_lib.cli.steps import Step, Steps
    from pgc_lib.notebook.jupyter import Place
    from pgc_lib.notebook.serving import Running

app = typer.Typer()

_LOOK = 0.5
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LAST_PORT = 65535


@app.command("lab", help=_("Start everything and open JupyterLab."))
def lab(
    data: Data = None,
    port: Annotated[
        int | None,
        typer.Option(help=_("The port to listen on; the next free one when it is taken.")),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help=_("Print the address and open no browser."))
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help=_("Load the made-up data of a family."))
    ] = False,
) -> None:
    """Everything up to the address; then stay until Ctrl-C, or until the lab is stopped elsewhere."""
    from pgc_lib.cli.steps import Steps
    from pgc_lib.notebook import serving
    from pgc_lib.notebook.jupyter import Place
    from pgc_lib.settings import settings

    for number in _ENDINGS:
        signal.signal(number, signal.default_int_handler)  # all of them are a Ctrl-C to us
    place, steps = Place(use(data)), Steps()
    wanted = _checked(settings().port if port is None else port)
    _open_stores(place, steps, demo=demo)
    with steps.step(_("Workspace")) as step:
        given = _prepare(place, step)
    child = None
    try:
        with serving.alone(place, lambda _message: None):
            found = serving.running(place)
            if found:
                _tell(found, given, browser=not no_browser, already=True)
                return
            with steps.step("JupyterLab") as step:
                child, found = serving.start(place, wanted)
                taken = _("port {wanted} was taken", wanted=wanted)
                step.result = taken if found.port != wanted != 0 else ""
        _tell(found, given, browser=not no_browser, already=False)
        _watch(place, child)
    except KeyboardInterrupt:
        if child is None:
            raise
        _end(place, child)


@app.command("stop", help=_("Stop the lab and its engines."))
def stop(data: Data = None) -> None:
    """JupyterLab with its kernels first, then the engines; nothing that is kept is touched."""
    from pgc_lib.notebook import serving
    from pgc_lib.notebook.jupyter import Place
    from pgc_lib.stores import embedded

    folder = use(data)
    ended = ["JupyterLab"] if serving.stop(Place(folder)) else []
    titles = {"postgres": "PostgreSQL", "valkey": "Valkey"}
    ended += [titles.get(name, name) for name in embedded.stop(folder)]
    if ended:
        typer.echo(_("Stopped: {names}.", names=", ".join(ended)))
    else:
        typer.echo(_("Nothing was running in {path}.", path=folder))


@app.command("status", help=_("Show what runs, where, and how large it is."))
def status(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))] = False,
) -> None:
    """Look without starting or changing anything."""
    from pgc_lib.cli import report

    found = report.look(use(data))
    if as_json:
        typer.echo(report.as_json(found))
    else:
        report.show(found)


@app.command("demo", help=_("Load the made-up data of a family into this lab."))
def demo(data: Data = None) -> None:
    """What is there already is not loaded again."""
    from pgc_lib.cli.steps import Steps
    from pgc_lib.notebook.jupyter import Place

    _open_stores(Place(use(data)), Steps(), demo=True)


def _open_stores(place: "Place", steps: "Steps", *, demo: bool) -> None:
    """Engines, database and person, as far as they are not there yet."""
    from pgc_lib.settings import settings

    if not settings().database_url:
        from pgc_lib.stores import embedded

        with steps.step(_("Engines")) as step:
            fresh = embedded.start(place.data, on_progress=step.say).started
            step.result = _("PostgreSQL and Valkey started") if fresh else _("already running")
    with steps.step(_("Database")) as step:
        from pgc_lib.lab import open as open_lab
        from pgc_lib.stores.migrations import head

        opened = open_lab(on_progress=step.say)
        step.result = _("at migration {head}", head=head())
    with opened:
        with steps.step(_("Person")) as step:
            served = bool(settings().database_url)
            # At home the database step has logged in as the person; elsewhere this is the first time.
            step.result = opened.people.me().name if served else opened.session.name
        if demo:
            with steps.step(_("Demo data")) as step:
                from pgc_lib.demo import load

                step.result = _loaded(load(opened, on_progress=step.say))


def _loaded(added: dict[str, int]) -> str:
    if not any(added.values()):
        return _("was loaded before")
    return ", ".join(f"{area} +{number}" for area, number in added.items() if number)


def _prepare(place: "Place", step: "Step") -> Path | None:
    from pgc_lib.cli.places import DASHBOARDS, NOTEBOOKS
    from pgc_lib.notebook import jupyter, workspace

    given = workspace.prepare(place.workspace, NOTEBOOKS, lang())
    workspace.link_dashboards(place.workspace, DASHBOARDS)
    jupyter.prepare_kernels(place)
    step.result = str(place.workspace)
    return given


def _checked(port: int) -> int:
    if port > _LAST_PORT or port < 0:
        raise SettingError(
            _("There is no port {port}.", port=port),
            next_step=_("Choose one from 1 to {last}.", last=_LAST_PORT),
        )
    return port


def _tell(found: "Running", given: Path | None, *, browser: bool, already: bool) -> None:
    """Print the address, and open it unless that was not wanted."""
    address = found.address(given)
    if already:
        typer.echo(_("JupyterLab is running already."))
    typer.echo("")
    typer.echo(f"    {address}")
    typer.echo("")
    if not already:
        typer.echo(_("Ctrl-C ends JupyterLab; the engines go on until `pgc stop`."))
    sys.stdout.flush()
    if browser and not _open_browser(address):
        typer.echo(_("No browser was found; open the address in one yourself."))


def _open_browser(address: str) -> bool:
    """Whether a browser was asked to open; one that would take over the terminal is not."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in screens):
        return False
    return webbrowser.open(address)


def _watch(place: "Place", child: "subprocess.Popen[bytes]") -> None:
    """Until JupyterLab ends, keep the relay running beside it."""
    from pgc_lib.notebook import serving
    from pgc_lib.notebook.beside import Beside
    from pgc_lib.settings import settings

    relay = Beside(place, "worker", "pgc_lib.cli", ["worker"])
    at_home = not settings().database_url  # a server has a relay of its own
    try:
        while child.poll() is None:
            if at_home:
                relay.keep()
            time.sleep(_LOOK)
    finally:
        relay.end()
    if child.returncode not in (0, -signal.SIGTERM):
        serving.clear(place)
        raise EngineError(
            _("JupyterLab ended by itself. It wrote:\n{lines}", lines=serving.tail(place, "lab")),
            next_step=_("Start it again; the whole log is {log}.", log=place.logs / "lab.log"),
        )


def _end(place: "Place", child: "subprocess.Popen[bytes]") -> None:
    """We were asked to end, and are not to be interrupted at it."""
    from pgc_lib.notebook import serving

    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError):  # the terminal may be gone
        typer.echo("\r" + _("Ending JupyterLab…"), err=True)
    serving.end(child)
    serving.stop(
        place
    )  # the signal may have come while a helper was being started, before we knew of it
