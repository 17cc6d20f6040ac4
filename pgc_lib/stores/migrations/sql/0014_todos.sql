-- To-dos in depth. What waits for what, and what is part of what, never goes in a circle: whoever writes such a
-- line holds the owner's row of `pgc.todo_locks` to the end of the transaction, so two writers cannot close a
-- circle between them. See pgc_lib/areas/todo/tying.py.

-- A row from before these columns, brought back by undoing, has no values for them.
create function todos.complete_row() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    new.at := coalesce(new.at, '');
    new.zone := coalesce(new.zone, '');
    new.contexts := coalesce(new.contexts, '{}');
    new.waiting := coalesce(new.waiting, '');
    new.from_done := coalesce(new.from_done, false);
    new.remind := coalesce(new.remind, '{}');
    new.links := coalesce(new.links, '{}');
    new.what := coalesce(new.what, '');
    new.result := coalesce(new.result, '');
    new.learning := coalesce(new.learning, '');
    new.summary := coalesce(new.summary, '');
    return new;
end $$;
revoke execute on function todos.complete_row from public;
create trigger complete_insert before insert on todos.items for each row
    when (num_nulls(new.at, new.zone, new.contexts, new.waiting, new.from_done, new.remind, new.links,
                    new.what, new.result, new.learning, new.summary) > 0)
    execute function todos.complete_row();

create table pgc.todo_locks (owner uuid primary key);
alter table pgc.todo_locks enable row level security;
alter table pgc.todo_locks force row level security;
create policy held on pgc.todo_locks using (owner = any (pgc.owners('todos', 'edit'))) with check (owner = any (pgc.owners('todos', 'edit')));
revoke all on pgc.todo_locks from public;

create function todos.alone(who uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if who = any (pgc.owners('todos', 'edit')) then
        insert into pgc.todo_locks (owner) values (who)
        on conflict (owner) do update set owner = excluded.owner;
    end if;
end $$;
revoke execute on function todos.alone from public;
grant execute on function todos.alone to pgc_person;

create function todos.no_circle_of_needs() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform todos.alone(new.owner);
    if new.todo = new.needs or exists (
        with recursive before (id) as (
            select new.needs
            union
            select n.needs from before b join todos.needs n on n.owner = new.owner and n.todo = b.id)
        select from before where id = new.todo) then
        raise check_violation using message = 'these to-dos would wait for each other in a circle';
    end if;
    return null;
end $$;
revoke execute on function todos.no_circle_of_needs from public;
create trigger needs_circle after insert or update of owner, todo, needs on todos.needs for each row
    execute function todos.no_circle_of_needs();

create function todos.no_circle_of_parts() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform todos.alone(new.owner);
    if new.parent = new.id or exists (
        with recursive above (id) as (
            select new.parent
            union
            select i.parent from above a join todos.items i on i.owner = new.owner and i.id = a.id
            where i.parent is not null)
        select from above where id = new.id) then
        raise check_violation using message = 'these to-dos would be part of each other in a circle';
    end if;
    return null;
end $$;
revoke execute on function todos.no_circle_of_parts from public;
create trigger parts_circle_insert after insert on todos.items for each row
    when (new.parent is not null) execute function todos.no_circle_of_parts();
create trigger parts_circle_update after update of parent, owner on todos.items for each row
    when (new.parent is not null and (new.parent is distinct from old.parent or new.owner <> old.owner))
    execute function todos.no_circle_of_parts();
