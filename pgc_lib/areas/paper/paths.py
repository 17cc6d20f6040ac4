"""Names of documents and folders: what a name may be, so that every one of them can become a file again."""

import posixpath
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from pgc_lib.i18n import _

LONGEST = 250
_DEEPEST = 50


def wrong_name(name: str) -> str:
    """Why a name cannot be that of a file; empty when it can."""
    if not name or name in (".", ".."):
        return _("a name has at least one letter")
    if len(name) > LONGEST:
        return _("a name has at most {n} characters", n=LONGEST)
    if "/" in name or any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        return _("a name holds no / and no control character")
    return ""


def _name(name: str) -> str:
    if reason := wrong_name(name):
        raise PydanticCustomError("file_name", "{reason}", {"reason": reason})
    return name


def _folder(path: str) -> str:
    parts = [part for part in path.split("/") if part]
    if len(parts) > _DEEPEST:
        reason = _("folders are at most {n} deep", n=_DEEPEST)
        raise PydanticCustomError("folder", "{reason}", {"reason": reason})
    return "/".join(_name(part) for part in parts)


Name = Annotated[str, AfterValidator(_name)]
"""The name of a document or file."""

FolderPath = Annotated[str, AfterValidator(_folder)]
"""A folder by its path from the top, such as `family/travel`; empty at the top."""


def joined(folder: str, name: str) -> str:
    """A path of a folder and what lies in it."""
    return f"{folder}/{name}" if folder else name


def parted(path: str) -> tuple[str, str]:
    """The folder of a path, and the name in it."""
    folder, _slash, name = path.rpartition("/")
    return folder, name


def within(folder: str, top: str) -> bool:
    """Whether a folder is another one or lies in it."""
    return not top or folder == top or folder.startswith(f"{top}/")


def above(folder: str) -> list[str]:
    """A folder and those it lies in, from the top."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def relative(path: str, folder: str) -> str:
    """How a path is written from within a folder."""
    return posixpath.relpath(path, folder or ".") if path else path


def resolved(path: str, folder: str) -> str:
    """The path from the top of one that is written from within a folder; empty when it leads out."""
    found = (
        posixpath.normpath(posixpath.join(folder, path))
        if not path.startswith("/")
        else posixpath.normpath(path[1:])
    )
    return "" if found.startswith("../") or found in ("..", ".") else found.lstrip("/")
