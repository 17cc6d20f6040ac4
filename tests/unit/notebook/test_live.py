"""Parts: drawn as HTML that cannot be forged, acted upon, drawn anew; what the browser's program sends arrives once."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from comm.base_comm import BaseComm, CommManager
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import html2text

from pgc_lib.errors import PgcError
from pgc_lib.notebook.live import Html, Part, Upload, control, deed, joined, tag
from pgc_lib.notebook.live.style import css, css_for
from pgc_lib.notebook.live.view import Live


class Inner(Part):
    """A part within a part."""

    def __init__(self) -> None:
        self.times = 0
        self.closed = False

    def draw(self) -> Html:
        return tag.i(self.times)

    @deed
    def go(self) -> None:
        self.times += 1

    def close(self) -> None:
        self.closed = True


class Counter(Part):
    """Counts, fails and takes files."""

    def __init__(self) -> None:
        self.n = 0
        self.inner = Inner()
        self.got: list[tuple[str, int]] = []

    def draw(self) -> Html:
        return tag.p(f"n={self.n}", tag.button("more", act="more", values={"by": 2}), self.inner)

    @deed
    def more(self, by: int) -> None:
        before = self.n
        self.n += by
        self.say(f"{self.n} now", undo=lambda: setattr(self, "n", before))

    @deed
    def fail(self) -> None:
        raise PgcError("It broke.", next_step="Mend it.")

    @deed
    def crash(self) -> None:
        raise ZeroDivisionError("secret")

    @deed
    def take(self, files: list[Upload]) -> None:
        self.got = [(each.name, len(each.path.read_bytes())) for each in files]

    def private(self) -> None:
        self.n = 1000


@given(st.text(max_size=40))
def test_text_is_never_markup(text: str) -> None:
    """Whatever a person wrote comes out as that text."""
    drawn = str(tag.p(text, title=text))
    assert drawn.count("<") == 2
    assert "<script" not in str(tag.div(tag.b(text)))


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JaVa\nScript:alert(1)", "vbscript:x", "data:text/html,x"]
)
def test_an_address_never_leads_to_a_script(address: str) -> None:
    """A link that somebody's data leads to a program with leads nowhere."""
    assert str(tag.a("x", href=address)) == "<a>x</a>"


@pytest.mark.parametrize(
    "address", ["https://example.org/a:b", "notes/a:b", "#x", "mailto:a@b.c", "?a=b:c", "a b"]
)
def test_other_addresses_stay(address: str) -> None:
    """Pages, mail and places here."""
    assert f'href="{address}"' in str(tag.a("x", href=address))


def test_a_script_as_an_attribute_is_a_mistake() -> None:
    """What happens is a deed."""
    with pytest.raises(ValueError, match="deed"):
        tag.p("x", onclick="alert(1)")


def test_children_may_be_anything_that_can_be_read() -> None:
    """Text, numbers, nothing, HTML, and lists of them."""
    assert joined(["a<", 1, None, [tag.br(), "b"]]) == "a&lt;1<br>b"
    assert (
        str(tag.input(name="x", checked=True, disabled=False, value=None))
        == '<input name="x" checked>'
    )


def test_a_part_draws_the_parts_in_it() -> None:
    """Each in an element that deeds find."""
    part = Counter()
    assert f'data-pgc-part="{part.inner.id}"' in part.html
    assert part.part(part.inner.id) is part.inner


def test_deeds_change_and_can_be_taken_back() -> None:
    """What is said last can be undone once."""
    part = Counter()
    part.do("more", by=2)
    assert (part.n, part.said) == (2, "2 now")
    part.take_back()
    part.take_back()
    assert part.n == 0


@pytest.mark.parametrize(("act", "said"), [("fail", "Mend it."), ("crash", "ZeroDivisionError")])
def test_what_goes_wrong_is_a_sentence(act: str, said: str) -> None:
    """Never a traceback, never an exception's own words where nobody meant them for a person."""
    part = Counter()
    part.do(act)
    assert said in part.said
    assert "secret" not in part.said


def test_only_deeds_can_be_done() -> None:
    """A page cannot call what is not meant for it."""
    part = Counter()
    for act in ("private", "close", "__init__", "renew"):
        part.do(act)
    assert part.n == 0


