"""Tags over whole collections: how often each is used, and renaming, merging or removing one everywhere at once.

    Tagging(session, [lab.knowledge.entries]).rename("ML", "machine learning")

Any collection with a list `tags` will do, tables and documents alike; several are one batch. A tag `a/b` lies within
`a` and goes with it. Only one's own records are changed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Told
from pgc_lib.errors import Conflict, Invalid, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

FIELD = "tags"
_ROUNDS = 5
"""How often what others change meanwhile is looked at anew."""
_LONGEST = 200

Change = Callable[[str], "str | None"]
"""What a tag becomes; None takes it away."""


@dataclass(frozen=True, slots=True)
class Retagged(Told):
    """What a change of tags did; `lab.history.undo_batch(batch)` takes it back."""

    batch: UUID
    changed: int

    def _shown_(self) -> dict[str, Any]:
        return {_("Changed"): self.changed, _("Batch"): self.batch}


def clean(tag: str) -> str:
    """A tag as it is kept: without `#`, blanks at its ends and empty steps."""
    steps = [step.strip() for step in tag.strip().lstrip("#＃").split("/")]
    name = "/".join(step for step in steps if step)
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise Invalid(
            _("“{tag}” cannot be a tag.", tag=tag[:50]),
            [Problem("tag", _("a tag has 1 to {n} characters on one line", n=_LONGEST), tag[:50])],
            next_step=_("Choose a short name, such as 育儿 or work/idea."),
        )
    return name


class Tagging:
    """The tags of some collections."""

    def __init__(self, session: Session, collections: Iterable[Collection[Any]]) -> None:
        self.session = session
        self.collections = [each for each in collections if FIELD in each.spec.fields]

    def counts(self, *, owner: UUID | None = None) -> "pl.DataFrame":
        """Each tag with how many records carry it, the most used first; `owner` names somebody who granted it."""
        import polars as pl

        found: Counter[str] = Counter()
        for collection in self.collections:
            for tags in self._frame(collection, owner)[FIELD].to_list():
                found.update(dict.fromkeys(tags or (), 1))
        lines = sorted(found.items(), key=lambda line: (-line[1], line[0]))
        return pl.DataFrame(lines, schema={"tag": pl.String, "count": pl.Int64}, orient="row")

    def rename(self, old: str, new: str) -> Retagged:
        """Give a tag another name wherever it is used, and what lies within it with it."""
        return self.merge([old], new)

    def merge(self, tags: Sequence[str], into: str) -> Retagged:
        """Make one tag of several; a record that had more than one of them has it once."""
        if isinstance(tags, str):
            tags = [tags]
        target, sources = clean(into), [tag.strip().lstrip("#＃") for tag in tags]

        def change(tag: str) -> str:
            for old in sources:
                if tag == old:
                    return target
                if tag.startswith(f"{old}/") and not target.startswith(f"{old}/"):
                    return target + tag[len(old) :]
            return tag

        return self.change(change)

    def remove(self, tag: str) -> Retagged:
        """Take a tag away wherever it is used; the records stay, and so do tags within it."""
        gone = tag.strip().lstrip("#＃")
        return self.change(lambda each: None if each == gone else each)

    def change(self, change: Change) -> Retagged:
        """Change every tag by a function, all in one batch."""
        from pgc_lib.core.together import together

        batch = new_id()
        changed = 0
        with together(self.session, batch) as joined:
            for collection in self.collections:
                changed += self._change(Collection(joined, collection.record), collection, change)
        return Retagged(batch, changed)

    def _change(self, joined: Collection[Any], outside: Collection[Any], change: Change) -> int:
        """Change one collection; what somebody else changes meanwhile is looked at anew."""
        done: set[str] = set()
        for _round in range(_ROUNDS):
            rows = []
            for id, tags in self._frame(outside).iter_rows():
                made = _changed(tags or [], change)
                if id not in done and made != (tags or []):
                    rows.append((id, made, tags))
            if rows:
                done |= _write(joined, rows)
            if all(id in done for id, _new, _old in rows):
                return len(done)
        raise Conflict(
            _("Somebody changes these records all the time; no tag was changed."),
            next_step=_("Try again in a moment."),
        )

    def _frame(self, collection: Collection[Any], owner: UUID | None = None) -> "pl.DataFrame":
        return collection.frame(columns=["id", FIELD], owner=owner or self.session.person)


def _changed(tags: Sequence[str], change: Change) -> list[str]:
    made = (change(tag) for tag in tags)
    return list(dict.fromkeys(tag for tag in made if tag is not None))


def _write(joined: Collection[Any], rows: "list[tuple[str, list[str], list[str]]]") -> set[str]:
    """Write the tags of records that still have those that were read; the ids that were written."""
    if joined.spec.kept_in == "documents":
        done = set()
        for id, new, old in rows:
            kept = joined.get(id)
            if list(getattr(kept, FIELD)) == old:
                changes: dict[str, Any] = {FIELD: new}
                joined.update(kept, **changes)
                done.add(id)
        return done
    import polars as pl

    from pgc_lib.core.amending import WAS, amend_many

    texts = pl.List(pl.String())
    frame = pl.DataFrame(
        {
            "id": pl.Series([id for id, _new, _old in rows], dtype=pl.String),
            FIELD: pl.Series([new for _id, new, _old in rows], dtype=texts),
            WAS + FIELD: pl.Series([old for _id, _new, old in rows], dtype=texts),
        }
    )
    with joined.session.writing() as connection:
        return {id.hex for id in amend_many(connection, joined.spec, frame)}
