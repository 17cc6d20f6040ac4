"""What a column of a frame is called, in the person's language.

A frame that was read from records has their fields' titles. What areas compute has names of its own, which are few and
stand here; any other name is shown as it is.
"""

from typing import TYPE_CHECKING

from pgc_lib.core.record import loaded
from pgc_lib.core.spec import SYSTEM, Spec
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    import polars as pl

_COMPUTED = {
    "id": N_("Identifier"), "owner": N_("Owner"), "batch": N_("Batch"), "version": N_("Version"),
    "created_at": N_("Added on"), "updated_at": N_("Changed on"),
    "day": N_("Day"), "date": N_("Day"), "period": N_("Period"), "month": N_("Month"), "week": N_("Week"),
    "first": N_("First day"), "last": N_("Last day"), "at": N_("When"), "name": N_("Name"), "title": N_("Title"),
    "value": N_("Value"), "count": N_("Number"), "n": N_("Number"), "share": N_("Share"), "axis": N_("Skill"),
    "series": N_("What it is"), "amount": N_("Amount"), "currency": N_("Currency"), "category": N_("Category"),
    "payee": N_("Payee"), "account": N_("Account"), "income": N_("Income"), "spending": N_("Spending"),
    "spent": N_("Spent"), "left": N_("Left over"), "saved": N_("Saved"), "expected": N_("Expected"),
    "low": N_("At least"), "high": N_("At most"), "flow": N_("Direction"), "way": N_("How it was foretold"),
    "budget": N_("Budget"), "budgeted": N_("Budgeted"), "available": N_("Available"), "carried": N_("Carried over"),
    "even": N_("Even pace"), "so_far": N_("So far"), "ahead": N_("Ahead of an even pace"), "pace": N_("Pace"),
    "change": N_("Change"), "now": N_("Now"), "before": N_("Before"),
    "hours": N_("Hours"), "days": N_("Days"), "level": N_("Level"), "strength": N_("Strength"), "held": N_("Held"),
    "decay": N_("Fading"), "topic": N_("Topic"), "skill": N_("Skill"), "one": N_("Measure"), "other": N_("Goes with"),
    "lag": N_("Days later"), "r": N_("Connection"), "holds": N_("Holds"), "project": N_("Project"),
    "minutes": N_("Minutes"), "mood": N_("Mood"), "energy": N_("Vigour"), "tags": N_("Tags"), "score": N_("Score"),
    "start": N_("From"), "end": N_("To"), "source": N_("From"), "target": N_("To"),
    "assets": N_("Assets"), "debts": N_("Debts"), "worth": N_("Net worth"), "balance": N_("Balance"),
    "kind": N_("Kind"), "area": N_("Area"), "event": N_("Event"), "method": N_("Way of working"), "key": N_("Short name"),
    "progress": N_("Progress"), "state": N_("State"), "review": N_("Look again on"), "actions": N_("To-dos"),
    "actions_done": N_("Done"), "record": N_("Record"), "pointer": N_("Record"), "path": N_("Path"), "depth": N_("Depth"),
    "entry": N_("Entry"), "entries": N_("Entries"), "with_below": N_("With those below"), "cards": N_("Flashcards"),
    "due": N_("To review"), "remembered": N_("Chance to remember"), "new": N_("New cards"), "answers": N_("Answers"),
    "forgotten": N_("Forgotten"), "rating": N_("Answer"), "stability": N_("Stability"), "retrievability": N_("Chance to remember"),
    "difficulty": N_("Difficulty"), "deck": N_("Deck"), "pages": N_("Page numbers"), "times": N_("Times"), "url": N_("Address"),
    "scale": N_("Scale"), "lowest": N_("At least"), "highest": N_("At most"), "band": N_("In the literature"),
    "check_on": N_("Check again on"), "confidence": N_("Confidence"),
    "what": N_("What it is"), "years": N_("Years it has been"), "in_days": N_("Days to go"), "every": N_("Days between"),
    "overdue": N_("Overdue"), "for": N_("For whom"), "who": N_("Who"), "late": N_("Days late"), "missed": N_("Missed"),
    "task": N_("Record"), "kinship": N_("Kinship"), "born": N_("Born"), "died": N_("Died"), "given": N_("Gave"),
    "received": N_("Got"), "gifts": N_("Gifts"), "goal": N_("Goal"), "unit": N_("Unit"), "reached": N_("Reached so far"),
    "people": N_("How many people"), "a_day": N_("Needed a day"), "practice": N_("Practice"), "exercise": N_("Exercise"),
    "sleep_hours": N_("Hours of sleep"), "weeks": N_("Weeks"), "paused": N_("Paused"), "open": N_("Not done yet"),
    "next_due": N_("Next due"), "priority": N_("Priority"), "fires": N_("Goes off at"), "said": N_("How it stands"),
    "next": N_("Next step"), "probability": N_("Probability"), "number": N_("Number"), "by": N_("By when"),
    "clash": N_("Clashes"), "todo": N_("To-do"), "field": N_("Part of the matrix"), "estimate": N_("Estimate"),
    "carrier": N_("Carrier"), "wanted": N_("Wanted"), "needs": N_("Needs"), "type": N_("Kind"),
    "postings": N_("Postings"), "counted": N_("Counted"), "together": N_("Together"),
    "tried": N_("Tried on the past"), "total_hours": N_("Hours in all"), "idle": N_("Days since"),
    "recency": N_("How recent"), "evidence": N_("Evidence"), "needs_name": N_("Needs"), "met": N_("Met"),
    "top": N_("Highest level"), "tie": N_("Tie"), "how": N_("How"), "since": N_("Since"), "until": N_("Until"),
    "doubt": N_("In doubt"), "file": N_("File"), "line": N_("Line"), "reason": N_("Reason"),
    "all_day": N_("Whole day"), "interest": N_("Interest"), "place": N_("Place"), "repeats": N_("Repeats"),
    "an_hour": N_("Cost of an hour"), "worn": N_("Worn"), "retired": N_("Put away"), "joy": N_("Joy"),
    "stage": N_("Stage"), "cost": N_("Cost"), "sleep_quality": N_("Quality of sleep"), "bedtime": N_("Bedtime"),
    "hobbies": N_("Hobbies"), "todos": N_("To-dos"), "horizon": N_("Horizon"),
    "standing": N_("Compared with the plan"), "milestones": N_("Milestones"), "done": N_("Done"),
    "likely": N_("Likely done by"), "todos_open": N_("Open to-dos"), "todos_finished": N_("Finished to-dos"),
    "plan": N_("Plan"), "rule": N_("Rule"), "asks": N_("What it asks"), "front": N_("Question"),
    "last_review": N_("Last answered"), "reviews": N_("Answers"), "lapses": N_("Times forgotten"),
    "suspended": N_("Suspended"), "card": N_("Flashcard"), "card_id": N_("Flashcard"),
    "review_time": N_("Answered at"), "review_rating": N_("Answer"), "review_state": N_("State"),
    "review_duration": N_("Milliseconds it took"), "elapsed": N_("Days since"), "predicted": N_("Foretold"),
    "decision": N_("Decision"),
}  # fmt: skip
_ELSEWHERE = {
    "due": ({"deck", "cards", "answers"}, N_("Due")), "left": ({"income", "spending"}, N_("Left")),
    "target": ({"source"}, N_("Goal")),
}  # fmt: skip
"""What a column means in a frame that has none of these others."""
_MARKED = {"habit": N_("Habit"), "tag": N_("Tag")}
"""Columns that are named after something of the person's own."""
_OF_EDGES = {
    "one": N_("Record"), "one_title": N_("Leads from"), "relation": N_("Relation"), "other": N_("Other record"),
    "other_title": N_("Leads to"), "how": N_("How"), "source": N_("Source"),
}  # fmt: skip
"""In a frame of the graph's edges."""


