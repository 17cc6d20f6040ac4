"""Whether a record can be changed here, and if not, why."""

from typing import Any

from sqlalchemy import text

from pgc_lib.core.collection import Collection
from pgc_lib.i18n import _

_MAY = text("select cast(:owner as uuid) = any (pgc.owners(:area, 'edit'))")

_SEEN = text("select cardinality(pgc.owners(:area, 'see'))")


def mine_alone(collection: Collection[Any]) -> bool:
    """Whether nobody else's records can be seen here: then the store is told so, and walks an index by owner."""
    session = collection.session
    if session.at is not None:
        return False
    with session.reading() as connection:
        return connection.execute(_SEEN, {"area": collection.spec.area}).scalar() == 1


def why_read_only(collection: Collection[Any], record: Any = None) -> str:
    """The reason in a sentence; empty where it can be changed."""
    session = collection.session
    if session.at is not None:
        return _("This is how it was on {day}. The past can be read, not changed.", day=f"{session.at:%Y-%m-%d %H:%M}")  # fmt: skip
    owner = getattr(record, "owner", None)
    if owner is None or owner == session.person:
        return ""
    with session.reading() as connection:
        if connection.execute(_MAY, {"owner": owner, "area": collection.spec.area}).scalar():
            return ""
    return _("This belongs to {name}, who lets you see it, but not change it.", name=_called(collection, owner))  # fmt: skip


def _called(collection: Collection[Any], owner: Any) -> str:
    query = text("select coalesce(nullif(display, ''), name) from pgc.persons where id = :id")
    with collection.session.reading() as connection:
        return str(connection.execute(query, {"id": owner}).scalar() or _("somebody else"))
