"""Both ways as one: reciprocal rank fusion, which needs no common scale of scores, only two orders."""

from collections.abc import Sequence
from dataclasses import replace

from pgc_lib.search.text import Found

_K = 10
"""How little the very first places are favoured. The paper has 60 for lists of a thousand; ours have some dozens."""


def fused(*orders: Sequence[Found]) -> list[Found]:
    """Several orders of the same things as one; what is high in more than one comes first.

    What holds only some of the words counts as much as it holds: else whatever shares a frequent word with the
    question would push aside what means the same in other words.
    """
    scores: dict[tuple[object, ...], float] = {}
    known: dict[tuple[object, ...], Found] = {}
    for order in orders:
        for rank, found in enumerate(order, start=1):
            key = (found.owner, found.kind, found.record)
            known.setdefault(key, found)
            scores[key] = scores.get(key, 0.0) + found.share / (_K + rank)
    ranked = sorted(scores, key=lambda key: -scores[key])
    return [replace(known[key], score=scores[key]) for key in ranked]
