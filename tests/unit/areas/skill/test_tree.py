"""What needs what: ways, circles and depths, also where the graph is large or wrong."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.skill.tree import circle, depths, order, way

NEEDS = {"pandas": ["Python"], "ML": ["pandas", "maths"], "DL": ["ML"], "maths": []}
GRAPHS = st.dictionaries(st.integers(0, 12), st.lists(st.integers(0, 12), max_size=4), max_size=13)


def test_a_circle_is_named_from_the_skill_back_to_itself() -> None:
    """Whoever is told can see which of the needs to take away."""
    assert circle(NEEDS, "Python", "DL") == ["Python", "DL", "ML", "pandas", "Python"]
    assert circle(NEEDS, "DL", "Python") is None
    assert circle(NEEDS, "DL", "DL") == ["DL", "DL"]


def test_the_way_is_the_shortest() -> None:
    """Of several ways the one with the fewest steps."""
    assert way({"a": ["b", "c"], "b": ["d"], "c": ["b"], "d": []}, "a", "d") == ["a", "b", "d"]


def test_depths_and_order_follow_the_needs() -> None:
    """A skill lies above everything that it needs."""
    skills = ["DL", "ML", "pandas", "Python", "maths"]
    assert depths(NEEDS, skills) == {"Python": 0, "maths": 0, "pandas": 1, "ML": 2, "DL": 3}
    assert order(NEEDS, skills) == ["Python", "maths", "pandas", "ML", "DL"]


@settings(max_examples=60)
@given(GRAPHS)
def test_everything_ends_whatever_the_graph(needs: dict[int, list[int]]) -> None:
    """Circles that slipped in hang nothing, and each skill has its depth."""
    found = depths(needs, range(13))
    assert found.keys() == set(range(13))
    for skill, below in needs.items():
        for each in below:
            if way(needs, each, skill) is None:
                on_circle = any(
                    circle(needs, one, each) for one in range(13) if each in needs.get(one, ())
                )
                assert found[skill] > found[each] or on_circle or found[skill] == found[each]
            else:
                closed = circle(needs, skill, each)
                assert closed is not None and closed[0] == closed[-1] == skill


def test_a_long_chain_needs_no_recursion() -> None:
    """Ten thousand steps."""
    chain = {n: [n + 1] for n in range(10_000)}
    assert depths(chain, range(10_001))[0] == 10_000
    closed = circle(chain, 10_000, 0)
    assert closed is not None and len(closed) == 10_002
