"""Looks into files for the desk, in a process of its own: `python -m pgc_lib.notebook.extension.desk_reader`.

A server lives for weeks and stays small; what reads files loads much, may meet a file that was made to harm, and goes
away when nothing was asked of it for a while. It gets one JSON object a line and answers with one.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.shown import text_of
from pgc_lib.errors import Invalid, NotFound, PgcError
from pgc_lib.i18n import _, in_lang, n_
from pgc_lib.lab import Lab

if TYPE_CHECKING:
    from pgc_lib.exchange.preview import Preview

IDLE_SECONDS = 300
_LINES = 6
_COLUMNS = 7
_PROBLEMS = 5


class Reader:
    """What can be asked; a preview is kept, so that what was seen is what is taken in."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._seen: tuple[str, Preview] | None = None

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request, or the sentences of its error."""
        deeds: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "recognise": self._recognise,
            "look": self._look,
            "take": self._take,
            "undo": self._undo,
            "todo": self._todo,
            "beside": self._beside,
            "tick": self._tick,
        }
        with in_lang(request["lang"]):
            try:
                return deeds[request["deed"]](request)
            except PgcError as error:
                problems = (
                    [str(each) for each in error.problems] if isinstance(error, Invalid) else []
                )
                return {
                    "error": {
                        "message": error.message,
                        "next": error.next_step,
                        "problems": problems,
                    }
                }

    def _recognise(self, request: Mapping[str, Any]) -> dict[str, Any]:
        found = self.lab.recognise(request["path"])
        if found.taken is None:
            return {"state": "known", "what": found.title}
        day = text_of(found.taken)[:10]
        return {
            "state": "taken",
            "what": _("{title}; taken in on {day}", title=found.title, day=day),
        }

    def _look(self, request: Mapping[str, Any]) -> dict[str, Any]:
        seen = self.lab.import_file(request["path"])
        self._seen = (request["mark"], seen)
        titles, lines = _sample(seen)
        problems = [str(each) for each in seen.problems[:_PROBLEMS]]
        return {
            "new": seen.new,
            "counts": _counts(seen),
            "titles": titles,
            "lines": lines,
            "problems": problems,
            "take": n_("Take in {n} entry", "Take in {n} entries", seen.new),
        }

    def _take(self, request: Mapping[str, Any]) -> dict[str, Any]:
        mark, seen = self._seen or ("", None)
        if seen is None or mark != request["mark"] or seen.kept is not None:
            seen = self.lab.import_file(request["path"])
        kept = seen.accept()
        self._seen = None
        said = n_(
            "{n} entry was taken in.", "{n} entries were taken in.", kept.added + kept.updated
        )
        if seen.wrong:
            more = n_(
                "{n} row could not be read and waits to be put right.",
                "{n} rows could not be read and wait to be put right.",
                seen.wrong,
            )
            said = f"{said} {more}"
        return {"said": said, "batch": kept.batch.hex}

    def _undo(self, request: Mapping[str, Any]) -> dict[str, Any]:
        undone = self.lab.history.undo_batch(UUID(request["batch"]))
        return {
            "said": n_(
                "{n} entry was taken out again.", "{n} entries were taken out again.", undone.rows
            )
        }

    def _todo(self, request: Mapping[str, Any]) -> dict[str, Any]:
        kept = self.lab.todos.add(request["line"])
        due = f" · {text_of(kept.due)}" if kept.due else ""
        return {"said": _("Kept: {title}", title=f"{kept.title}{due}")}

    def _beside(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from pgc_lib.notebook.widgets.beside_content import beside

        found = beside(self.lab.docs, request["path"])
        if found is None:
            return {"known": False}
        return {"known": True, "counted": n_("{n} note", "{n} notes", found.notes), **found.told()}

    def _tick(self, request: Mapping[str, Any]) -> dict[str, Any]:
        todo = self.lab.todos.get(id_of(request["todo"]))
        done = self.lab.todos.complete(todo.id) if request["done"] else self.lab.todos.reopen(todo.id)  # fmt: skip
        return {"said": _("Done: {title}", title=done.title)}


def id_of(said: str) -> UUID:
    """An identifier as a page has it; anything else names nothing."""
    try:
        return UUID(said)
    except ValueError:
        raise NotFound(_("There is no such thing on this page."), next_step=_("Reload the page.")) from None  # fmt: skip


def _counts(seen: "Preview") -> list[str]:
    """What the preview found, in a few words each."""
    told = [n_("{n} new entry", "{n} new entries", seen.new)]
    if seen.known:
        told.append(n_("{n} kept already", "{n} kept already", seen.known))
    if seen.doubles:
        told.append(n_("{n} booked elsewhere", "{n} booked elsewhere", len(seen.doubles)))
    if seen.omitted:
        told.append(n_("{n} line is no entry", "{n} lines are no entries", seen.omitted))
    if seen.wrong:
        told.append(n_("{n} row is wrong", "{n} rows are wrong", seen.wrong))
    return told


def _sample(seen: "Preview") -> tuple[list[str], list[list[str]]]:
    """The first rows of what the file is mostly about: titles, and cells as text."""
    if not seen.kinds:
        return [], []
    most = max(seen.kinds, key=lambda each: each.rows.height)
    frame = next(iter(most.rows.frames()), None)
    if frame is None:
        return [], []
    spec = most.collection.spec
    # The key tells records apart; a person does not read it.
    fields = {name: field for name, field in spec.fields.items() if name not in spec.key}
    head = frame.head(_LINES)
    cells = {name: [_text(cell) for cell in head[name]] for name in head.columns if name in fields}
    names = list(islice((name for name, texts in cells.items() if any(texts)), _COLUMNS))
    lines = zip(*(cells[name] for name in names), strict=True)
    return [fields[name].title for name in names], [list(line) for line in lines]


def _text(value: Any) -> str:
    """A value as a person reads it; money without the noughts that only the store needs."""
    if not isinstance(value, Decimal):
        return text_of(value)
    return f"{value:,.2f}" if value == round(value, 2) else f"{value.normalize():,f}"


def serve(reader: Reader, requests: Any, answers: Any, idle: float = IDLE_SECONDS) -> None:
    """Answer until nobody asks any more."""
    # A thread that waits for a line cannot be told to stop; the process has nothing to lose.
    timer = _ending(idle)
    for line in requests:
        timer.cancel()
        answers.write(json.dumps(reader.answer(json.loads(line))) + "\n")
        answers.flush()
        timer = _ending(idle)
    timer.cancel()


def _ending(idle: float) -> threading.Timer:
    timer = threading.Timer(idle, os._exit, [0])
    timer.daemon = True
    timer.start()
    return timer


def main() -> int:
    """Be the reader of this person's lab."""
    import pgc_lib as pgc

    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        lab = pgc.open()
    except PgcError as error:
        answers.write(
            json.dumps(
                {"error": {"message": error.message, "next": error.next_step, "problems": []}}
            )
            + "\n"
        )
        return 1
    with lab, open(0, encoding="utf-8", closefd=False) as requests:
        serve(Reader(lab), requests, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
