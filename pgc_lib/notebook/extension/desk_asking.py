"""The server's end of the desk's reader: one request at a time, in a thread, and a new reader when one has gone."""

import asyncio
import json
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pgc_lib.errors import Invalid, PgcError, Problem, Unavailable
from pgc_lib.i18n import _, lang

_MODULE = "pgc_lib.notebook.extension.desk_reader"
PATIENCE = 600.0
"""Seconds that a file may take to be read; a year of a watch's data is large."""


class Asking:
    """Asks the reader; nothing is started before the first question."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._child: subprocess.Popen[str] | None = None
        self._waiting: SimpleQueue[tuple[Future[dict[str, Any]], dict[str, Any]]] = SimpleQueue()
        # A daemon: a server that ends waits for nobody who reads a file.
        threading.Thread(target=self._work, name="pgc-desk", daemon=True).start()

    def later(self, deed: str, **more: Any) -> "Future[dict[str, Any]]":
        """The answer when it comes; `PgcError` with the reader's own sentences."""
        answer: Future[dict[str, Any]] = Future()
        self._waiting.put((answer, {"deed": deed, "lang": lang(), **more}))
        return answer

    async def now(self, deed: str, **more: Any) -> dict[str, Any]:
        """The same for who can wait without holding up others."""
        return await asyncio.wrap_future(self.later(deed, **more))

    def end(self) -> None:
        """Stop the reader, if there is one."""
        child, self._child = self._child, None
        if child is not None and child.poll() is None:
            child.kill()

    def _work(self) -> None:
        while True:
            answer, request = self._waiting.get()
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(self._ask(request))
            except Exception as error:  # noqa: BLE001  # it belongs to whoever asked
                answer.set_exception(error)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        # It goes when it was idle; one that went just as it was asked is asked once more.
        answer = self._said(request) or self._said(request)
        if answer is None:
            raise Unavailable(
                _("The file could not be looked into: whoever reads it ended without a word."),
                next_step=_("Try again; the log of the lab says more (`pgc status` names it)."),
            )
        if "error" in answer:
            told = answer["error"]
            problems = [Problem(each, "") for each in told["problems"]]
            kind = Invalid(told["message"], problems, next_step=told["next"]) if problems else None
            raise kind or PgcError(told["message"], next_step=told["next"])
        return answer

    def _said(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """One line there, one line back; None when the reader has gone."""
        child = self._reader()
        assert child.stdin is not None and child.stdout is not None
        watch = threading.Timer(PATIENCE, child.kill)
        watch.start()
        try:
            child.stdin.write(json.dumps(request) + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except (BrokenPipeError, ValueError):
            line = ""
        finally:
            watch.cancel()
        if not line:
            child.kill()
            child.wait()
            self._child = None
            return None
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _reader(self) -> "subprocess.Popen[str]":
        if self._child is None or self._child.poll() is not None:
            # -P: a file in the person's workspace must not stand in for a module.
            marks = [w for name, value in sys._xoptions.items() for w in ("-X", f"{name}={value}")]
            self._child = subprocess.Popen(
                [sys.executable, *marks, "-P", "-m", _MODULE],
                cwd=self._workspace,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        return self._child
