"""How a page's kernel comes to be: a process that waits already, or one that is started as usual."""

import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from pgc_lib.notebook.warm.pool import Pool

_LAUNCHER = "ipykernel_launcher"


class WarmProvisioner(LocalProvisioner):
    """A local kernel whose process may have been started beforehand."""

    pool: Pool | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Take a waiting process if the kernel is Python's own."""
        ours = cmd[0] == sys.executable and _LAUNCHER in cmd
        waiting = self.pool.take() if self.pool and ours else None
        if waiting is None:
            return await super().launch_kernel(cmd, **kwargs)
        words = cmd[cmd.index(_LAUNCHER) + 1 :]
        env = {**(kwargs.get("env") or os.environ), "JPY_PARENT_PID": str(os.getpid())}
        cwd = str(kwargs.get("cwd") or Path.cwd())
        if not waiting.become(words, cwd, env):
            return await super().launch_kernel(cmd, **kwargs)
        self.process = waiting.process
        self.pid = self.pgid = waiting.process.pid  # the first of its session
        self.cwd = cwd
        return self.connection_info
