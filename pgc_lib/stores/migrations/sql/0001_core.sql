-- The ground floor of the database: who is acting, who may see what, and what happened.
-- Run once by the role that owns the lab. Nothing here can be bypassed by a client's good or bad will:
-- rows are guarded by forced row level security, history is written by triggers.
--
-- Two rules for whoever adds to it:
--   A policy for persons names no role. One written `to pgc_person` would hang on that role, and each of its
--   members may say `drop owned by pgc_person`, which drops such policies and closes the lab for everyone.
--   A SECURITY DEFINER trigger function is closed to `public`, else a person hangs it on a temporary table
--   of their own and feeds it what they like.

revoke all on schema public from public;
grant usage on schema public to pgc_person, pgc_worker;
grant usage on schema pgc to pgc_person, pgc_worker;

-- ── identity ────────────────────────────────────────────────────────────────────────────────────────
-- Not current_user: inside a SECURITY DEFINER function that would be the function's owner. The role
-- setting changes only through SET ROLE, which checks membership, and is "none" without it.

-- Every statement asks this. In PL/pgSQL the plan is kept for the session: 4 µs, where the planner needed 30 to read
-- a SQL function and write it in place.
create function pgc.me() returns uuid
    language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    acting constant text := coalesce(nullif(current_setting('role'), 'none'), session_user::text);
begin
    return case when starts_with(acting, 'p_') and octet_length(acting) = 34 then substr(acting, 3)::uuid end;
end $$;

do $$
begin
    if current_setting('server_version_num')::int >= 180000 then
        create function pgc.new_id() returns uuid language sql volatile parallel safe return uuidv7();
    else
        create function pgc.new_id() returns uuid language sql volatile parallel safe return (
            encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                from 1 for 6), 52, 1), 53, 1), 'hex')::uuid);
    end if;
end $$;

-- ── people, groups, grants ──────────────────────────────────────────────────────────────────────────

create table pgc.persons (
    id uuid primary key default pgc.new_id(),
    name text not null unique check (name ~ '^[^[:cntrl:]]{1,64}$'),
    display text not null default '' check (length(display) <= 200),
    role text not null default 'person' check (role in ('person', 'family', 'coach', 'administrator')),
    lang text not null default 'zh-CN' check (lang in ('zh-CN', 'en')),
    time_zone text not null default 'Asia/Shanghai' check (length(time_zone) <= 64),
    created_at timestamptz not null default now(),
    ended_at timestamptz
);

create table pgc.groups (
    id uuid primary key default pgc.new_id(),
    owner uuid not null default pgc.me() references pgc.persons on delete cascade,
    name text not null check (length(name) between 1 and 100),
    kind text not null default 'family' check (kind in ('family', 'pupils', 'team')),
    created_at timestamptz not null default now(),
    unique (owner, name)
);

create table pgc.members (
    group_id uuid not null references pgc.groups on delete cascade,
    person uuid not null references pgc.persons on delete cascade,
    since timestamptz not null default now(),
    until timestamptz,
    primary key (group_id, person)
);
create index members_person on pgc.members (person);

create table pgc.grants (
    id uuid primary key default pgc.new_id(),
    owner uuid not null default pgc.me() references pgc.persons on delete cascade,
    area text not null check (area ~ '^([a-z][a-z_]*|\*)$'),
    level text not null check (level in ('see', 'comment', 'edit')),
    person uuid references pgc.persons on delete cascade,
    group_id uuid references pgc.groups on delete cascade,
    since timestamptz not null default now(),
    until timestamptz check (until > since),
    note text not null default '' check (length(note) <= 1000),
    check (num_nonnulls(person, group_id) = 1),
    unique nulls not distinct (owner, area, person, group_id)
);
create index grants_person on pgc.grants (person);
create index grants_group on pgc.grants (group_id);

-- Who has named whom by their exact name. Roles are visible to everyone in PostgreSQL, and with them every
-- person's identifier; only a name opens the way into someone's groups and grants.
create table pgc.introductions (
    person uuid not null references pgc.persons on delete cascade,
    other uuid not null references pgc.persons on delete cascade,
    primary key (person, other)
);

