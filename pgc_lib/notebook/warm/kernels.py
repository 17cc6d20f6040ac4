"""The kernels of a server that has dashboards: warm for pages, so many at once, ended when nobody looks.

Voilà asks for a kernel with the page's address in its environment; by that a page's kernel is known from one of a
notebook, beside which it may live. A page ends its kernel when it is left. Where it could not (a crash, a lost
network), its kernel is found without a connection and is ended here.
"""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import (
    AsyncMappingKernelManager,
    ServerKernelManager,
)
from tornado import web
from tornado.ioloop import PeriodicCallback
from traitlets import Bool, default

from pgc_lib.automation.engine import PROMPT
from pgc_lib.i18n import _
from pgc_lib.notebook.warm.pool import Pool
from pgc_lib.notebook.warm.provisioner import WarmProvisioner
from pgc_lib.notebook.warm.templates import keep_compiled
from pgc_lib.settings import settings

_PAGE = "VOILA_REQUEST_URL"
_LOOK = 15
_AFTER_LAB, _AFTER_PAGE, _AT_LATEST = 8.0, 4.0, 30.0
"""Seconds after which the pool is filled: whoever waits for Lab or a page comes first, until its browser is connected."""
_REST = 1800.0
"""Beside notebooks, kernels that wait are ended when no page was wanted for so long."""
_FORSAKEN = timedelta(minutes=2)
"""A page that is open nowhere is waited for so long: a laptop's lid, a network that comes and goes."""
_LEFT, _UNUSED = timedelta(seconds=20), timedelta(seconds=60)
"""A page without and with a connection gives way to another after so long; one that is seen says a word every 20 s."""


class Kernel(ServerKernelManager):
    """One kernel; a page's may come from the pool."""

    @default("client_class")
    def _client_class(self) -> str:
        return PROMPT

    async def _async_pre_start_kernel(self, **kw: Any) -> Any:
        if _PAGE in (kw.get("env") or {}) and self.provisioner is None:
            kernels: Any = self.parent
            self.provisioner = provisioner = WarmProvisioner(
                kernel_id=self.kernel_id or kw["kernel_id"],
                kernel_spec=self.kernel_spec,
                parent=self,
            )
            provisioner.pool = kernels.pool
        return await super()._async_pre_start_kernel(**kw)


class Kernels(AsyncMappingKernelManager):
    """All kernels of one server, those of pages among them."""

    alone = Bool(False, config=True, help="This server has nothing but dashboards.")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.pool = Pool(settings().dashboards_ready, rest=0.0 if self.alone else _REST)
        self.pages: set[str] = set()
        self._opening = 0
        self._care: PeriodicCallback | None = None
        keep_compiled()
        if self.alone:
            self.pool.fill()

    @default("kernel_manager_class")
    def _kernel_class(self) -> str:
        return f"{__name__}.{Kernel.__name__}"

    async def _async_start_kernel(self, **kwargs: Any) -> str:
        if _PAGE not in (kwargs.get("env") or {}):
            started: str = await super()._async_start_kernel(**kwargs)
            return started
        self._opening += 1
        try:
            await self._make_room()
            started = await super()._async_start_kernel(**kwargs)
            self.pages.add(started)
        finally:
            self._opening -= 1
        self.pool.fill(_AT_LATEST)
        if self._care is None:
            self._care = PeriodicCallback(self.end_forsaken, _LOOK * 1000)
            self._care.start()
        return started

    start_kernel = _async_start_kernel  # type: ignore[assignment]

    def expect_pages(self) -> None:
        """Somebody has opened Lab. A server that was started for a report alone, or by nobody's wish, makes none ready."""
        self.pool.fill(_AFTER_LAB)

    def notify_connect(self, kernel_id: str) -> None:
        """A browser is connected: if that is a page, what it had to wait for is there."""
        super().notify_connect(kernel_id)  # type: ignore[no-untyped-call]
        if kernel_id in self.pages:
            self.pool.fill(_AFTER_PAGE)

    async def end_forsaken(self) -> None:
        """End the kernels of pages that are open nowhere."""
        for page in self._idle(_FORSAKEN, connected=False):
            await self._end(page, "nobody looks at its page")

    async def shutdown_all(self, now: bool = False) -> None:  # type: ignore[override]
        """The server ends."""
        self.pool.end()
        if self._care is not None:
            self._care.stop()
        await ensure_async(super().shutdown_all(now=now))

    async def _make_room(self) -> None:
        """End the page that was unused longest, if there are as many as may be."""
        limit = settings().dashboards_open
        while limit and len(self._open()) + self._opening > limit:
            idle = [*self._idle(_LEFT, connected=False), *self._idle(_UNUSED, connected=True)]
            if not idle:
                raise web.HTTPError(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    _(
                        "As many dashboards are in use as may be open at once ({limit}). Close one that you do not need, then try again.",
                        limit=limit,
                    ),
                )
            await self._end(idle[0], "another page needs its place")

    def _open(self) -> set[str]:
        """The pages whose kernels live."""
        self.pages &= set(self.list_kernel_ids())
        return self.pages

    def _idle(self, since: timedelta, *, connected: bool) -> list[str]:
        """Pages that nothing was done on for so long, the longest first."""
        kernels: dict[str, Any] = {page: self.get_kernel(page) for page in self._open()}
        before = datetime.now(UTC) - since
        found = {
            page: kernel.last_activity
            for page, kernel in kernels.items()
            if kernel.execution_state != "busy"
            and bool(self._kernel_connections.get(page)) == connected
            and kernel.last_activity < before
        }
        return sorted(found, key=found.__getitem__)

    async def _end(self, page: str, why: str) -> None:
        self.log.info("The kernel %s of a page ends: %s", page, why)
        self.pages.discard(page)
        await ensure_async(self.shutdown_kernel(page, now=True))  # type: ignore[no-untyped-call]
