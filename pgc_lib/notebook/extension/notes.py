"""Notes in cells, seen from the server: tells the process beside it what Jupyter did, and lets cells follow the lab.

A file that may be open in Lab is never changed on disk: Lab would notice, and ask which of the two shall be lost. What its
cells are to become is put into the notebook while it is opened, and again while it is saved, since the page may not know of
it yet. A file that is not open is simply rewritten. Nothing in here may keep a save from succeeding, or make it wait.
"""

import asyncio
import inspect
import json
import os
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pgc_lib.automation.launch import program
from pgc_lib.notebook.harvest.edits import BeingRun, CellEdit, applied, write
from pgc_lib.notebook.harvest.reading import text_of
from pgc_lib.stores.engines.folder import write_whole

EVENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"
_DELAY = 2.0
_SETTLING = 8.0
"""Seconds between two looks whether a notebook was closed."""
_UNLISTED = 20.0
"""So long after a notebook was read or saved, Lab may not have written down yet that it is open."""
_ENDING = 3.0
_LONGEST_PAUSE = 60.0


Together = Callable[[str], Awaitable[bool]]
"""Whether a notebook is one that people have open together."""


class BeingTyped(Exception):
    """Its text is in a room of jupyter-collaboration, which would be filled from a changed file, over what was typed since."""


