"""A person's Jupyter server as the worker talks to it: the runs below `pgc/api/runs` (`notebook/extension`)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pgc_lib.automation.http import Reply, call
from pgc_lib.automation.jobs import Job


class Away(Exception):
    """The person's server cannot be had now; a later attempt may succeed."""


class Busy(Exception):
    """The person's server runs as many reports as it may."""


class Refused(Exception):
    """The person's server will not run this, now or later; the text is one of `settling.REASONS`."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    """With its base path, ending in a slash."""
    token: str = field(repr=False)

    def begin(self, job: Job) -> None:
        """Have a job's run executed; asking twice starts it once."""
        wanted = {"schedule": job.schedule.hex, "run": job.id.hex}
        reply = self._ask("POST", "pgc/api/runs", wanted)
        if reply.status in (429, 503, 502, 504, 424):
            raise Busy if reply.status == 429 else Away(f"{reply.status}")
        if not reply.ok:
            raise Refused("refused")

    def look(self, job: Job) -> Reply:
        """What is known of a job's run."""
        return self._ask("GET", f"pgc/api/runs/{job.id.hex}")

    def idle_since(self, started: datetime) -> bool:
        """Whether nobody used the server since it was started; our own questions do not count."""
        reply = self._ask("GET", "api/status")
        if not reply.ok or not isinstance(reply.data, dict):
            return False
        last = datetime.fromisoformat(str(reply.data.get("last_activity")))
        begun = datetime.fromisoformat(str(reply.data.get("started")))
        used = reply.data.get("kernels") or reply.data.get("connections")
        return not used and last <= max(begun, started)

    def _ask(self, method: str, path: str, body: Any = None) -> Reply:
        return call(method, self.url + path, token=self.token, body=body)
