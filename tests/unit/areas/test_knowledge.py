"""Knowledge: entries, the tree of topics, tags, links, sources, and only for whom one lets."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from pgc_lib.areas.knowledge import Knowledge
from pgc_lib.areas.learning.records import Topic
from pgc_lib.core.collection import Collection
from pgc_lib.core.history import History
from pgc_lib.core.zone import set_zone, today, zone
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound, PgcError, StoreError
from pgc_lib.i18n import in_lang
from tests.support.lab import Person, share


@pytest.fixture
def knowledge(person: Person) -> Iterator[Knowledge]:
    """The knowledge of a new person, in English and in Shanghai."""
    before = zone().key
    set_zone("Asia/Shanghai")
    with in_lang("en"):
        yield Knowledge(person("mei"))
    set_zone(before)


# ── entries ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_has_its_place_tags_and_sources(knowledge: Knowledge) -> None:
    """A topic's path is made where it is missing; sources are read from text and kept in parts."""
    kept = knowledge.add(
        "Spacing effect", "Learn **spaced**.", topic="心理学/记忆", tags=["#学习", "学习", " work / idea "],
        sources=["https://example.org/a The page", "《记忆》 p. 12-14", {"title": "Talk", "seen": "2026-01-02"}],
    )  # fmt: skip
    assert kept.tags == ["学习", "work/idea"]
    assert kept.sources == [
        {"url": "https://example.org/a", "title": "The page"},
        {"title": "记忆", "page": "12-14"},
        {"title": "Talk", "seen": "2026-01-02"},
    ]
    assert knowledge.topics.path(kept.topic) == "心理学/记忆"
    again = knowledge.add("Other", topic="心理学/记忆", sources="《记忆》第3页")
    assert again.topic == kept.topic and again.sources == [{"title": "记忆", "page": "3"}]
    sources = knowledge.sources()
    assert sources["source"][0] == "记忆" and sources["pages"][0].to_list() == ["12-14", "3"]
    assert knowledge.entry("spacing  EFFECT") == knowledge.entry(kept.id) == kept
    with pytest.raises(NotFound, match="no entry"):
        knowledge.entry("Nothing")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"url": "javascript:alert(1)", "title": "x"}, "begins with http"),
        ({"url": "http://[::1"}, "begins with http"),
        ({"shelf": "3"}, "no part"),
        ({"author": "Nobody"}, "at least a title"),
        ([7], "a text, or parts"),
        (["x"] * 201, "more than 200"),
        ({"title": "x" * 6000}, "at most"),
    ],
)
def test_a_source_that_cannot_be_is_refused(knowledge: Knowledge, source: object, reason: str) -> None:  # fmt: skip
    """With the reason, and nothing is kept, no topic either."""
    with pytest.raises(Invalid, match=reason):
        knowledge.add("x", topic="new", sources=source)
    assert knowledge.entries.count() == 0 and knowledge.topics.count() == 0


def test_what_is_to_be_checked_again(knowledge: Knowledge) -> None:
    """By its day; looked at, it comes back in a year."""
    knowledge.add("Now", check_on=today())
    knowledge.add("Later", check_on=today() + timedelta(3))
    knowledge.add("Never")
    assert [each.title for each in knowledge.to_check()] == ["Now"]
    assert [each.title for each in knowledge.to_check(7)] == ["Now", "Later"]
    kept = knowledge.checked("Now")
    assert kept.state == "settled" and kept.check_on == today() + timedelta(365)
    assert knowledge.checked("Now", state="outdated", again_in=None).check_on is None
    with pytest.raises(Invalid, match="36500"):
        knowledge.checked("Now", again_in=0)


def test_hostile_markdown_is_shown_as_text(knowledge: Knowledge) -> None:
    """Nothing of it is executed or loaded, and its links are only those in prose."""
    body = (
        "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) "
        "![p](https://evil.example/p.png)\n\n```\n[[Code]]\nQ: a\nA: b\n```\n`[[Span]]` [[Real]]\n"
        + "[["
        * 5000
    )
    knowledge.add("Hostile", body)
    shown = knowledge.html("Hostile").lower()
    assert "<script" not in shown and "onerror" not in shown and 'href="javascript' not in shown
    assert 'src="https://evil' not in shown
    assert [each.target for each in knowledge.loose_links()] == ["Real"]
    assert knowledge.learn("Hostile").new == 0
    with pytest.raises(Invalid, match="longer than"):
        knowledge.add("Too much", "a" * 1_000_001)


def test_attachments_hang_on_an_entry(knowledge: Knowledge) -> None:
    """Under the rights of the entry."""
    kept = knowledge.add("With a file")
    knowledge.entries.attach(kept, b"%PDF-1.4", name="论文.pdf")
    assert [each.name for each in knowledge.entries.attachments(kept)] == ["论文.pdf"]


# ── links ────────────────────────────────────────────────────────────────────────────────────────────


