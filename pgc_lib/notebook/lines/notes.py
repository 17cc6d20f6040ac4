"""`%%note`: the text of a cell as a document, with its title from the first heading or from the line.

    %%note 季度复盘 #理财 @finance          title, tags, and the folder in which it lies

Running the cell again writes a new version of the same document, never a second one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.paper.keeping import split
from pgc_lib.core.ids import new_id
from pgc_lib.core.markdown.reading import read
from pgc_lib.core.together import together
from pgc_lib.errors import Invalid
from pgc_lib.i18n import _
from pgc_lib.notebook.lines.keeping import Done
from pgc_lib.notebook.lines.words import words_of

if TYPE_CHECKING:
    from pgc_lib.core.session import Session
    from pgc_lib.lab import Lab

_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', " "))
"""What no name of a file may hold."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a cell says."""

    title: str
    body: str
    folder: str = ""
    tags: tuple[str, ...] = ()


def note_of(line: str, cell: str) -> Note:
    """What a line and the text below it say; `Invalid` when there is no text or no title."""
    words = words_of(line)
    places = [word.text[1:] for word in words if word.text.startswith("@") and not word.quoted and len(word.text) > 1]  # fmt: skip
    tags = tuple(dict.fromkeys(word.text for word in words if word.tag))
    called = " ".join(
        word.text for word in words if not word.tag and (word.quoted or not word.text.startswith("@"))
    )  # fmt: skip
    if not cell.strip():
        raise Invalid(
            _("There is no text to keep."), next_step=_("Write the note below the first line.")
        )
    if len(places) > 1:
        raise Invalid(
            _("Two folders are named."), next_step=_("Write one, such as @family/travel.")
        )
    parsed = read(cell)
    heading = parsed.headings[0].text if parsed.headings else ""
    title = " ".join((called or heading).translate(_FORBIDDEN).split())
    if not title:
        raise Invalid(
            _("The note has no title."),
            next_step=_("Begin it with a heading such as “# Title”, or write the title after %%note."),
        )  # fmt: skip
    body = cell if cell.endswith("\n") else f"{cell}\n"
    return Note(title, body, places[0].strip("/") if places else "", tags)


def keep_note(lab: "Lab", note: Note) -> Done:
    """Keep a note, or a new version of the one that has its name."""
    batch = new_id()
    with together(lab.session, batch) as joined:
        return _kept(joined, note, batch)


def _kept(session: "Session", note: Note, batch: UUID) -> Done:
    from pgc_lib.areas.docs import Docs

    docs = Docs(session)
    where = f"{note.folder}/{note.title}" if note.folder else note.title
    found = docs.items.find(title=note.title, folder=note.folder, owner=session.person)
    if found:
        before = set(read(found[0].text).tags)
        own = [tag for tag in found[0].tags if tag not in before]
        tags = list(dict.fromkeys([*own, *note.tags, *read(note.body).tags]))
        if (found[0].text, found[0].tags) == (note.body, tags):
            return Done(found[0], None, _("“{title}” says this already.", title=where))
        doc = docs.items.update(found[0], tags=tags, **split(note.body))
        return Done(doc, batch, _("“{title}” has a new version.", title=where))
    doc = docs.items.add(title=note.title, folder=note.folder, body=note.body, tags=list(note.tags), batch=batch)  # fmt: skip
    told = " ".join(f"#{tag}" for tag in doc.tags)
    return Done(doc, batch, " ".join(filter(None, [_("“{title}” is kept.", title=where), told])))
