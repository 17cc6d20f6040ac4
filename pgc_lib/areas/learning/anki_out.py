"""One's cards as a package for Anki: Markdown becomes HTML, and what is attached to cards and entries goes with it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import UUID

from pgc_lib.areas.learning.anki_write import AnkiCard, AnkiNote, Answer, Media, Packed, write
from pgc_lib.areas.learning.records import Card, Review
from pgc_lib.areas.learning.scheduling import day_of
from pgc_lib.core.markdown.reading import read
from pgc_lib.core.markdown.rendering import html
from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.areas.knowledge import Knowledge
    from pgc_lib.core.collection import Collection
    from pgc_lib.stores.attachments import Attachment

_NUMBERS = {"again": 1, "hard": 2, "good": 3, "easy": 4}


def export(knowledge: "Knowledge", path: Path, deck: str | None, *, progress: bool) -> Packed:
    """Write the cards of a deck, or all."""
    from datetime import UTC, datetime

    if path.suffix.lower() != ".apkg":
        raise Invalid(
            _("A package for Anki ends in .apkg."),
            [Problem("path", _("this name ends otherwise"), path.name)],
            next_step=_('Such as `lab.knowledge.export_anki("cards.apkg")`.'),
        )
    cards = knowledge.cards.find(knowledge._mine(deck), order=["created_at", "id"])
    if not cards:
        raise NotFound(
            _("There are no cards to export."),
            next_step=_("`lab.knowledge.decks()` shows the decks there are."),
        )
    media = _Attached(knowledge)
    answers = _answers(knowledge, cards) if progress else {}
    notes = list(_notes(cards, media, answers, progress=progress))
    counts = write(path, notes, media.taken, day_of(datetime.now(UTC)))
    return Packed(path, *counts, len(media.taken), tuple(sorted(media.missing)))


def _notes(
    cards: list[Card], media: "_Attached", answers: dict[UUID, list[Answer]], *, progress: bool
) -> Iterator[AnkiNote]:
    """Cards of one text are one note."""
    together: dict[str, list[Card]] = {}
    for card in cards:
        together.setdefault(card.guid or str(card.id), []).append(card)
    for guid, some in together.items():
        first = some[0]
        yield AnkiNote(
            guid,
            first.style == "cloze",
            media.html(first.front, first),
            media.html(first.back, first),
            first.deck,
            first.tags,
            [
                _card(card, answers.get(card.id, [])) if progress else AnkiCard(card.part)
                for card in some
            ],
        )


def _card(card: Card, answers: list[Answer]) -> AnkiCard:
    lasts = (card.due - card.last_review).days if card.due and card.last_review else 0
    return AnkiCard(
        card.part, card.state, card.due, max(1, lasts) if card.state == "review" else max(0, lasts),
        card.stability, card.difficulty, card.last_review, card.reviews, card.lapses, card.suspended, answers,
    )  # fmt: skip


def _answers(knowledge: "Knowledge", cards: list[Card]) -> dict[UUID, list[Answer]]:
    wanted = {card.id for card in cards}
    found: dict[UUID, list[Answer]] = {}
    review: Review
    for review in knowledge.reviews.find(owner=knowledge.session.person, order=["card", "number"]):
        if review.card in wanted:
            found.setdefault(review.card, []).append(
                Answer(
                    review.at, _NUMBERS[review.rating], review.interval, review.elapsed or 0.0,
                    review.difficulty, review.seconds or 0.0, review.number == 1,
                )
            )  # fmt: skip
    return found


class _Attached:
    """The files that cards name, found beside the card or its entry; each name once in the package."""

    def __init__(self, knowledge: "Knowledge") -> None:
        self._knowledge = knowledge
        self._known: dict[UUID, dict[str, tuple[Collection[Any], Attachment]]] = {}
        self._names: dict[str, str] = {}
        self.taken: dict[str, Media] = {}
        self.missing: set[str] = set()

    def html(self, text: str, card: Card) -> str:
        """A side of a card as HTML, its pictures under the names that they have in the package."""
        if not text:
            return ""
        made = html(text, picture=partial(self._picture, card))
        sounds = [link.path for link in read(text).links if not link.image and _is_sound(link.path)]
        kept = [name for path in sounds if (name := self._picture(card, path))]
        made = made.strip()
        if made.startswith("<p>") and made.endswith("</p>") and made.count("<p>") == 1:
            made = made[3:-4]
        return made + "".join(f"[sound:{name}]" for name in kept)

    def _picture(self, card: Card, named: str) -> str | None:
        named = unquote(named)
        name = named.rpartition("/")[2]
        for id, collection in (
            (card.id, self._knowledge.cards),
            (card.entry, self._knowledge.entries),
        ):
            if id is not None and name in (files := self._files(id, collection)):
                where, file = files[name]
                return self._take(where, file)
        if named and "://" not in named:
            self.missing.add(named)
        return None

    def _files(
        self, id: UUID, collection: "Collection[Any]"
    ) -> "dict[str, tuple[Collection[Any], Attachment]]":
        if id not in self._known:
            self._known[id] = {file.name: (collection, file) for file in collection.attachments(id)}
        return self._known[id]

    def _take(self, collection: "Collection[Any]", file: "Attachment") -> str:
        """The name in the package: its own, with a mark where another file has it already."""
        name = file.name
        if self._names.get(name, file.sha256) != file.sha256:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem or ending}-{file.sha256[:8]}{dot}{ending if stem else ''}"
        self._names[name] = file.sha256
        self.taken.setdefault(name, partial(_opened, collection, file))
        return name


def _opened(collection: "Collection[Any]", file: "Attachment") -> Any:
    return collection.attached(file)


def _is_sound(path: str) -> bool:
    return path.rpartition(".")[2].lower() in {
        "mp3",
        "ogg",
        "oga",
        "wav",
        "m4a",
        "flac",
        "opus",
        "aac",
    }
