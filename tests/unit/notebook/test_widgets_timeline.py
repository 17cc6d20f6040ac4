"""The timeline by deeds: lanes of several areas, closer and wider, many as bars and few with their titles."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgc_lib.core.zone import today
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets.timeline import Timeline, _ticks
from tests.support.lab import House, Person

_DAYS = st.dates(date(1901, 1, 1), date(2199, 1, 1))


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A few gifts, and a payment on each day."""
    made = house.lab(person("time"))
    made.family.add(name="妈妈")
    made.family.gave("妈妈", "<b>Scarf", day=today() - timedelta(days=40))
    rows = [
        {"day": today() - timedelta(days=n), "amount": "-1", "payee": f"P{n}"} for n in range(200)
    ]
    made.finance.add_many(rows)
    return made


@given(_DAYS, _DAYS)
def test_the_axis_has_few_ticks_in_order(one: date, other: date) -> None:
    """Whatever the span, a dozen at most, all within it."""
    first, last = sorted((one, other))
    found = [day for day, _text in _ticks(first, last)]
    assert found == sorted(set(found))
    assert len(found) <= 16
    assert all(first <= day <= last for day in found)


def test_few_have_titles_and_many_are_bars(lab: Lab) -> None:
    """A click on a bar goes there; what people wrote is never markup."""
    part: Timeline = lab.timeline()
    html = part.html
    assert "&lt;b&gt;Scarf" in html
    assert html.count("pgc-time-bar") > 20
    first, last = today() - timedelta(days=10), today() - timedelta(days=3)
    part.do("choose", kind="finance.transactions", first=first.isoformat(), last=last.isoformat())
    assert "8 records" in part.html
    part.do("go_to")
    assert (part.first, part.last) == (first, last)
    assert "pgc-time-mark" in part.html
    with in_lang("zh-CN"):
        assert "收支" in part.html


def test_the_span_is_moved(lab: Lab) -> None:
    """Closer down to a week, wider, all of it, never beyond today by itself."""
    part: Timeline = lab.timeline()
    for _step in range(12):
        part.do("closer")
    assert (part.last - part.first).days >= 6
    part = lab.timeline()
    part.do("span", days=31)
    assert (part.last - part.first).days == 30
    part.do("forward")
    assert part.last == today()
    part.do("back")
    assert part.last < today()
    for _step in range(20):
        part.do("wider")
    assert part.first >= date(1900, 1, 1)
    assert part.html
    part.do("all_of_it")
    assert part.first == today() - timedelta(days=199)
    part.do("turn", kind="finance.transactions")
    assert "pgc-time-bar" not in part.html


def test_other_kinds_and_mistakes(lab: Lab) -> None:
    """Only what was asked for; what has no day, or is no day, is refused."""
    assert [lane.kind for lane in lab.timeline("family.gifts", since="2020-01-01").lanes] == [
        "family.gifts"
    ]
    with pytest.raises(Exception, match="no day"):
        lab.timeline("skills.items")
    with pytest.raises(Exception, match="not a day"):
        lab.timeline(since="soon")


def test_an_empty_lab(house: House, person: Person) -> None:
    """Says what will be here."""
    assert "Nothing has happened yet" in house.lab(person("new")).timeline().html
