"""Words of one's own lab are looked up without comparing owners; what is known to be frequent is not counted."""

import re
from pathlib import Path
from typing import Any

from alembic import op

revision = "0022"
down_revision = "0021"

_SQL = Path(__file__).parents[1] / "sql"
_FORMER = {"search_text": "0020_knowledge_sooner.sql", "search_counts": "0009_search.sql"}


def upgrade() -> None:
    """Run the SQL file whole; it is not Alembic's to understand."""
    _run((_SQL / "0022_search_sooner.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """The functions as they were, out of the files that made them; then what only the new ones called."""
    made = [_function(file, name) for name, file in _FORMER.items()]
    _run(
        "grant create on schema pgc to pgc_search;"
        "grant pgc_search to current_user with inherit false, set true;"
        "set local role pgc_search;"
        f"{''.join(made)}"
        "drop function pgc.search_masked; drop function pgc.search_guess;"
        "reset role;"
        "revoke create on schema pgc from pgc_search;"
        "revoke pgc_search from current_user;"
    )


def _function(file: str, name: str) -> str:
    """How a file makes a function."""
    pattern = rf"^create (?:or replace )?(function pgc\.{name}\(.*?^end \$\$;\n)"
    found = re.findall(pattern, (_SQL / file).read_text(encoding="utf-8"), re.M | re.S)
    (made,) = found
    return f"create or replace {made}"


def _run(statements: str) -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(statements)
