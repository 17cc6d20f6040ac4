"""The ground floor: identity, people, grants, history, documents, attachments, comments."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0001"
down_revision = None

_SQL = Path(__file__).parents[1] / "sql" / "0001_core.sql"


def upgrade() -> None:
    """Run the SQL file whole; it is not Alembic's to understand."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take everything away but the schema, in which Alembic keeps its version."""
    op.execute(
        """
        do $$
        declare item record;
        begin
            for item in select tablename from pg_tables
                        where schemaname = 'pgc' and tablename <> 'alembic_version' loop
                execute format('drop table pgc.%I cascade', item.tablename);
            end loop;
            for item in select oid::regprocedure as name, prokind from pg_proc
                        where pronamespace = 'pgc'::regnamespace loop
                execute format('drop routine if exists %s cascade', item.name);
            end loop;
        end $$;
        """
    )
