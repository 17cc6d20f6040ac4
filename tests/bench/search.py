"""Search over 100,000 notes in Chinese, English and both: how fast, beside SQLite's FTS5 (trigram) and a plain scan; how good.

What is measured is the whole of `lab.search…`: looking whether something waits, asking the index, reading the records with the
person's rights, marking what matches. The questions are words as frequent as words are, without the most frequent ones
(`notes.py`); a third of them is one Chinese word of two characters. The vectors of the 100,000 notes are not computed for
the bench, which would take an hour of a core: they are those of the written notes, each a little disturbed. The question's
own vector is computed in each measured search.
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench.figures import Bench, Measured, figure
from tests.bench.notes import Note, notes, questions, rows
from tests.search import measuring

_TEXT_LIMIT = 0.05
_HYBRID_LIMIT = 0.1
_SAVE_LIMIT = 0.02
_AT_ONCE = 10_000


@dataclass
class _Made:
    n: int
    collection: Any
    written: list[Note]
    asked: list[str]


@figure(
    "search_text",
    peer="50 ms",
    unit="s",
    goal="<= 1",
    help="The slowest of twenty searches by words (p95) over 100,000 notes, a third of the questions of two characters",
)
def search_text(bench: Bench) -> Measured:
    made = _made(bench)
    return Measured(_p95(bench.lab.search.text, made.asked), _TEXT_LIMIT, made.n)


@figure(
    "search_text_fts5",
    peer="SQLite FTS5 trigram",
    unit="s",
    goal="<= 1",
    help="The same beside FTS5 by its BM25; what has no trigram is scanned there with LIKE",
)
def search_text_fts5(bench: Bench) -> Measured:
    made = _made(bench)
    theirs = _fts5(made.written)
    ours = _p95(bench.lab.search.text, made.asked)
    return Measured(ours, _p95(theirs, made.asked), made.n)


@figure(
    "search_text_scan",
    peer="ILIKE scan",
    unit="s",
    goal="<= 0.5",
    help="The same beside a scan of a plain table with ILIKE, the newest twenty that hold every word",
)
def search_text_scan(bench: Bench) -> Measured:
    made = _made(bench)
    with bench.admin() as admin:
        admin.execute("drop table if exists public.plain")
        admin.execute("create table public.plain (id bigint generated always as identity, title text, body text)")  # fmt: skip
        with admin.cursor() as cursor, cursor.copy("copy public.plain (title, body) from stdin") as copy:  # fmt: skip
            for note in made.written:
                copy.write_row((note.title, note.body))
        admin.execute("vacuum analyze public.plain")

        def scan(question: str) -> list[Any]:
            words = [f"%{word}%" for word in question.split()]
            held = " and ".join("(title || ' ' || body) ilike %s" for _word in words)
            query = f"select id, title from public.plain where {held} order by id desc limit 20"
            return admin.execute(query.encode(), words).fetchall()

        asked = made.asked[: bench.n(60, 60)]
        return Measured(_p95(bench.lab.search.text, asked), _p95(scan, asked), made.n)


@figure(
    "search_hybrid",
    peer="100 ms",
    unit="s",
    goal="<= 1",
    help="The slowest of twenty searches by words and meaning (p95), the question's vector included",
)
def search_hybrid(bench: Bench) -> Measured:
    made = _made(bench)
    _vectors(bench, made)
    return Measured(_p95(bench.lab.search, made.asked), _HYBRID_LIMIT, made.n)


@figure(
    "search_save",
    peer="20 ms",
    unit="s",
    goal="<= 1",
    help="Keeping a note with its history, and bringing the index up to date, beside 100,000 others",
)
def search_save(bench: Bench) -> Measured:
    made = _made(bench)
    search = bench.lab.search
    search.catch_up()
    times = []
    for note in list(notes(60, seed=99)):
        start = time.perf_counter()
        made.collection.add(**rows([note])[0])
        assert search.catch_up() == 1
        times.append(time.perf_counter() - start)
    return Measured(median(times), _SAVE_LIMIT, made.n)


@figure(
    "search_quality",
    peer="SQLite FTS5 trigram",
    unit="nDCG@10",
    goal=">= 1.5",
    help="What words and meaning find together of the 228 written notes, by 194 judged questions",
)
def search_quality(bench: Bench) -> Measured:
    found = _qualities(bench)
    return Measured(found["hybrid"].ndcg, found["fts5"].ndcg, len(measuring.questions()))


@figure(
    "search_recall",
    peer="SQLite FTS5 trigram",
    unit="recall@10",
    goal=">= 1.5",
    help="The same as the share of what answers a question that is among the first ten",
)
def search_recall(bench: Bench) -> Measured:
    found = _qualities(bench)
    return Measured(found["hybrid"].recall, found["fts5"].recall, len(measuring.questions()))


@figure(
    "search_quality_text",
    peer="SQLite FTS5 trigram",
    unit="nDCG@10",
    goal=">= 1.3",
    help="What words alone find",
)
def search_quality_text(bench: Bench) -> Measured:
    found = _qualities(bench)
    return Measured(found["text"].ndcg, found["fts5"].ndcg, len(measuring.questions()))


@figure(
    "search_quality_semantic",
    peer="SQLite FTS5 trigram",
    unit="nDCG@10",
    goal=">= 1.3",
    help="What meaning alone finds",
)
def search_quality_semantic(bench: Bench) -> Measured:
    found = _qualities(bench)
    return Measured(found["semantic"].ndcg, found["fts5"].ndcg, len(measuring.questions()))


def _made(bench: Bench) -> _Made:
    """The notes, kept and indexed."""
    known = bench.made.get("search")
    if isinstance(known, _Made):
        return known
    n = bench.n(100_000, 5_000)
    fields = {"title": "text", "body": "text", "tags": "texts", "day": "date"}
    collection = bench.lab.kinds.define("note", fields=fields)
    written = list(notes(n))
    for at in range(0, n, _AT_ONCE):
        collection.add_many(rows(written[at : at + _AT_ONCE]))
        bench.lab.search.catch_up()
    with bench.admin() as admin:
        admin.execute("vacuum analyze")
    made = _Made(n, collection, written, questions(bench.n(300, 120)))
    bench.made["search"] = made
    bench.lab.search.text(made.asked[0])
    return made


def _p95(search: Callable[[str], object], asked: Sequence[str]) -> float:
    """The time in which nineteen of twenty questions are answered."""
    times = []
    for question in asked:
        start = time.perf_counter()
        search(question)
        times.append(time.perf_counter() - start)
    return sorted(times)[int(len(times) * 0.95)]


def _fts5(written: Sequence[Note]) -> Callable[[str], object]:
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table notes using fts5(title, body, tags, tokenize='trigram')")
    database.executemany(
        "insert into notes values (?, ?, ?)",
        [(note.title, note.body, " ".join(note.tags)) for note in written],
    )

    def run(question: str) -> list[Any]:
        words = question.split()
        long = [word for word in words if len(word) >= 3]
        short = [word for word in words if len(word) < 3]
        held = ["notes match ?"] if long else []
        held += ["(title like ? or body like ?)" for _word in short]
        values = [" AND ".join(f'"{word}"' for word in long)] if long else []
        values += [f"%{word}%" for word in short for _column in range(2)]
        order = "bm25(notes, 2, 1, 1)" if long else "rowid desc"
        query = f"select title, snippet(notes, 1, '<b>', '</b>', '…', 20) from notes where {' and '.join(held)} order by {order} limit 20"
        return database.execute(query, values).fetchall()

    return run


def _vectors(bench: Bench, made: _Made) -> None:
    """Vectors for all notes: those of the written notes, disturbed, so that they lie as texts do."""
    import numpy as np

    from pgc_lib.ai.embeddings import local
    from pgc_lib.search.embedding import name_of

    model = name_of(bench.lab.search.meaning.model())
    chance = np.random.default_rng(5)
    some = local([note["title"] for note in measuring.documents()], query=False)
    ids = [str(id) for id in made.collection.frame(columns=["id"])["id"]]
    with bench.admin() as admin:
        admin.execute("drop index pgc.search_chunks_near")
        columns = "owner, area, kind, record, part, model, hash, embedding"
        with admin.cursor() as cursor, cursor.copy(f"copy pgc.search_chunks ({columns}) from stdin") as copy:  # fmt: skip
            for at in range(0, len(ids), 1000):
                part = ids[at : at + 1000]
                near = some[chance.integers(len(some), size=len(part))]
                near = (near + chance.normal(0, 0.02, near.shape)).astype(np.float32)
                near /= np.linalg.norm(near, axis=1, keepdims=True)
                for id, vector in zip(part, near, strict=True):
                    written = "[" + ",".join(f"{number:.4g}" for number in vector) + "]"
                    copy.write_row((bench.lab.person, "kinds", "kinds.note", id, 0, model, b"\0" * 16, written))  # fmt: skip
        admin.execute("set maintenance_work_mem = '512MB'")
        admin.execute("create index search_chunks_near on pgc.search_chunks using hnsw (embedding halfvec_ip_ops)")  # fmt: skip
        admin.execute("delete from pgc.search_unread")
        admin.execute("update pgc.search_states set model = %s", (model,))
        admin.execute("vacuum analyze pgc.search_chunks")
    bench.lab.search(made.asked[0])


def _qualities(bench: Bench) -> dict[str, measuring.Quality]:
    """Of a person who keeps the written notes, in a lab of their own."""
    known = bench.made.get("search quality")
    if isinstance(known, dict):
        return known
    import pgc_lib as pgc

    folder = bench.folder()
    with pgc.open(data=folder / "lab") as lab:
        kept = lab.kinds.define("note", fields={"title": "text", "body": "text", "tags": "texts"})
        names = {}
        for note in measuring.documents():
            values = {name: note[name] for name in ("title", "body", "tags")}
            names[kept.add(**values).id] = note["id"]
        lab.search.catch_up()
        lab.search.embed()

        def run(search: Callable[..., Any]) -> measuring.Run:
            return lambda question: [names.get(hit.record_id, "") for hit in search(question, limit=10)]  # fmt: skip

        found = {
            "fts5": measuring.quality(measuring.fts5()),
            "text": measuring.quality(run(lab.search.text)),
            "semantic": measuring.quality(run(lab.search.semantic)),
            "hybrid": measuring.quality(run(lab.search.hybrid)),
        }
    bench.made["search quality"] = found
    return found
