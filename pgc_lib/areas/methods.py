"""Methods: tools for working and living, each with a guide, a worked example and a notebook, in both languages.

lab.methods.catalogue();  lab.methods.guide("woop");  lab.methods.notebook("woop", "woop.ipynb")
okr = lab.methods.okr.add(title="…", objective="…", results=[{"what": "…", "start": 0, "target": 5}])
lab.methods.actions(okr, ["First step", {"title": "Second", "due": "2026-12-01"}]);  lab.methods.progress();  lab.methods.due()
lab.methods.sort_todos();  lab.methods.calibration()
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.hobby.records import Plan
from pgc_lib.areas.method.base import Method, Practised
from pgc_lib.areas.method.calibration import Calibration, calibrated
from pgc_lib.areas.method.guide import Guide, example, guide, guides
from pgc_lib.areas.method.management import (
    Eisenhower,
    Okr,
    Pdca,
    Raci,
    Retrospective,
    Smart,
    Swot,
    Whys,
)
from pgc_lib.areas.method.mind import Decision, Grow, ThoughtRecord, Woop
from pgc_lib.areas.todos import Todo
from pgc_lib.core.area import Area, KeptAs
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.pointer import as_pointer, point, resolve
from pgc_lib.core.record import Record
from pgc_lib.core.shown import Listing
from pgc_lib.core.together import together
from pgc_lib.core.zone import today
from pgc_lib.errors import Conflict, NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl


class Methods(Area, name="methods"):
    """Methods."""

    okr: KeptAs[Okr, Practised[Okr]] = KeptAs(Okr, Practised)
    smart: KeptAs[Smart, Practised[Smart]] = KeptAs(Smart, Practised)
    pdca: KeptAs[Pdca, Practised[Pdca]] = KeptAs(Pdca, Practised)
    eisenhower: KeptAs[Eisenhower, Practised[Eisenhower]] = KeptAs(Eisenhower, Practised)
    swot: KeptAs[Swot, Practised[Swot]] = KeptAs(Swot, Practised)
    raci: KeptAs[Raci, Practised[Raci]] = KeptAs(Raci, Practised)
    whys: KeptAs[Whys, Practised[Whys]] = KeptAs(Whys, Practised)
    retrospectives: KeptAs[Retrospective, Practised[Retrospective]] = KeptAs(Retrospective, Practised)  # fmt: skip
    grow: KeptAs[Grow, Practised[Grow]] = KeptAs(Grow, Practised)
    decisions: KeptAs[Decision, Practised[Decision]] = KeptAs(Decision, Practised)
    thoughts: KeptAs[ThoughtRecord, Practised[ThoughtRecord]] = KeptAs(ThoughtRecord, Practised)
    woop: KeptAs[Woop, Practised[Woop]] = KeptAs(Woop, Practised)

    # ── what there is ────────────────────────────────────────────────────────────────────────────────

    def catalogue(self, *, lang: str | None = None) -> Listing[Guide]:
        """Every method: what it is and when to use it."""
        return Listing(guides(lang))

    def guide(self, key: str, *, lang: str | None = None) -> Guide:
        """How a method is used, step by step, with a worked example."""
        return guide(key, lang)

    def of(self, key: str) -> Practised[Any]:
        """The records of a method by its key."""
        found: Practised[Any] = getattr(self, guide(key).key)
        return found

    def example(self, key: str, *, lang: str | None = None) -> Method:
        """The worked example of a method as a record; it is not kept unless it is added."""
        found: Method = self.of(key).new(**example(guide(key, lang), today()))
        return found

    def notebook(
        self, key: str, path: Path | str, *, lang: str | None = None, filled: bool = False, overwrite: bool = False
    ) -> Path:  # fmt: skip
        """Write a notebook that leads through a method; `filled` puts the worked example in it."""
        from pgc_lib.areas.method.notebook import write

        target = Path(path).expanduser()
        return write(
            guide(key, lang), self.of(key).record, target, filled=filled, overwrite=overwrite
        )

    # ── where it stands ──────────────────────────────────────────────────────────────────────────────

    def progress(self, *, state: str | None = "open", owner: UUID | None = None) -> "pl.DataFrame":
        """Everything that is worked on: how far it is, when to look at it again, and how much of what follows is done."""
        import polars as pl

        records = list(self._all(owner, **({"state": state} if state else {})))
        done = self._done_todos(each for _key, record in records for each in record.actions)
        lines = []
        for key, record in records:
            known = [done[each] for each in record.actions if each in done]
            lines.append(
                {
                    "method": guide(key).name, "key": key, "title": record.title, "progress": record.progress,
                    "state": record.state, "day": record.day, "review": record.review,
                    "actions": len(record.actions), "actions_done": sum(known), "record": record.id.hex,
                }
            )  # fmt: skip
        return pl.DataFrame(
            lines,
            schema={
                "method": pl.String, "key": pl.String, "title": pl.String, "progress": pl.Float64,
                "state": pl.String, "day": pl.Date, "review": pl.Date, "actions": pl.Int64,
                "actions_done": pl.Int64, "record": pl.String,
            },
        ).sort("review", "day", "title", nulls_last=True)  # fmt: skip

    def due(self, days: int = 0, *, owner: UUID | None = None) -> Listing[Method]:
        """What is to be looked at again, today or within some days, the longest overdue first."""
        last = today() + timedelta(days=days)
        found = [record for _key, record in self._all(owner, col("review") <= last, state="open")]
        return Listing(sorted(found, key=lambda record: (record.review or last, record.title)))

    def reviewed(self, record: Method, *, again: date | str | None = None, **changes: Any) -> Method:  # fmt: skip
        """Note what a review brought; it comes back on another day, or no more."""
        changed: Method = self._of(record).update(record, review=again, **changes)
        return changed

    # ── what follows ─────────────────────────────────────────────────────────────────────────────────

    def actions(self, record: Method, todos: Iterable[str | Mapping[str, Any]] = ()) -> Listing[Todo]:  # fmt: skip
        """Make to-dos that follow from a record, each by its title or fields; without any, those there are."""
        fields = [{"title": each} if isinstance(each, str) else dict(each) for each in todos]
        if fields:
            batch = new_id()
            with together(self.session, batch) as joined:
                items = Collection(joined, Todo)
                made = [
                    items.add(
                        batch=batch, **{**each, "links": [point(record), *each.get("links", ())]}
                    )
                    for each in fields
                ]
                self._note(joined, record, [point(each) for each in made])
        return Listing(each for each in self.linked(record) if isinstance(each, Todo))

    def schedule(self, record: Method, title: str, *, day: date | str, **values: Any) -> Plan:
        """Plan something that follows from a record: once, or again and again by a rule of RFC 5545."""
        batch = new_id()
        with together(self.session, batch) as joined:
            plan = Collection(joined, Plan).add(
                **{"uid": f"{new_id()}@pgc", **values}, title=title, day=day, batch=batch
            )
            self._note(joined, record, [point(plan)])
        return plan

    def link(self, record: Method, other: Record | str) -> Method:
        """Note that a record of any area belongs to this one."""
        pointer = as_pointer(other)
        if resolve(self.session, pointer) is None:
            raise NotFound(
                _("There is no record {pointer}.", pointer=pointer),
                next_step=_("It may have been removed, or is not shared with you."),
            )
        return self._note(self.session, record, [pointer])

    def linked(self, record: Method) -> Listing[Record]:
        """Everything that follows from a record and is still there: to-dos, plans and what else was linked, from either end."""
        known = self._of(record).get(record.id)
        found = [resolve(self.session, each) for each in known.actions]
        others = Collection(self.session, Todo).find(col("links").has(point(known)), order="created_at")  # fmt: skip
        ours = set(known.actions)
        return Listing(
            [
                *(each for each in found if each is not None),
                *(each for each in others if point(each) not in ours),
            ]
        )

    def _note(self, session: Any, record: Method, pointers: Sequence[str]) -> Method:
        """Add pointers to what a record has by now; whoever else adds some loses none."""
        kept = Practised(session, type(record))
        for attempt in range(5):
            known = kept.get(record.id)
            try:
                return kept.update(known, actions=[*known.actions, *pointers])
            except Conflict:
                if attempt == 4:
                    raise
        raise AssertionError  # the loop returns or raises

    # ── methods that look at other things ────────────────────────────────────────────────────────────

    def sort_todos(
        self, title: str = "", *, urgent_days: int = 2, important: Sequence[str] = ("important", "重要")
    ) -> Eisenhower:  # fmt: skip
        """Begin an Eisenhower matrix with my open to-dos: urgent by their day, important by a tag or project."""
        from pgc_lib.areas.method.sorting import matters

        todos = Collection(self.session, Todo).find(done=False, order="due", owner=self.session.person, limit=200)  # fmt: skip
        found = matters(todos, today() + timedelta(days=urgent_days), set(important))
        return self.eisenhower.add(title=title or _("To-dos of {day}", day=today()), matters=found)

    def next_cycle(self, before: Pdca, **values: Any) -> Pdca:
        """Begin the next round of a PDCA cycle, with what followed from the last one as its plan."""
        made = {"title": before.title, "problem": before.problem, "plan": before.next, "tags": before.tags}  # fmt: skip
        return self.pdca.add(**{**made, **values}, cycle=before.cycle + 1, before=before.id)

    def calibration(self, *, owner: UUID | None = None) -> Calibration:
        """How well my expectations in the decision journal came true: the Brier score, and bin by bin."""
        found = self.decisions.find(owner=owner or self.session.person)
        return calibrated(
            (each.probability, each.happened)
            for decision in found
            for each in decision.predictions
            if each.happened is not None
        )

    def open_predictions(self, days: int = 0) -> "pl.DataFrame":
        """What I expected that can be told by now, or within some days, and is not noted yet."""
        import polars as pl

        last = today() + timedelta(days=days)
        lines = [
            {"decision": decision.title, "number": number, "what": each.what, "probability": each.probability, "by": each.by}
            for decision in self.decisions.find(owner=self.session.person)
            for number, each in enumerate(decision.predictions, 1)
            if each.happened is None and each.by is not None and each.by <= last
        ]  # fmt: skip
        return pl.DataFrame(
            lines,
            schema={
                "decision": pl.String, "number": pl.Int64, "what": pl.String, "probability": pl.Float64, "by": pl.Date,
            },
        ).sort("by")  # fmt: skip

    def came(self, decision: Decision, number: int, happened: bool) -> Decision:
        """Note whether an expectation of a decision came true; the first one has the number 1."""
        known = self.decisions.get(decision.id)
        if not 1 <= number <= len(known.expected):
            raise NotFound(
                _("This decision has no expectation number {number}.", number=number),
                next_step=_("It has {n}.", n=len(known.expected)),
            )
        changed = [dict(each) for each in known.expected]
        changed[number - 1]["happened"] = happened
        return self.decisions.update(known, expected=changed)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _all(self, owner: UUID | None, *conditions: Any, **keywords: Any) -> Iterator[tuple[str, Method]]:  # fmt: skip
        for found in guides():
            for record in self.of(found.key).find(
                *conditions, owner=owner or self.session.person, **keywords
            ):
                yield found.key, record

    def _of(self, record: Method) -> Practised[Any]:
        return Practised(self.session, type(record))

    def _done_todos(self, pointers: Iterable[str]) -> dict[str, bool]:
        """Which of the to-dos that are pointed at are done, asked in one question."""
        wanted = {each.partition("/")[2]: each for each in pointers if each.startswith(f"{Todo.spec.kind}/")}  # fmt: skip
        if not wanted:
            return {}
        ids = [UUID(each) for each in wanted]
        frame = Collection(self.session, Todo).frame(col("id").is_in(ids), columns=["id", "done"])
        return {wanted[str(UUID(id))]: done for id, done in frame.iter_rows()}
