"""History as a person sees it: complete, told field by field, and the past as it was."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from pgc_lib.core.crypto import Cipher
from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.core.record import SEALED
from pgc_lib.core.targets import target_of
from pgc_lib.errors import Denied, NotFound
from pgc_lib.stores.timetravel import as_of
from tests.support.lab import Person, share
from tests.support.things import KIND, THINGS, Things

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
    assert [change.verb for change in mine.history.of(KIND, ids[7])] == [
        "delete",
        "update",
        "insert",
    ]


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
    assert told["name"] == (SEALED, SEALED)


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


def test_nobody_sees_the_history_of_others(mine: Things, person: Person) -> None:
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


def test_one_place_decides_where_a_kind_lies(mine: Things) -> None:
    """Its own table when there is one; everything else is a document."""
    with mine.session.reading() as connection:
        lies = {
            kind: target_of(connection, kind).table
            for kind in (
                "trial.things",
                "trial.notes",
                "pgc.grants",
                "trial.things/comments",
                'a".b',
            )
        }
    assert list(lies.values()) == [
        "trial.things",
        *["pgc.documents"] * 2,
        "pgc.comments",
        "pgc.documents",
    ]


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
        mine.rows(
            as_of(THINGS, "trial", "things", back["updated_at"] + step * timedelta(microseconds=1))
        )
