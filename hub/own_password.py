"""Changing one's own password, which ends every other session of the account."""

from jupyterhub import orm
from tornado import web

from hub.accounts import Account
from hub.authenticator import wait_message
from hub.forms import FormHandler
from hub.passwords import LONGEST
from pgc_lib.errors import Conflict, Invalid, PgcError, Problem
from pgc_lib.i18n import _

_FREE = 5


class PasswordHandler(FormHandler):
    """The form for a new password."""

    page = "password.html"

    @web.authenticated
    async def get(self) -> None:
        """An empty form."""
        await self.show(changed=False)

    @web.authenticated
    async def post(self) -> None:
        """The old one is asked for again: an open browser is not the person."""
        old, new, again = (self.field(name, strip=False) for name in ("old", "password", "again"))
        account = await self.own_account()
        with self.speaking():
            try:
                await self._change(account, old, new, again)
            except PgcError as error:
                await self.show(error, changed=False)
                return
        self.current_user.cookie_id = orm.new_token()
        self.db.commit()
        self.set_login_cookie(self.current_user)
        await self.show(changed=True)

    async def _change(self, account: Account, old: str, new: str, again: str) -> None:
        desk, subject = self.desk, f"change:{account.name}"
        pause = await desk.run(desk.throttle.attempt, {subject: _FREE})
        if pause is not None:
            raise Conflict(wait_message(pause))
        if await desk.hash(desk.accounts.authenticate, account.name, old[:LONGEST]) is None:
            raise _wrong("old", _("this is not your password"))
        await desk.run(desk.throttle.forgive, subject)
        if new != again:
            raise _wrong("again", _("the two passwords differ"))
        await desk.hash(desk.accounts.change_password, account, new[: LONGEST + 1])


def _wrong(place: str, reason: str) -> Invalid:
    return Invalid(_("This password cannot be kept:"), [Problem(place, reason)])