-- These look past row security on the small control tables, so that policies need not refer to each
-- other in circles; each answers only about the acting person.

create function pgc.my_groups() returns setof uuid
    language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp
    begin atomic
        select group_id from pgc.members
        where person = pgc.me() and since <= now() and (until is null or until > now());
    end;

create function pgc.owned_groups() returns setof uuid
    language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp
    begin atomic
        select id from pgc.groups where owner = pgc.me();
    end;

-- Whether someone is in a group: as its owner or as a member whose time has not run out.
create function pgc.belongs(who uuid, wanted uuid) returns boolean
    language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp
    begin atomic
        select exists (select from pgc.groups where id = wanted and owner = who)
            or exists (select from pgc.members where group_id = wanted and person = who
                       and since <= now() and (until is null or until > now()));
    end;
-- Only for the functions here, which ask about the acting person.
revoke execute on function pgc.belongs from public;

create function pgc.rank(level text) returns int
    language sql immutable parallel safe
    return array_position(array ['see', 'comment', 'edit'], level);

-- What was granted to a group holds as long as the one who granted it belongs to the group, too.
create function pgc.granted(wanted text) returns table (owner uuid, area text)
    language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp
    begin atomic
        select g.owner, g.area from pgc.grants g
        where pgc.rank(g.level) >= pgc.rank(wanted)
          and g.since <= now() and (g.until is null or g.until > now())
          and (g.person = pgc.me()
               or g.group_id in (select pgc.my_groups()) and pgc.belongs(g.owner, g.group_id));
    end;

-- The owners whose rows of an area the acting person may use at a level, the person first. An array,
-- because `owner = any (array)` can walk an index where `owner in (select …)` behind an OR cannot.
-- In PL/pgSQL for the same reason as pgc.me(). Most people were granted nothing, and this is asked by every statement:
-- two looks into an index settle it.
create function pgc.owners(wanted_area text, wanted text) returns uuid[]
    language plpgsql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    myself constant uuid := pgc.me();
begin
    if exists (select from pgc.grants where person = myself) or exists (select from pgc.members where person = myself)
    then
        return myself || array(select g.owner from pgc.granted(wanted) g where g.area in (wanted_area, '*'));
    end if;
    return case when myself is null then '{}' else array[myself] end;
end $$;

-- The same for tables that hold rows of many areas; the area "*" stands for all of them.
create function pgc.may(row_owner uuid, row_area text, wanted text) returns boolean
    language sql stable parallel safe
    return row_owner = pgc.me() or exists (
        select from pgc.granted(wanted) g where g.owner = row_owner and g.area in (row_area, '*'));

create function pgc.acquainted() returns setof uuid
    language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp
    begin atomic
        select pgc.me()
        union select i.other from pgc.introductions i where i.person = pgc.me()
        union select m.person from pgc.members m
              where m.group_id in (select pgc.my_groups() union select pgc.owned_groups())
        union select g.owner from pgc.groups g where g.id in (select pgc.my_groups())
        union select g.owner from pgc.grants g
              where g.person = pgc.me() or g.group_id in (select pgc.my_groups())
        union select g.person from pgc.grants g where g.owner = pgc.me();
    end;

-- To invite someone one must know their exact name; the directory itself cannot be leafed through.
create function pgc.person_named(wanted text) returns uuid
    language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp
    begin atomic
        select id from pgc.persons where name = wanted and ended_at is null and pgc.me() is not null;
    end;

-- The same for someone who is about to be let in: from now on they are acquainted.
create function pgc.introduce(wanted text) returns uuid
    language sql volatile security definer set search_path = pg_catalog, pg_temp
    begin atomic
        insert into pgc.introductions
            select pgc.me(), pgc.person_named(wanted) where pgc.person_named(wanted) is not null
            on conflict do nothing;
        select pgc.person_named(wanted);
    end;

do $$
declare control text;
begin
    foreach control in array array ['persons', 'groups', 'members', 'grants', 'introductions'] loop
        execute format('alter table pgc.%I enable row level security', control);
        execute format('alter table pgc.%I force row level security', control);
        -- The lab's owner administers people; what people keep lies in other tables, closed to it.
        execute format('create policy administer on pgc.%I to current_user using (true) with check (true)', control);
    end loop;
