"""The source tree, which the commands for its developers work on."""

from pathlib import Path

from pgc_lib.errors import NotFound
from pgc_lib.i18n import _


def root() -> Path:
    """The folder of `pyproject.toml`; an installed package alone has none."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / "pyproject.toml").exists() or not (folder / "tests").is_dir():
        raise NotFound(
            _("This command works on the source tree, and {path} is none.", path=folder),
            next_step=_("Clone the project and run ./pgc there."),
        )
    return folder
