"""A part of a page: draws itself, does deeds, is drawn anew."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pgc_lib.errors import PgcError
from pgc_lib.i18n import _, lang
from pgc_lib.notebook.live.html import Html, joined, tag

if TYPE_CHECKING:
    from pgc_lib.notebook.live.view import Live

F = TypeVar("F", bound=Callable[..., Any])
log = logging.getLogger(__name__)
_numbers = count(1)
_PREFIX = f"p{secrets.token_hex(3)}"
"""One page may show parts of several kernels."""
_root: "ContextVar[Part | None]" = ContextVar(
    "the part that is being drawn with all that is in it", default=None
)


def deed(method: F) -> F:
    """What a person may make a part do; its name is the `act` of a button, its parameters come with it."""
    method.__dict__["pgc_deed"] = True
    return method


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a person chose or dropped; the copy lives as long as the part."""

    name: str
    path: Path


class Part:
    """What is seen and acted upon. Subclasses say how they are drawn and what they do."""

    deeds: ClassVar[frozenset[str]] = frozenset()
    look: ClassVar[str] = ""
    """Classes of the element around it."""
    named: str = ""
    """What a screen reader calls it; empty where its headings suffice."""

    def __init_subclass__(cls, **words: Any) -> None:
        super().__init_subclass__(**words)
        own = {name for name, value in vars(cls).items() if hasattr(value, "pgc_deed")}
        cls.deeds = cls.deeds | own

    def draw(self) -> Html:
        """What is inside."""
        raise NotImplementedError

    # ── drawn ──────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def id(self) -> str:
        """Its name within the page."""
        return f"{_PREFIX}-{next(_numbers)}"

    def __html__(self) -> str:
        """As a part of what is being drawn; alone, it is drawn with all that is in it."""
        root = _root.get()
        if root is None:
            return self.html
        self.__dict__["_within"] = root
        root._parts[self.id] = self
        return self._around(self._inside())

    @property
    def html(self) -> str:
        """The whole of it, as it would be drawn now."""
        top = self._top
        before = _root.set(top)
        try:
            top._parts[self.id] = self
            return self._around(self._inside())
        finally:
            _root.reset(before)

    def _inside(self) -> Html:
        try:
            return joined(self.draw())
        except PgcError as error:
            return trouble(error)

    def _around(self, inside: Html) -> Html:
        return tag.div(
            inside,
            id=self.id,
            class_=["pgc-part", self.look],
            data_pgc_part=self.id,
            role="group" if self.named else None,
            aria_label=self.named or None,
        )

    @cached_property
    def _parts(self) -> "dict[str, Part]":
        return {}

    @property
    def _top(self) -> "Part":
        within: Part = self.__dict__.get("_within") or self
        return within

    def part(self, id: str) -> "Part | None":
        """A part within it that was drawn."""
        return self if id == self.id else self._parts.get(id)

    # ── acted upon ─────────────────────────────────────────────────────────────────────────────────────
    def do(self, act: str, **values: Any) -> None:
        """Do a deed and draw anew; what goes wrong is said on the page."""
        if act not in self.deeds:
            log.warning("live.unknown_deed", extra={"act": act})
            return
        try:
            getattr(self, act)(**values)
        except PgcError as error:
            self.say(str(error), bad=True)
        except Exception as error:  # nobody who clicks shall read a traceback
            log.exception("live.failed")
            self.say(unexpected(error), bad=True)
        self.renew()

    def renew(self) -> None:
        """Draw it anew wherever it is seen."""
        if view := self._top.__dict__.get("widget"):
            view.renew(self)

    @property
    def said(self) -> str:
        """The sentence that was last said."""
        return str(self._top.__dict__.get("_said", ""))

    def say(
        self, text: str, *, undo: "Callable[[], object] | None" = None, bad: bool = False
    ) -> None:
        """Say a sentence at the foot of the page; with `undo`, a button takes back what was done."""
        top = self._top
        top.__dict__["_said"] = text
        top.__dict__["_undo"] = undo
        if view := top.__dict__.get("widget"):
            view.say(text, undo=undo is not None, bad=bad)

    def take_back(self) -> None:
        """Undo what was said last."""
        undo = self._top.__dict__.pop("_undo", None)
        if undo is None:
            return
        try:
            undo()
            self.say(_("Taken back."))
        except PgcError as error:
            self.say(str(error), bad=True)
        self._top.renew()

    def focus(self, selector: str) -> None:
        """Put the cursor into an element once it is drawn."""
        if view := self._top.__dict__.get("widget"):
            view.send({"focus": f"#{self.id} {selector}"})

    def download(self, name: str, content: bytes, kind: str = "application/octet-stream") -> None:
        """Give the browser a file."""
        if view := self._top.__dict__.get("widget"):
            view.send({"download": {"name": name, "type": kind}}, [content])

    @property
    def surroundings(self) -> Mapping[str, Any]:
        """What the browser told of itself: `width`, `dark`, `webgl`; empty before it has."""
        told: Mapping[str, Any] = self._top.__dict__.get("_surroundings", {})
        return told

    def met(self) -> None:
        """Called when the browser has told its `surroundings`, and again when they change (a turned phone, a dark evening)."""
        for part in list(self._parts.values()):
            if part is not self:
                part.met()

    # ── seen ───────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def widget(self) -> "Live":
        """The living page, for layouts of ipywidgets."""
        from pgc_lib.notebook.live.view import Live

        return Live(self)

    def close(self) -> None:
        """End what was begun for it, such as listening; called when its page goes. Parts in it are told, too."""

    def _repr_mimebundle_(
        self, **options: Any
    ) -> "tuple[dict[str, Any], dict[str, Any]] | dict[str, Any]":
        """The living page where there is a kernel, and the same as HTML where there is none."""
        found = self.widget._repr_mimebundle_(**options)
        bundle = dict((found[0] if isinstance(found, tuple) else found) or {})
        bundle["text/html"] = still(self)
        bundle["text/plain"] = repr(self)
        return bundle, {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def still(part: Part) -> str:
    """A part as HTML with its look, which needs no kernel and does nothing."""
    from pgc_lib.notebook.live.style import css_for

    html = part.html
    return f"<style>{css_for(html)}</style><div class='pgc pgc-still' lang='{lang()}'>{html}</div>"


def trouble(error: PgcError) -> Html:
    """What keeps a part from being drawn, and what to do."""
    return tag.div(str(error), class_="pgc-trouble", role="alert")


def unexpected(error: BaseException) -> str:
    """An error nobody foresaw, in two sentences."""
    return "\n".join(
        [
            _("This did not work: {reason}", reason=type(error).__name__),
            "→ " + _("Reload the page; `pgc doctor` says whether something is wrong."),
        ]
    )


def all_of(parts: Sequence[Part]) -> Html:
    """Parts below one another."""
    return tag.div(list(parts), class_="pgc-stack")
