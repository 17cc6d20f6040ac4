"""Providers that are down, slow, broken or mistaken: each is called by its name, and nothing is passed off as whole."""

import json
import socket
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from openai import OpenAI

from hub.services.gateway import http, serving
from hub.services.gateway.upstream import Upstream
from tests.hub.gateway.conftest import Company
from tests.support.gateway import PROVIDER_KEY, Live, live, offering, token
from tests.support.lab import House
from tests.support.provider import BreakOff, Fail, Raw, Say, Sleep, Stall, provider

HELLO = [{"role": "user", "content": "hi"}]
EVENTS = "text/event-stream"


def asked(gateway: Live, person: UUID, *, stream: bool) -> tuple[httpx2.Response, dict[str, Any]]:
    """A call and the error that it ended with."""
    answer = gateway.post(person, {"messages": HELLO, "stream": stream})
    assert PROVIDER_KEY not in answer.text + str(answer.headers)
    if answer.status_code != 200:
        return answer, answer.json()["error"]
    assert stream and "[DONE]" not in answer.text
    last = answer.text.strip().split("\n\n")[-1]
    return answer, json.loads(last.removeprefix("data: "))["error"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("script", "status", "code", "outcome"),
    [
        (Fail(401), 502, "gateway_key_refused", "key_refused"),
        (Fail(403), 502, "gateway_key_refused", "key_refused"),
        (Fail(429), 429, "provider_rate_limit", "provider_limited"),
        (Fail(400), 400, "provider_refused", "refused"),
        (Fail(500), 502, "provider_error", "provider_error"),
        (Fail(503), 502, "provider_error", "provider_error"),
        (Fail(307, headers={"Location": "http://127.0.0.1:1/"}), 502, "provider_error", "provider_error"),
        (Sleep(3), 504, "provider_timeout", "timed_out"),
        (Raw(b"<html>Welcome to the hotel</html>", "text/html"), 502, "provider_garbage", "garbage"),
        (Raw(b"[1, 2]"), 502, "provider_garbage", "garbage"),
        (Raw(b'{"choices": 7}'), 502, "provider_garbage", "garbage"),
        (Raw(b"{" * 5000), 502, "provider_garbage", "garbage"),
    ],
)  # fmt: skip
def test_a_call_that_fails_at_once(
    company: Company, anna: UUID, script: Any, status: int, code: str, outcome: str, stream: bool
) -> None:
    """With an HTTP status of its own, also for a stream; two sentences; noted as what it was."""
    gateway, _scripted = company(script, more="answer_seconds = 0.5")
    answer, error = asked(gateway, anna, stream=stream)
    assert (answer.status_code, error["code"]) == (status, code)
    assert len(error["message"].split(". ")) >= 2 and error["type"]
    (line,) = gateway.calls(anna)
    assert (line["outcome"], line["input_tokens"]) == (outcome, None)


@pytest.mark.parametrize(
    ("script", "code", "outcome"),
    [
        (BreakOff("half an ans"), "provider_broke_off", "broken_off"),
        (Stall("half an ans", 2), "provider_timeout", "timed_out"),
        (Raw(b'data: {"choices": []}\n\ndata: {"cho', EVENTS), "provider_broke_off", "broken_off"),
        (Raw(b'data: {"choices": []}\n\n<html>\n\n', EVENTS), "provider_garbage", "garbage"),
        (Raw(b'data: {"choices": []}\n\ndata: oops\n\n', EVENTS), "provider_garbage", "garbage"),
        (
            Raw(b'data: {"choices": []}\n\ndata: {"error": {"message": "overloaded"}}\n\n', EVENTS),
            "provider_error",
            "provider_error",
        ),
    ],
)
def test_a_stream_that_breaks_in_the_middle(
    company: Company, anna: UUID, script: Any, code: str, outcome: str
) -> None:
    """What came is passed on, then an error and the end: never the word for a good one."""
    gateway, _scripted = company(script, more="answer_seconds = 0.5")
    answer, error = asked(gateway, anna, stream=True)
    assert answer.status_code == 200 and error["code"] == code
    if isinstance(script, BreakOff | Stall):
        assert answer.text.count('"content"') == len("half an ans") + 1
    assert gateway.calls(anna)[0]["outcome"] == outcome


