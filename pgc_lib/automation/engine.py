"""Papermill's engine as a run needs it: followed from cell to cell, its outputs free of secrets, its kernel warm."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

_NAME = "pgc"
PROMPT = "pgc_lib.automation.prompt.PromptClient"
"""What speaks with kernels, as their managers name it."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_NOT_NEEDED = (
    "pyarrow.fs",
    *("fqdn", "isoduration", "rfc3986_validator", "rfc3987", "rfc3987_syntax", "uri_template"),
)
"""What opens notebooks on HDFS, and what checks formats that no notebook's schema names: optional where it is imported."""
_NOT_FOR_KERNELS = (
    "JUPYTERHUB_API_TOKEN",
    "JPY_API_TOKEN",
    "JUPYTER_TOKEN",
    "JUPYTERHUB_COOKIE_SECRET",
)
"""What opens the person's server; a report has no use for it."""


class Failed(Exception):
    """A cell failed, or its kernel died; the text says how."""


class Watch(Protocol):
    """Who follows a run."""

    def starts(self, index: int | None, notebook: "NotebookNode") -> None:
        """A cell begins."""

    def ends(self, cell: "NotebookNode") -> None:
        """A cell is over, well or not; it is saved after this."""


@contextmanager
def lean_imports() -> Iterator[None]:
    """Import papermill without what is optional to it, and a third of its time."""
    left_out = [name for name in _NOT_NEEDED if name not in sys.modules]
    for name in left_out:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]


def start_kernel(folder: Path) -> "AsyncKernelManager":
    """A kernel that begins to start now, while this process imports papermill and opens the lab."""
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_core.utils import run_sync

    kernel = AsyncKernelManager(kernel_name="python3", client_class=PROMPT)
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_KERNELS}
    # Its log is ours; what it warns of is no concern of whoever waits for a report.
    quiet = ["--IPKernelApp.log_level=CRITICAL"]
    run_sync(kernel.start_kernel)(cwd=str(folder), env=inherited, extra_arguments=quiet)
    return kernel


def end_kernel(kernel: "AsyncKernelManager") -> None:
    """Make sure that a kernel is gone: one that was asked to go may finish, any other ends at once."""
    from jupyter_core.utils import run_sync

    async def gone() -> None:
        if kernel.shutting_down:
            await kernel._async_finish_shutdown()
            await kernel._async_cleanup_resources()
        else:
            await kernel._async_shutdown_kernel(now=True)

    if kernel.has_kernel:
        run_sync(gone)()


def _dismiss(kernel: "AsyncKernelManager") -> None:
    """Ask a kernel to go, without waiting: what its cells left open is written meanwhile."""
    from jupyter_core.utils import run_sync

    async def asked() -> None:
        # Of one that died, the ways to speak with it may be taken down already.
        if await kernel._async_is_alive():
            await kernel._async_request_shutdown()
            kernel.shutting_down = True

    run_sync(asked)()


def execute(
    report: Path,
    target: Path,
    parameters: Mapping[str, Any],
    kernel: "AsyncKernelManager",
    watch: Watch,
) -> None:
    """Execute a notebook; `Failed` when that did not end well. The kernel is asked to end with it."""
    _register()
    from papermill.exceptions import PapermillException
    from papermill.execute import execute_notebook

    try:
        execute_notebook(
            str(report),
            str(target),
            parameters=dict(parameters),
            kernel_name="python3",
            progress_bar=False,
            # In the middle of a cell its outputs are not yet free of secrets.
            autosave_cell_every=0,
            engine_name=_NAME,
            watch=watch,
            kernel=kernel,
        )
    except (PapermillException, RuntimeError, OSError) as error:
        # RuntimeError: the kernel died, for want of memory or by a signal.
        raise Failed(_COLOURS.sub("", str(error)).strip()) from error


@cache
def _register() -> None:
    """Make the engine known to papermill."""
    with lean_imports():
        import papermill.execute  # noqa: F401  # with everything that it imports
        from papermill.clientwrap import PapermillNotebookClient
        from papermill.engines import Engine, papermill_engines
        from papermill.iorw import LocalHandler, papermill_io
        from papermill.log import logger

    class Whole(LocalHandler):  # type: ignore[misc]
        """Whoever is killed while saving leaves the notebook as it was saved before."""

        def write(self, buf: str, path: str) -> None:
            part = Path(f"{path}.part")
            part.write_text(buf, encoding="utf-8")
            part.replace(path)

    class Followed(Engine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, *, watch: Watch, kernel: Any, **_options: Any
        ) -> None:
            plain_start, plain_end = nb_man.cell_start, nb_man.cell_complete

            def start(cell: Any, cell_index: int | None = None, **more: Any) -> None:
                watch.starts(cell_index, nb_man.nb)
                plain_start(cell, cell_index, **more)

            def end(cell: Any, cell_index: int | None = None, **more: Any) -> None:
                watch.ends(cell)
                plain_end(cell, cell_index, **more)

            nb_man.cell_start, nb_man.cell_complete = start, end
            client = PapermillNotebookClient(
                nb_man,
                km=kernel,
                kernel_name=kernel_name,
                timeout=None,
                startup_timeout=60,
                log=logger,
            )
            client.owns_km = False
            try:
                client.execute()
            finally:
                if client.kc is not None:
                    client.kc.stop_channels()
                _dismiss(kernel)

    papermill_engines.register(_NAME, Followed)
    papermill_io.register(os.sep, Whole())
