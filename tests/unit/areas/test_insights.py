"""Insights: each rests on rows and names its question; dismissed ones stay away until their facts change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.anchor import Anchor
from pgc_lib.areas.goals import Goals
from pgc_lib.areas.insight.planned import RULES as PLANNED
from pgc_lib.areas.insight.rule import Finding, Query, Rule
from pgc_lib.areas.insight.shown import RULES as SHOWN
from pgc_lib.areas.insight.shown import weeks_in_a_row
from pgc_lib.areas.insights import Insights
from pgc_lib.areas.skills import Skills
from pgc_lib.areas.todos import Todos
from pgc_lib.core.zone import set_zone, today, zone
from pgc_lib.errors import NotFound
from pgc_lib.i18n import in_lang
from tests.support.lab import Person, share

DAY = date(2026, 11, 20)  # a Friday
RULES = {each.name: each for each in [*PLANNED, *SHOWN]}


@pytest.fixture
def insights(person: Person) -> Iterator[Insights]:
    """The insights of a new person, in English and in Shanghai."""
    before = zone().key
    set_zone("Asia/Shanghai")
    with in_lang("en"):
        yield Insights(person("mei"))
    set_zone(before)


def frames(name: str, **given_rows: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """What a rule would be given: each question's rows, with the columns that it asks for."""
    made = {}
    for query in RULES[name].asks:
        rows = given_rows.get(query.name, [])
        schema = {column: KINDS.get(column, pl.String()) for column in query.columns}
        made[query.name] = pl.DataFrame(
            [{column: row.get(column) for column in query.columns} for row in rows], schema=schema
        )
    return made


_MOMENT = pl.Datetime("us", "UTC")
KINDS: dict[str, Any] = {
    **dict.fromkeys(("begin", "due", "start", "since", "day"), pl.Date()),
    **dict.fromkeys(("updated_at", "created_at", "done_at"), _MOMENT),
    **dict.fromkeys(("share", "weight", "hours", "level", "number"), pl.Float64()),
    **dict.fromkeys(("target", "amount"), pl.Decimal(18, 4)),
    "minutes": pl.Int64(),
    "days": pl.Int64(),
}


def find(name: str, *, on: date = DAY, **rows: list[dict[str, Any]]) -> list[Finding]:
    """What a rule finds in rows."""
    with in_lang("en"):
        return list(RULES[name].find(frames(name, **rows), on))


