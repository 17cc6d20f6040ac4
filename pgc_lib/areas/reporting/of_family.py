"""Family in a period: who was spoken with, who not for long, and which dates come."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgc_lib.areas.family import Family
from pgc_lib.areas.reporting.fact import Fact, number, pointers
from pgc_lib.i18n import _, n_
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
            text=n_(
                "You were in touch with the family once.",
                "You were in touch with the family {n} times.",
                len(talked),
            ),
            value=number(len(talked)),
            query=f"lab.family.contacts.find(day__ge={str(period.first)!r}, day__le={str(period.last)!r})",
            rows=pointers("family.contacts", (each.id for each in talked)),
            count=len(talked),
            headline=True,
            less_is_better=False,
        )
    if asked.now in period or asked.now in period.following():
        yield from _silent(family)
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


def _silent(family: Family) -> Iterator[Fact]:
    silent = family.long_silent()
    never = silent.filter(silent["overdue"].is_null())["name"].to_list()
    told = silent.filter(silent["overdue"].is_not_null()).head(_MOST)
    for line in told.iter_rows(named=True):
        yield Fact(
            key=f"family.silent.{line['name']}",
            area="family",
            section="challenges",
            text=n_(
                "No word with {name} for a day longer than wished.",
                "No word with {name} for {n} days longer than wished.",
                line["overdue"],
                name=line["name"],
            ),
            value=number(line["overdue"]),
            query="lab.family.long_silent()",
            less_is_better=True,
        )
    if never:
        names = _(", ").join(never[:_MOST])
        rest = len(never) - _MOST
        yield Fact(
            key="family.never",
            area="family",
            section="challenges",
            text=_("No word was ever noted with {names}.", names=names)
            if rest <= 0
            else _("No word was ever noted with {names} and {n} more.", names=names, n=rest),
            value=number(len(never)),
            query="lab.family.long_silent()",
            less_is_better=True,
        )
