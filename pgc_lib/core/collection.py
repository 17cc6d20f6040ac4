"""A collection: the one way to handle records, the same for rows and documents.

todos.add(title="写周报")            todos.find(done=False, order="due")
todos.update(id, done=True)          todos.frame(col("due") < today)
todos.add_many(frame_or_rows)        todos.page(limit=50, after=cursor)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from pydantic import ValidationError

from pgc_lib.core.attaching import Attaching
from pgc_lib.core.backing import Backing, OnConflict
from pgc_lib.core.commenting import Commenting
from pgc_lib.core.faces import face
from pgc_lib.core.ids import new_id, new_ids
from pgc_lib.core.operands import fitted, limited, ordered, readable
from pgc_lib.core.problems import problems_of, refuse
from pgc_lib.core.record import Record, Spec
from pgc_lib.core.sealing import Sealing
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing, card, problems_table, table
from pgc_lib.errors import NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Condition, where

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.frames import Rows

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some records in order; `next` continues after them, None at the end."""

    records: Listing[R]
    next: str | None


@dataclass(frozen=True, slots=True)
class Added:
    """What `add_many` did: `batch` undoes it as one; `problems` says what was left out and why."""

    batch: UUID
    added: int
    updated: int
    skipped: int
    refused: int
    problems: tuple[Problem, ...] = ()

    def _shown_(self) -> dict[str, Any]:
        counts = {
            _("Added"): self.added,
            _("Updated"): self.updated,
            _("Left as they were"): self.skipped,
            _("Refused"): self.refused,
        }
        return {title: n for title, n in counts.items() if n} | {_("Batch"): self.batch}

    def _repr_html_(self) -> str:
        return card(self._shown_()) + problems_table(self.problems)


@dataclass(frozen=True, slots=True)
class Imported:
    """What `import_file` did: which column became which field, and what was added, skipped and refused."""

    path: str
    matched: Mapping[str, str]
    ignored: tuple[str, ...]
    result: Added

    def _repr_html_(self) -> str:
        columns = [f"{column} → {field}" for column, field in self.matched.items()]
        told = {_("File"): self.path, _("Columns"): columns, _("Ignored columns"): self.ignored}
        return card(told | self.result._shown_()) + problems_table(self.result.problems)


