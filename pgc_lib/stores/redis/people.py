"""Persons on the server: a login each, which reaches the keys and channels below its own prefix and no others.

The rules name what is allowed; anything a future server adds is closed until it is named here. Left out are the
commands that show or touch what belongs to all: listing keys (SCAN, KEYS, RANDOMKEY, DBSIZE), listing channels and
clients, being told of changed keys (CLIENT TRACKING), scripts and functions that stay on the server, other databases, and
everything that administers. Scripts sent with EVAL run with the person's own rights.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis.exceptions import ResponseError

from pgc_lib.errors import Denied, StoreError
from pgc_lib.i18n import _
from pgc_lib.stores.redis.link import client_for
from pgc_lib.stores.redis.trouble import translated

FAMILIES = (
    *("string", "hash", "list", "set", "sortedset", "stream"),
    *("bitmap", "hyperloglog", "geo", "transaction"),
)
"""Commands that work on named keys only, by category."""
COMMANDS = (
    *("del", "unlink", "exists", "type", "touch", "rename", "renamenx", "copy", "ttl", "pttl"),
    *("expire", "pexpire", "expireat", "pexpireat", "expiretime", "pexpiretime", "persist"),
    *("eval", "evalsha", "eval_ro", "evalsha_ro"),
    *("publish", "subscribe", "unsubscribe", "psubscribe", "punsubscribe"),
    *("spublish", "ssubscribe", "sunsubscribe"),
    *("auth", "hello", "ping", "echo", "quit", "time", "wait", "waitaof", "command", "acl|whoami"),
    *("client|id", "client|getname", "client|setname", "client|setinfo", "client|no-touch"),
)
"""The others, by name."""
CLOSED = ("pfmerge",)
"""Commands of those families that reach further: `PFMERGE key` alone is not checked against the keys allowed."""
_CHUNK = 500
_TIMEOUT = 10

# Old servers let one script change what all later scripts are made of, and so act as their callers.
_SHARED = "return pcall(function() getmetatable('').pgc = nil end) and 1 or 0"


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What became of a login, and what the administrator should know."""

    user: str
    persisted: bool
    """Whether the server keeps it over a restart."""
    advice: tuple[str, ...] = ()


def user_of(person: UUID | str) -> str:
    """The login of a person."""
    return f"p_{_hex(person)}"


def prefix_of(person: UUID | str) -> str:
    """What every key and channel of a person begins with."""
    return f"pgc:p:{_hex(person)}:"


def rules_of(
    person: UUID | str, *, database: int = 0, known: frozenset[str] | None = None
) -> list[str]:
    """What the login may do, as the words of ACL SETUSER; `known` are the commands that the server has."""
    prefix = prefix_of(person)
    named = [name for name in COMMANDS if known is None or name in known]
    return [
        *("reset", "on", f"~{prefix}*", f"&{prefix}*", "-@all"),
        *(f"+@{family}" for family in FAMILIES),
        *(f"+{name}" for name in named),
        *("-@admin", "-@dangerous", *(f"-{name}" for name in CLOSED)),
        *([f"+select|{database}"] if database else []),
    ]


def provision(admin_url: str, person: UUID | str, password: str) -> Provisioned:
    """Make a person's login, or bring it up to date; a changed password ends the sessions of the old one."""
    user = user_of(person)
    digest = hashlib.sha256(password.encode()).hexdigest()
    with _administering(admin_url) as client:
        _refuse_shared_scripts(client)
        known = frozenset(name.decode() for name in client.execute_command("COMMAND LIST"))
        database = int(client.connection_pool.connection_kwargs.get("db") or 0)
        before = client.acl_getuser(user)
        rules = rules_of(person, database=database, known=known)
        try:
            client.execute_command("ACL", "SETUSER", user, *rules, f"#{digest}")
        except ResponseError as error:
            raise Denied(
                _("This server does not let logins be made: {error}", error=error),
                next_step=_(
                    "Make the login {user} where the server is managed, with these rules: {rules}",
                    user=user,
                    rules=" ".join(rules),
                ),
            ) from error
        if before and digest not in before["passwords"]:
            client.execute_command("CLIENT", "KILL", "USER", user)
        return _result(client, user)


def unprovision(admin_url: str, person: UUID | str, *, data: bool = False) -> Provisioned:
    """Take a person's login away, which ends its sessions, and with `data` everything below its prefix."""
    user = user_of(person)
    with _administering(admin_url) as client:
        client.execute_command("ACL", "DELUSER", user)
        if data:
            for keys in _chunks(client, prefix_of(person)):
                client.unlink(*keys)
        return _result(client, user)


@contextmanager
def _administering(url: str) -> Iterator[Any]:
    client = client_for(url, _TIMEOUT)
    try:
        with translated():
            yield client
    finally:
        client.close()


def _refuse_shared_scripts(client: Any) -> None:
    if client.execute_command("EVAL", _SHARED, 0):
        raise StoreError(
            _("On this server one person's script could act with another's rights."),
            next_step=_(
                "Update it (Redis 7.2.11, 8.2.2 or Valkey 8.1.4, 9.0.0 and later), then try again."
            ),
        )


def _result(client: Any, user: str) -> Provisioned:
    advice = []
    try:
        client.execute_command("ACL", "SAVE")
        persisted = True
    except ResponseError as error:
        if "ACL file" not in str(error):
            raise
        persisted = False
        advice.append(
            _(
                "The server forgets this change when it restarts: set `aclfile` in its configuration."
            )
        )
    default = client.acl_getuser("default")
    if default and default["enabled"] and "nopass" in default["flags"]:
        advice.append(
            _("Anyone can use the server without a login: run `ACL SETUSER default off`.")
        )
    return Provisioned(user, persisted, tuple(advice))


def _chunks(client: Any, prefix: str) -> Iterator[list[bytes]]:
    cursor = 0
    while True:
        cursor, keys = client.scan(cursor, match=f"{prefix}*", count=_CHUNK)
        if keys:
            yield keys
        if cursor == 0:
            return


def _hex(person: UUID | str) -> str:
    if isinstance(person, UUID):
        return person.hex
    if not re.fullmatch("[0-9a-f]{32}", person):
        raise ValueError(person)  # a wildcard in it would open everyone's keys
    return person
