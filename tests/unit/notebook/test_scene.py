"""The scene without a browser: arrays as small as they can be, labels that do not lie on each other, clicks that find their thing."""

import asyncio
from base64 import b64decode
from random import Random
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.notebook.look import colors
from pgc_lib.notebook.scene import Bar, Label, Scene, buffers
from pgc_lib.notebook.scene.bars import as_bars, blend, paint
from pgc_lib.notebook.scene.camera import View, boxed, fit, legible, projected, shape
from pgc_lib.notebook.scene.clock import Clock
from pgc_lib.notebook.scene.model import Bars, Lines, Points, Solid, Stage
from pgc_lib.notebook.scene.picking import struck
from pgc_lib.notebook.scene.solids import band, disc, gem, limb, orb, plate
from pgc_lib.notebook.scene.texts import hanging, picture, pixels
from pgc_lib.notebook.scene.three import ThreeStage, shader

INK = colors(dark=False)


def many(n: int, *, times: int = 30, row: int = 200) -> Bars:
    """So many bars in rows."""
    chance = np.random.default_rng(1)
    at = np.zeros((n, 3), np.float32)
    at[:, 0], at[:, 2] = np.arange(n) % row, np.arange(n) // row * 1.6
    size = np.column_stack([np.full(n, 0.8), chance.random(n) * 6 + 0.1, np.full(n, 0.8)])
    color = chance.integers(0, 255, (n, 3), dtype=np.uint8)
    born = (np.arange(n) % times).astype(np.float32)
    return Bars(at, size.astype(np.float32), color, born, [f"k{k}" for k in range(n)])


def drawn(stage: Stage, **options: Any) -> ThreeStage:
    view = fit(stage.corners(), stage.labels, 2)
    return ThreeStage(stage, view, width=640, height=320, ink=INK, **options)


def test_a_camera_sees_all_of_very_many() -> None:
    """The boxes that stand for a hundred thousand points hold every one of them, so none is cut off."""
    chance = np.random.default_rng(2)
    points = (chance.normal(size=(100_000, 3)) * (9, 2, 5)).astype(np.float32)
    few = boxed(points)
    assert len(few) < 2500
    assert np.allclose(few.min(axis=0), points.min(axis=0)) and np.allclose(few.max(axis=0), points.max(axis=0))  # fmt: skip
    landed = projected(fit(points, [], 2), points, [], 2)
    assert np.abs(landed).max() <= 1.0 + 1e-6 and np.abs(landed).max() > 0.8


# ── arrays ───────────────────────────────────────────────────────────────────────────────────────────────


def test_ten_thousand_bars_are_small() -> None:
    """The goal is five megabytes; bars, their shades and the blocks for afar are less than half of it."""
    bars = many(10_000)
    pieces = buffers.bar_pieces(bars)
    blocks = buffers.coarse(bars)
    assert blocks is not None
    assert buffers.total([*pieces, *buffers.bar_pieces(blocks)]) < 2_500_000
    assert [piece.first for piece in pieces] == list(range(0, 10_000, buffers.PIECE))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.floats(-500, 500, width=32)] * 2, *[st.floats(0.0625, 90, width=32)] * 3),
        min_size=1,
        max_size=12,
    )
)
def test_corners_come_back(given: list[tuple[float, ...]]) -> None:
    """Sixteen bits lose less than a thirty-thousandth of a piece, and feet stand exactly on the ground."""
    made = np.array(given, dtype=np.float32)
    at = np.column_stack([made[:, 0], np.zeros(len(made)), made[:, 1]]).astype(np.float32)
    bars = Bars(
        at, made[:, 2:], np.zeros((len(made), 3), np.uint8), np.zeros(len(made), np.float32), ()
    )
    piece = buffers.bar_pieces(bars)[0]
    corners = piece.steps * np.array(piece.scale) + piece.offset
    corners = corners.reshape(-1, 8, 3)
    tolerance = np.array(piece.scale) + 1e-3
    assert (np.abs(corners.min(axis=1) - (at - made[:, 2:] * (0.5, 0, 0.5))) <= tolerance).all()
    assert (np.abs(corners.max(axis=1) - (at + made[:, 2:] * (0.5, 1, 0.5))) <= tolerance).all()
    assert (corners[:, :4, 1] == 0).all()


