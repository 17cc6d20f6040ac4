"""`pgc test` and `pgc check`: what keeps the project sound, for its developers and for CI alike."""

import os
import subprocess
import sys

import typer

from pgc_lib.cli.tree import root
from pgc_lib.i18n import _

app = typer.Typer()

_FLOORS = "tests/unit/test_architecture.py"


@app.command(
    help=_("Run the tests; what follows is passed to pytest."),
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def test(context: typer.Context) -> None:
    """Become pytest, in the source tree; the whole suite on every core, each with engines of its own."""
    os.chdir(root())
    # Lines appear as they are written, also where a log is read while the tests run.
    os.environ["PYTHONUNBUFFERED"] = "1"
    # Many machines of a CI forbid compiled files; then each of the hundreds of processes that tests start compiles us anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    words = context.args or ["--numprocesses", str(_workers())]
    os.execv(sys.executable, [sys.executable, "-P", "-m", "pytest", *words])


def _workers() -> int:
    """One process more than cores, for a test waits as much as it works; more than four would want more memory than
    they save time. On a single core pytest itself works."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return 0 if cores == 1 else min(cores + 1, 4)


@app.command(help=_("Check style, types and the floors."))
def check() -> None:
    """Run every check, also after one has failed, and show the output of those that did."""
    tree = root()
    steps = {
        _("style (ruff check)"): ["ruff", "check", "."],
        _("format (ruff format)"): ["ruff", "format", "--check", "."],
        _("types (mypy strict)"): ["mypy"],
        _("floors and lengths"): ["pytest", "-q", "--no-header", _FLOORS],
    }
    failed = 0
    for name, (tool, *arguments) in steps.items():
        command = [sys.executable, "-P", "-m", tool, *arguments]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
        print(f"{'✗' if done.returncode else '✓'} {name}", flush=True)
        if done.returncode:
            failed += 1
            print((done.stdout + done.stderr).strip(), flush=True)
    raise typer.Exit(1 if failed else 0)
