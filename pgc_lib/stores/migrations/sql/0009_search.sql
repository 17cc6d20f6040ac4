-- Search: one index over every area, derived from the records and closed like them.
--
-- Who writes: only the owner's own login, and only entries of the owner. Not even somebody with the right to edit
-- an area writes into its index: the owner's process reads the record and writes what it says. What is shown of a
-- hit is read from the record, with the reader's rights, so an entry can point to a record and say nothing of its own.
--
-- Who reads: as with the records, the owner and whoever was granted the area. An index over words cannot be walked
-- under row security, because comparing words is not leakproof for PostgreSQL. So what walks it are functions that
-- belong to pgc_search, a role that nobody has and nobody logs in with; it sees every entry, and its functions
-- answer only about what the acting person may see.

do $$
begin
    create role pgc_search nologin;
exception when duplicate_object or unique_violation then null;
end $$;
grant usage on schema public to pgc_search;
grant usage, create on schema pgc to pgc_search;

-- ── what waits ──────────────────────────────────────────────────────────────────────────────────────
-- Numbers of changes are given before they are committed, so "everything after number n" would miss those that
-- commit late. A line for each change is there exactly when the change is, and goes with the entry that it led to.

create table pgc.search_waiting (
    change bigint primary key,  -- of pgc.changes
    owner uuid not null,
    due timestamptz not null default '-infinity'    -- what was only noted is looked at when it is done, or then
);
create index search_waiting_owner on pgc.search_waiting (owner, change);

create function pgc.search_wait() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into pgc.search_waiting as w (change, owner, due)
        select c.id, c.owner, coalesce(n.held_until, '-infinity')
        from new_lines n join pgc.changes c on c.id = n.change
        on conflict (change) do update set due = excluded.due;
    perform pg_notify('pgc_search_' || replace(w.owner::text, '-', ''), '')
        from (select distinct c.owner from new_lines n join pgc.changes c on c.id = n.change) w;
    return null;
end $$;
revoke execute on function pgc.search_wait from public;
create trigger search_new after insert on pgc.outbox referencing new table as new_lines
    for each statement execute function pgc.search_wait();
create trigger search_settled after update on pgc.outbox referencing new table as new_lines
    for each statement execute function pgc.search_wait();

-- ── the index ───────────────────────────────────────────────────────────────────────────────────────

create table pgc.search_states (
    owner uuid primary key default pgc.me(),
    generation int not null default 0,          -- which entries are searched; 0: none were made yet
    building int check (building > generation), -- which are being made beside them
    reached jsonb,                              -- how far
    built_at timestamptz,
    model text not null default ''              -- whose vectors the texts have, or are to get
);

create table pgc.search_entries (
    owner uuid not null default pgc.me(),
    area text not null,
    kind text not null check (starts_with(kind, area || '.')),
    record uuid not null,
    generation int not null,
    version int not null,
    day date not null,
    length int not null check (length >= 0),    -- in words
    hash bytea not null check (length(hash) = 16),
    words tsvector not null,
    primary key (owner, kind, record, generation)
);
create index search_entries_words on pgc.search_entries using gin (words) with (gin_pending_list_limit = 512);
create index search_entries_day on pgc.search_entries (owner, generation, day, record);

-- Whose meaning is to be computed. Not a column of the entry: changing that would write all its words anew.
create table pgc.search_unread (
    owner uuid not null default pgc.me(),
    kind text not null,
    record uuid not null,
    hash bytea not null,
    primary key (owner, kind, record)
);

create table pgc.search_chunks (
    owner uuid not null default pgc.me(),
    area text not null,
    kind text not null check (starts_with(kind, area || '.')),
    record uuid not null,
    part int not null check (part >= 0),
    model text not null,
    hash bytea not null check (length(hash) = 16),
    embedding public.halfvec(384) not null,
    primary key (owner, kind, record, part)
);
alter table pgc.search_chunks alter column embedding set storage plain;
create index search_chunks_near on pgc.search_chunks using hnsw (embedding public.halfvec_ip_ops);

-- Latin words, to find what was meant by one that is misspelt.
create table pgc.search_words (
    owner uuid not null default pgc.me(),
    area text not null,
    word text not null check (length(word) between 3 and 40),
    primary key (owner, area, word)
);
create index search_words_similar on pgc.search_words using gin (word public.gin_trgm_ops);

do $$
declare
    name text;
    seen constant text := '(owner = (select pgc.me())'
        ' or (owner, area) in (select g.owner, g.area from pgc.granted(''see'') g)'
        ' or owner in (select g.owner from pgc.granted(''see'') g where g.area = ''*''))';
