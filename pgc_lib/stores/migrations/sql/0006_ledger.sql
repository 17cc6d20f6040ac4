-- The ledger. A transaction stays one row; what double entry asks for is derived from it by views, so the
-- postings of every row that anybody writes, with whatever client, add up to zero. `settle` refuses rows
-- that would say two things at once. See pgc_lib/areas/money/ledger.py.

-- ── transactions: the columns of what is more than one line ─────────────────────────────────────────
-- All of them are null in a plain line, which costs nothing to write or keep.

alter table finance.transactions
    add column nature text constraint transactions_nature_check check (nature in ('transfer', 'refund')),
    add column other_account text,
    add column other_amount numeric(18, 4),
    add column other_currency text,
    add column linked uuid,
    add column parts jsonb;

create function finance.settle() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    together numeric;
begin
    new.other_account := nullif(new.other_account, '');
    if new.other_account is not null then
        new.nature := coalesce(new.nature, 'transfer');
        if new.other_amount = -new.amount and new.currency = coalesce(new.other_currency, new.currency) then
            new.other_amount := null;
            new.other_currency := null;
        end if;
        if new.nature <> 'transfer' or new.parts is not null then
            raise check_violation using message = 'money that moves to another account is neither a refund nor in parts';
        elsif new.other_account = new.account and new.other_currency is null then
            raise check_violation using message = 'a transfer needs two accounts';
        elsif (new.other_amount is null) <> (new.other_currency is null)
            or new.other_currency = new.currency or new.other_currency !~ '^[A-Z]{3}$'
            or sign(new.other_amount) <> -sign(new.amount) then
            raise check_violation using message = 'what arrives in another currency needs its amount and currency, with the opposite sign';
        end if;
    elsif num_nonnulls(new.other_amount, new.other_currency) > 0 then
        raise check_violation using message = 'what arrives needs the account where it arrives';
    end if;
    if new.parts is not null then
        if new.nature = 'transfer' or jsonb_typeof(new.parts) <> 'array' or exists (
            select from jsonb_array_elements(new.parts) p
            where jsonb_typeof(p) <> 'object' or jsonb_typeof(p -> 'amount') is distinct from 'number'
               or jsonb_typeof(coalesce(p -> 'category', p -> 'account')) is distinct from 'string'
               or num_nonnulls(p ->> 'category', p ->> 'account') <> 1 or p ->> 'account' = ''
               or scale((p ->> 'amount')::numeric) > 4 or abs((p ->> 'amount')::numeric) >= 1e14) then
            raise check_violation using message = 'each part has an amount and either a category or an account';
        end if;
        select sum((p ->> 'amount')::numeric) into together from jsonb_array_elements(new.parts) p;
        if together is distinct from new.amount then
            raise check_violation using message = format('the parts add up to %s, the transaction is %s', together, new.amount);
        end if;
    end if;
    return new;
end $$;
revoke execute on function finance.settle from public;
create trigger settle_insert before insert on finance.transactions for each row
    when (new.nature is not null or new.other_account is not null or new.other_amount is not null
          or new.other_currency is not null or new.parts is not null)
    execute function finance.settle();
create trigger settle_update before update on finance.transactions for each row
    when (new.nature is not null or new.other_account is not null or new.other_amount is not null
          or new.other_currency is not null or new.parts is not null)
    execute function finance.settle();

-- ── accounts, made when a transaction first names them ──────────────────────────────────────────────

create function finance.open_accounts() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    -- Undoing brings back what there was, accounts too; one made here would stand in their way.
    if nullif(current_setting('pgc.undoes', true), '') is not null then
        return null;
    end if;
    -- Without a batch: undoing an import leaves its accounts, which others may use by then.
    -- One pass over the rows; a second one only when some are in parts.
    insert into finance.accounts (owner, name, type, currency, opening, counted, bank, note)
    with grouped as materialized (
        select owner, account, other_account, currency, other_currency, count(parts) > 0 as split
        from new_rows group by 1, 2, 3, 4, 5),
    named as (
        select owner, account as name, currency from grouped where account <> ''
        union all
        select owner, other_account, coalesce(other_currency, currency) from grouped
            where other_account is not null
        union all
        select r.owner, p ->> 'account', r.currency
            from new_rows r cross join lateral jsonb_array_elements(r.parts) p
            where (select bool_or(split) from grouped) and r.parts is not null and p ->> 'account' is not null)
    select n.owner, n.name, 'other', min(n.currency), 0, true, '', '' from named n
    where not exists (select from finance.accounts a where a.owner = n.owner and a.name = n.name)
    group by 1, 2
    on conflict (owner, name) do nothing;
    return null;
