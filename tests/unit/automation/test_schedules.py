"""`lab.schedules`: what is kept, what is refused, who sees it, and the first ones of a new lab."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest

from pgc_lib.automation.jobs import Jobs
from pgc_lib.core.session import Session
from pgc_lib.errors import Invalid, NotFound, PgcError
from pgc_lib.lab import Lab
from tests.support.lab import House, share
from tests.unit.automation.conftest import soon


def test_a_schedule_and_its_next_time(lab: Lab) -> None:
    """Words become fields, parameters their types, and the next time is in the person's zone."""
    kept = lab.schedules.add("weekly_review", "monday 06:00", parameters={"week": "2026-11-20"})
    assert (kept.name, kept.when, kept.parameters) == (
        "weekly_review",
        "0 6 * * 1",
        {"week": "2026-11-20"},
    )
    planned = lab.schedules.planned()[0]
    assert planned.next_at is not None and planned.next_at > datetime.now(UTC)
    local = planned.next_at.astimezone(lab.schedules.zone())
    assert (local.isoweekday(), local.hour, local.minute) == (1, 6, 0)
    assert "weekly_review" in lab.schedules._repr_html_()


@pytest.mark.parametrize(
    ("report", "when", "parameters", "error"),
    [
        ("weekly_review", "someday", {}, Invalid),
        ("weekly_review", "monday 06:00", {"wek": "1"}, Invalid),
        ("nonsense", "monday 06:00", {}, NotFound),
    ],
)
def test_what_cannot_be_is_refused(
    lab: Lab, report: str, when: str, parameters: dict[str, str], error: type[PgcError]
) -> None:
    """At once, not at six in the morning; nothing is kept."""
    with pytest.raises(error):
        lab.schedules.add(report, when, parameters=parameters)
    assert lab.schedules.count() == 0


def test_a_name_is_used_once(lab: Lab) -> None:
    """A second schedule of one report gets a name of its own."""
    lab.schedules.add("weekly_review", "daily")
    with pytest.raises(Invalid):
        lab.schedules.add("weekly_review", "hourly")
    lab.schedules.add("weekly_review", "hourly", name="often")
    assert [item.name for item in lab.schedules.find()] == ["often", "weekly_review"]


def test_pausing_removing_and_undoing(lab: Lab, house: House) -> None:
    """The timetable follows the record in every way that it changes, by history too."""
    item = lab.schedules.add("weekly_review", "daily")

    def line() -> list[tuple[object, ...]]:
        return house.sql("select cron, enabled from pgc.timetable where schedule = %s", item.id)

    assert line() == [("0 6 * * *", True)]
    lab.schedules.pause("weekly_review")
    assert line() == [("0 6 * * *", False)]
    lab.schedules.resume("weekly_review")
    lab.schedules.items.update(item.id, when="hourly")
    assert line() == [("0 * * * *", True)]
    lab.schedules.items.remove(item.id)
    assert line() == []
    lab.history.undo(lab.history.of(item)[0])
    assert line() == [("0 * * * *", True)]


def test_a_move_changes_the_moment(lab: Lab, house: House) -> None:
    """Six o'clock is computed again in the new zone."""
    item = lab.schedules.add("weekly_review", "daily")
    house.sql("update pgc.timetable set next_at = now() where schedule = %s", item.id)
    house.sql("update pgc.persons set time_zone = 'America/New_York' where id = %s", lab.person)
    query = "select next_at from pgc.timetable where schedule = %s"
    assert house.sql(query, item.id) == [(None,)]
    planned = lab.schedules.planned()[0].next_at
    assert planned is not None
    assert planned.astimezone(lab.schedules.zone()).hour == 6
    assert str(lab.schedules.zone()) == "America/New_York"


def test_a_new_lab_gets_its_schedules_once(lab: Lab, me: Session) -> None:
    """Also when several processes give them at once; what was removed stays removed."""
    with ThreadPoolExecutor(4) as pool:
        labs = [Lab(me) for _number in range(4)]
        list(pool.map(lambda each: each.schedules.give_defaults(), labs))
    assert [(item.name, item.when, item.enabled) for item in lab.schedules.find()] == [
        ("weekly_review", "0 6 * * 1", True)
    ]
    lab.schedules.items.remove(lab.schedules.named("weekly_review"))
    assert lab.schedules.give_defaults() == []
    assert lab.schedules.count() == 0


def test_others_see_nothing_of_it(
    lab: Lab, person: Callable[..., Session], house: House, jobs: Jobs
) -> None:
    """Neither schedule nor timetable nor job; nor can they have it run. A worker does not see what is planned."""
    lab.schedules.add("weekly_review", "daily", parameters={"week": "2026-11-20"})
    job = soon(lab, jobs, "weekly_review")
    other = person("other")
    with psycopg.connect(other.database.reveal(), autocommit=True) as connection:
        for table in ("schedules.items", "pgc.timetable", "pgc.jobs"):
            assert connection.execute(f"select * from {table}".encode()).fetchall() == []
        ran = connection.execute("select pgc.run_soon(%s)", (job.schedule,)).fetchone()
        assert ran == (None,)
        for statement in (
            "update pgc.timetable set next_at = now()",
            "insert into pgc.jobs (schedule, owner, due) values (pgc.new_id(), pgc.me(), now())",
            "delete from pgc.jobs",
            "update pgc.jobs set state = 'done'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
    with psycopg.connect(house.worker_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from schedules.items")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("update pgc.timetable set cron = '* * * * *'")
        row = connection.execute(
            "select * from pgc.timetable where schedule = %s", (job.schedule,)
        ).fetchone()
        assert row is not None
        assert "2026-11-20" not in str(row)


def test_one_who_may_see_it_cannot_run_it(
    lab: Lab, person: Callable[..., Session], me: Session
) -> None:
    """A grant on schedules shows them; running one is its owner's."""
    lab.schedules.add("weekly_review", "daily")
    other = person("coach")
    share(me, other, "schedules", "see")
    theirs = Lab(other)
    assert [item.name for item in theirs.schedules.find()] == ["weekly_review"]
    assert theirs.schedules.planned() == []
    with pytest.raises(NotFound, match="not yours"):
        theirs.schedules.run_soon("weekly_review")


def test_no_one_plans_without_end(lab: Lab) -> None:
    """Two hundred schedules are enough for anyone."""
    rows = [
        {"name": f"n{number}", "report": "weekly_review", "when": "0 6 * * *", "parameters": {}}
        for number in range(201)
    ]
    with pytest.raises(PgcError, match="200"):
        lab.schedules.items.add_many(rows)
    assert lab.schedules.items.add_many(rows[:200]).added == 200
