-- A skill cannot need itself, however long the way round. The library names the way; this holds for every client.
create function skills.refuse_cycles() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    found record;
begin
    with recursive reach (owner, start, at) as (
        select n.owner, n.skill, n.needs from new_rows n
        union
        select r.owner, r.start, l.needs from reach r join skills.links l on l.owner = r.owner and l.skill = r.at
    )
    select r.start into found from reach r where r.at = r.start limit 1;
    if found is not null then
        raise check_violation using message = format('the skill %s would need itself',
            coalesce((select quote_literal(i.name) from skills.items i where i.id = found.start), found.start::text));
    end if;
    return null;
end $$;
revoke execute on function skills.refuse_cycles from public;
create trigger cycles_insert after insert on skills.links referencing new table as new_rows
    for each statement execute function skills.refuse_cycles();
create trigger cycles_update after update on skills.links referencing new table as new_rows
    for each statement execute function skills.refuse_cycles();
