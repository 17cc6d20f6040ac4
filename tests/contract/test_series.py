"""The contract for time series, held against native partitions and, where a server is named, against hypertables.

What a person keeps by month is found, changed, undone and remembered in the same way, and nobody reaches the rows of
another beside the table, whichever of the two keeps them.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pgc_lib.areas.skills import Practice
from pgc_lib.core.amending import amend_many
from pgc_lib.core.collection import Collection
from pgc_lib.core.history import History
from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from pgc_lib.stores.filters import col
from tests.support.lab import House, Person, share
from tests.support.timescale import timescale_house  # noqa: F401  (a fixture)

SKILL = UUID(int=7)


@pytest.fixture(scope="module", params=["house", "timescale_house"], ids=["parts", "hypertable"])
def home(request: pytest.FixtureRequest) -> House:
    """Each way of keeping a series in turn."""
    found: House = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def person(home: House) -> Person:
    """Makes persons in it."""
    return home.person


def practice(session: Session) -> "Collection[Practice]":
    return Collection(session, Practice)


def month(ago: int, day: int = 1) -> date:
    """A day of a month so many months ago."""
    now = datetime.now(UTC).date()
    whole = now.year * 12 + now.month - 1 - ago
    return date(whole // 12, whole % 12 + 1, day)


def rows(*days: date, **values: Any) -> list[dict[str, Any]]:
    return [{"skill": SKILL, "day": day, "hours": 1.0, **values} for day in days]


def newest(history: History) -> Any:
    """The newest change that is no undoing and was not undone."""
    recent = history.recent()
    done = {change.undoes for change in recent}
    return next(c for c in recent if c.undoes is None and c.id not in done)


def test_a_row_goes_to_another_month_and_history_with_it(person: Person) -> None:
    """One update is one change, whichever month it leads to; undone step by step, and seen as it was."""
    session = person()
    mine, history = practice(session), History(session)
    one = mine.add(skill=SKILL, day=month(3), hours=1, note="three", reference="r")
    two = mine.update(one, hours=2)
    three = mine.update(two, day=month(15), hours=3)
    assert (three.version, three.day, three.hours, three.id) == (3, month(15), 3.0, one.id)
    assert (three.note, three.reference, three.created_at) == ("three", "r", one.created_at)
    assert mine.get(one.id) == three and mine.count() == 1
    assert [(c.verb, c.rows) for c in history.recent()][:3] == [
        ("update", 1),
        ("update", 1),
        ("insert", 1),
    ]
    assert two.updated_at is not None and three.updated_at is not None
    for moment, seen in ((two.updated_at, (month(3), 2.0)), (three.updated_at, (month(15), 3.0))):
        assert [(r.day, r.hours) for r in practice(session.as_of(moment)).find()] == [seen]
    mine.remove(three)
    for wanted in ((month(15), 3.0), (month(3), 2.0), (month(3), 1.0)):
        history.undo(newest(history).id)
        back = mine.get(one.id)
        assert (back.day, back.hours, back.note) == (*wanted, "three")
        assert mine.count() == 1
    history.undo(newest(history).id)
    assert mine.count() == 0


def test_many_rows_go_and_come_back_at_once(home: House, person: Person) -> None:
    """A thousand rows by one statement, and by plain SQL; each is one change that is undone as one."""
    session = person()
    mine, history = practice(session), History(session)
    added = mine.add_many(rows(*(month(2) + timedelta(n % 20) for n in range(1000))))
    before = mine.frame(columns=["id", "day", "hours", "version"], order=["id"])
    with psycopg.connect(session.database.reveal()) as connection:
        moved = connection.execute("update skills.practice set day = day - 400, hours = hours + 1")
        assert moved.rowcount == 1000
    after = mine.frame(columns=["id", "day", "hours", "version"], order=["id"])
    assert after["version"].to_list() == [2] * 1000
    assert (before["day"] - after["day"]).unique().to_list() == [timedelta(400)]
    (change, born) = history.recent()
    assert (change.verb, change.rows, born.rows) == ("update", 1000, 1000)
    undone = history.undo(change.id)
    assert undone.rows == 1000
    assert mine.frame(columns=["id", "day", "hours"], order=["id"]).equals(before.drop("version"))
    history.undo_batch(added.batch)
    assert mine.count() == 0
    left = home.sql("select count(*) from skills.practice where owner = %s", session.person)
    assert left == [(0,)], "nothing is left behind in the place that was left"


def test_a_row_that_moves_meets_the_same_refusals(person: Person) -> None:
    """A key that is taken on that day, a version that is old, a record that is not there."""
    mine = practice(person())
    there = mine.add(skill=SKILL, day=month(9), hours=1, reference="r")
    here = mine.add(skill=SKILL, day=month(2), hours=2, reference="r")
    with pytest.raises(Invalid, match="already"):
        mine.update(here, day=there.day)
    assert mine.get(here.id) == here and mine.count() == 2
    renewed = mine.update(here, hours=3)
    with pytest.raises(Conflict, match="changed in between"):
        mine.update(here, day=month(12))
    with pytest.raises(NotFound):
        mine.update(UUID(int=1), day=month(12))
    with pytest.raises(Invalid, match="hours"):
        mine.update(renewed, day=month(12), hours=-1)
    assert mine.get(here.id) == renewed


def test_whoever_may_edit_may_move_and_nobody_else(person: Person) -> None:
    """Rights hold on the way: a reader is refused, a stranger finds nothing, an editor is named in history."""
    mama, coach, papa = person("mama"), person("coach"), person("papa")
    kept = practice(mama).add(skill=SKILL, day=month(2), hours=1)
    with pytest.raises(NotFound):
        practice(papa).update(kept, day=month(8))
    share(mama, coach, "skills", "see")
    with pytest.raises(Denied):
        practice(coach).update(kept, day=month(8))
    with psycopg.connect(coach.database.reveal(), autocommit=True) as connection:
        connection.execute("select set_config('pgc.moving', 'yes', false)")
        assert connection.execute("update skills.practice set day = day - 90").rowcount == 0
    assert practice(mama).get(kept.id) == kept
    share(mama, papa, "skills", "edit")
    moved = practice(papa).update(kept, day=month(8))
    assert (moved.owner, moved.day, moved.version) == (mama.person, month(8), 2)
    (change, _born) = History(mama).recent()
    assert (change.verb, change.actor) == ("update", papa.person)


def test_no_setting_keeps_a_change_from_history(person: Person) -> None:
    """Whatever a person's own session says, what it does is noted."""
    session = person()
    mine, history = practice(session), History(session)
    with psycopg.connect(session.database.reveal(), autocommit=True) as connection:
        connection.execute("select set_config('pgc.moving', 'yes', false)")
        connection.execute(
            "insert into skills.practice (skill, day, hours, evidence, note) values (%s, %s, 1, '', '')",
            [SKILL, month(1)],
        )
        connection.execute("update skills.practice set day = %s", [month(30)])
        connection.execute("delete from skills.practice")
    assert [change.verb for change in history.recent()] == ["delete", "update", "insert"]
    assert mine.count() == 0
    for _step in range(2):
        history.undo(newest(history).id)
    assert [(r.day, r.hours) for r in mine.find()] == [(month(1), 1.0)]


