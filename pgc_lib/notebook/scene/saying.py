"""The words around a scene: its head, its time, the card of what was clicked, its legend, its chart and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.choices import choice_title
from pgc_lib.core.pointer import resolve
from pgc_lib.core.shown import text_of
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, tag
from pgc_lib.notebook.scene.model import About, Legend, Stage

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.record import Record
    from pgc_lib.core.session import Session

ROWS = 25
_SHAPES = ("bar", "band", "dot", "tree", "mark", "line")


@dataclass(frozen=True, slots=True)
class Opened:
    """A record as it is shown beside the scene."""

    pointer: str
    lines: Sequence[tuple[str, str]]


def something(stage: Stage) -> bool:
    """Whether there is anything to see."""
    return bool(
        (stage.bars is not None and len(stage.bars))
        or (stage.points is not None and len(stage.points))
        or any(len(each.index) for each in stage.solids)
    )


def nothing(stage: Stage) -> Html:
    """Where nothing is there yet."""
    return tag.div(
        tag.b(stage.told or _("There is nothing to see yet.")),
        _("It grows with what you keep: to-dos done, hours practised, money noted, moods."),
        class_="pgc-empty",
    )


def head(stage: Stage, view: str, preset: str, *, webgl: bool) -> Html:
    """The title, ways to see it, places to look from, and files."""
    views = (("scene", _("3D")), ("chart", _("Chart")), ("table", _("Table")))
    has = {"scene": webgl, "chart": stage.chart is not None, "table": stage.table is not None}
    switch = [
        tag.button(title, class_="pgc-button", act="show", values={"view": name}, aria_pressed=str(name == view).lower(), type="button")
        for name, title in views
        if has[name]
    ]  # fmt: skip
    tools: list[Html] = []
    if view == "scene" and stage.presets:
        options = [
            tag.option(each.title, value=each.name, selected=each.name == preset)
            for each in stage.presets
        ]
        tools.append(tag.select(options, act="look_from", aria_label=_("Look from"), class_="pgc-scene-select"))  # fmt: skip
        tools += [
            tag.button(sign, class_="pgc-button pgc-scene-round", act="zoom", values={"by": by}, aria_label=name, title=name, type="button")
            for sign, by, name in (("+", 0.8, _("Nearer")), ("−", 1.25, _("Farther")))
        ]  # fmt: skip
    files = [
        tag.button(title, class_="pgc-button pgc-plain", act="save", values={"value": value}, type="button")
        for value, title in (
            ("html", _("Page (HTML)")),
            ("png", _("Picture (PNG)")),
            ("glb", _("3D model (glTF)")),
            ("csv", _("Rows (CSV)")),
        )
        if value != "csv" or stage.table is not None
    ]  # fmt: skip
    saved = tag.details(
        tag.summary(_("Save as …"), class_="pgc-button"),
        tag.div(files, class_="pgc-scene-menu"),
        class_="pgc-scene-save",
    )
    return tag.div(
        tag.h2(stage.title),
        tag.div(switch, class_="pgc-row pgc-scene-switch", role="group", aria_label=_("Ways to see it")),
        tag.div(tools, saved, class_="pgc-row pgc-far"),
        class_="pgc-scene-head",
    )  # fmt: skip


def time(stage: Stage, moment: float, *, playing: bool) -> Html:
    """The slider of time with its button; nothing where time plays no part."""
    if not stage.times:
        return Html()
    number = min(max(int(moment) - (1 if moment >= stage.end else 0), 0), len(stage.times) - 1)
    name = stage.times[number]
    word = _("Pause") if playing else _("Play")
    return tag.div(
        tag.button(
            tag.span("❚❚" if playing else "▶", aria_hidden="true"),
            class_="pgc-button pgc-first pgc-scene-play",
            act="play",
            aria_label=word,
            title=word,
            type="button",
        ),
        tag.input(
            type="range",
            min="0",
            max=f"{stage.end:g}",
            step="0.25",
            value=f"{moment:g}",
            act="go",
            on="input",
            aria_label=_("Time"),
            aria_valuetext=name,
        ),
        tag.output(name, class_="pgc-number pgc-scene-when"),
        class_="pgc-scene-time",
    )


def card(about: About | None, key: str, record: Opened | None) -> Html:
    """What was clicked, with the records behind it."""
    if about is None:
        hint = _("Click a thing to read what it is. Drag to turn; after a click the wheel zooms.")
        walk = tag.button(_("Read from the first"), class_="pgc-button", act="step", values={"by": 1}, type="button")  # fmt: skip
        return tag.section(tag.p(hint, class_="pgc-soft"), walk, class_="pgc-sunken pgc-scene-card")
    lines = [(tag.dt(name), tag.dd(value)) for name, value in about.lines if value]
    behind = [
        tag.li(
            tag.button(
                name,
                class_="pgc-button pgc-plain",
                act="open",
                values={"pointer": pointer},
                type="button",
                aria_expanded=str(record is not None and record.pointer == pointer).lower(),
            )
        )
        for name, pointer in about.pointers
    ]  # fmt: skip
    more = n_("and {n} more", "and {n} more", about.more) if about.more else ""
    return tag.section(
        tag.div(
            tag.h3(about.title),
            tag.div(
                tag.button("‹", class_="pgc-button pgc-scene-round", act="step", values={"by": -1}, aria_label=_("The one before"), type="button"),
                tag.button("›", class_="pgc-button pgc-scene-round", act="step", values={"by": 1}, aria_label=_("The one after"), type="button"),
                class_="pgc-row pgc-far",
            ),
            class_="pgc-row",
        ),
        tag.dl(lines),
        tag.ul(behind) if behind else None,
        tag.p(more, class_="pgc-soft pgc-small") if more else None,
        _opened(record),
        class_="pgc-sunken pgc-scene-card",
        data_key=f"card-{key}",
        aria_live="polite",
    )  # fmt: skip


def opened(session: "Session", pointer: str, record: "Record") -> Opened:
    """A record's fields as a person reads them; another record is told by its name."""
    told = record._shown_()
    lines = []
    for field in record.spec.fields.values():
        value = told[field.title]
        if field.type.name == "object":  # what programs keep there means nothing to people
            continue
        if field.meta.refers and isinstance(value, UUID):
            value = _called(session, f"{field.meta.refers}/{value}") or value
        text = choice_title(str(value)) if field.choices and value else text_of(value)
        if text:
            lines.append((field.title, text))
    return Opened(pointer, lines)


