"""Words about a record: by its owner, and by whoever was granted to comment on its area.

The words are their author's: only they can change them, and the record's owner can take them away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.shown import Listing
from pgc_lib.errors import Denied, Invalid, NotFound, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from sqlalchemy import Row

    from pgc_lib.core.record import Record, Spec
    from pgc_lib.core.session import Session

LONGEST = 20_000
_COLUMNS = "c.id, c.author, coalesce(nullif(p.display, ''), p.name, '') as name, c.body, c.created_at, c.updated_at"


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about a record."""

    id: UUID
    author: UUID
    name: str
    """What the author is called; empty for someone whom one does not know."""
    body: str
    created_at: datetime
    updated_at: datetime

    def _shown_(self) -> Mapping[str, Any]:
        return {_("When"): self.created_at, _("Who"): self.name, _("Comment"): self.body}


class Commenting:
    """What a collection can do with comments."""

    session: "Session"

    @property
    def spec(self) -> "Spec":
        raise NotImplementedError  # the collection knows

    def get(self, id: UUID | str) -> "Record":
        raise NotImplementedError  # the collection knows

    def comment(self, record: "Record | UUID", body: str, /) -> Comment:
        """Say something about a record that one may see and comment on."""
        body = _checked(body)
        kept = self.get(record if isinstance(record, UUID) else record.id)
        owner = kept.owner or self.session.person
        made = self._write(
            "insert into pgc.comments (owner, area, kind, record, body) "
            "values (:owner, :area, :kind, :record, :body)",
            owner=owner,
            area=self.spec.area,
            kind=self.spec.kind,
            record=kept.id,
            body=body,
        )
        assert made is not None  # row security refuses with an error, it does not hide what is new
        return made

    def comments(self, record: "Record | UUID", /) -> Listing[Comment]:
        """What was said about a record, in its order."""
        from sqlalchemy import text

        id = record if isinstance(record, UUID) else record.id
        query = text(
            f"select {_COLUMNS} from pgc.comments c left join pgc.persons p on p.id = c.author "
            "where c.record = :record and c.kind = :kind order by c.id"
        )
        with self.session.reading() as connection:
            found = connection.execute(query, {"record": id, "kind": self.spec.kind})
            return Listing(_comment(row) for row in found)

    def amend_comment(self, comment: Comment, body: str, /) -> Comment:
        """Say it better; only its author can."""
        statement = "update pgc.comments set body = :body where id = :id"
        changed = self._write(statement, id=comment.id, body=_checked(body))
        if changed is None:
            raise Denied(
                _("This comment is somebody else's, or is gone."),
                next_step=_("Write one of your own."),
            )
        return changed

    def remove_comment(self, comment: Comment, /) -> None:
        """Take a comment away: one's own, or any on one's own record."""
        if self._write("delete from pgc.comments where id = :id", id=comment.id) is None:
            raise NotFound(
                _("This comment is gone, or not yours to remove."),
                next_step=_("`comments(record)` shows the comments there are."),
            )

    def _write(self, statement: str, **values: Any) -> Comment | None:
        from sqlalchemy import text

        written = text(
            f"with c as ({statement} returning *) "
            f"select {_COLUMNS} from c left join pgc.persons p on p.id = c.author"
        )
        with self.session.writing() as connection:
            row = connection.execute(written, values).first()
            return _comment(row) if row else None


def _comment(row: "Row[Any]") -> Comment:
    return Comment(**row._mapping)


def _checked(body: str) -> str:
    problem = ""
    if not body.strip():
        problem = _("a comment has words")
    elif len(body) > LONGEST:
        problem = _("a comment has at most {limit} characters", limit=LONGEST)
    elif "\x00" in body or not _is_unicode(body):
        problem = _("this text cannot be kept")
    if problem:
        raise Invalid(_("This comment cannot be kept:"), [Problem("body", problem, body[:50])])
    return body


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
