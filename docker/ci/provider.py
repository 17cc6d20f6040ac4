"""A provider of language models for a test's hub: the real protocol, one fixed paragraph, streamed word by word."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PARAGRAPH = "A good week: the small things got done, and the larger ones moved."


class Handler(BaseHTTPRequestHandler):
    """Answers `/v1/chat/completions` and `/v1/models`."""

    def do_GET(self) -> None:
        self._send({"object": "list", "data": [{"id": "stand-in", "object": "model"}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        common = {"id": "stand-in", "created": 0, "model": asked.get("model", "stand-in")}
        usage = {"prompt_tokens": 10, "completion_tokens": 13, "total_tokens": 23}
        if not asked.get("stream"):
            choice = {
                "index": 0,
                "message": {"role": "assistant", "content": PARAGRAPH},
                "finish_reason": "stop",
            }
            self._send({**common, "object": "chat.completion", "choices": [choice], "usage": usage})
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        chunk = {**common, "object": "chat.completion.chunk"}
        for word in PARAGRAPH.split(" "):
            self._event(
                {**chunk, "choices": [_choice({"role": "assistant", "content": word + " "})]}
            )
        self._event({**chunk, "choices": [_choice({}, "stop")]})
        self._event({**chunk, "choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _event(self, value: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())
        self.wfile.flush()

    def _send(self, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _choice(delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": reason}


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()  # noqa: S104 # in a container
