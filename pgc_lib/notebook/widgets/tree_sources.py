"""What trees are made of: topics, skills with what they need, folders with their documents, to-dos with their parts.

Each source tells its branches, in order, with where they hang; and moves one under another, giving back how to undo it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pgc_lib.core.history import History
from pgc_lib.core.zone import today
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, tag

if TYPE_CHECKING:
    from uuid import UUID

    from pgc_lib.areas.docs import Docs
    from pgc_lib.areas.knowledge import Knowledge
    from pgc_lib.areas.skills import Skills
    from pgc_lib.areas.todos import Todos

Undo = Callable[[], object]
_MOST = 5_000
"""Branches that are read; a tree of more is searched rather than opened."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of a tree."""

    id: str
    title: str
    under: str = ""
    """The branch it hangs on; empty for one that stands for itself."""
    note: str = ""
    done: bool | None = None
    """Ticked or not; None for what cannot be ticked."""
    share: float | None = None
    """How much of it there is, drawn as a bar."""
    holds: bool = True
    """Whether others can be put under it."""
    moves: bool = True
    mark: str = ""
    """A sign before the title."""


class Source(Protocol):
    """Where branches come from and how they are moved."""

    title: str

    def branches(self) -> Iterator[Branch]:
        """Every branch, those of one place in their order."""
        ...

    def move(self, id: str, under: str) -> Undo:
        """Hang a branch on another one, or on none; gives back what undoes it."""
        ...

    def tick(self, id: str) -> Undo:
        """Tick a branch, or take the tick away."""
        ...

    def nothing(self) -> Html:
        """What an empty tree says."""
        ...


def _empty(sentence: str, code: str) -> Html:
    return tag.div(tag.b(sentence), tag.code(code), class_="pgc-empty")


class TopicTree:
    """The topics of what one knows, with their entries."""

    def __init__(self, knowledge: "Knowledge") -> None:
        self.title = _("Topics")
        self.knowledge = knowledge

    def branches(self) -> Iterator[Branch]:
        """Topics, and under each its entries."""
        entries = self.knowledge.entries.frame(
            columns=["id", "title", "topic"], order="title", limit=_MOST
        )
        under: dict[str, list[tuple[str, str]]] = {}
        for id, title, topic in entries.iter_rows():
            under.setdefault(_hex(topic), []).append((id, title))
        topics = self.knowledge.topics.find(limit=_MOST)
        known = {each.id for each in topics}
        for topic in sorted(topics, key=lambda each: each.name.casefold()):
            count = len(under.get(topic.id.hex, ()))
            above = topic.parent.hex if topic.parent is not None and topic.parent in known else ""
            note = n_("{n} entry", "{n} entries", count) if count else ""
            yield Branch(
                f"t{topic.id.hex}", topic.name, f"t{above}" if above else "", note, mark="▤"
            )
        for place, found in under.items():
            hangs = f"t{place}" if place in {each.hex for each in known} else ""
            for id, title in found:
                yield Branch(f"e{id}", title, hangs, holds=False)

    def move(self, id: str, under: str) -> Undo:
        """A topic under another, an entry under a topic."""
        to = under[1:] or None
        if id.startswith("e"):
            entry = self.knowledge.entries.get(id[1:])
            self.knowledge.place(entry.id, _uuid(to))
            return lambda: self.knowledge.place(entry.id, entry.topic)
        topic = self.knowledge.topics.get(id[1:])
        self.knowledge.topics.move(topic.id, _uuid(to))
        return lambda: self.knowledge.topics.move(topic.id, topic.parent)

    def tick(self, id: str) -> Undo:
        """Nothing here is ticked."""
        raise NotImplementedError(id)

    def nothing(self) -> Html:
        """How to begin."""
        return _empty(
            _("You have no topics yet."), 'lab.knowledge.add(title="…", topic="语言/英语")'
        )


class SkillTree:
    """Skills by what they belong to, and under each what it needs."""

    def __init__(self, skills: "Skills") -> None:
        self.title = _("Skills")
        self.skills = skills

    def branches(self) -> Iterator[Branch]:
        """Fields, their skills, and what these need."""
        frame = self.skills.tree()
        rows = {row["skill"]: row for row in frame.head(_MOST).iter_rows(named=True)}
        needs: dict[str, list[dict[str, Any]]] = {}
        for edge in self.skills.edges().iter_rows(named=True):
            needs.setdefault(edge["skill"], []).append(edge)
        for topic in sorted({row["topic"] for row in rows.values()}, key=str.casefold):
            count = sum(row["topic"] == topic for row in rows.values())
            yield Branch(
                f"f{topic}", topic or _("Without a field"), note=n_("{n} skill", "{n} skills", count), moves=False, mark="▤"
            )  # fmt: skip
        for row in rows.values():
            yield _skill(row, f"f{row['topic']}", f"s{row['skill']}")
            for edge in needs.get(row["skill"], ()):
                if edge["needs"] in rows:
                    yield Branch(
                        f"n{row['skill']}:{edge['needs']}", edge["needs_name"], f"s{row['skill']}",
                        _("needed at level {level}", level=f"{edge['level']:g}"), moves=False, holds=False,
                        mark="✓" if edge["met"] else "○",
                    )  # fmt: skip

    def move(self, id: str, under: str) -> Undo:
        """A skill belongs to another field."""
        skill = self.skills.items.get(id[1:])
        topic = self.skills.items.get(under[1:]).topic if under.startswith("s") else under[1:]
        self.skills.items.update(skill.id, topic=topic)
        return lambda: self.skills.items.update(skill.id, topic=skill.topic)

    def tick(self, id: str) -> Undo:
        """Nothing here is ticked."""
        raise NotImplementedError(id)

    def nothing(self) -> Html:
        """How to begin."""
        return _empty(_("You have no skills yet."), 'lab.skills.log("吉他", 30, create=True)')