def test_links_are_seen_from_both_ends(knowledge: Knowledge) -> None:
    """Those of a text, by title or other name, and those that were said; each reads right in both directions."""
    memory = knowledge.add("Memory", "See [[spacing effect|that]], [[Memory]], [[#here]] and [[记忆曲线]].")  # fmt: skip
    knowledge.add("Spacing effect", "no link")
    knowledge.add("Forgetting curve", "[[Memory#Part]] and [[memory]]", also=["记忆曲线"])
    knowledge.link("Spacing effect", "Memory", "supports", note="Ebbinghaus")
    found = [(each.title, each.how, each.note) for each in knowledge.neighbours("Memory")]
    assert found == [
        ("Spacing effect", "is supported by", "Ebbinghaus"),
        ("Spacing effect", "names in its text", ""),
        ("Forgetting curve", "names in its text", ""),
        ("Forgetting curve", "is named in the text of", ""),
    ]
    assert [each.title for each in knowledge.backlinks(memory)] == ["Forgetting curve"]
    knowledge.link("Spacing effect", "Memory", "supports", note="again")
    assert [each.note for each in knowledge.links] == ["again"]
    assert knowledge.unlink("Memory", "Spacing effect") == 1
    with pytest.raises(Invalid, match="to itself"):
        knowledge.link("Memory", "Memory")


def test_a_new_title_is_followed_by_links(knowledge: Knowledge) -> None:
    """In other texts and its own, with heading and other words as they were; what only looks alike stays."""
    knowledge.add("Memory", "[[memory#Part]]", also=["记忆"])
    knowledge.add("a", "see [[Memory|it]], [[记忆]], `[[Memory]]` and [[Memory palace]]")
    kept = knowledge.rename("Memory", "Remembering")
    assert kept.title == "Remembering" and kept.body == "[[Remembering#Part]]"
    other = knowledge.entry("a")
    assert (
        other.body == "see [[Remembering|it]], [[Remembering]], `[[Memory]]` and [[Memory palace]]"
    )
    with pytest.raises(Invalid):
        knowledge.rename("Remembering", "")


def test_an_entry_goes_with_its_links_and_cards(knowledge: Knowledge) -> None:
    """And comes back with them."""
    kept = knowledge.add("a", "x :: y")
    knowledge.add("b", "[[a]]")
    knowledge.link("a", "b")
    knowledge.learn(kept)
    batch = knowledge.remove("a")
    assert [each.count() for each in (knowledge.entries, knowledge.links, knowledge.cards)] == [
        1,
        0,
        0,
    ]
    assert [each.target for each in knowledge.loose_links()] == ["a"]
    History(knowledge.session).undo_batch(batch)
    assert [each.count() for each in (knowledge.entries, knowledge.links, knowledge.cards)] == [
        2,
        1,
        1,
    ]


def test_an_overview_has_places_states_and_memory(knowledge: Knowledge) -> None:
    """Also without cards, and empty with the same columns."""
    empty = knowledge.overview()
    kept = knowledge.add("a", "x :: y\n\nz :: w", topic="T/U", state="settled")
    knowledge.add("b")
    knowledge.learn(kept)
    knowledge.rate(knowledge.due()[0], "easy")
    first, second = knowledge.overview().iter_rows(named=True)
    assert (first["topic"], first["cards"], first["due"], first["remembered"]) == ("T/U", 2, 0, 1.0)
    assert (second["topic"], second["cards"], second["remembered"]) == ("", 0, None)
    assert empty.columns == knowledge.overview().columns


# ── topics ───────────────────────────────────────────────────────────────────────────────────────────


def test_topics_count_what_lies_below(knowledge: Knowledge) -> None:
    """By path, in the order of a reader; a name that is there twice is asked back."""
    for title, topic in (
        ("a", "Science/Physics/Waves"),
        ("b", "Science/Physics"),
        ("c", "Art"),
        ("d", "Art/Physics"),
    ):
        knowledge.add(title, topic=topic)  # fmt: skip
    tree = knowledge.topics.tree()
    assert tree.select("path", "depth", "entries", "with_below").rows() == [
        ("Art", 0, 1, 2), ("Art/Physics", 1, 1, 1),
        ("Science", 0, 0, 2), ("Science/Physics", 1, 1, 2), ("Science/Physics/Waves", 2, 1, 1),
    ]  # fmt: skip
    assert [each.title for each in knowledge.under("Science")] == ["a", "b"]
    assert [each.title for each in knowledge.under("Science/Physics", below=False)] == ["b"]
    assert knowledge.topics.at("waves").name == "Waves"
    with pytest.raises(Invalid, match="several topics"):
        knowledge.topics.at("Physics")
    with pytest.raises(NotFound, match="no topic"):
        knowledge.topics.at("Science/Chemistry")
    with pytest.raises(Conflict, match="already"):
        knowledge.topics.add(name="art")
    with pytest.raises(Invalid, match="no “/”"):
        knowledge.topics.add(name="a/b")


