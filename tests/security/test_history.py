"""History cannot be skipped, forged, poisoned or read by others."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from tests.security.catalogue import AREA, Table, login
from tests.support.lab import House, Person, share

Connection = psycopg.Connection[Any]


def changes(house: House, owner: UUID, since: int = 0) -> list[Any]:
    """The lines of an owner: verb, actor, kind, rows."""
    return house.sql(
        "select verb, actor, kind, rows from pgc.changes where owner = %s and id > %s order by id",
        owner,
        since,
    )


@pytest.fixture
def writer(person: Person) -> Session:
    """Who writes."""
    return person("writer")


def _recognised(house: House, table: str) -> dict[str, str]:
    """The columns by which a row is recognised, with their types."""
    found = house.sql(
        "select a.attname::text, format_type(a.atttypid, null) from pg_index i "
        "join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey) "
        "where i.indrelid = %s::regclass and i.indisunique and not i.indisprimary",
        table,
    )
    return dict(found)


def _another(name: str, number: int, table: Table, fresh: dict[str, str]) -> str:
    """A column of a further row: another name, another of the few words it may be, else the same."""
    if name in table.words:
        words = table.words[name]
        return f"'{words[number % len(words)]}'"
    return fresh.get(name, f'"{name}"')


def test_no_way_of_writing_goes_round_it(
    writer: Session, tables: list[Table], house: House, subtests: pytest.Subtests
) -> None:
    """Each of these leaves lines that tell exactly how many rows it touched, and images of what was lost."""
    with login(writer) as mine:
        for table in tables:
            last = house.sql("select coalesce(max(id), 0) from pgc.changes")[0][0]
            one, two, three = new_id(), new_id(), new_id()
            keys = {name: None for name in ("reference",) if name in table.columns}
            values = {**table.values, "id": one, **keys}
            columns = ", ".join(f'"{name}"' for name in values)
            recognised = _recognised(house, table.name)
            # What is recognised by its name, say, needs another one the second time.
            fresh = {"id": "%s::uuid"} | {
                name: f"gen_random_uuid()::{kind}"
                for name, kind in recognised.items()
                if kind in ("text", "uuid") and name not in ("owner", *keys, *table.words)
            }
            again, once_more = (
                f"insert into {table.name} ({columns}) select "
                + ", ".join(_another(name, number, table, fresh) for name in values)
                for number in (1, 2)
            )
            field = table.own_field
            mine.execute(table.insertion(values), values)
            mine.execute(
                f"with a as ({again} from {table.name} where id = %s), b as ({once_more} from {table.name} where id = %s) select 1".encode(),
                (two, one, three, one),
            )
            mine.execute(
                table.insertion(values)
                + f" on conflict ({table.primary}) do update set {field} = {table.name}.{field}".encode(),
                values,
            )
            mine.execute(
                f"merge into {table.name} t using (select unnest(%s::uuid[]) as id) s on t.id = s.id "
                f"when matched and t.id = %s then delete when matched then update set {field} = t.{field}".encode(),
                ([one, two], two),
            )
            mine.execute(f"delete from {table.name} where id = any (%s)".encode(), ([one, three],))
            told = changes(house, writer.person, last)
            with subtests.test(table=table.name):
                counted: dict[str, int] = {}
                for verb, actor, _kind, rows in told:
                    assert actor == writer.person
                    counted[verb] = counted.get(verb, 0) + rows
                assert counted == {"insert": 3, "update": 2, "delete": 3}
                images = house.sql("select count(*) from pgc.images where change > %s", last)
                assert images == [(5,)]


FORGERIES = [
    "insert into pgc.changes (owner, area, kind, verb, rows) values (%(victim)s, 'todos', 'todos.items', 'delete', 1)",
    "insert into pgc.changes (owner, area, kind, verb, rows) values (%(me)s, 'todos', 'todos.items', 'delete', 1)",
    "update pgc.changes set actor = %(victim)s",
    "delete from pgc.changes",
    "truncate pgc.changes cascade",
    "insert into pgc.images select * from pgc.images",
    "update pgc.images set before = '{}'",
    "delete from pgc.images",
    "select * from pgc.outbox",
    "insert into pgc.outbox values (1)",
    "delete from pgc.outbox",
    "select nextval('pgc.changes_id_seq')",
    "select setval('pgc.changes_id_seq', 1)",
    "call pgc.guard('mine_too', 'todos', 'items')",
    "create trigger spy after insert on mine_too referencing new table as new_rows for each statement execute function pgc.log_table('todos', 'todos.items')",
    "create trigger spy after insert on mine_too referencing new table as new_rows for each statement execute function pgc.log_mixed()",
    "create trigger spy after delete on mine_too for each row execute function pgc.part()",
    "create trigger spy before insert on mine_too for each row execute function pgc.stamp_return()",
]


@pytest.mark.parametrize("statement", FORGERIES)
def test_it_cannot_be_written_by_hand(
    statement: str,
    thiefs: Connection,
    thief: Session,
    victim: Session,
    rows: dict[str, Any],
    house: House,
) -> None:
    """Not straight, and not by hanging the triggers' functions on a table of one's own."""
    thiefs.execute(
        "create temp table mine_too (id uuid, owner uuid, batch uuid, version int, area text, kind text,"
        " created_at timestamptz, updated_at timestamptz, group_id uuid, person uuid)"
    )
    before = changes(house, victim.person)
    with pytest.raises(errors.InsufficientPrivilege):
        thiefs.execute(statement.encode(), {"victim": victim.person, "me": thief.person})
    assert changes(house, victim.person) == before


def test_every_function_that_triggers_call_is_closed(house: House, thiefs: Connection) -> None:
    """Whatever trigger function is added with its owner's rights must not be anyone's to hang somewhere."""
    open_ones = house.sql(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspowner = 'pgc_owner'::regrole and p.prorettype = 'trigger'::regtype "
        "and has_function_privilege('pgc_person', p.oid, 'execute')"
    )
    assert open_ones == []


def test_others_history_is_not_seen(
    thiefs: Connection, thief: Session, victim: Session, rows: dict[str, Any], house: House
) -> None:
    """Neither that something changed, nor what it was."""
    house.lab(victim).todos.update(rows["todos.items"], title="changed")
    for name in ("pgc.changes", "pgc.images"):
        found = thiefs.execute(f"select * from {name} where owner <> %s".encode(), (thief.person,))
        assert found.fetchall() == []


def test_a_label_taken_from_others_marks_only_ones_own(
    thiefs: Connection, thief: Session, victim: Session, house: House
) -> None:
    """A batch or a change to be undone may be named by anyone; what is noted stays the writer's own."""
    batch = new_id()
    with login(victim) as other:
        other.execute("select set_config('pgc.batch', %s, false)", (str(batch),))
        other.execute(
            "insert into todos.items (title, done, project, tags, note, batch) values ('a', false, '', '{}', '', %s)",
            (batch,),
        )
    number = house.sql("select max(id) from pgc.changes where owner = %s", victim.person)[0][0]
    for name, value in (("batch", batch), ("undoes", number), ("undoes_batch", batch)):
        thiefs.execute("select set_config(%s, %s, false)", (f"pgc.{name}", str(value)))
    thiefs.execute(
        "insert into todos.items (title, done, project, tags, note) values ('b', false, '', '{}', '')"
    )
    thiefs.execute("update todos.items set title = 'c'")
    noted = house.sql(
        "select owner, actor, undoes from pgc.changes where id > %s order by id", number
    )
    assert noted and all(line == (thief.person, thief.person, None) for line in noted)
    with login(victim) as other:
        seen = other.execute("select owner from pgc.changes where batch = %s", (batch,)).fetchall()
    assert seen == [(victim.person,)]
    thiefs.execute("select set_config('pgc.batch', 'no uuid', false)")
    with pytest.raises(errors.InvalidTextRepresentation):
        thiefs.execute("update todos.items set title = 'd'")


