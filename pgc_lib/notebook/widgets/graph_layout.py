"""Where the nodes of a picture stand: what is tied pulls, everything pushes, until it is at rest (Fruchterman and Reingold).

The same picture comes out each time, and a node that stood somewhere begins there, so a picture that grows stays the same one.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import pi, sqrt

LENGTH = 105.0
"""How long an edge is, about."""
_STEPS = 100
_WIDER = 1.7
"""Labels are wider than they are high, so pictures are, too."""
_GOLDEN = pi * (3 - sqrt(5))


def places(
    nodes: Sequence[str],
    ties: Iterable[tuple[str, str]],
    before: "Mapping[str, tuple[float, float]] | None" = None,
    *,
    centre: str = "",
) -> dict[str, tuple[float, float]]:
    """A place for each node; the one in the centre stays at (0, 0)."""
    import numpy as np

    count = len(nodes)
    if count == 0:
        return {}
    index = {node: n for n, node in enumerate(nodes)}
    pairs = {
        tuple(sorted((index[a], index[b]))) for a, b in ties if a in index and b in index and a != b
    }
    at = _begin(nodes, sorted(pairs), before or {})
    if count > 1:
        ends = np.array(sorted(pairs), dtype=int).reshape(-1, 2)
        degree = np.bincount(ends.ravel(), minlength=count).clip(1)
        hot = LENGTH if not before else LENGTH / 2
        for step in range(_STEPS):
            apart = at[:, None, :] - at[None, :, :]
            apart[:, :, 0] /= _WIDER
            far = np.sqrt((apart**2).sum(axis=2)).clip(0.01)
            push = (apart * (LENGTH**2 / far**2)[:, :, None]).sum(axis=1)
            between = at[ends[:, 0]] - at[ends[:, 1]]
            between[:, 0] /= _WIDER
            length = np.sqrt((between**2).sum(axis=1)).clip(0.01)
            pull = between * (length / LENGTH)[:, None]
            force = (
                push - at / LENGTH * 2.0
            )  # what hangs together with nothing is not pushed away for ever
            np.add.at(force, ends[:, 0], -pull / np.sqrt(degree[ends[:, 0]])[:, None])
            np.add.at(force, ends[:, 1], pull / np.sqrt(degree[ends[:, 1]])[:, None])
            size = np.sqrt((force**2).sum(axis=1)).clip(0.01)
            at += force / size[:, None] * np.minimum(size, hot * (1 - step / _STEPS))[:, None]
        at = _without_overlap(at)
    if centre in index:
        at = at - at[index[centre]]
    return {node: (float(at[n, 0]), float(at[n, 1])) for node, n in index.items()}


def _begin(
    nodes: Sequence[str],
    pairs: Sequence[tuple[int, ...]],
    before: Mapping[str, tuple[float, float]],
) -> "np.ndarray":  # type: ignore[name-defined]  # noqa: F821
    """Where they stood; new ones around a neighbour, or on a spiral."""
    import numpy as np

    at = np.zeros((len(nodes), 2))
    beside: dict[int, int] = {}
    for a, b in pairs:
        for one, other in ((a, b), (b, a)):
            if nodes[one] not in before and nodes[other] in before:
                beside.setdefault(one, other)
    for n, node in enumerate(nodes):
        turn = n * _GOLDEN
        if node in before:
            at[n] = before[node]
        else:
            root = before[nodes[beside[n]]] if n in beside else (0.0, 0.0)
            radius = LENGTH * (0.8 if n in beside else 0.35 * sqrt(n + 0.5))
            at[n] = (root[0] + radius * np.cos(turn), root[1] + radius * np.sin(turn))
    return at


def _without_overlap(at: "np.ndarray") -> "np.ndarray":  # type: ignore[name-defined]  # noqa: F821
    """Move labels apart that would lie on one another."""
    import numpy as np

    wide, high = 112.0, 46.0
    for _step in range(30):
        apart = at[:, None, :] - at[None, :, :]
        over_x, over_y = wide - np.abs(apart[:, :, 0]), high - np.abs(apart[:, :, 1])
        hit = (over_x > 0) & (over_y > 0)
        np.fill_diagonal(hit, val=False)
        if not hit.any():
            break
        sideways = hit & (over_x / wide < over_y / high)
        upright = hit & ~sideways
        sign = np.where(apart >= 0, 1.0, -1.0)
        rank = np.arange(len(at))
        tied = apart == 0
        sign = np.where(tied, np.sign(rank[:, None] - rank[None, :])[:, :, None], sign)
        at = at + np.stack(
            [
                (np.where(sideways, over_x, 0) * sign[:, :, 0]).sum(axis=1) * 0.3,
                (np.where(upright, over_y, 0) * sign[:, :, 1]).sum(axis=1) * 0.3,
            ],
            axis=1,
        )
    return at
