"""The notebooks that come with PGC: what stands in them is nobody's note."""

from pathlib import Path

_LIBRARY = Path(__file__).resolve().parents[2]


def shipped() -> list[Path]:
    """Curated notebooks and templates, as far as they are there."""
    folders = (_LIBRARY.parent / "notebooks", _LIBRARY / "notebook" / "templates")
    return sorted(path for folder in folders for path in folder.rglob("*.ipynb"))
