"""A portrait as pages see it: headings, entries, lines. HTML, Markdown and PDF differ only in how they set it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pgc_lib.areas.career.places import country
from pgc_lib.areas.career.sections import title_of
from pgc_lib.areas.career.showing import Portrait
from pgc_lib.i18n import N_, _, in_lang

_SORTS = {
    "achievement": "",
    "award": N_("Award"),
    "certificate": N_("Certificate"),
    "publication": N_("Publication"),
}
HORIZONS = {
    "month": N_("this month"),
    "quarter": N_("this quarter"),
    "year": N_("this year"),
    "years": N_("the next years"),
    "life": N_("my life"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a section."""

    title: str
    sub: str = ""
    when: str = ""
    where: str = ""
    url: str = ""
    measure: str = ""
    texts: Sequence[tuple[str, str]] = ()
    """Paragraphs, each with its label, which may be empty."""
    points: Sequence[str] = ()
    tags: Sequence[str] = ()
    proofs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """One section."""

    name: str
    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Composed:
    """The whole page."""

    lang: str
    name: str
    headline: str
    summary: str
    about: str
    """The heading above the summary."""
    contacts: Sequence[tuple[str, str]]
    """Each with the address that it leads to, or nothing."""
    languages: Sequence[tuple[str, str]]
    languages_title: str
    contacts_title: str
    chapters: Sequence[Chapter]
    photo: bytes = b""

    def plain(self) -> dict[str, Any]:
        """As data for a template."""
        values = asdict(self)
        del values["photo"]
        return values


def compose(shown: Portrait) -> Composed:
    """What stands on the page, with headings in the portrait's language."""
    with in_lang(shown.lang):
        profile = shown.profile
        return Composed(
            shown.lang,
            shown.name,
            str(profile.get("headline", "")),
            str(profile.get("summary", "")),
            _("About me"),
            _contacts(profile, chinese=shown.lang == "zh-CN"),
            [(each["language"], each.get("fluency", "")) for each in profile.get("languages", [])],
            _("Languages"),
            _("Contact"),
            [
                Chapter(name, title_of(name), [_ENTRIES[name](each) for each in entries])
                for name, entries in shown.sections.items()
            ],
            shown.photo,
        )


def safe_link(address: str) -> str:
    """An address that may be followed; empty for any other."""
    plain = address.strip()
    known = plain.lower().startswith(("http://", "https://", "mailto:", "tel:"))
    return plain if known and not any(each in plain for each in "\"'<> \n\r\t`") else ""


def _contacts(profile: Mapping[str, Any], *, chinese: bool) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if email := profile.get("email"):
        found.append((email, safe_link(f"mailto:{email}")))
    if phone := profile.get("phone"):
        digits = "".join(each for each in phone if each.isdigit() or each == "+")
        found.append((phone, safe_link(f"tel:{digits}")))
    address = ", ".join(filter(None, (profile.get("address"), profile.get("postcode"))))
    parts = [profile.get("city"), profile.get("region"), country(profile.get("country") or "")]
    # In Chinese the larger place comes first.
    place = " ".join(filter(None, parts[::-1])) if chinese else ", ".join(filter(None, parts))
    found += [(each, "") for each in (address, place) if each]
    if url := profile.get("url"):
        found.append((_bare(url), safe_link(url)))
    for each in profile.get("links", []):
        named = " ".join(filter(None, (each["network"], each.get("username"))))
        found.append((named, safe_link(each.get("url", ""))))
    return found


def _bare(url: str) -> str:
    return url.partition("://")[2].rstrip("/") or url


def span_of(begin: str, end: str, *, lasting: bool) -> str:
    """From when to when; what has begun and not ended lasts, if it is of that sort."""
    if not begin or begin == end:
        return begin or end
    if end:
        return f"{begin} – {end}"
    return _("{begin} – today", begin=begin) if lasting else begin


def measured(number: float | None, unit: str) -> str:
    """A number with its unit; a percent sign stands close."""
    if number is None:
        return ""
    told = f"{number:,.10g}" if abs(number) < 1e15 else f"{number:g}"
    return f"{told}{unit}" if unit in ("%", "‰", "×") else f"{told} {unit}".strip()


def _texts(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [(label, text) for label, text in pairs if text]


def _station(values: Mapping[str, Any]) -> Entry:
    position = " · ".join(filter(None, (values["position"], values["study"])))
    return Entry(
        position or values["organisation"],
        values["organisation"] if position else "",
        span_of(values["begin"], values["end"], lasting=True),
        values["place"],
        safe_link(values["url"]),
        values["score"],
        _texts(("", values["about"]), ("", values["summary"])),
        values["highlights"],
        values["courses"],
    )


def _project(values: Mapping[str, Any]) -> Entry:
    return Entry(
        values["name"],
        " · ".join(filter(None, (values["entity"], ", ".join(values["roles"])))),
        span_of(values["begin"], values["end"], lasting=True),
        url=safe_link(values["url"]),
        texts=_texts(("", values["description"])),
        points=values["highlights"],
        tags=list(dict.fromkeys([*values["keywords"], *values["skills"]])),
    )


def _achievement(values: Mapping[str, Any]) -> Entry:
    sort = _SORTS.get(values["sort"], "")
    return Entry(
        values["title"],
        " · ".join(filter(None, (_(sort) if sort else "", values["issuer"]))),
        span_of(values["begin"], values["end"], lasting=False),
        url=safe_link(values["url"]),
        measure=measured(values["number"], values["unit"]),
        texts=_texts(
            (_("Situation"), values["situation"]),
            (_("What I did"), values["action"]),
            (_("Result"), values["result"]),
        ),
        tags=values["skills"],
        proofs=[link for each in values["evidence"] if (link := safe_link(each))],
    )


def _focus(values: Mapping[str, Any]) -> Entry:
    begin, end = _day(values["since"]), _day(values["until"])
    return Entry(
        values["title"],
        when=span_of(begin, end, lasting=True),
        texts=_texts(("", values["why"])),
    )


def _plan(values: Mapping[str, Any]) -> Entry:
    return Entry(
        values["title"],
        _(HORIZONS[values["horizon"]]),
        span_of(_day(values["begin"]), _day(values["due"]), lasting=False),
        measure=values.get("pace", ""),
        texts=_texts(
            (_("Why"), values["why"]), (_("Success criteria"), "; ".join(values["success"]))
        ),
        points=values.get("milestones", []),
    )


def _strength(values: Mapping[str, Any]) -> Entry:
    return Entry(values["name"], values["level"], tags=values["keywords"])


def _value(values: Mapping[str, Any]) -> Entry:
    return Entry(values["name"], texts=_texts(("", values["meaning"])))


def _reference(values: Mapping[str, Any]) -> Entry:
    return Entry(values["name"], texts=_texts(("", values["text"])))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


_ENTRIES: Mapping[str, Callable[[Mapping[str, Any]], Entry]] = {
    "focus": _focus,
    "plans": _plan,
    "achievements": _achievement,
    "work": _station,
    "projects": _project,
    "education": _station,
    "volunteer": _station,
    "skills": _strength,
    "interests": _strength,
    "values": _value,
    "references": _reference,
}
