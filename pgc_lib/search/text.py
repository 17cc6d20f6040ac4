"""Search by words: first everything that was asked for; where that finds too little, what holds the telling words of it.

PostgreSQL's ranking does not know that a rare word tells more than a frequent one, so each word is ranked by itself and
weighted by how rare it is (`search_text` in `0025_search_by_place.sql`). Of what matches, the newest are ranked, and those
with the words in their title: ranking fifty thousand entries for one frequent word would help nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import log
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.core.words import is_chinese
from pgc_lib.core.zone import today
from pgc_lib.search.conditions import all_of, any_of, matching, required
from pgc_lib.search.query import Query, Term

if TYPE_CHECKING:
    from sqlalchemy import Connection

POOL = 200
"""Entries that are ranked of those that hold everything, at most."""

ROOM = 1500
"""Entries in which the words may be, together, by which what holds only some of them is looked for."""

LOOSE = 600
"""Entries that are ranked of those that hold only some of it, at most; the newest, and those with a word in the title."""

_CEILING = 3000
"""Counting how frequent a word is stops here: it is frequent."""

_SPELT_LENGTH = 4
_LIKENESS = 0.4
_CORRECTIONS = 3

_TEXT = """
    select * from pgc.search_text(:matching, cast(:titled as text), cast(:parts as text[]),
        cast(:weights as float8[]), cast(:since as date), cast(:until as date), :pool, :wanted, :today)"""


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the index that matches."""

    owner: UUID
    area: str
    kind: str
    record: UUID
    day: date
    score: float
    share: float = 1.0
    """How much of what was asked for is there, rare words counting more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What matches, the best first."""

    found: list[Found]
    corrected: tuple[tuple[str, str], ...] = ()
    """Words that nobody wrote, and those that were looked for instead."""


def by_words(connection: "Connection", query: Query, wanted: int) -> Answer:
    """What holds the words of a question, the best first."""
    if query.is_empty:
        return Answer([])
    found = _holding(connection, query, {}, wanted)
    if len(found) >= wanted or not query.terms:
        return Answer(found)
    if found and len(query.terms) == 1:
        return Answer(found)
    # Not enough holds all of it, so now it matters which of the words tell more.
    weights = _weights(connection, query.terms)
    found = _loosened(connection, query, weights, found, wanted)
    corrected = _corrections(connection, query, weights)
    if not corrected:
        return Answer(found)
    changed = _replaced(query, dict(corrected))
    weights = _weights(connection, changed.terms)
    again = _holding(connection, changed, weights, wanted)
    again = _loosened(connection, changed, weights, again, wanted)
    return Answer(_filled(again, found, wanted), corrected if again else ())


@dataclass(frozen=True, slots=True)
class _Weight:
    count: int
    """In how many entries it is, up to a ceiling."""
    rarity: float


def _weights(connection: "Connection", terms: Sequence[Term]) -> dict[Term, _Weight]:
    """How rare each word is: a rare one tells more."""
    from sqlalchemy import text

    questions = [matching(term) for term in terms]
    counts = connection.execute(
        text("select pgc.search_counts(cast(:questions as text[]), :ceiling)"),
        {"questions": questions, "ceiling": _CEILING},
    ).scalar_one()
    whole = max(_CEILING, *counts)
    return {
        term: _Weight(count, log(1 + (whole + 0.5) / (count + 0.5)))
        for term, count in zip(terms, counts, strict=True)
    }


def _holding(
    connection: "Connection", query: Query, weights: dict[Term, _Weight], wanted: int
) -> list[Found]:
    """What holds everything that was asked for."""
    plain = [term for term in query.terms if term.sort != "phrase"]
    needed = all_of([required(query), *map(matching, plain)])
    titled = all_of([required(query), *(matching(term, titled=True) for term in query.terms)])
    return _asked(connection, query, needed, titled if query.terms else None, weights, wanted, POOL)


def _loosened(
    connection: "Connection",
    query: Query,
    weights: dict[Term, _Weight],
    found: list[Found],
    wanted: int,
) -> list[Found]:
    """And then what holds some of it: the rarest words, as many of them as the pool has room for."""
    if len(query.terms) < 2 or len(found) >= wanted:
        return found
    plain = [term for term in query.terms if term.sort != "phrase" and weights[term].count]
    plain.sort(key=lambda term: weights[term].count)
    chosen: list[Term] = []
    room = ROOM
    for term in plain:
        if chosen and weights[term].count > room:
            break
        chosen.append(term)
        room -= weights[term].count
    if not chosen:
        return found
    some = any_of(map(matching, chosen))
    titled = any_of(matching(term, titled=True) for term in chosen)
    needed = [required(query)]
    titles = all_of([*needed, titled])
    more = _asked(connection, query, all_of([*needed, some]), titles, weights, wanted, LOOSE)
    return _filled(found, more, wanted)


def _asked(
    connection: "Connection",
    query: Query,
    needed: str,
    titled: str | None,
    weights: dict[Term, _Weight],
    wanted: int,
    pool: int,
) -> list[Found]:
    from sqlalchemy import text

    values = {
        # Without words it is a list of the newest: whatever is mine, with the filters.
        "matching": needed,
        "titled": titled,
        "parts": [matching(term) for term in query.terms],
        "weights": [weights[term].rarity if weights else 1.0 for term in query.terms],
        "since": query.after,
        "until": query.before,
        "pool": max(pool, wanted),
        "wanted": wanted,
        "today": today(),
    }
    return [Found(**row) for row in connection.execute(text(_TEXT), values).mappings()]


def _filled(first: list[Found], more: list[Found], wanted: int) -> list[Found]:
    """The first ones, and then others until there are enough."""
    known = {(each.owner, each.kind, each.record) for each in first}
    others = [each for each in more if (each.owner, each.kind, each.record) not in known]
    return [*first, *others][:wanted]


def _corrections(
    connection: "Connection", query: Query, weights: dict[Term, _Weight]
) -> tuple[tuple[str, str], ...]:
    """For words that are in no entry, the likest that is."""
    from sqlalchemy import text

    similar = text("select word, likeness from pgc.search_similar(:word, 5)")
    found: list[tuple[str, str]] = []
    for term in query.terms:
        word = term.words[0]
        if (
            term.sort != "word"
            or weights[term].count
            or len(word) < _SPELT_LENGTH
            or is_chinese(word)
            or len(found) == _CORRECTIONS
        ):
            continue
        rows = connection.execute(similar, {"word": word}).all()
        close = [row.word for row in rows if row.likeness >= _LIKENESS]
        if close:
            found.append((word, close[0]))
    return tuple(found)


def _replaced(query: Query, corrected: dict[str, str]) -> Query:
    terms = [
        Term("word", (corrected[term.words[0]],), corrected[term.words[0]])
        if term.sort == "word" and term.words[0] in corrected
        else term
        for term in query.terms
    ]
    return replace(query, terms=tuple(terms))
