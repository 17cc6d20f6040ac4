"""The statistics against known values, and against chance: how often they find what is not there."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.wellness.changes import steps
from pgc_lib.areas.wellness.statistics import (
    Series,
    benjamini_hochberg,
    correlation,
    effective_n,
    inflation,
    pearson,
    ranks,
    shifted,
    smooth,
    theil_sen,
    without_calendar,
)

NAN = math.nan


def walk(rng: np.random.Generator, n: int, phi: float) -> Series:
    """Days that resemble their neighbours: x_t = phi x_{t-1} + noise, with a variance of 1."""
    noise = rng.normal(size=n + 60) * math.sqrt(1 - phi**2)
    out = np.zeros(n + 60)
    for at in range(1, n + 60):
        out[at] = phi * out[at - 1] + noise[at]
    return out[60:]


def gaps(rng: np.random.Generator, x: Series, part: float = 0.15) -> Series:
    """The same with days that are not known."""
    return np.where(rng.random(len(x)) < part, NAN, x)


def test_known_values() -> None:
    """Numbers that can be checked by hand or in any textbook."""
    assert ranks(np.array([10.0, 20, 20, NAN, 5]))[[0, 1, 2, 4]].tolist() == [2, 3.5, 3.5, 1]
    x, y = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 1, 4, 3, 5])
    assert pearson(x, y) == pytest.approx(0.8)
    # Anscombe's first quartet.
    x = np.array([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5], dtype=float)
    y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])
    assert pearson(x, y) == pytest.approx(0.81642, abs=1e-5)
    assert pearson(ranks(x), ranks(y)) == pytest.approx(0.81818, abs=1e-5)
    # Benjamini & Hochberg 1995, table of 15 values: four are below 0.05.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]  # fmt: skip
    q = benjamini_hochberg(p)
    assert sum(each <= 0.05 for each in q) == 4 and q[3] == pytest.approx(0.0095 * 15 / 4)
    assert benjamini_hochberg([]) == []


def test_the_interval_of_independent_pairs_is_fishers() -> None:
    """With days that do not resemble one another: tanh(artanh r ± 1.96 / √(n - 3))."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=200)
    y = 0.5 * x + rng.normal(size=200)
    found = correlation(x, y, rng, method="pearson", calendar=False)
    assert found is not None and found.effective == 200
    middle, half = math.atanh(found.r), 1.959964 / math.sqrt(197)
    assert found.low == pytest.approx(math.tanh(middle - half), abs=1e-6)
    assert found.high == pytest.approx(math.tanh(middle + half), abs=1e-6)
    assert 0 < found.p < 1e-6  # no permutation came so far; the normal tail says how far


def test_days_that_resemble_their_neighbours_say_less() -> None:
    """An AR(1) of 0.6 is worth (1 - 0.6) / (1 + 0.6) of its days for a mean."""
    rng = np.random.default_rng(1)
    found = np.mean([inflation(walk(rng, 600, 0.6)) for _time in range(20)])
    assert found == pytest.approx(4.0, rel=0.2)
    pairs = np.mean([effective_n(walk(rng, 600, 0.6), walk(rng, 600, 0.6)) for _time in range(20)])
    assert pairs == pytest.approx(600 * (1 - 0.36) / (1 + 0.36), rel=0.2)
    assert inflation(rng.normal(size=300)) == pytest.approx(1.0, abs=0.4)
    assert inflation(np.ones(50)) == 1.0 and inflation(np.full(5, NAN)) == 1.0


def test_theil_and_sen() -> None:
    """The median of all slopes, whatever a few wild days say; gaps keep their place in time."""
    x = np.array([0.0, 1, NAN, 3, 100, 5, 6, NAN, 8])
    found = theil_sen(x)
    assert found is not None and found.slope == 1.0 and found.n == 7
    assert theil_sen(np.array([1.0, NAN, 2])) is None
    flat = theil_sen(np.full(40, 3.0))
    assert flat is not None and (flat.slope, flat.low, flat.high, flat.p) == (0, 0, 0, 1)


@pytest.mark.parametrize("phi", [0.0, 0.6])
def test_chance_is_rarely_mistaken_for_a_finding(phi: float) -> None:
    """Two unrelated series, with gaps: about 5 % below p = 0.05, also when days resemble their neighbours."""
    rng = np.random.default_rng(7)
    found = [correlation(gaps(rng, walk(rng, 150, phi)), walk(rng, 150, phi), rng) for _time in range(120)]  # fmt: skip
    wrong = sum(each is not None and each.p <= 0.05 for each in found)
    covered = sum(each is not None and each.low <= 0 <= each.high for each in found)
    assert wrong <= 15 and covered >= 106  # 12.5 %, 88 %: five standard errors away
    slopes = [theil_sen(walk(rng, 150, phi) + 0.01 * np.arange(150)) for _time in range(60)]
    assert sum(each is not None and each.low <= 0.01 <= each.high for each in slopes) >= 48


def test_what_is_there_is_found_with_its_size() -> None:
    """A connection of known strength lies in the interval, and is a little weaker in ranks."""
    rng = np.random.default_rng(11)
    inside = 0
    for _time in range(40):
        x = walk(rng, 300, 0.4)
        y = 0.5 * x + math.sqrt(0.75) * walk(rng, 300, 0.4)
        found = correlation(gaps(rng, x), y, rng)
        assert found is not None and found.p < 0.01
        inside += found.low <= 0.483 <= found.high  # 6/π arcsin(0.5/2)
    assert inside >= 34


