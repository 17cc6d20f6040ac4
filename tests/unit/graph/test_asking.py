"""What is asked of the graph, beside a plain walk over the same edges; and by somebody who may see only a part of it."""

from collections import deque
from random import Random

import psycopg
import pytest

from pgc_lib.core.pointer import point
from pgc_lib.core.record import Record
from pgc_lib.errors import NotFound
from pgc_lib.graph.asking import Asking
from pgc_lib.lab import Lab
from tests.support.lab import House, Person, share

Web = tuple[Lab, Lab, list[Record], list[Record], set[tuple[str, str]]]


@pytest.fixture(scope="module")
def web(house: House, person: Person) -> Web:
    """Skills and a family with edges at random; a coach may see the skills and the edges that were added, not the family."""
    chance = Random(5)
    mei, coach = person("mei"), person("coach")
    hers, theirs = house.lab(mei), house.lab(coach)
    hers.skills.items.add_many([{"name": f"Skill {n}"} for n in range(14)])
    hers.family.members.add_many([{"name": f"Hidden {n}"} for n in range(8)])
    skills: list[Record] = list(hers.skills.items.find(order="name"))
    family: list[Record] = list(hers.family.members.find())
    pairs = {
        (point(one), point(other))
        for one, other in (chance.sample([*skills, *family], 2) for _edge in range(30))
    }
    hers.graph.edges.add_many(
        [{"one": one, "relation": "near", "other": other} for one, other in sorted(pairs)]
    )
    hers.graph.refresh()
    for area in ("skills", "graph"):
        share(mei, coach, area)
    return hers, theirs, skills, family, pairs


def walked(pairs: set[tuple[str, str]], start: str, depth: int) -> dict[str, int]:
    """How far what is from where, by walking."""
    steps = {start: 0}
    ahead = deque([start])
    while ahead:
        here = ahead.popleft()
        for pair in pairs:
            if here in pair and steps[here] < depth:
                other = pair[pair[0] == here]
                if other not in steps:
                    steps[other] = steps[here] + 1
                    ahead.append(other)
    del steps[start]
    return steps


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_neighbours_are_those_of_a_plain_walk(web: Web, depth: int) -> None:
    """Each at its shortest distance, the nearest first, with every edge among them and no other."""
    hers, theirs, skills, family, pairs = web
    hidden = {point(member) for member in family}
    seen = {pair for pair in pairs if not hidden & set(pair)}
    for lab, edges in ((hers, pairs), (theirs, seen)):
        for skill in skills[::4]:
            start = point(skill)
            near = lab.graph.neighbours(skill, depth)
            wanted = walked(edges, start, depth)
            assert {node.pointer: node.depth for node in near} == wanted
            assert [node.depth for node in near] == sorted(wanted.values())
            among = {start, *wanted}
            ties = {(tie.one.pointer, tie.other.pointer) for tie in near.ties}
            assert ties == {pair for pair in edges if set(pair) <= among}


def test_a_limit_keeps_the_nearest(web: Web) -> None:
    """As many as are wanted, of the last step those that come first by their title."""
    hers, _theirs, skills, _family, _pairs = web
    start = max(skills, key=lambda skill: len(hers.graph.neighbours(skill, 3)))
    every = hers.graph.neighbours(start, 3)
    for limit in (1, 3, len(every) - 1, len(every), 100):
        assert [node.pointer for node in hers.graph.neighbours(start, 3, limit=limit)] == [
            node.pointer for node in every[:limit]
        ]


def test_what_is_granted_is_seen_and_never_the_rest(web: Web) -> None:
    """By no question, not as an end, a title, a pointer, or a step on the way; nor with the coach's own hands on the tables."""
    hers, theirs, skills, family, pairs = web
    hidden = {point(member) for member in family}
    graph = theirs.graph
    answers = [
        graph.frame().to_dicts(),
        graph.nodes().to_dicts(),
        [str(each) for each in graph.pattern(("*", "*", "*"))],
        [str(each) for each in graph.pattern(("a:*", "*", "b:*"), ("b:*", "*", "c:*"))],
        [str(each) for each in graph.centrality()],
        [str(each.nodes) for each in graph.communities()],
        [graph.neighbours(skill, 4)._repr_html_() for skill in skills],
        [str(way.nodes) for way in graph.paths(skills[0], skills[-1], limit=10)],
    ]
    told = str(answers)
    assert "Skill" in told and "Hidden" not in told
    assert not any(pointer in told for pointer in hidden)
    assert len(graph.frame()) == sum(not hidden & set(pair) for pair in pairs)
    for member in family:
        with pytest.raises(NotFound):
            graph.neighbours(point(member))
    with psycopg.connect(theirs.session.database.reveal()) as connection:
        for table in ("pgc.graph_nodes", "pgc.graph_links"):
            found = connection.execute(f"select area from {table}".encode()).fetchall()
            assert {area for (area,) in found} <= {"skills"}
    hers.people.revoke(theirs.session.name, "graph")
    assert graph.frame().is_empty() and graph.nodes().height == len(skills)
    hers.people.revoke(theirs.session.name, "skills")
    assert graph.nodes().is_empty()
    for area in ("skills", "graph"):
        share(hers.session, theirs.session, area)


def test_a_forged_row_of_anothers_record_shows_its_reader_nothing(
    house: House, person: Person
) -> None:
    """Somebody who shares an area with me writes a row about my record: my own row counts, whatever theirs says."""
    mei, papa = person("mei"), person("papa")
    mine = house.lab(mei)
    skill = mine.skills.add(name="Weaving")
    todo = mine.todos.add(title="Practise", note="Weaving")
    mine.graph.refresh()
    share(papa, mei, "skills")
    with psycopg.connect(papa.database.reveal()) as connection:
        connection.execute(
            "insert into pgc.graph_nodes (area, kind, record, title, called) "
            "values ('skills', 'skills.items', %s, 'Zebra', 'forged')",
            (skill.id,),
        )
    asking = Asking(mei)
    assert {node.title for node in asking.nodes()} == {"Weaving", "Practise"}
    (tie,) = mine.graph.neighbours(todo).ties
    assert (tie.other.title, tie.other.owner) == ("Weaving", mei.person)
    assert [node.title for node in mine.graph.neighbours(todo)] == ["Weaving"]
    (match,) = mine.graph.pattern(("todo", "mentions", "skill"))
    assert match["skill"].title == "Weaving"
