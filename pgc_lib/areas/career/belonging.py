"""What of other areas belongs to a plan or a focus: to-dos by state, skills, evidence and goals; each with the person's own rights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.places import collection_of
from pgc_lib.core.pointer import point, pointed
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
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
    todos = _todos(session, wanted)
    found = {}
    for entry in wanted:
        mine = set(entry.links)
        own = [
            todo
            for todo in todos
            if todo["pointer"] in mine
            or point(entry) in todo["links"]
            or (entry.todo_project and todo["project"] == entry.todo_project)
        ]
        by_kind: dict[str, list[str]] = {}
        for pointer in entry.links:
            if name := named.get(pointer):
                by_kind.setdefault(pointed(pointer)[0], []).append(name)
        done = sum(1 for todo in own if todo["done"])
        others = [name for kind, names in by_kind.items() if kind not in (TODOS, SKILLS, EVIDENCE, GOALS) for name in names]  # fmt: skip
        found[entry.id] = Belonging(
            len(own) - done,
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


def _todos(session: "Session", entries: "Sequence[Focus | Plan]") -> list[Mapping[str, Any]]:
    """The to-dos that may belong to any of them."""
    collection = collection_of(session, TODOS)
    linking = "links" in collection.spec.fields
    ids = [id for entry in entries for each in entry.links for kind, id in [pointed(each)] if kind == TODOS]  # fmt: skip
    projects = [entry.todo_project for entry in entries if entry.todo_project]
    condition = col("id").is_in(ids) | col("project").is_in(projects)
    if linking:
        for entry in entries:
            condition |= col("links").has(point(entry))
    columns = ["id", "done", "project", *(["links"] if linking else [])]
    if not entries:
        return []
    frame = collection.frame(condition, columns=columns)
    return [
        {**row, "pointer": f"{TODOS}/{UUID(row['id'])}", "links": row.get("links") or ()}
        for row in frame.iter_rows(named=True)
    ]
