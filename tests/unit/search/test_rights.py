"""Whose index it is: nobody else writes into it, and whoever may see an area finds it, as long as they may."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import errors

from pgc_lib.core.people import People
from tests.support.lab import House, Person, share
from tests.unit.search.conftest import Desk, new_desk

_VECTOR = "array_fill(0.1::real, array[384])::halfvec"
TABLES = ("entries", "unread", "chunks", "words", "states", "waiting")


@contextmanager
def _login(desk: Desk) -> Iterator["psycopg.Connection[object]"]:
    with psycopg.connect(desk.session.database.reveal(), autocommit=True) as connection:
        yield connection


@pytest.fixture
def other(person: Person) -> Desk:
    """Somebody else."""
    return new_desk(person, "other")


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Somebody with something in two areas."""
    desk.notes.add(title="condor", body="a secret about the condor")
    desk.lab.todos.add(title="feed the condor")
    desk.titles("x")
    return desk


def test_nobody_finds_what_is_not_theirs(filled: Desk, other: Desk) -> None:
    other.notes.add(title="mine", body="")
    assert other.titles("condor") == [] and other.titles("kind:kinds.note") == ["mine"]
    assert len(filled.titles("condor")) == 2


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_are_closed_by_every_verb(filled: Desk, other: Desk, table: str) -> None:
    """Reading, changing and removing meet nothing."""
    name, mine = f"pgc.search_{table}", filled.session.person
    with _login(other) as connection:
        found = connection.execute(f"select from {name} where owner = %s".encode(), (mine,))
        assert found.rowcount == 0
        gone = connection.execute(f"delete from {name} where owner = %s".encode(), (mine,))
        assert gone.rowcount == 0
        if table != "waiting":
            taken = connection.execute(
                f"update {name} set owner = pgc.me() where owner = %s".encode(), (mine,)
            )
            assert taken.rowcount == 0


def test_no_entry_can_be_planted_in_anothers_index(filled: Desk, other: Desk, house: House) -> None:
    """Not even by somebody who may edit the area."""
    share(filled.session, other.session, "todos", "edit")
    owner = filled.session.person
    nothing = "decode(repeat('00', 16), 'hex')"
    columns = "owner, area, kind, record"
    record = "%s, 'todos', 'todos.items', pgc.new_id()"
    plants = (
        (
            f"insert into pgc.search_entries ({columns}, generation, version, day, length, hash, words) "
            f"values ({record}, 1, 1, now(), 1, {nothing}, 'x')"
        ),
        (
            f"insert into pgc.search_chunks ({columns}, part, model, hash, embedding) "
            f"values ({record}, 0, 'm', {nothing}, {_VECTOR})"
        ),
        "insert into pgc.search_words (owner, area, word) values (%s, 'todos', 'planted')",
        "insert into pgc.search_states (owner, generation) values (%s, 9)",
        "insert into pgc.search_waiting (change, owner) values (-1, %s)",
    )
    with _login(other) as connection:
        for plant in plants:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(plant.encode(), (owner,))
    assert house.sql("select from pgc.search_words where word = 'planted'") == []


def test_a_forged_entry_of_ones_own_shows_nothing(filled: Desk, other: Desk) -> None:
    """An entry only points; what is shown is the record, if it is the same owner's and may be seen."""
    record = filled.notes.find(title="condor")[0].id
    other.titles("x")
    forged = (
        "insert into pgc.search_entries (area, kind, record, generation, version, day, length, hash, words) "
        "select 'kinds', 'kinds.note', %s, generation, 1, now(), 1, decode(repeat('00', 16), 'hex'), "
        "('''forged'' ''o:' || replace(owner::text, '-', '') || '''')::tsvector from pgc.search_states"
    )
    with _login(other) as connection:
        connection.execute(forged.encode(), (record,))
    assert other.titles("forged") == []
    share(filled.session, other.session, "kinds", "see")
    assert other.titles("forged") == [], "it is another owner's record"
    share(other.session, filled.session, "kinds", "see")
    assert filled.titles("forged") == []


def test_a_coach_finds_what_was_granted_as_long_as_it_is(filled: Desk, other: Desk) -> None:
    assert other.titles("condor") == []
    share(filled.session, other.session, "todos", "see")
    (hit,) = other.search.text("condor")
    assert (hit.title, hit.owner) == ("feed the condor", filled.session.person)
    assert other.titles("condo") == ["feed the condor"], "corrected by the words of that area"
    People(filled.session).revoke(other.session.name, "todos")
    assert other.titles("condor") == [] and other.titles("condo") == []


def test_a_grant_of_everything(filled: Desk, other: Desk) -> None:
    share(filled.session, other.session, "*", "see")
    assert sorted(other.titles("condor")) == ["condor", "feed the condor"]


def test_the_functions_answer_about_oneself_alone(filled: Desk, other: Desk, house: House) -> None:
    """Whatever is written into a question: the mask and the owner's condition are the database's."""
    mark = f"'o:{filled.session.person.hex}'"
    everything = f"{mark} | !'nothing'"
    asks = (
        "select count(*) from pgc.search_text(%s, null, '{}', '{}', null, null, 100, 100, current_date)",
        "select (pgc.search_counts(array[%s], 100))[1]",
        f"select count(*) from pgc.search_near({_VECTOR}::text, 'm', %s, null, null, 9, 9)",
    )
    with _login(other) as connection:
        for ask in asks:
            assert connection.execute(ask.encode(), (everything,)).fetchone() == (0,)
        assert connection.execute("select * from pgc.search_similar('condor', 5)").fetchall() == []
    with psycopg.connect(house.worker_url) as worker, pytest.raises(errors.InsufficientPrivilege):
        worker.execute("select * from pgc.search_similar('condor', 5)")


def test_the_lab_owner_reads_no_entries(filled: Desk, house: House) -> None:
    """Row security binds the tables' owner too."""
    with psycopg.connect(house.owner_url) as owner:
        assert owner.execute("select count(*) from pgc.search_entries").fetchone() == (0,)
        with pytest.raises(errors.InsufficientPrivilege):
            owner.execute("set role pgc_search")


def test_search_walks_the_index_under_row_security(filled: Desk, house: House) -> None:
    """Comparing words is not leakproof: by a person's own hand the index would not be walked, so functions do it."""
    leakproof = "select bool_or(proleakproof) from pg_proc where proname = 'ts_match_vq'"
    assert house.sql(leakproof) == [(False,)]
