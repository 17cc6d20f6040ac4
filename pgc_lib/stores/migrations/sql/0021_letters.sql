-- Reminders by mail on a server where many live: what falls due is written down ahead by its owner, and mailed by the worker.
-- See pgc_lib/areas/reminding/posting.py and pgc_lib/automation/postman.py.
--
-- The worker sees a letter from the moment at which it is due, never before, and nothing else of a person. Whoever owns
-- the lab sees none. What was sent is emptied; only that it was sent stays, so that it is not sent again.

create table pgc.letters (
    owner uuid not null default pgc.me(),
    key text not null check (key ~ '^[0-9a-f]{40}$'),   -- the same for the same notice, whoever computes it
    fires timestamptz not null,
    own boolean not null default false,                 -- the owner's server sends it; it need only be running then
    address text not null check (address ~ '^([^@\s,;<>]{1,64}@[^@\s,;<>]{1,250})?$'),
    subject text not null check (length(subject) <= 500),
    body text not null check (length(body) <= 20000),
    urgent boolean not null default false,
    quiet_from text not null default '' check (quiet_from ~ '^(([01]\d|2[0-3]):[0-5]\d)?$'),
    quiet_until text not null default '' check (quiet_until ~ '^(([01]\d|2[0-3]):[0-5]\d)?$'),
    state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    tries int not null default 0,
    next_try timestamptz not null default '-infinity',
    lease_until timestamptz,                            -- somebody is sending it until then
    sent_at timestamptz,
    trouble text not null default '',
    primary key (owner, key)
);
create index letters_due on pgc.letters (fires) where state = 'waiting';
create index letters_sent on pgc.letters (owner, sent_at) where sent_at is not null;

-- How far ahead a person's letters are known, and under which circumstances.
create table pgc.letter_plans (
    owner uuid primary key default pgc.me(),
    planned_at timestamptz not null default now(),
    until timestamptz not null,                         -- of what comes later nothing is written down yet
    time_zone text not null check (length(time_zone) <= 64),
    woken_at timestamptz,
    wakings int not null default 0                      -- in a row, without a new plan
);

-- What everyone may know of the mail here; one line, which the worker writes.
create table pgc.post (
    one boolean primary key default true check (one),
    sender text not null,                               -- empty: no mail is sent
    seen_at timestamptz not null default now(),
    trouble text not null default ''
);

do $$
declare control text;
begin
    foreach control in array array ['letters', 'letter_plans', 'post'] loop
        execute format('alter table pgc.%I enable row level security', control);
        execute format('alter table pgc.%I force row level security', control);
    end loop;
end $$;

create policy see on pgc.letters for select using (owner = (select pgc.me()));
create policy put on pgc.letters for insert
    with check (owner = (select pgc.me()) and state = 'waiting' and tries = 0 and sent_at is null);
-- What is being sent or was sent stands.
create policy amend on pgc.letters for update
    using (owner = (select pgc.me()) and state = 'waiting' and (lease_until is null or lease_until < now()))
    with check (owner = (select pgc.me()));
create policy withdraw on pgc.letters for delete
    using (owner = (select pgc.me()) and state = 'waiting' and (lease_until is null or lease_until < now()));
create policy carry on pgc.letters for select to pgc_worker using (fires <= now());
create policy carried on pgc.letters for update to pgc_worker using (fires <= now()) with check (fires <= now());
create policy forget on pgc.letters for delete to pgc_worker
    using (state <> 'waiting' and fires < now() - interval '40 days');
grant select, delete on pgc.letters to pgc_person, pgc_worker;
grant insert (owner, key, fires, own, address, subject, body, urgent, quiet_from, quiet_until) on pgc.letters to pgc_person;
grant update (fires, own, address, subject, body, urgent, quiet_from, quiet_until) on pgc.letters to pgc_person;
grant update (state, tries, next_try, lease_until, sent_at, trouble, address, subject, body) on pgc.letters to pgc_worker;

create policy own on pgc.letter_plans using (owner = (select pgc.me())) with check (owner = (select pgc.me()));
create policy work on pgc.letter_plans to pgc_worker using (true) with check (true);
grant select, insert, update, delete on pgc.letter_plans to pgc_person;
grant select, update (woken_at, wakings) on pgc.letter_plans to pgc_worker;

create policy see on pgc.post for select using (true);
create policy work on pgc.post to pgc_worker using (true) with check (true);
grant select on pgc.post to pgc_person, pgc_worker;
grant insert, update on pgc.post to pgc_worker;

-- A worker writes what went wrong in the language of whom it concerns.
grant select (lang) on pgc.persons to pgc_worker;

create function pgc.limit_letters() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if (select count(*) from pgc.letters where owner = pgc.me() and state = 'waiting') > 1000 then
        raise check_violation using message = 'at most 1000 letters of a person can wait';
    end if;
    return null;
end $$;
revoke execute on function pgc.limit_letters from public;
create trigger limits after insert on pgc.letters for each statement execute function pgc.limit_letters();

-- ── names of documents ─────────────────────────────────────────────────────────────────────────────────
-- Documents may lie in another database, so no index can say that a path stands for one of them. Whoever gives one a name
-- holds its owner's row while looking whether the name is free. See pgc_lib/areas/paper/keeping.py.

create table pgc.doc_locks (owner uuid primary key);
alter table pgc.doc_locks enable row level security;
alter table pgc.doc_locks force row level security;
create policy held on pgc.doc_locks using (owner = any (pgc.owners('docs', 'edit'))) with check (owner = any (pgc.owners('docs', 'edit')));
revoke all on pgc.doc_locks from public;

create function pgc.hold_docs(who uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if who = any (pgc.owners('docs', 'edit')) then
        insert into pgc.doc_locks (owner) values (who)
        on conflict (owner) do update set owner = excluded.owner;
    end if;
end $$;
revoke execute on function pgc.hold_docs from public;
grant execute on function pgc.hold_docs to pgc_person;
