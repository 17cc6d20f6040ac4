"""The rows of a table as they were at a moment.

A row holds from its `updated_at` until the moment that ended it, and history keeps it as an image with
both. So the past is one interval query over the table and its images, with the rights that the person has
today. A transaction is one moment, the one at which it began: nothing of it is ever seen half done.
"""

from datetime import datetime

from sqlalchemy import (
    FromClause,
    Table,
    and_,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID, dialect

_IMAGES = table(
    "images",
    column("owner", UUID()),
    column("area"),
    column("kind"),
    column("valid_from", TIMESTAMP(timezone=True)),
    column("valid_to", TIMESTAMP(timezone=True)),
    column("before"),
    schema="pgc",
)
_QUOTE = dialect().identifier_preparer  # type: ignore[no-untyped-call]


def as_of(rows: Table, area: str, kind: str, moment: datetime) -> FromClause:
    """The table's rows at a moment, under the table's own name and with its columns."""
    then = literal(moment, TIMESTAMP(timezone=True))
    image = _IMAGES.alias("image")
    # jsonb_populate_record gives every column its type back; a column added since is null.
    was = (
        func.jsonb_populate_record(
            literal_column(f"null::{_QUOTE.format_table(rows)}"), image.c.before
        )
        .table_valued(*(column(each.name, each.type) for each in rows.c))
        .lateral("was")
    )
    live = select(*rows.c).where(rows.c.updated_at <= then)
    gone = (
        select(*(was.c[each.name].label(each.name) for each in rows.c))
        .select_from(image.join(was, true()))
        .where(
            and_(
                image.c.area == area,
                image.c.kind == full_name(area, kind),
                image.c.valid_from <= then,
                image.c.valid_to > then,
            )
        )
    )
    return union_all(live, gone).subquery(rows.name)


def full_name(area: str, kind: str) -> str:
    """The name under which history knows a kind: `finance.transactions`."""
    return kind if "." in kind else f"{area}.{kind}"
