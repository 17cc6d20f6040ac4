"""A package that Anki opens (.apkg): a zip with a database in SQLite of Anki's version 11, and the media.

This is the form that every Anki since 2013 takes in, phones included. The tables, numbers and JSON below are Anki's, not
ours: `usn` -1 means “not yet synchronised”, times are seconds or milliseconds since 1970, days count from the collection's
own first day. A memory as FSRS has it lies in `data` as `s` and `d`.
"""

import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha1, sha256
from pathlib import Path
from typing import IO, Any

from pgc_lib.core.shown import Told
from pgc_lib.i18n import _

Media = Callable[[], AbstractContextManager[IO[bytes]]]
"""Opens a file to be packed."""

_SCHEMA = """
create table col (id integer primary key, crt integer not null, mod integer not null, scm integer not null,
    ver integer not null, dty integer not null, usn integer not null, ls integer not null, conf text not null,
    models text not null, decks text not null, dconf text not null, tags text not null);
create table notes (id integer primary key, guid text not null, mid integer not null, mod integer not null,
    usn integer not null, tags text not null, flds text not null, sfld integer not null, csum integer not null,
    flags integer not null, data text not null);
create table cards (id integer primary key, nid integer not null, did integer not null, ord integer not null,
    mod integer not null, usn integer not null, type integer not null, queue integer not null, due integer not null,
    ivl integer not null, factor integer not null, reps integer not null, lapses integer not null,
    left integer not null, odue integer not null, odid integer not null, flags integer not null, data text not null);
create table revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null,
    ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null,
    type integer not null);
create table graves (usn integer not null, oid integer not null, type integer not null);
create index ix_notes_usn on notes (usn);
create index ix_notes_csum on notes (csum);
create index ix_cards_usn on cards (usn);
create index ix_cards_nid on cards (nid);
create index ix_cards_sched on cards (did, queue, due);
create index ix_revlog_usn on revlog (usn);
create index ix_revlog_cid on revlog (cid);
"""

QUESTION, CLOZE = 1_763_000_000_001, 1_763_000_000_002
"""The numbers of our two types of notes: always the same, so that a second package brings no second type."""

_STYLE = ".card { font-family: sans-serif; font-size: 20px; text-align: center; }\n.cloze { font-weight: bold; color: #0a5cad; }\nimg { max-width: 100%; }"
_FIELDS = {QUESTION: ("Front", "Back"), CLOZE: ("Text", "Back Extra")}
_TEMPLATES = {
    QUESTION: ("PGC", "{{Front}}", "{{FrontSide}}\n<hr id=answer>\n{{Back}}"),
    CLOZE: ("PGC Cloze", "{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Back Extra}}"),
}
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class AnkiCard:
    """One card of a note: which gap, and what is remembered of it."""

    part: int = 0
    state: str = "new"
    due: datetime | None = None
    interval: int = 0
    stability: float | None = None
    difficulty: float | None = None
    last_review: datetime | None = None
    reviews: int = 0
    lapses: int = 0
    suspended: bool = False
    answers: "Sequence[Answer]" = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of what was answered."""

    at: datetime
    rating: int
    interval: float
    elapsed: float
    difficulty: float
    seconds: float
    first: bool


@dataclass(frozen=True, slots=True)
class AnkiNote:
    """What cards are made of: two fields in HTML."""

    guid: str
    cloze: bool
    front: str
    back: str
    deck: str
    tags: Sequence[str]
    cards: Sequence[AnkiCard]


@dataclass(frozen=True, slots=True)
class Packed(Told):
    """What was written."""

    path: Path
    notes: int
    cards: int
    media: int
    left_out: tuple[str, ...] = field(default=())
    """Pictures and sounds that the cards name and nobody attached."""

    def _shown_(self) -> dict[str, object]:
        return {
            _("File"): self.path,
            _("Flashcards"): self.cards,
            _("Pictures and sounds"): self.media,
            _("Named by cards but attached nowhere"): list(self.left_out),
        }


def write(
    path: Path, notes: Iterable[AnkiNote], media: Mapping[str, Media], today: date
) -> tuple[int, int]:
    """Write a package; the numbers of its notes and cards. It is there whole or not at all."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".pgc-anki-") as folder:
        database, made = Path(folder) / "collection.anki2", Path(folder) / "package"
        with closing(sqlite3.connect(database)) as connection:
            counts = _fill(connection, notes, today)
            connection.commit()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
            package.write(database, "collection.anki2")
            names = {}
            for number, (name, opened) in enumerate(media.items()):
                names[str(number)] = name
                with opened() as source, package.open(str(number), "w") as target:
                    while piece := source.read(1 << 20):
                        target.write(piece)
            package.writestr("media", json.dumps(names, ensure_ascii=False))
        made.replace(path)
    return counts


