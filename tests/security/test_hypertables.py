"""What TimescaleDB brings along is no way around row security: its own functions, tables and background work.

Runs where `PGC_TEST_TIMESCALE` names a server. In releases before the one that is asked for, any login could drop,
freeze and compress the chunks of every hypertable.
"""

import psycopg
import pytest

from pgc_lib.areas.skills import Practice
from pgc_lib.core.collection import Collection
from tests.support.lab import House
from tests.support.timescale import timescale_house  # noqa: F401  (a fixture)

SKILL = "00000000-0000-0000-0000-000000000007"
_STATE = """
select (select json_agg(p order by id)::text from skills.practice p),
       (select json_agg(c order by id)::text from _timescaledb_catalog.chunk c),
       (select json_agg(h order by id)::text from _timescaledb_catalog.hypertable h)"""
# Every function of the extension that a person may call and that is about tables, chunks, policies or jobs.
_CALLS = r"""
select case p.prokind when 'p' then 'call ' else 'select ' end || format('%I.%I(', n.nspname, p.proname)
    || coalesce((
        select string_agg(
            case t.type when 'regclass' then '{target}::regclass' when 'regclass[]' then 'array[{target}::regclass]'
                        when 'integer' then '{number}' when 'boolean' then 'true' when 'name' then '''day'''
                        when 'interval' then 'interval ''1 day''' when '"any"' then 'date ''2100-01-01'''
                        when 'anyelement' then '1::bigint' when 'internal' then 'null'
                        else 'null::' || t.type end, ', ' order by t.at)
        from (select format_type(u.type, null), u.at
              from unnest(p.proargtypes) with ordinality u (type, at)) t (type, at)), '') || ')'
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     join pg_depend d on d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
     join pg_extension e on e.oid = d.refobjid and e.extname = 'timescaledb'
where p.prokind in ('f', 'p') and has_function_privilege('pgc_person', p.oid, 'execute')
  and p.proname ~ '(chunk|hypertable|policy|job|relation|row_count|column|reorder|refresh)'"""


@pytest.fixture(scope="module")
def house(timescale_house: House) -> House:  # noqa: F811
    """The database with hypertables, in which somebody keeps something."""
    mama = timescale_house.person("mama")
    days = ("2025-01-05", "2026-02-07")
    Collection(mama, Practice).add_many(
        [{"skill": SKILL, "day": day, "hours": 1.0, "note": "a secret"} for day in days]
    )
    return timescale_house


def test_no_function_of_the_extension_touches_or_shows_the_rows_of_others(house: House) -> None:
    """Whatever a person may call, with the table and with a chunk: nothing changes, and nobody's words come out."""
    (before,) = house.sql(_STATE)
    calls = [call for (call,) in house.sql(_CALLS)]
    assert len(calls) > 50
    ((table, chunk, number),) = house.sql(
        "select 'skills.practice'::regclass::oid, min(c.relid::oid), min(h.id) "
        "from _timescaledb_catalog.hypertable h join _timescaledb_catalog.chunk c on c.hypertable_id = h.id "
        "where h.table_name = 'practice'"
    )
    with psycopg.connect(house.person().database.reveal(), autocommit=True) as eve:
        eve.execute("set statement_timeout = '3s'")
        for call in calls:
            for target in (table, chunk):
                try:
                    found = eve.execute(call.format(target=target, number=number).encode())
                    shown: object = found.fetchall() if found.description else ()
                except psycopg.Error as error:
                    shown = error
                assert "secret" not in str(shown), call
    assert house.sql(_STATE) == [before]


@pytest.mark.parametrize(
    "call",
    [
        "drop_chunks('skills.practice', older_than => date '2100-01-01')",
        "add_retention_policy('skills.practice', interval '1 day')",
        "set_chunk_time_interval('skills.practice', interval '1 day')",
        "_timescaledb_functions.drop_chunk((select show_chunks('skills.practice') limit 1))",
        "_timescaledb_functions.freeze_chunk((select show_chunks('skills.practice') limit 1))",
        "add_job('pg_catalog.now', '1h')",
    ],
)
def test_what_only_the_owner_may_do_is_refused(house: House, call: str) -> None:
    """A person drops nobody's months, and leaves no work behind in the server."""
    with (
        psycopg.connect(house.person().database.reveal(), autocommit=True) as eve,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        eve.execute(f"select {call}".encode())


_SUMMED = """create materialized view pgc.summed with (timescaledb.continuous) as
select time_bucket(interval '30 days', day), max(note) from skills.practice group by 1"""


@pytest.mark.parametrize(
    "statement",
    ["alter table skills.practice set (timescaledb.enable_columnstore = true)", _SUMMED],
    ids=["columnstore", "continuous aggregate"],
)
def test_nothing_is_kept_beside_the_table_even_by_its_owner(house: House, statement: str) -> None:
    """Compressed chunks and continuous aggregates would have no policies; with row security there are none."""
    with (
        psycopg.connect(house.owner_url, autocommit=True) as owner,
        pytest.raises(psycopg.Error, match="row security"),
    ):
        owner.execute(statement.encode())


def test_rows_lie_where_no_person_may_look(house: House) -> None:
    """In the lab's own schema, never in the extension's, which is open to everyone."""
    assert house.sql("select count(*) from timescaledb_information.hypertables") == [(2,)]
    assert house.sql(
        "select distinct chunk_schema, has_schema_privilege('pgc_person', chunk_schema, 'usage') "
        "from timescaledb_information.chunks"
    ) == [("months", False)]
