"""The scene's geometry: many bars in one buffer, each found again by the triangle that was hit."""

from typing import Any

import numpy as np

from pgc_lib.notebook.scene import Bar, Label, Scene
from pgc_lib.notebook.scene.bars import FACES_A_BAR, merge


def test_bars_become_one_geometry() -> None:
    """Each bar has 24 corners and 12 triangles, stands on the ground and is as tall as it says."""
    merged = merge([Bar(0, 0, 2, "#ff0000"), Bar(3, 1, 5, "#0000ff")])
    assert merged.position.shape == (48, 3)
    assert merged.index.shape == (2 * FACES_A_BAR * 3,)
    second = merged.position[24:]
    assert (second[:, 1].min(), second[:, 1].max()) == (0, 5)
    assert np.allclose(second[:, 0].mean(), 3)
    assert merged.color[0].tolist() == [1, 0, 0]
    assert merged.index.max() == 47


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
