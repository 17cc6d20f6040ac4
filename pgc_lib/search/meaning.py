"""Search by meaning: the nearest texts, whatever their words and language are."""

from typing import TYPE_CHECKING

from pgc_lib.search.conditions import required
from pgc_lib.search.embedding import Meaning, name_of
from pgc_lib.search.query import Query
from pgc_lib.search.text import Found

if TYPE_CHECKING:
    from sqlalchemy import Connection

FEW = 8000
"""Up to so many texts each is compared, which misses none; beyond, the index is walked."""

_NEAR = """
    select * from pgc.search_near(:asked, :model, :must, cast(:since as date), cast(:until as date), :wanted, :few)"""


def by_meaning(
    connection: "Connection", query: Query, wanted: int, meaning: Meaning
) -> list[Found]:
    """What means something like the question, the nearest first; `NoMeaning` where nothing can tell."""
    from sqlalchemy import text

    if not query.text:
        return []
    model = meaning.known()
    values = {
        "asked": meaning.of_question(query.text, model),
        "model": name_of(model),
        "must": required(query),
        "since": query.after,
        "until": query.before,
        "wanted": wanted,
        "few": FEW,
    }
    return [Found(**row) for row in connection.execute(text(_NEAR), values).mappings()]
