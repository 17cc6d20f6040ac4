"""What a person's program may send: anything at all. It gets an answer, and nobody else notices."""

import json
import socket
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from hub.services.gateway import asked
from hub.services.gateway.trouble import Trouble
from hub.tokens import issue
from pgc_lib.core.provisioning import create_person, end_person
from pgc_lib.settings import Secret
from tests.hub.gateway.conftest import Company
from tests.support.gateway import MASTER, Live, live, token
from tests.support.lab import House
from tests.support.provider import Provider, Say

Standing = tuple[Live, Provider]
HELLO = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None),
        (b"{", None),
        (b"[]", None),
        (b"null", None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
        (b'{"messages": NaN}', "messages"),
        (b'{"a": "\\ud800", "messages": []}', None),
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": ["hi"]}, "messages"),
        ({"messages": [{"content": "hi"}]}, "messages"),
        ({"messages": [{"role": 7}]}, "messages"),
        ({"messages": HELLO, "model": 7}, "model"),
        ({"messages": HELLO, "model": ["small"]}, "model"),
        ({"messages": HELLO, "stream": "yes"}, "stream"),
        ({"messages": HELLO, "stream_options": [1]}, "stream_options"),
    ],
)
def test_what_is_no_request(standing: Standing, anna: UUID, body: Any, param: str | None) -> None:
    """Refused with the place of the mistake; the provider is not asked and nothing is noted."""
    gateway, scripted = standing
    before = len(scripted.requests)
    answer = gateway.post(anna, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, "invalid_request", param)
    assert len(scripted.requests) == before
    gateway.post(anna, {"messages": HELLO})
    assert len(gateway.calls(anna)) == 1


def test_a_key_that_stands_twice_is_one(company: Company, anna: UUID) -> None:
    """Gateway and provider read the same request: what was checked is what is sent."""
    gateway, scripted = company(Say("Hello."))
    body = b'{"model": "small", "messages": [{"role": "user"}], "model": "large"}'
    assert gateway.post(anna, body).status_code == 200
    assert scripted.requests[0]["model"] == "large"
    assert gateway.calls(anna)[0]["model"] == "large"


@pytest.mark.parametrize(
    "name",
    ["gpt-5", "small\r\nX-Evil: 1", "small\0", "../small", "小" * 5000, "{0.__class__}", "%s", "'; --"],
)  # fmt: skip
def test_names_of_models_are_only_names(standing: Standing, anna: UUID, name: str) -> None:
    """One that is not on offer is not there, whatever it is made of."""
    gateway, scripted = standing
    before = len(scripted.requests)
    answer = gateway.post(anna, {"model": name, "messages": HELLO})
    assert answer.status_code == 404 and answer.json()["error"]["code"] == "model_not_found"
    assert "x-evil" not in answer.headers and len(answer.content) < 2000
    assert "small, large" in answer.json()["error"]["message"]
    assert len(scripted.requests) == before


@pytest.mark.parametrize(
    "purpose", ["a\tb", "<script>", "x" * 65, "用途".encode().decode("latin-1")]
)
def test_a_purpose_is_a_word(standing: Standing, anna: UUID, purpose: str) -> None:
    """It is kept with the call, so it is looked at first."""
    gateway, _scripted = standing
    answer = gateway.post(
        anna,
        {"messages": HELLO},
        **{"X-PGC-Purpose": purpose.encode("latin-1")},  # type: ignore[arg-type]
    )
    assert answer.status_code == 400 and answer.json()["error"]["param"] == "X-PGC-Purpose"


def test_nul_goes_to_the_provider_and_nowhere_else(company: Company, anna: UUID) -> None:
    """In a message it is a character like others."""
    gateway, scripted = company(Say("Hello."))
    said = [{"role": "user", "content": "a\0b"}]
    assert gateway.post(anna, {"messages": said}).status_code == 200
    assert scripted.requests[0]["messages"] == said
    assert gateway.calls(anna)[0]["outcome"] == "ok"


