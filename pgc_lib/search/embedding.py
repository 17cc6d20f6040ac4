"""The meaning of texts, computed in the background: some at a time, resumable, and again when the model changes.

What is still to do lies in `pgc.search_unread`, with the hash of what the index knows of it: a text that changes while it
is read stays to do. When the model changes, everything is. A long text is cut into
pieces at its sentences, since the model reads 512 tokens: each piece is found by itself and stands for its record.

People write the same again and again: a payee, a habit, a to-do of each week. Such a text is read once, and what it means
is kept for the next of its like: of the 10,000 entries of the demo 330 are read.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.ai.embeddings import LOCAL_DIMENSION, embed
from pgc_lib.ai.models import LOCAL, Model, Models, NoModel
from pgc_lib.core import places
from pgc_lib.core.session import Session
from pgc_lib.core.words import HAN
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _
from pgc_lib.search.entries import contents_of
from pgc_lib.search.gathering import Content
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import numpy as np
    from sqlalchemy import Connection, Row

PIECE = 400
"""The size of a piece: a Chinese character counts 1, any other a quarter."""

PIECES = 24
"""Pieces of one record whose meaning is computed; of a longer text it is the beginning."""

_AT_ONCE = 8
"""Texts that the model reads in a step."""

_LOOKED_AT = 256
"""Entries among which a step finds those whose text was read before."""

_REMEMBERED = 1_000
"""Texts whose meaning is kept at hand, each of one piece: what is long is rarely written twice."""

_LASTING = 10.0
_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?\n]+|(?<=\w)\.\s+|$)")
_WIDE = re.compile(rf"[{HAN}]")

_TO_DO = "select kind, record, hash from pgc.search_unread where owner = pgc.me() limit :limit"
_DONE = """
    delete from pgc.search_unread u
    using unnest(cast(:kinds as text[]), cast(:records as uuid[]), cast(:hashes as bytea[])) as d (kind, record, hash)
    where (u.owner, u.kind, u.record, u.hash) = (pgc.me(), d.kind, d.record, d.hash)"""
_CHANGED = """
    update pgc.search_states set model = :model where owner = pgc.me() and model <> :model"""
_ALL = """
    insert into pgc.search_unread (owner, kind, record, hash)
    select e.owner, e.kind, e.record, e.hash from pgc.search_entries e
    join pgc.search_states s on s.owner = e.owner and s.generation = e.generation
    where e.owner = pgc.me() and not exists (
        select from pgc.search_chunks c
        where (c.owner, c.kind, c.record, c.part, c.hash, c.model) = (e.owner, e.kind, e.record, 0, e.hash, :model))
    on conflict (owner, kind, record) do update set hash = excluded.hash"""
_FORGET = """
    delete from pgc.search_chunks c using unnest(cast(:kinds as text[]), cast(:records as uuid[])) as d (kind, record)
    where (c.owner, c.kind, c.record) = (pgc.me(), d.kind, d.record)"""
_KEEP = """
    insert into pgc.search_chunks (owner, area, kind, record, part, model, hash, embedding)
    select pgc.me(), split_part(n.kind, '.', 1), n.kind, n.record, n.part, :model, n.hash, n.vector::halfvec
    from unnest(cast(:kinds as text[]), cast(:records as uuid[]), cast(:parts as int[]), cast(:hashes as bytea[]),
                cast(:vectors as text[])) as n (kind, record, part, hash, vector)
    where exists (select from pgc.search_entries e
                  where (e.owner, e.kind, e.record, e.hash) = (pgc.me(), n.kind, n.record, n.hash))
    on conflict do nothing"""


class NoMeaning(PgcError):
    """Nothing here computes what a text means; search by words goes on."""


Embed = Callable[..., "np.ndarray[tuple[int, int], np.dtype[np.float32]]"]


class Meaning:
    """Computes vectors: by the model in the wheel, or the one that the person prefers."""

    def __init__(self, session: Session, embed: Embed = embed) -> None:
        self.session = session
        self._embed = embed
        self._known: tuple[Model, float] | None = None
        self._remembered: OrderedDict[tuple[str, bytes], list[str]] = OrderedDict()

    def model(self) -> Model:
        """The model that is used; `NoMeaning` where there is none."""
        try:
            return Models(self.session).pick("embeddings")
        except NoModel as error:
            raise NoMeaning(
                _("There is no model here that knows what a text means; the words are searched."),
                next_step=_(
                    "Install {package}, or configure a model with embeddings.", package=LOCAL
                )
                if find_spec(LOCAL) is None
                else error.next_step,
            ) from None

    def known(self) -> Model:
        """The model that was used some seconds ago, which is not asked for with each question."""
        if self._known is None or self._known[1] < time.monotonic():
            self._known = self.model(), time.monotonic() + _LASTING
        return self._known[0]

    def of_question(self, question: str, model: Model) -> str:
        """The vector of what is searched with; the same is asked again for other areas, days and pages."""
        name, asked = name_of(model), b"?" + question.encode(errors="surrogatepass")
        known = self._remembered.get((name, asked))
        if known is None:
            known = [_written(self._vectors([question], model, query=True)[0])]
            self._remember(name, asked, known)
        return known[0]

    def catch_up(self, *, seconds: float = float("inf"), at_once: int = _AT_ONCE) -> int:
        """Compute what is still to do; how many records it was. It ends after `seconds`."""
        model = self.model()
        self._look_at(model)
        end = time.monotonic() + seconds
        done = 0
        while (step := self._step(model, at_once)) and time.monotonic() < end:
            done += step
        return done + step

    def _look_at(self, model: Model) -> None:
        """When it is another one than before, everything is to be read again."""
        from sqlalchemy import text

        values = {"model": name_of(model)}
        with self.session.writing() as connection:
            if connection.execute(text(_CHANGED), values).rowcount:
                connection.execute(text(_ALL), values)

    def _step(self, model: Model, at_once: int) -> int:
        """Computed outside of any transaction, so that nobody waits for it; written if the text still is the same."""
        from sqlalchemy import text

        name = name_of(model)
        with self.session.reading() as connection:
            rows = connection.execute(text(_TO_DO), {"limit": max(at_once, _LOOKED_AT)}).all()
            meant = {row.hash: self._remembered.get((name, row.hash)) for row in rows}
            unlike = {row.hash: row for row in reversed(rows) if meant[row.hash] is None}
            asked = list(unlike.values())[:at_once]
            contents: dict[UUID, Content] = {}
            for kind in {row.kind for row in asked}:
                ids = [row.record for row in asked if row.kind == kind]
                contents |= self._read(connection, kind, ids)
        if not rows:
            return 0
        pieces = [pieces_of(contents[row.record]) if row.record in contents else [] for row in asked]  # fmt: skip
        vectors = iter(self._all_written([piece for some in pieces for piece in some], model))
        changed: dict[UUID, list[str]] = {}
        for row, some in zip(asked, pieces, strict=True):
            read = [next(vectors) for _piece in some]
            if row.record in contents and contents[row.record].hash == row.hash:
                meant[row.hash] = read
                self._remember(name, row.hash, read)
            else:  # it is not what the others are that were like it
                changed[row.record] = read
        known = [(row, changed.get(row.record, meant[row.hash])) for row in rows]
        done = [(row, read) for row, read in known if read is not None]
        made = [(row, part, vector) for row, read in done for part, vector in enumerate(read)]
        with self.session.writing() as connection:
            connection.execute(text("set local synchronous_commit = off"))
            finished = _columns([row for row, _read in done])
            connection.execute(text(_FORGET), finished)
            values = _columns([row for row, *_rest in made]) | {"model": name}
            values |= {"parts": [part for _row, part, _vector in made]}
            values |= {"vectors": [vector for *_rest, vector in made]}
            connection.execute(text(_KEEP), values)
            connection.execute(text(_DONE), finished)
        return len(done)

    def _remember(self, name: str, hash: bytes, vectors: list[str]) -> None:
        if len(vectors) > 1:
            return
        self._remembered[name, hash] = vectors
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)

    def _all_written(self, pieces: Sequence[str], model: Model) -> list[str]:
        return [_written(vector) for vector in self._vectors(pieces, model)] if pieces else []

    def _read(
        self, connection: "Connection", kind: str, ids: Sequence[UUID]
    ) -> dict[UUID, Content]:
        try:
            collection = places.collection_of(self.session, kind)
        except NotFound:  # such entries vanish with the next rebuild
            return {}
        found = collection.find(col("id").is_in(ids), owner=self.session.person)
        contents = contents_of(connection, kind, found)
        return {record.id: content for record, content in zip(found, contents, strict=True)}

    def _vectors(
        self, texts: Sequence[str], model: Model, *, query: bool = False
    ) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
        vectors = self._embed(Models(self.session), texts, query=query, model=model)
        if vectors.shape[1] != LOCAL_DIMENSION:
            raise NoMeaning(
                _(
                    "The model {name} gives {n} numbers a text; the index of meanings has room for {room}.",
                    name=model.name,
                    n=vectors.shape[1],
                    room=LOCAL_DIMENSION,
                ),
                next_step=_(
                    "Prefer a model with {room} numbers, such as {name}.",
                    room=LOCAL_DIMENSION,
                    name=LOCAL,
                ),
            )
        return vectors


def name_of(model: Model) -> str:
    """Says which vectors can be compared with one another."""
    return f"{model.base_url} {model.model}"


def pieces_of(content: Content) -> list[str]:
    """A text in pieces of the model's length, each under the title."""
    title = content.title[:PIECE]
    tags = " ".join(content.tags)[:PIECE]
    head = "\n".join(filter(None, (title, tags)))
    if not content.body.strip():
        return [head] if head.strip() else []
    pieces: list[str] = []
    current, size = "", 0.0
    for sentence in _sentences(content.body):
        length = _size(sentence)
        if current and size + length > PIECE:
            pieces.append(current)
            current, size = "", 0.0
            if len(pieces) == PIECES:
                break
        current += sentence
        size += length
    if current.strip() and len(pieces) < PIECES:
        pieces.append(current)
    return [f"{head}\n{piece.strip()}".strip() for piece in pieces if piece.strip()]


def _sentences(text: str) -> list[str]:
    """Sentences, with those that are too long cut anywhere."""
    most = PIECES * PIECE * 5
    found = []
    for match in _SENTENCE.finditer(text[:most]):
        sentence = match[0]
        step = PIECE if _WIDE.search(sentence) else PIECE * 4
        found += [sentence[at : at + step] for at in range(0, len(sentence), step)]
    return found


def _size(text: str) -> float:
    wide = len(_WIDE.findall(text))
    return wide + (len(text) - wide) / 4


def _columns(rows: "Sequence[Row[Any]]") -> dict[str, Any]:
    return {
        "kinds": [row.kind for row in rows],
        "records": [row.record for row in rows],
        "hashes": [row.hash for row in rows],
    }


def _written(vector: Any) -> str:
    return "[" + ",".join(f"{number:.5g}" for number in vector.tolist()) + "]"
