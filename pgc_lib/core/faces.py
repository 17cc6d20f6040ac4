"""What is seen of a thing in a notebook, without the lower floors knowing how.

`lab.family.scene()` belongs to the family, its drawing to the notebook, which stands above it. So an area asks for a face by
its name, and the module is imported at that moment: whoever never looks never loads it. Others add faces as entry points:

    [project.entry-points."pgc.faces"]
    "todos.board" = "my_package.board:Board"
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from pgc_lib.errors import NotFound, Unavailable
from pgc_lib.i18n import _

FACES: dict[str, str] = {
    "form": "pgc_lib.notebook.widgets.form:Form",
    "table": "pgc_lib.notebook.widgets.table:Table",
    "picker": "pgc_lib.notebook.widgets.picker:Picker",
    "suggestions.queue": "pgc_lib.notebook.widgets.queue:Queue",
    "family.chart": "pgc_lib.notebook.widgets.kinship:KinshipChart",
    "knowledge.tree": "pgc_lib.notebook.widgets.tree:topics",
    "skills.tree": "pgc_lib.notebook.widgets.tree:skills",
    "docs.beside": "pgc_lib.notebook.widgets.beside_notes:BesideNotes",
    "docs.tree": "pgc_lib.notebook.widgets.tree:folders",
    "todos.tree": "pgc_lib.notebook.widgets.tree:todos",
    "heatmap": "pgc_lib.notebook.widgets.heatmap:of_collection",
    "wellbeing.heatmap": "pgc_lib.notebook.widgets.heatmap:of_wellbeing",
    "finance.heatmap": "pgc_lib.notebook.widgets.heatmap:of_finance",
    "skills.heatmap": "pgc_lib.notebook.widgets.heatmap:of_skills",
    "hobbies.heatmap": "pgc_lib.notebook.widgets.heatmap:of_hobbies",
    "todos.heatmap": "pgc_lib.notebook.widgets.heatmap:of_todos",
    "finance.budget_bars": "pgc_lib.notebook.widgets.budget_bars:BudgetBars",
    "reports.monitor": "pgc_lib.notebook.widgets.monitor:Monitor",
    "chat": "pgc_lib.notebook.widgets.chat:Chat",
    "graph.explore": "pgc_lib.notebook.widgets.graph_explorer:explore",
    "timeline": "pgc_lib.notebook.widgets.timeline:of_lab",
    "imports.wizard": "pgc_lib.notebook.widgets.wizard:Wizard",
    "scene": "pgc_lib.notebook.scene.faces:of_lab",
    "family.scene": "pgc_lib.notebook.scene.faces:of_family",
    "graph.scene": "pgc_lib.notebook.scene.faces:of_graph",
    "vectors.scene": "pgc_lib.notebook.scene.faces:of_vectors",
}
"""Name -> module:class or function; it is called with what is to be shown and with options."""


def face(name: str) -> Callable[..., Any]:
    """What shows a thing under this name."""
    try:
        module, _colon, attribute = (FACES.get(name) or _others()[name]).partition(":")
    except KeyError:
        raise NotFound(
            _("Nothing here is shown as “{name}”.", name=name),
            next_step=_("These are known: {names}.", names=", ".join(sorted({*FACES, *_others()}))),
        ) from None
    try:
        found: Callable[..., Any] = getattr(import_module(module), attribute)
    except ImportError as error:
        raise Unavailable(
            _("“{name}” cannot be shown here: {reason}.", name=name, reason=error),
            next_step=_("Open it in a notebook of the lab, or install what is missing."),
        ) from error
    return found


def _others() -> dict[str, str]:
    from pgc_lib.core.points import entry_points

    return {each.name: each.value for each in entry_points(group="pgc.faces")}
