"""Reading locks, what pip says, and what pip left behind."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from pgc_lib.cli.boot.texts import say

# What pip says of each package that it comes to; "Processing" is one that lies in a folder.
_ONE = re.compile(
    r"(?:Collecting |Requirement already satisfied: |Processing (?:[^(]*/)?)(?P<name>[\w.]+(?:-[A-Za-z][\w.]*)*)"
)


def packages_in(lock: str) -> set[str]:
    """The names of the packages that a lock pins; one with two versions for two systems counts twice."""
    lines = (
        line for line in lock.splitlines() if "==" in line and not line.startswith(("#", " ", "-"))
    )
    return {line.partition("\\")[0].strip() for line in lines}


class Fetching:
    """Reads what pip says while it fetches: how many packages of how many, and which one now."""

    def __init__(self, lock: str) -> None:
        self.total = len(packages_in(lock))
        self.seen = 0
        self.now = ""
        self.to_install = 0

    def read(self, line: str) -> None:
        """Take one line of pip's output into account."""
        line = line.strip()
        if line.startswith("Ignoring "):
            self.total -= 1
        elif found := _ONE.match(line):
            self.seen += 1
            self.now = found["name"]
        elif line.startswith("Installing collected packages:"):
            self.to_install = line.count(",") + 1
        elif "Retrying (" in line:
            self.now = say("retry")


def broken_packages(site: Path) -> Iterable[Path]:
    """What a killed pip left: moved-away folders, and records of packages whose files are not all there."""
    yield from site.glob("~*")
    for info in site.glob("*.dist-info"):
        try:
            record = (info / "RECORD").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            yield info
            continue
        # pip adds INSTALLER to the record last of all; a name with a comma is quoted and not looked at.
        rows = (row.rsplit(",", 2) for row in record.splitlines() if row and row[0] != '"')
        whole = all(has_size(site / row[0], row[2]) for row in rows if len(row) == 3)
        if not whole or f"{info.name}/INSTALLER," not in record:
            yield info


def has_size(path: Path, size: str) -> bool:
    """Whether a file is there with its recorded size; compiled files are recorded without one."""
    try:
        return not size or path.stat().st_size == int(size)
    except OSError:
        return False


def added_by_hand(site: Path, locked: set[str]) -> set[str]:
    """The packages that are in no lock: the person's own."""
    there = {info.name.partition("-")[0] for info in site.glob("*.dist-info")}
    return {name for name in there if name.lower() not in locked | {"pip", "setuptools", "pgc_lab"}}


def remove_all_but(folder: Path, kept: Path) -> None:
    """Empty a folder except for one file."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != kept:
            path.unlink()
