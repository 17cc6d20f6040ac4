"""The handler below `pgc/api/notes`, which open pages ask what is to become of their cells (`pgc-desk/static/notes.js`).

POST pgc/api/notes {"paths": […]}              → {"edits": {path: [{"cell", "was", "text"}]}}
POST pgc/api/notes {"done": {path: [cell, …]}} → the page has them now, and means what it says from then on
"""

from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado import web

from pgc_lib.notebook.extension.handlers import Handler
from pgc_lib.notebook.extension.notes import Notes


def handlers(base: str, notes: Notes) -> list[tuple[str, type[web.RequestHandler], dict[str, Notes]]]:  # fmt: skip
    """The handler with its address."""
    return [(url_path_join(base, "pgc/api/notes"), NotesHandler, {"notes": notes})]


class NotesHandler(Handler):
    """What cells of open notebooks are to become."""

    _track_activity = False  # a page that is merely open is no person at work

    def initialize(self, notes: Notes) -> None:
        self.notes = notes

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Tell, or be told that a page has followed."""
        sent: Any = self.get_json_body()
        given = sent if isinstance(sent, dict) else {}
        done, paths = given.get("done"), given.get("paths")
        for path, cells in done.items() if isinstance(done, dict) else ():
            if isinstance(cells, list):
                self.notes.followed(str(path), {str(cell) for cell in cells})
        found = {
            path: [edit.values() for edit in edits]
            for path in (paths if isinstance(paths, list) else ())
            if isinstance(path, str) and (edits := self.notes.waiting(path))
        }
        self.answer({"edits": found})
