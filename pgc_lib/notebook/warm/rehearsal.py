"""What a waiting kernel does once beforehand: the first dashboard, with the result thrown away.

The first question to a library costs many times the second: modules are imported late, statements compiled, templates
read. So the notebook of the home page is executed as a kernel would, and of the others is imported what they import.
Pages only read; nothing of this stays but what libraries keep for themselves: widgets are closed, and every lab, for a
connection that waits with us would be one that somebody else on the server lacks.
"""

import ast
import gc
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

PAGES = Path(__file__).parents[3] / "dashboards"
FIRST = "home.ipynb"


def rehearse(pages: Path = PAGES) -> None:
    """Import, read, forget."""
    import ipykernel.ipkernel
    import ipykernel.kernelapp  # noqa: F401  # with everything that it imports

    known: dict[str, Any] = {"__name__": "__main__"}
    for path in sorted(pages.glob("*.ipynb")):
        try:
            cells = [ast.parse(source) for source in _sources(path)]
            if path.name == FIRST:
                _execute(cells, known)
            else:
                _import(cells)
        except Exception:  # whatever keeps a page from being shown is told on the page
            log.debug("warm.not_rehearsed", exc_info=True)
    _close()
    known.clear()
    gc.collect()
    gc.freeze()  # what is left stays, and need not be looked at again


def _sources(path: Path) -> Iterator[str]:
    """The code of a notebook's cells, without magics."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            lines = "".join(cell["source"]).splitlines()
            yield "\n".join(line for line in lines if not line.startswith(("%", "!")))


def _execute(cells: list[ast.Module], known: dict[str, Any]) -> None:
    """Do what each cell does, and draw what it shows."""
    from pgc_lib.notebook.live import Part

    with redirect_stdout(StringIO()):
        for cell in cells:
            last = cell.body.pop() if cell.body and isinstance(cell.body[-1], ast.Expr) else None
            exec(compile(cell, "page", "exec"), known)  # noqa: S102  # our own notebook
            if isinstance(last, ast.Expr):
                shown = eval(compile(ast.Expression(last.value), "page", "eval"), known)  # noqa: S307
                draw = getattr(shown, "_repr_mimebundle_", None)
                if draw is not None:
                    draw()
    for part in [each for each in known.values() if isinstance(each, Part)]:
        # What is asked beside the page shall not go on while we wait for an order.
        getattr(part, "wait", int)()


def _import(cells: list[ast.Module]) -> None:
    for node in (node for cell in cells for node in ast.walk(cell)):
        if isinstance(node, ast.ImportFrom) and node.module:
            import_module(node.module)


def _close() -> None:
    import ipywidgets

    from pgc_lib.lab import Lab

    ipywidgets.Widget.close_all()
    for each in gc.get_objects():
        if type(each) is Lab:  # a proxy would wake up at being asked
            each.close()
