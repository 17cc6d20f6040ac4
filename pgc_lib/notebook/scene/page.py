"""A scene as a page of its own: one HTML file that needs neither a kernel nor the network, with time, places, labels and clicks.

It carries our own small viewer (`share/scene/viewer.js`, plain WebGL with the very shaders of the notebook) and the same compact arrays.
A content policy lets it ask nobody. What a click says is in it; the records themselves are not.
"""

import base64
import json
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.i18n import _, lang
from pgc_lib.notebook.look import FONTS, SHARE
from pgc_lib.notebook.scene import buffers, saying
from pgc_lib.notebook.scene.camera import View, fit
from pgc_lib.notebook.scene.labels import Label
from pgc_lib.notebook.scene.model import Stage, bar_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FOLDER = SHARE / "scene"
_SHADERS = ("body.vert", "body.frag", "shade.frag", "dot.vert", "dot.frag")
_MOST_TOLD = 4000
"""Of more things than these only the first are explained on a click."""
_MOST_ROWS = 2000
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"  # fmt: skip


def page(stage: Stage, view: View) -> str:
    """The whole file."""
    told = json.dumps(_told(stage, view), ensure_ascii=False, separators=(",", ":"))
    program = (_FOLDER / "viewer.js").read_text(encoding="utf-8")
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    ink = "".join(f"--{name}:{color};" for name, color in stage.colors.items())
    return (
        f"<!doctype html><html lang='{lang()}' data-dark='{int(stage.dark)}'><head><meta charset='utf-8'>"
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(stage.title)}</title><style>:root{{{ink}--fonts:{escape(FONTS)}}}{style}</style></head><body>"
        f"{_body(stage)}"
        f"<script type='application/json' id='scene'>{_inert(told)}</script><script>{program}</script></body></html>"
    )


def _body(stage: Stage) -> str:
    options = "".join(f"<option value='{n}'>{escape(each.title)}</option>" for n, each in enumerate(stage.presets))  # fmt: skip
    look = (
        f"<select id='look' aria-label='{escape(_('Look from'))}'>{options}</select>"
        if options
        else ""
    )
    time = ""
    if stage.times:
        time = (
            f"<div id='time'><button id='play' type='button' aria-label='{escape(_('Play'))}'>▶</button>"
            f"<input id='when' type='range' min='0' max='{stage.end:g}' step='0.02' value='{stage.end:g}' aria-label='{escape(_('Time'))}'>"
            f"<output id='name'>{escape(stage.times[-1])}</output></div>"
        )
    frame = stage.table() if stage.table else None
    rows = ""
    if frame is not None:
        rows = f"<details id='rows'><summary>{escape(_('The same as a table'))}</summary><div>{saying.rows(frame.head(_MOST_ROWS), stage)}</div></details>"  # fmt: skip
    return (
        f"<header><h1>{escape(stage.title)}</h1><div>{look}<button id='shot' type='button'>{escape(_('Save picture'))}</button></div></header>"
        f"<main><div id='stage'><canvas id='gl' tabindex='0' role='img' aria-label='{escape(stage.told or stage.title)}'></canvas>"
        f"<canvas id='text' aria-hidden='true'></canvas><p id='lost' hidden>{escape(_('This browser cannot draw in 3D, so here is the same as a chart.'))}</p>"
        f"<div id='flat' hidden>{_flat(stage)}</div></div>{time}</main>"
        f"<aside><section id='card' aria-live='polite'><p>{escape(_('Click a thing to read what it is. Drag to turn, the wheel zooms.'))}</p></section>"
        f"{saying.legend(stage)}</aside>{rows}"
    )


def _flat(stage: Stage) -> str:
    if stage.chart is None:
        return ""
    from pgc_lib.notebook import charts

    return charts.svg(stage.chart(760), title=stage.told or stage.title)


