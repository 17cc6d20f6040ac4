-- Time series by month: partitioned natively, or hypertables where the database has TimescaleDB (hypertables.sql).
-- Queries are the same.
--
-- A partition is reached in two ways, and only one of them has the parent's policies. So partitions lie in a schema
-- that no person may look into, nobody but the owner has a right to them, and each has forced row security without
-- a single policy: read or written directly, there is nothing there, not even for the owner.
--
-- Partitions are made by `pgc.make_months` when a month is first written to, which everyone may call. A row whose
-- month was not made (another client, a lock that was held, a year far away) goes to the rest and is moved
-- when its month is made.

create schema months;

-- Closes one partition, and names its unique index so that whoever reads the name of a violated constraint finds
-- the parent's name at its end, as TimescaleDB does it.
create procedure pgc.close_part(part regclass)
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    key record;
begin
    execute format('alter table %s enable row level security', part);
    execute format('alter table %s force row level security', part);
    for key in
        select child.oid::regclass as child, left(tab.relname, 30) || '_' || parent.relname as name
        from pg_index i join pg_class tab on tab.oid = i.indrelid
             join pg_class child on child.oid = i.indexrelid
             join pg_inherits h on h.inhrelid = child.oid join pg_class parent on parent.oid = h.inhparent
        where i.indrelid = part and parent.relname like '%\_own\_key' and not child.relname like '%\_own\_key'
    loop
        execute format('alter index %s rename to %I', key.child, key.name);
    end loop;
end $$;
revoke execute on procedure pgc.close_part from public;

-- Make the months in which these days lie; those that there are now, null for a table that needs none made.
-- From ten years ago to the end of the year after next: no person can fill the catalogue with empty centuries.
create function pgc.make_months(target regclass, days date[]) returns date[]
    language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
declare
    this_year constant int := extract(year from now())::int;
    prefix constant text := (select format('%s_%s_', n.nspname, c.relname)
                             from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = target);
    rest regclass;
    day name;
    month date;
    part text;
    made date[] := '{}';
begin
    select t.partdefid::regclass, a.attname into rest, day
    from pg_partitioned_table t join pg_class c on c.oid = t.partrelid
         join pg_attribute a on a.attrelid = t.partrelid and a.attnum = t.partattrs[0]
         join pg_class r on r.oid = t.partdefid
    where t.partrelid = target and c.relowner = current_user::regrole and r.relnamespace = 'months'::regnamespace;
    if rest is null then
        return null;
    end if;
    for month in
        select distinct date_trunc('month', d)::date from unnest(days) d
        where d >= make_date(this_year - 10, 1, 1) and d < make_date(this_year + 3, 1, 1) order by 1
    loop
        part := 'months.' || quote_ident(prefix || to_char(month, 'YYYY_MM'));
        begin
            if to_regclass(part) is null then
                execute format('lock table %s in share update exclusive mode', target);
            end if;
            if to_regclass(part) is null then
                execute format('create table %s (like %s including all)', part, target);
                -- The owner sees rows only while this transaction alone can reach them.
                execute format('alter table %s no force row level security', rest);
                execute format('with moved as (delete from %1$s where %2$I >= %4$L and %2$I < %5$L returning *) '
                               'insert into %3$s select * from moved',
                               rest, day, part, month, (month + interval '1 month')::date);
                execute format('alter table %s force row level security', rest);
                execute format('alter table %s attach partition %s for values from (%L) to (%L)',
                               target, part, month, (month + interval '1 month')::date);
                call pgc.close_part(part::regclass);
            end if;
            made := made || month;
        exception when lock_not_available or deadlock_detected or object_in_use then
            null;  -- somebody reads or writes just now; the rest takes the rows
        end;
    end loop;
    return made;
end $$;
revoke execute on function pgc.make_months from public;
grant execute on function pgc.make_months to pgc_person;
