"""Lines about documents in MongoDB are noted by persons; so that is where they would forge."""

from typing import Any

import psycopg
import pytest
from psycopg import errors

from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from tests.security.catalogue import Table, login
from tests.support.lab import House, Person, share

Connection = psycopg.Connection[Any]

NOTE = "select pgc.note(%(token)s, %(owner)s, %(kind)s, %(verb)s, %(rows)s, %(records)s)"
SETTLE = "select pgc.settle(%s, %s, %s)"


def note(connection: Connection, owner: Any, kind: str = "family.members", **more: Any) -> Any:
    """Note a line by hand; its token."""
    values = {"token": new_id(), "owner": owner, "kind": kind, "verb": "insert", "rows": 1}
    values = {**values, "records": [new_id()], **more}
    connection.execute(NOTE, values)
    return values["token"]


def line(house: House, token: Any) -> Any:
    """What is kept of it."""
    query = (
        "select actor, owner, kind, verb, rows, voided_at is null from pgc.changes where token = %s"
    )
    found = house.sql(query, token)
    return found[0] if found else None


def test_no_line_about_what_lies_in_a_table(
    thiefs: Connection, thief: Session, tables: list[Table], house: House
) -> None:
    """Of any table, of people and history, of what hangs on records, or of documents that lie here."""
    thief.documents.insert("diary.entries", {"n": 1}, id=new_id())
    kinds = [table.name for table in tables]
    kinds += ["pgc.persons", "pgc.changes", "pg_catalog.pg_class", "diary.entries"]
    kinds += ["finance.transactions/attachments", "family.members/comments"]
    kinds += ["", "family", "family.", "Family.Members", "family.members.x", "a.b c", "*.members"]
    for kind in kinds:
        with pytest.raises((errors.InsufficientPrivilege, errors.InvalidName)):
            note(thiefs, thief.person, kind)
    assert (
        house.sql("select from pgc.changes where owner = %s and token is not null", thief.person)
        == []
    )


def test_no_line_in_another_ones_history(
    thiefs: Connection, thief: Session, victim: Session, house: House
) -> None:
    """Not without a grant, not with one of another area, and not with one to see or comment only."""
    for area, level in ((None, None), ("todos", "edit"), ("family", "see"), ("family", "comment")):
        if area:
            share(victim, thief, area, level)  # type: ignore[arg-type]
        with pytest.raises(errors.InsufficientPrivilege):
            note(thiefs, victim.person)
    with pytest.raises(errors.InsufficientPrivilege):
        note(thiefs, None)
    share(victim, thief, "family", "edit")
    token = note(thiefs, victim.person)
    assert line(house, token)[:2] == (thief.person, victim.person), "and then it says who it was"
    with pytest.raises(errors.InsufficientPrivilege):
        note(thiefs, victim.person, "finance.notes")
    with pytest.raises(errors.UniqueViolation):
        note(thiefs, thief.person, "notes.mine", token=token)


def test_no_line_that_says_too_much(thiefs: Connection, thief: Session) -> None:
    """What was undone is the same owner's and kind's, or nothing; numbers and verbs are checked."""
    for more in (
        {"rows": 0},
        {"rows": -1},
        {"rows": None},
        {"records": [new_id(), new_id()]},
        {"rows": 200, "records": [new_id() for _n in range(101)]},
        {"verb": "truncate"},
        {"verb": None},
    ):
        with pytest.raises(errors.IntegrityError):
            note(thiefs, thief.person, **more)


def test_nobody_makes_a_line_vanish(
    thiefs: Connection, thief: Session, victim: Session, house: House
) -> None:
    """Only who noted it says that nothing came of it, and only at the time; no line of a trigger is touched."""
    with login(victim) as mine:
        token = note(mine, victim.person, rows=5)
        before = line(house, token)
        thiefs.execute(SETTLE, (token, 0, "insert"))
        mine.execute(SETTLE, (token, 6, "insert"))
        mine.execute(SETTLE, (token, -1, "insert"))
        assert line(house, token) == before
        mine.execute(SETTLE, (token, 3, "update"))
        assert line(house, token) == (*before[:3], "update", 3, True)
        house.sql("update pgc.changes set at = now() - interval '2 days' where token = %s", token)
        mine.execute(SETTLE, (token, 0, "insert"))
        assert line(house, token)[-1]
        for attempt in (
            "update pgc.changes set voided_at = now()",
            "delete from pgc.changes where token is not null",
            "update pgc.outbox set held_until = null",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                mine.execute(attempt.encode())


def test_a_forged_line_undoes_no_row(thief: Session, thiefs: Connection) -> None:
    """A line that names a row of a table is still one about MongoDB: undoing it reaches no row."""
    todo = house_todo(thief)
    note(thiefs, thief.person, records=[todo])
    history = History(thief)
    with pytest.raises(Exception, match="MongoDB"):
        history.undo(history.recent(limit=1)[0].id)
    with thief.reading() as connection:
        assert connection.exec_driver_sql("select count(*) from todos.items").scalar_one() == 1


def house_todo(session: Session) -> Any:
    """A row in a table."""
    from pgc_lib.lab import Lab

    return Lab(session).todos.add(title="mine").id


def test_who_is_nobody_notes_nothing(house: House, person: Person) -> None:
    """The worker, the owner and whoever is no person."""
    someone = person()
    for url in (house.worker_url, house.owner_url):
        with (
            psycopg.connect(url, autocommit=True) as connection,
            pytest.raises(errors.InsufficientPrivilege),
        ):
            note(connection, someone.person)
