"""Undoing: exactly what was done, as a whole or not at all, and back again."""

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.errors import Conflict, Denied, NotFound
from pgc_lib.stores.timetravel import as_of
from tests.support.lab import House, Person, share
from tests.support.things import THINGS, Things


def test_each_verb_is_undone_and_redone(mine: Things) -> None:
    """Insert, update and delete go back exactly; undoing the undo brings the change again."""
    ids = mine.add({"name": "a", "amount": Decimal("1.5")}, {"name": "b", "more": {"x": [1, None]}})
    start = mine.fields()
    mine.set(*ids, name="c", amount=None, seen=datetime(2026, 5, 1, 8, tzinfo=UTC))
    later = mine.fields()
    undone = mine.history.undo(mine.last())
    assert (undone.rows, undone.change.verb, mine.fields()) == (2, "update", start)
    assert undone.change.undoes and undone.change.undoes < undone.change.id
    mine.history.undo(undone)
    assert mine.fields() == later

    created = {id: row["created_at"] for id, row in mine.rows().items()}
    mine.drop(*ids)
    removal = mine.last()
    back = mine.history.undo(removal)
    assert (back.change.verb, mine.fields()) == ("insert", later)
    assert {id: row["created_at"] for id, row in mine.rows().items()} == created
    assert {row["version"] for row in mine.rows().values()} == {6}, "the removal was a version too"
    mine.history.undo(back.change)
    assert mine.fields() == {}
    with pytest.raises(Conflict):
        mine.history.undo(back.change)


def test_undoing_twice_says_so(mine: Things) -> None:
    """The second time there is nothing to do, which is not the same as success."""
    id = mine.add(name="a")
    mine.set(id, name="b")
    change = mine.last()
    mine.history.undo(change)
    with pytest.raises(Conflict, match="undone already"):
        mine.history.undo(change)
    with pytest.raises(Conflict, match="undone already"):
        mine.history.undo(change, force=True)
    with pytest.raises(NotFound):
        mine.history.undo(2**40)


def test_what_others_changed_since_is_not_overwritten(mine: Things, person: Person) -> None:
    """The whole undo is refused, with how many and which, and nothing of it is done; unless forced."""
    papa = Things(person("papa"))
    share(mine.session, papa.session, "trial", "edit")
    ids = mine.add(*[{"name": "a"} for _ in range(5)])
    mine.set(*ids, name="b")
    change = mine.last()
    papa.set(ids[3], name="papa's")
    with pytest.raises(Conflict) as refused:
        mine.history.undo(change)
    assert "1 of 5" in str(refused.value) and str(ids[3]) in str(refused.value)
    assert [row["name"] for row in mine.rows().values()].count("b") == 4
    assert mine.history.undo(change, force=True).rows == 5
    assert {row["name"] for row in mine.rows().values()} == {"a"}
    assert papa.history.recent(limit=1)[0].actor == mine.session.person


def test_a_change_that_was_taken_back_in_between_is_no_obstacle(
    mine: Things, person: Person
) -> None:
    """Only what is different now counts, not what happened meanwhile."""
    papa = Things(person("papa"))
    share(mine.session, papa.session, "trial", "edit")
    id = mine.add(name="a")
    mine.set(id, name="b")
    change = mine.last()
    papa.set(id, name="c")
    papa.history.undo(papa.last())
    mine.history.undo(change)
    assert mine.rows()[id]["name"] == "a"


def test_a_removal_is_a_change_since(mine: Things) -> None:
    """An update to a record that is gone is undone only when forced, which brings the record back."""
    id = mine.add(name="a")
    mine.set(id, name="b")
    change = mine.last()
    mine.drop(id)
    with pytest.raises(Conflict):
        mine.history.undo(change)
    mine.history.undo(change, force=True)
    assert mine.rows()[id]["name"] == "a"