def test_a_stream_that_says_nothing_is_no_answer(company: Company, anna: UUID) -> None:
    """Not even a status of 200 went out before."""
    gateway, _scripted = company(Raw(b"", EVENTS))
    answer, error = asked(gateway, anna, stream=True)
    assert (answer.status_code, error["code"]) == (502, "provider_broke_off")


def test_nobody_at_the_address(house: House, anna: UUID, tmp_path: Path) -> None:
    """And once somebody is, the next call goes through without a restart."""
    with provider() as scripted:
        url = scripted.url
    with live(house, **offering(tmp_path, url)) as gateway:
        answer, error = asked(gateway, anna, stream=False)
        assert (answer.status_code, error["code"]) == (503, "provider_unreachable")
        assert url not in answer.text
        with provider(Say("back"), port=int(url.rpartition(":")[2].partition("/")[0])):
            assert "back" in gateway.post(anna, {"messages": HELLO}).text
        assert [one["outcome"] for one in gateway.calls(anna, 2)] == ["unreachable", "ok"]


def test_nobody_opens_the_door(
    house: House, anna: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that takes no connection is given up after the seconds for that, not those for an answer."""
    monkeypatch.setattr(serving, "Upstream", partial(Upstream, connect_seconds=0.3))
    with ExitStack() as stack:
        deaf = stack.enter_context(socket.socket())
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        # Whoever is waiting already fills the queue, so that nobody else gets even that far.
        for _waiting in range(4):
            line = stack.enter_context(socket.socket())
            line.setblocking(False)
            line.connect_ex(deaf.getsockname())
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/v1"
        with live(house, **offering(tmp_path, url)) as gateway:
            answer, error = asked(gateway, anna, stream=True)
    assert (answer.status_code, error["code"]) == (503, "provider_unreachable")


def test_a_limit_says_when_to_come_back(company: Company, anna: UUID) -> None:
    """As the provider said it, and nonsense in its place is left away."""
    gateway, _scripted = company(
        Fail(429, headers={"Retry-After": "17"}), Fail(429, headers={"Retry-After": "soon\tish"})
    )
    found = [asked(gateway, anna, stream=False)[0].headers["retry-after"] for _time in range(2)]
    assert found == ["17", "5"]


def test_a_refusal_keeps_the_provider_s_words_but_not_the_key(company: Company, anna: UUID) -> None:
    """“The context is too long” is for the person; what a careless server repeats of the key is for nobody."""
    gateway, _scripted = company(Fail(400, "The context is too long.\r\nX-Evil: 1"))
    answer, error = asked(gateway, anna, stream=False)
    assert "The context is too long. X-Evil: 1" in error["message"] and "•" in error["message"]
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("stream", [False, True])
def test_a_provider_that_says_the_key_in_its_answer(
    company: Company, anna: UUID, stream: bool
) -> None:
    """An echo, a model that was shown its own headers: it does not come through."""
    value = {"choices": [{"finish_reason": "stop", "delta": {"content": PROVIDER_KEY}}]}
    raw = json.dumps(value).encode()
    gateway, _scripted = company(Raw(b"data: " + raw + b"\n\n", EVENTS) if stream else Raw(raw))
    answer = gateway.post(anna, {"messages": HELLO, "stream": stream})
    assert answer.status_code == 200 and "•" in answer.text and PROVIDER_KEY not in answer.text


def test_a_key_that_is_not_there(company: Company, anna: UUID, tmp_path: Path) -> None:
    """The administrator's to mend, and said so; with the key it works at once."""
    gateway, scripted = company(Say("Hello."))
    (tmp_path / "key").unlink()
    answer, error = asked(gateway, anna, stream=False)
    assert (answer.status_code, error["code"]) == (502, "gateway_key_missing")
    assert str(tmp_path) not in answer.text
    (tmp_path / "key").write_text("two\nlines")
    assert asked(gateway, anna, stream=False)[1]["code"] == "gateway_key_missing"
    (tmp_path / "key").write_text(PROVIDER_KEY)
    assert gateway.post(anna, {"messages": HELLO}).status_code == 200
    assert scripted.keys == [f"Bearer {PROVIDER_KEY}"]


def test_clients_do_not_ask_again_for_nothing(company: Company, anna: UUID) -> None:
    """OpenAI's client repeats a 502 by itself; not one that would only be the same."""
    gateway, scripted = company(Fail(401))
    with pytest.raises(Exception, match="gateway's key"):
        OpenAI(base_url=gateway.url, api_key=token(anna)).chat.completions.create(
            model="small",
            messages=HELLO,  # type: ignore[arg-type]
        )
    assert len(scripted.requests) == 1


def test_who_hangs_up_ends_the_work(company: Company, anna: UUID) -> None:
    """The provider is told by a closed connection, and the call is noted as what it was."""
    gateway, scripted = company(Say("a long story " * 20, pause=0.05))
    _begin_and_leave(gateway, anna, {"messages": HELLO, "stream": True}, read=b'"content"')
    assert scripted.left.wait(10)
    (line,) = gateway.calls(anna)
    assert (line["outcome"], line["input_tokens"]) == ("hung_up", None)
    assert gateway.gateway.open_calls == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [("chat/completions", {"messages": HELLO}), ("embeddings", {"model": "small", "input": "a"})],
)
def test_who_hangs_up_before_the_answer(
    company: Company, anna: UUID, path: str, body: dict[str, Any]
) -> None:
    """A call whose provider still thinks ends at once as well."""
    gateway, scripted = company(Sleep(4))
    _begin_and_leave(gateway, anna, body, path=path)
    (line,) = gateway.calls(anna)
    assert line["outcome"] == "hung_up" and line["seconds"] < 3
    assert len(scripted.requests) == 1


