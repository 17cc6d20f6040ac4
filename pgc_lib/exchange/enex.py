"""Notes of Evernote (ENEX) into `lab.docs`: text as Markdown, resources as files beside it, tags, dates and to-dos.

What Markdown has no place for (where a note was written, its source, its reminders) stands in the front matter.
"""

import mimetypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from pgc_lib.areas.paper.keeping import split
from pgc_lib.areas.paper.linking import derived
from pgc_lib.areas.paper.paths import LONGEST, joined
from pgc_lib.core.collection import Added
from pgc_lib.core.markdown.reading import read
from pgc_lib.core.session import Session
from pgc_lib.errors import Problem
from pgc_lib.exchange import vault_keeping
from pgc_lib.exchange.enex_read import Note, Resource, notes
from pgc_lib.exchange.enml import markdown
from pgc_lib.exchange.reading import LINE, Part, Reading
from pgc_lib.exchange.trees import Member
from pgc_lib.i18n import N_, _

BESIDE = "attachments"
_MOST_TOLD = 200
_AT_ONCE = 3_000_000
"""Characters of one document, whatever letters they are."""


@dataclass
class Notebook:
    """A file of notes on its way into documents."""

    path: Path
    folder: str
    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    _titles: set[str] = field(default_factory=set)

    def rows(self) -> list[dict[str, Any]]:
        """The documents."""
        found: list[dict[str, Any]] = []
        for title, note in self._titled(self.problems):
            text = self._text(note, title)
            found.append(self._row(note, title, text[:_AT_ONCE]))
            for n, start in enumerate(range(_AT_ONCE, len(text), _AT_ONCE), 2):
                following = f"{title} ({n}…)"
                self._say(title, _("it is too long for one document; it goes on in “{title}”", title=following))  # fmt: skip
                found.append(self._row(note, following, text[start : start + _AT_ONCE]))
        return found

    def members(self) -> Iterator[Member]:
        """The resources with their bytes, read from the file once more."""
        for title, note in self._titled([]):
            for name, resource in _named(note).items():
                yield _member(joined(joined(self.folder, BESIDE), title), name, resource)

    def _titled(self, problems: list[Problem]) -> Iterator[tuple[str, Note]]:
        taken: set[str] = set()
        for note in notes(self.path, problems):
            plain = file_name(note.title) or _("Untitled")
            title, n = plain, 1
            while title.casefold() in taken:
                n += 1
                title = f"{plain[: LONGEST - 8]} ({n})"
            taken.add(title.casefold())
            yield title, note

    def _text(self, note: Note, title: str) -> str:
        place = joined(joined(self.folder, BESIDE), title)
        names = {resource.hash: name for name, resource in _named(note).items()}
        shown: set[str] = set()

        def media(digest: str, kind: str) -> str:
            name = names.get(digest.lower())
            if name is None:
                self._say(title, _("a file that the note shows is not in the export ({kind})", kind=kind or "?"))  # fmt: skip
                return f"`{kind or 'file'} {digest}`"
            shown.add(digest.lower())
            before = "!" if kind.startswith(("image/", "audio/", "video/", "application/pdf")) else ""  # fmt: skip
            return f"{before}[[{joined(place, name)}]]"

        found = markdown(note.content, media, _tasks(note))
        rest = [f"[[{joined(place, name)}]]" for digest, name in names.items() if digest not in shown]  # fmt: skip
        text = found.text + ("\n" + "\n".join(rest) + "\n" if rest else "")
        self.files += len(names)
        if found.encrypted:
            self._say(title, _("a part is encrypted by Evernote; it is kept as it is"))
        if found.scripts:
            self._say(title, _("it held a script or what starts one, which was left out"))
        for resource in note.resources:
            if resource.problem:
                self._say(f"{title}: {resource.name or resource.media_type}", resource.problem)
        return _front(note, title) + text.replace("\x00", "")

    def _row(self, note: Note, title: str, text: str) -> dict[str, Any]:
        return {
            "title": title,
            "folder": self.folder,
            **split(text),
            **derived(read(text)),
            "message": _("Imported from {name}", name=self.path.name)[:1000],
            LINE: note.line,
        }

    def _say(self, place: str, reason: str) -> None:
        self.problems.append(Problem(place, reason))


