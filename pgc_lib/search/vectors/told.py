"""What a collection of vectors answers: items found, what was put in, what it holds and costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pgc_lib.core.shown import Told, card, problems_table
from pgc_lib.errors import Problem
from pgc_lib.i18n import _
from pgc_lib.search.vectors.records import EFFORT, VectorSet


@dataclass(frozen=True, slots=True)
class Hit(Told):
    """One item that was found: the higher the score, the nearer."""

    key: str
    score: float
    distance: float
    text: str
    metadata: Mapping[str, Any]

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Item"): self.key,
            _("Score"): f"{self.score:.3f}",
            _("Text"): self.text,
            _("Metadata"): dict(self.metadata),
        }


@dataclass(frozen=True, slots=True)
class Written:
    """What was put in; `batch` takes it back as one; `problems` says what was left out and why."""

    batch: UUID
    written: int
    problems: tuple[Problem, ...] = ()

    def _shown_(self) -> dict[str, Any]:
        counts = {_("Written"): self.written, _("Refused"): len({p.row for p in self.problems})}
        return {title: n for title, n in counts.items() if n} | {_("Batch"): self.batch}

    def _repr_html_(self) -> str:
        return card(self._shown_()) + problems_table(self.problems)


@dataclass(frozen=True, slots=True)
class Statistics(Told):
    """What a collection holds and what it costs."""

    of: VectorSet
    items: int | None
    """None where its store cannot be asked."""
    item_bytes: int | None
    index_bytes: int | None
    warnings: tuple[str, ...] = ()

    def _shown_(self) -> dict[str, Any]:
        built = self.of.built or {}
        return {
            _("Name"): self.of.name,
            _("Number of items"): self.items,
            _("Dimension"): self.of.dimension,
            _("Metric"): self.of.spec.fields["metric"].told(self.of.metric),
            _("Index"): self.of.spec.fields["index"].told(self.of.index),
            _("Parameters of the index"): dict(self.of.parameters),
            _("Search settings"): _searched(self.of.search),
            _("Size of the items (MB)"): _megabytes(self.item_bytes),
            _("Size of the index (MB)"): _megabytes(self.index_bytes),
            _("Index built"): datetime.fromisoformat(built["at"]) if "at" in built else None,
            _("Building took (s)"): built.get("seconds"),
            _("Notes"): list(self.warnings),
        }


def _megabytes(size: int | None) -> float | None:
    return None if size is None else round(size / 2**20, 1)


def _searched(settings: Mapping[str, Any]) -> str:
    """How hard a search looks, and what that was measured to find."""
    said = ", ".join(f"{name}={settings[name]}" for name, _usual, _most in EFFORT.values() if name in settings)  # fmt: skip
    if "recall" not in settings or "wanted" not in settings:
        return said
    return _(
        "{setting}: recall {recall}, wanted {wanted}, of {k} neighbours",
        setting=said,
        recall=f"{settings['recall']:.1%}",
        wanted=f"{settings['wanted']:.1%}",
        k=settings.get("k", 10),
    )
