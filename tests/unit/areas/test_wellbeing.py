"""Wellbeing: what is sealed, what is found and what is not, and only for whom one lets."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from pgc_lib.areas.finance import Finance
from pgc_lib.areas.hobbies import Hobbies
from pgc_lib.areas.skills import Skills
from pgc_lib.areas.wellbeing import Wellbeing
from pgc_lib.areas.wellness.cues import experiments
from pgc_lib.areas.wellness.measures import RECORDING
from pgc_lib.core.record import SEALED
from pgc_lib.core.zone import set_zone, today, zone
from pgc_lib.demo.wellbeing import BETTER_SINCE
from pgc_lib.demo.wellbeing import load as load_demo
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person, share


@pytest.fixture
def wellbeing(person: Person) -> Iterator[Wellbeing]:
    """The wellbeing of a new person, in English, in Shanghai; where the day would end during a test, further west."""
    before = zone().key
    late = datetime.now(ZoneInfo("Asia/Shanghai")).hour == 23
    set_zone("Asia/Kolkata" if late else "Asia/Shanghai")
    with in_lang("en"):
        yield Wellbeing(person("lin"))
    set_zone(before)


@pytest.fixture(scope="module")
def demo(house: House, person: Person) -> Lab:
    """The made-up family's three years."""
    lab = house.lab(person("demo"))
    with pytest.MonkeyPatch.context() as patch:
        # Of a fixed day: what chance finds in it would be another thing each morning.
        for module in ("calendar", "wellbeing"):
            patch.setattr(f"pgc_lib.demo.{module}.today", lambda: DEMO_DAY)
        load_demo(lab)
    return lab


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'; drop table wellbeing.moods; --",
    "{name} %s {0.__class__}",
    "../../etc/passwd",
    "\u202egnitirw",
    "👩‍👩‍👧𠮷",
    "心" * 200,
)
"""What people and files may bring as a name."""


DEMO_DAY = date(2025, 6, 1)
"""The day on which the demo of these tests ends."""


def noon(day: date) -> datetime:
    """A moment of a day."""
    return datetime.combine(day, time(12), zone())


def test_several_moods_a_day(wellbeing: Wellbeing) -> None:
    """Each is kept; the day has their mean; one that says nothing is refused."""
    set_zone("Asia/Shanghai")
    day = date(2026, 5, 4)
    wellbeing.log(4, at=noon(day), tags=["work"])
    wellbeing.log(
        8, energy=6, at=noon(day) + timedelta(hours=8), tags=["friends"], note="a long talk"
    )
    # Half past midnight in Shanghai is the next day, whatever UTC says.
    wellbeing.log(2, at=datetime(2026, 5, 4, 16, 30, tzinfo=UTC))
    frame = wellbeing.daily("mood", "energy", since="2026-05-03", until="2026-05-05")
    assert frame["mood"].to_list() == [None, 6.0, 2.0] and frame["energy"].to_list() == [
        None,
        6.0,
        None,
    ]
    assert wellbeing.moods.find(order="at")[1].note == "a long talk"
    for values in ({}, {"mood": 0}, {"mood": 11}, {"mood": 5, "energy": 0}):
        with pytest.raises(Invalid):
            wellbeing.log(**values)


def test_what_is_sealed(wellbeing: Wellbeing, house: House, person: Person) -> None:
    """Notes and answers are unreadable in the database and its history; marks are not, for trends are made of them."""
    secret = "a thing for nobody"
    kept = wellbeing.log(3, note=secret)
    wellbeing.slept("23:00", "06:00", note=secret)
    wellbeing.answer("phq-9", [1] * 9, note=secret)
    wellbeing.moods.update(kept, note=secret + "!")
    tables = ("wellbeing.moods", "wellbeing.sleep", "wellbeing.answers", "pgc.images")
    for table in tables:
        lines = str(house.sql(f"select t::text from {table} t where owner = '{wellbeing.session.person}'"))  # fmt: skip
        assert secret not in lines and "[1, 1" not in lines and table in tables
    assert secret not in repr(wellbeing.moods.find()) + wellbeing.moods.find()._repr_html_()
    assert SEALED in repr(wellbeing.answers.find())
    # Even whoever may see the area sees that something was answered, and not what.
    friend = person("friend")
    share(wellbeing.session, friend, "wellbeing", "edit")
    theirs = Wellbeing(friend)
    assert [each.answers for each in theirs.answers.find()] == [SEALED]
    assert theirs.results() == [] and theirs.moods.find()[0].note == SEALED
    assert theirs.moods.find()[0].mood == 3


