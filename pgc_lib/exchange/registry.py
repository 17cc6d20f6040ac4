"""One registry of importers: what a file is, and what records it holds.

    lab.import_file("alipay.csv")            # a preview: what was seen; nothing is kept yet
    lab.import_file("alipay.csv").accept()   # one batch, which can be undone as one

An importer is an object with a name, a title, `sniff` and `read` (see `Importer`). Those of PGC are in `FORMATS`; packages
add theirs through the entry point group `pgc.importers`; a person adds one for a table in a notebook with `@importer(…)`.
"""

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pgc_lib.core.points import entry_points
from pgc_lib.errors import Invalid, Problem
from pgc_lib.exchange.reading import Reading
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.exchange.tables import Bill

HEAD_BYTES = 1 << 16
"""What `sniff` is given of a file."""

FORMATS: tuple[str, ...] = (
    "pgc_lib.exchange.bills:BILLS",
    "pgc_lib.exchange.banks:BANKS",
    "pgc_lib.exchange.western:STATEMENTS",
    "pgc_lib.exchange.ofx:IMPORTER",
    "pgc_lib.exchange.qif:IMPORTER",
    "pgc_lib.exchange.camt:IMPORTER",
    "pgc_lib.exchange.beancount:IMPORTER",
    "pgc_lib.exchange.genealogy_import:IMPORTERS",
    "pgc_lib.exchange.activities:IMPORTERS",
    "pgc_lib.exchange.plans:IMPORTER",
    "pgc_lib.exchange.occasions:IMPORTER",
    "pgc_lib.exchange.vtodo:IMPORTER",
    "pgc_lib.exchange.todotxt:IMPORTER",
    "pgc_lib.exchange.todo_tables:IMPORTERS",
    "pgc_lib.exchange.health:IMPORTER",
    "pgc_lib.exchange.vault:IMPORTERS",
    "pgc_lib.exchange.enex:IMPORTER",
    "pgc_lib.exchange.anki:IMPORTER",
    "pgc_lib.exchange.jsonresume:IMPORTER",
)
"""Where PGC's own importers are, each an importer or several; loaded when a file is first looked at."""


@runtime_checkable
class Importer(Protocol):
    """What knows one format of file."""

    @property
    def name(self) -> str:
        """What it is called in code."""

    @property
    def title(self) -> str:
        """What it is called for a person."""

    def sniff(self, path: Path, head: bytes) -> int:
        """How well it fits a file, of which `head` is the beginning; 0 means not at all, 100 beyond doubt."""

    def read(self, path: Path, **options: Any) -> Reading:
        """What the file holds; what is wrong with single rows is a value, not an error."""


@runtime_checkable
class TreeImporter(Importer, Protocol):
    """What also knows folders, or archives as they are, with all that is in them."""

    def sniff_tree(self, path: Path) -> int:
        """How well it fits a folder or an archive as a whole; 0 means not at all."""


Convert = Callable[["pl.DataFrame", str], "pl.DataFrame"]
_own: "dict[str, Importer]" = {}
"""Those that a person made in this notebook."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """An importer that fits a file, and how well."""

    importer: Importer
    fit: int


def importers() -> dict[str, Importer]:
    """Every importer by name; a person's own come first."""
    found: list[Any] = []
    for where in FORMATS:
        module, _sep, attribute = where.partition(":")
        made = getattr(import_module(module), attribute)
        found += made if isinstance(made, tuple) else [made]
    ours = {one.name: one for one in found}
    others = {point.name: _loaded(point) for point in entry_points(group="pgc.importers")}
    return {**others, **ours, **_own}


def _loaded(point: Any) -> Any:
    made = point.load()
    return made() if isinstance(made, type) else made


def importer(
    name: str,
    *,
    title: str,
    columns: Iterable[str],
    marks: Iterable[str] = (),
    kind: str = "finance.transactions",
) -> Callable[[Convert], Convert]:
    """Make a function of one's own an importer: it gets the lines of a table and the text above them."""
    from pgc_lib.exchange.tables import Bill

    def keep(convert: Convert) -> Convert:
        _own[name] = Bill(name, title, tuple(columns), convert, tuple(marks), kind=kind)
        return convert

    return keep


def made_here(name: str) -> "Bill | None":
    """The importer that was made in this notebook under a name."""
    from pgc_lib.exchange.tables import Bill

    found = _own.get(name)
    return found if isinstance(found, Bill) else None


def recognise(path: Path, among: Iterable[Importer] | None = None) -> list[Recognised]:
    """The importers that fit a file, the best one first; a person's own before all others."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    known = list(importers().values()) if among is None else list(among)
    found = [Recognised(one, fit) for one in known if (fit := one.sniff(path, head)) > 0]
    return sorted(found, key=lambda one: (one.importer.name not in _own, -one.fit))


def recognise_tree(path: Path) -> Importer | None:
    """The importer that takes a folder or an archive as a whole, if there is one."""
    known = [one for one in importers().values() if isinstance(one, TreeImporter)]
    found = [(fit, one) for one in known if (fit := one.sniff_tree(path)) > 0]
    return max(found, key=lambda each: each[0])[1] if found else None


def _nothing_to_read(path: Path) -> str:
    """Why nobody could find a table in a file; empty where there might be one."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        return _("the file is empty")
    is_text = b"\0" not in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "" if is_text else _("it is no text")


def unknown(path: Path, reason: str = "") -> Invalid:
    """The error for a file that no importer knows."""
    names = _("; ").join(_(one.title) for one in importers().values())
    return Invalid(
        _("This file is of no known format: {path}", path=path.name),
        [
            Problem(
                path.name,
                _nothing_to_read(path) or reason or _("no heading of a known format was found"),
            )
        ],
        next_step=_(
            "Known are: {names}. For any other table name its columns: lab.import_file(path, mapping={{'column': 'field'}}).",
            names=names,
        ),
    )
