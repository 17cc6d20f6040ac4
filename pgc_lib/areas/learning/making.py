"""Cards out of an entry's text, in the three ways in which people write them.

    Q: What is the capital of France?          Paris :: capital of France          The capital of France
    A: Paris                                                                       is {{c1::Paris::a city}}.

问：… 答：… works alike. What stands in code is no card. A card is recognised by its question, so that the text can be
edited around it; where only the question was reworded, the answer tells which one it was, and its memory stays.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from pgc_lib.areas.learning.records import Card, Style
from pgc_lib.core.markdown.masking import masked
from pgc_lib.core.shown import Told
from pgc_lib.i18n import _

MOST = 2_000
"""Cards of one entry; more is hardly meant."""

_QUESTION = re.compile(r"^[ \t>]*(?:[-*+][ \t]+)?(?:\*\*)?(?:Q|问)[:：](?:\*\*)?", re.MULTILINE)
_ANSWER = re.compile(r"^[ \t>]*(?:[-*+][ \t]+)?(?:\*\*)?(?:A|答)[:：](?:\*\*)?", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n")
_LEADS = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?")
_BETWEEN = " :: "
_GAP = re.compile(r"\{\{c(\d{1,3})::((?:(?!\}\}|\{\{)[\s\S])*?)\}\}")
_LONGEST_FRONT, _LONGEST_BACK = 20_000, 50_000


@dataclass(frozen=True, slots=True)
class Drafted:
    """A card as a text has it."""

    style: Style
    front: str
    back: str
    part: int
    guid: str


def drafted(entry: UUID, text: str) -> list[Drafted]:
    """The cards of a text, in its order and each once."""
    prose = masked(text)
    found: dict[tuple[str, int], Drafted] = {}
    for style, front, back, part in (*_questions(text, prose), *_pairs(text, prose), *_gaps(text, prose)):  # fmt: skip
        if len(front) > _LONGEST_FRONT or len(back) > _LONGEST_BACK:
            continue
        guid = _guid(entry, style, front)
        found.setdefault((guid, part), Drafted(style, front, back, part, guid))
        if len(found) >= MOST:
            break
    return list(found.values())


def _guid(entry: UUID, style: Style, front: str) -> str:
    """The same for the same question of an entry, whatever the blanks between its words."""
    plain = " ".join(emptied(front).split() if style == "cloze" else front.split())
    return sha256(f"{entry.hex}\n{style}\n{plain}".encode()).hexdigest()[:20]


def _questions(text: str, prose: str) -> Iterator[tuple[Style, str, str, int]]:
    marks = [*_QUESTION.finditer(prose)]
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(prose)
        answer = _ANSWER.search(prose, mark.end(), end)
        if answer is None:
            continue
        blank = _BLANK.search(prose, answer.end(), end)
        front = text[mark.end() : answer.start()].strip()
        back = text[answer.end() : blank.start() if blank else end].strip()
        if front and back and not _BLANK.search(front):
            yield "question", front, back, 0


def _pairs(text: str, prose: str) -> Iterator[tuple[Style, str, str, int]]:
    at = prose.find(_BETWEEN)
    while at >= 0:
        begin, end = prose.rfind("\n", 0, at) + 1, prose.find("\n", at)
        end = end if end >= 0 else len(prose)
        lead = _LEADS.match(prose, begin, at)
        front = text[lead.end() if lead else begin : at].strip()
        back = text[at + len(_BETWEEN) : end].strip()
        if front and back and "{{c" not in front + back:
            yield "question", front, back, 0
        at = prose.find(_BETWEEN, end)


def _gaps(text: str, prose: str) -> Iterator[tuple[Style, str, str, int]]:
    begin = 0
    for blank in [*(found.span() for found in _BLANK.finditer(prose)), (len(prose), len(prose))]:
        if gaps := [*_GAP.finditer(prose, begin, blank[0])]:
            front = text[begin : blank[0]].strip()
            for part in sorted({int(gap.group(1)) for gap in gaps}):
                yield "cloze", front, "", part
        begin = blank[1]


# ── what is asked ────────────────────────────────────────────────────────────────────────────────────


def asked(card: "Card | Drafted") -> str:
    """The side that is shown first, as Markdown."""
    if card.style == "question":
        return card.front

    def shown(gap: re.Match[str]) -> str:
        word, hint = _word_and_hint(gap.group(2))
        if int(gap.group(1)) != card.part:
            return word
        return f"**[{hint or '…'}]**"

    return _GAP.sub(shown, card.front)


def answered(card: "Card | Drafted") -> str:
    """The side with the answer, as Markdown."""
    if card.style == "question":
        return card.back

    def shown(gap: re.Match[str]) -> str:
        word, _hint = _word_and_hint(gap.group(2))
        return f"**{word}**" if int(gap.group(1)) == card.part else word

    filled = _GAP.sub(shown, card.front)
    return f"{filled}\n\n{card.back}" if card.back else filled


def gaps_of(text: str) -> list[int]:
    """The numbers of the gaps in a text."""
    return sorted({int(gap.group(1)) for gap in _GAP.finditer(text)})


def emptied(text: str) -> str:
    """A text with its gaps left empty."""
    return _GAP.sub(lambda gap: f"[{gap.group(1)}]", text)


def solution(card: "Card | Drafted") -> str:
    """What alone is asked for: the answer, or the words of the gap."""
    if card.style == "question":
        return card.back
    words = (gap.group(2) for gap in _GAP.finditer(card.front) if int(gap.group(1)) == card.part)
    return " … ".join(_word_and_hint(words_and_hint)[0] for words_and_hint in words)


def _word_and_hint(said: str) -> tuple[str, str]:
    word, _sep, hint = said.partition("::")
    return word, hint


# ── what became of the cards there were ──────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Matched:
    """How the cards of a text stand to those that are kept."""

    new: list[Drafted]
    changed: list[tuple[Card, Drafted]]
    gone: list[Card]
    back: list[Card]
    """Those that were gone and are in the text again."""


def matched(kept: Sequence[Card], found: Sequence[Drafted]) -> Matched:
    """Which cards are new, changed or gone; a reworded question is told by its answer."""
    known = {(card.guid, card.part): card for card in kept}
    there = {(draft.guid, draft.part) for draft in found}
    lost = [card for key, card in known.items() if key not in there]
    new: list[Drafted] = []
    changed: list[tuple[Card, Drafted]] = []
    back: list[Card] = []
    for draft in found:
        card = known.get((draft.guid, draft.part))
        if card is None:
            card = next((old for old in lost if _alike(old, draft)), None)
            if card is None:
                new.append(draft)
                continue
            lost.remove(card)
        if (card.front, card.back, card.guid) != (draft.front, draft.back, draft.guid):
            changed.append((card, draft))
        elif card.suspended:
            back.append(card)
    return Matched(new, changed, [card for card in lost if not card.suspended], back)


def _alike(card: Card, draft: Drafted) -> bool:
    return (card.style, card.part, solution(card)) == (draft.style, draft.part, solution(draft))


@dataclass(frozen=True, slots=True)
class Made(Told):
    """What `learn` did with the cards of an entry."""

    batch: UUID
    new: int
    changed: int
    paused: int

    def _shown_(self) -> dict[str, object]:
        return {
            _("New cards"): self.new,
            _("Changed cards"): self.changed,
            _("Paused, for the text has them no more"): self.paused,
            _("Batch"): self.batch,
        }