def title_of(column: str, frame: "pl.DataFrame | None" = None) -> str:
    """The title of a column; the frame says whose records these are."""
    spec = spec_of(frame) if frame is not None else None
    if spec is not None and column in spec.fields:
        return spec.fields[column].title
    if frame is not None and column in _OF_EDGES and {"one", "relation"} <= set(frame.columns):
        return _(_OF_EDGES[column])
    if frame is not None and column in _ELSEWHERE and not _ELSEWHERE[column][0] & set(frame.columns):  # fmt: skip
        return _(_ELSEWHERE[column][1])
    mark, colon, own = column.partition(":")
    if colon and mark in _MARKED:
        return _("{name}: {value}", name=_(_MARKED[mark]), value=own)
    return _(_COMPUTED[column]) if column in _COMPUTED else column.replace("_", " ")


def word_of(value: str) -> str:
    """A word of ours among values, such as the direction of money; a person's own words stay as they are."""
    return _(_COMPUTED[value]) if value in ("income", "spending") else value


def spec_of(frame: "pl.DataFrame") -> Spec | None:
    """The kind of record that a frame was read from; None for a computed one, or where two kinds would fit."""
    names = {name for name in frame.columns if name not in SYSTEM}
    if not names:
        return None
    fitting = [spec for spec in loaded() if names <= spec.fields.keys()]
    if "id" not in frame.columns:
        fitting = [spec for spec in fitting if len(names) >= len(spec.fields) - len(spec.sensitive)]
    whole = [spec for spec in fitting if len(names) == len(spec.fields) - len(spec.sensitive)]
    titles = {
        tuple(spec.fields[name].meta.title for name in sorted(names)) for spec in whole or fitting
    }
    return (whole or fitting)[0] if len(titles) == 1 else None
