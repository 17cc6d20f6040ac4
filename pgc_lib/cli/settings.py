"""`pgc settings`: every setting, its value and where it came from; secrets are never shown."""

import json
import os
from difflib import get_close_matches
from typing import Annotated, Any

import typer

from pgc_lib.cli.folder import Data
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _, prefer
from pgc_lib.settings import (
    SETTINGS,
    Resolved,
    Secret,
    Survey,
    default_data_folder,
    survey,
    unknown_variables,
)

app = typer.Typer()

_COLUMNS = (N_("Setting"), N_("Value"), N_("From"), N_("Default"), N_("What it is for"))
_NARROWEST = 12


@app.command("settings", help=_("Show every setting, its value and where it came from."))
def show(
    names: Annotated[
        list[str] | None, typer.Argument(help=_("Only these, such as port."), show_default=False)
    ] = None,
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))] = False,
) -> None:
    """Show what can be read, then what is wrong with the rest; exit status 1 when something is."""
    environment = dict(os.environ)
    if data is not None:
        environment["PGC_DATA"] = str(data.expanduser().absolute())
    _check(names or [])
    seen = survey(environment)
    prefer(next(one.value for one in seen.found if one.setting.name == "lang"))
    wanted = [one for one in seen.found if not names or one.setting.name in names]
    unknown = unknown_variables(environment)
    if as_json:
        typer.echo(json.dumps(_as_data(wanted, seen, unknown), ensure_ascii=False, indent=2))
    else:
        _print_table(wanted)
        _print_notes(seen, unknown)
    if seen.errors:
        raise typer.Exit(1)


def _check(names: list[str]) -> None:
    known = [setting.name for setting in SETTINGS]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known)
            raise NotFound(
                _("There is no setting {name}.", name=name),
                next_step=_("Did you mean {names}?", names=", ".join(near))
                if near
                else _("`pgc settings` lists all of them."),
            )


def _as_data(wanted: list[Resolved], seen: Survey, unknown: dict[str, str]) -> dict[str, Any]:
    return {
        "file": str(seen.file),
        "settings": [
            {
                "name": one.setting.name,
                "variable": one.setting.variable,
                "value": _plain(one.value),
                "from": one.source,
                "default": _default(one),
                "secret": one.setting.secret,
                "help": _(one.setting.help),
            }
            for one in wanted
        ],
        "unknown": [{"variable": name, "meant": meant or None} for name, meant in unknown.items()],
        "errors": [{"message": one.message, "next_step": one.next_step} for one in seen.errors],
    }


def _plain(value: object) -> str | int | bool | None:
    """A value as JSON has it; of a secret only whether there is one."""
    if isinstance(value, Secret):
        return repr(value) if value else None
    return value if isinstance(value, int) else str(value)


def _default(one: Resolved) -> str:
    if one.setting.name == "data":
        try:
            return str(default_data_folder())
        except RuntimeError:
            return ""  # a user without a home has no default folder
    return one.setting.default


def _print_table(wanted: list[Resolved]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for number, title in enumerate(_COLUMNS):
        # Names are never cut; long values and paths go on in the next line, so that they can be copied.
        table.add_column(
            _(title), no_wrap=number == 0, overflow="fold", min_width=_NARROWEST if number else None
        )
    for one in wanted:
        changed = one.source != "default"
        table.add_row(
            Text(one.setting.name, style="bold" if changed else ""),
            Text(_shown(one.value)),
            Text(one.source if changed else _("default")),
            Text(_default(one) or "—"),
            Text(_(one.setting.help)),
        )
    Console(highlight=False).print(table)


def _shown(value: object) -> str:
    plain = _plain(value)
    if isinstance(plain, bool):
        return _("yes") if plain else _("no")
    return "—" if plain in (None, "", ".") else str(plain)


def _print_notes(seen: Survey, unknown: dict[str, str]) -> None:
    there = seen.file.exists()
    typer.echo()
    typer.echo(
        _("Read from {path}.", path=seen.file)
        if there
        else _("Settings may be kept in {path}, which does not exist yet.", path=seen.file)
    )
    for name, meant in unknown.items():
        note = _("There is no setting for the variable {name}.", name=name)
        typer.echo(f"{note} {_('Did you mean {names}?', names=meant)}" if meant else note, err=True)
    for error in seen.errors:
        typer.echo(str(error), err=True)
