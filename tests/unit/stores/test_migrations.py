"""Migrations: forward under a lock, back by one, in step with the Records, whole after any crash."""

import ast
import multiprocessing
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, inspect
from sqlalchemy.sql.schema import SchemaItem

from pgc_lib.areas import AREAS
from pgc_lib.core.area import Area
from pgc_lib.core.tables import METADATA, table_of
from pgc_lib.errors import FullDisk, PgcError, StoreError, Unavailable
from pgc_lib.stores import embedded
from pgc_lib.stores.embedded import Endpoints
from pgc_lib.stores.migrations import VERSIONS, current, downgrade_last, head, known, upgrade
from pgc_lib.stores.postgres import sqlalchemy_url
from tests.support.disks import mounted
from tests.support.lab import House, new_database

_MIGRATION = '''
"""Made up."""
import time
from alembic import op
from pgc_lib.stores.migrations import area, guard, unguarded
revision, down_revision = "{revision}", "{before}"
def upgrade():
{up}
def downgrade():
{down}
'''


@pytest.fixture
def empty(engines: Endpoints) -> Iterator[House]:
    """A database that was prepared and never migrated."""
    house = new_database(engines, f"move_{os.urandom(4).hex()}", migrated=False)
    yield house
    house.drop()


@pytest.fixture
def lab(empty: House) -> House:
    """A migrated database of the test's own."""
    upgrade(empty.owner_url)
    return empty


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """A copy of the migrations, to which the test adds."""
    folder = tmp_path / "migrations"
    shutil.copytree(VERSIONS.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / VERSIONS.name


def add(versions: Path, up: str, down: str = "pass") -> str:
    """A further migration; its number."""
    before = max(path.stem[:4] for path in versions.glob("0*.py"))
    revision = f"{int(before) + 1:04}"
    text = _MIGRATION.format(
        revision=revision, before=before, up=_indented(up), down=_indented(down)
    )
    (versions / f"{revision}_made_up.py").write_text(text)
    known.cache_clear()
    return revision


def _indented(lines: str) -> str:
    return "\n".join(f"    {line}" for line in lines.splitlines())


def at(house: House) -> str | None:
    with psycopg.connect(house.owner_url) as connection:
        return current(connection)


def tables(house: House) -> set[str]:
    found = house.sql(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema not in ('pg_catalog', 'information_schema') "
    )
    return {name for (name,) in found}


# ── in step ──────────────────────────────────────────────────────────────────────────────────────────


def test_file_names_tell_the_head_and_the_order() -> None:
    """Opening a lab reads only file names, so they must say what the files say."""
    before = None
    for path in sorted(VERSIONS.glob("[0-9]*.py")):
        names = {
            target.id: node.value.value
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assert names["revision"] == path.stem[:4]
        assert names["down_revision"] == before, path
        before = names["revision"]
    assert before == head()


@pytest.fixture(scope="module")
def records() -> list[type]:
    """Every Record that lies in a table."""
    found = []
    for place in AREAS.values():
        module, _colon, name = place.partition(":")
        area = getattr(import_module(module), name)
        if isinstance(area, type) and issubclass(area, Area):
            found += [record for record in area.records() if record.spec.kept_in == "table"]
    assert found
    return found


def test_the_database_is_what_the_records_say(house: House, records: list[type]) -> None:
    """A field that was added to a Record without a migration, or the other way round, shows here."""
    wanted = {f"{table_of(record).schema}.{table_of(record).name}" for record in records}
    schemas = {name.partition(".")[0] for name in wanted}

    def of_areas(
        _item: SchemaItem, name: str | None, kind: str, _reflected: bool, _other: object
    ) -> bool:
        return kind != "table" or getattr(_item, "schema", None) in schemas

    engine = create_engine(sqlalchemy_url(house.owner_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_object": of_areas,
                "compare_type": True,
                "compare_server_default": _other_default,
            },
        )
        differences = compare_metadata(context, METADATA)
        checks = {
            (table.schema, table.name): {
                str(check["name"])
                for check in inspect(connection).get_check_constraints(table.name, table.schema)
            }
            for table in map(table_of, records)
        }
    engine.dispose()
    assert not differences
    for table in map(table_of, records):
        ours = {
            str(constraint.name)
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }
        assert checks[table.schema, table.name] == ours


def _other_default(
    _context: object,
    _column: object,
    _wanted: object,
    there: str | None,
    _item: object,
    here: str | None,
) -> bool:
    return (there or "").strip("'\"") != (here or "").strip("'\"")


def test_every_table_of_an_area_is_guarded(house: House, records: list[type]) -> None:
    """A table that a migration made and forgot to guard would be open or without history."""
    for record in records:
        table = table_of(record)
        row = house.sql(
            "select relrowsecurity and relforcerowsecurity, "
            "(select count(*) from pg_trigger where tgrelid = c.oid and tgname like 'log_%%') "
            "from pg_class c where oid = %s::regclass",
            f"{table.schema}.{table.name}",
        )
        assert row == [(True, 3)], table


# ── forward and back ─────────────────────────────────────────────────────────────────────────────────


def test_forward_back_and_forward_again(empty: House) -> None:
    """Every step can be taken back, leaves nothing behind, and can be taken again."""
    owner = empty.owner_url
    assert at(empty) is None
    assert upgrade(owner)
    made = tables(empty)
    for step in reversed(known()):
        assert at(empty) == step
        before = downgrade_last(owner, everything=True)
        assert at(empty) == before
    assert tables(empty) == {"pgc.alembic_version"}
    routines = empty.sql("select proname from pg_proc where pronamespace = 'pgc'::regnamespace")
    assert routines == []
    assert downgrade_last(owner) is None
    assert upgrade(owner)
    assert tables(empty) == made
    assert not upgrade(owner), "there was nothing left to do"


def test_the_lab_itself_is_not_taken_back_by_accident(lab: House) -> None:
    """The first migration made everything; taking it back would remove everything."""
    while at(lab) != known()[0]:
        downgrade_last(lab.owner_url)
    with pytest.raises(StoreError, match="would remove everything"):
        downgrade_last(lab.owner_url)
    assert at(lab) == known()[0]


def test_a_newer_database_is_left_alone(lab: House, versions: Path) -> None:
    """Older code does not touch what newer code wrote."""
    newest = add(versions, "pass")
    upgrade(lab.owner_url, versions=versions)
    for step in (upgrade, downgrade_last):
        with pytest.raises(StoreError, match=f"migration {newest}") as caught:
            step(lab.owner_url)
        assert "Nothing was changed" in caught.value.next_step
    assert at(lab) == newest


def test_a_migration_that_fails_leaves_the_one_before(lab: House, versions: Path) -> None:
    """Those before it stay, of the failed one nothing does, and once mended it goes on from there."""
    first = add(versions, 'op.execute("create schema one")')
    broken = add(versions, 'op.execute("create schema two")\nop.execute("select 1/0")')
    with pytest.raises(PgcError, match="division by zero"):
        upgrade(lab.owner_url, versions=versions)
    assert at(lab) == first
    assert lab.sql("select nspname from pg_namespace where nspname in ('one', 'two')") == [("one",)]
    (versions / f"{broken}_made_up.py").unlink()
    known.cache_clear()
    add(versions, 'op.execute("create schema two")')
    assert upgrade(lab.owner_url, versions=versions)
    assert at(lab) == broken


def test_a_migration_can_change_what_people_keep(lab: House, versions: Path) -> None:
    """The owner sees no rows; `unguarded` shows them to one migration, with history, and closes again."""
    person = lab.person()
    lab.lab(person).todos.add(title="before")
    add(
        versions,
        "op.execute(\"update todos.items set title = 'unseen'\")\n"
        'with unguarded("todos.items"):\n'
        "    op.execute(\"update todos.items set title = 'after'\")",
    )
    upgrade(lab.owner_url, versions=versions)
    assert [todo.title for todo in lab.lab(person).todos.find()] == ["after"]
    changes = lab.sql("select verb, actor from pgc.changes order by id")
    assert changes == [("insert", person.person), ("update", None)]
    assert lab.sql(
        "select relforcerowsecurity from pg_class where oid = 'todos.items'::regclass"
    ) == [(True,)]


def test_progress_is_told_in_the_persons_language(empty: House) -> None:
    """A person who waits sees why."""
    from pgc_lib.i18n import in_lang

    said: list[str] = []
    with in_lang("zh-CN"):
        upgrade(empty.owner_url, on_progress=said.append)
    assert said == [f"正在把数据库迁移到 {head()}"]


# ── several at once ──────────────────────────────────────────────────────────────────────────────────


def _upgrade(url: str, versions: Path, said: "multiprocessing.Queue[str]") -> None:
    upgrade(url, versions=versions, on_progress=said.put)


@pytest.fixture
def processes() -> Iterator[list[multiprocessing.Process]]:
    made: list[multiprocessing.Process] = []
    yield made
    for process in made:
        process.kill()
        process.join()


def test_processes_race_and_one_migrates(
    empty: House, versions: Path, processes: list[multiprocessing.Process]
) -> None:
    """Kernels that start together: one migrates, the others wait, say so, and find it done."""
    add(versions, 'time.sleep(1.5)\nop.execute("create schema once")')
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.Queue[str] = context.Queue()
    for _number in range(3):
        process = context.Process(target=_upgrade, args=(empty.owner_url, versions, said))
        process.start()
        processes.append(process)  # type: ignore[arg-type]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    lines = [said.get(timeout=1) for _line in range(said.qsize())]
    assert sum("Migrating" in line for line in lines) == 1
    assert at(empty) == head(versions)


def test_threads_race_on_a_database_without_a_version_table(empty: House) -> None:
    """The very first table is made in a race, too."""
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _n: upgrade(empty.owner_url), range(4)))
    assert sorted(done) == [False, False, False, True]