end $$;

create policy see on pgc.persons for select using (id in (select pgc.acquainted()));
create policy amend on pgc.persons for update using (id = (select pgc.me()));
grant select, update (display, lang, time_zone) on pgc.persons to pgc_person;

create policy see on pgc.groups for select
    using (owner = (select pgc.me()) or id in (select pgc.my_groups()));
create policy own on pgc.groups
    using (owner = (select pgc.me())) with check (owner = (select pgc.me()));
grant select, insert, update (name, kind), delete on pgc.groups to pgc_person;

create policy see on pgc.members for select
    using (group_id in (select pgc.my_groups() union select pgc.owned_groups()));
create policy own on pgc.members
    using (group_id in (select pgc.owned_groups()))
    with check (group_id in (select pgc.owned_groups()) and person in (select pgc.acquainted()));
create policy leave on pgc.members for delete using (person = (select pgc.me()));
grant select, insert, update (since, until), delete on pgc.members to pgc_person;

create policy see on pgc.grants for select
    using (owner = (select pgc.me()) or person = (select pgc.me()) or group_id in (select pgc.my_groups()));
create policy own on pgc.grants
    using (owner = (select pgc.me()))
    with check (owner = (select pgc.me())
                and (person is null or person in (select pgc.acquainted()))
                and (group_id is null or group_id in (select pgc.my_groups() union select pgc.owned_groups())));
grant select, insert, update (level, since, until, note), delete on pgc.grants to pgc_person;

-- Who leaves a group takes along what they had granted to it; coming back does not open it again.
create function pgc.part() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from pgc.grants g where g.group_id = old.group_id and g.owner = old.person
        and not exists (select from pgc.groups where id = old.group_id and owner = old.person);
    return null;
end $$;
revoke execute on function pgc.part from public;
create trigger part after delete on pgc.members for each row execute function pgc.part();

-- Stores that cannot ask the grants themselves are told when to look.
create function pgc.tell_grants() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify('pgc_grants', '');
    return null;
end $$;
revoke execute on function pgc.tell_grants from public;
create trigger tell after insert or update or delete on pgc.grants
    for each statement execute function pgc.tell_grants();
create trigger tell after insert or update or delete on pgc.members
    for each statement execute function pgc.tell_grants();

-- ── history ─────────────────────────────────────────────────────────────────────────────────────────
-- A change is one line for each statement, owner and batch; its kind is written in full, `area.name`.
-- What would be lost is kept as images: an update or delete keeps the old rows. A row's state therefore
-- holds from its updated_at to the moment written into the image's valid_to, and "the data as it was" is a
-- plain interval query.

create table pgc.changes (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor uuid,
    owner uuid not null,
    area text not null,
    kind text not null,
    verb text not null check (verb in ('insert', 'update', 'delete')),
    batch uuid,
    undoes bigint,
    undoes_batch uuid,  -- set when a whole batch was undone; `undoes` is then one change of it
    rows bigint not null,
    -- Which rows, up to 100. More are found without it: those of an update or delete by their images, those
    -- of a batch insert by the batch that they carry. Other inserts name all of theirs.
    records uuid[],
    -- Set for documents in MongoDB alone. Such a line was noted by its actor before the write (pgc.note); the
    -- versions that came of it carry the token. The triggers never set it, so what they wrote cannot be forged.
    token uuid,
    voided_at timestamptz check (voided_at is null or token is not null)    -- nothing came of it
);
create index changes_batch on pgc.changes (batch) where batch is not null;
create index changes_owner on pgc.changes (owner, id);
create index changes_moment on pgc.changes (owner, at);
create unique index changes_token on pgc.changes (token) where token is not null;
create index changes_undoes on pgc.changes (undoes) where undoes is not null;
create index changes_undoes_batch on pgc.changes (undoes_batch) where undoes_batch is not null;

create table pgc.images (
    change bigint not null,     -- of pgc.changes, and written with it; a million checks would say no more
    record uuid not null,
    owner uuid not null,
    area text not null,
    kind text not null,
    version int not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    before jsonb not null,
    primary key (change, record)
);
create index images_record on pgc.images (record, valid_to);
create index images_kind on pgc.images (owner, kind, valid_to);

