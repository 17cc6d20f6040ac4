"""A scene as a file: a page of its own, a 3D model, a picture, its rows."""

from collections.abc import Mapping
from pathlib import Path

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.notebook.scene.camera import View
from pgc_lib.notebook.scene.model import Stage

KINDS: Mapping[str, str] = {
    "html": "text/html",
    "glb": "model/gltf-binary",
    "png": "image/png",
    "csv": "text/csv",
}
"""The endings that can be written, with their media types."""


def write(stage: Stage, path: Path, view: View) -> Path:
    """Write a scene; the ending of the path says as what."""
    kind = path.suffix.lower().removeprefix(".")
    match kind:
        case "html":
            from pgc_lib.notebook.scene.page import page

            path.write_text(page(stage, view), encoding="utf-8")
        case "glb":
            from pgc_lib.notebook.scene.glb import glb

            path.write_bytes(glb(stage))
        case "png":
            from pgc_lib.notebook.scene.picture import png

            path.write_bytes(png(stage, view))
        case "csv" if stage.table is not None:
            stage.table().write_csv(path, include_bom=True)  # Excel takes it for Chinese otherwise
        case _:
            known = ", ".join(f".{each}" for each in KINDS if each != "csv" or stage.table)
            reason = _("this must be one of {expected}", expected=known)
            raise Invalid(_("A scene is not written like this:"), [Problem("path", reason, str(path))])  # fmt: skip
    return path