def _called(session: "Session", pointer: str) -> str:
    record = resolve(session, pointer)
    names = ("title", "name", "what", "question")
    return next((str(value) for name in names if (value := getattr(record, name, ""))), "")


def _opened(record: Opened | None) -> Html | None:
    if record is None:
        return None
    rows = [(tag.dt(name), tag.dd(value)) for name, value in record.lines]
    return tag.div(tag.dl(rows), class_="pgc-scene-record")


def key(stage: Stage) -> Html:
    """Beside the picture: what each colour and shape is, in a word."""
    items = [tag.li(_swatch(each), tag.span(each.title)) for each in stage.legend if _sound(each)]
    if not items:
        return Html()
    return tag.ul(items, class_="pgc-scene-key", aria_label=_("What is what"))


def counted(stage: Stage) -> Html:
    """Below the picture, over its whole width: how each is counted, and what one must not read out of it."""
    told = [each for each in stage.legend if _sound(each) and each.told]
    notes = [tag.p(text, class_="pgc-hint") for text in stage.notes]
    if not told and not notes:
        return Html()
    return tag.details(
        tag.summary(_("What is what, and how it is counted")),
        tag.ul([_explained(each) for each in told], class_="pgc-scene-legend") if told else None,
        notes,
        class_="pgc-scene-what",
    )


