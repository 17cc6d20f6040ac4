"""Documents: written, linked, moved, drafted, merged, thrown away and had back, in either store, and nothing ever lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from pgc_lib.areas.docs import Docs
from pgc_lib.areas.paper.records import LONGEST_TEXT
from pgc_lib.core.history import History
from pgc_lib.core.session import Session
from pgc_lib.core.zone import set_zone, zone
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from pgc_lib.i18n import in_lang
from pgc_lib.settings import Secret
from pgc_lib.stores.mongo_people import provision
from tests.support.lab import House, Person, share
from tests.support.mongo import Mongo, mongo  # noqa: F401

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcffff3f0300"
    "08fc02fe8e1d2bd60000000049454e44ae426082"
)


@pytest.fixture(params=["postgres", "mongo"])
def docs(request: pytest.FixtureRequest, person: Person) -> Iterator[Docs]:
    """The documents of a new person, in English and in Shanghai, in PostgreSQL and in MongoDB."""
    before = zone().key
    set_zone("Asia/Shanghai")
    session: Session = person("mei")
    if request.param == "mongo":
        server: Mongo = request.getfixturevalue("mongo")
        provision(server.admin, session.person, "their-password")
        session = replace(session, mongo_url=Secret(server.url_of(session.person)))
    with in_lang("en"):
        yield Docs(session)
    set_zone(before)
    if request.param == "mongo":
        session.close()


@pytest.fixture
def here(person: Person) -> Iterator[Docs]:
    """The same in PostgreSQL alone, for what does not depend on the store."""
    with in_lang("en"):
        yield Docs(person("mei"))


def test_a_document_is_its_text_word_by_word(docs: Docs) -> None:
    """Front matter moves to its place; tags and links are read off; the text comes back to the byte."""
    text = "---\r\ntags: [家, trip]\r\n---\r\n# Hello [[Other]] \r\n\r\n#more [f](img/a%20b.png)\ttail  "
    doc = docs.add(title="旅行 Travel", folder="/family//2026/", body=text, tags=["own"])
    kept = docs.doc("旅行 Travel")
    assert kept == doc and kept.text == text and kept.path == "family/2026/旅行 Travel"
    assert kept.front.endswith("---\r\n") and kept.tags == ["own", "家", "trip", "more"]
    assert (kept.links, kept.paths) == (["Other"], ["img/a b.png"])
    assert docs.read(doc).headings[0].text == "Hello [[Other]]"
    changed = docs.items.update(doc, body="plain #new")
    assert changed.tags == ["own", "家", "trip", "new"] and changed.links == []
    assert docs.doc("family/2026/旅行 Travel").id == doc.id == docs.doc(doc.id).id
    with pytest.raises(Conflict):
        docs.items.update(doc, body="late")
    with pytest.raises(Invalid, match="name already"):
        docs.add(title="旅行 Travel", folder="family/2026")
    for wrong in (
        {"title": "a/b"},
        {"title": ".."},
        {"title": ""},
        {"title": "x", "folder": "../up"},
        {"title": "a\nb"},
    ):
        with pytest.raises(Invalid):
            docs.add(body="", **wrong)
    with pytest.raises(NotFound, match="trash"):
        docs.doc("nothing")


def test_a_text_that_is_too_long_is_refused_with_the_way_out(here: Docs) -> None:
    """Fifty megabytes are no document; they are kept as a file. Long ones below the limit are documents."""
    with pytest.raises(Invalid, match="keep_file") as refused:
        here.add(title="huge", body="x" * 50_000_000)
    assert str(LONGEST_TEXT) in str(refused.value) and here.items.count() == 0
    file = here.keep_file(b"# huge\n" * 1_000_000, "huge.md")
    assert here.keep_file(b"# huge\n" * 1_000_000, "huge.md") == file and file.size == 7_000_000
    assert here.bytes_of(file) == b"# huge\n" * 1_000_000
    with pytest.raises(Invalid, match="name already"):
        here.keep_file(b"other", "huge.md")
    long = here.add(title="long", body="字" * (LONGEST_TEXT - 10))
    assert len(here.doc(long.id).body) == LONGEST_TEXT - 10
    with pytest.raises(Invalid, match="too long"):
        here.items.update(long, body="字" * (LONGEST_TEXT + 1))
    with pytest.raises(Invalid, match="too long"):
        here.add(title="pictures", body="😀" * 4_000_000)
    links = here.add(title="links", body="".join(f"[[name {n}]]" for n in range(50_000)))
    assert 5_000 < len(links.links) < 50_000


def test_versions_have_author_time_and_message(docs: Docs) -> None:
    """And are compared, and restored as a further version."""
    doc = docs.add(title="Plan", body="We go to the park.\n", message="first idea")
    doc = docs.write(doc, "We go to the lake.\n", message="warmer")
    doc = docs.write(doc, "We go to the lake.\nAll of us.\n")
    newest, second, first = docs.versions(doc)
    assert [each.message for each in (first, second, newest)] == ["first idea", "warmer", ""]
    assert first.author == docs.session.person and first.name and first.at <= second.at <= newest.at
    assert (first.verb, newest.version) == ("insert", doc.version)
    assert docs.diff(first, second).text() == "We go to the [-park-]{+lake+}.\n"
    assert docs.diff(doc).text().endswith("{+All of us.\n+}") and docs.diff(first, doc).added > 5
    restored = docs.restore(first)
    assert restored.text == first.text and docs.versions(doc)[0].message == "Restored version 1"
    assert "Plan" in docs.versions(doc)._repr_html_()
    assert docs.items.update(restored, body=restored.body).version == restored.version


def test_renaming_takes_links_along_as_one_batch(docs: Docs) -> None:
    """Those that name it and no others; undone as one."""
    target = docs.add(title="Old", body="I link [[me]]")
    one = docs.add(title="One", body="[[Old|there]] and [[Old#part]] `[[Old]]`")
    two = docs.add(title="Two", folder="sub", body="[x](../Old.md) ![[Old]]")
    docs.add(title="Three", body="nothing")
    assert {link.source.name for link in docs.backlinks("Old")} == {"One", "Two"}
    assert [(link.source.name, link.target) for link in docs.unresolved()] == [("Old", "me")]
    assert [doc.title for doc in docs.orphans()] == ["One", "Three", "Two"]
    moved = docs.rename("Old", "新 New")
    assert (moved.moved, moved.relinked) == (1, 2)
    assert docs.doc("One").body == "[[新 New|there]] and [[新 New#part]] `[[Old]]`"
    assert docs.doc("sub/Two").body == "[x](../新%20New.md) ![[新 New]]"
    assert docs.doc(target.id).title == "新 New" and docs.links("One")[0].leads_to is not None
    History(docs.session).undo_batch(moved.batch)
    assert docs.doc(one.id).body.startswith("[[Old|there]]") and docs.doc("Old").id == target.id
    docs.rename("Old", "Newer", relink=False)
    assert docs.doc(two.id).body == "[x](../Old.md) ![[Old]]"
    assert {link.target for link in docs.unresolved()} == {"me", "Old", "../Old.md"}
    with pytest.raises(Invalid, match="cannot be moved"):
        docs.rename("Newer", "One")


def test_folders_move_with_what_is_in_them(docs: Docs) -> None:
    """Documents, files and empty folders; links from and to them lead on."""
    docs.make_folder("a/b/empty")
    docs.add(title="In", folder="a/b", body="![p](img/p.png) [[Out]]")
    docs.add(title="Out", body="[[a/b/In]] [i](a/b/In.md) ![[p.png]]")
    picture = docs.keep_file(PNG, "p.png", folder="a/b/img")
    assert docs.folders() == ["a", "a/b", "a/b/empty", "a/b/img"]
    moved = docs.move_folder("a/b", "z")
    assert docs.folders() == ["z", "z/empty", "z/img"] and moved.moved == 2
    assert docs.doc("Out").body == "[[z/In]] [i](z/In.md) ![[p.png]]"
    assert docs.doc("z/In").body == "![p](img/p.png) [[Out]]"
    assert docs.unresolved() == []
    docs.move_file(picture.id, "pictures", name="q.png")
    assert docs.doc("z/In").body == "![p](../pictures/q.png) [[Out]]"
    assert docs.doc("Out").body.endswith("![[q.png]]")
    canvas = docs.keep_file(
        b'{"nodes":[{"file" : "z/In.md"},{"file":"x"}], "n": 1.0}\n', "c.canvas"
    )
    docs.move("z/In", "")
    assert docs.bytes_of(canvas) == b'{"nodes":[{"file" : "In.md"},{"file":"x"}], "n": 1.0}\n'
    assert docs.doc("In").body == "![p](pictures/q.png) [[Out]]" and docs.unresolved() == []
    for wrong in ("z", "z/inside"):
        with pytest.raises(Invalid, match="into itself"):
            docs.move_folder("z", wrong)
    with pytest.raises(NotFound):
        docs.move_folder("nowhere", "x")
    docs.add(title="Last", folder="z")
    docs.remove_folder("z")
    assert [each.title for each in docs.trash()] == ["Last"] and "z" not in docs.folders()
    with pytest.raises(Conflict, match="files"):
        docs.remove_folder("pictures")


def test_the_trash_gives_back_everything(docs: Docs) -> None:
    """Text, attachments and versions; under another name where the old one is taken."""
    doc = docs.add(title="A", folder="f", body="one")
    doc = docs.write(doc, "two")
    docs.attach(doc, PNG, name="p.png")
    docs.remove(doc)
    assert docs.items.count() == 0
    with pytest.raises(NotFound):
        docs.doc("A")
    docs.add(title="A", folder="f", body="other")
    back = docs.bring_back("A")
    assert (back.id, back.title, back.text) == (doc.id, "A (2)", "two") and docs.trash() == []
    assert [each.name for each in docs.attachments(back)] == ["p.png"]
    assert [each.verb for each in docs.versions(back)][:2] == ["insert", "delete"]
    assert len([each for each in docs.versions(back) if each.text == "one"]) == 1
    docs.remove(back)
    old = next(each for each in docs.versions(back.id) if each.text == "one")
    assert docs.restore(old).text == "one" and docs.trash() == []
    docs.remove(back.id)
    assert docs.empty_trash() == 1 and docs.trash() == [] and docs.empty_trash() == 0
    with pytest.raises(NotFound):
        docs.bring_back("A (2)")
    stale = docs.doc("f/A")
    docs.write(stale, "newer")
    with pytest.raises(Conflict):
        docs.remove(stale)


def test_a_draft_is_merged_with_what_was_written_meanwhile(docs: Docs) -> None:
    """Both sides stay; the draft says that it is merged and can be merged only once."""
    doc = docs.add(title="Plan", body="one\ntwo\nthree\n")
    draft = docs.branch(doc, "idea")
    draft = docs.write_draft(draft, "one\ntwo\nTHREE\n", message="louder")
    docs.write(doc, "ONE\ntwo\nthree\n")
    assert "{+THREE+}" in docs.diff(draft).text().replace("\n+}", "+}")
    merged = docs.merge(draft)
    assert merged.state == "merged" and docs.doc("Plan").text == "ONE\ntwo\nTHREE\n"
    assert docs.versions(doc)[0].message == "louder" and docs.conflicts() == []
    with pytest.raises(Conflict, match="merged already"):
        docs.merge(draft)


def test_a_conflict_keeps_both_sides_until_somebody_decides(docs: Docs) -> None:
    """The document is untouched meanwhile; deciding on an old view is refused."""
    doc = docs.add(title="Plan", body="a\nb\nc\n")
    draft = docs.write_draft(docs.branch(doc, "idea"), "a\ntheirs\nc\n")
    doc = docs.write(doc, "a\nours\nc\n")
    draft = docs.merge(draft)
    assert draft.state == "conflict" and [each.id for each in docs.conflicts()] == [draft.id]
    (side,) = docs.sides(draft)
    assert (side.ours, side.base, side.theirs) == ("ours\n", "b\n", "theirs\n")
    assert (
        docs.doc("Plan").text == "a\nours\nc\n"
        and docs.drafts.get(draft.id).text == "a\ntheirs\nc\n"
    )
    marked = docs.marked(draft)
    assert "<<<<<<<" in marked and "ours" in marked and "theirs" in marked
    for wrong in (marked, [], ["ours", "ours"]):
        with pytest.raises(Invalid):
            docs.resolve(draft, wrong)
    docs.write(doc, "a\nours\nc\nd\n")
    with pytest.raises(Conflict, match="since"):
        docs.resolve(draft, "both")
    assert docs.resolve(draft, "both").state == "merged"
    assert docs.doc("Plan").text == "a\nours\ntheirs\nc\nd\n"
    with pytest.raises(Conflict):
        docs.resolve(draft, "ours")
    with pytest.raises(Invalid, match="nothing to decide"):
        docs.resolve(docs.branch(doc, "other"), "ours")


def test_writing_on_an_old_version_loses_nothing(docs: Docs) -> None:
    """Other places are brought together; the same place becomes a draft before it is told."""
    read_by_both = docs.add(title="Shared", body="a\nb\nc\n")
    docs.write(read_by_both, "A\nb\nc\n")
    assert docs.write(read_by_both, "a\nb\nC\n").text == "A\nb\nC\n"
    with pytest.raises(Conflict, match="resolve"):
        docs.write(read_by_both, "x\nb\nc\n", message="mine")
    (kept,) = docs.conflicts()
    assert kept.text == "x\nb\nc\n" and docs.doc("Shared").text == "A\nb\nC\n"
    docs.resolve(kept, ["theirs"])
    assert (
        docs.doc("Shared").text == "x\nb\nC\n" and docs.versions(read_by_both)[0].message == "mine"
    )


def test_templates_are_filled_in(here: Docs) -> None:
    """Title, date and names of one's own; what nobody gave stays to be seen; nothing is executed."""
    here.add(
        title="Meeting",
        template=True,
        body="---\ndate: {{date}}\n---\n# {{title}}\n{{ who }} {{time:HH:mm}} {{missing}} {{7*7}} {{__class__}}\n",
    )
    made = here.from_template("Meeting", "周会", folder="work", who="妈妈 {{date}}")
    assert (
        "# 周会\n妈妈 {{date}} " in made.body and "{{missing}} {{7*7}} {{__class__}}" in made.body
    )
    assert here.read(made).front["date"] is not None and not made.template and made.folder == "work"
    assert [doc.title for doc in here.templates()] == ["Meeting"]