def test_a_batch_is_undone_as_one_whatever_it_did(mine: Things) -> None:
    """An import that adds, renews and removes goes back in one step, and forth again."""
    kept = mine.add(*[{"name": f"old{n}", "code": f"k{n}"} for n in range(3)])
    start, batch = mine.fields(), new_id()
    new = mine.add(*[{"name": f"new{n}"} for n in range(130)], batch=batch)
    mine.set(kept[0], new[0], name="renewed", batch=batch)
    mine.set(kept[0], name="renewed again", batch=batch)
    mine.add({"name": "more"}, batch=batch)
    with mine.session.writing(batch=batch) as connection:
        connection.execute(THINGS.delete().where(THINGS.c.id.in_([kept[1], new[1]])))
    end = mine.fields()
    undone = mine.history.undo_batch(batch)
    assert mine.fields() == start
    assert {change.undoes_batch for change in undone.changes} == {batch}
    with pytest.raises(Conflict, match="undone already"):
        mine.history.undo_batch(batch)
    mine.history.undo(undone)
    assert mine.fields() == end
    mine.history.undo_batch(batch)
    assert mine.fields() == start
    with pytest.raises(NotFound):
        mine.history.undo_batch(new_id())


def test_a_batch_of_which_a_part_was_undone_goes_back_with_the_rest(mine: Things) -> None:
    """One's own undo of a part is not somebody else's change."""
    id = mine.add(name="a")
    batch = new_id()
    mine.set(id, name="b", batch=batch)
    mine.set(id, name="c", batch=batch)
    mine.history.undo(mine.last())
    assert mine.rows()[id]["name"] == "b"
    mine.history.undo_batch(batch)
    assert mine.rows()[id]["name"] == "a"


def test_one_of_two_inserts_of_a_batch_is_undone_alone(mine: Things) -> None:
    """Rows carry the batch, not the change; the change still finds its own."""
    batch = new_id()
    first = mine.add(*[{"name": "1"} for _ in range(120)], batch=batch)
    change = mine.last()
    second = mine.add(*[{"name": "2"} for _ in range(110)], batch=batch)
    mine.history.undo(change)
    assert set(mine.rows()) == set(second) and not set(mine.rows()) & set(first)


def test_rows_that_came_back_are_not_taken_for_the_batch_that_brought_them(mine: Things) -> None:
    """The redo of one removal must not be undone as a whole import."""
    batch = new_id()
    ids = mine.add(*[{"name": "1"} for _ in range(120)], batch=batch)
    mine.drop(ids[0])
    back = mine.history.undo(mine.last())
    assert mine.history.undo(back).rows == 1
    assert len(mine.rows()) == 119


def test_a_key_that_is_taken_now_is_a_conflict(mine: Things) -> None:
    """What no longer fits is explained; nothing of the undo stays."""
    ids = mine.add({"name": "a", "code": "k1"}, {"name": "b", "code": "k2"})
    mine.drop(*ids)
    removal = mine.last()
    mine.add(name="other", code="k2")
    with pytest.raises(Conflict, match="things_own_key"):
        mine.history.undo(removal)
    assert [row["name"] for row in mine.rows().values()] == ["other"]


def test_keys_may_change_places(mine: Things) -> None:
    """Undoing removes before it sets and sets before it brings back, so keys are free in time."""
    first = mine.add(name="a", code="k1")
    batch = new_id()
    with mine.session.writing(batch=batch) as connection:
        connection.execute(THINGS.delete().where(THINGS.c.id == first))
    mine.add({"name": "b", "code": "k1"}, batch=batch)
    mine.history.undo_batch(batch)
    assert [(row["name"], row["code"]) for row in mine.rows().values()] == [("a", "k1")]


def test_a_column_that_came_later_gets_its_default(house: House, mine: Things) -> None:
    """A record removed before a migration comes back after it; what the column was not, nobody changed."""
    id, other = mine.add({"name": "a"}, {"name": "o"})
    mine.drop(id)
    removal = mine.last()
    mine.set(other, name="p")
    update = mine.last()
    with psycopg.connect(house.owner_url, autocommit=True) as owner:
        owner.execute("alter table trial.things add column later text not null default 'x'::text")
        owner.execute("call pgc.guard('trial.things', 'trial', 'things')")
        try:
            mine.history.undo(removal)
            mine.history.undo(update)
            with mine.session.reading() as connection:
                found = connection.execute(
                    text("select id, name, later from trial.things order by name")
                )
                assert [tuple(row) for row in found] == [(id, "a", "x"), (other, "o", "x")]
        finally:
            owner.execute("alter table trial.things drop column later")