def test_keys_conflicts_and_bulk_are_the_same(person: Person) -> None:
    """A key that is there is named; skipping and renewing work; a batch is undone as one; far days are kept."""
    session = person()
    mine = practice(session)
    row = rows(month(2), reference="r")[0]
    mine.add(**row)
    for write in (lambda: mine.add(**row), lambda: mine.add_many([row])):
        with pytest.raises(Invalid, match="already"):
            write()
    assert mine.add_many([row], on_conflict="skip").skipped == 1
    renewed = mine.add_many([{**row, "hours": 2.0}], on_conflict="update")
    assert (renewed.added, renewed.updated) == (0, 1)
    History(session).undo_batch(renewed.batch)
    assert mine.frame()["hours"].to_list() == [1.0]
    far = [date(1, 1, 1), date(1066, 10, 14), date(9999, 12, 31)]
    mine.add_many(rows(*far))
    assert mine.frame(order="day")["day"].to_list() == [*far[:2], month(2), far[2]]
    year = mine.find(col("day") >= month(5), col("day") <= month(0))
    assert [each.reference for each in year] == ["r"]


def test_many_are_amended_at_once(person: Person) -> None:
    """The way of suggestions and tables: one update, its rows told."""
    import polars as pl

    session = person()
    mine = practice(session)
    mine.add_many(rows(month(1), month(2), month(3)))
    ids = mine.frame(columns=["id"])["id"]
    frame = pl.DataFrame({"id": ids, "day": [month(20, 5)] * 3, "was hours": [1.0, 1.0, 9.0]})
    with session.writing() as connection:
        done = amend_many(connection, Practice.spec, frame)
    assert len(done) == 2
    assert mine.count(col("day") == month(20, 5)) == 2 and mine.count() == 3