def test_each_triangle_belongs_to_its_bar() -> None:
    """The picked triangle's number divided by the triangles of a bar is the bar's."""
    piece = buffers.bar_pieces(many(3))[0]
    assert piece.index is not None
    owner = piece.index.reshape(-1, 3) // 8
    assert (owner == (np.arange(30) // buffers.FACES_A_BAR)[:, None]).all()


def test_turned_bars_keep_their_size() -> None:
    """Rings turn their bars; nothing is stretched by it."""
    plain = many(2)
    turned = Bars(plain.at, plain.size, plain.color, plain.born, plain.keys, np.array([0.7, 2.0], np.float32))  # fmt: skip
    one, other = buffers.bar_piece(plain, 0), buffers.bar_piece(turned, 0)
    for piece in (one, other):
        corner = (piece.steps * np.array(piece.scale)).reshape(-1, 8, 3)
        assert np.allclose(np.linalg.norm(corner[:, 1] - corner[:, 0], axis=1), 0.8, atol=0.01)


def test_from_afar_neighbours_are_one() -> None:
    """Four neighbours of a row become one block over the same ground, as high as their mean; a few bars stay."""
    bars = many(2000)
    blocks = buffers.coarse(bars)
    assert blocks is not None and len(blocks) == 500
    assert np.isclose(blocks.size[:, 1].mean(), bars.size[:, 1].mean(), atol=1e-3)
    assert np.allclose(blocks.size[:, 0], 3.8, atol=1e-3)
    assert buffers.coarse(many(100)) is None


@pytest.mark.parametrize(
    "solid",
    [
        plate(0, 0, 4, 2, "#336699", round=0.5, key="a"),
        disc(1, 1, 2, "#336699"),
        orb((0, 2, 0), 1, "#336699", key="b"),
        gem((0, 1, 0), 1, 2, "#336699", key="c"),
        limb(np.array([[0, 0, 0], [0, 2, 0], [1, 3, 0]]), [0.3, 0.2, 0.1], "#336699", key="d"),
    ],
    ids=["plate", "disc", "orb", "gem", "limb"],
)
def test_bodies_are_whole(solid: Solid) -> None:
    """Every triangle names corners that exist, none is empty, each key is owned by some."""
    assert solid.index.max() < len(solid.position) == len(solid.color) == len(solid.born)
    one, two, three = (solid.position[solid.index[:, k]] for k in range(3))
    assert (np.linalg.norm(np.cross(two - one, three - one), axis=1) > 1e-7).all()
    assert len(solid.owner) == len(solid.index)
    assert set(solid.owner.tolist()) == ({0} if solid.keys else {-1})


def test_joined_bodies_keep_their_keys() -> None:
    """Of several bodies each triangle still knows whose it is."""
    path = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]])
    strip = band(path, np.ones(3), ["#112233"] * 3, np.arange(3.0), ["x@0", "x@1"])
    whole = Solid.joined([orb((0, 0, 0), 1, "#000000", key="o"), strip, disc(0, 0, 1, "#ffffff")])
    named = {whole.keys[owner] if owner >= 0 else "" for owner in whole.owner.tolist()}
    assert named == {"o", "x@0", "x@1", ""}
    assert whole.index.max() < len(whole.position)
    assert len(Solid.joined([]).index) == 0


def test_colours_are_mixed() -> None:
    """What is less than usual fades into the page; two names make one colour."""
    assert blend("#000000", "#ffffff", 0.5) == "#808080"
    assert paint({"red": "#ff0000", "blue": "#0000ff"}, "red+blue") == "#800080"


