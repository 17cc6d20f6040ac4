"""A conversation about one's own data: answers come as they are written, each number with the rows it came from.

lab.chat()
"""

import re
from json import dumps
from typing import TYPE_CHECKING

from pgc_lib.ai.models import NoModel
from pgc_lib.core.naming import kind_title
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.widgets.chat_source import as_cell, asked_again
from pgc_lib.notebook.widgets.working import Work

if TYPE_CHECKING:
    from pgc_lib.ai.agent import Source
    from pgc_lib.lab import Lab

_KEPT = 30
_LONG = 20_000
"""Letters from which on an answer that is still being written is shown as plain text."""
_CITED = re.compile(r"\[(\d{1,3})\]")
_ROWS, _COLUMNS = 20, 8


class Turn(Part):
    """A question and its answer; while it is written only this is drawn anew."""

    look = "pgc-chat-turn"

    def __init__(self, lab: "Lab", question: str) -> None:
        self.lab = lab
        self.question = question
        self.text = ""
        self.model = ""
        self.sources: list[Source] = []
        self.opened: set[int] = set()
        self.stopped = False
        self.work: Work | None = None

    def begin(self) -> None:
        """Ask, beside the page."""

        def do(work: Work) -> None:
            def came(piece: str) -> None:
                self.text += piece
                work.tell()

            answer = self.lab.ask(self.question, on_text=came)
            self.text, self.model, self.sources = answer.text, answer.model, answer.sources

        self.work = Work(self, do)

    @property
    def writes(self) -> bool:
        """Whether the answer is still being written."""
        return self.work is not None and self.work.running and not self.stopped

    def draw(self) -> Html:
        """What was asked, what is answered, and where that comes from."""
        error = self.work.error if self.work is not None else ""
        return tag.article(
            tag.p(self.question, class_="pgc-chat-question", dir="auto"),
            tag.div(
                self._answer(),
                tag.p(_("Stopped."), class_="pgc-soft") if self.stopped else None,
                tag.div(error, class_="pgc-trouble", role="alert") if error and not self.stopped else None,
                tag.div(
                    tag.span(_("Writing …") if self.text else _("Looking at your records …"), class_="pgc-soft pgc-chat-dots"),
                    tag.button(_("Stop"), act="stop", class_="pgc-button"),
                    class_="pgc-row",
                )
                if self.writes
                else None,
                self._sources() if self.sources and not self.writes else None,
                class_="pgc-chat-answer pgc-stack", aria_busy="true" if self.writes else "false",
            ),
        )  # fmt: skip

    def _answer(self) -> Html | None:
        if not self.text:
            return None
        if self.writes and len(self.text) > _LONG:
            return tag.div(self.text, class_="pgc-chat-plain", dir="auto")
        from pgc_lib.core.markdown.rendering import html

        return tag.div(self._cited(html(self.text)), class_="pgc-prose", dir="auto")

    def _cited(self, drawn: str) -> Html:
        """Each [1] leads to its source; only words are touched, never what stands inside of a tag."""
        known = {source.number for source in self.sources}

        def link(found: re.Match[str]) -> str:
            number = int(found[1])
            if number not in known:
                return found[0]
            label = _("Source {n}", n=number)
            return str(tag.button(str(number), act="show", values={"number": number}, class_="pgc-chat-cite", aria_label=label, title=label))  # fmt: skip

        pieces = re.split(r"(<[^>]*>)", drawn)
        return Html(
            "".join(piece if n % 2 else _CITED.sub(link, piece) for n, piece in enumerate(pieces))
        )

    def _sources(self) -> Html:
        return tag.div(
            tag.h4(n_("Source", "Sources", len(self.sources))),
            [self._source(source) for source in self.sources],
            class_="pgc-stack pgc-chat-sources",
        )

    def _source(self, source: "Source") -> Html:
        is_open = source.number in self.opened
        return tag.div(
            tag.div(
                tag.span(f"[{source.number}]", class_="pgc-number pgc-soft"),
                tag.span(kind_title(source.kind)),
                tag.span(n_("{n} record", "{n} records", source.rows), class_="pgc-soft"),
                tag.button(
                    _("Hide the rows") if is_open else _("Show the rows"), act="show", values={"number": source.number},
                    class_="pgc-button pgc-far", aria_expanded="true" if is_open else "false",
                ),
                class_="pgc-row",
            ),
            tag.code(source.query, class_="pgc-chat-code", dir="ltr"),
            self._taken(source),
            self._rows(source) if is_open else None,
            class_="pgc-sunken", data_key=f"source-{source.number}",
        )  # fmt: skip

    def _taken(self, source: "Source") -> Html:
        """The same as a cell: put into the notebook where the page is in Lab, else copied."""
        text, named = as_cell(source.query), _("Source {n}", n=source.number)
        insert, copy = _("Put it into a cell"), _("Copy")
        return tag.div(
            tag.button(insert, type="button", class_="pgc-button pgc-plain pgc-in-lab", data_pgc_cell=text, aria_label=f"{insert}: {named}"),
            tag.button(copy, type="button", class_="pgc-button pgc-plain", data_pgc_copy=text, aria_label=f"{copy}: {named}"),
            class_="pgc-row",
        )  # fmt: skip

    def _rows(self, source: "Source") -> Html:
        """What the query gives now."""
        from pgc_lib.core.shown import text_of

        frame = asked_again(self.lab, source.query)
        spec = self.lab.collection_of(source.kind).spec
        names = [name for name in frame.columns if name != "id"][:_COLUMNS]
        titles = [spec.fields[name].title if name in spec.fields else name for name in names]
        return tag.div(
            tag.div(
                tag.table(
                    tag.thead(tag.tr(tag.th(each, scope="col") for each in titles)),
                    tag.tbody(
                        tag.tr(tag.td(text_of(row[name]), dir="auto") for name in names)
                        for row in frame.head(_ROWS).iter_rows(named=True)
                    ),
                    class_="pgc-sheet",
                ),
                class_="pgc-scroll", tabindex="0", role="region", aria_label=_("Source {n}", n=source.number),
            ),
            tag.p(_("… and {n} more.", n=frame.height - _ROWS), class_="pgc-hint") if frame.height > _ROWS else None,
        )  # fmt: skip

    @deed
    def show(self, number: int) -> None:
        """Show the rows of a source, or hide them."""
        self.opened ^= {int(number)}

    @deed
    def stop(self) -> None:
        """Let the answer end here."""
        self.stopped = True
        if self.work is not None:
            self.work.stop()

    def close(self) -> None:
        """The page went."""
        self.stop()


