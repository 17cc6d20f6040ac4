"""Another person's row, tried by every verb and every back door that SQL has. Each must stay shut.

The library is not asked anywhere: a person can run any program with their own login.
"""

from contextlib import suppress
from typing import Any

import psycopg
import pytest
from psycopg import errors

from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from tests.security.catalogue import SECRET, Table, login
from tests.support.lab import House

Connection = psycopg.Connection[Any]

READS = [
    "select * from {table}",
    "select * from {table} where id = %(id)s",
    "select * from {table} where owner = %(victim)s",
    "select * from only {table}",
    "table {table}",
    "select * from {table} for update",
    "select * from {table} for share skip locked",
    "select * from {table} tablesample system (100)",
    "select * from {table} where ctid = '(0,1)'",
    "select t from {table} t",
    "select xmin, ctid, tableoid, t.* from {table} t",
    "with mine as materialized (select * from {table}) select * from mine",
    "select * from {table} union all select * from {table}",
    "select 1 where exists (select from {table})",
    "select 1 from (select count(*) n from {table}) c where n > 0",
    "select 1 from (select max(id::text) m from {table}) c where m is not null",
    "select 1 where query_to_xml('select * from {table}', true, false, '')::text like '%%secret%%'",
    "select 1 where table_to_xml('{table}', true, false, '')::text like '%%secret%%'",
    "select 1 where schema_to_xml('{schema}', true, false, '')::text like '%%a secret%%'",
    "update {table} set {field} = {field} where id = %(id)s returning *",
    "update {table} set {field} = {field} returning *",
    "delete from {table} where id = %(id)s returning *",
    "delete from {table} using pgc.persons returning *",
    "merge into {table} t using (select %(id)s::uuid as id) s on t.id = s.id when matched then delete returning t.*",
    (
        "merge into {table} t using (select %(id)s::uuid as id) s on t.id = s.id "
        "when matched then update set {field} = t.{field} returning t.*"
    ),
]


def test_nothing_is_seen_or_touched_by_any_verb(
    thiefs: Connection,
    victim: Session,
    rows: dict[str, Any],
    tables: list[Table],
    house: House,
    subtests: pytest.Subtests,
) -> None:
    """Reading, locking, changing, removing, merging: as if the row were not there."""
    for table in tables:
        values = {"id": rows[table.name], "victim": victim.person}
        before = house.sql(f"select * from {table.name} where owner = %s", victim.person)
        assert before, table
        for statement in READS:
            with subtests.test(table=table.name, statement=statement):
                schema = table.name.partition(".")[0]
                text = statement.format(table=table.name, field=table.own_field, schema=schema)
                with suppress(errors.FeatureNotSupported):  # a server may be built without XML
                    assert thiefs.execute(text.encode(), values).fetchall() == []
        assert house.sql(f"select * from {table.name} where owner = %s", victim.person) == before


