-- Work that is done on time: what a person planned, when it is due, and what became of each due time.
--
-- What a person planned (which report, with which parameters) is theirs and closed like any record. Beat and
-- worker see only the timetable and the jobs: which schedule, whose, when, in which state.

create schema schedules;

create table schedules.items (
    id uuid primary key default pgc.new_id(),
    owner uuid not null default pgc.me(),
    batch uuid,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    name text not null,
    report text not null,
    parameters jsonb not null,
    "when" text not null,
    enabled boolean not null
);
create unique index items_own_key on schedules.items (owner, name);
grant usage on schema schedules to pgc_person;
call pgc.guard('schedules.items', 'schedules', 'items');

-- ── the timetable: kept by a trigger, advanced by the beat ─────────────────────────────────────────────

create table pgc.timetable (
    schedule uuid primary key,
    owner uuid not null,
    cron text not null,
    enabled boolean not null,
    since timestamptz not null default now(),   -- due times are those after it
    next_at timestamptz,                        -- null: not computed yet, which is the beat's to do
    problem text not null default ''
);
create index timetable_next on pgc.timetable (next_at) where enabled;
create index timetable_owner on pgc.timetable (owner);

create table pgc.jobs (
    id uuid primary key default pgc.new_id(),   -- and of the run that comes of it
    schedule uuid not null,
    owner uuid not null,
    due timestamptz not null,
    state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
    attempts int not null default 0,
    not_before timestamptz not null default now(),
    sent_at timestamptz,                        -- when the broker was last told of it
    worker text,
    lease_until timestamptz,
    started_server boolean not null default false,
    detail text not null default '',
    created_at timestamptz not null default now(),
    begun_at timestamptz,
    ended_at timestamptz,
    unique (schedule, due)                      -- however many beats there are
);
create index jobs_open on pgc.jobs (not_before) where state in ('waiting', 'running');
create index jobs_owner on pgc.jobs (owner, due);

do $$
declare control text;
begin
    foreach control in array array ['timetable', 'jobs'] loop
        execute format('alter table pgc.%I enable row level security', control);
        execute format('alter table pgc.%I force row level security', control);
        execute format('create policy keep on pgc.%I to current_user using (true) with check (true)', control);
        execute format('create policy work on pgc.%I to pgc_worker using (true) with check (true)', control);
        execute format('create policy see on pgc.%I for select using (owner = (select pgc.me()))', control);
        execute format('grant select on pgc.%I to pgc_person, pgc_worker', control);
    end loop;
end $$;
grant update (next_at, problem) on pgc.timetable to pgc_worker;
grant insert (schedule, owner, due), delete on pgc.jobs to pgc_worker;
grant update (state, attempts, not_before, sent_at, worker, lease_until, started_server, detail, begun_at, ended_at)
    on pgc.jobs to pgc_worker;

-- The hub knows a person's server by the person's name, and a day begins in the person's time zone.
create policy work on pgc.persons for select to pgc_worker using (true);
grant select (id, name, time_zone, ended_at) on pgc.persons to pgc_worker;

create function pgc.keep_timetable() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        delete from pgc.timetable where schedule = old.id;
        return null;
    end if;
    insert into pgc.timetable as t (schedule, owner, cron, enabled)
        values (new.id, new.owner, left(new."when", 200), new.enabled)
        on conflict (schedule) do update
            set cron = excluded.cron, enabled = excluded.enabled, since = now(), next_at = null, problem = ''
            where (t.cron, t.enabled) is distinct from (excluded.cron, excluded.enabled);
    if (select count(*) from pgc.timetable where owner = new.owner) > 200 then
        raise check_violation using message = 'a person has at most 200 schedules';
    end if;
    return null;
end $$;
revoke execute on function pgc.keep_timetable from public;
create trigger timetable after insert or update or delete on schedules.items
    for each row execute function pgc.keep_timetable();

-- Six o'clock is another moment after a move.
create function pgc.renew_timetable() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update pgc.timetable set next_at = null, since = now() where owner = new.id;
    return null;
end $$;
revoke execute on function pgc.renew_timetable from public;
create trigger timetable after update of time_zone on pgc.persons
    for each row when (old.time_zone <> new.time_zone) execute function pgc.renew_timetable();

-- A person's own schedule as soon as possible, beside its times; the job that is open already, if one is.
create function pgc.run_soon(wanted uuid) returns uuid
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    whose constant uuid := (select owner from pgc.timetable where schedule = wanted for update);
    found_job uuid;
begin
    if whose is distinct from pgc.me() or whose is null then
        return null;
    end if;
    select id into found_job from pgc.jobs where schedule = wanted and state in ('waiting', 'running');
    if found_job is null then
        insert into pgc.jobs (schedule, owner, due) values (wanted, whose, now()) returning id into found_job;
        perform pg_notify('pgc_jobs', '');
    end if;
    return found_job;
end $$;
revoke execute on function pgc.run_soon from public;
grant execute on function pgc.run_soon to pgc_person;
