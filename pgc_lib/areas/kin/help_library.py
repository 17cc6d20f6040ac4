"""The help library (求助大全) as it is shipped: what helps, what harms and whom to turn to, situation by situation.

Each situation is a Markdown file a language below `help/`, under one name in all. What it is about and when it
fits stands in its front matter, with a version that grows whenever the text does.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from math import log
from pathlib import Path
from typing import Any, cast

from pgc_lib.areas.kin.situations import NAMES, Kind
from pgc_lib.core.markdown import front
from pgc_lib.core.words import HAN, is_chinese, stem, words
from pgc_lib.i18n import LANGUAGES, N_, _, lang

TOPICS: Mapping[str, str] = {
    "danger": N_("First steps in danger"),
    "babies": N_("Babies and the first year"),
    "children": N_("Children"),
    "teenagers": N_("Teenagers"),
    "school": N_("School and learning"),
    "screens": N_("Screens and the net"),
    "partner": N_("Living as a couple"),
    "separation": N_("Separation and new beginnings"),
    "elders": N_("Elders and care"),
    "illness": N_("Illness and the mind"),
    "grief": N_("Loss and grief"),
    "money": N_("Money in the family"),
    "conflict": N_("Conflict in the family"),
    "work": N_("Work and family"),
    "distance": N_("Far from one another"),
}
"""What the situations are about, in the order of a table of contents."""
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "zh-CN": ("怎么做有帮助", "怎么做会更糟", "可以这样说", "什么时候找谁"),
    "en": ("What helps", "What harms", "Words to say", "When to seek whom"),
}
"""The parts of every text, in their order."""
_FOLDER = Path(__file__).parent / "help"
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_TITLE, _TAG, _BODY = 6.0, 4.0, 1.0
_SMALL = 3
"""So short a word of English says little: my, has, the."""
_HAN = re.compile(rf"[{HAN}]+")


@dataclass(frozen=True, slots=True)
class Advice:
    """Help in one situation, in one language."""

    name: str
    lang: str
    title: str
    topic: str
    body: str
    when: tuple[Kind, ...] = ()
    """What a family may be going through when this fits, the most fitting first."""
    tags: tuple[str, ...] = ()
    urgent: bool = False
    version: int = 1
    edited: bool = False
    """Whether the text is a person's own."""
    by: str = ""
    """Whose own text it is, when it is somebody else's."""
    shipped: "Advice | None" = None
    """What is shipped by now, beside a text that was made from an older one."""

    @property
    def opening(self) -> str:
        """What it is about, in a few sentences."""
        return _HEADING.split(self.body, maxsplit=1)[0].strip()

    @property
    def sections(self) -> dict[str, str]:
        """Each part under its heading."""
        _opening, *rest = _HEADING.split(self.body)
        return {
            heading.strip(): text.strip()
            for heading, text in zip(rest[::2], rest[1::2], strict=True)
        }

    @property
    def first(self) -> str:
        """Whom to call at once: the first line of the last part, which nobody in danger should have to look for."""
        last = list(self.sections.values())[-1:]
        return last[0].splitlines()[0].removeprefix("- ") if last and last[0] else ""

    def _shown_(self) -> dict[str, Any]:
        return {
            _("What may help"): self.title,
            _("Topic"): topic_title(self.topic),
            _("In short"): self.opening,
            _("Whose text"): self.by or (_("my own") if self.edited else ""),
            _("To read"): f'lab.help.read("{self.name}")',
        }

    def _repr_html_(self) -> str:
        if self.shipped is None:
            return self._page()
        mine, new = escape(_("Your text")), escape(_("The newer text of the library"))
        return (
            f"<div style='display:grid;grid-template-columns:1fr 1fr;gap:2em'>"
            f"<div><p><strong>{mine}</strong></p>{self._page()}</div>"
            f"<div><p><strong>{new}</strong></p>{self.shipped._page()}</div></div>"
        )

    def _page(self) -> str:
        from pgc_lib.core.markdown.rendering import html

        language, name = escape(self.lang, quote=True), escape(self.title)
        first = f"<blockquote>{html(self.first)}</blockquote>" if self.urgent and self.first else ""
        return f"<article lang='{language}'><h1>{name}</h1>{first}{html(self.body)}</article>"

    def markdown(self) -> str:
        """The whole text with its title, to print or pass on."""
        return f"# {self.title}\n\n{self.body.strip()}\n"


