"""HTML of Markdown: by the book where the book is asked, and harmless whoever wrote the text."""

import re

import pytest

from pgc_lib.core.markdown.rendering import commonmark, html, sanitised
from tests.support.reference import reference

OWN = [
    ("*a* **b** `c`\n", "<p><em>a</em> <strong>b</strong> <code>c</code></p>\n"),
    ("1. x\n2. y\n", "<ol>\n<li>x</li>\n<li>y</li>\n</ol>\n"),
    ("> \n", "<blockquote>\n</blockquote>\n"),
    ("> q\n", "<blockquote>\n<p>q</p>\n</blockquote>\n"),
    ("a\n===\n\n\tcode\n", "<h1>a</h1>\n<pre><code>code\n</code></pre>\n"),
    (
        '[t](/u "n") ![i](p.png)\n',
        '<p><a href="/u" title="n">t</a> <img src="p.png" alt="i" /></p>\n',
    ),
]


def examples() -> list[tuple[str, str]]:
    """Some of our own, and those of the specification where it is at hand."""
    spec = reference("commonmark/spec.txt")
    if spec is None:
        return OWN
    found = re.findall(
        r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", spec.read_text("utf-8"), re.M | re.S
    )
    assert len(found) > 600
    return OWN + [(one.replace("→", "\t"), other.replace("→", "\t")) for one, other in found]


def test_the_examples_of_the_specification() -> None:
    """All of them, in the bare renderer; and the safe one makes each harmless."""
    pairs = examples()
    assert [source for source, wanted in pairs if commonmark(source) != wanted] == []
    for source, _wanted in pairs:
        _is_harmless(html(source))


OURS = re.compile(
    r'<math(?: display="block")?>(?:[^<]|</?m(?:row|i|n|o|text|space|frac|sqrt|root|sub|sup|subsup|under|over|underover'
    r'|table|tr|td)(?: (?:fence|stretchy|accent|width)="[a-z0-9.-]+"| style="[a-z0-9:;-]+")*>)*</math>'
)
"""A formula of our own making: signs, and tags that only place them."""


def _is_harmless(markup: str) -> None:
    markup = OURS.sub("", markup)
    assert not re.search(
        r"<(?:script|style|iframe|object|embed|form|input|svg|math|link|meta|base|button)\b",
        markup,
        re.I,
    )
    assert not re.search(r"<[^>]*\s(?:on\w+|style|srcset|formaction)\s*=", markup, re.I)
    assert not re.search(r"(?:href|src)\s*=\s*[\"']?\s*(?:javascript|vbscript|file):", markup, re.I)
    assert not re.search(r"<img[^>]*src=\"(?:https?:)?//", markup, re.I)


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        '<a href="data:text/html,<script>1</script>">y</a>',
        "![p](http://evil.example/x.png)",
        "![p](//evil.example/x.png)",
        '<img src="\\\\evil.example/x.png">',
        '<svg onload="alert(1)"><script>1</script></svg>',
        "<iframe src=//evil.example></iframe><form action=//x><input></form>",
        '<p style="background:url(//evil.example)">x</p>',
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
        "<details open ontoggle=alert(1)>x</details>",
        '[[a"onmouseover="alert(1)|<img src=x onerror=1>]]',
        '![x"onerror="alert(1)](a.png"onerror="alert(1))',
        "```<img src=x onerror=1>\n<script>\n```",
        "$<script>alert(1)</script>$",
        "$$\n</code><script>alert(1)</script>\n$$",
        '<http://x/"onmouseover=alert(1)>',
        "<base href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
    ],
)
def test_nothing_can_execute_or_load(source: str) -> None:
    """Scripts, handlers, other hosts' pictures, frames and forms are gone, in every place where a person can write."""
    _is_harmless(html(source))
    _is_harmless(html(f"- [ ] {source}\n\n> {source}\n\n| a |\n|---|\n| {source} |\n"))
    _is_harmless(
        html(source, link=lambda link: f"javascript:{link.target}", picture=lambda _name: None)
    )


def test_formulas_are_drawn_and_diagrams_stay_code() -> None:
    """Formulas as MathML, which needs no script; one that cannot be read stays as it was written, and so does Mermaid."""
    source = "a $x<y$ b\n\n$$\n\\sum_{i}\n$$\n\n$\\odd{<b>}$\n\n```mermaid\ngraph TD; A-->B\n```\n"
    drawn = html(source)
    assert "<math><mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow></math>" in drawn
    assert '<math display="block"><mrow><munder><mo>∑</mo><mrow><mi>i</mi></mrow></munder>' in drawn
    assert '<code class="language-math">\\odd{&lt;b&gt;}</code>' in drawn
    assert '<code class="language-mermaid">graph TD; A--&gt;B' in drawn


def test_only_our_own_mathml_is_let_through() -> None:
    """What a text brings as MathML loses its tags; what it says as a formula is text again."""
    nasty = "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>"
    assert "<math" not in html(nasty) and "onerror" not in html(nasty)
    for formula in (
        r"\text{<img src=x onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        r"<svg onload=alert(1)>",
    ):
        drawn = html(f"${formula}$")
        assert "<img" not in drawn and "<svg" not in drawn and "href=" not in drawn


def test_wiki_links_tables_footnotes_and_tasks() -> None:
    """A link that leads somewhere has its address, one that does not says so."""
    source = "[[A|b]] [[new]] ![[p.png]]\n\n- [ ] x\n- [x] y\n\n|l|r|\n|:-|-:|\n|1|2|\n\nn[^1] ~~s~~\n\n[^1]: note\n"
    drawn = html(
        source,
        link=lambda link: "docs/A" if link.target == "A" else None,
        picture=lambda name: "data:image/png;base64,AAAA" if name == "p.png" else None,
    )
    assert '<a class="wiki" href="docs/A" rel="noopener noreferrer nofollow">b</a>' in drawn
    assert '<span class="wiki wiki-new">new</span>' in drawn
    assert '<img src="data:image/png;base64,AAAA" alt="p.png">' in drawn
    assert "☐ x" in drawn and "☑ y" in drawn and "<s>s</s>" in drawn
    assert 'style="text-align:right"' in drawn and 'href="#fn1"' in drawn and 'id="fn1"' in drawn


def test_front_matter_is_not_drawn_and_long_texts_are_shown_as_written() -> None:
    """Drawing takes seconds a megabyte."""
    assert html("---\ntitle: x\n---\ny") == "<p>y</p>\n"
    drawn = html("# <b>\n" * 400_000)
    assert "2400000" in drawn and "<h1>" not in drawn and "&lt;b&gt;" in drawn


def test_sanitising_twice_changes_nothing() -> None:
    """What was safe stays as it is."""
    once = sanitised(
        '<p class="x language-py">a<b>b</b><img src="a.png" onerror="x"></p><td style="text-align:left;color:red">'
    )
    assert sanitised(once) == once and "color" not in once


@pytest.mark.parametrize(
    "piece", ["[", "*a ", "`", "> ", "[[a", "![[", "<a ", "$", "[^1]", "- ", "|"], ids=repr
)
def test_hostile_texts_are_drawn(piece: str) -> None:
    """To the end, in bounded time and depth."""
    assert html(piece * (20_000 // len(piece))) is not None