-- What is noted before it happens is told when it has, or at that time if nobody comes back to say so.
create table pgc.outbox (change bigint primary key references pgc.changes, held_until timestamptz);

-- Nothing is kept here: whoever carries the outbox holds its lock, which no person can take.
create table pgc.relaying ();
alter table pgc.relaying enable row level security;
alter table pgc.relaying force row level security;

alter table pgc.changes enable row level security;
alter table pgc.changes force row level security;
alter table pgc.images enable row level security;
alter table pgc.images force row level security;
alter table pgc.outbox enable row level security;
alter table pgc.outbox force row level security;

create policy record on pgc.changes for insert to current_user with check (true);
-- The relay reads which records changed, never what was in them.
create policy relay on pgc.changes for select to pgc_worker, current_user using (true);
create policy record on pgc.images for insert to current_user with check (true);
create policy record on pgc.outbox to current_user using (true) with check (true);
create policy settle on pgc.changes for update to current_user
    using (token is not null) with check (token is not null);
create policy relay on pgc.outbox to pgc_worker using (true);
create policy see on pgc.changes for select
    using (owner = (select pgc.me())
           or (owner, area) in (select g.owner, g.area from pgc.granted('see') g)
           or owner in (select g.owner from pgc.granted('see') g where g.area = '*'));
create policy see on pgc.images for select
    using (owner = (select pgc.me())
           or (owner, area) in (select g.owner, g.area from pgc.granted('see') g)
           or owner in (select g.owner from pgc.granted('see') g where g.area = '*'));
grant select on pgc.changes, pgc.images to pgc_person;
grant select on pgc.changes to pgc_worker;
grant select, delete on pgc.outbox to pgc_worker;
grant update on pgc.relaying to pgc_worker;

create function pgc.stamp() returns trigger
    language plpgsql as $$
begin
    new.version := old.version + 1;
    -- Strictly later than before, even when a transaction that began earlier writes later.
    new.updated_at := greatest(now(), old.updated_at + interval '1 microsecond');
    return new;
end $$;
revoke execute on function pgc.stamp from public;

-- A row that comes back goes on counting after its removal, which counts as a version too, and begins when
-- its past has ended, even in a transaction that began before.
create function pgc.stamp_return() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    ended record;
begin
    select max(version) + 2 as version, max(valid_to) as at into ended
    from pgc.images where record = new.id;
    new.version := greatest(new.version, ended.version);
    new.updated_at := greatest(now(), ended.at);
    return new;
end $$;
revoke execute on function pgc.stamp_return from public;

-- One text gives both trigger functions: tables of one area know their area and kind from the trigger's
-- arguments, tables of many areas carry them in their rows. What hangs on a record and carries its kind,
-- as a comment does, adds its own name to it: "finance.transactions/comments". Without that, whoever may
-- comment could write rows into the past of the record's own kind.
do $$
declare
    template constant text := $body$
create function pgc.%1$I() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $f$
declare
    batch_now constant uuid := nullif(current_setting('pgc.batch', true), '')::uuid;
    undone pgc.changes;
