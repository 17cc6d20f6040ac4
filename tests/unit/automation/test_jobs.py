"""Due times become jobs once, and a job is one worker's at a time: beats, claims, leases."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from pgc_lib.automation.beat import tick
from pgc_lib.automation.jobs import AT_ONCE, Job, Jobs
from pgc_lib.lab import Lab
from pgc_lib.settings import settings
from tests.support.lab import House
from tests.unit.automation.conftest import soon, state_of

NOW = datetime(2026, 11, 21, 3, 0, 30, tzinfo=UTC)


def due(house: House, lab: Lab, name: str, next_at: datetime | None, since: datetime = NOW) -> Any:
    """Say when a schedule is due next."""
    schedule = lab.schedules.named(name).id
    query = "update pgc.timetable set next_at = %s, since = %s where schedule = %s"
    house.sql(query, next_at, since, schedule)
    return schedule


def dues(house: House, schedule: Any) -> list[datetime]:
    query = "select due from pgc.jobs where schedule = %s order by due"
    return [row[0].astimezone(UTC) for row in house.sql(query, schedule)]


def test_two_beats_make_one_job(lab: Lab, jobs: Jobs, house: House) -> None:
    """Eight beats look at the same moment, again and again: each due time is made once."""
    for number in range(20):
        lab.schedules.add("weekly_review", "hourly", name=f"n{number}")
        due(house, lab, f"n{number}", NOW - timedelta(minutes=1))
    start = threading.Barrier(8)

    def beat(number: int) -> int:
        start.wait()
        return tick(Jobs(house.worker_url, name=f"beat-{number}"), NOW)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(beat, range(8)))
    assert sum(made) == 20
    found = house.sql(
        "select count(*), count(distinct schedule) from pgc.jobs where owner = %s", lab.person
    )
    assert found == [(20, 20)]
    assert tick(jobs, NOW) == 0


def test_what_was_missed_is_made_up_for_once(lab: Lab, jobs: Jobs, house: House) -> None:
    """Twelve hours without a beat are one report, with the last time that was missed."""
    lab.schedules.add("weekly_review", "hourly")
    schedule = due(house, lab, "weekly_review", NOW - timedelta(hours=12, seconds=30))
    assert tick(jobs, NOW) == 1
    assert dues(house, schedule) == [NOW.replace(second=0)]
    query = "select next_at from pgc.timetable where schedule = %s"
    assert house.sql(query, schedule)[0][0] == NOW.replace(second=0) + timedelta(hours=1)


def test_a_new_schedule_waits_for_its_first_time(lab: Lab, jobs: Jobs, house: House) -> None:
    """Nothing from before it was made; but what came due before a beat first saw it."""
    lab.schedules.add("weekly_review", "hourly")
    schedule = due(house, lab, "weekly_review", None, since=NOW)
    assert tick(jobs, NOW) == 0
    assert tick(jobs, NOW + timedelta(minutes=59)) == 0
    due(house, lab, "weekly_review", None, since=NOW)
    assert tick(jobs, NOW + timedelta(hours=1)) == 1
    assert dues(house, schedule) == [NOW.replace(second=0) + timedelta(hours=1)]


def test_a_long_report_is_not_piled_up(lab: Lab, jobs: Jobs, house: House) -> None:
    """While a job is open its schedule makes no other; afterwards it goes on."""
    lab.schedules.add("weekly_review", "hourly")
    schedule = due(house, lab, "weekly_review", NOW)
    assert tick(jobs, NOW) == 1
    job = jobs.claim()
    assert job is not None
    assert tick(jobs, NOW + timedelta(hours=1)) == 0
    assert jobs.end(job, "done")
    assert tick(jobs, NOW + timedelta(hours=2)) == 1
    assert len(dues(house, schedule)) == 2


def test_one_unreadable_line_stops_nobody(lab: Lab, jobs: Jobs, house: House) -> None:
    """A person may write anything by SQL; the beat notes what is wrong and goes on."""
    lab.schedules.add("weekly_review", "hourly")
    lab.schedules.add("weekly_review", "hourly", name="spoilt")
    house.sql("update schedules.items set \"when\" = 'nonsense' where name = 'spoilt'")
    due(house, lab, "weekly_review", NOW)
    assert tick(jobs, NOW) == 1
    spoilt = lab.schedules.named("spoilt").id
    found = house.sql(
        "select problem, next_at is null from pgc.timetable where schedule = %s", spoilt
    )
    assert "five fields" in found[0][0]
    lab.schedules.items.update(spoilt, when="daily")
    assert house.sql("select problem from pgc.timetable where schedule = %s", spoilt) == [("",)]


def test_those_who_left_get_no_reports(lab: Lab, jobs: Jobs, house: House) -> None:
    """Their schedules stay for their return."""
    lab.schedules.add("weekly_review", "hourly")
    due(house, lab, "weekly_review", NOW)
    house.sql("update pgc.persons set ended_at = now() where id = %s", lab.person)
    assert tick(jobs, NOW) == 0


def test_many_claims_at_once_get_each_job_once(lab: Lab, house: House, jobs: Jobs) -> None:
    """However many workers ask; and one person's jobs do not take all of them."""
    for number in range(6):
        lab.schedules.add("weekly_review", "hourly", name=f"n{number}")
        lab.schedules.run_soon(f"n{number}")
    workers = [Jobs(house.worker_url, name=f"worker-{number}") for number in range(8)]
    claimed: list[Job] = []
    for _round in range(6):
        with ThreadPoolExecutor(8) as pool:
            found = [
                job for job in pool.map(lambda worker: (worker, worker.claim()), workers) if job[1]
            ]
        # Claims at the same moment do not see one another, so a few more may pass.
        claimed += [job for _worker, job in found if job]
        for worker, job in found:
            assert job is not None and worker.end(job, "done")
    assert len(claimed) == len({job.id for job in claimed}) == 6


