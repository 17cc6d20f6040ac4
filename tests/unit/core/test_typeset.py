"""Pages to print: Chinese set right, data that is never code, pictures only from their folder, no network."""

import io
import socket
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core import typeset
from pgc_lib.core.typeset import from_markdown, pdf, template
from pgc_lib.errors import Invalid, NotFound
from pgc_lib.i18n import in_lang

pypdf = pytest.importorskip("pypdf")

NASTY = '#panic() #read("/etc/passwd") $x^2$ @nobody <label> `raw` \\ // /* #{ ] " \' *bold* _under_ 你好'


def text_of(made: bytes) -> str:
    """What can be read on all pages."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)


def links_of(made: bytes) -> list[str]:
    """Where the first page leads."""
    notes = pypdf.PdfReader(io.BytesIO(made)).pages[0].get("/Annots") or []
    return [each.get_object()["/A"]["/URI"] for each in notes if "/URI" in each.get_object()["/A"]]


def png(width: int = 2, height: int = 2) -> bytes:
    """A white picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = zlib.compress((b"\0" + b"\xff" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def pictures_in(made: bytes) -> int:
    """How many pictures a document shows."""
    return sum(len(page.images) for page in pypdf.PdfReader(io.BytesIO(made)).pages)


def test_markdown_becomes_a_page() -> None:
    """Headings, lists, tables, code, ticked boxes and links; a line's end in Chinese leaves no gap."""
    text = (
        "---\nmood: 好\n---\n# 周报\n\n第一行\n第二行，[链接](https://example.org/a)和[坏](javascript:alert(1))。\n\n"
        "- [x] 写完\n- [ ] 没写\n\n3. three\n4. four\n\n| 甲 | 乙 |\n|---|--:|\n| 1 | 2 |\n\n```python\nprint('你好')\n```\n\n"
        "> 引用 **粗** *斜* ~~删~~ [[某页|别名]] [[另一页]]"
    )
    made = from_markdown(text, title="第四十七周", lang="zh-CN")
    said = text_of(made).replace("\n", " ")
    for part in ("第四十七周", "周报", "第一行第二行", "☑ 写完", "☐ 没写", "3. three", "甲", "print('你好')", "别名", "另一页"):  # fmt: skip
        assert part in said, part
    assert "mood" not in said and "[[" not in said
    assert links_of(made) == ["https://example.org/a"]
    fonts = {str(font) for page in pypdf.PdfReader(io.BytesIO(made)).pages for font in _fonts(page)}
    assert any("CJK" in font or "Hei" in font or "PingFang" in font or "SC" in font for font in fonts)  # fmt: skip


def _fonts(page: Any) -> list[Any]:
    return [each.get_object()["/BaseFont"] for each in page["/Resources"]["/Font"].values()]


def test_a_title_stands_once_and_notes_below() -> None:
    """A text that begins with its title does not get it twice; footnotes are numbered and not lost."""
    made = from_markdown("# Week *47*\n\nDone[^a], and more[^b].\n\n[^b]: second\n[^a]: first\n\n    goes on\n", title="Week 47")  # fmt: skip
    said = text_of(made)
    assert said.count("Week 47") == 1
    assert said.index("1. first") < said.index("goes on") < said.index("2. second")
    assert pypdf.PdfReader(io.BytesIO(made)).metadata.title == "Week 47"
    assert text_of(from_markdown("# Other", title="Week 47")).count("Week 47") == 1


def test_what_is_written_is_never_code() -> None:
    """Whatever typst would take for a command comes out as the text that it is."""
    said = text_of(from_markdown(NASTY.replace("`raw`", "").replace("*bold* _under_", ""), lang="zh"))  # fmt: skip
    assert '#panic() #read("/etc/passwd")' in said.replace("\n", " ") and "你好" in said
    code = text_of(from_markdown("```\n" + NASTY + "\n```\n", title=NASTY))
    assert code.replace("\n", " ").count("#panic()") == 2
    lang = from_markdown('```x"]#panic()\ncode\n```\n')
    assert "code" in text_of(lang)


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_any_text_can_be_set(text: str) -> None:
    """Whatever is written, a page comes of it."""
    assert from_markdown(text, title=text, lang="en").startswith(b"%PDF")


@pytest.mark.parametrize(
    "text",
    [
        "> " * 300 + "deep",
        "\n".join("  " * n + f"- {n}" for n in range(90)) + "\n\ndeep",
        "*_" * 60 + "deep" + "_*" * 60,
        "| a |\n|---|\n" + "| b | c | d |\n" * 50 + "\ndeep",
    ],
    ids=["quotations", "lists", "stress", "table"],
)
def test_deep_texts(text: str) -> None:
    """What is nested deeper than a page can show stands beside it; typst's depth of calls is never met."""
    assert from_markdown(text).startswith(b"%PDF")


def test_pictures_come_from_their_folder_alone(tmp_path: Path) -> None:
    """Not from above it, not from the network; what is broken or missing is named in its place."""
    folder = tmp_path / "pictures"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.png").write_bytes(png())
    (folder / "wide.png").write_bytes(png(3000, 20))
    (folder / "liar.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (folder / "text.png").write_text("no picture")
    (tmp_path / "secret.png").write_bytes(png())
    good = "![one](inner/a.png)\n\n![two](wide.png) in a line, ![one again](inner/a.png)"
    assert pictures_in(from_markdown(good, images=folder)) == 2  # one of them stands twice
    bad = "![above](../secret.png) ![away](https://example.org/a.png) ![gone](gone.png) ![liar](liar.png) ![text](text.png) ![no](a\0.png)"
    made = from_markdown(bad + "\n\n" + good, images=folder)
    assert pictures_in(made) == 2
    said = text_of(made)
    for name in ("above", "away", "gone", "liar", "text"):
        assert f"[{name}]" in said
    assert pictures_in(from_markdown(good)) == 0


def test_nothing_from_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that wants a package is refused; typst is not even asked."""

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert pdf("hello").startswith(b"%PDF")
    for source in ('#import "@preview/mitex:0.2.0": *', '#include("@local/x:1.0.0")'):
        with pytest.raises(ValueError, match="registry"):
            pdf(source)
    with pytest.raises(ValueError, match="no template"):
        template("../secret")


def test_without_a_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names what to install; pages without Chinese are made all the same."""
    monkeypatch.setattr(typeset, "CHINESE_SANS", ("Nothing",))
    monkeypatch.setattr(typeset, "CHINESE_SERIF", ())
    with in_lang("en"):
        assert pdf("hello", lang="en").startswith(b"%PDF")
        with pytest.raises(NotFound, match="fonts-noto-cjk"):
            pdf("hello", lang="zh")
        with pytest.raises(NotFound, match="no Chinese font"):
            from_markdown("deep inside: 你好", lang="en")


def test_what_cannot_be_set_says_so() -> None:
    """A fault of a template is an error with a next step; data that JSON does not know is refused."""
    with in_lang("en"), pytest.raises(Invalid, match="could not be set"):
        pdf("#no-such-thing()")
    with in_lang("en"), pytest.raises(Invalid, match="could not be set"):
        pdf('#read("/../../../../etc/hostname")')
    with pytest.raises(ValueError, match="JSON"):
        pdf("hello", data={"x": float("nan")})
    with pytest.raises(ValueError, match="no name"):
        pdf("hello", pictures={"../x.png": png()})
    assert pdf('#json("data.json").value', data="plain", timestamp=0)[:4] == b"%PDF"
    same = [pdf("hello", timestamp=0) for _n in range(2)]
    assert same[0] == same[1]
