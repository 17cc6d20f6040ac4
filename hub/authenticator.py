"""The login: name and password against the accounts, slower for who guesses, one answer for every wrong try."""

from datetime import timedelta
from typing import Any

from jupyterhub.auth import Authenticator
from tornado import web

from hub.account_rules import good_name
from hub.accounts import Account
from hub.desk import desk_of
from hub.language import LanguageHandler, lang_of
from hub.passwords import LONGEST
from pgc_lib.i18n import _, in_lang, n_

# Whoever guesses at somebody's name shuts out themselves long before the person, who comes from elsewhere.
_FREE_BY_BOTH, _FREE_BY_ADDRESS, _FREE_BY_NAME = 8, 30, 100


class AccountAuthenticator(Authenticator):  # type: ignore[misc]
    """Lets in who has an account in use. What an administrator may do is decided by the account, not by JupyterHub."""

    async def authenticate(self, handler: Any, data: dict[str, str]) -> dict[str, Any]:
        """The person, or an error that shows on the login page."""
        with in_lang(lang_of(handler)):
            account = await self._known(handler, data)
            if account.state == "waiting":
                # Only who knows the password of the request gets to read this.
                raise web.HTTPError(403, _("An administrator has not let you in yet."))
            if not account.active:
                raise web.HTTPError(403, _("Your account is closed. Ask an administrator."))
        # JupyterHub's own administrators could open everyone's server; ours cannot.
        return {"name": account.name, "admin": False}

    async def _known(self, handler: Any, data: dict[str, str]) -> Account:
        desk = desk_of(handler)
        name = str(data.get("username", ""))[:100].strip().lower()
        password = str(data.get("password", ""))
        address = address_of(handler)
        by_address, by_name, by_both = f"from:{address}", f"name:{name}", f"name:{name}@{address}"
        free = {by_address: _FREE_BY_ADDRESS}
        if good_name(name):
            free |= {by_name: _FREE_BY_NAME, by_both: _FREE_BY_BOTH}
        pause = await desk.run(desk.throttle.attempt, free)
        if pause is not None:
            raise web.HTTPError(429, wait_message(pause))
        usable = name if good_name(name) and len(password) <= LONGEST else ""
        account = await desk.hash(desk.accounts.authenticate, usable, password[:LONGEST])
        if account is None:
            raise web.HTTPError(403, _("Name or password is wrong."))
        for subject in (by_name, by_both):
            await desk.run(desk.throttle.forgive, subject)
        await desk.run(desk.throttle.give_back, by_address)
        return account

    async def refresh_user(self, user: Any, handler: Any = None) -> bool:
        """Whether the person still has an account in use; asked again and again while they are logged in."""
        del handler
        account = await self.parent.tornado_settings["pgc_desk"].account(user.name)
        return account is not None and account.active

    def validate_username(self, username: str) -> bool:
        """Names are those that an account can have."""
        return good_name(username)

    def check_allowed(self, username: str, authentication: Any = None) -> bool:
        """Who could log in has an account."""
        del username, authentication
        return True

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        """The pages that belong to accounts."""
        from hub.credentials import CredentialsHandler
        from hub.own_password import PasswordHandler
        from hub.people import PeopleHandler
        from hub.shared import SharedHandler
        from hub.signup import SignUpHandler

        return [
            *super().get_handlers(app),
            (r"/signup", SignUpHandler),
            (r"/password", PasswordHandler),
            (r"/people", PeopleHandler),
            (r"/language/([A-Za-z-]+)", LanguageHandler),
            (r"/shared/([A-Za-z0-9._-]{1,120})", SharedHandler),
            (r"/api/pgc/credentials", CredentialsHandler),
            # A page of JupyterHub's that nobody here needs; whoever wants a token asks its API.
            (r"/token", web.RedirectHandler, {"url": app.hub_prefix + "home", "permanent": False}),
        ]


def wait_message(pause: timedelta) -> str:
    """How long to wait after too many tries."""
    minutes = max(1, round(pause.total_seconds() / 60))
    return n_(
        "Too many tries. Wait one minute, then try again.",
        "Too many tries. Wait {n} minutes, then try again.",
        minutes,
    )


def address_of(handler: Any) -> str:
    """Where a request comes from, by the last proxy's word; what the visitor writes in front of it counts nothing."""
    trusted = set(handler.app.trusted_downstream_ips)
    chain = handler.request.headers.get("X-Forwarded-For", "").split(",")
    candidates = [one.strip() for one in reversed(chain) if one.strip()]
    return str(
        next(
            (one for one in candidates if one not in trusted),
            handler.request.remote_ip or "unknown",
        )
    )[:64]
