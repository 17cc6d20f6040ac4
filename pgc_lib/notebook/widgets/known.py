"""What was written in a field before, to be offered while one types."""

from typing import Any

from pgc_lib.core.collection import Collection
from pgc_lib.core.record import FieldSpec

_LOOKED_AT, _OFFERED, _LONGEST = 1000, 40, 60


def known_texts(collection: Collection[Any], field: FieldSpec) -> list[str]:
    """The most frequent texts of a field among one's latest records; of short texts and lists alone."""
    import polars as pl

    spec = collection.spec
    if field.meta.sensitive or field.choices or field.name in spec.key or collection.session.at is not None:  # fmt: skip
        return []
    if field.type.name not in ("text", "texts") or ((field.max_length or 1001) > 1000 and field.type.name == "text"):  # fmt: skip
        return []
    frame = collection.frame(columns=[field.name], order=list(spec.sort), limit=_LOOKED_AT, owner=collection.session.person)  # fmt: skip
    column = frame[field.name]
    if column.dtype == pl.List(pl.String):
        column = column.explode()
    texts = column.drop_nulls()
    texts = texts.filter((texts != "") & (texts.str.len_chars() <= _LONGEST))
    counts = texts.value_counts(sort=True).filter(pl.col("count") > 1 if field.name in ("title", "name") else pl.lit(True))  # fmt: skip
    return counts[field.name].head(_OFFERED).to_list()
