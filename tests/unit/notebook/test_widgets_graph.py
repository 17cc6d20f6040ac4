"""The graph explorer by deeds: it grows where it is clicked, hides, finds, shows the way; its layout is calm and the same each time."""

from math import dist, isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets.graph_explorer import GraphExplorer
from pgc_lib.notebook.widgets.graph_layout import places
from tests.support.lab import House, Person


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """Three people, a journey, and what they have to do with it."""
    made = house.lab(person("ties"))
    for name in ("Ann", "Bea", "<b>Cid"):
        made.family.add(name=name)
    trip = made.todos.add(title="Journey")
    made.graph.connect(made.family.who("Ann"), "plans", trip)
    made.graph.connect(trip, "with", made.family.who("Bea"))
    made.graph.connect(made.family.who("Bea"), "knows", made.family.who("<b>Cid"))
    return made


def begun(lab: Lab, name: str = "Ann") -> GraphExplorer:
    """A picture that begins with somebody."""
    part: GraphExplorer = lab.graph.explore(lab.family.who(name))
    assert part.html
    assert part.work is not None
    part.work.wait()
    return part


def titles(part: GraphExplorer) -> set[str]:
    """What is in the picture."""
    return {node.title for node in part.nodes.values()}


def pointer(part: GraphExplorer, title: str) -> str:
    """Where a title stands."""
    return next(node.pointer for node in part.nodes.values() if node.title == title)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 14), st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=20))
def test_every_node_has_a_place_of_its_own(count: int, pairs: list[tuple[int, int]]) -> None:
    """Tied or not; the same each time; what stood somewhere stays near it."""
    nodes = [f"n{n}" for n in range(count)]
    ties = [(f"n{a}", f"n{b}") for a, b in pairs]
    at = places(nodes, ties, centre="n0")
    assert at == places(nodes, ties, centre="n0")
    assert at["n0"] == (0.0, 0.0)
    assert all(isfinite(x) and isfinite(y) for x, y in at.values())
    assert all(dist(at[a], at[b]) > 10 for a in nodes for b in nodes if a < b)


def test_it_grows_where_it_is_clicked(lab: Lab) -> None:
    """Neighbours come, and nothing that was there moves when one is only looked at again."""
    part = begun(lab)
    assert titles(part) == {"Ann", "Journey"}
    part.do("choose", pointer=pointer(part, "Journey"))
    assert titles(part) == {"Ann", "Journey", "Bea"}
    assert part.html
    before = dict(part.at)
    part.do("choose", pointer=pointer(part, "Ann"))
    assert part.html
    assert part.at == before
    assert "plans" in part.html
    with in_lang("zh-CN"):
        assert "家人" in part.html


def test_the_way_between_two(lab: Lab) -> None:
    """Found by name; every step of it is drawn."""
    part = begun(lab)
    part.do("from_here")
    assert "Click where the way shall lead" in part.html
    part.do("find", value="cid")
    assert "&lt;b&gt;Cid" in part.html
    part.do("first")
    assert [part.nodes[each].title for each in part.way] == ["Ann", "Journey", "Bea", "<b>Cid"]
    assert part.html.count("pgc-graph-way") >= 3


def test_hidden_and_taken_away(lab: Lab) -> None:
    """A kind can be hidden; a node leaves with what hung on it alone; another beginning empties the picture."""
    part = begun(lab)
    part.do("choose", pointer=pointer(part, "Journey"))
    part.do("turn", area="family")
    assert part.html.count('class="pgc-graph-node') == 1
    part.do("turn", area="family")
    part.do("drop", pointer=pointer(part, "Bea"))
    assert titles(part) == {"Ann", "Journey"}
    part.do("begin", pointer="todos.items/00000000-0000-0000-0000-000000000000")
    assert part.said


def test_an_empty_lab(house: House, person: Person) -> None:
    """Says what would hang together."""
    part: GraphExplorer = house.lab(person("alone")).graph.explore()
    assert part.html
    assert part.work is not None
    part.work.wait()
    assert "Nothing hangs together yet" in part.html