def test_topics_move_and_never_close_a_circle(knowledge: Knowledge) -> None:
    """The circle is named; what lies below goes with it."""
    knowledge.topics.at("A/B/C", create=True)
    with pytest.raises(Invalid, match="A → B → C → A"):
        knowledge.topics.move("A", "A/B/C")
    with pytest.raises(Invalid, match="circle"):
        knowledge.topics.move("B", "B")
    knowledge.topics.move("A/B")
    assert set(knowledge.topics.tree()["path"]) == {"A", "B", "B/C"}
    knowledge.topics.move("A", "B/C")
    assert knowledge.topics.path("A") == "B/C/A"


def test_the_database_refuses_circles_of_anyone(knowledge: Knowledge) -> None:
    """Also of a client that does not ask: by plain SQL, and by a record that names itself."""
    one, other = knowledge.topics.at("A", create=True), knowledge.topics.at("A/B", create=True)
    with pytest.raises(StoreError, match="topics_circle"):
        Collection(knowledge.session, Topic).update(one.id, parent=other.id)
    with pytest.raises(StoreError, match="topics_circle"):
        Collection(knowledge.session, Topic).update(one.id, parent=one.id)
    deep = "/".join(str(n) for n in range(100))
    last = knowledge.topics.at(deep, create=True)
    with pytest.raises(Invalid, match="too deep"):
        knowledge.topics.add(
            name="more", parent=knowledge.topics.add(name="over", parent=last.id).id
        )


def test_two_moves_at_once_close_no_circle(knowledge: Knowledge) -> None:
    """Each is possible and together they are a circle: one of them is told so, whichever came second."""
    for number in range(5):
        one, other = (knowledge.topics.at(f"{name}{number}", create=True) for name in "XY")
        ready, refused = threading.Barrier(2), []

        def move(topic: Topic, under: Topic, ready: threading.Barrier = ready, refused: list[PgcError] = refused) -> None:  # fmt: skip
            ready.wait(60)
            try:
                knowledge.topics.move(topic, under)
            except PgcError as error:
                refused.append(error)

        both = [threading.Thread(target=move, args=pair) for pair in ((one, other), (other, one))]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert len(refused) == 1 and isinstance(refused[0], Invalid), refused
        assert sum(each.parent is None for each in (knowledge.topics.get(one.id), knowledge.topics.get(other.id))) == 1  # fmt: skip


def test_topics_are_merged_and_dissolved_as_one(knowledge: Knowledge) -> None:
    """Entries and topics below move along, equal names meet; undone, everything is as before."""
    for title, topic in (
        ("a", "Old"),
        ("b", "Old/Same"),
        ("c", "Old/Other"),
        ("d", "New/Same"),
        ("e", "New/Deep/Er"),
    ):
        knowledge.add(title, topic=topic)  # fmt: skip
    before = knowledge.topics.tree()
    done = knowledge.topics.merge("Old", "New")
    assert (done.entries, done.topics) == (2, 1)
    assert knowledge.topics.tree().select("path", "entries").rows() == [
        ("New", 1), ("New/Deep", 0), ("New/Deep/Er", 1), ("New/Other", 1), ("New/Same", 2),
    ]  # fmt: skip
    History(knowledge.session).undo_batch(done.batch)
    assert knowledge.topics.tree().equals(before)
    with pytest.raises(Conflict, match="lies within"):
        knowledge.topics.merge("New", "New/Deep")
    gone = knowledge.topics.dissolve("New/Deep")
    assert (gone.entries, gone.topics) == (0, 1)
    assert "New/Er" in knowledge.topics.tree()["path"]
    knowledge.topics.dissolve("Old")
    assert knowledge.entry("a").topic is None
    assert set(knowledge.topics.tree()["path"]) == {"New", "New/Er", "New/Same", "Other", "Same"}


# ── others ───────────────────────────────────────────────────────────────────────────────────────────


def test_only_whom_i_let_sees_my_knowledge(knowledge: Knowledge, person: Person) -> None:
    """A grant shows entries, topics and cards; it answers no card of mine and moves no topic under theirs."""
    kept = knowledge.add("Mine", "Q: a?\nA: b", topic="T")
    knowledge.learn(kept)
    other = person("coach")
    theirs = Knowledge(other)
    assert [each.count() for each in theirs.collections()] == [0] * len(list(theirs.collections()))
    share(knowledge.session, other, "knowledge", "see")
    assert theirs.entry("Mine") == kept and theirs.topics.path(kept.topic) == "T"
    assert theirs.due() == [] and len(knowledge.due()) == 1
    card = theirs.cards.find()[0]
    for deed in (lambda: theirs.rate(card, "good"), lambda: theirs.pause(card)):
        with pytest.raises(Denied):
            deed()
    with pytest.raises((Invalid, StoreError)):
        theirs.topics.add(name="under", parent=kept.topic)
    assert theirs.tags.counts().is_empty()