def _fill(
    connection: sqlite3.Connection, notes: Iterable[AnkiNote], today: date
) -> tuple[int, int]:
    connection.executescript(_SCHEMA)
    now = datetime.now(UTC)
    first_day = datetime(today.year, today.month, today.day, tzinfo=UTC)
    decks: dict[str, int] = {}
    ids = _Numbers(int(now.timestamp() * 1000))
    note_count = card_count = 0
    used_answers: set[int] = set()
    for note in notes:
        note_id = ids.next()
        deck = decks.setdefault(note.deck, number_of(note.deck))
        front, back = (each.replace(_SEPARATOR, " ") for each in (note.front, note.back))
        connection.execute(
            "insert into notes values (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')",
            (
                note_id, note.guid, CLOZE if note.cloze else QUESTION, int(now.timestamp()),
                _tags(note.tags), _SEPARATOR.join((front, back)), front, _checksum(front),
            ),
        )  # fmt: skip
        note_count += 1
        for card in note.cards:
            card_id = ids.next()
            card_count += 1
            ord_ = max(0, card.part - 1) if note.cloze else card.part
            connection.execute(
                "insert into cards values (?, ?, ?, ?, ?, -1, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?)",
                (card_id, note_id, deck, ord_, int(now.timestamp()), *_scheduled(card, first_day, card_count)),
            )  # fmt: skip
            for answer in card.answers:
                _answer(connection, card_id, answer, used_answers)
    connection.execute(
        "insert into col values (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, '{}')",
        (
            int(first_day.timestamp()), int(now.timestamp() * 1000), int(now.timestamp() * 1000),
            json.dumps({"nextPos": card_count + 1, "curModel": QUESTION, "sortType": "noteFld"}),
            json.dumps({str(id): _model(id, int(now.timestamp())) for id in _FIELDS}),
            json.dumps(_decks(decks, int(now.timestamp())), ensure_ascii=False),
            json.dumps({"1": _options()}),
        ),
    )  # fmt: skip
    return note_count, card_count


class _Numbers:
    """Numbers that only grow, as Anki has them for its rows."""

    def __init__(self, start: int) -> None:
        self._last = start

    def next(self) -> int:
        self._last += 1
        return self._last


def _scheduled(card: AnkiCard, first_day: datetime, position: int) -> tuple[Any, ...]:
    """type, queue, due, ivl, factor, reps, lapses, left, data."""
    if card.state == "new" or card.due is None:
        return (0, -1 if card.suspended else 0, position, 0, 0, 0, 0, 0, "")
    data: dict[str, float] = {}
    if card.stability is not None and card.difficulty is not None:
        data = {"s": round(card.stability, 4), "d": round(card.difficulty, 3)}
    if card.last_review is not None:
        data["lrt"] = int(card.last_review.timestamp())
    more = json.dumps(data, separators=(",", ":"))
    if card.state == "review":
        due, type_, queue, left = (card.due - first_day).days, 2, 2, 0
    else:
        due, queue, left = int(card.due.timestamp()), 1, 1001
        type_ = 3 if card.state == "relearning" else 1
    return (
        type_, -1 if card.suspended else queue, due, card.interval, 2500, card.reviews, card.lapses, left, more,
    )  # fmt: skip


