"""A career as it is shown to one reader: in one language, without what this reader may not see.

Everything that leaves the lab (HTML, PDF, Markdown, JSON Resume) is made from a `Portrait`, so what a view hides is
hidden in each of them. No identifier or pointer of the lab is in it.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.career.ahead import View
from pgc_lib.areas.career.sections import CONTACTS, KINDS, RESUME
from pgc_lib.core.pointer import point
from pgc_lib.core.record import SEALED

if TYPE_CHECKING:
    from pgc_lib.core.record import Record

HIDDEN = "•••"
_OF_CONTACT: Mapping[str, tuple[str, ...]] = {
    "email": ("email",),
    "phone": ("phone",),
    "address": ("address", "postcode"),
    "place": ("city", "region", "country"),
    "url": ("url",),
    "links": ("links",),
    "photo": ("picture",),
}
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,/-])\+?\(?\d(?:[\s().-]{0,2}\d){9,14}(?![\w/-])")
_INNER = ("translations", "rank", "sort", "links", "todo_project", "note", "within", "skill")
"""What of an entry is for the lab alone."""


@dataclass(frozen=True)
class Portrait:
    """What one reader sees."""

    profile: Mapping[str, Any]
    sections: Mapping[str, Sequence[Mapping[str, Any]]]
    """Each section's entries, fields by name, in the order in which they are shown."""
    lang: str
    """The language of the headings."""
    photo: bytes = b""
    skills: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Whose it is."""
        return str(self.profile.get("name", ""))


Names = Callable[[str], str]
"""What a pointer is called for a person; empty when it is not to be had."""


def portrait(
    records: Mapping[str, Sequence["Record"]],
    view: View,
    *,
    lang: str,
    photo: bytes = b"",
    names: Names = lambda _pointer: "",
    more: Callable[["Record"], Mapping[str, Any]] = lambda _record: {},
    levels: Mapping[str, str] | None = None,
    extras: bool = False,
) -> Portrait:
    """What a view shows of the records of each section; `more` adds what is computed, as a plan's pace.

    With `extras` also what files from elsewhere held besides, which nobody has looked through.
    """
    headings = view.language or lang
    content = view.content or headings
    shown = [name for name in (view.sections or RESUME) if name in KINDS]
    known = records.get("profile") or ()
    profile = said(known[0], content) if known else {}
    hide = _redaction([profile, *(each.values() for each in known[:1])], view.contacts)
    sections: dict[str, list[dict[str, Any]]] = {}
    for section in shown:
        if section == "profile":
            continue
        entries = [
            {**_outward(record, content, names, levels or {}, extras), **more(record)}
            for record in _picked(records.get(section, ()), view)
        ]
        if entries:
            sections[section] = [{key: hide(value) for key, value in entry.items()} for entry in entries]  # fmt: skip
    visible = {key for name in view.contacts for key in _OF_CONTACT[name]}
    concealed = {key for keys in _OF_CONTACT.values() for key in keys} - visible
    told = {"name"} | (set(profile) - concealed if "profile" in shown else visible)
    contact = {key for keys in _OF_CONTACT.values() for key in keys}
    kept = {
        key: value if key in contact else hide(value)
        for key, value in profile.items()
        if key in told and key != "translations" and (key != "extra" or extras)
    }
    return Portrait(kept, sections, headings, photo if "photo" in view.contacts else b"")


def everything(language: str = "", content: str = "") -> View:
    """The view of the person: nothing is hidden."""
    return View(name="•", sections=list(KINDS), contacts=list(CONTACTS), language=language, content=content)  # type: ignore[arg-type]  # fmt: skip


def said(record: "Record", language: str) -> dict[str, Any]:
    """The fields of a record, in a language where they are translated."""
    values = record.values()
    other = dict(values.get("translations", {}).get(language, {}))
    closed = values.pop("reach", "")
    if closed and closed != SEALED:
        other |= json.loads(closed).get(language, {})
    for name, value in other.items():
        if name in values and type(value) is type(values[name]):
            values[name] = value
    return values


def _picked(records: Iterable["Record"], view: View) -> list["Record"]:
    found = [record for record in records if point(record) not in view.without]
    chosen = [record for record in found if point(record) in view.only]
    return chosen or found


def _outward(
    record: "Record", language: str, names: Names, levels: Mapping[str, str], extras: bool
) -> dict[str, Any]:
    """The fields of an entry without anything that only the lab understands."""
    values = said(record, language)
    outward = {
        name: value
        for name, value in values.items()
        if (name not in _INNER and (name != "extra" or extras))
        or (name == "sort" and record.spec.name == "achievements")
    }
    if "skills" in outward:
        outward["skills"] = [name for each in values["skills"] if (name := names(each))]
    if "evidence" in outward:
        outward["evidence"] = [each for each in values["evidence"] if "://" in each]
    if values.get("skill") and not values.get("level"):
        outward["level"] = levels.get(values["skill"], "")
    return outward


def _redaction(
    profiles: Sequence[Mapping[str, Any]], contacts: Sequence[str]
) -> Callable[[Any], Any]:
    """Takes contacts that are not to be seen out of running text, where they are often written once more."""
    words = [
        str(profile.get(name))
        for profile in profiles
        for kind in ("email", "phone", "address")
        if kind not in contacts
        for name in _OF_CONTACT[kind]
        if len(str(profile.get(name) or "")) >= 4
    ]
    patterns = [re.compile(re.escape(word), re.IGNORECASE) for word in words]
    if "email" not in contacts:
        patterns.append(_EMAIL)
    if "phone" not in contacts:
        patterns.append(_PHONE)

    def hide(value: Any) -> Any:
        match value:
            case str():
                for pattern in patterns:
                    value = pattern.sub(HIDDEN, value)
                return value
            case list() | tuple():
                return [hide(each) for each in value]
            case dict():
                return {key: hide(each) for key, each in value.items()}
            case _:
                return value

    return hide
