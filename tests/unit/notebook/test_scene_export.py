"""Scenes as files: pages that ask nobody, models that other programs read, pictures drawn without a browser."""

import json
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pgc_lib.errors import Invalid
from pgc_lib.notebook.look import colors
from pgc_lib.notebook.scene import Label
from pgc_lib.notebook.scene.camera import fit
from pgc_lib.notebook.scene.export import KINDS, write
from pgc_lib.notebook.scene.glb import glb
from pgc_lib.notebook.scene.model import About, Bars, Legend, Lines, Points, Preset, Stage
from pgc_lib.notebook.scene.solids import disc, orb

HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture
def stage() -> Stage:
    """One of each."""
    at = np.array([[0, 0, 0], [2, 0, 0]], np.float32)
    red = np.tile(np.array([[200, 20, 20]], np.uint8), (2, 1))
    return Stage(
        HOSTILE,
        bars=Bars(
            at, np.ones((2, 3), np.float32) * (1, 3, 1), red, np.zeros(2, np.float32), ["a", "b"]
        ),
        points=Points(at + 4, red, np.zeros(2, np.float32), ["p", HOSTILE]),
        solids=[orb((6, 1, 0), 1, "#00aa00", key="ball")],
        ground=[disc(3, 0, 8, "#eeeeee")],
        lines=Lines(np.array([[[0, 0, 0], [4, 4, 4]]], np.float32), red[:1]),
        labels=[Label("标签 " + HOSTILE, 3, 4, 0)],
        legend=[Legend(HOSTILE, "#112233"), Legend("forged", "red;background:url(//x)")],
        presets=[Preset("overview", "Overview", (0.3, 0.5, 1.0))],
        times=["t0", "t1"],
        about=lambda key: About(f"{HOSTILE} {key}", [("what", HOSTILE)]),
        table=lambda: pl.DataFrame({"名称": [HOSTILE], "n": [1.5]}),
        colors=colors(dark=False),
    )


def saved(stage: Stage, folder: Path, ending: str) -> Path:
    return write(stage, folder / f"scene.{ending}", fit(stage.corners(), stage.labels, 1.7))


def test_a_page_asks_nobody_and_runs_only_ours(stage: Stage, tmp_path: Path) -> None:
    """No address in it, a policy that allows none, and no text of somebody's that becomes markup."""
    page = saved(stage, tmp_path, "html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", page.replace("http://www.w3.org/2000/svg", ""))  # fmt: skip
    assert page.count("<script") == page.count("</script>") == 2
    assert "url(" not in page and "alert(1)</script>" not in page
    told = json.loads(re.search(r"id='scene'>(.*?)</script>", page, re.DOTALL)[1])  # type: ignore[index]
    assert told["words"]["title"] == HOSTILE
    assert len(told["about"]) == 5 and told["times"] == ["t0", "t1"]
    assert {piece["kind"] for piece in told["pieces"]} == {"body", "shade", "dot", "line"}


def test_a_model_is_whole(stage: Stage, tmp_path: Path) -> None:
    """Head, lengths, alignment, bounds: what the glTF specification asks of a binary file."""
    content = saved(stage, tmp_path, "glb").read_bytes()
    magic, version, length = struct.unpack_from("<III", content)
    assert (magic, version, length) == (0x46546C67, 2, len(content))
    size, kind = struct.unpack_from("<II", content, 12)
    assert kind == 0x4E4F534A and size % 4 == 0
    table = json.loads(content[20 : 20 + size])
    binary, kind = struct.unpack_from("<II", content, 20 + size)
    assert kind == 0x004E4942 and table["buffers"] == [{"byteLength": binary}]
    assert 28 + size + binary == len(content)
    sizes = {5126: 4, 5121: 1}, {"VEC3": 3, "VEC4": 4}
    for accessor in table["accessors"]:
        seen = table["bufferViews"][accessor["bufferView"]]
        wide = sizes[0][accessor["componentType"]] * sizes[1][accessor["type"]]
        assert seen["byteOffset"] % 4 == 0 and seen["byteStride"] == wide
        assert accessor["count"] * wide == seen["byteLength"]
        assert seen["byteOffset"] + seen["byteLength"] <= binary
    for mesh in table["meshes"]:
        part = mesh["primitives"][0]
        counts = {table["accessors"][n]["count"] for n in part["attributes"].values()}
        assert len(counts) == 1 and part["mode"] in (0, 1, 4)
        place = table["accessors"][part["attributes"]["POSITION"]]
        assert all(low <= high for low, high in zip(place["min"], place["max"], strict=True))
    bars = table["accessors"][table["meshes"][0]["primitives"][0]["attributes"]["POSITION"]]
    assert bars["min"] == [-0.5, 0, -0.5] and bars["max"] == [2.5, 3, 0.5]


def test_an_empty_model_is_a_model() -> None:
    """Nothing to show is no broken file."""
    content = glb(Stage("empty"))
    size = struct.unpack_from("<I", content, 12)[0]
    assert "meshes" not in json.loads(content[20 : 20 + size])


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_shows_what_is_there(stage: Stage, tmp_path: Path, dark: bool) -> None:
    """Twice as many points as asked for, the colours of the bars in it, and no second word for anything else."""
    stage.colors, stage.dark = colors(dark=dark), dark
    content = saved(stage, tmp_path, "png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = struct.unpack_from(">II", content, 16)
    assert (wide, high) == (2400, 1248)
    from pgc_lib.notebook.scene.picture import _drawn, _Eye

    drawn = _drawn(stage, _Eye(fit(stage.corners(), [], 2), 200, 100), 1)
    red = (drawn[..., 0].astype(int) - drawn[..., 1] > 60).mean()
    green = (drawn[..., 1].astype(int) - drawn[..., 0] > 40).mean()
    assert red > 0.01 and green > 0.005


def test_nearer_things_cover_farther_ones() -> None:
    """Of two bars behind one another the nearer one is seen, in whatever order they are drawn."""
    from pgc_lib.notebook.scene.camera import View
    from pgc_lib.notebook.scene.picture import _drawn, _Eye

    for order in ((0, 1), (1, 0)):
        at = np.array([[0, 0, 3], [0, 0, -3]], np.float32)[list(order)]
        color = np.array([[0, 0, 220], [220, 0, 0]], np.uint8)[list(order)]
        bars = Bars(
            at, np.ones((2, 3), np.float32) * 4, color, np.zeros(2, np.float32), ["near", "far"]
        )
        made = Stage("", bars=bars, colors=colors(dark=False))
        middle = _drawn(made, _Eye(View((0, 2, 30), (0, 2, 0)), 60, 60), 1)[30, 30]
        assert middle[2] > 100 > middle[0]


def test_rows_open_in_a_spreadsheet(stage: Stage, tmp_path: Path) -> None:
    """Chinese is recognised by programs that guess; a scene without rows writes none; other endings are refused."""
    assert saved(stage, tmp_path, "csv").read_bytes().startswith(b"\xef\xbb\xbf")
    stage.table = None
    for ending in ("csv", "docx", ""):
        with pytest.raises(Invalid):
            saved(stage, tmp_path, ending)
    assert set(KINDS) == {"html", "glb", "png", "csv"}


def test_our_picture_is_a_picture() -> None:
    """The file that we write by hand unpacks to the points that were given."""
    from pgc_lib.notebook.scene.picture import _png

    color = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    content = _png(color)
    start = content.index(b"IDAT") + 4
    lines = zlib.decompress(content[start : content.index(b"IEND") - 8])
    assert lines == b"\0" + color[0].tobytes() + b"\0" + color[1].tobytes()
