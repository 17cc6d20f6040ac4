grant create on schema pgc to pgc_search;
grant pgc_search to current_user with inherit false, set true;
set local role pgc_search;

-- How many entries match, as the planner guesses, which knows how frequent words are: to count them takes as long as to
-- answer, and a wrong guess is only slower. What it does not know as frequent it takes for one of 200 (of two words for
-- two of 200, and so on), so a guess below `0.02` of all says little. (Asking the planner is for volatile functions.)
create function pgc.search_guess(matching tsquery) returns float8
    language plpgsql volatile set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    planned json;
begin
    execute format('explain (format json) select from pgc.search_entries e where e.words @@ %L::tsquery', matching)
    into planned;
    return (planned -> 0 -> 'Plan' ->> 'Plan Rows')::float8;
end $$;
revoke execute on function pgc.search_guess from public;

-- What the index of words is asked. The mask spares it the entries of others. Where most are one's own (`mine` of them), to
-- compare it costs more than it spares, and each entry's owner is looked at in any case. Only for what must not be
-- there it is needed: the index finds nothing by that alone.
create function pgc.search_masked(mask tsquery, mine float8, matching text) returns tsquery
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select case when matching <> '' and strpos(matching, '!') = 0 and mine > 0.5 * c.reltuples then matching::tsquery
                else mask && matching::tsquery end
    from pg_class c where c.oid = 'pgc.search_entries'::regclass
$$;
revoke execute on function pgc.search_masked from public;

-- The entries that match, the best first. Of more than `pool` the newest are ranked, and beside them the newest that
-- match `titled`. A part is one thing that was asked for, and counts as much as its weight; the share says how much of all
-- that is there. Where very many match, the newest are found along the days: collecting all m of n would take longer
-- than to meet `pool` of them, for which n / m * pool are looked at.
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
    if cardinality(scope.whole) = 1 and cardinality(scope.owners) = 0 then
        mine := pgc.search_guess(scope.mask);
        matches := pgc.search_guess(scope.mask && matching::tsquery);
    end if;
    if matches > 0.02 * mine and matches * matches > mine * pool then
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
            select sum($4[i] * ts_rank('{0.15, 0.5, 0.7, 1}', e.words, $3[i])) filter (where h.holds) as ranked,
                   sum($4[i]) filter (where h.holds) / sum($4[i]) as share
            from (select i, e.words @@ $3[i] as holds from generate_subscripts($3, 1) i offset 0) h) r
        order by score desc, e.day desc, e.record desc limit $8 $q$
    using pgc.search_masked(scope.mask, mine, matching), pgc.search_masked(scope.mask, mine, titled),
        (select array_agg(p::tsquery order by n) from unnest(parts) with ordinality as q(p, n)), weights,
        since, until, pool, wanted, scope.whole, scope.owners, scope.areas, today;
end $$;

-- How many entries match each question, counted up to a ceiling; what is known to be more frequent is not counted.
create or replace function pgc.search_counts(questions text[], ceiling int) returns int[]
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    scope record;
    mine float8;
    guess float8;
    question text;
    counted int;
    counts int[] := '{}';
begin
    select * into scope from pgc.search_scope();
    if cardinality(scope.whole) = 1 and cardinality(scope.owners) = 0 then
        mine := pgc.search_guess(scope.mask);
    end if;
    foreach question in array questions loop
        guess := case when mine > 5 * ceiling then pgc.search_guess(scope.mask && question::tsquery) end;
        if guess > 0.02 * mine and guess >= 0.5 * ceiling then
            counted := least(guess, ceiling);
        else
            execute $q$
                select count(*) from (
                    select from pgc.search_entries e
                    join pgc.search_states s on s.owner = e.owner and s.generation = e.generation
                    where e.words @@ $1
                      and (e.owner = any ($2) or (e.owner, e.area) in (select * from unnest($3, $4)))
                    limit $5) found $q$
            into counted
            using pgc.search_masked(scope.mask, mine, question), scope.whole, scope.owners, scope.areas, ceiling;
        end if;
        counts := counts || counted;
    end loop;
    return counts;
end $$;

reset role;
revoke create on schema pgc from pgc_search;
revoke pgc_search from current_user;
