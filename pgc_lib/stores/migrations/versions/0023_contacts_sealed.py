"""Contact data of a profile are sealed, also those that lie in history; only their owner's lab has the key to do it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from pgc_lib.stores.migrations import guard

revision = "0023"
down_revision = "0022"

# History is written by triggers alone. This is the one place where what it holds is changed, and all that can be done here
# is to put a seal over one's own contact data where they stand in the open.
_UP = """
create policy close_contacts on pgc.images for update to current_user
    using (kind = 'anchor.profile' and owner = (select pgc.me()))
    with check (kind = 'anchor.profile' and owner = (select pgc.me()));

create function pgc.close_contacts(of_change bigint, of_record uuid, sealed jsonb) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    contacts constant text[] := array['email', 'phone', 'address', 'postcode'];
begin
    update pgc.images i set before = i.before
        || (select coalesce(jsonb_object_agg(s.key, s.value), '{}') from jsonb_each(sealed) s
            where s.key = any (contacts || array['reach']) and jsonb_typeof(s.value) = 'string'
              and starts_with(s.value #>> '{}', 'pgc1:')
              and not starts_with(coalesce(i.before ->> s.key, ''), 'pgc1:'))
        || (select jsonb_build_object('translations', coalesce(jsonb_object_agg(t.key, t.value - contacts), '{}'))
            from jsonb_each(i.before -> 'translations') t)
    where i.change = of_change and i.record = of_record and i.kind = 'anchor.profile' and i.owner = pgc.me();
end $$;
revoke execute on function pgc.close_contacts from public;
grant execute on function pgc.close_contacts to pgc_person;
"""


def upgrade() -> None:
    """A place for contacts in other languages, and the one way to close what is past."""
    op.add_column("profile", sa.Column("reach", sa.Text(), nullable=False, server_default=""), schema="anchor")  # fmt: skip
    op.alter_column("profile", "reach", server_default=None, schema="anchor")
    guard("anchor.profile")
    _run(_UP)


def downgrade() -> None:
    """Without them; what was sealed stays so."""
    _run("drop function pgc.close_contacts; drop policy close_contacts on pgc.images;")
    op.drop_column("profile", "reach", schema="anchor")


def _run(statements: str) -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(statements)
