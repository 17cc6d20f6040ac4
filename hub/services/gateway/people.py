"""Whose call it is: a token that proves itself, and a person who has not left."""

import time
from functools import partial
from uuid import UUID

import psycopg
import structlog

from hub.services.gateway.database import Connection, Database
from hub.services.gateway.trouble import Trouble
from hub.tokens import person_of
from pgc_lib.i18n import _
from pgc_lib.settings import Secret

REMEMBERED_SECONDS = 30.0
"""For how long an answer about a person holds; who leaves can call for as long as that."""

log = structlog.get_logger()


class People:
    """Knows persons by their tokens and asks the database, now and then, whether they are still here."""

    def __init__(
        self, master: Secret, database: Database, *, seconds: float = REMEMBERED_SECONDS
    ) -> None:
        self._master, self._database, self._seconds = master, database, seconds
        self._known: dict[UUID, tuple[float, bool]] = {}

    async def whose(self, authorization: str | None) -> UUID:
        """The person behind an `Authorization` header."""
        kind, _space, token = (authorization or "").partition(" ")
        person = person_of(self._master, token.strip()) if kind.lower() == "bearer" else None
        if person is None:
            raise Trouble(
                401,
                "invalid_api_key",
                _("The gateway does not know this token."),
                next_step=_(
                    "Use the token in PGC_MODEL_KEY; restart your server if it is an old one."
                ),
            )
        if not await self._active(person):
            raise Trouble(
                401,
                "account_deactivated",
                _("This account has been closed."),
                next_step=_("Ask your administrator to open it again."),
            )
        return person

    async def _active(self, person: UUID) -> bool:
        at, active = self._known.get(person, (0.0, False))
        now = time.monotonic()
        if at and now - at < self._seconds:
            return active
        try:
            active = await self._database.run(partial(_ask, person=person))
        except (psycopg.Error, TimeoutError) as error:
            log.error("gateway.database_away", error=str(error).partition("\n")[0])
            raise Trouble(
                503,
                "accounts_unavailable",
                _("The gateway cannot ask the database who may call."),
                next_step=_("Try again in a moment."),
                retry_after=2,
            ) from error
        self._known[person] = (now, active)
        return active


async def _ask(connection: Connection, person: UUID) -> bool:
    cursor = await connection.execute("select pgc.person_active(%s)", (person,))
    row = await cursor.fetchone()
    return bool(row and row[0])
