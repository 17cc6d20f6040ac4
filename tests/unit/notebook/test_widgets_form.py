"""A form for any kind: judged as one types, kept, taken back; other people's changes and rights."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets.form import Form
from pgc_lib.notebook.widgets.form_rows import Pairs
from pgc_lib.notebook.widgets.picker import Gone, Picker
from tests.support.lab import House, Person, share


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """One person's lab for all of these."""
    return house.lab(person("forms"))


def typed(form: Form, **values: Any) -> None:
    """Fill in fields one after another, and leave each."""
    for name, value in values.items():
        form.do("typed", field=name, value=value, on="input")
        form.do("typed", field=name, value=value, on="change")


def said(form: Form) -> str:
    """What a person reads of it."""
    return re.sub(r"<[^>]+>", " ", form.html)


def test_a_reason_stands_at_its_field_while_one_types(lab: Lab) -> None:
    """In the Record's own words and the person's language; nothing is said of what was not touched."""
    form = lab.finance.transactions.form()
    form.do("typed", field="amount", value="12x", on="input")
    assert set(form.problems) >= {"amount", "day"}
    with in_lang("zh-CN"):
        form.judge()
        assert "这里要填金额" in said(form)
        assert "这里需要填写内容" not in said(form)
    form.do("typed", field="amount", value="12", on="input")
    assert "amount" not in form.problems


def test_it_is_kept_as_it_was_understood_and_taken_back(lab: Lab) -> None:
    """Yesterday becomes its date when the field is left, 1234.5 gets its thousands; undo leaves nothing."""
    form = lab.finance.transactions.form(category="food")
    typed(form, day="yesterday", amount="-1234.5", payee="Kiosk")
    assert form.given["amount"] == "-1,234.50"
    assert form.dirty
    form.do("save")
    kept = form.record
    assert (kept.day, kept.amount, kept.category) == (today() - timedelta(days=1), Decimal("-1234.5"), "food")  # fmt: skip
    assert "Kiosk" in said(form)
    form.do("undo")
    assert lab.finance.transactions.find(payee="Kiosk") == []
    assert form.given["amount"] == "-1,234.50"
    form.do("save")
    form.do("another")
    assert not form.dirty
    assert form.record is None


def test_the_last_key_may_be_faster_than_its_telling(lab: Lab) -> None:
    """What the page has in its fields comes with Ctrl+Enter."""
    form = lab.finance.transactions.form(day=today())
    form.do("save", **{"f.amount": "-7", "f.payee": "Quick", "f.self": "x", "pick": "y"})
    assert form.record.amount == -7


def test_what_is_missing_is_pointed_out_on_saving(lab: Lab) -> None:
    """And nothing is kept."""
    before = lab.finance.transactions.count()
    form = lab.finance.transactions.form()
    form.do("save")
    assert form.problems["day"] == "a value is needed here"
    assert 'aria-invalid="true"' in form.html
    assert lab.finance.transactions.count() == before


def test_an_unknown_field_is_a_mistake_of_the_programmer(lab: Lab) -> None:
    """Said at once."""
    with pytest.raises(Invalid, match="colour"):
        lab.finance.transactions.form(colour="red")


def test_what_the_whole_record_refuses_is_said_above_it(lab: Lab) -> None:
    """In the words of the area, once something was written."""
    form = lab.wellbeing.moods.form()
    typed(form, at="now")
    assert "at least one thing" in said(form)
    assert "Value error" not in said(form)


def test_cancelling_can_be_taken_back(lab: Lab) -> None:
    """Escape by mistake loses nothing."""
    form = lab.finance.transactions.form()
    typed(form, payee="Half written")
    form.do("cancel")
    assert not form.dirty
    form.take_back()
    assert form.given["payee"] == "Half written"


def test_only_what_was_changed_is_written(lab: Lab) -> None:
    """What a field cannot show in full, such as seconds, stays as it was."""
    kept = lab.finance.transactions.add(day=today(), amount="-1.2345", payee="Old", note="a\nb")
    form = lab.finance.transactions.form(kept)
    typed(form, payee="New")
    form.do("save")
    again = lab.finance.transactions.get(kept.id)
    assert (again.payee, again.amount, again.note) == ("New", Decimal("-1.2345"), "a\nb")
    form.do("undo")
    assert lab.finance.transactions.get(kept.id).payee == "Old"


