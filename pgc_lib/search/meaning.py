"""Search by meaning: the nearest texts, whatever their words and language are."""

from pgc_lib.core.session import Session
from pgc_lib.search.asking import asking
from pgc_lib.search.conditions import required
from pgc_lib.search.embedding import Meaning, name_of
from pgc_lib.search.query import Query
from pgc_lib.search.text import Found

FEW = 8000
"""Up to so many texts each is compared, which misses none; beyond, the index is walked."""

_NEAR = """
    select * from pgc.search_near(:asked, :model, :must, cast(:since as date), cast(:until as date), :wanted, :few)"""


def by_meaning(session: Session, query: Query, wanted: int, meaning: Meaning) -> list[Found]:
    """What means something like the question, the nearest first; `NoMeaning` where nothing can tell."""
    from sqlalchemy import text

    if not query.text:
        return []
    model = meaning.model()
    values = {
        "asked": meaning.of_question(query.text, model),
        "model": name_of(model),
        "must": required(query),
        "since": query.after,
        "until": query.before,
        "wanted": wanted,
        "few": FEW,
    }
    with asking(session) as connection:
        return [Found(**row) for row in connection.execute(text(_NEAR), values).mappings()]
