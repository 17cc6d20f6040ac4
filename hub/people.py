"""Who has an account and who waits for one, for administrators: every decision is a form of its own, guarded by XSRF."""

from typing import Any
from uuid import UUID

from jupyterhub import orm, roles
from tornado import web

from hub.accounts import Account, waiting
from hub.forms import FormHandler
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _


class PeopleHandler(FormHandler):
    """The list and its decisions."""

    page = "people.html"

    @web.authenticated
    async def get(self) -> None:
        """The list."""
        await self._list(await self._administrator())

    @web.authenticated
    async def post(self) -> None:
        """One decision about one account."""
        me = await self._administrator()
        decisions = {
            "approve": self._approve,
            "refuse": self._refuse,
            "block": self._block,
            "promote": self._promote,
            "demote": self._demote,
            "stop": self._stop,
        }
        decide = decisions.get(self.field("decision"))
        if decide is None:
            raise web.HTTPError(400)
        with self.speaking():
            try:
                await decide(self._identifier(), me)
            except PgcError as error:
                await self._list(me, error)
                return
        self.redirect(self.hub.base_url + "people")

    async def _approve(self, id: UUID, me: Account) -> None:
        account = await self.desk.run(self.desk.accounts.approve, id, me.name)
        self.log.info("Account %s approved by %s", account.name, me.name)
        # Known to JupyterHub from now on, so that a worker can start their server before they ever log in.
        user = self.user_from_username(account.name)
        roles.assign_default_roles(self.db, entity=user.orm_user)

    async def _refuse(self, id: UUID, me: Account) -> None:
        account = await self.desk.run(self.desk.accounts.refuse, id)
        self.log.info("Request for account %s refused by %s", account.name, me.name)

    async def _block(self, id: UUID, me: Account) -> None:
        account = await self.desk.run(self.desk.accounts.block, id, me.name)
        self.log.info("Account %s blocked by %s", account.name, me.name)
        await self._shut_out(account)
        await self.desk.run(self.desk.provisioner.end, account)

    async def _promote(self, id: UUID, me: Account) -> None:
        change = self.desk.accounts.make_administrator
        account = await self.desk.run(change, id, me.name, admin=True)
        self.log.info("Account %s made an administrator by %s", account.name, me.name)

    async def _demote(self, id: UUID, me: Account) -> None:
        change = self.desk.accounts.make_administrator
        account = await self.desk.run(change, id, me.name, admin=False)
        self.log.info("Account %s is no administrator any more, by %s", account.name, me.name)

    async def _stop(self, id: UUID, me: Account) -> None:
        account = await self.desk.run(self.desk.accounts.get, id)
        user = self.find_user(account.name)
        if user is not None and user.spawner.ready:
            await self.stop_single_user(user)
            self.log.info("Server of %s stopped by %s", account.name, me.name)

    async def _shut_out(self, account: Account) -> None:
        """Every session and token of theirs ends now, and so does their server."""
        user = self.find_user(account.name)
        if user is None:
            return
        user.orm_user.cookie_id = orm.new_token()
        for token in list(user.orm_user.api_tokens):
            self.db.delete(token)
        self.db.commit()
        if user.spawner.ready:
            await self.stop_single_user(user)

    async def _administrator(self) -> Account:
        account = await self.own_account()
        if not account.admin:
            raise web.HTTPError(403)
        return account

    async def _list(self, me: Account, error: PgcError | None = None) -> None:
        found = await self.desk.run(self.desk.accounts.everyone)
        await self.show(
            error,
            me=me,
            waiting=waiting(found),
            accounts=[one for one in found if one.state != "waiting"],
            running={one.name for one in found if self._runs(one)},
        )

    def _runs(self, account: Account) -> bool:
        user: Any = self.find_user(account.name)
        return user is not None and bool(user.running)

    def _identifier(self) -> UUID:
        try:
            return UUID(self.field("account"))
        except ValueError:
            raise NotFound(_("There is no such account any more.")) from None
