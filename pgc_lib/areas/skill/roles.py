"""Roles from elsewhere, as text: TOML, JSON or CSV.

TOML            [roles."Data engineer"]              JSON   {"name": "Data engineer", "skills": {"Python": 3}}
                Python = 3                                  or a list of them
                SQL = {level = 4, weight = 2}        CSV    role,skill,level,weight,note

What is wrong is a `Problem` with its place; nothing is guessed.
"""

import csv
import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, Literal

from pgc_lib.areas.skill.levels import HIGHEST
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

Form = Literal["toml", "json", "csv"]
FORMS: tuple[Form, ...] = ("toml", "json", "csv")
_COLUMNS = {
    "role": ("role", "角色", "岗位", "职位"),
    "skill": ("skill", "技能", "name"),
    "level": ("level", "等级", "级别"),
    "weight": ("weight", "权重"),
    "note": ("note", "备注"),
}
_MOST_WEIGHT = 10.0
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a role."""

    role: str
    skill: str
    level: float
    weight: float = 1.0
    note: str = ""


def form_of(text: str) -> Form:
    """Which of the three a text is, by its first sign."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return "json"
    if not start.startswith("["):
        first = start.partition("\n")[0]
        return "toml" if "=" in first or first.startswith("#") else "csv"
    try:
        json.loads(start)
    except ValueError:
        return "toml"
    except RecursionError:
        return "json"
    return "json"


def read(
    text: str, form: Form | None = None, *, name: str = ""
) -> tuple[list[Asked], list[Problem]]:
    """The roles of a text, and what is wrong with it; `name` is the role of lines that name none."""
    text = text.removeprefix("\ufeff")
    kind = form or form_of(text)
    try:
        said = list({"toml": _toml, "json": _json, "csv": _csv}[kind](text))
    except (ValueError, RecursionError, csv.Error) as error:
        return [], [Problem(kind.upper(), _("this cannot be read: {error}", error=error))]
    if not said:
        return [], [Problem(kind.upper(), _("no role is in this"))]
    return _checked(said, name)


def read_levels(role: str, levels: Mapping[str, Any]) -> tuple[list[Asked], list[Problem]]:
    """The levels of one role, as a person writes them in a notebook."""
    return _checked(list(_skills(role, levels)), role)


def refuse(problems: Sequence[Problem]) -> None:
    """`Invalid`, when there is anything wrong."""
    if problems:
        raise Invalid(
            _("These roles cannot be taken in:"),
            problems,
            next_step=_("Correct what is named above and try again; nothing was changed."),
        )


def _checked(
    said: "list[tuple[str, Mapping[str, Any]]]", name: str
) -> tuple[list[Asked], list[Problem]]:
    found: dict[tuple[str, str], Asked] = {}
    problems: list[Problem] = []
    for place, line in said:
        asked = _asked(place, line, name, problems)
        if asked is None:
            continue
        key = (asked.role.casefold(), asked.skill.casefold())
        if key in found:
            problems.append(Problem(place, _("this skill is asked for twice"), asked.skill))
            continue
        found[key] = asked
    return list(found.values()), problems


def write(asked: "list[Asked]") -> str:
    """Roles as CSV, which `read` reads again."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(
        [line.role, line.skill, f"{line.level:g}", f"{line.weight:g}", line.note] for line in asked
    )
    return target.getvalue()


Said = Iterator[tuple[str, Mapping[str, Any]]]


def _toml(text: str) -> Said:
    data = tomllib.loads(text)
    roles = data.get("roles", data)
    if not isinstance(roles, dict):
        raise ValueError(_("a role is a table of skills"))
    for role, skills in roles.items():
        yield from _skills(str(role), skills)


def _json(text: str) -> Said:
    data = json.loads(text)
    for role in data if isinstance(data, list) else [data]:
        if not isinstance(role, dict):
            raise ValueError(_("a role is an object with name and skills"))
        yield from _skills(str(role.get("name") or ""), role.get("skills"))


def _skills(role: str, skills: Any) -> Said:
    if isinstance(skills, list):
        for number, line in enumerate(skills, 1):
            whole = line if isinstance(line, dict) else {"skill": line}
            skill = whole.get("skill", whole.get("name"))
            yield f"{role}[{number}]", {**whole, "role": role, "skill": skill}
        return
    if not isinstance(skills, dict):
        yield role, {"role": role, "skill": None, "level": None}
        return
    for skill, wanted in skills.items():
        whole = wanted if isinstance(wanted, dict) else {"level": wanted}
        yield f"{role}.{skill}", {**whole, "role": role, "skill": str(skill)}


def _csv(text: str) -> Said:
    lines = csv.reader(StringIO(text, newline=""), strict=True)
    heading = [column.strip().casefold() for column in next(lines, [])]
    places = {
        field: next((heading.index(name) for name in names if name in heading), None)
        for field, names in _COLUMNS.items()
    }
    if places["skill"] is None or places["level"] is None:
        raise ValueError(_("the columns skill and level are needed"))
    for line in lines:
        if any(cell.strip() for cell in line):
            yield (
                _("line {n}", n=lines.line_num),
                {
                    field: line[at].strip()
                    for field, at in places.items()
                    if at is not None and at < len(line)
                },
            )


def _asked(place: str, line: Mapping[str, Any], name: str, problems: list[Problem]) -> Asked | None:
    before = len(problems)
    role = " ".join(str(line.get("role") or name).split())
    skill = " ".join(str(line.get("skill") or "").split())
    for title, value in ((_("Role"), role), (_("Skill"), skill)):
        if not value:
            problems.append(Problem(f"{place} {title}", _("a value is needed here")))
        elif len(value) > _LONGEST or "\0" in value:
            problems.append(
                Problem(
                    f"{place} {title}",
                    _("the text is longer than {max_length} characters", max_length=_LONGEST),
                )
            )
    level = _number(place, _("Level"), line.get("level"), HIGHEST, problems)
    weight = line.get("weight")
    heavy = (
        1.0 if weight in (None, "") else _number(place, _("Weight"), weight, _MOST_WEIGHT, problems)
    )
    if len(problems) > before or level is None or heavy is None:
        return None
    return Asked(role, skill, level, heavy, str(line.get("note") or ""))


def _number(
    place: str, title: str, value: Any, most: float, problems: list[Problem]
) -> float | None:
    try:
        number = float("nan" if isinstance(value, bool) or value is None else value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if 0 < number <= most:
        return number
    problems.append(
        Problem(
            f"{place} {title}",
            _("this must be a number above 0 and up to {most:g}", most=most),
            value,
        )
    )
    return None
