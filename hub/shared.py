"""What a person shows to whoever has the link: `GET /hub/shared/TOKEN`, without an account.

The token begins with its person, so the hub knows whose login to use; row security then decides as for that person, and
the lab decides whether the link is open. Unknown, ended and taken back look the same from outside, whose the page is cannot
be guessed, and guessing is slowed down by address. The page is a document without scripts in an origin of its own:
what somebody wrote into a résumé cannot act on the hub's pages.
"""

from functools import partial

from jupyterhub.handlers import BaseHandler

from hub.accounts import Account
from hub.authenticator import address_of, wait_message
from hub.desk import desk_of
from hub.language import lang_of
from hub.provisioning import NotReady, Provisioner
from hub.secrets import encryption_key
from pgc_lib.areas.career.sharing import closed, person_of
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import in_lang
from pgc_lib.settings import Secret, settings

_FREE = 60
_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


class SharedHandler(BaseHandler):  # type: ignore[misc]
    """One page for one link."""

    async def get(self, token: str) -> None:
        """The page, or the one answer to whatever does not open."""
        desk, subject = desk_of(self), f"shared:{address_of(self)}"
        with in_lang(lang_of(self)):
            pause = await desk.run(desk.throttle.attempt, {subject: _FREE})
            if pause is not None:
                await self._refuse(429, wait_message(pause))
                return
            try:
                account = await desk.run(desk.accounts.get, person_of(token))
                if not account.active:
                    raise closed()
                page = await desk.run(partial(opened, desk.provisioner, account, token))
            except NotFound:
                await self._refuse(404, str(closed()))
                return
            except (PgcError, NotReady):
                self.log.exception("A shared page could not be shown")
                await self._refuse(503, "")
                return
        await desk.run(desk.throttle.give_back, subject)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Cache-Control", "private, no-store")
        self.set_header("X-Robots-Tag", "noindex, nofollow")
        self.set_header("Referrer-Policy", "no-referrer")
        self.finish(page)

    async def _refuse(self, status: int, said: str) -> None:
        self.set_status(status)
        self.finish(await self.render_template("shared_closed.html", said=said))


def opened(provisioner: Provisioner, account: Account, token: str) -> str:
    """The page behind a token, read with the login of the person whose it is."""
    from pgc_lib.areas.anchor import Anchor
    from pgc_lib.core.session import Session

    logins = provisioner.provide(account)
    session = Session(
        person=account.id,
        name=account.name,
        database=logins.database,
        redis_url=logins.redis,
        mongo_url=logins.mongo,
        encryption_key=Secret(encryption_key(provisioner.master, account.id)),
        attachments_url=settings().attachments_url,
        time_zone=account.time_zone,
    )
    try:
        return Anchor(session).opened(token)
    finally:
        session.close()
