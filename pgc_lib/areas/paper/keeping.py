"""The collection of documents: what is read off a text is written with it, and a path stands for one document."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.paper.linking import Index, Place, derived
from pgc_lib.areas.paper.paths import joined
from pgc_lib.areas.paper.records import LONGEST_BYTES, LONGEST_TEXT, Doc, File, fits
from pgc_lib.core.backing import OnConflict
from pgc_lib.core.collection import Added, Collection
from pgc_lib.core.markdown import front
from pgc_lib.core.markdown.reading import read
from pgc_lib.core.record import Record
from pgc_lib.core.session import Session
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.documents import each
from pgc_lib.stores.filters import where

if TYPE_CHECKING:
    from pgc_lib.core.frames import Rows


def split(text: str) -> dict[str, Any]:
    """A whole text as front matter and body."""
    end = front.extent(text)[2]
    return {"front": text[:end], "body": text[end:]}


class Papers(Collection[Doc]):
    """Documents, whose links and tags follow their text."""

    def new(self, **values: Any) -> Doc:
        """A validated document that is not kept yet; front matter in the body moves to its place."""
        body = values.get("body")
        if isinstance(body, str):
            if not fits(body):
                raise too_long(len(body))
            if not values.get("front"):
                values = {**values, **split(body)}
            parsed = read(str(values.get("front", "")) + values["body"])
            given = values.get("tags")
            extra = given if isinstance(given, list) else []
            values = {**values, **derived(parsed)}
            values["tags"] = list(dict.fromkeys([*extra, *values["tags"]]))
        return super().new(**values)

    def add(
        self,
        record: Doc | None = None,
        /,
        *,
        owner: UUID | None = None,
        batch: UUID | None = None,
        **values: Any,
    ) -> Doc:
        """Keep a new document; `owner` is another person who granted the right to edit."""
        if record is None:
            record, values = self.new(**values), {}
        with self._naming(owner) as papers:
            papers.refuse_taken(record.folder, record.title, owner)
            return Collection.add(papers, record, owner=owner, batch=batch, **values)

    def add_many(
        self,
        rows: "Rows",
        *,
        on_conflict: OnConflict = "error",
        keep_valid: bool = False,
        owner: UUID | None = None,
        batch: UUID | None = None,
    ) -> Added:
        """Keep many documents in one batch that can be undone as one."""
        import polars as pl

        given: list[Any] = list(rows.iter_rows(named=True)) if isinstance(rows, pl.DataFrame) else list(rows)  # fmt: skip
        known = [_complete(row) if isinstance(row, dict) else row for row in given]
        return super().add_many(
            known, on_conflict=on_conflict, keep_valid=keep_valid, owner=owner, batch=batch
        )

    def update(self, record: Doc | UUID, /, *, version: int | None = None, **changes: Any) -> Doc:
        """Change some fields. Given a record, its version must still be the current one."""
        current = record if isinstance(record, Doc) else self.get(record)
        if changes.keys() & {"body", "front"}:
            body = changes.get("body", current.body)
            if isinstance(body, str) and "front" not in changes and not current.front:
                changes = {**changes, **split(body)}
            text = str(changes.get("front", current.front)) + str(changes.get("body", current.body))
            if not fits(text):
                raise too_long(len(text))
            said = derived(read(text))
            if "tags" not in changes:
                before = set(read(current.text).tags)
                own = [tag for tag in current.tags if tag not in before]
                changes["tags"] = list(dict.fromkeys([*own, *said["tags"]]))
            changes = {**changes, "links": said["links"], "paths": said["paths"]}
        if changes.keys() & {"title", "folder"}:
            folder, title = changes.get("folder", current.folder), changes.get("title", current.title)  # fmt: skip
            if (folder, title) != (current.folder, current.title):
                with self._naming(current.owner) as papers:
                    papers.refuse_taken(folder, title, current.owner)
                    return papers._amended(record, current, version, changes)
        return self._amended(record, current, version, changes)

    def _amended(
        self, record: Doc | UUID, current: Doc, version: int | None, changes: dict[str, Any]
    ) -> Doc:
        changes.setdefault("message", "")
        if {**current.values(), **changes} | {"message": ""} == current.values() | {"message": ""}:
            return current if isinstance(record, Doc) and version is None else self.get(current.id)
        aim = version if version is not None else current.version if isinstance(record, Doc) else None  # fmt: skip
        return self._plainly(current.id, aim, changes)

    def _plainly(self, id: UUID, version: int | None, changes: dict[str, Any]) -> Doc:
        """Validated as it will be, without reading the text once more."""
        current = self.get(id)
        merged = Collection.new(self, **{**current.values(), **changes}).values()
        return self._opened(
            self._backing.amend(id, {name: merged[name] for name in changes}, version=version)
        )

    @contextmanager
    def _naming(self, owner: UUID | None) -> Iterator["Papers"]:
        """These documents while nobody else gives one of this owner's a name: a free name stays free until it is taken."""
        from sqlalchemy import text

        from pgc_lib.core.ids import new_id
        from pgc_lib.core.together import Joined, together

        if isinstance(self.session, Joined):
            opened: AbstractContextManager[Joined] = nullcontext(self.session)
        else:
            opened = together(self.session, new_id())
        with opened as joined_session:
            joined_session.connection.execute(
                text("select pgc.hold_docs(:owner)"), {"owner": owner or self.session.person}
            )
            yield Papers(joined_session, Doc)

    def bring_back(self, id: UUID, values: dict[str, Any], owner: UUID | None) -> Doc:
        """Keep a document that was removed under its old identifier again."""
        made = self.new(**{name: value for name, value in values.items() if name in self.spec.fields})  # fmt: skip
        return self._opened(
            self._backing.insert({**made.values(), "id": id}, owner=owner, batch=None)
        )

    def refuse_taken(self, folder: str, title: str, owner: UUID | None) -> None:
        """`Invalid` when there is a document of this path already."""
        clean = "/".join(part for part in folder.split("/") if part)
        if self.count(folder=clean, title=title, owner=owner or self.session.person):
            raise Invalid(
                _("There is a document of this name already: {path}", path=joined(clean, title)),
                [Problem("title", _("the name is taken in this folder"), title)],
                next_step=_("Choose another name or folder, or write into that one."),
            )


