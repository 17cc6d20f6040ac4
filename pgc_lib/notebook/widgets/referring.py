"""What a field leads to: a kind of record where its definition or we say so, or any record by a pointer."""

from functools import cache
from typing import Any, cast

from pgc_lib.core import pointer
from pgc_lib.core.record import FieldSpec

_TODO, _MEMBER = "todos.items", "family.members"
_KNOWN = {
    ("todos.items", "parent"): _TODO, ("todos.items", "follows"): _TODO, ("todos.needs", "todo"): _TODO,
    ("todos.needs", "needs"): _TODO, ("todos.blocks", "todo"): _TODO, ("todos.work", "todo"): _TODO,
    ("todos.mirrors", "todo"): _TODO, ("suggestions.checks", "todo"): _TODO, ("family.care", "member"): _MEMBER,
    ("family.care", "who"): _MEMBER, ("family.care_done", "task"): "family.care", ("family.care_done", "by"): _MEMBER,
    ("goals.contributions", "by"): _MEMBER, ("docs.drafts", "doc"): "docs.items", ("docs.trash", "doc"): "docs.items",
    ("wellbeing.checkins", "habit"): "wellbeing.habits", ("wellbeing.adherence", "experiment"): "wellbeing.experiments",
    ("anchor.milestones", "plan"): "anchor.plans", ("reports.runs", "schedule"): "schedules.items",
    ("anchor.links", "view"): "anchor.views", ("reminders.deliveries", "notice"): "reminders.notices",
}  # fmt: skip
"""Identifiers whose kind their definition leaves open."""
TECHNICAL = frozenset({
    "reference", "source", "extra", "translations", "zone", "front", "uid", "origin", "hash", "key", "paths", "token",
})  # fmt: skip
"""What programs write and hardly anybody fills in by hand."""


def refers(kind: str, field: FieldSpec) -> str:
    """The kind of record that an identifier is of; empty where nobody knows."""
    return field.meta.refers or _KNOWN.get((kind, field.name), "")


def points(field: FieldSpec) -> bool:
    """Whether a text, or each text of a list, names a record of any area."""
    return field.type.name in ("text", "texts") and not field.plain and _points(cast("Any", field.info.annotation), tuple(map(_function, field.info.metadata)))  # fmt: skip


def _function(each: Any) -> Any:
    return getattr(each, "func", None)


@cache
def _points(annotation: Any, functions: tuple[Any, ...]) -> bool:
    seen = [annotation]
    named = list(functions)
    while seen:
        each = seen.pop()
        named.append(_function(each))
        seen += [*getattr(each, "__args__", ()), *getattr(each, "__metadata__", ())]
    return any(f is pointer._pointing or getattr(f, "__name__", "") == "_pointers" for f in named)
