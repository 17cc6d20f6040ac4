"""One registry of importers: what a file is, and how its lines become records.

    lab.import_file("alipay.csv")            # a preview: what was seen; nothing is kept yet
    lab.import_file("alipay.csv").accept()   # one batch, which can be undone as one

A person adds one in a notebook with `@importer(…)`; packages add theirs through the entry point group `pgc.importers`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.exchange.bills import BILLS, Bill
from pgc_lib.exchange.opening import Opened
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

Convert = Callable[["pl.DataFrame", str], "pl.DataFrame"]
_own: dict[str, Bill] = {}


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format that fits a file, and where its heading is."""

    bill: Bill
    heading: int

    @property
    def fit(self) -> int:
        """How much of the file it explains; the larger one wins."""
        return len(self.bill.needed) + 10 * bool(self.bill.marks)


def importers() -> dict[str, Bill]:
    """Every format by name; a person's own come first."""
    others = {point.name: point.load() for point in entry_points(group="pgc.importers")}
    return {**_own, **{bill.name: bill for bill in BILLS}, **others}


def importer(
    name: str, *, title: str, columns: Iterable[str], marks: Iterable[str] = ()
) -> Callable[[Convert], Convert]:
    """Make a function of one's own an importer: it gets the lines and the text above them."""

    def keep(convert: Convert) -> Convert:
        _own[name] = Bill(name, title, tuple(columns), convert, tuple(marks))
        return convert

    return keep


def recognise(opened: Opened) -> list[Recognised]:
    """The formats that fit a file, the best one first."""
    found = []
    for bill in importers().values():
        heading = opened.heading(bill.needed)
        marked = not bill.marks or any(mark in opened.preamble for mark in bill.marks)
        if heading is not None and marked:
            found.append(Recognised(bill, heading))
    return sorted(found, key=lambda one: (one.bill.name not in _own, -one.fit))


def converted(path: Path, name: str | None = None) -> "tuple[Bill, pl.DataFrame]":
    """The lines of a file in the form of records, by the format that fits or the one that is named."""
    opened = Opened(path)
    if not path.exists():
        raise NotFound(
            _("There is no file {path}.", path=path), next_step=_("Check its name and folder.")
        )
    fitting = recognise(opened)
    chosen = next((one for one in fitting if name in (None, one.bill.name)), None)
    if chosen is None:
        names = ", ".join(_(bill.title) for bill in importers().values())
        raise Invalid(
            _("This file is of no known format: {path}", path=path.name),
            [Problem(path.name, _("no heading of a known format was found"))],
            next_step=_(
                "Known are: {names}. For any other table: lab.finance.import_file(path, mapping={{…}}).",
                names=names,
            ),
        )
    above = "\n".join(" ".join(row) for row in opened.rows[: chosen.heading])
    return chosen.bill, chosen.bill.convert(opened.table(chosen.heading), above)
