"""What a line means is kept: one transaction, one batch, so that it is taken back as one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.hobby.catalogue import catalogue
from pgc_lib.core.ids import new_id
from pgc_lib.core.record import Record
from pgc_lib.core.together import together
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import NotFound
from pgc_lib.notebook.lines.grammar import Known, Meaning

if TYPE_CHECKING:
    from pgc_lib.areas.hobby.records import Interest
    from pgc_lib.core.session import Session
    from pgc_lib.lab import Lab

_NOON = time(12)
_CATEGORIES = 2000


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was kept, and how it is taken back."""

    record: Record
    batch: UUID | None
    """Under which it is taken back; None where nothing was written."""
    said: str


def known_to(lab: "Lab") -> Known:
    """What this person has already, by which a line is understood."""
    import polars as pl

    mine = lab.person
    skills = {
        name.casefold() for each in lab.skills.items.find(owner=mine) for name in (each.name, *each.aliases)
    }  # fmt: skip
    hobbies = {
        name.casefold() for each in lab.hobbies.interests.find(owner=mine) for name in _called(each)
    }
    lines = lab.finance.transactions.frame(columns=["category"], owner=mine, order="-day", limit=_CATEGORIES)  # fmt: skip
    categories = lines["category"].unique().to_list() if lines.schema["category"] == pl.String else []  # fmt: skip
    categories += [name for rule in lab.finance.rules.in_order() if (name := rule.category)]
    return Known(frozenset(skills), frozenset(hobbies), frozenset(filter(None, categories)))


def _called(interest: "Interest") -> list[str]:
    """What an interest may be called: by its own name, or as the catalogue has it in either language."""
    hobby = catalogue().get(interest.hobby)
    return [interest.name, *((hobby.key, hobby.en, hobby.zh) if hobby else ())]


def keep(lab: "Lab", meaning: Meaning) -> Done:
    """Keep what a line means."""
    batch = new_id()
    with together(lab.session, batch) as joined:
        record = _WAYS[meaning.kind](joined, batch, dict(meaning.values))
    return Done(record, batch, meaning.said)


def _money(session: "Session", batch: UUID, values: dict[str, Any]) -> Record:
    from pgc_lib.areas.finance import Finance

    return Finance(session).transactions.add(batch=batch, **values)


def _mood(session: "Session", batch: UUID, values: dict[str, Any]) -> Record:
    from pgc_lib.areas.wellbeing import Wellbeing

    day = values.pop("day")
    return Wellbeing(session).log(**values, at=_moment(day), batch=batch)


def _practice(session: "Session", batch: UUID, values: dict[str, Any], *, create: bool = False) -> Record:  # fmt: skip
    from pgc_lib.areas.skills import Skills

    skills = Skills(session)
    try:
        skill = skills.skill(values["name"])
    except NotFound:
        if not create:
            raise
        skill = skills.items.add(name=values["name"], batch=batch)
    hours = values["minutes"] / 60
    told = {name: values[name] for name in ("day", "score", "note")}
    return skills.practice.add(skill=skill.id, hours=hours, **told, batch=batch)


def _new_skill(session: "Session", batch: UUID, values: dict[str, Any]) -> Record:
    return _practice(session, batch, values, create=True)


def _hobby(session: "Session", batch: UUID, values: dict[str, Any]) -> Record:
    from pgc_lib.areas.hobbies import Hobbies

    begun = _began(values["day"], values["minutes"])
    extra = {"joy": values["score"]} if values["score"] else {}
    return Hobbies(session).log(
        values["name"], minutes=values["minutes"], start=begun, note=values["note"], batch=batch, **extra
    )  # fmt: skip


def _exercise(session: "Session", batch: UUID, values: dict[str, Any]) -> Record:
    from pgc_lib.areas.wellbeing import Wellbeing

    begun = _began(values["day"], values["minutes"])
    note = {"note": values["note"]} if values["note"] else {}
    return Wellbeing(session).moved(
        values["name"], values["minutes"], start=begun, batch=batch, **note
    )


_WAYS: dict[str, Callable[["Session", UUID, dict[str, Any]], Record]] = {
    "money": _money,
    "mood": _mood,
    "practice": _practice,
    "new skill": _new_skill,
    "hobby": _hobby,
    "exercise": _exercise,
}


def _moment(day: date) -> datetime:
    """Now, or noon of an earlier day."""
    return datetime.now(UTC) if day == today() else datetime.combine(day, _NOON, zone())


def _began(day: date, minutes: int) -> datetime:
    return _moment(day) - (timedelta(minutes=minutes) if day == today() else timedelta())
