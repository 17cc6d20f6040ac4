"""The calendar by deeds: days coloured by how much there was, opened, turned back, in the person's own time zone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets.heatmap import Heatmap, _edges, of_collection
from tests.support.lab import House, Person


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """Moods, payments in two currencies, and a transfer."""
    made = house.lab(person("days"))
    now = datetime.now(UTC)
    made.wellbeing.moods.add_many(
        [{"at": now - timedelta(days=n), "mood": 1 + n % 9} for n in range(40)]
    )
    day = today() - timedelta(days=3)
    made.finance.add_many(
        [
            {"day": day, "amount": "-10", "payee": "<i>A"}, {"day": day, "amount": "-2.50", "payee": "B"},
            {"day": day, "amount": "500", "payee": "Salary"},
            {"day": day, "amount": "-1000", "payee": "Far", "currency": "USD"},
        ]
    )  # fmt: skip
    return made


@given(st.lists(st.floats(0, 1e6), max_size=40))
def test_levels_are_few_and_ordered(values: list[float]) -> None:
    """However the values lie, there are at most four levels, and the largest is in the last."""
    days = {today() - timedelta(days=n): value for n, value in enumerate(values)}
    edges = _edges(days)
    assert edges == sorted(set(edges))
    assert len(edges) <= 3
    assert not values or all(edge < max(values) for edge in edges)


def test_a_day_is_opened(lab: Lab) -> None:
    """It says what was noted; a second click shuts it; a future day cannot be opened."""
    part: Heatmap = lab.wellbeing.heatmap()
    html = part.html
    assert html.count("<button") > 365
    assert "pgc-heat-4" in html
    day = today().isoformat()
    part.do("choose", day=day)
    assert "pgc-sunken" in part.html
    part.do("choose", day=day)
    assert "pgc-sunken" not in part.html


def test_only_spending_of_the_usual_currency_is_added_up(lab: Lab) -> None:
    """Income is not spending, and amounts of two currencies are never one sum."""
    part: Heatmap = lab.finance.heatmap()
    day = today() - timedelta(days=3)
    assert part.measure.days(day, day) == {day: 12.5}
    part.do("choose", day=day.isoformat())
    assert "12.5 CNY" in part.html
    assert "&lt;i&gt;A" in part.html


def test_turned_back_and_forth(lab: Lab) -> None:
    """Not beyond today; on a phone a quarter is seen."""
    part: Heatmap = lab.wellbeing.heatmap()
    until = part.until
    part.do("back")
    assert part.until < until
    part.do("forward")
    part.do("forward")
    assert part.until == until
    part.__dict__["_surroundings"] = {"width": 340}
    assert part.weeks == 13
    part.do("show", value="99")
    assert part.html
    with in_lang("zh-CN"):
        part.do("show", value="0")
        assert "心情" in part.html


@pytest.mark.parametrize("area", ["wellbeing", "finance", "skills", "hobbies", "todos"])
def test_an_empty_area_says_so(house: House, person: Person, area: str) -> None:
    """Nothing was noted yet."""
    assert "Nothing was noted yet" in getattr(house.lab(person("new")), area).heatmap().html


def test_any_records_with_a_day(lab: Lab) -> None:
    """Counted, or a field of theirs added up; those without a day are refused with a reason."""
    part = of_collection(lab.finance.transactions)
    assert list(part.measure.days(today() - timedelta(days=9), today()).values()) == [4.0]
    with pytest.raises(Invalid, match="no day"):
        of_collection(lab.skills.items)
