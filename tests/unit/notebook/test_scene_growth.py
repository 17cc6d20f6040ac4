"""The growth landscape of a real lab: what is counted, what a click says, what changes when a record changes."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import redis

from pgc_lib.core.events import stream_of
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Invalid
from pgc_lib.lab import Lab
from pgc_lib.notebook.look import colors
from pgc_lib.notebook.scene import growth, growth_facts
from pgc_lib.notebook.scene.counting import LANES, states
from pgc_lib.notebook.scene.periods import Periods
from pgc_lib.notebook.scene.ribbons import ribbon
from pgc_lib.notebook.scene.showing import SceneView
from pgc_lib.notebook.scene.tree import Grown, tree
from tests.support.lab import House, Person, share

HOSTILE = "<img src=x onerror=alert(1)> '\"& \u202e"


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Iterator[Lab]:
    """A little of everything over a year and a half, by month."""
    lab = house.lab(person("growing", lang="en"))
    first = today().replace(day=1)
    months = [first]
    while len(months) < 18:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    skill = lab.skills.items.add(name="Python", topic="Programming")
    lab.skills.items.add(name=HOSTILE, topic="Wished for")
    lab.skills.practice.add_many([{"skill": skill.id, "day": day, "hours": 4 + n} for n, day in enumerate(months[::-1])])  # fmt: skip
    lab.finance.add_many(
        [{"day": day, "amount": amount, "payee": payee} for n, day in enumerate(months) for amount, payee in (("900", "work"), ("-1000" if n == 3 else "-400", "rent"))]
    )  # fmt: skip
    noon = [datetime(day.year, day.month, 1, 12, tzinfo=zone()) for day in months]
    lab.wellbeing.moods.add_many([{"at": at, "mood": 3 + n % 5} for n, at in enumerate(noon) if n != 8])  # fmt: skip
    todo = lab.todos.add(title=HOSTILE)
    lab.todos.complete(todo.id)
    lab.anchor.achievements.add(title="Taught a class", end=months[5].isoformat()[:7])
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def found(lab: Lab) -> growth_facts.Facts:
    facts = growth_facts.facts(lab)
    assert facts is not None
    return facts


def lane(found: growth_facts.Facts, name: str) -> Any:
    return next(each for each in found.lanes if each.counted.name == name)


def view(lab: Lab, *, dark: bool = False, webgl: bool = True, width: int = 1100) -> SceneView:
    """A view whose browser has told what it can."""
    made: SceneView = lab.scene(live=False)
    made.__dict__["_surroundings"] = {"width": width, "dark": dark, "webgl": webgl}
    made.met()
    return made


# ── counted ──────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_counted_is_what_was_kept(found: growth_facts.Facts) -> None:
    """Hours of practice, money left over, moods and landmarks lie in their months; a gap is a gap."""
    assert found.periods.every == "month" and len(found.periods) == 18
    assert lane(found, "skills").values.tolist() == [4.0 + n for n in range(18)]
    left = lane(found, "finance").values
    assert left[14] == -100 and left.sum() == 17 * 500 - 100
    assert found.saved[-1] == left.sum()
    assert np.isnan(found.mood[9]) and not np.isnan(found.mood[8])
    assert lane(found, "todos").values[-1] == 1
    assert [(int(number), title) for number, title, *_rest in found.marks] == [(12, "Taught a class")]  # fmt: skip


def test_every_lane_can_be_counted(lab: Lab) -> None:
    """Each source names a kind and fields that exist."""
    for counted in LANES:
        for source in counted.sources:
            spec = lab.collection_of(source.kind).spec
            assert {source.when, source.amount, source.what} - {"", "created_at"} <= set(spec.fields)  # fmt: skip
            assert source.kind in growth_facts.KINDS


def test_what_others_share_is_not_ones_own(house: House, person: Person) -> None:
    """A lab without records of its own is empty, whatever was shared with it; `owner` shows the other's."""
    other, me = person("other"), person("me")
    theirs = house.lab(other)
    skill = theirs.skills.items.add(name="Baking")
    theirs.skills.practice.add(skill=skill.id, day=today(), hours=2)
    share(other, me, "skills")
    mine = house.lab(me)
    assert growth_facts.facts(mine) is None
    seen = growth_facts.facts(mine, owner=other.person)
    assert seen is not None and lane(seen, "skills").values.sum() == 2
    shown = mine.scene(live=False)
    assert "Nothing was kept yet" in shown.html or "还没有" in shown.html