def test_a_comment_does_not_reach_into_the_past_of_its_record(person: Person, house: House) -> None:
    """Who may only comment names the record's kind; what history keeps of it is another kind."""
    owner, friend = person("owner"), person("friend")
    kept = house.lab(owner).todos.add(title="mine")
    share(owner, friend, "todos", "comment")
    with login(friend) as theirs:
        theirs.execute(
            "insert into pgc.comments (owner, area, kind, record, body) values (%s, 'todos', 'todos.items', %s, 'x')",
            (owner.person, kept.id),
        )
        theirs.execute("delete from pgc.comments")
    told = changes(house, owner.person)
    assert [(verb, kind) for verb, _actor, kind, _rows in told] == [
        ("insert", "todos.items"),
        ("insert", "todos.items/comments"),
        ("delete", "todos.items/comments"),
    ]
    assert told[-1][1] == friend.person


def test_a_document_cannot_pass_for_another_areas(thiefs: Connection) -> None:
    """A kind belongs to its area, else a grant on one area could write into the kinds of another."""
    with pytest.raises(errors.CheckViolation):
        thiefs.execute(
            f"insert into pgc.documents (area, kind, body) values ('{AREA}', 'finance.transactions', '{{}}')".encode()
        )


def test_time_cannot_be_turned_back(writer: Session, house: House) -> None:
    """When a row changed is the server's word, and each version begins after the one before."""
    with login(writer) as mine:
        for statement in ("set timezone = 'Pacific/Kiritimati'", "set datestyle = 'German'"):
            mine.execute(statement)
        mine.execute(
            "insert into todos.items (title, done, project, tags, note, created_at) values ('a', false, '', '{}', '', '1999-01-01')"
        )
        for title in "bcd":
            mine.execute("update todos.items set title = %s", (title,))
    (row,) = house.sql(
        "select version, updated_at > now() - interval '1 minute' from todos.items where owner = %s",
        writer.person,
    )
    assert row == (4, True)
    gaps = house.sql(
        "select bool_and(valid_from < valid_to) from pgc.images where owner = %s", writer.person
    )
    assert gaps == [(True,)]