# ── where one stands ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("aspect", [0.5, 1.0, 2.4, 5.0])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_cut_off(aspect: float, seed: int) -> None:
    """Whatever the heights, the picture's form and the length of labels: all of it is seen, and fills the picture."""
    chance = Random(seed)
    bars = [
        Bar(n * 1.3 - 20, z, chance.uniform(0.05, 12), "#4477aa")
        for n in range(chance.randint(1, 60))
        for z in (-2.0, 2.0)
    ]
    labels = [
        Label("很长的标签 a long label", chance.uniform(-30, 30), 0, chance.uniform(-4, 6), 1.5)
        for _n in range(4)
    ]
    points = Stage("", bars=as_bars(bars)).corners()
    seen = projected(fit(points, labels, aspect), points, labels, aspect)
    assert np.abs(seen).max() <= 0.96
    assert np.ptp(seen, axis=0).max() >= 1.85


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-8, 8)] * 3, st.integers(0, 3)), max_size=25))
def test_no_label_lies_on_another(places: list[tuple[float, float, float, int]]) -> None:
    """What is shown does not overlap, and the most important one is always shown."""
    labels = [Label("标签 label", x, y, z, 0.8, rank=rank) for x, y, z, rank in places]
    view = View((0, 12, 40), (0, 0, 0))
    shown = [label for label, on in zip(labels, legible(view, labels, 1.6), strict=True) if on]
    corners = projected(view, np.zeros((0, 3)), shown, 1.6).reshape(-1, 4, 2)
    for n, one in enumerate(corners):
        for other in corners[:n]:
            apart = (one.max(axis=0) < other.min(axis=0)) | (one.min(axis=0) > other.max(axis=0))
            assert apart.any()


def test_an_empty_scene_can_be_looked_at() -> None:
    """No bar and no label is not an error."""
    empty = Stage("")
    assert Scene([]).widget is not None
    assert shape(empty.corners(), []) > 0
    assert fit(empty.corners(), [], 2).position != (0, 0, 0)
    assert drawn(empty).widget is not None


# ── clicks and changes ───────────────────────────────────────────────────────────────────────────────────


def click(three: ThreeStage, mesh: Any, number: int, point: tuple[float, float, float] = (0, 0, 0)) -> None:  # fmt: skip
    """As the browser's picker tells it."""
    hit = SimpleNamespace(object=mesh, faceIndex=number, index=None)
    three._picked({"owner": hit, "new": point})


def test_a_click_names_its_thing() -> None:
    """Bars by triangle, bodies by owner, dots by number; the ground and empty space mean nothing."""
    got: list[str] = []
    dots = Points(np.zeros((3, 3), np.float32), np.zeros((3, 3), np.uint8), np.full(3, -9.0), ["p0", "p1", "p2"])  # fmt: skip
    lines = Lines(np.zeros((1, 2, 3), np.float32), np.zeros((1, 3), np.uint8))
    stage = Stage("", bars=many(1100), points=dots, lines=lines, solids=[orb((0, 1, 0), 1, "#123456", key="ball")], ground=[disc(0, 0, 9, "#ffffff")])  # fmt: skip
    over: list[str] = []
    three = drawn(stage, on_pick=got.append, on_hover=lambda key, _place: over.append(key))
    click(three, three._bars[1024], 3 * buffers.FACES_A_BAR + 7)
    click(three, three._solids[0], 5)
    dot = three._dots[0][1]
    three._picked({"owner": SimpleNamespace(object=dot, faceIndex=None, index=2), "new": (0, 0, 0)})
    click(three, None, 0)
    click(three, "the ground", 0)
    assert got == ["k1027", "ball", "p2"]
    for mesh, place in ((dot, (0, 0, 0)), (None, (0, 0, 1))):
        three._hovered({"owner": SimpleNamespace(object=mesh, faceIndex=None, index=1), "new": place})  # fmt: skip
    assert over == ["p1", ""]
    made = hanging(three.widget)
    three.close()
    assert all(each.comm is None for each in made)


def test_what_is_not_there_yet_cannot_be_clicked() -> None:
    """The browser hits a bar of the future; the one behind it is meant, or nothing."""
    at = np.array([[0, 0, 2], [0, 0, -2]], np.float32)
    size = np.ones((2, 3), np.float32)
    bars = Bars(at, size, np.zeros((2, 3), np.uint8), np.array([5.0, 1.0]), ["later", "now"])
    stage = Stage("", bars=bars, times=["t"] * 8)
    got: list[str] = []
    view = View((0, 0.5, 20), (0, 0.5, 0))
    three = ThreeStage(stage, view, width=400, height=200, ink=INK, on_pick=got.append)
    hit = (0.0, 0.0, 2.5)  # told from the point that is looked at
    three.show(3.0)
    click(three, three._bars[0], 0, hit)
    three.show(6.0)
    click(three, three._bars[0], 0, hit)
    three.show(0.5)
    click(three, three._bars[0], 0, hit)
    assert got == ["now", "later"]
    assert struck(bars, np.array([0, 1]), (9, 0.5, 20), (9, 0.5, 0)) is None
    assert three._fog.near == 0.5


