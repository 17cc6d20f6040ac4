"""One-line entries in a notebook: `%todo 写周报` keeps a to-do, `%%ask` asks about one's own data."""

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from pgc_lib.errors import PgcError

if TYPE_CHECKING:
    from pgc_lib.lab import Lab


@cache
def _lab() -> "Lab":
    """The lab of this kernel, opened once."""
    import pgc_lib as pgc

    return pgc.open()


def register(shell: Any) -> None:
    """Give the magics to a notebook's shell."""
    shell.register_magic_function(_todo, "line", "todo")
    shell.register_magic_function(_ask, "line_cell", "ask")


def _todo(line: str) -> Any:
    """`%todo 写周报 @fri #工作 30m` keeps a to-do; alone it shows what is due today."""
    title = line.strip()
    with _Readable():
        return _lab().todos.add(title) if title else _lab().todos.today()
    return None


def _ask(line: str, cell: str | None = None) -> None:
    """`%ask QUESTION`, or `%%ask` with the question below; the answer is written as it comes."""
    from IPython.display import Markdown, display

    with _Readable():
        answer = _lab().ask("\n".join(filter(None, [line.strip(), (cell or "").strip()])))
        notes = [f"[{each.number}] `{each.query}` → {each.rows}" for each in answer.sources]
        if notes:
            display(Markdown("\n\n".join(notes)))  # type: ignore[no-untyped-call]


class _Readable:
    """Show an error of ours as its two sentences, not as a traceback."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, PgcError):
            sys.stdout.write(f"{error}\n")
            return True
        return False
