"""The handlers below `pgc/api/desk`, which the desk in JupyterLab asks (`share/labextensions/pgc-desk`).

GET  pgc/api/desk         tiles and words, in the language that `lang` names
GET  pgc/api/desk/now     memory in use
POST pgc/api/desk/new     {"template", "folder", "day", "file"} → {"path"}
POST pgc/api/desk/inbox   {"deed": "list" | "look" | "take" | "undo", "file", "batch"}
POST pgc/api/desk/todo    {"line"}
POST pgc/api/desk/beside  {"path"}, or {"todo", "done"} to tick a to-do off
"""

from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import ensure_async, url_path_join
from tornado import web

from pgc_lib.errors import Invalid, PgcError
from pgc_lib.i18n import _, in_lang, lang
from pgc_lib.notebook.extension import desk_memory, desk_templates, desk_tiles
from pgc_lib.notebook.extension.desk_asking import Asking
from pgc_lib.notebook.extension.desk_inbox import NAME, Inbox
from pgc_lib.notebook.extension.handlers import Handler

_MOST_LETTERS = 500


class Desk:
    """What the handlers of one server share."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.asking = Asking(workspace)
        self.inbox = Inbox(workspace / NAME, self.asking)


def handlers(base: str, desk: Desk) -> list[tuple[str, type[web.RequestHandler], dict[str, Desk]]]:
    """The handlers with their addresses."""
    root, given = url_path_join(base, "pgc/api/desk"), {"desk": desk}
    return [
        (f"{root}/?", DeskHandler, given),
        (f"{root}/now", NowHandler, given),
        (f"{root}/new", NewHandler, given),
        (f"{root}/inbox", InboxHandler, given),
        (f"{root}/todo", TodoHandler, given),
        (f"{root}/beside", BesideHandler, given),
    ]


class _DeskHandler(Handler):
    def initialize(self, desk: Desk) -> None:
        self.desk = desk

    @property
    def lang(self) -> str:
        """The language that JupyterLab is in, which a person may have changed there."""
        return self.get_query_argument("lang", "") or lang()

    def body(self) -> dict[str, Any]:
        """What was sent; anything else than an object is nothing."""
        sent: Any = self.get_json_body()
        return sent if isinstance(sent, dict) else {}


class DeskHandler(_DeskHandler):
    """Tiles and words."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """What the desk shows; whoever sees it may want a page next."""
        expect = getattr(
            self.kernel_manager, "expect_pages", None
        )  # a person may have chosen other kernels
        if expect is not None:
            expect()
        with in_lang(self.lang):
            self.answer(desk_tiles.desk(self.desk.workspace))


class NowHandler(_DeskHandler):
    """What changes all the time."""

    _track_activity = False  # a page that is merely open is not a person at work

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Memory in use."""
        sessions: Any = await ensure_async(self.session_manager.list_sessions())  # type: ignore[no-untyped-call]
        with in_lang(self.lang):
            kernels = desk_memory.pids(self.kernel_manager, sessions)
            self.answer({"memory": desk_memory.measured(kernels).told()})


class NewHandler(_DeskHandler):
    """Notebooks from templates."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make one."""
        sent = self.body()
        with in_lang(self.lang):
            try:
                given = {"file": f"{NAME}/{sent['file']}"} if sent.get("file") else {}
                name, folder = str(sent.get("template") or ""), str(sent.get("folder") or "")
                day = _day(sent.get("day"))
                path = desk_templates.create(self.desk.workspace, name, folder, day, given)
            except PgcError as error:
                self.refuse(error)
            else:
                self.answer({"path": path.as_posix()}, HTTPStatus.CREATED)


class InboxHandler(_DeskHandler):
    """Files that wait to be taken in."""

    _track_activity = False

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Do what is asked with a file."""
        sent = self.body()
        file, inbox = str(sent.get("file") or ""), self.desk.inbox
        with in_lang(self.lang):
            try:
                match sent.get("deed"):
                    case "list":
                        self.answer({"files": inbox.files()})
                    case "look":
                        self.answer(await inbox.look(file))
                    case "take":
                        self.answer(await inbox.take(file))
                    case "undo":
                        self.answer(await inbox.undo(file, str(sent.get("batch") or "")))
                    case _:
                        raise Invalid(_("The inbox is asked to list, look, take or undo."))
            except PgcError as error:
                self.refuse(error)


class TodoHandler(_DeskHandler):
    """To-dos in one line."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Keep one."""
        with in_lang(self.lang):
            try:
                line = str(self.body().get("line") or "").strip()[:_MOST_LETTERS]
                self.answer(await self.desk.asking.now("todo", line=line))
            except PgcError as error:
                self.refuse(error)


class BesideHandler(_DeskHandler):
    """What stands beside the notebook in front."""

    _track_activity = False  # it follows by itself

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Tell, or tick a to-do off."""
        sent = self.body()
        path, todo = str(sent.get("path") or "").strip("/"), str(sent.get("todo") or "")
        with in_lang(self.lang):
            try:
                if todo:
                    done = bool(sent.get("done", True))
                    self.answer(await self.desk.asking.now("tick", todo=todo, done=done))
                else:
                    self.answer(await self.desk.asking.now("beside", path=path))
            except PgcError as error:
                self.refuse(error)


def _day(sent: Any) -> date:
    """The day where the person is; the server may stand elsewhere."""
    try:
        return date.fromisoformat(str(sent))
    except ValueError:
        return date.today()  # noqa: DTZ011  # nobody said where the person is
