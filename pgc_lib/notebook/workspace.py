"""The folder that a person works in: `DATA/lab`, with a welcome notebook and a handbook in their language.

What lies there is the person's. It is added to, never overwritten.
"""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from pgc_lib.stores.engines.trouble import explained

FOLDERS = ("notes", "reports", "inbox")
WELCOME = {"zh-CN": "欢迎.ipynb", "en": "welcome.ipynb"}
"""What the welcome notebook is called in the workspace."""
HANDBOOK = {"zh-CN": "手册", "en": "handbook"}
"""The folder with one page about each area, and how to make things of one's own."""
_SOURCES = {"zh-CN": "zh", "en": "en"}


def prepare(workspace: Path, notebooks: Path, language: str) -> Path | None:
    """Make what is missing; the welcome notebook, from the workspace, when this call put it there."""
    with explained(workspace):
        for folder in (workspace, *(workspace / name for name in FOLDERS)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sources, welcome = notebooks / _SOURCES[language], Path(WELCOME[language])
        if not sources.exists():
            return None  # an installed package alone comes without notebooks
        handbook = workspace / HANDBOOK[language]
        handbook.mkdir(mode=0o700, exist_ok=True)
        for source in sources.glob("*.ipynb"):
            if source.stem != "welcome":
                _give(source, handbook / called(source))
        return welcome if _give(sources / "welcome.ipynb", workspace / welcome) else None


def called(source: Path) -> str:
    """What a page of the handbook is called in the workspace: its place among the others, and its title."""
    said = json.loads(source.read_text(encoding="utf-8"))["metadata"]["pgc"]
    return f"{said['order']:02} {said['title']}.ipynb"


def link_dashboards(workspace: Path, dashboards: Path) -> None:
    """Show the dashboards in the workspace as a link, so that they are never stale; a folder of the person's own stays."""
    link = workspace / "dashboards"
    with explained(workspace):
        if link.is_symlink():
            if link.readlink() == dashboards:
                return
            link.unlink()
        if dashboards.is_dir() and not link.exists():
            with suppress(FileExistsError):  # another process made it just now
                link.symlink_to(dashboards, target_is_directory=True)


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
