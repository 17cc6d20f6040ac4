"""Hobbies: stages with their history, what was done and planned, experiments, and only for whom one lets."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from pgc_lib.areas.hobbies import Hobbies
from pgc_lib.core.zone import set_zone, today, zone
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from pgc_lib.i18n import in_lang
from tests.support.lab import House, Person, share


@pytest.fixture
def hobbies(person: Person) -> Iterator[Hobbies]:
    """The hobbies of a new person, in English and in Shanghai."""
    before = zone().key
    set_zone("Asia/Shanghai")
    with in_lang("en"):
        yield Hobbies(person("mei"))
    set_zone(before)


def test_an_interest_comes_from_the_catalogue_or_from_oneself(hobbies: Hobbies) -> None:
    """Found by what it is called in either language; a name stands once; what the catalogue lacks is refused."""
    kept = hobbies.take_up("水彩")
    assert (kept.name, kept.hobby, kept.stage) == ("Watercolour painting", "watercolour", "curious")
    assert hobbies.interest("watercolour") == hobbies.interest("水彩") == kept
    own = hobbies.take_up("Whistling", tags=["a listening ear"], stage="regular")
    assert own.hobby == "" and hobbies.interest("Whistling") == own
    with pytest.raises(Invalid, match="with this already"):
        hobbies.take_up("watercolour")
    with pytest.raises(NotFound, match="take_up"):
        hobbies.interest("Sleeping")
    with pytest.raises(Invalid, match="no hobby “sleeping”"):
        hobbies.add(name="x", hobby="sleeping")
    with pytest.raises(Invalid):
        hobbies.add(name="x", stage="mastered")


def test_stages_have_their_history(hobbies: Hobbies) -> None:
    """Told from the history that every record has; nothing else notes it."""
    kept = hobbies.take_up("guitar")
    for stage in ("trying", "regular", "regular", "resting"):
        hobbies.move("guitar", stage)  # type: ignore[arg-type]
    hobbies.interests.update(kept.id, note="a new string")
    stages = hobbies.stages("guitar")
    assert stages["stage"].to_list() == ["curious", "trying", "regular", "resting"]
    assert stages["since"].is_sorted()


def test_what_was_done_adds_up(hobbies: Hobbies) -> None:
    """By interest, by month on the person's calendar, and by thing."""
    hobbies.take_up("guitar")
    hobbies.take_up("running")
    first = datetime(2026, 1, 31, 17, tzinfo=UTC)  # the 1st of February in Shanghai
    hobbies.log("guitar", hours=1.5, start=first, joy=5, energy=1, cost="20", place="music room")
    hobbies.log("guitar", minutes=30, start=first + timedelta(days=1), joy=4, place="music room")
    hobbies.log("running", minutes=45, start="2026-02-03 07:00", joy=2, energy=2, km=6.2)
    assert hobbies.places.count() == 1
    lines = {line["name"]: line for line in hobbies.overview().iter_rows(named=True)}
    assert lines["Guitar"]["hours"] == 2.0 and lines["Guitar"]["joy"] == 4.5
    assert float(lines["Guitar"]["cost"]) == 20 and lines["Guitar"]["last"] == date(2026, 2, 2)
    assert hobbies.overview(since="2026-02-03").filter(times=1)["name"].to_list() == ["Running"]
    months = hobbies.hours()
    assert months["period"].unique().to_list() == [date(2026, 2, 1)] and months.height == 2
    guitar = hobbies.interest("guitar")
    hobbies.gear.add(name="strings", interest=guitar.id, cost="60", lasts=4, bought="2026-01-01")
    hobbies.gear.add(name="old", interest=guitar.id, cost="10", bought="2020-01-01", retired="2021-01-01")  # fmt: skip
    used = {line["name"]: line for line in hobbies.gear_use().iter_rows(named=True)}
    assert used["strings"]["hours"] == 2.0 and used["strings"]["an_hour"] == 30.0
    assert used["strings"]["worn"] == 0.5 and used["old"]["hours"] == 0.0
    assert used["old"]["an_hour"] is None
    with pytest.raises(Invalid, match="end before"):
        hobbies.gear.add(name="x", bought="2026-01-02", retired="2026-01-01")
    with pytest.raises(Invalid):
        hobbies.log("guitar", minutes=-5, joy=6)


def test_an_empty_lab_has_empty_answers(hobbies: Hobbies) -> None:
    """With the columns that a full one has."""
    for frame in (hobbies.overview(), hobbies.hours(), hobbies.gear_use(), hobbies.ahead()):
        assert frame.is_empty() and frame.columns
    assert len({each.hobby.category for each in hobbies.suggest(8)}) == 8


