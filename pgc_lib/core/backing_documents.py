"""Records that lie as documents, in PostgreSQL or MongoDB as the session has it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic_core import to_json

from pgc_lib.core.backing import Bulk, OnConflict, Row
from pgc_lib.core.ids import new_id
from pgc_lib.core.record import Record
from pgc_lib.core.session import Session
from pgc_lib.stores.documents import Document, each
from pgc_lib.stores.filters import Condition

if TYPE_CHECKING:
    import polars as pl


class DocumentBacking:
    """The `Backing` of a Record whose rows are documents."""

    def __init__(self, session: Session, record: type[Record]) -> None:
        self.session = session
        self.spec = record.spec
        self.record = record

    def insert(self, values: Mapping[str, Any], *, owner: UUID | None, batch: UUID | None) -> Row:
        values = dict(values)
        id = values.pop("id", None) or new_id()
        return self._row(
            self.session.documents.insert(
                self.spec.kind, self._body(values), id=id, owner=owner, batch=batch
            )
        )

    def bulk(
        self, frame: "pl.DataFrame", *, batch: UUID, owner: UUID | None, on_conflict: OnConflict
    ) -> Bulk:
        items = []
        for row in frame.iter_rows(named=True):
            given = row.pop("id", None)
            items.append((UUID(given) if given else new_id(), self._body(row)))
        done = self.session.documents.insert_many(self.spec.kind, items, owner=owner, batch=batch)
        return Bulk(batch, done.added, done.replaced, done.skipped)

    def fetch(self, id: UUID) -> Row | None:
        if self.session.at is not None:
            documents = self.session.documents.as_of(self.spec.kind, self.session.at)
            return next((self._row(found) for found in documents if found.id == id), None)
        found = self.session.documents.get(self.spec.kind, id)
        return self._row(found) if found else None

    def amend(self, id: UUID, changes: Mapping[str, Any], *, version: int | None) -> Row:
        document = self.session.documents.update(self.spec.kind, id, changes, version=version)
        return self._row(document)

    def remove(self, id: UUID, *, version: int | None) -> bool:
        return self.session.documents.delete(self.spec.kind, id, version=version)

    def find(
        self, where: Condition, *, order: Sequence[str], limit: int | None, after: str | None
    ) -> tuple[list[Row], str | None]:
        if limit is None and after is None:
            store = self.session.documents
            return [
                self._row(found) for found in each(store, self.spec.kind, where, order=order)
            ], None
        page = self.session.documents.find(
            self.spec.kind, where, order=order, limit=limit, after=after
        )
        return [self._row(found) for found in page.items], page.next

    def count(self, where: Condition) -> int:
        return self.session.documents.count(self.spec.kind, where)

    def frame(
        self, where: Condition, *, order: Sequence[str], limit: int | None, columns: Sequence[str]
    ) -> "pl.DataFrame":
        import polars as pl

        rows, _next = self.find(where, order=order, limit=limit, after=None)
        records = [self.record.kept(row) for row in rows]
        series = []
        for name in columns:
            field = self.spec.fields.get(name)
            values = [getattr(record, name) for record in records]
            if name in ("id", "owner", "batch") or (field and field.type.name == "link"):
                values = [None if value is None else value.hex for value in values]
            elif field and field.type.name == "object":
                values = [None if value is None else to_json(value).decode() for value in values]
            series.append(pl.Series(name, values, dtype=field.type.polars() if field else None))
        return pl.DataFrame(series)

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
