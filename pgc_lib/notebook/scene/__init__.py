"""A life in three dimensions: growth, kinship, the graph, vectors; told once, drawn by whatever draws.

`model.py` says what a scene is, without any renderer; `growth.py`, `kin.py`, `links.py` and `embedding.py` fill it; `three.py` draws it with
pythreejs, `page.py` as a page of its own, `glb.py` for other programs. Nothing outside this folder knows pythreejs.
"""

from pgc_lib.notebook.scene.bars import Bar
from pgc_lib.notebook.scene.labels import Label
from pgc_lib.notebook.scene.view import Scene

__all__ = ["Bar", "Label", "Scene"]
