"""A short form for every day: a few fields, a button, and what is wrong beside its field.

The whole of a record is edited in `widgets/form.py`; this is for what one notes in passing, in the words of an area's own
method (`lab.skills.log`, `lab.family.talked`), so that nobody has to know where it is kept.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pgc_lib.errors import Invalid
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Html, Part, deed, tag

_FIELD = re.compile(r"\((\w+)\)$")
"""A problem's place ends with the field's name."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: how it is asked for."""

    name: str
    title: str
    kind: str = "text"
    """`text`, `number`, `date`, `time`, `long`, `choice`, `scale`."""
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    """Of a choice; of a text, what is proposed."""
    hint: str = ""
    wide: bool = False


class Entry(Part):
    """The form; `save` gets what was typed, without what is empty, and may raise `Invalid`."""

    look = "pgc-entry-place"

    def __init__(
        self,
        name: str,
        fields: Callable[[], Sequence[Field]],
        save: Callable[[dict[str, str]], None],
        *,
        word: str = "",
    ) -> None:
        self.name, self.fields, self.save, self.word = name, fields, save, word
        self.values: Mapping[str, str] = {}
        self.problems: dict[str, str] = {}
        self._fresh = False

    def draw(self) -> Html:
        """The form."""
        fields = self.fields()
        known = {each.name for each in fields}
        rest = " ".join(text for name, text in self.problems.items() if name not in known)
        drawn = tag.form(
            [self._field(each) for each in fields],
            tag.button(self.word or _("Add"), class_="pgc-button pgc-first"),
            tag.p(rest, class_="pgc-wrong", role="alert") if rest else None,
            act="add",
            novalidate=True,
            class_="pgc-entry",
            aria_label=_(self.name),
        )
        self._fresh = False
        return drawn

    def _field(self, field: Field) -> Html:
        problem = self.problems.get(field.name, "")
        id, wrong = f"{self.id}-{field.name}", f"pgc-wrong-{field.name}"
        return tag.div(
            tag.label(field.title, for_=id),
            self._asked(
                field,
                id=id,
                name=field.name,
                aria_invalid="true" if problem else None,
                aria_describedby=wrong if problem else None,
                data_pgc_focus=bool(problem) and field.name == next(iter(self.problems), ""),
                data_force="" if self._fresh and field.kind != "choice" else None,
            ),
            tag.p(problem, class_="pgc-wrong", id=wrong, role="alert") if problem else None,
            class_=["pgc-field", "pgc-whole" if field.wide else ""],
        )

    def _asked(self, field: Field, **words: Any) -> Html:
        value = self.values.get(field.name, field.value)
        match field.kind:
            case "long":
                return tag.textarea(value, placeholder=field.hint or None, rows="3", **words)
            case "choice":
                return tag.select(
                    [
                        tag.option(text, value=key, selected=key == value)
                        for key, text in field.choices
                    ],
                    **words,
                )
            case "scale":
                return tag.input(type="range", min="1", max="10", step="1", value=value, **words)
            case "date" | "time":
                return tag.input(type=field.kind, value=value, **words)
            case _:
                known = f"{words['id']}-known" if field.choices else None
                box = tag.input(
                    type="text",
                    value=value,
                    placeholder=field.hint or None,
                    autocomplete="off",
                    inputmode="decimal" if field.kind == "number" else None,
                    list=known,
                    **words,
                )
                names = [tag.option(value=text) for _key, text in field.choices]
                return box + tag.datalist(names, id=known) if known else box

    @deed
    def add(self, **typed: Any) -> None:
        """Keep what was typed, or say what is wrong and leave it standing."""
        names = {each.name for each in self.fields()}
        values = {name: str(typed.get(name) or "").strip() for name in names}
        try:
            self.save({name: value for name, value in values.items() if value})
        except Invalid as error:
            self.values = values
            self.problems = {_place(problem.place): problem.reason for problem in error.problems}
            return
        self.values, self.problems, self._fresh = {}, {}, True


def _place(place: str) -> str:
    found = _FIELD.search(place)
    return found[1] if found else place
