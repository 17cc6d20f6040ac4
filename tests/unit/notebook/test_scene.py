"""The scene: many bars in one buffer, each found again by the triangle that was hit, and all of it in the picture."""

from random import Random
from typing import Any

import numpy as np
import pytest

from pgc_lib.notebook.scene import Bar, Label, Scene
from pgc_lib.notebook.scene.bars import FACES_A_BAR, blend, merge
from pgc_lib.notebook.scene.camera import fit, projected, shape


def test_bars_become_one_geometry() -> None:
    """Each bar has 24 corners and 12 triangles, stands on the ground and is as tall and deep as it says."""
    merged = merge([Bar(0, 0, 2, "#ff0000"), Bar(3, 1, 5, "#0000ff", depth=4)])
    assert merged.position.shape == (48, 3)
    assert merged.index.shape == (2 * FACES_A_BAR * 3,)
    second = merged.position[24:]
    assert (second[:, 1].min(), second[:, 1].max()) == (0, 5)
    assert (second[:, 2].min(), second[:, 2].max()) == (-1, 3)
    assert np.allclose(second[:, 0].mean(), 3)
    assert merged.index.max() == 47


def test_the_light_is_painted_on() -> None:
    """The top has the bar's own colour, the sides are darker, and each bar keeps its hue."""
    red = merge([Bar(0, 0, 2, "#ff0000")]).color
    assert red.max() == 1 and red[:, 1:].max() == 0
    assert len({float(value) for value in red[:, 0]}) >= 4


def test_colours_are_mixed() -> None:
    """What is long ago fades into the page."""
    assert blend("#000000", "#ffffff", 0.5) == "#808080"
    assert blend("#4477aa", "#ffffff", 0) == "#4477aa"


def test_a_click_names_its_bar() -> None:
    """The picked triangle leads back to the bar; empty space to nothing."""
    hit: list[str] = []
    bars = [Bar(n, 0, 1, "#4477aa", about=str(n)) for n in range(5)]
    scene = Scene(bars, [Label("周 week", 0, 1, 0)], on_pick=lambda bar: hit.append(bar.about))

    class Owner:
        object: Any = "the mesh"

    scene._picked({"owner": Owner, "new": 3 * FACES_A_BAR + 7})
    Owner.object = None
    scene._picked({"owner": Owner, "new": 0})
    assert hit == ["3"]
    scene.mark(bars[1:3])
    assert scene._marker.visible and scene._marker.position == (1.5, 0.5, 0.0)
    scene.close()


@pytest.mark.parametrize("aspect", [0.5, 1.0, 2.4, 5.0])
@pytest.mark.parametrize("seed", range(5))
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
    seen = projected(fit(bars, labels, aspect), bars, labels, aspect)
    assert np.abs(seen).max() <= 0.96
    assert np.ptp(seen, axis=0).max() >= 1.85


def test_an_empty_scene_can_be_looked_at() -> None:
    """No bar and no label is not an error."""
    assert Scene([]).widget is not None
    assert shape([], []) > 0
    assert fit([], [], 2).position != (0, 0, 0)
