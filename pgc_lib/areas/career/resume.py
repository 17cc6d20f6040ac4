"""JSON Resume, version 1.0.0: a career as the open format that other tools read, and back.

What the format has no place for (how an achievement came about) lies under `x-pgc`, which it allows; what a file from
elsewhere holds besides lies in `extra` of the record it belongs to and is given back.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic import ValidationError

from pgc_lib.areas.career.composing import measured
from pgc_lib.areas.career.records import (
    Achievement,
    Profile,
    Project,
    Reference,
    Station,
    Strength,
)
from pgc_lib.areas.career.showing import Portrait
from pgc_lib.core.problems import problems_of
from pgc_lib.core.record import Record
from pgc_lib.errors import Problem
from pgc_lib.i18n import _

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
OURS = "x-pgc"
Object: TypeAlias = dict[str, Any]

_DATES = {"begin": "startDate", "end": "endDate"}
_BASICS = {
    "name": "name",
    "headline": "label",
    "picture": "image",
    "email": "email",
    "phone": "phone",
    "url": "url",
    "summary": "summary",
}
_LOCATION = {
    "address": "address",
    "postcode": "postalCode",
    "city": "city",
    "country": "countryCode",
    "region": "region",
}
_WORK = {"organisation": "name", "place": "location", "about": "description", "position": "position", "url": "url", **_DATES, "summary": "summary", "highlights": "highlights"}  # fmt: skip
_VOLUNTEER = {"organisation": "organization", "position": "position", "url": "url", **_DATES, "summary": "summary", "highlights": "highlights"}  # fmt: skip
_EDUCATION = {"organisation": "institution", "url": "url", "study": "area", "position": "studyType", **_DATES, "score": "score", "courses": "courses"}  # fmt: skip
_PROJECT = {"name": "name", "description": "description", "highlights": "highlights", "keywords": "keywords", **_DATES, "url": "url", "roles": "roles", "entity": "entity", "type": "type"}  # fmt: skip
_AWARD = {"title": "title", "end": "date", "issuer": "awarder", "result": "summary"}
_CERTIFICATE = {"title": "name", "end": "date", "url": "url", "issuer": "issuer"}
_PUBLICATION = {"title": "name", "issuer": "publisher", "end": "releaseDate", "url": "url", "result": "summary"}  # fmt: skip
_SKILL = {"name": "name", "level": "level", "keywords": "keywords"}
_INTEREST = {"name": "name", "keywords": "keywords"}
_REFERENCE = {"name": "name", "text": "reference"}
_STORY = ("situation", "action", "result", "number", "unit", "evidence")

_SECTIONS: Mapping[str, tuple[type[Record], Mapping[str, str], Mapping[str, str]]] = {
    "work": (Station, _WORK, {"sort": "work"}),
    "volunteer": (Station, _VOLUNTEER, {"sort": "volunteer"}),
    "education": (Station, _EDUCATION, {"sort": "education"}),
    "awards": (Achievement, _AWARD, {"sort": "award"}),
    "certificates": (Achievement, _CERTIFICATE, {"sort": "certificate"}),
    "publications": (Achievement, _PUBLICATION, {"sort": "publication"}),
    "skills": (Strength, _SKILL, {"sort": "skill"}),
    "interests": (Strength, _INTEREST, {"sort": "interest"}),
    "references": (Reference, _REFERENCE, {}),
    "projects": (Project, _PROJECT, {}),
}
"""The lists of the format, what each becomes, and which of our fields is which of theirs."""


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────


def of_portrait(shown: Portrait) -> Object:
    """A portrait as JSON Resume."""
    profile = shown.profile
    basics = _named(profile, _BASICS)
    if location := _named(profile, _LOCATION):
        basics["location"] = location
    if links := profile.get("links"):
        basics["profiles"] = [_filled(each) for each in links]
    extra = dict(profile.get("extra", {}))
    for name, value in extra.pop("basics", {}).items():
        basics.setdefault(name, value)
    made: Object = {"$schema": SCHEMA, "basics": basics}
    for section, values in shown.sections.items():
        for each in values:
            name, entry = _entry(section, each)
            if name:
                made.setdefault(name, []).append(entry)
    if languages := profile.get("languages"):
        made["languages"] = [_filled(each) for each in languages]
    for name, value in extra.items():
        made.setdefault(name, value)
    made.setdefault("meta", {"version": "v1.0.0"})
    return made


def dumped(made: Object) -> str:
    """As the text of a file."""
    return json.dumps(made, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _entry(section: str, values: Mapping[str, Any]) -> tuple[str, Object]:
    name = {"achievements": f"{values.get('sort')}s"}.get(section, section)
    if name == "achievements":
        return "projects", _achieved(values)
    if name not in _SECTIONS:
        return "", {}  # plans, focus and values: a résumé has no place for them
    entry = _named(values, _SECTIONS[name][1])
    if name == "projects" and values.get("skills"):
        entry["keywords"] = list(dict.fromkeys([*entry.get("keywords", []), *values["skills"]]))
    return name, _with_extra(entry, values)


def _achieved(values: Mapping[str, Any]) -> Object:
    """An achievement as a project, in a form that other tools show well."""
    story = " ".join(filter(None, (values["situation"], values["action"])))
    number = measured(values["number"], values["unit"])
    result = values["result"] + (f" ({number})" if number else "")
    shown = {
        "name": values["title"],
        "description": story,
        "highlights": [result.strip()] if result.strip() else [],
        "keywords": values["skills"],
        "startDate": values["begin"],
        "endDate": values["end"],
        "url": values["url"],
        "entity": values["issuer"],
        "type": "achievement",
        OURS: _filled({name: values[name] for name in _STORY}),
    }
    return _with_extra(_filled(shown), values)


def _with_extra(entry: Object, values: Mapping[str, Any]) -> Object:
    for name, value in values.get("extra", {}).items():
        entry.setdefault(name, value)
    return entry


def _named(values: Mapping[str, Any], names: Mapping[str, str]) -> Object:
    return _filled({theirs: values.get(ours) for ours, theirs in names.items()})


def _filled(values: Mapping[str, Any]) -> Object:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Resume:
    """What a file holds: rows under the names of our fields, and what was wrong with them."""

    profile: Object = field(default_factory=dict)
    rows: dict[str, list[Object]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(made: Any) -> Resume:
    """Read an object; whatever does not fit is named with its place and left out, the rest is taken."""
    found = Resume()
    if not isinstance(made, Mapping):
        found.problems.append(Problem("", _("a résumé is an object with named values")))
        return found
    top = {name: value for name, value in made.items() if value not in (None, "", [], {})}
    found.profile = _profile(top, found.problems)
    for name, (record, names, fixed) in _SECTIONS.items():
        for number, entry in enumerate(_objects(top.pop(name, []), name, found.problems)):
            place = f"{name}[{number}]"
            if name == "projects" and entry.get("type") == "achievement":
                row = _achievement(entry)
                _keep(found, Achievement, row, place)
                continue
            row = _ours(entry, names)
            row |= fixed
            _keep(found, record, row, place)
    rest = {name: value for name, value in top.items() if name != "$schema"}
    if rest and found.profile:
        found.profile["extra"] = {**found.profile.get("extra", {}), **rest}
    return found


def _profile(top: Object, problems: list[Problem]) -> Object:
    basics = top.pop("basics", {})
    if not isinstance(basics, Mapping):
        problems.append(Problem("basics", _("this must be an object with named values")))
        basics = {}
    rest = {name: value for name, value in basics.items() if value not in (None, "", [], {})}
    location = rest.pop("location", {})
    row = {ours: rest.pop(theirs, "") for ours, theirs in _BASICS.items()}
    if isinstance(location, Mapping):
        row |= {ours: location.get(theirs, "") for ours, theirs in _LOCATION.items()}
        if isinstance(row["country"], str):
            row["country"] = row["country"].upper()
    row["links"] = [_texts(each) for each in _objects(rest.pop("profiles", []), "basics.profiles", problems)]  # fmt: skip
    languages = _objects(top.pop("languages", []), "languages", problems)
    row["languages"] = [_texts(each) for each in languages]
    if rest:
        row["extra"] = {"basics": rest}
    row = {name: value for name, value in row.items() if value not in (None, "", [])}
    return _fitting(Profile, row, "basics", problems) if "name" in row else {}


def _achievement(entry: Mapping[str, Any]) -> Object:
    """One of ours that comes back, or the achievement of another tool."""
    rest = dict(entry)
    story = rest.pop(OURS, None)
    row = {
        "sort": "achievement",
        "title": rest.pop("name", ""),
        "begin": rest.pop("startDate", ""),
        "end": rest.pop("endDate", ""),
        "url": rest.pop("url", ""),
        "issuer": rest.pop("entity", ""),
    }
    rest.pop("type")
    description, highlights = rest.pop("description", ""), rest.pop("highlights", [])
    if isinstance(story, Mapping):
        row |= {name: value for name, value in story.items() if name in _STORY}
        rest.pop("keywords", None)  # the skills, which are records of the lab
    else:
        row["situation"] = description
        row["result"] = "\n".join(map(str, highlights)) if isinstance(highlights, list) else ""
    return row | ({"extra": rest} if rest else {})


def _ours(entry: Mapping[str, Any], names: Mapping[str, str]) -> Object:
    row = {ours: entry[theirs] for ours, theirs in names.items() if entry.get(theirs) not in (None, "")}  # fmt: skip
    extra = {name: value for name, value in entry.items() if name not in names.values() and value not in (None, "")}  # fmt: skip
    return row | ({"extra": extra} if extra else {})


def _texts(entry: Mapping[str, Any]) -> Object:
    return {name: value for name, value in entry.items() if isinstance(value, str) and value}


def _objects(value: Any, place: str, problems: list[Problem]) -> Iterable[Mapping[str, Any]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        problems.append(Problem(place, _("this must be a list")))
        return
    for number, each in enumerate(value):
        if isinstance(each, Mapping):
            yield each
        else:
            problems.append(
                Problem(f"{place}[{number}]", _("this must be an object with named values"))
            )


def _keep(found: Resume, record: type[Record], row: Object, place: str) -> None:
    if fitting := _fitting(record, row, place, found.problems):
        found.rows.setdefault(record.spec.kind, []).append(fitting)


def _fitting(record: type[Record], row: Object, place: str, problems: list[Problem]) -> Object:
    """The row without the fields that cannot be kept; nothing where what is left is no record."""
    while True:
        try:
            record(**row)
        except ValidationError as error:
            wrong = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]} & row.keys()  # fmt: skip
            said = problems_of(error, record.spec)
            problems += [Problem(f"{place} {each.place}".strip(), each.reason, each.value) for each in said]  # fmt: skip
            if not wrong:
                without = {name: row[name] for name in row if name not in ("begin", "end")}
                if without == row:
                    return {}
                row = without
                continue
            row = {name: value for name, value in row.items() if name not in wrong}
        else:
            return row
