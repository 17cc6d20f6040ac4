"""What the catalogue must say for isolation to hold, for whatever tables and persons there are."""

from typing import Any

import pytest

from pgc_lib.areas import AREAS
from tests.security.catalogue import Table
from tests.support.lab import House, Person

OURS = "n.nspowner = 'pgc_owner'::regrole and n.nspname !~ '^pg_'"
PERSONS = "r.rolname ~ '^p_[0-9a-f]{32}$'"


@pytest.fixture(autouse=True)
def _somebody(person: Person, tables: list[Table]) -> None:
    """There is someone to look at, and the areas' tables are there."""
    person("somebody")
    assert len(tables) > 3


def none(house: House, question: str, *values: Any) -> None:
    assert house.sql(question, *values) == []


def test_every_table_is_closed_and_the_owners(house: House) -> None:
    """Row security enabled and forced, so that it binds the tables' owner, too; nothing that looks past it."""
    none(
        house,
        f"select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace where {OURS} "
        "and (c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity) "
        "or c.relkind in ('m', 'f') or c.relowner <> 'pgc_owner'::regrole)",
    )
    none(
        house,
        f"select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace where {OURS} "
        "and c.relkind = 'v' and not coalesce(c.reloptions::text ~ 'security_invoker=(true|on)', false)",
    )


def test_every_area_has_its_schema_closed(house: House) -> None:
    """A person may look into a schema, never make anything in one."""
    none(
        house,
        "select n.nspname from pg_namespace n, unnest(array['pgc_person', 'pgc_worker', 'pgc_gateway', 'pgc_search', 'public']) who "
        "where n.nspname !~ '^pg_(temp|toast)' and has_schema_privilege(who, n.oid, 'create')",
    )
    schemas = {name for (name,) in house.sql(f"select n.nspname from pg_namespace n where {OURS}")}
    # The last two are made by other tests in the same database.
    apart = {"pgc", "gateway", "months", "vector_parts", "samples", "trial"}
    assert schemas - apart <= set(AREAS)


def test_persons_are_nothing_but_persons(house: House) -> None:
    """No attribute that looks past row security or makes more roles; one membership, which is not handed on."""
    none(
        house,
        f"select r.rolname from pg_roles r where ({PERSONS} or r.rolname in ('pgc_person', 'pgc_worker', 'pgc_gateway', 'pgc_search')) "
        "and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication)",
    )
    none(
        house,
        f"select r.rolname from pg_roles r join pg_auth_members m on m.member = r.oid where {PERSONS} "
        "and (m.roleid <> 'pgc_person'::regrole or m.admin_option or m.set_option)",
    )
    none(house, "select from pg_roles where rolname = 'pgc_person' and rolcanlogin")
    none(
        house,
        "select m.roleid::regrole from pg_auth_members m where m.member = 'pgc_person'::regrole",
    )


def test_only_the_worker_can_act_for_a_person(house: House) -> None:
    """The owner keeps the right to administer the role and nothing more; the worker must say SET ROLE."""
    found = house.sql(
        "select distinct m.member::regrole::text, m.inherit_option, m.set_option from pg_auth_members m "
        f"join pg_roles r on r.oid = m.roleid where {PERSONS}"
    )
    assert set(found) == {("pgc_owner", False, False), ("pgc_worker", False, True)}


def test_persons_own_nothing_that_is_shared(house: House) -> None:
    """Tables, functions, types, schemas of a person would be a way to reach others who use them."""
    for catalogue, owner in (
        ("pg_class", "relowner"),
        ("pg_proc", "proowner"),
        ("pg_type", "typowner"),
        ("pg_namespace", "nspowner"),
        ("pg_database", "datdba"),
    ):
        kept = {"pg_class": "relnamespace", "pg_proc": "pronamespace", "pg_type": "typnamespace"}
        shared = (
            f"and {kept[catalogue]}::regnamespace::text !~ '^pg_(toast_)?temp'"
            if catalogue in kept
            else ""
        )
        none(
            house,
            f"select c.* from {catalogue} c join pg_roles r on r.oid = c.{owner} "
            f"where ({PERSONS} or r.rolname in ('pgc_person', 'pgc_worker', 'pgc_gateway')) {shared}",
        )


def test_no_policy_hangs_on_a_role_that_people_are_in(house: House) -> None:
    """A member of a role may drop what hangs on it: `drop owned by pgc_person` took every policy along."""
    none(
        house,
        "select polrelid::regclass, polname from pg_policy, unnest(polroles) who "
        "where who <> 0 and who not in "
        "('pgc_owner'::regrole, 'pgc_worker'::regrole, 'pgc_gateway'::regrole, 'pgc_search'::regrole)",
    )


def test_rights_are_given_to_our_roles_only_and_never_onward(house: House) -> None:
    """Nothing to everyone, nothing to single persons, nothing with the right to pass it on."""
    none(
        house,
        "select c.oid::regclass, a.* from pg_class c join pg_namespace n on n.oid = c.relnamespace, "
        f"aclexplode(c.relacl) a where {OURS} and a.grantee <> c.relowner and (a.is_grantable or a.grantee not in "
        "('pgc_person'::regrole, 'pgc_worker'::regrole, 'pgc_gateway'::regrole, 'pgc_search'::regrole) "
        "or a.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'))",
    )


def test_functions_with_the_owners_rights_are_safe_to_call(house: House) -> None:
    """Their search path is fixed and ends in pg_temp, so nobody's objects are found in place of ours."""
    none(
        house,
        f"select p.oid::regprocedure, p.proconfig from pg_proc p join pg_namespace n on n.oid = p.pronamespace where {OURS} "
        "and p.prosecdef and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)",
    )


def test_every_guarded_table_writes_history(house: House, tables: list[Table]) -> None:
    """All three verbs, always: also where session_replication_role would switch others off is nobody's to set."""
    for table in tables:
        found = house.sql(
            "select tgname::text, tgenabled::text from pg_trigger where tgrelid = %s::regclass and not tgisinternal order by 1",
            table.name,
        )
        names = {name for name, enabled in found if enabled == "O"}
        assert {"log_insert", "log_update", "log_delete", "stamp"} <= names, table


def test_nobody_is_the_role_that_walks_the_index(house: House) -> None:
    """It sees every entry of the search index: nobody logs in with it, nobody may become it, and it owns nothing else."""
    none(house, "select from pg_roles where rolname = 'pgc_search' and rolcanlogin")
    none(
        house,
        "select m.member::regrole from pg_auth_members m where m.roleid = 'pgc_search'::regrole "
        "and (m.set_option or m.inherit_option)",
    )
    none(house, "select oid::regclass from pg_class where relowner = 'pgc_search'::regrole")
    owned = house.sql("select proname::text from pg_proc where proowner = 'pgc_search'::regrole")
    assert {name for (name,) in owned} == {
        f"search_{each}"
        for each in ("scope", "text", "counts", "near", "similar", "guess", "masked")
    }
    none(
        house,
        "select p.oid::regprocedure, a.grantee::regrole from pg_proc p, aclexplode(p.proacl) a "
        "where p.proowner = 'pgc_search'::regrole "
        "and a.grantee not in ('pgc_search'::regrole, 'pgc_person'::regrole)",
    )
