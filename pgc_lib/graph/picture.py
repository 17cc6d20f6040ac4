"""A neighbourhood as a small picture: rings around the record in the middle. Titles are data and never markup."""

from collections.abc import Sequence
from html import escape
from math import cos, pi, sin

from pgc_lib.core.naming import kind_title
from pgc_lib.graph.seen import Node, Tie

_SIDE = 560
_MOST = 40
_LONGEST = 16
_COLOURS = ("#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#b07aa1", "#9c755f", "#edc948")


def picture(start: Node, nodes: Sequence[Node], ties: Sequence[Tie]) -> str:
    """An SVG without scripts or addresses; at most forty nodes, the nearest ones."""
    shown = list(nodes[:_MOST])
    deepest = max((node.depth for node in shown), default=1) or 1
    places = {start.pointer: (_SIDE / 2, _SIDE / 2)}
    for depth in range(1, deepest + 1):
        ring = [node for node in shown if node.depth == depth]
        radius = (_SIDE / 2 - 70) * depth / deepest
        for n, node in enumerate(ring):
            turn = 2 * pi * n / len(ring) + depth * 0.35 - pi / 2
            places[node.pointer] = (_SIDE / 2 + radius * cos(turn), _SIDE / 2 + radius * sin(turn))
    kinds = {kind: n for n, kind in enumerate(dict.fromkeys(node.kind for node in [start, *shown]))}
    parts = [
        _line(tie, places) for tie in ties if {tie.one.pointer, tie.other.pointer} <= places.keys()
    ]
    parts += [
        _dot(node, places[node.pointer], kinds[node.kind], node is start)
        for node in [*shown, start]
    ]
    return (
        f'<svg viewBox="0 0 {_SIDE} {_SIDE}" width="{_SIDE}" style="max-width:100%" role="img" '
        f'font-family="sans-serif" font-size="11" fill="currentColor"><title>{escape(start.title)}</title>'
        + "".join(parts)
        + "</svg>"
    )


def _line(tie: Tie, places: dict[str, tuple[float, float]]) -> str:
    (x1, y1), (x2, y2) = places[tie.one.pointer], places[tie.other.pointer]
    told = escape(f"{tie.one.title} — {tie.said} → {tie.other.title}")
    return (
        f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" stroke="currentColor" '
        f'stroke-opacity=".35"><title>{told}</title></line>'
    )


def _dot(node: Node, at: tuple[float, float], kind: int, first: bool) -> str:
    x, y = at
    title = node.title if len(node.title) <= _LONGEST else node.title[: _LONGEST - 1] + "…"
    colour = _COLOURS[kind % len(_COLOURS)]
    return (
        f"<g><title>{escape(f'{node.title} ({kind_title(node.kind)})')}</title>"
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{9 if first else 6}" fill="{colour}"/>'
        f'<text x="{x:.0f}" y="{y - 10:.0f}" text-anchor="middle">{escape(title)}</text></g>'
    )