def test_to_dos_of_all_documents(here: Docs) -> None:
    """The open ones, with where they stand."""
    here.add(title="A", body="- [ ] one\n- [x] two\n")
    here.add(title="B", body="```\n- [ ] no\n```\n1. [ ] three\n")
    assert [(doc.title, task.text, task.line) for doc, task in here.tasks()] == [
        ("A", "one", 1),
        ("B", "three", 4),
    ]
    assert len(here.tasks(done=None)) == 3 and [
        task.text for _doc, task in here.tasks("A", done=True)
    ] == ["two"]


def test_a_page_shows_pictures_and_other_documents_and_executes_nothing(
    here: Docs, tmp_path: Path
) -> None:
    """Circles are drawn once and named; a picture of another host is a link; SVG is not drawn."""
    doc = here.add(
        title="A",
        body="# Top\n![[p.png]] ![q](img/q.png) ![[B]] [[B]] [[none]] ![r](http://x.example/r.png) ![[bad.svg]]\n<script>alert(1)</script>\n",
    )
    here.add(title="B", body="I show ![[A]] <img src=x onerror=alert(1)>")
    here.add(title="C", body="![[C]] ![[B#Part]]")
    here.attach(doc, PNG, name="p.png")
    here.attach(doc, b"<svg onload='alert(1)'/>", name="bad.svg")
    here.keep_file(PNG, "q.png", folder="img")
    page = here.show("A")
    assert page.body.count("data:image/png;base64,") == 2 and "I show" in page.body
    assert "shows itself" in page.problems[0].reason and len(page.problems) == 1
    assert "<script" not in page.body and "onerror" not in page.body and "svg+xml" not in page.body
    assert (
        '<img src="http' not in page.body and '<span class="wiki wiki-new">none</span>' in page.body
    )
    assert len(here.show("C").problems) == 2
    html = here.save_as("A", tmp_path / "a.html").read_text("utf-8")
    assert (
        html.startswith("<!DOCTYPE html>")
        and "default-src 'none'" in html
        and "<title>Top</title>" in html
    )
    assert here.save_as("A", tmp_path / "a.md").read_bytes() == doc.text.encode()
    paper = here.save_as("A", tmp_path / "a.pdf").read_bytes()
    assert paper.startswith(b"%PDF-") and len(paper) > 2_000
    with pytest.raises(Invalid, match=r"\.pdf"):
        here.save_as("A", tmp_path / "a.doc")


