"""Notes of Evernote: text, files, to-dos, tags and dates arrive; bombs and damage are named."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.markdown.reading import read
from pgc_lib.core.markdown.rendering import html
from pgc_lib.errors import Problem
from pgc_lib.exchange.enex_read import notes
from pgc_lib.exchange.enml import markdown
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
MD5 = hashlib.md5(PNG).hexdigest()
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">\n<en-export export-date="20260101T000000Z">\n'


def note(title: str, content: str, more: str = "") -> str:
    """A note as Evernote writes it."""
    enml = f'<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd"><en-note>{content}</en-note>'
    return (
        f"<note><title>{escape(title)}</title><content><![CDATA[{enml}]]></content>{more}</note>\n"
    )


def resource(data: bytes, mime: str = "image/png", name: str = "") -> str:
    """A file in a note."""
    called = (
        f"<resource-attributes><file-name>{escape(name)}</file-name></resource-attributes>"
        if name
        else ""
    )
    encoded = base64.encodebytes(data).decode()
    return f'<resource><data encoding="base64">\n{encoded}</data><mime>{mime}</mime>{called}</resource>'


@pytest.fixture
def lab(house: House, person: Person) -> Iterator[Lab]:
    """An empty lab, in English."""
    with in_lang("en"):
        yield house.lab(person("mei"))


def test_everything_of_a_note_arrives(lab: Lab, tmp_path: Path) -> None:
    """In a folder named after the file; once, however often it is taken in."""
    content = (
        "<div>你好&nbsp;<b>世界</b> &amp; <i>more</i></div><div><br/></div>"
        '<div><en-todo checked="true"/>milk</div><div><en-todo/>bread #1</div>'
        f'<div><en-media hash="{MD5}" type="image/png"/></div>'
        '<div><en-media hash="00" type="audio/x"/></div>'
        '<en-crypt cipher="AES" hint="x">c2VjcmV0</en-crypt>'
    )
    more = (
        "<created>20250102T030405Z</created><updated>20250607T080910Z</updated><tag>家庭</tag><tag>to do</tag>"
        "<note-attributes><latitude>31.2</latitude><source-url>https://x.example/a?b=1&amp;c=2</source-url></note-attributes>"
        + resource(PNG, name="photo.png")
        + resource(b"%PDF-1.4 x", "application/pdf", "a/b:c.pdf")
        + "<task><title>call</title><taskStatus>completed</taskStatus><dueDate>20260101T000000Z</dueDate></task>"
    )
    text = (
        HEAD
        + note("A/B: 标题?", content, more)
        + note("A/B: 标题?", "<div>second</div>")
        + note("", "")
        + "</en-export>"
    )
    (tmp_path / "我的 笔记.enex").write_text(text, encoding="utf-8")
    seen = lab.import_file(tmp_path / "我的 笔记.enex")
    assert seen.new == 3 and seen.told["Files"] == 2
    reasons = "\n".join(map(str, seen.problems))
    assert "not in the export" in reasons and "encrypted" in reasons
    done = seen.accept()
    doc = lab.docs.doc("我的 笔记/A-B- 标题")
    parsed = read(doc.text)
    assert (
        parsed.front["title"] == "A/B: 标题?"
        and parsed.front["created"] == "2025-01-02T03:04:05+00:00"
    )
    assert parsed.front["source-url"] == "https://x.example/a?b=1&c=2" and doc.tags == [
        "家庭",
        "to-do",
    ]
    assert "你好 **世界** & *more*" in doc.body and "c2VjcmV0" in doc.body
    assert [(task.text, task.done) for task in parsed.tasks][:2] == [
        ("milk", True),
        ("bread #1", False),
    ]
    assert "- [x] call 📅 2026-01-01" in doc.body
    assert "![[我的 笔记/attachments/A-B- 标题/photo.png]]" in doc.body and "b-c.pdf]]" in doc.body
    assert lab.docs.unresolved() == [] and "data:image/png" in lab.docs.show(doc).body
    assert sorted(lab.docs.bytes_of(file) for file in lab.docs.files.find()) == sorted(
        [PNG, b"%PDF-1.4 x"]
    )
    assert sorted(each.title for each in lab.docs.items.find()) == [
        "A-B- 标题",
        "A-B- 标题 (2)",
        "Untitled",
    ]
    again = lab.import_file(tmp_path / "我的 笔记.enex").accept()
    assert (again.added, again.updated) == (0, 0)
    lab.history.undo_batch(done.batch)
    assert lab.docs.items.count() == lab.docs.files.count() == 0


CREATED = "<created>20250102T030405Z</created>"


def export(path: Path, *notes: str) -> Path:
    """A file of notes."""
    path.write_text(HEAD + "".join(notes) + "</en-export>", encoding="utf-8")
    return path


def test_the_same_notes_are_found_again_by_what_they_are(lab: Lab, tmp_path: Path) -> None:
    """Whatever the file is called, and wherever they are by now; a new one goes to the others."""
    old = [note("Trip", "<div>a</div>", CREATED + resource(PNG, name="p.png")), note("Loose", "x")]
    lab.import_file(export(tmp_path / "mine.enex", *old)).accept()
    lab.docs.rename("Trip", "Journey")
    seen = lab.import_file(export(tmp_path / "renamed.enex", *old, note("New", "y", CREATED)))
    assert (seen.known, seen.new, seen.told["Folder"]) == (2, 1, "mine")
    assert seen.accept().added == 1 and lab.docs.files.count() == 1
    assert sorted(doc.path for doc in lab.docs.items.find()) == ["mine/Journey", "mine/Loose", "mine/New"]  # fmt: skip


def test_documents_of_older_imports_are_known_by_their_front_matter(
    lab: Lab, tmp_path: Path
) -> None:
    """Which says the title and when the note was made; what became of the note since, nobody knows."""
    front = "---\ntitle: A/B\ncreated: '2025-01-02T03:04:05+00:00'\n---\n"
    lab.docs.add(title="A-B", folder="then", body=front + "text")
    lab.docs.add(title="broken", body="---\ncreated: soon\n---\n")
    seen = lab.import_file(export(tmp_path / "now.enex", note("A/B", "changed", CREATED)))
    assert (seen.known, seen.new) == (1, 0)
    assert seen.accept().added == 0 and lab.docs.doc("A-B").body == "text"


def test_a_name_that_is_taken_is_told_and_nothing_is_overwritten(lab: Lab, tmp_path: Path) -> None:
    """Another note of the same name, and files that lie where its own would."""
    lab.docs.add(title="trip", folder="n", body="mine")
    lab.docs.keep_file(b"mine", "p.png", folder="n/attachments/Photo")
    given = [note("Trip", "b", CREATED), note("Photo", "c", CREATED + resource(PNG, name="p.png"))]
    seen = lab.import_file(export(tmp_path / "n.enex", *given))
    told = [str(problem) for problem in seen.problems]
    assert len(told) == 2 and all("is taken" in each and "(2)" in each for each in told)
    assert seen.accept().added == 3 and lab.docs.doc("n/trip").body == "mine"
    assert sorted(map(lab.docs.bytes_of, lab.docs.files.find())) == sorted([PNG, b"mine"])
    assert (lab.docs.doc("n/Trip (2)").body.strip(), lab.docs.unresolved()) == ("b", [])
    again = lab.import_file(export(tmp_path / "n.enex", *given))
    assert (again.known, again.new, again.problems) == (2, 0, [])


def test_what_changed_in_evernote_becomes_a_version_or_a_draft(lab: Lab, tmp_path: Path) -> None:
    """A version where nobody wrote here meanwhile; a draft that can be merged where somebody did."""
    lines = [f"<div>line {n}</div>" for n in range(9)]

    def given(first: str) -> Path:
        text = f"<div>{first}</div>" + "".join(lines)
        return export(tmp_path / "n.enex", note("One", text, CREATED), note("Two", text))

    lab.import_file(given("old")).accept()
    two = lab.docs.doc("Two")
    lab.docs.write(two, two.text.replace("line 8", "line 8, by me"))
    seen = lab.import_file(given("new"))
    assert (seen.new, seen.told["Changed in Evernote since"]) == (0, 2)
    done = seen.accept()
    assert done.updated == 2 and "is a draft" in str(done.problems[0])
    assert lab.docs.doc("One").body.startswith("new") and len(lab.docs.versions("One")) == 2
    assert lab.docs.doc("Two").body.startswith("old")
    assert lab.docs.merge(lab.docs.drafts.find()[0]).state == "merged"
    merged = lab.docs.doc("Two").body
    assert merged.startswith("new") and "by me" in merged
    assert "Changed in Evernote since" not in lab.import_file(given("new")).told


@pytest.mark.parametrize(
    ("enml", "wanted"),
    [
        ("<h2>Head <b>x</b></h2><p>a<br/>b</p>", "## Head **x**\n\na  \nb\n"),
        ("<ul><li>a</li><li><div>b</div><ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c\n"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n  - b\n"),
        ('<ul style="--en-todo:true;"><li style="--en-checked:true;"><div>x</div></li><li>y</li></ul>', "- [x] x\n- [ ] y\n"),
        ("<table><tr><td>a|b</td><td>c</td></tr><tr><td>1</td></tr></table>", "| a\\|b | c |\n| --- | --- |\n| 1 |  |\n"),
        ('<div style="-en-codeblock: true;"><div>if x:</div><div>&nbsp; y</div></div>', "```\nif x:\n  y\n```\n"),
        ("<pre>a\n  b```</pre>", "````\na\n  b```\n````\n".replace("````", "````")),
        ('<a href="https://x.y/(a) b">t</a>', "[t](<https://x.y/(a) b>)\n"),
        ("<div># no heading</div><div>* no list</div><div>#tag a_b _c_</div>", "\\# no heading\n\n\\* no list\n\n\\#tag a_b \\_c\\_\n"),
        ("<blockquote><div>q</div><div>r</div></blockquote><hr/>", "> q\n>\n> r\n\n---\n"),
        ("<span style='font-weight: bold'>b</span><code>a`b</code>", "**b**``a`b``\n"),
        ("<div>1. no list</div>", "1\\. no list\n"),
        ("a</b></div><i>b", "a*b*\n"),
        ("", ""),
    ],
)  # fmt: skip
def test_markup_becomes_markdown(enml: str, wanted: str) -> None:
    """What Markdown has words for."""
    assert markdown(enml, lambda digest, _kind: digest).text == wanted


@settings(max_examples=60, deadline=None)
@given(st.text("ab字 *_#[]()`\\<>|~!-+=.1&\n", max_size=60))
def test_text_stays_text(text: str) -> None:
    """Whatever signs it has: what is drawn says the same, as headings, lists or emphasis it would not."""
    made = markdown(f"<div>{escape(text)}</div>", lambda digest, _kind: digest).text
    drawn = html(made)
    assert not any(
        f"<{tag}" in drawn
        for tag in ("h1", "h2", "ul", "ol", "em", "strong", "pre", "hr", "blockquote")
    )
    assert read(made).tags == [] and read(made).wiki_links == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<?xml version="1.0"?><!DOCTYPE en-export [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><en-export><note><title>&b;</title></note></en-export>', "document type of its own"),
        ('<!DOCTYPE en-export [<!ENTITY x SYSTEM "file:///etc/passwd">]><en-export><note><title>&x;</title></note></en-export>', "document type of its own"),
        (HEAD + note("kept", "<div>a</div>") + "<note><title>cut", "cut or damaged"),
        (HEAD + "<a>" * 100, "nested deeper"),
        ("<en-export", "cut or damaged"),
    ],
)  # fmt: skip
def test_bombs_and_damage_are_named(lab: Lab, tmp_path: Path, text: str, reason: str) -> None:
    """No entity is made, no file is fetched; what was whole before the damage is taken."""
    path = tmp_path / "n.enex"
    path.write_text(text)
    seen = lab.import_file(path)
    assert reason in str(seen.problems[0]) and seen.new == text.count("kept")


def test_damaged_files_and_scripts_are_told(lab: Lab, tmp_path: Path) -> None:
    """The note itself arrives."""
    bad = resource(PNG).replace("</data>", "!!</data>")
    content = (
        "<script>alert(1)</script><div onclick='x'>text</div><a href='javascript:alert(1)'>l</a>"
    )
    path = tmp_path / "n.enex"
    path.write_text(HEAD + note("N", content, bad) + "</en-export>")
    seen = lab.import_file(path)
    told = "\n".join(map(str, seen.problems))
    assert "bytes are damaged" in told and "script" in told
    seen.accept()
    drawn = lab.docs.show("N").body
    assert (
        "alert" not in drawn.replace("javascript:alert(1)", "") and 'href="javascript' not in drawn
    )


def test_deep_and_long_content_ends() -> None:
    """A thousand elements within one another, and a megabyte of one."""
    deep = markdown("<div><b>" * 3000 + "x", lambda digest, _kind: digest)
    assert "x" in deep.text
    assert len(markdown("<div>a *b* </div>" * 20_000, lambda digest, _kind: digest).text) > 100_000


def test_a_file_is_read_note_by_note(tmp_path: Path) -> None:
    """So that a large one needs the memory of a single note."""
    path = tmp_path / "n.enex"
    path.write_text(HEAD + "".join(note(f"n{n}", "x" * 70_000) for n in range(5)) + "</en-export>")
    problems: list[Problem] = []
    reader = notes(path, problems)
    assert next(reader).title == "n0" and [each.title for each in reader] == [
        "n1",
        "n2",
        "n3",
        "n4",
    ]
    assert problems == []
