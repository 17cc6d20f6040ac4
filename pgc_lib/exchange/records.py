"""What imports leave behind: which files were taken in, how tables are read, rows to repair, pairs of one payment.

lab.imports                          # what was taken in
lab.imports.waiting()                # rows that were wrong, as a frame
lab.imports.keep(frame)              # … corrected: kept, and no longer waiting
lab.imports.save("my-bank", sample=path)   # an importer from this notebook, for good
"""

import inspect
import io
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import polars as pl

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.collection import Added, Collection
from pgc_lib.core.faces import face
from pgc_lib.core.ids import new_id
from pgc_lib.core.record import Record, field
from pgc_lib.core.session import Session
from pgc_lib.core.together import together
from pgc_lib.core.types import Moment, Money
from pgc_lib.errors import Invalid, NotFound, PgcError, Problem
from pgc_lib.exchange import order_numbers
from pgc_lib.exchange.order_numbers import Numbers
from pgc_lib.exchange.own import Saved, compiled, trust
from pgc_lib.exchange.registry import made_here
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.exchange.preview import Preview

_MOST_FAILING = 10_000
_MOST_PAIRS = 20_000


class Run(Record, kind="imports.runs", kept_in="documents", sort=["-at"]):
    """A file that was taken in."""

    at: Moment = field(title=N_("Time"))
    file: str = field(title=N_("File"), max_length=500, searchable=True)
    title: str = field("", title=N_("Recognised as"), max_length=200)
    importer: str = field("", title=N_("Importer"), max_length=200)
    digest: str = field("", title=N_("Digest"), max_length=64)
    added: int = field(0, title=N_("Added"))
    updated: int = field(0, title=N_("Updated"))
    known: int = field(0, title=N_("Kept already"))
    doubles: int = field(0, title=N_("Booked elsewhere"))
    left_out: int = field(0, title=N_("No entries"))
    wrong: int = field(0, title=N_("Wrong"))
    batch_of: UUID | None = field(None, title=N_("Batch"))


class Layout(Record, kind="imports.layouts", kept_in="documents", key=["signature"]):
    """How a table with certain columns is read, as the person confirmed it."""

    signature: str = field(title=N_("Heading"), max_length=64)
    title: str = field("", title=N_("Title"), max_length=500)
    record: str = field(title=N_("Kind"), max_length=100)
    named: dict[str, Any] = field(title=N_("Columns"))
    habits: dict[str, Any] = field(title=N_("How it is written"))


class Failing(Record, kind="imports.failing", kept_in="documents", sort=["file", "line"]):
    """A row that could not be kept, and why."""

    file: str = field(title=N_("File"), max_length=500, searchable=True)
    line: int = field(title=N_("Line"))
    record: str = field(title=N_("Kind"), max_length=100)
    reason: str = field(title=N_("Reason"))
    row: dict[str, Any] = field(title=N_("Row"))


class Pair(Record, kind="imports.pairs", kept_in="documents", sort=["-day"]):
    """A payment that two sources tell of: the record of the one, and the line of the other, which was not booked."""

    transaction: UUID = field(title=N_("Transaction"))
    file: str = field(title=N_("File"), max_length=500)
    line: int = field(title=N_("Line"))
    day: date = field(title=N_("Day"))
    amount: Money = field(title=N_("Amount"))
    payee: str = field("", title=N_("Payee"), max_length=300)
    account: str = field("", title=N_("Account"), max_length=200)
    reference: str | None = field(None, title=N_("Reference"), max_length=200)
    evidence: str = field("", title=N_("Because of"), max_length=500)


class OwnImporter(
    Record, kind="imports.importers", kept_in="documents", key=["name"], sort=["name"]
):
    """An importer of the person's own, with a file that proves it."""

    name: str = field(title=N_("Name"), max_length=100)
    title: str = field(title=N_("Title"), max_length=200)
    needed: list[str] = field(title=N_("Columns"))
    marks: list[str] = field([], title=N_("Words above"))
    record: str = field("finance.transactions", title=N_("Kind"), max_length=100)
    source: str = field(title=N_("Source text"), sensitive=True)
    sample: str = field("", title=N_("Sample"), sensitive=True)
    expected: str = field("", title=N_("What the sample gives"), sensitive=True)