def test_a_body_that_is_too_large(standing: Standing, anna: UUID) -> None:
    """Refused by what it says of itself, and by what it is when it says nothing."""
    gateway, scripted = standing
    before = len(scripted.requests)

    def endless() -> Any:
        for _part in range(asked.MOST_BYTES // 2**20 + 1):
            yield b"x" * 2**20

    head = {"Authorization": f"Bearer {token(anna)}"}
    for body, path in (
        (b"x" * (asked.MOST_BYTES + 1), "chat/completions"),
        (endless(), "embeddings"),
    ):
        try:
            answer = httpx2.post(f"{gateway.url}/{path}", content=body, headers=head, timeout=30)
        except (httpx2.WriteError, httpx2.ReadError):
            continue  # it was refused and hung up on before all of it was sent
        assert answer.status_code == 413 and "20 MB" in answer.json()["error"]["message"]
    assert len(scripted.requests) == before


def test_a_stranger_s_body_is_not_even_read(standing: Standing) -> None:
    """The token comes first: who has none cannot make the gateway hold a byte."""
    gateway, _scripted = standing
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as line:
        line.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n"
        )
        assert b"401" in line.recv(4096)


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-PGC-Purpose: a\0b\r\n\r\n",
        b"POST /v1/models HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"POST /v1/models HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
def test_what_is_not_even_http(standing: Standing, anna: UUID, raw: bytes) -> None:
    """An answer of refusal or a closed connection; the next person is served."""
    gateway, _scripted = standing
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as line:
        line.sendall(raw)
        try:
            head = line.recv(4096)
        except ConnectionResetError:
            head = b""
    assert not head or head.split(b" ")[1].startswith(b"4")
    assert gateway.post(anna, {"messages": HELLO}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/chat/completions", 405),
        ("DELETE", "/v1/models", 405),
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("POST", "/v1/files", 404),
        ("GET", "/v1/../../etc/passwd", 404),
        ("GET", "/v1/%0d%0aX-Evil:%201", 404),
    ],
)
def test_other_addresses(standing: Standing, method: str, path: str, status: int) -> None:
    """Told in the same form, with what there is."""
    gateway, _scripted = standing
    answer = httpx2.request(method, f"http://127.0.0.1:{gateway.port}{path}")
    assert answer.status_code == status and "/v1/models" in answer.json()["error"]["message"]
    assert "x-evil" not in answer.headers


def test_tokens_that_are_none(company: Company, house: House, person: Callable[..., Any]) -> None:
    """Nobody's, another master's, a person's with another's proof, and one of somebody who never was."""
    gateway, scripted = company()
    one, other = person("one").person, person("other").person
    proof = issue(MASTER, one)[len(f"pgc-{one.hex}") :]
    tokens = ["x", f"pgc-{other.hex}{proof}", issue(Secret("another"), one), "pgc--", "é"]
    others = ("Basic YTpi", "Bearer", "bearer", issue(MASTER, one))
    answers = [gateway.post("-", {"messages": HELLO}, Authorization=head) for head in others]
    answers += [gateway.post(bad, {"messages": HELLO}) for bad in tokens[:-1]]
    answers += [
        httpx2.get(f"{gateway.url}/models", headers=[(b"Authorization", f"Bearer {bad}".encode())])
        for bad in tokens
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
        assert answer.headers["www-authenticate"] == "Bearer"
    never = gateway.post(uuid4(), {"messages": HELLO})
    assert (never.status_code, never.json()["error"]["code"]) == (401, "account_deactivated")
    assert scripted.requests == []


def test_who_left_calls_no_more(
    company: Company, house: House, person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After half a minute at most, and who comes back is served again."""
    gateway, _scripted = company(Say("Hello."))
    monkeypatch.setattr(gateway.gateway.people, "_seconds", 0)
    leaving = person("leaving")
    assert gateway.post(leaving.person, {"messages": HELLO}).status_code == 200
    end_person(house.owner_url, leaving.person)
    answer = gateway.post(leaving.person, {"messages": HELLO})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "account_deactivated")
    create_person(house.owner_url, leaving.name, id=leaving.person)
    assert gateway.post(leaving.person, {"messages": HELLO}).status_code == 200


def test_the_answer_about_a_person_is_remembered_for_half_a_minute_at_most() -> None:
    """The promise that the page of accounts makes."""
    from hub.services.gateway.people import REMEMBERED_SECONDS

    assert 0 < REMEMBERED_SECONDS <= 30


@given(st.binary() | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["messages", "model", "stream", "stream_options", "input", "x"]), inner
    ),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
@trying(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_is_a_request_or_refused(raw: bytes) -> None:
    """Never another error than the one with a place and a next step."""
    for read in (asked.chat, asked.embeddings):
        try:
            read(raw)
        except Trouble as error:
            assert error.status == 400 and error.next_step


def test_the_settings_that_it_cannot_do_without(house: House) -> None:
    """A gateway without the master secret would know nobody's token."""
    from pgc_lib.errors import SettingError

    with pytest.raises(SettingError, match="hub_secret"), live(house, PGC_HUB_SECRET=""):
        pass
