"""The family as a chart: generations, partners, children, and what each one is called by the person in the middle.

lab.family.chart("外婆")
"""

from collections.abc import Sequence
from json import dumps
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.kin.naming import kinship
from pgc_lib.i18n import _, lang, n_
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.widgets.kin_layout import HEIGHT, WIDTH, Chart, chart

if TYPE_CHECKING:
    from pgc_lib.areas.family import Family, Who
    from pgc_lib.areas.kin.circle import Circle, Person

_MOST, _FARTHEST, _FOUND, _LISTED = 80, 5, 8, 400
_ZOOMS = (0.4, 0.5, 0.65, 0.8, 1.0, 1.25, 1.6)
_LEAST = 2
"""The smallest of the sizes that is chosen unasked: below it names cannot be read."""
_KEYS = {"ArrowUp": "up", "ArrowDown": "down", "ArrowLeft": "left", "ArrowRight": "right"}


class KinshipChart(Part):
    """Everyone around one person; whoever is clicked tells of themselves and may be put into the middle."""

    look = "pgc-kin"

    def __init__(self, family: "Family", of: "Who | None" = None, *, generations: int = 2) -> None:
        self.named = _("Family chart")
        self.family = family
        self.generations = max(1, min(generations, _FARTHEST))
        self.asked_zoom: int | None = None
        """What the person chose; None until then: as much as fits."""
        self.wide = 0.0
        self.asked = ""
        self.centre: UUID | None = family.who(of).id if of is not None else None
        self.chosen: UUID | None = None

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> Html:
        """The chart, or how to begin one."""
        circle = self.family.circle()
        if not circle.people:
            return tag.div(
                tag.b(_("Nobody is in the family yet.")),
                tag.p(_("Add yourself, then your parents, children and partner:")),
                tag.pre(
                    tag.code('lab.family.add(name="我")\nlab.family.parent("妈妈", of="我")'),
                ),
                tag.p(_("Or bring in a family tree (.ged) or an address book (.vcf).")),
                class_="pgc-empty pgc-stack",
            )
        if self.centre is None or self.centre not in circle.people:
            self.centre = _middle(circle, self.family.session.name)
        if self.chosen is None or self.chosen not in circle.people:
            self.chosen = self.centre
        drawn = chart(circle, self.centre, generations=self.generations, most=_MOST)
        self.wide = drawn.width
        return tag.div(
            self._bar(circle, drawn),
            tag.div(
                self._canvas(circle, drawn),
                class_="pgc-scroll pgc-kin-sheet", tabindex="0", role="region",
                aria_label=_("Chart around {name}", name=circle.people[self.centre].name),
            ),
            self._card(circle, circle.people[self.chosen]),
            self._listed(circle),
            class_="pgc-stack",
        )  # fmt: skip

    def _bar(self, circle: "Circle", drawn: Chart) -> Html:
        found = self._found(circle)
        field = f"{self.id}-find"
        return tag.div(
            tag.div(
                tag.input(
                    id=field, type="search", value=self.asked, act="find", on="input", name="find", autocomplete="off",
                    placeholder=_("Find somebody"), aria_label=_("Find somebody"), data_pgc_keys=dumps({"Enter": "first"}),
                ),
                tag.div(
                    [
                        tag.button(self._called(circle, each), act="centre_on", values={"id": str(each.id)}, class_="pgc-button pgc-plain", dir="auto")
                        for each in found
                    ],
                    class_="pgc-kin-found", role="group", aria_label=_("Found"), data_pgc_arrows="1",
                )
                if self.asked
                else None,
                class_="pgc-kin-find",
            ),
            tag.div(
                tag.button("−", act="fewer", class_="pgc-button", aria_label=_("Fewer generations"), disabled=self.generations == 1),
                tag.span(n_("{n} generation each way", "{n} generations each way", self.generations), class_="pgc-small"),
                tag.button("+", act="further", class_="pgc-button", aria_label=_("More generations"), disabled=self.generations == _FARTHEST),
                class_="pgc-row",
            ),
            tag.div(
                tag.button("−", act="smaller", class_="pgc-button", aria_label=_("Smaller"), disabled=self.zoom == 0),
                tag.span(f"{_ZOOMS[self.zoom]:.0%}", class_="pgc-small pgc-number"),
                tag.button("+", act="larger", class_="pgc-button", aria_label=_("Larger"), disabled=self.zoom == len(_ZOOMS) - 1),
                class_="pgc-row",
            ),
            tag.span(
                _("{n} of {all} shown", n=len(drawn.places), all=len(circle.people)), class_="pgc-hint pgc-far", role="status"
            ),
            class_="pgc-row",
        )  # fmt: skip

    def _canvas(self, circle: "Circle", drawn: Chart) -> Html:
        lines = [
            tag.path(
                d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line.points),
                class_=f"pgc-kin-{line.look}" if line.look else None,
            )
            for line in drawn.lines
        ]
        return tag.div(
            tag.svg(
                lines, viewBox=f"0 0 {drawn.width:.0f} {drawn.height:.0f}", width=f"{drawn.width:.0f}",
                height=f"{drawn.height:.0f}", aria_hidden="true", focusable="false",
            ),
            [self._node(circle, drawn, id) for id in sorted(drawn.places, key=lambda id: (drawn.places[id][1], drawn.places[id][0]))],
            class_="pgc-kin-canvas",
            style=f"width:{drawn.width:.0f}px;height:{drawn.height:.0f}px;zoom:{_ZOOMS[self.zoom]}",
        )  # fmt: skip

    def _node(self, circle: "Circle", drawn: Chart, id: UUID) -> Html:
        person, (x, y) = circle.people[id], drawn.places[id]
        words = self._kinship(circle, person)
        return tag.button(
            tag.b(person.name, dir="auto"),
            tag.span(words, dir="auto") if words else None,
            tag.small(_years(person), " …" if id in drawn.more else None),
            act="choose",
            values={"id": str(id)},
            data_pgc_keys=dumps(_KEYS),
            data_pgc_values=dumps({"id": str(id)}),
            data_key=str(id),
            aria_pressed="true" if id == self.chosen else "false",
            aria_current="true" if id == self.centre else None,
            data_pgc_middle=f"{id} {self.zoom} {self.generations}" if id == self.centre else None,
            title=f"{person.name} · {words}" if words else person.name,
            class_=["pgc-kin-one", f"pgc-kin-{person.sex}" if person.sex else "", "pgc-kin-gone" if person.gone else ""],
            style=f"left:{x:.0f}px;top:{y:.0f}px;width:{WIDTH}px;height:{HEIGHT}px",
        )  # fmt: skip

    def _card(self, circle: "Circle", person: "Person") -> Html:
        """Whoever was clicked, with those nearest to them."""
        tree = circle.tree
        groups = [
            (_("Parents"), list(tree.parents(person.id))),
            (_("Partners"), list(tree.partners(person.id))),
            (_("Children"), list(tree.children(person.id))),
        ]
        words = self._kinship(circle, person)
        told = [
            words,
            _("born {when}", when=person.born or person.born_about) if person.born or person.born_about else "",
            _("died {when}", when=person.died or person.died_about) if person.died or person.died_about else "",
        ]  # fmt: skip
        return tag.div(
            tag.div(
                tag.h3(person.name, dir="auto"),
                tag.span(" · ".join(filter(None, told)), class_="pgc-soft"),
                tag.button(_("Put into the middle"), act="centre_on", values={"id": str(person.id)}, class_="pgc-button pgc-far")
                if person.id != self.centre
                else None,
                class_="pgc-row",
            ),
            [
                tag.div(
                    tag.span(title, class_="pgc-soft pgc-small"),
                    [
                        tag.button(
                            self._called(circle, circle.people[other]), act="choose", values={"id": str(other)},
                            class_="pgc-button pgc-plain", dir="auto",
                        )
                        for other in others
                        if other in circle.people
                    ],
                    class_="pgc-row",
                )
                for title, others in groups
                if others
            ],
            class_="pgc-box pgc-stack pgc-kin-card", role="group", aria_label=person.name, aria_live="polite",
        )  # fmt: skip

    def _listed(self, circle: "Circle") -> Html:
        """The same as a table, for whoever does not see the chart."""
        assert self.centre is not None
        lines = []
        for person in list(circle.people.values())[:_LISTED]:
            words = self._kinship(circle, person)
            if words and person.id != self.centre:
                lines.append((person, words))
        lines.sort(key=lambda each: (each[0].born is None, each[0].born, each[0].name))
        return tag.details(
            tag.summary(_("Everyone as a list")),
            tag.div(
                tag.table(
                    tag.thead(tag.tr(tag.th(each, scope="col") for each in (_("Name"), _("Kinship"), _("Years")))),
                    tag.tbody(
                        tag.tr(
                            tag.th(person.name, scope="row", dir="auto"), tag.td(words), tag.td(_years(person)),
                            data_key=f"row-{person.id}",
                        )
                        for person, words in lines
                    ),
                    class_="pgc-sheet",
                ),
                class_="pgc-scroll pgc-kin-list", tabindex="0", role="region", aria_label=_("Everyone as a list"),
            ),
            tag.p(_("… and {n} more.", n=len(circle.people) - _LISTED), class_="pgc-hint")
            if len(circle.people) > _LISTED
            else None,
        )  # fmt: skip

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────

    def met(self) -> None:
        """The width is known: the chart is drawn as large as fits."""
        self.renew()

    @deed
    def choose(self, id: str) -> None:
        """Somebody was clicked."""
        self.chosen = UUID(id)

    @deed
    def centre_on(self, id: str) -> None:
        """Somebody comes into the middle."""
        self.centre = self.chosen = UUID(id)
        self.asked = ""

    @deed
    def find(self, value: str = "") -> None:
        """Look for somebody by name."""
        self.asked = value.strip()

    @deed
    def first(self, value: str = "") -> None:
        """Take the first who was found."""
        self.asked = value.strip() or self.asked
        found = self._found(self.family.circle())
        if found:
            self.centre_on(str(found[0].id))

    @deed
    def fewer(self) -> None:
        """One generation less."""
        self.generations = max(1, self.generations - 1)

    @deed
    def further(self) -> None:
        """One generation more."""
        self.generations = min(_FARTHEST, self.generations + 1)

    @deed
    def smaller(self) -> None:
        """Draw it smaller."""
        self.asked_zoom = max(0, self.zoom - 1)

    @deed
    def larger(self) -> None:
        """Draw it larger."""
        self.asked_zoom = min(len(_ZOOMS) - 1, self.zoom + 1)

    @deed
    def up(self, id: str) -> None:
        """To the generation above."""
        self._walk(id, "up")

    @deed
    def down(self, id: str) -> None:
        """To the generation below."""
        self._walk(id, "down")

    @deed
    def left(self, id: str) -> None:
        """To the next on the left."""
        self._walk(id, "left")

    @deed
    def right(self, id: str) -> None:
        """To the next on the right."""
        self._walk(id, "right")

    @property
    def zoom(self) -> int:
        """Which of the sizes it is drawn in."""
        if self.asked_zoom is not None:
            return self.asked_zoom
        room = float(self.surroundings.get("width") or 1100) - 40
        fitting = [n for n, zoom in enumerate(_ZOOMS) if zoom <= 1 and self.wide * zoom <= room]
        return max(fitting, default=_LEAST)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _walk(self, id: str, way: str) -> None:
        assert self.centre is not None
        drawn = chart(self.family.circle(), self.centre, generations=self.generations, most=_MOST)
        found = drawn.near(UUID(id), way) if UUID(id) in drawn.places else None
        if found is not None:
            self.chosen = found
            self.focus(f'[data-key="{found}"]')

    def _kinship(self, circle: "Circle", person: "Person") -> str:
        if self.centre is None or person.id == self.centre:
            return ""
        return " / ".join(kinship(circle.tree, self.centre, person.id, lang()))

    def _called(self, circle: "Circle", person: "Person") -> str:
        words = self._kinship(circle, person)
        return f"{person.name} ({words})" if words else person.name

    def _found(self, circle: "Circle") -> "Sequence[Person]":
        asked = self.asked.casefold()
        if not asked:
            return []
        found = (
            each
            for each in circle.people.values()
            if asked in f"{each.name} {each.called}".casefold()
        )
        return [each for each, _n in zip(found, range(_FOUND), strict=False)]


def _middle(circle: "Circle", name: str) -> UUID:
    """Where one begins: oneself if one is in it, else who has the most ties."""
    me = circle.oneself(name)
    if me is not None:
        return me
    tree = circle.tree
    return max(
        circle.people,
        key=lambda id: len(tree.parents(id)) + len(tree.children(id)) + len(tree.partners(id)),
    )


def _years(person: "Person") -> str:
    """From when to when, as far as known."""
    born = str(person.born.year) if person.born else person.born_about
    died = str(person.died.year) if person.died else person.died_about
    if person.gone:
        return f"{born or '?'} – {died or '†'}"
    return f"* {born}" if born else ""
