"""Words about records: whose they are, who may say them, who may take them away."""

import pytest

from pgc_lib.errors import Denied, Invalid, NotFound
from tests.support.lab import House, Person, share


def test_a_coach_comments_and_the_owner_reads(house: House, person: Person) -> None:
    """With the right to comment one can say something, and change nothing else."""
    pupil, coach = person("pupil"), person("coach", display="Coach Li")
    mine, theirs = house.lab(pupil).todos.items, house.lab(coach).todos.items
    todo = mine.add(title="practise")
    with pytest.raises(NotFound):
        theirs.comment(todo, "not shared yet")
    share(pupil, coach, "todos", "see")
    with pytest.raises(Denied):
        theirs.comment(todo, "seeing is not commenting")
    share(pupil, coach, "todos", "comment")
    said = theirs.comment(todo, "slower, please")
    answered = mine.comment(todo, "I will")
    assert [one.body for one in mine.comments(todo)] == ["slower, please", "I will"]
    assert mine.comments(todo)[0].name in ("Coach Li", "")
    assert "slower, please" in mine.comments(todo.id)._repr_html_()
    assert theirs.amend_comment(said, "slower").body == "slower"
    with pytest.raises(Denied):
        mine.amend_comment(said, "I never said that")
    with pytest.raises(NotFound):
        theirs.remove_comment(answered)
    mine.remove_comment(said)
    assert [one.body for one in theirs.comments(todo)] == ["I will"]
    with pytest.raises(Denied):
        theirs.update(todo.id, title="changed")


def test_comments_are_in_history_and_can_be_undone(house: House, person: Person) -> None:
    """What was taken away comes back, like everything."""
    lab = house.lab(person())
    todo = lab.todos.add(title="t")
    said = lab.todos.items.comment(todo, "words")
    lab.todos.items.remove_comment(said)
    lab.history.undo(lab.history.recent()[0])
    assert [one.body for one in lab.todos.items.comments(todo)] == ["words"]


@pytest.mark.parametrize("body", ["", "  \n", "x" * 20_001, "a\x00b", "\ud800"])
def test_what_cannot_be_a_comment_is_refused(house: House, person: Person, body: str) -> None:
    """Before the database is asked, with the reason."""
    lab = house.lab(person())
    todo = lab.todos.add(title="t")
    with pytest.raises(Invalid):
        lab.todos.items.comment(todo, body)
    assert lab.todos.items.comments(todo) == []