def topic_title(topic: str | None) -> str:
    """What a topic is called; nothing where a text is older than the topics of today."""
    return _(TOPICS[topic]) if topic and topic in TOPICS else ""


@cache
def shipped(language: str) -> Mapping[str, Advice]:
    """Every situation that is shipped in a language, by its name."""
    found = (parsed(path, language) for path in sorted((_FOLDER / language).glob("*.md")))
    return {each.name: each for each in found}


def parsed(path: Path, language: str) -> Advice:
    """What a file of the library says."""
    text = path.read_text(encoding="utf-8")
    start, end, body = front.extent(text)
    said, problems = front.values(text[start:end])
    assert not problems, f"{path}: {problems[0]}"
    assert said["topic"] in TOPICS, path
    when = tuple(front.texts_of(said.get("when")))
    assert NAMES.keys() >= set(when), path
    return Advice(
        name=path.stem,
        lang=language,
        title=str(said["title"]),
        topic=said["topic"],
        body=text[body:].strip(),
        when=cast("tuple[Kind, ...]", when),
        tags=tuple(front.texts_of(said.get("tags"))),
        urgent=bool(said.get("urgent", False)),
        version=int(said["version"]),
    )


def language_of(query: str) -> str:
    """In which language somebody asks: Chinese characters say it, anything else is the person's own."""
    return "zh-CN" if _HAN.search(query) else lang()


def others_than(language: str) -> list[str]:
    """The languages that are left when one had nothing."""
    return [each for each in LANGUAGES if each != language]


def fitting(kind: Kind, advice: Iterable[Advice]) -> list[Advice]:
    """What fits a situation, the most fitting first."""
    fits = [each for each in advice if kind in each.when]
    return sorted(fits, key=lambda each: (each.when.index(kind), not each.urgent, len(each.when)))


def searched(query: str, advice: Sequence[Advice]) -> list[Advice]:
    """What holds the words of a query, the best first; a rare word says more than a common one."""
    asked = dict.fromkeys(map(stem, words(query)))
    texts = [_Counted(each) for each in advice]
    scores = [0.0] * len(texts)
    for word in asked:
        weights = [text.weight(word) for text in texts]
        holding = sum(weight > 0 for weight in weights)
        if holding:
            # A single Chinese character is in many words: it says little by itself.
            rarity = log(1 + len(texts) / holding) / (
                4 if is_chinese(word) and len(word) == 1 else 1
            )
            scores = [
                score + rarity * weight / (weight + 2)
                for score, weight in zip(scores, weights, strict=True)
            ]
    order = sorted(range(len(texts)), key=lambda at: (-scores[at], not advice[at].urgent, at))
    return [advice[at] for at in order if scores[at] > 0]


def titled(query: str, advice: Sequence[Advice]) -> list[Advice]:
    """What is about what is asked: its title or tags hold most of what the words say, a rare word saying more."""
    heads = [_prepared(f"{each.title}\n" + "\n".join(each.tags)) for each in advice]
    said = [word for word in words(query) if is_chinese(word) or len(word) > _SMALL]
    asked = list(dict.fromkeys(map(stem, said)))
    shares, whole = [0.0] * len(advice), 0.0
    for word in asked:
        held = [word in (text if is_chinese(word) else known) for text, known in heads]
        rarity = log(1 + len(advice) / (sum(held) or 1))
        whole += rarity
        shares = [share + rarity * has for share, has in zip(shares, held, strict=True)]
    order = sorted(range(len(advice)), key=lambda at: (-shares[at], not advice[at].urgent, at))
    return [advice[at] for at in order if asked and shares[at] * 2 >= whole]


class _Counted:
    """How often a text holds a word, a title's and a tag's counting for more."""

    def __init__(self, advice: Advice) -> None:
        self.parts = (
            (_TITLE, *_prepared(advice.title)),
            (_TAG, *_prepared("\n".join(advice.tags))),
            (_BODY, *_prepared(advice.body)),
        )

    def weight(self, word: str) -> float:
        # A Chinese word may be cut differently in another sentence: it is looked for as it stands.
        if is_chinese(word):
            return sum(weight * text.count(word) for weight, text, _known in self.parts)
        return sum(weight * known.count(word) for weight, _text, known in self.parts)


@lru_cache(maxsize=2_000)
def _prepared(text: str) -> tuple[str, tuple[str, ...]]:
    """A text as it is compared, and its words that are not Chinese."""
    return text.lower(), tuple(map(stem, words(_HAN.sub(" ", text))))
