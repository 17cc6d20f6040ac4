"""Search by words, on the real index: Chinese and English, phrases, filters, typing errors, order and marks."""

import pytest

from pgc_lib.errors import Denied
from pgc_lib.lab import Lab
from tests.support.lab import Person
from tests.unit.search.conftest import Desk


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        (
            "家庭 矛盾",
            ["家庭矛盾", "Phones <script>alert(1)</script>"],
        ),  # all of it first, then some
        ("盾", ["家庭矛盾"]),
        ("华大", ["清华大学"]),
        ("清华大学", ["清华大学"]),
        ("北京 machine", ["清华大学"]),
        ("ＭＡＣＨＩＮＥ", ["清华大学"]),
        ("grow", ["Growing tomatoes"]),
        ("tomato", ["Growing tomatoes", "A long walk"]),
        ("grow*", ["Growing tomatoes"]),
        ("gre*", ["A long walk"]),
        ('"the sun"', ["A long walk"]),
        ('"处理家里的冲突"', ["家庭矛盾"]),
        ('"冲突处理"', []),
        ('"tomatoes growing"', []),
        ("tomatoes -garden", ["A long walk"]),
        ("tomatoes -tag:garden", ["A long walk"]),
        ('tomatoes -"the sun"', ["Growing tomatoes"]),
        ("tag:work", ["家庭矛盾"]),
        ("#travel tomatoes", ["A long walk"]),
        ("沟通 tag:家庭", ["家庭矛盾"]),
        ("area:todos tomatoes", []),
        ("kind:kinds.note sun tag:garden", ["Growing tomatoes"]),
        ("after:2999", []),
        ("before:1999 家庭", []),
        ("不存在的东西龘", []),
    ],
)
def test_what_is_found(shelf: Desk, question: str, titles: list[str]) -> None:
    hits = shelf.search.text(question)
    assert [hit.title for hit in hits] == titles
    assert hits.problems == ()


def test_the_title_comes_before_the_text(shelf: Desk) -> None:
    assert shelf.titles("tomatoes")[0] == "Growing tomatoes"


def test_without_words_the_newest_come_first(shelf: Desk) -> None:
    assert shelf.titles("kind:kinds.note")[0] == "A long walk"
    assert len(shelf.titles("kind:kinds.note", limit=2)) == 2


def test_a_misspelt_word_is_corrected_and_said(shelf: Desk) -> None:
    hits = shelf.search.text("teenegers")
    assert [hit.title for hit in hits] == ["Phones <script>alert(1)</script>"]
    assert hits.corrected == (("teenegers", "teenagers"),)
    assert "Looked for “teenagers” instead of “teenegers”." in hits._repr_html_()


def test_where_not_all_is_found_the_rarest_words_are(shelf: Desk) -> None:
    """A question as one asks a person: not every word of it stands in the note."""
    assert shelf.titles("how should we talk with a grumpy teenager at dinner")[0].startswith(
        "Phones"
    )


def test_data_is_never_markup(shelf: Desk) -> None:
    """What matches is marked, and a script stays text."""
    hits = shelf.search.text("phones script")
    assert hits[0].title == "Phones <script>alert(1)</script>"
    assert "<mark>Phones</mark>" in hits[0].html and "&lt;<mark>script</mark>&gt;" in hits[0].html
    for shown in (hits[0].html, hits._repr_html_()):
        assert "<script" not in shown
    assert hits[0].snippet == "How to talk with teenagers about phones & sleep"


def test_a_wrong_filter_is_said_and_the_rest_is_found(shelf: Desk) -> None:
    hits = shelf.search("after:soon 家庭矛盾")
    assert hits[0].title == "家庭矛盾"
    assert [problem.place for problem in hits.problems] == ["after:soon"]
    assert "after:soon" in hits._repr_html_()


@pytest.mark.parametrize(
    "hostile",
    [
        *"'\"\\*:-|&!()<>%_",
        "' | '",
        "a' & !b",
        "'o:",
        "t:家庭",
        "<->",
        "\x00",
        "\ud800",
        "((((",
        "\\'",
        ":*",
        "'*",
    ],
)
def test_hostile_questions_find_something_or_nothing(shelf: Desk, hostile: str) -> None:
    """No sign of PostgreSQL's own syntax means anything here."""
    shelf.search.text(hostile)
    shelf.search.text(f'{hostile}家庭 "{hostile}x y" -{hostile} tag:{hostile} after:{hostile}')


def test_a_long_text_shows_the_part_that_matches(desk: Desk) -> None:
    desk.notes.add(
        title="long", body="前面的话。" * 400 + "这里才说到断路器跳闸。" + "后面的话。" * 400
    )
    hit = desk.search.text("断路器")[0]
    assert "断路器" in hit.snippet and len(hit.snippet) < 200
    assert hit.snippet.startswith("…") and hit.snippet.endswith("…")
    assert "<mark>断路器</mark>" in hit.html


def test_the_past_is_not_searched(shelf: Desk) -> None:
    with pytest.raises(Denied, match="what is now"):
        shelf.lab.at("2026-01-01").search("家庭")


def test_every_area_is_searched_by_its_searchable_fields(desk: Desk) -> None:
    """Nothing but the definition says so."""
    desk.lab.todos.add(title="写周报", note="给小王", tags=["工作"])
    desk.lab.finance.transactions.add(
        day="2026-11-20", amount="-38.50", payee="瑞幸咖啡", category="餐饮"
    )
    assert [hit.kind for hit in desk.search.text("小王")] == ["todos.items"]
    (coffee,) = desk.search.text("咖啡")
    assert (coffee.area, coffee.title, str(coffee.day)) == ("finance", "瑞幸咖啡", "2026-11-20")
    assert desk.titles("咖啡 after:2026-11-21") == [] and desk.titles("咖啡 before:2026-11-20")


def test_comments_are_found_with_their_record(desk: Desk) -> None:
    note = desk.notes.add(title="plan", body="nothing special")
    assert desk.titles("zebra") == []
    comment = desk.notes.comment(note, "ask the zebra keeper")
    assert desk.titles("zebra") == ["plan"]
    desk.notes.remove_comment(comment)
    assert desk.titles("zebra") == []


def test_the_help_library_stands_beside_what_was_found(desk: Desk) -> None:
    """Its texts come with the lab, so they are no hits; a question about something else has none."""
    found = desk.search("婆媳 矛盾")
    assert "婆媳、翁婿难相处" in [each.title for each in found.shelf]
    assert "lab.help.read(" in found._repr_html_()
    assert desk.search.text("孩子 发烧 area:help").shelf
    for question in ("python", "孩子 发烧 area:finance", "孩子 发烧 tag:家庭", "家庭 预算"):
        assert not desk.search(question).shelf, question


def test_an_empty_lab_has_nothing_that_is_not_understood_yet(person: Person) -> None:
    """Who has written nothing is not told that some of it is found by words only."""
    assert not Lab(person("new")).search("anything at all").notes
