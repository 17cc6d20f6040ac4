"""Reviewing: what FSRS says is what is kept, days are chosen well, answers can be taken back, clocks may jump."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from fsrs import Scheduler
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.knowledge import Knowledge
from pgc_lib.areas.learning.forecast import Waiting, simulate
from pgc_lib.areas.learning.records import WEEKDAYS, Card, ReviewPlan
from pgc_lib.areas.learning.scheduling import (
    Memory,
    after,
    begins,
    chosen_day,
    day_of,
    placed,
    retrievability,
    scheduler_of,
    span,
)
from pgc_lib.core.history import History
from pgc_lib.core.zone import set_zone, zone
from pgc_lib.errors import Conflict, Invalid, NotFound
from pgc_lib.i18n import in_lang
from tests.support.lab import Person

PLAN = ReviewPlan()
START = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def knowledge(person: Person) -> Iterator[Knowledge]:
    """The knowledge of a new person, in English and in Shanghai."""
    before = zone().key
    set_zone("Asia/Shanghai")
    with in_lang("en"):
        yield Knowledge(person("mei"))
    set_zone(before)


def one(knowledge: Knowledge, front: str = "front", deck: str = "") -> Card:
    return knowledge.card(front, "back", deck=deck)[0]


# ── the curve and the days ───────────────────────────────────────────────────────────────────────────


def test_memory_is_what_the_library_says() -> None:
    """State by state, and the chance to remember as its own function has it."""
    import fsrs

    scheduler = scheduler_of(PLAN)
    card, memory, at = fsrs.Card(card_id=1, due=START), Memory(), START
    for rating in ("good", "good", "again", "good", "hard", "easy"):
        card, _log = scheduler.review_card(card, fsrs.Rating[rating.capitalize()], at)
        memory = after(scheduler, memory, rating, at)  # type: ignore[arg-type]
        assert (memory.stability, memory.difficulty, memory.step) == (card.stability, card.difficulty, card.step)  # fmt: skip
        assert memory.due == card.due and memory.state == card.state.name.lower()
        later = at + timedelta(days=3, hours=2)
        assert retrievability(scheduler, memory, later) == pytest.approx(
            scheduler.get_card_retrievability(card, later)
        )
        at = card.due + timedelta(hours=1)
    assert retrievability(scheduler, Memory(), START) is None


@settings(max_examples=60, deadline=None)
@given(
    wished=st.integers(1, 4000),
    longest=st.integers(1, 4000),
    easy=st.dictionaries(st.sampled_from(WEEKDAYS), st.floats(0, 1), max_size=6),
    load=st.dictionaries(st.integers(0, 60), st.integers(0, 500), max_size=30),
)
def test_the_chosen_day_is_near_and_never_empty_handed(
    wished: int, longest: int, easy: dict[str, float], load: dict[int, int]
) -> None:
    """At least a day away, never on a day that is kept free, and within the span unless all of it is."""
    plan = ReviewPlan(easy=easy, longest=longest)
    day = date(2026, 1, 5)
    wished = min(wished, longest)
    chosen = chosen_day(day, wished, plan, {day + timedelta(n): count for n, count in load.items()})
    first, last = span(wished, longest)
    days = (chosen - day).days
    assert 1 <= first <= days and last <= longest
    assert easy.get(WEEKDAYS[chosen.weekday()], 1) > 0
    if any(easy.get(WEEKDAYS[(day + timedelta(n)).weekday()], 1) for n in range(first, last + 1)):
        assert days <= last


def test_a_day_ends_when_the_night_does() -> None:
    """Whoever learns at half past one is still in the day before; a card comes back in the morning."""
    late = datetime(2026, 1, 6, 1, 30, tzinfo=zone())
    assert day_of(late) == date(2026, 1, 5) and day_of(late + timedelta(hours=3)) == date(
        2026, 1, 6
    )
    memory = after(scheduler_of(PLAN), Memory(), "easy", late)
    made = placed(memory, late, PLAN, {})
    assert made.due is not None and made.due == begins(day_of(made.due))


# ── answering ────────────────────────────────────────────────────────────────────────────────────────


def test_answers_are_kept_and_shape_what_is_due(knowledge: Knowledge) -> None:
    """Learning comes first, then the weakest, then new cards as many as the plan allows."""
    knowledge.review_plan(new_a_day=2)
    cards = [one(knowledge, f"card {n}") for n in range(5)]
    assert [card.front for card in knowledge.due()] == ["card 0", "card 1"]
    kept = knowledge.rate(cards[0], "good", seconds=4.5)
    assert (kept.state, kept.reviews, kept.lapses) == ("learning", 1, 0)
    assert [card.front for card in knowledge.due()] == ["card 1"]
    soon = datetime.now(UTC) + timedelta(minutes=11)
    assert [card.front for card in knowledge.due(at=soon)] == ["card 0", "card 1"]
    assert len(knowledge.due(at=datetime.now(UTC) + timedelta(days=2))) == 3
    assert [card.front for card in knowledge.due(1)] == ["card 1"]
    review = knowledge.reviews.find()[0]
    assert (review.number, review.rating, review.seconds, review.predicted) == (
        1,
        "good",
        4.5,
        None,
    )
    assert knowledge.due(deck="none") == []


def test_a_rating_in_the_past_or_future_is_refused(knowledge: Knowledge) -> None:
    """Before the last answer nothing can have been answered, and not tomorrow either."""
    card = one(knowledge)
    at = datetime.now(UTC) - timedelta(days=10)
    card = knowledge.rate(card, "easy", at=at)
    for wrong, reason in (
        (at - timedelta(seconds=1), "answered after this time"),
        (datetime(1800, 1, 1, tzinfo=UTC), "answered after this time"),
        (datetime.now(UTC) + timedelta(days=1), "still to come"),
        ("yesterday", "must be a time"),
    ):
        with pytest.raises(Invalid, match=reason):
            knowledge.rate(card, "good", at=wrong)
    with pytest.raises(Invalid, match="possible are"):
        knowledge.rate(card, "perfect")  # type: ignore[arg-type]
    assert knowledge.rate(card, "good").reviews == 2 and knowledge.reviews.count() == 2


def test_a_clock_that_jumped_back_counts_as_no_time(knowledge: Knowledge) -> None:
    """A card that was answered next week by a wrong clock is answered now, and comes back from now on."""
    card = knowledge.rate(one(knowledge), "easy")
    ahead = datetime.now(UTC) + timedelta(days=400)
    card = knowledge.cards.update(card, last_review=ahead, due=ahead + timedelta(days=3))
    kept = knowledge.rate(card, "good")
    assert kept.last_review is not None and kept.last_review < ahead
    assert kept.due is not None and kept.due < datetime.now(UTC) + timedelta(days=60)
    assert (
        kept.stability is not None
        and card.stability is not None
        and kept.stability >= card.stability
    )
    assert [each.elapsed for each in knowledge.reviews.find(number=2)] == [0]


def test_an_answer_is_taken_back(knowledge: Knowledge) -> None:
    """The memory is as before, what was written on the card since stays; the last of all when none is named."""
    card, other = one(knowledge, "a"), one(knowledge, "b")
    first = knowledge.rate(card, "good", at=datetime.now(UTC) - timedelta(days=3))
    knowledge.rate(first, "again")
    knowledge.rate(other, "easy")
    knowledge.cards.update(card.id, front="a, better said")
    assert knowledge.undo_rating().id == other.id
    assert knowledge.cards.get(other.id).values() == other.values()
    back = knowledge.undo_rating(card)
    assert back.values() == {**first.values(), "front": "a, better said"}
    assert knowledge.undo_rating(card).state == "new" and knowledge.reviews.count() == 0
    with pytest.raises(NotFound, match="no answer"):
        knowledge.undo_rating()


def test_an_answer_is_one_change(knowledge: Knowledge) -> None:
    """Card and line together, so history takes back both as one; two answers to one question are one too many."""
    card = one(knowledge)
    knowledge.rate(card, "good")
    with pytest.raises(Conflict):
        knowledge.rate(card, "again")
    assert knowledge.reviews.count() == 1
    batch = knowledge.reviews.find()[0].batch
    assert batch is not None
    History(knowledge.session).undo_batch(batch)
    assert knowledge.reviews.count() == 0 and knowledge.cards.get(card.id).state == "new"


def test_choices_say_what_each_answer_does(knowledge: Knowledge) -> None:
    """The better it was known, the later it comes back; nothing is kept."""
    card = knowledge.rate(one(knowledge), "easy", at=datetime.now(UTC) - timedelta(days=9))
    told = knowledge.choices(card)
    assert told["rating"].to_list() == ["again", "hard", "good", "easy"]
    assert told["days"].is_sorted() and knowledge.reviews.count() == 1
    kept = knowledge.rate(card, "good")
    assert kept.due == told["due"][2]


def test_paused_cards_are_not_asked(knowledge: Knowledge) -> None:
    """Neither new nor due, and back when resumed."""
    card = one(knowledge)
    assert knowledge.pause(card, card.id) == 1 and knowledge.due() == []
    assert knowledge.resume(card) == 1 and len(knowledge.due()) == 1


def test_easy_days_spread_the_load(knowledge: Knowledge) -> None:
    """Nothing comes back on a day that is kept free, and what comes back does not pile up."""
    knowledge.review_plan(easy={"sat": 0, "sun": 0.5}, new_a_day=500)
    knowledge.cards.add_many([{"front": f"c{n}", "back": "x"} for n in range(12)])
    at = datetime.now(UTC) - timedelta(days=1)
    days = [
        day_of(kept.due)
        for card in knowledge.due()
        if (kept := knowledge.rate(card, "easy", at=at)).due
    ]
    assert len(days) == 12 and 5 not in {day.weekday() for day in days}
    assert max(days.count(day) for day in days) <= 6
    (plan,) = knowledge.plans.find()  # what a store gives back is taken back, too
    assert knowledge.plans.update(plan, new_a_day=300).easy == plan.easy
    for wrong in ({"sat": 2}, {"someday": 1}, dict.fromkeys(WEEKDAYS, 0), {"mon": "0"}):
        with pytest.raises(Invalid):
            knowledge.review_plan(easy=wrong)
    with pytest.raises(Invalid, match="parameters"):
        knowledge.review_plan(parameters=[1.0])


def test_own_parameters_are_used_again_and_again(knowledge: Knowledge) -> None:
    """Those of the library itself too, of which one is the least that it allows."""
    usual = [float(each) for each in Scheduler().parameters]
    fast = [*usual[:8], usual[8] + 0.8, *usual[9:]]
    days: list[float] = []
    for parameters in (usual, fast):
        knowledge.review_plan(parameters=parameters)
        assert knowledge.tune().parameters == tuple(parameters)
        card = knowledge.rate(one(knowledge, f"asked {len(days)}"), "easy", at=START)
        card = knowledge.rate(card, "good", at=START + timedelta(60))
        assert card.stability is not None
        days.append(card.stability)
    assert days[1] > days[0] * 1.3


def test_a_deck_has_the_plan_of_the_one_it_lies_in(knowledge: Knowledge) -> None:
    """Its own before that of the deck around it, before that of all."""
    knowledge.review_plan("语言", retention=0.95)
    assert knowledge.review_plan("语言::日语").retention == 0.95
    assert knowledge.review_plan("数学").retention == 0.9
    knowledge.review_plan("语言::日语", new_a_day=3)
    assert knowledge.review_plan("语言::日语").retention == 0.95
    near = knowledge.rate(knowledge.rate(one(knowledge, deck="语言"), "easy", at=START), "good", at=START + timedelta(60))  # fmt: skip
    far = knowledge.rate(knowledge.rate(one(knowledge, deck="x"), "easy", at=START), "good", at=START + timedelta(60))  # fmt: skip
    assert near.due is not None and far.due is not None and near.due < far.due


def test_a_deck_without_new_cards_holds_up_no_other(knowledge: Knowledge) -> None:
    """However many of its cards were made first."""
    knowledge.review_plan("later", new_a_day=0)
    knowledge.cards.add_many([{"front": f"l{n}", "back": "x", "deck": "later"} for n in range(230)])
    knowledge.cards.add_many([{"front": f"n{n}", "back": "x", "deck": "now"} for n in range(12)])
    found = knowledge.due()
    assert len(found) == 10 and {card.deck for card in found} == {"now"}
    assert len(knowledge.due(3)) == 3 and knowledge.due(deck="later") == []


# ── looking ahead and back ───────────────────────────────────────────────────────────────────────────


def test_the_chance_to_remember_falls(knowledge: Knowledge) -> None:
    """At any day, for one card and for all, and both agree."""
    card = knowledge.rate(one(knowledge, deck="d"), "easy")
    one(knowledge, "new", deck="d::e")
    assert knowledge.retrievability(card) == 1.0
    later = datetime.now(UTC) + timedelta(days=40)
    frame = knowledge.memory(later)
    assert frame.height == 1
    assert frame["retrievability"][0] == pytest.approx(knowledge.retrievability(card, later))
    assert 0.5 < frame["retrievability"][0] < 0.9
    assert knowledge.memory("2999-01-01")["retrievability"][0] < 0.5
    decks = {row["deck"]: row for row in knowledge.decks().iter_rows(named=True)}
    assert (decks["d"]["cards"], decks["d::e"]["new"], decks["d"]["due"]) == (1, 1, 0)


def test_the_forecast_counts_what_comes_again(knowledge: Knowledge) -> None:
    """Twice asked it says the same; more new cards are more work; what a free day would hold lies around it."""
    knowledge.review_plan(easy={"sun": 0}, new_a_day=5)
    knowledge.cards.add_many([{"front": f"c{n}", "back": "x"} for n in range(40)])
    for card in knowledge.due()[:3]:
        knowledge.rate(card, "easy", seconds=6, at=datetime.now(UTC) - timedelta(days=1))
    frame = knowledge.forecast(60)
    assert frame.equals(knowledge.forecast(60)) and frame.height == 60
    assert frame["new"].sum() == 37 and frame["new"].max() == 5
    assert frame["answers"].sum() >= frame["due"].sum() + 2 * 37
    assert knowledge.forecast(60, new_a_day=37)["new"][0] == 37
    assert knowledge.forecast(60, new_a_day=0)["answers"].sum() < frame["answers"].sum()
    assert frame["minutes"][0] == pytest.approx(frame["answers"][0] * 6 / 60, abs=0.06)
    assert not any(row["due"] for row in frame.iter_rows(named=True) if row["day"].weekday() == 6 and row["day"] > frame["day"][0])  # fmt: skip
    for wrong in ({"days": 0}, {"days": 10_000}, {"new_a_day": -1}):
        with pytest.raises(Invalid):
            knowledge.forecast(**wrong)


def test_a_simulation_keeps_the_wished_retention() -> None:
    """Of many cards that are answered when they are due, about as many are remembered as was wished for."""
    memory = after(scheduler_of(PLAN), Memory(), "easy", START)
    waiting = Waiting(PLAN, [placed(memory, START, PLAN, {})] * 150)
    days = simulate([waiting], day_of(START), 200)
    share = 1 - sum(day.forgotten for day in days) / sum(day.due for day in days)
    assert 0.85 < share < 0.95


def test_the_log_is_what_optimisers_read(knowledge: Knowledge) -> None:
    """A line an answer; and how well the curve foretold it."""
    cards = [one(knowledge, f"c{n}") for n in range(4)]
    for number, card in enumerate(cards):
        kept = knowledge.rate(card, "easy", at=START)
        knowledge.rate(kept, "again" if number == 0 else "good", at=START + timedelta(days=8))
    log = knowledge.review_log()
    assert log.columns[:5] == [
        "card_id",
        "review_time",
        "review_rating",
        "review_state",
        "review_duration",
    ]
    assert log["review_rating"].to_list().count(4) == 4 and log.height == 8
    assert log["review_time"][0] == int(START.timestamp() * 1000)
    fit = knowledge.fit()
    assert fit.answers == 4 and fit.found == 0.75 and not fit.enough
    assert fit.expected == pytest.approx(0.9, abs=0.05) and "too few" in fit._repr_html_()
    assert Knowledge(knowledge.session).fit(deck="none").answers == 0