def moment(day: date) -> datetime:
    """Noon of a day."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def test_every_rule_finds_nothing_in_nothing() -> None:
    """An empty lab is no reason for advice."""
    for name in RULES:
        assert find(name) == []


def test_pace_of_plans_and_goals() -> None:
    """Behind by more than a tenth; overdue and less than half are warnings; without a beginning nobody knows."""
    half = {"begin": DAY - timedelta(50), "due": DAY + timedelta(49)}
    plans = [
        {"id": "fine", "title": "Fine", **half, "share": 0.45},
        {"id": "slow", "title": "Slow", **half, "share": 0.3},
        {"id": "steps", "title": "Steps", **half},
        {"id": "late", "title": "Late", "begin": DAY - timedelta(9), "due": DAY - timedelta(1), "share": 0.8},
        {"id": "open", "title": "Open", "share": 0.0},
    ]  # fmt: skip
    milestones = [
        {"id": "1", "plan": "steps", "state": "done", "weight": 1.0},
        {"id": "2", "plan": "steps", "state": "open", "weight": 9.0},
        {"id": "3", "plan": "steps", "state": "dropped", "weight": 90.0},
    ]
    goals = [{"id": "goal", "title": "Save", "target": 100, "start": DAY - timedelta(50), "due": DAY + timedelta(49)}]  # fmt: skip
    found = find("goals.pace", plans=plans, milestones=milestones, goals=goals, given=[{"goal": "goal", "amount": 20}])  # fmt: skip
    by_subject = {each.subject: each for each in found}
    assert set(by_subject) == {"slow", "steps", "late", "goal"}
    assert by_subject["slow"].severity == "hint" and "30% done" in by_subject["slow"].reason
    assert {by_subject[each].severity for each in ("steps", "late", "goal")} == {"warning"}
    assert by_subject["steps"].rows["share"].to_list() == [0.1]


def test_neglected_plans() -> None:
    """By horizon; a milestone or a finished to-do of its project is a sign of life."""
    old = moment(DAY - timedelta(100))
    plans = [
        {"id": "a", "title": "Dead", "horizon": "year", "updated_at": old, "todo_project": ""},
        {"id": "b", "title": "Step", "horizon": "year", "updated_at": old, "todo_project": ""},
        {"id": "c", "title": "Todo", "horizon": "year", "updated_at": old, "todo_project": "P"},
        {"id": "d", "title": "Life", "horizon": "life", "updated_at": old, "todo_project": ""},
        {"id": "e", "title": "Later", "horizon": "month", "updated_at": old, "todo_project": "", "begin": DAY + timedelta(1)},
    ]  # fmt: skip
    milestones = [{"id": "1", "plan": "b", "updated_at": moment(DAY - timedelta(3))}]
    finished = [{"project": "P", "done_at": moment(DAY)}]
    found = find("anchor.neglected", plans=plans, milestones=milestones, finished=finished)
    assert [each.subject for each in found] == ["a"] and "100 days ago" in found[0].reason


def test_sections_to_look_at_again() -> None:
    """After the days that are usual, or those that the person gave."""
    confirmed = [
        {"section": "focus", "day": DAY - timedelta(31)},
        {"section": "values", "day": DAY - timedelta(31)},
        {"section": "plans", "day": DAY - timedelta(31), "days": 7},
    ]
    assert [each.subject for each in find("anchor.stale", confirmed=confirmed)] == [
        "focus",
        "plans",
    ]


def test_workload_against_capacity() -> None:
    """As the person said, else as the last weeks were; where neither is known nothing is claimed."""
    soon = [{"id": f"{n}", "title": f"T{n}", "minutes": 120} for n in range(6)] + [{"id": "x", "title": "X"}]  # fmt: skip
    said = [
        {"since": DAY - timedelta(9), "hours": 10.0},
        {"since": DAY + timedelta(9), "hours": 1.0},
    ]
    found = find("todos.workload", soon=soon, capacity=said)
    assert found[0].severity == "hint" and "12.0 hours" in found[0].reason
    assert "1 to-dos have no estimate" in found[0].reason
    lately = [{"done_at": moment(DAY - timedelta(weeks=n, days=1)), "minutes": 300 + n} for n in range(5)]  # fmt: skip
    assert find("todos.workload", soon=soon, lately=lately)[0].severity == "warning"
    assert find("todos.workload", soon=soon, lately=lately[:3]) == []
    assert find("todos.workload", soon=soon, capacity=[{"since": DAY, "hours": 12.0}]) == []


def test_streaks() -> None:
    """Kept ones are praised; one that is about to break is named on Friday, not on Monday."""
    skills = [{"id": "s", "name": "Guitar"}]
    kept = [{"skill": "s", "day": DAY - timedelta(weeks=n), "hours": 1.0} for n in range(5)]
    assert find("skills.streaks", skills=skills, practice=kept)[0].title == "5 weeks in a row: Guitar"  # fmt: skip
    missing = find("skills.streaks", skills=skills, practice=kept[1:])
    assert missing[0].severity == "hint" and "2026-11-22" in missing[0].reason
    monday = DAY - timedelta(4)
    assert find("skills.streaks", on=monday, skills=skills, practice=kept[1:]) == []
    assert find("skills.streaks", skills=skills, practice=kept[:3]) == []
    assert find("skills.streaks", skills=skills, practice=kept[2:]) == []


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 400), max_size=60), st.integers(0, 6))
def test_weeks_in_a_row(ago: set[int], shift: int) -> None:
    """Never more weeks than there are days, and each of them has one."""
    on = DAY + timedelta(shift)
    days = [on - timedelta(each) for each in ago]
    weeks, kept = weeks_in_a_row(days, on)
    assert weeks <= len(days)
    this = on - timedelta(on.weekday())
    first = this - timedelta(weeks=weeks - (1 if kept else 0))
    mondays = {day - timedelta(day.weekday()) for day in days}
    assert all(first + timedelta(weeks=n) in mondays for n in range(weeks))
    assert first - timedelta(weeks=1) not in mondays


def test_skills_without_evidence() -> None:
    """Many hours or a high level; the last assessment counts, and one piece of evidence is enough."""
    skills = [{"id": each, "name": each.upper()} for each in ("hours", "level", "fell", "shown", "new")]  # fmt: skip
    practice = [{"skill": "hours", "day": DAY, "hours": 21.0}, {"skill": "shown", "day": DAY, "hours": 99.0}]  # fmt: skip
    assessed = [
        {"skill": "level", "day": DAY, "level": 3.5},
        {"skill": "fell", "day": DAY, "level": 2.0},
        {"skill": "fell", "day": DAY - timedelta(9), "level": 4.0},
    ]
    found = find("skills.unproven", skills=skills, practice=practice, assessed=assessed, proofs=[{"skill": "shown"}])  # fmt: skip
    assert {each.subject for each in found} == {"hours", "level"}


def test_achievements_without_numbers() -> None:
    """A number in the words counts, also a Chinese one; awards need none."""
    rows = [
        {"id": "1", "title": "Better", "result": "Everyone was happier", "sort": "achievement"},
        {"id": "2", "title": "Faster", "result": "Twice as fast: 2 hours", "sort": "achievement"},
        {"id": "3", "title": "快", "result": "快了三倍", "sort": "achievement"},
        {"id": "4", "title": "N", "result": "", "number": 4.0, "sort": "achievement"},
        {"id": "5", "title": "Prize", "result": "", "sort": "award"},
        {"id": "6", "title": "Empty", "result": "", "sort": "achievement"},
    ]
    found = find("anchor.numberless", achieved=rows)
    assert [each.subject for each in found] == ["1", "6"] and "not described" in found[1].reason


def test_from_real_records(insights: Insights) -> None:
    """All rules over one lab; each insight shows its question and rows, and nothing of it is markup."""
    session = insights.session
    anchor, todos, skills, goals = Anchor(session), Todos(session), Skills(session), Goals(session)
    anchor.achieve("<b>Better</b>")
    anchor.plan("Marathon", begin=today() - timedelta(80), due=today() + timedelta(20), milestones=["10 km", "21 km"])  # fmt: skip
    goals.add(
        title="Journey", target=1000, start=today() - timedelta(90), due=today() + timedelta(9)
    )
    python = skills.items.add(name="Python")
    skills.assess(python, 4)
    for weeks in range(6):
        skills.log(python, 2, day=today() - timedelta(weeks=weeks))
    for n in range(3):
        todos.add(title=f"Task {n}", due=today(), minutes=600)
    insights.capacity_is(10)
    insights.capacity_is(12)
    found = insights.now()
    assert {each.rule for each in found} == {"anchor.numberless", "goals.pace", "skills.unproven", "skills.streaks", "todos.workload"}  # fmt: skip
    severities = [each.severity for each in found]
    assert severities == sorted(severities, key=["warning", "hint", "good"].index)
    load = next(each for each in found if each.rule == "todos.workload")
    assert "12.0" in load.reason and load.rows.height == 3
    assert any("lab.todos.items.frame(" in each for each in load.queries)
    assert "<b>Better" not in found._repr_html_() + "".join(each._repr_html_() for each in found)
    with in_lang("zh-CN"):
        assert "需要关注" in insights.now()._repr_html_()
        assert insights.rules()["title"].to_list()[0] == "计划与目标的进度"
    query = next(each for each in load.queries if "capacity" in each)
    answered = eval(
        query, {"lab": type("Lab", (), {"insights": insights, "person": insights.session.person})}
    )
    assert answered["hours"].to_list() == [12.0]
    assert insights.now(rule="todos.workload")[0].fingerprint == load.fingerprint
    with pytest.raises(NotFound, match=r"rules\(\)"):
        insights.now(rule="nothing")


def test_what_was_dismissed_comes_back_when_its_facts_change(insights: Insights) -> None:
    """For good, or until a day; a word to one says nothing of another."""
    anchor = Anchor(insights.session)
    first, second = anchor.achieve("One", result="nice"), anchor.achieve("Two", result="nice")
    one = next(each for each in insights.now() if each.finding.subject == first.id.hex)
    word = insights.dismiss(one, reason="cannot be measured")
    insights.dismiss(one)
    assert insights.dismissals.count() == 1
    assert [each.finding.subject for each in insights.now()] == [second.id.hex]
    assert len(insights.now(dismissed=True)) == 2
    anchor.achievements.update(first.id, result="very nice")
    assert len(insights.now()) == 2
    anchor.achievements.update(first.id, result="nice")
    assert len(insights.now()) == 1
    assert insights.restore(insights.dismissals.get(word.id)) and len(insights.now()) == 2
    kept = insights.dismiss(one, days=7)
    assert len(insights.now()) == 1
    insights.dismissals.update(kept.id, until=today())
    assert len(insights.now()) == 2


def test_a_rule_of_ones_own_and_one_that_fails(
    insights: Insights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one more row; a failing rule is named and takes nothing else away."""
    monkeypatch.setattr(Insights, "own", {})
    query = Query("todos", "todos.items", ("id", "title"))

    def many(frames: Any, _today: date) -> list[Finding]:
        rows = frames["todos"]
        return [
            Finding("all", f"{rows.height} to-dos", "counted", "good", {"n": rows.height}, rows)
        ]

    def failing(_frames: Any, _today: date) -> list[Finding]:
        raise ZeroDivisionError("no week")

    insights.add_rule(Rule("my.count", "Count", [query], many))
    insights.add_rule(Rule("my.failure", "Failure", [query], failing))
    insights.add_rule(Rule("my.unknown", "Unknown", [Query("x", "nothing.items", ("id",))], many))
    Todos(insights.session).add(title="x")
    found = {each.rule: each for each in insights.now()}
    assert found["my.count"].title == "1 to-dos"
    assert "no week" in found["my.failure"].reason and found["my.failure"].severity == "hint"
    assert "nothing" in found["my.unknown"].reason


def test_about_oneself_alone(insights: Insights, person: Person) -> None:
    """Whoever is let into an area does not get its owner's insights mixed with theirs."""
    Anchor(insights.session).achieve("Hers")
    coach = Insights(person("coach"))
    share(insights.session, coach.session, "anchor")
    assert len(insights.now()) == 1 and not coach.now()
