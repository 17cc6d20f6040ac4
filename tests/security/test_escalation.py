"""Becoming someone else, more than oneself, or the machine below: every statement that would is refused."""

from contextlib import suppress
from typing import Any

import psycopg
import pytest
from psycopg import errors

from pgc_lib.core.session import Session
from pgc_lib.stores.postgres import address_of
from tests.security.catalogue import Table, login
from tests.support.lab import House, Person, share

Connection = psycopg.Connection[Any]

BECOMING = [
    'set role "{victim}"',
    'set local role "{victim}"',
    "set role pgc_person",
    "set role pgc_worker",
    "set role pgc_owner",
    "set role postgres",
    'set session authorization "{victim}"',
    "set session authorization pgc_owner",
    "select set_config('role', '{victim}', false)",
    "select set_config('role', 'pgc_owner', true)",
    "select set_config('session_authorization', '{victim}', false)",
    'grant "{victim}" to "{me}"',
    'grant pgc_person to "{me}" with admin option',
    'grant pgc_person to "{me}" with set true',
    'grant "{me}" to pgc_person',
    'grant pgc_owner to "{me}"',
    'grant pg_read_all_data to "{me}"',
    'grant pg_execute_server_program to "{me}"',
    "create role {new}",
    "create user {new} in role pgc_person",
    'alter role "{me}" superuser',
    'alter role "{me}" bypassrls',
    'alter role "{me}" createrole',
    'alter role "{me}" createdb',
    'alter role "{me}" replication',
    'alter role "{me}" connection limit 1000',
    "alter role \"{me}\" valid until 'infinity'",
    'alter role "{me}" rename to p_00000000000000000000000000000000',
    "alter role \"{victim}\" password 'mine'",
    "alter role \"{victim}\" set search_path = 'pg_temp'",
    "alter role pgc_owner password 'mine'",
    "alter role pgc_person set role = 'pgc_owner'",
    "alter role all set role = 'pgc_owner'",
    'drop role "{victim}"',
    'drop owned by "{victim}"',
    'reassign owned by "{victim}" to "{me}"',
    'reassign owned by pgc_owner to "{me}"',
    "drop owned by pgc_owner",
    "alter default privileges for role pgc_owner grant select on tables to public",
    'alter default privileges for role "{victim}" grant select on tables to public',
]

BUILDING = [
    "create schema {new}",
    'create schema {new} authorization "{me}"',
    "create table pgc.{new} (id int)",
    "create table public.{new} (id int)",
    "create table {schema}.{new} (id int)",
    "create view {schema}.{new} as select 1",
    "create function pgc.{new}() returns int language sql return 1",
    "create or replace function pgc.me() returns uuid language sql return '{victim_id}'::uuid",
    "create or replace function pgc.owners(a text, b text) returns uuid[] language sql return array['{victim_id}'::uuid]",
    "create type pgc.{new} as (id int)",
    "create operator pgc.= (leftarg = uuid, rightarg = uuid, function = uuid_ne)",
    "create cast (uuid as int) without function",
    "create policy open on {table} using (true)",
    "alter policy see on {table} using (true)",
    "drop policy see on {table}",
    "alter table {table} disable row level security",
    "alter table {table} no force row level security",
    'alter table {table} owner to "{me}"',
    "alter table {table} disable trigger all",
    "alter table {table} disable trigger log_update",
    "alter table {table} add column stolen text",
    "alter table {table} set schema pg_temp",
    "drop table {table}",
    "drop trigger log_insert on {table}",
    "drop function pgc.me() cascade",
    "drop schema pgc cascade",
    "truncate {table}",
    "truncate {table} cascade",
    "create trigger spy before insert on {table} for each row execute function suppress_redundant_updates_trigger()",
    "create rule spy as on insert to {table} do also notify spy",
    "create index spy on {table} (id)",
    "create statistics spy on id, owner from {table}",
    "create temp table spy () inherits ({table})",
    "create temp table spy partition of {table} default",
    "create temp table spy (id uuid references {table})",
    "create publication spy for table {table}",
    "create subscription spy connection 'host=127.0.0.1' publication spy",
    "create event trigger spy on ddl_command_start execute function pgc.stamp()",
    "create extension dblink",
    "create extension file_fdw",
    "create extension postgres_fdw",
    "create language plpython3u",
    "create foreign data wrapper spy",
    "create tablespace spy location '/tmp'",
    "create database {new}",
    "alter database {database} set role = 'pgc_owner'",
    'alter database {database} owner to "{me}"',
    "drop database {database}",
    "grant execute on function pgc.log_table to public",
    "comment on table {table} is 'mine'",
    "cluster {table} using spy",
    "reindex table {table}",
]

