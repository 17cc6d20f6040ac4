"""What is kept of skills: what one can, what that needs, how it grew, and what one is heading for."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import model_validator

from pgc_lib.areas.skill.levels import HIGHEST
from pgc_lib.core.record import Record, field
from pgc_lib.i18n import N_, _

How = Literal["project", "certificate", "commits", "review"]
Judge = Literal["self", "coach", "peer", "exam"]


class Skill(Record, kind="skills.items", key=["name"], sort=["topic", "name"]):
    """Something one can do, and do better or worse."""

    name: str = field(
        title=N_("Name"),
        min_length=1,
        max_length=200,
        searchable=True,
        aliases=["技能", "名称", "skill", "title"],
    )
    topic: str = field(
        "",
        title=N_("Topic"),
        help=N_("What it belongs to, such as programming or music."),
        max_length=200,
        searchable=True,
        aliases=["领域", "分类", "category", "group"],
    )
    aliases: list[str] = field(
        [], title=N_("Also called"), searchable=True, aliases=["别名", "synonyms"]
    )
    levels: list[str] = field(
        [],
        title=N_("Criteria"),
        help=N_("What one can do at each level, the first level first; empty for the usual five."),
        widget="text",
    )
    note: str = field("", title=N_("Note"), searchable=True, widget="text", aliases=["备注"])

    @model_validator(mode="after")
    def _possible(self) -> "Skill":
        if len(self.levels) > HIGHEST:
            raise ValueError(_("a skill has at most {n} levels", n=HIGHEST))
        return self


class Link(Record, kind="skills.links", key=["skill", "needs"]):
    """One skill needs another, at least at a level."""

    skill: UUID = field(title=N_("Skill"), refers="skills.items")
    needs: UUID = field(title=N_("Needs"), refers="skills.items")
    level: float = field(1.0, title=N_("At least at level"), ge=0, le=HIGHEST)

    @model_validator(mode="after")
    def _possible(self) -> "Link":
        if self.skill == self.needs:
            raise ValueError(_("a skill cannot need itself"))
        return self


class Practice(
    Record,
    kind="skills.practice",
    key=["day", "reference"],
    indexes=[("skill", "day")],
    sort=["-day"],
    by_month="day",
):
    """Time spent on a skill on one day."""

    skill: UUID = field(title=N_("Skill"), refers="skills.items")
    day: date = field(title=N_("Day"), aliases=["日期", "date"])
    hours: float = field(
        title=N_("Hours"), unit=N_("hours"), gt=0, le=24, aliases=["小时", "时长", "time"]
    )
    evidence: str = field(
        "",
        title=N_("Evidence"),
        help=N_("What came of it: a link, a page, a piece played."),
        max_length=2000,
        searchable=True,
        aliases=["证据", "成果"],
    )
    score: int | None = field(
        None, title=N_("How it went"), help=N_("1 is badly, 5 is very well."), ge=1, le=5
    )
    note: str = field("", title=N_("Note"), searchable=True, widget="text", aliases=["备注"])
    reference: str | None = field(
        None,
        title=N_("Reference"),
        help=N_("What it is recognised by when its source is read again."),
        max_length=300,
    )


class Evidence(
    Record,
    kind="skills.evidence",
    key=["reference"],
    indexes=[("skill", "day")],
    sort=["-day"],
):
    """Something that shows a skill to others; files can be attached to it."""

    skill: UUID = field(title=N_("Skill"), refers="skills.items")
    title: str = field(title=N_("Title"), min_length=1, max_length=500, searchable=True)
    how: How = field("project", title=N_("Sort of evidence"))
    day: date = field(title=N_("Day"), aliases=["日期", "date"])
    weight: float = field(
        1.0,
        title=N_("Weight"),
        help=N_("1 is usual; a strict examination weighs more, a remark less."),
        ge=0,
        le=10,
    )
    level: float | None = field(None, title=N_("Level it shows"), ge=0, le=HIGHEST)
    url: str = field("", title=N_("Link"), max_length=2000, pattern=r"^(https?://\S+)?$")
    note: str = field("", title=N_("Note"), searchable=True, widget="text")
    reference: str | None = field(
        None,
        title=N_("Reference"),
        help=N_("What it is recognised by when its source is read again."),
        max_length=300,
    )


class Assessment(Record, kind="skills.assessments", indexes=[("skill", "day")], sort=["-day"]):
    """The level somebody was found to be at."""

    skill: UUID = field(title=N_("Skill"), refers="skills.items")
    day: date = field(title=N_("Day"), aliases=["日期", "date"])
    level: float = field(title=N_("Level"), ge=0, le=HIGHEST, aliases=["等级", "级别"])
    by: Judge = field("self", title=N_("Judged by"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Role(Record, kind="skills.roles", key=["name"], sort=["name"]):
    """What one would like to become: a set of skill levels."""

    name: str = field(title=N_("Role"), min_length=1, max_length=200, searchable=True)
    aim: bool = field(True, title=N_("I aim at it"))
    due: date | None = field(None, title=N_("Due"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Requirement(Record, kind="skills.requirements", key=["role", "skill"], sort=["-weight"]):
    """One skill level of a role. The skill is named, for one may not have it yet."""

    role: UUID = field(title=N_("Role"), refers="skills.roles")
    skill: str = field(title=N_("Skill"), min_length=1, max_length=200, searchable=True)
    level: float = field(title=N_("Level"), gt=0, le=HIGHEST)
    weight: float = field(1.0, title=N_("Weight"), gt=0, le=10)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")
