"""History as a person sees it: complete, told field by field, undone as a whole or not at all."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, NUMERIC, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as SqlUuid

from pgc_lib.core.changes import HIDDEN, Change
from pgc_lib.core.crypto import Cipher
from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.targets import target_of
from pgc_lib.errors import Conflict, Denied, NotFound
from pgc_lib.stores.timetravel import as_of
from tests.support.lab import House, Person, house, person, share  # noqa: F401

KIND = "trial.things"
MOMENT = TIMESTAMP(timezone=True)
THINGS = Table(
    "things",
    MetaData(),
    Column("id", SqlUuid(), primary_key=True),
    Column("owner", SqlUuid()),
    Column("batch", SqlUuid()),
    Column("version", Integer),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
    Column("name", Text),
    Column("amount", NUMERIC(18, 4)),
    Column("seen", MOMENT),
    Column("tags", ARRAY(Text())),
    Column("more", JSONB(none_as_null=True)),
    Column("code", Text),
    schema="trial",
)
FIELDS = ("name", "amount", "seen", "tags", "more", "code")
_CREATE = """
create schema trial;
grant usage on schema trial to pgc_person;
create table trial.things (
    id uuid primary key default pgc.new_id(), owner uuid not null default pgc.me(), batch uuid,
    version int not null default 1, created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    name text not null, amount numeric(18, 4), seen timestamptz, tags text[], more jsonb, code text,
    name_length int generated always as (length(name)) stored
);
create unique index things_own_key on trial.things (owner, code);
call pgc.guard('trial.things', 'trial', 'things');
"""


@pytest.fixture(scope="module", autouse=True)
def things(house: House) -> Iterator[None]:  # noqa: F811
    """A table of records beside those of the product."""
    with psycopg.connect(house.owner_url, autocommit=True) as owner:
        owner.execute(_CREATE)
        yield
        owner.execute("drop schema trial cascade")


class Things:
    """One person's things, with every statement spelled out."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.history = History(session)

    def add(self, *rows: dict[str, Any], batch: UUID | None = None, **fields: Any) -> Any:
        """Insert rows in one statement; the ids, or the one id of `add(name=…)`."""
        given = [
            {"id": new_id(), "batch": batch} | dict.fromkeys(FIELDS) | row
            for row in rows or [fields]
        ]
        with self.session.writing(batch=batch) as connection:
            connection.execute(THINGS.insert().values(given))
        ids = [row["id"] for row in given]
        return ids if rows else ids[0]

    def set(self, *ids: UUID, batch: UUID | None = None, **fields: Any) -> None:
        with self.session.writing(batch=batch) as connection:
            connection.execute(THINGS.update().where(THINGS.c.id.in_(ids)).values(**fields))

    def drop(self, *ids: UUID) -> None:
        with self.session.writing() as connection:
            connection.execute(THINGS.delete().where(THINGS.c.id.in_(ids)))

    def rows(self, source: Any = THINGS) -> dict[UUID, dict[str, Any]]:
        with self.session.reading() as connection:
            query = select(source).where(source.c.owner == self.session.person)
            found = [dict(row) for row in connection.execute(query).mappings()]
        assert len({row["id"] for row in found}) == len(found), "a row is there twice"
        return {row["id"]: row for row in found}

    def fields(self, source: Any = THINGS) -> dict[UUID, dict[str, Any]]:
        """The rows without what the store keeps beside them."""
        return {id: {name: row[name] for name in FIELDS} for id, row in self.rows(source).items()}

    def last(self) -> Change:
        return self.history.recent(limit=1)[0]

    def now(self) -> datetime:
        with self.session.reading() as connection:
            return connection.execute(text("select clock_timestamp()")).scalar_one()


@pytest.fixture
def mine(person: Person) -> Things:  # noqa: F811
    """A new person's things."""
    return Things(person("mama"))


# ── telling ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_record_tells_its_life_field_by_field(mine: Things) -> None:
    """Who changed what, when, from what to what: nothing of a record's life is lost."""
    id = mine.add(name="Kite", amount=Decimal("12.5"))
    mine.set(id, name="风筝", tags=["红"])
    mine.drop(id)
    removed, changed, added = mine.history.of(KIND, id)
    assert [change.verb for change in (removed, changed, added)] == ["delete", "update", "insert"]
    assert {change.actor for change in (removed, changed, added)} == {mine.session.person}
    assert added.at < changed.at < removed.at
    told = {each.field: (each.old, each.new) for each in added.differences}
    assert told["name"] == (None, "Kite") and told["amount"] == (None, Decimal("12.5"))
    told = {each.field: (each.old, each.new) for each in changed.differences}
    assert told == {"name": ("Kite", "风筝"), "tags": (None, ["红"]), "name_length": (4, 2)}
    told = {each.field: (each.old, each.new) for each in removed.differences}
    assert told["name"] == ("风筝", None)
    assert not {"version", "updated_at", "owner"} & set(told)


