"""`lab.search("家庭 矛盾")`: by words and by meaning, over everything that one may see.

lab.search("growth* tag:work after:30d")     lab.search.text(…)   lab.search.semantic(…)
lab.search.lag()                             lab.search.rebuild()
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pgc_lib.areas.kin.help_library import Advice, language_of, shipped, titled
from pgc_lib.core.session import Session
from pgc_lib.errors import Denied, PgcError
from pgc_lib.i18n import _
from pgc_lib.search.asking import asking
from pgc_lib.search.embedding import Meaning, NoMeaning, name_of
from pgc_lib.search.hits import Hits, Reader
from pgc_lib.search.hybrid import fused
from pgc_lib.search.indexing import Indexer, Lag
from pgc_lib.search.meaning import by_meaning
from pgc_lib.search.query import Query, Term, read
from pgc_lib.search.text import Answer, by_words

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST = 200
"""Hits that can be asked for at once."""

_SPARE = 20
"""More is found than is shown: a record may be gone since."""

_FUSED = 60
_ON_THE_SHELF = 3
_SECONDS = 0.15
"""How long a search may bring the index up to date before it looks."""

_FIRST_SECONDS = 10.0
"""How long the first search may make the index."""


class Search:
    """Search over every area that one may see."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.indexer = Indexer(session)
        self.meaning = Meaning(session)
        self._reader = Reader(session)
        self._built = False

    def __call__(self, question: str, *, limit: int = 20) -> Hits:
        """What answers a question, by its words and its meaning, the best first."""
        return self.hybrid(question, limit=limit)

    def text(self, question: str, *, limit: int = 20) -> Hits:
        """What holds the words of a question, the best first."""
        with self._begun(question) as (query, connection):
            answer = by_words(connection, query, _wanted(limit))
        return self._hits(query, answer, limit, ())

    def semantic(self, question: str, *, limit: int = 20) -> Hits:
        """What means something like the question, whatever its words; without a model it says so and finds nothing."""
        notes: tuple[str, ...]
        with self._begun(question) as (query, connection):
            try:
                found = by_meaning(connection, query, _wanted(limit), self.meaning)
                notes = self._unread(connection)
            except NoMeaning as error:
                found, notes = [], (str(error),)
        return self._hits(query, Answer(found), limit, notes)

    def hybrid(self, question: str, *, limit: int = 20) -> Hits:
        """Both orders as one; without a model the words alone."""
        wanted = max(_wanted(limit), _FUSED)
        notes: tuple[str, ...] = ()
        with self._begun(question) as (query, connection):
            answer = by_words(connection, query, wanted)
            found = answer.found
            if query.text:
                try:
                    near = by_meaning(connection, query, wanted, self.meaning)
                    found = fused(answer.found, near)
                    notes = self._unread(connection)
                except NoMeaning as error:
                    notes = (error.message,)
                except (
                    PgcError
                ) as error:  # a provider's model that is away: the words still are there
                    notes = (_("Searched by words alone: {reason}", reason=error.message),)
        return self._hits(query, Answer(found, answer.corrected), limit, notes)

    def lag(self) -> Lag:
        """How far the index is behind: changes that are not found yet, entries without their meaning."""
        return self.indexer.lag(self._model())

    def catch_up(self, *, seconds: float = float("inf")) -> int:
        """Bring the index up to date, without what the entries mean; how many changes it took up."""
        self._writable()
        return self.indexer.catch_up(seconds=seconds)

    def embed(self, *, seconds: float = float("inf")) -> int:
        """Compute what entries mean where that is still to do; for how many."""
        self._writable()
        return self.meaning.catch_up(seconds=seconds)

    def rebuild(self) -> int:
        """Make the index anew beside the one that is searched, then switch; how many entries it has."""
        self._writable()
        return self.indexer.rebuild()

    # ── between ─────────────────────────────────────────────────────────────────────────────────────────

    def _model(self) -> str:
        """The model whose vectors count; empty where there is none."""
        try:
            return name_of(self.meaning.model())
        except NoMeaning:
            return ""

    @contextmanager
    def _begun(self, question: str) -> "Iterator[tuple[Query, Connection]]":
        """Read the question, and bring the index up to date if that is soon done; all is asked over one connection."""
        self._writable()
        with asking(self.session) as connection:
            built, behind = self.indexer.standing(connection)
            if behind or not built:
                seconds = _SECONDS if built else _FIRST_SECONDS
                self.indexer.catch_up(seconds=seconds, wait=not built)
            if not built:
                built, _behind = self.indexer.standing(connection)
            self._built = built
            yield read(question), connection

    def _writable(self) -> None:
        if self.session.at is not None:
            raise Denied(
                _("The index knows what is now, not what was on {at}.", at=self.session.at),
                next_step=_("Search in the lab itself, or filter an area with `find`."),
            )

    def _unread(self, connection: "Connection") -> tuple[str, ...]:
        if not self.indexer.is_unread(connection, name_of(self.meaning.known())):
            return ()
        return (_("Some entries are found by their words only, until what they mean is computed."),)

    def _hits(self, query: Query, answer: Answer, limit: int, notes: tuple[str, ...]) -> Hits:
        changed = tuple(Term("word", (word,), word) for _asked, word in answer.corrected)
        hits = Hits(self._reader.hits(answer.found, (*query.terms, *changed), min(limit, MOST)))
        hits.problems = query.problems
        hits.corrected = answer.corrected
        hits.shelf = _shelf(query)
        hits.notes = (
            notes
            if self._built
            else (*notes, _("The index is being made; not everything is found yet."))
        )
        return hits

    def __repr__(self) -> str:
        return "<search>"


def _shelf(query: Query) -> tuple[Advice, ...]:
    """What the help library has about a question; a question that narrows to something else is not about it."""
    narrowed = query.tags or query.kinds or query.after or query.before
    if narrowed or not query.text or (query.areas and "help" not in query.areas):
        return ()
    library = list(shipped(language_of(query.text)).values())
    return tuple(titled(query.text, library)[:_ON_THE_SHELF])


def _wanted(limit: int) -> int:
    return min(max(limit, 1), MOST) + _SPARE