def legend(stage: Stage) -> Html:
    """Both in one, for a page of its own."""
    if not stage.legend and not stage.notes:
        return Html()
    items = [_explained(each) for each in stage.legend if _sound(each)]
    notes = [tag.p(text, class_="pgc-hint") for text in stage.notes]
    return tag.details(
        tag.summary(_("What is what")),
        tag.ul(items, class_="pgc-scene-legend"),
        notes,
        class_="pgc-scene-what",
        open=True,
    )


def _explained(each: Legend) -> Html:
    told = tag.span(each.told, class_="pgc-soft") if each.told else None
    return tag.li(_swatch(each), tag.div(tag.b(each.title), told))


def _swatch(each: Legend) -> Html:
    return tag.i(class_=f"pgc-scene-{each.shape}", style=f"--c:{each.color}", aria_hidden="true")


def tip(about: About | None, place: tuple[float, float]) -> Html:
    """What is pointed at, above it; a click says more."""
    if about is None:
        return Html()
    more = " · ".join(value for _name, value in about.lines[:2] if value)
    side = "pgc-scene-tip-left" if place[0] > 62 else "pgc-scene-tip-right" if place[0] < 38 else ""
    return tag.div(
        tag.b(about.title),
        tag.span(more) if more else None,
        class_=["pgc-scene-tip", side, "pgc-scene-tip-low" if place[1] < 22 else ""],
        style=f"left:{place[0]:.1f}%;top:{place[1]:.1f}%",
        aria_hidden="true",
    )


def _sound(each: Legend) -> bool:
    return each.shape in _SHAPES and each.color.startswith("#")


def chart(stage: Stage, width: int, *, webgl: bool) -> Html:
    """The same in two dimensions."""
    from pgc_lib.notebook import charts

    told = None
    if not webgl:
        told = tag.p(
            _("This browser cannot draw in 3D, so here is the same as a chart."), class_="pgc-hint"
        )
    drawn: Any = stage.chart(width) if stage.chart else None
    if drawn is None:
        return tag.div(told, table(stage, 0))
    return tag.div(told, tag.div(Html(charts.svg(drawn, title=stage.told or stage.title)), class_="pgc-chart pgc-scroll"))  # fmt: skip


def table(stage: Stage, first: int) -> Html:
    """The facts as rows, a page of them."""
    if stage.table is None:
        return Html()
    frame = stage.table()
    first = min(first, max(len(frame) - 1, 0) // ROWS * ROWS)
    part = frame.slice(first, ROWS)
    place = _("{first} to {last} of {n}", first=first + 1 if len(frame) else 0, last=first + len(part), n=len(frame))  # fmt: skip
    turn = [
        tag.button(sign, class_="pgc-button", act="more", values={"by": by}, disabled=off, type="button")
        for sign, by, off in (
            (_("Earlier rows"), -1, first == 0),
            (_("Later rows"), 1, first + ROWS >= len(frame)),
        )
    ]  # fmt: skip
    return tag.div(
        tag.div(
            rows(part, stage),
            class_="pgc-scroll",
            tabindex="0",
            role="region",
            aria_label=stage.title,
        ),
        tag.div(tag.span(place, class_="pgc-soft pgc-small"), tag.div(turn, class_="pgc-row pgc-far"), class_="pgc-row"),
    )  # fmt: skip


def rows(part: "pl.DataFrame", stage: Stage) -> Html:
    """Rows as a table with a caption for screen readers."""
    numbers = {name for name, kind in part.schema.items() if kind.is_numeric()}
    heads = [tag.th(name, scope="col", class_="pgc-number" if name in numbers else None) for name in part.columns]  # fmt: skip
    lines = [
        tag.tr(
            [
                tag.td(f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else text_of(value), class_="pgc-number" if name in numbers else None)
                for name, value in row.items()
            ]
        )
        for row in part.iter_rows(named=True)
    ]  # fmt: skip
    return tag.table(
        tag.caption(stage.told or stage.title, class_="pgc-sr"),
        tag.thead(tag.tr(heads)),
        tag.tbody(lines),
        class_="pgc-sheet",
    )