MACHINE = [
    "copy {table} to '/tmp/{new}'",
    "copy {table} to program 'cat'",
    "copy (select 1) to program 'id'",
    "create temp table t (line text); copy t from '/etc/passwd'",
    "create temp table t (line text); copy t from program 'id'",
    "select pg_read_file('/etc/passwd')",
    "select pg_read_binary_file('PG_VERSION')",
    "select pg_ls_dir('.')",
    "select pg_stat_file('PG_VERSION')",
    "select pg_ls_waldir()",
    "select lo_import('/etc/passwd')",
    "select lo_export(0, '/tmp/{new}')",
    "load 'auto_explain'",
    "alter system set log_statement = 'all'",
    "set session_replication_role = 'replica'",
    "set log_statement = 'all'",
    "set log_min_duration_statement = 0",
    "set session_preload_libraries = 'x'",
    "set lo_compat_privileges = on",
    "set allow_system_table_mods = on",
    "set ignore_system_indexes = on; set zero_damaged_pages = on",
    "set debug_parallel_query = on; update pg_class set relforcerowsecurity = false where false",
    "delete from pg_policy where false",
    "update pg_authid set rolbypassrls = true where false",
    "select pg_reload_conf()",
    "select pg_rotate_logfile()",
    "select pg_switch_wal()",
    "select pg_promote()",
    "select pg_stat_reset()",
    "select pg_create_physical_replication_slot('spy')",
    "select pg_create_logical_replication_slot('spy', 'test_decoding')",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = '{victim}'",
    "select pg_cancel_backend(pid) from pg_stat_activity where usename = '{victim}'",
    "select pg_log_backend_memory_contexts(pid) from pg_stat_activity where usename = '{victim}'",
    "select pg_import_system_collations('pg_catalog')",
    "checkpoint",
]

REFUSALS = (
    errors.InsufficientPrivilege,
    errors.InvalidParameterValue,  # roles one is no member of, in older servers
    errors.CantChangeRuntimeParam,
    errors.WrongObjectType,  # no partitioned table, and not ours
    errors.InvalidTableDefinition,
    errors.InvalidObjectDefinition,
    errors.UndefinedFile,  # the extension is not even there
    errors.FeatureNotSupported,
    errors.ActiveSqlTransaction,
)


@pytest.mark.parametrize("statement", [*BECOMING, *BUILDING, *MACHINE])
def test_refused(
    statement: str,
    thief: Session,
    victim: Session,
    rows: dict[str, Any],
    house: House,
) -> None:
    """One statement that would lead further, in a transaction and outside of one."""
    text = statement.format(
        me=f"p_{thief.person.hex}",
        victim=f"p_{victim.person.hex}",
        victim_id=victim.person,
        table="pgc.documents",
        schema="pgc",
        database=address_of(house.admin_url).database,
        new="spy_new",
    )
    with login(victim), login(thief) as connection:
        with pytest.raises(REFUSALS):
            connection.execute(text.encode())
        assert connection.execute("select pgc.me()").fetchone() == (thief.person,)
        assert connection.execute("select * from pgc.documents").fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "drop owned by pgc_person",
        "drop owned by pgc_person cascade",
        'drop owned by "{me}" cascade',
        'reassign owned by pgc_person to "{me}"',
        "grant select on pgc.documents to public",
        'grant all on pgc.documents to "{me}"',
        "grant create on schema pgc to public",
        "grant connect on database {database} to public",
        "revoke all on pgc.documents from pgc_person",
        "revoke all on schema pgc from pgc_person cascade",
        "revoke connect on database {database} from pgc_person",
        'revoke pgc_person from "{victim}"',
        "alter default privileges for role pgc_person revoke all on tables from public",
        "alter default privileges for role pgc_person grant all on tables to public",
    ],
)
def test_the_lab_cannot_be_broken_for_everyone(
    statement: str, thief: Session, person: Person, house: House
) -> None:
    """Every member of a group may give away or drop what hangs on the group: so nothing may hang on it."""
    databases = "select array_agg(datacl::text order by oid) from pg_database"
    schemas = (
        "select array_agg(nspacl::text order by oid) from pg_namespace where nspname !~ '^pg_t'"
    )
    policies = "select count(*), sum(length(pg_get_expr(polqual, polrelid))) from pg_policy"
    rights = "select array_agg(relacl::text order by oid) from pg_class where relpersistence <> 't'"
    everything = (policies, rights, schemas, databases)
    before = [house.sql(question) for question in everything]
    text = statement.format(
        me=f"p_{thief.person.hex}",
        victim=f"p_{person('other').person.hex}",
        database=address_of(house.admin_url).database,
    )
    # Refused is as good as without effect.
    with login(thief) as connection, suppress(errors.InsufficientPrivilege):
        connection.execute(text.encode())
    assert [house.sql(question) for question in everything] == before
    another = person("another")
    house.lab(another).todos.add(title="still works")
    with login(thief) as connection:
        assert connection.execute("select pgc.me()").fetchone() == (thief.person,)