DOORS = (
    "select * from {part}",
    "select count(*) from {part}",
    "insert into {part} (skill, day, hours, evidence, note) values (pgc.new_id(), '{day}', 1, '', '')",
    "update {part} set hours = 9",
    "delete from {part}",
    "truncate {part}",
    "copy {part} to stdout",
    "alter table {part} disable row level security",
    "create temporary table child () inherits ({part})",
    "create table months.mine ()",
)


@pytest.fixture(scope="module")
def parts(home: House) -> Iterator[list[str]]:
    """The places in which the rows of somebody lie."""
    mama = home.person("mama")
    practice(mama).add_many(rows(month(1), month(7), note="a secret"))
    home.sql("analyze skills.practice")
    yield [
        name
        for (name,) in home.sql(
            "select distinct tableoid::regclass::text from skills.practice where owner = %s",
            mama.person,
        )
    ]


@pytest.mark.parametrize("door", DOORS)
def test_nobody_goes_around_the_table(person: Person, parts: list[str], door: str) -> None:
    """Where the rows lie is no door, not for a stranger and not for whom the table is open."""
    with psycopg.connect(person().database.reveal(), autocommit=True) as connection:
        assert parts
        for part in parts:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(door.format(part=part, day=month(1)).encode())


def test_no_condition_of_ones_own_sees_rows_before_row_security(
    person: Person, parts: list[str]
) -> None:
    """A function that tells what it is given is asked last, in whatever statement, however cheap it says it is."""
    told: list[str] = []
    assert parts
    with psycopg.connect(person().database.reveal(), autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
        connection.execute(
            "create function pg_temp.tell(it text) returns boolean language plpgsql cost 0.0000001 "
            "as $$ begin raise notice '%', it; return true; end $$"
        )
        for statement in (
            "select count(*) from skills.practice where pg_temp.tell(note)",
            "select pg_temp.tell(note) from skills.practice order by day desc limit 1",
            "select from skills.practice where day > '2000-01-01' and pg_temp.tell(note) for update",
            "update skills.practice set hours = 9 where pg_temp.tell(note)",
            "update skills.practice set day = day - 99 where pg_temp.tell(note)",
            "delete from skills.practice where pg_temp.tell(note)",
        ):
            connection.execute(statement.encode())
    assert told == []


def test_statistics_tell_nobody_what_others_keep(
    home: House, person: Person, parts: list[str]
) -> None:
    """The planner's commonest values are of everyone's rows; no person sees those of a series."""
    hidden = (
        "select count(*) from pg_stats where tablename in ({}) or tablename = 'practice'".format(
            ", ".join(f"'{part.rpartition('.')[2]}'" for part in parts)
        )
    )
    assert home.sql(hidden)[0][0] > 0
    with psycopg.connect(person().database.reveal()) as connection:
        assert connection.execute(hidden.encode()).fetchone() == (0,)
