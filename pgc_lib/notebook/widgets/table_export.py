"""Records of a table as a file to take along: safe in every spreadsheet, as `lab.export` writes it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgc_lib.core.collection import Collection
from pgc_lib.core.zone import today
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.widgets.titles import title_of_kind
from pgc_lib.stores.filters import Condition

KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_THROUGH_THE_PAGE = 30_000_000
"""Bytes; what is larger is laid beside the notebook."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was written; without content it lies where the sentence says."""

    name: str
    kind: str
    content: bytes | None
    sentence: str


def file_of(collection: Collection[Any], where: Condition, ending: str) -> Made:
    """Write the records that meet the condition."""
    from pgc_lib.exchange.export import export

    title = "".join(c for c in title_of_kind(collection) if c.isalnum() or c in " -_")
    name = f"{title} {today():%Y-%m-%d}.{ending}"
    with tempfile.TemporaryDirectory(prefix="pgc-export-") as folder:
        path = export(collection, Path(folder) / f"records.{ending}", where, order=list(collection.spec.sort))  # fmt: skip
        n = collection.count(where)
        if path.stat().st_size <= _THROUGH_THE_PAGE:
            told = n_("{n} record was written to {name}.", "{n} records were written to {name}.", n, name=name)  # fmt: skip
            return Made(name, KINDS[ending], path.read_bytes(), told)
        beside = Path.cwd() / name
        beside.write_bytes(path.read_bytes())
        return Made(name, KINDS[ending], None, _("The file is large; it lies here: {path}", path=beside))  # fmt: skip
