"""Guessing: slower and slower, for whoever guesses and for nobody else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import hub.throttle
from hub.tables import open_tables
from hub.throttle import Throttle
from pgc_lib.settings import NOTHING


class Clock(datetime):
    """A clock that stands until it is moved."""

    passed = timedelta()

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime(2026, 11, 21, tzinfo=tz) + cls.passed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    Clock.passed = timedelta()
    monkeypatch.setattr(hub.throttle, "datetime", Clock)
    return Clock


@pytest.fixture
def throttle(tmp_path: Path) -> Iterator[Throttle]:
    engine = open_tables(NOTHING, tmp_path)
    yield Throttle(engine)
    engine.dispose()


def guess(throttle: Throttle, times: int, subject: str = "name:mama", free: int = 3) -> list[bool]:
    """Whether each try was judged."""
    return [throttle.attempt({subject: free}) is None for _number in range(times)]


def test_a_few_tries_are_free(throttle: Throttle, clock: type[Clock]) -> None:
    """Anyone mistypes; the next ones wait."""
    assert guess(throttle, 5) == [True, True, True, False, False]


def test_the_pause_grows(throttle: Throttle, clock: type[Clock]) -> None:
    """Each round of guesses costs more, up to a quarter of an hour."""
    guess(throttle, 3)
    pauses = []
    for _round in range(12):
        pause = throttle.attempt({"name:mama": 3})
        assert pause is not None
        pauses.append(pause)
        clock.passed += pause
        assert throttle.attempt({"name:mama": 3}) is None
    assert pauses == sorted(pauses) and pauses[0] == timedelta(seconds=5)
    assert pauses[-1] == timedelta(minutes=15)


def test_who_waits_is_not_counted_on(throttle: Throttle, clock: type[Clock]) -> None:
    """Knocking while the door is closed does not close it for longer."""
    guess(throttle, 3)
    guess(throttle, 50)
    clock.passed += timedelta(seconds=5)
    assert guess(throttle, 1) == [True]


def test_others_are_not_kept_waiting(throttle: Throttle, clock: type[Clock]) -> None:
    """One name's guesser is no other name's trouble."""
    guess(throttle, 9)
    assert guess(throttle, 1, "name:papa") == [True]


def test_success_wipes_the_slate_of_the_name_only(throttle: Throttle, clock: type[Clock]) -> None:
    """A guesser's own account gives back its own try and no other."""
    for _number in range(5):
        throttle.attempt({"name:mama": 9, "from:1.2.3.4": 9})
    throttle.attempt({"name:own": 9, "from:1.2.3.4": 9})
    throttle.forgive("name:own")
    throttle.give_back("from:1.2.3.4")
    assert guess(throttle, 5, "from:1.2.3.4", 9) == [True, True, True, True, False]


def test_many_at_once_gain_nothing(throttle: Throttle, clock: type[Clock]) -> None:
    """Tries are counted before they are judged."""
    with ThreadPoolExecutor(16) as pool:
        judged = list(pool.map(lambda _number: guess(throttle, 1)[0], range(60)))
    assert judged.count(True) == 3


def test_a_day_later_all_is_forgotten(throttle: Throttle, clock: type[Clock]) -> None:
    """And the table does not grow for ever."""
    guess(throttle, 9)
    clock.passed += timedelta(days=1, seconds=1)
    assert guess(throttle, 4) == [True, True, True, False]


def test_it_survives_a_restart(tmp_path: Path, clock: type[Clock]) -> None:
    """A hub that is brought down by a flood is no fresh start for who flooded it."""
    guess(Throttle(open_tables(NOTHING, tmp_path)), 3)
    assert guess(Throttle(open_tables(NOTHING, tmp_path)), 1) == [False]
