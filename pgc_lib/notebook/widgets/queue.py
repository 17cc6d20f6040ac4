"""What rules and models propose, one thing after another: accept, change and accept, say no, put off.

lab.suggestions.queue()
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from pgc_lib.areas.suggestions import Suggestion
from pgc_lib.core.history import History
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Invalid
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import deed
from pgc_lib.notebook.widgets.judging import by_field, values_of
from pgc_lib.notebook.widgets.queue_view import SHOWN, Shown
from pgc_lib.notebook.widgets.working import Work


class Queue(Shown):
    """What waits for a word; the one with the cursor obeys the keyboard."""

    @deed
    def accept(self, id: str = "") -> None:
        """Make the change as it was proposed."""
        found = self._one(id)
        after = self._after(found.id)
        done = self.suggestions.accept(found)
        self._go_on(after)
        self.say(_("Accepted."), undo=lambda: self.suggestions.undo(done))

    @deed
    def edit(self, id: str = "") -> None:
        """Change what is proposed before it is accepted."""
        self._turn(id, "edit")

    @deed
    def doubt(self, id: str = "") -> None:
        """Say no, and perhaps why."""
        self._turn(id, "doubt")

    @deed
    def later(self, id: str = "") -> None:
        """Put it off."""
        self._turn(id, "later")

    @deed
    def leave(self, **_which: Any) -> None:
        """Nothing is changed after all."""
        self.mode, self.problems, self.typed_raw = "", {}, {}
        self.moved = True

    @deed
    def typed(self, field: str = "", value: Any = "", **_when: Any) -> None:
        """A field was written in; it is judged when all of it is accepted."""
        if field:
            self.typed_raw[field] = value

    @deed
    def tag(self, field: str = "", value: str = "") -> None:
        """Another word for a list."""
        if value.strip():
            self.typed_raw[field] = [*self._list(field), value.strip()]

    @deed
    def untag(self, field: str = "", text: str = "") -> None:
        """A word less."""
        self.typed_raw[field] = [each for each in self._list(field) if each != text]

    @deed
    def accept_so(self, id: str = "", **said: Any) -> None:
        """Accept it with the values that stand in the fields."""
        found = self._one(id)
        collection = self.collection(found)
        if collection is None:
            self.suggestions.accept(found)
            return
        given = {
            name.removeprefix("f."): raw for name, raw in said.items() if name.startswith("f.")
        }
        given |= {name: raw for name, raw in self.typed_raw.items() if isinstance(raw, list)}
        given = {name: raw for name, raw in given.items() if name in found.changes}
        self.typed_raw |= given
        values, self.problems = values_of(collection.record, given)
        if self.problems:
            return
        after = self._after(found.id)
        try:
            done = self.suggestions.accept(found, **values)
        except Invalid as error:
            self.problems = by_field(error, collection.record)
            return
        self._go_on(after)
        self.say(_("Accepted with your changes."), undo=lambda: self.suggestions.undo(done))

    @deed
    def reject(self, id: str = "", because: str = "") -> None:
        """Say no."""
        found = self._one(id)
        after = self._after(found.id)
        done = self.suggestions.reject(found, because.strip())
        self._go_on(after)
        self.say(_("Refused; it is not proposed again."), undo=lambda: self._back(done))

    @deed
    def snooze(self, id: str = "", days: int = 0, day: str = "") -> None:
        """Put it off, for some days or until a day."""
        found = self._one(id)
        after = self._after(found.id)
        until = day if day and not days else today() + timedelta(days=int(days) or 1)
        done = self.suggestions.snooze(found, until)
        self._go_on(after)
        self.say(_("It comes back on {day}.", day=_local_day(done)), undo=lambda: self._back(done))

    @deed
    def accept_all(self) -> None:
        """Accept all of the chosen topic, as one step."""
        if not self.topic:
            return
        done = self.suggestions.accept_all(topic=self.topic)
        text = _("{n} accepted.", n=done.decided)
        if done.problems:
            text += " " + n_("{n} stays, for its record was changed.", "{n} stay, for their records were changed.", len(done.problems))  # fmt: skip
        history = History(self.suggestions.session)
        undo = (lambda: history.undo_batch(done.batch)) if done.decided else None
        self.say(text, undo=undo)
        self.topic = ""

    @deed
    def about(self, value: str = "") -> None:
        """Only those of a topic."""
        self.topic, self.current, self.mode = value, None, ""

    @deed
    def down(self, id: str = "") -> None:
        """The next one."""
        self._step(id, 1)

    @deed
    def up(self, id: str = "") -> None:
        """The one before."""
        self._step(id, -1)

    @deed
    def look_now(self) -> None:
        """Look for something to suggest in what was done lately."""

        def do(_work: Work) -> None:
            done = self.suggestions.from_activity()
            if not done.added:
                self.say(_("Nothing new was found in the last thirty days."))

        self.work = Work(self, do)

    def close(self) -> None:
        """The page went."""
        if self.work is not None:
            self.work.stop()

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _one(self, id: str) -> Suggestion:
        wanted = id or str(self.current)
        return self.suggestions.items.get(wanted)

    def _turn(self, id: str, mode: str) -> None:
        self.current, self.mode, self.problems, self.typed_raw = self._one(id).id, mode, {}, {}

    def _list(self, field: str) -> list[str]:
        kept = self.typed_raw.get(field)
        if kept is None and self.current is not None:
            kept = self._one("").changes.get(field, {}).get("new")
        return [str(each) for each in kept] if isinstance(kept, list) else []

    def _after(self, id: UUID) -> UUID | None:
        """The one that follows, or else the one before."""
        ids = [each.id for each in self.waiting()]
        at = ids.index(id) if id in ids else -1
        rest = [*ids[at + 1 :], *reversed(ids[:at])] if at >= 0 else ids
        return rest[0] if rest else None

    def _go_on(self, to: UUID | None) -> None:
        self.current, self.mode, self.moved, self.problems, self.typed_raw = to, "", True, {}, {}

    def _step(self, id: str, by: int) -> None:
        ids = [each.id for each in self.waiting()][:SHOWN]
        if not ids:
            return
        at = ids.index(UUID(id)) if id and UUID(id) in ids else 0
        self.current, self.mode, self.moved = ids[max(0, min(at + by, len(ids) - 1))], "", True

    def _back(self, decided: Suggestion) -> None:
        """Take a no or a later back."""
        history = History(self.suggestions.session)
        history.undo(history.of(decided)[0])


def _local_day(done: Suggestion) -> str:
    return done.until.astimezone(zone()).date().isoformat() if done.until else ""
