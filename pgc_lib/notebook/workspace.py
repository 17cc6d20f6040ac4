"""The folder that a person works in: `DATA/lab`, with a welcome notebook in their language.

What lies there is the person's. It is added to, never overwritten.
"""

import os
import shutil
from pathlib import Path

from pgc_lib.stores.engines.trouble import explained

FOLDERS = ("notes", "reports", "inbox")
WELCOME = {"zh-CN": "欢迎.ipynb", "en": "welcome.ipynb"}
"""What the welcome notebook is called in the workspace."""
WORKBOOKS = {
    "life": {"zh-CN": "生活.ipynb", "en": "life.ipynb"},
    "mind": {"zh-CN": "知识与身心.ipynb", "en": "mind.ipynb"},
    "anchor": {"zh-CN": "计划与回顾.ipynb", "en": "anchor.ipynb"},
}
"""What the notebooks about the areas are called there."""
_SOURCES = {"zh-CN": "zh", "en": "en"}


def prepare(workspace: Path, notebooks: Path, language: str) -> Path | None:
    """Make what is missing; the welcome notebook, from the workspace, when this call put it there."""
    with explained(workspace):
        for folder in (workspace, *(workspace / name for name in FOLDERS)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sources, welcome = notebooks / _SOURCES[language], Path(WELCOME[language])
        if not sources.exists():
            return None  # an installed package alone comes without notebooks
        for name, called in WORKBOOKS.items():
            _give(sources / f"{name}.ipynb", workspace / called[language])
        return welcome if _give(sources / "welcome.ipynb", workspace / welcome) else None


def _give(source: Path, target: Path) -> bool:
    """Copy a file to where none is yet; a crash or a second copier leaves a whole one."""
    if os.path.lexists(target):
        return False
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(source, draft)
        os.link(draft, target)
    except FileExistsError:
        return False  # another process gave it just now
    finally:
        draft.unlink(missing_ok=True)
    return True
