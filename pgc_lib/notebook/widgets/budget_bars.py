"""Budgets as bars: what is spent, what is left, where an even pace would be, and how each one stands in a sentence.

lab.finance.budget_bars()
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pgc_lib.core.amounts import amount
from pgc_lib.core.zone import today
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, Part, deed, tag

if TYPE_CHECKING:
    from pgc_lib.areas.finance import Finance
    from pgc_lib.areas.money.pace import Status

_ROWS = 12
_STANDINGS = ("over", "fast", "fine", "untouched")


class BudgetBars(Part):
    """Each budget on a day, what is worst first; a click shows its payments, the arrows go to other months."""

    look = "pgc-budgets"

    def __init__(self, finance: "Finance", on: "date | str | None" = None) -> None:
        self.named = _("Budgets")
        self.finance = finance
        self.day = date.fromisoformat(on) if isinstance(on, str) else on or today()
        self.chosen = ""

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> Html:
        """The bars."""
        found = sorted(
            self.finance.budgets.overview(self.day),
            key=lambda each: (_STANDINGS.index(each.standing), -(each.pace or 0), each.name),
        )
        if not found and not self.finance.budgets.count(owner=self.finance.session.person):
            return tag.div(
                tag.b(_("There is no budget yet.")),
                tag.form(
                    tag.label(tag.span(_("For")), tag.input(name="name", required=True, maxlength=200, autocomplete="off", list=f"{self.id}-names"), class_="pgc-field"),
                    tag.datalist([tag.option(value=each) for each in self._categories()], id=f"{self.id}-names"),
                    tag.label(tag.span(_("How much")), tag.input(name="template", required=True, placeholder=_("2000 a month"), autocomplete="off"), class_="pgc-field"),
                    tag.button(_("Plan it"), class_="pgc-button pgc-first"),
                    act="plan", class_="pgc-row pgc-budgets-new",
                ),
                class_="pgc-empty pgc-stack",
            )  # fmt: skip
        return tag.div(
            self._head(found),
            tag.ul([self._bar(each) for each in found], class_="pgc-stack")
            if found
            else tag.p(_("No budget has a period on this day."), class_="pgc-empty"),
            class_="pgc-stack",
        )

    def _head(self, found: "list[Status]") -> Html:
        over = sum(each.standing == "over" for each in found)
        fast = sum(each.standing == "fast" for each in found)
        told = [
            n_("{n} is over", "{n} are over", over) if over else "",
            n_("{n} goes too fast", "{n} go too fast", fast) if fast else "",
        ]
        text = " · ".join(filter(None, told)) or (_("All is well.") if found else "")
        return tag.div(
            tag.span(text, class_="pgc-bad" if over else "pgc-soft", role="status"),
            tag.span(
                tag.button("‹", act="earlier", class_="pgc-button", aria_label=_("The month before")),
                tag.span(self.day.isoformat(), class_="pgc-number"),
                tag.button("›", act="later", class_="pgc-button", aria_label=_("The month after"), disabled=self.day >= today()),
                class_="pgc-row pgc-far",
            ),
            class_="pgc-row",
        )  # fmt: skip

    def _bar(self, each: "Status") -> Html:
        whole = max(each.available, each.spent, Decimal("0.01"))
        spent = max(Decimal(0), each.spent) / whole
        even = min(Decimal(1), each.even / whole)
        limit = each.available / whole if each.available < each.spent else None
        told = _(
            "{spent} of {available}", spent=f"{each.spent:,.2f}", available=f"{each.available:,.2f}"
        )
        if each.due and each.wanted:
            spent = max(Decimal(0), each.left) / each.wanted
            told = _(
                "{left} of {wanted} put aside",
                left=f"{each.left:,.2f}",
                wanted=f"{each.wanted:,.2f}",
            )
        is_open = each.name == self.chosen
        left = (
            _("{amount} over", amount=amount(-each.left, each.currency))
            if each.left < 0
            else _("{amount} left", amount=amount(each.left, each.currency))
        )
        return tag.li(
            tag.button(
                tag.span(tag.b(each.name, dir="auto"), tag.span(left, class_="pgc-number"), class_="pgc-budgets-line"),
                tag.span(
                    tag.i(style=f"width:{_percent(spent if limit is None else limit)}", class_="pgc-budgets-spent"),
                    tag.i(style=f"inset-inline-start:{_percent(limit)};width:{_percent(1 - limit)}", class_="pgc-budgets-over") if limit is not None else None,
                    tag.i(style=f"inset-inline-start:{_percent(even)}", class_="pgc-budgets-even", title=_("even pace")) if not each.due else None,
                    class_="pgc-budgets-track", aria_hidden="true",
                ),
                tag.span(
                    tag.span(told, class_="pgc-number"),
                    tag.span(self._word(each), class_=["pgc-chip", {"over": "pgc-bad", "fine": "pgc-good", "untouched": "pgc-good"}.get(each.standing, "")]),
                    class_="pgc-budgets-line pgc-small pgc-soft",
                ),
                act="choose", values={"name": each.name}, aria_expanded="true" if is_open else "false",
                aria_label=each.sentence, class_="pgc-budgets-one",
            ),
            self._opened(each) if is_open else None,
            data_key=each.name, class_=f"pgc-budgets-is-{each.standing}",
        )  # fmt: skip

    def _word(self, each: "Status") -> str:
        if each.due:
            return _("put aside")
        words = {
            "over": _("over"),
            "fast": _("{pace} × an even pace", pace=f"{each.pace or 0:.1f}"),
            "fine": _("on pace"),
            "untouched": _("untouched"),
        }
        return words[each.standing]

    def _opened(self, each: "Status") -> Html:
        """The sentence and the latest payments of the period."""
        rows, count = self._payments(each)
        return tag.div(
            tag.p(each.sentence, dir="auto"),
            tag.div(
                tag.table(
                    tag.thead(
                        tag.tr(tag.th(title, scope="col") for title in (_("Day"), _("Payee"), _("Category"), _("Amount")))
                    ),
                    tag.tbody(
                        tag.tr(
                            tag.td(row.day.isoformat()), tag.td(row.payee, dir="auto"),
                            tag.td(row.category, dir="auto"), tag.td(f"{row.amount:,.2f}", class_="pgc-number"),
                            data_key=str(row.id),
                        )
                        for row in rows
                    ),
                    class_="pgc-sheet",
                ),
                class_="pgc-scroll", tabindex="0", role="region", aria_label=each.name,
            )
            if rows
            else tag.p(_("Nothing was spent on it in this period."), class_="pgc-soft"),
            tag.p(_("… and {n} more.", n=count - len(rows)), class_="pgc-hint") if count > len(rows) else None,
            class_="pgc-sunken pgc-stack",
        )  # fmt: skip

    def _payments(self, each: "Status") -> tuple[list[Any], int]:
        from pgc_lib.stores.filters import col

        budget = next(
            iter(self.finance.budgets.find(name=each.name, owner=self.finance.session.person))
        )
        span = each.envelope.span
        asked = [
            col("day") >= span.first,
            col("day") <= min(span.last, self.day),
            col("currency") == each.currency,
        ]
        names = self.finance.transactions.frame(
            *asked, columns=["category"], owner=self.finance.session.person
        )
        covered = [
            name for name in names["category"].unique().to_list() if name and budget.covers(name)
        ]
        if not covered:
            return [], 0
        asked.append(col("category").is_in(covered))
        owner = {"owner": self.finance.session.person}
        found = self.finance.transactions.find(*asked, order="-day", limit=_ROWS, **owner)
        return list(found), self.finance.transactions.count(*asked, **owner)

    def _categories(self) -> list[str]:
        frame = self.finance.transactions.frame(columns=["category"], order="-day", limit=500)
        return [each for each in frame["category"].unique().sort().to_list() if each]

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────

    @deed
    def choose(self, name: str) -> None:
        """Open a budget, or shut it."""
        self.chosen = "" if name == self.chosen else name

    @deed
    def earlier(self) -> None:
        """The end of the month before."""
        self.day = self.day.replace(day=1) - timedelta(days=1)

    @deed
    def later(self) -> None:
        """The end of the month after, or today."""
        first = (self.day.replace(day=28) + timedelta(days=4)).replace(day=1)
        after = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        self.day = min(after, today())

    @deed
    def plan(self, name: str = "", template: str = "") -> None:
        """The first budget, in a few words."""
        made = self.finance.budgets.plan(name.strip(), template.strip())
        self.say(
            _("Planned: {what}.", what=made.said()), undo=lambda: self.finance.budgets.remove(made)
        )


def _percent(share: Decimal) -> str:
    return f"{max(Decimal(0), min(Decimal(1), share)) * 100:.1f}%"