def test_a_coach_with_skills_sees_no_mood(wellbeing: Wellbeing, person: Person) -> None:
    """A grant on one area opens no other; with one on this area they see, and change nothing."""
    coach = person("coach", role="coach")
    wellbeing.log(7)
    wellbeing.begin("Read")
    wellbeing.check("Read")
    share(wellbeing.session, coach, "skills", "edit")
    theirs = Wellbeing(coach)
    assert [each.count() for each in theirs.collections()] == [0] * 8
    assert theirs.daily("mood", owner=wellbeing.session.person, since=today())["mood"].to_list() == [None]  # fmt: skip
    with pytest.raises(NotFound):
        theirs.habit(wellbeing.habit("Read").id)
    share(wellbeing.session, coach, "wellbeing", "see")
    assert theirs.daily("mood", owner=wellbeing.session.person, since=today())["mood"].to_list() == [7.0]  # fmt: skip
    # Their own days stay their own: what is computed is not mixed with what they may see.
    assert theirs.daily("mood", since=today())["mood"].to_list() == [None]
    assert theirs.today().moods == [] and theirs.standings() == []
    assert theirs.standings(owner=wellbeing.session.person)[0].name == "Read"
    with pytest.raises((NotFound, Denied)):
        theirs.check(wellbeing.habit("Read"), day=today() - timedelta(days=1))


def test_hostile_text_is_only_text(wellbeing: Wellbeing) -> None:
    """Names, tags and notes come back as they were, are never markup, SQL, a format or a path."""
    day = today() - timedelta(days=1)
    for text in HOSTILE:
        habit = wellbeing.begin(text, start=day, note=text)
        wellbeing.check(habit, day=day, note=text)
        kept = wellbeing.log(5, tags=[text], note=text, at=noon(day))
        assert wellbeing.moods.get(kept.id).note == text and kept.tags == [text]
        name = f"habit:{text}"
        assert wellbeing.daily(name, since=day)[name][0] == 1
        with pytest.raises(NotFound):
            wellbeing.questions(text)
        with pytest.raises(NotFound):
            wellbeing.trend(text)
    listings = (wellbeing.standings(), wellbeing.today(), wellbeing.moods.find(), wellbeing.due(), wellbeing.measures())  # fmt: skip
    shown = "".join(each._repr_html_() for each in listings)
    assert "<script" not in shown and "<img" not in shown and "&lt;script" in shown


def test_nights_are_noted_by_the_clock(wellbeing: Wellbeing) -> None:
    """Over midnight and over a change of the clock; what cannot be is refused with its reason."""
    set_zone("Europe/Berlin")
    kept = wellbeing.slept("23:00", "07:00", day="2026-03-29", quality=4)
    assert kept.woke - kept.asleep == timedelta(hours=7)
    wellbeing.slept("13:00", "13:20", day="2026-03-29", nap=True)
    (night,) = wellbeing.nights(since="2026-03-20", until="2026-04-01")
    assert (night.day, night.hours, round(night.naps, 2)) == (date(2026, 3, 29), 7.0, 0.33)
    frame = wellbeing.daily("sleep_hours", "sleep_quality", "bedtime", since="2026-03-29", until="2026-03-29")  # fmt: skip
    assert frame.row(0)[1:] == (7.0, 4.0, 5.0)
    wrong: list[tuple[object, object]] = [("25:00", "07:00"), ("x", "y")]
    now = datetime.now(UTC)
    wrong += [(now, now), (now, now - timedelta(hours=1)), (now - timedelta(hours=40), now)]
    for asleep, woke in wrong:
        with pytest.raises(Invalid):
            wellbeing.slept(asleep, woke)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="awake"):
        wellbeing.slept("23:00", "01:00", awake=120)
    assert wellbeing.sleep.count() == 2