begin
    -- What is undone is taken from history, not from the session's word for it, and is the same owner's.
    if nullif(current_setting('pgc.undoes', true), '') is not null then
        select * into undone from pgc.changes where id = current_setting('pgc.undoes')::bigint;
        if current_setting('pgc.undoes_batch', true) is distinct from undone.batch::text then
            undone.batch := null;
        end if;
    end if;
    if tg_op = 'INSERT' then
        with logged as (
            insert into pgc.changes (actor, owner, area, kind, verb, batch, undoes, undoes_batch, rows, records)
            select pgc.me(), g.owner, g.area, g.kind, 'insert', g.batch, g.undoes,
                   case when g.undoes is not null then undone.batch end, g.rows,
                   case when g.batch is null or g.undoes is not null or g.rows <= 100 then g.records end
            from (
                select r.owner, %2$s as area, %3$s as kind,
                       -- Rows that come back keep the batch that brought them, but did not come with it.
                       case when r.owner = undone.owner then batch_now else r.batch end as batch,
                       case when r.owner = undone.owner then undone.id end as undoes,
                       count(*) as rows,
                       array_agg(r.id) as records
                from new_rows r group by 1, 2, 3, 4) g
            returning id)
        insert into pgc.outbox (change) select id from logged;
    elsif tg_op = 'UPDATE' then
        with logged as (
            insert into pgc.changes (actor, owner, area, kind, verb, batch, undoes, undoes_batch, rows, records)
            select pgc.me(), g.owner, g.area, g.kind, 'update', batch_now,
                   case when g.owner = undone.owner then undone.id end,
                   case when g.owner = undone.owner then undone.batch end, g.rows,
                   case when g.rows <= 100 then g.records end
            from (
                select r.owner, %2$s as area, %3$s as kind, count(*) as rows, array_agg(r.id) as records
                from old_rows r group by 1, 2, 3) g
            returning id, owner, area, kind),
        kept as (
            insert into pgc.images (change, record, owner, area, kind, version, valid_from, valid_to, before)
            select l.id, r.id, r.owner, l.area, l.kind, r.version, r.updated_at, n.updated_at,
                   to_jsonb(r)
            from old_rows r join new_rows n on n.id = r.id
                 join logged l on l.owner = r.owner and l.area = %2$s and l.kind = %3$s)
        insert into pgc.outbox (change) select id from logged;
    else
        with logged as (
            insert into pgc.changes (actor, owner, area, kind, verb, batch, undoes, undoes_batch, rows, records)
            select pgc.me(), g.owner, g.area, g.kind, 'delete', batch_now,
                   case when g.owner = undone.owner then undone.id end,
                   case when g.owner = undone.owner then undone.batch end, g.rows,
                   case when g.rows <= 100 then g.records end
            from (
                select r.owner, %2$s as area, %3$s as kind, count(*) as rows, array_agg(r.id) as records
                from old_rows r group by 1, 2, 3) g
            returning id, owner, area, kind),
        kept as (
            insert into pgc.images (change, record, owner, area, kind, version, valid_from, valid_to, before)
            select l.id, r.id, r.owner, l.area, l.kind, r.version, r.updated_at, greatest(now(), r.updated_at + interval '1 microsecond'),
                   to_jsonb(r)
            from old_rows r
                 join logged l on l.owner = r.owner and l.area = %2$s and l.kind = %3$s)
        insert into pgc.outbox (change) select id from logged;
    end if;
    perform pg_notify('pgc_outbox', '');
    return null;
end $f$;
$body$;
begin
    execute format(template, 'log_table', 'tg_argv[0]', 'tg_argv[1]');
    execute format(template, 'log_mixed', 'r.area', 'concat_ws(''/'', r.kind, tg_argv[0])');
end $$;
revoke execute on function pgc.log_table, pgc.log_mixed from public;

-- ── documents in MongoDB ────────────────────────────────────────────────────────────────────────────
-- No trigger sees them, so whoever writes one says so here first: a crash in between leaves a line about a change
-- that did not happen, never a change without a line. A line cannot pass for one of the triggers': it has a token,
-- the actor is the session's, and it is about no kind that lies in this database.

create function pgc.note(
    its_token uuid, its_owner uuid, its_kind text, its_verb text, its_rows bigint, its_records uuid[],
    its_batch uuid default null, undone_token uuid default null, undone_batch uuid default null
) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    its_area constant text := split_part(its_kind, '.', 1);
    undone pgc.changes;
    noted bigint;
