"""Embeddings as a cloud: hundreds of dimensions brought down to three by principal components, with what a search finds lit up.

What is close in the cloud is usually close in truth; how much of the truth three dimensions hold is measured and said. The search itself
asks all dimensions.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.core.naming import area_title, kind_title
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, deed, tag
from pgc_lib.notebook.look import SERIES, colors
from pgc_lib.notebook.scene.bars import blend, blends
from pgc_lib.notebook.scene.labels import Label
from pgc_lib.notebook.scene.model import About, Legend, Points, Preset, Stage, rgb8
from pgc_lib.notebook.scene.showing import SceneView

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from pgc_lib.core.session import Session
    from pgc_lib.search.vectors import Vectors

_SIZE, _BATCH, _LONGEST = 18.0, 2000, 30
_GUIDES = 12
"""So many items, far from each other, are named, so that one knows what lies where."""
_READING = 6.0
"""Seconds that may go into reading what is new."""
_ALL = """
    select c.kind, c.record, c.model, c.embedding::vector::real[] as vector from pgc.search_chunks c
    where c.part = 0 limit :most"""
"""What one may not see is left out by the database."""


@dataclass(frozen=True)
class Cloud:
    """Items with a place each; `search` finds the keys nearest to a question."""

    title: str
    keys: Sequence[str]
    texts: Sequence[str]
    groups: Sequence[str]
    place: "NDArray[np.float32]"
    kept: float
    """The share of all variance that three dimensions hold."""
    search: Any
    pointers: bool = False

    def stage(self, found: Sequence[str] = (), *, dark: bool = False) -> Stage:
        """The stage, with what was found lit up."""
        ink = colors(dark=dark)
        stage = Stage(self.title, colors=ink, dark=dark)
        if not len(self.keys):
            stage.told = _("There are no vectors here yet.")
            return stage
        count = Counter(self.groups)
        paint = {group: _paint(n, ink) for n, (group, _n) in enumerate(count.most_common())}
        color = rgb8([paint[group] for group in self.groups])
        lit = [self._number[key] for key in found if key in self._number]
        if found:
            share = np.full(len(color), 0.62, dtype=np.float32)
            share[lit] = 0.0
            color = blends(color, ink["sunk"], share)
            color[lit] = rgb8([ink["red"]])[0]
        size = float(np.clip(2.6 / len(self.keys) ** (1 / 3), 0.09, 0.5))
        stage.points = Points(self.place, color, np.full(len(color), -9.0, np.float32), self.keys, size)  # fmt: skip
        guides = [_label(self.texts[n], self.place[n], 2, soft=True) for n in self._guides() if n not in set(lit)]  # fmt: skip
        stage.labels = [*guides, *(_label(self.texts[n], self.place[n], 3 + rank) for rank, n in enumerate(lit[::-1]))]  # fmt: skip
        stage.legend = [Legend(group or _("without a kind"), paint[group], n_("{n} item", "{n} items", n), "dot") for group, n in count.most_common(12)]  # fmt: skip
        if found:
            stage.legend.insert(0, Legend(_("Found by the search"), ink["red"], n_("{n} item", "{n} items", len(lit)), "dot"))  # fmt: skip
        stage.notes = [_("Three dimensions hold {share} of what tells the items apart; the search asks all dimensions.", share=f"{self.kept:.0%}")]  # fmt: skip
        stage.presets = [
            Preset("overview", _("Overview"), (0.5, 0.35, 1.0)),
            Preset("above", _("From above"), (0.0, 1.0, 0.03)),
            Preset("side", _("From the side"), (1.0, 0.1, 0.05)),
        ]
        stage.about = self._about
        stage.table = lambda: self._table(lit)
        stage.chart = lambda width: self._chart(width, color, lit, ink)
        stage.told = n_("A cloud of {n} item.", "A cloud of {n} items; what is close means nearly the same.", len(self.keys))  # fmt: skip
        return stage

    def _guides(self) -> list[int]:
        """Items far from each other, the one farthest from all before first."""
        place = self.place.astype(np.float64)
        found = [int(((place - place.mean(axis=0)) ** 2).sum(axis=1).argmin())]
        apart = ((place - place[found[0]]) ** 2).sum(axis=1)
        while len(found) < min(_GUIDES, len(place)) and apart.max() > 0:
            found.append(int(apart.argmax()))
            apart = np.minimum(apart, ((place - place[found[-1]]) ** 2).sum(axis=1))
        return found

    def _chart(self, width: int, color: Any, lit: Sequence[int], ink: dict[str, str]) -> Any:
        """The two directions in which the items differ most; of very many every so many-th."""
        from pgc_lib.notebook.scene.flat import MOST, flat

        named = [*lit, *(n for n in self._guides() if n not in set(lit))]
        shown = list(range(0, len(self.keys), -(-len(self.keys) // MOST)))
        shown += sorted({*named} - {*shown})
        at = {n: number for number, n in enumerate(shown)}
        paint = ["#" + bytes(color[n].tolist()).hex() for n in shown]
        radius = [6.0 if n in set(lit) else 3.5 for n in shown]
        return flat(self.place[shown][:, :2], paint, radius, named=[(at[n], _short(self.texts[n])) for n in named], ink=ink, size=(width, max(int(width * 0.6), 320)), told=[_short(self.texts[n]) for n in shown])  # fmt: skip

    @cached_property
    def _number(self) -> dict[str, int]:
        return {key: n for n, key in enumerate(self.keys)}

    def _about(self, key: str) -> About | None:
        at = self._number.get(key)
        if at is None:
            return None
        apart = ((self.place - self.place[at]) ** 2).sum(axis=1)
        apart[at] = np.inf
        some = min(5, len(apart) - 1)
        near: Any = np.argpartition(apart, some)[:some] if some else np.zeros(0, int)
        near = near[np.argsort(apart[near])].tolist()
        beside = ", ".join(_short(self.texts[n]) for n in near)
        behind = [(_short(self.texts[at]), key)] if self.pointers else []
        return About(_short(self.texts[at], 80), [(_("Kind"), self.groups[at]), (_("Close by"), beside)], behind)  # fmt: skip

    def _table(self, lit: Sequence[int]) -> "pl.DataFrame":
        import polars as pl

        order = list(lit) if lit else list(range(len(self.keys)))
        rows = [(_short(self.texts[n], 120), self.groups[n], str(self.keys[n])) for n in order]
        schema = {_("Text"): pl.String(), _("Kind"): pl.String(), _("Item"): pl.String()}
        return pl.DataFrame(rows, schema=schema, orient="row")


class EmbeddingView(SceneView):
    """A cloud with a line to search in it."""

    def __init__(
        self,
        cloud: Cloud,
        *,
        session: "Session",
        search: str | Sequence[float] = "",
        k: int = 10,
        height: int | None = None,
    ) -> None:
        self.cloud, self.k = cloud, k
        self.asked = search if isinstance(search, str) else ""
        self.found: Sequence[str] = cloud.search(search, k) if len(search) else ()
        super().__init__(lambda dark: cloud.stage(self.found, dark=dark), session=session, live=False, height=height)  # fmt: skip

    @deed
    def search(self, question: str = "") -> None:
        """Light up what is nearest to a question; an empty one shows all as before."""
        self.asked = question.strip()
        self.found = self.cloud.search(self.asked, self.k) if self.asked else ()
        self.stage = self.cloud.stage(self.found, dark=self.stage.dark)
        if self._three is not None and self.stage.points is not None:
            self._three.relabel(self.stage)
            self._three.repoint(self.stage.points.color)

    def draw(self) -> Html:
        if self.cloud.search is None or not len(self.cloud.keys):
            return super().draw()
        field = tag.input(type="search", name="question", value=self.asked, aria_label=_("Search by meaning"), placeholder=_("Search by meaning"))  # fmt: skip
        find = tag.button(_("Find"), class_="pgc-button", type="submit")
        return tag.div(tag.form(field, find, act="search", class_="pgc-row pgc-scene-search"), super().draw())  # fmt: skip


def cloud(vectors: "Vectors", name: str | None, *, most: int) -> Cloud:
    """A collection, or without a name what the lab's own search knows."""
    return _of_search(vectors, most) if name is None else _of_collection(vectors, name, most)


