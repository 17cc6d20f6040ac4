"""Seeing skills grow: frames of hours, levels and strength, for charts and scenes."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.skill.kept import KeptSkills
from pgc_lib.areas.skill.records import Skill

if TYPE_CHECKING:
    import polars as pl


class Growing(KeptSkills, name="skills", main="items"):
    """Curves, hours, decay and timeline."""

    def curve(
        self,
        skill: str | UUID | Skill | None = None,
        every: str = "1mo",
        *,
        since: date | None = None,
        until: date | None = None,
        owner: UUID | None = None,
    ) -> "pl.DataFrame":
        """Hours, level, strength and what is held of the level, for each skill at the end of each period."""
        from pgc_lib.areas.skill.growth import curve

        found = curve(
            self.session,
            owner or self.session.person,
            every=every,
            until=until or self._now(),
            decay=self.formula,
        )
        return self._cut(found, skill, since, every)

    def landscape(self, every: str = "1mo", *, owner: UUID | None = None) -> "pl.DataFrame":
        """The same for every skill and period without a gap, with `x` and `y` as places: for a scene."""
        import polars as pl

        from pgc_lib.areas.skill.growth import curve

        found = curve(
            self.session,
            owner or self.session.person,
            every=every,
            until=self._now(),
            decay=self.formula,
            dense=True,
        )
        return found.with_columns(
            x=pl.col("period").rank("dense").cast(pl.Int64) - 1,
            y=pl.struct("topic", "name", "skill").rank("dense").cast(pl.Int64) - 1,
        ).sort("y", "x")

    def hours(
        self,
        every: str = "1mo",
        *,
        since: date | None = None,
        until: date | None = None,
        owner: UUID | None = None,
    ) -> "pl.DataFrame":
        """Hours and days of practice by skill and period (`1d`, `1w`, `1mo`, `1q`, `1y`)."""
        from pgc_lib.areas.skill.growth import hours

        return hours(
            self.session,
            owner or self.session.person,
            every=every,
            until=until or self._now(),
            since=since,
        )

    def decay(self, *, on: date | None = None, owner: UUID | None = None) -> "pl.DataFrame":
        """What fades, the most first: retrievability × recency × evidence; `lab.skills.formula` shows how."""
        return self._today_of(owner, on).sort("decay", descending=True, nulls_last=True)

    def timeline(
        self,
        skill: str | UUID | Skill | None = None,
        every: str = "1mo",
        *,
        owner: UUID | None = None,
    ) -> "pl.DataFrame":
        """What happened in its order: practice by period, evidence, and levels that were found."""
        from pgc_lib.areas.skill.growth import timeline

        found = timeline(self.session, owner or self.session.person, every=every, until=self._now())
        return self._cut(found, skill, None, every)
