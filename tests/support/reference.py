"""Reference data that may lie beside the project and is not part of it: specifications, files of other programs.

    if (spec := reference("commonmark/spec.txt")) is not None: …

It is looked for in the folder that PGC_TEST_DATA names, else in `shared/data` beside the project. Tests have examples of
their own and take these on top, so nothing is skipped where there are none.
"""

import os
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def reference(name: str) -> Path | None:
    """A file or folder of the reference data; None where it is not there."""
    found = Path(os.environ.get("PGC_TEST_DATA", _BESIDE)) / name
    return found if found.exists() else None
