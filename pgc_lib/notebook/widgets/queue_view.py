"""How the queue of suggestions is drawn: what would change, field by field, and what one may say to it."""

from collections.abc import Sequence
from datetime import timedelta
from json import dumps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.suggesting.kinds import collection_of
from pgc_lib.areas.suggestions import Suggestion, Suggestions
from pgc_lib.core.choices import choice_title
from pgc_lib.core.naming import kind_title
from pgc_lib.core.shown import text_of
from pgc_lib.core.zone import today
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Html, Part, tag
from pgc_lib.notebook.widgets import fields, reading
from pgc_lib.notebook.widgets.judging import WHOLE
from pgc_lib.notebook.widgets.titles import called
from pgc_lib.notebook.widgets.working import Work

if TYPE_CHECKING:
    from pgc_lib.core.collection import Collection

SHOWN = 10
_MANY = 2
"""From so many of one topic on they can be accepted together."""
_KEYS = {
    "a": "accept",
    "e": "edit",
    "r": "doubt",
    "s": "later",
    "j": "down",
    "k": "up",
    "ArrowDown": "down",
    "ArrowUp": "up",
}
_LATER = ((1, N_("tomorrow")), (7, N_("in a week")), (30, N_("in a month")))
_TOPICS = {
    "finance.category": N_("Categories of payments"),
    "graph.edge": N_("Connections"),
    "anchor.achievement": N_("Achievements"),
    "anchor.focus": N_("Focus"),
    "hobbies": N_("Hobbies"),
}
_SOURCES = {
    "learned": N_("learned from your own choices"),
    "rules": N_("by a rule of yours"),
    "rule": N_("by a rule of yours"),
    "activity": N_("seen in what you did"),
    "demo": N_("from the demo"),
}


