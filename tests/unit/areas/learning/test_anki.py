"""Packages for Anki: written so that a zip and SQLite read everything back, and read from wherever they come."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.areas.knowledge import Knowledge
from pgc_lib.areas.learning.anki_html import markdown
from pgc_lib.areas.learning.anki_read import Package
from pgc_lib.areas.learning.anki_write import CLOZE, QUESTION
from pgc_lib.core.history import History
from pgc_lib.errors import Invalid, NotFound
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 10


@pytest.fixture
def lab(house: House, person: Person) -> Iterator[Lab]:
    """An empty lab, in English."""
    with in_lang("en"):
        yield house.lab(person("mei"))


def filled(lab: Lab) -> Knowledge:
    """Two decks with Chinese, a gap text, a picture, a sound and something learned."""
    knowledge: Knowledge = lab.knowledge
    entry = knowledge.add(
        "地图",
        "Q: 首都在哪里？ ![图](<地 图.png>) ![no](missing.png)\nA: **北京** <script>x</script> [hear](北京.mp3)",
    )
    knowledge.entries.attach(entry, PNG, name="地 图.png")
    knowledge.entries.attach(entry, b"ID3sound", name="北京.mp3")
    knowledge.learn(entry, deck="地理::中国")
    knowledge.card(
        "{{c1::水}} is water, {{c2::火::fire?}} burns",
        "两个字",
        deck="日语",
        tags=["字/部首", "two words"],
    )
    card = knowledge.cards.find(deck="地理::中国")[0]
    knowledge.rate(
        knowledge.rate(card, "easy", at=datetime.now(UTC) - timedelta(days=20), seconds=3), "good"
    )
    return knowledge


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        data = package.read("collection.anki2")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(data)
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        return connection.execute(query).fetchall()


def test_a_package_holds_everything(lab: Lab, tmp_path: Path) -> None:
    """Notes, gaps, decks, tags, media by name, and what was learned; scripts are gone."""
    done = filled(lab).export_anki(tmp_path / "卡片.apkg")
    assert (done.notes, done.cards, done.media, done.left_out) == (2, 3, 2, ("missing.png",))
    notes = {
        mid: (guid, tags, fields.split("\x1f"))
        for guid, mid, tags, fields in rows(done.path, "select guid, mid, tags, flds from notes")
    }
    _guid, tags, (front, back) = notes[CLOZE]
    assert front == "{{c1::水}} is water, {{c2::火::fire?}} burns" and back == "两个字"
    assert tags == " 字::部首 two_words "
    _guid, _tags, (front, back) = notes[QUESTION]
    assert "首都在哪里？" in front and 'src="地 图.png"' in front.replace("%20", " ")
    assert "<strong>北京</strong>" in back and "<script" not in back and "[sound:北京.mp3]" in back
    assert sorted(rows(done.path, "select ord from cards")) == [(0,), (0,), (1,)]
    ((type_, queue, interval, reps, data),) = rows(
        done.path, "select type, queue, ivl, reps, data from cards where reps > 0"
    )
    assert (type_, queue, reps) == (2, 2, 2) and interval > 20
    assert json.loads(data)["s"] > 20 and 1 <= json.loads(data)["d"] <= 10
    assert [ease for (ease,) in rows(done.path, "select ease from revlog order by id")] == [4, 3]
    decks = json.loads(rows(done.path, "select decks from col")[0][0])
    assert {deck["name"] for deck in decks.values()} == {"Default", "地理::中国", "日语"}
    with zipfile.ZipFile(done.path) as package:
        media = json.loads(package.read("media"))
        assert {name: package.read(number) for number, name in media.items()} == {
            "地 图.png": PNG,
            "北京.mp3": b"ID3sound",
        }
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


def test_one_deck_without_progress(lab: Lab, tmp_path: Path) -> None:
    """Only what lies in it, every card new; the same card has the same identifier each time."""
    knowledge = filled(lab)
    one = knowledge.export_anki(tmp_path / "a.apkg", "地理", progress=False)
    again = knowledge.export_anki(tmp_path / "b.apkg", "地理", progress=False)
    assert (one.notes, one.cards) == (1, 1) and rows(one.path, "select type, reps from cards") == [
        (0, 0)
    ]
    assert rows(one.path, "select * from revlog") == []
    assert rows(one.path, "select guid from notes") == rows(again.path, "select guid from notes")
    with pytest.raises(NotFound, match="no cards"):
        knowledge.export_anki(tmp_path / "c.apkg", "none")
    with pytest.raises(Invalid, match="apkg"):
        knowledge.export_anki(tmp_path / "c.zip")
    assert not (tmp_path / "c.apkg").exists()


def test_a_package_comes_back(lab: Lab, house: House, person: Person, tmp_path: Path) -> None:
    """What was written is read as the same cards with their files, in one batch; taken in twice it adds nothing."""
    path = filled(lab).export_anki(tmp_path / "cards.apkg").path
    other = house.lab(person("papa"))
    preview = other.import_file(path)
    done = preview.accept()
    mine, theirs = (
        {(card.guid, card.part): card for card in each.knowledge.cards} for each in (lab, other)
    )
    assert mine.keys() == theirs.keys()
    for key, card in theirs.items():
        assert (card.deck, card.style, card.state) == (
            mine[key].deck,
            mine[key].style,
            mine[key].state,
        )
        assert card.stability == pytest.approx(mine[key].stability, abs=1e-3)
        assert (card.reviews, card.lapses) == (mine[key].reviews, mine[key].lapses)
        if card.due is not None and mine[key].due is not None:
            assert abs(card.due - mine[key].due) < timedelta(days=2)
    gap = next(card for card in theirs.values() if card.part == 1)
    assert gap.front == "{{c1::水}} is water, {{c2::火::fire?}} burns" and gap.back == "两个字"
    assert gap.tags == ["字/部首", "two_words"]
    asked = next(card for card in theirs.values() if card.style == "question")
    assert asked.back.startswith("**北京**") and "![图](<地 图.png>)" in asked.front
    assert {file.name for file in other.knowledge.cards.attachments(asked)} == {
        "地 图.png",
        "北京.mp3",
    }
    other.import_file(path).accept()
    assert other.knowledge.cards.count() == 3
    History(other.session).undo_batch(done.batch)
    assert other.knowledge.cards.count() == 0


def test_what_was_learned_may_stay_behind(
    lab: Lab, house: House, person: Person, tmp_path: Path
) -> None:
    """Every card then begins as new."""
    path = filled(lab).export_anki(tmp_path / "cards.apkg").path
    other = house.lab(person("papa"))
    other.import_file(path, progress=False).accept()
    assert {card.state for card in other.knowledge.cards} == {"new"}


@pytest.mark.parametrize("data", ["{", "[]", "7", '{"s":-1,"d":5}', '{"s":1e99,"d":5}', '{"s":3,"d":"x"}', '{"s":3,"d":11}', '{"s":3}', '{"s":3,"d":5,"lrt":1e30}', "[" * 5000])  # fmt: skip
def test_a_memory_that_cannot_be_is_none(data: str) -> None:
    """Such a card begins as new, whatever somebody wrote into the package."""
    from pgc_lib.areas.learning.anki_read import _memory

    begun = datetime(2026, 1, 1, tzinfo=UTC)
    assert _memory(begun, 2, 10, 5, 0, 0, 3, 1, data) == {}
    assert _memory(begun, 2, 10, 5, 0, 0, 3, 1, '{"s":3,"d":5}')["due"] == begun + timedelta(
        days=10
    )
    assert _memory(begun, 2, 10**9, 5, 0, 0, 3, 1, '{"s":3,"d":5}') == {}


# ── packages from elsewhere ──────────────────────────────────────────────────────────────────────────


def varint(number: int) -> bytes:
    made = b""
    while number > 0x7F:
        made += bytes([number & 0x7F | 0x80])
        number >>= 7
    return made + bytes([number])


def told(number: int, value: bytes | int) -> bytes:
    """A field of a Protocol Buffers message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def zstd(data: bytes) -> bytes:
    import pyarrow as pa

    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


