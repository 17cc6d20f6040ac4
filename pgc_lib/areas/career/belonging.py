"""What of other areas belongs to a plan or a focus: to-dos by state, skills, evidence and goals; each with the person's own rights."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.core.places import collection_of
from pgc_lib.core.pointer import point, pointed
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.areas.career.ahead import Focus, Plan
    from pgc_lib.core.record import Record
    from pgc_lib.core.session import Session

TODOS, SKILLS, EVIDENCE, GOALS = "todos.items", "skills.items", "skills.evidence", "goals.items"


@dataclass(frozen=True, slots=True)
class Belonging:
    """What belongs to one entry."""

    open: int = 0
    finished: int = 0
    skills: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def told(self) -> list[str]:
        """In a few words each."""
        said = []
        if self.open or self.finished:
            said.append(_("to-dos: {open} open, {done} finished", open=self.open, done=self.finished))  # fmt: skip
        for title, names in (
            (_("Skills"), self.skills),
            (_("Evidence"), self.evidence),
            (_("Goals"), self.goals),
            (_("Also"), self.others),
        ):
            if names:
                said.append(_("{title}: {told}", title=title, told=", ".join(names)))
        return said


def belonging(session: "Session", entries: "Iterable[Focus | Plan]") -> "dict[UUID, Belonging]":
    """What belongs to each of them, read once for all."""
    wanted = list(entries)
    named = names_of(session, [each for entry in wanted for each in entry.links])
    counts = _todos(session, wanted)
    found = {}
    for entry in wanted:
        by_kind: dict[str, list[str]] = {}
        for pointer in entry.links:
            if name := named.get(pointer):
                by_kind.setdefault(pointed(pointer)[0], []).append(name)
        left, done = counts.get(entry.id.hex, (0, 0))
        others = [name for kind, names in by_kind.items() if kind not in (TODOS, SKILLS, EVIDENCE, GOALS) for name in names]  # fmt: skip
        found[entry.id] = Belonging(
            left,
            done,
            tuple(by_kind.get(SKILLS, ())),
            tuple(by_kind.get(EVIDENCE, ())),
            tuple(by_kind.get(GOALS, ())),
            tuple(others),
        )
    return found


def names_of(session: "Session", pointers: Iterable[str]) -> dict[str, str]:
    """What each pointer is called; those that lead nowhere, or nowhere I may see, are missing."""
    by_kind: dict[str, list[UUID]] = {}
    for each in dict.fromkeys(pointers):
        kind, id = pointed(each)
        by_kind.setdefault(kind, []).append(id)
    found = {}
    for kind, ids in by_kind.items():
        try:
            records = collection_of(session, kind).find(col("id").is_in(ids))
        except NotFound:  # a kind of a package that is not installed here
            continue
        found.update({point(record): called(record) for record in records})
    return found


def called(record: "Record") -> str:
    """What a record is called for a person."""
    values = record.values()
    names = (values.get(each) for each in ("title", "name", "what", "organisation"))
    return next((str(name) for name in names if name), "")


def _todos(session: "Session", entries: "Sequence[Focus | Plan]") -> dict[str, tuple[int, int]]:
    """How many to-dos of each entry are open and how many finished: linked from either side, or of its project."""
    import polars as pl

    if not entries:
        return {}
    links = [(entry.id.hex, id.hex) for entry in entries for each in entry.links for kind, id in [pointed(each)] if kind == TODOS]  # fmt: skip
    projects = [(entry.id.hex, entry.todo_project) for entry in entries if entry.todo_project]
    backwards = [(entry.id.hex, point(entry)) for entry in entries]
    kept = collection_of(session, TODOS)
    pairs = []
    if links:
        named = kept.frame(col("id").is_in([UUID(id) for _entry, id in links]), columns=["id", "done"])  # fmt: skip
        pairs.append(_of(links, "id").join(named, on="id"))
    if projects:
        own = kept.frame(col("project").is_in([project for _entry, project in projects]), columns=["id", "done", "project"])  # fmt: skip
        pairs.append(_of(projects, "project").join(own, on="project"))
    to_us = reduce(or_, [col("links").has(pointer) for _entry, pointer in backwards])
    linking = kept.frame(to_us, columns=["id", "done", "links"]).explode("links")
    pairs.append(_of(backwards, "links").join(linking, on="links"))
    each_once = pl.concat([each.select("entry", "id", "done") for each in pairs]).unique()
    counted = each_once.group_by("entry").agg((~pl.col("done")).sum(), pl.col("done").sum().alias("finished"))  # fmt: skip
    return {entry: (left, finished) for entry, left, finished in counted.iter_rows()}


def _of(pairs: Sequence[tuple[str, str]], name: str) -> "pl.DataFrame":
    """Which entry goes with which value of a column."""
    import polars as pl

    return pl.DataFrame(pairs, schema={"entry": pl.String, name: pl.String}, orient="row")
