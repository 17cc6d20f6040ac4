"""Ending a run from outside, in order: its kernel is ended, and whoever executes it finds that and says why.

A signal's handler that raised an exception would raise it anywhere: in a finaliser, where it is lost, or in the
middle of writing the record.
"""

import os
import signal
from typing import TYPE_CHECKING, Any

from pgc_lib.automation.journal import STOPPED
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager


class Stopping:
    """Whether a run is to end, and why."""

    def __init__(self) -> None:
        self.reason = ""
        self._kernel: AsyncKernelManager | None = None

    def ends(self, kernel: "AsyncKernelManager") -> None:
        """The kernel that is ended when somebody asks; at once if somebody has."""
        self._kernel = kernel
        if self.reason:
            self._end()

    def ask(self, reason: str) -> None:
        """End the run; the first reason counts."""
        self.reason = self.reason or reason
        self._end()

    def heed_signals(self, minutes: int) -> None:
        """SIGTERM: the server stops. SIGINT: somebody cancelled. And a limit of minutes."""
        too_long = _("This ran longer than {minutes} minutes.", minutes=minutes)
        reasons = {
            signal.SIGTERM: _(STOPPED),
            signal.SIGINT: _("This was cancelled."),
            signal.SIGALRM: too_long,
        }

        def heard(number: int, _frame: Any) -> None:
            self.ask(reasons[signal.Signals(number)])

        for number in reasons:
            signal.signal(number, heard)
        signal.alarm(minutes * 60)

    def _end(self) -> None:
        provisioner: Any = self._kernel.provisioner if self._kernel else None
        if provisioner is None or provisioner.pid is None:
            return
        try:
            # With what the cells started: a kernel has a session of its own.
            os.killpg(os.getpgid(provisioner.pid), signal.SIGKILL)
        except ProcessLookupError:
            return  # it is gone
