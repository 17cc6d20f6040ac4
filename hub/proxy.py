"""`python -m hub.proxy`: the proxy of a hub on one machine, with nothing to install beside Python.

It takes the orders of JupyterHub in the words of configurable-http-proxy (`/api/routes`), which needs Node and takes
its place in compose. Answers and websockets are passed on as they come, so progress, streams and large files work.
"""

import argparse
import asyncio
import hmac
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    TCPConnector,
    WSMsgType,
    WSServerHandshakeError,
    web,
)
from yarl import URL

from pgc_lib.settings import Secret, settings

_HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
# Only we say where a request comes from; what a visitor writes here could hide them.
_OURS = frozenset({"x-real-ip", "forwarded"})
_HANDSHAKE = frozenset(
    {
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-extensions",
        "sec-websocket-protocol",
    }
)
_LARGEST_FORM = 2 * 2**20
_GONE = 503
_CHUNK = 64 * 1024


class Routes:
    """Which addresses lead where; the longest that fits wins."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Any]] = {}

    def add(self, path: str, data: dict[str, Any]) -> None:
        self._known[_clean(path)] = data | {"last_activity": _now()}

    def remove(self, path: str) -> bool:
        return self._known.pop(_clean(path), None) is not None

    def all(self) -> dict[str, dict[str, Any]]:
        return dict(self._known)

    def find(self, path: str) -> tuple[str, str] | None:
        """The prefix and the target for a request's path."""
        parts = _clean(path).split("/")
        for length in range(len(parts), 0, -1):
            prefix = "/".join(parts[:length]) or "/"
            if prefix in self._known:
                return prefix, str(self._known[prefix]["target"])
        return None

    def used(self, prefix: str) -> None:
        """Remember that somebody worked here; the hub culls by it."""
        if prefix in self._known:
            self._known[prefix]["last_activity"] = _now()


class Proxy:
    """Passes requests on, and takes orders about where to."""

    def __init__(self, token: Secret, error_target: str) -> None:
        self.routes = Routes()
        self._token = token
        self._error_target = error_target.rstrip("/")
        self._session: ClientSession | None = None

    def pages(self) -> web.Application:
        """What visitors see."""
        app = web.Application(client_max_size=2**62)
        app.router.add_get("/_chp_healthz", _healthy)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        app.cleanup_ctx.append(self._open)
        return app

    def orders(self) -> web.Application:
        """What the hub sees."""
        app = web.Application()
        app.router.add_route("*", "/api/routes{path:.*}", self._order)
        return app

    async def _open(self, _app: web.Application) -> AsyncIterator[None]:
        self._session = ClientSession(
            connector=TCPConnector(limit=0),
            timeout=ClientTimeout(total=None, connect=10),
            auto_decompress=False,
            cookie_jar=None,
        )
        yield
        await self._session.close()

    async def _order(self, request: web.Request) -> web.Response:
        shown = request.headers.get("Authorization", "").removeprefix("token ").strip()
        if not hmac.compare_digest(shown.encode(), self._token.reveal().encode()):
            return web.Response(status=403)
        path = request.match_info["path"] or "/"
        if request.method == "POST":
            data = await request.json()
            if not isinstance(data.get("target"), str):
                return web.Response(status=400)
            self.routes.add(path, data)
            return web.Response(status=201)
        if request.method == "DELETE":
            return web.Response(status=204 if self.routes.remove(path) else 404)
        return web.json_response(self.routes.all())

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        found = self.routes.find(request.path)
        if found is None:
            return await self._error(request, 404)
        prefix, target = found
        url = URL(target.rstrip("/") + request.raw_path, encoded=True)
        try:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                answer = await self._websocket(request, url, prefix)
            else:
                answer = await self._http(request, url, prefix)
        except (ClientError, ConnectionError, TimeoutError):
            if request.transport is None or request.transport.is_closing():
                raise  # there is nobody left to tell
            return await self._error(request, _GONE)
        return answer

    async def _http(self, request: web.Request, url: URL, prefix: str) -> web.StreamResponse:
        assert self._session is not None
        if prefix == "/" and (request.content_length or 0) > _LARGEST_FORM:
            return web.Response(status=413)  # the hub's own forms are small
        body = request.content.iter_chunked(_CHUNK) if request.body_exists else None
        async with self._session.request(
            request.method,
            url,
            headers=_forwarded(request),
            data=body,
            allow_redirects=False,
        ) as answer:
            response = web.StreamResponse(status=answer.status, reason=answer.reason)
            for name, value in answer.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    response.headers.add(name, value)
            if answer.status < 300:
                self.routes.used(prefix)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
            return response

    async def _websocket(self, request: web.Request, url: URL, prefix: str) -> web.StreamResponse:
        assert self._session is not None
        wanted = request.headers.get("Sec-WebSocket-Protocol", "")
        protocols = [one.strip() for one in wanted.split(",") if one.strip()]
        headers = {
            name: value for name, value in _forwarded(request).items() if name not in _HANDSHAKE
        }
        try:
            inner = await self._session.ws_connect(
                url, protocols=protocols, headers=headers, max_msg_size=0, compress=0
            )
        except WSServerHandshakeError as error:
            return web.Response(status=error.status)
        chosen = [inner.protocol] if inner.protocol else []
        outer = web.WebSocketResponse(protocols=chosen, max_msg_size=0, compress=False)
        try:
            await outer.prepare(request)
            there = asyncio.create_task(self._carry(outer, inner, prefix))
            back = asyncio.create_task(self._carry(inner, outer, prefix))
            _done, left = await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            for task in left:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        finally:
            await inner.close(code=outer.close_code or 1000)
            await outer.close(code=inner.close_code or 1000)
        return outer

    async def _carry(
        self,
        source: web.WebSocketResponse | ClientWebSocketResponse,
        target: web.WebSocketResponse | ClientWebSocketResponse,
        prefix: str,
    ) -> None:
        async for message in source:
            self.routes.used(prefix)
            with suppress(ConnectionError):  # the other side left; the loop ends with its task
                if message.type is WSMsgType.TEXT:
                    await target.send_str(message.data)
                elif message.type is WSMsgType.BINARY:
                    await target.send_bytes(message.data)

    async def _error(self, request: web.Request, code: int) -> web.Response:
        """The hub's page for an error, in the visitor's language."""
        assert self._session is not None
        url = URL(f"{self._error_target}/{code}?url={quote(request.path)}", encoded=True)
        wanted = {
            name: request.headers[name]
            for name in ("Accept-Language", "Cookie")
            if name in request.headers
        }
        try:
            async with self._session.get(url, headers=wanted) as answer:
                text = await answer.text()
        except (ClientError, TimeoutError):
            return web.Response(status=code, text=f"{code}")
        return web.Response(status=code, text=text, content_type="text/html")


