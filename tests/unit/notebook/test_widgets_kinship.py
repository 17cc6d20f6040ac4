"""The family chart: everyone has a place of their own, generations stand below one another, thousands stay small."""

from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.kin.circle import Circle, Link, Person
from pgc_lib.i18n import in_lang
from pgc_lib.notebook.widgets.kin_layout import WIDTH, chart
from pgc_lib.notebook.widgets.kinship import KinshipChart
from tests.support.lab import House
from tests.support.lab import Person as NewPerson


def circle(ties: Sequence[tuple[int, int, bool]], count: int) -> tuple[Circle, list[UUID]]:
    """People 0…n, of whom the lower number is the parent, or the partner."""
    ids = [UUID(int=n + 1) for n in range(count)]
    people = [Person(id, f"P{n}") for n, id in enumerate(ids)]
    links = [
        Link(
            ids[min(a, b)],
            ids[max(a, b)],
            "partner" if partner else "parent",
            "" if partner else "birth",
        )
        for a, b, partner in ties
        if a != b
    ]
    return Circle.of(people, links), ids


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14), st.booleans()), max_size=30),
    st.integers(0, 14),
)
def test_nobody_stands_on_another(ties: list[tuple[int, int, bool]], centre: int) -> None:
    """Whoever belongs together how: no two overlap, nothing lies outside, and every line has ends."""
    family, ids = circle(ties, 15)
    drawn = chart(family, ids[centre], generations=3)
    assert ids[centre] in drawn.places
    rows: dict[float, list[float]] = {}
    for x, y in drawn.places.values():
        assert 0 <= x <= drawn.width
        assert 0 <= y <= drawn.height
        rows.setdefault(y, []).append(x)
    for row in rows.values():
        row.sort()
        assert all(b - a >= WIDTH for a, b in pairwise(row))
    assert all(len(line.points) >= 2 for line in drawn.lines)


def test_parents_are_above_and_partners_beside() -> None:
    """Three generations."""
    family, ids = circle([(0, 2, False), (1, 2, False), (0, 1, True), (2, 3, False)], 4)
    drawn = chart(family, ids[2])
    assert drawn.generation == {ids[2]: 0, ids[0]: -1, ids[1]: -1, ids[3]: 1}
    (x0, y0), (x1, y1) = drawn.places[ids[0]], drawn.places[ids[1]]
    assert y0 == y1 < drawn.places[ids[2]][1] < drawn.places[ids[3]][1]
    assert abs(x1 - x0) < 2 * WIDTH
    assert drawn.near(ids[2], "up") in (ids[0], ids[1])
    assert drawn.near(ids[2], "left") is None


def test_a_large_family_stays_small() -> None:
    """The nearest are drawn, and who has more relatives is marked."""
    family, ids = circle([(n, n + k, False) for n in range(900) for k in (1, 2, 3)], 1000)
    drawn = chart(family, ids[500], generations=3, most=40)
    assert len(drawn.places) <= 40
    assert drawn.more


def test_the_widget(house: House, person: NewPerson) -> None:
    """Found, put into the middle, called in both languages; names are never markup; an empty family says what to do."""
    lab = house.lab(person("chart"))
    part: KinshipChart = lab.family.chart()
    assert "Nobody is in the family yet" in part.html
    lab.family.add(name="我", sex="male")
    lab.family.add(name="<b>妈妈", sex="female")
    lab.family.parent("<b>妈妈", of="我")
    assert "&lt;b&gt;妈妈" in part.html
    assert "mother" in part.html
    with in_lang("zh-CN"):
        assert "母亲" in part.html
        part.do("find", value="妈")
        assert "找到的人" in part.html
        part.do("first")
        assert "儿子" in part.html
    me = lab.family.who("我")
    part.do("down", id=str(part.chosen))
    assert part.chosen == me.id
    assert part.html.count("data-pgc-middle") == 1
    part.do("further")
    part.do("smaller")
    assert part.generations == 3
    lab.family.members.remove(me)
    part.do("choose", id=str(uuid4()))
    assert "妈妈" in part.html
