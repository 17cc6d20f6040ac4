"""`lab.graph`: what hangs together with what, over every area.

lab.graph.neighbours(skill, depth=2);  lab.graph.paths(mama, project)
lab.graph.pattern(("person", "knows", "skill"));  lab.graph.connect(mama, "knows", skill)
lab.graph.centrality();  lab.graph.communities();  lab.graph.frame();  lab.graph.export("graph.graphml")
"""

from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.faces import face
from pgc_lib.core.pointer import as_pointer, resolve
from pgc_lib.core.record import Record
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing
from pgc_lib.errors import Denied, Invalid, NotFound, Problem
from pgc_lib.graph.asking import Asking
from pgc_lib.graph.deriving import TAG, How, shape_of, tag_pointer
from pgc_lib.graph.patterns import DEEPEST, read
from pgc_lib.graph.records import ME, Edge
from pgc_lib.graph.refreshing import Refreshed, Refresher
from pgc_lib.graph.seen import Central, Community, Match, Neighbourhood, Node, Path, Tie
from pgc_lib.graph.slicing import Measure, Slice, within
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.areas.suggestions import Suggestion

MOST = 10_000


class Graph(Area, name="graph", main="edges"):
    """Records as nodes, and what ties them together."""

    edges: Kept[Edge] = Kept(Edge)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._asking = Asking(session)
        self._refresher = Refresher(session)

    # ── what is added ────────────────────────────────────────────────────────────────────────────────

    def connect(
        self, one: Record | str, relation: str, other: Record | str, *, confidence: float = 1.0, source: str = ME,
        note: str = "", batch: UUID | None = None,
    ) -> Edge:  # fmt: skip
        """Add an edge of my own: one record, how it stands to the other, and the other."""
        return self.edges.add(
            one=as_pointer(one), relation=relation, other=as_pointer(other),
            confidence=confidence, source=source, note=note, batch=batch,
        )  # fmt: skip

    def propose(
        self, one: Record | str, relation: str, other: Record | str, *, source: str, confidence: float,
        reason: str = "", model: str = "", prompt: str = "",
    ) -> "Suggestion | None":  # fmt: skip
        """Propose an edge as a rule or a model does: it waits in `lab.suggestions` and is no edge before it is accepted."""
        from pgc_lib.areas.suggestions import Suggestions

        ends = as_pointer(one), as_pointer(other)
        titles = [self._title(end) for end in ends]
        return Suggestions(self.session).propose(
            Edge.spec.kind, topic="graph.edge", source=source, confidence=confidence, reason=reason,
            model=model, prompt=prompt, title=f"{titles[0]} — {relation} → {titles[1]}"[:500],
            changes={"one": ends[0], "relation": relation, "other": ends[1], "source": model or source,
                     "confidence": confidence},
        )  # fmt: skip

    # ── questions ────────────────────────────────────────────────────────────────────────────────────

    def neighbours(
        self, record: Record | str, depth: int = 1, *, relation: str | Sequence[str] = (),
        how: How | Sequence[How] = (), limit: int = 200,
    ) -> Neighbourhood:  # fmt: skip
        """What a record or a tag has to do with, directly or over some steps, perhaps only by some relations."""
        self.refresh()
        if type(depth) is not int or not 1 <= depth <= DEEPEST:
            reason = _(
                "{name} is a whole number from {least} to {most}",
                name="depth",
                least=1,
                most=DEEPEST,
            )
            raise Invalid(_("The graph cannot be asked this:"), [Problem("depth", reason, depth)])
        start = self._start(record)
        limit = max(1, min(limit, MOST))
        relations, hows = _several(relation), _several(how)
        nodes = self._asking.around(start.pointer, depth, relations, hows, limit)
        return Neighbourhood(start, nodes, self._asking.among([start, *nodes], relations, hows))

    def explore(self, record: Record | str | None = None) -> Any:
        """A picture that grows where it is clicked, beginning with a record or with what most hangs together with."""
        return face("graph.explore")(self, record)

    def ties(self, record: Record | str) -> Listing[Tie]:
        """The edges of one record, with how they are known."""
        found = self.neighbours(record, limit=MOST)
        return Listing(
            tie for tie in found.ties if found.start.pointer in (tie.one.pointer, tie.other.pointer)
        )

    def paths(
        self, one: Record | str, other: Record | str, *, limit: int = 3, longest: int = 6, tags: bool = True
    ) -> Listing[Path]:  # fmt: skip
        """The shortest ways from one record to another, over whatever lies between; without `tags` none leads over a tag."""
        start, end = self._start(one, fresh=True), self._start(other)
        return Listing(self._slice(tags=tags).paths(start.pointer, end.pointer, limit, longest))

    def pattern(self, *steps: tuple[str, str, str], limit: int = 1000) -> Listing[Match]:
        """Every place that fits: `("person", "knows", "skill")`, or several steps that share a word such as `p:person`.

        A word is a kind, an area, `tag`, `*`, or one of person, skill, hobby, todo, goal, entry, doc; the same word with
        a name before a colon is the same node in every step. The relation `*` is any; `frame()` shows those there are.
        """
        self.refresh()
        asked = read(steps)
        return Listing(self._asking.match(asked.steps, asked.begins, max(1, min(limit, MOST))))

    def communities(self, *, tags: bool = False) -> Listing[Community]:
        """Groups of records that hang together more than with the rest."""
        self.refresh()
        return Listing(self._slice(tags=tags).communities())

    def centrality(
        self, measure: Measure = "pagerank", *, tags: bool = False, limit: int | None = None
    ) -> Listing[Central]:
        """What much runs together in: by `degree`, `pagerank`, or how many ways lead over it (`between`)."""
        if measure not in ("degree", "pagerank", "between"):
            reason = _("this must be one of {expected}", expected="degree, pagerank, between")
            raise Invalid(
                _("The graph cannot be asked this:"), [Problem("measure", reason, measure)]
            )
        self.refresh()
        return Listing(self._slice(tags=tags).centrality(measure)[:limit])

    # ── as a whole ───────────────────────────────────────────────────────────────────────────────────

    def frame(self) -> "pl.DataFrame":
        """Every edge that I may see as a polars frame, a row each."""
        import polars as pl

        self.refresh()
        rows = [
            (t.one.pointer, t.one.title, t.relation, t.other.pointer, t.other.title, t.how, t.confidence, t.source)
            for t in self._asking.ties()
        ]  # fmt: skip
        names = ("one", "one_title", "relation", "other", "other_title", "how")
        schema = {name: pl.String() for name in names} | {
            "confidence": pl.Float64(),
            "source": pl.String(),
        }
        return pl.DataFrame(rows, schema=schema, orient="row").sort(
            "one_title", "one", "relation", "other"
        )

    def nodes(self) -> "pl.DataFrame":
        """Every record that is a node, with its kind and title."""
        import polars as pl

        self.refresh()
        rows = [(node.pointer, node.kind, node.title) for node in self._asking.nodes()]
        schema = {"pointer": pl.String(), "kind": pl.String(), "title": pl.String()}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def scene(self, **options: Any) -> Any:
        """The graph in three dimensions; `about` shows what is around one record."""
        from pgc_lib.core.faces import face

        return face("graph.scene")(self, **options)

    def export(self, path: FilePath | str) -> FilePath:
        """Write the graph for other programs: .graphml or .jsonld."""
        from pgc_lib.graph.exporting import export

        self.refresh()
        return export(FilePath(path).expanduser(), self._asking.nodes(), self._asking.ties())

    def refresh(self, *, whole: bool = False) -> Refreshed:
        """Bring what is read off my records up to date; every question does it by itself. `whole` reads everything again."""
        if self.session.at is not None:
            raise Denied(
                _("The graph is of the records as they are now."),
                next_step=_("Ask the lab itself; the records of the past are in its areas."),
            )
        return self._refresher.refresh(whole=whole)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _start(self, record: Record | str, *, fresh: bool = False) -> Node:
        if fresh:
            self.refresh()
        if isinstance(record, str) and record.startswith(TAG):
            return Node(tag_pointer(record), tag_pointer(record))
        pointer = as_pointer(record)
        found = self._asking.node(pointer)
        if found is None and isinstance(record, Record) and record.owner == self.session.person:
            return Node(
                pointer, pointer.partition("/")[0], record.owner
            )  # of a series, tied to nothing
        if found is None:
            raise NotFound(
                _("The graph has no record {pointer}.", pointer=pointer),
                next_step=_("It may have been removed, or is not shared with you."),
            )
        return found

    def _title(self, pointer: str) -> str:
        """What a record is called, read from itself: the graph may not know it yet."""
        record = resolve(self.session, pointer)
        shape = shape_of(type(record)) if record is not None else None
        return str(getattr(record, shape.title) if shape and shape.title else pointer)

    def _slice(self, *, tags: bool) -> Slice:
        return Slice(within(self._asking.ties(), without_tags=not tags))


def _several(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)
