-- Up to which line of history the graph was read, whichever process did it; in the line without a kind.
alter table pgc.graph_marks add column seen text;

grant create on schema pgc to pgc_search;
grant pgc_search to current_user with inherit false, set true;
set local role pgc_search;

-- The entries that match, the best first. Of more than `pool` the newest are ranked, and beside them the newest that
-- match `titled`. A part is one thing that was asked for, and counts as much as its weight; the share says how much of all
-- that is there. Where very many match, the newest are found along the days: collecting all of them would take longer
-- than to meet enough of them. How many match is the planner's guess, which knows how frequent words are: to count them
-- takes as long as to answer, and a wrong guess is only slower. (Asking the planner is for volatile functions alone.)
create or replace function pgc.search_text(
    matching text, titled text, parts text[], weights float8[], since date, until date, pool int, wanted int, today date
) returns table (owner uuid, area text, kind text, record uuid, day date, score float8, share float8)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    scope record;
    mask tsquery;
    many boolean := false;
    planned json;
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
        execute format('explain (format json) select from pgc.search_entries e where e.words @@ %L::tsquery', mask)
        into planned;
        many := (planned -> 0 -> 'Plan' ->> 'Plan Rows')::float8 > 3000;
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
            select sum($4[i] * ts_rank('{0.15, 0.5, 0.7, 1}', e.words, $3[i])) filter (where e.words @@ $3[i]) as ranked,
                   sum($4[i]) filter (where e.words @@ $3[i]) / sum($4[i]) as share
            from generate_subscripts($3, 1) i) r
        order by score desc, e.day desc, e.record desc limit $8 $q$
    using mask, (scope.mask && titled::tsquery),
        (select array_agg(p::tsquery order by n) from unnest(parts) with ordinality as q(p, n)), weights,
        since, until, pool, wanted, scope.whole, scope.owners, scope.areas, today;
end $$;

-- The nearest texts. Where few come into question each is compared, else the index is walked until enough are met. With
-- filters the entries are asked first; without any the vectors alone, and only the nearest of them lead to entries.
create or replace function pgc.search_near(
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
    elsif not narrow then
        return query execute $q$
            with near as materialized (
                select c.owner, c.kind, c.record, max(-(c.embedding operator(public.<#>) $1)) as likeness
                from pgc.search_chunks c
                where c.model = $2 and (c.owner = any ($4) or (c.owner, c.area) in (select * from unnest($5, $6)))
                group by 1, 2, 3 order by 4 desc limit 2 * $3)
            select e.owner, e.area, e.kind, e.record, e.day, n.likeness
            from near n join pgc.search_states s on s.owner = n.owner
            join pgc.search_entries e on (e.owner, e.kind, e.record, e.generation)
                                       = (n.owner, n.kind, n.record, s.generation)
            order by 6 desc limit $3 $q$
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

reset role;
revoke create on schema pgc from pgc_search;
revoke pgc_search from current_user;
