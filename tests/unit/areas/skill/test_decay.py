"""The formula of fading: what it says in words, in numbers and in columns is the same."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.skill.decay import Decay
from pgc_lib.errors import Invalid
from pgc_lib.i18n import in_lang

DAYS = st.integers(0, 40_000)
AMOUNT = st.floats(0, 100_000, allow_nan=False)


def test_the_formula_at_points_that_can_be_computed_by_hand() -> None:
    """As the module says it."""
    usual = Decay()
    assert usual.retrievability(idle=0, days=0) == 1
    assert usual.retrievability(idle=10, days=0) == pytest.approx(0.9)
    assert usual.retrievability(idle=10 * 31**0.6, days=30) == pytest.approx(0.9)
    assert usual.recency(fresh=0) == pytest.approx(0.6)
    assert usual.recency(fresh=8) == pytest.approx(0.8)
    assert usual.evidence(proven=0) == pytest.approx(0.7)
    assert usual.evidence(proven=1) == pytest.approx(0.85)
    assert usual.strength(0, 0, 0, 0) == pytest.approx(0.42)


@settings(max_examples=60)
@given(DAYS, DAYS, AMOUNT, AMOUNT)
def test_columns_say_what_numbers_say(idle: int, days: int, fresh: float, proven: float) -> None:
    """And it never leaves 0 to 1."""
    formula = Decay()
    frame = pl.DataFrame({"idle": [idle], "days": [days], "fresh": [fresh], "proven": [proven]})
    row = frame.select(formula.columns()).row(0)
    assert row == pytest.approx(
        (
            formula.retrievability(idle, days),
            formula.recency(fresh),
            formula.evidence(proven),
        )
    )
    assert 0 < formula.strength(idle, days, fresh, proven) <= 1


@settings(max_examples=40)
@given(DAYS, DAYS, AMOUNT, AMOUNT)
def test_more_of_anything_good_never_weakens(
    idle: int, days: int, fresh: float, proven: float
) -> None:
    """And a longer pause never strengthens."""
    at = Decay().strength
    now = at(idle, days, fresh, proven)
    slack = 1e-12
    assert at(idle + 1, days, fresh, proven) <= now + slack
    assert at(idle, days + 1, fresh, proven) >= now - slack
    assert at(idle, days, fresh + 1, proven) >= now - slack
    assert at(idle, days, fresh, proven + 1) >= now - slack


def test_numbers_that_make_no_sense_are_refused() -> None:
    """Each is named, with what it may be."""
    with pytest.raises(Invalid) as caught:
        Decay(half_life=0, stale=1.5, spacing=-1, habit=float("nan"))
    assert [problem.place for problem in caught.value.problems] == [
        "half_life",
        "habit",
        "spacing",
        "stale",
    ]


def test_the_formula_is_shown_with_its_numbers() -> None:
    """In the person's language, as text and in a notebook."""
    mine = Decay(half_life=60, stability=14)
    assert "60 days" in str(mine) and "14 · (1 + days of practice)^0.6" in str(mine)
    with in_lang("zh-CN"):
        assert "60 天" in mine._repr_html_() and "可提取度" in mine._repr_html_()
