"""What becomes of advice, and what was done lately as proposals for the career anchor."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pgc_lib.areas.reporting.period import Period
from pgc_lib.areas.suggesting.activity import measured
from pgc_lib.areas.suggestions import Suggestions
from pgc_lib.core.pointer import point
from pgc_lib.core.zone import today
from pgc_lib.errors import Conflict, Invalid
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person
from tests.support.provider import Say, provider


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A new person's lab."""
    return house.lab(person("doer"))


def accepted(lab: Lab) -> Any:
    """An advice that was accepted."""
    todo = lab.todos.add(title="带饭")
    made = lab.suggestions.propose(
        todo, changes={"project": "节俭"}, topic="finance.advice", source="rule", title="少点外卖"
    )
    return lab.suggestions.accept(made)


def spend(lab: Lab, ago: int, amount: str) -> None:
    lab.finance.add(day=today() - timedelta(days=ago), amount=amount, payee="外卖", category="餐饮")


def test_an_advice_becomes_an_action_that_is_looked_at_again(lab: Lab) -> None:
    """The number before is kept when it is followed; the number after is asked on its day."""
    for ago in range(1, 11):
        spend(lab, ago, "-50")
    check = lab.suggestions.follow(accepted(lab), measure="finance.spending:餐饮", days=10)
    assert check.was == pytest.approx(50) and check.due == today() + timedelta(days=10)
    assert lab.todos.items.get(check.todo).title == "少点外卖"
    assert lab.suggestions.checks_due() == []
    check = lab.suggestions.checks.update(
        check, begun=today() - timedelta(days=20), due=today() - timedelta(days=11)
    )
    assert [each.id for each in lab.suggestions.checks_due()] == [check.id]
    for ago in range(11, 21):
        spend(lab, ago, "-20")
    done = lab.suggestions.look_again(check)
    assert done.became == pytest.approx(20) and done.verdict == "better"
    with in_lang("zh-CN"):
        assert "变好" in done.sentence() and "其他" in done.sentence()
    with pytest.raises(Conflict, match="looked at"):
        lab.suggestions.look_again(done)
    other = lab.suggestions.follow(accepted(lab))
    lab.history.undo_batch(other.batch)  # the action and the check are one
    assert lab.suggestions.checks.find(suggestion=other.suggestion) == []
    assert lab.todos.items.find(id=other.todo) == []


def test_what_cannot_be_measured_is_not_judged(lab: Lab) -> None:
    """Without a measure, or in two currencies: it cannot be told; a small change is no clear one."""
    free = lab.suggestions.look_again(lab.suggestions.follow(accepted(lab)), note="好多了")
    assert (free.verdict, free.note) == ("unknown", "好多了")
    with pytest.raises(Invalid, match="weather"):
        lab.suggestions.follow(accepted(lab), measure="weather")
    same = lab.suggestions.follow(accepted(lab), measure="todos.done:没有的项目", days=7)
    assert lab.suggestions.look_again(same).verdict == "same"
    waiting = lab.suggestions.propose(
        "todos.items", changes={"title": "新"}, topic="a", source="rule"
    )
    with pytest.raises(Conflict, match="accepted"):
        lab.suggestions.follow(waiting)


def test_a_topic_is_switched_off(lab: Lab) -> None:
    """Then nothing of it is made; quiet hours and caps only hold back what is brought up."""
    lab.suggestions.behave("noise", on=False)
    told = {"changes": {"title": "x"}, "source": "rule"}
    assert lab.suggestions.propose("todos.items", topic="noise", **told) is None
    lab.suggestions.behave(most_a_day=1)
    lab.suggestions.behave("noise", on=True)
    for title in ("一", "二", "三"):
        lab.suggestions.propose("todos.items", changes={"title": title}, topic="a", source="rule")
    assert len(lab.suggestions.waiting()) == 3 and len(lab.suggestions.now()) == 1
    lab.suggestions.reject(lab.suggestions.now()[0])
    assert lab.suggestions.now() == []


