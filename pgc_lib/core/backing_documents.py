"""Records that lie as documents, in PostgreSQL or MongoDB as the session has it.

A record that is recognised by a key gets its identifier from that key, so no store can hold it twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.backing import Bulk, OnConflict, Row
from pgc_lib.core.backing_table_bulk import distinct, exists_already
from pgc_lib.core.ids import new_id
from pgc_lib.core.record import Record
from pgc_lib.core.session import Session
from pgc_lib.core.types import exact_money
from pgc_lib.errors import Conflict, Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.documents import Document, each
from pgc_lib.stores.documents import OnConflict as StoreConflict
from pgc_lib.stores.documents_paging import Place, parse_order, read_cursor, write_cursor
from pgc_lib.stores.documents_values import dumps, loads
from pgc_lib.stores.filters import Condition
from pgc_lib.stores.filters_python import holds

if TYPE_CHECKING:
    import polars as pl

_IN_STORE: Mapping[OnConflict, StoreConflict] = {
    "error": "error",
    "skip": "skip",
    "update": "replace",
}


class DocumentBacking:
    """The `Backing` of a Record whose rows are documents."""

    def __init__(self, session: Session, record: type[Record]) -> None:
        self.session = session
        self.spec = record.spec
        self.record = record

    def insert(self, values: Mapping[str, Any], *, owner: UUID | None, batch: UUID | None) -> Row:
        self.session.refuse_in_the_past()
        values = dict(values)
        id = values.pop("id", None) or self.new_id(values, owner)
        with self._named_clash(values):
            document = self.session.documents.insert(
                self.spec.kind, self._body(values), id=id, owner=owner, batch=batch
            )
        return self._row(document)

    def bulk(
        self, frame: "pl.DataFrame", *, batch: UUID, owner: UUID | None, on_conflict: OnConflict
    ) -> Bulk:
        self.session.refuse_in_the_past()
        rows = frame
        if on_conflict != "error":
            rows = distinct(frame, self.spec, "last" if on_conflict == "update" else "first")
        items = []
        for row in rows.iter_rows(named=True):
            values = {name: self._python(name, value) for name, value in row.items()}
            id = values.pop("id", None) or self.new_id(values, owner)
            items.append((id, self._body(values)))
        done = self.session.documents.insert_many(
            self.spec.kind, items, owner=owner, batch=batch, on_conflict=_IN_STORE[on_conflict]
        )
        return Bulk(batch, done.added, done.replaced, frame.height - done.added - done.replaced)

    def _python(self, name: str, value: Any) -> Any:
        """A value of a checked frame as the Record has it."""
        field = self.spec.fields.get(name)
        if value is None:
            return None
        if field is None or field.type.name == "link":
            return value if isinstance(value, UUID) else UUID(value)
        return loads(value) if field.type.name == "object" and isinstance(value, str) else value

    def new_id(self, values: Mapping[str, Any], owner: UUID | None, /) -> UUID:
        """The same for the same key, so that no store can hold a key twice."""
        key = [self._python(name, values[name]) for name in self.spec.key]
        if not key or None in key:
            return new_id()
        place = [(owner or self.session.person).hex, self.spec.kind]
        place += [_spelled(value) for value in key]
        digest = int.from_bytes(sha256(dumps([*place]).encode()).digest()[:16])
        # Version 8 is for identifiers whose bits mean something only to those who made them.
        return UUID(int=digest & ~(0xF << 76 | 0b11 << 62) | 8 << 76 | 0b10 << 62)

    @contextmanager
    def _named_clash(self, values: Mapping[str, Any]) -> Iterator[None]:
        try:
            yield
        except Conflict as error:
            if self.spec.key:
                raise exists_already(self.spec, [values]) from error
            raise

    def fetch(self, id: UUID) -> Row | None:
        if self.session.at is not None:
            return next((row for row in map(self._row, self._past()) if row["id"] == id), None)
        found = self.session.documents.get(self.spec.kind, id)
        return self._row(found) if found else None

    def amend(self, id: UUID, changes: Mapping[str, Any], *, version: int | None) -> Row:
        self.session.refuse_in_the_past()
        for name in self.spec.key:
            if name in changes:
                raise Invalid(
                    _("This cannot be kept in {kind}:", kind=self.spec.kind),
                    [Problem(name, _("the record is recognised by this; it cannot be changed"))],
                    next_step=_("Add a new record and remove this one."),
                )
        return self._row(
            self.session.documents.update(self.spec.kind, id, changes, version=version)
        )

    def remove(self, id: UUID, *, version: int | None) -> bool:
        self.session.refuse_in_the_past()
        return self.session.documents.delete(self.spec.kind, id, version=version)

    def find(
        self, where: Condition, *, order: Sequence[str], limit: int | None, after: str | None
    ) -> tuple[list[Row], str | None]:
        if self.session.at is not None:
            return self._find_in_the_past(where, order, limit, after)
        store, kind = self.session.documents, self.spec.kind
        if limit is None and after is None:
            return [self._row(found) for found in each(store, kind, where, order=order)], None
        page = store.find(kind, where, order=order, limit=limit, after=after)
        return [self._row(found) for found in page.items], page.next

    def count(self, where: Condition) -> int:
        if self.session.at is not None:
            return sum(1 for document in self._past() if self._meets(document, where))
        return self.session.documents.count(self.spec.kind, where)

    def frame(
        self, where: Condition, *, order: Sequence[str], limit: int | None, columns: Sequence[str]
    ) -> "pl.DataFrame":
        import polars as pl

        from pgc_lib.core.frames import series_of, system_series

        rows, _next = self.find(where, order=order, limit=limit, after=None)
        records = [self.record.kept(row) for row in rows]
        return pl.DataFrame(
            [
                series_of(
                    name, [getattr(record, name) for record in records], self.spec.fields[name]
                )
                if name in self.spec.fields
                else system_series(name, [row[name] for row in rows])
                for name in columns
            ]
        )

    # ── the past ─────────────────────────────────────────────────────────────────────────────────────

    def _past(self) -> Iterator[Document]:
        assert self.session.at is not None
        return self.session.documents.as_of(self.spec.kind, self.session.at)

    def _meets(self, document: Document, where: Condition) -> bool:
        record = self.record.kept(self._row(document))

        def value_of(name: str) -> Any:
            root, *path = name.split(".")
            value = getattr(record, root)
            for step in path:
                value = value.get(step) if isinstance(value, dict) else None
            return value

        return holds(where, value_of)

    def _find_in_the_past(
        self, where: Condition, order: Sequence[str], limit: int | None, after: str | None
    ) -> tuple[list[Row], str | None]:
        """Stores give the past without an order; it never changes, so a page may be cut from it."""
        keys = parse_order(order)
        places = sorted(
            Place(document, keys) for document in self._past() if self._meets(document, where)
        )
        found = [place.document for place in places]
        if after is not None:
            _values, last = read_cursor(self.spec.kind, order, after)
            found = found[[document.id for document in found].index(last) + 1 :]
        if limit is None or len(found) <= limit:
            return [self._row(document) for document in found], None
        found = found[:limit]
        following = write_cursor(self.spec.kind, order, found[-1])
        return [self._row(document) for document in found], following

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _body(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Missing values are left out, so that adding a field later changes no document."""
        return {name: value for name, value in values.items() if value is not None}

    @staticmethod
    def _row(document: Document) -> Row:
        return {
            **document.body,
            "id": document.id,
            "owner": document.owner,
            "batch": document.batch,
            "version": document.version,
            "created_at": document.created_at,
            "updated_at": document.updated_at,
        }


def _spelled(value: Any) -> str:
    """One spelling for equal values, whether they came one by one or in a frame."""
    if isinstance(value, Decimal):
        return format(exact_money(value) or value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.hex if isinstance(value, UUID) else str(value)
