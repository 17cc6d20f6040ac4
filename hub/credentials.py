"""Hands a server what its person logs in with: asked once at its start, with the server's own token.

An environment variable would show in `docker inspect`, and a file in the person's volume would outlive the start. So
the server asks. Nobody else is answered: not the person's browser, not a token that the person made, not
another's server, not an administrator.
"""

import hmac
from typing import Any

from jupyterhub.apihandlers import APIHandler
from tornado import web

from hub.desk import desk_of
from hub.provisioning import NotReady


class CredentialsHandler(APIHandler):  # type: ignore[misc]
    """`GET /hub/api/pgc/credentials`."""

    async def get(self) -> None:
        """The logins as JSON, by the names of settings."""
        name = self._name_of_server()
        desk = desk_of(self)
        account = await desk.account(name) if name else None
        if account is None or not account.active:
            raise web.HTTPError(403)
        try:
            found = await desk.run(desk.provisioner.environment, account)
        except NotReady as error:
            raise web.HTTPError(503, error.jupyterhub_message) from error
        self.set_header("Cache-Control", "no-store")
        self.write(found)

    def _name_of_server(self) -> str:
        """Whose running server shows its own token here; empty for every other caller."""
        token, record = self.get_auth_token(), self.get_token()
        if token is None or record is None or record.user is None:
            return ""
        user: Any = self.users.get(record.user.id)
        for spawner in user.spawners.values() if user is not None else ():
            own = spawner.api_token
            if own and spawner.active and hmac.compare_digest(own.encode(), token.encode()):
                return str(user.name)
        return ""
