"""The dates that matter to a family: birthdays, wedding days, days of death, and occasions of one's own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from pgc_lib.areas.kin.circle import Circle
from pgc_lib.areas.kin.dates import Recurring, day_of, upcoming
from pgc_lib.areas.kin.records import Occasion
from pgc_lib.i18n import _

Sort = Literal["birthday", "wedding", "memorial", "occasion"]


@dataclass(frozen=True, slots=True)
class Marked:
    """A day of the year with what it is about."""

    what: str
    sort: Sort
    recurring: Recurring
    uid: str
    """The same for the same day, whenever it is written out."""
    first: date | None = None
    remind: int | None = None


def marked(circle: Circle, occasions: Iterable[Occasion]) -> Iterator[Marked]:
    """Every day of the year that means something."""
    yield from _of_people(circle)
    yield from _weddings(circle)
    for each in occasions:
        recurring = Recurring(each.month, each.day, each.lunar, each.since, each.leap, each.missing)
        yield Marked(each.title, "occasion", recurring, f"occasion-{each.id}", None, each.remind)


def ahead(days: Iterable[Marked], start: date, length: int) -> list[dict[str, Any]]:
    """Those that come within so many days, the soonest first."""
    found = [
        {
            "day": day,
            "what": each.what,
            "years": years,
            "in_days": (day - start).days,
            "kind": each.sort,
        }
        for each in days
        for day, years in upcoming(each.recurring, start, start + timedelta(days=length))
    ]
    return sorted(found, key=lambda line: (line["in_days"], line["what"]))


def reminders(days: Iterable[Marked], today: date, before: int) -> list[dict[str, Any]]:
    """Those of which one wants to be reminded by today: each so long before as it says, or else `before` days."""
    found = [
        line
        for each in days
        for line in ahead([each], today, before if each.remind is None else each.remind)
    ]
    return sorted(found, key=lambda line: (line["in_days"], line["what"]))


def _of_people(circle: Circle) -> Iterator[Marked]:
    for person in circle.people.values():
        if person.born and not person.gone:
            recurring = day_of(person.born, lunar=person.lunar)
            title = _("{name}'s birthday", name=person.name)
            yield Marked(title, "birthday", recurring, f"birthday-{person.id}", person.born)
        if person.died:
            recurring = day_of(person.died, lunar=person.lunar)
            title = _("In memory of {name}", name=person.name)
            yield Marked(title, "memorial", recurring, f"memorial-{person.id}", person.died)


def _weddings(circle: Circle) -> Iterator[Marked]:
    for link in circle.links:
        pair = [circle.people[id] for id in (link.one, link.other) if id in circle.people]
        if link.tie != "partner" or link.since is None or link.former or len(pair) < 2:
            continue
        if link.doubt or any(person.gone for person in pair):
            continue
        title = _("Wedding day of {one} and {other}", one=pair[0].name, other=pair[1].name)
        uid = f"wedding-{link.one}-{link.other}"
        yield Marked(title, "wedding", day_of(link.since, lunar=False), uid, link.since)