begin
    if its_token is null or its_owner is null or its_kind is null
       or not its_owner = any (pgc.owners(its_area, 'edit')) then
        raise insufficient_privilege using message = format('%s may not be edited', its_area);
    end if;
    if its_kind !~ '^[a-z][a-z0-9_]{0,30}\.[a-z][a-z0-9_]{0,60}$'
       or to_regclass(its_kind) is not null
       or exists (select from pgc.documents d
                  where d.area = its_area and d.kind = its_kind and d.owner = its_owner) then
        raise insufficient_privilege using message = format('%s lies here; its history is written with it', its_kind);
    end if;
    if its_rows < 1 or coalesce(cardinality(its_records), 0) > least(its_rows, 100) then
        raise check_violation using message = 'a line names at most a hundred of its records';
    end if;
    -- As with the triggers: what is undone is taken from history, and is the same owner's.
    if undone_token is not null then
        select * into undone from pgc.changes c
        where c.token = undone_token and c.owner = its_owner and c.kind = its_kind;
    end if;
    insert into pgc.changes (actor, owner, area, kind, verb, batch, undoes, undoes_batch, rows, records, token)
    values (pgc.me(), its_owner, its_area, its_kind, its_verb, its_batch, undone.id,
            case when undone.batch = undone_batch then undone.batch end, its_rows, its_records, its_token)
    returning id into noted;
    insert into pgc.outbox (change, held_until) values (noted, now() + interval '30 seconds');
    return noted;
end $$;
revoke execute on function pgc.note from public;
grant execute on function pgc.note to pgc_person;

