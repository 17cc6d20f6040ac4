"""Help: what to do in some ninety situations of family life, to be read, searched and made one's own.

lab.help.search("孩子不肯上学");  lab.help.topics();  lab.help.about("money");  lab.help.read("school-refusal")
lab.help.edit("school-refusal", body="…");  lab.help.take_back("school-refusal");  lab.help.renewed()
lab.family.help()                                    # what fits what the family is going through

What is shipped (`kin/help_library.py`) is never changed: a person's own text is a record that is shown in its place,
with history like every other. What others share of theirs is listed beside, and never in the place of what is shipped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from pgc_lib.areas.kin.help_library import (
    SECTIONS,
    TOPICS,
    Advice,
    fitting,
    language_of,
    others_than,
    searched,
    shipped,
)
from pgc_lib.areas.kin.situations import NAMES, Kind, Situation
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.core.shown import Listing
from pgc_lib.errors import Conflict, NotFound
from pgc_lib.i18n import LANGUAGES, N_, _, lang

_OFFERED = 6
"""So much is offered for one situation; `lab.help` has the rest."""
_NO_NAME = re.compile(r"[^\w-]+")


def _known_topic(topic: str) -> str:
    if topic not in TOPICS:
        reason = _("there is no such topic; there are {topics}", topics=", ".join(TOPICS))
        raise PydanticCustomError("topic", "{reason}", {"reason": reason})
    return topic


def _known_kinds(kinds: list[str]) -> list[str]:
    if wrong := [kind for kind in kinds if kind not in NAMES]:
        reason = _(
            "“{kind}” is not noticed; there are {kinds}", kind=wrong[0], kinds=", ".join(NAMES)
        )
        raise PydanticCustomError("situation", "{reason}", {"reason": reason})
    return kinds


class Own(
    Record, kind="help.own", kept_in="documents", key=["name", "lang"], sort=["topic", "title"]
):
    """A person's own text about a situation: a shipped one that was changed, or a new one."""

    name: str = field(
        title=N_("Short name"), pattern=r"^[\w-]+$", max_length=80, help=N_("By which it is read.")
    )
    lang: Literal["zh-CN", "en"] = field(title=N_("Language"))
    title: str = field(title=N_("Title"), min_length=1, max_length=200, searchable=True)
    topic: Annotated[str, AfterValidator(_known_topic)] = field(title=N_("Topic"), max_length=40)
    body: str = field(title=N_("Text"), min_length=1, searchable=True, widget="markdown")
    tags: list[str] = field([], title=N_("Tags"), searchable=True)
    when: Annotated[list[str], AfterValidator(_known_kinds)] = field(
        [], title=N_("Fits when"), help=N_("What the family is going through when it is offered.")
    )
    urgent: bool = field(False, title=N_("Urgent"))
    made_from: int = field(
        0, title=N_("Made from version"), help=N_("Of the shipped text; 0 for a new one."), ge=0
    )


@dataclass(frozen=True, slots=True)
class Topic:
    """What a part of the library is about."""

    name: str
    count: int

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Topic"): _(TOPICS[self.name]),
            _("Situations"): self.count,
            _("To read"): f'lab.help.about("{self.name}")',
        }


