"""How Alembic reaches the database: given a URL by the runner, never by a file."""

from alembic import context
from sqlalchemy import create_engine, pool, text

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    # Whoever left a transaction open on a table must not keep a lab from opening for ever.
    connection.execute(text("set lock_timeout = '30s'"))
    connection.commit()
    # One transaction for each migration: a failed one leaves the database at the one before.
    context.configure(
        connection=connection,
        version_table="alembic_version",
        version_table_schema="pgc",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
