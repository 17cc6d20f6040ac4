"""The search index is kept in the background: what is written is found without anybody searching in between."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from pgc_lib.automation.searching import _QUIET, Keeper
from pgc_lib.lab import Lab
from pgc_lib.search.embedding import Meaning
from tests.support.lab import House, Person, share
from tests.unit.search.test_meaning import Counted


def test_it_follows_what_is_written_until_it_is_stopped(person: Person, house: House) -> None:
    """Words and meaning; the first time it makes the index, then it is woken by each change."""
    session = person("keeper")
    lab = Lab(session)
    notes = lab.kinds.define("note", fields={"title": "text"})
    keeper = Keeper(session)
    keeper._search.meaning = Meaning(session, Counted())
    thread = threading.Thread(target=keeper.run)
    thread.start()
    try:
        for n, title in enumerate(("plover", "dunlin"), start=2):
            notes.add(title=title)
            patience = time.monotonic() + 90
            chunks = "select count(*) from pgc.search_chunks where owner = %s"
            while house.sql(chunks, session.person) != [(n,)]:
                assert time.monotonic() < patience
                time.sleep(0.05)
        assert lab.search.lag().waiting == 0
    finally:
        keeper.stop()
        thread.join(60)
    assert not thread.is_alive()
    keeper.close()
    assert [hit.title for hit in lab.search.text("dunlin")] == ["dunlin"]


def test_whoever_was_granted_an_area_sees_edges_that_their_owner_never_looked_at(
    person: Person, house: House
) -> None:
    """What hangs together is read off in the background, by the only login that may."""
    mei, coach = person("mei"), person("coach")
    hers = house.lab(mei)
    hers.skills.add(name="Weaving")
    hers.family.members.add(name="Secret Aunt")
    hers.todos.add(title="Practise", note="Weaving, as Secret Aunt does", tags=["loom"])
    for area in ("todos", "skills"):
        share(mei, coach, area)
    graph = house.lab(coach).graph
    assert graph.frame().is_empty()
    keeper = Keeper(mei)
    keeper._search.meaning = Meaning(mei, Counted())
    while keeper.step():
        pass
    assert set(graph.frame()["other_title"]) == {"Weaving", "#loom"}
    hers.todos.add(title="Sell", note="what came of Weaving")
    while keeper.step():
        pass
    assert len(graph.frame()) == 2, "it rests"
    assert 0 < keeper._quiet() < _QUIET
    keeper._rested = 0.0
    keeper.step()
    assert len(graph.frame()) == 3 and "Secret" not in str(graph.frame().to_dict())
    keeper.close()


def test_on_a_hub_the_process_beside_the_persons_server_keeps_it(
    person: Person, house: House, tmp_path: Path
) -> None:
    """There only that server has the person's login; what was written is indexed without a search."""
    session = person("served")
    Lab(session).kinds.define("note", fields={"title": "text"}).add(title="plover")
    logins = {
        "PGC_DATABASE_URL": session.database.reveal(),
        "PGC_DATA": str(tmp_path),
        "PGC_WORKSPACE": str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "pgc_lib.notebook.harvest"],
        env={**os.environ, **logins, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        patience = time.monotonic() + 90
        entries = "select count(*) from pgc.search_entries where owner = %s"
        while house.sql(entries, session.person) == [(0,)]:
            assert time.monotonic() < patience
            assert process.poll() is None
            time.sleep(0.1)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)
