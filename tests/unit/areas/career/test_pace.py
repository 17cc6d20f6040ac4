"""How far a plan is: by its own word or by its milestones, and always between nothing and everything."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.career.ahead import Milestone, Plan
from pgc_lib.areas.career.pace import pace
from pgc_lib.i18n import in_lang

DAY = date(2026, 11, 20)
ID = uuid4()


def step(state: str = "open", weight: float = 1.0, due: date | None = None, title: str = "step") -> Milestone:  # fmt: skip
    """A milestone."""
    return Milestone(plan=ID, title=title, state=state, weight=weight, due=due)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "states", "standing", "share"),
    [
        ({}, "", "open", 0.0),
        ({"begin": -50, "due": 49}, "do", "even", 0.5),
        ({"begin": -50, "due": 49}, "dooo", "behind", 0.25),
        ({"begin": -50, "due": 49}, "dddo", "ahead", 0.75),
        ({"begin": -50, "due": 49, "share": 0.9}, "o", "ahead", 0.9),
        ({"begin": -50, "due": -1}, "do", "late", 0.5),
        ({"begin": 5, "due": 9}, "o", "even", 0.0),
        ({"due": -1, "state": "paused"}, "o", "paused", 0.0),
        ({"due": -1, "state": "reached"}, "o", "reached", 1.0),
        ({"begin": 0, "due": 0}, "x", "even", 0.0),
    ],
)
def test_standing(values: dict[str, object], states: str, standing: str, share: float) -> None:
    """Open, on course, ahead, behind, overdue, or settled by the person."""
    days = {name: DAY + timedelta(value) for name, value in values.items() if isinstance(value, int)}  # fmt: skip
    plan = Plan(title="x", **{**values, **days})  # type: ignore[arg-type]
    names = {"d": "done", "o": "open", "x": "dropped"}
    found = pace(plan, [step(names[each]) for each in states], DAY)
    assert (found.standing, found.share) == (standing, share)


def test_what_is_next_and_when_it_is_likely() -> None:
    """The earliest open milestone; what has no day comes last. As it went, so it goes on."""
    plan = Plan(title="x", begin=DAY - timedelta(30), due=DAY + timedelta(70))
    steps = [
        step(title="someday"),
        step(due=DAY + timedelta(9), title="later"),
        step("done", 2.0, DAY - timedelta(9), "done"),
        step("dropped", 9.0, DAY, "dropped"),
        step(due=DAY + timedelta(2), title="soon"),
    ]
    found = pace(plan, steps, DAY)
    assert (found.next, found.next_due) == ("soon", DAY + timedelta(2))
    assert found.likely == DAY + timedelta(45) and found.share == 0.4
    with in_lang("zh-CN"):
        assert found.told() == "40% · 进度超前 · 1/4"
    tiny = Plan(title="x", begin=date(1900, 1, 1), due=date(9999, 12, 31), share=1e-9)
    assert pace(tiny, [], DAY).likely is None


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["open", "done", "dropped"]), st.floats(0.001, 100)), max_size=8),
    st.none() | st.integers(-4000, 4000),
    st.none() | st.integers(0, 4000),
)  # fmt: skip
def test_always_a_share(steps: list[tuple[str, float]], begin: int | None, lasts: int | None) -> None:  # fmt: skip
    """Whatever the milestones: between 0 and 1, all done is everything, and the likely day is not before today."""
    start = DAY + timedelta(begin) if begin is not None else None
    due = (start or DAY) + timedelta(lasts) if lasts is not None else None
    found = pace(Plan(title="x", begin=start, due=due), [step(*each) for each in steps], DAY)
    assert 0 <= found.share <= 1.0000001
    assert found.expected is None or 0 <= found.expected <= 1
    assert found.likely is None or found.likely >= DAY
    counted = [state for state, _weight in steps if state != "dropped"]
    if counted and set(counted) == {"done"}:
        assert found.share == pytest.approx(1)