def test_undoing_while_another_writes_loses_neither(mine: Things) -> None:
    """The other's row lock is held while the undo compares; whoever comes second is told."""
    id = mine.add(name="a")
    mine.set(id, name="b")
    change, outcome = mine.last(), []

    def undo() -> None:
        try:
            mine.history.undo(change)
            outcome.append("undone")
        except Conflict as refused:
            outcome.append(str(refused))

    with mine.session.writing() as connection:
        connection.execute(THINGS.update().where(THINGS.c.id == id).values(name="c"))
        other = threading.Thread(target=undo)
        other.start()
        time.sleep(0.3)
        assert not outcome, "it waits for the row"
    other.join()
    assert "very moment" in outcome[0]
    assert mine.rows()[id]["name"] == "c"


def test_an_attachment_is_marked_and_a_comment_removed(mine: Things) -> None:
    """What hangs on a record is undone in its own table, and no bytes are lost."""
    record = new_id()
    with mine.session.writing() as connection:
        connection.execute(
            text(
                "insert into pgc.attachments (area, kind, record, name, size, sha256) "
                "values ('trial', 'trial.things', :record, 'a.txt', 1, sha256('x'))"
            ),
            {"record": record},
        )
    attached = mine.history.undo(mine.last())
    with mine.session.reading() as connection:
        assert connection.execute(
            text("select removed_at is not null from pgc.attachments where record = :r"),
            {"r": record},
        ).scalar()
    mine.history.undo(attached)
    with mine.session.reading() as connection:
        assert connection.execute(
            text("select removed_at is null from pgc.attachments where record = :r"), {"r": record}
        ).scalar()
    with mine.session.writing() as connection:
        connection.execute(
            text(
                "insert into pgc.comments (area, kind, record, body) values ('trial', 'trial.things', :r, 'hm')"
            ),
            {"r": record},
        )
    removed = mine.history.undo(mine.last())
    assert (removed.change.kind, removed.change.verb) == ("trial.things/comments", "delete")
    mine.history.undo(removed)


def test_the_settings_of_a_session_cannot_forge_what_was_undone(
    mine: Things, person: Person
) -> None:
    """`undoes` is what history says of the same owner; anything else is dropped, nothing fails."""
    papa = Things(person("papa"))
    papa.add(name="papa's")
    foreign = papa.last().id
    with mine.session.writing(undoes=foreign) as connection:
        connection.execute(
            text("select set_config('pgc.undoes_batch', :b, true)"), {"b": str(new_id())}
        )
        connection.execute(THINGS.insert().values(id=new_id(), name="x"))
    assert (mine.last().undoes, mine.last().undoes_batch) == (None, None)


def test_a_look_at_the_past_undoes_nothing(mine: Things) -> None:
    """The lab as it was is for reading."""
    mine.add(name="a")
    with pytest.raises(Denied):
        History(mine.session.as_of(datetime.now(UTC))).undo(mine.last())


# ── the past, whatever happened since ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(6))
def test_the_past_is_what_a_plain_model_said_then(mine: Things, seed: int) -> None:
    """Whatever is added, changed, removed, undone and redone, each moment stays as it was."""
    model = Model(mine, random.Random(seed))
    for _step in range(40):
        model.step()
        assert mine.fields() == model.rows
        model.moments.append((mine.now(), dict(model.rows)))
    for moment, expected in model.moments:
        assert mine.fields(as_of(THINGS, "trial", "things", moment)) == expected
    assert model.outcomes["undone"] > 3, model.outcomes


