"""Questions are read without ever failing; what cannot be meant is named with its reason."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.zone import today
from pgc_lib.i18n import in_lang
from pgc_lib.search.conditions import matching, required
from pgc_lib.search.query import LONGEST, MOST_TERMS, Query, read


def _words(query: Query) -> list[tuple[str, tuple[str, ...]]]:
    return [(term.sort, term.words) for term in query.terms]


def test_words_phrases_prefixes_and_what_is_not_wanted() -> None:
    query = read('家庭 "growing up" growth* -work -"day off"')
    assert _words(query) == [
        ("word", ("家庭",)),
        ("phrase", ("growing", "up")),
        ("prefix", ("growth",)),
    ]
    assert [term.words for term in query.without] == [("work",), ("day", "off")]
    assert query.problems == ()


def test_filters_in_both_punctuations() -> None:
    """A Chinese keyboard writes other colons and quotation marks."""
    query = read(
        "tag：孩子 #work/pgc area:Finance kind:todos.items tag:“去 旅行” -tag:old -area:goals"
    )
    assert query.tags == ("孩子", "work/pgc", "去 旅行")
    assert query.areas == ("finance",) and query.kinds == ("todos.items",)
    assert query.without_marks == (("tag", "old"), ("area", "goals"))
    assert query.terms == () and query.problems == ()


@pytest.mark.parametrize(
    ("written", "after", "before"),
    [
        ("after:2026-01-31", date(2026, 1, 31), None),
        ("after:2026", date(2026, 1, 1), None),
        ("before:2026", None, date(2026, 12, 31)),
        ("before:2024-02", None, date(2024, 2, 29)),
        ("before:2026-12", None, date(2026, 12, 31)),
        ("after:2026年3月", date(2026, 3, 1), None),
        ("after:2025 after:2026", date(2026, 1, 1), None),
    ],
)
def test_days(written: str, after: date | None, before: date | None) -> None:
    query = read(written)
    assert (query.after, query.before, query.problems) == (after, before, ())


def test_days_ago() -> None:
    assert read("after:30d").after == today() - timedelta(days=30)
    assert read("before:昨天").before == today() - timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("after:2026-02-30", "after:2026-02-30"),
        ("after:soon", "after:soon"),
        ("after:9999年9999年", "after:9999年9999年"),
        ("before:9999999d", "before:9999999d"),
        ("before:9999d before:0001 after:9999y", "after:9999y"),
        ("-after:2026", "after:2026"),
        ("area:../etc", "area:../etc"),
        ("kind:todos", "kind:todos"),
        ("tag:", "tag:"),
    ],
)
def test_a_wrong_filter_is_left_out_and_named(written: str, place: str) -> None:
    """Place and reason; the rest of the question stands."""
    with in_lang("en"):
        query = read(f"{written} 家庭")
    assert [problem.place for problem in query.problems] == [place]
    assert all(problem.reason for problem in query.problems)
    assert _words(query) == [("word", ("家庭",))]


def test_what_only_looks_like_a_filter_is_words() -> None:
    assert _words(read("12:30 http://example.com")) == [
        ("word", (word,)) for word in ("12", "30", "http", "example", "com")
    ]


def test_words_that_say_nothing_count_only_alone() -> None:
    """A question asked as to a person is looked for by what it is about."""
    assert _words(read("how do I talk with my teenager")) == [
        ("word", ("talk",)),
        ("word", ("teenager",)),
    ]
    assert _words(read("to be or not to be")) != []


def test_too_much_is_cut_and_said() -> None:
    with in_lang("en"):
        many = read(" ".join(f"w{n}" for n in range(100)))
        long = read("家庭" * LONGEST)
    assert len(many.terms) == MOST_TERMS and len(many.problems) == 1
    assert long.problems[0].place == "…"


def test_an_empty_question_is_empty() -> None:
    assert read("").is_empty and read("  “” - * ' \\ \x00").is_empty
    assert not read("after:2026").is_empty


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(list("ab家庭 \"“”'*:-!&|<>()\\\x00#tagrefokind：。\ud800 \n")),
        max_size=40,
    )
)
def test_no_question_fails(written: str) -> None:
    """Whatever is typed becomes a question and a well-formed condition."""
    query = read(written)
    for condition in [required(query), *map(matching, query.terms)]:
        assert condition.count("(") == condition.count(")") or "'" in condition
        assert "\x00" not in condition