def test_a_record_of_a_large_batch_knows_which_batch_brought_it(mine: Things) -> None:
    """A batch insert is one line without ids; each of its records still finds it."""
    batch = new_id()
    ids = mine.add(*[{"name": f"n{n}"} for n in range(150)], batch=batch)
    mine.set(ids[7], name="seven")
    changed, added = mine.history.of(KIND, ids[7])
    assert (added.verb, added.rows, added.batch) == ("insert", 150, batch)
    assert changed.rows == 1
    mine.drop(ids[7])
    assert [change.verb for change in mine.history.of(KIND, ids[7])] == ["delete", "update", "insert"]


def test_documents_are_told_by_the_fields_of_their_body(mine: Things) -> None:
    """A document is no less a record than a row; and its undo needs no table of its own."""
    store, id = mine.session.documents, new_id()
    store.insert("trial.notes", {"title": "a", "n": 1}, id=id)
    store.update("trial.notes", id, {"title": "b"})
    changed, added = mine.history.of("trial.notes", id)
    assert [(d.field, d.old, d.new) for d in changed.differences] == [("title", "a", "b")]
    assert {d.field for d in added.differences} == {"title", "n"}
    mine.history.undo(changed)
    assert store.get("trial.notes", id).body == {"title": "a", "n": 1}  # type: ignore[union-attr]
    store.delete("trial.notes", id)
    mine.history.undo(mine.last())
    back = store.get("trial.notes", id)
    assert back is not None and back.version == store.versions("trial.notes", id)[0].version == 5
    assert [v.version for v in store.versions("trial.notes", id)] == [5, 4, 3, 2, 1]


def test_encrypted_values_stay_hidden(mine: Things) -> None:
    """History must not become a second, careless way to a sealed text."""
    place = {"owner": mine.session.person, "kind": KIND, "record": new_id(), "field": "name"}
    cipher = Cipher(mine.session.encryption_key)
    id = mine.add(name=cipher.seal("secret", **place))
    mine.set(id, name=cipher.seal("other", **place))
    told = {each.field: (each.old, each.new) for each in mine.history.of(KIND, id)[0].differences}
    assert told["name"] == (HIDDEN, HIDDEN)


def test_recent_goes_on_page_by_page_and_by_area(mine: Things) -> None:
    """Paging by key neither repeats nor skips; an area shows only its own."""
    for n in range(7):
        mine.add(name=f"n{n}")
    mine.session.documents.insert("other.notes", {"a": 1}, id=new_id())
    pages, before = [], None
    while page := mine.history.recent(limit=3, before=before):
        pages += page
        before = page[-1].id
    assert [change.kind for change in pages] == ["other.notes", *[KIND] * 7]
    assert [change.id for change in pages] == sorted({c.id for c in pages}, reverse=True)
    assert [change.area for change in mine.history.recent("other")] == ["other"]


def test_nobody_sees_the_history_of_others(mine: Things, person: Person) -> None:  # noqa: F811
    """What was is as private as what is; a grant opens its area and no other."""
    id = mine.add(name="private")
    mine.set(id, name="still private")
    change = mine.last()
    papa = person("papa")
    assert History(papa).recent() == [] and History(papa).of(KIND, id) == []
    with pytest.raises(NotFound):
        History(papa).undo(change)
    share(mine.session, papa, "trial", "see")
    assert [c.verb for c in History(papa).of(KIND, id)] == ["update", "insert"]
    assert History(papa).recent() != [] and History(papa).recent("finance") == []
    with pytest.raises(Denied):
        History(papa).undo(change)
    assert mine.rows()[id]["name"] == "still private"


# ── undoing ──────────────────────────────────────────────────────────────────────────────────────────


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


def test_what_others_changed_since_is_not_overwritten(mine: Things, person: Person) -> None:  # noqa: F811
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


def test_a_change_that_was_taken_back_in_between_is_no_obstacle(mine: Things, person: Person) -> None:  # noqa: F811
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


