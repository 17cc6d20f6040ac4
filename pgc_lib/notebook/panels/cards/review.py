"""Cards that are due: how many, and the review itself, one question after another in a sheet."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.pieces import button, empty, leads
from pgc_lib.notebook.panels.rows import Rows

if TYPE_CHECKING:
    from pgc_lib.areas.learning.records import Card as Question
    from pgc_lib.lab import Lab

_ANSWERS = {
    "again": N_("Forgotten"),
    "hard": N_("Hard"),
    "good": N_("Good"),
    "easy": N_("Easy"),
}


class DueCards(Card):
    """How many cards wait, and the way to them."""

    title = N_("Cards to review")
    tall = 4

    def read(self, lab: "Lab") -> Any:
        decks = lab.knowledge.decks()
        return {
            "due": lab.knowledge.due(),
            "all": int(decks["cards"].sum() or 0) if len(decks) else 0,
        }

    def show(self, found: Any) -> Child:
        waiting = len(found["due"])
        if not found["all"]:
            return empty(
                _("No cards yet."), _("A line `Question? :: Answer` in an entry becomes a card.")
            )
        if not waiting:
            return tag.p(_("Nothing to review. What you know rests."), class_="pgc-soft")
        said = n_(
            "{n} card is about to be forgotten.", "{n} cards are about to be forgotten.", waiting
        )
        return tag.div(
            tag.p(leads(str(waiting), "due", name=said, look="pgc-large"), " ", tag.span(said.removeprefix(f"{waiting} "), class_="pgc-soft")),
            button(_("Begin"), "begin", kind="pgc-first"),
            class_="pgc-between",
        )  # fmt: skip

    def rows_due(self, lab: "Lab") -> Rows:
        """The cards that wait."""
        return Rows.of_records(self.heading(), lab.knowledge.due(), ["front", "deck", "due", "reviews"])  # fmt: skip

    @deed
    def begin(self) -> None:
        """Open the first question."""
        self.page.sheet.open(self.heading(), Review(self))


class Review(Part):
    """One question, its answer on demand, and four ways to say how it went."""

    look = "pgc-review"

    def __init__(self, card: DueCards) -> None:
        self.card = card
        self.open = False
        self.done = 0
        self._next()

    def _next(self) -> None:
        due = self.card.page.house.ask(lambda lab: lab.knowledge.due(limit=1))
        self.question: Question | None = due[0] if due else None
        self.open = False

    def draw(self) -> Html:
        """The question."""
        question = self.question
        if question is None:
            told = n_("{n} card reviewed.", "{n} cards reviewed.", self.done)
            return empty(_("That was all for now."), told if self.done else "")
        from pgc_lib.areas.learning.making import answered, asked
        from pgc_lib.core.markdown.rendering import html

        keys = '{"1":"again","2":"hard","3":"good","4":"easy"}' if self.open else "{}"
        answer = tag.div(Html(html(answered(question))), class_="pgc-review-answer")
        return tag.div(
            tag.p(question.deck.replace("::", " › "), class_="pgc-soft pgc-small"),
            tag.div(Html(html(asked(question))), class_="pgc-review-question"),
            answer if self.open else None,
            self._answers()
            if self.open
            else button(_("Show the answer"), "turn", kind="pgc-first"),
            data_pgc_keys=keys,
            class_="pgc-stack",
        )

    def _answers(self) -> Html:
        question = self.question
        found = self.card.page.house.ask(lambda lab: lab.knowledge.choices(question))
        days = dict(zip(found["rating"], found["days"], strict=True))
        return tag.div(
            [
                tag.button(
                    tag.b(_(text)),
                    tag.small(_soon(days[name])),
                    type="button",
                    act=name,
                    class_="pgc-button",
                    data_pgc_focus=name == "good",
                )
                for name, text in _ANSWERS.items()
            ],
            class_="pgc-review-answers",
        )

    @deed
    def turn(self) -> None:
        """Show the answer."""
        self.open = True

    @deed
    def again(self) -> None:
        """It was forgotten."""
        self._rate("again")

    @deed
    def hard(self) -> None:
        """It was hard."""
        self._rate("hard")

    @deed
    def good(self) -> None:
        """It was known."""
        self._rate("good")

    @deed
    def easy(self) -> None:
        """It was easy."""
        self._rate("easy")

    def _rate(self, rating: str) -> None:
        if self.question is None or not self.open:
            return
        which: UUID = self.question.id
        self.card.change(lambda lab: lab.knowledge.rate(which, rating))
        self.done += 1
        self._next()
        self.card.renew()


def _soon(days: float) -> str:
    if days < 1 / 24:
        return _("in {n} min", n=max(round(days * 1440), 1))
    if days < 1:
        return _("in {n} h", n=round(days * 24))
    return n_("in {n} day", "in {n} days", round(days))
