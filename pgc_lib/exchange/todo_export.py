"""To-dos as files that other programs read: a calendar (.ics), todo.txt (.txt), TickTick's backup (.ticktick.csv), Todoist's
template of a project (.todoist.csv) or backup of all (.todoist.zip)."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.exchange import todo_backup, todoist, todotxt, vtodo
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.areas.todos import Todos
    from pgc_lib.stores.filters import Condition


def export(todos: "Todos", path: Path, *conditions: "Condition", **keywords: Any) -> Path:
    """Write the to-dos that meet all conditions; the ending says how."""
    found = todos.items.find(*conditions, **keywords)
    if path.suffix.lower() == ".ics":
        path.write_bytes(vtodo.write(found, name=_("To-dos")))
    elif path.name.lower().endswith((".todoist.csv", ".todoist.zip")):
        todoist.write(found, path)
    elif path.suffix.lower() == ".csv":
        todo_backup.write(found, path)
    else:
        path.write_text(todotxt.written(found), "utf-8")
    return path
