"""A table of any records: asked, changed in place, many at once; every change is taken back as one."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pgc_lib.core.collection import Collection
from pgc_lib.core.zone import today
from pgc_lib.errors import Denied, Invalid
from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets import bulk
from pgc_lib.notebook.widgets.table import Table
from pgc_lib.stores.filters import col
from tests.support.lab import House, Person, share

DAY = date(2026, 3, 1)


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A new person's lab, with sixty payments."""
    made = house.lab(person("tables"))
    rows = [
        {"day": DAY + timedelta(days=n), "amount": str(-n), "payee": f"P{n:02}", "currency": "USD" if n % 20 == 0 else "CNY"}
        for n in range(60)
    ]  # fmt: skip
    made.finance.transactions.add_many(rows)
    return made


def said(table: Table) -> str:
    """What a person reads of it."""
    return " ".join(re.sub(r"<[^>]+>", " ", table.html).split())


def edit(table: Table, row: int, field: str, value: Any, deed: str = "commit") -> None:
    """Write in a cell and press a key."""
    id = str(table.rows[row].id)
    table.do("edit", id=id, field=field)
    assert "pgc-editing" in table.html
    table.do("cell_typed", id=id, field=field, value=value, on="input")
    table.do(deed, id=id, field=field, value=value)


def test_pages_follow_one_another(lab: Lab) -> None:
    """After the last row of the page before; nothing is seen twice and nothing left out."""
    table = lab.finance.transactions.table(lines=25)
    seen = [row.payee for row in table.rows]
    assert "1 – 25 of 60" in said(table)
    table.do("onward")
    seen += [row.payee for row in table.rows]
    table.do("onward")
    seen += [row.payee for row in table.rows]
    table.do("onward")
    assert seen == [f"P{n:02}" for n in reversed(range(60))]
    assert "51 – 60 of 60" in said(table)
    table.do("back")
    assert table.rows[0].payee == "P34"


def test_sorting_goes_round(lab: Lab) -> None:
    """Up, down, and as it was."""
    table = lab.finance.transactions.table()
    for first, way in (("P59", "ascending"), ("P00", "descending"), ("P59", None)):
        table.do("sort", field="amount")
        assert table.rows[0].payee == first
        assert (f'aria-sort="{way}"' in table.html) if way else table.order == ["-day"]


def test_words_are_found_anywhere(lab: Lab) -> None:
    """In any text; a number also among amounts; every word must be there."""
    table = lab.finance.transactions.table()
    for text, n in (("p0", 10), ("P0 cny", 9), ("-7", 1), ("nothing", 0), ("%", 0), ("", 60)):
        table.do("search", value=text)
        assert table.total == n, text
    table.do("search", value="nothing")
    assert "Nothing fits" in said(table)
    table.do("unask")
    assert table.total == 60


def test_each_field_is_asked_in_its_own_way(lab: Lab) -> None:
    """From and to, contains, one of, empty; what cannot be read is said and asks nothing."""
    table = lab.finance.transactions.table()
    asked = [
        ("day", "from", "2026-3-11", 50), ("day", "to", "2026-03-20", 10), ("amount", "from", "-1,5.0", 10), ("amount", "from", "¥-15", 6),
        ("payee", "is", "P1", 6), ("nature", "is", "refund", 0), ("nature", "is", "empty", 6),
    ]  # fmt: skip
    for field, side, value, n in asked:
        table.do("ask", field=field, side=side, value=value)
        assert table.total == n, (field, value)
    table.do("show", panel="filters")
    assert "2026-3-11" in table.html
    table.do("ask", field="amount", side="from", value="much")
    assert "this must be a number" in said(table)
    table.do("unask", field="day")
    table.do("unask")
    assert table.total == 60


def test_a_cell_is_written_in_its_place_and_taken_back(lab: Lab) -> None:
    """Judged as one types; kept by Enter; the row stays where it is."""
    table = lab.finance.transactions.table()
    edit(table, 3, "amount", "12x")
    assert table.problem == "this must be an amount such as 38.50"
    assert "this must be an amount" in said(table)
    edit(table, 3, "amount", "-1,234.5")
    assert table.cell is None
    assert table.rows[3].amount == Decimal("-1234.5")
    table.take_back()
    assert lab.finance.transactions.get(table.rows[3].id).amount == -56


def test_leaving_a_cell_keeps_it_and_escape_does_not(lab: Lab) -> None:
    """As in every spreadsheet; Tab goes on to the next cell that can be written in."""
    table = lab.finance.transactions.table(columns=["payee", "linked", "note"])
    edit(table, 0, "payee", "A", "next")
    assert table.cell == (table.rows[0].id, "note")
    table.do("previous", id=str(table.rows[0].id), field="note", value="n")
    assert table.cell == (table.rows[0].id, "payee")
    table.do("leave")
    edit(table, 1, "payee", "B", "leave")
    id = str(table.rows[2].id)
    table.do("edit", id=id, field="payee")
    table.do("cell_typed", id=id, field="payee", value="C", on="change")
    assert [row.payee for row in table.rows[:3]] == ["A", "P58", "C"]
    assert lab.finance.transactions.get(table.rows[0].id).note == "n"