def test_one_changed_bar_costs_one_piece() -> None:
    """Of 5,000 bars only the piece of the changed one travels, and nothing if nothing changed."""
    stage = Stage("", bars=many(5000), times=["t"] * 30)
    three = drawn(stage)
    assert three.rebar([3000]) == 0
    assert stage.bars is not None
    size = stage.bars.size.copy()
    size[3000, 1] = 3.25
    bars = Bars(stage.bars.at, size, stage.bars.color, stage.bars.born, stage.bars.keys)
    fresh = Stage("", bars=bars, times=stage.times)
    before = {first: mesh.geometry.attributes["position"].array for first, mesh in three._bars.items()}  # fmt: skip
    assert 0 < three.renew(fresh) < 60_000
    after = {first: mesh.geometry.attributes["position"].array for first, mesh in three._bars.items()}  # fmt: skip
    changed = [first for first in before if not np.array_equal(before[first], after[first])]
    assert changed == [3000 // buffers.PIECE * buffers.PIECE]
    three.close()


def test_new_things_replace_the_old() -> None:
    """A bar more, other labels: the picture is made of the new ones, the old models are given back."""
    three = drawn(Stage("", bars=many(20), labels=[Label("a", 0, 0, 0)]))
    old = list(three._target.children)
    three.renew(Stage("", bars=many(21), labels=[Label("b", 0, 0, 0)]))
    assert all(mesh.comm is None for mesh in old)
    assert [label.text for label, _sprites in three.texts.labels] == ["b"]
    got: list[str] = []
    three._on_pick = got.append
    click(three, three._bars[0], 20 * buffers.FACES_A_BAR)
    assert got == ["k20"]


def test_a_small_scene_marks_and_resets() -> None:
    """The home page's weeks: what is clicked comes back as the bar, a frame marks two of them."""
    hit: list[str] = []
    bars = [Bar(n, 0, 1, "#4477aa", about=str(n)) for n in range(5)]
    scene = Scene(bars, [Label("周 week", 0, 1, 0)], on_pick=lambda bar: hit.append(bar.about))
    scene._picked("3")
    assert hit == ["3"]
    scene.mark(bars[1:3])
    frame = scene._drawn._frame
    assert frame.visible and np.allclose(frame.scale, (1.92, 1.12, 0.92), atol=1e-4)
    scene.reset()
    scene.close()


def test_shaders_know_the_moment() -> None:
    """Time reaches the shaders by the fog, the only number that pythreejs renews in a shader."""
    for name in ("body.vert", "dot.vert"):
        assert "fogNear" in shader(name)


def test_the_clock_steps_in_the_loop_and_ends() -> None:
    """It runs where messages are handled, ends by itself, and can be stopped; without a loop nothing moves."""
    seen: list[int] = []

    async def run() -> None:
        clock = Clock(lambda: len(seen) < 2 and not seen.append(1), 0.001)  # type: ignore[func-returns-value]
        clock.start()
        while clock.running:
            await asyncio.sleep(0.001)
        clock.start()
        clock.stop()

    asyncio.run(run())
    assert len(seen) == 2
    alone = Clock(lambda: True, 0.001)
    alone.start()
    assert not alone.running


def test_a_name_is_a_picture_of_its_own_width() -> None:
    """Whatever it holds it is one text and no markup, and as wide as the space that is kept free for it."""
    label = Label("<b>吉他\x00 & Calligraphy</b>", 0, 0, 0)
    kind, _comma, body = picture(label, "#111111", "#ffffff").partition(",")
    assert kind == "data:image/svg+xml;base64"
    svg = ElementTree.fromstring(b64decode(body))
    assert [each.text for each in svg] == ["<b>吉他 & Calligraphy</b>"] * 2
    assert [int(svg.attrib[side]) for side in ("width", "height")] == list(pixels(label))
    assert pixels(Label("吉他吉他", 0, 0, 0))[0] > pixels(Label("吉他", 0, 0, 0))[0]
