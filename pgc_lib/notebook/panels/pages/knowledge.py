"""Knowledge: what wants to be looked at again, what was learned, a new thought written down."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.faces import face
from pgc_lib.core.zone import today
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.cards.review import DueCards
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.every import Look
from pgc_lib.notebook.panels.held import Held
from pgc_lib.notebook.panels.pieces import button, clean, empty, line, lines, told, track
from pgc_lib.notebook.panels.words import ahead, brief, day, percent

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_AHEAD, _NEWEST = 14, 8


class Write(Card):
    """A thought, before it is gone."""

    title = N_("Write it down")
    first = True
    tall = 7

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.entry = Entry(N_("New entry"), self._fields, self._add)

    def read(self, lab: "Lab") -> Any:
        return [topic["path"] for topic in lab.knowledge.topics.tree().to_dicts()]

    def show(self, _found: Any) -> Child:
        return self.entry

    def _fields(self) -> Sequence[Field]:
        return [
            Field("title", _("Title"), wide=True),
            Field("body", _("Text"), "long", wide=True, hint=_("Question? :: Answer  becomes a card to learn.")),
            Field("topic", _("Topic"), choices=[(path, path) for path in self.found or ()], wide=True),
        ]  # fmt: skip

    def _add(self, values: dict[str, str]) -> None:
        title, body = values.pop("title", ""), values.pop("body", "")

        def add(lab: "Lab") -> Any:
            made = lab.knowledge.add(title, body, **values)
            lab.knowledge.learn(made.id)
            return made

        made = self.change(add)
        self.page.reload(Newest, DueCards)
        self.tell(
            _("Added: {title}", title=brief(made.title)), lambda lab: lab.knowledge.remove(made.id)
        )


class Forecast(Card):
    """What the coming days will bring."""

    title = N_("The coming two weeks")
    tall = 6

    def read(self, lab: "Lab") -> Any:
        return lab.knowledge.forecast(_AHEAD).to_dicts()

    def note(self, found: Any) -> str:
        minutes = round(sum(each["minutes"] for each in found))
        return n_("about {n} minute in all", "about {n} minutes in all", minutes) if minutes else ""

    def show(self, found: Any) -> Child:
        largest = max((each["answers"] for each in found), default=0)
        if not largest:
            return tag.p(_("Nothing comes back in these days."), class_="pgc-soft")
        return tag.ul([self._day(each, largest) for each in found], class_="pgc-strip")

    def _day(self, each: Any, largest: int) -> Html:
        number, now = each["answers"], today()
        return tag.li(
            tag.b(str(number) if number else "", aria_hidden="true"),
            tag.i(style=f"height:{number / largest * 70:.0f}%"),
            tag.span(str(each["day"].day), aria_hidden="true"),
            tag.span(f"{day(each['day'], now)}: {n_('{n} card', '{n} cards', number)}", class_="pgc-sr"),
        )  # fmt: skip


class Again(Card):
    """What may have become untrue and is to be looked at again."""

    title = N_("Is it still true?")
    tall = 6

    def read(self, lab: "Lab") -> Any:
        return lab.knowledge.to_check(7)

    def show(self, found: Any) -> Child:
        if not found:
            return tag.p(_("Nothing is to be checked."), class_="pgc-soft")
        now = today()
        return lines(
            line(
                _title(each.id, each.title),
                button(_("Still true"), "checked", id=each.id.hex, name=_("Still true: {title}", title=each.title)),
                told(ahead(each.check_on, now) if each.check_on else ""),
                key=each.id.hex,
            )
            for each in found[:6]
        )  # fmt: skip

    @deed
    def checked(self, id: str) -> None:
        """It is; it comes back in a year."""
        which = UUID(id)
        entry = self.change(lambda lab: lab.knowledge.checked(which))
        self.tell(_("It comes back in a year: {title}", title=brief(entry.title)))

    @deed
    def read_it(self, id: str) -> None:
        """Show an entry."""
        _show(self, id)


class Newest(Card):
    """What was written last."""

    title = N_("Last written")

    def read(self, lab: "Lab") -> Any:
        return lab.knowledge.entries.find(owner=lab.person, order="-updated_at", limit=_NEWEST)

    def show(self, found: Any) -> Child:
        if not found:
            return empty(_("No entry yet."), _("The first thought is the hardest; write it above."))
        now = today()
        return lines(
            line(
                _title(each.id, each.title),
                None,
                told(day(each.updated_at.date(), now) if each.updated_at else "", " ".join(f"#{tag_}" for tag_ in each.tags[:4])),
                key=each.id.hex,
            )
            for each in found
        )  # fmt: skip

    @deed
    def read_it(self, id: str) -> None:
        """Show an entry."""
        _show(self, id)


class Topics(Held):
    """The tree of topics: opened, renamed, moved, and what lies below each."""

    title = N_("Topics")

    def make(self, lab: "Lab") -> Part | None:
        return face("knowledge.tree")(lab.knowledge) if lab.knowledge.topics.count() else None

    def show(self, found: Part | None) -> Child:
        said = empty(_("No topic yet."), _("Name one when you write something down."))
        return found if found is not None else said


class Memory(Card):
    """Each deck with how well it is remembered now."""

    title = N_("What is remembered")
    tall = 7

    def read(self, lab: "Lab") -> Any:
        return lab.knowledge.decks().to_dicts()

    def show(self, found: Any) -> Child:
        if not found:
            return empty(_("No cards yet."))
        return lines(
            line(
                clean(each["deck"].replace("::", " › ")) or _("Without a deck"),
                [
                    tag.span(percent(each["retrievability"]) if each["retrievability"] else "–", class_="pgc-number"),
                    track(each["retrievability"] or 0.0, 1.0, color="pgc-fine"),
                ],
                told(n_("{n} card", "{n} cards", each["cards"])),
                key=each["deck"],
            )
            for each in found[:8]
        )  # fmt: skip


def _title(id: UUID, title: str) -> Html:
    return tag.button(
        clean(title), type="button", act="read_it", values={"id": id.hex}, class_="pgc-leads"
    )


def _show(card: Card, id: str) -> None:
    which = UUID(id)

    def read(lab: "Lab") -> tuple[str, str]:
        return lab.knowledge.entries.get(which).title, lab.knowledge.html(which)

    title, html = card.page.house.ask(read)
    card.page.sheet.open(title, tag.div(Html(html), class_="pgc-prose"))


LOOK = Look(
    rows=[[[DueCards, Write, Newest, Memory], [Forecast, Again, Topics]]],
    asks=N_("What do I want to remember?"),
    spans=False,
)
