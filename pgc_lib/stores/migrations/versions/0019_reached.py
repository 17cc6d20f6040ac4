"""Who was ever granted anything is known by one look: every statement asks, and most people were not."""

from typing import Any

from alembic import op

revision = "0019"
down_revision = "0018"

# What a person may reach is asked by every statement, whatever it reads. Two looks, into grants and members, and a
# call of pgc.me() were most of what row security cost a single row.
_UP = """
create table pgc.reached (person uuid primary key references pgc.persons on delete cascade);
alter table pgc.reached enable row level security;
alter table pgc.reached force row level security;
create policy administer on pgc.reached to current_user using (true) with check (true);

-- Written with the grant or membership and never taken away: whoever is missing here is named by neither, and for
-- whoever is in it pgc.owners looks closer.
create function pgc.reach() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into pgc.reached values (new.person) on conflict do nothing;
    return null;
end $$;
revoke execute on function pgc.reach from public;
create trigger reach after insert or update of person on pgc.grants
    for each row when (new.person is not null) execute function pgc.reach();
create trigger reach after insert or update of person on pgc.members
    for each row execute function pgc.reach();
insert into pgc.reached
    select person from pgc.grants where person is not null union select person from pgc.members;

-- `acting` and `myself` are pgc.me() in place: a call of it would take as long as the look.
create or replace function pgc.owners(wanted_area text, wanted text) returns uuid[]
    language plpgsql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    acting constant text := coalesce(nullif(current_setting('role'), 'none'), session_user::text);
    myself constant uuid :=
        case when starts_with(acting, 'p_') and octet_length(acting) = 34 then substr(acting, 3)::uuid end;
begin
    if exists (select from pgc.reached where person = myself) then
        return myself || array(select g.owner from pgc.granted(wanted) g where g.area in (wanted_area, '*'));
    end if;
    return case when myself is null then '{}' else array[myself] end;
end $$;
"""

_DOWN = """
create or replace function pgc.owners(wanted_area text, wanted text) returns uuid[]
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
drop trigger reach on pgc.grants;
drop trigger reach on pgc.members;
drop function pgc.reach;
drop table pgc.reached;
"""


def upgrade() -> None:
    """Make the list, keep it, ask it."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_UP)


def downgrade() -> None:
    """Ask grants and members again."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_DOWN)
