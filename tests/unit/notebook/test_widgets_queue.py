"""The queue of suggestions by deeds: accepted, changed, refused, put off, all at once, and each of it taken back."""

import pytest

from pgc_lib.core.zone import today
from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets.queue import Queue
from tests.support.lab import House, Person


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A new person's lab with three proposals about payments."""
    made = house.lab(person("queue"))
    for n in range(3):
        payment = made.finance.add(day=today(), amount=-5 - n, payee=f"<i>P{n}", category="")
        made.suggestions.propose(
            payment, topic="finance.category", source="learned", changes={"category": f"C{n}"}, confidence=0.9 - n / 10
        )  # fmt: skip
    return made


def categories(lab: Lab) -> list[str]:
    """Those of the payments, in order."""
    return sorted(each.category for each in lab.finance.find())


def test_accepted_and_taken_back(lab: Lab) -> None:
    """The change is made; the next one has the cursor; undoing brings the suggestion back."""
    queue: Queue = lab.suggestions.queue()
    assert "&lt;i&gt;P0" in queue.html
    assert "90% sure" in queue.html
    first = queue.current
    queue.do("accept")
    assert categories(lab) == ["", "", "C0"]
    assert queue.current not in (None, first)
    queue.take_back()
    assert categories(lab) == ["", "", ""]
    assert lab.suggestions.count(state="waiting") == 3


def test_changed_then_accepted(lab: Lab) -> None:
    """What stands in the field counts; what cannot be is said at the field, and nothing happens."""
    queue: Queue = lab.suggestions.queue()
    assert queue.html
    queue.do("edit")
    assert 'name="f.category"' in queue.html
    queue.do("accept_so", **{"f.category": "x" * 1000})
    assert queue.problems
    assert categories(lab) == ["", "", ""]
    queue.do("accept_so", **{"f.category": "外卖", "f.amount": "-1000"})
    assert categories(lab) == ["", "", "外卖"]
    assert lab.suggestions.count(state="edited") == 1
    assert lab.finance.count(amount=-1000) == 0  # only what was proposed can be said


def test_refused_and_put_off(lab: Lab) -> None:
    """With the reason; until a day; both can be taken back; a day that is over is a sentence."""
    queue: Queue = lab.suggestions.queue()
    assert queue.html
    queue.do("doubt")
    queue.do("reject", because="a gift")
    assert lab.suggestions.find(state="rejected")[0].because == "a gift"
    queue.take_back()
    assert lab.suggestions.count(state="rejected") == 0
    queue.do("later")
    queue.do("snooze", day="2001-01-01")
    assert "later time" in queue.said
    queue.do("snooze", days=7)
    assert lab.suggestions.count(state="snoozed") == 1
    queue.take_back()
    assert lab.suggestions.count(state="snoozed") == 0


def test_all_of_a_topic(lab: Lab) -> None:
    """As one step, which is taken back as one; a record that was changed meanwhile stays waiting."""
    payment = lab.finance.find(payee="<i>P2")[0]
    lab.finance.update(payment, category="mine")
    queue: Queue = lab.suggestions.queue()
    queue.do("about", value="finance.category")
    assert "Accept all 3" in queue.html
    queue.do("accept_all")
    assert categories(lab) == ["C0", "C1", "mine"]
    assert "stays" in queue.said
    queue.take_back()
    assert categories(lab) == ["", "", "mine"]


def test_walked_and_stale(lab: Lab) -> None:
    """Up and down stay within; what somebody else decided meanwhile is said."""
    queue: Queue = lab.suggestions.queue()
    assert queue.html
    first = queue.current
    queue.do("up")
    assert queue.current == first
    for _step in range(5):
        queue.do("down", id=str(queue.current))
    last = queue.current
    assert last is not None
    lab.suggestions.accept(last)
    queue.do("accept", id=str(last))
    assert "decided already" in queue.said


def test_an_empty_queue_says_where_they_come_from(house: House, person: Person) -> None:
    """And looks for some when asked."""
    queue: Queue = house.lab(person("nothing")).suggestions.queue()
    assert "Nothing waits" in queue.html
    queue.do("look_now")
    assert queue.work is not None
    queue.work.wait()
    assert "Nothing new" in queue.said