class Shown(Part):
    """The suggestions that wait, the surest first, as they are seen."""

    look = "pgc-queue"

    def __init__(self, suggestions: Suggestions, *, topic: str = "", unasked: bool = False) -> None:
        self.named = _("Suggestions")
        self.suggestions = suggestions
        self.topic = topic
        self.unasked = unasked
        """Only what may be brought up by itself at this hour, for a dashboard."""
        self.current: UUID | None = None
        self.mode = ""
        """What is asked about the current one: `edit`, `doubt` or `later`."""
        self.problems: dict[str, str] = {}
        self.typed_raw: dict[str, Any] = {}
        self.moved = False
        self.work: Work | None = None

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────

    def waiting(self) -> Sequence[Suggestion]:
        """What waits for a word, of the chosen topic."""
        asked = {"topic": self.topic} if self.topic else {}
        if self.unasked:
            return self.suggestions.now(**asked)
        return self.suggestions.waiting(limit=SHOWN + 1, **asked)

    def draw(self) -> Html:
        """The queue."""
        if self.work is not None and self.work.running:
            return tag.p(
                _("Looking for something to suggest …"), role="status", class_="pgc-sunken"
            )
        topics = self._topics()
        shown = list(self.waiting())[:SHOWN]
        if not shown:
            return tag.div(self._head(topics), self._nothing(), class_="pgc-stack")
        if self.current not in {each.id for each in shown}:
            self.current, self.mode = shown[0].id, ""
        waiting = sum(topics.values())
        more = (topics.get(self.topic, 0) if self.topic else waiting) - len(shown)
        return tag.div(
            self._head(topics),
            tag.ul([self._card(each) for each in shown], class_="pgc-stack pgc-queue-list"),
            tag.p(n_("{n} more waits.", "{n} more wait.", more), class_="pgc-hint")
            if more > 0 and not self.unasked
            else None,
            class_="pgc-stack",
        )

    def _topics(self) -> dict[str, int]:
        tally = self.suggestions.tally()
        waiting = tally.filter(tally["state"].is_in(["waiting"]))
        found: dict[str, int] = {}
        for topic, count in waiting.select("topic", "count").iter_rows():
            found[topic] = found.get(topic, 0) + count
        return dict(sorted(found.items(), key=lambda each: -each[1]))

    def _head(self, topics: dict[str, int]) -> Html | None:
        if not topics or self.unasked:
            return None
        many = topics.get(self.topic, 0)
        return tag.div(
            tag.label(
                tag.span(_("About"), class_="pgc-sr"),
                tag.select(
                    tag.option(
                        n_("{n} suggestion waits", "{n} suggestions wait", sum(topics.values())), value=""
                    ),
                    [
                        tag.option(
                            f"{_topic(each)} ({count})", value=each, selected=True if each == self.topic else None
                        )
                        for each, count in topics.items()
                    ],
                    act="about", name="topic",
                ),
            ),
            tag.button(
                _("Accept all {n}", n=many), act="accept_all", class_="pgc-button"
            )
            if self.topic and many >= _MANY
            else None,
            tag.span(
                tag.kbd("a"), " ", _("accept"), " · ", tag.kbd("e"), " ", _("change"), " · ", tag.kbd("r"), " ", _("no"),
                " · ", tag.kbd("s"), " ", _("later"), " · ", tag.kbd("j"), tag.kbd("k"), " ", _("down and up"),
                class_="pgc-hint pgc-queue-keys",
            ),
            class_="pgc-row",
        )  # fmt: skip

    def _nothing(self) -> Html:
        return tag.div(
            tag.b(_("Nothing waits for your word.")),
            tag.p(
                _(
                    "Suggestions come from what you do: categories for payments, achievements, your focus."
                )
            ),
            tag.button(_("Look for some now"), act="look_now", class_="pgc-button"),
            class_="pgc-empty pgc-stack",
        )

    def _card(self, each: Suggestion) -> Html:
        now = each.id == self.current
        mode = self.mode if now else ""
        collection = self.collection(each)
        keys = {"Escape": "leave"} if mode else _KEYS
        sure = "" if each.confidence is None else _("{share} sure", share=f"{each.confidence:.0%}")
        return tag.li(
            tag.div(
                tag.div(
                    tag.h3(each.title or self._about(each, collection), dir="auto"),
                    tag.span(_topic(each.topic), class_="pgc-chip"),
                    tag.span(sure, class_="pgc-soft pgc-small pgc-far") if sure else None,
                    class_="pgc-row",
                ),
                self._edited(each, collection) if mode == "edit" else self._changes(each, collection),
                tag.p(each.reason, class_="pgc-soft", dir="auto") if each.reason else None,
                {"doubt": self._doubt, "later": self._later}[mode](each)
                if mode in ("doubt", "later")
                else self._buttons(each)
                if not mode
                else None,
                tag.p(_by(each), class_="pgc-hint", dir="auto"),
                class_="pgc-stack",
                tabindex="0",
                role="group",
                aria_label=each.title or self._about(each, collection),
                data_pgc_keys=dumps(keys),
                data_pgc_values=dumps({"id": str(each.id)}),
                data_pgc_focus=True if now and self.moved and not mode else None,
            ),
            class_=["pgc-box", "pgc-queue-now" if now else ""],
            data_key=str(each.id),
        )  # fmt: skip

    def _about(self, each: Suggestion, collection: "Collection[Any] | None") -> str:
        """What it is about, where nobody gave it a title."""
        if each.target is None or collection is None:
            return _("New: {kind}", kind=kind_title(each.target_kind))
        found = collection.find(id=each.target, limit=1)
        return called(found[0], collection) if found else kind_title(each.target_kind)

    def collection(self, each: Suggestion) -> "Collection[Any] | None":
        try:
            return collection_of(self.suggestions.session, each.target_kind)
        except NotFound:
            return None  # a kind of one's own that is no more: it can still be refused

    def _changes(self, each: Suggestion, collection: "Collection[Any] | None") -> Html:
        """Field by field what it is and would become."""
        lines = []
        for name, change in each.changes.items():
            spec = collection.spec.fields.get(name) if collection else None
            old, new = _said(spec, change.get("old")), _said(spec, change.get("new"))
            lines.append(
                tag.div(
                    tag.dt(spec.title if spec else name),
                    tag.dd(
                        [tag.del_(tag.span(_("before:"), class_="pgc-sr"), old), tag.span(" → ", aria_hidden="true")]
                        if each.target and old
                        else None,
                        tag.ins(tag.span(_("then:"), class_="pgc-sr"), new or "∅"),
                        dir="auto",
                    ),
                )
            )  # fmt: skip
        return tag.dl(lines, class_="pgc-queue-changes")

    def _buttons(self, each: Suggestion) -> Html:
        values = {"id": str(each.id)}
        return tag.div(
            tag.button(_("Accept"), act="accept", values=values, class_="pgc-button pgc-first"),
            tag.button(_("Change …"), act="edit", values=values, class_="pgc-button"),
            tag.button(_("No …"), act="doubt", values=values, class_="pgc-button"),
            tag.button(_("Later …"), act="later", values=values, class_="pgc-button"),
            class_="pgc-row",
        )

    def _edited(self, each: Suggestion, collection: "Collection[Any] | None") -> Html:
        """The proposed values as fields."""
        drawn = []
        for name, change in each.changes.items():
            spec = collection.spec.fields.get(name) if collection else None
            if spec is None or fields.control_of(spec) in ("reference", "pointer", "parts"):
                drawn.append(
                    tag.p(name, ": ", text_of(change.get("new")), class_="pgc-soft", dir="auto")
                )
                continue
            raw = self.typed_raw.get(name, reading.raw_of(spec, change.get("new")))
            drawn.append(
                fields.draw(
                    fields.Slot(
                        spec, f"{self.id}-{each.id.hex[-8:]}-{name}", raw, self.problems.get(name, ""), focus=not drawn
                    )
                )
            )  # fmt: skip
        whole = self.problems.get(WHOLE)
        return tag.form(
            drawn,
            tag.p(whole, class_="pgc-wrong", role="alert") if whole else None,
            tag.div(
                tag.button(_("Accept so"), class_="pgc-button pgc-first"),
                tag.button(_("Cancel"), type="button", act="leave", class_="pgc-button"),
                class_="pgc-row",
            ),
            act="accept_so",
            values={"id": str(each.id)},
            class_="pgc-stack pgc-sunken",
        )

    def _doubt(self, each: Suggestion) -> Html:
        field = f"{self.id}-because"
        return tag.form(
            tag.label(_("Why not? It is not proposed again."), for_=field),
            tag.input(
                id=field, name="because", data_pgc_focus=True, maxlength=5000, autocomplete="off",
                placeholder=_("you may leave this empty"),
            ),
            tag.div(
                tag.button(_("Refuse"), class_="pgc-button pgc-first"),
                tag.button(_("Cancel"), type="button", act="leave", class_="pgc-button"),
                class_="pgc-row",
            ),
            act="reject",
            values={"id": str(each.id)},
            class_="pgc-stack pgc-sunken",
        )  # fmt: skip

    def _later(self, each: Suggestion) -> Html:
        return tag.form(
            tag.p(_("When shall it come back?")),
            tag.div(
                [
                    tag.button(
                        _(word), type="button", act="snooze", values={"id": str(each.id), "days": days},
                        class_="pgc-button", data_pgc_focus=True if days == 1 else None,
                    )
                    for days, word in _LATER
                ],
                tag.input(
                    type="date", name="day", min=(today() + timedelta(days=1)).isoformat(), aria_label=_("Day"),
                    class_="pgc-queue-day",
                ),
                tag.button(_("On this day"), class_="pgc-button"),
                tag.button(_("Cancel"), type="button", act="leave", class_="pgc-button pgc-plain"),
                class_="pgc-row",
            ),
            act="snooze",
            values={"id": str(each.id)},
            class_="pgc-stack pgc-sunken",
        )  # fmt: skip


def _topic(topic: str) -> str:
    """A topic by the word that people use for it."""
    for known, title in _TOPICS.items():
        if topic == known or topic.startswith(f"{known}."):
            return _(title)
    return topic.replace("_", " ").replace(".", " · ")


def _by(each: Suggestion) -> str:
    """Who proposes it."""
    source = _(_SOURCES[each.source]) if each.source in _SOURCES else each.source
    return " · ".join(filter(None, (source, each.model)))


def _said(spec: Any, value: Any) -> str:
    """A value as people read it."""
    if spec is not None and spec.choices and isinstance(value, str):
        return choice_title(value)
    return text_of(value)
