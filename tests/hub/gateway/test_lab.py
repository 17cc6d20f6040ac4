"""A person's lab whose model is the gateway: `lab.ask` and written paragraphs, and every fault told to the person."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.ai import connector
from pgc_lib.ai.models import from_settings
from pgc_lib.core.session import Session
from pgc_lib.errors import PgcError, Unavailable
from pgc_lib.lab import Lab
from pgc_lib.settings import settings
from tests.support.gateway import PROVIDER_KEY, Live, live, offering, token
from tests.support.lab import House
from tests.support.provider import BreakOff, Fail, Provider, Raw, Say, Sleep, UseTool, provider

ROWS = [
    {"day": "2026-10-03", "amount": "-30", "category": "food"},
    {"day": "2026-10-09", "amount": "-12.50", "category": "food"},
]
TOTAL = {"kind": "finance.transactions", "field": "amount", "filters": {"category": "food"}}
Behind = Callable[..., tuple[Lab, Live, Provider]]


@pytest.fixture
def behind(
    house: House,
    person: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Behind]:
    """A lab with its model settings as a person's container has them."""
    from contextlib import ExitStack

    monkeypatch.setattr(connector, "RETRIES", 0)
    with ExitStack() as stack:

        def run(*script: Any) -> tuple[Lab, Live, Provider]:
            scripted = stack.enter_context(provider(*script))
            given = offering(tmp_path, scripted.url, more="answer_seconds = 0.5")
            gateway = stack.enter_context(live(house, **given))
            session: Session = person("asker")
            (tmp_path / "token").write_text(token(session.person))
            monkeypatch.setenv("PGC_MODEL_URL", gateway.url)
            monkeypatch.delenv("PGC_MODEL_NAME", raising=False)  # whichever is the default
            monkeypatch.setenv("PGC_MODEL_KEY_FILE", str(tmp_path / "token"))
            settings.cache_clear()
            lab = Lab(session)
            lab.finance.add_many(ROWS)
            return lab, gateway, scripted

        yield run
    settings.cache_clear()


def test_a_question_answered_with_its_sources(behind: Behind) -> None:
    """The agent's tools and its stream go through; both accounts agree on what was used."""
    lab, gateway, scripted = behind(UseTool("total", TOTAL), Say("Food cost 42.50 [1]."))
    answer = lab.ask("What did food cost?")
    assert answer.text == "Food cost 42.50 [1]." and len(answer.sources) == 1
    assert "-42.5000" in scripted.requests[1]["messages"][-1]["content"]
    lines = gateway.calls(lab.person, 2)
    (call,) = lab.ai.calls.find()
    assert call.input_tokens == sum(line["input_tokens"] for line in lines) == 22
    assert call.output_tokens == sum(line["output_tokens"] for line in lines) == 14
    assert set(scripted.keys) == {f"Bearer {PROVIDER_KEY}"}


def test_a_written_paragraph(behind: Behind) -> None:
    """As reports are drafted."""
    lab, _gateway, _scripted = behind(Say("A good week."))
    model = from_settings()
    assert model is not None
    text = connector.write(lab.ai, model, "Write.", "facts", purpose="report")
    assert "".join(text) == "A good week."
    assert lab.ai.calls.find()[0].input_tokens == 11


@pytest.mark.parametrize("way", ["ask", "write"])
@pytest.mark.parametrize(
    ("script", "error", "outcome"),
    [
        (Fail(401), Unavailable, "key_refused"),
        (Fail(429), Unavailable, "provider_limited"),
        (Fail(500), Unavailable, "provider_error"),
        (Sleep(2), Unavailable, "timed_out"),
        (BreakOff("half an ans"), Unavailable, "broken_off"),
        (Raw(b"<html>", "text/html"), Unavailable, "garbage"),
        (Raw(b"data: <html>\n\n", "text/event-stream"), Unavailable, "garbage"),
    ],
)
def test_faults_of_the_provider(
    behind: Behind, way: str, script: Any, error: type[PgcError], outcome: str
) -> None:
    """An error with a next step, never half an answer taken for the whole; noted on both sides."""
    lab, gateway, _scripted = behind(script)
    model = from_settings()
    assert model is not None
    with pytest.raises(error) as caught:
        if way == "ask":
            lab.ask("What did food cost?")
        else:
            list(connector.write(lab.ai, model, "Write.", "facts", purpose="report"))
    assert caught.value.next_step and PROVIDER_KEY not in str(caught.value)
    if outcome in ("key_refused", "provider_limited"):
        assert "company" in caught.value.message, "the gateway's own words are passed on"
    assert lab.ai.calls.find()[0].outcome != "ok"
    assert gateway.calls(lab.person)[0]["outcome"] == outcome


def test_a_gateway_that_is_away(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named with its address."""
    lab, _gateway, _scripted = behind(Say("Hello."))
    monkeypatch.setenv("PGC_MODEL_URL", "http://127.0.0.1:1/v1")
    settings.cache_clear()
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        lab.ask("hi")


def test_a_token_that_the_gateway_does_not_know(behind: Behind, tmp_path: Path) -> None:
    """The key is named as what is wrong, and not shown."""
    lab, _gateway, scripted = behind(Say("Hello."))
    (tmp_path / "token").write_text("pgc-canary")
    settings.cache_clear()
    with pytest.raises(PgcError, match="key") as caught:
        lab.ask("hi")
    assert "canary" not in str(caught.value) and scripted.requests == []
