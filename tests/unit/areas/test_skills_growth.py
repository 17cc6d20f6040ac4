"""How skills grew: sums by the database against sums by hand, at any time and for any period."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgc_lib.areas.skill.growth import UNITS
from pgc_lib.areas.skills import Decay, Skills
from pgc_lib.core.session import Session
from pgc_lib.core.zone import set_zone, zone
from pgc_lib.errors import PgcError
from tests.support.lab import House, Person

DAY = date(2026, 3, 2)


@pytest.fixture
def skills(person: Person) -> Skills:
    """The skills of a new person."""
    return Skills(person())


@pytest.fixture(scope="module")
def grown(house: House) -> Iterator[Session]:
    """Somebody with two skills and a few hundred days of practice."""
    set_zone("Asia/Shanghai")
    session = house.person()
    skills = Skills(session)
    ids = [skills.add(name=name, topic="t").id for name in ("a", "b")]
    skills.add(name="never")
    skills.practice.add_many(
        [
            {"skill": ids[n % 2], "day": DAY - timedelta(n * 3), "hours": 0.25 + n % 4}
            for n in range(200)
        ]
    )
    for n, level in enumerate((1.0, 2.0, 3.0)):
        skills.assess("a", level, day=DAY - timedelta(400 - n * 150))
    for n in range(3):
        skills.prove("a", f"proof {n}", day=DAY - timedelta(n * 200), weight=1 + n)
    yield session


def by_hand(skills: Skills, name: str, end: date, formula: Decay) -> dict[str, float]:
    """The same numbers from the rows themselves, one after the other."""
    id = skills.skill(name).id
    rows = [row for row in skills.practice.find(skill=id) if row.day <= end]
    proofs = [row for row in skills.evidence.find(skill=id) if row.day <= end]
    levels = [row for row in skills.assessments.find(skill=id, order="day") if row.day <= end]
    fresh = sum(row.hours * 2 ** (-(end - row.day).days / formula.half_life) for row in rows)
    proven = sum(
        row.weight * 2 ** (-(end - row.day).days / formula.proof_half_life) for row in proofs
    )
    idle = (end - max(row.day for row in rows)).days
    strength = formula.strength(idle, len({row.day for row in rows}), fresh, proven)
    level = levels[-1].level if levels else 0.0
    return {
        "total_hours": sum(row.hours for row in rows),
        "level": level,
        "idle": idle,
        "strength": strength,
        "decay": 1 - strength,
        "held": level * strength,
    }


@pytest.mark.parametrize("every", UNITS)
def test_the_curve_is_what_the_rows_add_up_to(grown: Session, every: str) -> None:
    """At the end of every period, for the last one at its last day."""
    skills = Skills(grown)
    curve = skills.curve(every=every, until=DAY)
    assert set(curve["name"]) == {"a", "b"}, "what was never begun has no curve"
    assert curve.filter(name="a")["hours"].sum() == pytest.approx(
        sum(row.hours for row in skills.practice.find(skill=skills.skill("a").id))
    )
    for name in "ab":
        one = curve.filter(name=name)
        assert one["period"].is_sorted() and one["period"].is_unique().all()
        for row in (
            one.row(0, named=True),
            one.row(-1, named=True),
            one.row(one.height // 2, named=True),
        ):
            following = pl.select(pl.lit(row["period"]).dt.offset_by(every)).item()
            end = min(following - timedelta(1), DAY)
            wanted = by_hand(skills, name, end, skills.formula)
            assert {key: row[key] for key in wanted} == pytest.approx(wanted)


def test_decay_is_the_curves_end(grown: Session) -> None:
    """On any day; another formula gives other numbers."""
    skills = Skills(grown)
    for formula in (Decay(), Decay(half_life=30, stability=5, unproven=0)):
        skills.formula = formula
        for on in (DAY, DAY - timedelta(200)):
            found = skills.decay(on=on)
            for name in "ab":
                row = found.filter(name=name).row(0, named=True)
                wanted = by_hand(skills, name, on, formula)
                assert {key: row[key] for key in wanted} == pytest.approx(wanted)
            assert found.filter(name="never")["strength"].to_list() == [None]
            assert found["name"].to_list()[-1] == "never"


def test_a_skill_and_a_beginning_cut_the_curve(grown: Session) -> None:
    """What came before still counts in the sums."""
    skills = Skills(grown)
    whole = skills.curve("a", "1mo", until=DAY)
    cut = skills.curve("a", "1mo", until=DAY, since=date(2026, 1, 15))
    assert cut["period"].to_list() == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert cut.row(-1) == whole.row(-1)


def test_the_landscape_has_no_gaps(grown: Session) -> None:
    """Every skill in every period, each at its place."""
    found = Skills(grown).landscape("1mo")
    assert found.height == found["x"].n_unique() * found["y"].n_unique()
    assert found["y"].n_unique() == 3 and found["x"].min() == 0
    assert found.filter(name="never")["held"].sum() == 0
    assert (
        found.select("level", "held", "hours", "total_hours").null_count().sum_horizontal().item()
        == 0
    )


def test_hours_timeline_and_radar(grown: Session) -> None:
    """What charts are drawn from."""
    skills = Skills(grown)
    hours = skills.hours("1y", until=DAY)
    assert hours["days"].sum() == 200
    assert skills.hours("1y", until=DAY, since=DAY)["period"].unique().to_list() == [
        date(2026, 1, 1)
    ]
    timeline = skills.timeline("a", "1y")
    assert timeline["day"].is_sorted()
    assert timeline.filter(event="level")["value"].to_list() == [1.0, 2.0, 3.0]
    assert timeline.filter(event="project")["title"].to_list() == ["proof 2", "proof 1", "proof 0"]
    skills.set_role("r", {"a": 4, "c": 2})
    radar = skills.radar("r", before=DAY - timedelta(300))
    assert radar.filter(axis="a").select("series", "value").rows()[0] == ("level", 3.0)
    assert radar.filter(axis="a", series="wanted")["share"].to_list() == [0.8]
    assert radar.filter(axis="a", series="before")["value"].to_list() == [1.0]
    assert radar.filter(axis="c")["value"].to_list() == [0.0, 0.0, 2.0, 0.0]
    assert set(skills.radar()["axis"]) == {"a", "b"}


def test_nothing_yet_is_an_empty_frame(skills: Skills) -> None:
    """Of the same shape as a full one, so that a chart draws nothing rather than fails."""
    frames = [
        skills.curve(),
        skills.landscape(),
        skills.hours(),
        skills.decay(),
        skills.timeline(),
        skills.radar(),
        skills.tree(),
        skills.edges(),
    ]
    assert all(frame.height == 0 and frame.width > 4 for frame in frames)
    assert skills.next_best() == []


def test_only_evidence_or_only_a_level(skills: Skills) -> None:
    """A skill that was never practised fades from the day it was first assessed."""
    skills.add(name="known")
    skills.add(name="shown")
    skills.assess("known", 3, day=DAY)
    skills.prove("shown", "x", day=DAY)
    found = {row["name"]: row for row in skills.decay(on=DAY + timedelta(10)).to_dicts()}
    assert found["known"]["strength"] == pytest.approx(Decay().strength(10, 0, 0, 0))
    assert found["shown"]["strength"] is None and found["shown"]["evidence"] > 0.8


def test_what_was_removed_or_lies_ahead_is_left_out(skills: Skills) -> None:
    """Practice of a skill that is gone, and practice planned for tomorrow."""
    gone = skills.add(name="gone")
    skills.log("gone", 1, day=DAY)
    skills.remove(gone)
    skills.log("new", 2, day=DAY, create=True)
    skills.log("new", 3, day=DAY + timedelta(1))
    assert skills.hours(until=DAY)["hours"].to_list() == [2.0]
    assert skills.curve(until=DAY)["total_hours"].to_list() == [2.0]


def test_the_curve_as_it_was_told_at_an_earlier_time(skills: Skills) -> None:
    """`lab.at(…)` knows neither what was added nor what was corrected since."""
    logged = skills.log("x", 2, day=DAY, create=True)
    assert logged.updated_at is not None
    then = Skills(skills.session.as_of(logged.updated_at))
    skills.practice.update(logged, hours=5, day=DAY - timedelta(60))
    skills.log("x", 1, day=DAY)
    assert skills.hours("1y")["hours"].sum() == 6
    assert then.hours("1y")["hours"].to_list() == [2.0]
    assert then.decay()["total_hours"].to_list() == [2.0]
    assert then.tree()["name"].to_list() == ["x"]


def test_a_period_that_is_none_is_said_so(skills: Skills) -> None:
    """With those that there are."""
    for every in ("2mo", "month", "'; drop table skills.items; --"):
        with pytest.raises(PgcError, match="1mo, 1q, 1y"):
            skills.curve(every=every)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, 500), st.floats(0.01, 24)), min_size=1, max_size=12),
    st.integers(0, 500),
)
def test_any_practice_gives_numbers_in_their_bounds(
    grown: Session, rows: list[tuple[int, float]], ago: int
) -> None:
    """Strength lies between 0 and 1, hours only grow, and the numbers are those of the rows."""
    skills = Skills(grown)
    name = f"p{datetime.now(zone()).timestamp()}"
    id = skills.add(name=name).id
    added = skills.practice.add_many(
        [{"skill": id, "day": DAY - timedelta(n), "hours": hours} for n, hours in rows]
    )
    curve = skills.curve(name, "1w", until=DAY)
    assert curve["strength"].is_between(0, 1).all() and curve["total_hours"].is_sorted()
    last = curve.row(-1, named=True)
    wanted = by_hand(skills, name, DAY, skills.formula)
    assert {key: last[key] for key in wanted} == pytest.approx(wanted)
    assert skills.decay(on=DAY - timedelta(ago)).height >= 3
    skills.remove(id)
    assert added.added == len(rows)