def _forwarded(request: web.Request) -> dict[str, str]:
    """The visitor's headers as the target may see them, and where they come from."""
    kept = {}
    for name in dict.fromkeys(map(str.lower, request.headers)):
        if name not in _HOP_BY_HOP | _OURS:
            between = "; " if name == "cookie" else ", "
            kept[name] = between.join(request.headers.getall(name))
    seen, host = request.remote or "unknown", request.headers.get("Host", "")
    before = kept.get("x-forwarded-for")
    # A proxy in front of us may know the scheme better; the last address is always the one that we see.
    return {
        "x-forwarded-proto": request.scheme,
        "x-forwarded-port": str(urlsplit(f"//{host}").port or 80),
        "x-forwarded-host": host,
        **kept,
        "x-forwarded-for": f"{before}, {seen}" if before else seen,
    }


async def _healthy(_request: web.Request) -> web.Response:
    return web.json_response({"status": "OK"})


def _clean(path: str) -> str:
    return "/" + path.strip("/")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def serve(options: argparse.Namespace, token: Secret) -> None:
    """Until told to end."""
    proxy = Proxy(token, options.error_target)
    proxy.routes.add("/", {"target": options.default_target, "jupyterhub": True})
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with AsyncExitStack() as stack:
        for app, ip, port in (
            (proxy.pages(), options.ip, options.port),
            (proxy.orders(), options.api_ip, options.api_port),
        ):
            # Open pages and websockets are not waited for: whoever ends the hub means it.
            runner = web.AppRunner(
                app, access_log=None, shutdown_timeout=1, handler_cancellation=True
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, ip, port).start()
        await ended.wait()


def main() -> int:
    """Read where to listen; the token comes by PGC_HUB_PROXY_TOKEN, never by the command line."""
    parser = argparse.ArgumentParser(prog="python -m hub.proxy")
    parser.add_argument("--ip", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--api-ip", default="127.0.0.1")
    parser.add_argument("--api-port", type=int, default=8001)
    parser.add_argument("--default-target", default="http://127.0.0.1:8081")
    parser.add_argument("--error-target", default="http://127.0.0.1:8081/hub/error")
    token: Secret = settings().hub_proxy_token
    if not token:
        sys.stderr.write("PGC_HUB_PROXY_TOKEN is not set.\n")
        return 1
    asyncio.run(serve(parser.parse_args(), token))
    return 0


if __name__ == "__main__":
    sys.exit(main())
