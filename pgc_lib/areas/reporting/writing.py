"""What a person writes of a period: drafted from facts, edited, finalised, compared, saved."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.reporting.compare import Moves, compared
from pgc_lib.areas.reporting.drafting import ByTemplate, Draft, Writer, checked
from pgc_lib.areas.reporting.facts import PRIVATE, Asked, Facts, collect, named, sources
from pgc_lib.areas.reporting.period import Period, Unit
from pgc_lib.areas.reporting.support import Judged, carried, judge
from pgc_lib.areas.reporting.written import Permission, Report, as_kept
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.shown import Listing
from pgc_lib.errors import Conflict, Invalid, Problem
from pgc_lib.i18n import LANGUAGES, _, in_lang, lang

if TYPE_CHECKING:
    from pgc_lib.core.changes import Change

_WRITABLE = ("title", "accomplishments", "challenges", "learnings", "next_focus")

When = Period | str | date | tuple[date, date]


class Sentence(Judged):
    """One sentence of a report, as a line."""

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Sentence"): self.sentence,
            _("Facts"): ", ".join(map(str, self.facts)),
            _("Supported"): self.supported,
            _("Reason"): self.reason,
        }


class Writing(Area, name="reports", main="written"):
    """Reports as a person writes them."""

    written: Kept[Report] = Kept(Report)
    permissions: Kept[Permission] = Kept(Permission)

    def facts(self, period: When = "this week", unit: Unit = "week") -> Facts:
        """What the records say of a period; each fact with its number, its query and its rows."""
        known = {each.subject: each for each in self.permissions.find(owner=self.session.person)}

        def allowed(area: str) -> bool:
            return known[area].told if area in known else area not in PRIVATE

        return collect(Asked(self.session, Period.of(period, unit)), allowed)

    def draft(
        self,
        period: When = "this week",
        unit: Unit = "week",
        *,
        writer: Writer | None = None,
        again: bool = False,
    ) -> Report:
        """Draft the report on a period: by the template, or by a writer such as `lab.ai.reporter()`.

        What a writer's sentences do not rest on is marked. A draft that is there is kept, unless `again`.
        """
        asked = Period.of(period, unit)
        there = self._newest(asked)
        if there is not None and there.state == "final":
            raise _is_final(there)
        if there is not None and not again:
            raise Conflict(
                _("There is a draft of “{title}” already.", title=there.title),
                next_step=_(
                    "Edit it, or say again=True to draft it anew; history keeps the old one."
                ),
            )
        return self._drafted(asked, writer, there, there.revision if there else 1)

    def edit(self, report: Report, **sections: Any) -> Report:
        """Write sections of a draft in one's own words: accomplishments, challenges, learnings, next_focus, title."""
        wrong = [name for name in sections if name not in _WRITABLE]
        if wrong:
            allowed = _("allowed are: {choices}", choices=", ".join(_WRITABLE))
            raise Invalid(
                _("A report has no such section."), [Problem(name, allowed) for name in wrong]
            )
        self._open(report)
        return self.written.update(report, **sections)

    def finalise(self, report: Report) -> Report:
        """Say that it is done. From then on nobody can change it; `revise` begins its next revision."""
        self._open(report)
        return self.written.update(report, state="final", finalised_at=datetime.now(UTC))

    def revise(self, report: Report) -> Report:
        """Begin the next revision of a final report: its text, resting on the same facts as they are now."""
        if report.state != "final":
            raise Conflict(
                _("“{title}” is still a draft.", title=report.title),
                next_step=_("Edit it; only a final report is revised."),
            )
        newest = self._newest(report.period)
        if newest is not None and newest.state == "draft":
            return newest
        revision = (newest or report).revision + 1
        with in_lang(report.lang):
            facts = list(self.facts(report.period))
            drafted = self._drafted(report.period, None, None, revision)
        told, facts = carried(report.sections(), report.known, facts)
        sections: dict[str, Any] = {str(section): text for section, text in told.items()}
        return self.written.update(drafted, title=report.title, facts=as_kept(facts), **sections)

    def versions(self, report: Report) -> "Listing[Change]":
        """Every change of a report: who, when, and what was there before."""
        from pgc_lib.core.history import History

        return History(self.session).of(report)

    def sentences(self, report: Report) -> "Listing[Sentence]":
        """Each sentence with the facts it rests on, or why it rests on none."""
        facts = report.known
        with in_lang(report.lang):
            return Listing(
                Sentence(each.sentence, each.facts, each.reason)
                for text in report.sections().values()
                for each in judge(text, facts)
            )

    def compare(self, report: "Report | When", against: "Report | When | None" = None) -> Moves:
        """The numbers that differ from the period before, or from another report or period."""
        now = report if isinstance(report, Report) else Period.of(report, "week")
        if against is None:
            before = (now.period if isinstance(now, Report) else now).previous()
            return compared(self._known(now), self._known(self._newest(before) or before))
        other = against if isinstance(against, Report) else Period.of(against, "week")
        return compared(self._known(now), self._known(other))

    def save(self, report: Report, path: "Path | str") -> Path:
        """Write a report as a file, by its ending: .md, .html, .pdf or .json."""
        from pgc_lib.areas.reporting.page import write

        return write(report, Path(path).expanduser())

    def allow(
        self, area: str, told: bool | None = None, *, model: bool | None = None
    ) -> Permission:
        """Let reports tell of an area, or not; `model` says whether a model may read those facts."""
        if area not in sources():
            raise Invalid(
                _("Reports know no area “{area}”.", area=area),
                [Problem("area", _("allowed are: {choices}", choices=", ".join(sources())), area)],
            )
        said = {
            name: value for name, value in (("told", told), ("model", model)) if value is not None
        }
        known = self.permissions.find(subject=area, owner=self.session.person)
        if known:
            return self.permissions.update(known[0], **said)
        at_first: dict[str, Any] = {"told": area not in PRIVATE, "model": area not in PRIVATE}
        return self.permissions.add(subject=area, **{**at_first, **said})

    def allowed(self) -> "Listing[Allowed]":
        """Every area that has facts to tell, and who may read them."""
        known = {each.subject: each for each in self.permissions.find(owner=self.session.person)}
        return Listing(_allowed(area, known.get(area)) for area in sources())

    def _drafted(
        self, period: Period, writer: Writer | None, there: Report | None, revision: int
    ) -> Report:
        facts = self.facts(period)
        if writer is None:
            draft: Draft = ByTemplate()(period, list(enumerate(facts, 1)))
        else:
            readable = {each.area for each in self.allowed() if each.model}
            told = [(n, fact) for n, fact in enumerate(facts, 1) if fact.area in readable]
            draft = checked(writer(period, told), facts)
        values: dict[str, Any] = {
            **{str(section): text for section, text in draft.sections.items()},
            "title": _title(period, there),
            "lang": lang(),
            "facts": as_kept(list(facts)),
            "drafted_by": draft.author,
            "prompt": draft.prompt,
            "drafted_at": datetime.now(UTC),
        }
        if there is not None:
            return self.written.update(there, **values)
        fixed: dict[str, Any] = {
            "name": period.name,
            "unit": period.unit,
            "first": period.first,
            "last": period.last,
        }
        return self.written.add(**fixed, revision=revision, **values)

    def _newest(self, period: Period) -> Report | None:
        mine = {"owner": self.session.person, "name": period.name}
        return next(iter(self.written.find(order="-revision", limit=1, **mine)), None)

    def _known(self, what: Report | Period) -> Facts:
        return Facts(what.known) if isinstance(what, Report) else self.facts(what)

    def _open(self, report: Report) -> None:
        if self.written.get(report.id).state == "final":
            raise _is_final(report)


def _title(period: Period, there: Report | None) -> str:
    """What the period is called in the language of the draft, unless the person called it something else."""
    return period.title() if there is None or there.title in _own_titles(period) else there.title


def _own_titles(period: Period) -> set[str]:
    found = set()
    for language in LANGUAGES:
        with in_lang(language):
            found.add(period.title())
    return found


class Allowed:
    """Whether reports tell of an area, and whether a model may read it."""

    def __init__(self, area: str, told: bool, model: bool) -> None:
        self.area, self.told, self.model = area, told, told and model

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Area"): named(self.area),
            _("In reports"): self.told,
            _("A model may read it"): self.model,
        }


def _allowed(area: str, known: Permission | None) -> Allowed:
    open_by_default = area not in PRIVATE
    return (
        Allowed(area, known.told, known.model)
        if known
        else Allowed(area, open_by_default, open_by_default)
    )


def _is_final(report: Report) -> Conflict:
    return Conflict(
        _("“{title}” is final and stays as it is.", title=report.title),
        next_step=_("`lab.reports.revise(report)` begins its next revision."),
    )
