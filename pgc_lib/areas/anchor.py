"""The career anchor: what I have done and how well, what I am doing, what I plan, and what others may see of it.

lab.anchor.introduce(name="林梅", headline="…");  lab.anchor.achieve("…", situation="…", action="…", result="…", number=40, unit="%")
lab.anchor.plan("…", due="2027-06-30", milestones=["…", ("…", "2027-01-31")]);  lab.anchor.pace()
lab.anchor.overview();  lab.anchor.confirm("focus")
lab.anchor.views.add(name="recruiter", contacts=["email"]);  lab.anchor.preview("recruiter")
lab.anchor.export("cv.pdf", view="recruiter", layout="modern", lang="en");  lab.anchor.share("recruiter", days=30)
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pgc_lib.areas.career.ahead import Confirmation, Focus, Milestone, Plan
from pgc_lib.areas.career.belonging import belonging, names_of
from pgc_lib.areas.career.closing import parted
from pgc_lib.areas.career.freshness import Freshness, freshness
from pgc_lib.areas.career.kept import MOST_PHOTO
from pgc_lib.areas.career.others import ForOthers
from pgc_lib.areas.career.overview import Overview, plan_row
from pgc_lib.areas.career.records import Achievement, Profile, Station
from pgc_lib.core.ids import new_id
from pgc_lib.core.pointer import as_pointer
from pgc_lib.core.record import Record
from pgc_lib.core.shown import Listing
from pgc_lib.core.together import together
from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

Step: TypeAlias = "str | tuple[str, date | str]"


class Anchor(ForOthers, name="anchor", main="achievements"):
    """The career anchor."""

    def introduce(self, **values: Any) -> Profile:
        """Say who I am, or change what was said; fields that are not named stay."""
        known = self.me()
        kept = parted(values, known)
        return self.profile.update(known, **kept) if known else self.profile.add(**kept)

    def photo(self, path: Path | str) -> Profile:
        """Attach a photo (PNG, JPEG, GIF or WebP) to the profile; it takes the place of the last one."""
        from pgc_lib.core.typeset import picture_ending

        source = Path(path).expanduser()
        with source.open("rb") as file:
            content = file.read(MOST_PHOTO + 1)
        if len(content) > MOST_PHOTO or picture_ending(content) in ("", ".svg"):
            raise Invalid(
                _("This is no photo that can be shown: {path}", path=source.name),
                [Problem(source.name, _("it is no PNG, JPEG, GIF or WebP of at most 10 MB"))],
                next_step=_("Save it as JPEG and try again."),
            )
        known = self._introduced()
        for old in self.profile.attachments(known):
            self.profile.detach(old)
        self.profile.attach(known, source)
        return known

    def achieve(
        self,
        title: str,
        *,
        skills: Iterable[Record | str] = (),
        evidence: Iterable[Record | str] = (),
        **values: Any,
    ) -> Achievement:
        """Note an achievement; skills are named or passed, evidence is a record or an address."""
        from pgc_lib.areas.skills import Skills

        known = Skills(self.session)
        shown = [as_pointer(known.skill(each) if isinstance(each, str) and "/" not in each else each) for each in skills]  # fmt: skip
        proofs = [each if isinstance(each, str) else as_pointer(each) for each in evidence]
        return self.achievements.add(title=title, skills=shown, evidence=proofs, **values)

    def plan(self, title: str, *, milestones: Iterable[Step] = (), **values: Any) -> Plan:
        """Make a plan with its milestones, each a title or a title and a day; they are kept together or not at all."""
        made = self.plans.new(**{"title": title, "begin": today(), **values})
        steps = [
            {"title": each} if isinstance(each, str) else {"title": each[0], "due": each[1]}
            for each in milestones
        ]
        batch = new_id()
        with together(self.session, batch) as joined:
            inner = Anchor(joined)
            kept = inner.plans.add(made, batch=batch)
            if steps:
                inner.milestones.add_many([{"plan": kept.id, **each} for each in steps], batch=batch)  # fmt: skip
        return kept

    def reach(self, what: Plan | Milestone, *, day: date | str | None = None) -> Plan | Milestone:
        """Say that a plan or a milestone is reached, today unless a day is named."""
        if isinstance(what, Plan):
            return self.plans.update(what, state="reached", reached_on=day or today())
        return self.milestones.update(what, state="done", done_on=day or today())

    def overview(self) -> Overview:
        """What I have done and how well, what I am doing, what I plan, and how sure each section still is."""
        records = self._records()
        plans = [each for each in records["plans"] if isinstance(each, Plan)]
        focus = [
            each
            for each in records["focus"]
            if isinstance(each, Focus) and _lasts(each, self._now())
        ]
        done = [each for each in records["achievements"] if isinstance(each, Achievement)]
        names = names_of(self.session, [skill for each in done for skill in each.skills])
        paces = self._paces(plans)
        ahead = [each for each in plans if each.state in ("open", "paused")]
        return Overview(
            self.me(),
            done,
            [each for each in records["work"] if isinstance(each, Station) and not each.end],
            focus,
            [(each, paces[each.id]) for each in ahead],
            belonging(self.session, [*focus, *ahead]),
            {each.id: [names[skill] for skill in each.skills if skill in names] for each in done},
            freshness(records, self._confirmed(), self._now()),
            self._now(),
        )

    def pace(self, **keywords: Any) -> "pl.DataFrame":
        """Each plan with how far it is, how far it should be, and what is next."""
        import polars as pl

        plans = self.plans.find(owner=self.session.person, **keywords)
        paces, belongs = self._paces(plans), belonging(self.session, plans)
        text = dict.fromkeys(("horizon", "state", "standing", "said", "next", "plan"), pl.String)
        counts = dict.fromkeys(("milestones", "done", "todos_open", "todos_finished"), pl.Int64)
        days = dict.fromkeys(("due", "next_due", "likely"), pl.Date)
        kinds: dict[str, Any] = {"title": pl.String, **text, **counts, **days}
        rows = [plan_row(each, paces[each.id], belongs[each.id]) for each in plans]
        columns = [
            *("title", "horizon", "due", "state", "share", "expected", "standing", "said", "milestones"),
            *("done", "next", "next_due", "likely", "todos_open", "todos_finished", "plan"),
        ]  # fmt: skip
        return pl.DataFrame(rows, schema={each: kinds.get(each, pl.Float64) for each in columns})

    def confirm(
        self, section: str, *, days: int | None = None, day: date | str | None = None
    ) -> Confirmation:
        """Say that a section is true as it stands; it holds for as long as is usual, or for so many days."""
        made = self.confirmations.new(section=section, day=day or today(), days=days)
        known = self.confirmations.find(section=made.section, owner=self.session.person)
        if known:
            return self.confirmations.update(known[0], day=made.day, days=made.days)
        return self.confirmations.add(made)

    def freshness(self) -> Listing[Freshness]:
        """When each section was last true, and which should be looked at again."""
        return Listing(freshness(self._records(), self._confirmed(), self._now()))


def _lasts(focus: Focus, today: date) -> bool:
    return focus.until is None or focus.until >= today