def test_somebody_else_in_the_same_cell_is_seen_first(lab: Lab) -> None:
    """Theirs is shown; Enter once more keeps mine."""
    table = lab.finance.transactions.table()
    id = table.rows[0].id
    table.do("edit", id=str(id), field="payee")
    lab.finance.transactions.update(id, payee="Theirs")
    table.do("commit", id=str(id), field="payee", value="Mine")
    assert "Theirs" in table.problem
    assert lab.finance.transactions.get(id).payee == "Theirs"
    table.do("commit", id=str(id), field="payee", value="Mine")
    assert lab.finance.transactions.get(id).payee == "Mine"


def test_a_row_that_was_taken_away_meanwhile_is_said(lab: Lab) -> None:
    """And not brought back."""
    table = lab.finance.transactions.table()
    id = table.rows[0].id
    table.do("edit", id=str(id), field="payee")
    lab.finance.transactions.remove(id)
    table.do("commit", id=str(id), field="payee", value="Mine")
    assert table.total == 59


def test_shift_chooses_what_lies_between(lab: Lab) -> None:
    """And the page's box all of the page; all that fit are one step further."""
    table = lab.finance.transactions.table(lines=20)
    table.do("pick", id=str(table.rows[1].id))
    table.do("pick", id=str(table.rows[4].id), shift=True)
    assert table.n_chosen == 4
    assert table.html.count('aria-selected="true"') == 4
    table.do("pick", id=str(table.rows[2].id))
    assert table.n_chosen == 3
    table.do("pick_page")
    assert table.n_chosen == 20
    table.do("pick_all")
    assert table.n_chosen == 60
    table.do("pick_none")
    assert table.n_chosen == 0


def test_many_are_changed_and_taken_back_as_one(lab: Lab) -> None:
    """One line of history; the value is judged before."""
    table = lab.finance.transactions.table(payee__contains="P1")
    table.do("pick_page")
    table.do("show", panel="set")
    table.do("set_field", value="currency")
    table.do("setting_typed", value="dollars")
    table.do("set_all")
    assert table.setting_problem
    assert table.n_chosen == 10
    before = len(lab.history.recent())
    table.do("set_all", set="EUR")
    table.do("setting_typed", value="EUR")
    table.do("set_all")
    assert table.said == "10 records were changed."
    assert lab.finance.transactions.count(currency="EUR") == 10
    assert len(lab.history.recent()) == before + 1
    table.take_back()
    assert lab.finance.transactions.count(currency="EUR") == 0


def test_many_are_taken_away_after_a_second_word(lab: Lab) -> None:
    """Few at once, many after asking; undo brings all of them back."""
    lab.finance.transactions.add_many([{"day": DAY, "amount": "1"} for _n in range(60)])
    table = lab.finance.transactions.table(lines=20)
    table.do("pick_page")
    table.do("pick_all")
    table.do("remove")
    assert "Really take away all 120?" in said(table)
    assert lab.finance.transactions.count() == 120
    table.do("remove")
    assert lab.finance.transactions.count() == 0
    assert "nothing here yet" in said(table)
    table.take_back()
    assert table.total == 120


def test_tags_are_put_on_and_taken_off(lab: Lab) -> None:
    """Of rows and of documents alike."""
    for collection, values in ((lab.todos.items, {}), (lab.methods.swot, {"question": "?"})):
        made: Collection[Any] = collection
        wanted = {k: v for k, v in values.items() if k in made.spec.fields}
        for title in ("a", "b"):
            made.add(title=title, tags=["old"], **wanted)
        table = made.table()
        table.do("pick_page")
        table.do("tag_all", value="#new")
        assert [row.tags for row in table.rows] == [["old", "new"]] * 2
        table.do("pick_page")
        table.do("tag_all", value="old", off="yes")
        assert [row.tags for row in table.rows] == [["new"]] * 2
        table.take_back()
        assert [row.tags for row in table.rows] == [["old", "new"]] * 2


def test_the_rules_of_an_area_hold_for_many_too(lab: Lab) -> None:
    """All or nothing: topics of one place cannot all have one name."""
    for name in ("a", "b"):
        lab.knowledge.topics.add(name=name)
    table = lab.knowledge.topics.table()
    table.do("pick_page")
    table.do("set_field", value="name")
    table.do("setting_typed", value="same")
    table.do("set_all")
    assert sorted(each.name for each in lab.knowledge.topics.find()) == ["a", "b"]


