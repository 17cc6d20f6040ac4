"""Migrations that only change how search asks its index: it finds the same before, after, and once they are taken back."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pgc_lib.lab import Lab
from pgc_lib.stores.embedded import Endpoints
from pgc_lib.stores.migrations import VERSIONS, current, downgrade_last, known, upgrade
from tests.support.lab import House, new_database

_N = 300
_ASKED = (
    "rain",
    "rain 雨伞",
    "rain umbrella",
    "rain -umbrella",
    "雨伞",
    "tag:odd",
    "tag:odd -umbrella",
    "rian",
    '"rain again"',
    "after:2026-01-20 rain",
)


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Path]:
    """The migrations up to 0021."""
    folder = tmp_path / "migrations"
    shutil.copytree(VERSIONS.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    versions = folder / VERSIONS.name
    for path in versions.glob("[0-9]*.py"):
        if path.name > "0022":
            path.unlink()
    known.cache_clear()
    yield versions
    known.cache_clear()


@pytest.fixture
def older(engines: Endpoints, before: Path) -> Iterator[House]:
    """A database as 0021 left it."""
    house = new_database(engines, f"older_{os.urandom(4).hex()}", migrated=False)
    upgrade(house.owner_url, versions=before)
    yield house
    house.drop()


def _back_to(house: House, revision: str) -> None:
    while True:
        with psycopg.connect(house.owner_url) as connection:
            if current(connection) == revision:
                return
        downgrade_last(house.owner_url)


def _functions(house: House) -> list[tuple[str, str, str, str]]:
    return house.sql(
        "select proname, pg_get_functiondef(oid), proowner::regrole::text, proacl::text from pg_proc "
        "where pronamespace = 'pgc'::regnamespace and proname like 'search_%%' order by 1"
    )


def _filled(lab: Lab) -> None:
    fields = {"title": "text", "body": "text", "tags": "texts", "day": "date"}
    notes = lab.kinds.define("note", fields=fields)
    notes.add_many(
        {
            "title": f"Page {n}" if n % 7 else f"Rain {n}",
            "body": f"rain again {'umbrella' if n % 50 == 0 else ''} {'雨伞' if n % 3 == 0 else ''}",
            "tags": ["odd"] if n % 2 else [],
            "day": f"2026-01-{1 + n % 28:02}",
        }
        for n in range(_N)
    )
    lab.search.catch_up()


def _found(lab: Lab) -> dict[str, list[tuple[str, float]]]:
    return {
        question: [(hit.title, round(hit.score, 6)) for hit in lab.search.text(question)]
        for question in _ASKED
    }


def test_what_is_found_is_the_same_before_after_and_back(older: House) -> None:
    """Also where the newest are met along the days, which is done only once the planner knows the words."""
    person = older.person()
    lab = older.lab(person)
    _filled(lab)
    older.sql("analyze pgc.search_entries")
    former, functions = _found(lab), _functions(older)
    assert former["rain"] and former["rain 雨伞"] and former["tag:odd -umbrella"]
    assert upgrade(older.owner_url)
    assert _found(lab) == former
    with psycopg.connect(person.database.reveal()) as connection:
        asked = ["'rain'", "'umbrella'", "'quux'", "'rain' & !'umbrella'"]
        counted = connection.execute("select pgc.search_counts(%s, 20)", (asked,)).fetchone()
        assert counted == ([20, 6, 0, 20],)
        for statement in (
            "select pgc.search_guess('rain')",
            "select pgc.search_masked('rain', 1, 'rain')",
        ):
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege),
                connection.transaction(),
            ):
                connection.execute(statement.encode())
    _back_to(older, "0021")
    assert _functions(older) == functions
    assert _found(lab) == former
    # Further back, to before 0020: what it added is gone, and search goes on.
    _back_to(older, "0019")
    seen = (
        "select from information_schema.columns where table_schema = 'pgc' "
        "and table_name = 'graph_marks' and column_name = 'seen'"
    )
    assert older.sql(seen) == []
    assert _found(lab) == former
    assert upgrade(older.owner_url)
    assert len(older.sql(seen)) == 1
    assert _found(lab) == former


def test_entries_of_another_are_not_found_without_the_mask(house: House) -> None:
    """Whose an entry is, is looked at even where the index of words is not asked for it."""
    mine, other = (house.lab(house.person(name)) for name in ("mine", "other"))
    _filled(mine)
    fields = {"title": "text", "body": "text"}
    other.kinds.define("note", fields=fields).add(title="rain of another", body="rain secret")
    other.search.catch_up()
    house.sql("analyze pgc.search_entries")
    assert not list(mine.search.text("secret"))
    assert [hit.title for hit in other.search.text("rain")] == ["rain of another"]
    assert all("another" not in hit.title for hit in mine.search.text("rain", limit=200))