def newer(path: Path, tmp_path: Path) -> Path:
    """A package as Anki writes it today: tables instead of JSON, all of it under Zstandard."""
    database = tmp_path / "made.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        connection.create_collation("unicase", lambda one, other: (one > other) - (one < other))
        connection.executescript(
            "create table notetypes (id integer primary key, name text collate unicase, config blob);"
            "create table fields (ntid integer, ord integer, name text collate unicase, config blob, primary key (ntid, ord)) without rowid;"
            "create table templates (ntid integer, ord integer, name text collate unicase, config blob, primary key (ntid, ord)) without rowid;"
            "create table decks (id integer primary key, name text collate unicase);"
            "create table notes (id integer primary key, guid text, mid integer, tags text, flds text);"
            "create table cards (id integer primary key, nid integer, did integer, ord integer, queue integer);"
        )
        connection.execute(
            "insert into notetypes values (1, 'Basic (reversed)', ?), (2, 'Cloze', ?)",
            (b"", told(1, 1)),
        )
        connection.executemany(
            "insert into fields values (?, ?, ?, '')",
            [(1, 0, "Front"), (1, 1, "Back"), (1, 2, "Note"), (2, 0, "Text"), (2, 1, "Extra")],
        )
        ask, say = b"{{Front}}{{#Note}} ({{Note}}){{/Note}}", b"{{FrontSide}}<hr id=answer>{{Back}}"
        connection.execute("insert into templates values (1, 0, 'one', ?), (1, 1, 'two', ?), (2, 0, 'c', '')",
                           (told(1, ask) + told(2, say), told(1, b"{{Back}}") + told(2, b"{{FrontSide}}<hr id=answer>{{Front}}{{^Note}}no note{{/Note}}")))  # fmt: skip
        connection.execute("insert into decks values (1, 'Default'), (2, ?)", ("语言\x1f日语",))
        connection.execute(
            "insert into notes values (1, 'g1', 1, ' a::b ', ?)",
            ("水<br><img src='p.png'>\x1fwater\x1f",),
        )
        connection.execute(
            "insert into notes values (2, 'g2', 2, '', ?)", ("{{c2::火}} burns\x1f<b>x</b>",)
        )
        connection.execute("insert into notes values (3, 'g3', 99, '', 'lost')")
        connection.execute(
            "insert into cards values (1, 1, 2, 0, 0), (2, 1, 2, 1, -1), (3, 2, 1, 1, 0), (4, 3, 1, 0, 0)"
        )
        connection.commit()
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("meta", told(1, 3))
        package.writestr("collection.anki21b", zstd(database.read_bytes()))
        package.writestr("collection.anki2", b"too new for you")
        package.writestr("media", zstd(told(1, told(1, b"p.png") + told(2, 3))))
        package.writestr("0", zstd(PNG))
    return path