def test_a_column_that_came_later_gets_its_default(house: House, mine: Things) -> None:  # noqa: F811
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
                found = connection.execute(text("select id, name, later from trial.things order by name"))
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
            text("select removed_at is not null from pgc.attachments where record = :r"), {"r": record}
        ).scalar()
    mine.history.undo(attached)
    with mine.session.reading() as connection:
        assert connection.execute(
            text("select removed_at is null from pgc.attachments where record = :r"), {"r": record}
        ).scalar()
    with mine.session.writing() as connection:
        connection.execute(
            text("insert into pgc.comments (area, kind, record, body) values ('trial', 'trial.things', :r, 'hm')"),
            {"r": record},
        )
    removed = mine.history.undo(mine.last())
    assert (removed.change.kind, removed.change.verb) == ("trial.things/comments", "delete")
    mine.history.undo(removed)


def test_the_settings_of_a_session_cannot_forge_what_was_undone(mine: Things, person: Person) -> None:  # noqa: F811
    """`undoes` is what history says of the same owner; anything else is dropped, nothing fails."""
    papa = Things(person("papa"))
    papa.add(name="papa's")
    foreign = papa.last().id
    with mine.session.writing(undoes=foreign) as connection:
        connection.execute(text("select set_config('pgc.undoes_batch', :b, true)"), {"b": str(new_id())})
        connection.execute(THINGS.insert().values(id=new_id(), name="x"))
    assert (mine.last().undoes, mine.last().undoes_batch) == (None, None)


def test_one_place_decides_where_a_kind_lies(mine: Things) -> None:
    """Its own table when there is one; everything else is a document."""
    with mine.session.reading() as connection:
        lies = {
            kind: target_of(connection, kind).table
            for kind in ("trial.things", "trial.notes", "pgc.grants", "trial.things/comments", 'a".b')
        }
    assert list(lies.values()) == ["trial.things", *["pgc.documents"] * 2, "pgc.comments", "pgc.documents"]


def test_a_look_at_the_past_undoes_nothing(mine: Things) -> None:
    """The lab as it was is for reading."""
    mine.add(name="a")
    with pytest.raises(Denied):
        History(mine.session.as_of(datetime.now(UTC))).undo(mine.last())


# ── time travel ──────────────────────────────────────────────────────────────────────────────────────


def test_the_past_is_what_it_was_to_the_last_digit(mine: Things) -> None:
    """Types survive the image: exact amounts, zones, lists, objects."""
    row = {
        "name": "蓝",
        "amount": Decimal("12345678901234.5678"),
        "seen": datetime(2026, 3, 1, 7, 8, 9, 123456, tzinfo=UTC),
        "tags": ["a,b", "{c}", '"'],
        "more": {"k": [1.5, None, "x"], "n": 12345678901234567890},
        "code": None,
    }
    id = mine.add(**row)
    then = mine.now()
    mine.set(id, name="", amount=None, seen=None, tags=None, more=None)
    mine.drop(id)
    assert mine.fields(as_of(THINGS, "trial", "things", then)) == {id: row}
    assert mine.rows(as_of(THINGS, "trial", KIND, mine.now())) == {}


def test_a_row_that_returns_from_an_older_transaction_is_never_there_twice(mine: Things) -> None:
    """A transaction that began before a removal and ended after the return must not overlap the past."""
    id = mine.add(name="a")
    with mine.session.engine.connect() as early, early.begin():
        early.execute(text("select 1"))
        mine.drop(id)
        early.execute(THINGS.insert().values(id=id, name="again", version=2))
        early.commit()
    back = mine.rows()[id]
    assert back["version"] == 3
    for step in range(-3, 4):
        mine.rows(as_of(THINGS, "trial", "things", back["updated_at"] + step * timedelta(microseconds=1)))


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
def test_a_million_rows_are_one_line_and_are_undone_as_one(mine: Things) -> None:
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
                    "select :batch, 'n' || n, n, array['x'] from generate_series(1, 1000000) n"
                ),
                {"batch": batch},
            )

    timed("insert", load)
    assert [(change.verb, change.rows) for change in mine.history.recent()] == [("insert", 1_000_000)]
    undone = timed("undo", lambda: mine.history.undo_batch(batch))
    assert undone.rows == 1_000_000 and mine.rows() == {}
    timed("redo", lambda: mine.history.undo(undone))
    with mine.session.reading() as connection:
        assert connection.execute(text("select count(*) from trial.things")).scalar() == 1_000_000
    timed("undo again", lambda: mine.history.undo_batch(batch))
    assert len(mine.history.recent()) == 4
    print(f"\na million rows, in seconds: {times}")
