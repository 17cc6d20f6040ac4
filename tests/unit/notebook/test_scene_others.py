"""The family, the graph and vectors in space: laid out so that nobody stands on another, the same each time, true to what is near."""

from datetime import date
from types import SimpleNamespace
from uuid import UUID

import numpy as np
import pytest

from pgc_lib.errors import NotFound
from pgc_lib.graph.seen import Node, Tie
from pgc_lib.lab import Lab
from pgc_lib.notebook import charts
from pgc_lib.notebook.scene import kin, links
from pgc_lib.notebook.scene.embedding import Cloud, projected
from tests.support.lab import House, Person


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    return house.lab(person("space", lang="en"))


def test_a_family_stands_in_generations(lab: Lab) -> None:
    """Children above their parents, couples on one level and beside each other, nobody on another."""
    names = ("Grandpa", "Grandma", "Mum", "Dad", "Aunt", "Me", "Sister")
    who = {name: lab.family.add(name=name, born=date(1940 + 20 * n, 1, 1) if name != "Dad" else None) for n, name in enumerate(names)}  # fmt: skip
    for child in ("Mum", "Aunt"):
        for parent in ("Grandpa", "Grandma"):
            lab.family.parent(parent, of=child)
    for child in ("Me", "Sister"):
        for parent in ("Mum", "Dad"):
            lab.family.parent(parent, of=child)
    lab.family.marry("Grandpa", "Grandma")
    lab.family.marry("Mum", "Dad")
    circle = lab.family.circle()
    level = kin.generations(circle)
    named = {name: level[member.id] for name, member in who.items()}
    assert named == {"Grandpa": 0, "Grandma": 0, "Mum": 1, "Dad": 1, "Aunt": 1, "Me": 2, "Sister": 2}  # fmt: skip
    place = kin.places(circle, level)
    spots = np.array(list(place.values()))
    apart = np.linalg.norm(spots[:, None] - spots[None], axis=2)[~np.eye(len(spots), dtype=bool)]
    assert apart.min() > 2 * kin._BALL
    row = sorted((id for id in place if level[id] == 1), key=lambda id: place[id][0])
    assert abs(row.index(who["Mum"].id) - row.index(who["Dad"].id)) == 1
    shown = lab.family.scene(live=False)
    about = shown.stage.about(f"family.members/{who['Me'].id}")
    assert about is not None and ("Parents" in dict(about.lines) or "父母" in dict(about.lines))
    assert len(shown.table) == 7
    flat = charts.svg(shown.chart(360), title="family")
    assert all(name in flat for name in names)
    shown._pointed(f"family.members/{who['Aunt'].id}", (0, 1, 0))  # before it is drawn nothing is
    assert not shown.tip.key
    shown.__dict__["_surroundings"] = {"width": 900, "webgl": True}
    shown.met()
    shown._pointed(f"family.members/{who['Aunt'].id}", place[who["Aunt"].id])
    assert "Aunt" in shown.tip.html and "left:" in shown.tip.html
    shown._pointed("", (0, 0, 0))
    assert "pgc-scene-tip" not in shown.tip.html
    shown.close()
    shown.do("pick", key=f"family.members/{who['Mum'].id}")
    assert "Mum" in shown.html
    shown.do("open", pointer=f"family.members/{who['Mum'].id}")
    card = shown.html.partition("pgc-scene-record")[2].partition("</dl>")[0]
    assert "Mum" in card and "<dd></dd>" not in card


def test_nobody_is_no_error(house: House, person: Person) -> None:
    """A lab without relatives, ties or vectors says so."""
    empty = house.lab(person("alone"))
    assert "pgc-empty" in empty.family.scene(live=False).html
    assert "pgc-empty" in empty.graph.scene().html


