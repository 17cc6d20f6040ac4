"""The handlers below `pgc/api/runs`; what they do is in `runner.py`."""

import json
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from uuid import UUID

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from pgc_lib.automation.catalogue import find, folders
from pgc_lib.automation.journal import Note
from pgc_lib.automation.launch import Request
from pgc_lib.core.ids import new_id
from pgc_lib.errors import Invalid, NotFound, PgcError
from pgc_lib.i18n import _
from pgc_lib.notebook.extension.runner import Full, Runner

_RETRY_SECONDS = "30"
_STATUS: tuple[tuple[type[PgcError], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (Full, HTTPStatus.TOO_MANY_REQUESTS),
    (PgcError, HTTPStatus.BAD_REQUEST),
)


class Handler(APIHandler):
    """What all of ours have in common: they answer with JSON, and with an error's two sentences."""

    auth_resource = "contents"
    """Whatever they do may write files: who may write them may ask for it."""

    def refuse(self, error: PgcError) -> None:
        """Answer with an error's two sentences."""
        self.set_status(next(status for kind, status in _STATUS if isinstance(error, kind)))
        if isinstance(error, Full):
            self.set_header("Retry-After", _RETRY_SECONDS)
        problems = [str(each) for each in error.problems] if isinstance(error, Invalid) else []
        self.finish(
            json.dumps({"message": error.message, "next": error.next_step, "problems": problems})
        )

    def answer(self, value: Any, status: HTTPStatus = HTTPStatus.OK) -> None:
        """Answer with JSON."""
        self.set_status(status)
        self.finish(json.dumps(value))


class _RunHandler(Handler):
    _track_activity = False  # a worker that watches a run is not a person at work

    def initialize(self, runner: Runner) -> None:
        self.runner = runner


class RunsHandler(_RunHandler):
    """All runs of this server."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them, with the reports that can be run."""
        runs = [asdict(note) for note in self.runner.all()]
        self.answer(
            {"runs": runs, "reports": sorted(self.runner.reports()), "limit": self.runner.limit}
        )

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start one."""
        try:
            note = self.runner.begin(self._request())
        except PgcError as error:
            self.refuse(error)
        else:
            self.answer(_shown(note), HTTPStatus.ACCEPTED)

    def _request(self) -> Request:
        body: Any = self.get_json_body()
        table = body if isinstance(body, dict) else {"report": body}
        report, given = table.get("report") or "", table.get("parameters") or {}
        if not isinstance(report, str) or not isinstance(given, dict):
            raise Invalid(_("A run is asked for with the name of a report and its parameters."))
        schedule, run = _id(table.get("schedule")), _id(table.get("run")) or new_id()
        if schedule is None:
            # What is wrong is said at once; what a schedule says, the executor reads itself.
            given = find(report, *folders(self.runner.workspace)).typed(given)
        return Request(report, given, schedule, run)


class RunHandler(_RunHandler):
    """One run."""

    @web.authenticated
    @authorized
    async def get(self, run: str) -> None:
        """How it is."""
        self._about(run, self.runner.look)

    @web.authenticated
    @authorized
    async def delete(self, run: str) -> None:
        """Cancel it."""
        self._about(run, self.runner.cancel)

    def _about(self, run: str, do: Any) -> None:
        try:
            self.answer(_shown(do(_id(run))))
        except PgcError as error:
            self.refuse(error)


def _shown(note: Note) -> dict[str, Any]:
    return asdict(note)


def _id(given: Any) -> UUID | None:
    if given in (None, ""):
        return None
    try:
        return UUID(str(given))
    except ValueError:
        raise Invalid(_("“{id}” is not the identifier of a run.", id=given)) from None