end $$;
revoke execute on function finance.open_accounts from public;
-- Named so that it runs before history notes the transactions: theirs is the last change.
create trigger accounts_insert after insert on finance.transactions referencing new table as new_rows
    for each statement execute function finance.open_accounts();
create trigger accounts_update after update on finance.transactions referencing new table as new_rows
    for each statement execute function finance.open_accounts();

-- ── flows: what was spent and what came in ──────────────────────────────────────────────────────────
-- A line's flow is told by its sign; a refund is of the flow that it gives back. Money that moves between
-- one's own accounts is in neither, and a row without an amount flows nowhere.

create view finance.flows with (security_invoker = true) as
    select t.id, t.owner, t.batch, t.version, t.created_at, t.updated_at, t.day, t.amount, t.currency, t.payee,
           t.category, t.account, t.note, t.reference, t.nature, t.linked, 0 as part,
           case when t.amount = 0 then null
                when (t.amount < 0) <> (t.nature is not distinct from 'refund') then 'spending'
                else 'income' end as flow
    from finance.transactions t
    where t.parts is null and t.nature is distinct from 'transfer'
    union all
    select t.id, t.owner, t.batch, t.version, t.created_at, t.updated_at, t.day, (p.said ->> 'amount')::numeric(18, 4),
           t.currency, t.payee, p.said ->> 'category', t.account, coalesce(p.said ->> 'note', t.note), t.reference,
           t.nature, t.linked, p.number::int,
           case when (p.said ->> 'amount')::numeric = 0 then null
                when ((p.said ->> 'amount')::numeric < 0) <> (t.nature is not distinct from 'refund') then 'spending'
                else 'income' end
    from finance.transactions t cross join lateral jsonb_array_elements(t.parts) with ordinality p (said, number)
    where t.parts is not null and p.said ->> 'category' is not null;

-- ── postings: the same money by double entry ────────────────────────────────────────────────────────
-- Sides: account; category; transit (a transfer whose other leg is a row of its own); exchange (between two
-- currencies); opening. In each currency the postings of a row, and so of everything, add up to zero.

create view finance.postings with (security_invoker = true) as
    select t.id, t.owner, t.day, 'account' as side, t.account as name, t.currency, t.amount
    from finance.transactions t
    union all
    select t.id, t.owner, t.day, case t.nature when 'transfer' then 'transit' else 'category' end,
           case t.nature when 'transfer' then '' else t.category end, t.currency, -t.amount
    from finance.transactions t where t.parts is null and t.other_account is null
    union all
    select t.id, t.owner, t.day, 'account', t.other_account, coalesce(t.other_currency, t.currency),
           coalesce(t.other_amount, -t.amount)
    from finance.transactions t where t.other_account is not null
    union all
    select t.id, t.owner, t.day, 'exchange', '', e.currency, -e.amount
    from finance.transactions t
         cross join lateral (values (t.currency, t.amount), (t.other_currency, t.other_amount)) e (currency, amount)
    where t.other_currency is not null
    union all
    select t.id, t.owner, t.day, case when p ->> 'account' is null then 'category' else 'account' end,
           coalesce(p ->> 'account', p ->> 'category'), t.currency, -(p ->> 'amount')::numeric(18, 4)
    from finance.transactions t cross join lateral jsonb_array_elements(t.parts) p where t.parts is not null
    union all
    select a.id, a.owner, coalesce(a.opened, date '0001-01-01'), s.side, s.name, a.currency, s.amount
    from finance.accounts a
         cross join lateral (values ('account', a.name, a.opening), ('opening', '', -a.opening)) s (side, name, amount)
    where a.opening <> 0;

grant select on finance.flows, finance.postings to pgc_person;
