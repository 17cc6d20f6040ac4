"""A provider of language models that speaks the real protocol over HTTP and says what a test scripted.

It stands in for a company's servers, which tests cannot reach; the client, the agent and the gateway that talk
to it are the product's own. Each script entry answers one request; the last one repeats.

Run as a program it says hi to everyone, in a process of its own, until its standard input ends.
"""

import json
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


@dataclass(frozen=True)
class Say:
    """Answer with text, streamed a character at a time."""

    text: str
    usage: Mapping[str, Any] | None = field(default_factory=lambda: USAGE)
    """None for a provider that does not count."""
    pause: float = 0
    """Seconds between two pieces."""
    done: bool = True
    """Whether a stream ends with its last word, [DONE]."""


@dataclass(frozen=True)
class UseTool:
    """Ask for a tool call."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Fail:
    """Answer with an HTTP status, and repeat the key that was shown, as careless servers do."""

    status: int
    message: str = "scripted"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BreakOff:
    """Begin an answer and close the connection."""

    text: str


@dataclass(frozen=True)
class Stall:
    """Begin an answer and say nothing more for a while."""

    text: str
    seconds: float


@dataclass(frozen=True)
class Sleep:
    """Say nothing for a while, then answer."""

    seconds: float
    text: str = "late"


@dataclass(frozen=True)
class Raw:
    """Answer with these bytes, whatever they are."""

    body: bytes
    kind: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Provider:
    """A running stand-in: its address, what it was asked, what it will say."""

    script: list[Any] = field(default_factory=lambda: [Say("Hello.")])
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    """Set when somebody hung up in the middle of an answer."""
    url: str = ""

    def next(self) -> Any:
        """What to answer now."""
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def provider(*script: Any, port: int = 0) -> Iterator[Provider]:
    """Run a provider with a script."""
    state = Provider(list(script) or [Say("Hello.")])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else a second small write waits until the first one is confirmed.
        disable_nagle_algorithm = True

        def log_message(self, *_args: object) -> None:
            """Keep the test output clean."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(body)
            state.paths.append(self.path)
            state.keys.append(self.headers.get("Authorization", ""))
            entry = state.next()
            if isinstance(entry, Sleep):
                time.sleep(entry.seconds)
                entry = Say(entry.text)
            try:
                self._answer(entry, body)
            except (BrokenPipeError, ConnectionResetError):
                state.left.set()
                self.close_connection = True

        def _answer(self, entry: Any, body: dict[str, Any]) -> None:
            if isinstance(entry, Fail):
                said = f"{entry.message} {self.headers.get('Authorization', '')}"
                self._json(entry.status, {"error": {"message": said}}, entry.headers)
            elif isinstance(entry, Raw):
                self._send(entry.status, entry.kind, entry.body, entry.headers)
            elif self.path.endswith("/embeddings"):
                self._json(200, _embeddings(body))
            elif body.get("stream"):
                self._stream(entry, (body.get("stream_options") or {}).get("include_usage"))
            else:
                self._json(200, _whole(entry))

        def _json(self, status: int, value: Any, headers: Mapping[str, str] = {}) -> None:
            self._send(status, "application/json", json.dumps(value).encode(), headers)

        def _send(self, status: int, kind: str, payload: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(payload)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def _stream(self, entry: Any, counted: bool | None) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            # An answer that is whole leaves the connection open, as real servers do; any other one ends with it.
            self._chunked = isinstance(entry, Say | UseTool)
            name, value = (
                ("Transfer-Encoding", "chunked") if self._chunked else ("Connection", "close")
            )
            self.send_header(name, value)
            self.end_headers()
            self.close_connection = not self._chunked
            for delta in _deltas(entry):
                self._event(_chunk([{"index": 0, "delta": delta, "finish_reason": None}]))
                time.sleep(getattr(entry, "pause", 0))
            if isinstance(entry, Stall):
                # A hang-up shows when one writes, so a comment comes now and then at the end.
                time.sleep(entry.seconds)
                for _time in range(20):
                    self._piece(b": still there\n\n")
                    time.sleep(0.01)
            if isinstance(entry, BreakOff | Stall):
                return
            reason = "tool_calls" if isinstance(entry, UseTool) else "stop"
            self._event(_chunk([{"index": 0, "delta": {}, "finish_reason": reason}]))
            if counted and (usage := getattr(entry, "usage", USAGE)):
                self._event(_chunk([], usage=usage))
            if getattr(entry, "done", True):
                self._piece(b"data: [DONE]\n\n")
            if self._chunked:
                self.wfile.write(b"0\r\n\r\n")

        def _event(self, value: Any) -> None:
            self._piece(b"data: " + json.dumps(value).encode() + b"\n\n")

        def _piece(self, raw: bytes) -> None:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(raw), raw) if self._chunked else raw)

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


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
    usage = getattr(entry, "usage", USAGE)
    return {**head, "choices": [choice], **({"usage": usage} if usage else {})}


def _embeddings(body: dict[str, Any]) -> dict[str, Any]:
    import base64

    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    vector: Any = [0.6, 0.8]
    if body.get("encoding_format") == "base64":
        vector = base64.b64encode(struct.pack("<2f", *vector)).decode()
    data = [
        {"object": "embedding", "index": i, "embedding": vector} for i, _text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 3 * len(texts), "total_tokens": 3 * len(texts)}
    return {"object": "list", "model": "scripted", "data": data, "usage": usage}


if __name__ == "__main__":
    # A model writes its words one after the other; all at once, they would fight over the processors.
    with provider(Say("Hi", pause=0.004)) as apart:
        print(apart.url, flush=True)  # noqa: T201 (its parent reads this line)
        sys.stdin.read()
