"""Search: everything that I may see, by words and by meaning."""

from typing import TYPE_CHECKING, Any

from pgc_lib.core.faces import face
from pgc_lib.core.zone import today
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.every import Look
from pgc_lib.notebook.panels.held import Held
from pgc_lib.notebook.panels.pieces import button, empty, told
from pgc_lib.notebook.panels.words import day

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_STEP, _MOST = 20, 100
_PATIENCE = 20.0


class Find(Card):
    """A question and what was found."""

    title = N_("Find")
    first = True
    tall = 4

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.question, self.limit = "", _STEP
        self.area = ""

    def read(self, lab: "Lab") -> Any:
        if not self.question:
            return None
        found = lab.search(self.question, limit=self.limit)
        lag = None if found else lab.search.lag()
        if lag is None or (lag.built and not lag.waiting):
            return found
        # Nothing, and the index is behind: what was written just now, or a new lab. It is soon up to date.
        lab.search.catch_up(seconds=_PATIENCE)
        return lab.search(self.question, limit=self.limit)

    def note(self, found: Any) -> str:
        if found is None:
            return ""
        more = len(found) >= self.limit
        return _("{n} and more", n=len(found)) if more else n_("{n} found", "{n} found", len(found))

    def show(self, found: Any) -> Child:
        return [self._form(), self._found(found) if found is not None else self._hints()]

    def _form(self) -> Html:
        return tag.form(
            tag.input(
                type="search", name="question", value=self.question, autocomplete="off",
                aria_label=_("What are you looking for?"), placeholder=_("What are you looking for?"),
            ),
            tag.button(_("Find"), class_="pgc-button pgc-first"),
            act="find",
            role="search",
            class_="pgc-ask",
        )  # fmt: skip

    def _hints(self) -> Html:
        said = _(
            "Words are enough, in Chinese or English. `tag:travel`, `area:finance` and `after:2026-01-01` narrow it."
        )
        return empty(_("Ask for anything you have written down."), said)

    def _found(self, found: Any) -> Child:
        notes = [tag.p(line, class_="pgc-soft pgc-small") for line in found.notes]
        notes += [
            tag.p(_("Looked for “{found}” instead of “{asked}”.", found=word, asked=asked), class_="pgc-soft")
            for asked, word in found.corrected
        ]  # fmt: skip
        notes += [tag.p(problem.reason, class_="pgc-wrong") for problem in found.problems]
        if not found:
            return [notes, empty(_("Nothing was found."), _("Fewer or other words may help."))]
        areas = sorted({hit.area for hit in found})
        if self.area not in areas:
            self.area = ""
        shown = [hit for hit in found if not self.area or hit.area == self.area]
        return [
            notes,
            self._areas(areas, found) if len(areas) > 1 else None,
            tag.ol([self._hit(hit) for hit in shown], class_="pgc-hits"),
            button(_("Show more"), "more", kind="pgc-plain")
            if len(found) >= self.limit < _MOST
            else None,
        ]

    def _areas(self, areas: list[str], found: Any) -> Html:
        from pgc_lib.core.naming import area_title

        counts = {area: sum(hit.area == area for hit in found) for area in areas}
        named = [("", _("All")), *((area, f"{area_title(area)} {counts[area]}") for area in areas)]
        return tag.div(
            [
                tag.button(
                    text,
                    type="button",
                    act="narrow",
                    values={"to": area},
                    class_="pgc-button",
                    aria_pressed=str(area == self.area).lower(),
                )
                for area, text in named
            ],
            class_="pgc-row",
            role="group",
            aria_label=_("Area"),
        )

    def _hit(self, hit: Any) -> Html:
        from pgc_lib.core.naming import kind_title

        return tag.li(
            tag.button(
                hit.title or kind_title(hit.kind), type="button", act="open",
                values={"pointer": f"{hit.kind}/{hit.record_id}"}, class_="pgc-leads",
            ),
            tag.p(Html(hit.html.partition("<br>")[2]) if "<br>" in hit.html else hit.snippet, class_="pgc-small"),
            tag.p(told(kind_title(hit.kind), day(hit.day, today()), " ".join(f"#{each}" for each in hit.tags[:3])), class_="pgc-meta"),
            data_key=f"{hit.kind}-{hit.record_id}",
        )  # fmt: skip

    @deed
    def find(self, question: str) -> None:
        """Ask."""
        self.question, self.limit = " ".join(question.split()), _STEP
        self.load()

    @deed
    def more(self) -> None:
        """Further hits."""
        self.limit = min(self.limit + 2 * _STEP, _MOST)
        self.load()

    @deed
    def narrow(self, to: str) -> None:
        """Only one area."""
        self.area = to

    @deed
    def open(self, pointer: str) -> None:
        """The record itself."""
        from pgc_lib.core.places import collection_of
        from pgc_lib.core.pointer import resolve
        from pgc_lib.notebook.widgets.titles import called

        record = self.page.house.ask(lambda lab: resolve(lab.session, pointer))
        if record is None:
            raise NotFound(_("It is no longer there."), next_step=_("Search again."))
        kept = collection_of(self.page.house.lab.session, record.spec.kind)
        self.edit(called(record, kept), kept, record)


class Ask(Held):
    """A question to a language model, answered from one's own data with its sources."""

    title = N_("Ask about it")

    def make(self, lab: "Lab") -> Part:
        chat: Part = face("chat")(lab)
        return chat


LOOK = Look(rows=[[[Find], [Ask]]], asks=N_("Where did I write that?"), spans=False)
