"""`pgc schedule`: which reports write themselves, and when."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from pgc_lib.cli.folder import Data, use
from pgc_lib.cli.run import given
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

app = typer.Typer(
    help=_("Reports that write themselves: list, add, pause, remove."), no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help=_("The name of a schedule."))]


@app.command("list", help=_("Every schedule, with its next and its last time."))
def list_schedules(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))] = False,
) -> None:
    """Print one line a schedule."""
    with _lab(data) as lab:
        lab.schedules.give_defaults()
        planned, zone = lab.schedules.planned(), lab.schedules.zone()
    if as_json:
        rows = [
            {
                "name": each.schedule.name,
                "report": each.schedule.report,
                "when": each.schedule.when,
                "parameters": each.schedule.parameters,
                "enabled": each.schedule.enabled,
                "next_at": each.next_at and each.next_at.isoformat(),
                "last_at": each.last_at and each.last_at.isoformat(),
                "last_state": each.last_state,
            }
            for each in planned
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    if not planned:
        typer.echo(_("There is no schedule."))
        typer.echo("→ " + _("Add one: pgc schedule add weekly_review “monday 06:00”"))
    for each in planned:
        item = each.schedule
        following = _local(each.next_at, zone) if item.enabled else _("switched off")
        last = (
            f"  {_('last')} {_local(each.last_at, zone)} {each.last_state}" if each.last_at else ""
        )
        typer.echo(f"{item.name:<24}{item.report:<20}{item.when:<16}→ {following}{last}")


@app.command(help=_("Have a report written on time."))
def add(
    report: Annotated[str, typer.Argument(help=_("The report, such as weekly_review."))],
    when: Annotated[
        str, typer.Argument(help=_("Five cron fields, or words such as “monday 06:00”."))
    ],
    name: Annotated[str, typer.Option(help=_("A name of its own; else the report's."))] = "",
    param: Annotated[
        list[str] | None, typer.Option(help=_("A parameter as NAME=VALUE; repeatable."))
    ] = None,
    data: Data = None,
) -> None:
    """Keep a schedule."""
    with _lab(data) as lab:
        lab.schedules.give_defaults()
        kept = lab.schedules.add(report, when, name=name, parameters=given(param))
        planned = {each.schedule.name: each for each in lab.schedules.planned()}
        _say(kept.name, planned[kept.name].next_at, lab.schedules.zone())


@app.command(help=_("Take a schedule away."))
def remove(name: Name, data: Data = None) -> None:
    """Remove it; history keeps it."""
    with _lab(data) as lab:
        lab.schedules.items.remove(lab.schedules.named(name))
    typer.echo(_("The schedule {name} is gone.", name=name))


@app.command(help=_("Leave a schedule out until it is resumed."))
def pause(name: Name, data: Data = None) -> None:
    """Switch it off."""
    with _lab(data) as lab:
        lab.schedules.pause(name)
    typer.echo(_("The schedule {name} is switched off.", name=name))


@app.command(help=_("Switch a paused schedule on again."))
def resume(name: Name, data: Data = None) -> None:
    """Switch it on."""
    with _lab(data) as lab:
        lab.schedules.resume(name)
        planned = {each.schedule.name: each for each in lab.schedules.planned()}
        _say(name, planned[name].next_at, lab.schedules.zone())


@app.command(help=_("Have a scheduled report written as soon as a worker can."))
def now(name: Name, data: Data = None) -> None:
    """Make a job beside its times; the worker of the running lab takes it."""
    with _lab(data) as lab:
        job = lab.schedules.run_soon(name)
    typer.echo(_("The report is job {job}; a worker takes it when one runs (`pgc lab`).", job=job))


def _lab(data: "Data") -> "Lab":
    import pgc_lib as pgc

    use(data)
    return pgc.open()


def _say(name: str, moment: datetime | None, zone: ZoneInfo) -> None:
    if moment is None:
        typer.echo(_("The schedule {name} is never due.", name=name))
    else:
        typer.echo(
            _(
                "The schedule {name} is due next at {moment}.",
                name=name,
                moment=_local(moment, zone),
            )
        )


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "–"