def _told(stage: Stage, view: View) -> dict[str, Any]:
    """All that the viewer needs."""
    keys: dict[str, int] = {}
    pieces = list(_pieces(stage, keys))
    about = []
    for key in list(keys)[:_MOST_TOLD]:
        found = stage.about(key)
        about.append(None if found is None else [found.title, [list(line) for line in found.lines]])
    points = stage.corners()
    looks = [
        _look(fit(points if each.around is None else each.around, stage.labels if each.around is None else [], 1.7, each.direction, each.field))
        for each in stage.presets
    ] or [_look(view)]  # fmt: skip
    return {
        "pieces": pieces,
        "shaders": {name: (_FOLDER / name).read_text(encoding="utf-8") for name in _SHADERS},
        "labels": [_label(each) for each in stage.labels],
        "looks": looks,
        "times": list(stage.times),
        "end": stage.end,
        "bar": bar_width(stage),
        "about": about,
        "radius": float(np.linalg.norm(np.ptp(points, axis=0)) / 2),
        "ink": {name: stage.colors[name] for name in ("card", "ink", "soft", "sunk")},
        "fonts": FONTS,
        "words": {"play": _("Play"), "pause": _("Pause"), "title": stage.title},
    }


def _pieces(stage: Stage, keys: dict[str, int]) -> Any:
    number = keys.setdefault
    for solid in stage.ground:
        yield _piece(buffers.solid_piece(solid), "body", rises=0)
    if stage.bars is not None and len(stage.bars):
        owners = np.array([number(key, len(keys)) for key in stage.bars.keys], dtype=np.int32)
        blocks = buffers.coarse(stage.bars)
        for piece in buffers.bar_pieces(stage.bars):
            own = owners[piece.first : piece.first + buffers.PIECE]
            level = 0 if blocks is None else 1
            yield _piece(piece, "body", owner=np.repeat(own, buffers.FACES_A_BAR), level=level)
        if blocks is None:
            yield _piece(buffers.solid_piece(buffers.shadows(stage.bars)), "shade")
        else:
            yield from (_piece(piece, "body", level=2) for piece in buffers.bar_pieces(blocks))
    for solid in stage.solids:
        names = np.array([number(key, len(keys)) for key in solid.keys] or [0], dtype=np.int32)
        owner = np.where(solid.owner < 0, -1, names[solid.owner]).astype(np.int32)
        yield _piece(buffers.solid_piece(solid), "body", owner=owner, rises=int(solid.rises))
    if stage.points is not None and len(stage.points):
        owners = np.array([number(key, len(keys)) for key in stage.points.keys], dtype=np.int32)
        for piece in buffers.point_pieces(stage.points):
            own = owners[piece.first : piece.first + len(piece.steps)]
            yield _piece(piece, "dot", owner=own, wide=stage.points.size)
    if stage.lines is not None and len(stage.lines.ends):
        yield _piece(buffers.line_piece(stage.lines), "line")


def _piece(
    piece: buffers.Piece,
    kind: str,
    *,
    owner: "NDArray[np.int32] | None" = None,
    rises: int = 1,
    wide: float = 0.0,
    level: int = 0,
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "kind": kind,
        "rises": rises,
        "wide": wide,
        "level": level,
        "offset": piece.offset,
        "scale": piece.scale,
        "p": _text(piece.steps),
        "c": _text(piece.color),
        "t": _text(piece.born),
    }
    if piece.index is not None:
        made["i"] = _text(piece.index)
        made["long"] = int(piece.index.dtype.itemsize == 4)
    if owner is not None:
        made["o"] = _text(owner.astype(np.int32))
    return made


def _text(array: "NDArray[Any]") -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def _look(view: View) -> list[Any]:
    return [list(view.position), list(view.target), view.field]


def _label(label: Label) -> list[Any]:
    return [
        label.text,
        label.x,
        label.y,
        label.z,
        label.height,
        int(label.soft),
        label.rank,
        label.born,
        int(label.spare),
    ]


def _inert(text: str) -> str:
    """JSON that cannot end the element it is in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