def test_who_leaves_after_the_last_word_has_had_it_all(company: Company, anna: UUID) -> None:
    """That is how many clients end a stream."""
    gateway, _scripted = company(Say("short"))
    _begin_and_leave(gateway, anna, {"messages": HELLO, "stream": True}, read=b"[DONE]")
    assert gateway.calls(anna)[0]["outcome"] == "ok"


def test_who_does_not_read_does_not_hold_the_provider_for_ever(
    company: Company, anna: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that stops taking what it asked for is taken for gone."""
    monkeypatch.setattr(http, "_STALL_SECONDS", 0.3)
    big = json.dumps({"choices": [{"delta": {"content": "x" * 60_000}}]}).encode()
    gateway, _scripted = company(Raw(b"".join([b"data: " + big + b"\n\n"] * 400), EVENTS))
    raw = _begin(gateway, anna, {"messages": HELLO, "stream": True})
    with closing(raw):
        assert gateway.calls(anna)[0]["outcome"] == "hung_up"


def _begin(
    gateway: Live, person: UUID, body: dict[str, Any], path: str = "chat/completions"
) -> socket.socket:
    raw = json.dumps(body).encode()
    line = socket.create_connection(("127.0.0.1", gateway.port))
    line.sendall(
        f"POST /v1/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(person)}\r\n"
        f"Content-Length: {len(raw)}\r\n\r\n".encode()
        + raw
    )
    return line


def _begin_and_leave(
    gateway: Live, person: UUID, body: Any, read: bytes = b"", path: str = "chat/completions"
) -> None:
    with closing(_begin(gateway, person, body, path)) as line:
        line.settimeout(20)
        seen = b""
        while read not in seen:
            seen += line.recv(65536)
        if not read:
            _until(lambda: gateway.gateway.open_calls == 1)


def _until(true: Callable[[], bool]) -> None:
    import time

    while not true():
        time.sleep(0.01)