def projected(vectors: "NDArray[np.float32]") -> "tuple[NDArray[np.float32], float]":
    """The three directions in which the items differ most, and the share of all difference that they hold."""
    n = len(vectors)
    if n == 0:
        return np.zeros((0, 3), dtype=np.float32), 0.0
    apart = vectors.astype(np.float32) - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = (apart.T @ apart).astype(np.float64)
    size, way = np.linalg.eigh(spread)
    best = way[:, ::-1][:, :3]
    # A direction and its opposite are the same; the larger part decides, so that a picture does not turn over by itself.
    best = best * np.sign(best[np.abs(best).argmax(axis=0), np.arange(best.shape[1])])
    place = np.zeros((n, 3))
    place[:, : best.shape[1]] = apart @ best
    kept = float(size[::-1][:3].sum() / max(size.sum(), 1e-12))
    reach = np.quantile(np.abs(place), 0.985) or 1.0
    place = np.clip(place / reach, -1.4, 1.4) * _SIZE / 2
    place[:, 1] += -place[:, 1].min() + 0.3
    return place.astype(np.float32), kept


def _of_collection(vectors: "Vectors", name: str, most: int) -> Cloud:
    found = vectors.open(name)
    keys, rows, texts, groups = [], [], [], []
    every = [key for key, _text in _all_texts(found.shelf, most)]
    for first in range(0, len(every), _BATCH):
        for item, vector in found.shelf.get(every[first : first + _BATCH]):
            keys.append(item.key)
            rows.append(vector)
            texts.append(item.text or item.key)
            groups.append(_group(item.metadata))
    place, kept = projected(np.array(rows, dtype=np.float32).reshape(len(rows), -1))

    def search(question: Any, k: int) -> list[str]:
        return [hit.key for hit in found.query(question, k=k)]

    return Cloud(found.name, keys, texts, groups, place, kept, search)