def test_two_people_at_one_record_see_both_versions(lab: Lab) -> None:
    """Nobody's words are overwritten without being seen; what only they changed stays."""
    kept = lab.finance.transactions.add(day=today(), amount="-5", payee="A", category="x")
    form = lab.finance.transactions.form(kept)
    typed(form, payee="Mine")
    lab.finance.transactions.update(kept.id, payee="Theirs", category="y")
    form.do("save")
    assert form.clash is not None
    assert "Theirs" in said(form)
    assert "Mine" in said(form)
    form.do("save")
    again = lab.finance.transactions.get(kept.id)
    assert (again.payee, again.category) == ("Mine", "y")


def test_theirs_may_be_chosen(lab: Lab) -> None:
    """Field by field, or all of it."""
    kept = lab.finance.transactions.add(day=today(), amount="-5", payee="A")
    for choose in ("pick", "give_way"):
        form = lab.finance.transactions.form(lab.finance.transactions.get(kept.id))
        typed(form, payee=f"Mine {choose}")
        lab.finance.transactions.update(kept.id, payee=f"Theirs {choose}")
        form.do("save")
        assert form.clash is not None
        form.clash.do(choose, **({"field": "payee", "side": "theirs"} if choose == "pick" else {}))
        form.do("save")
        assert lab.finance.transactions.get(kept.id).payee == f"Theirs {choose}"


def test_what_somebody_only_lets_me_see_can_be_read_and_not_written(
    house: House, person: Person
) -> None:
    """With the reason; the deed does nothing either."""
    mama, papa = person("mama"), person("papa")
    share(mama, papa, "finance", "see")
    hers = house.lab(mama).finance.transactions.add(day=today(), amount="-5", payee="Hers")
    form = house.lab(papa).finance.transactions.form(hers.id)
    assert "lets you see it" in said(form)
    assert "<input" not in form.html
    form.do("save", **{"f.payee": "His"})
    assert house.lab(mama).finance.transactions.get(hers.id).payee == "Hers"


def test_the_past_can_be_read(lab: Lab) -> None:
    """As it was, without a way to change it."""
    kept = lab.finance.transactions.add(day=today(), amount="-5", payee="Then")
    then = lab.at(kept.created_at + timedelta(seconds=1))  # type: ignore[operator]
    assert "not changed" in said(then.finance.transactions.form(kept.id))


def test_a_secret_of_somebody_else_stays_sealed(house: House, person: Person) -> None:
    """Also for whoever may edit the rest."""
    mama, papa = person("mama"), person("papa")
    share(mama, papa, "wellbeing", "edit")
    hers = house.lab(mama).wellbeing.moods.add(at="2026-11-20 08:00", mood=3, note="secret")
    form = house.lab(papa).wellbeing.moods.form(hers.id)
    assert "secret" not in form.html
    typed(form, mood="6")
    form.do("save", **{"f.note": "mine"})
    again = house.lab(mama).wellbeing.moods.get(hers.id)
    assert (again.mood, again.note) == (6, "secret")


def test_parts_are_rows(lab: Lab) -> None:
    """Options of a decision: added, filled in, dropped; what is wrong names its row."""
    form = lab.methods.decisions.form(title="Move?", question="Move?")
    for name in ("yes", "no"):
        form.do("add_row", field="options")
        form.do("typed", field="options", row=len(form.given["options"]) - 1, part="name", value=name)  # fmt: skip
    form.do("add_row", field="options")
    form.do("typed", field="options", row=2, part="pros", value="only a reason")
    assert form.problems["options"].startswith("3. ")
    form.do("drop_row", field="options", row=2)
    form.do("save")
    assert [each["name"] for each in form.record.options] == ["yes", "no"]
    again = lab.methods.decisions.form(form.record)
    assert not again.dirty
    assert again.judge() is not None


_PLAIN = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=2), max_leaves=3)  # fmt: skip


