"""The search index is kept in the background: what is written is found without anybody searching in between."""

import threading
import time

from pgc_lib.automation.searching import Keeper
from pgc_lib.lab import Lab
from pgc_lib.search.embedding import Meaning
from tests.support.lab import House, Person
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