def test_no_row_is_written_as_them(
    thiefs: Connection, victim: Session, rows: dict[str, Any], tables: list[Table]
) -> None:
    """Neither a new one, nor over one of theirs, nor one's own handed to them."""
    for table in tables:
        values = {**table.values, "id": new_id(), "owner": victim.person}
        with pytest.raises(errors.InsufficientPrivilege):
            thiefs.execute(table.insertion(values), values)
        over = {**table.values, "id": rows[table.name]}
        field = table.own_field
        for conflict in (
            f" on conflict ({table.primary}) do update set {field} = excluded.{field}",
            f" on conflict ({table.primary}) do update set {field} = excluded.{field} returning *",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                thiefs.execute(table.insertion(over) + conflict.encode(), over)
        done = thiefs.execute(table.insertion(over) + b" on conflict do nothing returning *", over)
        assert done.fetchall() == []
        thiefs.execute(f"delete from {table.name}".encode())
        mine = table.insert(thiefs)
        with pytest.raises(errors.InsufficientPrivilege):
            thiefs.execute(
                f"update {table.name} set owner = %s where id = %s".encode(), (victim.person, mine)
            )


def test_what_the_server_keeps_about_a_row_is_not_the_persons_to_say(
    thiefs: Connection, tables: list[Table]
) -> None:
    """Versions, times, batches and places are the database's; the time of change cannot be given at all."""
    for table in tables:
        thiefs.execute(f"delete from {table.name}".encode())
        mine = table.insert(thiefs)
        for column in (
            "id",
            "owner",
            "version",
            "batch",
            "created_at",
            "updated_at",
            "area",
            "kind",
        ):
            if column not in table.columns:
                continue
            with pytest.raises(errors.InsufficientPrivilege):
                thiefs.execute(
                    f"update {table.name} set {column} = {column} where id = %s".encode(), (mine,)
                )
        values = {**table.values, "id": new_id(), "updated_at": "2020-01-01"}
        with pytest.raises(errors.InsufficientPrivilege):
            thiefs.execute(table.insertion(values), values)


def test_copy_takes_and_brings_nothing(
    thiefs: Connection, rows: dict[str, Any], tables: list[Table]
) -> None:
    """COPY out is under the same policies; COPY in is refused on tables with row security."""
    for table in tables:
        thiefs.execute(f"delete from {table.name}".encode())
        for source in (table.name, f"(select * from {table.name})"):
            with thiefs.cursor().copy(f"copy {source} to stdout".encode()) as copy:
                assert list(copy) == []
        with (
            pytest.raises((errors.FeatureNotSupported, errors.InsufficientPrivilege)),
            thiefs.cursor().copy(f"copy {table.name} from stdin".encode()) as copy,
        ):
            copy.write(b"")


def test_a_key_of_theirs_cannot_be_probed(
    thiefs: Connection, victim: Session, rows: dict[str, Any], tables: list[Table], house: House
) -> None:
    """A unique key says nothing about other people: it begins with the owner, and theirs is refused first."""
    for table in tables:
        keys = house.sql(
            "select array_agg(a.attname::text order by k.n) from pg_index i, "
            "unnest(i.indkey) with ordinality k (attnum, n) join pg_attribute a on a.attnum = k.attnum "
            "where i.indrelid = %s::regclass and i.indisunique and not i.indisprimary "
            "and a.attrelid = i.indrelid group by i.indexrelid",
            table.name,
        )
        for (columns,) in keys:
            assert columns[0] == "owner", table
        thiefs.execute(f"delete from {table.name}".encode())
        table.insert(thiefs)  # the same values as the victim's
        theirs = {**table.values, "id": rows[table.name], "owner": victim.person}
        with pytest.raises(errors.InsufficientPrivilege):
            thiefs.execute(table.insertion(theirs), theirs)


def test_the_pieces_of_an_attachment(
    thiefs: Connection, victim: Session, rows: dict[str, Any], house: House
) -> None:
    """They follow the attachment; that one exists cannot be told from the error either."""
    attachment = rows["pgc.attachments"]
    with login(victim) as mine:
        mine.execute("insert into pgc.attachment_chunks values (%s, 0, 'secret')", (attachment,))
    assert thiefs.execute("select * from pgc.attachment_chunks").fetchall() == []
    assert thiefs.execute("delete from pgc.attachment_chunks").rowcount == 0
    said = set()
    for target in (attachment, new_id()):
        with pytest.raises(errors.InsufficientPrivilege) as refused:
            thiefs.execute("insert into pgc.attachment_chunks values (%s, 1, 'x')", (target,))
        said.add(str(refused.value))
    assert len(said) == 1
    with pytest.raises(errors.InsufficientPrivilege):
        thiefs.execute("update pgc.attachment_chunks set data = 'x'")
    assert house.sql("select n from pgc.attachment_chunks where attachment = %s", attachment) == [
        (0,)
    ]


# ── code of one's own beside the data ────────────────────────────────────────────────────────────────


def test_functions_views_and_blocks_of_ones_own_see_no_more(
    thiefs: Connection, rows: dict[str, Any], tables: list[Table]
) -> None:
    """Whatever is wrapped around a table has the rights of whoever wrapped it."""
    for n, table in enumerate(tables):
        thiefs.execute(f"delete from {table.name}".encode())
        for definer in ("security definer", "security invoker"):
            thiefs.execute(
                f"create function pg_temp.steal_{n}() returns bigint language sql {definer} "
                f"as 'select count(*) from {table.name}'".encode()
            )
            assert thiefs.execute(f"select pg_temp.steal_{n}()".encode()).fetchone() == (0,)
            thiefs.execute(f"drop function pg_temp.steal_{n}".encode())
        for barrier in ("", "with (security_invoker = true)"):
            thiefs.execute(
                f"create temp view v_{n} {barrier} as select * from {table.name}".encode()
            )
            assert thiefs.execute(f"select * from v_{n}".encode()).fetchall() == []
            thiefs.execute(f"drop view v_{n}".encode())
        thiefs.execute(f"create temp table t_{n} as select * from {table.name}".encode())
        assert thiefs.execute(f"select * from t_{n}".encode()).fetchall() == []


def test_a_talkative_condition_is_asked_only_about_ones_own_rows(
    thiefs: Connection, rows: dict[str, Any], tables: list[Table]
) -> None:
    """A function that tells what it is given, cheap so that it would be asked first; and a telling error."""
    told: list[str] = []
    thiefs.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
    thiefs.execute(
        "create function pg_temp.tell(text) returns boolean language plpgsql cost 0.0000001 "
        "as $$ begin raise notice '%', $1; return true; end $$"
    )
    for table in tables:
        thiefs.execute(f"delete from {table.name}".encode())
        thiefs.execute(f"select * from {table.name} t where pg_temp.tell(t::text)".encode())
        thiefs.execute(
            f"select * from {table.name} where pg_temp.tell({table.own_field}::text)".encode()
        )
        thiefs.execute(
            f"select * from {table.name} t where 1 / (case when t::text like '%secret%' then 0 else 1 end) > 0".encode()
        )
    assert told == []


def test_row_security_cannot_be_switched_off(thiefs: Connection, tables: list[Table]) -> None:
    """The setting exists for dumps: it turns hidden rows into an error, never into visible ones."""
    thiefs.execute("set row_security = off")
    for table in tables:
        with pytest.raises(errors.InsufficientPrivilege):
            thiefs.execute(f"select * from {table.name}".encode())


def test_statistics_and_plans_hold_no_values(
    thiefs: Connection, rows: dict[str, Any], tables: list[Table], house: House
) -> None:
    """The planner knows common values of everyone; who asks is shown only what they may read."""
    for table in tables:
        house.sql(f"analyze {table.name}")
        schema, _dot, name = table.name.partition(".")
        for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"):
            seen = thiefs.execute(
                f"select * from {view} where schemaname = %s and tablename = %s".encode(),
                (schema, name),
            )
            assert seen.fetchall() == []
        plan = thiefs.execute(
            f"explain (analyze, verbose, settings) select * from {table.name} where {table.own_field}::text > ''".encode()
        ).fetchall()
        assert SECRET not in str(plan)
    for catalogue in (
        "pg_statistic",
        "pg_authid",
        "pg_user_mapping",
        "pg_largeobject",
        "pg_subscription",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            thiefs.execute(f"select * from {catalogue}".encode())


def test_others_statements_cannot_be_watched(victim: Session, thiefs: Connection) -> None:
    """The list of sessions shows that someone is there, not what they ask."""
    with login(victim) as other:
        other.execute("select 'a very private question'")
        seen = thiefs.execute(
            "select query from pg_stat_activity where usename = %s", (f"p_{victim.person.hex}",)
        ).fetchall()
    assert seen and all("private" not in str(row) for row in seen)


def test_large_objects_are_their_owners(victim: Session, thiefs: Connection) -> None:
    """PostgreSQL's other store for bytes, which nobody of us uses but anybody could."""
    with login(victim) as other:
        row = other.execute("select lo_from_bytea(0, 'secret')").fetchone()
    assert row is not None
    for call in ("lo_get({0})", "lo_put({0}, 0, 'x')", "lo_unlink({0})", "lo_open({0}, 262144)"):
        with pytest.raises(errors.InsufficientPrivilege):
            thiefs.execute(f"select {call.format(row[0])}".encode())


# ── who runs the lab ─────────────────────────────────────────────────────────────────────────────────


def test_the_owner_of_the_lab_reads_nobodys_rows(
    house: House, rows: dict[str, Any], tables: list[Table]
) -> None:
    """An administrator makes tables and persons and sees no content; neither past content nor pieces."""
    hidden = [*(table.name for table in tables), "pgc.images", "pgc.attachment_chunks"]
    with psycopg.connect(house.owner_url, autocommit=True) as owner:
        for name in hidden:
            assert owner.execute(f"select * from {name}".encode()).fetchall() == [], name
            assert owner.execute(f"delete from {name}".encode()).rowcount == 0, name
        for table in tables:
            with pytest.raises(errors.InsufficientPrivilege):
                table.insert(owner, owner=new_id())


def test_the_worker_sees_that_something_changed_and_not_what(
    house: House, rows: dict[str, Any], tables: list[Table]
) -> None:
    """It carries events; content it reads only as the person for whom it works."""
    with psycopg.connect(house.worker_url, autocommit=True) as worker:
        assert worker.execute("select count(*) > 0 from pgc.changes").fetchone() == (True,)
        for name in (*(table.name for table in tables), "pgc.images", "pgc.persons", "pgc.grants"):
            with pytest.raises(errors.InsufficientPrivilege):
                worker.execute(f"select * from {name}".encode())
        with pytest.raises(errors.InsufficientPrivilege):
            worker.execute(
                "insert into pgc.changes (owner, area, kind, verb, rows) values (pgc.new_id(), 'a', 'a.b', 'insert', 1)"
            )


def test_the_worker_acts_for_a_person_as_that_person(
    house: House, victim: Session, rows: dict[str, Any], tables: list[Table]
) -> None:
    """With the person's role it sees that person's rows, and no one else's."""
    with psycopg.connect(house.worker_url, autocommit=True) as worker:
        worker.execute(f'set role "p_{victim.person.hex}"'.encode())
        for table in tables:
            found = worker.execute(f"select owner from {table.name}".encode()).fetchall()
            assert set(found) == {(victim.person,)}
