"""How the fields of a member are written in GEDCOM; the reader compares with this what a file said.

What would come out the same need not be kept beside the field.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import name as unicode_name

from pgc_lib.areas.kin.dating import Span, read
from pgc_lib.exchange.gedcom_lines import Line

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ONE = r"(?:(?:\d{1,2} )?(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC) )?\d{3,4}"
_OTHER_CALENDAR = r"(?:@#D[A-Z ]+@|JULIAN|HEBREW|FRENCH_R|GREGORIAN) "
_GEDCOM = re.compile(
    rf"(?:(?:ABT|CAL|EST|BEF|AFT|FROM|TO) )?{_ONE}|BET {_ONE} AND {_ONE}|FROM {_ONE} TO {_ONE}|.*{_OTHER_CALENDAR}.*"
)
_NAME = re.compile(r"([^/]*)/([^/]*)/?(.*)")


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────


def date_text(day: date) -> str:
    """A day as GEDCOM writes it."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def about_line(text: str, *, seven: bool) -> Line:
    """A half-known day: in GEDCOM's words where it has them, otherwise as a phrase."""
    if _GEDCOM.fullmatch(text):
        return Line("DATE", text)
    if found := _in_words(read(text), text):
        return Line("DATE", found)
    if seven:
        return Line("DATE", "", children=[Line("PHRASE", text)])
    return Line("DATE", f"({text})")


def _in_words(span: Span, text: str) -> str:
    """The same in GEDCOM's words, when reading them again gives the same span."""
    year = next(iter(re.findall(r"\d{3,4}", text)), "")
    tried = [f"{word} {year}".strip() for word in ("", "ABT", "BEF", "AFT")]
    return next((one for one in tried if year and span.known and read(one) == span), "")


# ── a person's structures ────────────────────────────────────────────────────────────────────────────


def name_parts(line: Line) -> dict[str, Any]:
    """The fields of a name."""
    value = " ".join(line.text.split())
    found = _NAME.fullmatch(value)
    surname = line.said("SURN") or (found[2].strip() if found else "")
    given = line.said("GIVN") or ((found[1].strip() or found[3].strip()) if found else "")
    shown = shown_name(value) or f"{given} {surname}".strip() or "?"
    return {"name": shown[:200], "surname": surname[:100], "given": given[:100]}


def shown_name(value: str) -> str:
    """A name as it is spoken, without the strokes around the surname."""
    found = _NAME.fullmatch(value)
    if not found:
        return " ".join(value.replace("/", " ").split())
    given, surname, rest = (part.strip() for part in found.groups())
    if is_chinese(given + surname + rest):
        return surname + given + rest  # many programs write 建国 /张/ for 张建国
    return " ".join(filter(None, (given, surname, rest)))


def is_chinese(text: str) -> bool:
    """Whether a name is written without spaces, family name first."""
    if text.isascii():
        return False
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and all("CJK" in unicode_name(letter, "") for letter in letters)


def name_line(values: dict[str, Any]) -> Line:
    """A name from its fields."""
    name, surname, given = values["name"], values.get("surname", ""), values.get("given", "")
    if surname:
        written = f"/{surname}/{given}" if is_chinese(surname) else f"{given} /{surname}/".strip()
        if shown_name(written) == name:
            return Line("NAME", written)
    parts = [Line(tag, part) for tag, part in (("GIVN", given), ("SURN", surname)) if part]
    return Line("NAME", name, children=parts)


def sex_line(values: dict[str, Any]) -> Line | None:
    """The sex; nothing where it is not said."""
    letter = {"female": "F", "male": "M"}.get(values.get("sex", ""))
    return Line("SEX", letter) if letter else None


def birth_line(values: dict[str, Any], *, seven: bool) -> Line | None:
    """The birth; nothing where nothing is known of it."""
    below = _dated(values, "born", seven=seven)
    if place := values.get("birthplace"):
        below.append(Line("PLAC", place))
    return Line("BIRT", children=below) if below else None


def death_line(values: dict[str, Any], *, seven: bool) -> Line | None:
    """The death; nothing for the living."""
    below = _dated(values, "died", seven=seven)
    if below:
        return Line("DEAT", children=below)
    return Line("DEAT", "Y") if values.get("dead") else None


def _dated(values: dict[str, Any], name: str, *, seven: bool) -> list[Line]:
    if day := values.get(name):
        return [Line("DATE", date_text(day))]
    about = values.get(f"{name}_about", "")
    return [about_line(about, seven=seven)] if about else []


def same(line: Line, *written: Line | None) -> bool:
    """Whether a structure is one of those that we would write."""
    return any(one is not None and _equal(line, one) for one in written)


def _equal(one: Line, other: Line) -> bool:
    return (
        one.tag == other.tag
        and one.text == other.text
        and one.pointer == other.pointer
        and len(one.children) == len(other.children)
        and all(map(_equal, one.children, other.children))
    )


# ── what GEDCOM has no word for ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Own:
    """A field under a tag of our own."""

    field: str
    parse: Callable[[str], Any]

    def read(self, text: str, values: dict[str, Any]) -> bool:
        """Take the value; whether it was one."""
        try:
            found = self.parse(text.strip())
        except ValueError:
            return False
        values[self.field] = found
        return True


def _order(text: str) -> int:
    return _within(text, 50)


def _days(text: str) -> int:
    return _within(text, 3660)


def _within(text: str, most: int) -> int:
    number = int(text)
    if not 1 <= number <= most:
        raise ValueError(text)
    return number


def _short(text: str) -> str:
    if len(text) > 100:
        raise ValueError(text)
    return text


def _yes(text: str) -> bool:
    if text != "Y":
        raise ValueError(text)
    return True


OWN = {
    "_CALLED": Own("called", _short),
    "_LUNAR": Own("lunar", _yes),
    "_ORDER": Own("place", _order),
    "_EVERY": Own("every", _days),
}


def own_lines(values: dict[str, Any]) -> list[Line]:
    """The fields for which GEDCOM has no word."""
    found = []
    for tag, own in OWN.items():
        if value := values.get(own.field):
            found.append(Line(tag, "Y" if value is True else str(value)))
    return found
