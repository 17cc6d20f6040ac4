"""A card of a page: one question, asked of the lab by itself and shown as soon as it is answered.

class Silent(Card):
    title = N_("Not heard of for long")

    def read(self, lab: Lab) -> Any:                 # on any thread; `self.span` is the page's period
        return lab.family.long_silent()

    def show(self, found: Any) -> Child:
        …  leads(str(len(found)), "all")  …

    def rows_all(self, lab: Lab) -> Rows:            # what the figure opens
        …
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pgc_lib.core.faces import face
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.live.part import unexpected
from pgc_lib.notebook.panels.pieces import button

if TYPE_CHECKING:
    from pgc_lib.core.collection import Collection
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page
    from pgc_lib.notebook.panels.rows import Rows
    from pgc_lib.notebook.panels.spans import Span

T = TypeVar("T")
log = logging.getLogger(__name__)


class Card(Part):
    """One question and its answer."""

    look = "pgc-card"
    title: ClassVar[str] = ""
    first: ClassVar[bool] = False
    """Whether the page waits for it before it is shown at all: only for what is answered at once."""
    slow: ClassVar[bool] = False
    """Whether it is never asked before the page is shown: what is drawn, imported or computed at length."""
    spanned: ClassVar[bool] = False
    """Whether it is about the page's period."""
    about: ClassVar[str] = ""
    """What stands beside the heading in small letters, where that is always the same."""
    tall: ClassVar[int] = 9
    """Lines of text that it will have, more or less: so high it is while it is not there."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.found: Any = None
        self.there = False
        self.error = ""

    @property
    def span(self) -> "Span":
        """The page's period."""
        return self.page.span

    # ── what a subclass says ─────────────────────────────────────────────────────────────────────────
    def read(self, lab: "Lab") -> Any:
        """Ask the lab; the answer is what is shown."""
        raise NotImplementedError

    def show(self, found: Any) -> Child:
        """What stands below the heading."""
        raise NotImplementedError

    def note(self, _found: Any) -> str:
        """What stands beside the heading in small letters."""
        return _(self.about) if self.about else self.span.name if self.spanned else ""

    def heading(self) -> str:
        """What it is called."""
        return _(self.title)

    # ── read and drawn ───────────────────────────────────────────────────────────────────────────────
    def load(self) -> None:
        """Ask, and keep the answer or why there is none."""
        try:
            found = self.page.house.ask(self.read)
        except PgcError as error:
            self.error = str(error)
        except Exception as error:  # the other cards shall be read all the same
            log.exception("page.card_failed")
            self.error = unexpected(error)
        else:
            self.found, self.there, self.error = found, True, ""

    def draw(self) -> Html:
        """The heading at once, the answer when it is there."""
        note = self.note(self.found) if self.there else ""
        named = self.heading()
        heading = tag.h2(named, tag.small(note) if note else None) if named else None
        if self.error:
            return tag.div(heading, self._trouble())
        if not self.there:
            return tag.div(heading, self._waiting(), aria_busy="true")
        return tag.div(heading, self.show(self.found))

    def _waiting(self) -> Html:
        return tag.div(
            [tag.i() for _line in range(min(self.tall // 2, 6))],
            tag.span(_("Loading …"), class_="pgc-sr"),
            class_="pgc-skeleton",
            style=f"min-height:{self.tall * 1.55:.1f}em",
        )

    def _trouble(self) -> Html:
        again = button(_("Try again"), "reload")
        return tag.div(tag.p(self.error), again, class_="pgc-trouble", role="alert")

    # ── acted upon ───────────────────────────────────────────────────────────────────────────────────
    def change(self, work: "Callable[[Lab], T]") -> T:
        """Change something; it is never tried twice, and afterwards the card is read anew whatever came of it."""
        try:
            return self.page.house.ask(work, again=False)
        finally:
            self.load()
            self.renew()  # also where the deed is that of a form in it

    def tell(self, text: str, undo: "Callable[[Lab], object] | None" = None) -> None:
        """Say what was done; with `undo` it can be taken back."""
        back = None if undo is None else lambda: self.change(undo)
        self.page.say(text, undo=back)

    def edit(
        self, title: str, collection: "Collection[Any]", record: Any = None, **options: Any
    ) -> None:
        """Open the form of a record, a new one or one that is kept."""
        sheet = self.page.sheet

        def saved(_record: Any) -> None:
            sheet.close_it()
            self.load()
            self.renew()

        form = face("form")(
            collection, record, heading="", on_saved=saved, on_cancel=sheet.close_it, **options
        )
        sheet.open(title, form)

    @deed
    def reload(self) -> None:
        """Ask again."""
        self.load()

    @deed
    def rows(self, of: str, **values: Any) -> None:
        """Open what is behind a figure."""
        ask: Callable[..., Rows] | None = getattr(self, f"rows_{of}", None)
        if ask is None:
            raise NotFound(
                _("There is no such thing on this page."), next_step=_("Reload the page.")
            )
        found = self.page.house.ask(lambda lab: ask(lab, **values))
        self.page.sheet.open(found.title, found)
