"""`pgc lock`: pins every dependency with hashes, one lock a level of the environment.

The locks agree with each other: each is compiled under the smaller one before it. They hold no address, so that
everyone's own package index serves them, and only wheels, so that nobody needs a compiler.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pgc_lib.cli.boot.environment import LOCKS, OLDEST
from pgc_lib.cli.boot.packages import packages_in
from pgc_lib.cli.tree import root
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _

_EXTRAS = {"lab": (), "hub": ("hub", "s3"), "test": ("hub", "s3", "test")}
# Packages that are published as source only; each must be pure Python.
_FROM_SOURCE: dict[str, tuple[str, ...]] = {"lab": (), "hub": (), "test": ()}
_HEADER = "# Pinned by `./pgc lock` from pyproject.toml; do not edit.\n"
_OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--only-binary=:all:",
    "--emit-build-options",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--no-header",
    "--quiet",
)

app = typer.Typer()


@app.command(help=_("Pin the dependencies again after pyproject.toml changed."))
def lock(
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help=_("Take the newest allowed release of everything."))
    ] = False,
    package: Annotated[
        list[str] | None,
        typer.Option("--upgrade-package", help=_("Take the newest allowed release of this one.")),
    ] = None,
) -> None:
    """Compile all locks, then put them in place together."""
    options = ["--upgrade"] if upgrade else []
    options += [f"--upgrade-package={name}" for name in package or ()]
    tree = root()
    with tempfile.TemporaryDirectory() as scratch:
        made = compile_all(tree, Path(scratch), options)
        for level, text in made.items():
            (tree / LOCKS[level]).write_text(text, encoding="utf-8")
            print(_("{file}: {n} packages", file=LOCKS[level], n=len(packages_in(text))))


def compile_all(tree: Path, scratch: Path, options: list[str]) -> dict[str, str]:
    """The text of each lock, made in a scratch folder from `pyproject.toml` and the present pins."""
    made: dict[str, str] = {}
    before: Path | None = None
    for level, name in LOCKS.items():
        output = scratch / name
        if (tree / name).exists():
            shutil.copyfile(tree / name, output)  # uv keeps the pins that it finds
        command = [_uv(), "pip", "compile", str(tree / "pyproject.toml"), *_OPTIONS, *options]
        command += [f"--python-version={OLDEST[0]}.{OLDEST[1]}", f"--output-file={output}"]
        command += [f"--extra={extra}" for extra in _EXTRAS[level]]
        command += [f"--no-binary={package}" for package in _FROM_SOURCE[level]]
        command += [f"--constraint={before}"] if before else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PgcError(
                _("{file} cannot be compiled:\n{error}", file=name, error=done.stderr.strip()),
                next_step=_("Correct the dependencies in pyproject.toml; no lock was changed."),
            )
        made[level] = tidy(output.read_text(encoding="utf-8"))
        before = output
    return made


def tidy(text: str) -> str:
    """A compiled lock with our header, each option once, and the promise kept that it names no address."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    options = sorted({line for line in lines if line.startswith("--")})
    pins = [line for line in lines if not line.startswith("--")]
    whole = _HEADER + "\n".join([*options, *pins]) + "\n"
    if "://" in whole or " @ " in whole:
        raise PgcError(
            _("A dependency is named by an address."),
            next_step=_("Name a release of it in pyproject.toml instead."),
        )
    return whole


def _uv() -> str:
    """The environment's own uv, else the one on PATH."""
    own = Path(sys.prefix) / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if not found:
        raise PgcError(_("uv is not installed."), next_step=_("Run `pip install uv`."))
    return found
