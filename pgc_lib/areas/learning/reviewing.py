"""Reviewing: what is due, answering, taking an answer back, and what is to come.

    lab.knowledge.due();  lab.knowledge.rate(card, "good");  lab.knowledge.undo_rating()
    lab.knowledge.memory(at="2027-01-01");  lab.knowledge.forecast(days=90, new_a_day=20)
    lab.knowledge.review_plan(retention=0.92, easy={"sun": 0, "sat": 0.5})

Only one's own cards are reviewed; who was granted the area sees how it goes.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.learning.cards import Cards
from pgc_lib.areas.learning.looking import RATINGS, Looking, moment_of, plan_for, wrong
from pgc_lib.areas.learning.records import Card, RatingName, Review, ReviewPlan
from pgc_lib.areas.learning.scheduling import (
    Memory,
    after,
    begins,
    day_of,
    horizon,
    memory_of,
    placed,
    retrievability,
    scheduler_of,
)
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Listing
from pgc_lib.core.together import together
from pgc_lib.errors import Conflict, Denied, NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl

_FUTURE = timedelta(minutes=5)
"""How far two clocks may differ."""
_PAGE = 200
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)


class Reviewing(Looking, name="knowledge"):
    """What is reviewed."""

    # ── what is due ──────────────────────────────────────────────────────────────────────────────────

    def due(
        self, limit: int | None = None, *, deck: str | None = None, at: datetime | str | None = None
    ) -> Listing[Card]:
        """The cards to answer now: those being learned, those most in danger of being forgotten, then new ones."""
        moment = moment_of(at) or datetime.now(UTC)
        plans = self._plans()
        found = self.cards.find(
            col("due") <= moment, self._mine(deck), suspended=False, order="due"
        )

        def urgency(card: Card) -> tuple[bool, float]:
            chance = retrievability(
                scheduler_of(plan_for(plans, card.deck)), memory_of(card), moment
            )
            return card.state == "review", chance if card.state == "review" and chance else 0.0

        lines = sorted(found, key=urgency)
        lines += self._new_ones(deck, moment, plans, limit)
        return Listing(lines[:limit]).found_by(self.session)

    def _new_ones(
        self, deck: str | None, moment: datetime, plans: "Mapping[str, ReviewPlan]", limit: int | None
    ) -> list[Card]:  # fmt: skip
        """New cards in the order in which they were made, as many as the plan of their deck still allows today."""
        begun = [plan_for(plans, deck).deck for deck in self._begun(day_of(moment))]
        left = {name: max(0, plan.new_a_day - begun.count(name)) for name, plan in plans.items()}
        found: list[Card] = []
        after: str | None = None
        while any(left.values()) and (limit is None or len(found) < limit):
            page = self.cards.page(
                self._mine(deck), state="new", suspended=False, order=["created_at", "id"],
                limit=_PAGE, after=after,
            )  # fmt: skip
            for card in page.records:
                name = plan_for(plans, card.deck).deck
                if left[name]:
                    left[name] -= 1
                    found.append(card)
            after = page.next
            if after is None:
                break
        return found

    # ── answering ────────────────────────────────────────────────────────────────────────────────────

    def rate(
        self,
        card: Card | UUID,
        rating: RatingName,
        *,
        at: datetime | str | None = None,
        seconds: float | None = None,
    ) -> Card:
        """Say how well a card was known: again, hard, good or easy; now, unless a time is given."""
        known = self.cards.get(card) if isinstance(card, UUID) else card
        self._refuse_foreign(known)
        moment = self._when(known, moment_of(at))
        if rating not in RATINGS:
            raise wrong("rating", _("possible are {names}", names=", ".join(RATINGS)), rating)
        plan = plan_for(self._plans(), known.deck)
        scheduler, was = scheduler_of(plan), memory_of(known)
        made = after(scheduler, was, rating, moment)
        made = placed(made, moment, plan, self._load(made, moment, plan))
        assert made.due is not None and made.stability is not None and made.difficulty is not None
        batch = new_id()
        noted = self.reviews.new(
            card=known.id,
            day=day_of(moment),
            at=moment,
            number=known.reviews + 1,
            rating=rating,
            elapsed=_days(moment - was.last_review) if was.last_review else None,
            predicted=retrievability(scheduler, was, moment),
            interval=_days(made.due - moment),
            stability=made.stability,
            difficulty=made.difficulty,
            seconds=seconds,
            was=_written(known),
        )
        with together(self.session, batch) as joined:
            kept = Cards(joined, Card).update(
                known,
                **made.values(),
                reviews=known.reviews + 1,
                lapses=known.lapses + (rating == "again" and was.state == "review"),
            )
            Collection(joined, Review).add(noted, batch=batch)
        return kept

    def choices(self, card: Card | UUID, *, at: datetime | str | None = None) -> "pl.DataFrame":
        """What each answer would do: when the card would come back, and with which stability."""
        import polars as pl

        known = self.cards.get(card) if isinstance(card, UUID) else card
        moment = self._when(known, moment_of(at))
        plan = plan_for(self._plans(), known.deck)
        lines = []
        for rating in RATINGS:
            made = after(scheduler_of(plan), memory_of(known), rating, moment)
            made = placed(made, moment, plan, self._load(made, moment, plan))
            days = _days(made.due - moment) if made.due else None
            lines.append(
                {"rating": rating, "due": made.due, "days": days, "stability": made.stability}
            )
        times = pl.Datetime("us", "UTC")
        return pl.DataFrame(
            lines,
            schema={"rating": pl.String, "due": times, "days": pl.Float64, "stability": pl.Float64},
        )

    def undo_rating(self, card: Card | UUID | None = None) -> Card:
        """Take the last answer back, of a card or of all; the card is as it was before, its text as it is now."""
        conditions: dict[str, Any] = {"owner": self.session.person}
        if card is not None:
            conditions["card"] = card if isinstance(card, UUID) else card.id
        order = ["-number"] if card is not None else ["-created_at", "-id"]
        found = self.reviews.find(order=order, limit=1, **conditions)
        if not found:
            raise NotFound(
                _("There is no answer to take back."),
                next_step=_("`lab.knowledge.due()` shows what can be answered."),
            )
        last = found[0]
        known = self.cards.get(last.card)
        if known.reviews != last.number:
            raise Conflict(
                _("This card was answered again or changed since."),
                next_step=_("Take the last answer of this card back first."),
            )
        batch = new_id()
        with together(self.session, batch) as joined:
            kept = Cards(joined, Card).update(known, **last.was)
            Collection(joined, Review).remove(last)
        return kept

    def pause(self, *cards: Card | UUID) -> int:
        """Cards that are not asked for, until they are resumed; how many there were."""
        return self._pausing(cards, paused=True)

    def resume(self, *cards: Card | UUID) -> int:
        """Ask for paused cards again; how many there were."""
        return self._pausing(cards, paused=False)

    def _pausing(self, cards: Sequence[Card | UUID], *, paused: bool) -> int:
        done = 0
        with together(self.session, new_id()) as joined:
            mine = Cards(joined, Card)
            for card in cards:
                known = mine.get(card.id if isinstance(card, Card) else card)
                self._refuse_foreign(known)
                if known.suspended != paused:
                    mine.update(known.id, suspended=paused)
                    done += 1
        return done

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _refuse_foreign(self, card: Card) -> None:
        if card.owner != self.session.person:
            raise Denied(
                _("Only the person who learns a card answers it."),
                next_step=_("Take it over into your own: `lab.knowledge.cards.add(…)`."),
            )

    def _when(self, card: Card, given: datetime | None) -> datetime:
        """The time of an answer; one that is named lies neither before the last one nor in the future."""
        now = datetime.now(UTC)
        if given is None:
            return now
        if given > now + _FUTURE:
            raise wrong("at", _("this time is still to come"), given)
        last = card.last_review
        if given < _EARLIEST or (last is not None and given < last):
            raise wrong("at", _("the card was answered after this time already, on {at}", at=f"{last:%Y-%m-%d %H:%M}" if last else "-"), given)  # fmt: skip
        return given

    def _load(self, made: Memory, moment: datetime, plan: ReviewPlan) -> dict[date, int]:
        """How many cards come back on each day on which this one may."""
        if made.state != "review" or made.due is None:
            return {}
        wished = max(1, round((made.due - moment) / timedelta(days=1)))
        if wished < 3:
            return {}
        first = begins(day_of(moment))
        last = begins(day_of(moment) + timedelta(days=horizon(plan, wished) + 1))
        frame = self.cards.frame(
            col("due") >= first, col("due") < last, self._mine(None), suspended=False, columns=["due"]
        )  # fmt: skip
        found: dict[date, int] = {}
        for due, count in frame.group_by("due").len().iter_rows():
            day = day_of(due)
            found[day] = found.get(day, 0) + count
        return found


def _written(card: Card) -> dict[str, Any]:
    """A card's memory as it can be put back."""
    kept = {**memory_of(card).values(), "reviews": card.reviews, "lapses": card.lapses}
    return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in kept.items()}  # fmt: skip


def _days(span: timedelta) -> float:
    return max(0.0, span / timedelta(days=1))