def test_a_newer_package_is_read(lab: Lab, tmp_path: Path) -> None:
    """Types of notes in tables, templates with conditions, both directions, the list of media; what lacks its type is named."""
    preview = lab.import_file(newer(tmp_path / "new.apkg", tmp_path))
    preview.accept()
    cards = {(card.guid, card.part): card for card in lab.knowledge.cards}
    one, two, gap = cards["g1", 0], cards["g1", 1], cards["g2", 2]
    assert (one.front, one.back, one.deck, one.tags) == (
        "水\n![](p.png)",
        "water",
        "语言::日语",
        ["a/b"],
    )
    assert two.suspended and two.front == "water" and two.back == "水\n![](p.png)no note"
    assert (gap.front, gap.back, gap.style) == ("{{c2::火}} burns", "**x**", "cloze")
    with lab.knowledge.cards.attached(lab.knowledge.cards.attachments(one)[0]) as stream:
        assert stream.read() == PNG
    with Package(tmp_path / "new.apkg") as package:
        list(package.cards())
        assert [problem.place for problem in package.problems] == ["g3"]


def packed(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, data in members.items():
            package.writestr(name.replace("_", "."), data)
    return path


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"nothing": b""}, "no collection"),
        ({"collection_anki2": b"this is no database" * 100}, "not a database"),
        ({"collection_anki2": b""}, "no such table"),
        ({"collection_anki21b": zstd(b"abc")[:-2]}, "cannot be read|truncated|cut off|Truncated"),
    ],
)
def test_a_broken_package_is_named(tmp_path: Path, members: dict[str, bytes], reason: str) -> None:
    """With what is wrong and what to do."""
    with (
        in_lang("en"),
        pytest.raises((Invalid, OSError), match=reason),
        Package(packed(tmp_path / "x.apkg", **members)) as package,
    ):
        list(package.cards())


def test_a_hostile_package_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that lead elsewhere are only names, a bomb is refused before it fills the disk, no script stays."""
    database = tmp_path / "c.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(
            "create table col (models text, decks text);"
            "create table notes (id integer, guid text, mid integer, tags text, flds text);"
            "create table cards (id integer, nid integer, did integer, ord integer, queue integer);"
        )
        model = {
            "type": 0,
            "flds": [{"name": "F", "ord": 0}, {"name": "B", "ord": 1}],
            "tmpls": [{"qfmt": "{{F}}", "afmt": "{{B}}", "ord": 0}],
        }
        connection.execute(
            "insert into col values (?, ?)",
            (json.dumps({"1": model}), json.dumps({"1": {"name": "D"}})),
        )
        side = "<script>alert(1)</script>a<img src='../../etc/passwd' onerror=x>\x1f{{F}}<svg onload=1>b"
        connection.execute("insert into notes values (1, 'g', 1, '', ?)", (side,))
        connection.execute("insert into cards values (1, 1, 1, 0, 0)")
        connection.commit()
    path = packed(
        tmp_path / "h.apkg",
        collection_anki2=database.read_bytes(),
        media=json.dumps({"../0": "x", "0": "../../etc/passwd", "1": "..", "2": 5}).encode(),
        **{"0": b"root"},
    )
    with Package(path) as package:
        (card,) = package.cards()
        assert (
            "alert" not in card.front and "onerror" not in card.front and "onload" not in card.back
        )
        assert package.media("passwd") == b"root" and package.media("../../etc/passwd") is None
    from pgc_lib.areas.learning import anki_read

    monkeypatch.setattr(anki_read, "_MOST_BYTES", 1 << 16)
    bomb = io.BytesIO(zstd(b"\0" * (1 << 20))).getvalue()
    with (
        in_lang("en"),
        pytest.raises(Invalid, match="too large"),
        Package(packed(tmp_path / "b.apkg", collection_anki21b=bomb)),
    ):
        pass


def test_html_of_cards_becomes_markdown() -> None:
    """Marks, lists, breaks, entities and sounds; nothing that could do anything."""
    html = "<div>a &amp; <b>b</b></div><ul><li>one<li>two</ul><style>x{}</style>[sound:a b.mp3]<br>c&nbsp;&lt;d&gt;"
    assert markdown(html) == "a & **b**\n\n- one\n- two\n\n[a b.mp3](<a b.mp3>)\nc <d>"
