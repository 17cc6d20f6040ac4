"""What a Markdown text says: links, tags, to-dos and front matter, and none of it from code; hostile text ends."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.markdown.masking import masked
from pgc_lib.core.markdown.reading import read
from pgc_lib.core.markdown.rewriting import retargeted, ticked

TEXT = """---
title: 家庭 手册
tags: [家, "#b", c/d]
time: 10:30
sure: yes
related: "[[Other note]]"
when: 2026-11-20
never: 2026-13-45
---
# Head *one* ##

text #tag1 and 今天，#阅读 很好 [[Note#Sec|alias]] ![[img.png]] [a](b%20c.md) ![alt](<x y.png> "t") https://e.org/a_(b). `[[no]] #no`

Setext
======

| a | b |
|---|---|
| [[T\\|x]] | #1 |

- [ ] todo one #todo
- [x] done
  1. [-] given up

    cont in list [[inlist]]

para

    code [[nope]] #nope

```py
# [[nope]]
- [ ] no task
```
<!-- [[no]] --> %% #no %% \\[[not escaped]]
$$
[[a]]
$$

[![in](a.png)](http://x.org) [ref]: no

[ref]: http://d.org/x
[^1]: foot
"""


def test_everything_of_a_text() -> None:
    """Each thing once, with its line and its exact place; nothing out of code, comments and formulas."""
    parsed = read(TEXT)
    assert parsed.title == parsed.front["title"] == "家庭 手册" and parsed.problems == []
    assert parsed.front["time"] == "10:30" and parsed.front["sure"] == "yes"
    assert parsed.front["when"] == date(2026, 11, 20) and parsed.front["never"] == "2026-13-45"
    assert parsed.front_text == TEXT[: parsed.body_start] and TEXT[parsed.body_start :].startswith(
        "# Head"
    )
    assert [(each.level, each.text, each.line) for each in parsed.headings] == [
        (1, "Head *one*", 10),
        (1, "Setext", 14),
    ]
    assert [(link.target, link.heading, link.alias, link.embed, link.line) for link in parsed.wiki_links] == [
        ("Other note", "", "", False, 6),
        ("Note", "Sec", "alias", False, 12),
        ("img.png", "", "", True, 12),
        ("T", "", "x", False, 19),
        ("inlist", "", "", False, 25),
        ("not escaped", "", "", False, 35),
    ]  # fmt: skip
    assert [(link.url, link.text, link.image) for link in parsed.links] == [
        ("b%20c.md", "a", False),
        ("x y.png", "alt", True),
        ("https://e.org/a_(b)", "", False),
        ("http://x.org", "![in](a.png)", False),
        ("a.png", "in", True),
        ("http://d.org/x", "ref", False),
    ]
    assert [link.path for link in parsed.links] == ["b c.md", "x y.png", "", "", "a.png", ""]
    assert all(TEXT[slice(*link.span)] == link.target for link in parsed.wiki_links)
    assert all(TEXT[slice(*link.span)] == link.url for link in parsed.links)
    assert parsed.tags == ["家", "b", "c/d", "tag1", "阅读", "todo"]
    assert [(task.text, task.state, task.done) for task in parsed.tasks] == [
        ("todo one #todo", " ", False), ("done", "x", True), ("given up", "-", True),
    ]  # fmt: skip


def test_line_ends_of_windows_change_nothing() -> None:
    """The same things at the same lines, and the front matter word by word."""
    windows = TEXT.replace("\n", "\r\n")
    one, other = read(TEXT), read(windows)
    assert other.front == one.front and other.front_text == one.front_text.replace("\n", "\r\n")
    for name in ("headings", "wiki_links", "links", "tasks"):
        assert [each.line for each in getattr(one, name)] == [
            each.line for each in getattr(other, name)
        ]
    assert one.tags == other.tags and [task.text for task in one.tasks] == [
        task.text for task in other.tasks
    ]


@pytest.mark.parametrize(
    ("yaml", "reason"),
    [
        ("title: [unclosed", "no YAML"),
        ("a: b: c", "no YAML"),
        ("- only\n- a list", "no names"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("a: " + "[" * 400 + "]" * 400, "nested deeper"),
        ("a: !!python/object/apply:os.system ['false']", "no YAML"),
        ("a: \x07", "no YAML"),
        ("\tx: 1", "no YAML"),
    ],
)
def test_broken_front_matter_is_told_and_stays(yaml: str, reason: str) -> None:
    """With its line; the text is still read, and nothing of it is executed or grows."""
    text = f"---\n{yaml}\n---\n# Title\n"
    parsed = read(text)
    assert len(parsed.problems) == 1 and reason in parsed.problems[0].reason
    assert "line" in parsed.problems[0].place
    assert parsed.front == {} and parsed.title == "Title" and parsed.front_text in text


def test_front_matter_that_never_ends_is_a_rule() -> None:
    """As CommonMark has it."""
    assert read("---\ntitle: x\n").front == {}
    assert read("\ufeff---\ntitle: x\n---\n").title == "x"
    assert read("---\n---\nx").front == {} and read("---\n...").body_start == 7


def test_links_are_led_elsewhere_and_nothing_else_changes() -> None:
    """Only the target; heading, alias and the bar of a table stay."""
    new = retargeted(TEXT, lambda link: {"Note": "新 笔记", "T": "U"}.get(link.target), lambda link: "z.md" if link.path == "b c.md" else None)  # fmt: skip
    assert "[[新 笔记#Sec|alias]]" in new and "[[U\\|x]]" in new and "[a](z.md)" in new
    back = retargeted(new, lambda link: {"新 笔记": "Note", "U": "T"}.get(link.target), lambda link: "b%20c.md" if link.url == "z.md" else None)  # fmt: skip
    assert back == TEXT


def test_a_task_is_ticked_in_its_place() -> None:
    """And opened again."""
    line = read(TEXT).tasks[0].line
    done = ticked(TEXT, line)
    assert done == TEXT.replace("- [ ] todo one", "- [x] todo one")
    assert ticked(done, line, done=False) == TEXT and ticked(TEXT, 1) == TEXT


@settings(max_examples=60, deadline=None)
@given(st.text("a#[]()!|`~*-+ \t\n\r\\>$%<:/1.字", max_size=200))
def test_any_text_is_read(text: str) -> None:
    """The mask is as long as the text, and every place is where it says."""
    assert len(masked(text)) == len(text)
    parsed = read(text)
    flat = text.replace("\r", " ")
    assert all(flat[slice(*link.span)] == link.target for link in parsed.wiki_links)
    assert all(text[slice(*link.span)].replace("\r", " ") == link.url for link in parsed.links)
    assert all(text[slice(*task.span)] == task.state for task in parsed.tasks)
    assert (
        retargeted(text, lambda link: link.target, lambda link: link.url, parsed).replace("\r", " ")
        == flat
    )


HOSTILE = [
    "[", "[[", "`a``b", "\n", "#", "](", "```\n", "[[a|", "http://", "](( ", "\n    a\n\n", "\\", "![a](", "a\n==\n", " #a", "- [ ] a\n",
    "---\n", "> ", "<!--", "%%", "$$", "~~~", "[a]: b\n", "\t", "\r\n", "((", "[[a#b|c]]", "1. ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_unlucky_texts_are_read_to_their_end(piece: str) -> None:
    """However they repeat what opens something; the work grows with the length alone."""
    text = piece * (100_000 // len(piece))
    assert len(masked(text)) == len(text) and read(text).problems == []
