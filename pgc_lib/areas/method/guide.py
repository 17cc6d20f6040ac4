"""The guide of each method (`guides/*.toml`): when to use it, its steps, and a worked example, in both languages side by side.

The steps say which fields of the record they fill, so the form, the notebook and the example come of one definition.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.core.shown import Told, card, plain_card
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _, lang

if TYPE_CHECKING:
    from pgc_lib.areas.method.base import Method

FOLDER = Path(__file__).parent / "guides"
LANGUAGES = ("en", "zh-CN")
_DAY = re.compile(r"today([+-]\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, and which fields it fills."""

    title: str
    text: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guide(Told):
    """How a method is used, in one language."""

    key: str
    name: str
    what: str
    when: str
    care: str
    """Where it does not help, and what to mind."""
    minutes: int
    origin: str
    steps: tuple[Step, ...]
    example: Mapping[str, Any]
    """The fields of a worked example."""

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Short name"): self.key,
            _("Name"): self.name,
            _("What it is"): self.what,
            _("When to use it"): self.when,
            _("Minutes"): self.minutes,
        }

    def _whole(self) -> dict[str, Any]:
        """All of it, one step a line; in a listing there is no room for this."""
        steps = {f"{n}. {step.title}": step.text for n, step in enumerate(self.steps, 1)}
        return {**self._shown_(), **steps, _("What to mind"): self.care, _("Where it comes from"): self.origin}  # fmt: skip

    def _repr_html_(self) -> str:
        return card(self._whole())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        del cycle  # its values are texts
        printer.text(plain_card(self._whole()))


def guide(key: str, language: str | None = None) -> Guide:
    """The guide of a method in a language, the person's own unless another is named."""
    text = _read().get(key)
    if text is None:
        raise NotFound(
            _("There is no method “{key}”.", key=key),
            next_step=_("Known are: {names}.", names=", ".join(sorted(_read()))),
        )
    wanted = language or lang()
    said = text[wanted if wanted in LANGUAGES else "en"]
    steps = tuple(
        Step(title, words, tuple(fields))
        for fields, (title, words) in zip(text["fields"], said["steps"], strict=True)
    )
    return Guide(
        key, said["name"], said["what"], said["when"], said["care"], text["minutes"], said["origin"], steps,
        said["example"],
    )  # fmt: skip


def guides(language: str | None = None) -> list[Guide]:
    """Every guide, in the order of the catalogue."""
    return [guide(key, language) for key in _read()]


def example(found: Guide, today: date) -> dict[str, Any]:
    """The values of a worked example; its days are counted from today."""
    return {name: _dated(value, today) for name, value in found.example.items()}


def fields_of(record: "type[Method]") -> list[str]:
    """The fields that a person fills in, in the order of the definition: its own before those of every method."""
    common = ("day", "review", "state", "tags", "actions", "note")
    own = [name for name in record.spec.fields if name not in ("title", *common)]
    return ["title", *own, *common]


def _dated(value: Any, today: date) -> Any:
    """`today` and `today+30` stand for days."""
    if isinstance(value, str) and (found := _DAY.fullmatch(value)):
        return today + timedelta(days=int(found.group(1) or 0))
    if isinstance(value, list):
        return [_dated(each, today) for each in value]
    if isinstance(value, dict):
        return {name: _dated(each, today) for name, each in value.items()}
    return value


@cache
def _read() -> dict[str, dict[str, Any]]:
    found = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml")}  # fmt: skip
    return dict(sorted(found.items(), key=lambda each: (int(each[1]["place"]), each[0])))
