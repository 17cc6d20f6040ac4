"""Parts in a bare page: the browser's program and a kernel's side without Jupyter between them.

    with shown(table, lang="zh-CN") as address:
        page.goto(address)

What a person does goes the same way as in a notebook (`Live._arrived`), and what comes back is the same messages.
"""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pgc_lib.i18n import in_lang
from pgc_lib.notebook.live import Part, view
from pgc_lib.notebook.live.style import css

_PROGRAM = Path(view.__file__).parent / "live.js"
_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Part</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>:root {{ color-scheme: light dark }} body {{ margin: 12px; background: var(--pgc-ground) }} {css}</style>
<body data-voila="1"><main id="here"></main><script type="module">
import app from "/live.js";
const state = {state}, hears = [];
const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (each) => String.fromCharCode(each)).join(""));
const hear = (answer) => answer.json().then((all) => all.forEach((each) => hears.forEach((hear) => hear(each, []))));
const send = (content, _callbacks, buffers = []) =>
  fetch("/deed", {{ method: "POST", body: JSON.stringify({{ content, buffers: buffers.map(text) }}) }}).then(hear);
const listen = () => fetch("/news").then(hear).then(() => setTimeout(listen, 150), () => {{}});
if ({listens}) listen();
const model = {{ get: (name) => state[name], on: (name, hear) => name === "msg:custom" && hears.push(hear), off() {{}}, send, comm_live: true }};
app.render({{ model, el: document.getElementById("here") }});
</script></body></html>"""


class _Host(HTTPServer):
    def __init__(self, part: Part, lang: str, *, listens: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lang = lang
        self.listens = listens
        self.waiting: SimpleQueue[dict[str, Any]] = SimpleQueue()
        with in_lang(lang):
            self.view = part.widget
        self.view.send = self._keep
        self.part = part

    def _keep(self, content: dict[str, Any], _buffers: Sequence[bytes] = ()) -> None:
        self.waiting.put({name: each for name, each in content.items() if name != "download"})

    def news(self) -> list[dict[str, Any]]:
        """What was sent since; work beside the page sends when it likes."""
        return [self.waiting.get() for _each in range(self.waiting.qsize())]


class _Handler(BaseHTTPRequestHandler):
    server: _Host

    def log_message(self, *_words: Any) -> None:
        """Nobody reads it."""

    def do_GET(self) -> None:
        if self.path == "/live.js":
            self._answer(_PROGRAM.read_bytes(), "text/javascript")
            return
        if self.path == "/news":
            self._answer(json.dumps(self.server.news()).encode(), "application/json")
            return
        with in_lang(self.server.lang):
            state = {"html": self.server.part.html, "words": self.server.view.words, "version": self.server.view._now}  # fmt: skip
        told = json.dumps(state, ensure_ascii=False).replace("</", "<\\/")
        page = _PAGE.format(
            lang=self.server.lang, css=css(), state=told, listens=json.dumps(self.server.listens)
        )
        self._answer(page.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        buffers = [b64decode(each) for each in told["buffers"]]
        with in_lang(self.server.lang):
            self.server.view._arrived(self.server.view, told["content"], buffers)
        self._answer(json.dumps(self.server.news()).encode(), "application/json")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def shown(part: Part, *, lang: str = "en", listens: bool = False) -> Iterator[str]:
    """The address of a page that shows a part, until the block ends; one that `listens` hears work beside the page.

    Such a page is to be shut before the block ends: open it inside.
    """
    host = _Host(part, lang, listens=listens)
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)  # fmt: skip
    thread.start()
    try:
        yield f"http://127.0.0.1:{host.server_address[1]}/"
    finally:
        host.shutdown()
        thread.join()
        host.server_close()
