"""What records refer to, by name: a table of practice shows “Guitar” and not an identifier.

Each kind that is referred to is asked once, with the rights of whoever looks; what is gone or not shared keeps its identifier.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.record import Record
from pgc_lib.core.shown import Listing
from pgc_lib.core.spec import FieldSpec
from pgc_lib.errors import Invalid, NotFound

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

_AT_ONCE = 500
Target = tuple[str, UUID]


class Named:
    """A record with what it refers to by name."""

    def __init__(self, record: Record, known: Mapping[Target, str]) -> None:
        self.record, self.known = record, known

    def _shown_(self) -> dict[str, Any]:
        shown = self.record._shown_()
        for name, field in self.record.spec.fields.items():
            if target := target_of(self.record, field):
                shown[field.title] = self.known.get(target, getattr(self.record, name))
        return shown


def named(listing: "Listing[Any]") -> "Listing[Any]":
    """The same lines with names in the place of identifiers, where there are any and somebody may look."""
    session = listing.session
    if session is None or not all(isinstance(each, Record) for each in listing):
        return listing
    known = names(session, listing)
    return Listing(Named(each, known) for each in listing) if known else listing


def names(session: "Session", records: Iterable[Record]) -> dict[Target, str]:
    """What the records refer to is called."""
    from pgc_lib.core.places import collection_of
    from pgc_lib.notebook.widgets.titles import called

    wanted: dict[str, set[UUID]] = defaultdict(set)
    for kind, id in (target for record in records for target in _targets(record)):
        wanted[kind].add(id)
    found: dict[Target, str] = {}
    for kind, ids in wanted.items():
        try:
            collection = collection_of(session, kind)
        except NotFound:  # a kind of one's own that was given up
            continue
        some = list(ids)[:_AT_ONCE]
        for record in collection.find(id__in=some, limit=_AT_ONCE):
            if record.id is not None:
                found[kind, record.id] = called(record, collection)
    return found


def _targets(record: Record) -> Iterator[Target]:
    for field in record.spec.fields.values():
        if target := target_of(record, field):
            yield target


def target_of(record: Record, field: FieldSpec) -> Target | None:
    """The record that a field names: by its identifier, or by a pointer."""
    from pgc_lib.core.pointer import pointed
    from pgc_lib.notebook.widgets.referring import points, refers

    value = getattr(record, field.name)
    if isinstance(value, UUID):
        kind = refers(record.spec.kind, field)
        return (kind, value) if kind else None
    if isinstance(value, str) and "/" in value and points(field):
        try:
            return pointed(value)
        except Invalid:  # a tag, or a name that somebody wrote
            return None
    return None
