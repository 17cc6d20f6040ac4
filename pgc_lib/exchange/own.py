"""A person's own importers, kept as source text: written in a notebook cell, saved with a row that proves them.

The text is sealed with the person's key, so nobody else can put code where it would be run: a grant lets others see
that there is an importer, not write one. It is shown before it runs for the first time in a process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pgc_lib.errors import Invalid, PgcError, Problem
from pgc_lib.exchange.reading import Reading
from pgc_lib.exchange.tables import Bill
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.exchange.registry import Convert

_trusted: set[str] = set()
"""Sources that the person has seen or run in this process."""


def compiled(source: str) -> Bill:
    """The importer that a source text makes: the last function in it that is decorated with `@importer(…)`."""
    made: list[Bill] = []

    def importer(
        name: str,
        *,
        title: str,
        columns: Any,
        marks: Any = (),
        kind: str = "finance.transactions",
    ) -> "Callable[[Convert], Convert]":
        def keep(convert: "Convert") -> "Convert":
            made.append(Bill(name, title, tuple(columns), convert, tuple(marks), kind=kind))
            return convert

        return keep

    try:
        exec(compile(source, "<importer>", "exec"), {"pl": pl, "importer": importer})  # noqa: S102 (the person's own text, under the person's own seal)
    except Exception as error:
        raise Invalid(
            _("This importer cannot be used:"),
            [
                Problem(
                    f"line {getattr(error, 'lineno', '') or ''}".strip(),
                    f"{type(error).__name__}: {error}",
                )
            ],
            next_step=_(
                "It must work by itself, with `pl` and `importer` at hand; import the rest inside of it."
            ),
        ) from error
    if not made:
        raise Invalid(
            _("This importer cannot be used:"),
            [Problem("@importer", _("no function in it is decorated with it"))],
            next_step=_("Write `@importer(name, title=…, columns=…)` above the function."),
        )
    return made[-1]


def trust(source: str) -> None:
    """The person has seen it."""
    _trusted.add(source)


@dataclass(frozen=True)
class Saved:
    """An importer from the lab: known by its columns without running any of it."""

    name: str
    title: str
    needed: tuple[str, ...]
    marks: tuple[str, ...]
    kind: str
    source: str

    @property
    def _outline(self) -> Bill:
        return Bill(self.name, self.title, self.needed, lambda frame, _above: frame, self.marks)

    def sniff(self, path: Path, head: bytes) -> int:
        """A person's own fits better than all others."""
        return 99 if self._outline.sniff(path, head) else 0

    def read(self, path: Path, *, trusted: bool = False, **options: Any) -> Reading:
        """Run it, once it was shown."""
        if not trusted and self.source not in _trusted:
            trust(self.source)
            raise NotYetShown(
                _(
                    "Your own importer “{name}” fits this file. This is what it does:",
                    name=self.name,
                )
                + "\n\n"
                + self.source,
                next_step=_("Import the file again to run it, or name another importer."),
            )
        return compiled(self.source).read(path, **options)


class NotYetShown(PgcError):
    """The text of an importer that has not run in this process yet."""
