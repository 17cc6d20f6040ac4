"""What a search by words has found is read by its place in the table, not looked up again."""

import re
from pathlib import Path
from typing import Any

from alembic import op

revision = "0025"
down_revision = "0024"

_SQL = Path(__file__).parents[1] / "sql"
_FUNCTION = re.compile(
    r"^create or replace function pgc\.search_text\(.*?^end \$\$;\n", re.MULTILINE | re.DOTALL
)


def upgrade() -> None:
    """Run the SQL file whole; it is not Alembic's to understand."""
    _run(_read("0025_search_by_place.sql"))


def downgrade() -> None:
    """The same with the function as it was, out of the file that made it."""
    (former,) = _FUNCTION.findall(_read("0022_search_sooner.sql"))
    _run(_FUNCTION.sub(lambda _found: former, _read("0025_search_by_place.sql")))


def _read(name: str) -> str:
    return (_SQL / name).read_text(encoding="utf-8")


def _run(statements: str) -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(statements)