begin
    foreach name in array array ['waiting', 'states', 'entries', 'unread', 'chunks', 'words'] loop
        name := 'pgc.search_' || name;
        execute format('alter table %s enable row level security', name);
        execute format('alter table %s force row level security', name);
        execute format('create policy own on %s using (owner = (select pgc.me())) with check (owner = (select pgc.me()))', name);
        if name not in ('pgc.search_waiting', 'pgc.search_unread') then
            execute format('create policy find on %s for select to pgc_search using (true)', name);
            execute format('grant select on %s to pgc_search', name);
        end if;
        if name <> 'pgc.search_waiting' then
            execute format('grant select, insert, update, delete on %s to pgc_person', name);
        end if;
    end loop;
    foreach name in array array ['entries', 'chunks', 'words'] loop
        execute format('create policy see on pgc.search_%s for select using (%s)', name, seen);
    end loop;
end $$;
create policy record on pgc.search_waiting to current_user using (true) with check (true);
grant select, delete on pgc.search_waiting to pgc_person;

-- ── asking ──────────────────────────────────────────────────────────────────────────────────────────

-- Whose what the acting person may see; the area "*" stands for all of them.
create function pgc.search_scope(out whole uuid[], out owners uuid[], out areas text[], out mask tsquery)
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    select array_agg(s.owner) filter (where s.area = '*'),
           coalesce(array_agg(s.owner) filter (where s.area <> '*'), '{}'),
           coalesce(array_agg(s.area) filter (where s.area <> '*'), '{}'),
           string_agg(case when s.area = '*' then format('''o:%s''', replace(s.owner::text, '-', ''))
                           else format('(''o:%s'' & ''a:%s'')', replace(s.owner::text, '-', ''), s.area) end,
                      ' | ')::tsquery
    into whole, owners, areas, mask
    from (select pgc.me() as owner, '*' as area union select g.owner, g.area from pgc.granted('see') g) s
    where s.owner is not null and pgc.me() is not null;
end $$;

-- The entries that match, the best first. Of more than `pool` the newest are ranked, and beside them the newest that
-- match `titled`. A part is one thing that was asked for, and counts as much as its weight; the share says how much of all
-- that is there. Where very many match, the newest are found along the days: collecting all of them would take longer
-- than to meet enough of them.
create function pgc.search_text(
    matching text, titled text, parts text[], weights float8[], since date, until date, pool int, wanted int, today date
) returns table (owner uuid, area text, kind text, record uuid, day date, score float8, share float8)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    scope record;
    mask tsquery;
    many boolean := false;
    newest text := $n$
        select e.owner, e.kind, e.record, e.generation
        from pgc.search_entries e join pgc.search_states s on s.owner = e.owner and s.generation = e.generation
        where e.words @@ $1 and ($5 is null or e.day >= $5) and ($6 is null or e.day <= $6)
          and (e.owner = any ($9) or (e.owner, e.area) in (select * from unnest($10, $11)))
        order by e.day desc, e.record desc limit $7 $n$;
begin
    select * into scope from pgc.search_scope();
    if scope.mask is null then
        return;
    end if;
    mask := scope.mask && matching::tsquery;
    if cardinality(scope.whole) = 1 and cardinality(scope.owners) = 0 then
        execute $q$
            select count(*) > 3000 from (
                select from pgc.search_entries e where e.words @@ $1 and e.owner = $2 limit 3001) found $q$
        into many using mask, scope.whole[1];
    end if;
    if many then
        newest := $n$
            select e.owner, e.kind, e.record, e.generation from pgc.search_entries e
            where e.words @@ $1 and ($5 is null or e.day >= $5) and ($6 is null or e.day <= $6)
              and e.owner = $9[1]
              and e.generation = (select s.generation from pgc.search_states s where s.owner = $9[1])
            order by e.owner desc, e.generation desc, e.day desc, e.record desc limit $7 $n$;
    end if;
    return query execute $q$
        with found as materialized ($q$ || newest || $q$),
        named as materialized (
            select e.owner, e.kind, e.record, e.generation
            from pgc.search_entries e join pgc.search_states s on s.owner = e.owner and s.generation = e.generation
            where e.words @@ $2 and ($5 is null or e.day >= $5) and ($6 is null or e.day <= $6)
              and (e.owner = any ($9) or (e.owner, e.area) in (select * from unnest($10, $11)))
            order by e.day desc, e.record desc limit $7 / 2)
        select e.owner, e.area, e.kind, e.record, e.day,
               coalesce(r.ranked, 0) * (0.2 + 0.8 * coalesce(r.share, 1))
               / (1 + 0.15 * ln(1 + e.length / 50.0))
               * (1 + 0.1 * exp(-abs($12 - e.day) / 365.0)) as score,
               coalesce(r.share, 1) as share
        from (table found union table named) f
        join pgc.search_entries e using (owner, kind, record, generation)
        cross join lateral (
            select sum($4[i] * ts_rank('{0.15, 0.5, 0.7, 1}', e.words, $3[i])) as ranked,
                   sum($4[i]) filter (where e.words @@ $3[i]) / sum($4[i]) as share
            from generate_subscripts($3, 1) i) r
        order by score desc, e.day desc, e.record desc limit $8 $q$
    using mask, (scope.mask && titled::tsquery),
        (select array_agg(p::tsquery order by n) from unnest(parts) with ordinality as q(p, n)), weights,
        since, until, pool, wanted, scope.whole, scope.owners, scope.areas, today;