class Help(Area, name="help", main="own"):
    """The help library, with a person's own texts in their places."""

    own: Kept[Own] = Kept(Own)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────

    def topics(self) -> Listing[Topic]:
        """What there is help for, with how many situations each."""
        counts = Counter(each.topic for each in self._all(lang()))
        return Listing(Topic(name, counts[name]) for name in TOPICS)

    def about(self, topic: str | None = None) -> Listing[Advice]:
        """The situations of a topic; every one without a topic."""
        named = {_(title).lower(): name for name, title in TOPICS.items()}
        wanted = named.get(topic.lower(), topic) if topic else None
        if wanted is not None and wanted not in TOPICS:
            raise NotFound(
                _("There is no topic “{topic}”.", topic=topic),
                next_step=_("`lab.help.topics()` shows them."),
            )
        order = {name: at for at, name in enumerate(TOPICS)}
        found = [each for each in self._all(lang()) if wanted in (None, each.topic)]
        return Listing(
            sorted(
                found,
                key=lambda each: (order.get(each.topic, len(order)), not each.urgent, each.name),
            )
        )

    def search(self, query: str, *, limit: int = 10) -> Listing[Advice]:
        """What holds the words of a query, in the language in which it is asked, the best first."""
        language = language_of(query)
        for each in (language, *others_than(language)):
            found = searched(query, self._all(each))
            if found:
                return Listing(found[: max(0, limit)])
        return Listing()

    def read(self, name: str, *, language: str | None = None) -> Advice:
        """One situation by its short name or title: the person's own text, else the shipped one."""
        chosen = _language(language)
        mine = [each for each in self._all(chosen) if not each.by]
        for each in mine:
            if name in (each.name, each.title):
                return each
        for other in others_than(chosen):
            named = {each.title: each.name for each in self._all(other)}
            if name in named and any(each.name == named[name] for each in mine):
                return self.read(named[name], language=chosen)
        near = get_close_matches(
            name, [word for each in mine for word in (each.name, each.title)], 1
        )
        raise NotFound(
            _("There is no situation “{name}” in the library.", name=name),
            next_step=_("Did you mean {names}?", names=near[0])
            if near
            else _("`lab.help.search(…)` finds by any word; `lab.help.about()` shows all."),
        )

    def for_situation(self, situation: Situation) -> Sequence[Advice]:
        """What may help in a situation of the family, the best first."""
        return fitting(situation.kind, self._all(lang()))[:_OFFERED]

    # ── a person's own texts ─────────────────────────────────────────────────────────────────────────

    def edit(self, name: str, *, language: str | None = None, **changes: Any) -> Own:
        """Make a situation one's own: `title`, `body`, `tags`, `when`, `topic`, `urgent`; the rest stays."""
        advice = self.read(name, language=language)
        kept = self._mine(advice.name, advice.lang)
        if kept is not None:
            return self.own.update(kept, **changes)
        given: dict[str, Any] = {
            "title": advice.title,
            "topic": advice.topic,
            "body": advice.body,
            "tags": list(advice.tags),
            "when": list(advice.when),
            "urgent": advice.urgent,
        }
        return self.own.add(
            **given | changes, name=advice.name, lang=advice.lang, made_from=advice.version
        )

    def write(
        self, title: str, body: str = "", *, topic: str, name: str = "", language: str | None = None, **values: Any
    ) -> Own:  # fmt: skip
        """Add a situation of one's own; without a body it gets the headings to fill in."""
        chosen = _language(language)
        short = name or _NO_NAME.sub("-", title.lower()).strip("-")[:80]
        if any(each.name == short and not each.by for each in self._all(chosen)):
            raise Conflict(
                _("The library has “{name}” already.", name=short),
                next_step=_("`lab.help.edit(…)` makes it your own; or pass another `name=`."),
            )
        text = body or "\n\n".join(f"## {heading}" for heading in SECTIONS[chosen])
        return self.own.add(name=short, lang=chosen, title=title, topic=topic, body=text, **values)

    def take_back(self, name: str, *, language: str | None = None) -> bool:
        """Give up one's own text: the shipped one is shown again. History keeps it, and `undo` brings it back."""
        advice = self.read(name, language=language)
        kept = self._mine(advice.name, advice.lang)
        return kept is not None and self.own.remove(kept)

    def renewed(self) -> Listing[Advice]:
        """One's own texts whose shipped one is newer than what they were made from; each shows both."""
        return Listing(
            each
            for language in LANGUAGES
            for each in self._all(language)
            if each.shipped is not None and not each.by
        )

    def keep_mine(self, name: str, *, language: str | None = None) -> Own:
        """One's own text stays as it is, and the newer shipped one is no longer shown beside it."""
        advice = self.read(name, language=language)
        kept = self._mine(advice.name, advice.lang)
        if kept is None:
            raise NotFound(
                _("You have no text of your own about “{name}”.", name=advice.title),
                next_step=_("`lab.help.edit(…)` makes it your own; or pass another `name=`."),
            )
        newest = shipped(advice.lang).get(advice.name)
        return self.own.update(kept, made_from=newest.version if newest else 0)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _mine(self, name: str, language: str) -> Own | None:
        found = self.own.find(name=name, lang=language)
        return next((each for each in found if each.owner == self.session.person), None)

    def _all(self, language: str) -> list[Advice]:
        """What is shipped or one's own in its place, then what others share of theirs."""
        library = shipped(language)
        texts = self.own.find(lang=language)
        mine = {each.name: each for each in texts if each.owner == self.session.person}
        own = {name: _advice(each, library.get(name)) for name, each in mine.items()}
        return [
            *(own.pop(name, each) for name, each in list(library.items())),
            *own.values(),
            *self._shared(each for each in texts if each.owner != self.session.person),
        ]

    def _shared(self, texts: Iterable[Own]) -> Iterator[Advice]:
        names: dict[UUID | None, str] = {}
        for each in texts:
            if each.owner not in names:
                names[each.owner] = self._called(each.owner)
            yield replace(_advice(each, None), by=names[each.owner])

    def _called(self, person: UUID | None) -> str:
        """What another person is called."""
        from sqlalchemy import text

        query = text(
            "select coalesce(nullif(display, ''), name) from pgc.persons where id = :person"
        )
        with self.session.reading() as connection:
            return connection.execute(query, {"person": person}).scalar() or _("somebody else")


def _language(asked: str | None) -> str:
    from pgc_lib.i18n import normal

    return normal(asked) if asked else lang()


def _advice(own: Own, library: Advice | None) -> Advice:
    return Advice(
        name=own.name,
        lang=own.lang,
        title=own.title,
        topic=own.topic,
        body=own.body,
        when=cast("tuple[Kind, ...]", tuple(own.when)),
        tags=tuple(own.tags),
        urgent=own.urgent,
        version=own.made_from,
        edited=True,
        shipped=library if library is not None and library.version > own.made_from else None,
    )
