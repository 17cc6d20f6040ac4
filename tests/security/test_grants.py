"""Grants open exactly what they say, to whom they say, as long as they say. Nobody makes them but the owner."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors

from pgc_lib.core.ids import new_id
from pgc_lib.core.people import Level, People
from pgc_lib.core.session import Session
from tests.security.catalogue import Table, login
from tests.support.lab import House, Person, share

Connection = psycopg.Connection[Any]


@pytest.fixture
def owner(person: Person) -> Session:
    """Who grants."""
    return person("owner")


@pytest.fixture
def friend(person: Person) -> Session:
    """Who is granted something."""
    return person("friend")


@pytest.fixture
def friends(friend: Session) -> Iterator[Connection]:
    """The friend's SQL access, open the whole time."""
    with login(friend) as connection:
        yield connection


@pytest.fixture
def kept(owner: Session, tables: list[Table]) -> dict[str, Any]:
    """One row of the owner in every table; their ids."""
    with login(owner) as mine:
        return {table.name: table.insert(mine) for table in tables}


_LOOKING = """
create function pg_temp.outcome(statement text) returns text language plpgsql as $$
declare
    touched bigint;
begin
    execute statement;
    get diagnostics touched = row_count;
    raise exception using errcode = 'UNDO1', message = touched;
exception
    when sqlstate 'UNDO1' then return sqlerrm;
    when unique_violation then return 'there already';
    when insufficient_privilege then return 'refused';
end $$"""
"""What a statement of the person's own does, which is taken back: not asked from here, since there are many thousands."""


class Look:
    """What somebody may do with another's row in each table, as letters: see, add, change, remove."""

    def __init__(
        self, connection: Connection, owner: Session, kept: dict[str, Any], tables: list[Table]
    ) -> None:
        self._connection = connection
        self._tables = [table.name for table in tables]
        write = psycopg.ClientCursor(connection).mogrify
        self._statements: list[str] = []
        for table in tables:
            row = {**table.values, "id": new_id(), "owner": owner.person}
            field = table.own_field
            self._statements += [
                write(f"select id from {table.name} where owner = %s".encode(), (owner.person,)),
                write(table.insertion(row), row),
                write(
                    f"update {table.name} set {field} = {field} where id = %s".encode(),
                    (kept[table.name],),
                ),
                write(f"delete from {table.name} where id = %s".encode(), (kept[table.name],)),
            ]
        connection.execute(_LOOKING)

    def __call__(self) -> dict[str, str]:
        """The letters of each table, now."""
        found = self._connection.execute(
            "select pg_temp.outcome(s) from unnest(%s::text[]) with ordinality u (s, n) order by n",
            (self._statements,),
        ).fetchall()
        outcomes = [outcome for (outcome,) in found]
        return {
            name: "".join(
                letter
                for letter, outcome in zip("sacr", outcomes[4 * n : 4 * n + 4], strict=True)
                if outcome != _NOTHING[letter]
            )
            for n, name in enumerate(self._tables)
        }


_NOTHING = {"s": "0", "a": "refused", "c": "0", "r": "0"}
"""What it is for something not to be possible; anything else would be a right, or a surprise."""


@pytest.fixture
def look(friends: Connection, owner: Session, kept: dict[str, Any], tables: list[Table]) -> Look:
    """What the friend may do with the owner's rows."""
    return Look(friends, owner, kept, tables)


EXPECTED = {"see": "s", "comment": "s", "edit": "sacr"}
OF_COMMENTS = {"see": "s", "comment": "sa", "edit": "sa"}


@pytest.mark.parametrize("level", EXPECTED)
def test_a_level_opens_what_it_says_in_its_area_and_nowhere_else(
    level: Level,
    owner: Session,
    friend: Session,
    look: Look,
    tables: list[Table],
    subtests: pytest.Subtests,
) -> None:
    """Each area alone, then every table is looked at, those of the area before too; comments of others are never changed."""
    assert not any(look().values())
    for area in sorted({table.area for table in tables}):
        share(owner, friend, area, level)
        found = look()
        for table in tables:
            words = OF_COMMENTS if table.name == "pgc.comments" else EXPECTED
            expected = words[level] if table.area == area else ""
            if found[table.name] != expected:
                with subtests.test(granted=area, table=table.name):
                    assert found[table.name] == expected
        People(owner).revoke(friend.name, area)
    assert not any(look().values())


