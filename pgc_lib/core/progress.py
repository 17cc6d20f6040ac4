"""How far something long is: told to whoever asks, or drawn as a bar where someone is watching."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int], None]
"""Is told what is being done and how much of it is done: rows, or steps."""


def silent(_what: str, _done: int) -> None:
    """Tells nobody."""


@contextmanager
def watched(asked: Progress | None, *, long: bool, total: int | None = None) -> Iterator[Progress]:
    """Where to tell it: to the person's own function, or to a bar for what takes long, on a terminal or in a notebook.

    With a `total` the bar shows the share that is done, else only the count.
    """
    if asked is not None:
        yield asked
        return
    if not long or not (sys.stderr.isatty() or "IPython" in sys.modules):
        yield silent
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bars

    share: tuple[ProgressColumn, ...] = (BarColumn(), MofNCompleteColumn())
    count: tuple[ProgressColumn, ...] = (TextColumn("{task.completed:,}"),)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), *(share if total else count))
    with Bars(*columns, TimeElapsedColumn(), transient=True) as bars:
        tasks: dict[str, int] = {}

        def tell(what: str, done: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)  # type: ignore[arg-type]

        yield tell
