"""Growth in words, rows and two dimensions: what a click says, the table for who reads, the chart for who has no WebGL."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.i18n import _, n_
from pgc_lib.notebook.scene.counting import Lane, spoken, states
from pgc_lib.notebook.scene.model import About

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.notebook.scene.growth_facts import Facts

SHOWN = 8
"""Records named behind a bar; how many more there are is said."""


def about(found: "Facts", key: str) -> About | None:
    """What a key of the landscape means."""
    name, _at, number = key.partition("@")
    if not number:
        return _of_record(found, key)
    at = int(number)
    if not 0 <= at < len(found.periods):
        return None
    if name == "mood":
        mean = _("{n} of 10", n=f"{found.mood[at]:.1f}")
        return About(_("Mood"), [(_("When"), found.periods.name(at)), (_("Mean"), mean)])
    if name == "saved":
        return About(
            _("Put aside"),
            [
                (_("When"), found.periods.name(at)),
                (_("Left over"), _money(found, found.left[at])),
                (_("In all since the first entry"), _money(found, found.saved[at])),
            ],
        )
    lane = next((each for each in found.lanes if each.counted.name == name), None)
    return None if lane is None else _of_bar(found, lane, at)


def _of_bar(found: "Facts", lane: Lane, at: int) -> About:
    value, usual = float(lane.values[at]), lane.usual(at)
    lines = [
        (_("When"), found.periods.name(at)),
        (_("Added"), spoken(lane.counted, value, lane.currency)),
    ]
    if at == len(found.periods) - 1:
        lines.append((_("State"), _("still running")))
    elif usual is not None:
        told = spoken(lane.counted, usual, lane.currency)
        said = _states()[lane.state(at)] if not lane.counted.signed else ""
        before = _("usual before: {amount}", amount=told)
        lines.append((_("State"), f"{said} ({before})" if said else before))
    lines.append((_("Counted"), _(lane.counted.told)))
    rows = lane.behind(at)
    named = _named(found, lane, rows)
    return About(_(lane.counted.title), lines, named[:SHOWN], max(len(rows) - SHOWN, 0))


def _states() -> dict[int, str]:
    return {-1: _("less than usual"), 0: _("as usual"), 1: _("more than usual")}


def _named(found: "Facts", lane: Lane, rows: "pl.DataFrame") -> list[tuple[str, str]]:
    named = []
    for row in rows.head(SHOWN).iter_rows(named=True):
        what = found.names.get(_plain(row["what"] or ""), row["what"] or "")
        day = row["day"].isoformat()
        told = what if what and not _is_id(what) else ""
        if lane.counted.signed or lane.counted.digits:
            told = f"{told} · {spoken(lane.counted, row['amount'], lane.currency)}".strip(" ·")
        named.append((f"{day}  {told}".strip(), f"{row['kind']}/{row['id']}"))
    return named


def _plain(id: str) -> str:
    return id.replace("-", "")


def _is_id(text: str) -> bool:
    return len(text) in (32, 36) and all(char in "0123456789abcdef-" for char in text)


def _of_record(found: "Facts", pointer: str) -> About | None:
    for skill in found.skills:
        if skill.key == pointer:
            hours = f"{skill.hours.sum():,.1f}"
            lines = [
                (_("Topic"), skill.topic),
                (_("Practice so far"), _("{hours} hours", hours=hours)),
            ]
            if skill.strength is not None:
                lines.append((_("Still there"), f"{skill.strength:.0%}"))
            return About(skill.name, lines, [(skill.name, pointer)])
    for number, title, key, sort in found.marks:
        if key == pointer:
            what = _("Milestone") if sort == "milestone" else _("Achievement")
            return About(title, [(_("Kind"), what), (_("When"), found.periods.name(int(number)))], [(title, pointer)])  # fmt: skip
    return None


def table(found: "Facts") -> "pl.DataFrame":
    """Every bar and ribbon as a row."""
    import polars as pl

    rows: list[tuple[str, str, float, str, str]] = []
    last = len(found.periods) - 1
    names, said = found.periods.names, _states()
    for lane in found.lanes:
        state = states(lane.values)
        for at, value in enumerate(lane.values.tolist()):
            told = _("still running") if at == last else "" if lane.counted.signed else said[int(state[at])]  # fmt: skip
            unit = lane.currency if lane.counted.signed else _(lane.counted.unit)
            rows.append((names[at], _(lane.counted.title), round(value, 2), unit, told))
    for title, values, unit in ((_("Mood"), found.mood, "1–10"), (_("Put aside"), found.saved, found.currency)):  # fmt: skip
        rows += [(names[at], title, round(float(value), 2), unit, "") for at, value in enumerate(values) if not np.isnan(value)]  # fmt: skip
    schema = {
        _("Period"): pl.String(),
        _("Area"): pl.String(),
        _("How much"): pl.Float64(),
        _("Unit"): pl.String(),
        _("State"): pl.String(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def chart(found: "Facts", width: int) -> Any:
    """The same in two dimensions: a row of bars an area."""
    import altair as alt
    import polars as pl

    from pgc_lib.notebook.look import css

    wide = max(width - 130, 180)
    x = alt.X("day:T", title=None, axis=alt.Axis(format="%Y-%m", tickCount=max(wide // 90, 3)))
    drawn = []
    for lane in found.lanes:
        data = pl.DataFrame({"day": list(found.periods.starts), "n": lane.values.tolist()})
        color = _css(lane.counted.color)
        paint: Any = alt.value(color)
        if lane.counted.signed:
            paint = alt.condition("datum.n < 0", alt.value(css("red")), alt.value(color))
        y = alt.Y("n:Q", title=_(lane.counted.title), axis=alt.Axis(tickCount=3, format="~s"))
        bars = alt.Chart(data, width=wide, height=70).mark_bar(width=max(wide * 0.7 / len(data), 1))
        drawn.append(bars.encode(x=x, y=y, color=paint))
    if (~np.isnan(found.mood)).sum() > 1:
        data = pl.DataFrame({"day": list(found.periods.starts), "n": found.mood}).fill_nan(None)
        y = alt.Y("n:Q", title=_("Mood"), scale=alt.Scale(domain=[1, 10]), axis=alt.Axis(tickCount=3))  # fmt: skip
        drawn.append(alt.Chart(data, width=wide, height=70).mark_line(color=css("green")).encode(x=x, y=y))  # fmt: skip
    return alt.vconcat(*drawn, spacing=14)


def _css(name: str) -> str:
    from pgc_lib.notebook.look import css

    one, _plus, other = name.partition("+")
    return f"color-mix(in srgb, {css(one)}, {css(other)})" if other else css(one)


def sentence(found: "Facts") -> str:
    """The landscape in a sentence."""
    areas = ", ".join(_(lane.counted.title) for lane in found.lanes)
    span = f"{found.periods.name(0)} – {found.periods.name(len(found.periods) - 1)}"
    return n_(
        "A landscape of growth over {n} period, {span}: {areas}.",
        "A landscape of growth over {n} periods, {span}: {areas}.",
        len(found.periods),
        span=span,
        areas=areas,
    )


def notes(found: "Facts") -> Sequence[str]:
    """What keeps the picture honest."""
    said = [
        _("Each lane has a scale of its own: bars are compared within a lane, not between lanes."),
        _("Pale bars had less than usual, full ones more; usual is the median of up to six periods before. The palest is still running."),
    ]  # fmt: skip
    if found.periods.cut:
        said.append(_("What is earlier than {when} is left out.", when=found.periods.name(0)))
    return said


def _money(found: "Facts", value: float) -> str:
    from decimal import Decimal

    from pgc_lib.core.amounts import amount

    return amount(Decimal(f"{0 if np.isnan(value) else value:.2f}"), found.currency)
