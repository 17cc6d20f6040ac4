"""The same gateway over gRPC: typed chunks, the same refusals by other names, and code that matches its protocol."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest

from hub.services.gateway import ai_pb2, ai_pb2_grpc
from tests.hub.gateway.conftest import Company
from tests.support.gateway import PROVIDER_KEY, Live, token
from tests.support.provider import BreakOff, Fail, Say, Sleep, UseTool

ROOT = Path(__file__).parents[3]
PROTO = "hub/services/gateway/ai.proto"


class Client:
    """A small typed client: text in, chunks out."""

    def __init__(self, channel: grpc.Channel, token: str) -> None:
        self._stub = ai_pb2_grpc.AIServiceStub(channel)
        self._metadata = (("authorization", f"Bearer {token}"),)

    def chat(self, text: str, **options: Any) -> Iterator[ai_pb2.ChatChunk]:
        """Ask, and read what comes."""
        message = ai_pb2.Message(role="user", content=text)
        request = ai_pb2.ChatRequest(messages=[message], **options)
        return self._stub.Chat(request, metadata=self._metadata, timeout=20)  # type: ignore[no-any-return]


@contextmanager
def speaking(gateway: Live, person: UUID | str) -> Iterator[Client]:
    """A client as a person."""
    with grpc.insecure_channel(gateway.grpc_address) as channel:
        yield Client(channel, token(person))


def test_an_answer_in_chunks(company: Company, anna: UUID) -> None:
    """The text as it comes, the end, and what was used; the provider cannot tell it from HTTP."""
    gateway, scripted = company(Say("你好 there"))
    with speaking(gateway, anna) as client:
        chunks = list(client.chat("hi", model="large", purpose="a test", temperature=0.5))
    assert "".join(chunk.text for chunk in chunks) == "你好 there"
    assert [chunk.text for chunk in chunks if chunk.text] == list("你好 there")
    assert chunks[-2].finish_reason == "stop"
    assert (chunks[-1].usage.input_tokens, chunks[-1].usage.output_tokens) == (11, 7)
    assert {chunk.model for chunk in chunks} == {"scripted"}
    assert scripted.requests == [
        {
            "model": "large",
            "messages": [{"role": "user", "content": "hi"}],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.5,
        }
    ]
    (line,) = gateway.calls(anna)
    assert (line["via"], line["purpose"], line["input_tokens"]) == ("grpc", "a test", 11)


def test_usage_that_is_not_known_is_not_sent(company: Company, anna: UUID) -> None:
    """A field that is not there says unknown; 0 would be a guess."""
    gateway, _scripted = company(Say("a", usage=None))
    with speaking(gateway, anna) as client:
        assert not any(chunk.HasField("usage") for chunk in client.chat("hi"))
    assert gateway.calls(anna)[0]["input_tokens"] is None


@pytest.mark.parametrize(
    ("script", "status", "code", "text"),
    [
        (Fail(401), grpc.StatusCode.UNAVAILABLE, "gateway_key_refused", ""),
        (Fail(429), grpc.StatusCode.RESOURCE_EXHAUSTED, "provider_rate_limit", ""),
        (Fail(400), grpc.StatusCode.INVALID_ARGUMENT, "provider_refused", ""),
        (Fail(500), grpc.StatusCode.UNAVAILABLE, "provider_error", ""),
        (Sleep(2), grpc.StatusCode.DEADLINE_EXCEEDED, "provider_timeout", ""),
        (BreakOff("half"), grpc.StatusCode.UNAVAILABLE, "provider_broke_off", "half"),
    ],
)
def test_faults(
    company: Company, anna: UUID, script: Any, status: grpc.StatusCode, code: str, text: str
) -> None:
    """What came before is there; the call ends with a status that is not OK, and both sentences."""
    gateway, _scripted = company(script, more="answer_seconds = 0.5")
    said = ""
    with speaking(gateway, anna) as client, pytest.raises(grpc.RpcError) as caught:
        for chunk in client.chat("hi"):
            said += chunk.text
    error: Any = caught.value
    trailing = dict(error.trailing_metadata())
    assert (error.code(), trailing["pgc-code"], said) == (status, code, text)
    assert "company" in error.details() and PROVIDER_KEY not in str(error)
    assert gateway.calls(anna)[0]["outcome"] != "ok"


def test_who_may_not_call(company: Company, anna: UUID) -> None:
    """Without a token, with nobody's, with nothing to say, with a name that is none."""
    gateway, scripted = company()
    for person, options, status in (
        ("nonsense", {}, grpc.StatusCode.UNAUTHENTICATED),
        (uuid4(), {}, grpc.StatusCode.UNAUTHENTICATED),
        (anna, {"model": "x\r\ny\0"}, grpc.StatusCode.NOT_FOUND),
        (anna, {"purpose": "a\0b"}, grpc.StatusCode.INVALID_ARGUMENT),
    ):
        with speaking(gateway, person) as client, pytest.raises(grpc.RpcError) as caught:
            list(client.chat("hi", **options))
        assert caught.value.code() == status, options
    with grpc.insecure_channel(gateway.grpc_address) as channel:
        chat = ai_pb2_grpc.AIServiceStub(channel).Chat
        for metadata in ((), (("authorization", f"Bearer {token(anna)}"),)):
            with pytest.raises(grpc.RpcError) as caught:
                list(chat(ai_pb2.ChatRequest(), metadata=metadata, timeout=20))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert scripted.requests == []


def test_who_cancels_ends_the_work(company: Company, anna: UUID) -> None:
    """As a closed connection does over HTTP."""
    gateway, scripted = company(Say("a long story " * 20, pause=0.05))
    with speaking(gateway, anna) as client:
        answer: Any = client.chat("hi")
        assert next(answer).text
        answer.cancel()
        assert scripted.left.wait(10)
    assert gateway.calls(anna)[0]["outcome"] == "hung_up"


def test_tool_calls_have_no_words_in_this_protocol(company: Company, anna: UUID) -> None:
    """They end a call all the same."""
    gateway, _scripted = company(UseTool("total", {}))
    with speaking(gateway, anna) as client:
        assert [chunk.finish_reason for chunk in client.chat("hi")] == ["tool_calls", ""]


def test_the_generated_code_is_that_of_the_protocol(tmp_path: Path) -> None:
    """`python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. --grpc_python_out=. …/ai.proto` makes it."""
    made = ["--python_out", "--pyi_out", "--grpc_python_out"]
    subprocess.run(
        [sys.executable, "-P", "-m", "grpc_tools.protoc", "-I.", *(f"{one}={tmp_path}" for one in made), PROTO],
        cwd=ROOT,
        check=True,
    )  # fmt: skip
    fresh = {path.name: path.read_text() for path in (tmp_path / PROTO).parent.iterdir()}
    assert sorted(fresh) == ["ai_pb2.py", "ai_pb2.pyi", "ai_pb2_grpc.py"]
    for name, text in fresh.items():
        assert (ROOT / PROTO).with_name(name).read_text() == text, name