def test_habits_from_the_first_day_to_the_streak(wellbeing: Wellbeing) -> None:
    """Amounts add up, a day can be excused, and both streaks are shown."""
    start = today() - timedelta(days=9)
    wellbeing.begin("Water", goal=8, unit="glasses", start=start)
    for ago in range(9, 0, -1):
        if ago != 4:
            wellbeing.check("Water", day=today() - timedelta(days=ago))
    found = wellbeing.standing("Water")
    assert (found.strict.current, found.forgiving.current, found.open_today) == (3, 8, True)
    assert "every day" in found.repeats and "Streak" in wellbeing.standings()._repr_html_()
    wellbeing.check("Water", 5)
    assert wellbeing.standing("Water").open_today
    wellbeing.check("Water", 3)
    assert wellbeing.standing("Water").strict.current == 4
    wellbeing.check("Water", day=today() - timedelta(days=4), excused=True, note="ill")
    assert wellbeing.standing("Water").strict.current == 9
    assert wellbeing.habit_days("Water")["done"].to_list() == [True] * 5 + [False] + [True] * 4
    assert wellbeing.uncheck("Water") and not wellbeing.uncheck("Water")
    with pytest.raises(Invalid, match="yet to come"):
        wellbeing.check("Water", day=today() + timedelta(days=1))
    with pytest.raises(NotFound, match="begin"):
        wellbeing.check("Wine")
    with pytest.raises(Invalid):
        wellbeing.begin("x", rule="FREQ=DAILY", times=2)
    wellbeing.habits.update(wellbeing.habit("Water"), ended=today() - timedelta(days=1))
    assert wellbeing.standings() == []


def test_what_is_due_today(wellbeing: Wellbeing) -> None:
    """Open habits, the arm of an experiment, a mood; by time of day, until each is noted."""
    wellbeing.begin("Run", clock="07:00")
    plan = wellbeing.experiment("Tea", measure="mood", a="green tea", days=10, clock="16:00")
    found = wellbeing.due()
    assert [(each.kind, each.clock) for each in found] == [("habit", "07:00"), ("experiment", "16:00"), ("mood", "")]  # fmt: skip
    assert wellbeing.arm(plan) in found[1].detail and "Run" in wellbeing.today()._repr_html_()
    begin = datetime.combine(today(), time(), zone())
    cues = [each for each in experiments(wellbeing.session, begin, begin + timedelta(days=1), None) if each.day == today()]  # fmt: skip
    assert [(each.title, each.clock, each.note) for each in cues] == [
        ("Tea", "16:00", found[1].detail)
    ]
    wellbeing.check("Run")
    wellbeing.went(plan)
    left = experiments(wellbeing.session, begin, begin + timedelta(days=1), None)
    assert today() not in {each.day for each in left}
    wellbeing.log(6, tags=["tea"])
    assert wellbeing.due() == [] and wellbeing.today().mood == 6
    assert wellbeing.went("Tea", False).as_planned is False and wellbeing.adherence.count() == 1
    with pytest.raises(Invalid, match="plan goes from"):
        wellbeing.went(plan, day=today() + timedelta(days=1))


def test_answers_are_scored_each_time_they_are_read(wellbeing: Wellbeing) -> None:
    """Results with help where it is called for; incomplete ones keep nothing but still say it."""
    result = wellbeing.answer("WHO-5", [1, 1, 1, 1, 1])
    assert result.score == 20 and result.hint is not None and "12356" in result._repr_html_()
    wellbeing.answer("who-5", {1: 4, 2: 4, 3: 3, 4: 4, 5: 4}, at="2026-01-05 20:00")
    assert [each.score for each in wellbeing.results("who-5")] == [20, 76]
    assert wellbeing.scores("who-5")["score"].to_list() == [76, 20]
    assert wellbeing.scores("gad-7").is_empty() and len(wellbeing.instruments()) == 4
    with pytest.raises(Invalid, match="12356"):
        wellbeing.answer("phq-9", {9: 2})
    assert wellbeing.answers.count() == 2
    # What cannot be scored is not kept, whichever door it comes through.
    for instrument, text in (("who-5", "[1, 2]"), ("who-5", "junk"), ("mbti", "[1]"), ("who-5", '{"a": 1}'), ("phq-9", "[9]")):  # fmt: skip
        with pytest.raises(Invalid):
            wellbeing.answers.add(instrument=instrument, at=datetime.now(UTC), answers=text)
    assert (
        wellbeing.hint("phq-9", {9: 1}) is not None and wellbeing.hint("phq-9", [3, None]) is None
    )
    assert "no diagnosis" in wellbeing.results()._repr_html_()
    assert "CC BY-NC-SA" in wellbeing.questions("who-5")._repr_html_()


