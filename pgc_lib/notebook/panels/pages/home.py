"""My day: what today asks of me, how I am, how the month goes, what grows."""

from datetime import datetime

from pgc_lib.core.amounts import amount
from pgc_lib.core.zone import zone
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.panels.cards.feeling import Feeling
from pgc_lib.notebook.panels.cards.inbox import Inbox
from pgc_lib.notebook.panels.cards.money import MoneyNow
from pgc_lib.notebook.panels.cards.review import DueCards
from pgc_lib.notebook.panels.cards.runs import Written
from pgc_lib.notebook.panels.cards.today import Today
from pgc_lib.notebook.panels.cards.weeks import Growth
from pgc_lib.notebook.panels.every import Heading, Look
from pgc_lib.notebook.panels.page import Page
from pgc_lib.notebook.panels.words import greeting, short, weekday


def _heading(page: Page) -> Heading:
    now = datetime.now(zone())
    today, said = now.date(), []
    todos, money = page.card(Today), page.card(MoneyNow)
    if todos is not None and todos.there:
        due = todos.found
        said.append(
            n_("{n} thing to do", "{n} things to do", due.waiting)
            if due.waiting
            else _("Nothing due")
        )
        if due.late:
            said.append(_("{n} late", n=due.late))
    if money is not None and money.there and money.found:
        main = money.found[0]
        if page.span.key == "month":
            said.append(_("{amount} spent this month", amount=amount(main.spent, main.currency)))
    return f"{short(today, today)} · {weekday(today)}", greeting(now.hour), " · ".join(said)


LOOK = Look(
    rows=[[[Today, MoneyNow], [Inbox, Feeling, DueCards, Written]], [[Growth]]],
    heading=_heading,
)
