"""Heading for something: roles as sets of skill levels, the gap to them, and what to learn next."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.skill.growing import Growing
from pgc_lib.areas.skill.keeping import named, text_from
from pgc_lib.areas.skill.next_best import Suggested, Wanted, next_best
from pgc_lib.areas.skill.records import Role
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Listing
from pgc_lib.core.together import together
from pgc_lib.errors import NotFound, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.areas.skill.roles import Asked, Form
    from pgc_lib.core.collection import Added


class Aiming(Growing, name="skills", main="items"):
    """Roles, gaps and the next best skill."""

    def next_best(
        self, role: str | Role | None = None, *, limit: int = 10, owner: UUID | None = None
    ) -> Listing[Suggested]:
        """Which skills to work on next, with the reasons: wanted by roles, fading, or just unlocked."""
        found = next_best(self._standings(owner), self._needs(owner), self._wishes(role, owner))
        return Listing(found[:limit])

    def role(self, role: str | Role, *, owner: UUID | None = None) -> Role:
        """A role by its name."""
        if isinstance(role, Role):
            return role
        found = self.roles.find(name=role, owner=owner or self.session.person)
        if not found:
            names = [each.name for each in self.roles.find(owner=owner or self.session.person)]
            raise NotFound(
                _("There is no role “{name}”.", name=role),
                next_step=_("There are: {names}.", names=_(", ").join(names))
                if names
                else _("Make one with `lab.skills.set_role(name, {{skill: level}})`."),
            )
        return found[0]

    def set_role(
        self,
        name: str,
        levels: Mapping[str, float],
        *,
        aim: bool | None = None,
        due: date | None = None,
    ) -> Role:
        """Make a role, or change one: the levels that are named; a level of 0 takes a skill out of it."""
        from pgc_lib.areas.skill.roles import read_levels, refuse

        asked, problems = read_levels(name, {k: v for k, v in levels.items() if v})
        refuse(problems)
        gone = {skill.casefold() for skill, level in levels.items() if not level}
        self._keep_roles(asked, names=[name], gone=gone)
        changes: dict[str, Any] = {"aim": aim, "due": due}
        return self.roles.update(
            self.role(name), **{k: v for k, v in changes.items() if v is not None}
        )

    def import_roles(
        self,
        source: Path | str,
        form: "Form | None" = None,
        *,
        name: str = "",
        keep_valid: bool = False,
    ) -> "Added":
        """Take in roles from a TOML, JSON or CSV file or text, as one batch that can be undone as one.

        All or nothing, unless `keep_valid` says to leave out what is wrong and report it.
        """
        from pgc_lib.areas.skill.roles import FORMS, read, refuse

        text, ending = text_from(source)
        kind = form or next((each for each in FORMS if each == ending), None)
        asked, problems = read(text, kind, name=name)
        if not keep_valid or not asked:
            refuse(problems)
        return self._keep_roles(asked, problems=problems)

    def export_roles(self, *roles: str | Role) -> str:
        """Roles as CSV text, which `import_roles` reads again; all of them when none is named."""
        from pgc_lib.areas.skill.roles import Asked, write

        wanted = [self.role(each) for each in roles] or self.roles.find(owner=self.session.person)
        return write(
            [
                Asked(role.name, each.skill, each.level, each.weight, each.note)
                for role in wanted
                for each in self.requirements.find(role=role.id)
            ]
        )

    def gap(self, role: str | Role, *, owner: UUID | None = None) -> "pl.DataFrame":
        """What a role asks for beside what is there and what is held of it, the largest gap first."""
        import polars as pl

        now = {row["skill"]: row for row in self._today_of(owner).to_dicts()}
        lines = []
        for wish in self._wishes(self.role(role, owner=owner), owner):
            own = now.get(wish.known.hex, {}) if wish.known else {}
            level = own.get("level", 0.0)
            lines.append(
                {
                    "skill": own.get("name", wish.skill),
                    "known": wish.known is not None,
                    "wanted": wish.level,
                    "level": level,
                    "held": own.get("held", 0.0),
                    "missing": max(wish.level - level, 0.0),
                    "weight": wish.weight,
                    "met": level >= wish.level,
                }
            )
        number = dict.fromkeys(("wanted", "level", "held", "missing", "weight"), pl.Float64)
        schema = {"skill": pl.String, "known": pl.Boolean, **number, "met": pl.Boolean}
        return pl.DataFrame(lines, schema=schema).sort(
            pl.col("missing") * pl.col("weight"), "skill", descending=[True, False]
        )

    def readiness(self, role: str | Role, *, owner: UUID | None = None) -> float:
        """How much of a role is there, between 0 and 1: levels that are there over levels asked for, weighted."""
        gap = self.gap(role, owner=owner)
        asked = float((gap["wanted"] * gap["weight"]).sum())
        short = float((gap["missing"] * gap["weight"]).sum())
        return 1 - short / asked if asked else 1.0

    def radar(
        self,
        role: str | Role | None = None,
        *,
        before: date | None = None,
        owner: UUID | None = None,
    ) -> "pl.DataFrame":
        """Axes and values for a radar chart: level, what is held, what a role wants, and the level before."""
        import polars as pl

        from pgc_lib.areas.skill.radar import radar

        now = self._today_of(owner)
        earlier = self._today_of(owner, before) if before else None
        gap = self.gap(role, owner=owner) if role is not None else None
        tops = pl.DataFrame(
            [(each.name, float(each.top)) for each in self._standings(owner)],
            schema={"axis": pl.String, "top": pl.Float64},
            orient="row",
        )
        return radar(now, earlier, gap, tops)

    def _wishes(self, role: str | Role | None, owner: UUID | None) -> list[Wanted]:
        """What a role asks for, or every role that one aims at."""
        whose = owner or self.session.person
        wanted = (
            [self.role(role, owner=owner)]
            if role is not None
            else self.roles.find(owner=whose, aim=True)
        )
        skills = self.items.find(owner=whose)
        names = {each.id: each.name for each in wanted}
        found = []
        for each in self.requirements.find(owner=whose):
            if each.role in names:
                known = named(skills, each.skill)
                found.append(
                    Wanted(
                        names[each.role],
                        each.skill,
                        each.level,
                        each.weight,
                        known.id if known else None,
                    )
                )
        return found

    def _keep_roles(
        self,
        asked: "Sequence[Asked]",
        *,
        names: Sequence[str] = (),
        gone: set[str] = frozenset(),  # type: ignore[assignment]
        problems: Sequence[Problem] = (),
    ) -> "Added":
        """Roles and what they ask for, as one transaction and one batch."""
        from pgc_lib.core.collection import Added

        batch = new_id()
        with together(self.session, batch) as joined:
            area = type(self)(joined)
            ids = {role.name: role.id for role in area.roles.find(owner=self.session.person)}
            for name in dict.fromkeys([*names, *(line.role for line in asked)]):
                if name not in ids:
                    ids[name] = area.roles.add(name=name, batch=batch).id
            for name in names:
                for each in area.requirements.find(role=ids[name]):
                    if each.skill.casefold() in gone:
                        area.requirements.remove(each)
            lines = [
                {
                    "role": ids[line.role],
                    "skill": line.skill,
                    "level": line.level,
                    "weight": line.weight,
                    "note": line.note,
                }
                for line in asked
            ]
            if not lines:
                return Added(batch, 0, 0, 0, len(problems), tuple(problems))
            done = area.requirements.add_many(lines, on_conflict="update", batch=batch)
        return Added(
            *(batch, done.added, done.updated, done.skipped, len(problems)), tuple(problems)
        )
