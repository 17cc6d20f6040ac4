"""The queue of suggestions: proposed once, decided once, applied whole, and taken back whole."""

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from pgc_lib.areas.suggestions import Proposal, Suggestion, Suggestions
from pgc_lib.areas.todos import Todo
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound, PgcError
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.settings import Secret
from pgc_lib.stores.mongo_people import provision
from tests.support.lab import House, Person, share
from tests.support.mongo import Mongo, mongo  # noqa: F401

TOPIC = {"topic": "todos.project", "source": "rule"}


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A new person's lab."""
    return house.lab(person("chooser"))


def propose(lab: Lab, todo: Todo, project: str = "工作", **told: Any) -> Suggestion:
    """A suggestion that a to-do belongs to a project."""
    made = lab.suggestions.propose(todo, changes={"project": project}, **TOPIC | told)
    assert isinstance(made, Suggestion)
    return made


# ── proposing ────────────────────────────────────────────────────────────────────────────────────────


def test_a_suggestion_tells_what_would_change_and_why(lab: Lab) -> None:
    """The difference field by field, reason, source, how sure it is; by itself it changes nothing."""
    todo = lab.todos.add(title="写周报", minutes=30)
    made = lab.suggestions.propose(
        todo,
        changes={"project": "工作", "minutes": "45", "title": "写周报"},
        title="Where it belongs",
        reason="“周报” was 12 times in 工作",
        confidence=0.9,
        model="m-1",
        prompt="p-3",
        **TOPIC,
    )
    assert made.changes == {
        "project": {"old": "", "new": "工作"},
        "minutes": {"old": 30, "new": 45},
    }, "what stays as it is is no change, and values are what the record would hold"
    assert lab.todos.get(todo.id) == todo
    assert lab.suggestions.waiting() == [made] == lab.suggestions.of(todo)
    with in_lang("zh-CN"):
        shown = lab.suggestions.waiting()._repr_html_()
    for word in ("∅ → 工作", "90%", "m-1", "p-3", "等待中"):
        assert word in shown


def test_the_same_is_proposed_only_once(lab: Lab) -> None:
    """However often and by whomever; something else about the same field takes its place while it waits."""
    todo = lab.todos.add(title="写周报")
    first = propose(lab, todo)
    assert lab.suggestions.propose(todo, changes={"project": "工作"}, **TOPIC) is None
    assert lab.suggestions.propose(todo, changes={"project": ""}, **TOPIC) is None
    other = propose(lab, todo, "家务", source="learned")
    assert lab.suggestions.waiting() == [other]
    with pytest.raises(NotFound):
        lab.suggestions.accept(first)


def test_what_was_rejected_does_not_come_back(lab: Lab) -> None:
    """Not even from another source; the reason is kept, and something else may still be proposed."""
    todo = lab.todos.add(title="写周报")
    said = lab.suggestions.reject(propose(lab, todo), "这是私事")
    assert (said.state, said.because) == ("rejected", "这是私事")
    proposal = Proposal(
        "todos.project", "todos.items", {"project": "工作"}, "model", todo.id, {"project": ""}
    )
    done = lab.suggestions.propose_many([proposal, proposal])
    assert (done.added, done.known) == (0, 2)
    assert lab.suggestions.waiting() == []
    assert propose(lab, todo, "家务").state == "waiting"


def test_what_nobody_could_accept_is_not_proposed(lab: Lab) -> None:
    """Unknown kinds and fields, values that the record refuses; the others of a batch are."""
    todo = lab.todos.add(title="写周报")
    for kind, changes in (
        (todo, {"nothing": 1}),
        (todo, {"minutes": -5}),
        (todo, {"due": "someday"}),
        ("todos.items", {"project": "no title"}),
    ):
        with pytest.raises(Invalid):
            lab.suggestions.propose(kind, changes=changes, **TOPIC)
    with pytest.raises(NotFound):
        lab.suggestions.propose("todos.nothing", changes={"title": "x"}, **TOPIC)
    good = Proposal("todos.new", "todos.items", {"title": "call mum"}, "rule")
    wrong = Proposal("todos.new", "todos.items", {"title": ""}, "rule")
    done = lab.suggestions.propose_many([wrong, good])
    assert done.added == 1 and len(done.problems) == 1
    assert "Refused" in done._repr_html_()


