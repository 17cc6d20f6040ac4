"""A page: its head with the way to the others, its period, its cards, and a sheet for what is behind them.

    page = Page("money")
    page.text()          # plain HTML, read while everything else still starts
    page.live()          # the same, working

What is answered at once is in the text already; the other cards show where they will be and are asked one after another
beside the page. All pages live in one kernel: who goes to another page changes the cards and nothing is started.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any

from pgc_lib.core.zone import today
from pgc_lib.errors import PgcError
from pgc_lib.i18n import LANGUAGES, N_, _, lang
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.live.part import still
from pgc_lib.notebook.panels import choices, every
from pgc_lib.notebook.panels.house import House
from pgc_lib.notebook.panels.pieces import button
from pgc_lib.notebook.panels.sheet import Sheet
from pgc_lib.notebook.panels.spans import CHOICES, OWN, between, day_said, span

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.card import Card
    from pgc_lib.notebook.panels.every import Look
    from pgc_lib.notebook.widgets.working import Work

_AT_ONCE = 0.3
"""Seconds that the first text may wait for what is answered quickly."""
_WIDEST, _NARROW = 1240, 860
_EDGES, _THIN_EDGES = 94, 62
"""Pixels between the edge of a page and what is in its cards (`live/pages.css`)."""
_LANGUAGES = {"zh-CN": "中文", "en": "English"}


class Text(str):
    """HTML of ours that our template shows at once, without waiting for the page's programs."""

    __slots__ = ()

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/html": str(self)}, {"pgc": True}


class Loading(Part):
    """Says that something is still asked for; the work beside the page belongs to it."""

    look = "pgc-loading"

    def __init__(self) -> None:
        self.work: Work | None = None

    def draw(self) -> Html:
        """A small turning ring while it lasts."""
        running = self.work is not None and self.work.running
        return tag.span(
            tag.i(class_="pgc-ring", aria_hidden="true") if running else None,
            tag.span(_("Loading …") if running else "", class_="pgc-sr"),
            role="status",
        )

    def begin(self, do: "Callable[[Work], None]") -> None:
        """Ask beside the page; what was asked before is given up."""
        from pgc_lib.notebook.widgets.working import Work

        self.end()
        self.work = Work(self, do)

    def end(self) -> None:
        """Give it up."""
        if self.work is not None:
            self.work.stop()

    def close(self) -> None:
        """The page goes."""
        self.end()


