"""What the hub's pages, login and hooks share: accounts, patience with guessers, and who makes logins.

JupyterHub runs on one thread. Whatever waits for a database or hashes a password happens on others: hashing on few,
so that guessers cannot fill the memory, and everything else apart, so that guessers cannot keep it waiting.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

from hub.accounts import Account, Accounts
from hub.provisioning import Provisioner
from hub.throttle import Throttle

P = ParamSpec("P")
T = TypeVar("T")

SETTING = "pgc_desk"
"""Under this name every handler finds the desk in its settings."""


def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix=f"pgc-{name}")


@dataclass
class Desk:
    """One hub's."""

    accounts: Accounts
    throttle: Throttle
    provisioner: Provisioner
    _hashing: ThreadPoolExecutor = field(default_factory=lambda: _pool("hashing", 2))
    _waiting: ThreadPoolExecutor = field(default_factory=lambda: _pool("waiting", 8))

    def __deepcopy__(self, _memo: object) -> "Desk":
        """JupyterHub copies its configuration; there is still one desk."""
        return self

    async def run(self, work: Callable[P, T], *words: P.args, **named: P.kwargs) -> T:
        """Do what waits for a database, on another thread and in this request's language."""
        return await _on(self._waiting, partial(work, *words, **named))

    async def hash(self, work: Callable[P, T], *words: P.args, **named: P.kwargs) -> T:
        """Do what hashes a password."""
        return await _on(self._hashing, partial(work, *words, **named))

    async def account(self, name: str) -> Account | None:
        """Who has a name."""
        return await self.run(self.accounts.find, name)


async def _on(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(pool, context.run, work)


def desk_of(handler: Any) -> Desk:
    """The desk that a request is for."""
    return cast(Desk, handler.settings[SETTING])