def test_broken_front_matter_is_shown_and_kept(here: Docs) -> None:
    """The page says so; the text is as it was."""
    text = "---\ntags: [a\n---\nbody"
    here.add(title="Broken", body=text)
    assert "no YAML" in here.show("Broken").problems[0].reason and here.doc("Broken").text == text


def test_others_see_and_change_what_was_granted(here: Docs, person: Person) -> None:
    """A guest reads with `see`, writes with `edit`, and their own documents of the same name stay apart."""
    guest = Docs(person("papa"))
    doc = here.add(title="Ours", body="[[Next]]")
    here.add(title="Next")
    with pytest.raises(NotFound):
        guest.doc(doc.id)
    share(here.session, guest.session, "docs", "see")
    assert guest.doc("Ours").body == "[[Next]]" and guest.links(doc.id)[0].leads_to is not None
    with pytest.raises(Denied):
        guest.write(guest.doc("Ours"), "mine")
    guest.add(title="Ours", body="my own")
    assert guest.doc("Ours").body == "my own" and guest.show(doc.id).body
    share(here.session, guest.session, "docs", "edit")
    guest.write(guest.doc(doc.id), "[[Next]] and more", message="by papa")
    assert here.versions(doc)[0].author == guest.session.person
    guest.rename(here.doc("Next").id, "After")
    assert here.doc("Ours").body == "[[After]] and more" and guest.doc("Ours").body == "my own"
    draft = guest.branch(doc.id, "papa's")
    assert draft.owner == here.session.person and here.merge(draft).state == "merged"


