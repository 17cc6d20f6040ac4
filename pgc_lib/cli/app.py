"""The verbs of `pgc` in one table; a verb's module is imported only when that verb is asked for.

A module of verbs holds `app = typer.Typer()` with a command for each of its verbs (or, for a verb that is a
group, with the commands of the group). Errors that a person can act on are shown as their two sentences.
"""

import gettext
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from pgc_lib import __version__
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import N_, _


def _typers_own(message: str) -> str:
    return _(message)


# Typer asks gettext for its own words when it is imported; ours come from our catalogues.
gettext.gettext = _typers_own
import typer  # noqa: E402

_HELP = ["-h", "--help"]


@dataclass(frozen=True, slots=True)
class Verb:
    """A word after `pgc`: the module below `pgc_lib.cli` that knows it, and what it does in one line."""

    name: str
    module: str
    help: str
    group: bool = False


VERBS: tuple[Verb, ...] = (
    Verb("lab", "lab", N_("Start everything and open JupyterLab.")),
    Verb("stop", "lab", N_("Stop the lab and its engines.")),
    Verb("status", "lab", N_("Show what runs, where, and how large it is.")),
    Verb("demo", "lab", N_("Load the made-up data of a family into this lab.")),
    Verb("doctor", "doctor", N_("Check everything and name the next step.")),
    Verb("settings", "settings", N_("Show every setting, its value and where it came from.")),
    Verb("run", "run", N_("Write a report now, such as weekly_review.")),
    Verb("notes", "notes", N_("Notes in notebooks: read them all again."), group=True),
    Verb("dashboards", "dashboards", N_("Serve the dashboards with Voilà.")),
    Verb("models", "models", N_("Language models: add, list, test, remove."), group=True),
    Verb(
        "schedule",
        "schedule",
        N_("Reports that write themselves: list, add, pause, remove."),
        group=True,
    ),
    Verb(
        "worker",
        "worker",
        N_("Carry changes to the event streams and due reports to their servers."),
    ),
    Verb("beat", "worker", N_("Turn due schedules into jobs for the workers of a server.")),
    Verb("hub", "hub", N_("The lab for many: a server for each person."), group=True),
    Verb("test", "quality", N_("Run the tests; what follows is passed to pytest.")),
    Verb("check", "quality", N_("Check style, types and the floors.")),
    Verb("bench", "bench", N_("Measure the speed, each figure against a named peer.")),
    Verb("lock", "lock", N_("Pin the dependencies again after pyproject.toml changed.")),
)


def run(words: Sequence[str]) -> int:
    """Run one command and give its exit status."""
    wanted = next((word for word in words if not word.startswith("-")), "")
    try:
        if wanted and wanted not in {verb.name for verb in VERBS}:
            raise _unknown(wanted)
        command = typer.main.get_command(build(wanted))
        _translate_help(command)
        command(args=list(words), prog_name="pgc")
    except PgcError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, NotFound) else 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def build(wanted: str) -> typer.Typer:
    """The whole command line, with the module of one verb loaded and the others only announced."""
    root = typer.Typer(
        help=_("PGC, a personal data lab built on Jupyter."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": _HELP},
    )
    root.callback()(_front)
    loaded = {verb.module for verb in VERBS if verb.name == wanted}
    for verb in VERBS:
        if verb.module not in loaded:
            root.command(verb.name, help=_(verb.help))(_announced)
        elif verb.name == wanted:
            _add(root, verb)
    return root


def _add(root: typer.Typer, verb: Verb) -> None:
    app: typer.Typer = import_module(f"pgc_lib.cli.{verb.module}").app
    if verb.group:
        root.add_typer(app, name=verb.name, help=_(verb.help))
    else:
        root.add_typer(app)


def _unknown(word: str) -> NotFound:
    near = get_close_matches(word, [verb.name for verb in VERBS])
    advice = _("Did you mean {names}?", names=", ".join(near)) if near else ""
    return NotFound(
        _("There is no command {name}.", name=word),
        next_step=advice or _("`pgc --help` lists the commands."),
    )


def _translate_help(command: Any) -> None:
    """Put the help option of a command, and of each below it, in the person's language."""
    option = command.get_help_option(typer.Context(command, help_option_names=_HELP))
    option.help = _("Show this message and end.")
    for below in getattr(command, "commands", {}).values():
        _translate_help(below)


def _announced() -> None:
    """Stands in help for a verb whose module is not loaded; it is never run."""
    raise AssertionError("a verb ran without its module")


def _version(shown: bool) -> None:
    if shown:
        print(f"pgc {__version__}")
        raise typer.Exit


def _front(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help=_("Show the version and end.")
    ),
) -> None:
    """Options before any verb."""
    del version  # shown by its callback