def _all_texts(shelf: Any, most: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    after = ""
    while len(found) < most:
        step = shelf.texts(after, min(_BATCH, most - len(found)))
        if not step:
            break
        found += step
        after = step[-1][0]
    return found


def _of_search(vectors: "Vectors", most: int) -> Cloud:
    """What the lab's own search by meaning has read, each record by its beginning."""
    from sqlalchemy import text

    from pgc_lib.search.embedding import NoMeaning
    from pgc_lib.search.searching import Search

    session = vectors.session
    search = Search(session)
    search.catch_up()
    with suppress(NoMeaning):  # what was read before can still be seen
        search.embed(seconds=_READING)
    with session.reading() as connection:
        rows = connection.execute(text(_ALL), {"most": most}).all()
    # Vectors of two models cannot be compared.
    model = max(models := Counter(row.model for row in rows), key=models.__getitem__, default="")
    rows = [row for row in rows if row.model == model]
    pointers = [f"{row.kind}/{row.record}" for row in rows]
    place, kept = projected(np.array([row.vector for row in rows], dtype=np.float32).reshape(len(rows), -1))  # fmt: skip
    titles = _titles(session, rows)

    def find(question: Any, k: int) -> list[str]:
        if not isinstance(question, str):
            raise NotFound(_("The lab's own search is asked in words."), next_step=_("Name a collection to search with a vector."))  # fmt: skip
        hits = search.semantic(question, limit=k)
        return [f"{hit.kind}/{hit.record_id}" for hit in hits]

    groups = [area_title(row.kind.partition(".")[0]) for row in rows]
    return Cloud(_("What my records mean"), pointers, titles, groups, place, kept, find, pointers=True)  # fmt: skip


def _titles(session: "Session", rows: Sequence[Any]) -> list[str]:
    """What each record is called."""
    from pgc_lib.core.places import collection_of

    titles: dict[tuple[str, str], str] = {}
    for kind in sorted({row.kind for row in rows}):
        collection = collection_of(session, kind)
        named = next((name for name in ("title", "name", "what", "front", "payee", "question") if name in collection.spec.fields), None)  # fmt: skip
        if named is None or named in collection.spec.sensitive:
            continue
        frame = collection.frame(columns=["id", named])
        for id, title in frame.iter_rows():
            titles[kind, str(id).replace("-", "")] = str(title or "")
    return [titles.get((row.kind, row.record.hex), "") or kind_title(row.kind) for row in rows]


def _group(metadata: Any) -> str:
    """What tells items apart at first sight: their kind, topic or area, if their metadata names one."""
    for name in ("kind", "area", "topic", "category", "lang", "source"):
        if isinstance(metadata.get(name), str):
            return str(metadata[name])
    return ""


def _paint(number: int, ink: dict[str, str]) -> str:
    """The series' colours but red, which is for what a search found; then between two of them."""
    free = [name for name in SERIES if name != "red"]
    one, other = (ink[free[(number + n) % len(free)]] for n in (0, 1))
    return one if number < len(free) else blend(one, other, 0.5)


def _label(text: str, place: Any, rank: int, *, soft: bool = False) -> Label:
    x, y, z = (float(value) for value in place)
    return Label(_short(text), x, y + 0.55, z, 0.5 if soft else 0.6, soft, rank)


def _short(text: str, longest: int = _LONGEST) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
