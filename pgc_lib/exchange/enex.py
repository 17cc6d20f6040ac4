"""Notes of Evernote (ENEX) into `lab.docs`: text as Markdown, resources as files beside it, tags, dates and to-dos.

A note that was taken in before is found again whatever the file is called, see `enex_known`.
What Markdown has no place for (where a note was written, its source, its reminders) stands in the front matter.
"""

import mimetypes
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
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
from pgc_lib.exchange.enex_known import BESIDE, Kept, Mark, Shelf, identity, renew, short
from pgc_lib.exchange.enex_read import Note, Resource, notes
from pgc_lib.exchange.enml import markdown
from pgc_lib.exchange.reading import LINE, Part, Reading
from pgc_lib.exchange.trees import Member
from pgc_lib.i18n import N_, _

_MOST_TOLD = 200
_AT_ONCE = 3_000_000
"""Characters of one document, whatever letters they are."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A note and the document that it is, or will be."""

    title: str
    folder: str
    source: str
    """A checksum of the note as the file has it."""
    ids: tuple[str, Kept | None]

    @property
    def place(self) -> str:
        """Where its files are."""
        return joined(joined(self.folder, BESIDE), self.title)

    @property
    def stays(self) -> bool:
        """Whether it is kept as it is in the file, or nobody can know."""
        kept = self.ids[1]
        return kept is not None and (kept.mark is None or kept.mark.source == self.source)


@dataclass
class Notebook:
    """A file of notes on its way into documents."""

    path: Path
    folder: str | None
    """Where the person wants its notes."""
    shelf: Shelf = field(default_factory=Shelf)
    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    where: str = ""
    changed: list[tuple[Kept, dict[str, Any]]] = field(default_factory=list)
    """Documents whose notes are different by now."""
    _plan: list[Planned] = field(default_factory=list)
    _among: set[str] = field(default_factory=set)

    def rows(self) -> list[dict[str, Any]]:
        """The documents; of those that are kept already no more than where they are."""
        self._plan = self._planned()
        found: list[dict[str, Any]] = []
        for planned, note in zip(self._plan, notes(self.path, []), strict=True):
            if planned.stays:
                found.append(self._row(planned, note, planned.title, "", planned.ids[0]))
            else:
                found += self._pieces(planned, note)
        return found

    def _planned(self) -> list[Planned]:
        """Which note is which document."""
        times: Counter[tuple[str, datetime | None]] = Counter()
        seen: list[tuple[str, str, str]] = []
        for note in notes(self.path, self.problems):
            times[note.title, note.created] += 1
            known = identity(note.title, note.created, times[note.title, note.created])
            seen.append((known, note.title, _source(note)))
        self.where = self._folder([known for known, _title, _source in seen])
        return [self._place(*each) for each in seen]

    def _folder(self, ids: list[str]) -> str:
        """Where new notes go: where they are wanted, else where the other notes of the same file went."""
        if self.folder is not None:
            return self.folder.strip("/")
        named = file_name(self.path.stem)
        folders = Counter(kept.folder for kept in map(self.shelf.notes.get, ids) if kept is not None)  # fmt: skip
        return named if not folders or named in folders else folders.most_common(1)[0][0]

    def _place(self, known: str, title: str, source: str) -> Planned:
        kept = self.shelf.notes.get(known)
        if kept is not None:
            return Planned(kept.title, kept.folder, source, (known, kept))
        return Planned(self._free(file_name(title) or _("Untitled")), self.where, source, (known, None))  # fmt: skip

    def _free(self, wanted: str) -> str:
        """A name that no other document has."""
        path = joined(self.where, wanted)
        title = self.shelf.free(self.where, wanted, self._among)
        self._among.add(joined(self.where, title).casefold())
        if path.casefold() in self.shelf.taken:
            self._say(path, _("this name is taken by another document; the note becomes “{title}”", title=title))  # fmt: skip
        return title

    def _pieces(self, planned: Planned, note: Note) -> Iterator[dict[str, Any]]:
        """A document, or several of what is too long for one; those that are kept already wait in `changed`."""
        text = self._text(note, planned)
        for n, start in enumerate(range(0, max(len(text), 1), _AT_ONCE), 1):
            piece, (known, kept), title = text[start : start + _AT_ONCE], planned.ids, planned.title
            if n > 1:
                known = short(f"{known}{n}")
                kept = self.shelf.notes.get(known)
                title = kept.title if kept else self._free(f"{planned.title} ({n}…)")
                self._say(planned.title, _("it is too long for one document; it goes on in “{title}”", title=title))  # fmt: skip
            row = self._row(planned, note, title, piece, known)
            if kept is None or kept.mark is None:
                yield row
            else:
                self.changed.append((kept, row))

    def members(self) -> Iterator[Member]:
        """The resources with their bytes, read from the file once more."""
        for planned, note in zip(self._plan, notes(self.path, []), strict=False):
            if planned.stays:
                continue
            for name, resource in _named(note).items():
                yield _member(planned.place, name, resource)

    def reading(self) -> Reading:
        """As the preview takes it."""
        rows = self.rows()

        def keep(session: Session, batch: UUID) -> Iterable[Added]:
            yield renew(session, batch, self.changed)
            yield vault_keeping.keep_files(session, batch, self.members())

        changed = {_("Changed in Evernote since"): len(self.changed)} if self.changed else {}
        told = {_("Documents"): len(self._plan), _("Files"): self.files, _("Folder"): self.where or "/"}  # fmt: skip
        parts = [Part("docs.items", rows, same=("folder", "title"))] if rows else []
        problems = self.problems[:_MOST_TOLD]
        if len(self.problems) > _MOST_TOLD:
            problems.append(Problem("", _("… and {n} more.", n=len(self.problems) - _MOST_TOLD)))
        return Reading(parts, problems, {**told, **changed}, keep)

    def _text(self, note: Note, planned: Planned) -> str:
        title, place = planned.title, planned.place
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

    def _row(
        self, planned: Planned, note: Note, title: str, text: str, known: str
    ) -> dict[str, Any]:
        return {
            "title": title,
            "folder": planned.folder,
            **split(text),
            **derived(read(text)),
            "imported": str(Mark(known, planned.source, short(text))),
            "message": _("Imported from {name}", name=self.path.name)[:1000],
            LINE: note.line,
        }

    def _say(self, place: str, reason: str) -> None:
        self.problems.append(Problem(place, reason))


def file_name(title: str) -> str:
    """A title as the name of a file to which a link can lead."""
    plain = "".join("-" if letter in '/\\|#^[]:*?"<>' else letter for letter in title if letter.isprintable())  # fmt: skip
    return plain.strip(" .-")[: LONGEST - 10]


def _source(note: Note) -> str:
    """What a note says, in short."""
    told = [note.content, note.tags, note.updated, note.tasks, sorted(note.attributes.items())]
    return short(repr([*told, [each.hash for each in note.resources]]))


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

        def among(session: Session) -> Reading:
            return Notebook(path, folder, Shelf.of(session)).reading()

        return Reading(among=among)


IMPORTER = EnexImporter()
