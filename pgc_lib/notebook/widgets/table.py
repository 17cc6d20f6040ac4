"""Any records in a table: searched, filtered, sorted, changed in place, many at once; every change can be taken back.

    lab.finance.transactions.table(day__ge="2026-01-01")          lab.todos.table()

One page is read at a time, after the last row of the page before (never by counting rows), so a million rows are as quick
as a hundred.
"""

from pgc_lib.notebook.live import Html
from pgc_lib.notebook.widgets.table_many import Many
from pgc_lib.notebook.widgets.table_view import drawn


class Table(Many):
    """The records of a collection that meet the conditions."""

    def draw(self) -> Html:
        return drawn(self)
