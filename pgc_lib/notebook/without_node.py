"""Runs the module of a Jupyter server and asks Node.js nothing: `python -m pgc_lib.notebook.without_node jupyterlab …`.

JupyterLab asks yarn for its settings as soon as it is imported, for builds that a lab never makes. On a machine with Node.js
that was a second of processor at every start, before anything was served.
"""

import runpy
import sys


def main() -> None:
    """Become that module."""
    from jupyterlab import commands  # type: ignore[import-untyped]

    commands._yarn_config = _nothing
    module = sys.argv.pop(1)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _nothing(_logger: object) -> dict[str, dict[str, str]]:
    """What JupyterLab takes where there is no Node.js."""
    return {"yarn config": {}, "npm config": {}}


if __name__ == "__main__":
    main()