def test_states_compare_with_the_time_before() -> None:
    """Usual is the median of up to six periods before; little is known at first."""
    values = np.array([1, 9, 4, 4, 4, 8, 1, 4.5])
    assert states(values).tolist() == [0, 0, 0, 0, 0, 1, -1, 0]


def test_time_is_cut_as_asked() -> None:
    """Months, weeks and days begin where they should; too long a past is cut and said; nonsense is refused."""
    last = date(2026, 3, 18)
    months = Periods.of(date(2024, 11, 5), last=last)
    assert (months.every, len(months), months.number(last)) == ("month", 17, 16)
    weeks = Periods.of(date(2025, 12, 31), last=last)
    assert (weeks.every, weeks.starts[0]) == ("week", date(2025, 12, 29))
    assert [weeks.number(each) for each in (weeks.starts[0], last)] == [0, len(weeks) - 1]
    days = Periods.of(date(2026, 3, 1), last=last)
    assert (days.every, len(days)) == ("day", 18)
    assert Periods.of(date(1900, 1, 1), last=last).cut
    assert [year for _number, year in months.years()] == [2025, 2026]
    with pytest.raises(Invalid):
        Periods.of(date(2026, 1, 1), "year")  # type: ignore[arg-type]
    assert len(Periods.of(date(2030, 1, 1), last=last)) == 1


# ── drawn ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("layout", growth.LAYOUTS)
@pytest.mark.parametrize("dark", [False, True])
def test_everything_has_a_place_and_a_meaning(
    found: growth_facts.Facts, layout: str, dark: bool
) -> None:
    """Each bar, ribbon, landmark and leaf can be asked what it means; the tallest of a lane are equally tall."""
    stage = growth.landscape(found, layout=layout, dark=dark)
    assert stage.bars is not None
    assert len(stage.bars) == sum(int((each.values != 0).sum()) for each in found.lanes)
    keys = [*stage.bars.keys, *(key for solid in stage.solids for key in solid.keys)]
    assert all(stage.about(key) is not None for key in keys)
    assert {key.partition("@")[0] for key in keys} >= {"skills", "finance", "mood", "saved"}
    tallest: dict[str, float] = {}
    for key, high in zip(stage.bars.keys, stage.bars.size[:, 1].tolist(), strict=True):
        name = key.partition("@")[0]
        tallest[name] = max(tallest.get(name, 0), high)
    assert len({round(high, 3) for high in tallest.values()}) == 1
    assert stage.about("skills@999") is None and stage.about("nothing") is None
    table = stage.table and stage.table()
    assert table is not None and len(table) == 18 * len(found.lanes) + 17 + 18


def test_a_ribbon_breaks_where_nothing_was_noted() -> None:
    """No line is drawn over months without an entry, and it never swings beyond what was noted."""
    values = np.array([1.0, 5, np.nan, 2, 8, 8])
    made = ribbon(values, lambda n: np.column_stack([n, 0 * n, 0 * n]), "x", lambda _v: "#336699", 0.0, 2.0)  # fmt: skip
    x = made.position[:, 0]
    assert not ((x > 1.01) & (x < 2.99)).any()
    assert made.position[:, 1].max() <= 2.0 + 1e-6
    assert set(made.keys) == {"x@0", "x@1", "x@3", "x@4", "x@5"}
    alone = ribbon(np.array([np.nan, 3.0]), lambda n: n, "x", lambda _v: "#336699", 0.0, 2.0)
    assert len(alone.index) == 0


def test_leaves_sprout_when_their_hours_are_full() -> None:
    """A leaf for so many hours, in the period in which they were reached; an unpractised skill is a bud."""
    ink = colors(dark=False)
    hours = np.array([3.0, 0, 9.0, 30.0])
    made = tree([Grown("k/1", "A", "T", hours, 0.9), Grown("k/2", "B", "T", hours * 0, None)], (0, 0), 10, ink)  # fmt: skip
    assert made is not None and made.a_leaf == 1
    assert {int(each) for each in made.body.born.tolist() if each >= 0} == {0, 2, 3}
    assert set(made.body.keys) == {"k/1", "k/2"}
    assert tree([], (0, 0), 10, ink) is None


