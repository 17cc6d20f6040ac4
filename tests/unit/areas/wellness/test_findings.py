"""Findings: what is planted is told with its doubt, noise is not told, and how often one looked is counted."""

import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pgc_lib.areas.wellness.findings import Links, changes, distinct, links, pairs, trend
from pgc_lib.areas.wellness.measures import Measure
from pgc_lib.i18n import in_lang

FIRST = date(2025, 1, 6)


def measure(name: str, silence: str = "unknown") -> Measure:
    """A measure that is only a name here."""
    return Measure(name, name.title(), silence, lambda _reading: {})  # type: ignore[arg-type]


def frame(**columns: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pl.DataFrame:
    """Days beside columns, NaN as missing."""
    length = len(next(iter(columns.values())))
    days = pl.Series("day", [FIRST + timedelta(days=n) for n in range(length)], dtype=pl.Date)
    return pl.DataFrame({"day": days, **columns}).fill_nan(None)


def found_in(rng: np.random.Generator, series: int, strength: float) -> Links:
    """The links among unrelated series of days that resemble their neighbours, and perhaps one planted pair."""
    days = 200
    noise = rng.normal(size=(series, days))
    for at in range(1, days):
        noise[:, at] = 0.5 * noise[:, at - 1] + math.sqrt(0.75) * noise[:, at]
    noise[1] = strength * noise[0] + math.sqrt(1 - strength**2) * noise[1]
    noise[rng.random(noise.shape) < 0.1] = math.nan
    names = [f"m{n}" for n in range(series)]
    made = frame(**dict(zip(names, noise, strict=True)))
    return links(pairs([measure(name) for name in names], (0,)), made)


def test_looking_often_finds_nothing_that_is_not_there() -> None:
    """28 comparisons of unrelated things, ten times over: a finding in at most two of the ten."""
    rng = np.random.default_rng(21)
    looks = [found_in(rng, 8, 0.0) for _time in range(10)]
    assert sum(bool(each) for each in looks) <= 2
    assert all(each.tests == 28 and len(each.every) == 28 for each in looks)


def test_what_is_planted_is_found_among_noise() -> None:
    """With its effect, its interval, its correction, and without a claim of cause."""
    found = found_in(np.random.default_rng(5), 6, 0.5)
    assert [(each.one.name, each.other.name) for each in found] == [("m0", "m1")]
    (link,) = found
    assert link.found.low < 0.5 < link.found.high + 0.05 and link.q < 0.01 and link.tests == 15
    assert link.low_third is not None and link.high_third is not None
    assert link.low_third < link.high_third and link.found.effective < link.found.n
    with in_lang("en"):
        for piece in ("The more of M0, the more of M1", "95 % interval", "15 comparisons", "does not show cause"):  # fmt: skip
            assert piece in link.sentence
        assert "nothing that can be told from chance" in found.every[-1].sentence
        assert "1 hold" in found._repr_html_()
    with in_lang("zh-CN"):
        assert "这不说明因果。" in link.sentence and " 。" not in link.sentence
    assert found.frame().height == 15 and found.frame()["holds"].sum() == 1


def test_the_direction_and_the_day() -> None:
    """Less is said as less, and tomorrow as tomorrow."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=150)
    y = np.concatenate([[0.0], -x[:-1]]) + rng.normal(size=150) * 0.6
    one, other = measure("coffee"), measure("sleep")
    made = links([(one, other, lag) for lag in (0, 1)], frame(coffee=x, sleep=y))
    (link,) = made
    assert link.lag == 1
    with in_lang("en"):
        assert "the less of Sleep on the next day" in link.sentence


def test_too_few_days_are_counted_and_not_tested() -> None:
    """Twenty days in common, or a value that never changes."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=100)
    short = x.copy()
    short[20:] = math.nan
    made = links(
        [(measure("a"), measure(name), 0) for name in ("b", "c")],
        frame(a=x, b=short, c=np.ones(100)),
    )
    assert (made, made.tests, made.too_few) == ([], 0, 2) and made.frame().is_empty()


def test_what_is_made_of_the_same_is_not_compared() -> None:
    """That exercise goes with hobbies is known before looking."""
    a, b, c = measure("exercise"), measure("hobbies"), measure("mood")
    assert not distinct(a, b) and distinct(a, c)
    assert {(x.name, y.name) for x, y, _lag in pairs([a, b, c], (0, 1))} == {
        ("exercise", "mood"), ("mood", "exercise"), ("hobbies", "mood"), ("mood", "hobbies")
    }  # fmt: skip


@pytest.mark.parametrize("silence", ["unknown", "nothing"])
def test_a_trend_says_how_sure_it_is(silence: str) -> None:
    """By days, and by weeks for amounts that are nothing on most days."""
    rng = np.random.default_rng(4)
    days = np.arange(560)
    values = (
        5 + days * 0.004 + rng.normal(size=560)
        if silence == "unknown"
        else np.where(rng.random(560) < 0.2, 60 + days * 0.2, 0.0)
    )
    with in_lang("en"):
        rising = trend(measure("run", silence), frame(run=values))
        flat = trend(measure("run", silence), frame(run=rng.permutation(values)))
        short = trend(measure("run", silence), frame(run=values[:20]))
        assert "a year (95 % interval +" in rising.sentence and "Why is not said" in rising.sentence
        assert "no clear trend" in flat.sentence and "too little" in short.sentence
        assert ("weeks" in rising.sentence) == (silence == "nothing")
    assert rising.frame().columns == ["day", "value", "low", "high"] and rising.frame().height > 50


def test_a_change_is_told_with_its_day() -> None:
    """With both intervals and what speaks for it."""
    rng = np.random.default_rng(6)
    values = np.concatenate([rng.normal(5, 1, 120), rng.normal(7, 1, 120)])
    with in_lang("en"):
        (change,) = changes(measure("mood"), frame(mood=values))
        assert change.earliest <= FIRST + timedelta(days=120) <= change.latest
        assert "the level went from" in change.sentence and "q = 0.002" in change.sentence
        assert "Mood" in changes(measure("mood"), frame(mood=values))._repr_html_()
