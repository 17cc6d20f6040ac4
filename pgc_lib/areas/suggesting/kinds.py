"""The collection of a kind that a suggestion names, whichever area it belongs to."""

from pgc_lib.core.places import collection_of

__all__ = ["collection_of"]
