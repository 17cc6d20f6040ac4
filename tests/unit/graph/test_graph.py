"""The graph: read off records of every area, added to by people, asked with the rights of whoever asks."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from pgc_lib.core.pointer import point
from pgc_lib.errors import Denied, Invalid, NotFound
from pgc_lib.graph import Graph
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person, share


@pytest.fixture
def lab(house: House, person: Person) -> Iterator[Lab]:
    """The lab of a new person, in English."""
    with in_lang("en"):
        yield house.lab(person("mei"))


def edges(lab: Lab) -> set[tuple[str, str, str, str]]:
    """Every edge by titles."""
    frame = lab.graph.frame()
    return set(frame.select("one_title", "relation", "other_title", "how").iter_rows())


def test_edges_come_of_what_records_say(lab: Lab) -> None:
    """References, a kind that is an edge, kinship, tags, links in texts, and names from word to word."""
    violin = lab.skills.add(name="小提琴", aliases=["violin"])
    reading = lab.skills.add(name="视奏")
    lab.skills.links.add(skill=violin.id, needs=reading.id)
    mama = lab.family.members.add(name="林岚")
    child = lab.family.members.add(name="小满")
    lab.family.relations.add(one=mama.id, other=child.id, tie="parent")
    lab.hobbies.add(name="Chamber music", tags=["Music"])
    lab.todos.add(
        title="买琴弦",
        tags=["music"],
        note="问林岚。小满意吗？See [[Chamber music]] and [[Nowhere]] #strings",
    )
    lab.hobbies.log("Chamber music", minutes=30, note="Her violin sang; violinists listened")
    assert edges(lab) == {
        ("小提琴", "needs", "视奏", "reference"),
        ("林岚", "parent", "小满", "kinship"),
        ("Chamber music", "tag", "#music", "tag"),
        ("买琴弦", "tag", "#music", "tag"),
        ("买琴弦", "tag", "#strings", "tag"),
        ("买琴弦", "mentions", "林岚", "mention"),
        ("买琴弦", "mentions", "Chamber music", "mention"),
        ("买琴弦", "links to", "Chamber music", "link"),
        ("Chamber music", "interest", "Chamber music", "reference"),
        ("Chamber music", "mentions", "Chamber music", "mention"),
        ("Chamber music", "mentions", "小提琴", "mention"),
    }
    kinds = set(lab.graph.nodes()["kind"])
    assert {"skills.items", "family.members", "todos.items"} <= kinds
    assert not kinds & {"skills.links", "family.relations", "finance.transactions"}


def test_it_stays_true(lab: Lab) -> None:
    """Renamed, changed, removed, brought back, named later: the next question knows; asked twice it is the same."""
    todo = lab.todos.add(title="练习", note="和阿杰一起读 [[笔记]]")
    assert edges(lab) == set()
    jie = lab.family.members.add(name="阿杰")
    note = lab.todos.add(title="笔记")
    wanted = {("练习", "mentions", "阿杰", "mention"), ("练习", "links to", "笔记", "link")}
    assert edges(lab) == wanted and edges(lab) == wanted
    lab.todos.items.update(note.id, title="另一本")
    assert edges(lab) == {("练习", "mentions", "阿杰", "mention")}
    lab.family.members.remove(jie.id)
    assert edges(lab) == set()
    lab.history.undo(lab.history.recent(limit=1)[0])
    assert edges(lab) == {("练习", "mentions", "阿杰", "mention")}
    lab.todos.items.update(todo.id, note="独自一人")
    assert edges(lab) == set()
    before = lab.graph.frame()
    assert lab.graph.refresh(whole=True).records > 0
    assert lab.graph.frame().equals(before)
    assert lab.graph.refresh().kinds == []


def test_around_ways_and_patterns(lab: Lab) -> None:
    """Neighbours by steps and relations, the ways between two, and what fits a pattern."""
    graph: Graph = lab.graph
    one, two, three, four = (
        lab.skills.add(name=name) for name in ("Alpha", "Beta", "Gamma", "Delta")
    )
    mama, papa = (lab.family.members.add(name=name) for name in ("Mama Lin", "Papa Chen"))
    lab.skills.links.add(skill=one.id, needs=two.id)
    lab.skills.links.add(skill=two.id, needs=three.id)
    graph.connect(mama, "knows", one)
    graph.connect(papa, "knows", three, confidence=0.8, note="he says")
    graph.connect(papa, "knows", mama)
    near = graph.neighbours(one)
    assert {node.title for node in near} == {"Beta", "Mama Lin"} and near.start.title == "Alpha"
    assert {node.title for node in graph.neighbours(one, depth=2, relation="needs")} == {
        "Beta",
        "Gamma",
    }
    assert {node.title for node in graph.neighbours(one, 2, how=["said"])} == {
        "Mama Lin",
        "Papa Chen",
    }
    assert [node.depth for node in graph.neighbours(one, depth=3)] == [1, 1, 2, 2]
    assert len(graph.neighbours(one, depth=3, limit=2)) == 2
    assert (
        graph.neighbours(four) == []
        and [str(tie.how) for tie in graph.ties(two)] == ["reference"] * 2
    )
    ways = graph.paths(mama, three)
    assert [len(way) for way in ways] == [2, 3]
    assert str(ways[0]) == "Mama Lin ←knows— Papa Chen —knows→ Gamma"
    assert graph.paths(one, four) == [] and graph.paths(mama, three, longest=1) == []
    found = graph.pattern(("person", "knows", "skill"))
    assert {(m["person"].title, m["skill"].title) for m in found} == {
        ("Mama Lin", "Alpha"),
        ("Papa Chen", "Gamma"),
    }
    longer = graph.pattern(
        ("p:person", "knows", "s:skill"),
        ("s:skill", "needs", "t:skills.items"),
        ("t:skill", "*", "u:*"),
    )
    assert [[node.title for node in m.nodes.values()] for m in longer] == [
        ["Mama Lin", "Alpha", "Beta", "Gamma"]
    ]
    assert graph.pattern(("person", "hates", "skill")) == []
    assert "Alpha" in near._repr_html_() and "Mama" in found._repr_html_()


def test_groups_and_centres(lab: Lab) -> None:
    """Two knots of skills with one bridge: two groups, and whoever holds them together leads."""
    graph: Graph = lab.graph
    skills = [lab.skills.add(name=f"Skill {n}") for n in range(8)]
    for base in (0, 4):
        for a in range(4):
            for b in range(a):
                graph.connect(skills[base + a], "near", skills[base + b])
    graph.connect(skills[0], "near", skills[4])
    groups = graph.communities()
    assert sorted(len(group) for group in groups) == [4, 4] and graph.communities() == groups
    for measure in ("degree", "pagerank", "between"):
        first = graph.centrality(measure, limit=2)
        assert {each.node.title for each in first} == {"Skill 0", "Skill 4"}, measure
        assert first[0].degree == 4
    assert sum(each.score for each in graph.centrality()) == pytest.approx(1)


def test_an_empty_graph_has_empty_answers(lab: Lab) -> None:
    """Before anything is kept."""
    graph: Graph = lab.graph
    assert graph.frame().is_empty() and graph.communities() == [] and graph.centrality() == []
    assert graph.pattern(("*", "*", "*")) == [] and graph.nodes().columns == [
        "pointer",
        "kind",
        "title",
    ]
    assert graph.neighbours("#nothing") == []


def test_a_models_edge_waits(lab: Lab) -> None:
    """No edge before it is accepted; with its source and confidence afterwards; undone as one."""
    graph: Graph = lab.graph
    mama, skill = lab.family.members.add(name="Mama Lin"), lab.skills.add(name="Baking")
    graph.refresh()
    asked = graph.propose(
        mama, "knows", skill, source="model", model="qwen", confidence=0.7, reason="She bakes."
    )
    assert asked is not None and asked.title.endswith("— knows → Baking")
    assert edges(lab) == set()
    again = graph.propose(mama, "knows", skill, source="model", model="qwen", confidence=0.7)
    assert again is None
    lab.suggestions.accept(asked)
    (tie,) = graph.ties(mama)
    assert (tie.relation, tie.source, tie.confidence, tie.how) == ("knows", "qwen", 0.7, "said")
    lab.suggestions.undo(asked)
    assert edges(lab) == set()
    with pytest.raises(Invalid):
        graph.propose(mama, "knows", mama, source="model", confidence=0.7)


def test_what_is_shared_is_seen_and_nothing_else(house: House, person: Person) -> None:
    """An edge wants a grant on its area and on both ends; a title that one may not see is nowhere in an answer."""
    mei, papa = person("mei"), person("papa")
    hers, his = house.lab(mei), house.lab(papa)
    secret = hers.family.members.add(name="Secret Aunt")
    skill = hers.skills.add(name="Weaving")
    todo = hers.todos.add(title="Ask about Weaving", note="Secret Aunt knows", tags=["loom"])
    hers.graph.connect(secret, "teaches", skill)
    assert len(hers.graph.frame()) == 4
    assert his.graph.frame().is_empty() and his.graph.nodes().is_empty()
    with pytest.raises(NotFound):
        his.graph.neighbours(point(skill))
    share(mei, papa, "todos")
    seen = his.graph.frame()
    assert seen["other_title"].to_list() == ["#loom"] and "Secret" not in str(seen.to_dict())
    share(mei, papa, "skills")
    assert set(his.graph.frame()["other_title"]) == {"#loom", "Weaving"}
    share(mei, papa, "graph")
    near = his.graph.neighbours(point(skill), depth=3)
    assert {node.title for node in near} == {"Ask about Weaving", "#loom"}
    assert "Secret" not in near._repr_html_() and point(secret) not in near._repr_html_()
    assert his.graph.paths(point(todo), point(skill))[0].nodes[-1].title == "Weaving"
    share(mei, papa, "family")
    assert "Secret Aunt" in {node.title for node in his.graph.neighbours(point(skill))}
    hers.people.revoke(papa.name, "family")
    assert "Secret" not in str(his.graph.frame().to_dict())
    with pytest.raises(Denied):
        his.graph.edges.remove(hers.graph.edges.find()[0].id, version=1)


def test_nobody_writes_into_anothers_graph(house: House, person: Person) -> None:
    """Neither rows that are read off records nor edges, not even with a grant to see."""
    mei, papa = person("mei"), person("papa")
    house.lab(mei).skills.add(name="Weaving")
    house.lab(mei).graph.refresh()
    share(mei, papa, "skills")
    share(mei, papa, "graph")
    from sqlalchemy import text

    for statement in (
        (
            "insert into pgc.graph_nodes (owner, area, kind, record, title, called) "
            "values (:her, 'skills', 'skills.items', pgc.new_id(), 'forged', 'forged')"
        ),
        (
            "insert into graph.edges (owner, one, relation, other, source, confidence, note) "
            "values (:her, 'a.b/x', 'r', 'c.d/y', 'me', 1, '')"
        ),
    ):
        with pytest.raises(Denied), papa.writing() as connection:
            connection.execute(text(statement), {"her": mei.person})
    with papa.writing() as connection:
        for statement in (
            "update pgc.graph_nodes set title = 'forged'",
            "delete from pgc.graph_nodes",
            "delete from pgc.graph_links",
        ):
            assert connection.execute(text(statement)).rowcount == 0


@pytest.mark.parametrize(
    ("one", "relation", "other"),
    [
        ("skills.items/1", "knows", "skills.items/2"),
        ("skills.items/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "", "skills.items/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001"),
        ("skills.items/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "r" * 101, "skills.items/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001"),
        ("skills.items/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "is", "skills.items/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"),
    ],
)  # fmt: skip
def test_no_edge(lab: Lab, one: str, relation: str, other: str) -> None:
    """Refused with the reason."""
    with pytest.raises(Invalid):
        lab.graph.connect(one, relation, other)


def test_questions_that_cannot_be_asked(lab: Lab) -> None:
    """Too deep, a pattern that contradicts itself, a word too few; never SQL."""
    graph: Graph = lab.graph
    skill = lab.skills.add(name="Weaving")
    for depth in (0, 7, "2"):
        with pytest.raises(Invalid, match="from 1 to 6"):
            graph.neighbours(skill, depth=depth)  # type: ignore[arg-type]
    for steps in ([], [("person", "knows")], [("p:person", "x", "p:skill")], [("a", "b", "c")] * 7):
        with pytest.raises(Invalid, match="cannot be asked"):
            graph.pattern(*steps)
    assert graph.pattern(("*", "x' or true --", "skill")) == []
    for word in ("'; drop table graph.edges; --", "s:%", "persn"):
        with pytest.raises(Invalid, match="person, skill"):
            graph.pattern((word, "*", "skill"))
    assert graph.neighbours(skill, relation="' or 1=1 --") == []
    with pytest.raises(Invalid, match="one of"):
        graph.centrality("luck")  # type: ignore[arg-type]
    with pytest.raises(Denied, match="as they are now"):
        lab.at("2030-01-01").graph.frame()


def test_files_for_other_programs(lab: Lab, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """GraphML and JSON-LD hold every node and edge; titles are data, whatever they look like."""
    title = '<script>alert(1)</script> & \x01 "]]>'
    skill = lab.skills.add(name=title)
    mama = lab.family.members.add(name="Mama Lin")
    lab.graph.connect(mama, "knows", skill, confidence=0.5)
    lab.todos.add(title="t", tags=["a b", "汉字"])
    root = ElementTree.parse(lab.graph.export(tmp_path / "g.graphml")).getroot()
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    assert len(root.findall(".//g:edge", space)) == 3 and len(root.findall(".//g:node", space)) == 5
    document = json.loads(lab.graph.export(tmp_path / "g.jsonld").read_text())
    nodes = {node["name"]: node for node in document["@graph"]}
    assert title.partition("\x01")[0].strip() in next(name for name in nodes if "script" in name)
    assert nodes["Mama Lin"]["ties"][0]["relation"] == "knows"
    assert nodes["Mama Lin"]["ties"][0]["confidence"] == 0.5
    assert all(
        node["@id"].startswith("urn:pgc:") and " " not in node["@id"] for node in document["@graph"]
    )
    html = lab.graph.neighbours(skill)._repr_html_()
    assert "<script" not in html and "&lt;script" in html
    ElementTree.fromstring(html[: html.index("</svg>") + 6].replace("\x01", ""))
    with pytest.raises(Invalid, match="graphml"):
        lab.graph.export(tmp_path / "g.exe")
