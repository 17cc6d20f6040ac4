"""todo.txt in and out: what one line says, what cannot be, and nothing lost on the way."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.todo.records import Todo
from pgc_lib.exchange.todotxt import line_of, values_of
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

FILE = """\
(A) 2026-11-20 写周报 +求职 @电脑 #工作 due:2026-11-27 rec:+1w dur:30m
x 2026-11-21 2026-11-01 买菜 pri:C
浇花 due:2026-11-23 rec:3d t:2026-11-22
see http://example.org/a:b and key:value
wrong due:2026-02-30
"""


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """One person's lab; each test has names of its own."""
    return house.lab(person("todotxt"))


def test_a_line_says_what_the_format_knows() -> None:
    """Priority, days, project, contexts, tags, how it repeats."""
    values, problems = values_of(FILE.splitlines()[0])
    assert not problems
    assert values == {
        "title": "写周报", "priority": 1, "project": "求职", "contexts": ["电脑"], "tags": ["工作"], "due": date(2026, 11, 27),
        "rule": "FREQ=WEEKLY", "from_done": False, "minutes": 30, "begun": date(2026, 11, 27),
    }  # fmt: skip
    done, _none = values_of("x 2026-11-21 2026-11-01 买菜 pri:C")
    assert (done["done"], done["priority"], done["done_at"].date()) == (True, 3, date(2026, 11, 21))
    assert values_of("浇花 due:2026-11-23 rec:3d")[0]["from_done"] is True


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("pay due:2026-02-30", "pay due:2026-02-30"),
        ("x y z", "y z"),
        ("xylophone lesson", "xylophone lesson"),
        ("(a) small letter", "(a) small letter"),
        ("rec first rec:1w", "rec first"),
        ("odd due:2026-11-23 rec:2b", "odd rec:2b"),
        ("two +a +b", "two +b"),
        ("1 + 1 @ home", "1 + 1 @ home"),
    ],
)
def test_what_it_does_not_know_stays_in_the_title(line: str, left: str) -> None:
    """And is told where it looks meant."""
    values, _problems = values_of(line)
    assert values["title"] == left


def test_a_file_is_taken_in_once_and_undone_as_one(lab: Lab, tmp_path: Path) -> None:
    """What is done in a later file is ticked off; what was changed here stays."""
    path = tmp_path / "todo.txt"
    path.write_text(FILE, "utf-8")
    seen = lab.import_file(path)
    assert (seen.importer, seen.new, seen.wrong, len(seen.problems)) == ("todotxt", 5, 0, 1)
    kept = seen.accept()
    assert kept.added == 5 and lab.todos.count(done=True) == 1
    assert lab.import_file(path).new == 0
    flowers = lab.todos.find(title="浇花")[0]
    lab.todos.items.update(flowers, note="mine")
    path.write_text(FILE.replace("浇花", "x 2026-11-24 浇花"), "utf-8")
    assert lab.import_file(path).accept().updated == 1
    again = lab.todos.get(flowers.id)
    assert (again.done, again.note) == (True, "mine")
    lab.history.undo_batch(kept.batch, force=True)
    assert lab.todos.count() == 0


def test_what_goes_out_comes_in_the_same(
    lab: Lab, house: House, person: Person, tmp_path: Path
) -> None:
    """Parts, notes of several lines, summaries, names with spaces."""
    trip = lab.todos.add(title="trip (A) +x", project="new life", tags=["a b"], note="one\n\ntwo 100%", waiting="外婆", priority=2)  # fmt: skip
    lab.todos.add(title="tickets", parent=trip.id, due="2026-12-01", at="09:00", rule="FREQ=MONTHLY;BYDAY=2TU")  # fmt: skip
    lab.todos.complete(
        lab.todos.add(title="bags", priority=1), what="packed", learning="less is more"
    )
    path = lab.export(tmp_path / "out.todo.txt", "todos.items")
    other = house.lab(person("other"))
    assert other.import_file(path, "todotxt").accept().added == 3
    for mine in lab.todos.find():
        theirs = other.todos.find(title=mine.title)[0]
        for name in (
            "project",
            "tags",
            "note",
            "waiting",
            "priority",
            "due",
            "at",
            "rule",
            "what",
            "learning",
            "done",
        ):
            assert getattr(theirs, name) == getattr(mine, name), name
    assert other.todos.find(title="tickets")[0].parent == other.todos.find(title=trip.title)[0].id


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=10)
TITLES = st.lists(WORDS | st.sampled_from(["x", "(A)", "2026-01-01", "+p", "@c", "due:2026-01-01", "\\", "a:b", "%20"]), min_size=1, max_size=5).map(
    lambda words: " ".join(" ".join(words).split())
).filter(bool)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "title": TITLES,
            "project": st.just("") | WORDS,
            "contexts": st.lists(WORDS, max_size=2, unique=True),
            "tags": st.lists(WORDS, max_size=2, unique=True),
            "due": st.dates(date(2000, 1, 1), date(2099, 1, 1)),
            "at": st.sampled_from(["", "09:30"]),
            "priority": st.none() | st.integers(1, 3),
            "minutes": st.none() | st.integers(1, 10_000),
            "rule": st.sampled_from([None, "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY;BYMONTHDAY=-1"]),
            "note": st.just("") | WORDS,
        }
    )
)  # fmt: skip
def test_every_line_reads_back_the_same(values: dict[str, Any]) -> None:
    """Whatever characters titles and names hold."""
    todo = Todo(**values)
    found, problems = values_of(line_of(todo))
    assert not problems
    assert {name: found.get(name, Todo.model_fields[name].default) for name in values} == values


def test_a_list_of_anything_is_not_mistaken_for_one(tmp_path: Path) -> None:
    """A text is one only by its name or by its lines."""
    from pgc_lib.exchange.todotxt import IMPORTER

    path = tmp_path / "notes.txt"
    for text, fits in (
        ("hello\nworld\n", False),
        ("(A) one +p\nx 2026-01-01 two\n", True),
        ("", False),
    ):
        path.write_text(text)
        assert bool(IMPORTER.sniff(path, text.encode())) is fits