def test_search_reads_titles_texts_and_tags() -> None:
    """What is to be found says so."""
    fields = Docs.items.record.spec.fields
    assert [name for name in fields if fields[name].meta.searchable] == ["title", "body", "tags"]


def test_the_past_can_be_read(house: House, here: Docs) -> None:
    """As with every record: the lab at an earlier time."""
    doc = here.add(title="Then", body="before")
    kept = here.items.get(doc.id)
    here.write(doc, "after")
    assert kept.updated_at is not None
    past = Docs(here.session.as_of(kept.updated_at))
    assert past.items.get(doc.id).body == "before"
    with pytest.raises(Denied):
        past.write(doc, "no")


def test_two_at_once_do_not_make_two_documents_of_one_path(docs: Docs) -> None:
    """Added or renamed by several programs at the same moment: one has the name, the others are told whose it is."""
    two = docs.add(title="first"), docs.add(title="second")
    begin = Barrier(4)

    def work(n: int) -> str:
        session = replace(docs.session)
        mine = Docs(session)
        try:
            with in_lang("en"):
                begin.wait(60)
                if n < 2:
                    mine.items.update(two[n].id, title="plan", folder="work")
                else:
                    mine.add(title="plan", folder="work", body=f"{n}")
        except Invalid as error:
            return error.message
        finally:
            session.close()
        return ""

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(work, range(4)))
    assert docs.items.count(folder="work", title="plan") == 1
    assert said == ["", *["There is a document of this name already: work/plan"] * 3]
