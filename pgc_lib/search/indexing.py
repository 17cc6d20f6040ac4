"""The index is brought from what waits to now: idempotent, and whole or not at all.

Each committed change of a person has a line in `pgc.search_waiting` (`0009_search.sql`). A step reads lines, reads the
records as they are *now*, writes their entries and deletes the lines, all in one transaction: killed in between,
the lines still wait. Since it is the record that is read and not the change, order and repetition do not matter, and
what was removed or undone is simply not there.

A rebuild makes a new generation of entries beside the one that is searched, and then switches. Steps and
rebuild hold the row of the person's state, so none of them reads a record and writes it when it is gone.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core import places
from pgc_lib.core.session import Session
from pgc_lib.core.shown import card
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _
from pgc_lib.search import entries
from pgc_lib.search.asking import asking
from pgc_lib.search.gathering import is_searched
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from pgc_lib.core.collection import Collection

LINES = 200
"""Changes that one step takes up."""

RECORDS = 500
"""Records that are read and written at a time."""

_LAG = """
    select count(w.change) as waiting, min(c.at) as since,
           case when max(s.model) is distinct from :model and :model <> ''
                then (select count(*) from pgc.search_entries e where e.owner = pgc.me() and e.generation = max(s.generation))
                else (select count(*) from pgc.search_unread u where u.owner = pgc.me()) end as unread,
           coalesce(max(s.generation), 0) > 0 as built, max(s.building) is not null as building
    from (select) one
    left join pgc.search_states s on s.owner = pgc.me()
    left join pgc.search_waiting w on w.owner = pgc.me() and w.due <= now()
    left join pgc.changes c on c.id = w.change"""
_WAITING = """
    select c.id, c.kind, c.verb, c.batch, c.records, c.undoes, c.token is not null as noted, w.change
    from pgc.search_waiting w left join pgc.changes c on c.id = w.change
    where w.owner = pgc.me() and w.due <= now() order by w.change limit :limit"""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the index is behind."""

    waiting: int
    """Changes that are not in it yet."""
    since: datetime | None
    """When the first of them was made."""
    unread: int
    """Entries whose meaning was not computed yet."""
    built: bool
    """Whether the index was made at all."""
    building: bool
    """Whether a new one is being made beside it."""

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Changes that are not found yet"): self.waiting,
            _("Oldest change"): self.since,
            _("Entries that are not found by meaning yet"): self.unread,
            _("Made for the first time"): not self.built,
            _("Being made anew"): self.building,
        }

    def _repr_html_(self) -> str:
        return card(self._shown_())


@dataclass(frozen=True, slots=True)
class _Step:
    """What a step took up."""

    lines: int
    more: bool
    """Whether there may be more: what came while it worked is for whoever asks next."""


