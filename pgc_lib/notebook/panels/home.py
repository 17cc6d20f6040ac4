"""The home dashboard: today's to-dos with an entry line, this month's money, growth week by week, reports.

    page = Home(pgc.open)
    page.text()          # plain HTML: read while everything else still starts
    page.live()          # the same, working

The lab is opened again when the database was away, so that the next click works.
"""

import json
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from pgc_lib.errors import PgcError, Unavailable
from pgc_lib.i18n import _, lang
from pgc_lib.notebook.panels import growth_text, markup
from pgc_lib.notebook.panels.facts import Facts, gather
from pgc_lib.notebook.panels.reports import reports

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

T = TypeVar("T")
FIRST = 12
"""Due to-dos that are shown at first; more on demand."""


class Html(str):
    """HTML of ours that our template shows at once, without waiting for the page's programs."""

    __slots__ = ()

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/html": str(self)}, {"pgc": True}


class Home:
    """One person's page; `open` gives their lab."""

    def __init__(self, open: "Callable[[], Lab]") -> None:
        self._open = open
        self._lab: Lab | None = None

    def text(self) -> Html:
        """The page as it is now, to be read; what cannot be read says why."""
        try:
            body = whole(self.facts(FIRST))
        except PgcError as error:
            body = trouble(error)
        said = json.dumps(_words()).replace("<", "\\u003c")
        return Html(
            f"<script type='application/json' class='pgc-words'>{said}</script>"
            f"<div class='pgc-still' lang='{lang()}'>{body}</div>"
        )

    def live(self) -> Any:
        """The same page as widgets."""
        from pgc_lib.notebook.panels.living import Living

        return Living(self).widget

    def facts(self, shown: int) -> Facts:
        """Everything, read anew."""
        return self.with_lab(lambda lab: gather(lab, shown))

    def with_lab(self, work: "Callable[[Lab], T]", *, again: bool = True) -> T:
        """Do something with the lab; when the database was away it is opened anew, for reading also tried again."""
        if self._lab is None:
            self._lab = self._open()
        try:
            return work(self._lab)
        except Unavailable:
            self._lab.close()
            self._lab = None
            if not again:
                raise
        self._lab = self._open()
        return work(self._lab)


def _words() -> dict[str, str]:
    """What the page's program says by itself."""
    return {
        "lang": lang(),
        "title": _("My day · PGC"),
        "scene": _("A landscape of bars, two for each week; the buttons below read them out."),
        "lost": _("This page lost its connection to the lab. What you did last may be missing."),
        "reload": _("Reload the page"),
    }


def whole(facts: Facts) -> str:
    """The page's parts in their places."""
    today = facts.day.today
    todos = card(markup.todos(facts.day) + markup.entry({}, {}, today))
    money = card(markup.money(facts.months, today))
    told = card(reports(facts.runs, today))
    growth = card(growth_text.placeholder(facts.weeks), "pgc-wide pgc-growth")
    return (
        f"{markup.head(facts)}<div class='pgc-grid'><div class='pgc-column'>{todos}</div>"
        f"<div class='pgc-column'>{money}{told}</div>{growth}</div>"
    )


def card(html: str, kind: str = "") -> str:
    """One card."""
    return f"<section class='pgc-card {kind}'>{html}</section>"


def trouble(error: PgcError) -> str:
    """What keeps the page from being read, and what to do."""
    return f"<div class='pgc-trouble' role='alert'>{escape(str(error))}</div>"
