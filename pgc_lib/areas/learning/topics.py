"""The tree of topics: by path, moved, merged and dissolved without ever closing a circle.

    lab.knowledge.topics.at("科学/物理", create=True);  lab.knowledge.topics.move("物理", "自然")
    lab.knowledge.topics.merge("物理学", "物理");       lab.knowledge.topics.tree()

That no topic lies below itself is held by the database, also against two moves at the same moment.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from pgc_lib.areas.learning.records import Card, Entry, Topic
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Told
from pgc_lib.errors import Conflict, Invalid, NotFound, Problem, StoreError
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.together import Joined

Which: TypeAlias = str | UUID | Topic
DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Merged(Told):
    """What moving a topic's content did; `lab.history.undo_batch(batch)` takes it back."""

    batch: UUID
    entries: int
    topics: int

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Entries moved"): self.entries,
            _("Topics moved"): self.topics,
            _("Batch"): self.batch,
        }


class Tree:
    """Topics of one owner as they hang together; a circle that got in somehow hangs nobody."""

    def __init__(self, topics: Mapping[UUID, Topic]) -> None:
        self.topics = topics

    @cached_property
    def below(self) -> dict[UUID | None, list[Topic]]:
        """The topics directly below each; those without one above under None."""
        found: dict[UUID | None, list[Topic]] = {}
        for topic in sorted(
            self.topics.values(), key=lambda topic: (topic.name.casefold(), topic.id)
        ):
            parent = topic.parent if topic.parent in self.topics else None
            found.setdefault(parent, []).append(topic)
        return found

    def way(self, id: UUID) -> list[Topic]:
        """From the top down to a topic."""
        found: list[Topic] = []
        at: UUID | None = id
        while at is not None and at in self.topics and len(found) <= DEEPEST:
            topic = self.topics[at]
            if topic in found:
                break
            found.append(topic)
            at = topic.parent
        return found[::-1]

    def path(self, id: UUID | None) -> str:
        """The names from the top down."""
        return "/".join(topic.name for topic in self.way(id)) if id is not None else ""

    def within(self, id: UUID) -> list[UUID]:
        """A topic and everything below it."""
        found = [id]
        for each in found:
            found += [topic.id for topic in self.below.get(each, ()) if topic.id not in found]
        return found

    def walk(self) -> Iterator[tuple[int, Topic]]:
        """Every topic with its depth, as a reader goes down the tree."""
        waiting = [(0, topic) for topic in reversed(self.below.get(None, []))]
        while waiting:
            depth, topic = waiting.pop()
            yield depth, topic
            waiting += [(depth + 1, each) for each in reversed(self.below.get(topic.id, []))]