def test_killed_in_the_middle(
    lab: House, versions: Path, processes: list[multiprocessing.Process]
) -> None:
    """kill -9 between and within migrations: the next start finishes, nothing is half made."""
    first = add(versions, 'op.execute("create schema whole")')
    last = add(versions, 'op.execute("create schema half")\nop.execute("select pg_sleep(5)")')
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=_upgrade, args=(lab.owner_url, versions, said))
    process.start()
    processes.append(process)  # type: ignore[arg-type]
    deadline = time.monotonic() + 30
    while at(lab) != first and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert at(lab) == first
    assert lab.sql("select from pg_namespace where nspname = 'half'") == []
    (versions / f"{last}_made_up.py").write_text(
        (versions / f"{last}_made_up.py").read_text().replace("pg_sleep(5)", "1")
    )
    assert upgrade(lab.owner_url, versions=versions)
    assert at(lab) == last


def test_a_person_cannot_keep_the_lab_from_opening(lab: House, versions: Path) -> None:
    """Advisory locks are anyone's; the one that migrations take is not."""
    add(versions, 'op.execute("create schema opened")')
    with psycopg.connect(lab.person().database.reveal()) as person:
        person.execute("select pg_advisory_lock(n) from generate_series(0, 100) n")
        person.execute("lock table pgc.alembic_version in access share mode")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), person.transaction():
            person.execute("lock table pgc.alembic_version in share update exclusive mode")
        assert upgrade(lab.owner_url, versions=versions)