def test_every_area_is_every_area(owner: Session, friend: Session, look: Look) -> None:
    """The star is one grant for all that there is, with its level."""
    share(owner, friend, "*", "see")
    assert set(look().values()) == {"s"}


def test_a_grant_ends_by_itself_and_starts_when_it_says(
    owner: Session, friend: Session, friends: Connection, kept: dict[str, Any], house: House
) -> None:
    """The end is checked by the database at every question, not by anything that must run."""
    seen = "select count(*) from todos.items"
    now = datetime.now(UTC)
    share(owner, friend, "todos", until=now + timedelta(hours=1))
    assert friends.execute(seen).fetchone() == (1,)
    for since, until in (
        (now - timedelta(days=2), now - timedelta(days=1)),
        (now + timedelta(days=1), now + timedelta(days=2)),
    ):
        house.sql(
            "update pgc.grants set since = %s, until = %s where person = %s",
            since,
            until,
            friend.person,
        )
        assert friends.execute(seen).fetchone() == (0,)
    share(owner, friend, "todos", until=datetime.now(UTC) + timedelta(seconds=5))
    assert friends.execute(seen).fetchone() == (1,)
    friends.execute("select pg_sleep(5.1)")
    assert friends.execute(seen).fetchone() == (0,)


def test_taking_back_bites_with_the_next_question(
    owner: Session, friend: Session, friends: Connection, kept: dict[str, Any]
) -> None:
    """In a session that is open, with a statement that is prepared."""
    share(owner, friend, "todos")
    for _time in range(6):
        found = friends.execute("select * from todos.items", prepare=True)
        assert len(found.fetchall()) == 1
    People(owner).revoke(friend.name, "todos")
    assert friends.execute("select * from todos.items", prepare=True).fetchall() == []


def test_history_follows_the_grant(
    owner: Session, friend: Session, friends: Connection, kept: dict[str, Any], house: House
) -> None:
    """What was is as private as what is; and what a friend did is noted as the friend's."""
    house.lab(owner).todos.update(kept["todos.items"], title="changed")
    for name in ("pgc.changes", "pgc.images"):
        assert friends.execute(f"select * from {name}".encode()).fetchall() == []
    share(owner, friend, "todos", "edit")
    for name in ("pgc.changes", "pgc.images"):
        areas = friends.execute(
            f"select distinct area from {name} where owner <> pgc.me()".encode()
        )
        assert areas.fetchall() == [("todos",)]
    friends.execute(
        "update todos.items set title = 'by the friend' where owner = %s", (owner.person,)
    )
    with login(owner) as mine:
        last = mine.execute(
            "select actor, owner from pgc.changes order by id desc limit 1"
        ).fetchone()
    assert last == (friend.person, owner.person)


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_grant_to_a_group_is_for_whoever_is_in_it_now(
    owner: Session, friend: Session, friends: Connection, kept: dict[str, Any]
) -> None:
    """Joining opens, leaving and running out close; nothing else of the group's owner opens."""
    seen = "select count(*) from todos.items"
    people = People(owner)
    family = people.groups.create("family")
    people.grant(family, "todos")
    assert friends.execute(seen).fetchone() == (0,)
    people.groups.add(family, friend.name)
    assert friends.execute(seen).fetchone() == (1,)
    assert friends.execute("select count(*) from finance.transactions").fetchone() == (0,)
    people.groups.add(family, friend.name, until=datetime.now(UTC) + timedelta(milliseconds=500))
    assert friends.execute(seen).fetchone() == (1,)
    friends.execute("select pg_sleep(0.6)")
    assert friends.execute(seen).fetchone() == (0,)
    people.groups.add(family, friend.name)
    people.groups.drop(family, friend.name)
    assert friends.execute(seen).fetchone() == (0,)
    people.groups.add(family, friend.name)
    people.groups.remove(family)
    assert friends.execute(seen).fetchone() == (0,)


