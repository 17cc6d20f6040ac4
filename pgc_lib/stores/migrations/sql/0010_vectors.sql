-- Vector collections: each has a part of `vectors.items` of its own, and in it an index of its own choice.
--
-- No person may make a table or an index. The part is made by a trigger when the collection is kept, and a new
-- index by `pgc.index_vectors`, which copies the part beside itself, builds there, brings over what was written
-- meanwhile, and puts the copy into the old part's place: queries and writes go on all along and wait only for the
-- last step. A part has two floors, so that this step locks one collection and not everybody's.
--
-- Parts lie in a schema that no person may look into, with forced row security and no policy, as months do. The
-- function reads the items as the person who called it, through the policies of `vectors.items`; the lab's owner
-- never sees them.

create schema vector_parts;

-- Which parts were made, and for whom: a number that a person can neither see nor lower.
create table pgc.vector_parts (
    collection uuid primary key,
    owner uuid not null
);
create index vector_parts_owner on pgc.vector_parts (owner);
alter table pgc.vector_parts enable row level security;
alter table pgc.vector_parts force row level security;
create policy keep on pgc.vector_parts to current_user using (true) with check (true);

create function pgc.close_vector_part(part regclass) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    execute format('alter table %s enable row level security', part);
    execute format('alter table %s force row level security', part);
end $$;
revoke execute on function pgc.close_vector_part from public;

-- An empty lower part, with the checks that no client can pass by.
create function pgc.new_vector_leaf(leaf text, wanted uuid, dimension bigint, metric text) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    home constant text := (select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                           where e.extname = 'vector');
begin
    execute format('create table %s (like vectors.items including all)', leaf);
    execute format('alter table %s add check (collection = %L::uuid)', leaf, wanted);
    execute format('alter table %s add check (%s.vector_dims(vector) = %s)', leaf, home, dimension);
    if metric = 'cosine' then
        execute format('alter table %s add check (%s.vector_norm(vector) > 0)', leaf, home);
    end if;
    -- Beside its row a vector is read twice as fast; a page must hold it.
    execute format('alter table %s alter column vector set storage %s', leaf,
                   case when dimension <= 1500 then 'plain' else 'external' end);
end $$;
revoke execute on function pgc.new_vector_leaf from public;

create function pgc.make_vector_part() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    most constant int := 500;
    root constant text := format('vector_parts.%I', 'c_' || replace(new.id::text, '-', ''));
begin
    if tg_op = 'UPDATE' then
        if (new.dimension, new.metric, new.store) is distinct from (old.dimension, old.metric, old.store) then
            raise exception 'dimension, metric and store of a collection stay as they are' using errcode = '23514';
        end if;
        return null;
    end if;
    if new.store <> 'postgresql' or exists (select from pgc.vector_parts p where p.collection = new.id) then
        return null;  -- it lies elsewhere, or came back from the past and its part is still there
    end if;
    if (select count(*) from pgc.vector_parts p where p.owner = new.owner) >= most then
        raise exception 'a person can make % collections', most using errcode = '54000';
    end if;
    insert into pgc.vector_parts values (new.id, new.owner);
    execute format('create table %s (like vectors.items including all) partition by list (collection)', root);
    perform pgc.new_vector_leaf(root || '_0', new.id, new.dimension, new.metric);
    execute format('alter table %s attach partition %s for values in (%L)', root, root || '_0', new.id);
    perform pgc.close_vector_part(root::regclass), pgc.close_vector_part((root || '_0')::regclass);
    execute format('alter table vectors.items attach partition %s for values in (%L)', root, new.id);
    return null;
end $$;
revoke execute on function pgc.make_vector_part from public;

-- A whole number out of a person's parameters, within the limits of its index.
create function pgc.vector_parameter(given jsonb, name text, usual int, lowest int, highest int) returns int
    language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    value constant int := coalesce((given ->> name)::int, usual);
begin
    if value not between lowest and highest then
        raise exception '% lies between % and %', name, lowest, highest using errcode = '22023';
    end if;
    return value;
end $$;
revoke execute on function pgc.vector_parameter from public;

-- Build an index beside the items of a collection and put it into place; how many items there were, null where
-- there is no such collection that the person may change. Another build of the same one is refused at once.
create function pgc.index_vectors(wanted uuid, kind text, parameters jsonb) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s' as $$
declare
    home constant text := (select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                           where e.extname = 'vector');
    root constant text := format('vector_parts.%I', 'c_' || replace(wanted::text, '-', ''));
    fresh constant text := root || '_' || pg_current_xact_id()::text;
    it record;
    old regclass;
    rows bigint;
    means text;
    options text := '';
    tries int := 0;
begin
    select c.dimension, c.metric into it from vectors.collections c
    where c.id = wanted and c.store = 'postgresql' and c.owner = any (pgc.owners('vectors', 'edit'));
    if not found then
        return null;
    end if;
    old := (select inhrelid::regclass from pg_inherits where inhparent = root::regclass);
    execute format('lock table %s in share update exclusive mode nowait', old);
    if old is distinct from (select inhrelid::regclass from pg_inherits where inhparent = root::regclass) then
        raise exception 'built by another just now' using errcode = '55P03';
    end if;

    means := case it.metric when 'cosine' then 'vector_cosine_ops' when 'l2' then 'vector_l2_ops' else 'vector_ip_ops' end;
    if kind = 'hnsw' then
        options := format('m = %s, ef_construction = %s', pgc.vector_parameter(parameters, 'm', 16, 2, 100),
                          pgc.vector_parameter(parameters, 'ef_construction', 64, 4, 1000));
    elsif kind = 'ivf' then
        options := format('lists = %s', pgc.vector_parameter(parameters, 'lists', 100, 1, 32768));
    elsif kind <> 'flat' then
        raise exception 'there is no index %', kind using errcode = '22023';
    end if;

    perform pgc.new_vector_leaf(fresh, wanted, it.dimension, it.metric);
    execute format('insert into %s select * from vectors.items where collection = %L', fresh, wanted);
    get diagnostics rows = row_count;
    if kind <> 'flat' then
        perform set_config('maintenance_work_mem',
            least(1048576, greatest(65536, rows * (it.dimension * 4 + 600) * 5 / 4 / 1024))::text || 'kB', true);
        execute format('create index on %s using %s ((vector::%s.vector(%s)) %s.%s) with (%s)', fresh,
                       case kind when 'ivf' then 'ivfflat' else kind end, home, it.dimension, home, means, options);
    end if;
    execute format('analyze %s', fresh);
    perform pgc.close_vector_part(fresh::regclass);
    execute format('alter table %s no force row level security', fresh);

    loop
        begin
            execute format('lock table %s in access exclusive mode', root);
            exit;
        exception when lock_not_available or deadlock_detected then
            tries := tries + 1;
            if tries >= 30 then
                raise;
            end if;
            perform pg_sleep(0.1);
        end;
    end loop;
    -- What was written while the index was built.
    execute format('delete from %s n where not exists (select from vectors.items i where i.collection = %L '
                   'and i.id = n.id and i.version = n.version)', fresh, wanted);
    execute format('insert into %1$s select i.* from vectors.items i where i.collection = %2$L '
                   'and not exists (select from %1$s n where n.id = i.id)', fresh, wanted);
    execute format('alter table %s force row level security', fresh);
    execute format('alter table %s detach partition %s', root, old);
    execute format('drop table %s', old);
    execute format('alter table %s attach partition %s for values in (%L)', root, fresh, wanted);
    return rows;
end $$;
revoke execute on function pgc.index_vectors from public;
grant execute on function pgc.index_vectors to pgc_person;
