"""Growth by week in words: its heading, legend, one week in a line, and the chart for who cannot or will not turn a scene."""

from collections.abc import Sequence
from html import escape

from pgc_lib.core.amounts import amount
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.panels.facts import Week
from pgc_lib.notebook.panels.markup import button, empty
from pgc_lib.notebook.panels.words import short

_AXIS = 110
"""Pixels beside the bars: padding, titles and numbers."""


def something(weeks: Sequence[Week]) -> bool:
    """Whether there is anything to draw."""
    return any(week.done or week.left for week in weeks)


def title(weeks: Sequence[Week]) -> str:
    """The heading with the span of time."""
    span = ""
    if weeks:
        first, last = weeks[0].first, weeks[-1].first
        span = f"{short(first, last)} – {short(last, last)}"
    return f"<h2>{escape(_('Growth by week'))}<small>{escape(span)}</small></h2>"


def legend(*, flat: bool, webgl: bool) -> str:
    """What the colours mean, and the switch between landscape and chart."""
    items = ((_("To-dos done"), "blue"), (_("Left over"), "gold"), (_("Overspent"), "red"))
    marks = "".join(
        f"<li><i style='background:var(--pgc-{color})'></i>{escape(text)}</li>"
        for text, color in items
    )
    switch = ""
    if webgl:
        pairs = (("deep", _("Landscape"), not flat), ("flat", _("Chart"), flat))
        switch = "".join(
            button(act, text).replace("<button ", f"<button aria-pressed='{str(on).lower()}' ", 1)
            for act, text, on in pairs
        )
    return f"<div class='pgc-bar-row'><ul class='pgc-legend'>{marks}</ul><div class='pgc-tools'>{switch}</div></div>"


def tools(*, flat: bool) -> str:
    """Ways to go through the weeks without a mouse."""
    buttons = [button("earlier", "‹ " + _("Week before")), button("later", _("Week after") + " ›")]
    if not flat:
        buttons.append(button("reset", _("Reset the view")))
    return f"<div class='pgc-tools'>{''.join(buttons)}</div>"


def about(week: Week, last: Week, currency: str) -> str:
    """One week in one line; the year is said where it is not the last one's."""
    done = n_("{n} to-do done", "{n} to-dos done", week.done)
    key = (
        _("{amount} overspent", amount=amount(-week.left, currency))
        if week.left < 0
        else _("{amount} left over", amount=amount(week.left, currency))
    )
    named = _("Week of {day}", day=short(week.first, last.first))
    return f"<b>{escape(named)}</b> · {escape(done)} · {escape(key)}"


def hint() -> str:
    return f"<span class='pgc-soft'>{escape(_('Point at a bar to read its week; drag to look from elsewhere.'))}</span>"


def waiting() -> str:
    """Until it is drawn."""
    return f"<div class='pgc-wait'>{escape(_('Drawing…'))}</div>"


def nothing() -> str:
    """Where no week holds anything yet."""
    return (
        "<div style='padding:24px'>"
        + empty(
            _("The first weeks will grow here."),
            _("Each to-do done and each amount noted becomes a bar."),
        )
        + "</div>"
    )


def chart(weeks: Sequence[Week], width: int) -> str:
    """The same weeks as two rows of bars, for a place so many pixels wide."""
    import altair as alt
    import polars as pl

    from pgc_lib.notebook import charts
    from pgc_lib.notebook.look import css

    data = pl.DataFrame(
        {
            "week": [week.first for week in weeks],
            "done": [week.done for week in weeks],
            "left": [float(week.left) for week in weeks],
        }
    )
    x = alt.X(
        "week:T",
        title=None,
        axis=alt.Axis(format="%m-%d", tickCount=max(width // 110, 3), labelFlush=True),
    )
    bar = max((width - _AXIS) * 0.6 / len(weeks), 3)
    base = alt.Chart(data, width=max(width - _AXIS, 160), height=130)
    done = base.mark_bar(width=bar, color=css("blue")).encode(
        x=x, y=alt.Y("done:Q", title=_("To-dos done"))
    )
    left = base.mark_bar(width=bar).encode(
        x=x,
        y=alt.Y("left:Q", title=_("Left over"), axis=alt.Axis(format="~s")),
        color=alt.condition("datum.left < 0", alt.value(css("red")), alt.value(css("gold"))),
    )
    return charts.svg(alt.vconcat(done, left, spacing=18), title=_("Growth by week"))


def placeholder(weeks: Sequence[Week]) -> str:
    """The whole panel before anything is drawn, as high as it will be."""
    stage = waiting() if something(weeks) else nothing()
    top = legend(flat=False, webgl=True) if something(weeks) else ""
    below = f"<p class='pgc-picked'>{hint()}</p>{tools(flat=False)}" if something(weeks) else ""
    return f"{title(weeks)}{top}<div class='pgc-stage'>{stage}</div>{below}"