def test_what_a_member_granted_ends_with_the_membership(
    owner: Session, friend: Session, kept: dict[str, Any]
) -> None:
    """Who leaves a group, or is put out of it, takes their own along; being put back does not reopen it."""
    leader = friend
    groups = People(leader).groups
    team = groups.create("team", "team")
    groups.add(team, owner.name)
    with login(leader) as leaders:
        seen = "select count(*) from todos.items"
        People(owner).grant(team, "todos")
        assert leaders.execute(seen).fetchone() == (1,)
        groups.add(team, owner.name, until=datetime.now(UTC) + timedelta(milliseconds=300))
        leaders.execute("select pg_sleep(0.4)")
        assert leaders.execute(seen).fetchone() == (0,)
        groups.add(team, owner.name)
        assert leaders.execute(seen).fetchone() == (1,)
        People(owner).groups.leave(team)
        assert leaders.execute(seen).fetchone() == (0,)
        groups.add(team, owner.name)
        assert leaders.execute(seen).fetchone() == (0,)


ATTEMPTS = [
    # (statement, whether it is refused aloud; else it finds nothing to do)
    (
        "insert into pgc.grants (owner, area, level, person) values (%(owner)s, '*', 'edit', %(me)s)",
        True,
    ),
    (
        "insert into pgc.grants (owner, area, level, group_id) values (%(owner)s, '*', 'see', %(group)s)",
        True,
    ),
    ("insert into pgc.grants (area, level, group_id) values ('*', 'see', %(foreign)s)", True),
    ("insert into pgc.grants (area, level, person) values ('*', 'see', %(stranger)s)", True),
    ("update pgc.grants set level = 'edit' where owner = %(owner)s", False),
    ("update pgc.grants set until = 'infinity' where owner = %(owner)s", False),
    ("update pgc.grants set owner = %(me)s", True),
    ("update pgc.grants set person = %(me)s", True),
    ("update pgc.grants set area = '*'", True),
    ("delete from pgc.grants where owner = %(owner)s", False),
    ("insert into pgc.members (group_id, person) values (%(foreign)s, %(me)s)", True),
    ("insert into pgc.members (group_id, person) values (%(group)s, %(stranger)s)", True),
    ("insert into pgc.members (group_id, person) values (%(mine)s, %(stranger)s)", True),
    ("update pgc.members set until = 'infinity' where group_id = %(group)s", False),
    ("update pgc.members set group_id = %(foreign)s", True),
    ("update pgc.members set person = %(me)s", True),
    ("delete from pgc.members where group_id = %(group)s and person <> %(me)s", False),
    ("update pgc.groups set name = 'taken over' where id = %(group)s", False),
    ("update pgc.groups set owner = %(me)s", True),
    ("insert into pgc.groups (owner, name) values (%(owner)s, 'theirs')", True),
    ("delete from pgc.groups where id = %(group)s", False),
    ("update pgc.persons set role = 'administrator' where id = %(me)s", True),
    ("update pgc.persons set name = 'another' where id = %(me)s", True),
    ("update pgc.persons set ended_at = null where id = %(me)s", True),
    ("update pgc.persons set display = 'x' where id = %(owner)s", False),
    ("insert into pgc.persons (name) values ('made up')", True),
    ("delete from pgc.persons where id = %(me)s", True),
    ("insert into pgc.introductions values (%(me)s, %(stranger)s)", True),
    ("select * from pgc.introductions", True),
    ("select pgc.belongs(%(owner)s, %(group)s)", True),
]


@pytest.mark.parametrize(("statement", "aloud"), ATTEMPTS)
def test_nobody_helps_themselves(
    statement: str, aloud: bool, owner: Session, person: Person, house: House
) -> None:
    """A friend in the owner's group, with a grant about to end, tries to get more."""
    mallory, stranger = person("mallory"), person("stranger")
    people, soon = People(owner), datetime.now(UTC) + timedelta(days=3)
    group, foreign = people.groups.create("ours"), People(stranger).groups.create("foreign")
    people.groups.add(group, mallory.name, until=soon)
    share(owner, mallory, "todos", until=soon)
    mine = People(mallory).groups.create("mine")
    values = {
        "owner": owner.person,
        "me": mallory.person,
        "stranger": stranger.person,
        "group": group.id,
        "foreign": foreign.id,
        "mine": mine.id,
    }
    state = "select * from (select 'g', g::text from pgc.grants g union all select 'm', m::text from pgc.members m union all select 'o', o::text from pgc.groups o union all select 'p', p::text from pgc.persons p) s order by 1, 2"
    before = house.sql(state)
    with login(mallory) as connection:
        if aloud:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.encode(), values)
        else:
            assert connection.execute(statement.encode(), values).rowcount == 0
    assert house.sql(state) == before


