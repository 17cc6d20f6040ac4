"""Bodies other than bars: bands, limbs, leaves, landmarks, plates. Each is a `Solid`, a handful of triangles."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.notebook.scene.model import Solid, rgb8

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]

Color = str
_PHI = (1 + 5**0.5) / 2


def plate(
    x: float,
    z: float,
    width: float,
    depth: float,
    color: Color,
    *,
    y: float = 0.0,
    thick: float = 0.06,
    round: float = 0.0,
    born: float = -9.0,
    key: str = "",
) -> Solid:
    """A flat slab lying on the ground, with rounded corners if `round`."""
    outline = _rounded(width, depth, round)
    n = len(outline)
    top = np.column_stack([outline[:, 0] + x, np.full(n, y + thick), outline[:, 1] + z])
    foot = top * (1, 0, 1) + (0, y, 0)
    middle = np.array([[x, y + thick, z]])
    around = np.arange(n)
    after = (around + 1) % n
    lid = np.column_stack([np.full(n, 3 * n), after, around])
    side = np.concatenate(
        [
            np.column_stack([n + around, n + after, 2 * n + after]),
            np.column_stack([n + around, 2 * n + after, 2 * n + around]),
        ]
    )
    # The rim has corners of its own, so that its light does not run into that of the lid.
    position = np.concatenate([top, top, foot, middle])
    return _made(position, np.concatenate([lid, side]), color, born, key)


def disc(x: float, z: float, radius: float, color: Color, **options: Any) -> Solid:
    """A round slab."""
    return plate(x, z, 2 * radius, 2 * radius, color, round=radius, **options)


def ring(
    radius: float, width: float, color: Color, begin: float, end: float, *, thick: float = 0.06
) -> Solid:
    """A part of a ring lying on the ground, between two angles."""
    turn = np.linspace(begin, end, max(int(abs(end - begin) * 24), 2))
    inner, outer = radius - width / 2, radius + width / 2
    ways = [np.column_stack([np.cos(turn) * r, np.full(len(turn), thick), np.sin(turn) * r]) for r in (inner, outer)]  # fmt: skip
    n = len(turn)
    k = np.arange(n - 1)
    faces = np.concatenate(
        [np.column_stack([k, k + 1, n + k + 1]), np.column_stack([k, n + k + 1, n + k])]
    )
    return _made(np.concatenate(ways), faces, color, -9.0, "")


def band(
    path: "NDArray[np.floating]",
    heights: "NDArray[np.floating]",
    colors: Sequence[Color],
    born: "NDArray[np.floating]",
    keys: Sequence[str],
    *,
    thick: float = 0.16,
    side: "NDArray[np.floating] | None" = None,
) -> Solid:
    """A ribbon standing on its edge along a path: it rises to each height and carries each colour.

    `keys` name the piece from each place to the next.
    """
    n = len(path)
    along = np.gradient(path, axis=0) if n > 1 else np.array([[1.0, 0.0, 0.0]])
    across = side if side is not None else np.column_stack([-along[:, 2], 0 * along[:, 0], along[:, 0]])  # fmt: skip
    across = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9) * thick / 2
    up = np.array([0.0, 1.0, 0.0]) * heights[:, None]
    low, high = path, path + up
    rails = np.concatenate([low + across, high + across, high - across, low - across])
    k = np.arange(n - 1)
    faces, owners = [], []
    for one, other in ((0, 1), (1, 2), (2, 3)):
        a, b = one * n + k, other * n + k
        faces += [np.column_stack([a, a + 1, b + 1]), np.column_stack([a, b + 1, b])]
        owners += [k, k]
    paint = rgb8(colors)
    return Solid(
        rails.astype(np.float32),
        np.concatenate([paint, paint, paint, paint]),
        np.tile(np.asarray(born, dtype=np.float32), 4),
        np.concatenate(faces).astype(np.uint32),
        np.concatenate(owners).astype(np.int32) if keys else np.full(6 * (n - 1), -1, np.int32),
        list(keys),
    )


def limb(
    path: "NDArray[np.floating]",
    radii: Sequence[float],
    color: Color,
    *,
    born: "float | Numbers" = -9.0,
    key: str = "",
    sides: int = 7,
) -> Solid:
    """A round body along a path, such as a trunk or a branch."""
    path = np.asarray(path, dtype=np.float64)
    n = len(path)
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    helper = np.where(np.abs(along[:, [1]]) > 0.9, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    one = np.cross(along, helper)
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    other = np.cross(along, one)
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    circle = np.cos(turn)[None, :, None] * one[:, None] + np.sin(turn)[None, :, None] * other[:, None]  # fmt: skip
    position = path[:, None] + circle * np.asarray(radii, dtype=np.float64)[:, None, None]
    step, around = np.meshgrid(np.arange(n - 1), np.arange(sides), indexing="ij")
    a, b = step * sides + around, step * sides + (around + 1) % sides
    faces = np.concatenate(
        [
            np.stack([a, b, b + sides], axis=-1).reshape(-1, 3),
            np.stack([a, b + sides, a + sides], axis=-1).reshape(-1, 3),
        ]
    )
    when = np.repeat(np.broadcast_to(np.asarray(born, dtype=np.float32), (n,)), sides)
    return _made(position.reshape(-1, 3), faces, color, when, key)


def orb(
    at: Sequence[float],
    radius: float,
    color: Color,
    *,
    born: float = -9.0,
    key: str = "",
    squash: float = 1.0,
) -> Solid:
    """A ball of eighty facets."""
    return _made(_BALL * (radius, radius * squash, radius) + np.asarray(at), _BALL_FACES, color, born, key)  # fmt: skip


def gem(
    at: Sequence[float], width: float, height: float, color: Color, *, born: float = -9.0, key: str = ""
) -> Solid:  # fmt: skip
    """A double pyramid, standing on its point."""
    around = [(1, 0.42, 0), (0, 0.42, 1), (-1, 0.42, 0), (0, 0.42, -1)]
    shape = np.array([(0, 0, 0), *around, (0, 1, 0)], dtype=np.float64)
    faces = [(0, 1 + k, 1 + (k + 1) % 4) for k in range(4)]
    faces += [(5, 1 + (k + 1) % 4, 1 + k) for k in range(4)]
    position = shape * (width / 2, height, width / 2) + np.asarray(at)
    return _made(position, np.array(faces), color, born, key)


def post(
    x: float, z: float, height: float, color: Color, *, width: float = 0.12, y: float = 0.0, born: float = -9.0, key: str = ""
) -> Solid:  # fmt: skip
    """A thin upright."""
    path = np.array([[x, y, z], [x, y + height, z]])
    return limb(path, [width / 2, width / 2], color, born=born, key=key, sides=6)


def _rounded(width: float, depth: float, radius: float) -> "NDArray[np.float64]":
    """The outline of a rectangle, counted anticlockwise as seen from above with z towards the viewer."""
    radius = min(radius, width / 2, depth / 2)
    if radius <= 0:
        half = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]])[::-1]
        return half * (width / 2, depth / 2)
    steps = np.linspace(0, np.pi / 2, 8 if radius < 3 else 20)
    corners = []
    for quarter, (sx, sz) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        turn = steps + quarter * np.pi / 2
        middle = np.array([sx * (width / 2 - radius), sz * (depth / 2 - radius)])
        corners.append(middle + radius * np.column_stack([np.cos(turn), np.sin(turn)]))
    outline = np.concatenate(corners)
    # A disc's quarters meet in one point, which is taken once.
    apart = np.linalg.norm(outline - np.roll(outline, 1, axis=0), axis=1) > 1e-9
    return np.asarray(outline[apart])


def _made(position: Any, faces: Any, color: Color, born: Any, key: str) -> Solid:
    n = len(position)
    return Solid(
        np.asarray(position, dtype=np.float32),
        np.tile(rgb8([color]), (n, 1)),
        np.broadcast_to(np.asarray(born, dtype=np.float32), (n,)).copy(),
        np.asarray(faces, dtype=np.uint32),
        np.full(len(faces), 0 if key else -1, dtype=np.int32),
        [key] if key else [],
    )


def _ball() -> "tuple[NDArray[np.float64], NDArray[np.int64]]":
    """An icosahedron, each side cut in four."""
    corners: list[tuple[float, float, float]] = [(-1, _PHI, 0), (1, _PHI, 0), (-1, -_PHI, 0), (1, -_PHI, 0), (0, -1, _PHI), (0, 1, _PHI)]  # fmt: skip
    corners += [(0, -1, -_PHI), (0, 1, -_PHI), (_PHI, 0, -1), (_PHI, 0, 1), (-_PHI, 0, -1), (-_PHI, 0, 1)]  # fmt: skip
    faces = [(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4), (11, 10, 2)]  # fmt: skip
    faces += [(10, 7, 6), (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8), (3, 8, 9), (4, 9, 5)]  # fmt: skip
    faces += [(2, 4, 11), (6, 2, 10), (8, 6, 7), (9, 8, 1)]
    points: list[tuple[float, ...]] = [tuple(corner) for corner in corners]
    known: dict[frozenset[int], int] = {}

    def middle(one: int, other: int) -> int:
        pair = frozenset((one, other))
        if pair not in known:
            known[pair] = len(points)
            points.append(tuple((a + b) / 2 for a, b in zip(points[one], points[other], strict=True)))  # fmt: skip
        return known[pair]

    finer: list[tuple[int, int, int]] = []
    for a, b, c in faces:
        ab, bc, ca = middle(a, b), middle(b, c), middle(c, a)
        finer += [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
    made = np.array(points)
    return made / np.linalg.norm(made, axis=1, keepdims=True), np.array(finer)


_BALL, _BALL_FACES = _ball()
