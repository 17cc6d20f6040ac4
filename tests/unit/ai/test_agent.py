"""`lab.ask`: streamed answers that cite the rows behind them, and the truth when a provider fails."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pgc_lib.ai import telling
from pgc_lib.ai.models import NoModel, key_of
from pgc_lib.errors import PgcError, SettingError, Unavailable
from pgc_lib.lab import Lab
from tests.support.provider import BreakOff, Fail, Say, UseTool, provider

ROWS = [
    {"day": "2026-10-03", "amount": "-30", "category": "food"},
    {"day": "2026-10-09", "amount": "-12.50", "category": "food"},
    {"day": "2026-10-11", "amount": "-900", "category": "rent"},
]


@pytest.fixture
def lab(person: Callable[..., Any]) -> Lab:
    """A lab with three lines of money."""
    lab = Lab(person("asker"))
    lab.finance.add_many(ROWS)
    return lab


def configure(lab: Lab, url: str, **more: Any) -> None:
    """Name a provider in the registry."""
    lab.ai.models.add(name="scripted", base_url=url, model="scripted-1", **more)


def test_without_a_model_it_says_which_command_configures_one(lab: Lab) -> None:
    """Nothing pretends to be a model."""
    with pytest.raises(NoModel) as caught:
        lab.ask("how much?")
    assert "pgc models add" in str(caught.value)


def test_an_answer_cites_the_records_behind_its_number(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tool's total is right, and the cited source lists exactly the rows that it was made from."""
    arguments = {"kind": "finance.transactions", "field": "amount", "filters": {"category": "food"}}
    with provider(UseTool("total", arguments), Say("Food cost 42.50 [1].")) as running:
        configure(lab, running.url)
        answer = lab.ask("What did food cost?")
    assert answer.text == capsys.readouterr().out == "Food cost 42.50 [1]."
    assert "-42.5000" in running.requests[1]["messages"][-1]["content"]
    food = {row.id.hex for row in lab.finance.find(category="food")}
    assert [set(source.record_ids) for source in answer.sources] == [food]
    # The source is a line of Python that gives the same number again.
    again = eval(answer.sources[0].query, {"lab": lab, "pl": pl})
    assert again.item() == Decimal("-42.5")
    assert answer.sources[0].query in answer._repr_markdown_()
    (call,) = lab.ai.calls.find()
    assert (call.input_tokens, call.output_tokens, call.outcome) == (22, 14, "ok")


def test_a_source_that_is_not_cited_is_not_shown(lab: Lab) -> None:
    """An unsupported sentence carries no citation."""
    with provider(
        UseTool("find_records", {"kind": "finance.transactions"}), Say("Hello.")
    ) as running:
        configure(lab, running.url)
        answer = lab.ask("hi")
    assert len(answer.consulted) == 1
    assert answer.sources == []


def test_a_wrong_filter_goes_back_to_the_model(lab: Lab) -> None:
    """The model is told what fields there are and gets another try."""
    wrong = UseTool("find_records", {"kind": "finance.transactions", "filters": {"colour": "red"}})
    right = UseTool(
        "find_records", {"kind": "finance.transactions", "filters": {"category": "rent"}}
    )
    with provider(wrong, right, Say("Rent was 900 [1].")) as running:
        configure(lab, running.url)
        answer = lab.ask("rent?")
    assert "colour" in str(running.requests[1]["messages"][-1]["content"])
    assert answer.sources[0].rows == 1


@pytest.mark.parametrize(
    ("script", "error"),
    [(Fail(401), PgcError), (Fail(503), Unavailable), (BreakOff("half an ans"), Unavailable)],
)
def test_a_failing_provider_is_named(lab: Lab, script: Any, error: type[PgcError]) -> None:
    """Refused, in trouble or broken off: an error with a next step, and the call is accounted as failed."""
    with provider(script) as running:
        configure(lab, running.url)
        with pytest.raises(error) as caught:
            lab.ask("hi")
    assert caught.value.next_step
    assert lab.ai.calls.find()[0].outcome == type(caught.value).__name__


def test_a_provider_that_is_not_there(lab: Lab) -> None:
    """The address is in the message."""
    with provider() as running:
        url = running.url
    configure(lab, url)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        lab.ask("hi")


def test_a_key_is_read_where_the_record_points_and_never_kept(lab: Lab) -> None:
    """The registry holds a reference; the key goes only into the request's header."""
    with provider(Say("ready")) as running:
        configure(lab, running.url, key="env:PGC_TEST_KEY")
        model = lab.ai.models.find()[0]
        assert key_of(model, {"PGC_TEST_KEY": "canary-1"}).reveal() == "canary-1"
        with pytest.raises(SettingError):
            key_of(model, {})
    assert "canary-1" not in repr(model)


def test_another_persons_records_are_not_there(lab: Lab, person: Callable[..., Any]) -> None:
    """The agent reads with the person's own login."""
    other = Lab(person("other"))
    with provider(
        UseTool("find_records", {"kind": "finance.transactions"}), Say("Nothing.")
    ) as running:
        configure(other, running.url)
        other.ask("what does the asker spend?")
    assert "0 records" in running.requests[1]["messages"][-1]["content"]


def test_a_model_is_told_of_the_kinds_that_fit_the_question(lab: Lab) -> None:
    """However many kinds there are: those asked about with their fields, in either language, the others by name only."""
    kinds = {each.spec.kind: each for area in lab.areas() for each in area.collections()}
    for question, kind in (
        ("How well did I sleep?", "wellbeing.sleep"),
        ("去年我送过哪些礼物？", "family.gifts"),
        ("Which loans do I still pay?", "finance.loans"),
    ):
        told = telling.kinds_for(question, kinds)
        assert f"- {kind}: " in told
        assert len(told) < telling.MOST_FIELDS + telling.MOST_NAMES + 200
        assert all(each in told for each in kinds)
    assert telling.fields_of("finance.rates", kinds).startswith("- finance.rates: day (date)")
    assert "- methods.swot: " in telling.fields_of("SWOT analysis", kinds)
    many = {f"kinds.own_{n:04}": kinds["finance.rates"] for n in range(2000)}
    assert len(telling.kinds_for("anything", kinds | many)) < 10_000


def test_records_are_told_as_far_as_they_fit(lab: Lab) -> None:
    """A long text is cut and said to be; of very many rows the model learns how many are missing."""
    frame = pl.DataFrame({"text": ["x" * 5000, "short"], "n": [1, 2]})
    assert len(telling.rows(frame)) < 1000 and "…" in telling.rows(frame)
    rows = telling.rows(pl.DataFrame({"text": ["word " * 60] * 500}))
    assert len(rows) < telling.MOST_RECORDS + 200 and "more are not shown" in rows