def test_a_table_in_use_is_said_so(lab: House, versions: Path) -> None:
    """An open transaction of a notebook does not hang the start for ever."""
    add(
        versions,
        'op.execute("set local lock_timeout = \'100ms\'")\nop.execute("drop table todos.items")',
    )
    with psycopg.connect(lab.person().database.reveal()) as person:
        person.execute("select * from todos.items")
        with pytest.raises(Unavailable, match="in use"):
            upgrade(lab.owner_url, versions=versions)
    assert at(lab) == head()


# ── the dump before ──────────────────────────────────────────────────────────────────────────────────


def test_an_existing_lab_is_dumped_first(
    lab: House, versions: Path, tmp_path: Path, engines: Endpoints
) -> None:
    """Before the first migration of a lab that has something in it, and such that it can be restored."""
    person = lab.person()
    lab.lab(person).todos.add(title="写周报")
    add(versions, 'op.execute("drop table todos.items")')
    said: list[str] = []
    upgrade(
        lab.owner_url,
        admin_url=lab.admin_url,
        backup_dir=tmp_path / "backups",
        on_progress=said.append,
        versions=versions,
    )
    (written,) = (tmp_path / "backups").iterdir()
    assert written.stat().st_mode & 0o777 == 0o600
    assert said[0] == "Backing up the database"
    copy = new_database(engines, f"copy_{os.urandom(4).hex()}", migrated=False)
    copy.sql("drop schema pgc")
    parts = psycopg.conninfo.conninfo_to_dict(copy.admin_url)
    subprocess.run(
        [
            *(
                embedded.program("pg_restore"),
                "--host",
                str(parts["host"]),
                "--port",
                str(parts["port"]),
            ),
            *("--username", str(parts["user"]), "--dbname", str(parts["dbname"]), written),
        ],
        env={**os.environ, "PGPASSWORD": str(parts["password"])},
        check=True,
        capture_output=True,
    )
    assert copy.sql("select title from todos.items") == [("写周报",)]
    copy.drop()