# ── deciding ─────────────────────────────────────────────────────────────────────────────────────────


def test_accepting_changes_the_record_and_can_be_taken_back(lab: Lab) -> None:
    """One batch: the record and the suggestion are undone together, and redone together."""
    todo = lab.todos.add(title="写周报")
    made = propose(lab, todo)
    said = lab.suggestions.accept(made)
    assert (said.state, said.applied, said.applied_to) == ("accepted", {"project": "工作"}, todo.id)
    assert lab.todos.get(todo.id).project == "工作"
    undone = lab.suggestions.undo(said)
    assert lab.todos.get(todo.id).project == ""
    assert [each.state for each in lab.suggestions.of(todo)] == ["waiting"]
    lab.history.undo(undone)
    assert lab.todos.get(todo.id).project == "工作"
    assert lab.suggestions.items.get(made.id).state == "accepted"
    lab.suggestions.undo(made.id)
    assert lab.suggestions.accept(made.id).state == "accepted"
    with pytest.raises(Conflict):
        lab.suggestions.undo(lab.suggestions.reject(propose(lab, todo, "家务")))


def test_accepting_with_other_values(lab: Lab) -> None:
    """What the person makes of it is kept as such; a value that the record refuses changes nothing."""
    todo = lab.todos.add(title="写周报")
    made = propose(lab, todo)
    with pytest.raises(Invalid):
        lab.suggestions.accept(made, project="x" * 300)
    assert lab.suggestions.accept(made.id, project="工作").state == "accepted"
    other = lab.todos.add(title="读书")
    said = lab.suggestions.accept(propose(lab, other), project="学习", minutes=20)
    assert (said.state, said.applied) == ("edited", {"project": "学习", "minutes": 20})
    assert lab.todos.get(other.id).minutes == 20


def test_a_new_record_can_be_proposed(lab: Lab) -> None:
    """Rows of a table and documents alike; amounts stay exact; undoing takes the record away."""
    made = lab.suggestions.propose(
        "finance.transactions",
        changes={"day": "2026-11-20", "amount": "-38.50", "payee": "瑞幸咖啡"},
        topic="any",
        source="mail",
    )
    assert made is not None
    said = lab.suggestions.accept(made)
    assert said.applied_to is not None
    assert lab.finance.get(said.applied_to).amount == Decimal("-38.50")
    lab.suggestions.undo(said)
    assert lab.finance.count() == 0


def test_documents_and_kinds_of_ones_own(lab: Lab) -> None:
    """Accepting is one transaction for them, too: a decision that fails leaves neither."""
    book = lab.kinds.define("book", fields={"title": "text", "pages": "whole?"})
    kept = book.add(title="红楼梦")
    made = lab.suggestions.propose(kept, changes={"pages": 1606}, topic="any", source="model")
    assert made is not None
    with pytest.raises(Invalid):
        lab.suggestions.accept(made, pages="many")
    assert lab.suggestions.items.get(made.id).state == "waiting"
    said = lab.suggestions.accept(made)
    assert book.get(kept.id).pages == 1606
    lab.suggestions.undo(said)
    assert book.get(kept.id).pages is None
    new = lab.suggestions.propose(
        "kinds.book", changes={"title": "围城"}, topic="any", source="model"
    )
    assert new is not None
    said = lab.suggestions.accept(new)
    assert book.get(said.applied_to).title == "围城"
    lab.suggestions.undo(said)
    assert book.count() == 1


