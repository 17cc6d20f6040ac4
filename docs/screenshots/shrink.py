"""Makes a screenshot small: 255 colours instead of millions, chosen by how often they are seen (median cut).

The browser reads the picture, so that no library of pictures is needed.
"""

import base64
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_COLORS = 255
_READ = """async (address) => {
    const picture = new Image(); picture.src = address; await picture.decode();
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    canvas.width = picture.naturalWidth; canvas.height = picture.naturalHeight; pen.drawImage(picture, 0, 0);
    const bytes = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return [canvas.width, canvas.height, btoa(text)];
}"""


def shrink(browser: "Browser", path: Path) -> None:
    """Write a picture anew with few colours, if that is smaller."""
    page = browser.new_page()
    address = "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
    wide, high, text = page.evaluate(_READ, address)
    page.close()
    points = np.frombuffer(base64.b64decode(text), np.uint8).reshape(high, wide, 4)[..., :3]
    made = _png(*_few(points))
    if len(made) < path.stat().st_size:
        path.write_bytes(made)


def _few(points: Any) -> tuple[Any, Any]:
    """A palette, and for each point its number there."""
    flat = points.reshape(-1, 3).astype(np.uint32)
    packed = flat[:, 0] << 16 | flat[:, 1] << 8 | flat[:, 2]
    colors, back, count = np.unique(packed, return_inverse=True, return_counts=True)
    seen = np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=1).astype(np.float64)
    weight = np.sqrt(count)  # a wide ground must not take all colours for itself
    boxes = [np.arange(len(colors))]
    while len(boxes) < min(_COLORS, len(colors)):
        spread = [
            float((np.ptp(seen[box], axis=0) ** 2).max() * weight[box].sum()) for box in boxes
        ]
        box = boxes.pop(int(np.argmax(spread)))
        side = int(np.ptp(seen[box], axis=0).argmax())
        box = box[np.argsort(seen[box, side], kind="stable")]
        half = int(np.searchsorted(np.cumsum(weight[box]), weight[box].sum() / 2))
        half = min(max(half, 1), len(box) - 1)
        boxes += [box[:half], box[half:]]
    number = np.zeros(len(colors), np.uint8)
    palette = np.zeros((len(boxes), 3))
    for n, box in enumerate(boxes):
        number[box] = n
        palette[n] = np.average(seen[box], axis=0, weights=count[box])
    return np.rint(palette).astype(np.uint8), number[back.reshape(points.shape[:2])]


def _png(palette: Any, numbers: Any) -> bytes:
    high, wide = numbers.shape
    lines = np.concatenate([np.zeros((high, 1), np.uint8), numbers], axis=1)
    head = struct.pack(">IIBBBBB", wide, high, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", head),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
