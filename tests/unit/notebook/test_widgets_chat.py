"""A conversation by deeds, with a provider that speaks the real protocol: streamed, cited, stopped, refused, looked up again."""

import time
from collections.abc import Iterator
from html import unescape

import pytest

from pgc_lib.errors import Invalid
from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets.chat import Chat
from pgc_lib.notebook.widgets.chat_source import asked_again
from tests.support.lab import House, Person
from tests.support.provider import Fail, Provider, Say, UseTool, provider

_TOTAL = {
    "kind": "finance.transactions",
    "field": "amount",
    "by": "category",
    "filters": {"amount__lt": 0},
}


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A person's lab with three payments."""
    made = house.lab(person("chat"))
    rows = [("-5", "Food"), ("-7", "Food"), ("-1", "<i>Bus")]
    made.finance.add_many([{"day": "2026-11-01", "amount": a, "category": c} for a, c in rows])
    return made


@pytest.fixture
def model(lab: Lab) -> Iterator[Provider]:
    """A model of the lab's own, on a stand-in for a company's server."""
    with provider() as running:
        lab.ai.models.add(
            name="test", base_url=running.url, model="m", capabilities=["chat", "tools"]
        )
        yield running


def asked(chat: Chat, question: str) -> str:
    """Ask and wait for the whole answer."""
    chat.do("ask", value=question)
    turn = chat.turns[-1]
    assert turn.work is not None
    turn.work.wait()
    return chat.html


def html_of(text: str, attribute: str) -> str:
    """What an attribute says."""
    return unescape(text.partition(f'{attribute}="')[2].partition('"')[0])


def test_without_a_model_it_says_how_to_get_one(lab: Lab) -> None:
    """And nothing is asked."""
    chat: Chat = lab.chat()
    assert "pgc models add" in chat.html
    chat.do("ask", value="hello")
    assert not chat.turns
    assert "pgc models add" in chat.said


def test_an_answer_cites_its_sources(lab: Lab, model: Provider) -> None:
    """Each number leads to the rows; neither the model's words nor the records are markup."""
    model.script[:] = [UseTool("total", _TOTAL), Say("**12** on food [1], [7] <script>x</script>")]
    chat: Chat = lab.chat()
    html = asked(chat, "What did I <b>spend</b>?")
    assert "&lt;b&gt;spend" in html
    assert "<strong>12</strong>" in html
    assert "<script" not in html
    assert html.count("pgc-chat-cite") == 1
    assert "[7]" in html
    turn = chat.turns[0]
    turn.do("show", number=1)
    assert "-12.00" in turn.html
    assert "&lt;i&gt;Bus" in turn.html
    cell = html_of(turn.html, "data-pgc-cell")
    assert cell == html_of(turn.html, "data-pgc-copy") and cell.endswith(turn.sources[0].query)
    names: dict[str, object] = {"lab": lab}
    exec(cell.replace("lab = pgc.open()", ""), names)  # what a person would run
    chat.do("anew")
    assert not chat.turns


def test_an_answer_can_be_stopped(lab: Lab, model: Provider) -> None:
    """What came stays; the stream is closed; the next question is answered."""
    model.script[:] = [Say("y" * 500, pause=0.02), Say("fine")]
    chat: Chat = lab.chat()
    chat.do("ask", value="long")
    turn = chat.turns[0]
    deadline = time.monotonic() + 60
    while not turn.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "Stop" in turn.html
    turn.do("stop")
    assert turn.work is not None
    turn.work.wait()
    assert model.left.wait(60)
    assert 0 < len(turn.text) < 500
    assert "Stopped." in turn.html
    assert "fine" in asked(chat, "again")


def test_a_refusal_is_a_sentence(lab: Lab, model: Provider) -> None:
    """Without a traceback, and the page goes on."""
    model.script[:] = [Fail(401)]
    html = asked(lab.chat(), "hello")
    assert "does not accept the key" in html
    assert "Traceback" not in html


@pytest.mark.parametrize(
    "query",
    [
        "__import__('os').system('true')", "lab.finance.transactions.frame(*[1])", "lab.finance.remove(1)",
        "other.finance.transactions.frame()", "lab.finance.transactions.frame(limit=__import__('os'))", "(", "1",
        "lab.finance.transactions.frame().select(pl.col('amount').map_elements(print))",
    ],
)  # fmt: skip
def test_a_source_is_read_and_never_run(lab: Lab, query: str) -> None:
    """A model had a hand in it."""
    with pytest.raises(Invalid):
        asked_again(lab, query)


def test_a_source_is_asked_again(lab: Lab) -> None:
    """Rows, sums and groups, as a cell would give them."""
    base = "lab.finance.transactions.frame(amount__lt=-1, columns=['id', 'amount', 'category'])"
    assert asked_again(lab, base).height == 2
    assert asked_again(lab, base + ".select(pl.col('amount').sum())").item() == -12
    grouped = asked_again(lab, base + ".group_by('category').agg(pl.len())")
    assert grouped.rows() == [("Food", 2)]