class Indexer:
    """Keeps one person's index; works with the person's own login and for their records alone."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._known: dict[str, Collection[Any] | None] = {}

    def lag(self, model: str = "") -> Lag:
        """How far the index is behind."""
        from sqlalchemy import text

        with self.session.reading() as connection:
            row = connection.execute(text(_LAG), {"model": model}).mappings().one()
            return Lag(**row)

    def standing(self, connection: "Connection") -> tuple[bool, bool]:
        """Whether the index was made, and whether something waits; quicker than the whole truth."""
        from sqlalchemy import text

        question = text(
            "select exists (select from pgc.search_states where owner = pgc.me() and generation > 0), "
            "exists (select from pgc.search_waiting where owner = pgc.me() and due <= now())"
        )
        built, behind = connection.execute(question).one()
        return bool(built), bool(behind)

    def is_unread(self, connection: "Connection", model: str) -> bool:
        """Whether what some entry means is still to be computed."""
        from sqlalchemy import text

        question = text(
            "select exists (select from pgc.search_states where owner = pgc.me() and model <> :model) "
            "and exists (select from pgc.search_entries where owner = pgc.me()) "
            "or exists (select from pgc.search_unread where owner = pgc.me())"
        )
        return bool(connection.execute(question, {"model": model}).scalar_one())

    def catch_up(self, *, seconds: float = float("inf"), wait: bool = True) -> int:
        """Bring the index up to date; how many changes it took up.

        It ends after `seconds`, whatever waits still. Where another process is at it, `wait` for that or leave it
        to that.
        """
        end = time.monotonic() + seconds
        done = 0
        while (step := self._step(wait=wait, end=end)) is not None:
            done += step.lines
            if not step.more or time.monotonic() >= end:
                break
        return done

    def rebuild(self, *, anew: bool = True) -> int:
        """Make the index anew beside the one that is searched, then switch; how many entries it has."""
        first = anew
        while self._build(anew=first, end=float("inf")) is None:
            first = False
        self.catch_up()
        from sqlalchemy import text

        counted = text(
            "select count(*) from pgc.search_entries e join pgc.search_states s "
            "on s.owner = e.owner and s.generation = e.generation where e.owner = pgc.me()"
        )
        with self.session.reading() as connection:
            return int(connection.execute(counted).scalar_one())

    # ── what waits ──────────────────────────────────────────────────────────────────────────────────────

    def _step(self, *, wait: bool, end: float) -> "_Step | None":
        """Some of what waits; None when nothing does, or somebody else is at it."""
        from sqlalchemy import text

        with self._holding(wait=wait) as held:
            if held is None:
                return None
            connection, state = held
            if state.generation == 0:
                built = True
            else:
                built = False
                lines = connection.execute(text(_WAITING), {"limit": LINES}).all()
                if not lines:
                    return None
                generations = [each for each in (state.generation, state.building) if each]
                for kind, (collection, ids) in self._concerned(connection, lines).items():
                    self._renew(connection, kind, collection, ids, generations)
                connection.execute(
                    text("delete from pgc.search_waiting where change = any (:done)"),
                    {"done": [line.change for line in lines]},
                )
        if built:
            return self._first_build(end)
        return _Step(len(lines), more=len(lines) == LINES)

    def _first_build(self, end: float) -> "_Step":
        """The first time there is nothing to search yet, so the index is made now, as far as time allows."""
        while self._build(anew=False, end=end) is None:
            if time.monotonic() >= end:
                return _Step(0, more=True)
        return _Step(1, more=True)

    def _concerned(
        self, connection: "Connection", lines: "Sequence[Row[Any]]"
    ) -> "dict[str, tuple[Collection[Any], set[UUID]]]":
        """Which records the changes are about, by kind, and where they are kept."""
        found: dict[str, tuple[Collection[Any], set[UUID]]] = {}
        passed: set[str] = set()
        for line in lines:
            kind, _slash, beside = (line.kind or "").partition("/")
            if kind and kind not in found and kind not in passed:
                collection = self._collection(kind)
                if collection is None:
                    passed.add(kind)
                else:
                    found[kind] = collection, set()
            if kind not in found:
                continue
            collection, ids = found[kind]
            if beside == "comments":
                ids |= entries.commented(connection, line.change, line.records or ())
            elif beside:
                continue
            elif line.records is not None:
                ids |= set(line.records)
            else:
                ids |= self._unnamed(connection, collection, line)
        return found

    def _unnamed(
        self, connection: "Connection", collection: "Collection[Any]", line: "Row[Any]"
    ) -> set[UUID]:
        """The records of a change that has too many to name them."""
        from sqlalchemy import text

        if line.noted:  # in MongoDB no images are kept here: whatever differs is meant
            return self._differing(connection, collection)
        if line.verb == "insert":
            rows = collection.frame(columns=["id"], owner=self.session.person, batch=line.batch)
            return {UUID(id) for id in rows["id"]}
        images = text("select record from pgc.images where change = :change")
        return set(connection.execute(images, {"change": line.change}).scalars())

    def _differing(self, connection: "Connection", collection: "Collection[Any]") -> set[UUID]:
        known = entries.versions(connection, collection.spec.kind)
        rows = collection.frame(columns=["id", "version"], owner=self.session.person)
        there = {UUID(id): version for id, version in rows.iter_rows()}
        return {id for id in known.keys() | there.keys() if known.get(id, -1) != there.get(id, -2)}

    def _renew(
        self,
        connection: "Connection",
        kind: str,
        collection: "Collection[Any]",
        ids: Iterable[UUID],
        generations: Sequence[int],
    ) -> None:
        for some in _batched(sorted(ids), RECORDS):
            found = collection.find(col("id").is_in(some), owner=self.session.person)
            there = {record.id for record in found}
            entries.remove(connection, kind, [id for id in some if id not in there])
            entries.keep(connection, self.session.person, kind, found, generations)

    # ── anew ────────────────────────────────────────────────────────────────────────────────────────────

    def _build(self, *, anew: bool, end: float) -> bool | None:
        """A stretch of a new generation, some records at a time; True when it was switched to."""
        from sqlalchemy import text

        with self._holding(wait=True) as held:
            assert held is not None  # it waits
            connection, state = held
            if not anew and state.building is None and state.generation:
                return True  # made by somebody else while this waited
            # Asked for only now: what was true before this waited would make an index without what came since.
            kinds = self._kinds()
            if anew or state.building is None:
                entries.drop_generations(connection, keep=state.generation)
                building = max(state.generation, state.building or 0) + 1
                reached: dict[str, Any] = {"kind": kinds[0] if kinds else "", "after": None}
            else:
                building, reached = state.building, dict(state.reached)
            begun = time.monotonic()
            while reached["kind"]:
                reached = self._stretch(connection, kinds, reached, building)
                if time.monotonic() >= min(end, begun + 1):
                    break
            if reached["kind"]:
                entries.note_state(connection, building=building, reached=reached)
                return None
            connection.execute(
                text(
                    "update pgc.search_states set generation = :building, building = null, reached = null, "
                    "built_at = now() where owner = pgc.me()"
                ),
                {"building": building},
            )
            entries.drop_generations(connection, keep=building)
        return True

    def _stretch(
        self,
        connection: "Connection",
        kinds: Sequence[str],
        reached: Mapping[str, Any],
        building: int,
    ) -> dict[str, Any]:
        kind = reached["kind"]
        collection = self._collection(kind)
        after = None
        if collection is not None:
            page = collection.page(
                owner=self.session.person, order="id", limit=RECORDS, after=reached["after"]
            )
            entries.keep(connection, self.session.person, kind, page.records, [building])
            after = page.next
        if after is not None:
            return {"kind": kind, "after": after}
        following = [each for each in kinds if each > kind]
        return {"kind": following[0] if following else "", "after": None}

    # ── between ─────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _holding(self, *, wait: bool) -> "Iterator[tuple[Connection, Row[Any]] | None]":
        """The person's state, locked; None when somebody else has it and one does not wait."""
        from sqlalchemy import text

        # A crash of the machine may take an entry back, but then its line as well: nobody waits for the disk.
        held = (
            "select *, set_config('synchronous_commit', 'off', true) from pgc.search_states "
            f"where owner = pgc.me() for update{'' if wait else ' skip locked'}"
        )
        made = "insert into pgc.search_states (owner) values (pgc.me()) on conflict do nothing"
        with self.session.writing() as connection:
            row = connection.execute(text(held)).first()
            if row is None and connection.execute(text(made)).rowcount:
                row = connection.execute(text(held)).first()
            yield None if row is None else (connection, row)

    def _collection(self, kind: str) -> "Collection[Any] | None":
        """Where records of a kind are kept; None where nothing of it is searched."""
        found = self._known.get(kind)
        if found is None and kind not in self._known:
            try:
                found = places.collection_of(self.session, kind)
            except NotFound:  # a kind of one's own that is defined no more, or an area that is gone
                return None
            if not is_searched(found.spec):
                found = None
            if not kind.startswith("kinds."):  # whose definition may change at any time
                self._known[kind] = found
        return found

    def _kinds(self) -> list[str]:
        """Every kind of which the person has or had something to search, in order: history knows."""
        from sqlalchemy import text

        told = text("select distinct kind from pgc.changes where owner = pgc.me()")
        with asking(self.session) as connection:
            kinds = {kind.partition("/")[0] for kind in connection.execute(told).scalars()}
        return sorted(kind for kind in kinds if self._collection(kind) is not None)


def _batched(ids: Sequence[UUID], n: int) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while some := list(islice(rest, n)):
        yield some
