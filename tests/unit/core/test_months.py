"""Tables by month: partitions are made as they are needed, and lead nobody around row security."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pgc_lib.areas.skills import Practice
from pgc_lib.core.collection import Collection
from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.together import together
from pgc_lib.errors import Invalid, StoreError
from pgc_lib.stores.embedded import Endpoints
from tests.support.lab import House, Person, new_database, share

SKILL = UUID(int=7)


def utc_today() -> date:
    """A function, because tests begin on one day and may end on the next."""
    return datetime.now(UTC).date()


@pytest.fixture(scope="module")
def house(engines: Endpoints) -> Iterator[House]:
    """A database in which no other test makes months."""
    made = new_database(engines, f"months_{os.urandom(4).hex()}")
    yield made
    made.drop()


@pytest.fixture(scope="module")
def person(house: House) -> Person:
    """Makes persons in it."""
    return house.person


def practice(session: Session) -> "Collection[Practice]":
    return Collection(session, Practice)


def parts(house: House) -> dict[str, int]:
    """Every partition with its number of rows, as the superuser counts them."""
    names = [
        name
        for (name,) in house.sql(
            "select c.oid::regclass::text from pg_class c where relnamespace = 'months'::regnamespace "
            "and relkind = 'r' order by 1"
        )
    ]
    return {name: house.sql(f"select count(*) from {name}")[0][0] for name in names}


def named(day: date) -> str:
    return f"months.skills_practice_{day:%Y_%m}"


def month(ago: int) -> date:
    """The first day of a month so many months ago."""
    now = utc_today()
    whole = now.year * 12 + now.month - 1 - ago
    return date(whole // 12, whole % 12 + 1, 1)


def test_a_month_is_made_when_it_is_first_written_to(house: House, person: Person) -> None:
    """By one row, by many, and by a row that is moved; the rest stays empty."""
    mine = practice(person())
    before = parts(house)["months.skills_practice_rest"]
    one = mine.add(skill=SKILL, day=month(40), hours=1)
    mine.add_many([{"skill": SKILL, "day": month(n), "hours": 1.0} for n in (41, 42)])
    moved = mine.update(one, day=month(43))
    assert (moved.version, moved.day, mine.get(one.id).day) == (2, month(43), month(43))
    found = parts(house)
    assert {named(month(n)) for n in (40, 41, 42, 43)} <= found.keys()
    assert found["months.skills_practice_rest"] == before
    assert mine.count() == 3
    assert mine.frame(order="day")["day"].to_list() == [month(43), month(42), month(41)]


def test_what_another_client_wrote_is_moved_when_its_month_is_made(
    house: House, person: Person
) -> None:
    """Plain SQL goes to the rest; nothing is lost, doubled or noted twice by history on the way."""
    session = person()
    day = month(50)
    with psycopg.connect(session.database.reveal()) as connection:
        connection.execute(
            "insert into skills.practice (skill, day, hours, evidence, note, reference) "
            "values (%s, %s, 2, '', '', 'x')",
            [SKILL, day],
        )
    mine = practice(session)
    (kept,) = mine.find()
    changes = len(History(session).recent())
    before = parts(house)
    assert named(day) not in before
    mine.add(skill=SKILL, day=day, hours=3)
    after = parts(house)
    assert after[named(day)] == 2
    assert after["months.skills_practice_rest"] == before["months.skills_practice_rest"] - 1
    assert mine.get(kept.id) == kept and mine.count() == 2
    assert len(History(session).recent()) == changes + 1
    closed = house.sql(
        "select bool_and(relrowsecurity and relforcerowsecurity and relowner = 'pgc_owner'::regrole) "
        "from pg_class where relnamespace = 'months'::regnamespace and relkind = 'r'"
    )
    assert closed == [(True,)]


def test_far_away_years_get_no_month_of_their_own(house: House, person: Person) -> None:
    """Nobody can fill the catalogue with the months of centuries; the rows are there all the same."""
    mine = practice(person())
    before = set(parts(house))
    days = [
        date(1, 1, 1),
        date(1066, 10, 14),
        date(utc_today().year + 40, 1, 1),
        date(9999, 12, 31),
    ]
    mine.add_many([{"skill": SKILL, "day": day, "hours": 1.0} for day in days])
    assert set(parts(house)) == before
    assert mine.frame(order="day")["day"].to_list() == days


def test_history_holds_in_months_as_everywhere(person: Person) -> None:
    """Update, move, removal, undo of each and of a batch; and the past is told as it was."""
    session = person()
    mine, history = practice(session), History(session)
    day = month(3)
    one = mine.add(skill=SKILL, day=day, hours=1)
    two = mine.update(one, hours=2)
    three = mine.update(two, day=month(5), hours=3)
    assert (two.version, three.version) == (2, 3)
    assert two.updated_at is not None
    then = practice(session.as_of(two.updated_at))
    assert [(row.day, row.hours) for row in then.find()] == [(day, 2.0)]
    mine.remove(three)
    for wanted in ((month(5), 3.0), (day, 2.0), (day, 1.0)):
        newest = next(
            change
            for change in history.recent()
            if change.undoes is None and change.id not in done(history)
        )
        history.undo(newest.id)
        back = mine.get(one.id)
        assert (back.day, back.hours) == wanted
    added = mine.add_many(
        [{"skill": SKILL, "day": day + timedelta(n), "hours": 1.0} for n in range(0, 200, 7)]
    )
    history.undo_batch(added.batch)
    assert mine.count() == 1


def done(history: History) -> set[int | None]:
    return {change.undoes for change in history.recent()}


def test_a_key_that_is_there_is_named_whatever_the_partition(person: Person) -> None:
    """In a month, and in the rest; skipping and renewing work there, too."""
    mine = practice(person())
    for day in (month(2), date(1901, 1, 1)):
        row: dict[str, Any] = {"skill": SKILL, "day": day, "hours": 1.0, "reference": "r"}
        mine.add(**row)
        for write in (lambda row=row: mine.add(**row), lambda row=row: mine.add_many([row])):
            with pytest.raises(Invalid, match="already"):
                write()
        assert mine.add_many([row], on_conflict="skip").skipped == 1
        renewed = mine.add_many([{**row, "hours": 2.0}], on_conflict="update")
        assert (renewed.added, renewed.updated) == (0, 1)
    assert mine.frame()["hours"].to_list() == [2.0, 2.0]


ATTACKS = (
    "select * from {part}",
    "select count(*) from {part}",
    "insert into {part} (skill, day, hours, evidence, note) values (pgc.new_id(), '{day}', 1, '', '')",
    "update {part} set hours = 9",
    "delete from {part}",
    "truncate {part}",
    "copy {part} to stdout",
    "alter table {part} disable row level security",
    "alter table skills.practice detach partition {part}",
    "create table months.mine ()",
    "create temporary table child () inherits ({part})",
    "select * from only skills.practice",
)


@pytest.fixture(scope="module")
def three(house: House) -> tuple[Session, Session, Session]:
    """One who keeps something, one who may see it, and a stranger."""
    mama, coach, papa = house.person("mama"), house.person("coach"), house.person("papa")
    for day in (month(1), date(1900, 1, 1)):
        practice(mama).add(skill=SKILL, day=day, hours=1, note="a secret")
    share(mama, coach, "skills", "see")
    return mama, coach, papa


@pytest.mark.parametrize("attack", ATTACKS)
def test_nobody_goes_around_the_parent(
    house: House, three: tuple[Session, Session, Session], attack: str
) -> None:
    """Not another person, not one's coach, not the owner of the rows: a partition is no door."""
    kept = "select id, hours, note from skills.practice where owner = %s order by day"
    mama, coach, papa = three
    before = house.sql(kept, mama.person)
    assert len(before) == 2
    for session in three:
        with psycopg.connect(session.database.reveal(), autocommit=True) as connection:
            for part in (named(month(1)), "months.skills_practice_rest"):
                if attack == ATTACKS[-1]:
                    assert connection.execute(attack.encode()).fetchall() == []
                    continue
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(attack.format(part=part, day=month(1)).encode())
    assert house.sql(kept, mama.person) == before
    assert practice(papa).find() == [] and len(practice(coach).find()) == 2