class Page(Part):
    """One person's pages; `open` gives their lab."""

    look = "pgc-page"

    def __init__(self, name: str = "home", open: "Callable[[], Lab] | None" = None) -> None:
        from pgc_lib.lab import open as open_lab

        if language := choices.remembered():
            choices.speak(language)
        self.house = House(open or open_lab)
        self.sheet = Sheet()
        self.loading = Loading()
        self._rest: list[Card] = []
        self.trouble = ""
        """Why there is no lab to ask."""
        self.chosen = choices.period()
        """The period that was chosen here or on another page; empty while each page has its own."""
        self._turn_to(name)

    def _turn_to(self, name: str) -> None:
        self.name = name if name in every.PAGES else "home"
        look = every.look(self.name)
        self.plan: Look = look
        self.span = span((look.spans and self.chosen) or look.span, today())
        self.columns = [[[kind(self) for kind in column] for column in row] for row in look.rows]

    @property
    def cards(self) -> "Iterable[Card]":
        """Every card, in the order in which they are read."""
        return (card for row in self.columns for column in row for card in column)

    def card(self, kind: type) -> "Card | None":
        """The card of a kind, if it is on this page."""
        return next((card for card in self.cards if isinstance(card, kind)), None)

    # ── shown ────────────────────────────────────────────────────────────────────────────────────────
    def text(self) -> Text:
        """The page as it is now, to be read; what cannot be read says why."""
        if self._opened():
            until = monotonic() + _AT_ONCE
            for card in self.cards:
                if card.first or (not card.slow and monotonic() < until):
                    card.load()
        return Text(still(self))

    def live(self) -> Any:
        """The same page, working; what is not there yet is asked for as soon as the browser shows it."""
        self._rest = [card for card in self.cards if not card.there]
        return self.widget

    def _ask_rest(self) -> None:
        # Not before: while its program is fetched, a browser waits for the kernel a few seconds and then gives up.
        rest, self._rest = self._rest, []
        self._load(rest)

    def _load(self, cards: "list[Card]") -> None:
        def do(work: "Work") -> None:
            if not self._opened():
                self.renew()
                return
            for card in cards:
                work.tell()  # ends here when another page is wanted
                card.load()
                if not work.stopped:
                    card.renew()
            if self.house.returned():
                self.say(_("The database was away for a moment. This page is connected again."))

        if cards:
            self.loading.begin(do)
            self.loading.renew()

    def _opened(self) -> bool:
        """Whether there is a lab to ask; without one the page says so once, and not each card."""
        before, self.trouble = self.trouble, ""
        try:
            self.house.lab  # noqa: B018
        except PgcError as error:
            self.trouble = str(error)
        # Which day it is, is known once the lab has said where the person lives.
        self.span = span(self.span.key, today())
        if before and not self.trouble:
            self.renew()
        return not self.trouble

    def wait(self, seconds: float = 60) -> None:
        """Until everything is there, for whoever asks in a program."""
        self._ask_rest()
        if self.loading.work is not None:
            self.loading.work.wait(seconds)

    # ── drawn ────────────────────────────────────────────────────────────────────────────────────────
    def draw(self) -> Html:
        """Head, cards, sheet."""
        return tag.div(
            tag.a(_("Skip to the content"), href="#pgc-content", class_="pgc-skip"),
            self._bar(),
            tag.main(
                self._head(),
                self._alone() if self.trouble else [self._row(row) for row in self.columns],
                id="pgc-content",
                tabindex="-1",
            ),
            self.sheet,
            lang=lang(),
            data_pgc_page=self.name,
            data_pgc_period=self.chosen,
            data_pgc_title=f"{every.title(self.name)} · PGC",
            data_pgc_slow=_("This page can be read already; its buttons work in a moment, when the lab has caught up."),
            data_pgc_silent=_("No answer from the lab since {time}. It is asked again and again; what you did last may be missing.", time="{time}"),
            data_pgc_ended=_("The program behind this page has ended. What you did last may be missing."),
            data_pgc_again=_("Start again"),
        )  # fmt: skip

    def _alone(self) -> Html:
        again = button(_("Try again"), "refresh")
        return tag.div(tag.p(self.trouble), again, class_="pgc-trouble", role="alert")

    def _row(self, columns: "list[list[Card]]") -> Html:
        return tag.div(
            [tag.div(list(column), class_="pgc-column") for column in columns],
            class_=["pgc-grid", f"pgc-of-{len(columns)}"],
        )

    def _bar(self) -> Html:
        pages = [
            tag.a(
                every.title(name),
                href=choices.address(name, self.chosen),
                act="go",
                values={"to": name},
                aria_current="page" if name == self.name else None,
            )
            for name in every.PAGES
        ]
        return tag.header(
            tag.span(Html(_MARK), tag.b("PGC"), class_="pgc-brand"),
            tag.nav(pages, aria_label=_("All pages"), class_="pgc-nav"),
            tag.div(
                self.loading,
                tag.button(
                    "↻", type="button", act="refresh", class_="pgc-button pgc-plain pgc-refresh",
                    title=_("Read everything anew"), aria_label=_("Read everything anew"),
                ),
                self._themes(),
                tag.select(
                    [tag.option(_LANGUAGES[each], value=each, lang=each, selected=each == lang()) for each in LANGUAGES],
                    act="speak", aria_label=_("Language"), class_="pgc-language",
                ),
                class_="pgc-tools",
            ),
            class_="pgc-top",
        )  # fmt: skip

    def _themes(self) -> Html:
        names = {"system": _("As the system"), "light": _("Light"), "dark": _("Dark")}
        return tag.select(
            [tag.option(text, value=key) for key, text in names.items()],
            aria_label=_("Light or dark"),
            data_pgc_themes=True,
            data_key="themes",
        )

    def _head(self) -> Html:
        above, title, below = every.heading(self)
        return tag.div(
            tag.div(
                tag.p(above, class_="pgc-day") if above else None,
                tag.h1(title),
                tag.p(below, class_="pgc-sum-up") if below else None,
            ),
            self._spans() if self.plan.spans else None,
            class_="pgc-head",
        )

    def _spans(self) -> Child:
        chosen = OWN if self.span.own else self.span.key
        choices = {**CHOICES, OWN: N_("From … to …")}
        return tag.div(
            tag.label(_("Which time"), for_=f"{self.id}-span", class_="pgc-sr"),
            tag.select(
                [
                    tag.option(_(text), value=key, selected=key == chosen)
                    for key, text in choices.items()
                ],
                id=f"{self.id}-span",
                act="turn",
            ),
            self._days()
            if self.span.own
            else tag.span(self.span.said, class_="pgc-soft pgc-small pgc-number"),
            class_="pgc-period",
        )

    def _days(self) -> Html:
        """Two days, each told when it is whole."""
        days = (("first", _("First day"), self.span.first), ("last", _("Last day"), self.span.last))
        return tag.span(
            [
                tag.input(
                    type="date", value=day.isoformat(), act="from_to", values={"end": end}, aria_label=title,
                    min="1900-01-01", max="2199-12-31", data_key=f"span-{end}",
                )
                for end, title, day in days
            ],
            class_="pgc-days",
        )  # fmt: skip

    # ── acted upon ───────────────────────────────────────────────────────────────────────────────────
    @deed
    def go(self, to: str) -> None:
        """Another page."""
        self.sheet.title = ""
        for card in self.cards:
            card.close()
        self._turn_to(to)
        self._rest = []
        self._load(list(self.cards))

    def turn_to(self, name: str) -> None:
        """Another page, because a card leads there."""
        self.go(name)
        self.renew()

    @deed
    def turn(self, value: str) -> None:
        """Another period: every card that is about it is asked anew."""
        if value == OWN:
            value = between(self.span.first, self.span.last)  # the same days, to begin with
        self._about(value)

    @deed
    def from_to(self, end: str, value: str) -> None:
        """One end of a period of one's own; while its year is typed nothing happens."""
        day = day_said(str(value))
        if day is not None and self.span.own:
            self._about(
                between(*((day, self.span.last) if end == "first" else (self.span.first, day)))
            )

    def _about(self, key: str) -> None:
        before, now = self.span, span(key, today())
        self.span, self.chosen = now, now.key
        if (before.first, before.last, before.before) != (now.first, now.last, now.before):
            self._load([card for card in self.cards if card.spanned])

    @deed
    def speak(self, value: str) -> None:
        """Another language, now and the next time."""
        try:
            choices.remember(value if value in LANGUAGES else "en")
        finally:
            if view := self.__dict__.get("widget"):
                view.reword()
        self._load(list(self.cards))

    @deed
    def refresh(self) -> None:
        """Everything anew: somebody comes back to the page."""
        self.span = span(self.span.key, today())
        self._load(list(self.cards))

    def reload(self, *kinds: type) -> None:
        """Read some cards again, because another changed what they say."""
        cards = [card for card in self.cards if isinstance(card, kinds)]
        for card in cards:
            card.load()
            card.renew()

    def met(self) -> None:
        """The browser says how wide and dark it is: cards have what lies within their edges."""
        told = dict(self.surroundings)
        wide = min(int(told.get("width") or 0), _WIDEST)
        self.__dict__["_surroundings"] = told | {
            "width": wide - (_EDGES if wide > _NARROW else _THIN_EDGES)
        }
        for card in self.cards:
            card.met()
        self._ask_rest()

    def close(self) -> None:
        """The page goes."""
        self.loading.end()


_MARK = (
    '<svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true"><rect x="1" y="9" width="4" height="6" rx="1" fill="var(--pgc-blue)"/>'
    '<rect x="6" y="5" width="4" height="10" rx="1" fill="var(--pgc-gold)"/><rect x="11" y="1" width="4" height="14" rx="1" fill="var(--pgc-green)"/></svg>'
)
