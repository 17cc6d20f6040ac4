"""What a file would bring, shown before anything is kept; `accept()` keeps it as one batch.

Rows that are wrong are kept apart with line and reason: `failing` shows them, `repair(frame)` takes them back when they
are corrected, and what is still wrong at `accept()` waits in `lab.imports.failing` until somebody has time for it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl

from pgc_lib.core.collection import Added, Collection
from pgc_lib.core.frames import Checked, check
from pgc_lib.core.ids import new_id
from pgc_lib.core.progress import Progress, silent, watched
from pgc_lib.core.record import SEALED
from pgc_lib.core.session import Session
from pgc_lib.core.shown import (
    Listing,
    card,
    plain_card,
    plain_table,
    problems_table,
    table,
    text_of,
)
from pgc_lib.core.spec import FieldSpec, Spec
from pgc_lib.core.together import together
from pgc_lib.errors import Conflict, Invalid, Problem
from pgc_lib.exchange import late_refunds
from pgc_lib.exchange.doubles import Double, Doubles
from pgc_lib.exchange.known import Known
from pgc_lib.exchange.reading import BESIDE, LEFT_OUT, LINE, ORDER, REFUND_OF, Part, Reading
from pgc_lib.exchange.refunds import PURCHASE, Refund, is_refund, link, with_ids
from pgc_lib.exchange.spool import Spool
from pgc_lib.i18n import _

_SHOWN = 8
_TOLD = 1000
_TOLD_PLAIN = 20
"""Problems spelled out; beyond that they are counted."""
_AT_ONCE = 100
_MANY = 200_000
_MONEY = "finance.transactions"


@dataclass
class Sighted:
    """What was seen of one kind."""

    part: Part
    collection: Collection[Any]
    rows: Spool = field(default_factory=Spool)
    """What `accept` adds."""
    doubled: Spool = field(default_factory=Spool)
    refunds: Spool = field(default_factory=Spool)
    """What `accept` adds after them: refunds of purchases that come with the same file."""
    numbers: Spool = field(default_factory=Spool)
    """Of lines that are kept already: the numbers by which a refund may name them."""
    late: list[Refund] = field(default_factory=list)
    """Refunds that were kept before, of purchases that come with the file; `accept` links them."""
    given_back: bool = False
    """Whether there is a refund that does not say of what."""
    known: int = 0
    failing: Spool = field(default_factory=Spool)
    wrong: int = 0


@dataclass
class Preview:
    """What was seen in a file."""

    path: Path
    title: str
    """What kind of file it is."""
    session: Session
    importer: str = ""
    kinds: list[Sighted] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """What is wrong, with line and reason; the first thousand are spelled out."""
    left_out: list[Problem] = field(default_factory=list)
    """Lines that are no entry, with the reason."""
    omitted: int = 0
    """How many lines are no entry."""
    doubles: list[Double] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    """Lines that give a payment back, and are linked to it."""
    told: dict[str, Any] = field(default_factory=dict)
    digest: str = ""
    keep: Callable[[Session, Any], Iterable[Added]] | None = None
    after: Callable[[Session, Any, "Preview", Added], None] | None = None
    """Notes the import; within the same batch."""
    improve: Callable[[str, pl.DataFrame], pl.DataFrame] | None = None
    """What the lab knows of new rows, such as the categories that rules give."""
    kept: Added | None = None

    @property
    def new(self) -> int:
        """How many records `accept` would add or renew."""
        return sum(each.rows.height + each.refunds.height for each in self.kinds)

    @property
    def known(self) -> int:
        """How many lines are kept already."""
        return sum(each.known for each in self.kinds)

    @property
    def wrong(self) -> int:
        """How many rows are wrong."""
        return sum(each.failing.height for each in self.kinds)

    @property
    def frame(self) -> pl.DataFrame:
        """What `accept` would keep, of the kind that the file is mostly about."""
        if not self.kinds:
            return pl.DataFrame()
        most = max(self.kinds, key=lambda each: each.rows.height)
        frames = [*most.rows.frames(), *most.refunds.frames()]
        hidden = [ORDER, REFUND_OF, PURCHASE]
        return (
            pl.concat([each.drop(hidden, strict=False) for each in frames], how="diagonal_relaxed")
            if frames
            else pl.DataFrame()
        )

    @property
    def failing(self) -> pl.DataFrame:
        """The rows that are wrong as the file has them, with `line`, `reason` and the names of the fields."""
        frames = [
            frame.with_columns(pl.lit(each.part.kind).alias("kind"))
            for each in self.kinds
            for frame in each.failing.frames()
        ]
        if not frames:
            return pl.DataFrame(schema={"line": pl.Int64, "reason": pl.String})
        return pl.concat(frames, how="diagonal_relaxed")

    def repair(self, rows: "pl.DataFrame | Sequence[Mapping[str, Any]]") -> "Preview":
        """Take corrected rows of `failing` in; those that are still wrong stay there with the reason."""
        given = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(rows, strict=False)
        if "line" not in given.columns:
            raise Invalid(
                _("The corrected rows do not say which lines they are."),
                [Problem("line", _("this column is missing"))],
                next_step=_(
                    "Change the frame that `failing` gave, and hand it back with its column `line`."
                ),
            )
        for each in self.kinds:
            mine = given
            if "kind" in given.columns:
                mine = given.filter(pl.col("kind") == each.part.kind)
            lines = set(mine["line"].cast(pl.Int64).to_list())
            before, each.failing = each.failing, Spool()
            waiting: set[int] = set()
            for frame in before.frames():
                waiting.update(frame["line"].to_list())
                each.failing.add(frame.filter(~pl.col("line").is_in(sorted(lines))))
            repaired = mine.filter(pl.col("line").is_in(sorted(waiting)))
            fields = [name for name in repaired.columns if name in each.collection.spec.fields]
            places = {_place(line) for line in repaired["line"]}
            self.problems = [problem for problem in self.problems if problem.place not in places]
            take = repaired.select(pl.col("line").cast(pl.Int64).alias(LINE), *fields)
            self._judge(each, take, Known(each.collection, each.part), Doubles(each.collection))
            self._link(each)
        return self

    def accept(self, *, doubles: bool = False, on_progress: Progress | None = None) -> Added:
        """Keep what is new as one batch that can be undone as one; with `doubles` also those."""
        if self.kept is not None:
            raise Conflict(
                _("This preview was accepted already."),
                next_step=_("Look into the file again: what is kept will be recognised."),
            )
        batch = new_id()
        done: list[Added] = []
        count = 0
        with (
            watched(on_progress, long=self.new > _MANY) as tell,
            together(self.session, batch) as joined,
        ):
            for each in self.kinds:
                pieces = [each.rows, each.doubled] if doubles else [each.rows]
                for frame in (frame for spool in pieces for frame in spool.frames()):
                    done.append(_add(joined, each, frame, batch))
                    count += frame.height
                    tell(_("Keeping"), count)
                for frame in each.refunds.frames():
                    done.append(_add(joined, each, with_ids(joined, frame), batch))
                    count += frame.height
                    tell(_("Keeping"), count)
                kept = Collection(joined, each.collection.record)
                done += late_refunds.link(joined, kept, each.late, batch)
            if self.keep is not None:
                done += self.keep(joined, batch)
            result = _summed(batch, done)
            if self.after is not None:
                self.after(joined, batch, self, result)
        self.kept = result
        return result

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────

    def look(self, each: Sighted, tell: Progress = silent) -> None:
        """Judge every row of a part."""
        known, doubles = Known(each.collection, each.part), Doubles(each.collection)
        seen = 0
        for frame in each.part.frames():
            lines = frame
            if LEFT_OUT in frame.columns:
                left = frame.filter(pl.col(LEFT_OUT) != "")
                self.omitted += left.height
                for line, reason in (
                    left.select(LINE, LEFT_OUT).head(_TOLD - len(self.left_out)).iter_rows()
                ):
                    self.left_out.append(Problem(_place(line), _(reason)))
                lines = frame.filter(pl.col(LEFT_OUT) == "").drop(LEFT_OUT)
            self._judge(each, lines, known, doubles)
            seen += frame.height
            tell(_("Reading"), seen)
        self._link(each)
        self.left_out.sort(key=lambda problem: (len(problem.place), problem.place))

    def _judge(self, each: Sighted, lines: pl.DataFrame, known: Known, doubles: Doubles) -> None:
        spec = each.collection.spec
        fields = [name for name in lines.columns if name in spec.fields]
        beside = [name for name in BESIDE if name in lines.columns]
        asked = lines.select(*beside, *(_or_nothing(lines, name, spec) for name in fields))
        asked = self._without_garbled(each, asked)
        checked, wrong = _checked(asked, spec)
        if wrong:
            self._fail(each, asked, checked, wrong)
            asked = asked.filter(~pl.col(LINE).is_in(sorted(wrong)))
        good = checked.frame.with_columns(asked.select(beside))
        if good.is_empty():
            return
        fresh = good
        if each.part.on_conflict == "skip":
            there = known.of(good)
            if there.any():
                each.known += int(there.sum())
                fresh = good.filter(~there)
                if ORDER in beside:
                    numbered = good.filter(there & good[ORDER].is_not_null())
                    each.numbers.add(numbered.select("reference", ORDER))
        if self.improve is not None:
            fresh = self.improve(each.part.kind, fresh)
        if spec.kind == _MONEY:
            found = doubles.among(fresh)
            if found:
                self.doubles += found
                numbers = [double.line for double in found]
                each.doubled.add(fresh.filter(pl.col(LINE).is_in(numbers)))
                fresh = fresh.filter(~pl.col(LINE).is_in(numbers))
            each.given_back |= bool(fresh.select(is_refund().any()).item())
        each.rows.add(fresh)

    def _link(self, each: Sighted) -> None:
        """Say of every refund what it gives back, once all of the file was seen."""
        if each.given_back:
            self._link_given_back(each)
        if each.collection.spec.kind == _MONEY:
            before = {refund.earlier for refund in each.late}
            each.late = late_refunds.find(each.collection, each.rows, each.refunds)
            self.refunds = [
                one for one in self.refunds if one.earlier not in before or not one.earlier
            ]
            self.refunds += each.late

    def _link_given_back(self, each: Sighted) -> None:
        each.given_back = False
        record = {double.line: double.record for double in self.doubles}
        doubled = [
            (frame.slice(at, 1), record[line])
            for frame in each.doubled.frames()
            for at, line in enumerate(frame[LINE])
            if line in record
        ]
        linked = link(each.collection, each.rows, doubled, each.numbers)
        each.rows = linked.rows
        for frame in linked.later.frames():
            each.refunds.add(frame)
        self.refunds += linked.refunds

    def _without_garbled(self, each: Sighted, asked: pl.DataFrame) -> pl.DataFrame:
        """Rows whose bytes are no characters of the encoding would be kept as they must not be."""
        texts = [name for name, kind in asked.schema.items() if kind == pl.String]
        if not texts:
            return asked
        found = pl.any_horizontal(
            pl.col(name).str.contains("\ufffd", literal=True) for name in texts
        )
        garbled = asked.filter(found.fill_null(False))
        if garbled.is_empty():
            return asked
        reason = _(
            "it holds bytes that are no characters of the encoding; say another one with encoding='…'"
        )
        for line in garbled[LINE].head(_TOLD - len(self.problems)):
            self.problems.append(Problem(_place(line), reason))
        each.failing.add(
            garbled.select(
                pl.col(LINE).cast(pl.Int64).alias("line"),
                pl.lit(reason).alias("reason"),
                pl.exclude(BESIDE),
            )
        )
        return asked.filter(~found.fill_null(False))

    def _fail(self, each: Sighted, asked: pl.DataFrame, checked: Checked, wrong: set[int]) -> None:
        lines = asked[LINE]
        reasons: dict[int, str] = {}
        for problem in checked.problems:
            line = int(lines[problem.row - 1]) if problem.row else 0
            reason = f"{problem.place}: {problem.reason}"
            reasons[line] = _("; ").join(filter(None, (reasons.get(line), reason)))
            if len(self.problems) < _TOLD:
                place = _place(line) if problem.row else problem.place
                self.problems.append(Problem(place, reason, problem.value))
        rows = asked.filter(pl.col(LINE).is_in(sorted(wrong)))
        said = pl.Series("reason", [reasons.get(line, "") for line in rows[LINE]], dtype=pl.String)
        each.failing.add(
            rows.select(pl.col(LINE).cast(pl.Int64).alias("line"), said, pl.exclude(BESIDE))
        )

    # ── showing ──────────────────────────────────────────────────────────────────────────────────────

    def _summary(self) -> dict[str, Any]:
        return {
            _("File"): self.path.name,
            _("Recognised as"): self.title,
            **self.told,
            _("New"): self.new,
            _("Kept already"): self.known,
            **({_("Booked elsewhere"): len(self.doubles)} if self.doubles else {}),
            **({_("Refunds linked"): len(self.refunds)} if self.refunds else {}),
            **({_("No entries"): self.omitted} if self.omitted else {}),
            _("Wrong"): self.wrong or len(self.problems),
        }

    def __repr__(self) -> str:
        """The same in a terminal: what was seen, what is wrong with which line, and what to do next."""
        wrong = [
            [text_of(each.place), text_of(each.reason), text_of(each.value)]
            for each in [*self.problems, *self.left_out][:_TOLD_PLAIN]
        ]
        told = plain_table([_("Place"), _("Reason"), _("Value")], wrong)
        hint = _("Nothing was kept yet; `accept()` keeps it.") if self.kept is None else ""
        return "\n\n".join(filter(None, [plain_card(self._summary()), told, hint]))

    def _repr_html_(self) -> str:
        shown = "".join(
            _rows_shown(frame.head(_SHOWN), each.collection.spec)
            for each in self.kinds
            for frame in [next(iter(each.rows.frames()), None)]
            if frame is not None
        )
        doubles = Listing(self.doubles)._repr_html_() if self.doubles else ""
        refunds = Listing(self.refunds)._repr_html_() if self.refunds else ""
        hint = f"<p>{_('Nothing was kept yet; `accept()` keeps it.')}</p>"
        if self.kept is not None:
            hint = f"<p>{_('This was kept; `lab.history.undo_batch(batch)` takes it back.')}</p>"
        elif self.wrong:
            hint += f"<p>{_('Correct `failing` and hand it to `repair(frame)`, or do so later: it waits in `lab.imports`.')}</p>"
        return (
            card(self._summary())
            + shown
            + doubles
            + refunds
            + problems_table([*self.problems, *self.left_out])
            + hint
        )


def _rows_shown(frame: pl.DataFrame, spec: Spec) -> str:
    """Rows under the titles of their fields; what no row says is left out."""
    columns = [name for name in frame.columns if name in spec.fields]
    lines = [[_told(spec.fields[name], row[name]) for name in columns] for row in frame.iter_rows(named=True)]  # fmt: skip
    there = [n for n in range(len(columns)) if any(line[n] not in ("", None, []) for line in lines)]
    return table(
        [spec.fields[columns[n]].title for n in there], [[line[n] for n in there] for line in lines]
    )


def _told(known: FieldSpec, value: Any) -> Any:
    """A value as it reads; a frame holds what is made of parts as JSON."""
    if known.meta.sensitive and value:
        return SEALED
    if known.type.name == "object" and isinstance(value, str) and value:
        value = json.loads(value)
    return known.told(value)


def preview(
    path: Path,
    title: str,
    reading: Reading,
    collection_of: Callable[[str], Collection[Any]],
    session: Session,
    *,
    on_progress: Progress | None = None,
    **more: Any,
) -> Preview:
    """Look at what an importer read: what is wrong, known, or there under another name."""
    seen = Preview(path, title, session, problems=list(reading.problems), keep=reading.keep, **more)
    with watched(on_progress, long=path.stat().st_size > 20 << 20) as tell:
        for part in reading.parts:
            each = Sighted(part, collection_of(part.kind))
            seen.kinds.append(each)
            seen.look(each, tell)
    seen.told = {**seen.told, **reading.told}
    return seen


def _or_nothing(lines: pl.DataFrame, name: str, spec: Any) -> pl.Expr:
    """An empty text is no day and no amount."""
    column = pl.col(name)
    if lines.schema[name] != pl.String or (
        spec.fields[name].type.name == "text" and not spec.fields[name].optional
    ):
        return column
    return pl.when(column == "").then(None).otherwise(column).alias(name)


def _checked(asked: pl.DataFrame, spec: Any) -> tuple[Checked, set[int]]:
    """The rows that are right, and the lines of those that are not, every one of them."""
    checked = check(asked.drop(BESIDE, strict=False), spec)
    if not checked.refused and not checked.problems:
        return checked, set()
    if any(problem.row is None for problem in checked.problems):
        return replace(checked, refused=asked.height), set(asked[LINE].to_list())
    rows = {problem.row for problem in checked.problems if problem.row}
    if len(rows) == checked.refused:
        lines = asked[LINE]
        return checked, {int(lines[row - 1]) for row in rows}
    frames: list[pl.DataFrame] = []
    problems: list[Problem] = []
    wrong: set[int] = set()
    # More than validation spells out at once: in slices that it does.
    for begin in range(0, asked.height, _AT_ONCE):
        some = asked.slice(begin, _AT_ONCE)
        judged = check(some.drop(BESIDE, strict=False), spec)
        frames.append(judged.frame)
        for problem in judged.problems:
            assert problem.row is not None
            wrong.add(int(some[LINE][problem.row - 1]))
            problems.append(replace(problem, row=problem.row + begin))
    return Checked(pl.concat(frames), problems, len(wrong)), wrong


def _add(joined: Session, each: Sighted, frame: pl.DataFrame, batch: UUID) -> Added:
    """Keep rows that were new when they were looked at."""
    kept, rows = Collection(joined, each.collection.record), frame.drop(BESIDE, strict=False)
    conflict = each.part.on_conflict if each.collection.spec.key else "error"
    if conflict == "skip":
        # Asking for every row whether it is there costs as much again as an index; none is, as a rule.
        try:
            return kept.add_many(rows, on_conflict="error", keep_valid=True, batch=batch)
        except Invalid:
            pass  # one of them was kept in between, or moved to another day: row by row, then
    return kept.add_many(rows, on_conflict=conflict, keep_valid=True, batch=batch)


def _place(line: int) -> str:
    return _("line {n}", n=line)


def _summed(batch: Any, done: Sequence[Added]) -> Added:
    return Added(
        batch,
        sum(each.added for each in done),
        sum(each.updated for each in done),
        sum(each.skipped for each in done),
        sum(each.refused for each in done),
        tuple(problem for each in done for problem in each.problems),
    )
