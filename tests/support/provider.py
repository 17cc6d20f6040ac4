"""A provider of language models that speaks the real protocol over HTTP and says what a test scripted.

It stands in for a company's servers, which tests cannot reach; the client, the agent and the gateway that talk
to it are the product's own. Each script entry answers one request; the last one repeats.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Say:
    """Answer with text, streamed a piece at a time."""

    text: str


@dataclass(frozen=True)
class UseTool:
    """Ask for a tool call."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Fail:
    """Answer with an HTTP status."""

    status: int


@dataclass(frozen=True)
class BreakOff:
    """Begin an answer and close the connection."""

    text: str


@dataclass(frozen=True)
class Sleep:
    """Say nothing for a while, then answer."""

    seconds: float
    text: str = "late"


@dataclass
class Provider:
    """A running stand-in: its address, what it was asked, what it will say."""

    script: list[Any] = field(default_factory=lambda: [Say("Hello.")])
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""

    def next(self) -> Any:
        """What to answer now."""
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def provider(*script: Any) -> Iterator[Provider]:
    """Run a provider with a script."""
    state = Provider(list(script) or [Say("Hello.")])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = (
            True  # else a second small write waits for the first one to be confirmed
        )

        def log_message(self, *_args: object) -> None:
            """Keep the test output clean."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(body)
            state.keys.append(self.headers.get("Authorization", ""))
            entry = state.next()
            if isinstance(entry, Sleep):
                time.sleep(entry.seconds)
                entry = Say(entry.text)
            if isinstance(entry, Fail):
                self._json(entry.status, {"error": {"message": "scripted"}})
            elif body.get("stream"):
                self._stream(entry)
            else:
                self._json(200, _whole(entry))

        def _json(self, status: int, value: Any) -> None:
            payload = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def _stream(self, entry: Any) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for delta in _deltas(entry):
                self._event(_chunk([{"index": 0, "delta": delta, "finish_reason": None}]))
            if not isinstance(entry, BreakOff):
                reason = "tool_calls" if isinstance(entry, UseTool) else "stop"
                self._event(_chunk([{"index": 0, "delta": {}, "finish_reason": reason}]))
                self._event(_chunk([], usage=_USAGE))
                self.wfile.write(b"data: [DONE]\n\n")
            self.close_connection = True

        def _event(self, value: Any) -> None:
            self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")
            self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


_USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def _deltas(entry: Any) -> list[dict[str, Any]]:
    if isinstance(entry, UseTool):
        return [{"role": "assistant", "tool_calls": [{"index": 0, **_tool(entry)}]}]
    return [{"role": "assistant", "content": ""}, *({"content": char} for char in entry.text)]


def _tool(entry: UseTool) -> dict[str, Any]:
    function = {"name": entry.name, "arguments": json.dumps(entry.arguments)}
    return {"id": f"call_{entry.name}", "type": "function", "function": function}


def _chunk(choices: list[Any], **more: Any) -> dict[str, Any]:
    head = {"id": "chunk", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    return {**head, "choices": choices, **more}


def _whole(entry: Any) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": getattr(entry, "text", None)}
    if isinstance(entry, UseTool):
        message["tool_calls"] = [_tool(entry)]
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    head = {"id": "whole", "object": "chat.completion", "created": 1, "model": "scripted"}
    return {**head, "choices": [choice], "usage": _USAGE}
