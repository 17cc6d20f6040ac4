"""What is kept of knowledge: entries, topics, links, cards, reviews and how one wants to review."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from pgc_lib.areas.learning.sources import Sources, all_told
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Moment
from pgc_lib.i18n import N_, _

EntryState = Literal["inbox", "draft", "settled", "outdated"]
LinkKind = Literal["related", "supports", "contradicts", "part_of", "example_of", "follows"]
Style = Literal["question", "cloze"]
Phase = Literal["new", "learning", "review", "relearning"]
RatingName = Literal["again", "hard", "good", "easy"]

LINKS: Mapping[str, tuple[str, str]] = {
    "related": (N_("is related to"), N_("is related to")),
    "supports": (N_("supports"), N_("is supported by")),
    "contradicts": (N_("contradicts"), N_("is contradicted by")),
    "part_of": (N_("is part of"), N_("has as a part")),
    "example_of": (N_("is an example of"), N_("has as an example")),
    "follows": (N_("follows from"), N_("leads to")),
}
"""What a link says, read in its direction and against it."""

_WEEKDAYS: Mapping[str, str] = {
    "mon": N_("Mon"), "tue": N_("Tue"), "wed": N_("Wed"), "thu": N_("Thu"), "fri": N_("Fri"), "sat": N_("Sat"),
    "sun": N_("Sun"),
}  # fmt: skip
WEEKDAYS = tuple(_WEEKDAYS)


class Entry(
    Record, kind="knowledge.entries", indexes=[("topic",), ("state", "check_on")], sort=["title"]
):
    """Something one knows, in Markdown."""

    title: str = field(
        title=N_("Title"), min_length=1, max_length=500, searchable=True, aliases=["标题", "name"]
    )
    body: str = field(
        "",
        title=N_("Text"),
        help=N_("Markdown; [[Title]] links to another entry."),
        searchable=True,
        widget="markdown",
        aliases=["正文", "内容", "content", "text"],
    )
    topic: UUID | None = field(None, title=N_("Topic"), refers="knowledge.topics")
    tags: list[str] = field(
        [], title=N_("Tags"), max_length=200, searchable=True, aliases=["标签", "labels"]
    )
    also: list[str] = field(
        [],
        title=N_("Also called"),
        help=N_("Other titles by which links find it."),
        max_length=50,
        searchable=True,
        aliases=["别名", "aliases"],
    )
    sources: Sources = field(
        [],
        title=N_("Sources"),
        help=N_("Where it comes from: an address, a book and its page, a talk."),
        widget="sources",
        aliases=["来源"],
        said=all_told,
    )
    state: EntryState = field(
        "draft",
        title=N_("State"),
        help=N_("Just caught, being written, settled or outdated."),
        aliases=["状态"],
    )
    check_on: date | None = field(
        None,
        title=N_("Check again on"),
        help=N_("The day on which I look whether it still holds."),
        aliases=["复核日期"],
    )


class Topic(Record, kind="knowledge.topics", indexes=[("parent",)], sort=["name"]):
    """A place in the tree of what one knows."""

    name: str = field(
        title=N_("Name"), min_length=1, max_length=200, searchable=True, aliases=["主题"]
    )
    parent: UUID | None = field(None, title=N_("Above it"), refers="knowledge.topics")
    note: str = field("", title=N_("Note"), searchable=True, widget="text")

    @model_validator(mode="after")
    def _possible(self) -> "Topic":
        if "/" in self.name or not self.name.strip():
            reason = _(
                "a topic's name has letters and no “/”, which stands between names of a path"
            )
            raise PydanticCustomError("topic", "{reason}", {"reason": reason})
        return self


class Link(Record, kind="knowledge.links", key=["one", "other", "how"], indexes=[("other",)]):
    """What one entry has to do with another, beyond the links in its text."""

    one: UUID = field(title=N_("Entry"), refers="knowledge.entries")
    other: UUID = field(title=N_("Other entry"), refers="knowledge.entries")
    how: LinkKind = field("related", title=N_("How"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")

    @model_validator(mode="after")
    def _possible(self) -> "Link":
        if self.one == self.other:
            reason = _("an entry has no link to itself")
            raise PydanticCustomError("link", "{reason}", {"reason": reason})
        return self


class Card(
    Record,
    kind="knowledge.cards",
    key=["guid", "part"],
    indexes=[("suspended", "due"), ("deck", "due"), ("entry",)],
    sort=["deck"],
):
    """A question that comes back before its answer is forgotten."""

    front: str = field(
        title=N_("Front"),
        help=N_("The question; or a text with gaps such as {{c1::answer}}."),
        min_length=1,
        max_length=20_000,
        searchable=True,
        widget="markdown",
        aliases=["正面", "问题", "question"],
    )
    back: str = field(
        "",
        title=N_("Back"),
        max_length=50_000,
        searchable=True,
        widget="markdown",
        aliases=["背面", "答案", "answer"],
    )
    deck: str = field(
        "",
        title=N_("Deck"),
        help=N_("The collection it belongs to; “::” stands between a deck and one within it."),
        max_length=300,
        aliases=["牌组"],
    )
    entry: UUID | None = field(None, title=N_("Entry"), refers="knowledge.entries")
    tags: list[str] = field([], title=N_("Tags"), max_length=200, searchable=True, aliases=["标签"])
    style: Style = field("question", title=N_("Style"))
    guid: str | None = field(
        None,
        title=N_("Identifier"),
        help=N_("What the card is recognised by; cards of one text share it."),
        max_length=200,
    )
    part: int = field(0, title=N_("Gap"), help=N_("Which gap of the text is asked for."), ge=0)
    state: Phase = field("new", title=N_("Phase"))
    step: int | None = field(None, title=N_("Step"), ge=0)
    stability: float | None = field(
        None,
        title=N_("Stability"),
        help=N_("After how many days it is still remembered nine times out of ten."),
        unit=N_("days"),
        gt=0,
    )
    difficulty: float | None = field(None, title=N_("Difficulty"), ge=1, le=10)
    due: Moment | None = field(None, title=N_("Due"))
    last_review: Moment | None = field(None, title=N_("Last reviewed"))
    reviews: int = field(0, title=N_("Times reviewed"), ge=0)
    lapses: int = field(0, title=N_("Times forgotten"), ge=0)
    suspended: bool = field(False, title=N_("Paused"))

    @model_validator(mode="after")
    def _possible(self) -> "Card":
        known = (self.stability, self.difficulty, self.last_review, self.due)
        if (self.state == "new") != all(each is None for each in known) or (
            self.state != "new" and None in known
        ):
            reason = _("a new card has no memory yet, and any other has one")
            raise PydanticCustomError("card", "{reason}", {"reason": reason})
        return self


class Review(
    Record,
    kind="knowledge.reviews",
    indexes=[("card", "number"), ("day",)],
    sort=["-day", "-at"],
    by_month="day",
):
    """One time a card was answered."""

    card: UUID = field(title=N_("Card"), refers="knowledge.cards")
    day: date = field(title=N_("Day"))
    at: Moment = field(title=N_("When"))
    number: int = field(title=N_("Time number"), ge=1)
    rating: RatingName = field(title=N_("Rating"))
    elapsed: float | None = field(
        None, title=N_("Since the last time"), unit=N_("days"), ge=0, le=100_000
    )
    predicted: float | None = field(
        None, title=N_("Chance to remember"), help=N_("As it was expected before."), ge=0, le=1
    )
    interval: float = field(title=N_("Until the next time"), unit=N_("days"), ge=0)
    stability: float = field(title=N_("Stability"), unit=N_("days"), gt=0)
    difficulty: float = field(title=N_("Difficulty"), ge=1, le=10)
    seconds: float | None = field(None, title=N_("Took"), unit=N_("seconds"), ge=0, le=86_400)
    was: dict[str, Any] = field(
        {}, title=N_("Before"), help=N_("The card's memory before, so that this can be undone.")
    )


def _easy(days: dict[str, Any]) -> dict[str, Any]:
    for name, share in days.items():
        number = isinstance(share, int | float | Decimal) and not isinstance(share, bool)
        if name not in WEEKDAYS or not number or not 0 <= share <= 1:
            reason = _(
                "name weekdays ({names}) with a share from 0 to 1", names=", ".join(WEEKDAYS)
            )
            raise PydanticCustomError("easy", "{reason}", {"reason": reason})
    if days and all(days.get(name, 1) == 0 for name in WEEKDAYS):
        reason = _("one day of the week at least must be left for reviewing")
        raise PydanticCustomError("easy", "{reason}", {"reason": reason})
    return days


def _parameters(values: list[float]) -> list[float]:
    if values:
        from fsrs import Scheduler

        try:
            Scheduler(parameters=values)
        except ValueError as error:
            raise PydanticCustomError("fsrs", "{reason}", {"reason": str(error)}) from None
    return values


def _easy_told(days: Mapping[str, Any]) -> str:
    """“Sat 50%, Sun 0%”, in the order of the week."""
    return _(", ").join(
        f"{_(name)} {float(days[day]):.0%}" for day, name in _WEEKDAYS.items() if day in days
    )


class ReviewPlan(Record, kind="knowledge.plans", key=["deck"], sort=["deck"]):
    """How one wants to review: how surely, how many new cards, and which days are easy."""

    deck: str = field(
        "", title=N_("Deck"), help=N_("Empty for all decks without a plan of their own."), max_length=300
    )  # fmt: skip
    retention: float = field(
        0.9,
        title=N_("How surely"),
        help=N_("The chance to remember at which a card comes back; 0.9 is nine times out of ten."),
        ge=0.7,
        le=0.97,
    )
    new_a_day: int = field(10, title=N_("New cards a day"), ge=0, le=1000)
    longest: int = field(3650, title=N_("Longest interval"), unit=N_("days"), ge=1, le=36_500)
    easy: Annotated[dict[str, Any], AfterValidator(_easy)] = field(
        {},
        title=N_("Easy days"),
        help=N_(
            "Weekdays with less to review: mon to sun, each with a share from 0 (nothing) to 1."
        ),
        said=_easy_told,
    )
    parameters: Annotated[list[float], AfterValidator(_parameters)] = field(
        [],
        title=N_("Parameters of the memory"),
        help=N_("The 21 numbers of FSRS, fitted to my reviews; empty for the usual ones."),
    )
