grant create on schema pgc to pgc_search;
grant pgc_search to current_user with inherit false, set true;
set local role pgc_search;

-- The entries that match, the best first. Of more than `pool` the newest are ranked, and beside them the newest that
-- match `titled`. A part is one thing that was asked for, and counts as much as its weight; the share says how much of all
-- that is there. Where very many match, the newest are found along the days: collecting all m of n would take longer
-- than to meet `pool` of them, for which n / m * pool are looked at.
-- What was found is read by its place in the table, which holds for a statement: looking up its key took a sixth of all.
create or replace function pgc.search_text(
    matching text, titled text, parts text[], weights float8[], since date, until date, pool int, wanted int, today date
) returns table (owner uuid, area text, kind text, record uuid, day date, score float8, share float8)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    scope record;
    mine float8;
    matches float8;
    newest text := $n$
        select e.ctid
        from pgc.search_entries e join pgc.search_states s on s.owner = e.owner and s.generation = e.generation
        where e.words @@ $1 and ($5 is null or e.day >= $5) and ($6 is null or e.day <= $6)
          and (e.owner = any ($9) or (e.owner, e.area) in (select * from unnest($10, $11)))
        order by e.day desc, e.record desc limit $7 $n$;
begin
    select * into scope from pgc.search_scope();
    if scope.mask is null then
        return;
    end if;
    if cardinality(scope.whole) = 1 and cardinality(scope.owners) = 0 then
        mine := pgc.search_guess(scope.mask);
        matches := pgc.search_guess(scope.mask && matching::tsquery);
    end if;
    if matches > 0.02 * mine and matches * matches > mine * pool then
        newest := $n$
            select e.ctid from pgc.search_entries e
            where e.words @@ $1 and ($5 is null or e.day >= $5) and ($6 is null or e.day <= $6)
              and e.owner = $9[1]
              and e.generation = (select s.generation from pgc.search_states s where s.owner = $9[1])
            order by e.owner desc, e.generation desc, e.day desc, e.record desc limit $7 $n$;
    end if;
    return query execute $q$
        with found as materialized ($q$ || newest || $q$),
        named as materialized (
            select e.ctid
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
        join pgc.search_entries e on e.ctid = f.ctid
        cross join lateral (
            select sum($4[i] * ts_rank('{0.15, 0.5, 0.7, 1}', e.words, $3[i])) filter (where h.holds) as ranked,
                   sum($4[i]) filter (where h.holds) / sum($4[i]) as share
            from (select i, e.words @@ $3[i] as holds from generate_subscripts($3, 1) i offset 0) h) r
        order by score desc, e.day desc, e.record desc limit $8 $q$
    using pgc.search_masked(scope.mask, mine, matching), pgc.search_masked(scope.mask, mine, titled),
        (select array_agg(p::tsquery order by n) from unnest(parts) with ordinality as q(p, n)), weights,
        since, until, pool, wanted, scope.whole, scope.owners, scope.areas, today;
end $$;

reset role;
revoke create on schema pgc from pgc_search;
revoke pgc_search from current_user;