def _skill(row: dict[str, Any], under: str, id: str) -> Branch:
    level, top, strength = row["level"], row["top"], row["strength"]
    told = _("level {level} of {top}", level=f"{level:g}", top=top)
    if strength is not None and strength < 0.6:
        told += " · " + _("fading")
    if not row["open"]:
        told += " · " + _("not yet: something it needs is missing")
    return Branch(
        id, row["name"], under, told, share=level / top if top else None, mark="" if row["open"] else "○", holds=False
    )  # fmt: skip


class FolderTree:
    """Folders with their documents."""

    def __init__(self, docs: "Docs") -> None:
        self.title = _("Documents")
        self.docs = docs

    def branches(self) -> Iterator[Branch]:
        """Folders, then documents."""
        for path in sorted(self.docs.folders(), key=str.casefold)[:_MOST]:
            above, _slash, name = path.rpartition("/")
            yield Branch(f"f{path}", name, f"f{above}" if above else "", mark="▤")
        frame = self.docs.items.frame(columns=["id", "title", "folder"], order="title", limit=_MOST)
        for id, title, folder in frame.iter_rows():
            yield Branch(f"d{id}", title, f"f{folder}" if folder else "", holds=False)

    def move(self, id: str, under: str) -> Undo:
        """A folder or a document into another folder; links follow."""
        to = under[1:]
        history = History(self.docs.session)
        if id.startswith("d"):
            moved = self.docs.move(_known(id[1:]), to)
        else:
            name = id[1:].rpartition("/")[2]
            moved = self.docs.move_folder(id[1:], f"{to}/{name}".strip("/"))
        return lambda: history.undo_batch(moved.batch)

    def tick(self, id: str) -> Undo:
        """Nothing here is ticked."""
        raise NotImplementedError(id)

    def nothing(self) -> Html:
        """How to begin."""
        return _empty(_("You have no documents yet."), 'lab.docs.add(title="…", body="…")')


class TodoTree:
    """To-dos with the parts they are made of."""

    def __init__(self, todos: "Todos", *, done: bool = False) -> None:
        self.title = _("To-dos")
        self.todos = todos
        self.done = done
        """Also those that are done and belong to nothing open."""

    def branches(self) -> Iterator[Branch]:
        """What is open, the soonest first, and every part."""
        columns = ["id", "title", "parent", "done", "due", "project"]
        frame = self.todos.items.frame(columns=columns, order=["done", "due"], limit=_MOST)
        rows = list(frame.iter_rows(named=True))
        known = {row["id"] for row in rows}
        parents = {_hex(row["parent"]) for row in rows if row["parent"]}
        for row in rows:
            above = _hex(row["parent"])
            if row["done"] and not self.done and not above and row["id"] not in parents:
                continue
            told = [row["project"], _due(row["due"]) if row["due"] and not row["done"] else ""]
            yield Branch(
                row["id"], row["title"], above if above in known else "", " · ".join(filter(None, told)), row["done"]
            )  # fmt: skip

    def move(self, id: str, under: str) -> Undo:
        """It becomes a part of another one, or stands for itself."""
        todo = self.todos.items.get(id)
        self.todos.move_under(todo.id, _uuid(under or None))
        return lambda: self.todos.move_under(todo.id, todo.parent)

    def tick(self, id: str) -> Undo:
        """Done, or open again."""
        todo = self.todos.items.get(id)
        if todo.done:
            self.todos.reopen(todo.id)
            return lambda: self.todos.complete(todo.id)
        self.todos.complete(todo.id)
        return lambda: self.todos.reopen(todo.id)

    def nothing(self) -> Html:
        """How to begin."""
        return _empty(_("Nothing is to be done."), 'lab.todos.add("周五 交电费")')


def _due(due: Any) -> str:
    late = (today() - due).days
    if late > 0:
        return n_("{n} day late", "{n} days late", late)
    return _("due {day}", day=due.isoformat())


def _hex(value: Any) -> str:
    return (
        value.replace("-", "") if isinstance(value, str) else value.hex if value is not None else ""
    )


def _uuid(hex: str | None) -> "UUID | None":
    from uuid import UUID

    return UUID(hex) if hex else None


def _known(hex: str) -> "UUID":
    from uuid import UUID

    return UUID(hex)
