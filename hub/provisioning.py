"""A person's logins, made or repaired before each start of their server, and taken away when they are shut out.

Passwords are derived from the hub's secret, so nothing about them is kept. What fails is told in two ways: to the
person, which part of the house does not work and whom to ask; to the hub's log, everything.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from hub.accounts import Account
from hub.secrets import derived, encryption_key
from hub.tokens import issue
from pgc_lib.core.administration import Administration
from pgc_lib.core.provisioning import Credentials, create_person
from pgc_lib.errors import Conflict, NotFound, PgcError
from pgc_lib.i18n import N_, _, in_lang
from pgc_lib.settings import Secret

_log = logging.getLogger("jupyterhub.pgc")

# Which engine failed shows in the driver's error below ours.
_ENGINES = {"psycopg": "PostgreSQL", "redis": "Redis", "pymongo": "MongoDB"}
_DATABASE = N_("the database")


class NotReady(Exception):
    """A server cannot start, with what the person may read; JupyterHub shows it on the page of the start."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.jupyterhub_message = message


@dataclass(frozen=True)
class Models:
    """The model that persons' servers reach through the gateway."""

    address: str = ""
    name: str = ""


@dataclass(frozen=True)
class Provisioner:
    """Makes and ends logins with the administrator's own."""

    master: Secret
    administration: Administration
    models: Models = Models()
    limits: Mapping[str, str] = field(default_factory=dict)
    """What holds for everyone's server, by the names of its settings."""

    def provide(self, account: Account) -> Credentials:
        """Every login of a person, made, repaired or found right; `NotReady` names the engine that failed."""
        person = account.id
        try:
            return create_person(
                self.administration.owner.reveal(),
                account.name,
                id=person,
                password=derived(self.master, person, "postgres"),
                role="administrator" if account.admin else "person",
                lang=account.lang,
                display=account.display,
                time_zone=account.time_zone,
                redis_admin_url=self.administration.redis.reveal(),
                redis_password=derived(self.master, person, "redis"),
                mongo_admin_url=self.administration.mongo.reveal(),
                mongo_password=derived(self.master, person, "mongo"),
            )
        except Conflict as error:
            _log.error("No logins for %s: %s", account.name, error)
            with in_lang(account.lang):
                raise NotReady(
                    _(
                        "Your server was not started: in this lab the name {name} is somebody else's. Ask an "
                        "administrator for an account with another name.",
                        name=account.name,
                    )
                ) from error
        except PgcError as error:
            engine = _engine(error)
            _log.error("No logins for %s, %s: %s", account.name, engine, error)
            with in_lang(account.lang):
                raise NotReady(
                    _(
                        "Your server was not started: {engine} did not make your login. Try again in a "
                        "minute; if it stays so, tell an administrator, who finds the reason in the hub's log.",
                        engine=_(engine),
                    )
                ) from error

    def environment(self, account: Account) -> dict[str, str]:
        """What the person's server logs in with, by the names of its settings."""
        logins = self.provide(account)
        found = {
            "PGC_DATABASE_URL": logins.database.reveal(),
            "PGC_REDIS_URL": logins.redis.reveal(),
            "PGC_MONGO_URL": logins.mongo.reveal(),
            "PGC_ENCRYPTION_KEY": encryption_key(self.master, account.id),
            "PGC_LANG": account.lang,
        }
        if self.models.address:
            found |= {
                "PGC_MODEL_URL": self.models.address,
                "PGC_MODEL_NAME": self.models.name,
                "PGC_MODEL_KEY": issue(self.master, account.id),
            }
        return {**self.limits, **{name: value for name, value in found.items() if value}}

    def end(self, account: Account) -> None:
        """Close every login of a person; one who never started a server has none."""
        with suppress(NotFound):
            self.administration.end(account.name)


def _engine(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        engine = _ENGINES.get(type(cause).__module__.partition(".")[0])
        if engine:
            return engine
        cause = cause.__cause__
    return _DATABASE
