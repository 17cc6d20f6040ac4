"""Career anchor: where I stand, where I am going, what I did, what is no longer true."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.career.sections import SECTIONS
from pgc_lib.core.zone import today
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.every import Look
from pgc_lib.notebook.panels.pieces import (
    button,
    clean,
    empty,
    leads,
    line,
    lines,
    plainly,
    told,
    track,
)
from pgc_lib.notebook.panels.rows import Rows
from pgc_lib.notebook.panels.words import ahead, brief, percent, short

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_SHOWN = 6
_WEEK = 7


class Here(Card):
    """Who I am and what I am doing now."""

    title = N_("Where I stand")
    tall = 6

    def read(self, lab: "Lab") -> Any:
        found = lab.anchor.overview()
        return {
            "profile": found.profile,
            "focus": list(found.focus),
            "done": len(found.achievements),
            "plans": len(found.plans),
        }

    def show(self, found: Any) -> Child:
        profile = found["profile"]
        if profile is None:
            return [
                empty(_("Nobody is introduced yet."), _("Two sentences are enough to begin.")),
                button(_("Introduce myself"), "introduce", kind="pgc-first"),
            ]
        said = [
            tag.p(tag.b(clean(profile.name)), " ", tag.span(clean(profile.headline), class_="pgc-soft")),
            tag.p(clean(brief(profile.summary, 240))) if profile.summary else None,
        ]  # fmt: skip
        now = today()
        doing = lines(
            line(clean(each.title), None, told(_("since {day}", day=short(each.since, now)) if each.since else "", clean(brief(each.why, 90))))
            for each in found["focus"]
        )  # fmt: skip
        edit = tag.p(button(_("Change it"), "introduce", kind="pgc-plain"))
        return [*said, tag.h3(_("What I am doing")) if found["focus"] else None, doing, edit]

    @deed
    def introduce(self) -> None:
        """Who I am, as a form."""
        lab = self.page.house.lab
        self.edit(_("Introduce myself"), lab.anchor.profile, self.found["profile"] if self.there else None)  # fmt: skip


class Plans(Card):
    """Each plan with how far it is, how far it should be, and what is next."""

    title = N_("Where I am going")

    def read(self, lab: "Lab") -> Any:
        return lab.anchor.pace().to_dicts()

    def note(self, found: Any) -> str:
        return _("the mark is where an even pace would be") if found else ""

    def show(self, found: Any) -> Child:
        new = tag.p(button(_("New plan"), "new", kind="pgc-plain"))
        if not found:
            return [empty(_("No plan yet."), _("Where would you like to be in a year?")), new]
        return [lines([self._line(each) for each in found]), new]

    def _line(self, each: Any) -> Html:
        share, expected = each["share"] or 0.0, each["expected"]
        behind = expected is not None and share + 0.1 < expected
        now = today()
        return line(
            clean(each["title"]),
            [
                leads(percent(share), "plan", plan=each["plan"], name=f"{each['title']} {percent(share)}"),
                track(share, 1.0, mark=expected, color="pgc-gold" if behind else "pgc-fine"),
            ],
            told(
                clean(each["said"] or ""),
                ahead(each["due"], now) if each["due"] else "",
                _("next: {title}", title=clean(brief(each["next"], 50))) if each["next"] else "",
            ),
            key=each["plan"],
        )  # fmt: skip

    def rows_plan(self, lab: "Lab", plan: str) -> Rows:
        """Its milestones."""
        which = lab.anchor.plans.get(UUID(plan))
        stones = lab.anchor.milestones.find(plan=which.id, owner=lab.person, order="due")
        return Rows.of_records(which.title, stones, ["title", "due", "state", "done_on", "note"])

    @deed
    def new(self) -> None:
        """A new plan."""
        self.edit(_("New plan"), self.page.house.lab.anchor.plans)


class Did(Card):
    """Achievements, and a line for the next."""

    title = N_("What I have done")

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.entry = Entry(N_("New achievement"), self._fields, self._add)

    def read(self, lab: "Lab") -> Any:
        return lab.anchor.achievements.find(owner=lab.person, limit=_SHOWN)

    def show(self, found: Any) -> Child:
        said: Child = empty(_("Nothing is noted yet."), _("What went well this week?"))
        if found:
            said = lines(
                line(
                    tag.button(clean(each.title), type="button", act="change_it", values={"id": each.id.hex}, class_="pgc-leads"),
                    tag.span(f"{each.number:g} {each.unit}", class_="pgc-number") if each.number is not None else None,
                    told(each.end or each.begin, clean(brief(each.result, 100))),
                    key=each.id.hex,
                )
                for each in found
            )  # fmt: skip
        return [said, self.entry]

    def _fields(self) -> Sequence[Field]:
        return [
            Field("title", _("What I achieved"), wide=True),
            Field("result", _("What came of it"), wide=True),
        ]

    def _add(self, values: dict[str, str]) -> None:
        title = values.pop("title", "")
        now = today()
        made = self.change(lambda lab: lab.anchor.achieve(title, end=now.isoformat(), **values))
        self.tell(
            _("Noted: {title}", title=brief(made.title)),
            lambda lab: lab.anchor.achievements.remove(made.id),
        )

    @deed
    def change_it(self, id: str) -> None:
        """Its form."""
        self.edit(_("Achievement"), self.page.house.lab.anchor.achievements, UUID(id))


class Fresh(Card):
    """Which sections should be looked at again."""

    title = N_("Is it still true?")

    def read(self, lab: "Lab") -> Any:
        return [each for each in lab.anchor.freshness() if each.entries]

    def show(self, found: Any) -> Child:
        if not found:
            return tag.p(_("There is nothing to confirm yet."), class_="pgc-soft")
        now = today()
        stale = [each for each in found if each.stale]
        fresh = len(found) - len(stale)

        def seen(each: Any) -> str:
            return _("last true on {day}", day=short(each.true_on, now)) if each.true_on else ""

        rows = [
            line(
                _(SECTIONS[each.section][0]),
                button(_("Still true"), "confirm", section=each.section, name=_("Still true: {title}", title=_(SECTIONS[each.section][0]))),
                told(n_("{n} entry", "{n} entries", each.entries), seen(each)),
                key=each.section,
            )
            for each in stale
        ]  # fmt: skip
        calm = n_("{n} section is up to date.", "{n} sections are up to date.", fresh)
        return [lines(rows) if rows else None, tag.p(leads(calm, "all"), class_="pgc-soft")]

    def rows_all(self, lab: "Lab") -> Rows:
        """Every section."""
        return Rows.of_shown(self.heading(), lab.anchor.freshness())

    @deed
    def confirm(self, section: str) -> None:
        """It is true as it stands."""
        self.change(lambda lab: lab.anchor.confirm(section))
        self.tell(_("Confirmed: {title}", title=_(SECTIONS[section][0])))


class Noticed(Card):
    """What stands out now, over all areas; what one does not want to see is put away."""

    title = N_("Worth a look")
    slow = True
    tall = 10

    def read(self, lab: "Lab") -> Any:
        return lab.insights.now()

    def show(self, found: Any) -> Child:
        if not found:
            return tag.p(_("Nothing stands out. Good."), class_="pgc-soft")
        rest = len(found) - _SHOWN
        rows = [
            line(
                tag.button(clean(each.title), type="button", act="why", values={"which": each.fingerprint}, class_="pgc-leads"),
                button(_("Not now"), "put_away", kind="pgc-plain", which=each.fingerprint, name=_("Not now: {title}", title=each.title)),
                told(clean(plainly(each.reason))),
                key=each.fingerprint,
                look=f"pgc-is-{each.severity}",
            )
            for each in found[:_SHOWN]
        ]  # fmt: skip
        return [
            lines(rows),
            tag.p(leads(n_("{n} more", "{n} more", rest), "all")) if rest > 0 else None,
        ]

    def _one(self, which: str) -> Any:
        for each in self.found or ():
            if each.fingerprint == which:
                return each
        raise NotFound(_("There is no such thing on this page."), next_step=_("Reload the page."))

    def rows_all(self, lab: "Lab") -> Rows:
        """All of them."""
        return Rows.of_shown(self.heading(), lab.insights.now())

    @deed
    def why(self, which: str) -> None:
        """The rows that it rests on."""
        each = self._one(which)
        rows = each.rows.head(200)
        shown = Rows(each.title, rows.columns, rows.rows(), about=plainly(each.reason))
        self.page.sheet.open(each.title, shown)

    @deed
    def put_away(self, which: str) -> None:
        """Not for a week."""
        each = self._one(which)
        gone = self.change(lambda lab: lab.insights.dismiss(each, days=_WEEK))
        self.tell(_("Put away for a week."), lambda lab: lab.insights.restore(gone))


LOOK = Look(
    rows=[[[Here, Plans, Did], [Noticed, Fresh]]],
    asks=N_("Where do I stand, and where am I going?"),
    spans=False,
)