-- What came of it: as much as was noted or less, or nothing. Only who noted it says so, and only at the time; nobody
-- can make a line vanish later. If it should get lost in a crash, the event comes when it is held no longer.
create function pgc.settle(its_token uuid, its_rows bigint, its_verb text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    line pgc.changes;
begin
    perform set_config('synchronous_commit', 'off', true);
    select * into line from pgc.changes c
    where c.token = its_token and c.actor = pgc.me() and c.voided_at is null
      and c.at > now() - interval '1 day' and its_rows between 0 and c.rows;
    if line.id is null then
        return;
    end if;
    if its_rows = 0 then
        update pgc.changes set voided_at = now() where id = line.id;
        delete from pgc.outbox where change = line.id;
        return;
    end if;
    if its_rows < line.rows or its_verb <> line.verb then
        update pgc.changes set rows = its_rows, verb = its_verb where id = line.id;
    end if;
    insert into pgc.outbox (change) values (line.id) on conflict (change) do update set held_until = null;
    perform pg_notify('pgc_outbox', '');
end $$;
revoke execute on function pgc.settle from public;
grant execute on function pgc.settle to pgc_person;

-- ── guarding a table ────────────────────────────────────────────────────────────────────────────────
-- Every table of records has id, owner, batch, version, created_at, updated_at. `guard` closes it,
-- opens it to its owner and to whom the owner granted the area, and hangs the history on it. Without an
-- area the rows say it themselves, and `kind` is what history adds to theirs. Called again after a column
-- was added, it renews the column rights.

create procedure pgc.guard(target regclass, area text default null, kind text default null)
    language plpgsql as $$
declare
    -- Each list of grants is made once a statement and looked up by hash; a function asked for every row
    -- took 150 times as long on rows that others had granted.
    mixed constant text := '(owner = (select pgc.me())'
        ' or (owner, area) in (select g.owner, g.area from pgc.granted(%1$L) g)'
        ' or owner in (select g.owner from pgc.granted(%1$L) g where g.area = ''*''))';
    see constant text := case when area is null then format(mixed, 'see')
        else format('owner = any ((select pgc.owners(%L, ''see''))::uuid[])', area) end;
    edit constant text := case when area is null then format(mixed, 'edit')
        else format('owner = any ((select pgc.owners(%L, ''edit''))::uuid[])', area) end;
    logger constant text := case when area is null then format('pgc.log_mixed(%s)', quote_literal(kind))
        else format('pgc.log_table(%L, %L)', area, area || '.' || kind) end;
    insertable text;
    updatable text;
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('drop policy if exists see on %s', target);
    execute format('drop policy if exists add on %s', target);
    execute format('drop policy if exists change on %s', target);
    execute format('drop policy if exists remove on %s', target);
    execute format('create policy see on %s for select using (%s)', target, see);
    execute format('create policy add on %s for insert with check (%s)', target, edit);
    execute format('create policy change on %s for update using (%s) with check (%s)',
                   target, edit, edit);
    execute format('create policy remove on %s for delete using (%s)', target, edit);

    select string_agg(quote_ident(attname), ', ') filter (where attname <> 'updated_at'),
           string_agg(quote_ident(attname), ', ') filter (where attname not in
               ('id', 'owner', 'area', 'kind', 'batch', 'version', 'created_at', 'updated_at'))
    into insertable, updatable
    from pg_attribute where attrelid = target and attnum > 0 and not attisdropped and attgenerated = '';
    execute format('grant select, delete, insert (%s), update (%s) on %s to pgc_person',
                   insertable, updatable, target);

    execute format('create or replace trigger stamp before update on %s '
                   'for each row execute function pgc.stamp()', target);
    execute format('create or replace trigger stamp_return before insert on %s '
                   'for each row when (new.version > 1) execute function pgc.stamp_return()', target);
    execute format('create or replace trigger log_insert after insert on %s referencing new table as new_rows '
                   'for each statement execute function %s', target, logger);
    execute format('create or replace trigger log_update after update on %s '
                   'referencing old table as old_rows new table as new_rows '
                   'for each statement execute function %s', target, logger);
    execute format('create or replace trigger log_delete after delete on %s referencing old table as old_rows '
                   'for each statement execute function %s', target, logger);
end $$;
revoke execute on procedure pgc.guard from public;

-- ── documents, attachments, comments: tables of many areas ──────────────────────────────────────────

create table pgc.documents (
    id uuid primary key default pgc.new_id(),
    owner uuid not null default pgc.me(),
    area text not null,
    kind text not null check (starts_with(kind, area || '.')),
    batch uuid,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    body jsonb not null check (jsonb_typeof(body) = 'object')
);
create index documents_kind on pgc.documents (area, kind, owner, id);
call pgc.guard('pgc.documents');

create table pgc.attachments (
    id uuid primary key default pgc.new_id(),
    owner uuid not null default pgc.me(),
    area text not null,
    kind text not null,
    record uuid not null,
    name text not null check (length(name) between 1 and 255),
    media_type text not null default 'application/octet-stream',
    size bigint not null check (size >= 0),
    sha256 bytea not null check (length(sha256) = 32),
    location text,              -- null: the bytes lie in attachment_chunks; else the key in the bucket
    removed_at timestamptz,     -- removing is a mark, so that it can be undone; purging frees the bytes
    batch uuid,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index attachments_record on pgc.attachments (record);
call pgc.guard('pgc.attachments', kind => 'attachments');

create table pgc.attachment_chunks (
    attachment uuid not null references pgc.attachments on delete cascade,
    n int not null check (n >= 0),
    data bytea not null,
    primary key (attachment, n)
);
alter table pgc.attachment_chunks alter column data set storage external;
alter table pgc.attachment_chunks enable row level security;
alter table pgc.attachment_chunks force row level security;
create policy see on pgc.attachment_chunks for select
    using (exists (select from pgc.attachments a where a.id = attachment));
create policy add on pgc.attachment_chunks for insert
    with check (exists (select from pgc.attachments a
                        where a.id = attachment and pgc.may(a.owner, a.area, 'edit')));
create policy remove on pgc.attachment_chunks for delete
    using (exists (select from pgc.attachments a
                   where a.id = attachment and pgc.may(a.owner, a.area, 'edit')));
grant select, insert, delete on pgc.attachment_chunks to pgc_person;

create table pgc.comments (
    id uuid primary key default pgc.new_id(),
    owner uuid not null default pgc.me(),   -- whose record it is
    author uuid not null default pgc.me(),
    area text not null,
    kind text not null,
    record uuid not null,
    body text not null check (length(body) between 1 and 20000),
    batch uuid,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index comments_record on pgc.comments (record, id);
call pgc.guard('pgc.comments', kind => 'comments');
drop policy add on pgc.comments;
drop policy change on pgc.comments;
drop policy remove on pgc.comments;
create policy add on pgc.comments for insert
    with check (author = (select pgc.me()) and pgc.may(owner, area, 'comment'));
create policy change on pgc.comments for update
    using (author = (select pgc.me()) and pgc.may(owner, area, 'comment'));
create policy remove on pgc.comments for delete
    using (author = (select pgc.me()) or owner = (select pgc.me()));
revoke update on pgc.comments from pgc_person;
grant update (body) on pgc.comments to pgc_person;
