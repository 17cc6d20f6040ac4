"""When each section was last true: confirmed by the person, or else changed; and which have not been looked at for long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.career.ahead import Confirmation
from pgc_lib.areas.career.sections import SECTIONS, title_of
from pgc_lib.core.zone import zone
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.core.record import Record


@dataclass(frozen=True, slots=True)
class Freshness:
    """One section: how many entries it has, and when it was last true."""

    section: str
    entries: int
    confirmed: date | None
    changed: date | None
    days: int
    """For how long it holds."""
    stale: bool

    @property
    def true_on(self) -> date | None:
        """The last day of which it is known that all of it was true."""
        return self.confirmed or self.changed

    def told(self) -> str:
        """In a few words."""
        if self.true_on is None:
            return _("empty")
        said = (
            _("confirmed on {day}", day=self.confirmed)
            if self.confirmed
            else _("changed on {day}, never confirmed", day=self.changed)
        )
        return said + (" · " + _("no longer sure") if self.stale else "")

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Section"): title_of(self.section),
            _("Entries"): self.entries,
            _("Last true"): self.true_on,
            _("Holds for"): self.days,
            _("State"): self.told(),
        }


def freshness(
    records: Mapping[str, Sequence["Record"]], confirmed: Sequence[Confirmation], today: date
) -> list[Freshness]:
    """Every section. A change of one entry does not confirm the others, so a confirmation weighs more."""
    said = {each.section: each for each in confirmed}
    found = []
    for section, (_title, usual) in SECTIONS.items():
        entries = records.get(section, ())
        word = said.get(section)  # type: ignore[call-overload]
        days = (word.days if word else None) or usual
        changed = max((day for each in entries if (day := _changed(each))), default=None)
        known = word.day if word else changed
        stale = known is not None and bool(entries) and known + timedelta(days) < today
        found.append(
            Freshness(section, len(entries), word.day if word else None, changed, days, stale)
        )
    return found


def _changed(record: "Record") -> date | None:
    return record.updated_at.astimezone(zone()).date() if record.updated_at else None