def test_a_person_has_so_many_at_a_time(lab: Lab, jobs: Jobs) -> None:
    """Others' come first then; it goes on when one is over."""
    for number in range(AT_ONCE + 1):
        lab.schedules.add("weekly_review", "hourly", name=f"n{number}")
        lab.schedules.run_soon(f"n{number}")
    held = [jobs.claim() for _number in range(AT_ONCE)]
    assert all(held) and jobs.claim() is None
    first = held[0]
    assert first is not None and jobs.end(first, "done")
    assert jobs.claim() is not None


def test_a_claim_by_name_waits_for_who_notes_something(lab: Lab, jobs: Jobs, house: House) -> None:
    """A beat tells a worker of a job and then notes that; the worker may be faster than the note."""
    lab.schedules.add("weekly_review", "hourly")
    schedule = due(house, lab, "weekly_review", NOW - timedelta(minutes=1))
    assert tick(jobs, NOW) == 1
    [(job,)] = house.sql("select id from pgc.jobs where schedule = %s", schedule)
    with ThreadPoolExecutor(1) as pool, jobs.connection() as beat:
        beat.execute("update pgc.jobs set sent_at = now() where id = %s", (job,))
        claim = pool.submit(jobs.claim, job)
        waiting = "select count(*) from pg_locks where not granted and locktype = 'transactionid'"
        deadline = time.monotonic() + 60
        while house.sql(waiting) == [(0,)]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        beat.commit()
        claimed = claim.result(30)
    assert claimed is not None and claimed.id == job


