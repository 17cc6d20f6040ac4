"""Calls to models are not kept for ever: the worker may have old lines removed, and sees none of them."""

from typing import Any

from alembic import op

revision = "0018"
down_revision = "0017"

_UP = """
-- Whose own the table is has no other rights on its lines. Without the variable nothing is old.
create policy forget on gateway.calls for delete to pgc_owner
    using (at < now() - make_interval(days => nullif(current_setting('pgc.calls_days', true), '')::integer));

create function pgc.forget_calls(days integer) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    gone bigint;
begin
    -- Never less than a month: what one is asked about can be looked up.
    perform set_config('pgc.calls_days', greatest(days, 31)::text, true);
    delete from gateway.calls;  -- as far as the policy goes; a condition here would need the right to read
    get diagnostics gone = row_count;
    perform set_config('pgc.calls_days', '', true);
    return gone;
end $$;
revoke execute on function pgc.forget_calls from public;
grant execute on function pgc.forget_calls to pgc_worker;
"""


def upgrade() -> None:
    """Make policy and function."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_UP)


def downgrade() -> None:
    """Take them away."""
    op.execute("drop function pgc.forget_calls")
    op.execute("drop policy forget on gateway.calls")
