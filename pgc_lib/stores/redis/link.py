"""One login to one server: connections, patience, keys and scripts, shared by every part of the wrapper.

redis-py would repeat any command after a broken connection, though the server may have obeyed it already.
Here each operation says what it is: `again` may run twice, `once` is sent once and never more.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

from pgc_lib.errors import Invalid, SettingError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.redis.trouble import translated

T = TypeVar("T")

_WAITS = (0.02, 0.1, 0.4, 1.0)
"""Seconds before each further try, give or take a half so that many clients do not come at once."""
_LONGEST_NAME = 512


class Script:
    """A Lua script, which runs as one step on the server and on the server's clock."""

    def __init__(self, text: str) -> None:
        self.text: Final = text
        self.sha: Final = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Link:
    """A pool of connections that log in with one URL, and the prefix of every key."""

    def __init__(self, url: str, prefix: str, timeout: float = 5) -> None:
        self._url = url
        self.prefix = prefix
        self.timeout = timeout

    @cached_property
    def client(self) -> Any:
        """The redis-py client. It tries once; patience is ours."""
        return client_for(self._url, self.timeout)

    def key(self, *parts: str) -> str:
        """A key below the prefix; the last part is a name that may hold any text."""
        name = parts[-1]
        try:
            fits = 0 < len(name.encode()) <= _LONGEST_NAME
        except UnicodeEncodeError:
            fits = False
        if not fits:
            raise Invalid(
                _("“{name}” cannot be the name of something in Redis.", name=ascii(name[:50])),
                next_step=_("Give a text of 1 to {n} bytes.", n=_LONGEST_NAME),
            )
        return self.prefix + ":".join(parts)

    def do(self, *words: str | bytes | float, **parsing: Any) -> Any:
        """Send one command, once."""
        with translated():
            return self.client.execute_command(*words, **parsing)

    def attempt(self, operation: Callable[[], T]) -> T:
        """Run an operation once, with no patience at all."""
        with translated():
            return operation()

    def again(self, operation: Callable[[], T]) -> T:
        """Run an operation that may run twice without harm; a broken connection is tried anew for a while."""
        began = time.monotonic()
        for wait in _WAITS:
            try:
                return self.attempt(operation)
            except Unavailable:
                if time.monotonic() - began > self.timeout:
                    raise  # the server is there but does not answer: asking on would only hang
            time.sleep(wait * random.uniform(0.5, 1.5))
        return self.attempt(operation)

    def once(self, operation: Callable[[], T]) -> T:
        """Run an operation that must not run twice: reach the server with patience, then send it once."""

        def reach() -> None:
            pool = self.client.connection_pool
            pool.release(pool.get_connection())  # one that is connected now, and is taken next

        self.again(reach)
        return self.attempt(operation)

    def run(self, script: Script, keys: Sequence[str], *arguments: str | bytes | int) -> Any:
        """Run a script; it is to be called through `again` or `once`."""
        words = (len(keys), *keys, *arguments)
        try:
            return self.client.execute_command("EVALSHA", script.sha, *words)
        except NoScriptError:  # the server has not seen it yet, so nothing has happened
            return self.client.execute_command("EVAL", script.text, *words)

    def ping(self) -> float:
        """The seconds that one question and its answer take."""
        began = time.perf_counter()
        self.do("PING")
        return time.perf_counter() - began

    def close(self) -> None:
        """Close the connections that nobody uses at the moment."""
        if client := self.__dict__.pop("client", None):
            client.close()


def client_for(url: str, timeout: float) -> Any:
    """A client that tries once and gives up after `timeout` seconds."""
    try:
        pool = redis.ConnectionPool.from_url(
            url,
            client_name="pgc",
            driver_info=None,  # its version would be looked up among all that is installed, for each client
            protocol=2,  # the shapes of answers do not depend on the server's age
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=min(timeout, 3),
            socket_timeout=timeout,
        )
        return redis.Redis.from_pool(pool)
    except ValueError:
        # Its text may hold a part of the password, so it is not passed on.
        raise SettingError(
            _("The address of Redis cannot be used."),
            next_step=_(
                "Write it as redis://user:password@host:6379, with %2F for / and %40 for @ in the password."
            ),
        ) from None


def to_json(value: Any) -> bytes:
    """A value as JSON, which is all that is kept: what is read back can never run."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(
            _("This value cannot be kept in Redis: {error}", error=error),
            next_step=_("Give texts, numbers, yes or no, and lists and objects of them."),
        ) from None