def test_a_new_lab_needs_no_dump(empty: House, tmp_path: Path) -> None:
    """There is nothing to keep yet, and a lab that is up to date is not dumped either."""
    for _time in range(2):
        upgrade(empty.owner_url, admin_url=empty.admin_url, backup_dir=tmp_path / "backups")
    assert not (tmp_path / "backups").exists()


def test_without_a_login_that_sees_everything_nothing_happens(
    lab: House, versions: Path, tmp_path: Path
) -> None:
    """A dump that lacks people's rows would be worse than none: it is refused, with what to do."""
    before = at(lab)
    add(versions, "pass")
    with pytest.raises(StoreError, match="sees every row") as caught:
        upgrade(lab.owner_url, backup_dir=tmp_path / "backups", versions=versions)
    assert "BYPASSRLS" in caught.value.next_step
    assert at(lab) == before
    assert upgrade(lab.owner_url, versions=versions), "whoever backs up otherwise says no folder"


def test_a_dump_that_fails_leaves_no_file_and_no_migration(
    lab: House, versions: Path, tmp_path: Path
) -> None:
    """A folder that is no folder, as a full or read-only disk would be."""
    before = at(lab)
    add(versions, "pass")
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(PgcError, match="Nothing was changed"):
        upgrade(
            lab.owner_url,
            admin_url=lab.admin_url,
            backup_dir=tmp_path / "backups",
            versions=versions,
        )
    assert at(lab) == before


def test_a_dump_that_finds_the_disk_full_leaves_no_file_and_no_migration(
    lab: House, versions: Path, tmp_path: Path
) -> None:
    """Half a dump is none: it is removed, the lab stays as it was, and the sentence says where room is missing."""
    before = at(lab)
    add(versions, "pass")
    backups = tmp_path / "backups"
    with mounted(backups, "size=16k,mode=700"):
        with pytest.raises(FullDisk, match="Nothing was changed") as caught:
            upgrade(lab.owner_url, admin_url=lab.admin_url, backup_dir=backups, versions=versions)
        assert str(backups) in str(caught.value)
        assert not list(backups.iterdir())
    assert at(lab) == before


def test_the_version_can_be_asked_by_anyone_who_may_connect(house: House) -> None:
    """A person's kernel asks with the person's login; it may read the version and nothing more of it."""
    with psycopg.connect(house.person().database.reveal()) as person:
        assert current(person) == head()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            person.execute("update pgc.alembic_version set version_num = '0000'")
