"""What the desk shows: its tiles in three sections, and every word that JupyterLab's side of it says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pgc_lib.i18n import N_, _
from pgc_lib.notebook.extension.desk_templates import templates

DASHBOARDS = "dashboards"
"""The folder of the workspace in which the dashboards are."""
PAGES = "pages"
"""Where a person's own dashboards are."""
_TITLES = {
    "begin": N_("Begin"),
    "dashboards": N_("Dashboards"),
    "templates": N_("New from a template"),
}
_DASHBOARDS: dict[str, tuple[str, str]] = {
    "home": (N_("Home"), "home"),
    "growth": (N_("Growth in 3D"), "mountain"),
    "knowledge": (N_("Knowledge"), "books"),
    "skills": (N_("Skills"), "sprout"),
    "family": (N_("Family"), "family"),
    "finance": (N_("Money"), "coins"),
    "money": (N_("Money"), "coins"),
    "hobbies": (N_("Hobbies"), "star"),
    "wellbeing": (N_("Wellbeing"), "heart"),
    "anchor": (N_("Career anchor"), "anchor"),
    "reports": (N_("Reports"), "report"),
    "search": (N_("Find"), "search"),
}
"""What dashboards are called and drawn as; others are called by their file."""
_WORDS = {
    "new": N_("New notebook"),
    "new-failed": N_("The notebook could not be made"),
    "reload": N_("Load again"),
    "apart": N_("Open in a tab of its own"),
    "inbox": N_("Inbox"),
    "about": N_(
        "Bills, statements, health data, family trees, notes of other programs: put the files here. They are looked at inside your lab, and nothing is taken in before you say yes."
    ),
    "drop": N_("Drop files here, or into the folder “inbox”."),
    "choose": N_("Choose files"),
    "empty": N_("The inbox is empty."),
    "looking": N_("Being looked at …"),
    "notice": N_("In the inbox: {file} ({what})"),
    "look": N_("Look inside"),
    "later": N_("Not now"),
    "in-notebook": N_("Open in a notebook"),
    "wrong": N_("What could not be read:"),
    "undo": N_("Take it out again"),
    "upload-failed": N_("{file} could not be put into the inbox"),
    "todo": N_("New to-do"),
    "todo-how": N_("One line; day, time, tags and length may stand in it."),
    "todo-example": N_("Call grandma @fri 5pm #family 20m"),
    "todo-keep": N_("Keep"),
    "todo-keeping": N_("Keeping it …"),
    "beside": N_("Beside this notebook"),
    "beside-none": N_(
        "Open a notebook: its outline, its to-dos and the notes around it appear here."
    ),
    "beside-unknown": N_("No notes of this notebook are known yet."),
    "beside-begin": N_(
        "Save the notebook once it has a Markdown cell; a moment later its notes are here."
    ),
    "beside-reading": N_("Reading …"),
    "beside-again": N_("Look again"),
    "outline": N_("Outline"),
    "outline-none": N_("Headings in Markdown cells appear here."),
    "tasks": N_("To do"),
    "tasks-none": N_("Write “- [ ] …” in a cell, and it appears here."),
    "leading": N_("What leads here"),
    "leading-none": N_("Write [[{name}]] in another note, and it appears here."),
    "related": N_("Related"),
    "related-none": N_("Nothing else is about this yet."),
    "task-undo": N_("Undo"),
    "cell-made": N_("Put below this cell. Look at it, then run it with Shift + Enter."),
    "cell-nowhere": N_("Open a notebook first; the cell goes into the one in front."),
    "as-saved": N_("As it was saved. Run the cell, and it works again."),
    "not-saved": N_(
        "What was here lived in a kernel that is gone. Run the cell, and it comes back."
    ),
    "memory-unknown": N_("How much memory is in use is not known just now."),
    "memory-tight": N_(
        "Memory is nearly used up. Close notebooks that you do not need, or the largest one may be ended without a word."
    ),
    "memory-show": N_("Show what runs"),
}


def desk(workspace: Path) -> dict[str, Any]:
    """All of it, in the language in force."""
    return {
        "tiles": [*_begin(), *_dashboards(workspace), *_templates(workspace)],
        "titles": {name: _(title) for name, title in _TITLES.items()},
        "words": {name: _(text) for name, text in _WORDS.items()},
    }


def _tile(section: str, title: str, caption: str, icon: str, **more: Any) -> dict[str, Any]:
    return {
        "section": section,
        "category": _(_TITLES[section]),
        "title": title,
        "caption": caption,
        "icon": icon,
        **more,
    }


def _begin() -> Iterator[dict[str, Any]]:
    caption = _("Files you dropped, what they are, and what they would bring.")
    yield _tile("begin", _("Inbox"), caption, "inbox", command="pgc-desk:inbox")
    caption = _("One line becomes a to-do, from anywhere: Ctrl + Shift + Y.")
    yield _tile("begin", _("New to-do"), caption, "list", command="pgc-desk:todo")


def _dashboards(workspace: Path) -> Iterator[dict[str, Any]]:
    there = {path.stem: path for path in sorted((workspace / DASHBOARDS).glob("*.ipynb"))}
    ours = [there[name] for name in _DASHBOARDS if name in there]
    others = [path for name, path in there.items() if name not in _DASHBOARDS]
    for path in [*ours, *others, *sorted((workspace / PAGES).glob("*.ipynb"))]:
        title, icon = "", "chart"
        if path in ours:
            title, icon = _DASHBOARDS[path.stem]
        shown = _(title) if title else _called(path)
        args = {"path": path.relative_to(workspace).as_posix()}
        yield _tile("dashboards", shown, "", icon, command="pgc-desk:dashboard", args=args)


def _called(path: Path) -> str:
    """What a dashboard of one's own calls itself, else its file's name."""
    try:
        return str(json.loads(path.read_text("utf-8"))["metadata"]["pgc"]["title"])
    except (OSError, ValueError, KeyError, TypeError):
        return path.stem


def _templates(workspace: Path) -> Iterator[dict[str, Any]]:
    for name, each in templates(workspace).items():
        if not each.hidden:
            yield _tile("templates", each.title, each.caption, each.icon, args={"template": name})
