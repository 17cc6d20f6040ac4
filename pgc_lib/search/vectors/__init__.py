"""Vector collections: `lab.vectors`."""

from pgc_lib.search.vectors import table
from pgc_lib.search.vectors.area import Vectors
from pgc_lib.search.vectors.collection import VectorCollection
from pgc_lib.search.vectors.measuring import Recall
from pgc_lib.search.vectors.records import VectorSet
from pgc_lib.search.vectors.told import Hit, Statistics, Written

__all__ = [
    "Hit",
    "Recall",
    "Statistics",
    "VectorCollection",
    "VectorSet",
    "Vectors",
    "Written",
    "table",
]
