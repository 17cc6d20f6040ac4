"""What was learned in a period: entries that were written, and cards that were reviewed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgc_lib.areas.knowledge import Knowledge
from pgc_lib.areas.reporting.fact import Fact, number, pointers
from pgc_lib.i18n import _, n_
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
            text=n_(
                "One entry of knowledge was written.",
                "{n} entries of knowledge were written.",
                written.height,
            ),
            value=number(written.height),
            query=f"lab.knowledge.find({within})",
            rows=pointers("knowledge.entries", written["id"]),
            count=written.height,
            headline=True,
            less_is_better=False,
        )
    ids: dict[str, list[str]] = {}
    for line in written.iter_rows(named=True):
        ids.setdefault(line["title"], []).append(line["id"])
    for title, same in list(ids.items())[-_MOST:]:
        yield Fact(
            key=f"knowledge.entry.{same[0]}",
            area="knowledge",
            section="learnings",
            text=_("Written down: {title} (×{n}).", title=title, n=len(same))
            if len(same) > 1
            else _("Written down: {title}.", title=title),
            query=f"lab.knowledge.get({same[0]!r})",
            rows=pointers("knowledge.entries", same),
            count=len(same),
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
    text = n_(
        "One card was reviewed; {share} were known.",
        "{n} cards were reviewed; {share} were known.",
        done.height,
        share=f"{known / done.height:.0%}",
    )
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
