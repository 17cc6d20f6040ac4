"""What was learned in a period: entries that were written, and cards that were reviewed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgc_lib.areas.knowledge import Knowledge
from pgc_lib.areas.reporting.fact import Fact, number, pointers
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.reporting.facts import Asked

_MOST = 10
_KNOWN = ("hard", "good", "easy")


def facts(asked: "Asked") -> Iterator[Fact]:
    """The learning of a period."""
    knowledge = Knowledge(asked.session)
    period = asked.period
    mine = col("owner") == asked.session.person
    within = f"created_at__ge={str(period.begins)!r}, created_at__lt={str(period.ends)!r}"
    written = knowledge.entries.frame(
        mine,
        created_at__ge=period.begins,
        created_at__lt=period.ends,
        columns=["id", "title"],
        order="created_at",
    )
    if written.height:
        yield Fact(
            key="knowledge.written",
            area="knowledge",
            section="learnings",
            text=_("{n} entries of knowledge were written.", n=written.height),
            value=number(written.height),
            query=f"lab.knowledge.find({within})",
            rows=pointers("knowledge.entries", written["id"]),
            count=written.height,
            headline=True,
            less_is_better=False,
        )
    for line in written.tail(_MOST).iter_rows(named=True):
        yield Fact(
            key=f"knowledge.entry.{line['id']}",
            area="knowledge",
            section="learnings",
            text=_("Written down: {title}.", title=line["title"]),
            query=f"lab.knowledge.get({line['id']!r})",
            rows=pointers("knowledge.entries", [line["id"]]),
            count=1,
        )
    yield from _reviews(knowledge, asked)


def _reviews(knowledge: Knowledge, asked: "Asked") -> Iterator[Fact]:
    period = asked.period
    done = knowledge.reviews.frame(
        col("owner") == asked.session.person,
        col("day").is_between(period.first, period.last),
        columns=["id", "rating"],
    )
    if done.is_empty():
        return
    known = done["rating"].is_in(list(_KNOWN)).sum()
    text = _("{n} cards were reviewed; {share} were known.", n=done.height, share=f"{known / done.height:.0%}")  # fmt: skip
    yield Fact(
        key="knowledge.reviews",
        area="knowledge",
        section="learnings",
        text=text,
        value=number(done.height),
        query=f"lab.knowledge.reviews.find(day__ge={str(period.first)!r}, day__le={str(period.last)!r})",
        rows=pointers("knowledge.reviews", done["id"]),
        count=done.height,
        headline=True,
        less_is_better=False,
    )