class Collection(Attaching, Commenting, Sealing, Generic[R]):
    """Every record of one kind that the person may see."""

    def __init__(self, session: Session, record: type[R]) -> None:
        self.session = session
        self.record = record

    @property
    def spec(self) -> Spec:
        return self.record.spec

    @cached_property
    def _backing(self) -> Backing:
        if self.spec.kept_in == "documents":
            from pgc_lib.core.backing_documents import DocumentBacking

            return DocumentBacking(self.session, self.record)
        from pgc_lib.core.backing_table import TableBacking

        return TableBacking(self.session, self.record)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def new(self, **values: Any) -> R:
        """A validated record that is not kept yet; `Invalid` names each field that is wrong."""
        try:
            return self.record(**values)
        except ValidationError as error:
            raise refuse(self.spec, problems_of(error, self.spec)) from None

    def add(
        self,
        record: R | None = None,
        /,
        *,
        owner: UUID | None = None,
        batch: UUID | None = None,
        **values: Any,
    ) -> R:
        """Keep a new record; `owner` is another person who granted the right to edit.

        With a `batch`, `lab.history.undo_batch` takes it back together with everything else of the batch.
        """
        if record is not None and (values or not isinstance(record, self.record)):
            raise TypeError(f"add() takes a {self.record.__name__}, or its fields by name")
        made = record if record is not None else self.new(**values)
        kept, batch = made.values(), self.session.batch_of(batch)
        if self.spec.sensitive:
            id = self._backing.new_id(kept, owner)
            kept = {"id": id} | self._sealed(kept, owner or self.session.person, id)
        return self._opened(self._backing.insert(kept, owner=owner, batch=batch))

    def add_many(
        self,
        rows: "Rows",
        *,
        on_conflict: OnConflict = "error",
        keep_valid: bool = False,
        owner: UUID | None = None,
        batch: UUID | None = None,
    ) -> Added:
        """Keep many records in one batch that can be undone as one.

        All or nothing, unless `keep_valid` says to leave out what is wrong and report it. With
        `on_conflict` "skip" or "update", a record whose key exists already is left or renewed; when
        rows of this batch share a key, the first or the last of them is kept.
        """
        from pgc_lib.core.frames import check

        checked = check(rows, self.spec)
        if checked.problems and not keep_valid:
            raise refuse(self.spec, checked.problems)
        batch = self.session.batch_of(batch) or new_id()
        frame = self._completed(checked.frame)
        if self.spec.sensitive:
            of = owner or self.session.person
            frame = self._sealed_frame(frame, of, self._identifiers(frame, of, on_conflict))
        elif self.spec.kept_in == "table":
            frame = frame.with_columns(new_ids(frame.height))
        done = self._backing.bulk(frame, batch=batch, owner=owner, on_conflict=on_conflict)
        return Added(
            batch, done.added, done.updated, done.skipped, checked.refused, tuple(checked.problems)
        )

    def _completed(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        """Valid rows about to be kept, with what a kind adds by itself; a kind may refuse them here."""
        return frame

    def _identifiers(
        self, frame: "pl.DataFrame", owner: UUID, on_conflict: OnConflict
    ) -> list[UUID]:
        """The identifier of each row beforehand, which its seal is bound to; the old one where a row renews a record."""
        ids = [self._backing.new_id(row, owner) for row in frame.iter_rows(named=True)]
        if on_conflict != "update" or not self.spec.key:
            return ids
        key = list(self.spec.key)
        known = self.frame(columns=["id", *key], owner=owner).drop_nulls(key)
        found = frame.select(key).join(known, on=key, how="left", maintain_order="left")["id"]
        return [UUID(old) if old else id for old, id in zip(found, ids, strict=True)]

    def import_file(
        self,
        path: str | Path,
        *,
        mapping: Mapping[str, str] | None = None,
        on_conflict: OnConflict = "skip",
        keep_valid: bool = True,
    ) -> Imported:
        """Take in a CSV, JSON lines or Parquet file as one batch that can be undone as one.

        Columns are recognised by name, title or alias; `mapping` (column to field) settles the others. Rows
        that are wrong are left out and listed, each with its row and reason.
        """
        from pgc_lib.core.files import read

        sheet = read(Path(path), self.spec, mapping)
        added = self.add_many(sheet.frame, on_conflict=on_conflict, keep_valid=keep_valid)
        return Imported(str(path), sheet.matched, sheet.ignored, added)

    def export(self, path: str | Path, *conditions: Condition, **keywords: Any) -> Path:
        """Write the records that meet all conditions as CSV, JSON lines or Parquet, by the ending."""
        from pgc_lib.core.files import write

        fields = [name for name in self.spec.fields if name not in self.spec.sensitive]
        return write(self.frame(*conditions, columns=fields, **keywords), Path(path))

    def update(self, record: R | UUID, /, *, version: int | None = None, **changes: Any) -> R:
        """Change some fields. Given a record, its version must still be the current one."""
        id, version = self._aim(record, version)
        current = record if isinstance(record, Record) else self.get(id)
        merged = self.new(**{**current.values(), **changes}).values()
        changed = {name: merged[name] for name in changes if merged[name] != getattr(current, name)}
        if not changed:
            return self.get(id)
        if self.spec.sensitive:
            changed = self._sealed(changed, current.owner or self.session.person, id)
        return self._opened(self._backing.amend(id, changed, version=version))

    def remove(self, record: R | UUID, /, *, version: int | None = None) -> bool:
        """Take a record away; history keeps it and `lab.history.undo` brings it back."""
        id, version = self._aim(record, version)
        return self._backing.remove(id, version=version)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────

    def get(self, id: UUID | str) -> R:
        """One record; `NotFound` when there is none that the person may see."""
        row = self._backing.fetch(_as_id(id))
        if row is None:
            raise NotFound(
                _("There is no {kind} {id}.", kind=self.spec.kind, id=id),
                next_step=_("It may have been removed, or is not shared with you."),
            )
        return self._opened(row)

    def find(
        self,
        *conditions: Condition,
        order: str | Sequence[str] | None = None,
        limit: int | None = None,
        **keywords: Any,
    ) -> Listing[R]:
        """The records that meet all conditions; `order="-day"` puts the latest first."""
        rows, _next = self._backing.find(
            self._where(conditions, keywords),
            order=self._order(order),
            limit=limited(limit),
            after=None,
        )
        return Listing(self._opened(row) for row in rows).found_by(self.session)

    def page(
        self,
        *conditions: Condition,
        order: str | Sequence[str] | None = None,
        limit: int = 100,
        after: str | None = None,
        **keywords: Any,
    ) -> Page[R]:
        """A page of `find`; go on with `after=page.next`."""
        rows, following = self._backing.find(
            self._where(conditions, keywords),
            order=self._order(order),
            limit=limited(limit),
            after=after,
        )
        return Page(Listing(self._opened(row) for row in rows).found_by(self.session), following)

    def __iter__(self) -> Iterator[R]:
        after: str | None = None
        while True:
            page = self.page(limit=1000, after=after)
            yield from page.records
            after = page.next
            if after is None:
                return

    def count(self, *conditions: Condition, **keywords: Any) -> int:
        """How many records meet all conditions."""
        return self._backing.count(self._where(conditions, keywords))

    def frame(
        self,
        *conditions: Condition,
        columns: Sequence[str] | None = None,
        order: str | Sequence[str] | None = None,
        limit: int | None = None,
        **keywords: Any,
    ) -> "pl.DataFrame":
        """The records as a polars frame, amounts exact and times with their zone.

        Sensitive fields are not in it; `find` opens them. `columns` may also name `owner`, `batch`,
        `version`, `created_at` and `updated_at`.
        """
        open_fields = [name for name in self.spec.fields if name not in self.spec.sensitive]
        return self._backing.frame(
            self._where(conditions, keywords),
            order=self._order(order or ()),
            limit=limited(limit),
            columns=readable(columns, self.spec) if columns is not None else ["id", *open_fields],
        )

    def __repr__(self) -> str:
        return f"<{self.spec.kind}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.spec.kind)}</p>" + table(
            [_("Field"), _("Title"), _("Type"), _("Help")],
            [
                [each.name, each.title, each.type.name, each.help]
                for each in self.spec.fields.values()
            ],
        )

    # ── seen ─────────────────────────────────────────────────────────────────────────────────────────

    def form(self, record: "R | UUID | None" = None, /, **preset: Any) -> Any:
        """A form to fill in: for a new record, with some fields filled in already, or for one that is kept."""
        return face("form")(self, record, preset)

    def table(self, *conditions: Condition, **keywords: Any) -> Any:
        """The records in a table that can be filtered, sorted and changed in place."""
        return face("table")(self, *conditions, **keywords)

    def picker(
        self,
        *conditions: Condition,
        on_choice: Callable[[R], object] | None = None,
        **keywords: Any,
    ) -> Any:
        """Find one record by what it is called; `on_choice` is told, and `picker.chosen` is it."""
        return face("picker")(self, on_choice, *conditions, **keywords)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _where(self, conditions: Sequence[Condition], keywords: Mapping[str, Any]) -> Condition:
        return fitted(where(*conditions, **keywords), self.spec)

    def _order(self, order: str | Sequence[str] | None) -> list[str]:
        if order is None:
            return list(self.spec.sort)
        return ordered([order] if isinstance(order, str) else order, self.spec)

    def _opened(self, row: dict[str, Any]) -> R:
        self._open(row)
        return self.record.kept(row)

    def _aim(self, record: R | UUID, version: int | None) -> tuple[UUID, int | None]:
        if isinstance(record, Record):
            return record.id, record.version if version is None else version
        return _as_id(record), version


def _as_id(id: UUID | str) -> UUID:
    if isinstance(id, UUID):
        return id
    try:
        return UUID(id)
    except ValueError:
        raise NotFound(
            _("“{id}” is not the identifier of a record.", id=id),
            next_step=_("Take the id of a record that `find` returned."),
        ) from None
