"""Our own small scene: bars, labels, a camera and picking, drawn by pythreejs.

pythreejs is three.js r97: a thousand separate meshes make it stand still and instancing is broken. So all bars are
one merged geometry with vertex colours. Nothing outside this folder knows pythreejs; another renderer could take
its place.
"""

from pgc_lib.notebook.scene.bars import Bar
from pgc_lib.notebook.scene.labels import Label
from pgc_lib.notebook.scene.view import Scene

__all__ = ["Bar", "Label", "Scene"]
