"""Where there is help: shown with a result that calls for it, in both languages, whoever reads the screen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from pgc_lib.i18n import LANGUAGES, _, in_lang, lang

Level = Literal["seek", "urgent"]


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint to professional help; an urgent one says whom to call now."""

    level: Level

    def lines(self) -> list[str]:
        """What to do, in the person's language."""
        if self.level == "urgent":
            return [
                _("You noted thoughts of death or of hurting yourself. You do not have to bear this alone: please speak with somebody now, someone close to you or one of these."),
                _("Mainland China: 12356 (psychological support), 120 (ambulance), 110 (police). Elsewhere: your local emergency number, such as 112 or 911."),
                _("If you might act on these thoughts, call now or go to the nearest emergency department, and ask somebody to stay with you."),
            ]  # fmt: skip
        return [
            _("What you answered is a good reason to speak with a doctor or a psychotherapist. Only they can say what it is."),
            _("Somebody to talk to: in mainland China 12356 (psychological support); in an emergency 120 or 110; elsewhere your local emergency number."),
        ]  # fmt: skip

    def both(self) -> Iterator[list[str]]:
        """The same in both languages, the person's own first."""
        for each in sorted(LANGUAGES, key=lambda language: language != lang()):
            with in_lang(each):
                yield self.lines()

    def _shown_(self) -> Mapping[str, Any]:
        return {_("Where there is help"): "\n".join("\n".join(lines) for lines in self.both())}

    def _repr_html_(self) -> str:
        colour = "#b3261e" if self.level == "urgent" else "#8a6d00"
        texts = "".join(f"<p>{'<br>'.join(map(escape, lines))}</p>" for lines in self.both())
        return f"<div role='note' style='border-left:4px solid {colour};padding:.2em 1em'>{texts}</div>"

    def __str__(self) -> str:
        return "\n".join("\n".join(lines) for lines in self.both())
