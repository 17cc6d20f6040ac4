"""The family as files for others: a tree (.ged), an address book (.vcf), a calendar of its dates (.ics).

from pgc_lib.exchange.genealogy_export import export
export(lab.family, "family.ged", version="5.5.1")
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pgc_lib.areas.kin.calendar import Marked
from pgc_lib.areas.kin.dates import in_year, upcoming
from pgc_lib.core.zone import zone
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.areas.family import Family
    from pgc_lib.exchange.ics import Event

YEARS = 10
"""For how many years days of the Chinese calendar are written out, for which calendars have no rule."""
_HOST = "family.pgc"


def export(family: "Family", path: Path | str, *, version: str = "") -> Path:
    """Write the family in the form that the file's ending names; `version` is that of the form."""
    path = Path(path)
    match path.suffix.lower():
        case ".ged":
            from pgc_lib.exchange.gedcom_write import write

            data = write(
                family.members.find(),
                family.relations.find(),
                family.papers.find(),
                version=version or "7.0",
            )
        case ".vcf":
            from pgc_lib.exchange.vcard import write as write_cards

            data = write_cards(
                family.members.find(), family.relations.find(), version=version or "4.0"
            )
        case ".ics":
            from pgc_lib.exchange.ics import write as write_calendar

            today = datetime.now(zone()).date()
            data = write_calendar(events(family.marked(), today), name=_("Family dates"))
        case _:
            raise Invalid(
                _("A family is not written as {ending}.", ending=path.suffix or path.name),
                [Problem(path.name, _("the ending is not known"), path.suffix)],
                next_step=_("Use .ged for a tree, .vcf for an address book, .ics for a calendar."),
            )
    path.write_bytes(data)
    return path


def events(days: Iterable[Marked], today: date) -> Iterator["Event"]:
    """Days of the year as events: by a rule where one can say it, else each of the coming years."""
    from pgc_lib.exchange.ics import Event

    for each in days:
        rule = each.recurring.rule
        if rule is None:
            end = today + timedelta(days=366 * YEARS)
            for day, years in upcoming(each.recurring, today, end):
                note = _("the {n}th", n=years) if years else ""
                yield Event(each.what, day, uid=f"{each.uid}-{day:%Y%m%d}@{_HOST}", note=note)
            continue
        begins = each.recurring.since or today.year
        first = each.first or next(
            (
                found
                for year in range(begins, begins + 9)
                if (found := in_year(each.recurring, year))
            ),
            None,
        )
        if first is not None:
            yield Event(each.what, first, rule=rule, uid=f"{each.uid}@{_HOST}")