def file_name(title: str) -> str:
    """A title as the name of a file to which a link can lead."""
    plain = "".join("-" if letter in '/\\|#^[]:*?"<>' else letter for letter in title if letter.isprintable())  # fmt: skip
    return plain.strip(" .-")[: LONGEST - 10]


def _named(note: Note) -> dict[str, Resource]:
    """The resources of a note by a name of their own."""
    found: dict[str, Resource] = {}
    for resource in note.resources:
        if resource.problem or not resource.content:
            continue
        if any(resource.hash == known.hash for known in found.values()):
            continue
        ending = mimetypes.guess_extension(resource.media_type) or ""
        name = file_name(resource.name) or f"file{ending}"
        stem, dot, last = name.rpartition(".")
        n, wanted = 1, name
        while name.casefold() in {known.casefold() for known in found}:
            n += 1
            name = f"{stem} ({n}).{last}" if dot else f"{wanted} ({n})"
        found[name] = resource
    return found


def _member(folder: str, name: str, resource: Resource) -> Member:
    import io

    content = resource.content
    return Member(folder, name, len(content), lambda: io.BytesIO(content))


def _tasks(note: Note) -> dict[str, list[str]]:
    """The to-dos that newer exports keep beside the text, by group."""
    groups: dict[str, list[str]] = {}
    for task in note.tasks:
        done = "x" if task.get("taskStatus") == "completed" else " "
        title = " ".join(task.get("title", "").split())
        due = task.get("dueDate", "")[:8]
        told = f" 📅 {due[:4]}-{due[4:6]}-{due[6:8]}" if due.isdigit() and len(due) == 8 else ""
        groups.setdefault(task.get("taskGroupNoteLevelID", ""), []).append(f"- [{done}] {title}{told}")  # fmt: skip
    return groups


def _front(note: Note, title: str) -> str:
    import yaml  # type: ignore[import-untyped, unused-ignore]

    said: dict[str, Any] = {}
    if note.title and note.title != title:
        said["title"] = note.title
    if note.created:
        said["created"] = note.created.isoformat()
    if note.updated:
        said["updated"] = note.updated.isoformat()
    tags = [" ".join(tag.split()).replace(" ", "-").replace(",", "-") for tag in note.tags if tag]
    if tags:
        said["tags"] = tags
    said.update({name: value for name, value in note.attributes.items() if name not in said})
    if not said:
        return ""
    written = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{written}---\n"


@dataclass(frozen=True)
class EnexImporter:
    """The importer of Evernote's exports."""

    name: str = "enex"
    title: str = N_("Notes of Evernote (ENEX)")

    def sniff(self, path: Path, head: bytes) -> int:
        """How well it fits a file."""
        if b"<en-export" in head[:8192].replace(b"\0", b""):
            return 95
        return 30 if path.suffix.lower() == ".enex" else 0

    def read(self, path: Path, *, folder: str | None = None, **_options: Any) -> Reading:
        """The notes of a file, in a folder that is named after it unless another is given."""
        where = file_name(path.stem) if folder is None else folder.strip("/")
        book = Notebook(path, where)
        rows = book.rows()

        def keep(session: Session, batch: UUID) -> Iterable[Added]:
            yield vault_keeping.keep_files(session, batch, book.members())

        told = {_("Documents"): len(rows), _("Files"): book.files, _("Folder"): where or "/"}
        parts = [Part("docs.items", rows, same=("folder", "title"))] if rows else []
        return Reading(parts, book.problems[:_MOST_TOLD], told, keep)


IMPORTER = EnexImporter()