class Notes:
    """One server's."""

    def __init__(
        self, workspace: Path, layouts: Path, log: Any, state: Path, together: Together
    ) -> None:
        self.workspace, self.layouts, self.log = workspace, layouts, log
        self._together = together
        self._file = state / "harvest.saved"
        self.pending: dict[str, list[CellEdit]] = {}
        """What is to become of cells, by notebook; the process beside us says it."""
        self._sticky = _remembered(self._file)
        """What was put into a notebook while it was saved: its page goes on without it until it is opened anew."""
        self._delivered: set[str] = set()
        self._touched: dict[str, float] = {}
        self._writing: dict[str, asyncio.Task[bool]] = {}
        self._child: subprocess.Popen[str] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pause, self._ended = 1.0, False

    # ── the process beside us ────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Start it, once the server has nothing more urgent to do, and look after it."""
        self._loop = asyncio.get_running_loop()
        self._loop.call_later(_DELAY, self._start)
        self._loop.call_later(_SETTLING, self._look)

    def _start(self) -> None:
        if self._ended:
            return
        command = program("harvest")
        command[-1] = "pgc_lib.notebook.harvest"
        try:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=self.workspace,
            )
        except OSError as error:
            self.log.warning("PGC cannot follow notes: %s", error)
            self._again()
            return
        threading.Thread(
            target=self._hear, args=[self._child, time.monotonic()], daemon=True
        ).start()

    def _hear(self, child: "subprocess.Popen[str]", began: float) -> None:
        assert child.stdout is not None
        for line in child.stdout:
            with suppress(ValueError, KeyError, TypeError):  # not an answer
                told = json.loads(line)
                edits = [CellEdit(**edit) for edit in told["edits"]]
                self._soon(self._told, str(told["path"]), edits)
        child.wait()
        if time.monotonic() - began > _LONGEST_PAUSE:
            self._pause = 1.0
        if not self._ended:
            self._soon(self._again)

    def _soon(self, call: Callable[..., None], *given: Any) -> None:
        with suppress(RuntimeError):  # the server's loop has ended
            if self._loop is not None:
                self._loop.call_soon_threadsafe(call, *given)

    def _again(self) -> None:
        """Start it anew; one that ends again and again is given more and more time."""
        if self._loop is not None and not self._ended:
            self._loop.call_later(self._pause, self._start)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def tell(self, **order: str) -> None:
        """What Jupyter did; while nobody listens it is found by comparing files."""
        if self._child is not None and self._child.stdin is not None:
            with suppress(OSError, ValueError):  # it ended, or is so busy that its pipe is full
                os.write(self._child.stdin.fileno(), json.dumps(order).encode() + b"\n")

    def end(self) -> None:
        """The server stops: what was saved just now is still read."""
        self._ended = True
        if self._child is None or self._child.stdin is None:
            return
        with suppress(OSError):
            self._child.stdin.close()
        try:
            self._child.wait(_ENDING)
        except subprocess.TimeoutExpired:
            self._child.kill()

    # ── what Jupyter does ────────────────────────────────────────────────────────────────────────────

    def follow(self, manager: Any, events: Any) -> None:
        """Hear of every save, rename and removal, and take part in opening and saving."""
        events.add_listener(schema_id=EVENTS, listener=self._happened)
        manager.register_pre_save_hook(self.before_save)
        manager.get = self._getting(manager.get)

    async def _happened(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        del logger, schema_id
        action, path = str(data.get("action")), str(data.get("path") or "").strip("/")
        source = str(data.get("source_path") or "").strip("/")
        if action in ("save", "create", "upload", "copy"):
            self.tell(do="save", path=path)
        elif action == "rename":
            for known in self._all():
                if source in known:
                    known[path] = known.pop(source)
            self.tell(do="rename", path=path, old=source)
        elif action == "delete":
            for known in self._all():
                known.pop(path, None)
            self.tell(do="delete", path=path)

    def _all(self) -> tuple[dict[str, Any], ...]:
        return self.pending, self._sticky, self._touched

    def before_save(self, model: dict[str, Any], path: str, **_options: Any) -> None:
        """Put into a notebook that is being saved what its page does not know yet."""
        path = path.strip("/")
        if model.get("type") != "notebook" or not isinstance(model.get("content"), dict):
            return
        self._touched[path] = time.monotonic()
        pending = self.pending.get(path, [])
        if path in self._delivered:
            # The page was opened with it: what it says now, it means.
            self._delivered.discard(path)
            self.pending.pop(path, None)
            return
        edits = [*self._sticky.get(path, []), *pending]
        if not edits:
            return
        try:
            cells = model["content"].get("cells")
            before = _texts(cells)
            applied(cells, edits)
            self.pending.pop(path, None)
            after = _texts(cells)
            turned = {id for id, text in after.items() if before.get(id, text) != text}
            self._stick(path, [CellEdit(id, before[id], after[id]) for id in sorted(turned)])
        except Exception:  # a save is more important than anything that could be wrong here
            self.log.exception("PGC could not put changes of the lab into %s", path)

    def _stick(self, path: str, edits: list[CellEdit]) -> None:
        """Remember it over a restart, too: a page outlives the server that it was opened from."""
        if self._sticky.get(path, []) == edits:
            return
        self._sticky[path] = edits
        self._sticky = {name: kept for name, kept in self._sticky.items() if kept}
        told = {name: [edit.values() for edit in kept] for name, kept in self._sticky.items()}
        with suppress(
            OSError
        ):  # a full disk: then a page that was open all the time may take a tick away
            write_whole(self._file, json.dumps(told))

    def _getting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """The manager's `get`, with the cells as they are to be; the file itself stays."""

        def asked(path: str, given: tuple[Any, ...], options: dict[str, Any]) -> str:
            wanted = options.get("content", given[0] if given else True)
            return str(path).strip("/") if wanted else ""

        if not inspect.iscoroutinefunction(original):

            def get(path: str, *given: Any, **options: Any) -> Any:
                model = original(path, *given, **options)
                return self.opened(asked(path, given, options), model)

            return get

        async def get_soon(path: str, *given: Any, **options: Any) -> Any:
            if (task := self._writing.get(str(path).strip("/"))) is not None:
                with suppress(Exception):  # told where it is awaited
                    await asyncio.shield(task)
            model = await original(path, *given, **options)
            return self.opened(asked(path, given, options), model)

        return get_soon

    def opened(self, path: str, model: Any) -> Any:
        """A notebook on its way into a page."""
        if path and isinstance(model, dict) and model.get("type") == "notebook":
            self._touched[path] = time.monotonic()
            self._stick(path, [])
            if pending := self.pending.get(path):
                try:
                    applied(model["content"]["cells"], pending)
                    self._delivered.add(path)
                except Exception:  # opening is more important
                    self.log.exception("PGC could not put changes of the lab into %s", path)
        return model

    def waiting(self, path: str) -> list[CellEdit]:
        """What an open page may not know yet."""
        return [*self._sticky.get(path, []), *self.pending.get(path, [])]

    def followed(self, path: str, cells: set[str]) -> None:
        """A page has these cells now as they are to be."""
        self._stick(path, [edit for edit in self._sticky.get(path, []) if edit.cell not in cells])
        left = [edit for edit in self.pending.get(path, []) if edit.cell not in cells]
        if left:
            self.pending[path] = left
        else:
            self.pending.pop(path, None)

    # ── files that nobody has open ───────────────────────────────────────────────────────────────────

    def _told(self, path: str, edits: list[CellEdit]) -> None:
        self._delivered.discard(path)
        if edits:
            self.pending[path] = edits
            self._settle(path)
        else:
            self.pending.pop(path, None)

    def _look(self) -> None:
        """Whether what waits can be written by now."""
        for path in list(self.pending):
            self._settle(path)
        if self._loop is not None and not self._ended:
            self._loop.call_later(_SETTLING, self._look)

    def _settle(self, path: str) -> None:
        if path in self._writing or self.may_be_open(path):
            return
        assert self._loop is not None
        edits = self.pending[path]
        task = self._loop.create_task(self._write(path, edits))
        self._writing[path] = task
        task.add_done_callback(lambda done: self._written(path, edits, done))

    async def _write(self, path: str, edits: list[CellEdit]) -> bool:
        if await self._together(path):
            raise BeingTyped
        return await asyncio.to_thread(write, self.workspace / path, edits)

    def _written(self, path: str, edits: list[CellEdit], done: "asyncio.Task[bool]") -> None:
        self._writing.pop(path, None)
        error = done.exception() if not done.cancelled() else None
        if isinstance(error, BeingRun | BeingTyped):
            return  # it waits, and is looked at again
        if error is not None:
            self.log.warning("PGC could not write changes of the lab into %s: %s", path, error)
        if self.pending.get(path) is edits:
            del self.pending[path]
        self._stick(path, [])
        self.tell(do="save", path=path)

    def may_be_open(self, path: str) -> bool:
        """Whether a page may hold this notebook, perhaps with something in it that is not saved."""
        if time.monotonic() - self._touched.get(path, -1e9) < _UNLISTED:
            return True
        return any(
            path in open_in(layout) for layout in self.layouts.glob("*.jupyterlab-workspace")
        )


def _texts(cells: Any) -> dict[str, str]:
    """What each cell says, by its identifier."""
    listed = cells if isinstance(cells, list) else []
    found = [each for each in listed if isinstance(each, dict) and each.get("id")]
    return {str(cell["id"]): text_of(cell.get("source")) for cell in found}


def _remembered(file: Path) -> dict[str, list[CellEdit]]:
    try:
        told = json.loads(file.read_bytes())
        return {path: [CellEdit(**edit) for edit in edits] for path, edits in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def open_in(layout: Path) -> set[str]:
    """The files that are open in one of Lab's workspaces, as it wrote them down."""
    try:
        data = json.loads(layout.read_bytes()).get("data", {})
    except (OSError, ValueError, AttributeError):
        return set()
    if not isinstance(data, dict):
        return set()
    inner = [each.get("data") for each in data.values() if isinstance(each, dict)]
    paths = (each.get("path") for each in inner if isinstance(each, dict))
    return {str(path).partition(":")[2] or str(path) for path in paths if path}


def together(app: Any) -> Together:
    """Asks jupyter-collaboration, where a person has installed it."""

    async def asked(path: str) -> bool:
        point = app.extension_manager.extension_points.get("jupyter_server_ydoc")
        if point is None:
            return False
        room = {"path": path, "content_type": "notebook", "file_format": "json"}
        return await point.app.get_document(**room, copy=False) is not None

    return asked


def follow(app: Any) -> Notes:
    """Called when the server starts."""
    from jupyterlab.commands import get_workspaces_dir  # type: ignore[import-untyped]

    from pgc_lib.settings import settings

    state = settings().data / "jupyter"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    from pgc_lib.notebook.extension.notes_handler import handlers

    notes = Notes(Path(app.root_dir), Path(get_workspaces_dir()), app.log, state, together(app))
    notes.follow(app.contents_manager, app.event_logger)
    app.web_app.add_handlers(".*$", handlers(app.web_app.settings["base_url"], notes))
    app.io_loop.add_callback(notes.begin)
    return notes