def test_the_directory_cannot_be_leafed_through(person: Person, house: House) -> None:
    """Every role, and with it every identifier, is public in PostgreSQL; names open only to who knows one."""
    curious, hidden, gone = person("curious"), person("hidden"), person("gone")
    house.sql("update pgc.persons set ended_at = now() where id = %s", gone.person)
    with login(curious) as connection:
        everyone = connection.execute(
            "select substr(rolname, 3)::uuid from pg_roles where rolname ~ '^p_[0-9a-f]{32}$'"
        ).fetchall()
        assert (hidden.person,) in everyone
        assert connection.execute("select name from pgc.persons").fetchall() == [(curious.name,)]
        assert connection.execute("select pgc.introduce('hid%')").fetchone() == (None,)
        assert connection.execute("select pgc.introduce(%s)", (gone.name,)).fetchone() == (None,)
        assert connection.execute("select name from pgc.persons").fetchall() == [(curious.name,)]
        assert connection.execute("select pgc.introduce(%s)", (hidden.name,)).fetchone() == (
            hidden.person,
        )
        assert len(connection.execute("select name from pgc.persons").fetchall()) == 2
    with login(hidden) as connection:
        assert connection.execute("select name from pgc.persons").fetchall() == [(hidden.name,)]


def test_whoever_is_named_is_in_the_list_that_is_asked_first(person: Person, house: House) -> None:
    """By whatever way a grant or membership came; nobody but the database reads or writes the list."""
    owner, friend, cousin, late = (person(name) for name in ("owner", "friend", "cousin", "late"))
    people = People(owner)
    share(owner, friend, "todos")
    family = people.groups.create("family")
    with login(owner) as mine:
        mine.execute("select pgc.introduce(%s)", (cousin.name,))
    people.groups.add(family, cousin.name)
    house.sql(
        "update pgc.grants set person = %s where owner = %s and person = %s",
        late.person, owner.person, friend.person,
    )  # fmt: skip
    missing = house.sql(
        "select person from pgc.grants where person is not null union select person from pgc.members "
        "except select person from pgc.reached"
    )
    assert missing == []
    named = {id for (id,) in house.sql("select person from pgc.reached")}
    assert {friend.person, cousin.person, late.person} <= named
    with login(friend) as theirs:
        for statement in (
            "select * from pgc.reached",
            "insert into pgc.reached values (pgc.me())",
            "delete from pgc.reached",
        ):
            with pytest.raises(errors.InsufficientPrivilege), theirs.transaction():
                theirs.execute(statement.encode())


def test_why_tells_what_the_database_does(
    person: Person, tables: list[Table], house: House, subtests: pytest.Subtests
) -> None:
    """The explanation and the policies are two readings of one set of rows: they must never differ."""
    owner, friend = person("owner"), person("friend")
    people, table = People(owner), next(table for table in tables if table.name == "todos.items")
    family = people.groups.create("family")
    with login(owner) as mine:
        id = table.insert(mine)
    now = datetime.now(UTC)
    past, future = now - timedelta(hours=2), now + timedelta(hours=2)
    periods = [(past, None), (past, future), (past, now - timedelta(hours=1)), (future, None)]
    with login(friend) as connection:
        look = Look(connection, owner, {table.name: id}, [table])
        for straight in (None, "see", "edit"):
            for through in (None, "edit"):
                for since, until in periods:
                    for member in (None, *periods[:3]) if through else (None,):
                        house.sql("delete from pgc.grants where owner = %s", owner.person)
                        house.sql("delete from pgc.members where person = %s", friend.person)
                        if straight:
                            share(owner, friend, "todos", straight)
                            house.sql("update pgc.grants set since = %s, until = %s where owner = %s", since, until, owner.person)  # fmt: skip
                        if member:
                            people.groups.add(family, friend.name)
                            house.sql("update pgc.members set since = %s, until = %s where person = %s", *member, friend.person)  # fmt: skip
                        if through:
                            people.grant(family, "todos", through)
                        can = look()[table.name]
                        for level in ("see", "edit"):
                            with subtests.test(straight=straight, through=through, since=since, until=until, member=member, level=level):  # fmt: skip
                                expected = can == "sacr" if level == "edit" else "s" in can
                                decision = people.why(friend.name, "todos", level)
                                assert decision.allowed == expected, decision.reason
                                theirs = People(friend).why(
                                    friend.name, "todos", level, of=owner.name
                                )
                                assert theirs.allowed == expected, theirs.reason
                                assert bool(decision.reason and theirs.reason)