def test_missing_days_are_not_zeros(wellbeing: Wellbeing) -> None:
    """Mood is unknown on a silent day; minutes are nothing only between entries that lie near each other."""
    start = date(2026, 3, 1)
    for at in (0, 5, 5 + RECORDING, 6 + 2 * RECORDING):
        day = start + timedelta(days=at)
        wellbeing.log(6, at=noon(day))
        wellbeing.moved("walk", 30, start=noon(day))
    frame = wellbeing.daily("mood", "exercise", since=start, until=start + timedelta(days=40))
    assert frame["mood"].drop_nulls().len() == 4
    exercise = frame["exercise"].to_list()
    assert exercise[0] == 30 and exercise[1:5] == [0.0] * 4 and exercise[6 : 5 + RECORDING] == [0.0] * (RECORDING - 1)  # fmt: skip
    silent = exercise[6 + RECORDING : 6 + 2 * RECORDING] + exercise[7 + 2 * RECORDING :]
    assert set(silent) == {None}


def test_exercise_of_hobbies_is_read_and_not_doubled(wellbeing: Wellbeing) -> None:
    """A recorded run counts here, too; the same time noted twice counts once; sitting is no exercise."""
    hobbies, day = Hobbies(wellbeing.session), date(2026, 4, 1)
    hobbies.take_up("running")
    hobbies.take_up("guitar")
    hobbies.log("running", minutes=40, start=noon(day), source="track:2026-04-01T04:00:00Z")
    hobbies.log("guitar", minutes=60, start=noon(day) + timedelta(hours=3))
    wellbeing.moved("run, by hand", 40, start=noon(day) + timedelta(minutes=5))
    wellbeing.moved("walk", 20, start=noon(day) + timedelta(hours=6))
    Skills(wellbeing.session).log("Piano", 1.5, day=day, create=True)
    frame = wellbeing.daily("exercise", "hobbies", "practice", since=day, until=day)
    assert frame["exercise"][0] == pytest.approx(65)
    assert frame["hobbies"][0] == pytest.approx(100 / 60) and frame["practice"][0] == 1.5
    assert wellbeing.exercise.count() == 2


def test_wages_are_no_spending(wellbeing: Wellbeing) -> None:
    """What came in on a day neither makes it a cheap one nor a day on which nothing was spent; a refund does."""
    finance, day = Finance(wellbeing.session), date(2026, 4, 5)
    finance.add(amount="9000", payee="Work", category="Wages", day=day)
    finance.add(amount="-80", payee="Market", category="Food", day=day)
    finance.add(amount="30", payee="Market", category="Food", nature="refund", day=day)
    frame = wellbeing.daily("spending", since=day, until=day)
    assert frame["spending"].to_list() == [50.0]


def test_an_empty_lab_has_empty_answers(wellbeing: Wellbeing) -> None:
    """Nothing is found in nothing, and it is said so."""
    assert wellbeing.links() == [] and wellbeing.changes() == [] and wellbeing.nights() == []
    assert "too little" in wellbeing.trend().sentence and wellbeing.trend().frame().is_empty()
    assert (
        wellbeing.rhythm() is None and wellbeing.results() == [] and wellbeing.today().mood is None
    )
    assert "0 comparisons" in wellbeing.links("mood")._repr_html_()
    with pytest.raises(NotFound, match="sleep_hours"):
        wellbeing.trend("happiness")
    with pytest.raises(NotFound):
        wellbeing.links("happiness")
    with pytest.raises(Invalid, match="2026-12-31"):
        wellbeing.daily("mood", since="yesterday")


