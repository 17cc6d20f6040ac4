"""The `- [ ]` items of a notebook as one list, and what is to become of them in the texts of its cells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pgc_lib.areas.todo.harvest import Edit
from pgc_lib.core.markdown.reading import Task
from pgc_lib.core.markdown.rewriting import Change, replaced


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a cell; its line counts over all cells, so that each has one of its own."""

    text: str
    done: bool
    line: int
    about: str
    """What it belongs to: the document of its cell."""


class Items:
    """All items of some texts."""

    def __init__(self, texts: Iterable[tuple[Sequence[Task], str]]) -> None:
        self.all: list[Item] = []
        self._where: list[tuple[int, Task]] = []
        for n, (tasks, about) in enumerate(texts):
            for task in tasks:
                self.all.append(Item(task.text, task.done, len(self._where), about))
                self._where.append((n, task))

    def edited(self, texts: Sequence[str], edits: Iterable[Edit]) -> dict[int, str]:
        """The texts that become different, by their number."""
        changes: dict[int, list[Change]] = {}
        for edit in edits:
            n, task = self._where[edit.line]
            changes.setdefault(n, []).extend(_changes(texts[n], task, edit))
        return {n: replaced(texts[n], found) for n, found in changes.items()}


def _changes(text: str, task: Task, edit: Edit) -> list[Change]:
    start, end = task.span
    if edit.text is None:
        line = text.rfind("\n", 0, start) + 1
        after = text.find("\n", end)
        return [((line, len(text) if after < 0 else after + 1), "")]
    found: list[Change] = []
    if edit.done != task.done:
        found.append((task.span, "x" if edit.done else " "))
    if edit.text != edit.was:
        said = text.index(task.text, end)
        found.append(((said, said + len(task.text)), edit.text))
    return found