end $$;

-- How many entries match each question, counted up to a ceiling.
create function pgc.search_counts(questions text[], ceiling int) returns int[]
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    scope record;
    question text;
    counted int;
    counts int[] := '{}';
begin
    select * into scope from pgc.search_scope();
    foreach question in array questions loop
        execute $q$
            select count(*) from (
                select from pgc.search_entries e
                join pgc.search_states s on s.owner = e.owner and s.generation = e.generation
                where e.words @@ $1
                  and (e.owner = any ($2) or (e.owner, e.area) in (select * from unnest($3, $4)))
                limit $5) found $q$
        into counted using (scope.mask && question::tsquery), scope.whole, scope.owners, scope.areas, ceiling;
        counts := counts || counted;
    end loop;
    return counts;
end $$;

-- The nearest texts. Where few come into question each is compared; else the index is walked until enough are met.
create function pgc.search_near(
    asked text, its_model text, must text, since date, until date, wanted int, few int
) returns table (owner uuid, area text, kind text, record uuid, day date, score float8)
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    scope record;
    near constant public.halfvec := asked::public.halfvec;
    narrow constant boolean := must <> '' or since is not null or until is not null;
    many boolean := false;
begin
    select * into scope from pgc.search_scope();
    if scope.mask is null then
        return;
    end if;
    if not narrow then
        execute $q$
            select count(*) > $4 from (
                select from pgc.search_chunks c
                where (c.owner = any ($1) or (c.owner, c.area) in (select * from unnest($2, $3)))
                limit $4 + 1) found $q$
        into many using scope.whole, scope.owners, scope.areas, few;
    end if;
    if many then
        perform set_config('hnsw.ef_search', greatest(2 * wanted, 100)::text, true);
        perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
        return query execute $q$
            with near as materialized (
                select c.owner, c.kind, c.record, -(c.embedding operator(public.<#>) $1) as likeness
                from pgc.search_chunks c
                where c.model = $2 and (c.owner = any ($4) or (c.owner, c.area) in (select * from unnest($5, $6)))
                order by c.embedding operator(public.<#>) $1 limit 2 * $3)
            select e.owner, e.area, e.kind, e.record, e.day, max(n.likeness)
            from near n join pgc.search_states s on s.owner = n.owner
            join pgc.search_entries e on (e.owner, e.kind, e.record, e.generation)
                                       = (n.owner, n.kind, n.record, s.generation)
            group by 1, 2, 3, 4, 5 order by 6 desc limit $3 $q$
        using near, its_model, wanted, scope.whole, scope.owners, scope.areas;
    else
        perform set_config('enable_seqscan', 'off', true);
        return query execute $q$
            with entry as materialized (
                select e.owner, e.area, e.kind, e.record, e.day
                from pgc.search_entries e join pgc.search_states s on s.owner = e.owner and s.generation = e.generation
                where e.words @@ $7 and ($8 is null or e.day >= $8) and ($9 is null or e.day <= $9)
                  and (e.owner = any ($4) or (e.owner, e.area) in (select * from unnest($5, $6)))
                order by e.day desc, e.record desc limit $10)
            select e.owner, e.area, e.kind, e.record, e.day,
                   max(-(c.embedding operator(public.<#>) $1))
            from entry e join pgc.search_chunks c on (c.owner, c.kind, c.record) = (e.owner, e.kind, e.record)
            where c.model = $2
            group by 1, 2, 3, 4, 5 order by 6 desc limit $3 $q$
        using near, its_model, wanted, scope.whole, scope.owners, scope.areas,
            case when must = '' then scope.mask else scope.mask && must::tsquery end, since, until, few;
    end if;
end $$;

-- Words that are written like one, the likest first.
create function pgc.search_similar(misspelt text, wanted int) returns table (word text, likeness real)
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    scope record;
begin
    select * into scope from pgc.search_scope();
    return query execute $q$
        select w.word, max(public.similarity(w.word, $1)) from pgc.search_words w
        where w.word operator(public.%) $1
          and (w.owner = any ($2) or (w.owner, w.area) in (select * from unnest($3, $4)))
        group by 1 order by 2 desc, 1 limit $5 $q$
    using misspelt, scope.whole, scope.owners, scope.areas, wanted;
end $$;

grant pgc_search to current_user with inherit false, set true;
do $$
declare name text;
begin
    foreach name in array array ['scope', 'text', 'counts', 'near', 'similar'] loop
        execute format('revoke execute on function pgc.search_%s from public', name);
        execute format('grant execute on function pgc.search_%s to pgc_person', name);
        execute format('alter function pgc.search_%s owner to pgc_search', name);
    end loop;
end $$;
revoke create on schema pgc from pgc_search;
revoke pgc_search from current_user;
