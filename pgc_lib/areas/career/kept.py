"""The collections of the career anchor, and what every page of it begins with: everything of mine, by section."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pgc_lib.areas.career.ahead import Confirmation, Focus, Milestone, Plan, ShareLink, View
from pgc_lib.areas.career.pace import Pace, pace
from pgc_lib.areas.career.records import (
    Achievement,
    Profile,
    Project,
    Reference,
    Station,
    Strength,
    Value,
)
from pgc_lib.areas.career.sections import KINDS
from pgc_lib.areas.career.showing import said
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

MOST_PHOTO = 10 * 2**20


class KeptCareer(Area, name="anchor", main="achievements"):
    """What is kept of a career."""

    profile: Kept[Profile] = Kept(Profile)
    achievements: Kept[Achievement] = Kept(Achievement)
    stations: Kept[Station] = Kept(Station)
    projects: Kept[Project] = Kept(Project)
    strengths: Kept[Strength] = Kept(Strength)
    values: Kept[Value] = Kept(Value)
    references: Kept[Reference] = Kept(Reference)
    focus: Kept[Focus] = Kept(Focus)
    plans: Kept[Plan] = Kept(Plan)
    milestones: Kept[Milestone] = Kept(Milestone)
    confirmations: Kept[Confirmation] = Kept(Confirmation)
    views: Kept[View] = Kept(View)
    links: Kept[ShareLink] = Kept(ShareLink)

    def me(self) -> Profile | None:
        """My profile; None before I have introduced myself."""
        found = self.profile.find(owner=self.session.person, order="created_at", limit=1)
        return found[0] if found else None

    def _records(self) -> dict[str, Sequence[Record]]:
        """Everything of mine by section, in the order in which it is shown."""
        kept = {each.spec.kind: each for each in self.collections()}
        found: dict[str, Sequence[Record]] = {}
        for section, (kind, which) in KINDS.items():
            records = kept[kind].find(owner=self.session.person, **which)
            if "begin" in kept[kind].spec.fields and "end" in kept[kind].spec.fields:
                records.sort(key=_latest, reverse=True)
            found[section] = records
        return found

    def _paces(self, plans: Sequence[Plan]) -> dict[UUID, Pace]:
        steps: dict[UUID, list[Milestone]] = {each.id: [] for each in plans}
        for step in self.milestones.find(col("plan").is_in(list(steps))) if steps else ():
            steps[step.plan].append(step)
        return {each.id: pace(each, steps[each.id], self._now()) for each in plans}

    def _more(
        self, records: dict[str, Sequence[Record]], content: str
    ) -> Callable[[Record], Mapping[str, Any]]:
        plans = [each for each in records["plans"] if isinstance(each, Plan)]
        paces = self._paces(plans)
        steps: dict[UUID, list[str]] = {}
        for step in self.milestones.find(owner=self.session.person):
            if step.state != "dropped":
                box = "☑" if step.state == "done" else "☐"
                day = f" ({step.due})" if step.due else ""
                steps.setdefault(step.plan, []).append(f"{box} {said(step, content)['title']}{day}")

        def more(record: Record) -> dict[str, Any]:
            if not isinstance(record, Plan):
                return {}
            return {"pace": paces[record.id].told(), "milestones": steps.get(record.id, [])}

        return more

    def _levels(self, records: dict[str, Sequence[Record]]) -> dict[str, str]:
        """The level of each skill that is put forward without words of its own."""
        from pgc_lib.areas.skills import Skills

        skills = Skills(self.session)
        found = {}
        for each in records["skills"]:
            if isinstance(each, Strength) and each.skill and not each.level:
                known = skills.items.find(col("id") == UUID(each.skill.rpartition("/")[2]))
                reached = [level for level in skills.levels(known[0]) if level.reached] if known else []  # fmt: skip
                if reached:
                    found[each.skill] = reached[-1].name
        return found

    def _photo(self) -> bytes:
        known = self.me()
        for each in self.profile.attachments(known) if known else ():
            with self.profile.attached(each) as stream:
                return stream.read(MOST_PHOTO)
        return b""

    def _introduced(self) -> Profile:
        known = self.me()
        if known is None:
            raise NotFound(
                _("Nobody has been introduced yet."),
                next_step=_("`lab.anchor.introduce(name=…)` says who you are."),
            )
        return known

    def _now(self) -> date:
        """Today, or the day of the time that is looked at."""
        return self.session.at.astimezone(zone()).date() if self.session.at else today()

    def _confirmed(self) -> list[Confirmation]:
        return self.confirmations.find(owner=self.session.person)


def _latest(record: Record) -> tuple[bool, str, str]:
    values = record.values()
    lasting = bool(values["begin"]) and not values["end"]
    return lasting, values["end"] or values["begin"], values["begin"]
