-- Hypertables for the time series, where the database has TimescaleDB. Run by 0005 in a new lab, before there is a
-- series, and by 0024 in one that was made before.
--
-- A chunk has its table's rights and none of its policies, so it must never be reached beside the table:
--   chunks lie in the schema `months`, as native partitions do, which no person may look into;
--   persons may select by column, which chunks do not inherit as they do a right to the whole table. Else `pg_stats`,
--   which asks for that right and for row security but not for the schema, would tell each the commonest values of all.
--
-- TimescaleDB moves no row from one chunk to another. An update that changes the day of a row therefore becomes, below,
-- an update of the row where it lies, by which history notes what was, and a quiet insertion and deletion.

-- Whether this database keeps time series in hypertables. Before 2.29.1 any login could drop, freeze or compress the
-- chunks of others by internal functions (GHSA-hcfx-29v5-2rcw); before 2.18 there were no triggers with transition
-- tables, by which history is kept.
create or replace function pgc.has_hypertables() returns boolean
    language sql stable set search_path = pg_catalog, pg_temp
    return exists (select from pg_extension where extname = 'timescaledb'
                     and string_to_array(substring(extversion from '^\d+\.\d+\.\d+'), '.')::int[] >= array[2, 29, 1]);
revoke execute on function pgc.has_hypertables from public;

-- The column by which a table is cut into chunks; null if it is no hypertable.
create function pgc.day_of_hypertable(target regclass) returns name
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    day name;
begin
    if to_regclass('_timescaledb_catalog.hypertable') is not null then
        select d.column_name into day
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
             join _timescaledb_catalog.hypertable h on h.schema_name = n.nspname and h.table_name = c.relname
             join _timescaledb_catalog.dimension d on d.hypertable_id = h.id
        where c.oid = target;
    end if;
    return day;
end $$;
revoke execute on function pgc.day_of_hypertable from public;

-- Make a new table a time series: `range (day)` partitioned, or plain where hypertables are used.
create or replace procedure pgc.by_month(target regclass, day text)
    language plpgsql as $$
declare
    prefix constant text := (select format('%s_%s', n.nspname, c.relname)
                             from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = target);
    rest constant text := prefix || '_rest';
    home text;
begin
    if (select relkind = 'p' from pg_class where oid = target) then
        execute format('create table months.%I partition of %s default', rest, target);
        call pgc.close_part(format('months.%I', rest)::regclass);
    else
        home := (select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                 where e.extname = 'timescaledb');
        execute format('select %s.create_hypertable(%L::regclass, %L, associated_schema_name => %L, '
                       'associated_table_prefix => %L, chunk_time_interval => interval ''1 month'', '
                       'create_default_indexes => false)', home, target, day, 'months', prefix);
    end if;
end $$;
revoke execute on procedure pgc.by_month from public;

-- Whether a row is being moved just now. Anyone may say so, but only the two functions below say it as the owner of
-- the lab; what a person's statement does is always noted.
create function pgc.moving() returns boolean
    language sql stable
    return coalesce(current_setting('pgc.moving', true), '') = 'yes'
       and current_user = (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'pgc');

-- Before a row gets another day: it is there already on that day, as it shall be, and what lies here becomes a husk.
-- Rights are asked once more by the policies, for the person who acts.
create function pgc.move() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform set_config('pgc.moving', 'yes', true);
    execute format('insert into %1$s select * from jsonb_populate_record(null::%1$s, $1)', tg_argv[0])
        using to_jsonb(new);
    perform set_config('pgc.moving', '', true);
    old.version := -new.version;
    old.updated_at := new.updated_at;   -- until then history says what was
    return old;
end $$;
revoke execute on function pgc.move from public;

-- After it: the husk is taken away.
create function pgc.leave() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform set_config('pgc.moving', 'yes', true);
    execute format('delete from %s where id = $1 and %I = $2 and version = $3', tg_argv[0], tg_argv[1])
        using new.id, (to_jsonb(new) ->> tg_argv[1])::date, new.version;
    perform set_config('pgc.moving', '', true);
    return null;
end $$;
revoke execute on function pgc.leave from public;

-- What a hypertable needs beside what every table of records has.
create procedure pgc.guard_hypertable(target regclass, day name)
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    -- The system's own too, such as `ctid`.
    columns constant text := (select string_agg(quote_ident(attname), ', ') from pg_attribute
                              where attrelid = target and not attisdropped);
    chunk regclass;
    definition text;
begin
    execute format('revoke select on %s from pgc_person', target);
    execute format('grant select (%s) on %s to pgc_person', columns, target);
    for chunk in select inhrelid::regclass from pg_inherits where inhparent = target loop
        execute format('revoke all on %s from pgc_person', chunk);
    end loop;

    for definition in
        select pg_get_triggerdef(oid) from pg_trigger
        where tgrelid = target and tgname in ('log_insert', 'log_delete') and tgqual is null
    loop
        execute regexp_replace(regexp_replace(definition, '^CREATE TRIGGER', 'create or replace trigger'),
                               ' EXECUTE FUNCTION ', ' when (not pgc.moving()) execute function ');
    end loop;
    execute format('create or replace trigger stamp_return before insert on %s for each row '
                   'when (new.version > 1 and not pgc.moving()) execute function pgc.stamp_return()', target);
    -- By its name after `stamp`, which counts the version.
    execute format('create or replace trigger stamp_move before update on %1$s for each row '
                   'when (old.%2$I is distinct from new.%2$I) execute function pgc.move(%1$L)', target, day);
    execute format('create or replace trigger leave after update on %1$s for each row '
                   'when (new.version < 0) execute function pgc.leave(%1$L, %2$L)', target, day);
end $$;
revoke execute on procedure pgc.guard_hypertable from public;

alter procedure pgc.guard rename to guard_table;
create procedure pgc.guard(target regclass, area text default null, kind text default null)
    language plpgsql as $$
declare
    day constant name := pgc.day_of_hypertable(target);
begin
    call pgc.guard_table(target, area, kind);
    if day is not null then
        call pgc.guard_hypertable(target, day);
    end if;
end $$;
revoke execute on procedure pgc.guard from public;