@given(st.dictionaries(st.text(min_size=1).map(str.strip).filter(bool), _PLAIN, max_size=4))
@settings(max_examples=40)
def test_what_is_said_by_name_comes_back_as_it_was(kept: dict[str, Any]) -> None:
    """Whatever it is: a text that looks like a number stays a text."""
    assert (Pairs().meant(Pairs().raw_of(kept)) or {}) == kept


def test_every_list_that_a_person_fills_in_is_rows(lab: Lab) -> None:
    """Nobody is asked for JSON: later amounts, accounts elsewhere, languages; a name twice is told."""
    form = lab.finance.budgets.form(name="eat", categories=["餐饮"], amount="100", every="1mo", start="2026-01-01")  # fmt: skip
    form.do("add_row", field="changes")
    form.do("typed", field="changes", row=0, part="since", value="2026-3-1")
    form.do("typed", field="changes", row=0, part="amount", value="¥1,200")
    form.do("save")
    assert [(each["since"], each["amount"]) for each in form.record.changes] == [("2026-03-01", 1200)]  # fmt: skip
    again = lab.finance.budgets.form(form.record)
    assert again.given["changes"] == [{"since": "2026-03-01", "amount": "1200"}]
    again.do("drop_row", field="changes", row=0)
    again.do("save")
    assert again.record.changes == []
    profile = lab.anchor.profile.form(name="Mei")
    for field, part, value in (("links", "network", "GitHub"), ("languages", "language", "中文"), ("extra", "name", "x")):  # fmt: skip
        profile.do("add_row", field=field)
        profile.do("typed", field=field, row=0, part=part, value=value)
    assert "<textarea" not in profile.html.partition('data-key="links"')[2].partition("</ol>")[0]
    profile.do("add_row", field="extra")
    profile.do("typed", field="extra", row=1, part="name", value="x")
    assert "twice" in profile.problems["extra"]
    profile.do("drop_row", field="extra", row=1)
    profile.do("typed", field="extra", value="no row", on="change")
    profile.do("save")
    kept = profile.record
    assert (kept.links, kept.languages, kept.extra) == ([{"network": "GitHub"}], [{"language": "中文"}], {"x": ""})  # fmt: skip


def test_sealed_parts_are_rows_too(lab: Lab) -> None:
    """They lie in an encrypted text and are asked for like any others."""
    form = lab.methods.thoughts.form(title="A hard day")
    form.do("add_row", field="thoughts")
    form.do("typed", field="thoughts", row=0, part="thought", value="I cannot")
    form.do("typed", field="thoughts", row=0, part="belief", value="80")
    form.do("save")
    again = lab.methods.thoughts.form(lab.methods.thoughts.get(form.record.id))
    assert again.given["thoughts"][0]["thought"] == "I cannot"


def test_lists_are_chips(lab: Lab) -> None:
    """Several at once between commas, each once."""
    form = lab.skills.items.form(name="Guitar")
    form.do("tag", field="aliases", value="吉他， guitar,吉他")
    form.do("untag", field="aliases", text="guitar")
    form.do("save")
    assert form.record.aliases == ["吉他"]


def test_a_reference_is_chosen_by_its_name(lab: Lab) -> None:
    """Never by its identifier; the keyboard suffices."""
    skill = lab.skills.items.add(name="Juggling")
    lab.skills.items.add(name="Jumping")
    form = lab.skills.practice.form(day=today(), hours=1)
    assert form.html
    picker: Any = form.askers["skill"]
    picker.do("look_for", value="ju")
    assert [picker.title_of(each) for each in picker.found] == ["Juggling", "Jumping"]
    picker.do("down")
    picker.do("up")
    picker.do("take", value="ju")
    assert "Juggling" in said(form)
    form.do("save")
    assert form.record.skill == skill.id


def test_a_pointer_leads_to_any_kind(lab: Lab) -> None:
    """Found by the search over everything; shown by name; what is gone says so."""
    skill = lab.skills.items.add(name="Whistling")
    form = lab.todos.items.form(title="Practise")
    assert form.html
    many: Any = form.askers["links"]
    many.picker.do("look_for", value="Whistling")
    many.picker.do("take", value="Whistling")
    assert form.given["links"] == [f"skills.items/{skill.id}"]
    form.do("save")
    assert form.record.links == [f"skills.items/{skill.id}"]
    lab.skills.items.remove(skill)
    assert "gone, or not shared" in said(lab.todos.items.form(form.record))