def test_settings_of_ones_own_role_lead_nowhere(victim: Session, person: Person) -> None:
    """A role may keep settings for its next login; those that would need rights are ignored there."""
    mallory = person("mallory")
    me, other = f"p_{mallory.person.hex}", f"p_{victim.person.hex}"
    with login(mallory) as connection:
        for setting in (f"role = '{other}'", "role = 'pgc_owner'", "row_security = off"):
            try:
                connection.execute(f'alter role "{me}" set {setting}'.encode())
            except errors.InsufficientPrivilege:
                continue
    with login(mallory) as connection:
        assert connection.execute("select pgc.me()").fetchone() == (mallory.person,)
        connection.execute("set row_security = on")
        assert connection.execute("select * from pgc.documents").fetchall() == []
    for option in (f"-c role={other}", "-c role=pgc_owner", f"-c session_authorization={other}"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(mallory.database.reveal(), options=option)


def test_a_name_in_front_of_ours_is_not_called(victim: Session, thief: Session) -> None:
    """Objects of one's own that are named like PostgreSQL's or ours, and a search path that finds them first."""
    with login(thief) as connection:
        connection.execute(
            f"create function pg_temp.current_setting(text) returns text language sql return 'p_{victim.person.hex}'"
        )
        connection.execute("create temp table changes (id bigint, owner uuid)")
        connection.execute(
            "create temp table grants (owner uuid, area text, level text, person uuid)"
        )
        connection.execute(
            "insert into grants values (%s, 'todos', 'edit', %s)", (victim.person, thief.person)
        )
        connection.execute("set search_path = pg_temp, pgc, pg_catalog")
        assert connection.execute("select pgc.me()").fetchone() == (thief.person,)
        assert connection.execute("select * from pgc.granted('see')").fetchall() == []
        assert connection.execute("select pgc.owners('todos', 'edit')").fetchone() == (
            [thief.person],
        )
        assert connection.execute("select * from todos.items").fetchall() == []


def test_a_person_who_was_ended_is_out_at_once(
    person: Person, house: House, tables: list[Table]
) -> None:
    """No new login; a session that is open loses its rights; the worker cannot act for them; data stays."""
    from pgc_lib.core.provisioning import create_person, end_person

    leaver = person("leaver")
    house.lab(leaver).todos.add(title="kept")
    with (
        login(leaver) as open_session,
        psycopg.connect(house.worker_url, autocommit=True) as worker,
    ):
        end_person(house.owner_url, leaver.person, redis_admin_url=house.redis_admin)
        for table in tables:
            with pytest.raises(errors.InsufficientPrivilege):
                open_session.execute(f"select * from {table.name}".encode())
        with pytest.raises(errors.InsufficientPrivilege):
            worker.execute(f'set role "p_{leaver.person.hex}"'.encode())
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(leaver.database.reveal())
    assert house.sql("select title from todos.items where owner = %s", leaver.person) == [("kept",)]
    back = create_person(house.owner_url, leaver.name, id=leaver.person)
    with psycopg.connect(back.database.reveal()) as connection:
        assert connection.execute("select title from todos.items").fetchall() == [("kept",)]


def test_who_is_granted_something_gets_no_further(person: Person) -> None:
    """A grant is not the grantee's to pass on: not to others, not to views that others could use."""
    owner, friend, third = person("owner"), person("friend"), person("third")
    share(owner, friend, "todos", "edit")
    with login(friend) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(
                "insert into pgc.grants (owner, area, level, person) values (%s, 'todos', 'see', %s)",
                (owner.person, third.person),
            )
        connection.execute("create temp view theirs as select * from todos.items")
        connection.execute("grant all on theirs to public")
    with login(third) as connection:
        assert connection.execute("select * from todos.items").fetchall() == []
