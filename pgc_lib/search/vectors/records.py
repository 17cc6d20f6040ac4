"""A collection of vectors as a record: what it is made for, which index it has, what its search was set to."""

from collections.abc import Mapping
from typing import Any, Literal, Self, TypeAlias

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from pgc_lib.core.record import Record, field
from pgc_lib.i18n import N_, _

Metric: TypeAlias = Literal["cosine", "l2", "ip"]
Index: TypeAlias = Literal["flat", "ivf", "hnsw"]
Store: TypeAlias = Literal["postgresql", "milvus"]

MOST_DIMENSIONS = 16_000
INDEXED = 2_000
"""The most dimensions that an index of PostgreSQL takes; more are compared one by one."""

PARAMETERS: Mapping[Index, Mapping[str, tuple[int, int, int]]] = {
    "flat": {},
    "ivf": {"lists": (1, 100, 32_768)},
    "hnsw": {"m": (2, 16, 100), "ef_construction": (4, 64, 1_000)},
}
"""Of each index: a parameter with the least, the usual and the most."""

EFFORT: Mapping[Index, tuple[str, int, int]] = {
    "ivf": ("probes", 10, 32_768),
    "hnsw": ("ef_search", 80, 1_000),
}
"""What a search is told about how hard to look: its name, the usual and the most."""


class VectorSet(Record, kind="vectors.collections", key=["name"], sort=["name"]):
    """What a collection of vectors is."""

    name: str = field(
        title=N_("Name"), pattern=r"^\S(.*\S)?$", min_length=1, max_length=100, searchable=True
    )
    dimension: int = field(
        title=N_("Dimension"),
        help=N_("How many numbers a vector has; it stays as it is."),
        ge=1,
        le=MOST_DIMENSIONS,
    )
    metric: Metric = field(
        "cosine", title=N_("Metric"), help=N_("What “near” means; it stays as it is.")
    )
    index: Index = field("hnsw", title=N_("Index"))
    parameters: dict[str, Any] = field({}, title=N_("Parameters of the index"))
    search: dict[str, Any] = field(
        {},
        title=N_("Search settings"),
        help=N_("How hard a search looks, and the recall it was chosen for."),
    )
    model: str = field(
        "",
        title=N_("Embedding model"),
        help=N_("What makes vectors of texts; empty where vectors are given."),
        max_length=200,
    )
    store: Store = field("postgresql", title=N_("Store"))
    built: dict[str, Any] | None = field(None, title=N_("Index built"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text", max_length=20_000)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for reason in impossible(self.store, self.dimension, self.index, self.parameters):
            raise PydanticCustomError("vector_index", "{reason}", {"reason": reason})
        return self


def impossible(
    store: Store, dimension: int, index: Index, parameters: Mapping[str, Any]
) -> list[str]:
    """Why an index cannot be made so; nothing when it can."""
    reasons = []
    if store == "postgresql" and index != "flat" and dimension > INDEXED:
        reasons.append(
            _(
                "PostgreSQL indexes at most {most} dimensions; use the index “flat”, or Milvus",
                most=INDEXED,
            )
        )
    known = PARAMETERS[index]
    for name, value in parameters.items():
        if name not in known:
            names = ", ".join(known) or "–"
            reasons.append(
                _("the index “{index}” has the parameters {names}", index=index, names=names)
            )
            continue
        least, _usual, most = known[name]
        if type(value) is not int or not least <= value <= most:
            reasons.append(
                _(
                    "{name} is a whole number from {least} to {most}",
                    name=name,
                    least=least,
                    most=most,
                )
            )
    wide, deep = (parameters.get(name, known[name][1]) if name in known else None for name in ("m", "ef_construction"))  # fmt: skip
    if not reasons and wide is not None and deep is not None and deep < 2 * wide:
        reasons.append(_("ef_construction is at least twice m"))
    return reasons
