"""How far a long import is: told to whoever asks, or drawn as a bar where someone is watching."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int], None]
"""Is told what is being done and how many rows are done."""


def silent(_what: str, _rows: int) -> None:
    """Tells nobody."""


@contextmanager
def watched(asked: Progress | None, *, long: bool) -> Iterator[Progress]:
    """Where to tell it: to the person's own function, or to a bar for what takes long, on a terminal or in a notebook."""
    if asked is not None:
        yield asked
        return
    if not long or not (sys.stderr.isatty() or "IPython" in sys.modules):
        yield silent
        return
    from rich.progress import Progress as Bars
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,}"))
    with Bars(*columns, TimeElapsedColumn(), transient=True) as bars:
        tasks: dict[str, int] = {}

        def tell(what: str, rows: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=None)
            bars.update(tasks[what], completed=rows)  # type: ignore[arg-type]

        yield tell
