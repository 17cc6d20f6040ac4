"""Skills in a period: hours of practice, levels that were found, and evidence."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from pgc_lib.areas.reporting.fact import Fact, number, pointers
from pgc_lib.areas.skills import Skills
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    from pgc_lib.areas.reporting.facts import Asked

_MOST = 10


def facts(asked: "Asked") -> Iterator[Fact]:
    """The skills of a period."""
    skills = Skills(asked.session)
    mine: list[Condition] = [
        col("owner") == asked.session.person,
        col("day").is_between(asked.period.first, asked.period.last),
    ]
    names = dict(skills.items.frame(columns=["id", "name"]).iter_rows())
    yield from _practice(skills, mine, names, asked)
    between = f"day__ge={str(asked.period.first)!r}, day__le={str(asked.period.last)!r}"
    for found in skills.assessments.find(*mine, order="day"):
        skill = names.get(found.skill.hex, "")
        yield Fact(
            key=f"skills.level.{found.skill.hex}",
            area="skills",
            section="accomplishments",
            text=_(
                "{skill} was found to be at level {level}.", skill=skill, level=f"{found.level:g}"
            ),
            value=number(found.level),
            query=f"lab.skills.assessments.find({between})",
            rows=pointers("skills.assessments", [found.id]),
            count=1,
            less_is_better=False,
        )
    for proof in skills.evidence.find(*mine, order="day")[:_MOST]:
        skill = names.get(proof.skill.hex, "")
        yield Fact(
            key=f"skills.evidence.{proof.id.hex}",
            area="skills",
            section="learnings",
            text=_("Evidence for {skill}: {title}.", skill=skill, title=proof.title),
            query=f"lab.skills.evidence.find({between})",
            rows=pointers("skills.evidence", [proof.id]),
            count=1,
        )


def _practice(
    skills: Skills, mine: list[Condition], names: dict[str, str], asked: "Asked"
) -> Iterator[Fact]:
    import polars as pl

    done = skills.practice.frame(*mine, columns=["id", "skill", "hours"])
    if done.is_empty():
        return
    first, last = asked.period.first, asked.period.last
    query = f"lab.skills.hours('1y', since={_written(first)}, until={_written(last)})"
    total = number(done["hours"].sum())
    yield Fact(
        key="skills.hours",
        area="skills",
        section="accomplishments",
        text=_("{hours} hours were practised.", hours=f"{total:.1f}"),
        value=total,
        unit="h",
        query=query,
        rows=pointers("skills.practice", done["id"].head(200)),
        count=done.height,
        headline=True,
        less_is_better=False,
    )
    by = done.group_by("skill").agg(
        pl.col("hours").sum(), pl.col("id").head(200), pl.len().alias("times")
    )
    for line in by.sort("hours", descending=True).head(_MOST).iter_rows(named=True):
        told = {"skill": names.get(line["skill"], ""), "hours": f"{line['hours']:.1f}"}
        yield Fact(
            key=f"skills.hours.{line['skill']}",
            area="skills",
            section="accomplishments",
            text=_("{skill}: {hours} hours of practice.", **told),
            value=number(line["hours"]),
            unit="h",
            query=query,
            rows=pointers("skills.practice", line["id"]),
            count=line["times"],
            less_is_better=False,
        )


def _written(day: date) -> str:
    """A day as Python writes it."""
    return f"date({day.year}, {day.month}, {day.day})"