def test_an_experiment_by_lot(wellbeing: Wellbeing) -> None:
    """From the plan to a conclusion with its doubt; the draw is kept as it was."""
    start = today() - timedelta(days=40)
    plan = wellbeing.experiment(
        "Walks", measure="mood", a="a walk", days=40, start=start, hypothesis="I feel better"
    )
    assert plan.plan.count("A") == plan.plan.count("B") == 20
    assert "Nothing can be said yet" in wellbeing.result(plan).sentence
    for at, arm in enumerate(plan.plan):
        wellbeing.log(7 + at % 2 if arm == "A" else 5 + at % 2, at=noon(start + timedelta(days=at)))
        if at % 3 == 0:
            wellbeing.went(plan, at % 2 == 0, day=start + timedelta(days=at))
    result = wellbeing.result("Walks")
    found = result.comparison
    assert (
        found is not None and found.p < 0.01 and found.low <= 2 <= found.high and found.units == 20
    )
    assert "A did better in these weeks" in result.sentence and "repetition" in result.sentence
    assert "noted days went as planned" in " ".join(result.cautions) and not result.running
    ended = wellbeing.conclude(plan)
    assert ended.conclusion == result.sentence and ended.ended == today()
    assert "A did better" not in repr(wellbeing.experiments.find())
    with pytest.raises(Conflict, match="ended"):
        wellbeing.conclude("Walks")
    wellbeing.forget("Walks")
    assert wellbeing.experiments.count() == 0 == wellbeing.adherence.count()
    with pytest.raises(NotFound):
        wellbeing.result("Walks")
    with pytest.raises(Invalid):
        wellbeing.experiment("x", measure="mood", a="a", days=0)
    with pytest.raises(NotFound):
        wellbeing.experiment("x", measure="luck", a="a")
    with pytest.raises(Invalid, match="settle"):
        wellbeing.experiment("x", measure="mood", a="a", block=2, washout=2)


def test_before_and_after_with_its_doubts(wellbeing: Wellbeing) -> None:
    """Days before it began are read from what was noted then; that nothing was drawn is said."""
    change = today() - timedelta(days=30)
    for at in range(-30, 30):
        wellbeing.log((4 if at < 0 else 7) + at % 3, at=noon(change + timedelta(days=at)))
    wellbeing.experiment("Move", measure="mood", a="new flat", design="before_after", days=40, before=30, start=change)  # fmt: skip
    result = wellbeing.result("Move")
    assert result.comparison is not None and result.comparison.low <= 3 <= result.comparison.high
    assert "drawn by lot" in result.sentence and result.running
    told = " ".join(result.cautions)
    assert "season" in told and "still runs" in told and "independent days" in told


def test_the_past_is_seen_as_it_was(wellbeing: Wellbeing, house: House) -> None:
    """What was noted later is not there yet; an import is undone as one."""
    wellbeing.log(6)
    before = datetime.now(UTC)
    wellbeing.log(2)
    lab = house.lab(wellbeing.session)
    assert lab.at(before).wellbeing.today().mood == 6 and lab.wellbeing.today().mood == 4
    rows = [{"at": noon(date(2026, 1, day)), "mood": 5, "note": "x", "source": f"s{day}"} for day in range(1, 9)]  # fmt: skip
    added = wellbeing.moods.add_many(rows)
    assert added.added == 8 and wellbeing.moods.add_many(rows, on_conflict="skip").skipped == 8
    lab.history.undo_batch(added.batch)
    assert wellbeing.moods.count() == 2


def test_the_planted_is_found_and_nothing_else(demo: Lab) -> None:
    """In the demo's three years: the better level since 400 days, and mood after longer nights; no noise."""
    last = DEMO_DAY - timedelta(days=1)
    with in_lang("en"):
        (change,) = demo.wellbeing.changes("mood", until=last)
        planted = DEMO_DAY - timedelta(days=BETTER_SINCE)
        assert change.earliest <= planted <= change.latest
        assert abs((change.day - planted).days) <= 20 and change.step.low <= 1.2 <= change.step.high
        found = demo.wellbeing.links("mood", lags=(0, 1), until=last)
        hidden = {"sleep_hours", "sleep_quality", "energy", "bedtime"}
        assert {link.one.name for link in found} <= hidden
        slept = next(link for link in found if link.one.name == "sleep_hours" and link.lag == 0)
        assert slept.found.r > 0.25 and "does not show cause" in slept.sentence
        assert found.tests > 15 and "comparisons were made" in found._repr_html_()
        assert all("nothing that can be told" in link.sentence for link in found.every if not link.holds)  # fmt: skip
        result = demo.wellbeing.result("晚上十点后不看屏幕 No screens after ten")
        assert result.comparison is not None and result.comparison.p < 0.05
        assert result.comparison.low <= 0.9 <= result.comparison.high
        assert demo.wellbeing.trend("mood", until=last).frame().height > 50
        assert demo.wellbeing.changes("sleep_hours", until=last) == []
    with in_lang("zh-CN"):
        assert "不说明因果" in found[0].sentence and "95% 区间" in change.sentence
        assert {each.name for each in demo.wellbeing.standings()} >= {"冥想 Meditation"}
