"""New notebooks that begin with something in them: templates that come with PGC, and a person's own.

A template is a notebook. What it says of itself (`metadata.pgc`: title, caption, icon, folder, called) makes its tile, and a few
words in double braces are filled in when it is used. Whatever lies in the workspace's `templates/` is a template too.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.i18n import _, lang

PACKAGED = Path(__file__).parents[1] / "templates"
OWN = "templates"
"""Where a person's own templates lie in the workspace."""
IMPORT = "import"
"""The one that is made for a file of the inbox."""
_FOLDERS = {"zh-CN": "zh", "en": "en"}
_FOLDER = "notes"
_HOLE = re.compile(r"\{\{ ?(\w+) ?\}\}")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_LONGEST_NAME = 180
"""Bytes; a file system takes 255, and a number and the ending come behind."""


@dataclass(frozen=True, slots=True)
class Template:
    """A notebook to begin with."""

    name: str
    path: Path
    title: str
    caption: str = ""
    icon: str = "note"
    folder: str = _FOLDER
    called: str = "{{title}} {{today}}"
    """What a notebook made of it is called."""
    hidden: bool = False
    """Whether it has no tile: it is made for a purpose."""
    order: int = 100


def templates(workspace: Path) -> dict[str, Template]:
    """Those there are in the person's language; one's own of the same name wins."""
    folders = [PACKAGED / _FOLDERS[lang()], workspace / OWN]
    found = [_read(path) for folder in folders for path in sorted(folder.glob("*.ipynb"))]
    return dict(
        sorted(
            {each.name: each for each in found if each is not None}.items(),
            key=lambda item: item[1].order,
        )
    )


def create(workspace: Path, name: str, folder: str, day: date, given: Mapping[str, str]) -> Path:
    """A new notebook of a template, in the workspace; never in the place of another file."""
    known = templates(workspace)
    if name not in known:
        raise NotFound(
            _("There is no template “{name}”.", name=name),
            next_step=_("The templates are: {names}.", names=", ".join(known)),
        )
    template = known[name]
    words = {**_words(day), "title": template.title, **given}
    text = json.dumps(_fresh(_notebook(template.path), words), ensure_ascii=False, indent=1) + "\n"
    place = _folder(workspace, folder or template.folder)
    stem = _name(_filled(template.called, words)) or name
    number = 1
    while True:
        path = place / (f"{stem}.ipynb" if number == 1 else f"{stem} {number}.ipynb")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            number += 1
        else:
            return path.relative_to(workspace.resolve())


def _read(path: Path) -> Template | None:
    """A template by its own words; a broken notebook is none, and its tile would lead nowhere."""
    try:
        said = _notebook(path)["metadata"].get("pgc", {})
        told = {
            key: str(said[key]) for key in ("caption", "icon", "folder", "called") if key in said
        }
        return Template(
            path.stem,
            path,
            str(said.get("title", path.stem)),
            hidden=bool(said.get("hidden")),
            order=int(said.get("order", 100)),
            **told,
        )
    except (Invalid, TypeError, ValueError, AttributeError, KeyError):
        return None


def _notebook(path: Path) -> dict[str, Any]:
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(made["cells"], list) or not isinstance(made["metadata"], dict):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(
            _("The template “{name}” cannot be read.", name=path.stem),
            [Problem(str(path), str(error))],
            next_step=_("Open it in JupyterLab, correct it and save it."),
        ) from error
    return dict(made)


def _fresh(made: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """The template as a notebook of its own: words filled in, cells that are nobody else's, no results."""
    cells = []
    for each in made["cells"]:
        cell = {**each, "id": uuid4().hex[:8], "source": _filled("".join(each["source"]), words)}
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        cells.append(cell)
    metadata = {key: value for key, value in made["metadata"].items() if key != "pgc"}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _filled(text: str, words: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: words.get(hole[1], hole[0]), text)


def _words(day: date) -> dict[str, str]:
    year, week, _weekday = day.isocalendar()
    return {
        "today": day.isoformat(),
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
        "year": str(day.year),
    }


def _name(text: str) -> str:
    """A text as the name of a file."""
    plain = _NOT_IN_NAMES.sub(" ", text).encode()[:_LONGEST_NAME].decode(errors="ignore")
    return plain.strip(" .")


def _folder(workspace: Path, asked: str) -> Path:
    """The folder in which it was asked for; another place than the workspace is nobody's wish."""
    root = workspace.resolve()
    place = (root / asked.strip("/")).resolve() if "\0" not in asked else root.parent
    outside = not place.is_relative_to(root) or any(
        part.startswith(".") for part in place.relative_to(root).parts
    )
    if outside or (place.exists() and not place.is_dir()):
        raise Invalid(
            _("A notebook cannot be made in {folder}.", folder=asked),
            [Problem("folder", _("this is no folder of the workspace"), asked)],
            next_step=_("Open a folder of the workspace and try again."),
        )
    place.mkdir(parents=True, exist_ok=True)
    return place