def test_not_even_the_owner_of_the_tables_sees_rows_in_a_partition(
    house: House, person: Person
) -> None:
    """Row security is forced on each, without a policy."""
    practice(person()).add(skill=SKILL, day=month(1), hours=1)
    with psycopg.connect(house.owner_url) as owner:
        for part in (named(month(1)), "months.skills_practice_rest"):
            assert owner.execute(f"select count(*) from {part}".encode()).fetchone() == (0,)


def test_only_tables_by_month_are_given_months(person: Person) -> None:
    """The function acts for the owner: it touches nothing that was not made for it."""
    session = person()
    with psycopg.connect(session.database.reveal(), autocommit=True) as connection:
        connection.execute("create temporary table mine (day date) partition by range (day)")
        for table in ("skills.items", "pgc.persons", "mine"):
            found = connection.execute(
                "select pgc.make_months(%s::regclass, array[current_date])", [table]
            ).fetchone()
            assert found == (None,)
        for call in ("pgc.close_part('skills.items')", "pgc.by_month('skills.items', 'day')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"call {call}".encode())


def test_many_write_to_a_new_month_at_once(house: House, person: Person) -> None:
    """One makes it, nobody fails, and every row is there once."""
    sessions = [person() for _n in range(4)]
    days = [month(60 + n) for n in range(3)]

    def write(session: Session) -> None:
        for day in days:
            practice(session).add(skill=SKILL, day=day, hours=1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, sessions))
    assert [practice(session).count() for session in sessions] == [3] * 4
    # Where all stood in one another's way, the next to write makes it.
    write(sessions[0])
    assert {named(day) for day in days} <= parts(house).keys()


def test_a_reader_does_not_stop_the_writer(house: House, person: Person) -> None:
    """Somebody's open transaction keeps the month from being made; the row goes to the rest meanwhile."""
    session = person()
    day = month(70)
    with psycopg.connect(person().database.reveal()) as reader:
        reader.execute("select count(*) from skills.practice")
        practice(session).add(skill=SKILL, day=day, hours=1)
        assert practice(session).count() == 1
    assert named(day) not in parts(house)
    practice(session).add(skill=SKILL, day=day, hours=1)
    assert parts(house)[named(day)] == 2


def test_months_within_a_transaction_of_several_steps(house: House, person: Person) -> None:
    """What is made within it is part of it."""
    session = person()
    day = month(75)
    with pytest.raises(StoreError), together(session, new_id()) as joined:
        practice(joined).add(skill=SKILL, day=day, hours=1)
        with joined.writing() as connection:
            connection.exec_driver_sql("select 1/0")
    assert named(day) not in parts(house) and practice(session).count() == 0
    with together(session, new_id()) as joined:
        practice(joined).add(skill=SKILL, day=day, hours=1)
        practice(joined).add(skill=SKILL, day=month(76), hours=1)
    assert parts(house)[named(day)] == 1
