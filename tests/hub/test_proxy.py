"""The proxy of a hub on one machine: routes, streams, websockets, and what it does not let a visitor claim."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError, web
from yarl import URL

from hub.proxy import Proxy, Routes
from pgc_lib.settings import Secret
from pgc_lib.stores.engines.ports import choose_free

TOKEN = "the-proxys-token"
Test = Callable[["House"], Awaitable[None]]


@dataclass
class House:
    """A proxy, a server behind it, and a client in front."""

    proxy: Proxy
    client: ClientSession
    url: str
    orders: str
    inner: str

    async def order(self, method: str, path: str, token: str = TOKEN, **body: Any) -> int:
        headers = {"Authorization": f"token {token}"}
        async with self.client.request(
            method, f"{self.orders}/api/routes{path}", headers=headers, json=body or None
        ) as answer:
            return answer.status

    async def get(self, path: str, **options: Any) -> tuple[int, str]:
        async with self.client.get(self.url + path, **options) as answer:
            return answer.status, await answer.text()


async def echo(request: web.Request) -> web.StreamResponse:
    """What arrived, as JSON."""
    body = await request.read()
    headers = [[name, value] for name, value in request.headers.items()]
    shown = {"path": request.raw_path, "method": request.method, "size": len(body)}
    answer = web.json_response(shown | {"headers": headers})
    answer.headers.add("Set-Cookie", "one=1")
    answer.headers.add("Set-Cookie", "two=2")
    return answer


async def drip(request: web.Request) -> web.StreamResponse:
    """Two pieces; the second waits until it is told that the first has arrived."""
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    await answer.write(b"data: one\n\n")
    await request.app["go"].wait()
    await answer.write(b"data: two\n\n")
    return answer


async def socket(request: web.Request) -> web.StreamResponse:
    """Says everything back."""
    if "closed" in request.path:
        return web.Response(status=403)
    answer = web.WebSocketResponse(protocols=("v1.kernel",), max_msg_size=0)
    await answer.prepare(request)
    async for message in answer:
        if message.type is WSMsgType.TEXT and message.data == "end":
            await answer.close(code=4001)
        elif message.type is WSMsgType.TEXT:
            await answer.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await answer.send_bytes(message.data)
    return answer


async def error(request: web.Request) -> web.Response:
    return web.Response(text=f"error {request.match_info['code']} {request.query['url']}")


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    app = web.Application(client_max_size=2**30)
    app["go"] = asyncio.Event()
    app.router.add_get("/hub/error/{code}", error)
    app.router.add_get("/{path:.*}drip", drip)
    app.router.add_get("/{path:.*}ws{more:.*}", socket)
    app.router.add_route("*", "/{path:.*}", echo)
    inner, outer, orders = choose_free(), choose_free(), choose_free()
    proxy = Proxy(Secret(TOKEN), f"http://127.0.0.1:{inner}/hub/error")
    async with AsyncExitStack() as stack:
        for one, port in ((app, inner), (proxy.pages(), outer), (proxy.orders(), orders)):
            runner = web.AppRunner(one, shutdown_timeout=0.2, handler_cancellation=True)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", port).start()
        client = await stack.enter_async_context(ClientSession())
        stack.callback(app["go"].set)
        made = House(proxy, client, *(f"http://127.0.0.1:{one}" for one in (outer, orders, inner)))
        made.app = app  # type: ignore[attr-defined]
        proxy.routes.add("/", {"target": made.inner})
        yield made


def through(test: Test) -> None:
    """Run a test in a house of its own."""

    async def run() -> None:
        async with house() as made:
            await asyncio.wait_for(test(made), 30)

    asyncio.run(run())


def test_the_longest_route_wins() -> None:
    """`/user/ma` is not `/user/mama`, and a person's server is not another's."""
    routes = Routes()
    for path in ("/", "/user/ma", "/user/mama/"):
        routes.add(path, {"target": path})
    wanted = {
        "/": "/",
        "/user": "/",
        "/user/ma": "/user/ma",
        "/user/ma/x": "/user/ma",
        "/user/mama": "/user/mama",
        "/user/mama/a/b": "/user/mama",
        "/user/mamama": "/",
        "/user/ma%2fma": "/",
    }
    assert {path: routes.find(path) and routes.find(path)[0] for path in wanted} == wanted  # type: ignore[index]
    assert routes.remove("/user/ma") and not routes.remove("/user/ma")
    assert Routes().find("/x") is None


def test_orders_want_the_token() -> None:
    """Whoever could change routes could lead everyone to a login page of their own."""

    async def test(house: House) -> None:
        for token in ("", "x", TOKEN + "x"):
            for method in ("GET", "POST", "DELETE"):
                assert await house.order(method, "/user/mama", token, target="http://x") == 403
        assert "/user/mama" not in house.proxy.routes.all()
        assert await house.order("POST", "/user/mama", target=house.inner, user="mama") == 201
        assert house.proxy.routes.all()["/user/mama"]["user"] == "mama"
        assert await house.order("POST", "/user/mama", target=7) == 400
        assert await house.order("DELETE", "/user/mama") == 204
        assert await house.order("DELETE", "/user/mama") == 404

    through(test)


def test_orders_are_not_taken_from_visitors() -> None:
    """The port that people see knows no `/api/routes`."""

    async def test(house: House) -> None:
        headers = {"Authorization": f"token {TOKEN}"}
        async with house.client.delete(house.url + "/api/routes/", headers=headers) as answer:
            assert json.loads(await answer.text())["method"] == "DELETE"  # passed on
        assert "/" in house.proxy.routes.all()

    through(test)


def test_a_request_arrives_as_it_was_sent() -> None:
    """Escapes, questions, cookies and bodies are the server's business."""

    async def test(house: House) -> None:
        path = "/user/mama/files/%E5%91%A8%20a%2Fb.ipynb?x=%26&y=1"
        await house.order("POST", "/user/mama", target=house.inner)
        async with house.client.put(
            URL(house.url + path, encoded=True),
            data=b"x" * 3_000_000,
            headers={"Cookie": "a=1; b=2"},
        ) as answer:
            seen = await answer.json()
            assert answer.headers.getall("Set-Cookie") == ["one=1", "two=2"]
        assert (seen["path"], seen["method"], seen["size"]) == (path, "PUT", 3_000_000)
        assert ["cookie", "a=1; b=2"] in [[name.lower(), value] for name, value in seen["headers"]]

    through(test)


