"""Asking again what an answer rests on.

A source keeps its question as a line of Python, to be run in a cell. On a page it is not run as code, for a model had a hand
in it: it is read, and only what such a line may be made of is done.
"""

import ast
from typing import TYPE_CHECKING, Any

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.lab import Lab

_SUMS = ("sum", "mean", "count", "min", "max")


def asked_again(lab: "Lab", query: str) -> "pl.DataFrame":
    """The frame that `lab.finance.transactions.frame(…)` gives, perhaps added up by `group_by` and `select`."""
    try:
        return _call(lab, ast.parse(query, mode="eval").body)
    except (SyntaxError, ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise Invalid(
            _("This cannot be asked again here."), [Problem(query, type(error).__name__)],
            next_step=_("Run the line in a cell of a notebook."),
        ) from error  # fmt: skip


def as_cell(query: str) -> str:
    """The line with what it needs, as a cell that runs in any notebook."""
    needed = ["import polars as pl"] if "pl." in query else []
    return "\n".join([*needed, "import pgc_lib as pgc", "", "lab = pgc.open()", query])


def _call(lab: "Lab", node: ast.expr) -> "pl.DataFrame":
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        raise ValueError(ast.dump(node))
    if node.func.attr == "frame":
        kind = _kind(node.func.value)
        keywords = {each.arg or "": ast.literal_eval(each.value) for each in node.keywords}
        if "" in keywords or node.args:
            raise ValueError(ast.dump(node))
        return lab.collection_of(kind).frame(**keywords)
    if node.func.attr == "select":
        return _call(lab, node.func.value).select(_sum(node.args[0]))
    if node.func.attr == "agg":
        grouped = node.func.value
        if (
            not isinstance(grouped, ast.Call)
            or not isinstance(grouped.func, ast.Attribute)
            or grouped.func.attr != "group_by"
        ):
            raise ValueError(ast.dump(node))  # fmt: skip
        by = str(ast.literal_eval(grouped.args[0]))
        return _call(lab, grouped.func.value).group_by(by).agg(_sum(node.args[0])).sort(by)
    raise ValueError(node.func.attr)


def _kind(node: ast.expr) -> str:
    """`lab.finance.transactions` as a kind."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id != "lab":
        raise ValueError(ast.dump(node))
    return ".".join(names)


def _sum(node: ast.expr) -> "pl.Expr":
    """`pl.len()` or `pl.col("amount").sum()`."""
    import polars as pl

    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        raise ValueError(ast.dump(node))
    if node.func.attr == "len":
        return pl.len()
    inner: Any = node.func.value
    if node.func.attr not in _SUMS or inner.func.attr != "col":
        raise ValueError(ast.dump(node))
    made: pl.Expr = getattr(pl.col(str(ast.literal_eval(inner.args[0]))), node.func.attr)()
    return made
