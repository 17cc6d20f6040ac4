"""`pgc bench`: how fast PGC is on this machine, each figure against a named peer in the same run."""

import json
import sys
from importlib import import_module
from typing import Annotated, Any

import typer

from pgc_lib.cli.tree import root
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _

app = typer.Typer()


@app.command("bench", help=_("Measure the speed, each figure against a named peer."))
def bench(
    name: Annotated[
        str | None, typer.Argument(help=_("A figure or a topic; everything when left out."))
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help=_("One JSON object a line, for programs."))
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help=_("Only say what there is."))] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help=_("Fewer rows; each figure ends within 45 seconds."))
    ] = False,
) -> None:
    """Print each figure as soon as it is found."""
    table = _figures()
    wanted = [figure for figure in table.values() if name in (None, figure.name, figure.topic)]
    if not wanted:
        raise NotFound(
            _("There is no figure {name}.", name=name),
            next_step=_("`pgc bench --list` shows them."),
        )
    if listed:
        for figure in wanted:
            _announce(figure, as_json)
        return
    started = import_module("tests.bench.figures").Bench(quick=quick)
    try:
        for figure in wanted:
            result = figure.result(figure.measure(started))
            print(json.dumps(result, ensure_ascii=False) if as_json else _line(figure, result))
            sys.stdout.flush()
    finally:
        started.close()


def _figures() -> dict[str, Any]:
    """The figures stand with the tests: they measure the source tree and need its peers."""
    tree = str(root())
    if tree not in sys.path:
        sys.path.insert(0, tree)
    import_module("tests.bench")
    table: dict[str, Any] = import_module("tests.bench.figures").FIGURES
    return table


def _announce(figure: Any, as_json: bool) -> None:
    if as_json:
        shown = {
            key: getattr(figure, key) for key in ("name", "topic", "peer", "unit", "goal", "help")
        }
        print(json.dumps(shown, ensure_ascii=False))
    else:
        print(f"{figure.name:<26}{figure.goal:<9}{figure.help}")


def _line(figure: Any, result: dict[str, Any]) -> str:
    mark = "✓" if figure.reached(result["ratio"]) else "✗"
    ours = f"{result['ours']:g} {result['unit']}"
    theirs = f"{result['peer']}: {result['theirs']:g}"
    ratio = f"{result['ratio']:g} ({figure.goal})"
    return f"{mark} {result['name']:<25} {ours:<17} {theirs:<29} {ratio:<19} n = {result['n']}"
