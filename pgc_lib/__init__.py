"""PGC, a personal data lab built on Jupyter.

`import pgc_lib as pgc; lab = pgc.open()` is the way in. This module stays light: everything heavy is
imported on first use, so that a kernel, a worker and the command line start at once.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgc_lib.lab import Lab, open

__version__ = "0.1.0"
__all__ = ["Lab", "__version__", "open"]

_LATE = {"open": "pgc_lib.lab", "Lab": "pgc_lib.lab", "Record": "pgc_lib.core.record"}
_LATE |= {"field": "pgc_lib.core.record", "col": "pgc_lib.stores.filters"}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_LATE[name]), name)
    globals()[name] = value
    return value


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext pgc_lib`: the magics of the notebook."""
    from pgc_lib.notebook.magics import register

    register(ipython)
