"""Docs: what a family writes down, in plain Markdown: linked, with its whole history, and never locked in.

doc = lab.docs.add(title="旅行 Travel", folder="family", body="See [[Packing list]]. #travel")
lab.docs.write(doc, "…", message="dates");  lab.docs.versions(doc);  lab.docs.diff(doc)
lab.docs.rename(doc, "Journeys");  lab.docs.backlinks("Packing list");  lab.docs.unresolved()
draft = lab.docs.branch(doc, "another idea");  lab.docs.merge(draft);  lab.docs.conflicts()
lab.docs.remove(doc);  lab.docs.trash();  lab.docs.show(doc);  lab.docs.save_as(doc, "travel.pdf")
lab.import_file("vault.zip").accept();  lab.docs.export_vault("vault")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

from pgc_lib.areas.paper import drafting, drawing, filing, moving, trash, vaulting, versions
from pgc_lib.areas.paper.differing import Diff, diff
from pgc_lib.areas.paper.drawing import Page
from pgc_lib.areas.paper.keeping import Papers, index_of, split
from pgc_lib.areas.paper.linking import Index, Place
from pgc_lib.areas.paper.merging import Choice, Merged, Part
from pgc_lib.areas.paper.moving import Moved
from pgc_lib.areas.paper.paths import above, joined, parted, within
from pgc_lib.areas.paper.records import Doc, Draft, File, Folder, Notebook, Trashed
from pgc_lib.areas.paper.templates import filled
from pgc_lib.areas.paper.vaulting import Written
from pgc_lib.areas.paper.versions import Version
from pgc_lib.core.area import Area, Kept, KeptAs
from pgc_lib.core.faces import face
from pgc_lib.core.markdown.reading import Parsed, Task, read
from pgc_lib.core.shown import Listing
from pgc_lib.errors import Conflict, Invalid, NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.attachments import Attachment, Source

Which: TypeAlias = str | UUID | Doc
Text: TypeAlias = str | Doc | Version | Draft


@dataclass(frozen=True, slots=True)
class Link:
    """A link from one document to another, or to nothing yet."""

    source: Place
    target: str
    leads_to: Place | None

    def _shown_(self) -> dict[str, Any]:
        return {
            _("From"): joined(self.source.folder, self.source.name),
            _("Link"): self.target,
            _("To"): self.leads_to.path if self.leads_to else "",
        }


class Docs(Area, name="docs", main="items"):
    """Documents in Markdown."""

    items: KeptAs[Doc, Papers] = KeptAs(Doc, Papers)
    files: Kept[File] = Kept(File)
    kept_folders: Kept[Folder] = Kept(Folder)
    drafts: Kept[Draft] = Kept(Draft)
    thrown: Kept[Trashed] = Kept(Trashed)
    notebooks: Kept[Notebook] = Kept(Notebook)

    # ── finding and writing ──────────────────────────────────────────────────────────────────────────

    def doc(self, which: Which) -> Doc:
        """A document by its title, by its path such as family/Travel, or by id."""
        if isinstance(which, Doc):
            return self.items.get(which.id)
        if isinstance(which, UUID):
            return self.items.get(which)
        folder, title = parted(which.strip("/"))
        found = self.items.find(title=title, folder=folder) if folder else self.items.find(title=which)  # fmt: skip
        mine = [doc for doc in found if doc.owner == self.session.person] or list(found)
        if len(mine) == 1:
            return mine[0]
        if mine:
            raise Invalid(
                _("Several documents are called “{name}”.", name=which),
                [Problem("title", doc.path) for doc in mine],
                next_step=_("Say the folder too, as in family/Travel."),
            )
        place = index_of(self.session).of_wiki(which, "")
        if place is not None and place.is_doc:
            return self.items.get(place.id)
        raise NotFound(
            _("There is no document “{name}”.", name=which),
            next_step=_("`lab.docs.find()` lists them; `lab.docs.trash()` what was thrown away."),
        )

    def write(self, which: Which, text: str, *, message: str = "") -> Doc:
        """A new version with a whole new text; what somebody else wrote since it was read stays in it."""
        doc = which if isinstance(which, Doc) else self.doc(which)
        return drafting.save(self.session, doc, text, message)

    def read(self, which: Which) -> Parsed:
        """What a document says: headings, links, tags, to-dos and what is wrong with its front matter."""
        return read(self.doc(which).text)

    def tasks(self, which: Which | None = None, *, done: bool | None = False) -> list[tuple[Doc, Task]]:  # fmt: skip
        """The to-dos of a document or of all, the open ones unless said otherwise."""
        docs = self.items.find() if which is None else [self.doc(which)]
        found = [(doc, task) for doc in docs if not doc.template for task in read(doc.text).tasks]
        return [each for each in found if done is None or each[1].done == done]

    def from_template(self, template: Which, title: str, *, folder: str = "", **values: Any) -> Doc:
        """A new document with a template's text, `{{title}}`, `{{date}}` and names of one's own filled in."""
        text = filled(self.doc(template).text, title, values)
        return self.items.add(title=title, folder=folder, **split(text))

    def templates(self) -> Listing[Doc]:
        """The documents that are templates."""
        return self.items.find(template=True)

    # ── folders ──────────────────────────────────────────────────────────────────────────────────────

    def folders(self) -> list[str]:
        """Every folder, also those in which nothing is."""
        index = index_of(self.session)
        paths = {place.folder for place in index.places.values()}
        paths |= {folder.path for folder in self.kept_folders.find(owner=self.session.person)}
        return sorted({each for path in paths for each in above(path)})

    def tree_view(self) -> Any:
        """The folders with their documents as a tree to open, walk and rearrange."""
        return face("docs.tree")(self)

    def make_folder(self, path: str) -> Folder:
        """A new folder, with those above it."""
        made = self.kept_folders.new(path=path)
        known = self.kept_folders.find(path=made.path, owner=self.session.person)
        return known[0] if known else self.kept_folders.add(made)

    def move_folder(self, folder: str, to: str, *, relink: bool = True) -> Moved:
        """Rename a folder or put it elsewhere, with all that is in it; links follow."""
        old, new = folder.strip("/"), (self.kept_folders.new(path=to).path if to.strip("/") else "")
        if not old or within(new, old):
            raise Invalid(
                _("A folder cannot be moved into itself."),
                [Problem("to", new or "/")],
                next_step=_("Choose another place."),
            )
        if old not in self.folders():
            raise NotFound(
                _("There is no folder “{folder}”.", folder=old),
                next_step=_("`lab.docs.folders()` lists them."),
            )
        index = index_of(self.session)
        inside = {
            place.id: ((new + place.folder[len(old) :]).strip("/"), place.name)
            for place in index.places.values()
            if within(place.folder, old)
        }
        said = _("Moved from {old} to {new}", old=old, new=new or "/")
        return moving.move(
            self.session, inside, owner=self.session.person, relink=relink, message=said[:1000], folders={old: new},
        )  # fmt: skip

    def remove_folder(self, folder: str) -> UUID:
        """Throw a folder's documents away; its files must be moved or removed before. The batch of it."""
        old = folder.strip("/")
        if not old:
            raise Invalid(_("The whole of it is no folder."), next_step=_("Name a folder."))
        left = [file for file in self.files.find(owner=self.session.person) if within(file.folder, old)]  # fmt: skip
        if left:
            raise Conflict(
                _("There are {n} files in this folder.", n=len(left)),
                next_step=_("Move them elsewhere (lab.docs.move_file), or take them away (lab.docs.files.remove)."),
            )  # fmt: skip
        docs = [doc for doc in self.items.find(owner=self.session.person) if within(doc.folder, old)]  # fmt: skip
        for kept in self.kept_folders.find(owner=self.session.person):
            if within(kept.path, old):
                self.kept_folders.remove(kept)
        return trash.throw_away(self.session, docs)

    def rename(self, which: Which, title: str, *, relink: bool = True) -> Moved:
        """Give a document another title; with `relink` the links that lead to it get it too, all as one batch."""
        doc = self.doc(which)
        said = _("Renamed from {old} to {new}", old=doc.title, new=title)
        return self._move(doc, doc.folder, title, relink, said)

    def move(self, which: Which, folder: str, *, relink: bool = True) -> Moved:
        """Put a document into another folder; its links and those to it follow."""
        doc = self.doc(which)
        said = _("Moved from {old} to {new}", old=doc.folder or "/", new=folder.strip("/") or "/")
        return self._move(doc, folder, doc.title, relink, said)

    def move_file(self, which: File | UUID, folder: str = "", *, name: str = "", relink: bool = True) -> Moved:  # fmt: skip
        """Rename a file or put it into another folder; links follow."""
        file = which if isinstance(which, File) else self.files.get(which)
        new = self.files.new(name=name or file.name, folder=folder)
        owner = file.owner or self.session.person
        return moving.move(self.session, {file.id: (new.folder, new.name)}, owner=owner, relink=relink, message=_("A file was moved"))  # fmt: skip

    def _move(self, doc: Doc, folder: str, title: str, relink: bool, message: str) -> Moved:
        new = self.items.new(title=title, folder=folder)
        owner = doc.owner or self.session.person
        return moving.move(self.session, {doc.id: (new.folder, new.title)}, owner=owner, relink=relink, message=message[:1000])  # fmt: skip

    # ── links ────────────────────────────────────────────────────────────────────────────────────────

    def links(self, which: Which) -> Listing[Link]:
        """Where a document's links lead."""
        doc = self.doc(which)
        index = index_of(self.session, doc.owner)
        return Listing(_links_of(index.places[doc.id], index))

    def backlinks(self, which: Which) -> Listing[Link]:
        """The links that lead to a document."""
        doc = self.doc(which)
        index = index_of(self.session, doc.owner)
        return Listing(
            link
            for place in index.places.values()
            for link in _links_of(place, index)
            if link.leads_to is not None and link.leads_to.id == doc.id
        )

    def unresolved(self) -> Listing[Link]:
        """The links that lead to nothing yet, with where they stand."""
        index = index_of(self.session)
        return Listing(
            link
            for place in index.places.values()
            for link in _links_of(place, index)
            if link.leads_to is None
        )

    def orphans(self) -> Listing[Doc]:
        """The documents to which nothing links."""
        index = index_of(self.session)
        linked = {
            link.leads_to.id
            for place in index.places.values()
            for link in _links_of(place, index)
            if link.leads_to is not None and link.leads_to.id != place.id
        }
        return Listing(doc for doc in self.items.find(owner=self.session.person) if doc.id not in linked).found_by(self.session)  # fmt: skip

    def beside(self, notebook: str = "") -> Any:
        """Outline, backlinks, related notes and to-dos of a notebook by its path, of the current one unless it is named."""
        return face("docs.beside")(self, notebook)

    # ── attachments and files ────────────────────────────────────────────────────────────────────────

    def attach(self, which: Which, source: Source | str, *, name: str = "") -> Attachment:
        """Attach a file to a document; `![[name]]` shows it there."""
        return self.items.attach(self.doc(which), source, name=name)

    def attachments(self, which: Which) -> Listing[Attachment]:
        """The files that are attached to a document."""
        return self.items.attachments(self.doc(which))

    def keep_file(self, source: Path | str | bytes, name: str = "", *, folder: str = "") -> File:
        """Keep a file between the documents, for any of them to show or link to."""
        path = Path(source).expanduser() if isinstance(source, str) else source
        called = name or (path.name if isinstance(path, Path) else "")
        made = self.files.new(name=called, folder=folder)
        if isinstance(path, Path) and not path.is_file():
            raise NotFound(_("There is no file {path}.", path=path), next_step=_("Check its name and folder."))  # fmt: skip
        from pgc_lib.core.ids import new_id
        from pgc_lib.core.together import together

        batch = new_id()
        with together(self.session, batch) as joined_session:
            return filing.keep(joined_session, path, made.name, made.folder, batch)

    def bytes_of(self, file: File | UUID) -> bytes:
        """The bytes of a file."""
        with filing.opened(self.session, file.id if isinstance(file, File) else file) as stream:
            return stream.read()

    # ── trash ────────────────────────────────────────────────────────────────────────────────────────

    def remove(self, which: Which, /, *, version: int | None = None) -> UUID:
        """Throw a document away; `bring_back` has it again. The batch of it."""
        doc = which if isinstance(which, Doc) else self.doc(which)
        wanted = version if version is not None else doc.version if isinstance(which, Doc) else None
        return trash.throw_away(self.session, [doc], wanted)

    def trash(self) -> Listing[Trashed]:
        """What was thrown away, the latest first."""
        return self.thrown.find()

    def bring_back(self, which: Trashed | str | UUID) -> Doc:
        """Take a document out of the trash, with its history; by its title, path or id."""
        if not isinstance(which, Trashed):
            found = [
                each
                for each in self.thrown.find(owner=self.session.person)
                if which in (each.id, each.doc, each.title, trash.path_of(each))
            ]
            if not found:
                raise NotFound(
                    _("There is no “{name}” in the trash.", name=which),
                    next_step=_("`lab.docs.trash()` shows what there is."),
                )
            which = found[0]
        return trash.bring_back(self.session, which)

    def empty_trash(self, before: datetime | None = None) -> int:
        """Forget what lies in the trash, or what was thrown away before a moment; how many documents that were."""
        return trash.empty(self.session, before)

    # ── history ──────────────────────────────────────────────────────────────────────────────────────

    def versions(self, which: Which) -> Listing[Version]:
        """Every version with author, time and message, the newest first."""
        return versions.versions_of(self.session, self._id(which))

    def diff(self, one: Text | UUID, other: Text | None = None) -> Diff:
        """What is different between two versions, documents, drafts or texts, word by word.

        Given one document: what its last version changed. Given a draft: how it differs from its document.
        """
        if other is None:
            if isinstance(one, Draft):
                return self.diff(self.items.get(one.doc), one)
            newest = [each for each in self.versions(one) if each.verb != "delete"] if isinstance(one, Doc | UUID | str) else [one]  # fmt: skip
            other = newest[0]
            one = newest[1] if len(newest) > 1 else ""
        if isinstance(one, UUID):
            one = self.items.get(one)
        (before, was), (after, now) = _text_of(one), _text_of(other)
        return diff(before, after, names=(was, now))

    def restore(self, version: Version, *, message: str = "") -> Doc:
        """Make an earlier version the newest one; of a document that was thrown away too."""
        said = message or _("Restored version {n}", n=version.version)
        if not self.items.count(id=version.doc):
            for thrown in self.thrown.find(doc=version.doc):
                trash.bring_back(self.session, thrown)
        return self.items.update(self.items.get(version.doc), message=said, **split(version.text))

    # ── drafts ───────────────────────────────────────────────────────────────────────────────────────

    def branch(self, which: Which, name: str = "", *, text: str | None = None) -> Draft:
        """A draft of a document, written beside it until it is merged."""
        return drafting.begin(self.session, self.doc(which), name, text=text)

    def write_draft(self, draft: Draft, text: str, *, message: str = "") -> Draft:
        """A new text for a draft."""
        return self.drafts.update(draft, text=text, message=message or draft.message, state="open", parts=[])  # fmt: skip

    def merge(self, draft: Draft | UUID, *, message: str = "") -> Draft:
        """Bring a draft into its document. What both changed differently is a conflict: then nothing is changed
        and the draft shows both sides."""
        return drafting.bring_in(self.session, self._draft(draft), message)

    def conflicts(self) -> Listing[Draft]:
        """The drafts that wait for a decision."""
        return self.drafts.find(state="conflict")

    def sides(self, draft: Draft | UUID) -> Listing[Part]:
        """Where a draft and its document say something different: now, before, and in the draft."""
        return drafting.conflicts_of(self._draft(draft))

    def marked(self, draft: Draft | UUID) -> str:
        """The whole text of a draft in conflict, with both sides between marks."""
        return drafting.marked(self.session, self._draft(draft))

    def resolve(
        self, draft: Draft | UUID, choices: Sequence[Choice | str] | Choice | str, *, message: str = ""
    ) -> Draft:  # fmt: skip
        """Decide a conflict: ours, theirs, both or base, for all or for each, or the whole text as it shall be."""
        return drafting.resolve(self.session, self._draft(draft), choices, message)

    # ── pages ────────────────────────────────────────────────────────────────────────────────────────

    def show(self, which: Which) -> Page:
        """A document as a page, safe to look at whoever wrote it."""
        doc = self.doc(which)
        return drawing.Painter(self.session, doc).page(doc)

    def save_as(self, which: Which, path: Path | str) -> Path:
        """Write a document as Markdown, as HTML that stands for itself offline, or as PDF, by the ending."""
        doc, target = self.doc(which), Path(path).expanduser()
        match target.suffix.lower():
            case ".md" | ".markdown" | ".txt":
                target.write_bytes(doc.text.encode())
            case ".html" | ".htm":
                target.write_text(self.show(doc).whole(), encoding="utf-8")
            case ".pdf":
                target.write_bytes(drawing.pdf(self.session, doc))
            case ending:
                raise Invalid(
                    _("A document cannot be written as “{ending}”.", ending=ending),
                    [Problem("path", _("known are .md, .html and .pdf"), str(target))],
                    next_step=_("Choose one of these endings; lab.docs.export_vault(path) writes all of them."),
                )  # fmt: skip
        return target

    def export_vault(self, path: Path | str, *, folder: str = "") -> Written:
        """Write all documents, files and folders as plain files into a new folder, or into a zip by the ending."""
        return vaulting.write(self.session, Path(path).expanduser(), folder.strip("/"))

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _id(self, which: Which) -> UUID:
        return which if isinstance(which, UUID) else which.id if isinstance(which, Doc) else self.doc(which).id  # fmt: skip

    def _draft(self, draft: Draft | UUID) -> Draft:
        return self.drafts.get(draft.id if isinstance(draft, Draft) else draft)


def _links_of(place: Place, index: Index) -> list[Link]:
    found = [Link(place, target, index.of_wiki(target, place.folder)) for target in place.links]
    return found + [Link(place, path, index.of_path(path, place.folder)) for path in place.paths]


def _text_of(given: Text) -> tuple[str, str]:
    match given:
        case str():
            return given, ""
        case Version():
            return given.text, _("version {n}", n=given.version)
        case Draft():
            return given.text, given.name
        case Doc():
            return given.text, given.title


__all__ = ["Diff", "Doc", "Docs", "Draft", "File", "Folder", "Merged", "Page", "Version"]