class Topics(Collection[Topic]):
    """The topics."""

    def all(self, *, owner: UUID | None = None) -> Tree:
        """The whole tree, one's own or that of somebody who granted it."""
        found = self.find(owner=owner or self.session.person)
        return Tree({topic.id: topic for topic in found})

    def at(self, which: Which, *, create: bool = False) -> Topic:
        """A topic by its path, by its name where that is the only one, or by id; `create` makes what is missing."""
        if isinstance(which, Topic):
            return which
        if isinstance(which, UUID):
            return self.get(which)
        steps = [step.strip() for step in which.split("/") if step.strip()]
        if not steps or len(steps) > DEEPEST:
            raise _unknown(which)
        tree = self.all()
        named = [topic for topic in tree.topics.values() if _same(topic.name, steps[0])]
        if len(steps) == 1 and len(named) == 1:
            return named[0]
        if len(named) > 1 and not create and not any(topic.parent is None for topic in named):
            raise _several(which, [tree.path(topic.id) for topic in named])
        return self._descend(tree, steps, which, create=create)

    def _descend(self, tree: Tree, steps: list[str], which: str, *, create: bool) -> Topic:
        found: Topic | None = None
        for number, name in enumerate(steps):
            among = tree.below.get(found.id if found else None, [])
            known = next((topic for topic in among if _same(topic.name, name)), None)
            if known is None:
                if not create:
                    raise _unknown(which)
                for new in steps[number:]:
                    found = super().add(name=new, parent=found.id if found else None)
                assert found is not None
                return found
            found = known
        assert found is not None
        return found

    def path(self, topic: Which) -> str:
        """Where a topic lies: the names from the top down."""
        known = self.at(topic)
        return self.all(owner=known.owner).path(known.id)

    def add(
        self,
        record: Topic | None = None,
        /,
        *,
        owner: UUID | None = None,
        batch: UUID | None = None,
        **values: Any,
    ) -> Topic:
        """Keep a new topic; a name stands only once in one place."""
        made = record if record is not None else self.new(**values)
        self._refuse_twin(made, owner or self.session.person)
        with self._without_circle(made.name):
            return super().add(made, owner=owner, batch=batch)

    def update(
        self, record: Topic | UUID, /, *, version: int | None = None, **changes: Any
    ) -> Topic:
        """Change a topic; it is never put below itself."""
        known = record if isinstance(record, Topic) else self.get(record)
        made = self.new(**{**known.values(), **changes})
        if made.parent != known.parent and made.parent is not None:
            tree = self.all(owner=known.owner)
            if made.parent in tree.within(known.id):
                way = [each.name for each in tree.way(made.parent)]
                raise self._circle(known.name, " → ".join(way[way.index(known.name) :]))
        if (made.parent, made.name) != (known.parent, known.name):
            self._refuse_twin(made, known.owner, but=known.id)
        with self._without_circle(known.name):
            return super().update(record, version=version, **changes)

    def move(self, topic: Which, under: Which | None = None) -> Topic:
        """Put a topic, and what lies below it, under another one; under None it comes to the top."""
        known = self.at(topic)
        return self.update(known, parent=self.at(under).id if under is not None else None)

    def merge(self, topic: Which, into: Which) -> Merged:
        """Put everything of a topic into another one and take the first away; equal names below are merged too."""
        from pgc_lib.core.together import together

        one, other = self.at(topic), self.at(into)
        tree = self.all(owner=one.owner)
        if other.id in tree.within(one.id):
            raise Conflict(
                _("“{into}” lies within “{topic}”.", into=tree.path(other.id), topic=tree.path(one.id)),
                next_step=_("Move it out first: `lab.knowledge.topics.move(…)`."),
            )  # fmt: skip
        batch = new_id()
        with together(self.session, batch) as joined:
            mine = Topics(joined, Topic)
            return Merged(batch, *mine._merge(joined, one, other))

    def dissolve(self, topic: Which) -> Merged:
        """Take a topic away; its entries and the topics below it come to the one above."""
        from pgc_lib.core.together import together

        known = self.at(topic)
        batch = new_id()
        with together(self.session, batch) as joined:
            mine = Topics(joined, Topic)
            tree = mine.all(owner=known.owner)
            above = tree.topics.get(known.parent) if known.parent else None
            beside = {each.name.casefold(): each for each in tree.below.get(known.parent, []) if each.id != known.id}  # fmt: skip
            entries = _move_entries(joined, known.id, above.id if above else None)
            topics = 0
            for child in tree.below.get(known.id, []):
                twin = beside.get(child.name.casefold())
                if twin is not None:
                    more, further = mine._merge(joined, child, twin)
                    entries, topics = entries + more, topics + further
                else:
                    Collection.update(mine, child.id, parent=above.id if above else None)
                    topics += 1
            mine.remove(known.id)
        return Merged(batch, entries, topics)

    def _merge(self, joined: "Joined", one: Topic, other: Topic) -> tuple[int, int]:
        tree = self.all(owner=one.owner)
        known = {each.name.casefold(): each for each in tree.below.get(other.id, [])}
        entries, topics = _move_entries(joined, one.id, other.id), 0
        for child in tree.below.get(one.id, []):
            twin = known.get(child.name.casefold())
            if twin is None:
                Collection.update(self, child.id, parent=other.id)
                topics += 1
            else:
                more, further = self._merge(joined, child, twin)
                entries, topics = entries + more, topics + further
        self.remove(one.id)
        return entries, topics

    def tree(self, *, owner: UUID | None = None) -> "pl.DataFrame":
        """Every topic in its place, with its entries, those below it included, and the cards made of them."""
        import polars as pl

        tree = self.all(owner=owner)
        whose = owner or self.session.person
        entries = Collection(self.session, Entry).frame(columns=["id", "topic"], owner=whose)
        cards = Collection(self.session, Card).frame(
            col("entry").is_not_null(), columns=["entry"], owner=whose
        )  # fmt: skip
        with_topic = cards.join(entries, left_on="entry", right_on="id")
        own = dict(entries.group_by("topic").len().iter_rows())
        asked = dict(with_topic.group_by("topic").len().iter_rows())
        lines = []
        for depth, topic in tree.walk():
            below = [id.hex for id in tree.within(topic.id)]
            lines.append(
                {
                    "path": tree.path(topic.id),
                    "name": topic.name,
                    "depth": depth,
                    "entries": own.get(topic.id.hex, 0),
                    "with_below": sum(own.get(id, 0) for id in below),
                    "cards": sum(asked.get(id, 0) for id in below),
                    "topic": topic.id.hex,
                }
            )
        return pl.DataFrame(
            lines,
            schema={
                "path": pl.String, "name": pl.String, "depth": pl.Int64, "entries": pl.Int64,
                "with_below": pl.Int64, "cards": pl.Int64, "topic": pl.String,
            },
        )  # fmt: skip

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _refuse_twin(self, made: Topic, owner: UUID | None, *, but: UUID | None = None) -> None:
        for twin in self.find(col("parent") == made.parent, owner=owner):
            if twin.id != but and _same(twin.name, made.name):
                raise Conflict(
                    _("There is a topic “{name}” in this place already.", name=twin.name),
                    next_step=_("Merge them: `lab.knowledge.topics.merge(…)`, or choose another name."),
                )  # fmt: skip

    @contextmanager
    def _without_circle(self, name: str) -> Iterator[None]:
        """Say what the database refused: somebody else moved a topic at the same moment."""
        try:
            yield
        except StoreError as error:
            if "topics_circle" in error.message:
                raise self._circle(name, name) from error
            if "topics_depth" in error.message:
                raise Invalid(
                    _("“{name}” would lie too deep.", name=name),
                    [Problem("parent", _("a tree of topics has at most {n} levels", n=DEEPEST))],
                    next_step=_("Put it further up."),
                ) from error
            if "topics_owner" in error.message:
                raise Invalid(
                    _("“{name}” would lie in somebody else's tree.", name=name),
                    [Problem("parent", _("the topic above belongs to another person"))],
                    next_step=_("Choose one of your own topics."),
                ) from error
            raise

    def _circle(self, name: str, way: str) -> Invalid:
        return Invalid(
            _("“{name}” cannot lie below itself.", name=name),
            [Problem("parent", _("this would be a circle: {circle}", circle=f"{way} → {name}"))],
            next_step=_("Move the lower one out first: `lab.knowledge.topics.move(…)`."),
        )


def _move_entries(joined: "Joined", old: UUID, new: UUID | None) -> int:
    """Entries go from one topic to another, in one statement."""
    from sqlalchemy import update

    from pgc_lib.core.tables import table_of

    table = table_of(Entry)
    with joined.writing() as connection:
        done = connection.execute(update(table).where(table.c.topic == old).values(topic=new))
        return int(done.rowcount)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.strip().casefold()


def _unknown(which: str) -> NotFound:
    return NotFound(
        _("There is no topic “{name}”.", name=which[:200]),
        next_step=_("`lab.knowledge.topics.tree()` shows all; `at(path, create=True)` makes one."),
    )


def _several(which: str, paths: list[str]) -> Invalid:
    return Invalid(
        _("There are several topics “{name}”.", name=which[:200]),
        [Problem("topic", path) for path in sorted(paths)],
        next_step=_("Name it by its path."),
    )
