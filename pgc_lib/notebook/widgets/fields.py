"""The control of one field: chosen by its type, its limits and its choices, labelled, with help and what is wrong below it.

    draw(Slot(spec.fields["day"], id="p1-day", raw="明天", said="tomorrow"))

Forms, tables and everything else that asks a person for a value draw it here. A control tells its part what was typed by the
deed `typed` (field, value, on), and its name in an HTML form is `f.` and the field's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pgc_lib.core.choices import choice_title
from pgc_lib.core.record import SEALED, TEXT_LIMIT, FieldSpec, Record
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Child, Html, tag
from pgc_lib.notebook.widgets.referring import points

Control = Literal[
    "line", "text", "markdown", "lines", "tags", "check", "yes_no", "radio", "select", "scale",
    "date", "moment", "money", "number", "reference", "pointer", "pointers", "parts", "object",
]  # fmt: skip
WIDE = frozenset({"text", "markdown", "lines", "parts", "object"})
"""Controls that need the whole width."""
_FEW, _SPAN = 4, 10
_LONG = 500
_TEXTS = frozenset({"note", "notes", "text", "body", "description", "summary", "comment", "content", "answer"})  # fmt: skip


def control_of(spec: FieldSpec, raw: Any = "", *, parts: bool = False, leads: str = "") -> Control:  # fmt: skip
    """How a field is asked for."""
    kind, widget = spec.type.name, spec.meta.widget
    if parts or widget == "parts":
        return "parts"
    if leads:
        return "reference"
    if points(spec):
        return "pointers" if kind == "texts" else "pointer"
    if spec.choices:
        return "radio" if len(spec.choices) <= _FEW else "select"
    match kind:
        case "yes_no":
            return "yes_no" if spec.optional else "check"
        case "whole" if _span(spec) <= _SPAN:
            return "scale"
        case "whole" | "number":
            return "number"
        case "texts":
            return "lines" if widget in ("lines", "text") else "tags"
        case "date" | "moment" | "money" | "object":
            return kind
        case "text":
            if widget == "markdown":
                return "markdown"
            long = (spec.max_length or TEXT_LIMIT) > _LONG and spec.name in _TEXTS
            return "text" if widget or long or "\n" in str(raw) else "line"
    return "line"


def _span(spec: FieldSpec) -> int:
    low = spec.limits.get("ge")
    high = spec.limits.get("le")
    if not isinstance(low, int) or not isinstance(high, int):
        return _SPAN + 1
    return high - low + 1


@dataclass(frozen=True, slots=True)
class Slot:
    """One field of one record in one place of the page."""

    spec: FieldSpec
    id: str
    raw: Any = ""
    problem: str = ""
    said: str = ""
    """How it was understood."""
    why_not: str = ""
    """Why it cannot be changed; empty where it can."""
    known: Sequence[str] = ()
    """What was written in this field before."""
    inside: Child = None
    """A part that asks for it, such as a picker, or the rows of a list."""
    look: Child = None
    """What a text looks like when it is drawn."""
    forced: bool = False
    """The text in the browser gives way to ours: it was left, and stands now as it was understood."""
    focus: bool = False
    name: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Beside the field's name, what comes with what is typed."""
    act: str = "typed"
    parts: bool = False
    leads: str = ""
    """The kind of record that it names."""
    instead: Control | None = None
    """Asked for in another way than usual, where there is little room."""
    bare: bool = False
    """Without title and help, which stand elsewhere."""

    @property
    def control(self) -> Control:
        """How it is asked for."""
        return self.instead or control_of(self.spec, self.raw, parts=self.parts, leads=self.leads)


def draw(slot: Slot) -> Html:
    """A field with its title, its help, and what is wrong."""
    spec, control = slot.spec, slot.control
    grouped = control in (
        "radio",
        "scale",
        "yes_no",
        "tags",
        "parts",
        "reference",
        "pointer",
        "pointers",
    )
    title = _title(slot)
    inner = _read_only(slot) if slot.why_not else _CONTROLS[control](slot)
    foot = _foot(slot)
    look = [
        "pgc-field",
        f"pgc-f-{control}",
        "pgc-wide" if control in WIDE and not slot.bare else "",
    ]
    if control == "check" and not slot.bare:
        return tag.div(tag.label(inner, tag.span(title), class_="pgc-check"), foot, class_=look, data_key=spec.name)  # fmt: skip
    if slot.bare:
        return tag.div(inner, foot, class_=look, data_key=spec.name)
    if grouped:
        return tag.div(
            tag.span(title, id=f"{slot.id}-title", class_="pgc-label"), inner, foot,
            class_=look, data_key=spec.name, role="group", aria_labelledby=f"{slot.id}-title",
            aria_describedby=f"{slot.id}-foot",
        )  # fmt: skip
    return tag.div(tag.label(title, for_=slot.id), inner, foot, class_=look, data_key=spec.name)


