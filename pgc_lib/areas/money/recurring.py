"""What comes back by itself: rent, salaries, subscriptions, standing orders, by a rule of RFC 5545.

Booking an occurrence twice is impossible: its reference names the order and the day, and a reference is unique.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.money import ledger
from pgc_lib.areas.money.transaction import CURRENCY
from pgc_lib.core.record import Record, field
from pgc_lib.core.recurrence import RRule, occurrences, told
from pgc_lib.core.shown import Listing
from pgc_lib.core.types import Money
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

_MOST = 10_000


class Recurring(Record, kind="finance.recurring", sort=["title"]):
    """Money that comes or goes by a rule."""

    title: str = field(title=N_("Title"), min_length=1, max_length=200, searchable=True)
    rule: RRule = field(title=N_("Repeats"), help=N_("A rule such as FREQ=MONTHLY;BYMONTHDAY=5."))
    start: date = field(title=N_("From the day"))
    amount: Money = field(title=N_("Amount"), help=N_("Negative when money goes out."))
    currency: str = field("CNY", title=N_("Currency"), pattern=CURRENCY, max_length=3)
    payee: str = field("", title=N_("Payee"), max_length=300)
    category: str = field("", title=N_("Category"), max_length=200)
    account: str = field("", title=N_("Account"), max_length=200)
    other_account: str | None = field(
        None,
        title=N_("Other account"),
        help=N_("The own account at the other end of a transfer."),
        max_length=200,
    )
    active: bool = field(True, title=N_("Active"))
    note: str = field("", title=N_("Note"), searchable=True)

    def _shown_(self) -> dict[str, Any]:
        return {**super()._shown_(), self.spec.fields["rule"].title: told(self.rule)}


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence of what comes back."""

    order: Recurring
    day: date
    booked: bool = False

    @property
    def reference(self) -> str:
        """What its transaction is known by, however often it is booked."""
        return f"recurring:{self.order.id.hex}:{self.day.isoformat()}"

    def transaction(self) -> dict[str, Any]:
        """Its transaction."""
        order = self.order
        return {
            "day": self.day,
            "amount": order.amount,
            "currency": order.currency,
            "payee": order.payee or order.title,
            "category": order.category,
            "account": order.account,
            "note": order.note or order.title,
            "reference": self.reference,
            "nature": "transfer" if order.other_account else None,
            "other_account": order.other_account,
        }

    def _shown_(self) -> dict[str, Any]:
        order = self.order
        return {
            _("Day"): self.day,
            _("Title"): order.title,
            _("Amount"): order.amount,
            _("Currency"): order.currency,
            _("Repeats"): told(order.rule),
            _("Booked"): self.booked,
        }


def due(orders: Iterable[Recurring], since: date, until: date) -> list[Due]:
    """Every occurrence in some days, in their order."""
    found = [
        Due(order, day)
        for order in orders
        if order.active
        for day in occurrences(
            order.rule, order.start, after=since, before=until + timedelta(1), limit=_MOST
        )
    ]
    return sorted(found, key=lambda each: (each.day, each.order.title))


# ── what seems to come back ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Habit:
    """A payee to whom money goes again and again, as a rule that may be kept."""

    payee: str
    category: str
    account: str
    amount: Decimal
    currency: str
    rule: str
    last: date
    times: int
    regular: float
    """The share of its intervals that fit the rule."""

    def order(self) -> dict[str, Any]:
        """The fields of a standing order like this, from its last day on."""
        return {
            "title": self.payee, "payee": self.payee, "category": self.category, "account": self.account,
            "amount": self.amount, "currency": self.currency, "rule": self.rule, "start": self.last,
        }  # fmt: skip

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Payee"): self.payee,
            _("Amount"): self.amount,
            _("Currency"): self.currency,
            _("Repeats"): told(self.rule),
            _("Times"): self.times,
            _("Last"): self.last,
            _("Regular"): f"{self.regular:.0%}",
        }


_LINES = """
    select payee, currency, day, sum(amount) as amount, max(category) as category, max(account) as account
    from finance.transactions
    where owner = :owner and day between :since and :until and payee <> ''
      and nature is null and (reference is null or reference !~ '^(recurring|loan):')
    group by payee, currency, sign(amount), day order by payee, currency, day"""

# days between two, how far off still counts, the rule
_RHYTHMS = (
    (7, 1, "FREQ=WEEKLY"),
    (14, 2, "FREQ=WEEKLY;INTERVAL=2"),
    (30.4, 4, "FREQ=MONTHLY"),
    (91.3, 7, "FREQ=MONTHLY;INTERVAL=3"),
    (365.25, 12, "FREQ=YEARLY"),
)
_LEAST_TIMES = 3
_LEAST_REGULAR = 0.8
_SPREAD = Decimal("0.25")
"""How far amounts may be from their median, as a share of it."""


def find_recurring(session: "Session", owner: UUID, since: date, until: date) -> Listing[Habit]:
    """Payees to whom, or from whom, similar amounts go in a steady rhythm; what still goes on."""
    values = {"owner": owner, "since": since, "until": until}
    series: dict[tuple[str, str, bool], list[Any]] = defaultdict(list)
    for line in ledger.rows(session, _LINES, values):
        series[line.payee, line.currency, line.amount > 0].append(line)
    found = [habit for lines in series.values() for habit in _habit(lines, until)]
    return Listing(sorted(found, key=lambda each: each.amount))


def _habit(lines: list[Any], until: date) -> Iterator[Habit]:
    if len(lines) < _LEAST_TIMES:
        return
    gaps = [(after.day - before.day).days for before, after in pairwise(lines)]
    middle = Decimal(median(line.amount for line in lines))
    alike = [line for line in lines if abs(line.amount - middle) <= abs(middle) * _SPREAD]
    for days, off, rule in _RHYTHMS:
        fitting = sum(abs(gap - days) <= off for gap in gaps) / len(gaps)
        if fitting < _LEAST_REGULAR or len(alike) < _LEAST_REGULAR * len(lines):
            continue
        last = lines[-1]
        if (until - last.day).days > days + 2 * off:
            return  # it has ended
        exact = rule
        if rule == "FREQ=MONTHLY":
            exact += f";BYMONTHDAY={min(last.day.day, 28)}"
        yield Habit(
            last.payee, last.category, last.account, last.amount, last.currency, exact, last.day,
            len(lines), fitting,
        )  # fmt: skip
        return
