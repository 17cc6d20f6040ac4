"""`pgc run`: write a report now, with its progress cell by cell."""

from typing import Annotated

import typer

from pgc_lib.cli.folder import Data, use
from pgc_lib.errors import Invalid
from pgc_lib.i18n import _

app = typer.Typer()


@app.command("run", help=_("Write a report now, such as weekly_review."))
def run(
    name: Annotated[str, typer.Argument(help=_("The report, such as weekly_review."))],
    param: Annotated[
        list[str] | None, typer.Option(help=_("A parameter as NAME=VALUE; repeatable."))
    ] = None,
    data: Data = None,
) -> None:
    """Execute the report and say where it lies; exit status 1 when a cell failed."""
    import pgc_lib as pgc
    from pgc_lib.automation.catalogue import find, folders, workspace
    from pgc_lib.automation.runs import run as execute
    from pgc_lib.automation.settling import settle

    use(data)
    place = workspace()
    place.mkdir(parents=True, exist_ok=True)
    report = find(name, *folders(place))
    parameters = report.typed(given(param))

    def progress(done: int, total: int) -> None:
        typer.echo(_("cell {done} of {total}", done=done, total=total), err=True)

    with pgc.open() as lab:
        settle(lab.reports, place)
        result = execute(lambda: lab, report, place, parameters=parameters, on_progress=progress)
    if result.state == "failed":
        typer.echo(_("The report failed in cell {cell}:", cell=result.failed_cell), err=True)
        typer.echo(result.error, err=True)
        raise typer.Exit(1)
    typer.echo(str(place / result.page))


def given(param: list[str] | None) -> dict[str, str]:
    """`NAME=VALUE` words as a table; what they mean is the report's to say."""
    for item in param or []:
        if "=" not in item:
            raise Invalid(
                _("“{word}” is no parameter.", word=item), next_step=_("Write it as NAME=VALUE.")
            )
    return dict(item.partition("=")[::2] for item in param or [])