def _title(slot: Slot) -> Child:
    spec = slot.spec
    needed = spec.required and not slot.why_not
    unit = _(spec.meta.unit) if spec.meta.unit else ""
    return [
        spec.title,
        tag.span(" *", class_="pgc-needed", aria_hidden="true") if needed else None,
        tag.span(f" ({unit})", class_="pgc-soft")
        if unit.lower() != spec.title.lower() and unit
        else None,
        tag.span(_("encrypted"), class_="pgc-chip pgc-lock") if spec.meta.sensitive else None,
    ]


def _foot(slot: Slot) -> Html:
    """Always there, so that a screen reader hears when something is said in it."""
    help_text = "" if slot.bare else slot.why_not or slot.spec.help
    return tag.div(
        tag.p(slot.problem, class_="pgc-wrong") if slot.problem else None,
        tag.p("→ ", slot.said, class_="pgc-hint pgc-said-so") if slot.said and not slot.problem else None,
        tag.p(help_text, class_="pgc-hint") if help_text else None,
        id=f"{slot.id}-foot", class_="pgc-foot", aria_live="polite",
    )  # fmt: skip


def _common(slot: Slot, *, on: str = "input change") -> dict[str, Any]:
    return {
        "id": slot.id,
        "name": slot.name or f"f.{slot.spec.name}",
        "act": slot.act,
        "on": on,
        "values": {"field": slot.spec.name, **slot.values},
        "aria_invalid": "true" if slot.problem else None,
        "aria_required": "true" if slot.spec.required else None,
        "aria_describedby": f"{slot.id}-foot",
        "aria_label": slot.spec.title if slot.bare else None,
        "data_force": slot.forced or None,
        "data_pgc_focus": slot.focus or None,
    }


def _line(slot: Slot) -> Html:
    listed = f"{slot.id}-known" if slot.known else None
    options = tag.datalist([tag.option(value=each) for each in slot.known], id=listed) if listed else None  # fmt: skip
    limit = slot.spec.max_length
    return tag.div(
        tag.input(
            type="text", value=slot.raw, list=listed, autocomplete="off",
            maxlength=limit if limit and limit < TEXT_LIMIT else None, **_common(slot),
        ),
        options, class_="pgc-control",
    )  # fmt: skip


def _text(slot: Slot) -> Html:
    return tag.textarea("\n" if str(slot.raw).startswith("\n") else "", slot.raw, rows=2, **_common(slot))  # fmt: skip


def _markdown(slot: Slot) -> Html:
    shown = slot.look is not None
    toggle = tag.button(
        _("Write on") if shown else _("See how it looks"), type="button", class_="pgc-button pgc-plain",
        act="preview", values={"field": slot.spec.name}, aria_pressed="true" if shown else "false",
    )  # fmt: skip
    # What is written stays in the page while its look is seen, so it is sent with the rest.
    wanted = _common(slot)
    return tag.div(
        tag.textarea(slot.raw, rows=6, hidden=shown, **wanted),
        tag.div(slot.look, class_="pgc-sunken pgc-prose", tabindex="0") if shown else None,
        tag.div(toggle, tag.span(_("Markdown"), class_="pgc-hint"), class_="pgc-row"),
    )


def _lines(slot: Slot) -> Html:
    text = slot.raw if isinstance(slot.raw, str) else "\n".join(map(str, slot.raw))
    return tag.textarea(text, rows=3, placeholder=_("one on each line"), **_common(slot))


def _tags(slot: Slot) -> Html:
    chosen = slot.raw if isinstance(slot.raw, list) else []
    where = {"field": slot.spec.name, **slot.values}
    chips = [
        tag.span(
            each,
            tag.button("×", type="button", class_="pgc-button pgc-plain", act="untag", values={**where, "text": each},
                       aria_label=_("Take away {name}", name=each)),
            class_="pgc-chip", data_key=f"{slot.id}-{each}",
        )
        for each in chosen
    ]  # fmt: skip
    listed = f"{slot.id}-known" if slot.known else None
    adding = {**_common(slot, on="change"), "name": f"t.{slot.spec.name}", "act": "tag"}
    adding |= {"aria_label": _("Add to {title}", title=slot.spec.title), "aria_required": None}
    return tag.div(
        chips,
        tag.input(
            type="text", value="", list=listed, autocomplete="off", placeholder=_("add, then Enter"),
            data_pgc_keys='{"Enter": "tag", ",": "tag", "，": "tag"}', **{**adding, "data_force": True},
        ),
        tag.datalist([tag.option(value=each) for each in slot.known], id=listed) if listed else None,
        class_="pgc-tags",
    )  # fmt: skip


def _check(slot: Slot) -> Html:
    return tag.input(type="checkbox", checked=slot.raw is True, **_common(slot, on="change"))


