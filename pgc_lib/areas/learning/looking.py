"""Looking at what is learned: how well it is known today and at a day, what is to come, and how one wants to review."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.learning import forecast as forecasting
from pgc_lib.areas.learning.cards import Cards
from pgc_lib.areas.learning.fitting import Fit, fit_of
from pgc_lib.areas.learning.records import Card, RatingName, Review, ReviewPlan
from pgc_lib.areas.learning.scheduling import (
    Memory,
    begins,
    day_of,
    memory_of,
    retrievability,
    retrievability_columns,
    scheduler_of,
)
from pgc_lib.areas.learning.tuning import ENOUGH, STEPS, Tuned, answers_of, tuned
from pgc_lib.core.area import Area, Kept, KeptAs
from pgc_lib.core.progress import Progress, watched
from pgc_lib.core.types import in_zone
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    import polars as pl

RATINGS: tuple[RatingName, ...] = ("again", "hard", "good", "easy")
_LONGEST_FORECAST = 730


class Looking(Area, name="knowledge"):
    """What is learned, looked at."""

    cards: KeptAs[Card, Cards] = KeptAs(Card, Cards)
    reviews: Kept[Review] = Kept(Review)
    plans: Kept[ReviewPlan] = Kept(ReviewPlan)

    # ── how well it is known ─────────────────────────────────────────────────────────────────────────

    def retrievability(
        self, card: Card | UUID, at: date | datetime | str | None = None
    ) -> float | None:
        """The chance that a card is remembered, now or at a day; None for one that was never learned."""
        known = self.cards.get(card) if isinstance(card, UUID) else card
        plan = plan_for(self._plans(known.owner), known.deck)
        return retrievability(
            scheduler_of(plan), memory_of(known), moment_of(at) or datetime.now(UTC)
        )

    def memory(
        self,
        at: date | datetime | str | None = None,
        *,
        deck: str | None = None,
        owner: UUID | None = None,
    ) -> "pl.DataFrame":
        """Every card that was learned with the chance to remember it, now or at a day, the weakest first."""
        import polars as pl

        moment = moment_of(at) or datetime.now(UTC)
        plans = self._plans(owner)
        frame = self.cards.frame(
            self._mine(deck, owner), col("state") != "new",
            columns=["id", "front", "deck", "entry", "state", "stability", "difficulty", "due",
                     "last_review", "reviews", "lapses", "suspended"],
        )  # fmt: skip
        chance = pl.lit(None, dtype=pl.Float64)
        for name in frame["deck"].unique():
            curve = retrievability_columns(scheduler_of(plan_for(plans, name)), moment)
            chance = pl.when(pl.col("deck") == name).then(curve).otherwise(chance)
        return (
            frame.with_columns(chance.alias("retrievability"))
            .rename({"id": "card"})
            .sort("retrievability", "card")
        )

    def decks(self, *, owner: UUID | None = None) -> "pl.DataFrame":
        """Each deck with its cards, how many are new, due, paused, and how well it is known on average."""
        import polars as pl

        frame = self.cards.frame(
            self._mine(None, owner), columns=["id", "deck", "state", "due", "suspended"]
        )
        known = self.memory(owner=owner).select(pl.col("card").alias("id"), "retrievability")
        now = datetime.now(UTC)
        free = ~pl.col("suspended")
        return (
            frame.join(known, on="id", how="left")
            .group_by("deck")
            .agg(
                pl.len().cast(pl.Int64).alias("cards"),
                ((pl.col("state") == "new") & free).sum().cast(pl.Int64).alias("new"),
                ((pl.col("due") <= now) & free).sum().cast(pl.Int64).alias("due"),
                pl.col("suspended").sum().cast(pl.Int64).alias("paused"),
                pl.col("retrievability").mean().round(3),
            )
            .sort("deck")
        )

    # ── what is to come ──────────────────────────────────────────────────────────────────────────────

    def forecast(
        self,
        days: int = 30,
        *,
        deck: str | None = None,
        new_a_day: int | None = None,
        seed: int = 1,
    ) -> "pl.DataFrame":
        """What each day to come will bring: cards due, new ones, answers, what is forgotten, and minutes; simulated."""
        import polars as pl

        if not 1 <= days <= _LONGEST_FORECAST:
            reason = _("from 1 to {n} days can be foreseen", n=_LONGEST_FORECAST)
            raise wrong("days", reason, days)
        if new_a_day is not None and not 0 <= new_a_day <= 1000:
            raise wrong("new_a_day", _("possible are 0 to 1000 new cards a day"), new_a_day)
        groups = self._waiting(deck)
        today = day_of(datetime.now(UTC))
        made = forecasting.simulate(groups, today, days, seed=seed, new_a_day=new_a_day)
        pace = self._pace()
        return pl.DataFrame(
            [
                {
                    "day": each.day, "due": each.due, "new": each.new, "answers": each.answers,
                    "forgotten": each.forgotten, "minutes": round(each.answers * pace / 60, 1),
                }
                for each in made
            ],
            schema={
                "day": pl.Date, "due": pl.Int64, "new": pl.Int64, "answers": pl.Int64,
                "forgotten": pl.Int64, "minutes": pl.Float64,
            },
        )  # fmt: skip

    def _waiting(self, deck: str | None) -> list[forecasting.Waiting]:
        plans = self._plans()
        begun = self._begun(day_of(datetime.now(UTC)))
        frame = self.cards.frame(
            self._mine(deck), suspended=False,
            columns=["deck", "state", "step", "stability", "difficulty", "due", "last_review"],
        )  # fmt: skip
        memories: dict[str, list[Memory]] = {}
        new: dict[str, int] = {}
        for name, state, *rest in frame.iter_rows():
            key = plan_for(plans, name).deck
            if state == "new":
                new[key] = new.get(key, 0) + 1
            else:
                memories.setdefault(key, []).append(Memory(state, *rest))
        return [
            forecasting.Waiting(
                plans[key], memories.get(key, []), new.get(key, 0),
                sum(1 for name in begun if plan_for(plans, name).deck == key),
            )
            for key in sorted(memories.keys() | new.keys())
        ]  # fmt: skip

    def _pace(self) -> float:
        """Seconds an answer takes, by the latest ones that were timed; eight where none was."""
        timed = self.reviews.find(
            col("seconds").is_not_null(), owner=self.session.person, limit=500
        )  # fmt: skip
        found = sorted(each.seconds for each in timed if each.seconds is not None)
        return found[len(found) // 2] if found else 8.0

    def fit(self, *, deck: str | None = None) -> Fit:
        """How well the forgetting curve foretells my answers: expected against found, and by how much it errs."""
        frame = self.review_log(deck=deck)
        return fit_of(frame)

    def tune(self, *, deck: str | None = None, on_progress: Progress | None = None) -> Tuned:
        """Numbers of FSRS fitted to my answers, with what they are worth; `review_plan(parameters=…)` then uses them.

        With thousands of answers it takes a minute or so and shows how far it is. Breaking it off changes nothing.
        """
        plan = plan_for(self._plans(), deck or "")
        start = scheduler_of(plan).parameters
        answers = answers_of(self.review_log(deck=deck))
        with watched(on_progress, long=bool(answers.told.sum() >= ENOUGH), total=STEPS) as tell:
            return tuned(answers, start, tell)

    def review_log(self, *, deck: str | None = None, owner: UUID | None = None) -> "pl.DataFrame":
        """Every answer as those who fit the parameters of FSRS read it: card_id, review_time, review_rating, review_state, review_duration."""
        import polars as pl

        whose = owner or self.session.person
        frame = self.reviews.frame(
            owner=whose,
            columns=["card", "at", "number", "rating", "seconds", "elapsed", "predicted"],
            order=["card", "number"],
        )
        if deck is not None:
            cards = self.cards.frame(self._mine(deck, owner), columns=["id"])
            frame = frame.join(
                cards, left_on="card", right_on="id", how="semi", maintain_order="left"
            )
        numbers = {name: number for number, name in enumerate(RATINGS, 1)}
        return frame.select(
            pl.col("card").alias("card_id"),
            pl.col("at").dt.epoch("ms").alias("review_time"),
            pl.col("rating").replace_strict(numbers, return_dtype=pl.Int64).alias("review_rating"),
            pl.when(pl.col("number") == 1)
            .then(0)
            .otherwise(2)
            .cast(pl.Int64)
            .alias("review_state"),
            (pl.col("seconds").fill_null(0) * 1000).cast(pl.Int64).alias("review_duration"),
            pl.col("elapsed"),
            pl.col("predicted"),
        )

    # ── how one wants to review ──────────────────────────────────────────────────────────────────────

    def review_plan(self, deck: str = "", **changes: Any) -> ReviewPlan:
        """How I want to review, all decks or one; what is named is changed: retention, new_a_day, longest, easy, parameters."""
        found = self.plans.find(deck=deck, owner=self.session.person)
        if not changes:
            return found[0] if found else plan_for(self._plans(), deck)
        if found:
            return self.plans.update(found[0], **changes)
        basis = plan_for(self._plans(), deck).values()
        return self.plans.add(**{**basis, **changes, "deck": deck})

    def _plans(self, owner: UUID | None = None) -> "dict[str, ReviewPlan]":
        found = {plan.deck: plan for plan in self.plans.find(owner=owner or self.session.person)}
        return {"": ReviewPlan(), **found}

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _begun(self, day: date) -> list[str]:
        """The decks of the cards that were answered for the first time on a day, one by one."""
        firsts = self.reviews.find(day=day, number=1, owner=self.session.person)
        if not firsts:
            return []
        frame = self.cards.frame(
            col("id").is_in([each.card for each in firsts]), columns=["id", "deck"]
        )
        return list(frame["deck"])

    def _mine(self, deck: str | None, owner: UUID | None = None) -> Condition:
        mine = col("owner") == (owner or self.session.person)
        if deck is None:
            return mine
        return mine & ((col("deck") == deck) | col("deck").starts_with(f"{deck}::"))


def plan_for(plans: "Mapping[str, ReviewPlan]", deck: str) -> ReviewPlan:
    """The plan of a deck: its own, or of the deck that it lies in, or that of all."""
    name = deck
    while name and name not in plans:
        name = name.rpartition("::")[0]
    return plans[name]


def moment_of(given: date | datetime | str | None) -> datetime | None:
    """A moment; a day means its beginning."""
    if given is None:
        return None
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given.strip()) if len(given.strip()) > 10 else date.fromisoformat(given.strip())  # fmt: skip
        except ValueError:
            raise wrong("at", _("this must be a time such as 2026-11-20 08:30"), given) from None
    if not isinstance(given, datetime):
        return begins(given)
    return in_zone(given)


def wrong(place: str, reason: str, value: Any) -> Invalid:
    """The error for something that cannot be."""
    return Invalid(
        _("This cannot be:"),
        [Problem(place, reason, value)],
        next_step=_("Correct it and try again; nothing was changed."),
    )