class Chat(Part):
    """Questions and answers, the newest below."""

    look = "pgc-chat"

    def __init__(self, lab: "Lab") -> None:
        self.named = _("Ask about my data")
        self.lab = lab
        self.turns: list[Turn] = []
        self.number = 0

    def draw(self) -> Html:
        """The conversation and where to write."""
        missing = self._missing()
        return tag.div(
            tag.div(self.turns, class_="pgc-stack", role="log", aria_label=_("Conversation"), aria_live="polite")
            if self.turns
            else None,
            missing,
            None if self.turns or missing is not None else self._examples(),
            self._field(),
            tag.div(
                tag.span(_("Each question stands for itself; a model reads your records and changes nothing."), class_="pgc-hint"),
                tag.button(_("Begin anew"), act="anew", class_="pgc-button pgc-plain pgc-far") if self.turns else None,
                class_="pgc-row",
            ),
            class_="pgc-stack",
        )  # fmt: skip

    def _missing(self) -> Html | None:
        """Why nothing can be asked, and what to do."""
        try:
            self.lab.ai.pick("tools")
        except NoModel as error:
            return tag.div(
                tag.b(error.message), tag.p(error.next_step), class_="pgc-empty", role="note"
            )
        return None

    def _examples(self) -> Html:
        questions = (
            _("What did I spend most on last month?"),
            _("Whom have I not talked to for long?"),
            _("How much did I practise this year?"),
        )
        return tag.div(
            [
                tag.button(each, act="ask", values={"value": each}, class_="pgc-button", dir="auto")
                for each in questions
            ],
            class_="pgc-row",
            role="group",
            aria_label=_("Such as"),
        )

    def _field(self) -> Html:
        field = f"{self.id}-{self.number}"
        return tag.form(
            tag.label(_("Your question"), for_=field, class_="pgc-sr"),
            tag.textarea(
                id=field, name="value", rows=2, placeholder=_("Ask about your data"), required=True, maxlength=4000,
                data_pgc_keys=dumps({"Enter": "ask"}), on="change", data_key=field, dir="auto",
                data_pgc_focus=True if self.number else None,
            ),
            tag.button(_("Ask"), class_="pgc-button pgc-first"),
            act="ask", class_="pgc-chat-field", data_key=f"form-{field}",
        )  # fmt: skip

    @deed
    def ask(self, value: str = "") -> None:
        """Ask a question; Enter sends it, Shift+Enter is a new line."""
        question = value.strip()
        if not question:
            return
        self.lab.ai.pick("tools")  # says so where there is none
        self.number += 1
        turn = Turn(self.lab, question)
        self.turns = [*self.turns[1 - _KEPT :], turn]
        turn.begin()

    @deed
    def anew(self) -> None:
        """An empty page."""
        self.close()
        self.turns = []
        self.number += 1

    def close(self) -> None:
        """The page went: answers that are being written end."""
        for turn in self.turns:
            turn.stop()
