"""A text's items and their to-dos stay in step, whichever of both was changed, and nothing touches the text."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from pgc_lib.areas.todos import Todos
from pgc_lib.core.markdown.reading import read
from pgc_lib.core.zone import today
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

PLACE = "notes.ipynb#cell-1"


@dataclass
class Line:
    """An item of a text."""

    text: str
    done: bool = False
    line: int = 1


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """One person's lab."""
    return house.lab(person("notes"))


@pytest.fixture
def todos(lab: Lab) -> Todos:
    """An empty list."""
    found: Todos = lab.todos
    for each in [*found.mirrors, *found.items]:
        (found.mirrors if each in list(found.mirrors) else found.items).remove(each)  # type: ignore[arg-type]
    return found


def titles(todos: Todos) -> dict[str, bool]:
    return {each.title: each.done for each in todos.find()}


def test_items_become_todos_once(todos: Todos) -> None:
    """With what the short syntax says; as `core.markdown` reads them; the same again changes nothing."""
    text = "# 周末\n\n- [ ] 写周报 @tomorrow #工作 30m\n- [x] 买菜\n\n```\n- [ ] code\n```\n"
    done = todos.harvest(PLACE, read(text).tasks)
    assert (done.added, done.changed, done.removed, done.edits) == (2, 0, 0, ())
    assert titles(todos) == {"写周报": False, "买菜": True}
    report = todos.find(title="写周报")[0]
    assert (report.due, report.tags, report.minutes) == (today() + timedelta(1), ["工作"], 30)
    assert not todos.unsummarised(), "what was done before is not asked for"
    again = todos.harvest(PLACE, read(text).tasks)
    assert (again.added, again.changed, again.removed, again.edits) == (0, 0, 0, ())
    assert todos.find(title="写周报")[0].version == report.version


def test_a_tick_in_the_text_ticks_the_todo_and_the_other_way_round(todos: Todos) -> None:
    """What the lab changed is told as an edit until the text shows it."""
    todos.harvest(PLACE, [Line("one", line=1), Line("two", line=2)])
    todos.harvest(PLACE, [Line("one", done=True, line=1), Line("two", line=2)])
    assert titles(todos) == {"one": True, "two": False}
    todos.complete(todos.find(title="two")[0])
    lines = [Line("one", done=True, line=1), Line("two", line=2)]
    for _again in range(2):
        told = todos.harvest(PLACE, lines)
        assert [(edit.line, edit.text, edit.done) for edit in told.edits] == [(2, "two", True)]
    lines[1].done = True
    assert todos.harvest(PLACE, lines).edits == ()
    lines[0].done = False
    todos.harvest(PLACE, lines)
    assert titles(todos) == {"one": False, "two": True}


def test_words_are_changed_on_either_side(todos: Todos) -> None:
    """Known again by likeness or by an identifier at the end; where both changed, the text counts and it is told."""
    todos.harvest(PLACE, [Line("write the weekly report", line=3), Line("x ^ab1", line=4)])
    kept = {each.title: each.id for each in todos.find()}
    lines = [Line("something else ^ab1", line=3), Line("write the weekly reports 30m", line=4)]
    assert todos.harvest(PLACE, lines).changed == 2
    assert todos.get(kept["x"]).title == "something else"
    report = todos.get(kept["write the weekly report"])
    assert (report.title, report.minutes) == ("write the weekly reports", 30)

    todos.items.update(report, project="work")
    told = todos.harvest(PLACE, lines)
    assert [(edit.line, edit.text) for edit in told.edits] == [(4, "write the weekly reports 30m +work")]  # fmt: skip
    lines[1].text = "write the weekly reports 45m"
    told = todos.harvest(PLACE, lines)
    assert len(told.problems) == 1 and todos.get(report.id).minutes == 45
    assert todos.get(report.id).project == "" and not todos.harvest(PLACE, lines).edits


def test_what_goes_on_one_side_goes_on_the_other(todos: Todos) -> None:
    """One batch takes it back; what time was spent on is not lost."""
    todos.harvest(PLACE, [Line("one", line=1), Line("two", line=2), Line("three", line=3)])
    todos.log(todos.find(title="three")[0], 20)
    todos.remove(todos.find(title="two")[0])
    told = todos.harvest(PLACE, [Line("two", line=1)])
    assert told.removed == 1 and [(edit.line, edit.text) for edit in told.edits] == [(1, None)]
    assert titles(todos) == {"three": False}
    assert todos.harvest(PLACE, []).edits == () and not list(todos.mirrors)


def test_a_todo_that_went_while_its_item_was_rewritten_is_kept(todos: Todos) -> None:
    """Whoever wrote on it wants it."""
    todos.harvest(PLACE, [Line("prepare the talk", line=1)])
    todos.remove(todos.find(title="prepare the talk")[0])
    todos.harvest(PLACE, [Line("prepare the talks", line=1)])
    assert titles(todos) == {"prepare the talks": False}


def test_items_that_cannot_be_todos_are_told(todos: Todos) -> None:
    """Empty ones are passed over, hostile ones refused with their reason; the others are taken."""
    told = todos.harvest(PLACE, [Line("  "), Line("#a +b"), Line("x" * 600), Line("fine")])
    assert told.added == 1 and titles(todos) == {"fine": False} and len(told.problems) == 2


def test_equal_items_are_as_many_todos(todos: Todos) -> None:
    """And ticking one of them ticks one."""
    todos.harvest(PLACE, [Line("again", line=1), Line("again", line=2)])
    todos.harvest(PLACE, [Line("again", done=True, line=1), Line("again", line=2)])
    assert sorted(each.done for each in todos.find()) == [False, True]
