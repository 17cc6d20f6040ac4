"""Skills: what one can, how it grows and fades, and what to learn next.

lab.skills.log("Python", hours=1.5, evidence="…");  lab.skills.assess("Python", 3)
lab.skills.require("pandas", "Python", level=2);    lab.skills.prove("Python", "…", how="certificate")
lab.skills.decay();  lab.skills.next_best();  lab.skills.gap("数据工程师");  lab.skills.from_git("~/code/x")

What is computed is about one's own skills; `owner` names another person who granted the area.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.skill.aiming import Aiming
from pgc_lib.areas.skill.decay import Decay
from pgc_lib.areas.skill.keeping import Repository, named
from pgc_lib.areas.skill.next_best import missing
from pgc_lib.areas.skill.records import (
    Assessment,
    Evidence,
    How,
    Judge,
    Link,
    Practice,
    Requirement,
    Role,
    Skill,
)
from pgc_lib.areas.skill.tree import circle, depths
from pgc_lib.core.faces import face
from pgc_lib.core.ids import new_id
from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "Assessment",
    "Decay",
    "Evidence",
    "Link",
    "Practice",
    "Requirement",
    "Role",
    "Skill",
    "Skills",
]


class Skills(Aiming, name="skills", main="items"):
    """Skills."""

    def log(
        self,
        skill: str | UUID | Skill,
        hours: float,
        evidence: str = "",
        *,
        day: date | str | None = None,
        score: int | None = None,
        note: str = "",
        create: bool = False,
    ) -> Practice:
        """Note down practice, today unless a day is named; `create` makes a skill that is new."""
        # What is wrong with the hours is said before a skill is made for them.
        wanted = skill.id if isinstance(skill, Skill) else new_id()
        made = self.practice.new(
            skill=wanted,
            hours=hours,
            evidence=evidence,
            day=day if day is not None else today(),
            score=score,
            note=note,
        )
        known = self.skill(skill, create=create)
        return self.practice.add(
            made.model_copy(update={"skill": known.id}), owner=self._other(known)
        )

    def prove(
        self,
        skill: str | UUID | Skill,
        title: str,
        how: How = "project",
        *,
        day: date | str | None = None,
        weight: float = 1.0,
        level: float | None = None,
        url: str = "",
        note: str = "",
        file: Path | str | None = None,
    ) -> Evidence:
        """Add evidence: a project, a certificate, a range of commits, a review; `file` is attached to it."""
        known = self.skill(skill)
        if level is not None:
            self._check_level(known, level)
        kept = self.evidence.add(
            skill=known.id,
            title=title,
            how=how,
            day=day if day is not None else today(),
            weight=weight,
            level=level,
            url=url,
            note=note,
            owner=self._other(known),
        )
        if file is not None:
            self.evidence.attach(kept, Path(file))
        return kept

    def assess(
        self,
        skill: str | UUID | Skill,
        level: float,
        *,
        by: Judge = "self",
        day: date | str | None = None,
        note: str = "",
    ) -> Assessment:
        """Say which level was found, by whom and when."""
        known = self.skill(skill)
        self._check_level(known, level)
        return self.assessments.add(
            skill=known.id,
            level=level,
            by=by,
            day=day if day is not None else today(),
            note=note,
            owner=self._other(known),
        )

    def from_git(
        self,
        path: Path | str,
        *,
        author: str | Sequence[str] = (),
        commits: str = "",
        since: date | None = None,
        until: date | None = None,
    ) -> Repository:
        """Look into a git repository: languages, days and estimated hours. Nothing is kept before `accept()`."""
        from pgc_lib.areas.skill.git import read

        log = read(path, author=author, commits=commits, since=since, until=until)
        return Repository(
            log, self, lambda name: named(self.items.find(owner=self.session.person), name)
        )

    def require(
        self, skill: str | UUID | Skill, needs: str | UUID | Skill, level: float = 1.0
    ) -> Link:
        """Say that a skill needs another one at a level; a circle is refused and named."""
        one, other = self.skill(skill), self.skill(needs)
        self._check_level(other, level)
        owner = one.owner or self.session.person
        links = self.links.find(owner=owner)
        graph: dict[UUID, list[UUID]] = {}
        for link in links:
            graph.setdefault(link.skill, []).append(link.needs)
        if closed := circle(graph, one.id, other.id):
            names = {each.id: each.name for each in self.items.find(owner=owner)}
            told = " → ".join(names.get(each, str(each)) for each in closed)
            raise Invalid(
                _("“{skill}” cannot need “{needs}”.", skill=one.name, needs=other.name),
                [Problem(_("Needs"), _("this would be a circle: {circle}", circle=told))],
                next_step=_("Take one of these needs away first: `lab.skills.unrequire(…)`."),
            )
        for link in links:
            if (link.skill, link.needs) == (one.id, other.id):
                return self.links.update(link, level=level)
        return self.links.add(skill=one.id, needs=other.id, level=level, owner=self._other(one))

    def unrequire(self, skill: str | UUID | Skill, needs: str | UUID | Skill) -> bool:
        """Say that a skill does not need another one; whether it did."""
        found = self.links.find(skill=self.skill(skill).id, needs=self.skill(needs).id)
        return any(self.links.remove(link) for link in found)

    def tree(self, *, owner: UUID | None = None) -> "pl.DataFrame":
        """Every skill with its depth in the tree, its level and strength, and whether it can be begun."""
        import polars as pl

        standings, needs = self._standings(owner), self._needs(owner)
        level = {each.id: each.level for each in standings}
        below: dict[UUID, list[UUID]] = {}
        for need in needs:
            if need.needs in level:
                below.setdefault(need.skill, []).append(need.needs)
        depth = depths(below, level)
        names = {each.id: each.name for each in standings}
        locked = missing(needs, level)
        return pl.DataFrame(
            [
                {
                    "skill": each.id.hex,
                    "name": each.name,
                    "topic": each.topic,
                    "depth": depth[each.id],
                    "level": each.level,
                    "top": each.top,
                    "strength": None if each.decay is None else 1 - each.decay,
                    "needs": [names[other] for other in below.get(each.id, ())],
                    "open": each.id not in locked,
                }
                for each in standings
            ],
            schema={
                "skill": pl.String,
                "name": pl.String,
                "topic": pl.String,
                "depth": pl.Int64,
                "level": pl.Float64,
                "top": pl.Int64,
                "strength": pl.Float64,
                "needs": pl.List(pl.String),
                "open": pl.Boolean,
            },
        ).sort("depth", "topic", "name")

    def tree_view(self) -> Any:
        """The skills with what they need as a tree to open and walk."""
        return face("skills.tree")(self)

    def heatmap(self) -> Any:
        """Hours of practice as a calendar of the year."""
        return face("skills.heatmap")(self)

    def edges(self, *, owner: UUID | None = None) -> "pl.DataFrame":
        """What needs what, at which level, and whether that is there: the lines between the skills of `tree`."""
        import polars as pl

        standing = {each.id: each for each in self._standings(owner)}
        return pl.DataFrame(
            [
                {
                    "skill": need.skill.hex,
                    "needs": need.needs.hex,
                    "name": standing[need.skill].name,
                    "needs_name": standing[need.needs].name,
                    "level": need.level,
                    "met": standing[need.needs].level >= need.level,
                }
                for need in self._needs(owner)
                if need.skill in standing and need.needs in standing
            ],
            schema={
                "skill": pl.String,
                "needs": pl.String,
                "name": pl.String,
                "needs_name": pl.String,
                "level": pl.Float64,
                "met": pl.Boolean,
            },
        ).sort("name", "needs_name")