def test_plans_come_on_the_persons_clock(hobbies: Hobbies) -> None:
    """Once, by a rule, all day, in another zone; without the days that do not take place."""
    hobbies.take_up("badminton")
    hobbies.plan(
        "Badminton", day="2026-11-25", clock="19:30", interest="badminton", minutes=90,
        rule="FREQ=WEEKLY;BYDAY=WE", without=["2026-12-02"],
    )  # fmt: skip
    hobbies.plan("Open day", day="2026-12-05")
    hobbies.plan("Call", day="2026-11-30", clock="09:00", zone="Europe/Berlin")
    start = datetime(2026, 11, 24, tzinfo=zone())
    ahead = hobbies.ahead(20, since=start)
    assert [(line["title"], f"{line['start']:%m-%d %H:%M}") for line in ahead.iter_rows(named=True)] == [
        ("Badminton", "11-25 19:30"),
        ("Call", "11-30 16:00"),
        ("Open day", "12-05 00:00"),
        ("Badminton", "12-09 19:30"),
    ]  # fmt: skip
    assert ahead["repeats"][0] == "every week on Wednesday" and ahead["interest"][0] == "Badminton"
    assert ahead["all_day"].to_list() == [False, False, True, False]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"rule": "FREQ=HOURLY"}, "BYHOUR"),
        ({"rule": "weekly"}, "equals sign"),
        ({"clock": "25:00"}, "form"),
        ({"clock": "19:30", "zone": "Mars/Olympus"}, "no time zone"),
        ({"clock": "19:30", "zone": "../../etc/passwd"}, "no time zone"),
        ({"without": ["tomorrow"]}, "not on"),
        ({"rule": "FREQ=DAILY;INTERVAL=7;BYDAY=MO"}, "never takes place"),
        ({"rule": "FREQ=DAILY;UNTIL=20200101"}, "never takes place"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(hobbies: Hobbies, values: dict[str, str], reason: str) -> None:  # fmt: skip
    """With the reason; nothing is kept."""
    with pytest.raises(Invalid, match=reason):
        hobbies.plan("x", day="2026-11-25", **values)
    assert hobbies.plans.count() == 0


def test_suggestions_say_why(hobbies: Hobbies) -> None:
    """From what brought joy, never what one has already, and within what one wishes."""
    for name, joy in (("watercolour", 5), ("calligraphy", 5), ("football", 1)):
        hobbies.take_up(name)
        for _time in range(3):
            hobbies.log(name, minutes=60, joy=joy, energy=1 if joy > 3 else -2)
    found = hobbies.suggest(6)
    assert len(found) == 6
    keys = {each.hobby.key for each in found}
    assert not keys & {"watercolour", "calligraphy", "football"}
    assert keys & {"drawing", "chinese-painting", "lettering", "oil-painting"}
    assert "basketball" not in {each.hobby.key for each in hobbies.suggest(60)}
    first = found[0]
    assert set(first.because) <= {"Watercolour painting", "Calligraphy"} and first.shared
    assert "joy 5.0 of 5, 3 times" in first.reason and first.shared[0] in first.reason
    assert all(each.hobby.where != "indoor" for each in hobbies.suggest(9, where="outdoor"))
    with in_lang("zh-CN"):
        assert "快乐 5.0" in hobbies.suggest(1)[0].reason


def test_an_experiment_from_the_plan_to_the_verdict(hobbies: Hobbies, house: House) -> None:
    """Interest, plan and steps in one batch; check-ins are activities; going on sets the stage."""
    start = today() - timedelta(days=13)
    trial = hobbies.try_it("pottery", times=3, start=start, clock="20:00", hope="quiet hands")
    assert hobbies.interest("pottery").stage == "trying" and len(trial.steps) == 4
    since = datetime.combine(start, datetime.min.time(), zone())
    assert hobbies.ahead(20, since=since).height == 6
    with pytest.raises(Conflict, match="trying"):
        hobbies.try_it("pottery")
    assert hobbies.so_far(trial).speaks_for == ""
    for day, joy in ((0, 3), (3, 4), (6, 5), (9, 5)):
        hobbies.check_in(trial, day=start + timedelta(days=day), minutes=40, joy=joy, energy=1, again=True)  # fmt: skip
    hobbies.check_in(trial, day=start + timedelta(days=10), note="too tired")
    hobbies.check_in("pottery", day=start + timedelta(days=9), minutes=50, joy=5, again=True)
    assert hobbies.activities.count() == 4, "a second word on a day replaces the first"
    found = hobbies.so_far("pottery")
    assert (found.day, found.planned, found.done, found.minutes) == (14, 6, 4, 170)
    assert found.joy == 4.25 and found.rising == 1.5 and found.speaks_for == "continue"
    with pytest.raises(Invalid, match="begins on"):
        hobbies.check_in(trial, day=start - timedelta(days=1), minutes=10)
    ended = hobbies.conclude(trial, "continue", note="yes")
    assert (ended.verdict, ended.note) == ("continue", "yes")
    assert hobbies.interest("pottery").stage == "regular" and hobbies.plans.count() == 0
    assert hobbies.stages("pottery")["stage"].to_list() == ["trying", "regular"]
    for again in (lambda: hobbies.conclude(trial, "stop"), lambda: hobbies.check_in(trial)):
        with pytest.raises(Conflict, match="going on"):
            again()
    lab = house.lab(hobbies.session)
    assert lab.hobbies.trials.count() == 1


def test_an_experiment_is_undone_as_one(hobbies: Hobbies, house: House) -> None:
    """What began together goes together; a wrong verdict is refused."""
    trial = hobbies.try_it("ukulele")
    with pytest.raises(Invalid, match="possible are"):
        hobbies.conclude(trial, "maybe")  # type: ignore[arg-type]
    assert trial.batch is not None
    house.lab(hobbies.session).history.undo_batch(trial.batch)
    assert [each.count() for each in hobbies.collections()] == [0] * 7
    with pytest.raises(NotFound):
        hobbies.so_far("ukulele")


def test_only_whom_i_let_sees_my_hobbies(hobbies: Hobbies, person: Person) -> None:
    """A coach with my skills sees nothing of them; with a grant they do, and change nothing."""
    hobbies.take_up("guitar")
    hobbies.log("guitar", minutes=10, joy=5)
    other = person("coach")
    assert [each.count() for each in Hobbies(other).collections()] == [0] * 7
    share(hobbies.session, other, "hobbies", "see")
    theirs = Hobbies(other)
    assert theirs.overview()["name"].to_list() == ["Guitar"]
    with pytest.raises((NotFound, Denied)):
        theirs.move(hobbies.interest("guitar"), "resting")
    assert hobbies.interest("guitar").stage == "curious"