class _Page:
    """The browser's program, as far as the kernel sees it."""

    def __init__(self, part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
        self.view = part.widget
        self.sent: list[dict[str, Any]] = []
        monkeypatch.setattr(
            Live, "send", lambda _view, content, buffers=None: self.sent.append(content)
        )

    def tell(self, *deeds: dict[str, Any], buffers: tuple[bytes, ...] = ()) -> None:
        self.view._arrived(self.view, {"page": "a", "deeds": list(deeds)}, buffers)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Callable[[Part], _Page]:
    """A page that shows a part."""
    return lambda part: _Page(part, monkeypatch)


def test_a_deed_that_is_told_twice_is_done_once(page: Callable[[Part], _Page]) -> None:
    """A page repeats what was not acknowledged."""
    part = Counter()
    shown = page(part)
    told = {"n": 1, "part": part.id, "act": "more", "values": {"by": 1}}
    shown.tell(told)
    shown.tell(told, {"n": 2, "part": part.inner.id, "act": "go"})
    assert (part.n, part.inner.times) == (1, 1)
    assert shown.sent[-1] == {"page": "a", "ack": 2}
    renewed = [each["part"] for each in shown.sent if "html" in each]
    assert renewed == [part.id, part.inner.id]


def test_files_come_in_pieces(page: Callable[[Part], _Page]) -> None:
    """And under no name that a page could choose."""
    part = Counter()
    shown = page(part)
    shown.tell({"n": 1, "act": "_piece", "values": {"file": "../../x", "at": 0}}, buffers=(b"abc",))
    shown.tell({"n": 2, "act": "_piece", "values": {"file": "../../x", "at": 3}}, buffers=(b"de",))
    files = [{"file": "../../x", "name": "bill.csv"}, {"file": "unknown", "name": "no"}]
    shown.tell({"n": 3, "part": part.id, "act": "take", "values": {"_files": files}})
    assert part.got == [("bill.csv", 5)]
    folder = Path(shown.view._folder.name)  # type: ignore[union-attr]
    assert [each.name for each in folder.iterdir()] == ["0"]
    shown.view.close()
    assert not folder.exists()
    assert part.inner.closed


@pytest.mark.parametrize("content", [None, 3, "x", {}, {"deeds": 3}, {"page": "a", "deeds": []}])
def test_what_is_not_of_our_page_does_nothing(page: Callable[[Part], _Page], content: Any) -> None:
    """A message of any shape."""
    part = Counter()
    shown = page(part)
    shown.view._arrived(shown.view, content, [])
    assert part.n == 0


def test_a_part_is_also_seen_without_a_kernel() -> None:
    """The bundle has the living page and the same as HTML."""
    found = Counter()._repr_mimebundle_()
    bundle = found[0] if isinstance(found, tuple) else found
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "n=0" in html2text(bundle["text/html"])


def test_a_saved_output_brings_only_the_style_it_needs() -> None:
    """A notebook of many tables stays small."""
    some = css_for("<div class='pgc-sheet-foot pgc-form'>")
    assert len(css_for("<p>")) < len(some) < len(css())
    assert ".pgc-button" in css_for("<p>")


def test_the_style_leaves_light_and_dark_to_the_page() -> None:
    """JupyterLab's own theme decides there."""
    assert "color-scheme: light dark" not in css()
    assert "--pgc-ink: light-dark(" in css()


class _Comm(BaseComm):
    """A page's question, whose answers are kept here."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        super().__init__(target_name=control.TARGET, primary=False)

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:  # fmt: skip
        self.told.append((msg_type, data))


def test_a_kernel_without_widgets_answers_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused, its question would be heard of by every other page; where ipywidgets is, it answers itself."""
    manager = CommManager()
    control.answer_pages(manager)
    assert not manager.targets
    monkeypatch.delitem(sys.modules, "ipywidgets")
    control.answer_pages(manager)
    page = _Comm()
    page.told.clear()
    manager.targets[control.TARGET](page, {})
    for method in ("request_states", "other"):
        page.handle_msg({"content": {"data": {"method": method}}})
    assert [(kind, data["method"], data["states"]) for kind, data in page.told] == [("comm_msg", "update_states", {})]  # fmt: skip
