"""Room for the months of a time series: partitions are made when a month is first written to.

The database does it (`pgc.make_months`), for a person has no right to. Where the table is a hypertable, or
a month cannot be made just now, nothing is lost: the rows lie elsewhere and every query finds them.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgc_lib.core.session import Session
    from pgc_lib.core.spec import Spec


class Months:
    """The months of one table that are known to be there."""

    def __init__(self, spec: "Spec") -> None:
        self._spec = spec
        self._made: set[date] = set()
        self._needed = bool(spec.by_month)

    def make(self, session: "Session", days: Iterable[object]) -> None:
        """Have the months made in which these days lie, in a transaction of its own, which is short."""
        if not self._needed:
            return
        missing = {day.replace(day=1) for day in days if isinstance(day, date)} - self._made
        if not missing:
            return
        from sqlalchemy import text

        with session.writing() as connection:
            made = connection.execute(
                text("select pgc.make_months(cast(:table as regclass), cast(:days as date[]))"),
                {"table": self._spec.kind, "days": sorted(missing)},
            ).scalar_one()
        self._needed = made is not None
        self._made.update(made or ())
