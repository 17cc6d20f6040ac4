"""The records of the methods: what is computed of them, and what cannot be."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pgc_lib.areas.method.base import share
from pgc_lib.areas.method.calibration import calibrated, interval
from pgc_lib.areas.method.management import Okr, Pdca, Raci, Retrospective, Smart
from pgc_lib.areas.method.mind import Decision, ThoughtRecord, Woop, hint
from pgc_lib.core.problems import problems_of
from pgc_lib.core.record import SEALED, Record
from pgc_lib.i18n import in_lang


def reasons(record: type[Record], **values: Any) -> str:
    """Why something cannot be kept, as a person is told."""
    with in_lang("en"), pytest.raises(ValidationError) as told:
        record(**values)
    return "; ".join(map(str, problems_of(told.value, record.spec)))


def test_an_objective_is_as_far_as_its_results() -> None:
    """The mean, each within its bounds; a result that goes down counts as well as one that goes up."""
    okr = Okr(
        title="t", objective="o",
        results=[{"what": "up", "start": 0, "target": 10, "current": 5}, {"what": "down", "start": 95, "target": 30, "current": 30},
                 {"what": "beyond", "target": 2, "current": 7}, "not begun"],
    )  # fmt: skip
    assert okr.progress == pytest.approx((0.5 + 1 + 1 + 0) / 4)
    assert [each.what for each in okr.key_results] == ["up", "down", "beyond", "not begun"]
    assert Okr(title="t", objective="o").progress is None
    assert "2. start and target are the same" in reasons(
        Okr, title="t", objective="o", results=["a", {"what": "b", "target": 0}]
    )
    assert "1. Result: a value is needed" in reasons(
        Okr, title="t", objective="o", results=[{}]
    ) or "1. Result" in reasons(Okr, title="t", objective="o", results=[{}])
    assert "1. Aim: " in reasons(
        Okr, title="t", objective="o", results=[{"what": "a", "target": "many"}]
    )
    assert "more than 10" in reasons(Okr, title="t", objective="o", results=["x"] * 11)
    assert "must be a list" in reasons(Okr, title="t", objective="o", results=7)


@settings(max_examples=50, deadline=None)
@given(*[st.floats(-1e6, 1e6)] * 3)
def test_a_share_lies_between_nothing_and_all(done: float, start: float, target: float) -> None:
    """Whatever the numbers are; at the target it is all."""
    assert 0 <= share(done, start, target) <= 1 and share(target, start, target) == 1


def test_a_goal_has_its_pace() -> None:
    """How far it would have to be by now, and never a date before its beginning."""
    goal = Smart(
        title="t",
        specific="s",
        start=4,
        target=10,
        current=7,
        day=date(2026, 1, 1),
        due=date(2026, 1, 11),
    )
    assert (
        goal.progress == 0.5
        and goal.pace(date(2026, 1, 6)) == 0.5
        and goal.pace(date(2030, 1, 1)) == 1
    )
    assert "end before it began" in reasons(
        Smart, title="t", specific="s", day=date(2026, 1, 2), due=date(2026, 1, 1)
    )
    assert "same" in reasons(
        Smart, title="t", specific="s", start=1, target=1, due=date(2026, 1, 1)
    )


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ({"task": "cook", "responsible": "A"}, "nobody is accountable for “cook”"),
        ({"task": "cook", "responsible": "A", "accountable": ["A", "B"]}, "exactly one is accountable for “cook”, not A, B"),
        ({"task": "cook", "accountable": "A"}, "nobody is responsible for “cook”"),
        ({"task": " ", "accountable": "A", "responsible": "A"}, "1. Task"),
        ("cook", "nobody is accountable"),
        ({"task": "cook", "accountable": "A", "responsible": "A", "boss": "B"}, "no such field"),
    ],
)  # fmt: skip
def test_exactly_one_is_accountable(task: Any, reason: str) -> None:
    """For each task, said with its number and name."""
    assert reason in reasons(Raci, title="t", tasks=[task])


def test_tasks_stand_against_people() -> None:
    """The letters of each; the same name twice is one person, and the load of each is counted."""
    raci = Raci(
        title="t",
        tasks=[{"task": "cook", "responsible": ["A", "A ", "B"], "accountable": "A", "informed": "C"},
               {"task": "wash", "responsible": ["B"], "accountable": ["B"], "consulted": ["A"]}],
    )  # fmt: skip
    assert raci.people() == ["A", "B", "C"]
    assert raci.matrix().rows() == [("cook", "RA", "R", "I"), ("wash", "C", "RA", "")]
    assert raci.load().rows() == [("B", 2, 1), ("A", 1, 1), ("C", 0, 0)]


def test_progress_counts_what_is_filled_in() -> None:
    """Of what makes a method complete."""
    assert Pdca(title="t", problem="p").progress == 0
    assert Pdca(title="t", problem="p", plan="x", verdict="adopt").progress == 0.5
    woop = Woop(title="t", wish="w", when="it is eight", then="play one song")
    with in_lang("en"):
        assert woop.plan == "If it is eight, then I will play one song." and woop.progress == 0.6
    assert "end before it began" in reasons(
        Retrospective, title="t", since=date(2026, 1, 2), until=date(2026, 1, 1)
    )


def test_a_decision_is_scored_by_what_it_expected() -> None:
    """Only what is settled counts; probabilities are probabilities."""
    made = Decision(
        title="t",
        question="q",
        expected=[
            {"what": "a", "probability": 1, "happened": True},
            {"what": "b", "probability": 0.5},
        ],
    )
    assert made.brier == 0 and made.predictions[1].happened is None
    assert "1. Probability: " in reasons(
        Decision, title="t", question="q", expected=[{"what": "a", "probability": 70}]
    )
    assert "same name" in reasons(Decision, title="t", question="q", options=["a", "a"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80))
def test_a_calibration_holds_together(settled: list[tuple[float, bool]]) -> None:
    """All are in a bin, shares lie in their intervals, and the score is between perfect and perfectly wrong."""
    found = calibrated(settled)
    assert found.n == len(settled) == sum(each.n for each in found.bins)
    assert found.brier is not None and 0 <= found.brier <= 1
    for each in found.bins:
        assert 0 <= each.low <= each.came + 1e-9 and each.came - 1e-9 <= each.high <= 1
    assert found.word


def test_an_interval_is_wilsons() -> None:
    """Against a value of the literature: 81 of 263, 95 %."""
    low, high = interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert calibrated([]).brier is None


def test_the_words_of_a_calibration() -> None:
    """Too sure, too careful, telling, or saying nothing."""
    with in_lang("en"):
        assert "surer" in calibrated([(0.5, True)] * 30).word
        assert "say something" in calibrated([(0.9, True)] * 15 + [(0.1, False)] * 15).word
        assert "tells you little" in calibrated([(0.5, True), (0.5, False)] * 15).word


def test_sealed_parts_stay_sealed() -> None:
    """As text that is kept whole; what is sealed is neither read nor lost."""
    made = ThoughtRecord(
        title="t", thoughts=[{"thought": "a", "belief": 80}, "b"], emotions='[{"emotion": "sad"}]'
    )
    again = ThoughtRecord(**made.values())
    assert again == made and made.thoughts.startswith('[{"thought": "a"')
    assert ThoughtRecord(title="t", thoughts=SEALED).thoughts == SEALED
    assert "Believed" in reasons(
        ThoughtRecord, title="t", thoughts=[{"thought": "a", "belief": 101}]
    )
    assert reasons(ThoughtRecord, title="t", thoughts="[" * 100_000)


@pytest.mark.parametrize(
    ("text", "danger"), [("I want to die", True), ("有时候不想活了", True), ("a diet", False), (SEALED, False), ("", False)]
)  # fmt: skip
def test_help_is_named(text: str, danger: bool) -> None:
    """Always gently, and clearly where it sounds like danger."""
    with in_lang("en"):
        said = hint([text])
    assert ("12356" in said) == danger and ("doctor" in said) != danger


def test_the_review_day_is_free() -> None:
    """Also one that is over: it is then due."""
    assert Woop(title="t", wish="w", review=date.min + timedelta(1)).review
