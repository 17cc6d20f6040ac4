"""Results in a notebook: tables that a person can read, in which data is never markup."""

from datetime import UTC, date, datetime
from decimal import Decimal

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.core.shown import Listing, plain_table, text_of
from pgc_lib.core.types import Money
from pgc_lib.i18n import in_lang
from tests.support.lab import House, Person


class Paper(Record, kind="shown.papers", kept_in="documents", sort=["title"]):
    """Something with a title, an amount and a secret."""

    title: str = field(title="Title")
    price: Money = field(Decimal(0), title="Price")
    secret: str = field("", title="Secret", sensitive=True)
    empty: str = field("", title="Never filled")


class Papers(Area, name="shown", main="papers"):
    """An area of them."""

    papers: Kept[Paper] = Kept(Paper)


def test_what_was_found_is_a_table(person: Person) -> None:
    """A line a record, a column a field that anyone filled; secrets stay dots, markup stays text."""
    area = Papers(person())
    area.add(title="<script>alert(1)</script>", price="1234.50", secret="the canary")
    area.add(title="b")
    drawn = area.find()._repr_html_()
    assert "<table>" in drawn and drawn.count("<tr>") == 3
    assert "&lt;script&gt;" in drawn and "<script>" not in drawn
    assert "1,234.50" in drawn and "canary" not in drawn and "••••••" in drawn
    assert "Never filled" not in drawn
    one = area.find()[0]._repr_html_()
    assert "&lt;script&gt;" in one and "canary" not in one


def test_a_long_list_says_how_much_more_there_is(person: Person) -> None:
    """A thousand lines would bury the notebook; the list itself is whole."""
    area = Papers(person())
    area.add_many([{"title": f"{n:03}"} for n in range(60)])
    found = area.find()
    assert len(found) == 60 and isinstance(found, list)
    assert "… and 10 more." in found._repr_html_()
    with in_lang("zh-CN"):
        assert "还有 10 条" in found._repr_html_()
        assert "没有内容" in Listing[Paper]()._repr_html_()


def test_what_was_refused_is_shown_with_its_reason(person: Person) -> None:
    """An import that left lines out says which and why, where one looks."""
    done = Papers(person()).add_many([{"title": "ok"}, {"title": 5, "price": "x"}], keep_valid=True)
    drawn = done._repr_html_()
    assert done.refused and "Reason" in drawn and str(done.batch) in drawn


def test_history_is_a_table_too(house: House, person: Person) -> None:
    """What changed, when and how, and what undoing did."""
    lab = house.lab(person())
    todo = lab.todos.add(title="one")
    lab.todos.update(todo, title="two")
    assert "Title: one → two" in lab.history.of(lab.todos.get(todo.id))._repr_html_()
    undone = lab.history.undo(lab.history.recent()[0])
    assert "1 record is as it was before." in undone._repr_html_()


def test_values_read_as_people_write_them() -> None:
    """Times in the person's zone, yes as a tick, lists with commas, long texts cut."""
    assert text_of(datetime(2026, 1, 1, 0, 0, tzinfo=UTC)) == "2026-01-01 08:00"
    assert text_of(date(2026, 1, 2)) == "2026-01-02"
    assert (text_of(True), text_of(False), text_of(None)) == ("✓", "", "")
    assert text_of(["a", 1]) == "a, 1" and text_of({"甲": 1, "b": ["c"]}) == "甲: 1, b: c"
    assert text_of([{"a": 1}, {"b": 2}]) == "a: 1; b: 2"
    assert len(text_of("x" * 1000)) == 200


def test_a_collection_tells_its_fields(person: Person) -> None:
    """The first thing one asks of a new area."""
    assert "Never filled" in Papers(person()).papers._repr_html_()


class _Line:
    """A thing of one of many kinds, each with values of its own."""

    def __init__(self, kind: int) -> None:
        self.kind = kind

    def _shown_(self) -> dict[str, str]:
        own = {f"own {self.kind}.{n}": "x" for n in range(6)}
        return {"Title": f"thing {self.kind}", "Day": "2026-11-22"} | own


def test_things_of_many_kinds_share_the_columns_that_all_have() -> None:
    """A table of forty columns, most of them empty, is not read by anyone."""
    assert "own 1.5" in Listing([_Line(1), _Line(2)])._repr_html_()
    many = Listing(map(_Line, range(5)))._repr_html_()
    assert "Title" in many and "Day" in many and "own" not in many


def test_a_terminal_has_room_for_what_was_said() -> None:
    """A long reason is shown while the line has room, and what is cut out of a list is shown as one."""
    reason = "it fades by 1.7 levels: hardly practised lately, and little evidence of late"
    assert reason in plain_table(["Skill", "Why"], [["SQL", reason]])
    cut = plain_table(["One", "Other"], [["x" * 100, "y" * 100]]).splitlines()
    assert all(len(line) <= 120 for line in cut) and "…" in cut[-1]
    assert isinstance(Listing([_Line(1), _Line(2)])[:1], Listing)