def test_weekends_and_drifts_are_no_connection() -> None:
    """Two things that are both more on Sundays, or both rise, do not go together for that."""
    rng = np.random.default_rng(3)
    days = np.arange(364)
    weekend = (days % 7 >= 5) * 3.0 + days * 0.02
    wrong = 0
    for _time in range(20):
        x, y = weekend + rng.normal(size=364), weekend + rng.normal(size=364)
        taken_out = correlation(x, y, rng)
        assert taken_out is not None
        wrong += taken_out.p <= 0.05
    plain = correlation(x, y, rng, calendar=False)
    assert plain is not None and plain.r > 0.7 and wrong <= 4
    left, fitted = without_calendar(weekend)
    assert fitted == 7 and np.abs(left).max() < 1e-9


def test_too_little_is_nothing() -> None:
    """No pair, no change, no answer."""
    rng = np.random.default_rng(0)
    nothing = np.full(40, NAN)
    assert correlation(nothing, nothing, rng) is None
    assert correlation(np.ones(40), np.arange(40.0), rng) is None
    assert smooth(nothing, rng) is None and steps(nothing, rng) == []
    assert steps(np.full(200, 2.0), rng) == []


def test_a_shift_is_found_where_it_is() -> None:
    """Its day and its size lie in the intervals; two are told apart."""
    rng = np.random.default_rng(5)
    found_in_time = sized = 0
    for _time in range(15):
        x = gaps(rng, walk(rng, 240, 0.3))
        x[120:] += 1.5
        found = steps(x, rng)
        if not found:
            continue
        assert len(found) == 1 and abs(found[0].day - 120) <= 20
        found_in_time += found[0].earliest <= 120 <= found[0].latest
        sized += found[0].low <= 1.5 <= found[0].high
        assert found[0].q <= 0.05
    assert found_in_time >= 11 and sized >= 11
    x = walk(rng, 500, 0.3)
    x[150:300] -= 2
    assert [round(step.day, -1) for step in steps(x, rng)] == [150, 300]


def test_a_wild_day_is_no_shift() -> None:
    """One huge payment, a rent each month, days with nothing: none of them is another level; two weeks away are."""
    rng = np.random.default_rng(13)
    noise = rng.normal(size=400)
    for wild in ([200], [200, 201], [50, 200, 390], list(range(0, 400, 30))):
        x = noise.copy()
        x[wild] = 1e4
        assert steps(x, rng) == []
    seldom = np.where(rng.random(400) < 0.15, 30 * np.exp(rng.normal(size=400)), 0.0)
    assert steps(seldom, rng) == []
    away = noise.copy()
    away[200:218] += 6
    assert [step.day for step in steps(away, rng)] == [200, 218]


def test_what_is_known_only_lately_is_found_as_well() -> None:
    """Years of one thing beside months of another: only the months count, and they count whole."""
    rng = np.random.default_rng(17)
    x = rng.normal(size=1000)
    y = np.full(1000, NAN)
    y[880:] = 0.5 * x[880:] + rng.normal(size=120)
    found = correlation(x, y, rng)
    assert found is not None and found.n == 120 and found.p < 0.01


def test_noise_and_drifts_are_no_shifts() -> None:
    """Also when days resemble their neighbours, which looks like levels to the eye."""
    rng = np.random.default_rng(9)
    for phi in (0.0, 0.5):
        assert sum(bool(steps(walk(rng, 300, phi), rng)) for _time in range(40)) <= 3
    assert sum(bool(steps(rng.normal(size=300) + 0.01 * np.arange(300), rng)) for _time in range(20)) <= 2  # fmt: skip


def test_a_smooth_course_leaves_gaps_open() -> None:
    """The band holds the true course nearly everywhere; where nothing is known there is no line."""
    rng = np.random.default_rng(2)
    days = np.arange(500)
    truth = np.sin(days / 80)
    x = truth + rng.normal(size=500) * 0.5
    x[200:360] = NAN
    curve = smooth(x, rng)
    assert curve is not None
    known = np.isfinite(curve.middle)
    assert not known[(curve.days > 265) & (curve.days < 295)].any() and known.sum() > 80
    inner = known & ((curve.days < 190) | (curve.days > 370))
    held = (curve.low <= truth[curve.days]) & (truth[curve.days] <= curve.high)
    assert held[inner].mean() > 0.75


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=80), st.integers(-5, 5))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_nothing_breaks_on_odd_series(values: list[float | None], lag: int) -> None:
    """Constants, gaps and huge values give an answer in its limits or none."""
    x = np.array([NAN if each is None else each for each in values])
    rng = np.random.default_rng(0)
    moved = shifted(x, lag)
    assert len(moved) == len(x)
    found = correlation(x, moved, rng)
    if found is not None:
        assert -1 <= found.low <= found.r + 1e-6 and found.r - 1e-6 <= found.high <= 1
        assert 0 < found.p <= 1 and found.effective <= found.n
    slope = theil_sen(x)
    if slope is not None:
        assert slope.low <= slope.slope <= slope.high and 0 <= slope.p <= 1
    for step in steps(x, rng):
        assert step.earliest <= step.day <= step.latest and step.low <= step.high
