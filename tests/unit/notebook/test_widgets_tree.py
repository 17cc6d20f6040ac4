"""Trees by deeds: opened, walked, moved, ticked and taken back, of topics, skills, folders and to-dos."""

import pytest

from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets.tree import TreeView
from tests.support.lab import House, Person


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """A person's lab with something in every tree."""
    made = house.lab(person("trees"))
    trip = made.todos.add(title="Trip <b>")
    made.todos.add(title="Tickets", parent=trip.id)
    made.todos.add(title="Bill")
    made.knowledge.add(title="Tenses", topic="Languages/English")
    made.knowledge.add(title="Loose")
    made.skills.items.add(name="Python", topic="Programming")
    made.skills.items.add(name="Pandas", topic="Programming")
    made.skills.require("Pandas", needs="Python")
    made.docs.add(title="Plan", body="[[Other]]", folder="travel")
    made.docs.add(title="Other", body="x", folder="home/old")
    return made


def named(tree: TreeView, title: str) -> str:
    """The branch of a title."""
    return next(branch.id for branch in tree._read().values() if branch.title == title)


def under(tree: TreeView, title: str) -> str:
    """What a branch hangs on."""
    known = tree._read()
    above = known[named(tree, title)].under
    return known[above].title if above else ""


def test_to_dos(lab: Lab) -> None:
    """Under the one above, out again, under another by hand, never into itself; ticks; each taken back."""
    tree: TreeView = lab.todos.tree_view()
    assert "Trip &lt;b&gt;" in tree.html
    assert 'role="treeitem"' in tree.html
    titles = [branch.title for branch in tree._read().values() if not branch.under]
    second = titles[1]
    tree.do("deeper", id=named(tree, second))
    assert under(tree, second) == titles[0]
    tree.take_back()
    assert under(tree, second) == ""
    tree.do("lift", id=named(tree, "Trip <b>"))
    assert "Where does" in tree.html
    tree.do("put", id=named(tree, "Tickets"))
    assert "cannot be put there" in tree.said
    tree.do("lift", id=named(tree, "Tickets"))
    tree.do("put", id=named(tree, "Bill"))
    assert under(tree, "Tickets") == "Bill"
    tree.do("higher", id=named(tree, "Tickets"))
    assert under(tree, "Tickets") == ""
    tree.do("tick", id=named(tree, "Bill"))
    assert lab.todos.items.find(title="Bill")[0].done
    tree.take_back()
    assert not lab.todos.items.find(title="Bill")[0].done


def test_opened_and_found(lab: Lab) -> None:
    """What is shut is not drawn; looking for a name shows where it is; arrows go in and out."""
    tree: TreeView = lab.knowledge.tree_view()
    assert "Tenses" in tree.html  # a small tree is open
    tree.do("shut_all")
    assert "Tenses" not in tree.html
    tree.do("find", value="tens")
    assert "Tenses" in tree.html
    assert "English" in tree.html
    assert "Loose" not in tree.html
    tree.do("find", value="")
    tree.do("open", id=named(tree, "Languages"))
    tree.do("open", id=named(tree, "Languages"))
    assert tree.now == named(tree, "English")
    tree.do("shut", id=named(tree, "English"))
    assert tree.now == named(tree, "Languages")


def test_topics_and_entries_move(lab: Lab) -> None:
    """An entry into a topic, a topic to the top; an entry holds nothing."""
    tree: TreeView = lab.knowledge.tree_view()
    tree.do("lift", id=named(tree, "Loose"))
    tree.do("put", id=named(tree, "English"))
    assert under(tree, "Loose") == "English"
    tree.take_back()
    assert under(tree, "Loose") == ""
    tree.do("higher", id=named(tree, "English"))
    assert under(tree, "English") == ""
    tree.do("lift", id=named(tree, "English"))
    tree.do("put", id=named(tree, "Loose"))
    assert "cannot be put there" in tree.said


def test_skills_show_what_they_need(lab: Lab) -> None:
    """And whether that is there."""
    tree: TreeView = lab.skills.tree_view()
    html = tree.html
    assert "Programming" in html
    assert "needed at level" in html
    pandas = named(tree, "Pandas")
    tree.do("lift", id=pandas)
    tree.do("put", id="")
    assert lab.skills.items.find(name="Pandas")[0].topic == ""
    tree.take_back()
    assert lab.skills.items.find(name="Pandas")[0].topic == "Programming"


def test_documents_and_folders_move(lab: Lab) -> None:
    """With what is in them, and back as one step."""
    tree: TreeView = lab.docs.tree_view()
    tree.do("lift", id=named(tree, "Plan"))
    tree.do("put", id=named(tree, "home"))
    assert lab.docs.items.find(title="Plan")[0].folder == "home"
    tree.take_back()
    assert lab.docs.items.find(title="Plan")[0].folder == "travel"
    tree.do("lift", id=named(tree, "old"))
    tree.do("put", id=named(tree, "travel"))
    assert lab.docs.items.find(title="Other")[0].folder == "travel/old"
    tree.take_back()
    assert lab.docs.items.find(title="Other")[0].folder == "home/old"


@pytest.mark.parametrize("area", ["todos", "knowledge", "skills", "docs"])
def test_an_empty_tree_says_how_to_begin(house: House, person: Person, area: str) -> None:
    """One line to run."""
    tree: TreeView = getattr(house.lab(person("bare")), area).tree_view()
    assert f"lab.{area}" in tree.html


def test_many_branches_are_bounded(house: House, person: Person) -> None:
    """A tree of a thousand lines draws some and says so."""
    lab = house.lab(person("forest"))
    lab.todos.items.add_many([{"title": f"T{n:04}"} for n in range(1000)])
    html = lab.todos.tree_view().html
    assert html.count('role="treeitem"') == 300
    assert "700 more lines" in html
