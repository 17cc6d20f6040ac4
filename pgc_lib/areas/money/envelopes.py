"""What a budget has in each period: what is put in, what is carried over, what is left. Pure arithmetic, exact.

With `everything` carried over, what is carried out of a period is all that was ever put in less all that was
ever spent. With `left`, an overspent period starts the next one at nothing. With `nothing`, each stands alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from pgc_lib.areas.money.rhythm import Rhythm, Span

Carry: TypeAlias = Literal["nothing", "left", "everything"]
_CENT = Decimal("0.01")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One period of a budget."""

    span: Span
    budgeted: Decimal
    carried: Decimal
    """What came over from the period before; negative for a debt."""
    spent: Decimal

    @property
    def available(self) -> Decimal:
        """What there is to spend."""
        return self.carried + self.budgeted

    @property
    def left(self) -> Decimal:
        """What there is at the end; negative when more was spent."""
        return self.available - self.spent


def envelopes(
    spans: Sequence[Span], budgeted: Sequence[Decimal], spent: Mapping[int, Decimal], carry: Carry
) -> list[Envelope]:
    """Each period with what came over from the one before; `spent` by the period's number."""
    made: list[Envelope] = []
    carried = _NOTHING
    for span, amount in zip(spans, budgeted, strict=True):
        envelope = Envelope(span, amount, carried, spent.get(span.number, _NOTHING))
        made.append(envelope)
        carried = over(envelope.left, carry)
    return made


def over(left: Decimal, carry: Carry) -> Decimal:
    """What of the rest goes into the next period."""
    match carry:
        case "everything":
            return left
        case "left":
            return max(left, _NOTHING)
        case "nothing":
            return _NOTHING


def shares(amount: Decimal, parts: int) -> list[Decimal]:
    """An amount in parts that are equal to the cent, the larger ones first, and together exactly the amount."""
    cents, rest = divmod(amount, _CENT)
    each, more = divmod(int(cents), parts)
    made = [(each + (number < more)) * _CENT for number in range(parts)]
    made[0] += rest
    return made


def put_aside(
    rhythm: Rhythm, spans: int, amount: Decimal, due: date, again: str = ""
) -> list[Decimal]:
    """What is put in each period, when an amount is wanted by a day, and perhaps again at a rhythm.

    It is spread over the periods before that day and the one it is in; then the next round begins.
    """
    made = [_NOTHING] * spans
    begin = 0
    for day in _dues(due, again):
        if begin >= spans:
            break
        end = rhythm.number_of(day)
        if end < 0:
            continue  # over before the budget began
        first = min(begin, end)
        for number, share in enumerate(shares(amount, end - first + 1), first):
            if number < spans:
                made[number] += share
        begin = end + 1
    return made


def next_due(due: date, again: str, day: date) -> date | None:
    """The day by which the amount is wanted next; None when that is over."""
    return next((wanted for wanted in _dues(due, again) if wanted >= day), None)


def _dues(due: date, again: str) -> Iterator[date]:
    if not again:
        yield due
        return
    rhythm = Rhythm(due, again)
    number = 0
    while True:
        try:
            yield rhythm.begins(number)
        except (ValueError, OverflowError):  # beyond the year 9999
            return
        number += 1