def _options(slot: Slot, options: Sequence[tuple[str, str]]) -> Html:
    common = _common(slot, on="change")
    del common["id"], common["aria_label"], common["data_force"]
    focus = common.pop("data_pgc_focus")
    current = str(slot.raw)
    drawn = []
    for number, (value, title) in enumerate(options):
        picked = value == current
        wanted = focus and (picked or (number == 0 and current not in dict(options)))
        drawn.append(
            tag.label(
                tag.input(type="radio", value=value, checked=picked, id=slot.id if number == 0 else None,
                          data_pgc_focus=wanted or None, **common),
                tag.span(title), class_="pgc-option", data_key=f"{slot.id}-{value}",
            )
        )  # fmt: skip
    return tag.div(drawn, class_="pgc-options")


def _choices(spec: FieldSpec) -> list[tuple[str, str]]:
    """The choices with what they are called; nothing first, where nothing may be said."""
    nothing = [("", choice_title(""))] if spec.optional or "" in spec.choices else []
    return [*nothing, *((each, choice_title(each)) for each in spec.choices if each)]


def _radio(slot: Slot) -> Html:
    return _options(slot, _choices(slot.spec))


def _select(slot: Slot) -> Html:
    options = _choices(slot.spec)
    if slot.raw not in dict(options):
        options.insert(0, ("", _("choose …")))
    drawn = [tag.option(title, value=value, selected=value == str(slot.raw)) for value, title in options]  # fmt: skip
    return tag.select(drawn, **_common(slot, on="change"))


def _scale(slot: Slot) -> Html:
    low, high = int(slot.spec.limits["ge"]), int(slot.spec.limits["le"])
    nothing = [("", "–")] if slot.spec.optional else []
    return _options(slot, [*nothing, *((str(n), str(n)) for n in range(low, high + 1))])


def _yes_no(slot: Slot) -> Html:
    return _options(slot, [("", choice_title("")), ("yes", _("yes")), ("no", _("no"))])


def _number(slot: Slot) -> Html:
    return tag.input(type="text", inputmode="decimal", value=slot.raw, autocomplete="off", class_="pgc-number", **_common(slot))  # fmt: skip


def _calendar(slot: Slot, kind: str, value: str) -> Html:
    """A text for whoever types, and beside it the browser's calendar."""
    return tag.div(
        tag.input(type="text", value=slot.raw, autocomplete="off", placeholder=_("today, 3-15, next friday …") if kind == "date" else _("now, today 8:30 …"), **_common(slot)),
        tag.input(
            type=kind, value=value, class_="pgc-calendar", act=slot.act, on="change", tabindex="-1",
            values={"field": slot.spec.name, **slot.values, "on": "change"}, aria_label=_("Calendar for {title}", title=slot.spec.title),
        ),
        class_="pgc-control pgc-dated",
    )  # fmt: skip


def _date(slot: Slot) -> Html:
    return _calendar(slot, "date", slot.raw if len(str(slot.raw)) == 10 else "")


def _moment(slot: Slot) -> Html:
    raw = str(slot.raw)
    return _calendar(slot, "datetime-local", raw.replace(" ", "T") if len(raw) == 16 else "")


def _inside(slot: Slot) -> Html:
    return tag.div(slot.inside)


def _object(slot: Slot) -> Html:
    text = slot.raw if isinstance(slot.raw, str) else str(slot.raw)
    return tag.textarea(text, rows=4, class_="pgc-code", spellcheck="false", placeholder='{"name": "value"}', **_common(slot))  # fmt: skip


def _read_only(slot: Slot) -> Html:
    """What it says, to be read and copied."""
    raw = slot.raw
    if slot.inside is not None:
        return tag.div(slot.inside, class_="pgc-fixed")
    if slot.spec.choices:
        text = choice_title(str(raw))
    elif isinstance(raw, bool):
        text = _("yes") if raw else _("no")
    else:
        text = ", ".join(map(str, raw)) if isinstance(raw, list) else str(raw)
    return tag.output(text or "–", id=slot.id, class_="pgc-fixed", aria_describedby=f"{slot.id}-foot")  # fmt: skip


_CONTROLS = {
    "line": _line, "text": _text, "markdown": _markdown, "lines": _lines, "tags": _tags, "check": _check,
    "yes_no": _yes_no, "radio": _radio, "select": _select, "scale": _scale, "date": _date, "moment": _moment,
    "money": _number, "number": _number, "reference": _inside, "pointer": _inside, "pointers": _inside, "parts": _inside, "object": _object,
}  # fmt: skip


def sealed_for(record: Record, name: str) -> bool:
    """Whether somebody else's secret stands here, of which only that it is there can be seen."""
    return name in record.spec.sensitive and getattr(record, name) == SEALED
