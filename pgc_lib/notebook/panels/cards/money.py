"""Money of a period: what came, what went, where it went, beside as many days before."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from pgc_lib.core.amounts import amount
from pgc_lib.i18n import N_, _
from pgc_lib.notebook.live import Child, Html, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.facts import Category, Sums, sums_of
from pgc_lib.notebook.panels.pieces import button, clean, empty, leads, tile, tiles, track
from pgc_lib.notebook.panels.rows import Rows
from pgc_lib.notebook.panels.spans import Span
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_FLOWS = {"income": ["income"], "both": ["income", "spending"]}
_CATEGORIES = 8
_ROWS = 500


class MoneyNow(Card):
    """Income, spending and what is left; each figure opens its payments."""

    title = N_("Money")
    spanned = True
    first = True
    most = _CATEGORIES

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.over: set[tuple[str, str]] = set()

    def read(self, lab: "Lab") -> list[Sums]:
        self.over = _over(lab) if self.span.key == "month" else set()
        return sums_of(lab, self.span)

    def heading(self) -> str:
        return _("Money this month") if self.span.key == "month" else _(self.title)

    def note(self, _found: list[Sums]) -> str:
        return _("{days}, beside as many days before", days=self.span.said)

    def show(self, found: list[Sums]) -> Child:
        if not found:
            nothing = _("No money is noted for this time or the one before.")
            if self.page.name == "money":
                return empty(
                    nothing,
                    _(
                        "Note an amount in the form on this page; bills of a bank go into the folder `inbox/`."
                    ),
                )
            there = tag.div(button(_("To the money"), "begin"), class_="pgc-row")
            return [empty(nothing, _("On the page “Money” an amount is noted in a moment.")), there]
        return [figures(each) + self._categories(each) for each in found]

    def _is_over(self, category: str, currency: str) -> bool:
        """Whether its budget is overspent, which may be that of a category above it."""
        return any(
            currency == of and (category == name or category.startswith(f"{name}/"))
            for name, of in self.over
        )

    def _categories(self, sums: Sums) -> Html:
        if not sums.categories:
            return Html()
        shown, rest = sums.categories[: self.most], sums.categories[self.most :]
        largest = max(max(each.spent, each.before) for each in sums.categories)
        if rest:
            spent = sum((each.spent for each in rest), Decimal())
            before = sum((each.before for each in rest), Decimal())
            largest = max(largest, spent, before)
        rows = [
            _row(each, largest, sums.currency, over=self._is_over(each.name, sums.currency))
            for each in shown
        ]
        if rest:
            others = Category(_("{n} others", n=len(rest)), spent, before)
            rows.append(_row(others, largest, sums.currency, leading=False))
        return tag.table(
            tag.thead(
                tag.tr(
                    tag.th(_("Category"), scope="col"),
                    tag.td(class_="pgc-bar"),
                    tag.th(_("Spent"), scope="col"),
                    tag.th(_("Before"), scope="col"),
                )
            ),
            tag.tbody(rows),
            class_="pgc-money",
        )

    @deed
    def begin(self) -> None:
        """Go where money is noted."""
        self.page.turn_to("money")

    def rows_flow(self, lab: "Lab", flow: str, currency: str) -> Rows:
        """The payments of the period that are income or spending."""
        return payments(lab, self.span, currency, flow=flow)

    def rows_category(self, lab: "Lab", category: str, currency: str) -> Rows:
        """The payments of the period in a category."""
        return payments(lab, self.span, currency, category=category)


def figures(sums: Sums) -> Html:
    """The three figures of a currency."""

    def shown(title: str, now: Decimal, before: Decimal, flow: str) -> Html:
        told = amount(now, sums.currency)
        text = leads(told, "flow", flow=flow, currency=sums.currency, name=f"{title} {told}")
        beside = [_("before"), " ", tag.span(amount(before, sums.currency), class_="pgc-number")]
        return tile(title, text, beside)

    return tiles(
        shown(_("Income"), sums.income, sums.income_before, "income"),
        shown(_("Spent"), sums.spent, sums.spent_before, "spending"),
        shown(_("Left over"), sums.left, sums.left_before, "both"),
    )


def _over(lab: "Lab") -> set[tuple[str, str]]:
    """The categories, each with its currency, whose budget is overspent today."""
    spent = {each.name for each in lab.finance.budgets.overview() if each.standing == "over"}
    if not spent:
        return set()
    mine = lab.finance.budgets.find(col("name").is_in(sorted(spent)), owner=lab.person)
    return {(name, each.currency) for each in mine for name in each.categories}


def _row(
    each: Category, largest: Decimal, currency: str, *, leading: bool = True, over: bool = False
) -> Html:
    name = clean(each.name) or _("Without a category")
    told = amount(each.spent, currency)
    figure: Child = (
        leads(told, "category", name=f"{name} {told}", currency=currency, category=each.name)
        if leading
        else told
    )  # fmt: skip
    return tag.tr(
        tag.th(
            name,
            tag.span(_("over budget"), class_="pgc-chip pgc-bad") if over else None,
            scope="row",
            dir="auto",
        ),
        tag.td(
            track(each.spent, largest, mark=each.before, color="pgc-over-it" if over else ""),
            class_="pgc-bar",
        ),
        tag.td(figure, class_="pgc-number"),
        tag.td(amount(each.before, currency), class_="pgc-number pgc-last"),
    )


def payments(
    lab: "Lab", span: Span, currency: str, *, flow: str = "", category: str | None = None
) -> Rows:
    """The payments behind a figure, the latest first."""
    from sqlalchemy import text

    # What is counted is what the view says: parts of a payment count by themselves, transfers not at all.
    statement = text("""
        select day, payee, category, amount, account, note, count(*) over () as total
        from finance.flows
        where owner = :owner and currency = :currency and day between :first and :last
              and flow = any(:flows) and (:every or category = :category)
        order by day desc, payee limit :limit""")
    values = {
        "owner": lab.person,
        "currency": currency,
        "first": span.first,
        "last": span.last,
        "flows": _FLOWS.get(flow, ["spending"]),
        "every": category is None,
        "category": category or "",
        "limit": _ROWS,
    }
    with lab.session.reading() as connection:
        found: Sequence[tuple[object, ...]] = [tuple(row) for row in connection.execute(statement, values)]  # fmt: skip
    named = {"income": _("Income"), "both": _("Left over")}.get(flow, _("Spent"))
    title = (category or _("Without a category")) if category is not None else named
    heads = [_("Day"), _("Payee"), _("Category"), _("Amount"), _("Account"), _("Note")]
    return Rows(
        f"{title} · {span.said}",
        heads,
        [row[:6] for row in found],
        total=int(str(found[0][6])) if found else 0,
    )
