"""What happened between us: who was silent for long, and who gave what to whom."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pgc_lib.areas.kin.circle import Person
from pgc_lib.areas.kin.records import Contact, Gift

_NEVER = 10**6


def silences(
    people: Iterable[Person], contacts: Iterable[Contact], today: date, days: int
) -> list[dict[str, Any]]:
    """Those whose silence is longer than they wish, or than `days` where they wish nothing; the most overdue first."""
    last: dict[UUID, date] = {}
    for contact in contacts:
        if contact.day <= today:
            last[contact.member] = max(last.get(contact.member, contact.day), contact.day)
    found: list[dict[str, Any]] = []
    for person in people:
        if person.gone:
            continue
        known, wished = last.get(person.id), person.every or days
        silent = (today - known).days if known else None
        if silent is None or silent >= wished:
            over = None if silent is None else silent - wished
            found.append(
                {
                    "name": person.name,
                    "last": known,
                    "days": silent,
                    "every": person.every,
                    "overdue": over,
                }
            )
    found.sort(
        key=lambda line: (-(_NEVER if line["overdue"] is None else line["overdue"]), line["name"])
    )
    return found


def balance(people: dict[UUID, Person], gifts: Iterable[Gift]) -> list[dict[str, Any]]:
    """What was given to and received from each, by currency; the one with the largest difference first."""
    sums: dict[tuple[UUID, str], dict[str, Any]] = {}
    for gift in gifts:
        if gift.member not in people:
            continue
        line = sums.setdefault(
            (gift.member, gift.currency),
            {
                "name": people[gift.member].name,
                "currency": gift.currency,
                "given": Decimal(0),
                "received": Decimal(0),
                "gifts": 0,
                "last": gift.day,
            },
        )
        line["given" if gift.ours else "received"] += gift.worth or 0
        line["gifts"] += 1
        line["last"] = max(line["last"], gift.day)
    for line in sums.values():
        line["balance"] = line["received"] - line["given"]
    return sorted(sums.values(), key=lambda line: (-abs(line["balance"]), line["name"]))
