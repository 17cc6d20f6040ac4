"""The collections of skills, and what every question about them begins with: whose, which, as of when."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.skill.decay import Decay
from pgc_lib.areas.skill.keeping import named, unknown
from pgc_lib.areas.skill.levels import Level, levels_of, top_of
from pgc_lib.areas.skill.next_best import Need, Standing
from pgc_lib.areas.skill.records import (
    Assessment,
    Evidence,
    Link,
    Practice,
    Requirement,
    Role,
    Skill,
)
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.shown import Listing
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl


class KeptSkills(Area, name="skills", main="items"):
    """What is kept of skills, found by name."""

    items: Kept[Skill] = Kept(Skill)
    links: Kept[Link] = Kept(Link)
    practice: Kept[Practice] = Kept(Practice)
    evidence: Kept[Evidence] = Kept(Evidence)
    assessments: Kept[Assessment] = Kept(Assessment)
    roles: Kept[Role] = Kept(Role)
    requirements: Kept[Requirement] = Kept(Requirement)

    formula = Decay()
    """How skills fade; set another `Decay(…)` to have it computed otherwise."""

    def skill(self, skill: str | UUID | Skill, *, create: bool = False) -> Skill:
        """A skill by its name or alias; `create` makes one that there is not."""
        if isinstance(skill, Skill):
            return skill
        if isinstance(skill, UUID):
            return self.items.get(skill)
        mine = self.items.find(owner=self.session.person)
        found = named(mine, skill)
        if found is None and create:
            found = self.items.add(name=skill.strip())
        if found is None:
            raise unknown(mine, skill)
        return found

    def levels(self, skill: str | UUID | Skill) -> Listing[Level]:
        """The levels of a skill with what one can do at each, and which are reached."""
        known = self.skill(skill)
        return Listing(levels_of(known.levels, self.level(known)))

    def set_levels(self, skill: str | UUID | Skill, criteria: Sequence[str] = ()) -> Skill:
        """Write the criteria of a skill's levels, the first level first; none for the usual five."""
        return self.items.update(self.skill(skill), levels=list(criteria))

    def level(self, skill: str | UUID | Skill) -> float:
        """The level that was last found; 0 when there was none."""
        found = self.assessments.find(
            skill=self.skill(skill).id, order=["-day", "-created_at"], limit=1
        )
        return found[0].level if found else 0.0

    def _now(self) -> date:
        """Today, or the day of the time that is looked at."""
        return self.session.at.astimezone(zone()).date() if self.session.at else today()

    def _today_of(self, owner: UUID | None, on: date | None = None) -> "pl.DataFrame":
        """Every skill as it stands on a day."""
        from pgc_lib.areas.skill.growth import curve

        return curve(
            self.session,
            owner or self.session.person,
            every=None,
            until=on or self._now(),
            decay=self.formula,
            dense=True,
        ).drop("period", "hours")

    def _cut(
        self,
        found: "pl.DataFrame",
        skill: str | UUID | Skill | None,
        since: date | None,
        every: str,
    ) -> "pl.DataFrame":
        import polars as pl

        if skill is not None:
            found = found.filter(pl.col("skill") == self.skill(skill).id.hex)
        if since is not None:
            found = found.filter(pl.col("period") >= pl.lit(since).dt.truncate(every))
        return found

    def _standings(self, owner: UUID | None) -> list[Standing]:
        from pgc_lib.areas.skill.growth import skills

        own = dict(skills(self.session, owner or self.session.person).select("skill", "top").rows())
        return [
            Standing(
                UUID(row["skill"]),
                row["name"],
                row["topic"],
                row["level"],
                own[row["skill"]] or top_of(()),
                row["decay"],
                row["idle"],
                row["retrievability"],
                row["recency"],
                row["evidence"],
            )
            for row in self._today_of(owner).iter_rows(named=True)
        ]

    def _needs(self, owner: UUID | None) -> list[Need]:
        links = self.links.find(owner=owner or self.session.person)
        return [Need(link.skill, link.needs, link.level) for link in links]

    def _check_level(self, skill: Skill, level: float) -> None:
        top = top_of(skill.levels)
        if level > top:
            raise Invalid(
                _("“{skill}” has no level {level:g}.", skill=skill.name, level=level),
                [Problem(_("Level"), _("this must be at most {le}", le=top), level)],
                next_step=_("`lab.skills.levels(…)` shows its levels; `set_levels` changes them."),
            )

    def _other(self, skill: Skill) -> UUID | None:
        """Whose the skill is, when it is somebody else's."""
        return None if skill.owner == self.session.person else skill.owner
