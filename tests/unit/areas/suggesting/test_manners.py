"""How loudly suggestions speak: pure rules over what waits."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pgc_lib.areas.suggesting.manners import ALL, Manner, Manners
from pgc_lib.areas.suggesting.suggestion import Suggestion

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def waiting(*topics: str) -> list[Suggestion]:
    return [Suggestion(topic=topic, target_kind="x.y", changes={}, source="rule") for topic in topics]  # fmt: skip


def brought_up(manners: list[Manner], topics: list[str], decided: list[str], at: datetime = NOON) -> list[str]:  # fmt: skip
    return [each.topic for each in Manners(manners).brought_up(waiting(*topics), decided, at)]


def test_without_manners_everything_is_brought_up() -> None:
    """In its order."""
    assert brought_up([], ["b", "a"], ["a"] * 50) == ["b", "a"]


def test_the_nearest_manners_hold() -> None:
    """Those of the topic, else of the topic above, else of all."""
    manners = [
        Manner(topic=ALL, on=False),
        Manner(topic="finance"),
        Manner(topic="finance.rule", on=False),
    ]
    assert brought_up(manners, ["finance.category", "finance.rule", "anchor.focus"], []) == [
        "finance.category"
    ]


def test_so_many_a_day_counts_what_was_decided_on_it() -> None:
    """A cap of a topic is shared by those below it; one for all holds for each topic by itself."""
    capped = [Manner(topic="finance", most_a_day=2)]
    topics = ["finance.a", "finance.b", "finance.c", "anchor"]
    assert brought_up(capped, topics, []) == ["finance.a", "finance.b", "anchor"]
    assert brought_up(capped, topics, ["finance.z"]) == ["finance.a", "anchor"]
    everything = [Manner(topic=ALL, most_a_day=1)]
    assert brought_up(everything, ["a", "a", "b", "b"], []) == ["a", "b"]


@pytest.mark.parametrize(
    ("begin", "end", "hour", "quiet"),
    [("22:00", "07:30", 23, True), ("22:00", "07:30", 7, True), ("22:00", "07:30", 8, False), ("12:00", "13:00", 12, True), ("12:00", "13:00", 13, False), ("", "", 3, False)],
)  # fmt: skip
def test_quiet_hours_go_past_midnight(begin: str, end: str, hour: int, quiet: bool) -> None:
    """The beginning is quiet, the end is not."""
    manner = Manner(topic=ALL, quiet_from=begin, quiet_until=end)
    assert manner.is_quiet(NOON.replace(hour=hour)) is quiet
    assert bool(brought_up([manner], ["a"], [], NOON.replace(hour=hour))) is not quiet


@pytest.mark.parametrize("wrong", [{"quiet_from": "22:00"}, {"quiet_from": "25:00", "quiet_until": "07:00"}, {"most_a_day": -1}, {"topic": "Finance!"}])  # fmt: skip
def test_manners_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    """Half of the quiet hours, an hour that is none."""
    with pytest.raises(ValidationError):
        Manner(**{"topic": ALL, **wrong})


@given(st.lists(st.sampled_from(["a", "a.b", "c"])), st.lists(st.sampled_from(["a", "a.b", "c"])), st.integers(0, 5))  # fmt: skip
@settings(max_examples=50)
def test_never_more_than_the_cap(topics: list[str], decided: list[str], most: int) -> None:
    """However many wait."""
    shown = brought_up([Manner(topic="a", most_a_day=most)], topics, decided)
    assert sum(topic != "c" for topic in shown) <= max(
        0, most - sum(topic != "c" for topic in decided)
    )
    assert shown.count("c") == topics.count("c")