def test_a_graph_is_laid_out_by_its_ties() -> None:
    """What hangs together is nearer than what does not, each time the same; of too many the most connected stay."""
    nodes = [Node(f"docs.items/{UUID(int=n + 1)}", f"n{n}") for n in range(40)]
    ties = [Tie(nodes[a], "link", nodes[b], "link") for group in (0, 20) for a in range(group, group + 20) for b in range(a + 1, group + 20, 3)]  # fmt: skip
    ties.append(Tie(nodes[0], "link", nodes[20], "link"))
    made = links.placed(ties)
    again = links.placed(ties)
    assert np.array_equal(made.place, again.place)
    order = [int(node.title[1:]) for node in made.nodes]
    first = np.array(order) < 20
    inside = np.linalg.norm(made.place[first] - made.place[first].mean(axis=0), axis=1).mean()
    between = np.linalg.norm(made.place[first].mean(axis=0) - made.place[~first].mean(axis=0))
    assert between > inside
    few = links.placed(ties, most=10)
    assert len(few.nodes) == 10 and few.left_out == 30
    stage = made.stage()
    assert stage.lines is not None and len(stage.lines.ends) == len(ties)
    about = stage.about(nodes[0].pointer)
    assert about is not None and len(about.pointers) > 1
    assert {each.title for each in stage.legend} == {"Documents"}
    assert dict(about.lines)["Kind"] == "Documents"
    night = made.stage(dark=True)
    assert night.chart is not None and "n0" in charts.svg(night.chart(360), title="ties")
    assert links.layout(0, np.zeros((0, 2), np.int64)).shape == (0, 3)


def test_a_search_lights_up_what_it_finds(lab: Lab) -> None:
    """Vectors of a collection as a cloud: near ones are near, found ones are red and named; a new question renews both."""
    made = lab.vectors.create("flowers", dimension=12, index="flat")
    chance = np.random.default_rng(3)
    middle = {"rose": chance.normal(size=12) * 3, "oak": chance.normal(size=12) * 3}
    keys = [f"{name}{n}" for name in middle for n in range(15)]
    rows = [middle[key.rstrip("0123456789")] + chance.normal(size=12) * 0.2 for key in keys]
    made.insert(keys=keys, vectors=np.array(rows, dtype=np.float32), metadata=[{"kind": key.rstrip("0123456789")} for key in keys])  # fmt: skip
    view = lab.vectors.scene("flowers", search=middle["rose"].tolist(), k=5)
    assert len(view.found) == 5 and all(key.startswith("rose") for key in view.found)
    place = view.cloud.place
    rose = np.array([key.startswith("rose") for key in view.cloud.keys])
    assert np.linalg.norm(place[rose].mean(axis=0) - place[~rose].mean(axis=0)) > 3 * place[rose].std()  # fmt: skip
    assert view.cloud.kept > 0.9
    assert {each.title for each in view.stage.legend} >= {"rose", "oak"}
    lit = [each for each in view.stage.labels if not each.soft]
    guides = [each for each in view.stage.labels if each.soft]
    assert len(lit) == 5 and 8 <= len(guides) <= 12 and lit[0].rank > guides[0].rank
    assert "oak" in charts.svg(view.chart(360), title="flowers")
    about = view.stage.about("rose3")
    assert about is not None and dict(about.lines)["Close by"].count("rose") == 5
    view.__dict__["_surroundings"] = {"width": 700, "webgl": True}
    view.met()
    view.do("search", question="")
    assert all(each.soft for each in view.stage.labels) and not view.found
    with pytest.raises(NotFound):
        lab.vectors.scene("no such collection")


def test_a_hundred_thousand_points_are_few_arrays() -> None:
    """They are sent as nine bytes each, and one of them is found by its number."""
    n = 100_000
    chance = np.random.default_rng(0)
    place, kept = projected(chance.normal(size=(n, 8)).astype(np.float32))
    cloud = Cloud("many", [str(k) for k in range(n)], [""] * n, ["x"] * n, place, kept, None)
    from pgc_lib.notebook.scene.camera import fit
    from pgc_lib.notebook.scene.three import ThreeStage

    stage = cloud.stage()
    got: list[str] = []
    three = ThreeStage(stage, fit(stage.corners(), [], 2), width=400, height=200, ink=dict(stage.colors), on_pick=got.append)  # fmt: skip
    assert three.sent < 1_200_000
    first, mesh = three._dots[3]
    hit = SimpleNamespace(object=mesh, faceIndex=None, index=17)
    three._picked({"owner": hit, "new": (0, 0, 0)})
    assert got == [str(first + 17)]
    three.close()


def test_projection_is_that_of_the_greatest_difference() -> None:
    """A flat cloud keeps all of its difference in two directions; nothing, one and two items are no error."""
    chance = np.random.default_rng(5)
    flat = chance.normal(size=(200, 2)) @ chance.normal(size=(2, 50))
    place, kept = projected(flat.astype(np.float32))
    assert kept > 0.999 and np.ptp(place[:, 2]) < 1e-2
    for n in (0, 1, 2):
        place, _kept = projected(np.ones((n, 4), np.float32) * np.arange(n)[:, None])
        assert place.shape == (n, 3) and np.isfinite(place).all()