class Imports(Area, name="imports", main="runs"):
    """What was imported, and what is still to be done about it."""

    runs: Kept[Run] = Kept(Run)
    layouts: Kept[Layout] = Kept(Layout)
    failing: Kept[Failing] = Kept(Failing)
    pairs: Kept[Pair] = Kept(Pair)
    numbers: Kept[Numbers] = Kept(Numbers)
    importers: Kept[OwnImporter] = Kept(OwnImporter)

    def wizard(self, *paths: Path | str) -> Any:
        """Drop a file, look at it, correct it, keep it, undo it; the files of `paths` are begun with."""
        return face("imports.wizard")(self, *paths)

    # ── rows to repair ───────────────────────────────────────────────────────────────────────────────

    def waiting(self, file: str | None = None) -> pl.DataFrame:
        """Rows that were wrong, with their reason; correct them and hand the frame to `keep`."""
        asked: dict[str, Any] = {"file": file} if file else {}
        found = self.failing.find(owner=self.session.person, **asked)
        rows = [
            {
                "id": one.id.hex,
                "file": one.file,
                "line": one.line,
                "kind": one.record,
                "reason": one.reason,
                **one.row,
            }
            for one in found
        ]
        schema = {
            "id": pl.String,
            "file": pl.String,
            "line": pl.Int64,
            "kind": pl.String,
            "reason": pl.String,
        }
        return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame(schema=schema)

    def keep(
        self, rows: pl.DataFrame, collection_of: Callable[[str], Collection[Any]] | None = None
    ) -> Added:
        """Keep corrected rows of `waiting`; what is right no longer waits, what is still wrong stays with its reason."""
        missing = [name for name in ("id", "kind") if name not in rows.columns]
        if missing:
            raise Invalid(
                _("The corrected rows do not say which lines they are."),
                [Problem(name, _("this column is missing")) for name in missing],
                next_step=_(
                    "Change the frame that `waiting()` gave, and hand it back with its first columns."
                ),
            )
        find = collection_of or _collections(self.session)
        batch, counts = new_id(), [0, 0, 0]
        problems: list[Problem] = []
        with together(self.session, batch) as joined:
            waiting = Collection(joined, Failing)
            for row in rows.iter_rows(named=True):
                record = find(row["kind"]).record
                values = {
                    name: value
                    for name, value in row.items()
                    if name in record.spec.fields and value not in (None, "")
                }
                added = Collection(joined, record).add_many(
                    [values],
                    on_conflict="skip" if record.spec.key else "error",
                    keep_valid=True,
                    batch=batch,
                )
                problems += added.problems
                for place, count in enumerate((added.added, added.skipped, added.refused)):
                    counts[place] += count
                if not added.refused:
                    waiting.remove(UUID(row["id"]))
        return Added(batch, counts[0], 0, counts[1], counts[2], tuple(problems))

    # ── importers of one's own ───────────────────────────────────────────────────────────────────────

    def save(
        self, name: str, *, sample: Path | str | None = None, source: str | None = None
    ) -> OwnImporter:
        """Keep an importer that was made in this notebook, with a file or a few lines that it must read."""
        made = made_here(name)
        if source is None:
            if made is None:
                raise NotFound(
                    _("No importer “{name}” was made in this notebook.", name=name),
                    next_step=_("Run the cell with `@importer({name}, …)` first.", name=repr(name)),
                )
            source = _source_of(made.convert)
        bill = compiled(source)
        text = _sample_text(sample)
        expected = _outcome(bill, text, self.session) if text else ""
        values: dict[str, Any] = {
            "title": bill.title,
            "needed": list(bill.needed),
            "marks": list(bill.marks),
            "record": bill.kind,
            "source": source,
            "sample": text,
            "expected": expected,
        }
        trust(source)
        known = self.importers.find(name=bill.name, owner=self.session.person)
        if known:
            return self.importers.update(known[0], **values)
        return self.importers.add(name=bill.name, **values)

    def source(self, name: str) -> str:
        """The text of an importer: one's own as it was saved, or one of PGC's to begin a correction with."""
        found = self.importers.find(name=name, owner=self.session.person)
        if found:
            trust(found[0].source)
            return found[0].source
        from pgc_lib.exchange.registry import importers

        known = importers().get(name)
        if known is None:
            raise NotFound(
                _("There is no importer “{name}”.", name=name),
                next_step=_("There are: {names}.", names=", ".join(importers())),
            )
        convert = getattr(known, "convert", None) or type(known)
        return inspect.getsource(convert)

    def check(self) -> dict[str, str]:
        """Run every own importer over its sample; says what fails, or “ok”."""
        told = {}
        for one in self.importers.find(owner=self.session.person):
            try:
                same = _outcome(compiled(one.source), one.sample, self.session) == one.expected
                told[one.name] = "ok" if same else _("reads its sample differently now")
            except PgcError as error:
                told[one.name] = error.message
        return told

    def usable(self) -> list[Saved]:
        """The person's own importers, known by their columns; nothing of them runs."""
        return [
            Saved(one.name, one.title, tuple(one.needed), tuple(one.marks), one.record, one.source)
            for one in self.importers.find(owner=self.session.person)
        ]

    # ── what the import itself notes ─────────────────────────────────────────────────────────────────

    def said_of(self, digest: str) -> Mapping[str, Any]:
        """Whether this very file was taken in before."""
        taken = self.taken(digest)
        return {_("Taken in before"): taken} if taken else {}

    def taken(self, digest: str) -> datetime | None:
        """When a file with this digest was taken in before."""
        found = self.runs.find(digest=digest, owner=self.session.person, limit=1)
        return found[0].at if found else None

    def note(self, joined: Session, batch: UUID, seen: "Preview", result: Added) -> None:
        """Keep what there is to know about an import, as part of its batch."""
        file = seen.path.name[:500]
        _add_many(
            Collection(joined, Failing),
            [
                {"file": file, "line": row.pop("line"), "record": row.pop("kind"), "reason": row.pop("reason"),
                 "row": {name: _plain(value) for name, value in row.items() if value is not None}}
                for row in seen.failing.head(_MOST_FAILING).iter_rows(named=True)
            ],
            batch,
        )  # fmt: skip
        lines: dict[int, dict[str, Any]] = {}
        for each in seen.kinds:
            for frame in each.doubled.frames():
                lines |= {row["__line"]: row for row in frame.iter_rows(named=True)}
        _add_many(
            Collection(joined, Pair),
            [
                {"transaction": double.record, "file": file, "line": double.line, "day": double.day,
                 "amount": double.amount, "payee": lines[double.line]["payee"],
                 "account": lines[double.line]["account"], "reference": lines[double.line].get("reference"),
                 "evidence": double.evidence}
                for double in seen.doubles[:_MOST_PAIRS] if double.line in lines
            ],
            batch,
        )  # fmt: skip
        order_numbers.note(joined, batch, [each.rows for each in seen.kinds])
        Collection(joined, Run).add(
            batch=batch,
            at=datetime.now(UTC),
            file=file,
            title=seen.title[:200],
            importer=seen.importer,
            digest=seen.digest,
            added=result.added,
            updated=result.updated,
            known=seen.known + result.skipped,
            doubles=len(seen.doubles),
            left_out=seen.omitted,
            wrong=seen.wrong,
            batch_of=batch,
        )