def test_what_is_shared_for_seeing_is_not_changed(house: House, person: Person) -> None:
    """Neither in a cell nor with many; the reason is said."""
    mama, papa = person("mama"), person("papa")
    share(mama, papa, "finance", "see")
    hers = house.lab(mama).finance.transactions.add(day=today(), amount="-5", payee="Hers")
    his = house.lab(papa)
    table = his.finance.transactions.table()
    table.do("edit", id=str(hers.id), field="payee")
    assert table.cell is None
    assert "lets you see it" in table.said
    table.do("pick_page")
    for do in (lambda: bulk.remove(his.finance.transactions, table.chosen), lambda: bulk.change(his.finance.transactions, table.chosen, bulk.Setting("payee", "x"))):  # fmt: skip
        with pytest.raises(Denied):
            do()
    table.do("remove")
    assert house.lab(mama).finance.transactions.get(hers.id).payee == "Hers"


def test_what_was_chosen_by_a_page_stays_within_its_conditions(lab: Lab) -> None:
    """A page cannot reach beyond what the table was made for."""
    other = lab.finance.transactions.find(payee="P01")[0]
    table = lab.finance.transactions.table(payee="P02")
    table.do("pick", id=str(other.id))
    table.do("remove")
    assert lab.finance.transactions.count(payee="P01") == 1


def test_sums_never_mix_currencies(lab: Lab) -> None:
    """Each of its own; the store adds them up, documents too."""
    table = lab.finance.transactions.table()
    table.do("add_up")
    assert table.sums["amount"] == ["CNY -1,710.00", "USD -60.00"]
    table.do("ask", field="currency", side="is", value="USD")
    assert table.sums["amount"] == ["-60.00"]
    books = lab.kinds.define("book", fields={"title": "text", "pages": "whole?", "price": "money?"})
    for n in (1, 2):
        books.add(title=f"b{n}", pages=n * 1000, price="1.5")
    table = books.table()
    table.do("add_up")
    assert table.sums == {"pages": ["3,000"], "price": ["3.00"]}


def test_it_is_taken_along_as_a_file(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is chosen, or what is shown; no spreadsheet runs what somebody wrote."""
    given: list[tuple[str, bytes]] = []
    monkeypatch.setattr(Table, "download", lambda _t, name, content, kind: given.append((name, content)))  # fmt: skip
    lab.finance.transactions.add(day=today(), amount="-1", payee="=1+1")
    table = lab.finance.transactions.table()
    table.do("search", value="=1+1")
    table.do("export", ending="csv")
    table.do("pick", id=str(table.rows[0].id))
    table.do("export", ending="xlsx")
    assert [name.rpartition(".")[2] for name, _content in given] == ["csv", "xlsx"]
    assert b"'=1+1" in given[0][1]
    assert given[1][1][:2] == b"PK"
    assert table.said.startswith("1 record was written")


def test_columns_are_chosen_and_records_opened(lab: Lab) -> None:
    """At least one column stays; a record opens in a form, and a new one is added."""
    table = lab.finance.transactions.table(columns=["payee"])
    table.do("column", field="payee", value=False)
    table.do("column", field="note", value=True)
    table.do("column", field="payee", value=False)
    assert table.columns == ["note"]
    table.do("open", id=str(table.rows[0].id))
    assert "pgc-opened" in table.html
    assert table.form is not None
    table.form.do("typed", field="note", value="opened")
    table.form.do("save")
    assert table.rows[0].note == "opened"
    table.do("show", panel="new")
    assert table.form.record is None


def test_references_are_names(lab: Lab) -> None:
    """One question a kind for the whole page."""
    skill = lab.skills.items.add(name="Juggling")
    lab.skills.practice.add(skill=skill.id, day=today(), hours=1)
    assert "Juggling" in said(lab.skills.practice.table())


def test_others_changes_come_with_reading_again(lab: Lab) -> None:
    """By the button, and after every change of one's own."""
    table = lab.finance.transactions.table()
    lab.finance.transactions.add(day=today(), amount="-1", payee="Newest")
    assert table.total == 60
    table.do("again")
    assert (table.total, table.rows[0].payee) == (61, "Newest")


def test_all_kinds_have_a_table(lab: Lab) -> None:
    """With its search and its panels."""
    from pgc_lib.core import places

    for collection in places.collections(lab.session):
        table = collection.table()
        for act in ("filters", "columns"):
            table.do("show", panel=act)
            assert "pgc-trouble" not in table.html, collection.spec.kind
        table.do("search", value="x 1")
        assert table.said == "", collection.spec.kind


def test_too_many_for_one_by_one_is_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than an hour of waiting."""
    monkeypatch.setattr(bulk, "ONE_BY_ONE", 1)
    for title in ("a", "b"):
        lab.methods.swot.add(title=title, question="?")
    with pytest.raises(Invalid, match="too many"):
        bulk.remove(lab.methods.swot, col("title").is_not_null())