def too_long(length: int) -> Invalid:
    """The error for a text that is too long for a document."""
    return Invalid(
        _("This text is too long for a document ({n} characters).", n=length),
        [
            Problem(
                "body",
                _(
                    "a document has at most {n} characters and {m} MB",
                    n=LONGEST_TEXT,
                    m=LONGEST_BYTES // 10**6,
                ),
            )
        ],
        next_step=_(
            "Part it into several documents, or keep the file as it is: lab.docs.keep_file(path)."
        ),
    )


def _complete(row: dict[str, Any]) -> dict[str, Any]:
    """A row with what is read off its text, unless whoever made it has read it already."""
    body = row.get("body")
    if not isinstance(body, str) or "links" in row:
        return row
    parts = {} if row.get("front") else split(body)
    made = {**row, **parts}
    said = derived(read(str(made.get("front") or "") + made["body"]))
    own = row.get("tags")
    tags = [*(own if isinstance(own, list) else []), *said["tags"]]
    return {**made, **said, "tags": list(dict.fromkeys(tags))}


def index_of(session: Session, owner: UUID | None = None) -> Index:
    """Every document and file of a person, by path and name."""
    mine = owner or session.person
    docs = [_place(id, body) for id, body in _bodies(session, Doc, mine)]
    files = [Place(id, body.get("folder", ""), body["name"]) for id, body in _bodies(session, File, mine)]  # fmt: skip
    return Index([*docs, *files])


def _bodies(session: Session, record: type[Record], owner: UUID) -> Iterator[tuple[UUID, dict[str, Any]]]:  # fmt: skip
    """Documents as the store has them: names alone need no validation, and there may be thousands of texts."""
    if session.at is None:
        for found in each(session.documents, record.spec.kind, where(owner=owner)):
            yield found.id, found.body
    else:
        for kept in Collection(session, record).find(owner=owner):
            yield kept.id, kept.values()


def _place(id: UUID, body: dict[str, Any]) -> Place:
    """A document as links see it."""
    links, paths = tuple(body.get("links", ())), tuple(body.get("paths", ()))
    return Place(id, body.get("folder", ""), body["title"], body.get("ending", ".md"), links, paths)
