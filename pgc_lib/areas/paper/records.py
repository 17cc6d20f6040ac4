"""What `lab.docs` keeps: documents, the files between them, empty folders, drafts, and what lies in the trash.

A document is the text of a Markdown file, to the byte: its front matter word by word, then its body. What is read
off the text (tags, where its links lead) stands beside it, so that links are followed without reading every text.
"""

from typing import Any, Literal
from uuid import UUID

from pgc_lib.areas.paper.paths import LONGEST, FolderPath, Name, joined
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Moment
from pgc_lib.i18n import N_, _

LONGEST_TEXT = 4_500_000
"""Characters of a document."""
LONGEST_BYTES = 14_000_000
"""… and its bytes in UTF-8: with what stands beside them, that is what every store can hold."""


def fits(text: str) -> bool:
    """Whether a text can be a document."""
    if len(text) > LONGEST_TEXT:
        return False
    return len(text) * 4 <= LONGEST_BYTES or len(text.encode(errors="replace")) <= LONGEST_BYTES


class Doc(
    Record,
    kind="docs.items",
    kept_in="documents",
    indexes=[("folder", "title")],
    sort=["folder", "title"],
):
    """A document in Markdown."""

    title: Name = field(
        title=N_("Title"),
        help=N_("By this, links such as [[title]] find it; it is the name of its file."),
        min_length=1,
        max_length=LONGEST,
        searchable=True,
        aliases=["标题", "name"],
    )
    folder: FolderPath = field("", title=N_("Folder"), help=N_("Such as family/travel."), max_length=4000, aliases=["文件夹", "目录"])  # fmt: skip
    front: str = field(
        "", title=N_("Front matter"), help=N_("YAML between two lines of ---, kept word by word."), max_length=300_000, widget="text",
    )  # fmt: skip
    body: str = field(
        "", title=N_("Text"), max_length=LONGEST_TEXT, searchable=True, widget="markdown", aliases=["正文", "内容", "content"],
    )  # fmt: skip
    tags: list[str] = field([], title=N_("Tags"), searchable=True, aliases=["标签"])
    message: str = field(
        "", title=N_("What changed"), help=N_("A few words on this version."), max_length=1000
    )
    template: bool = field(False, title=N_("Is a template"))
    links: list[str] = field([], title=N_("Wiki links"), help=N_("Read off the text."))
    paths: list[str] = field([], title=N_("Linked files"), help=N_("Read off the text."))
    ending: str = field(".md", title=N_("Ending"), max_length=20)
    imported: str = field("", title=N_("Checksum of the imported file"), max_length=64)
    notebook: UUID | None = field(None, title=N_("Notebook"), refers="docs.notebooks")
    cell: str = field(
        "", title=N_("Cell of a notebook"), help=N_("Where it stands: notebook.ipynb#cell-id=…"), max_length=5000
    )  # fmt: skip

    @property
    def text(self) -> str:
        """The whole text, as the file has it."""
        return self.front + self.body

    @property
    def path(self) -> str:
        """Its folder and title."""
        return joined(self.folder, self.title)

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Folder"): self.folder,
            _("Title"): self.title,
            _("Tags"): self.tags,
            _("Text"): " ".join(self.body[:300].split()),
            _("What changed"): self.message,
            _("When"): self.updated_at,
        }


class Notebook(Record, kind="docs.notebooks", kept_in="documents", sort=["path"]):
    """A Jupyter notebook whose Markdown cells are documents; the file is the truth, this only knows it again."""

    title: Name = field(title=N_("Title"), max_length=LONGEST)
    path: str = field(title=N_("File"), max_length=4500)
    place: str = field("", title=N_("Folder of the lab"), max_length=100)
    cells: list[dict[str, str]] = field(
        [], title=N_("Cells"), help=N_("Which document each cell is.")
    )
    sum: str = field("", title=N_("Checksum"), max_length=64)
    gone: bool = field(False, title=N_("Is gone"))
    problems: list[str] = field([], title=N_("Problems"))

    def _shown_(self) -> dict[str, Any]:
        return {
            _("File"): self.path,
            _("Title"): self.title,
            _("Notes"): len(self.cells),
            _("Is gone"): self.gone,
            _("Problems"): self.problems,
        }


class File(Record, kind="docs.files", kept_in="documents", sort=["folder", "name"]):
    """A file between the documents: an image, a canvas, a PDF. Its bytes are its one attachment."""

    name: Name = field(title=N_("Name"), max_length=LONGEST, searchable=True)
    folder: FolderPath = field("", title=N_("Folder"), max_length=4000)
    size: int = field(0, title=N_("Bytes"), ge=0)
    sha256: str = field("", title=N_("Checksum"), max_length=64)

    @property
    def path(self) -> str:
        """Its folder and name."""
        return joined(self.folder, self.name)


class Folder(Record, kind="docs.folders", kept_in="documents", key=["path"], sort=["path"]):
    """A folder that is there even while nothing is in it."""

    path: FolderPath = field(title=N_("Folder"), min_length=1, max_length=4000)


class Draft(Record, kind="docs.drafts", kept_in="documents", sort=["-changed"]):
    """Another text of a document, written beside it until it is merged."""

    doc: UUID = field(title=N_("Document"))
    name: str = field(title=N_("Name"), min_length=1, max_length=LONGEST)
    base: int = field(title=N_("Begun at version"), ge=0)
    text: str = field("", title=N_("Text"), max_length=LONGEST_TEXT + 300_000, widget="markdown")
    state: Literal["open", "conflict", "merged"] = field("open", title=N_("State"))
    message: str = field("", title=N_("What changed"), max_length=1000)
    against: int = field(0, title=N_("Compared with version"), ge=0)
    parts: list[dict[str, str]] = field(
        [], title=N_("Both sides"), help=N_("Where they do not agree: what is there now, what the draft says, and what was before.")
    )  # fmt: skip
    changed: Moment | None = field(None, title=N_("When"))

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Name"): self.name,
            _("State"): _(_STATES[self.state]),
            _("What changed"): self.message,
            _("Conflicts"): len(self.parts),
            _("When"): self.changed,
        }


_STATES = {"open": N_("open"), "conflict": N_("in conflict"), "merged": N_("merged")}


class Trashed(Record, kind="docs.trash", kept_in="documents", sort=["-at"]):
    """A document that was thrown away; its text waits in its history."""

    doc: UUID = field(title=N_("Document"))
    title: str = field(title=N_("Title"), max_length=LONGEST)
    folder: str = field("", title=N_("Folder"), max_length=4000)
    at: Moment = field(title=N_("When"))