def test_a_dead_workers_job_is_taken_over_once(lab: Lab, house: House) -> None:
    """When its lease has run out, by one; the dead one, come back, has lost it and can write nothing."""
    lab.schedules.add("weekly_review", "hourly")
    dead = Jobs(house.worker_url, name="dead", lease=timedelta(milliseconds=50))
    job = soon(lab, dead, "weekly_review")
    house.sql("select pg_sleep(0.1)")
    others = [Jobs(house.worker_url, name=f"other-{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda worker: worker.claim(job.id), others))
    found = [each for each in taken if each]
    assert [(each.id, each.attempts) for each in found] == [(job.id, 2)]
    assert not dead.renew(job) and not dead.end(job, "failed") and not dead.put_back(job)
    assert state_of(house, job.id)[0] == "running"


def test_a_lease_that_is_renewed_is_kept(lab: Lab, jobs: Jobs, house: House) -> None:
    """Nobody takes a job whose worker lives."""
    lab.schedules.add("weekly_review", "hourly")
    job = soon(lab, jobs, "weekly_review")
    assert jobs.renew(job)
    assert Jobs(house.worker_url, name="other").claim(job.id) is None


def test_workers_are_told_again(lab: Lab, jobs: Jobs, house: House) -> None:
    """A message that was lost with the broker is sent again after a while; one that was heard is not."""
    lab.schedules.add("weekly_review", "hourly")
    job = lab.schedules.run_soon("weekly_review")
    assert jobs.unsent() == [job]
    jobs.sent(job)
    assert jobs.unsent() == []
    house.sql("update pgc.jobs set sent_at = now() - interval '2 minutes' where id = %s", job)
    assert jobs.unsent() == [job]
    claimed = jobs.claim(job)
    assert claimed is not None and jobs.unsent() == []
    assert jobs.hand_over(claimed)
    assert jobs.unsent() == [job]
    assert jobs.claim(job) is not None
    house.sql(
        "update pgc.jobs set sent_at = now() - interval '5 seconds', lease_until = now() where id = %s", job
    )  # fmt: skip
    assert jobs.unsent() == [job], "whoever was told of it has died"
    jobs.sent(job)
    assert jobs.unsent() == []


def test_asked_for_twice_it_is_one_job(lab: Lab, jobs: Jobs) -> None:
    """A person who is impatient gets the job that waits already."""
    lab.schedules.add("weekly_review", "hourly")
    job = lab.schedules.run_soon("weekly_review")
    assert lab.schedules.run_soon("weekly_review") == job
    claimed = jobs.claim(job)
    assert claimed is not None and jobs.end(claimed, "done")
    assert lab.schedules.run_soon("weekly_review") != job


def test_what_ended_long_ago_is_forgotten(lab: Lab, jobs: Jobs, house: House) -> None:
    """And nothing else."""
    lab.schedules.add("weekly_review", "hourly")
    old, new = soon(lab, jobs, "weekly_review"), None
    jobs.end(old, "done")
    house.sql("update pgc.jobs set ended_at = now() - interval '100 days' where id = %s", old.id)
    new = soon(lab, jobs, "weekly_review")
    jobs.tidy()
    query = "select id from pgc.jobs where schedule = %s"
    assert house.sql(query, old.schedule) == [(new.id,)]


def test_old_calls_to_models_are_forgotten(
    lab: Lab, jobs: Jobs, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the worker, who may not read one of them; never the last month, and nothing where they are kept for ever."""
    person = lab.session.person
    for days in (500, 40, 20):
        house.sql(
            "insert into gateway.calls (id, person, at, via, operation, provider, model, seconds, outcome) "
            "values (uuidv7(), %s, now() - make_interval(days => %s), 'http', 'chat', 'p', 'm', 1, 'ok')",
            person,
            days,
        )

    def kept(days: str) -> int:
        monkeypatch.setenv("PGC_GATEWAY_KEEP_DAYS", days)
        settings.cache_clear()
        jobs.tidy()
        query = "select count(*) from gateway.calls where person = %s"
        return int(house.sql(query, person)[0][0])

    assert [kept("0"), kept("400"), kept("1")] == [3, 2, 1]
    with jobs.connection() as worker:
        for statement in ("select from gateway.calls", "delete from gateway.calls"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                worker.execute(statement.encode())
            worker.rollback()
    with (
        psycopg.connect(lab.session.database.reveal()) as mine,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        mine.execute("select pgc.forget_calls(31)")


@pytest.fixture(autouse=True)
def _quiet(jobs: Jobs) -> None:
    """No job of another test is in the way."""
