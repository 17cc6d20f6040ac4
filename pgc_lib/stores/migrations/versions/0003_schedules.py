"""Schedules, the timetable that the beat reads, and the jobs that workers claim."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0003"
down_revision = "0002"

_SQL = Path(__file__).parents[1] / "sql" / "0003_schedules.sql"


def upgrade() -> None:
    """Run the SQL file whole; it is not Alembic's to understand."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take schedules, timetable and jobs away."""
    op.execute("drop schema schedules cascade")
    op.execute("drop trigger timetable on pgc.persons")
    op.execute("drop function pgc.run_soon, pgc.renew_timetable, pgc.keep_timetable cascade")
    op.execute("drop table pgc.timetable, pgc.jobs")
    op.execute("drop policy work on pgc.persons")
    op.execute("revoke select (id, name, time_zone, ended_at) on pgc.persons from pgc_worker")
