"""Money: where it went, whether it lasts, what comes."""

from pgc_lib.i18n import N_
from pgc_lib.notebook.panels.cards.accounts import Balances, Coming, Savings
from pgc_lib.notebook.panels.cards.money import MoneyNow
from pgc_lib.notebook.panels.cards.spending import Budgets, Course, Pay, Sorting, Why
from pgc_lib.notebook.panels.every import Look

LOOK = Look(
    rows=[[[MoneyNow, Course, Why, Balances], [Pay, Budgets, Coming, Sorting, Savings]]],
    asks=N_("Where did the money go, and will it last?"),
)
