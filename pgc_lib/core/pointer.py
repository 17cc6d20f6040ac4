"""A pointer: one record named from another area, as `area.kind/uuid`, for links, evidence and edges.

class Todo(Record, …):
    about: Pointer | None = field(None, title=N_("About"))

todo = lab.todos.add(title="…", about=point(skill))
resolve(lab.session, todo.about)                     # the skill; None when it is gone or not shared with me
"""

import re
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.core.record import Record
    from pgc_lib.core.session import Session

_FORM = re.compile(
    r"(?P<kind>[a-z][a-z0-9_]{0,99}\.[a-z][a-z0-9_]{0,99})/"
    r"(?P<id>[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})",
    re.ASCII | re.IGNORECASE,
)


def _wanted() -> str:
    return _("this must name a record as area.kind/identifier, such as skills.items/0199…")


def _pointing(text: str) -> str:
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise PydanticCustomError("pointer", "{reason}", {"reason": _wanted()})
    return f"{found['kind'].lower()}/{UUID(found['id'])}"


Pointer = Annotated[str, AfterValidator(_pointing)]
"""The kind and identifier of a record of any area, in one form of writing."""


def point(record: "Record") -> str:
    """The pointer to a record that is kept."""
    return f"{record.spec.kind}/{record.id}"


def pointed(pointer: str) -> tuple[str, UUID]:
    """The kind and the identifier that a pointer names; `Invalid` says what is wrong with it."""
    try:
        kind, _slash, id = _pointing(pointer).partition("/")
    except PydanticCustomError:
        raise Invalid(
            _("This points at no record:"),
            [Problem("pointer", _wanted(), pointer)],
            next_step=_("Make it with point(record)."),
        ) from None
    return kind, UUID(id)


def as_pointer(record: "Record | str") -> str:
    """A record, or what points at one, as a pointer."""
    if isinstance(record, str):
        kind, id = pointed(record)
        return f"{kind}/{id}"
    return point(record)


def resolve(session: "Session", pointer: str) -> "Record | None":
    """The record, read with the person's own rights; None when there is none that the person may see."""
    from pgc_lib.core.places import collection_of

    kind, id = pointed(pointer)
    try:
        found: Any = collection_of(session, kind).get(id)
    except NotFound:
        return None
    record: Record = found
    return record
