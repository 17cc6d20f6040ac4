"""Experiments with oneself: the draw is the source of chance, and the answer keeps its doubt."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.wellness.experiments import before_after, compared, drawn, usable


@given(st.integers(1, 366), st.integers(1, 30), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_plan_is_balanced(days: int, block: int, seed: int) -> None:
    """As many days of A as of B, in every pair of blocks."""
    plan = drawn(days, block, Random(seed))
    assert len(plan) >= days and len(plan) % (2 * block) == 0
    for at in range(0, len(plan), 2 * block):
        pair = plan[at : at + 2 * block]
        assert pair.count("A") == block and len(set(pair[:block])) == len(set(pair[block:])) == 1


def test_which_days_are_compared() -> None:
    """Not those on which things still settle."""
    assert usable(list("AABBBA"), 0) == [True] * 6
    assert usable(list("AABBBA"), 1) == [True, True, False, True, True, False]


def test_p_of_every_draw_is_exact() -> None:
    """Six pairs that all speak for A: two of 64 draws are as extreme."""
    plan = list("ABBAABABBAAB")
    values = np.array([2.0 if arm == "A" else 1.0 for arm in plan]) + np.linspace(0, 0.1, 12)
    found = compared(values, plan, block=1, washout=0, randomised=True, rng=np.random.default_rng(1))  # fmt: skip
    assert found is not None and found.p == pytest.approx(2 / 64)
    assert found.difference == pytest.approx(1, abs=0.05) and found.units == 6


@pytest.mark.parametrize("randomised", [True, False])
def test_chance_and_truth(randomised: bool) -> None:
    """Without an effect few are found; with one the interval holds it, also in days that resemble their neighbours."""
    rng = np.random.default_rng(12)
    wrong = held = 0
    times = 80
    for turn in range(times):
        plan = drawn(56, 2, Random(turn)) if randomised else before_after(40, 40)
        noise = np.zeros(len(plan))
        for at in range(1, len(plan)):
            noise[at] = 0.4 * noise[at - 1] + rng.normal()
        noise[rng.random(len(plan)) < 0.1] = math.nan
        if turn % 2:
            found = compared(noise, plan, block=2 if randomised else 1, washout=0, randomised=randomised, rng=rng)  # fmt: skip
            assert found is not None
            wrong += found.p <= 0.05
        else:
            effect = noise + np.array([1.0 if arm == "A" else 0.0 for arm in plan])
            found = compared(effect, plan, block=2 if randomised else 1, washout=0, randomised=randomised, rng=rng)  # fmt: skip
            assert found is not None
            held += found.low <= 1 <= found.high
    assert wrong <= 7 and held >= 32


def test_a_drift_does_not_fool_the_pairs_but_is_said_of_before_and_after() -> None:
    """Both blocks of a pair rise with it; before/after warns that it was moving already."""
    rng = np.random.default_rng(3)
    rising = np.arange(60) * 0.1
    plan = drawn(60, 1, Random(1))
    found = compared(rising + rng.normal(size=60), plan, block=1, washout=0, randomised=True, rng=rng)  # fmt: skip
    assert found is not None and found.p > 0.05
    found = compared(rising + rng.normal(size=60), before_after(30, 30), block=1, washout=0, randomised=False, rng=rng)  # fmt: skip
    assert found is not None and found.trending


def test_too_few_say_nothing() -> None:
    """Fewer than six whole pairs, or ten days on a side."""
    rng = np.random.default_rng(0)
    plan = list("AB") * 5
    assert compared(rng.normal(size=10), plan, block=1, washout=0, randomised=True, rng=rng) is None
    values = rng.normal(size=40)
    values[::2] = math.nan  # of each pair one value is missing
    assert compared(values, list("AB") * 20, block=1, washout=0, randomised=True, rng=rng) is None
    assert compared(values, before_after(15, 25), block=1, washout=0, randomised=False, rng=rng) is None  # fmt: skip