def test_a_picker_stands_alone(lab: Lab) -> None:
    """`collection.picker(on_choice=…)` tells what was chosen."""
    lab.skills.items.add(name="Knitting", topic="crafts")
    told: list[Any] = []
    picker: Picker = lab.skills.items.picker(on_choice=told.append, topic="crafts")
    picker.do("begin")
    picker.do("choose", id=str(picker.found[0].id))
    picker.do("clear")
    assert [each and each.name for each in told] == ["Knitting", None]
    gone = Picker(lab.skills.items, chosen="0199aaaa-0000-7000-8000-000000000000")
    assert isinstance(gone.chosen, Gone)


def test_a_markdown_text_is_seen_as_it_will_look(lab: Lab) -> None:
    """Safely: what would run is gone."""
    form = lab.docs.items.form(title="T", body="# Head\n<script>alert(1)</script>")
    form.do("preview", field="body")
    assert "<h1" in form.html
    assert "<script" not in form.html


def test_a_kind_of_ones_own_has_a_form(lab: Lab) -> None:
    """Of every type; its own title is the heading."""
    fields: dict[str, Any] = {
        "书名": "text", "pages": "whole?", "price": "money?", "read_on": "date?", "good": "yes_no?", "act": "text?",
        "self": "text?", "at": "moment?", "tags": "texts", "extra": "object?", "share": "number?",
    }  # fmt: skip
    fields.pop("self")
    books = lab.kinds.define("book", title="Books I read", fields=fields)
    form = books.form()
    assert "Books I read" in said(form)
    typed(form, 书名="红楼梦", pages="1,200", price="¥38.5", read_on="today", good="yes", act="x", at="now", share="0.5")  # fmt: skip
    form.do("tag", field="tags", value="经典")
    for row, (name, value) in enumerate([("a", "1"), ("b", "two"), ("c", '"3"')]):
        form.do("add_row", field="extra")
        form.do("typed", field="extra", row=row, part="name", value=name)
        form.do("typed", field="extra", row=row, part="value", value=value)
    assert form.problems == {}
    form.do("save")
    kept = form.record.values()
    assert (kept["书名"], kept["pages"], kept["good"], kept["tags"], kept["extra"]) == ("红楼梦", 1200, True, ["经典"], {"a": 1, "b": "two", "c": "3"})  # fmt: skip
    again = books.form(form.record)
    assert not again.dirty
    assert again.judge() is not None


def test_the_next_one_begins_at_once_where_it_is_wished(lab: Lab) -> None:
    """Entry after entry, as on a dashboard; each is told to whoever wants to know."""
    told: list[Any] = []
    form = Form(lab.finance.transactions, None, {"day": today()}, fields=["day", "amount"], again=True, on_saved=told.append)  # fmt: skip
    typed(form, amount="-3")
    form.do("save")
    assert form.given["amount"] == ""
    assert form.given["day"] == today().isoformat()
    assert told[0].amount == -3
    form.take_back()
    assert lab.finance.transactions.find(id=told[0].id) == []


def test_what_was_written_before_is_offered(lab: Lab) -> None:
    """The most frequent first."""
    for payee in ("Baker", "Baker", "Butcher"):
        lab.finance.transactions.add(day=today(), amount="-1", payee=payee)
    form = lab.finance.transactions.form()
    typed(form, payee="B")
    assert "Baker" in form.known["payee"]


def test_all_kinds_have_a_form_that_leaves_them_as_they_are(lab: Lab) -> None:
    """Opening a form changes nothing, whatever the kind."""
    from pgc_lib.core import places

    seen = 0
    for collection in places.collections(lab.session):
        form = collection.form()
        assert "pgc-trouble" not in form.html, collection.spec.kind
        for record in collection.find(limit=1):
            kept = collection.form(record)
            assert not kept.dirty
            assert kept.html
        seen += 1
    assert seen > 100


def test_an_area_forwards_to_its_main_collection(lab: Lab) -> None:
    """`lab.todos.form()` is `lab.todos.items.form()`."""
    assert lab.todos.form().collection is lab.todos.items
    assert lab.todos.table().collection is lab.todos.items
