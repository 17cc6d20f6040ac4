"""Family in a period: who was spoken with, who not for long, and which dates come."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgc_lib.areas.family import Family
from pgc_lib.areas.reporting.fact import Fact, number, pointers
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.reporting.facts import Asked

_MOST = 8


def facts(asked: "Asked") -> Iterator[Fact]:
    """The family of a period."""
    family = Family(asked.session)
    period = asked.period
    talked = family.contacts.find(
        col("owner") == asked.session.person, col("day") >= period.first, col("day") <= period.last
    )
    if talked:
        yield Fact(
            key="family.contacts",
            area="family",
            section="accomplishments",
            text=_("There was word with the family {n} times.", n=len(talked)),
            value=number(len(talked)),
            query=f"lab.family.contacts.find(day__ge={str(period.first)!r}, day__le={str(period.last)!r})",
            rows=pointers("family.contacts", (each.id for each in talked)),
            count=len(talked),
            headline=True,
            less_is_better=False,
        )
    if asked.now in period or asked.now in period.following():
        silent = family.long_silent()
        for line in silent.head(_MOST).iter_rows(named=True):
            text = (
                _("There was never word with {name}.", name=line["name"])
                if line["overdue"] is None
                else _(
                    "No word with {name} for {days} days longer than wished.",
                    name=line["name"],
                    days=line["overdue"],
                )
            )
            yield Fact(
                key=f"family.silent.{line['name']}",
                area="family",
                section="challenges",
                text=text,
                value=None if line["overdue"] is None else number(line["overdue"]),
                query="lab.family.long_silent()",
                less_is_better=True,
            )
    after = period.following()
    coming = family.ahead(len(after), today=after.first)
    for line in coming.head(_MOST).iter_rows(named=True):
        yield Fact(
            key=f"family.date.{line['day']}.{line['what']}",
            area="family",
            section="next_focus",
            text=_("{day}: {what}.", day=line["day"], what=line["what"]),
            query=f"lab.family.ahead({len(after)}, today=date.fromisoformat({str(after.first)!r}))",
        )
