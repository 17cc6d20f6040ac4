"""Scenes as a person asks for them: `lab.scene()`, `lab.family.scene()`, `lab.graph.scene()`, `lab.vectors.scene()`."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.notebook.scene.model import Stage
from pgc_lib.notebook.scene.periods import Every
from pgc_lib.notebook.scene.showing import SceneView

if TYPE_CHECKING:
    from pgc_lib.areas.family import Family
    from pgc_lib.graph import Graph
    from pgc_lib.lab import Lab
    from pgc_lib.search.vectors import Vectors


def of_lab(
    lab: "Lab",
    *,
    every: Every | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    layout: str = "lanes",
    owner: UUID | None = None,
    live: bool = True,
    height: int | None = None,
) -> SceneView:
    """Growth as a landscape over time; `layout="rings"` lays it round, `every` cuts time into months, weeks or days."""
    from pgc_lib.notebook.scene import growth, growth_facts

    found = growth_facts.facts(lab, every=every, since=_day(since), until=_day(until), owner=owner)
    growth.check(layout)
    kept = {"facts": found}

    def make(dark: bool) -> Stage:
        return growth.landscape(kept["facts"], layout=layout, dark=dark)

    def renewed(stage: Stage, kinds: set[str]) -> Stage | None:
        fresh = growth_facts.renewed(lab, kept["facts"], kinds, every=every, since=_day(since), until=_day(until), owner=owner)  # fmt: skip
        if fresh is None:
            return None
        before, kept["facts"] = kept["facts"], fresh
        return growth.landscape(fresh, layout=layout, dark=stage.dark, was=(before, stage))

    now = until is None and lab.session.at is None
    return SceneView(make, session=lab.session, renewed=renewed, live=live and now, height=height)


def of_family(family: "Family", *, live: bool = True, height: int | None = None) -> SceneView:
    """The family as a tree in space: a ring a generation, couples side by side, children above their parents."""
    from pgc_lib.notebook.scene.kin import kin

    def renewed(stage: Stage, kinds: set[str]) -> Stage | None:
        seen = {"family.members", "family.relations"}
        return kin(family, dark=stage.dark) if kinds & seen else None

    return SceneView(lambda dark: kin(family, dark=dark), session=family.session, renewed=renewed, live=live, height=height)  # fmt: skip


def of_graph(
    graph: "Graph",
    *,
    about: Any = None,
    kinds: Sequence[str] = (),
    tags: bool = False,
    most: int = 500,
    height: int | None = None,
) -> SceneView:
    """The knowledge graph in space; `about` shows what is around one record, `kinds` only records of these."""
    from pgc_lib.notebook.scene.links import links

    found = links(graph, about=about, kinds=kinds, tags=tags, most=most)
    return SceneView(lambda dark: found.stage(dark=dark), session=graph.session, height=height)


def of_vectors(
    vectors: "Vectors",
    name: str | None = None,
    *,
    search: str | Sequence[float] = "",
    k: int = 10,
    most: int = 100_000,
    height: int | None = None,
) -> SceneView:
    """Embeddings projected into space: what lies close means nearly the same; `search` lights up what is found.

    Without a name it is everything that the lab's own search by meaning knows.
    """
    from pgc_lib.notebook.scene.embedding import EmbeddingView, cloud

    return EmbeddingView(cloud(vectors, name, most=most), session=vectors.session, search=search, k=k, height=height)  # fmt: skip


def _day(given: date | str | None) -> date | None:
    return date.fromisoformat(given) if isinstance(given, str) else given
