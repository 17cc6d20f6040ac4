"""How the graph explorer is drawn: dots with names and lines between them, what is chosen, and all of it as a table."""

from collections.abc import Sequence
from json import dumps
from typing import TYPE_CHECKING

from pgc_lib.core.naming import area_title, kind_title
from pgc_lib.graph.deriving import TAG
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, Part, tag
from pgc_lib.notebook.look import SERIES
from pgc_lib.notebook.widgets.graph_layout import places
from pgc_lib.notebook.widgets.working import Work

if TYPE_CHECKING:
    from pgc_lib.core.record import Record
    from pgc_lib.graph import Graph
    from pgc_lib.graph.seen import Node, Tie

MOST, AT_ONCE, _FOUND, _LISTED = 120, 24, 8, 200
ZOOMS = (0.5, 0.65, 0.8, 1.0, 1.25, 1.6)
_WIDE, _HIGH, _EDGE = 104, 40, 70
_FACTS = 6
PATIENCE = 1.5
"""Seconds that a page waits for the first picture before it says that one is being made."""


class Picture(Part):
    """Nodes and ties as they are seen."""

    look = "pgc-graph"

    def __init__(self, graph: "Graph", start: "Record | str | None" = None) -> None:
        self.named = _("Connections")
        self.graph = graph
        self.nodes: dict[str, Node] = {}
        self.ties: dict[tuple[str, str, str], Tie] = {}
        self.at: dict[str, tuple[float, float]] = {}
        self.grown: set[str] = set()
        self.left_out: dict[str, int] = {}
        """How many neighbours of a node were too many to be drawn."""
        self.hidden: set[str] = set()
        self.chosen = ""
        self.origin = ""
        """From where a way is looked for."""
        self.way: list[str] = []
        self.asked = ""
        self.zoom = ZOOMS.index(1.0)
        self.work: Work | None = None
        self._start = start
        self._begun = False
        self._laid: tuple[frozenset[str], int] | None = None

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> Html:
        """The picture, what is chosen, and all of it as a table."""
        if not self._begun:
            self._first()
        if self.work is not None and self.work.error:
            return tag.div(self.work.error, class_="pgc-trouble", role="alert")
        if self.work is not None and self.work.running:
            return tag.p(_("Looking at what hangs together …"), class_="pgc-sunken", role="status")
        if not self.nodes:
            return tag.div(
                tag.b(_("Nothing hangs together yet.")),
                _("Link, mention or tag something: to-dos to people, entries to skills, documents to one another."),
                class_="pgc-empty",
            )  # fmt: skip
        shown = [
            pointer
            for pointer in self.nodes
            if self._area(pointer) not in self.hidden or pointer == self.chosen
        ]
        self._lay(shown)
        return tag.div(
            self._bar(),
            self._legend(),
            tag.div(
                self._canvas(shown), class_="pgc-scroll pgc-graph-sheet", tabindex="0", role="region",
                aria_label=_("Connections of {title}", title=self.nodes[self.chosen].title if self.chosen in self.nodes else ""),
            ),
            self._card(),
            self._listed(shown),
            class_="pgc-stack",
        )  # fmt: skip

    def _bar(self) -> Html:
        if self.origin in self.nodes:
            return tag.div(
                tag.span(_("From “{title}” to … ? Click where the way shall lead, or find it.", title=self.nodes[self.origin].title), dir="auto"),
                self._finder(),
                tag.button(_("Cancel"), act="leave", class_="pgc-button pgc-plain"),
                class_="pgc-row pgc-sunken", role="status",
            )  # fmt: skip
        return tag.div(
            self._finder(),
            tag.span(
                tag.button("−", act="smaller", class_="pgc-button", aria_label=_("Smaller"), disabled=self.zoom == 0),
                tag.span(f"{ZOOMS[self.zoom]:.0%}", class_="pgc-small pgc-number"),
                tag.button("+", act="larger", class_="pgc-button", aria_label=_("Larger"), disabled=self.zoom == len(ZOOMS) - 1),
                class_="pgc-row",
            ),
            tag.span(n_("{n} connection", "{n} connections", len(self.ties)), class_="pgc-hint pgc-far", role="status"),
            class_="pgc-row",
        )  # fmt: skip

    def _finder(self) -> Html:
        found = self._found()
        return tag.div(
            tag.input(
                type="search", name="find", value=self.asked, act="find", on="input", autocomplete="off",
                placeholder=_("Find"), aria_label=_("Find a record"), data_pgc_keys=dumps({"Enter": "first"}),
            ),
            tag.div(
                [
                    tag.button(
                        title, tag.small(kind_title(kind), class_="pgc-soft"), act="go", values={"pointer": pointer},
                        class_="pgc-button pgc-plain", dir="auto",
                    )
                    for pointer, kind, title in found
                ],
                class_="pgc-kin-found", role="group", aria_label=_("Found"), data_pgc_arrows="1",
            )
            if found
            else None,
            class_="pgc-kin-find",
        )  # fmt: skip

    def _legend(self) -> Html:
        areas: dict[str, int] = {}
        for pointer in self.nodes:
            areas[self._area(pointer)] = areas.get(self._area(pointer), 0) + 1
        return tag.div(
            [
                tag.button(
                    tag.i(class_="pgc-graph-dot", style=f"background:{_color(area)}", aria_hidden="true"), area_title(area),
                    tag.span(count, class_="pgc-soft"), act="turn", values={"area": area}, class_="pgc-button pgc-graph-kind",
                    aria_pressed="false" if area in self.hidden else "true",
                )
                for area, count in areas.items()
            ],
            class_="pgc-row", role="group", aria_label=_("What is shown"), data_pgc_arrows="1",
        )  # fmt: skip

    def _canvas(self, shown: Sequence[str]) -> Html:
        xs, ys = [self.at[each][0] for each in shown], [self.at[each][1] for each in shown]
        left, top = min(xs) - _EDGE, min(ys) - _EDGE / 2
        width, height = max(xs) - left + _EDGE, max(ys) - top + _EDGE
        on_way = {frozenset(pair) for pair in zip(self.way, self.way[1:], strict=False)}
        lines = []
        for (one, relation, other), tie in self.ties.items():
            if one not in self.at or other not in self.at or one == other:
                continue
            (x1, y1), (x2, y2) = self.at[one], self.at[other]
            looks = [
                "pgc-graph-near" if self.chosen in (one, other) else "",
                "pgc-graph-way" if frozenset((one, other)) in on_way else "",
            ]
            lines.append(
                tag.line(
                    tag.title(f"{tie.one.title} — {relation} → {tie.other.title}"), x1=f"{x1 - left:.0f}", y1=f"{y1 - top:.0f}",
                    x2=f"{x2 - left:.0f}", y2=f"{y2 - top:.0f}", class_=looks,
                )
            )  # fmt: skip
        order = sorted(shown, key=lambda each: (round(self.at[each][1] / _HIGH), self.at[each][0]))
        return tag.div(
            tag.svg(lines, viewBox=f"0 0 {width:.0f} {height:.0f}", width=f"{width:.0f}", height=f"{height:.0f}", aria_hidden="true", focusable="false"),
            [self._node(each, self.at[each][0] - left, self.at[each][1] - top) for each in order],
            class_="pgc-graph-canvas", data_pgc_arrows="1",
            style=f"width:{width:.0f}px;height:{height:.0f}px;zoom:{ZOOMS[self.zoom]}",
        )  # fmt: skip

    def _node(self, pointer: str, x: float, y: float) -> Html:
        node = self.nodes[pointer]
        more = self.left_out.get(pointer, 0)
        twin = sum(each.title == node.title for each in self.nodes.values()) > 1
        said = f"{node.title}, {kind_title(node.kind)}"
        return tag.button(
            tag.i(class_="pgc-graph-dot", style=f"background:{_color(self._area(pointer))}", aria_hidden="true"),
            tag.span(node.title, dir="auto"),
            tag.small(kind_title(node.kind)) if twin else None,
            tag.small(f"+{more}") if more else None,
            act="choose", values={"pointer": pointer}, data_key=pointer, title=said,
            aria_label=said, aria_pressed="true" if pointer == self.chosen else "false",
            class_=["pgc-graph-node", "pgc-graph-way" if pointer in self.way else "", "" if pointer in self.grown else "pgc-graph-shut"],
            style=f"left:{x - _WIDE / 2:.0f}px;top:{y - 9:.0f}px;width:{_WIDE}px",
        )  # fmt: skip

    def _card(self) -> Html | None:
        node = self.nodes.get(self.chosen)
        if node is None:
            return None
        ties = [
            tie for tie in self.ties.values() if self.chosen in (tie.one.pointer, tie.other.pointer)
        ]
        return tag.div(
            tag.div(
                tag.h3(node.title, dir="auto"),
                tag.span(kind_title(node.kind), class_="pgc-chip"),
                tag.span(
                    tag.button(_("Way to …"), act="from_here", class_="pgc-button"),
                    tag.button(_("Begin here"), act="begin", values={"pointer": self.chosen}, class_="pgc-button"),
                    tag.button(_("Take out of the picture"), act="drop", values={"pointer": self.chosen}, class_="pgc-button pgc-plain")
                    if len(self.nodes) > 1
                    else None,
                    class_="pgc-row pgc-far",
                ),
                class_="pgc-row",
            ),
            tag.p(self._way_said(), class_="pgc-soft", dir="auto") if self.way else None,
            self._facts(node),
            tag.ul(
                [
                    tag.li(
                        tag.span(f"{tie.said} →" if tie.one.pointer == self.chosen else f"← {tie.said}", class_="pgc-soft"),
                        tag.button(
                            other.title, act="choose", values={"pointer": other.pointer}, class_="pgc-button pgc-plain", dir="auto"
                        ),
                        class_="pgc-row",
                    )
                    for tie in ties[:AT_ONCE]
                    for other in [tie.other if tie.one.pointer == self.chosen else tie.one]
                ],
                class_="pgc-graph-ties",
            ),
            class_="pgc-box pgc-stack pgc-graph-card", aria_live="polite",
        )  # fmt: skip

    def _facts(self, node: "Node") -> Html | None:
        """A few fields of the record itself."""
        from pgc_lib.core.pointer import resolve
        from pgc_lib.core.shown import text_of

        record = None if node.pointer.startswith(TAG) else resolve(self.graph.session, node.pointer)
        if record is None:
            return None
        fields = {
            n: f
            for n, f in record.spec.fields.items()
            if f.type.name not in ("link", "object") and not f.meta.sensitive
        }
        told = [(field.title, text_of(getattr(record, name))) for name, field in fields.items()]
        told = [(title, text) for title, text in told if text and text != node.title][:_FACTS]
        return tag.dl(
            [tag.div(tag.dt(title), tag.dd(text, dir="auto")) for title, text in told],
            class_="pgc-graph-facts",
        )

    def _way_said(self) -> str:
        return " → ".join(self.nodes[each].title for each in self.way if each in self.nodes)

    def _listed(self, shown: Sequence[str]) -> Html:
        visible = set(shown)
        ties = [
            tie for tie in self.ties.values() if {tie.one.pointer, tie.other.pointer} <= visible
        ]
        return tag.details(
            tag.summary(_("All of it as a table")),
            tag.div(
                tag.table(
                    tag.thead(tag.tr(tag.th(each, scope="col") for each in (_("From"), _("Relation"), _("To")))),
                    tag.tbody(
                        tag.tr(tag.td(tie.one.title, dir="auto"), tag.td(tie.said, dir="auto"), tag.td(tie.other.title, dir="auto"))
                        for tie in ties[:_LISTED]
                    ),
                    class_="pgc-sheet",
                ),
                class_="pgc-scroll pgc-kin-list", tabindex="0", role="region", aria_label=_("All of it as a table"),
            ),
            tag.p(_("… and {n} more.", n=len(ties) - _LISTED), class_="pgc-hint") if len(ties) > _LISTED else None,
        )  # fmt: skip

    def _first(self) -> None:
        """Where one begins."""
        raise NotImplementedError

    def _lay(self, shown: Sequence[str]) -> None:
        """A place for each; nothing moves unless something came or went."""
        now = frozenset(shown), len(self.ties)
        if now != self._laid:
            ties = [(one, other) for one, _relation, other in self.ties]
            self.at = places(shown, ties, self.at, centre="" if self.at else self.chosen)
            self._laid = now

    def _found(self) -> list[tuple[str, str, str]]:
        if not self.asked:
            return []
        import polars as pl

        title = pl.col("title").str.to_lowercase()
        asked = self.asked.lower()
        fitting = self.graph.nodes().filter(title.str.contains(asked, literal=True))
        ranked = fitting.sort(~title.str.starts_with(asked), title.str.len_chars(), "title")
        return [
            (row[0], row[1], row[2])
            for row in ranked.select("pointer", "kind", "title").head(_FOUND).iter_rows()
        ]

    @staticmethod
    def _area(pointer: str) -> str:
        return "tag" if pointer.startswith(TAG) else pointer.partition(".")[0]


_ORDER = (
    "family",
    "skills",
    "todos",
    "knowledge",
    "docs",
    "hobbies",
    "finance",
    "goals",
    "anchor",
    "tag",
)


def _color(area: str) -> str:
    """The colour of an area; more areas than colours share them, their names tell them apart."""
    n = _ORDER.index(area) if area in _ORDER else len(_ORDER) + sum(area.encode())
    return f"var(--pgc-{SERIES[n % len(SERIES)]})"