def _collections(session: Session) -> Callable[[str], Collection[Any]]:
    from pgc_lib.areas.finance import Transaction

    def find(kind: str) -> Collection[Any]:
        if kind == Transaction.spec.kind:
            return Collection(session, Transaction)
        raise NotFound(
            _("The kind “{kind}” is not known here.", kind=kind),
            next_step=_("Say where it is: keep(frame, lab.collection_of)."),
        )

    return find


def _add_many(collection: Collection[Any], rows: list[dict[str, Any]], batch: UUID) -> None:
    if rows:
        collection.add_many(rows, batch=batch)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list) else str(value)


def _source_of(convert: Callable[..., Any]) -> str:
    try:
        return inspect.cleandoc("\n" + inspect.getsource(convert))
    except OSError as error:
        raise PgcError(
            _("The text of this function cannot be found."),
            next_step=_("Hand it over: lab.imports.save(name, source='''…''')."),
        ) from error


def _sample_text(sample: Path | str | None) -> str:
    """The first lines of a file, or the lines themselves."""
    if sample is None:
        return ""
    if isinstance(sample, str) and "\n" in sample:
        return sample
    from pgc_lib.exchange.opening import opened

    rows = opened(Path(sample)).rows
    out = io.StringIO()
    import csv

    csv.writer(out).writerows(rows)
    return out.getvalue()


def _outcome(bill: Any, text: str, session: Session) -> str:
    """What an importer makes of a sample, as JSON; `Invalid` where that is not right."""
    import tempfile

    from pgc_lib.core.frames import check
    from pgc_lib.exchange.reading import BESIDE, LEFT_OUT

    with tempfile.TemporaryDirectory(prefix="pgc-sample-") as folder:
        path = Path(folder) / "sample.csv"
        path.write_text(text, encoding="utf-8")
        if not bill.sniff(path, b""):
            raise Invalid(
                _("The importer “{name}” does not know its own sample.", name=bill.name),
                [Problem(column, _("this column is not in its heading")) for column in bill.needed],
                next_step=_("Correct `columns`, or give another sample."),
            )
        lines = pl.concat([frame for part in bill.read(path).parts for frame in part.frames()])
    kept = lines.filter(pl.col(LEFT_OUT) == "") if LEFT_OUT in lines.columns else lines
    spec = _collections(session)(bill.kind).spec
    checked = check(kept.drop(*BESIDE, LEFT_OUT, strict=False), spec)
    if checked.problems:
        raise Invalid(
            _("The importer “{name}” reads its sample wrongly:", name=bill.name),
            checked.problems,
            next_step=_("Correct the function and save it again."),
        )
    return str(kept.drop(*BESIDE, strict=False).write_json())
