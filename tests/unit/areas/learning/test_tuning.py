"""A person's own numbers of FSRS: found again from simulated answers, held back where there is nothing to find."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from fsrs import Card, Rating, Scheduler

from pgc_lib.areas.learning.tuning import ENOUGH, STEPS, answers_of, loss, replayed, tuned

USUAL = tuple(Scheduler().parameters)
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


def log_of(rows: list[tuple[int, datetime, int]]) -> pl.DataFrame:
    """As `lab.knowledge.review_log()` gives it."""
    return pl.DataFrame(
        [{"card_id": f"{card:06}", "review_time": int(at.timestamp() * 1000), "review_rating": rating} for card, at, rating in rows],
        schema={"card_id": pl.String, "review_time": pl.Int64, "review_rating": pl.Int64},
    )  # fmt: skip


def simulated(true: tuple[float, ...], cards: int, answers: int = 7, seed: int = 1) -> pl.DataFrame:
    """Someone with these numbers, who reviews when the usual ones say so."""
    dice = np.random.default_rng(seed)
    usual = Scheduler(enable_fuzzing=False, learning_steps=(), relearning_steps=())
    mine = Scheduler(parameters=true, enable_fuzzing=False, learning_steps=(), relearning_steps=())
    rows: list[tuple[int, datetime, int]] = []
    for number in range(cards):
        shown, known = Card(card_id=number), Card(card_id=number)
        at = BEGIN + timedelta(days=int(dice.integers(0, 60)))
        for turn in range(answers):
            rating = int(dice.choice([1, 2, 3, 4], p=[0.2, 0.15, 0.5, 0.15]))
            if turn:
                chance = mine.get_card_retrievability(known, at)
                rating = int(dice.choice([2, 3, 4], p=[0.2, 0.6, 0.2])) if dice.random() < chance else 1  # fmt: skip
            shown, _log = usual.review_card(shown, Rating(rating), at)
            known, _log = mine.review_card(known, Rating(rating), at)
            rows.append((number, at, rating))
            at = max(shown.due, at + timedelta(days=1))
    return log_of(rows)


def test_the_replay_foretells_what_the_library_foretells() -> None:
    """Whatever the answers and pauses, hours or years."""
    dice = np.random.default_rng(7)
    scheduler = Scheduler(enable_fuzzing=False)
    rows: list[tuple[int, datetime, int]] = []
    expected: dict[tuple[int, int], float] = {}
    for number in range(60):
        card, at = Card(card_id=number), BEGIN
        for turn in range(int(dice.integers(1, 12))):
            if turn:
                expected[turn, number] = scheduler.get_card_retrievability(card, at)
            rating = int(dice.integers(1, 5))
            card, _log = scheduler.review_card(card, Rating(rating), at)
            rows.append((number, at, rating))
            at += timedelta(hours=float(dice.choice([0.2, 5, 23, 25, 100, 900, 9000])))
    chance = replayed(answers_of(log_of(rows)), USUAL)
    for place, wanted in expected.items():
        assert chance[place] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    "change",
    [{0: 0.3, 1: 0.3, 2: 0.3, 3: 0.3}, {8: ("plus", -0.9)}, {8: ("plus", 0.8)}],
    ids=["new things go sooner", "grows slowly", "grows fast"],
)
def test_own_numbers_are_found_again(change: dict[int, Any]) -> None:
    """Other answers of the same person, which nobody fitted anything to, are foretold better, too."""
    true = list(USUAL)
    for place, by in change.items():
        true[place] = true[place] + by[1] if isinstance(by, tuple) else true[place] * by
    found = tuned(answers_of(simulated(tuple(true), cards=300)), USUAL)
    assert found.helped and found.before is not None and found.after is not None
    assert found.after < found.before
    fresh = answers_of(simulated(tuple(true), cards=300, seed=99))
    usual, own, best = (loss(fresh, each, fresh.told) for each in (USUAL, found.parameters, true))
    assert usual - own > (usual - best) * 0.4
    Scheduler(parameters=found.parameters)


def test_where_nothing_differs_nothing_is_gained() -> None:
    """Someone like everybody keeps the usual numbers, or gets some that foretell the same."""
    answers = answers_of(simulated(USUAL, cards=200, seed=5))
    heard: list[int] = []
    found = tuned(answers, USUAL, lambda _what, done: heard.append(done))
    fresh = answers_of(simulated(USUAL, cards=200, seed=6))
    assert loss(fresh, found.parameters, fresh.told) < loss(fresh, USUAL, fresh.told) + 0.01
    assert heard == list(range(1, len(heard) + 1)) and STEPS * 4 // 5 <= len(heard) <= STEPS


def test_whoever_listens_may_break_it_off() -> None:
    """As Jupyter's square button does: at the next step, not at the end."""
    steps: list[int] = []

    def tell(_what: str, done: int) -> None:
        steps.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tuned(answers_of(simulated(USUAL, cards=100)), USUAL, tell)
    assert steps == [1]


def test_few_answers_say_nothing() -> None:
    """None, one, and some: the numbers stay, and that is said."""
    for log in (log_of([]), log_of([(1, BEGIN, 3)]), simulated(USUAL, cards=10)):
        found = tuned(answers_of(log), USUAL)
        assert (found.helped, found.parameters, found.enough) == (False, USUAL, False)
        assert found.answers < ENOUGH and "300" in found._repr_html_()


def test_strange_logs_are_survived() -> None:
    """Clocks that jumped back, the same moment twice, one card with a thousand answers, only failures."""
    rows = [(1, BEGIN + timedelta(days=n), 1) for n in range(1000)]
    for card in range(2, 30):
        rows += [(card, BEGIN + timedelta(days=n % 3 - n // 9), 1) for n in range(18)]
        rows += [(card, BEGIN + timedelta(days=4000 * (n + 1)), 1) for n in range(10)]
    found = tuned(answers_of(log_of(rows)), USUAL)
    assert found.enough and all(np.isfinite(found.parameters))
    Scheduler(parameters=found.parameters)
