"""The Celery application of a hub: a beat that tells workers of jobs, workers that watch them.

A message holds a job's number and nothing else. It may be lost or come twice: the jobs are in PostgreSQL, the beat
tells of those again that nobody took, and a job is claimed once. So the broker may go away and come back empty.
"""

import time
from typing import Any
from uuid import UUID

import psycopg
import structlog
from celery import Celery
from celery.beat import Scheduler
from celery.exceptions import OperationalError
from celery.signals import worker_shutting_down

from pgc_lib.automation.beat import tick
from pgc_lib.automation.hub import Hub
from pgc_lib.automation.jobs import Jobs
from pgc_lib.automation.watch import Watcher
from pgc_lib.errors import SettingError
from pgc_lib.i18n import _
from pgc_lib.settings import settings

QUEUE = "pgc"
_TASK = "pgc.carry"
_EVERY = 5.0
_TIDY = 6 * 3600.0
_BROKER_SECONDS = 5

log = structlog.get_logger()


def application() -> Celery:
    """The application by the settings; made anew at each call, because tests change them."""
    app = Celery("pgc", broker=_needed("broker_url"))
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        event_serializer="json",
        result_backend=None,
        task_ignore_result=True,
        task_default_queue=QUEUE,
        # A job's lease guards it, not the broker: a message is done with as soon as it was read.
        task_acks_late=False,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_pool="threads",
        worker_concurrency=settings().worker_threads,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_transport(),
        timezone="UTC",
        enable_utc=True,
    )
    return app


def worker() -> Celery:
    """The application with its one task."""
    app = application()
    jobs = Jobs(_needed("worker_database_url"))
    hub = Hub(
        jobs,
        settings().hub_api_url.rstrip("/"),
        settings().hub_public_url,
        _needed("hub_token"),
        stop_started=settings().worker_stops_servers,
    )
    watcher = Watcher(jobs, hub)

    @app.task(name=_TASK)  # type: ignore[untyped-decorator]
    def carry(job: str) -> str:
        """Claim a job that the beat told of, and carry it to its end."""
        claimed = jobs.claim(UUID(job))
        return watcher.carry(claimed) if claimed else "not open"

    @worker_shutting_down.connect(weak=False)  # type: ignore[untyped-decorator]
    def hand_over(**_about: Any) -> None:
        """A worker that is stopped must not wait for reports that take an hour."""
        watcher.stop()

    return app


def run_worker() -> None:
    """Be a worker until SIGTERM or SIGINT."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker().worker_main(["worker", "--loglevel=INFO", *quiet])


class Timetable(Scheduler):  # type: ignore[misc]
    """Celery's beat with our timetable in PostgreSQL for its schedule."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._jobs = Jobs(_needed("worker_database_url"))
        self._tidied = float("-inf")
        super().__init__(*args, **options)

    def setup_schedule(self) -> None:
        """Everything is in the database."""

    def tick(self, *_args: Any, **_options: Any) -> float:
        """Make jobs of what is due and tell the workers; the seconds until the next look."""
        try:
            tick(self._jobs)
            self._tell()
            if time.monotonic() - self._tidied > _TIDY:
                self._jobs.tidy()
                self._tidied = time.monotonic()
        except psycopg.Error as error:
            log.warning("beat.database_away", error=str(error).partition("\n")[0])
        except (OperationalError, OSError) as error:
            log.warning("beat.broker_away", error=str(error))
        return _EVERY

    def _tell(self) -> None:
        for job in self._jobs.unsent():
            self.app.send_task(_TASK, [job.hex], queue=QUEUE)
            self._jobs.sent(job)

    @property
    def info(self) -> str:
        return "    . timetable -> pgc.timetable"


def run_beat() -> None:
    """Be a beat until SIGTERM or SIGINT; there may be several."""
    app = application()
    app.Beat(scheduler=Timetable, loglevel="INFO", redirect_stdouts=False).run()


def _transport() -> dict[str, Any]:
    if not settings().broker_url.reveal().startswith(("redis", "valkey", "sentinel")):
        return {}
    return {
        "global_keyprefix": "pgc:celery:",
        "socket_timeout": _BROKER_SECONDS * 6,
        "socket_connect_timeout": _BROKER_SECONDS,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }


def _needed(name: str) -> str:
    value: str = getattr(settings(), name).reveal()
    if not value:
        raise SettingError(
            _("PGC_{name} is not set.", name=name.upper()),
            next_step=_("It is needed for workers and beats on a server; see `pgc settings`."),
        )
    return value
