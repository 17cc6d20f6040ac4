"""Servers are noticed when they are up: JupyterHub looks again after 0.2, 0.4, 0.8 … seconds, and so comes up to seconds late.

Here a start lasts until the server listens, seen by knocking often; JupyterHub's own first look then finds it.
"""

import asyncio
from contextlib import suppress
from typing import Any

from dockerspawner import DockerSpawner
from jupyterhub.spawner import LocalProcessSpawner

_PAUSE = 0.05
_KNOCKS_A_LOOK = 20
"""After so many knocks it is asked whether there still is something to wait for."""


class _Prompt:
    """A spawner that waits for its server itself."""

    async def start(self) -> tuple[str, int]:
        """Where the server listens; also where it should, if it ended or takes longer than is allowed."""
        ip, port = await super().start()  # type: ignore[misc] # the spawner that this is mixed into
        timeout: int = self.http_timeout  # type: ignore[attr-defined]
        # JupyterHub looks for itself afterwards, and knows what to say of a server that does not come.
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._listens(ip, port)
        return ip, port

    async def _listens(self, ip: str, port: int) -> None:
        knocks = 0
        while True:
            try:
                _reader, writer = await asyncio.open_connection(ip, port)
            except OSError:
                knocks += 1
                if knocks % _KNOCKS_A_LOOK == 0 and await self._ended():
                    return
                await asyncio.sleep(_PAUSE)
            else:
                writer.close()
                return

    async def _ended(self) -> bool:
        state: Any = await self.poll()  # type: ignore[attr-defined]
        return state is not None


class PromptContainer(_Prompt, DockerSpawner):  # type: ignore[misc]
    """A person's server in a container."""


class PromptProcess(_Prompt, LocalProcessSpawner):  # type: ignore[misc]
    """A person's server as a process."""
