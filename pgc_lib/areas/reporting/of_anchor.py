"""The career anchor in a period: milestones and plans that were reached, those that were missed, and those that come."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgc_lib.areas.anchor import Anchor
from pgc_lib.areas.reporting.fact import Fact, Section, pointers
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.career.ahead import Milestone, Plan
    from pgc_lib.areas.reporting.facts import Asked


def facts(asked: "Asked") -> Iterator[Fact]:
    """Plans and milestones of a period."""
    anchor = Anchor(asked.session)
    period, after = asked.period, asked.period.following()
    mine = col("owner") == asked.session.person
    for kind, things, reached in (
        ("anchor.plans", anchor.plans, "reached_on"),
        ("anchor.milestones", anchor.milestones, "done_on"),
    ):
        for thing in things.find(mine, col(reached).is_between(period.first, period.last)):
            day = getattr(thing, reached)
            text = _("Reached on {day}: {title}.", day=day, title=thing.title)
            yield _fact(kind, thing, "accomplishments", text, "reached")
        for thing in things.find(
            mine, col("due").is_between(period.first, period.last), state="open"
        ):
            if thing.due is not None and thing.due < asked.now:
                text = _(
                    "{title} was due {due} and is not reached.", title=thing.title, due=thing.due
                )
                yield _fact(kind, thing, "challenges", text, "missed")
        for thing in things.find(
            mine, col("due").is_between(after.first, after.last), state="open"
        ):
            text = _("{title} is due {due}.", title=thing.title, due=thing.due)
            yield _fact(kind, thing, "next_focus", text, "next")


def _fact(kind: str, thing: "Plan | Milestone", section: Section, text: str, what: str) -> Fact:
    return Fact(
        key=f"{kind}.{what}.{thing.id.hex}",
        area="anchor",
        section=section,
        text=text,
        query=f"lab.{kind}.get({str(thing.id)!r})",
        rows=pointers(kind, [thing.id]),
        count=1,
    )