# ── acted upon ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_looks_around(lab: Lab) -> None:
    """Time, places to look from, chart, table, a click with its records: each a deed, nothing in it is markup."""
    shown = view(lab)
    assert shown._three is not None and "data-pgc-widget" in shown.html
    shown.do("go", value="3")
    assert shown.moment == 3 and shown._three._fog.near == 3
    shown.do("look_from", value="above")
    assert shown.preset == "above"
    shown.do("look_from", value="nowhere")
    assert shown.said
    shown.do("zoom", by=0.8)
    shown.do("pick", key="todos@17")
    assert HOSTILE not in shown.html and "&lt;img" in shown.html
    about = shown.stage.about("todos@17")
    assert about is not None
    shown.do("open", pointer=about.pointers[0][1])
    assert "pgc-scene-record" in shown.html
    assert shown._three._controls.enableZoom
    shown.do("step", by=-1)
    assert shown.picked == "todos@17"
    shown.do("show", view="table")
    assert shown.html.count("<tr>") == 26
    shown.do("more", by=1)
    shown.do("show", view="chart")
    assert "<svg" in shown.html
    shown.do("play")
    assert shown.moment == 3  # no loop, nothing moves
    shown.close()


def test_a_saved_notebook_keeps_the_facts(lab: Lab) -> None:
    """Where there is no kernel the rows are read; the living scene is unchanged by that."""
    shown = view(lab)
    bundle, _more = shown._repr_mimebundle_()
    assert "pgc-sheet" in bundle["text/html"] and shown.view == "scene"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    shown.close()


def test_without_webgl_there_is_the_chart(lab: Lab) -> None:
    """A browser that cannot draw in 3D gets the same as a chart, and is told so."""
    shown = view(lab, webgl=False, width=360)
    assert shown._three is None and shown.view == "chart"
    assert "<svg" in shown.html and "Landscape" not in shown.html


def test_a_dark_evening_is_noticed(lab: Lab) -> None:
    """When the page turns dark the same is drawn in the dark colours, and the old models are given back."""
    shown = view(lab)
    old = shown._three
    shown.__dict__["_surroundings"] = {"width": 1100, "dark": True, "webgl": True}
    shown.met()
    assert shown.stage.dark and shown._three is not old
    assert old is not None and old.widget.comm is None


def test_a_change_costs_only_its_lane(lab: Lab) -> None:
    """One more to-do done: its bar alone is sent; what has nothing to do with growth changes nothing."""
    shown = view(lab)
    assert shown._three is not None
    tree_before = shown.stage.solids[-1]
    todo = lab.todos.add(title="one more")
    lab.todos.complete(todo.id)
    shown.heard({"todos.items"})
    assert lane_value(shown, "todos@17") == "2 finished"
    assert shown.stage.solids[-1] is tree_before
    stage = shown.stage
    shown.heard({"finance.rules"})
    assert shown.stage is stage
    lab.skills.log("Python", 8, day=today())
    shown.heard({"skills.practice"})
    assert shown.stage.solids[-1] is not tree_before
    shown.close()


def lane_value(shown: SceneView, key: str) -> str:
    about = shown.stage.about(key)
    assert about is not None
    return about.lines[1][1]


def test_events_reach_the_scene_and_end_with_it(lab: Lab, house: House) -> None:
    """An event in the person's stream renews the picture; a closed view listens no more."""
    shown: SceneView = lab.scene()
    heard: list[set[str]] = []
    shown.heard = heard.append  # type: ignore[method-assign, assignment]
    shown.__dict__["_surroundings"] = {"width": 900, "webgl": True}
    shown.met()
    watch = shown._watch
    client = redis.Redis.from_url(house.redis_admin)
    event: dict[Any, Any] = {"change": 1, "at": datetime.now(zone()).isoformat(), "actor": "", "area": "todos", "kind": "todos.items", "verb": "update", "rows": 1, "batch": "", "undoes": "", "records": ""}  # fmt: skip
    for _try in range(600):
        client.xadd(
            stream_of(lab.person), event
        )  # it listens from now on, which is when it is ready
        watch._thread.join(0.1)
        if heard:
            break
    assert heard[0] == {"todos.items"}
    shown.close()
    client.xadd(stream_of(lab.person), event)
    watch._thread.join(60)
    assert not watch.alive
    client.close()


def test_nonsense_is_refused(lab: Lab) -> None:
    """A layout or a span that cannot be says what can."""
    with pytest.raises(Invalid):
        lab.scene(layout="spiral")
    with pytest.raises(Invalid):
        lab.scene(since="2026-05-01", until="2026-04-01")
    assert len(lab.scene(every="week", since=today() - timedelta(days=30), live=False).stage.times) in (5, 6)  # fmt: skip
