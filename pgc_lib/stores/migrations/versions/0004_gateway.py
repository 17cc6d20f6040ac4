"""The model gateway: its login, the one question it may ask about a person, and the account of calls.

The role is made without a login; whoever runs the gateway gives it a password (`bootstrap.let_in`).
"""

from typing import Any

from alembic import op

revision = "0004"
down_revision = "0003"

_UP = """
-- A role belongs to the whole server: another lab on it may have made it, perhaps at this moment.
do $$
begin
    create role pgc_gateway nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin execute format('grant connect on database %I to pgc_gateway', current_database()); end $$;
grant usage on schema pgc to pgc_gateway;

-- All that the gateway learns of a person.
create function pgc.person_active(who uuid) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    begin atomic
        select exists (select from pgc.persons where id = who and ended_at is null);
    end;
revoke execute on function pgc.person_active from public;
grant execute on function pgc.person_active to pgc_gateway;

-- What was used, never what was said. Tokens are null when the provider did not say how many there were.
create schema gateway;
create table gateway.calls (
    id uuid primary key,
    person uuid not null references pgc.persons on delete cascade,
    at timestamptz not null,
    via text not null check (via in ('http', 'grpc')),
    operation text not null check (operation in ('chat', 'embeddings')),
    provider text not null,
    model text not null,
    purpose text not null default '',
    input_tokens bigint check (input_tokens >= 0),
    output_tokens bigint check (output_tokens >= 0),
    seconds double precision not null check (seconds >= 0),
    outcome text not null check (outcome ~ '^[a-z_]{1,40}$')
);
create index calls_person on gateway.calls (person, at);
alter table gateway.calls enable row level security;
alter table gateway.calls force row level security;
create policy see on gateway.calls for select using (person = (select pgc.me()));
create policy note on gateway.calls for insert to pgc_gateway with check (true);
grant usage on schema gateway to pgc_person, pgc_gateway;
grant select on gateway.calls to pgc_person;
grant insert on gateway.calls to pgc_gateway;
"""


def upgrade() -> None:
    """Make role, question and account."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_UP)


def downgrade() -> None:
    """Take them away; the role stays, for another lab on the server may use it."""
    op.execute("drop schema gateway cascade")
    op.execute("drop function pgc.person_active")
    op.execute("revoke usage on schema pgc from pgc_gateway")
    op.execute(
        "do $$ begin execute format('revoke connect on database %I from pgc_gateway', "
        "current_database()); end $$"
    )
