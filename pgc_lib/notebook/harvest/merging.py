"""A cell's text and its document's, brought together: ticks by themselves, because a line that somebody writes on and
somebody else ticks off is no conflict; everything else as documents are merged."""

from difflib import SequenceMatcher

from pgc_lib.areas.paper.merging import merge
from pgc_lib.core.markdown.reading import Task, read
from pgc_lib.core.markdown.rewriting import replaced

_ALIKE = 0.6


def brought_together(base: str, ours: str, theirs: str) -> str | None:
    """What both sides made of a text; None when both changed the same differently."""
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    before, after = read(base).tasks, read(theirs).tasks
    turned = _turned(before, after)
    if turned:
        states = {new.span: old.state for old, new in turned}
        theirs = replaced(theirs, states.items())
    text = ours if theirs == base else _merged(base, ours, theirs)
    return None if text is None else _turn(text, turned)


def _merged(base: str, ours: str, theirs: str) -> str | None:
    merged = merge(base, ours, theirs)
    return None if merged.conflicts else merged.text()


def _turned(before: list[Task], after: list[Task]) -> list[tuple[Task, Task]]:
    """The items that only got or lost their tick, as they were and as they are."""
    free = list(before)
    found = []
    for new in after:
        old = next((each for each in free if each.text == new.text), None)
        if old is not None:
            free.remove(old)
            if old.done != new.done:
                found.append((old, new))
    return found


def _turn(text: str, turned: list[tuple[Task, Task]]) -> str:
    changes: dict[tuple[int, int], str] = {}
    for old, new in turned:
        likely = [
            (_likeness(task.text, old.text), -n, task)
            for n, task in enumerate(read(text).tasks)
            if task.state == old.state and task.span not in changes
        ]
        if likely and (best := max(likely, key=lambda each: each[:2]))[0] >= _ALIKE:
            changes[best[2].span] = new.state
    return replaced(text, changes.items()) if changes else text


def _likeness(one: str, other: str) -> float:
    begins = one.startswith(other) or other.startswith(one)
    return max(SequenceMatcher(None, one, other).ratio(), _ALIKE if begins else 0.0)
