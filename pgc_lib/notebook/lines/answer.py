"""What is shown after a line: what was kept with a way back, or what it could mean with a button for each.

Where no kernel is, and in a terminal, the same is text.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import _
from pgc_lib.notebook.lines.grammar import Meaning, Reading
from pgc_lib.notebook.lines.keeping import Done
from pgc_lib.notebook.live.html import Html, tag
from pgc_lib.notebook.live.part import Part, deed

if TYPE_CHECKING:
    from pgc_lib.core.changes import Undone
    from pgc_lib.lab import Lab


class _Told(Part):
    """A part that is text where nobody can click."""

    look = "pgc-line-said"

    def plain_html(self) -> str:
        """It as text, for a page without a kernel."""
        return str(tag.p(repr(self), style="white-space:pre-line"))

    def _repr_mimebundle_(
        self, **options: Any
    ) -> "tuple[dict[str, Any], dict[str, Any]] | dict[str, Any]":
        """The living answer where there is a kernel."""
        found = super()._repr_mimebundle_(**options)
        bundle: dict[str, Any] = dict(found[0] if isinstance(found, tuple) else found)
        bundle["text/html"] = self.plain_html()
        return bundle, {}


class Noted(_Told):
    """Something was kept."""

    def __init__(self, lab: "Lab", done: Done, *, problems: Sequence[str] = ()) -> None:
        self.lab = lab
        self.done = done
        self.problems = list(problems)
        self.undone: Undone | None = None

    def draw(self) -> Html:
        """One sentence, and a button that takes it back."""
        gone = self.undone is not None
        button = None
        if self.done.batch is not None:
            act, name = ("redo", _("Keep it after all")) if gone else ("undo", _("Undo"))
            button = tag.button(name, type="button", class_="pgc-button pgc-far", act=act)
        return tag.div(
            tag.div(
                tag.span("○" if gone else "✓", class_="pgc-soft" if gone else "pgc-good", aria_hidden="true"),
                tag.span(_("Taken back: {what}", what=self.done.said) if gone else self.done.said, dir="auto"),
                button,
                class_="pgc-row",
            ),
            [tag.p(each, class_="pgc-hint", dir="auto") for each in self.problems],
            class_="pgc-sunken",
            role="status",
        )  # fmt: skip

    @deed
    def undo(self) -> None:
        """Take it back."""
        if self.undone is None and self.done.batch is not None:
            self.undone = self.lab.history.undo_batch(self.done.batch)

    @deed
    def redo(self) -> None:
        """Keep it after all."""
        if self.undone is not None:
            self.lab.history.undo(self.undone)
            self.undone = None

    def __repr__(self) -> str:
        lines = [f"✓ {self.done.said}", *self.problems]
        if self.done.batch is not None:
            code = f'lab.history.undo_batch(UUID("{self.done.batch}"))'
            lines.append("  " + _("Undo: {code}", code=code))
        return "\n".join(lines)


class Unsure(_Told):
    """A line that could mean several things, or nothing; nothing was kept."""

    def __init__(
        self, lab: "Lab", reading: Reading, keep: "Callable[[Lab, Meaning], Done]", magic: str = "%log"
    ) -> None:  # fmt: skip
        self.lab = lab
        self.reading = reading
        self.magic = magic
        self._keep = keep
        self.noted: Noted | None = None

    def draw(self) -> Html:
        """Why it was not kept, and what it could mean."""
        if self.noted is not None:
            return tag.div(self.noted)
        return tag.div(
            tag.p(tag.b(self.reading.problem)),
            tag.p(self.reading.hint, class_="pgc-soft") if self.reading.hint else None,
            [self._choice(at, meaning) for at, meaning in enumerate(self.reading.meanings)],
            class_="pgc-sunken pgc-stack",
            role="status",
        )

    def _choice(self, at: int, meaning: Meaning) -> Html:
        code = tag.code(f"{self.magic} {meaning.line}")
        button = tag.button(
            meaning.said, type="button", class_="pgc-button", act="choose", values={"at": at}
        )
        return tag.div(button, code, class_="pgc-row")

    @deed
    def choose(self, at: int) -> None:
        """Keep what was meant."""
        if self.noted is None and 0 <= int(at) < len(self.reading.meanings):
            self.noted = Noted(self.lab, self._keep(self.lab, self.reading.meanings[int(at)]))

    def __repr__(self) -> str:
        lines = [f"  {self.magic} {each.line}    {each.said}" for each in self.reading.meanings]
        return "\n".join(filter(None, [self.reading.problem, self.reading.hint, *lines]))