def busy(lab: Lab) -> Any:
    """A month in which something was done, up to now."""
    now = datetime.now(UTC)
    todo = lab.todos.add(title="优化查询", project="平台", done=True, done_at=now, what="加了索引", result="查询快了 40%")  # fmt: skip
    for n in range(3):
        lab.todos.add(title=f"平台 {n}", project="平台", done=True, done_at=now)
    lab.skills.add(name="SQL")
    lab.skills.assess("SQL", 1, day=today() - timedelta(days=200))
    lab.skills.assess("SQL", 2.5)
    return todo


def test_what_was_done_is_proposed_once(lab: Lab) -> None:
    """With its evidence and its number; accepted, it stands in the anchor, and it is not proposed again."""
    todo = busy(lab)
    assert lab.suggestions.from_activity().added == 2
    assert lab.suggestions.from_activity().added == 0
    found = {each.about.split(":")[0]: each for each in lab.suggestions.waiting()}
    kept = lab.suggestions.accept(found["todo"])
    achievement = lab.anchor.achievements.get(kept.applied_to)
    assert (achievement.number, achievement.unit) == (40.0, "%")
    assert achievement.evidence == [point(todo)] and achievement.action == "加了索引"
    lab.suggestions.reject(found["level"], "还不到")
    assert lab.suggestions.from_activity().added == 0


def test_what_brings_the_same_each_time_is_proposed_once(lab: Lab) -> None:
    """It was an achievement the first time; also where that was long ago."""
    now = datetime.now(UTC)
    for ago, title, result in (
        (2, "周报", "已发出"),
        (1, "周报", "已发出"),
        (1, "周报", "快了 30%"),
        (99, "备份", "好"),
        (1, "备份", "好"),
    ):
        lab.todos.add(title=title, result=result, done=True, done_at=now - timedelta(days=ago))
    assert lab.suggestions.from_activity().added == 2
    found = {each.proposed["result"] for each in lab.suggestions.waiting()}
    assert found == {"已发出", "快了 30%"}


def test_a_final_report_proposes_the_focus(lab: Lab) -> None:
    """A project that took the month is one; a focus without a deed in it may be over."""
    busy(lab)
    old = lab.anchor.focus.add(title="钢琴", todo_project="钢琴", since="2020-01-01")
    period = Period.of("this month")
    lab.reports.finalise(lab.reports.draft(period))
    assert lab.suggestions.from_activity().added == 4
    topics = {each.title: each for each in lab.suggestions.waiting(topic="anchor.focus")}
    made = lab.anchor.focus.get(lab.suggestions.accept(topics["平台"]).applied_to)
    assert made.todo_project == "平台" and made.since == period.first
    lab.suggestions.accept(topics["钢琴"])
    assert lab.anchor.focus.get(old.id).until == period.last


def test_a_model_words_it_without_inventing_numbers(lab: Lab) -> None:
    """What brings a number of its own is not taken; the rest says which model wrote it."""
    busy(lab)
    answer = [
        {"n": 1, "title": "数据库查询提速 40%", "action": "为慢查询增加索引"},
        {"n": 2, "title": "SQL 提升 300%"},
    ]
    with provider(Say(json.dumps(answer, ensure_ascii=False))) as running:
        lab.ai.models.add(name="scripted", base_url=running.url, model="scripted-1")
        lab.suggestions.from_activity(writer=lab.ai.achiever())
    found = {each.source: each for each in lab.suggestions.waiting()}
    assert found["model"].title == "数据库查询提速 40%" and found["model"].model == "scripted"
    assert found["model"].prompt == "achievements-1" and "300" not in found["rule"].title


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [("快了 40%", 40.0, "%"), ("saved 1,200 CNY a month", 1200.0, "CNY"), ("2025 年完成", None, ""), ("no number", None, ""), ("3 次演讲", 3.0, "次"), ("-5 kg", -5.0, "kg")],
)  # fmt: skip
def test_the_number_of_a_result(text: str, number: float | None, unit: str) -> None:
    """A year is none."""
    assert measured(text) == (number, unit)


def test_the_area_names_its_kinds() -> None:
    """The queue, its manners and its checks."""
    assert {record.spec.kind for record in Suggestions.records()} == {
        "suggestions.items",
        "suggestions.manners",
        "suggestions.checks",
    }
