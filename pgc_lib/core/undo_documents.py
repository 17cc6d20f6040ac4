"""Taking back what lines of history changed in MongoDB, one document at a time.

For every document that the lines touched, three states are compared, as for rows (`undo.py`): as it was before
them, as they left it, and as it is now. What is as before needs nothing, so whatever breaks off in between is
completed by undoing once more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from pgc_lib.core.session import Session
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.documents_values import Json, same

if TYPE_CHECKING:
    from pgc_lib.stores.documents import Verb
    from pgc_lib.stores.documents_mongo import MongoDocuments
    from pgc_lib.stores.mongo_shelf import Shelf

_ROUNDS = 20
"""How often what others change meanwhile is set back all the same."""


Body = dict[str, Json] | None


class Touched(NamedTuple):
    """What was done to one document: the first and the last version that came of it."""

    first: int
    last: int


class _State(NamedTuple):
    now: dict[str, Any]
    body: Body
    before: Body
    left: Body

    @property
    def pending(self) -> bool:
        return not same(self.body, self.before)

    @property
    def moved(self) -> bool:
        return self.pending and not same(self.body, self.left)

    @property
    def verb(self) -> "Verb":
        """What restores it."""
        if self.before is None:
            return "delete"
        return "insert" if self.body is None else "update"


class Undoings:
    """The documents of one kind and owner that are to be as they were before."""

    def __init__(
        self, store: "MongoDocuments", shelf: "Shelf", touched: Mapping[UUID, Touched]
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._touched = touched
        self.pending: dict[Verb, list[UUID]] = defaultdict(list)
        """The documents that are not as they were before, by what restores them."""
        self.moved: list[UUID] = []
        """Those among them that are not as they were left either."""
        for id, state in self._states(touched):
            if state.pending:
                self.pending[state.verb].append(id)
                if state.moved:
                    self.moved.append(id)

    @property
    def rows(self) -> int:
        """How many documents there are to restore."""
        return sum(map(len, self.pending.values()))

    def apply(self, *, force: bool) -> list[UUID]:
        """Restore them, noted as one line for each verb; those that somebody changed at this very moment."""
        return [
            id for verb, ids in self.pending.items() for id in self._restore(verb, ids, force=force)
        ]

    def _restore(self, verb: "Verb", ids: Sequence[UUID], *, force: bool) -> list[UUID]:
        from pgc_lib.stores.mongo import translated

        with translated(), self._store.noted(self._shelf, verb, ids) as line:
            left = list(ids)
            for _round in range(_ROUNDS if force else 1):
                left = list(self._swapped(left, line.token, force=force))
                if not left:
                    break
            line.came = len(ids) - len(left)
        return left

    def _swapped(self, ids: Iterable[UUID], line: UUID | None, *, force: bool) -> Iterator[UUID]:
        """Restore documents chunk by chunk; those that were not, since they are in another state."""
        from pgc_lib.stores.mongo_shelf import CHUNK

        by, batch = self._store.person, self._store.batch
        for chunk in _chunks(ids, CHUNK):
            pairs = []
            for id, state in self._states(chunk):
                if state.moved and not force:
                    yield id
                elif state.pending:
                    old, body = state.now, state.before
                    # What comes back keeps the batch that brought it, but did not come with it.
                    new = self._shelf.next(old, state.verb, body, by, old["batch"], line=line)
                    pairs.append((old, new | {"in_batch": batch}))
            yield from self._shelf.swap(pairs)

    def _states(self, ids: Iterable[UUID]) -> Iterator[tuple[UUID, _State]]:
        """How documents are, were before and were left. A version whose document is gone never counted."""
        from pgc_lib.stores.mongo import from_bson, translated
        from pgc_lib.stores.mongo_shelf import CHUNK

        for chunk in _chunks(ids, CHUNK):
            with translated():
                now = self._shelf.get_many(chunk)
                spans = [(id, self._touched[id]) for id in chunk if id in now]
                wanted = [(id, number) for id, it in spans for number in (it.first - 1, it.last)]
                past = self._shelf.past(wanted)
            for id, it in spans:
                before, left = past.get((id, it.first - 1)), past.get((id, it.last), now[id])
                bodies = [from_bson(raw and raw["body"]) for raw in (now[id], before, left)]
                yield id, _State(now[id], *bodies)


def _chunks(ids: Iterable[UUID], size: int) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while chunk := list(islice(rest, size)):
        yield chunk


def undoings(
    session: Session, lines: Sequence[Any], made: UUID, batch: UUID | None
) -> list[Undoings]:
    """What lines about documents changed; `batch` when they are the whole of it."""
    from pgc_lib.stores.mongo import translated
    from pgc_lib.stores.noted import Undoing

    groups: dict[tuple[UUID, str], list[Any]] = defaultdict(list)
    for line in lines:
        groups[line.owner, line.kind].append(line)
    found = []
    for (owner, kind), own in groups.items():
        last = max(own, key=lambda line: line.id)
        store = in_mongo(session).under(made, Undoing(last.token, batch))
        shelf = store.shelf_of(kind, owner)
        with translated():
            lives = shelf.lives([line.token for line in own])
        if lives:
            touched = {id: Touched(*span) for id, span in lives.items()}
            found.append(Undoings(store, shelf, touched))
    return found


def in_mongo(session: Session) -> "MongoDocuments":
    """The session's documents in MongoDB."""
    if session.in_mongo is None:
        raise NotFound(
            _("These documents lie in MongoDB, of which this lab does not know the address."),
            next_step=_("Set PGC_MONGO_URL."),
        )
    return session.in_mongo
