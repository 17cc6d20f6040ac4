"""Charts of frames: drawn offline in the light and in the dark, read in Chinese and in English, and told in words.

    from pgc_lib.notebook import charts

    charts.line(lab.finance.cash_flow(), y=["income", "spending"])   charts.stacked(lab.finance.spending())
    charts.calendar(lab.wellbeing.daily("mood"))                     charts.bars(lab.finance.spending(every="1y"))
    charts.flow(frame)                                               charts.radar(lab.skills.radar("…"))
    charts.multiples(lab.skills.hours())                             charts.intervals(lab.finance.forecast())
    charts.budgets(lab.finance.budgets.overview())                   chart.save("x.png"), chart.text, chart.altair

Columns are found by their types and may be named: `x` is time, `y` what is drawn, `by` what tells lines apart. For an Altair
chart of one's own, `charts.use()` brings our theme and draws it as SVG; nothing is fetched, anywhere.
"""

from pgc_lib.notebook.charts.bars import bars
from pgc_lib.notebook.charts.budgets import budgets
from pgc_lib.notebook.charts.calendar import calendar
from pgc_lib.notebook.charts.chart import Chart
from pgc_lib.notebook.charts.drawing import svg
from pgc_lib.notebook.charts.flow import flow
from pgc_lib.notebook.charts.intervals import intervals
from pgc_lib.notebook.charts.radar import radar
from pgc_lib.notebook.charts.series import line, multiples, stacked
from pgc_lib.notebook.charts.theme import NAME, theme, use

__all__ = [
    "NAME",
    "Chart",
    "bars",
    "budgets",
    "calendar",
    "flow",
    "intervals",
    "line",
    "multiples",
    "radar",
    "stacked",
    "svg",
    "theme",
    "use",
]