def test_documents_in_mongodb(person: Person, mongo: Mongo) -> None:  # noqa: F811
    """Another database: decided first, written last, and taken back in both."""
    session = person("chooser")
    provision(mongo.admin, session.person, "their-password")
    with Lab(replace(session, mongo_url=Secret(mongo.url_of(session.person)))) as lab:
        book = lab.kinds.define("book", fields={"title": "text", "pages": "whole?"})
        kept = book.add(title="红楼梦")
        made = lab.suggestions.propose(kept, changes={"pages": 1606}, topic="any", source="model")
        assert made is not None
        said = lab.suggestions.accept(made)
        assert book.get(kept.id).pages == 1606  # type: ignore[attr-defined]
        book.update(kept.id, title="石头记")
        with pytest.raises(Conflict):
            lab.suggestions.undo(said)
        assert lab.suggestions.items.get(made.id).state == "accepted"
        lab.history.undo(lab.history.of("kinds.book", kept.id)[0])
        lab.suggestions.undo(said)
        assert book.get(kept.id).pages is None  # type: ignore[attr-defined]
        assert lab.suggestions.items.get(made.id).state == "waiting"
        new = {"title": "围城"}
        lab.suggestions.propose("kinds.book", changes=new, topic="any", source="model")
        assert lab.suggestions.accept_all(topic="any").decided == 2
        assert book.count(title="围城") == 1
        (added,) = lab.suggestions.items.find(target__null=True)
        lab.suggestions.undo(added)  # they were accepted as one
        assert book.count() == 1 and book.get(kept.id).pages is None  # type: ignore[attr-defined]


def test_a_record_that_moved_on_is_not_overwritten(lab: Lab) -> None:
    """What the person wrote in between counts; whoever wants it all the same says the values."""
    todo = lab.todos.add(title="写周报")
    made = propose(lab, todo)
    lab.todos.update(todo, project="家务", minutes=5)
    with pytest.raises(Conflict, match="家务"):
        lab.suggestions.accept(made)
    assert lab.suggestions.items.get(made.id).state == "waiting"
    lab.todos.update(todo.id, project="")
    assert lab.suggestions.accept(made).state == "accepted", "other fields do not matter"
    gone = lab.todos.add(title="gone")
    about_gone = propose(lab, gone)
    lab.todos.remove(gone)
    with pytest.raises(Conflict, match="gone"):
        lab.suggestions.accept(about_gone)


def test_snoozing(lab: Lab) -> None:
    """It is out of sight until its time, can be decided all the same, and only the future will do."""
    todo = lab.todos.add(title="写周报")
    made = lab.suggestions.snooze(propose(lab, todo), timedelta(days=2))
    assert lab.suggestions.waiting() == []
    lab.suggestions.items.update(made, until=datetime.now(UTC) - timedelta(seconds=1))
    assert [each.id for each in lab.suggestions.waiting()] == [made.id]
    for wrong in ("2020-01-01", "soon", timedelta(0)):
        with pytest.raises(Invalid):
            lab.suggestions.snooze(made.id, wrong)
    again = lab.suggestions.snooze(made.id, datetime.now(UTC).date() + timedelta(days=3))
    assert lab.suggestions.accept(again).state == "accepted"


def test_a_decision_is_final(lab: Lab) -> None:
    """Whoever comes second is told what was decided; a suggestion that was renewed must be read again."""
    todo = lab.todos.add(title="写周报")
    made = propose(lab, todo)
    lab.suggestions.reject(made)
    for again in (
        lambda: lab.suggestions.accept(made.id),
        lambda: lab.suggestions.reject(made.id),
        lambda: lab.suggestions.snooze(made.id, timedelta(days=1)),
    ):
        with pytest.raises(Conflict, match="rejected"):
            again()
    other = propose(lab, todo, "家务")
    lab.suggestions.snooze(other, timedelta(days=1))
    with pytest.raises(Conflict, match="since you read it"):
        lab.suggestions.accept(other)
    with pytest.raises(NotFound):
        lab.suggestions.accept(new_id())


