"""`pgc run`: write a report now, with its progress cell by cell."""

from typing import Annotated

import typer

from pgc_lib.i18n import _

app = typer.Typer()


@app.command("run", help=_("Write a report now, such as weekly_review."))
def run(
    name: Annotated[str, typer.Argument(help=_("The report, such as weekly_review."))],
    param: Annotated[
        list[str] | None, typer.Option(help=_("A parameter as NAME=VALUE; repeatable."))
    ] = None,
) -> None:
    """Execute the report and say where it lies; exit status 1 when a cell failed."""
    import pgc_lib as pgc
    from pgc_lib.automation.runs import find
    from pgc_lib.automation.runs import run as execute
    from pgc_lib.cli.places import REPORTS, own_reports
    from pgc_lib.settings import settings

    parameters = dict(item.partition("=")[::2] for item in param or [])
    with pgc.open() as lab:
        workspace = settings().data / "lab"
        report = find(name, REPORTS, own_reports(workspace))

        def progress(done: int, total: int) -> None:
            typer.echo(_("cell {done} of {total}", done=done, total=total), err=True)

        environment = {"PGC_DATA": str(settings().data)}
        result = execute(
            lab.reports,
            report,
            workspace,
            parameters=parameters,
            environment=environment,
            on_progress=progress,
        )
        if result.state == "failed":
            typer.echo(_("The report failed in cell {cell}:", cell=result.failed_cell), err=True)
            typer.echo(result.error, err=True)
            raise typer.Exit(1)
        typer.echo(str(workspace / result.page))
