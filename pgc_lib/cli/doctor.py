"""`pgc doctor`: everything checked, each with the next step; exit status 0, 1 or 2 for the worst of it."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from pgc_lib.cli.folder import Data
from pgc_lib.i18n import _, n_, prefer

if TYPE_CHECKING:
    from pgc_lib.ops.finding import Finding

app = typer.Typer()

_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failure": ("✗", "red")}
_WIDTH = 16


@app.command("doctor", help=_("Check everything and name the next step."))
def doctor(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))] = False,
) -> None:
    """Look at everything, change nothing; a broken setting must not keep it from looking."""
    from pgc_lib.ops.doctor import Case, examine, worst
    from pgc_lib.ops.finding import LEVELS

    case = Case(data)
    prefer(case.settings.lang)
    findings: list[Finding] = []
    for finding in examine(case):
        findings.append(finding)
        if not as_json:
            _show(finding)
    level = worst(findings)
    if as_json:
        table = {"level": level, "findings": [asdict(finding) for finding in findings]}
        typer.echo(json.dumps(table, ensure_ascii=False, indent=2))
    else:
        typer.echo(f"\n{_summary([finding.level for finding in findings])}")
    raise typer.Exit(LEVELS.index(level))


def _show(finding: "Finding") -> None:
    from rich.cells import set_cell_size
    from rich.console import Console
    from rich.text import Text

    from pgc_lib.ops.doctor import TITLES

    sign, colour = _SIGNS[finding.level]
    title = set_cell_size(_(TITLES.get(finding.name, finding.name)), _WIDTH)
    console = Console(highlight=False)
    console.print(Text.assemble((sign, colour), " ", title, " ", finding.message), soft_wrap=True)
    if finding.next_step:
        console.print(Text(f"{'':{_WIDTH + 2}} → {finding.next_step}"), soft_wrap=True)


def _summary(levels: list[str]) -> str:
    warnings, failures = levels.count("warning"), levels.count("failure")
    if not warnings and not failures:
        return _("Everything is well.")
    parts = [n_("{n} failure", "{n} failures", failures)] if failures else []
    parts += [n_("{n} warning", "{n} warnings", warnings)] if warnings else []
    return ", ".join(parts)