def test_many_at_once(lab: Lab) -> None:
    """One batch, undone as one; what moved on stays waiting with the reason."""
    todos = [lab.todos.add(title=f"写周报 {number}") for number in range(6)]
    for number, todo in enumerate(todos):
        propose(lab, todo, confidence=number / 10)
    lab.suggestions.propose("todos.items", changes={"title": "new"}, confidence=0.9, **TOPIC)
    lab.todos.update(todos[5], project="家务")
    assert [each.confidence for each in lab.suggestions.waiting(limit=2)] == [0.9, 0.5]
    done = lab.suggestions.accept_all(confidence__ge=0.3, topic="todos.project")
    assert (done.decided, len(done.problems)) == (3, 1)
    assert lab.todos.count(project="工作") == 2 and lab.todos.count(title="new") == 1
    assert {each.applied["project"] for each in lab.suggestions.items.find(state="accepted", target_kind="todos.items") if each.target} == {"工作"}  # fmt: skip
    assert "Left waiting" in done._repr_html_()
    lab.history.undo_batch(done.batch)
    assert lab.todos.count(project="工作") == 0 and lab.todos.count(title="new") == 0
    assert len(lab.suggestions.waiting()) == 7
    assert lab.suggestions.reject_all("no", confidence__lt=0.3).decided == 3
    assert lab.suggestions.tally().filter(state="rejected")["count"].sum() == 3
    assert lab.suggestions.accept_all(topic="nothing").decided == 0


# ── others ───────────────────────────────────────────────────────────────────────────────────────────


def test_others_may_look_or_decide_as_far_as_granted(house: House, person: Person) -> None:
    """Seeing the queue is not deciding it, and deciding needs the right to the record as well."""
    mine, coach = person("mine"), person("coach")
    lab, other = house.lab(mine), house.lab(coach)
    made = propose(lab, lab.todos.add(title="写周报"))
    with pytest.raises(NotFound):
        other.suggestions.accept(made.id)
    share(mine, coach, "suggestions", "see")
    with pytest.raises(Denied):
        other.suggestions.accept(made.id)
    share(mine, coach, "suggestions", "edit")
    with pytest.raises(PgcError):
        other.suggestions.accept(made.id)
    assert lab.suggestions.waiting() == [made], "half a decision is none"
    share(mine, coach, "todos", "edit")
    assert other.suggestions.accept(made.id).state == "accepted"


def _decide(session: Session, id: UUID, accept: bool, go: Any, said: Any) -> None:
    """What another process does: wait for the start, decide, tell."""
    queue = Suggestions(session)
    queue.items.count()  # connect before the race
    go.wait(100)
    try:
        said.put(queue.accept(id).state if accept else queue.reject(id).state)
    except Conflict:
        said.put("told")


def test_two_processes_decide_and_one_wins(lab: Lab) -> None:
    """Accept and reject at the same moment: one holds, the other is told, and record and state agree."""
    context = multiprocessing.get_context("spawn")
    todo = lab.todos.add(title="写周报")
    made = propose(lab, todo)
    go, said = context.Barrier(3), context.Queue()
    processes = [
        context.Process(target=_decide, args=(lab.session, made.id, accept, go, said))
        for accept in (True, False, True)
    ]
    for process in processes:
        process.start()
    results = sorted(said.get(timeout=120) for _each in processes)
    for process in processes:
        process.join(60)
    state = lab.suggestions.items.get(made.id).state
    assert results == sorted([state, "told", "told"])
    assert lab.todos.get(todo.id).project == ("工作" if state == "accepted" else "")


def test_both_sides_of_a_race_within_one_transaction(lab: Lab) -> None:
    """A decision that waits for another one sees what became of it, also when that one fails."""
    from concurrent.futures import ThreadPoolExecutor

    from pgc_lib.areas.suggesting.deciding import held
    from pgc_lib.core.together import together

    made = propose(lab, lab.todos.add(title="写周报"))
    decide: Callable[[], Suggestion] = lambda: lab.suggestions.reject(made.id)  # noqa: E731
    with (
        ThreadPoolExecutor(1) as pool,
        pytest.raises(ZeroDivisionError),
        together(lab.session, new_id()) as joined,
    ):
        held(joined, made.id, None)
        waiting = pool.submit(decide)
        raise ZeroDivisionError
    assert waiting.result(60).state == "rejected"