def _answer(connection: sqlite3.Connection, card: int, answer: Answer, used: set[int]) -> None:
    number = int(answer.at.timestamp() * 1000)
    while number in used:
        number += 1
    used.add(number)
    connection.execute(
        "insert into revlog values (?, ?, -1, ?, ?, ?, ?, ?, ?)",
        (
            number, card, answer.rating, _lasting(answer.interval), _lasting(answer.elapsed),
            # With FSRS the factor of an answer is the difficulty, spread over 100 to 1100.
            round((answer.difficulty - 1) / 9 * 1000) + 100,
            min(60_000, int(answer.seconds * 1000)), 0 if answer.first else 1,
        ),
    )  # fmt: skip


def _lasting(days: float) -> int:
    """Whole days, or seconds below zero for what lasts less than a day."""
    return int(days) if days >= 1 else -max(1, int(days * 86_400))


def number_of(deck: str) -> int:
    """The number of a deck: the same for the same name, so that a second package goes into it."""
    return 1_500_000_000_000 + int.from_bytes(sha256(deck.encode()).digest()[:5]) % 500_000_000_000


def _checksum(field_text: str) -> int:
    return int(sha1(field_text.encode(), usedforsecurity=False).hexdigest()[:8], 16)


def _tags(tags: Sequence[str]) -> str:
    """Tags have no blanks in Anki, and `::` where ours have `/`."""
    words = [tag.replace("/", "::").replace(" ", "_").replace("\u3000", "_") for tag in tags]
    return f" {' '.join(words)} " if words else ""


def _model(id: int, now: int) -> dict[str, Any]:
    name, question, answer = _TEMPLATES[id]
    return {
        "id": id, "name": name, "type": 1 if id == CLOZE else 0, "mod": now, "usn": -1, "sortf": 0, "did": 1,
        "tmpls": [
            {"name": name, "ord": 0, "qfmt": question, "afmt": answer, "bqfmt": "", "bafmt": "", "did": None,
             "bfont": "", "bsize": 0}
        ],
        "flds": [
            {"name": field_name, "ord": n, "sticky": False, "rtl": False, "font": "Arial", "size": 20, "media": []}
            for n, field_name in enumerate(_FIELDS[id])
        ],
        "css": _STYLE, "latexPre": "", "latexPost": "", "latexsvg": False, "req": [[0, "any", [0]]], "tags": [],
        "vers": [],
    }  # fmt: skip


def _decks(decks: Mapping[str, int], now: int) -> dict[str, Any]:
    every = {"Default": 1, **decks}
    return {
        str(id): {
            "id": id, "name": name or "PGC", "mod": now, "usn": -1, "lrnToday": [0, 0], "revToday": [0, 0],
            "newToday": [0, 0], "timeToday": [0, 0], "collapsed": False, "browserCollapsed": False, "desc": "",
            "dyn": 0, "conf": 1, "extendNew": 0, "extendRev": 0,
        }
        for name, id in every.items()
    }  # fmt: skip


def _options() -> dict[str, Any]:
    return {
        "id": 1, "name": "Default", "mod": 0, "usn": 0, "maxTaken": 60, "autoplay": True, "timer": 0,
        "replayq": True, "dyn": False,
        "new": {"bury": False, "delays": [1.0, 10.0], "initialFactor": 2500, "ints": [1, 4, 0], "order": 1, "perDay": 20},
        "rev": {"bury": False, "ease4": 1.3, "hardFactor": 1.2, "ivlFct": 1.0, "maxIvl": 36500, "perDay": 200},
        "lapse": {"delays": [10.0], "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0.0},
    }  # fmt: skip
