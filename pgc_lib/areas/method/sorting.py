"""To-dos as the Eisenhower matrix begins with them; the person then moves what lies wrong."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from pgc_lib.core.pointer import point

if TYPE_CHECKING:
    from pgc_lib.areas.todos import Todo


def matters(
    todos: "Iterable[Todo]", urgent_until: date, important: set[str]
) -> list[dict[str, Any]]:
    """Each to-do with what its day, tags and project say of it."""
    wanted = {each.strip().lstrip("#").casefold() for each in important}
    return [
        {
            "what": todo.title,
            "urgent": todo.due is not None and todo.due <= urgent_until,
            "important": not wanted.isdisjoint(_words(todo)),
            "todo": point(todo),
        }
        for todo in todos
    ]


def _words(todo: "Todo") -> set[str]:
    """A to-do's tags and project; a project `a/b` counts for `a` too."""
    found = {tag.casefold() for tag in todo.tags}
    steps = [step.strip() for step in todo.project.casefold().split("/")]
    return found | {"/".join(steps[: n + 1]) for n in range(len(steps)) if steps[n]}
