"""Speaking with a kernel as soon as it speaks.

The usual client first listens for a fifth of a second until nothing more comes, so as to begin with silence. Whoever
runs a notebook looks at the answers to its own questions only and need not wait for that.
"""

import time
from queue import Empty

from jupyter_client.asynchronous.client import AsyncKernelClient

_LISTEN = 0.2


class PromptClient(AsyncKernelClient):
    """A client that is ready when its kernel is."""

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        deadline = time.monotonic() + timeout if timeout is not None else float("inf")
        while time.monotonic() < deadline:
            self.kernel_info()
            try:
                reply = await self.get_shell_msg(timeout=1)
                if reply["msg_type"] != "kernel_info_reply":
                    continue
                # A first word there as well: what is said before one listens is lost.
                await self.get_iopub_msg(timeout=_LISTEN)
            except Empty:
                if not await self._async_is_alive():
                    raise RuntimeError("Kernel died before replying to kernel_info") from None
                continue
            self._handle_kernel_info_reply(reply)
            return
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    wait_for_ready = _async_wait_for_ready
