"""Real-time collaboration (jupyter-collaboration): what it saves by itself is followed, and a tick never costs what is being typed."""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from pgc_lib.automation.http import call
from pgc_lib.core.session import Session
from pgc_lib.i18n import in_lang
from pgc_lib.stores.filters import col
from tests.support.notebooks import save, sources
from tests.unit.notebook.test_extension import TOKEN, Jupyter, started
from tests.unit.notebook.test_harvest_follow import until

_WHY = "needs collaboration: pip install jupyter-collaboration"
pytest.importorskip("jupyter_server_ydoc", reason=_WHY)
pycrdt: Any = pytest.importorskip("pycrdt", reason=_WHY)
ydoc: Any = pytest.importorskip("jupyter_ydoc", reason=_WHY)


@pytest.fixture(scope="module")
def server(person: Callable[..., Session], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:  # fmt: skip
    with in_lang("en"), started(person("together"), tmp_path_factory.mktemp("server")) as running:
        yield running


class Page:
    """A page that has a notebook open together with others, and knows nothing of us."""

    def __init__(self, server: Jupyter, path: str) -> None:
        asked = call("PUT", f"{server.url}api/collaboration/session/{quote(path)}", token=TOKEN, body={"format": "json", "type": "notebook"})  # fmt: skip
        found = asked.data
        room = f"{found['format']}:{found['type']}:{found['fileId']}"
        address = f"{server.url}api/collaboration/room/{room}?sessionId={found['sessionId']}"
        self._request = HTTPRequest(address.replace("http", "ws", 1), headers={"Authorization": f"token {TOKEN}"})  # fmt: skip
        self.book = ydoc.YNotebook()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._talk()])
        self._socket: WebSocketClientConnection | None = None
        self._thread.start()

    async def _talk(self) -> None:
        self._socket = socket = await websocket_connect(self._request)
        doc = self.book.ydoc
        sending = doc.observe(lambda event: socket.write_message(pycrdt.create_update_message(event.update), binary=True))  # fmt: skip
        await socket.write_message(pycrdt.create_sync_message(doc), binary=True)
        while (message := await socket.read_message()) is not None:
            if isinstance(message, bytes) and message[0] == pycrdt.YMessageType.SYNC:
                answer = pycrdt.handle_sync_message(message[1:], doc)
                if answer is not None:
                    await socket.write_message(answer, binary=True)
        doc.unobserve(sending)

    def texts(self) -> list[str]:
        """What its cells say now."""
        return self._do(lambda: [str(cell["source"]) for cell in self.book.ycells])

    def type(self, cell: int, text: str) -> None:
        """At the end of a cell."""

        def written() -> None:
            source = self.book.ycells[cell]["source"]
            source += text

        self._do(written)

    def _do(self, work: Callable[[], Any]) -> Any:
        async def done() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(60)

    def close(self) -> None:
        assert self._socket is not None
        self._loop.call_soon_threadsafe(self._socket.close)
        self._thread.join(60)
        self._loop.close()


def _typed_on(page: Page) -> bool:
    """The tick is put in by the first save after the server has heard of it, so somebody goes on typing."""
    page.type(0, ".")
    time.sleep(3)  # longer than the pause after which a room is saved
    return True


def test_what_is_typed_together_is_followed_and_a_tick_costs_none_of_it(server: Jupyter) -> None:
    """Nobody presses “save”; the page never hears of the tick, and types on in the very cell."""
    lab = server.lab
    path = save(server.workspace / "notes" / "together.ipynb", "# Together", "- [ ] call mum")
    [todo] = until(lambda: lab.todos.find(title="call mum"), server)
    page = Page(server, "notes/together.ipynb")
    try:
        until(lambda: page.texts() == ["# Together", "- [ ] call mum"], server)
        page.type(0, "\n\nTyped by two. #shared")
        until(lambda: lab.docs.find(col("tags").has("shared")), server)
        assert sources(path)[0] == "# Together\n\nTyped by two. #shared"
        lab.todos.complete(todo)
        page.type(1, "\n- [ ] write")
        until(lambda: _typed_on(page) and sources(path)[1] == "- [x] call mum\n- [ ] write", server)
        assert page.texts()[1] == "- [ ] call mum\n- [ ] write"  # nobody typed over it
        page.type(1, " more")
        until(lambda: lab.todos.find(title="write more"), server)
        assert sources(path)[1] == "- [x] call mum\n- [ ] write more"
        assert lab.todos.get(todo.id).done
        page.type(0, "!")
        until(lambda: sources(path)[0].endswith("!"), server)
        assert re.fullmatch(r"# Together\n\nTyped by two\. #shared\.+!", page.texts()[0])
    finally:
        page.close()
    assert lab.todos.get(todo.id).done and sources(path)[1].startswith("- [x] call mum")
