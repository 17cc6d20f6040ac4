"""What a reader sees: whatever is hidden is in no field and no text, and nothing of the lab's inside leaves it."""

import io
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.career.ahead import View
from pgc_lib.areas.career.composing import compose, measured, safe_link, span_of
from pgc_lib.areas.career.pages import html, markdown, pdf
from pgc_lib.areas.career.records import Achievement, Profile, Station, Strength
from pgc_lib.areas.career.showing import HIDDEN, Portrait, everything, portrait
from pgc_lib.core.record import Record
from pgc_lib.i18n import in_lang

EMAIL, PHONE = "someone.private@example.org", "+86 138 0013 8000"


def kept(record: Record) -> Record:
    """As if it came from the store."""
    record._id = uuid4()
    return record


def shown(view: View, **records: list[Record]) -> Portrait:
    """What a view shows of records."""
    with in_lang("en"):
        return portrait({name: [kept(each) for each in found] for name, found in records.items()}, view, lang="en")  # fmt: skip


def profile(**values: Any) -> Profile:
    """Somebody who can be reached."""
    return Profile(**{"name": "Mei", "email": EMAIL, "phone": PHONE, **values})


@pytest.mark.parametrize(
    "text",
    [
        f"Write to {EMAIL}!",
        f"<{EMAIL.upper()}>",
        f"ring {PHONE}",
        "ring 13800138000",
        "ring (0571) 8888-7777 today",
        "other.person@example.com",
    ],
)
def test_contacts_in_running_text(text: str) -> None:
    """Also in another writing, and those of other people."""
    seen = shown(View(name="v"), profile=[profile(summary=text)], achievements=[Achievement(title="t", result=text)])  # fmt: skip
    for told in (seen.profile["summary"], seen.sections["achievements"][0]["result"]):
        assert HIDDEN in told and "@" not in told and "8000" not in told and "7777" not in told
    open_view = everything()
    assert text in shown(open_view, profile=[profile(summary=text)]).profile["summary"]


@pytest.mark.parametrize(
    "text", ["2019-03 to 2023-05-01", "1,234,567,890 rows", "saved 120000.50 CNY", "https://example.org/1234567890", "v1.2.3.4"]
)  # fmt: skip
def test_numbers_that_are_no_contacts(text: str) -> None:
    """Results keep their numbers."""
    seen = shown(View(name="v"), achievements=[Achievement(title="t", result=text)])
    assert seen.sections["achievements"][0]["result"] == text


def test_a_view_without_the_profile_shows_a_name_alone() -> None:
    """And the contacts that are named, nothing else of it."""
    someone = profile(headline="Secret agent", summary="quiet", city="Rome")
    seen = shown(View(name="v", sections=["work"], contacts=["place"]), profile=[someone])
    assert dict(seen.profile) == {"name": "Mei", "city": "Rome", "region": "", "country": ""}


def test_nothing_of_the_inside_leaves() -> None:
    """No pointers, notes or extras; evidence only as an address."""
    pointer = f"skills.items/{uuid4()}"
    deed = Achievement(
        title="t", skills=[pointer], evidence=["https://example.org/e", f"skills.evidence/{uuid4()}"], within=f"anchor.stations/{uuid4()}",
        extra={"hidden": 1}, translations={"zh-CN": {"title": "标题", "nonsense": "x"}},
    )  # fmt: skip
    seen = shown(View(name="v", language="zh-CN"), achievements=[deed]).sections["achievements"][0]
    assert seen["title"] == "标题" and seen["skills"] == []
    assert seen["evidence"] == ["https://example.org/e"]
    assert not {"within", "extra", "translations", "nonsense"} & set(seen)


def test_sections_come_in_the_order_of_the_view() -> None:
    """The person chooses what comes first."""
    records: dict[str, list[Record]] = {"work": [Station(organisation="W")], "achievements": [Achievement(title="t")]}  # fmt: skip
    assert list(shown(View(name="v", sections=["work", "achievements"]), **records).sections) == ["work", "achievements"]  # fmt: skip
    assert list(shown(View(name="v", sections=["achievements", "work"]), **records).sections) == ["achievements", "work"]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://example.org/a?b=c&d", True),
        ("mailto:a@b.c", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://x/\"onmouseover='x'", False),
        ("https://x y", False),
        ("//example.org", False),
        ("", False),
    ],
)
def test_safe_links(address: str, safe: bool) -> None:
    """Only what can be followed without harm is a link."""
    assert bool(safe_link(address)) == safe