@pytest.mark.parametrize("spelling", ["X-Forwarded-For", "x-forwarded-for", "X-FORWARDED-FOR"])
def test_where_a_visitor_comes_from(spelling: str) -> None:
    """The last address is the one that we saw; what a visitor wrote stands before it, in one header."""

    async def test(house: House) -> None:
        headers = {spelling: "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=1.2.3.4"}
        _status, text = await house.get("/", headers=headers)
        seen = [(name.lower(), value) for name, value in json.loads(text)["headers"]]
        found = [value for name, value in seen if name == "x-forwarded-for"]
        assert found == ["203.0.113.9, 127.0.0.1"]
        assert not [name for name, _value in seen if name in ("x-real-ip", "forwarded")]

    through(test)


def test_a_stream_arrives_piece_by_piece() -> None:
    """The progress of a start and the words of a model are seen while they come."""

    async def test(house: House) -> None:
        async with house.client.get(house.url + "/drip") as answer:
            assert await answer.content.readany() == b"data: one\n\n"
            house.app["go"].set()  # type: ignore[attr-defined]
            assert await answer.content.readany() == b"data: two\n\n"

    through(test)


def test_a_websocket_with_its_protocol() -> None:
    """Kernels speak through it: texts, large buffers, both ends' goodbyes."""

    async def test(house: House) -> None:
        large = bytes(range(256)) * 40_000
        async with house.client.ws_connect(
            house.url + "/ws", protocols=("v2.other", "v1.kernel"), max_msg_size=0
        ) as talk:
            assert talk.protocol == "v1.kernel"
            await talk.send_str("你好")
            assert await talk.receive_str() == "你好"
            await talk.send_bytes(large)
            assert await talk.receive_bytes() == large
            await talk.send_str("end")
            assert (await talk.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
            assert talk.close_code == 4001

    through(test)


def test_a_websocket_that_is_refused() -> None:
    """The answer of the server is the visitor's answer."""

    async def test(house: House) -> None:
        with pytest.raises(WSServerHandshakeError) as refused:
            await house.client.ws_connect(house.url + "/ws/closed")
        assert refused.value.status == 403

    through(test)


def test_a_server_that_is_gone_shows_the_hubs_page() -> None:
    """Not a bare error, and in the time that a person waits."""

    async def test(house: House) -> None:
        await house.order("POST", "/user/gone", target="http://127.0.0.1:9")
        status, text = await house.get("/user/gone/lab")
        assert (status, text) == (503, "error 503 /user/gone/lab")
        await house.order("DELETE", "/")
        status, text = await house.get("/nowhere")
        assert (status, text) == (404, "error 404 /nowhere")

    through(test)


def test_the_hubs_own_forms_are_small() -> None:
    """A flood of a hundred megabytes ends at the door; a person's own uploads pass."""

    async def test(house: House) -> None:
        async with house.client.post(house.url + "/hub/signup", data=b"x" * 3_000_000) as answer:
            assert answer.status == 413

    through(test)


def test_use_is_noted() -> None:
    """Idle servers are found by when they were last used."""

    async def test(house: House) -> None:
        await house.order("POST", "/user/mama", target=house.inner)
        before = house.proxy.routes.all()["/user/mama"]["last_activity"]
        time.sleep(0.01)
        await house.get("/user/mama/x")
        assert house.proxy.routes.all()["/user/mama"]["last_activity"] > before

    through(test)