class Model:
    """What the rows should be, kept in a dictionary beside the database."""

    def __init__(self, mine: Things, dice: random.Random) -> None:
        self.mine, self.dice = mine, dice
        self.rows: dict[UUID, dict[str, Any]] = {}
        self.moments: list[tuple[datetime, dict[UUID, dict[str, Any]]]] = []
        self.done: list[tuple[Callable[..., Any], Any, dict[UUID, tuple[Any, Any]]]] = []
        self.outcomes = {"undone": 0, "refused": 0}

    def step(self) -> None:
        before = dict(self.rows)
        verb = self.dice.choices(
            (self.add, self.set, self.drop, self.batch, self.undo), (3, 4, 2, 1, 5)
        )[0]
        verb(before)

    def note(self, how: Callable[..., Any], what: Any, before: dict[UUID, Any]) -> None:
        touched = {
            id: (before.get(id), self.rows.get(id))
            for id in before.keys() | self.rows.keys()
            if before.get(id) != self.rows.get(id)
        }
        if touched:
            self.done.append((how, what, touched))

    def values(self) -> dict[str, Any]:
        return {
            "name": self.dice.choice(["a", "b", "蓝", ""]),
            "amount": self.dice.choice([None, Decimal("1.5000"), Decimal("-2.2500")]),
            "seen": None,
            "tags": self.dice.choice([None, [], ["x"], ["x", "y"]]),
            "more": self.dice.choice([None, {}, {"k": 1}]),
            "code": None,
        }

    def some(self) -> list[UUID]:
        return self.dice.sample(sorted(self.rows), self.dice.randint(1, min(3, len(self.rows))))

    def add(self, before: dict[UUID, Any], batch: UUID | None = None) -> None:
        new = [self.values() for _ in range(self.dice.choice([1, 1, 2, 4]))]
        ids = self.mine.add(*new, batch=batch)
        self.rows |= dict(zip(ids, new, strict=True))
        if not batch:
            self.note(self.mine.history.undo, self.mine.last(), before)

    def set(self, before: dict[UUID, Any], batch: UUID | None = None) -> None:
        if self.rows:
            ids, new = self.some(), self.values()
            self.mine.set(*ids, batch=batch, **new)
            self.rows |= dict.fromkeys(ids, new)
            if not batch:
                self.note(self.mine.history.undo, self.mine.last(), before)

    def drop(self, before: dict[UUID, Any]) -> None:
        if self.rows:
            ids = self.some()
            self.mine.drop(*ids)
            self.rows = {id: row for id, row in self.rows.items() if id not in ids}
            self.note(self.mine.history.undo, self.mine.last(), before)

    def batch(self, before: dict[UUID, Any]) -> None:
        batch = new_id()
        self.add(before, batch)
        self.set(before, batch)
        self.add(before, batch)
        self.note(self.mine.history.undo_batch, batch, before)

    def undo(self, before: dict[UUID, Any]) -> None:
        if not self.done:
            return
        how, what, touched = self.dice.choice(self.done[-4:])
        as_left = all(self.rows.get(id) == new for id, (_old, new) in touched.items())
        nothing = all(self.rows.get(id) == old for id, (old, _new) in touched.items())
        force = self.dice.random() < 0.3
        try:
            undone = how(what, force=force)
        except Conflict:
            assert nothing or not (as_left or force)
            self.outcomes["refused"] += 1
            return
        assert not nothing
        for id, (old, _new) in touched.items():
            if old is None:
                self.rows.pop(id, None)
            else:
                self.rows[id] = old
        self.note(self.mine.history.undo, undone, before)
        self.outcomes["undone"] += 1


# ── at scale ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_large_import_is_one_line_and_is_undone_as_one(
    mine: Things, record_property: Callable[[str, object], None]
) -> None:
    """An import of any size is one line of history, one event, and one step back."""
    batch, times = new_id(), {}

    def timed(name: str, action: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        result = action()
        times[name] = round(time.perf_counter() - began, 1)
        return result

    def load() -> None:
        with mine.session.writing(batch=batch) as connection:
            connection.execute(
                text(
                    "insert into trial.things (batch, name, amount, tags) "
                    "select :batch, 'n' || n, n, array['x'] from generate_series(1, 200000) n"
                ),
                {"batch": batch},
            )

    timed("insert", load)
    assert [(change.verb, change.rows) for change in mine.history.recent()] == [("insert", 200_000)]
    undone = timed("undo", lambda: mine.history.undo_batch(batch))
    assert undone.rows == 200_000 and mine.rows() == {}
    assert [(change.verb, change.rows) for change in undone.changes] == [("delete", 200_000)]
    record_property("seconds", times)