def test_spans_and_measures() -> None:
    """As people write them."""
    with in_lang("en"):
        assert span_of("2020", "", lasting=True) == "2020 – today"
        assert span_of("2020", "2020", lasting=True) == "2020"
        assert span_of("", "2021-03", lasting=False) == "2021-03"
        assert span_of("2020", "", lasting=False) == "2020"
    assert measured(96, "%") == "96%" and measured(1234.5, "CNY") == "1,234.5 CNY"
    assert (
        measured(None, "%") == "" and measured(0, "") == "0" and measured(1e300, "x") == "1e+300 x"
    )


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
_NASTY = st.sampled_from(["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "](javascript:alert(1))", "<!--", "</style>", "# x", "| a | b |", "`"])  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(_TEXT | _NASTY, _TEXT | _NASTY, st.sampled_from(["classic", "modern"]))
def test_pages_hold_text_and_no_markup(one: str, two: str, layout: str) -> None:
    """Whatever is written: no element, handler or address of it is in the HTML, no heading or link of it in the Markdown."""
    from markdown_it import MarkdownIt

    someone = Profile(name=f"n{one}", headline=two, summary=one, links=[{"network": f"x{two}", "url": one}])  # fmt: skip
    deed = Achievement(title=f"t{two}", result=one, situation=two, unit=one[:10], number=1)
    work = Station(organisation=one, position=two, highlights=[one, two], courses=[two])
    page = compose(shown(everything(), profile=[someone], achievements=[deed], work=[work]))
    made = html(page, layout).lower()
    assert "<script" not in made and "<img" not in made and "<!--" not in made
    assert made.count("</style>") == 1 and 'href="javascript' not in made
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(page))
    inline = [child for token in tokens for child in token.children or []]
    assert not {token.type for token in tokens} & {"html_block", "table_open", "fence", "code_block", "blockquote_open", "hr"}  # fmt: skip
    assert not {child.type for child in inline} & {"html_inline", "code_inline", "image"}
    links = [str(child.attrs["href"]) for child in inline if child.type == "link_open"]
    assert all(link.startswith(("http://", "https://", "mailto:", "tel:")) for link in links)
    assert sum(token.type == "heading_open" for token in tokens) <= 6


@settings(max_examples=12, deadline=None)
@given(st.lists(_TEXT | _NASTY | st.sampled_from([" ", "\n", "#panic()", "中文\n\n内容"]), min_size=4, max_size=4), st.sampled_from(["classic", "modern"]))  # fmt: skip
def test_any_text_becomes_a_printed_page(texts: list[str], layout: str) -> None:
    """Empty, strange or in typst's own signs: a page comes of it in both layouts."""
    one, two, three, four = texts
    someone = Profile(name=f"n{one}", headline=two, summary=three, phone=four, languages=[{"language": f"x{one}", "fluency": two}])  # fmt: skip
    deed = Achievement(title=f"t{two}", result=one, situation=two, unit=one[:10], number=1)
    work = Station(organisation=one, position=two, summary=three, highlights=[one, two, four], courses=[three, four])  # fmt: skip
    strong = Strength(name=f"s{one}", level=two, keywords=[three, four])
    page = compose(shown(everything(), profile=[someone], achievements=[deed], work=[work], skills=[strong]))  # fmt: skip
    assert pdf(page, layout).startswith(b"%PDF")


def test_a_long_side_goes_on_below() -> None:
    """More at the side of the modern layout than fits on a page is not cut off."""
    pypdf = pytest.importorskip("pypdf")
    strengths: list[Record] = [Strength(name=f"Skill number {n}.", keywords=["a", "b"]) for n in range(90)]  # fmt: skip
    page = compose(shown(everything(), profile=[profile()], skills=strengths))
    reader = pypdf.PdfReader(io.BytesIO(pdf(page, "modern")))
    text = "".join(each.extract_text() for each in reader.pages)
    assert all(f"Skill number {n}." in text for n in range(90))
