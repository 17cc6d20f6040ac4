"""What belongs to money beside its sums: writing down, budgets, the course, why it changed, proposals."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pgc_lib.core.amounts import amount
from pgc_lib.core.faces import face
from pgc_lib.core.zone import today
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.cards.money import MoneyNow
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.facts import main_currency
from pgc_lib.notebook.panels.held import Held
from pgc_lib.notebook.panels.pieces import button, clean, empty, line, lines, told, track
from pgc_lib.notebook.panels.words import brief

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_KNOWN = 60
_SHOWN = 6


class Pay(Card):
    """A payment or an income in one line."""

    title = N_("Write it down")
    first = True
    tall = 6

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.entry = Entry(N_("New payment"), self._fields, self._add)

    def read(self, lab: "Lab") -> Any:
        from sqlalchemy import text

        statement = text("""
            select category from finance.flows where owner = :owner and category <> ''
            group by 1 order by count(*) desc limit :limit""")
        with lab.session.reading() as connection:
            rows = connection.execute(statement, {"owner": lab.person, "limit": _KNOWN})
            return [(row.category, row.category) for row in rows]

    def show(self, _found: Any) -> Child:
        return [self.entry, tag.p(button(_("All fields …"), "whole", kind="pgc-plain"))]

    def _fields(self) -> Sequence[Field]:
        ways = (("out", _("Paid out")), ("in", _("Received")))
        return [
            Field("amount", _("Amount"), "number", hint="38.50"),
            Field("way", _("Direction"), "choice", choices=ways),
            Field("payee", _("With whom")),
            Field("category", _("Category"), choices=self.found or ()),
            Field("day", _("Day"), "date", value=today().isoformat()),
        ]

    def _add(self, values: dict[str, str]) -> None:
        way = values.pop("way", "out")
        given = values.get("amount", "").replace(",", "").replace("，", "").strip()
        if way == "out" and given and not given.startswith(("-", "−")):
            values["amount"] = f"-{given}"
        made = self.change(lambda lab: lab.finance.add(**values))
        self.page.reload(MoneyNow, Budgets)
        self.tell(
            _("Noted: {amount}", amount=amount(made.amount, made.currency)),
            lambda lab: lab.finance.transactions.remove(made.id),
        )

    @deed
    def whole(self) -> None:
        """Every field of a payment."""
        self.edit(_("New payment"), self.page.house.lab.finance.transactions)


class Budgets(Held):
    """How each budget stands today, and whether it lasts; a click shows its payments."""

    title = N_("Budgets")
    about = N_("the mark is where an even pace would be")

    def make(self, lab: "Lab") -> Part:
        bars: Part = face("finance.budget_bars")(lab.finance)
        return bars

    def show(self, found: Part | None) -> Child:
        return [found, tag.p(button(_("New budget"), "new", kind="pgc-plain"))]

    @deed
    def new(self) -> None:
        """A new budget."""
        self.edit(_("New budget"), self.page.house.lab.finance.budgets)


class Course(Card):
    """Income and spending over time."""

    title = N_("Its course")
    slow = True
    about = N_("by month")
    spanned = True
    tall = 14

    def read(self, lab: "Lab") -> Any:
        import polars as pl

        from pgc_lib.notebook import charts
        from pgc_lib.notebook.panels.spans import back

        # Single days of money say little: months, at least a year of them.
        first = min(self.span.first, back(self.span.last.replace(day=1), 11))
        currency = main_currency(lab, today())
        if currency is None:
            return None
        frame = lab.finance.cash_flow(first, self.span.last, every="1mo")
        frame = frame.filter(pl.col("currency") == currency)
        if frame.height < 2:
            return None
        names = {"income": _("Income"), "spending": _("Spent")}
        shown = frame.select("period", *names).rename(names)
        return charts.line(shown, x="period", y=list(names.values()), unit=currency).__html__()  # fmt: skip

    def show(self, found: Any) -> Child:
        return found or empty(_("Two months make a course."))


class Why(Card):
    """What made the difference to the period before."""

    title = N_("What made the difference")
    spanned = True

    def read(self, lab: "Lab") -> Any:
        whole = self.span
        return lab.finance.why(since=whole.first, until=whole.last, against=whole.before[0])

    def show(self, found: Any) -> Child:
        if not found or not found[0].contributors:
            return empty(_("Nothing differs from the time before."))
        why = found[0]
        changed = [each for each in why.contributors if each.now != each.before][:_SHOWN]
        largest = max((abs(each.now - each.before) for each in changed), default=Decimal(1))
        return lines([self._line(each, largest, why.currency) for each in changed])

    def _line(self, each: Any, largest: Decimal, currency: str) -> Html:
        step = each.now - each.before
        sign = "+" if step > 0 else ""
        return line(
            clean(each.name) or _("Without a name"),
            [
                tag.span(f"{sign}{amount(step, currency)}", class_="pgc-number"),
                track(abs(step), largest, color="pgc-gold" if step > 0 else "pgc-fine"),
            ],
            told(
                _("{before} before, {now} now", before=amount(each.before, currency), now=amount(each.now, currency))
            ),
            key=each.name,
        )  # fmt: skip


class Sorting(Card):
    """Proposals that wait for a word."""

    title = N_("Proposals")
    tall = 4

    def read(self, lab: "Lab") -> Any:
        return lab.suggestions.waiting(limit=100)

    def show(self, found: Any) -> Child:
        if not found:
            return tag.p(_("Nothing waits for your word."), class_="pgc-soft")
        said = n_("{n} proposal waits for your word.", "{n} proposals wait for your word.", len(found))  # fmt: skip
        return [
            tag.div(
                tag.span(said), button(_("Look through"), "queue", kind="pgc-first"), class_="pgc-between"
            ),
            lines(
                line(clean(brief(each.title, 80)), None, told(clean(brief(each.reason, 120))))
                for each in found[:2]
            ),
        ]  # fmt: skip

    @deed
    def queue(self) -> None:
        """Open the queue."""
        self.page.sheet.open(self.heading(), face("suggestions.queue")(self.page.house.lab.suggestions))  # fmt: skip
