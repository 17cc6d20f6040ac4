"""Taking changes back in SQL, whole statements at a time.

For every record that the changes touched, three states are compared: as it was before them, as they left
it, and as it is now. What is as before needs nothing; what is no longer as they left it was changed by
someone since. So it does not matter how often something was undone and redone in between, and a change
that somebody else took back themselves is no obstacle.

Changes that undo what is being undone here, and so on, count as part of it.

Documents in MongoDB are compared beforehand and taken back after the rest was committed (`undo_documents.py`),
one at a time: if that breaks off, undoing once more completes it.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from pgc_lib.core import undo_statements as sql
from pgc_lib.core.changes import Undone, changes_of_batch
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.targets import target_of
from pgc_lib.core.undo_documents import Undoings, undoings
from pgc_lib.core.undo_statements import Step
from pgc_lib.errors import Conflict, Denied, NotFound
from pgc_lib.i18n import _, n_

_SHOWN = 3


def undo_changes(
    session: Session, asked: Sequence[int], *, batch: UUID | None = None, force: bool = False
) -> Undone:
    """Undo these changes, of which `batch` is the batch if they are all of it: entirely or not at all."""
    made = new_id()
    with session.reading() as connection:
        noted = connection.execute(sql.NOTED, {"asked": list(asked)}).all()
    rest = sorted(set(asked) - {line.id for line in noted})
    if not noted:
        return _undo_rows(session, rest, made, [], batch=batch, force=force)
    beside = undoings(session, noted, made, batch)
    if not beside and not rest:
        raise Conflict(
            _("Nothing came of this change: it was noted, but never carried out."),
            next_step=_("There is nothing to undo."),
        )
    rows = 0
    if rest:
        rows = _undo_rows(session, rest, made, beside, batch=batch, force=force).rows
    else:
        _refuse([], beside, force=force)
    rows += _undo_documents(beside, force=force)
    with session.reading() as connection:
        return Undone(tuple(changes_of_batch(connection, made)), made, rows)


def _undo_rows(
    session: Session,
    asked: Sequence[int],
    made: UUID,
    beside: Sequence[Undoings],
    *,
    batch: UUID | None,
    force: bool,
) -> Undone:
    """Undo changes of rows, in one transaction."""
    with session.writing(batch=made) as connection:
        steps = _steps(connection, asked)
        connection.execute(sql.STAGE)
        for step in steps:
            sql.compare(connection, step, whole=batch is not None)
        connection.execute(text("analyze pgc_undo"))
        summary = {row.step: row for row in connection.execute(sql.SUMMARY)}
        _refuse(list(summary.values()), beside, force=force)
        for step in steps:
            if step.number in summary:
                connection.execute(
                    text(
                        "select set_config('pgc.undoes', :last, true), "
                        "set_config('pgc.undoes_batch', :batch, true)"
                    ),
                    {"last": str(step.asked[-1]), "batch": str(batch or "")},
                )
                _apply(connection, step, summary[step.number])
        rows = sum(row.rows for row in summary.values())
        return Undone(tuple(changes_of_batch(connection, made)), made, rows)


def _steps(connection: Connection, asked: Sequence[int]) -> list[Step]:
    """What there is to do, the newest first."""
    found = connection.execute(sql.FAMILY, {"asked": list(asked)}).all()
    missing = set(asked) - {change.id for change in found}
    if missing:
        raise NotFound(
            _("There is no change {number}.", number=min(missing)),
            next_step=_("`lab.history.recent()` shows the changes there are."),
        )
    groups: dict[tuple[UUID, str], list[Row[Any]]] = defaultdict(list)
    for change in found:
        groups[change.owner, change.kind].append(change)
    wanted = set(asked)
    steps = []
    for (owner, kind), family in groups.items():
        if own := [change.id for change in family if change.id in wanted]:
            steps.append((owner, target_of(connection, kind), own, family))
    steps.sort(key=lambda step: -step[2][-1])
    return [
        Step(number, target, owner, own, family)
        for number, (owner, target, own, family) in enumerate(steps)
    ]


def _undo_documents(beside: Sequence[Undoings], *, force: bool) -> int:
    """Undo changes of documents, one at a time; how many there were."""
    rows = sum(each.rows for each in beside)
    left = [id for each in beside for id in each.apply(force=force)]
    if left:
        raise Conflict(
            n_(
                "{n} of {all} documents was changed at this very moment and stays; the rest is undone: {which}",
                "{n} of {all} documents were changed at this very moment and stay; the rest is undone: {which}",
                len(left),
                all=rows,
                which=_which(left),
            ),
            next_step=_("Look at their history, then undo once more: what is done already stays."),
        )
    return rows


def _refuse(summary: "Sequence[Row[Any]]", beside: Sequence[Undoings] = (), *, force: bool) -> None:
    """Raise the reason for which nothing can be done."""
    rows = sum(row.rows for row in summary) + sum(each.rows for each in beside)
    if not rows:
        raise Conflict(
            _("This is undone already: everything is as it was before."),
            next_step=_("To bring it back, undo the undoing."),
        )
    which = [id for row in summary for id in row.which or ()]
    which += [id for each in beside for id in each.moved]
    moved = sum(row.moved for row in summary) + sum(len(each.moved) for each in beside)
    if moved and not force:
        raise Conflict(
            n_(
                "{n} of {all} records was changed since, so nothing was undone: {which}",
                "{n} of {all} records were changed since, so nothing was undone: {which}",
                moved,
                all=rows,
                which=_which(which, moved),
            ),
            next_step=_("Look at their history; with force=True they are set back all the same."),
        )


def _apply(connection: Connection, step: Step, expected: "Row[Any]") -> None:
    """Bring the staged records to what they were before."""
    if step.target.marks_removal and expected.inserts:
        raise Conflict(
            _("The content of {n} attachments is gone for good.", n=expected.inserts),
            next_step=_("Take them from a backup, or attach the files again."),
        )
    statements = (
        (expected.deletes, sql.delete(step.target)),
        (expected.updates, sql.update(step.target)),
        (expected.inserts, sql.insert(step.target)),
    )
    for count, statement in statements:
        if not count:
            continue
        try:
            done = connection.execute(text(statement), {"step": step.number}).rowcount
        except IntegrityError as error:
            raise Conflict(
                _("What was before no longer fits what is there now: {error}", error=_brief(error)),
                next_step=_("Change or remove the record that is in the way, then undo again."),
            ) from error
        if done != count:
            _explain_shortfall(connection, step, count - done)


def _explain_shortfall(connection: Connection, step: Step, missing: int) -> None:
    """Raise why fewer records were reached than there are: no right to them, or someone was faster."""
    query = text(f"select count(*) from {step.target.table} t join pgc_undo w on {sql.SAME}")
    untouched = connection.execute(query, {"step": step.number}).scalar_one()
    if untouched >= missing:
        raise Denied(
            _("You may see these records, but not change them; nothing was undone."),
            next_step=_("Ask their owner to undo it, or for the right to edit this area."),
        )
    raise Conflict(
        n_(
            "{n} record was changed at this very moment; nothing was undone.",
            "{n} records were changed at this very moment; nothing was undone.",
            missing,
        ),
        next_step=_("Try again in a moment."),
    )


def _which(ids: Sequence[UUID], n: int = 0) -> str:
    return ", ".join(map(str, ids[:_SHOWN])) + (" …" if max(n, len(ids)) > _SHOWN else "")


def _brief(error: IntegrityError) -> str:
    diagnosis = getattr(error.orig, "diag", None)
    detail = getattr(diagnosis, "message_detail", None) or getattr(diagnosis, "message_primary", "")
    return str(detail or error.orig)
