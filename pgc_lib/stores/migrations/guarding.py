"""What migrations say about who may see a table.

def upgrade() -> None:
    area("finance")
    op.create_table("transactions", …, schema="finance")
    guard("finance.transactions")
"""

from collections.abc import Iterator
from contextlib import contextmanager


def area(name: str) -> None:
    """Make the schema of an area, which persons may look into."""
    from alembic import op

    op.execute(f"create schema if not exists {name}")
    op.execute(f"grant usage on schema {name} to pgc_person")


def guard(table: str) -> None:
    """Close a table `area.name` with row security and hang history on it; again after a new column."""
    from alembic import op

    schema, _dot, name = table.partition(".")
    op.execute(f"grant usage on schema {schema} to pgc_person")
    op.execute(f"call pgc.guard('{table}', '{schema}', '{name}')")


@contextmanager
def unguarded(*tables: str) -> Iterator[None]:
    """Let a migration see and change people's rows; the walls stand again when its transaction ends.

    Nobody else ever sees the tables open: the change to them is part of the migration's transaction and
    keeps everyone out until it is done. Triggers run, so history notes what was changed; nobody is named
    as the actor.
    """
    from alembic import op

    for table in tables:
        op.execute(f"alter table {table} no force row level security")
    yield
    for table in tables:
        op.execute(f"alter table {table} force row level security")
