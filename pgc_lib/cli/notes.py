"""`pgc notes`: what stands in the cells of notebooks, brought into the lab by hand where it came there by itself before."""

from typing import Annotated

import typer

from pgc_lib.cli.folder import Data, use
from pgc_lib.i18n import _

app = typer.Typer(no_args_is_help=True)


@app.callback()
def notes() -> None:
    """A group, though it has one command."""


@app.command(
    "reindex", help=_("Read every notebook again and bring its notes and the lab in step.")
)
def reindex(
    data: Data = None,
    write: Annotated[
        bool,
        typer.Option(
            "--write",
            help=_(
                "Also write what the lab changed into the notebooks; close them in JupyterLab before."
            ),
        ),
    ] = False,
) -> None:
    """Whatever was not noticed is made up for; what is gone goes to the trash."""
    import pgc_lib as pgc
    from pgc_lib.automation.catalogue import workspace
    from pgc_lib.notebook.harvest.edits import CellEdit
    from pgc_lib.notebook.harvest.edits import write as write_cells
    from pgc_lib.notebook.harvest.harvester import Harvester
    from pgc_lib.notebook.harvest.shipped import shipped

    state = use(data) / "jupyter"
    waiting: dict[str, list[CellEdit]] = {}
    with pgc.open() as lab:
        place = workspace()
        harvester = Harvester(
            lab.session, place, state, deliver=waiting.__setitem__, shipped=shipped(), grace=0
        )
        tally = harvester.sweep(whole=True)
        waiting = {path: edits for path, edits in waiting.items() if edits}
        if write and waiting:
            for path, edits in waiting.items():
                write_cells(place / path, edits)
            harvester.sweep()
        kept = sum(len(each.cells) for each in lab.docs.notebooks.find(gone=False))
    for problem in tally.problems:
        typer.echo(problem, err=True)
    typer.echo(
        _(
            "{notebooks} notebooks read, {notes} notes kept, {written} of them changed, {removed} thrown away.",
            notebooks=tally.read, notes=kept, written=tally.written, removed=tally.removed,
        )
    )  # fmt: skip
    if waiting and not write:
        typer.echo(
            _("{n} notebooks have yet to follow the lab; they do when they are saved or closed.", n=len(waiting))
        )  # fmt: skip
