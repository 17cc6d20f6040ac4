"""Git repositories as evidence: real ones, made by dulwich and by git, whole and damaged."""

import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from dulwich.objects import ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

from pgc_lib.areas.skill.git import hours_of, language_of, read, told
from pgc_lib.errors import NotFound

MAMA, PAPA = "Mama <mama@example.org>", "Papá 爸爸 <papa@example.org>"
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Making:
    """A repository, commit by commit."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.repo = Repo.init(str(folder))

    def commit(
        self,
        at: datetime,
        *files: str,
        author: str = MAMA,
        zone: int = 0,
        merges: Sequence[str] = (),
    ) -> str:
        """Write the files anew and commit them; the commit's number."""
        worktree = self.repo.get_worktree()
        for name in files:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{at}\n")
        worktree.stage(list(files))
        made: bytes = worktree.commit(
            message=b"work",
            author=author.encode(),
            committer=b"C <c@example.org>",
            author_timestamp=at.timestamp(),
            author_timezone=zone,
            commit_timestamp=at.timestamp(),
            commit_timezone=0,
            merge_heads=[ObjectID(head.encode()) for head in merges] or None,
        )
        return made.decode()


@pytest.fixture
def making(tmp_path: Path) -> Making:
    """An empty repository."""
    return Making(tmp_path / "growth")


def after(**options: float) -> datetime:
    return START + timedelta(**options)


def test_hours_are_the_time_between_commits() -> None:
    """A pause is not work; a commit after one took half an hour."""
    times = [START, after(minutes=45), after(hours=2, minutes=45), after(hours=5), after(days=3)]
    assert hours_of(times) == [0.5, 0.75, 2.0, 0.5, 0.5]
    assert hours_of([]) == []


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("src/Main.PY", "Python"),
        ("a/b.tsx", "TypeScript"),
        ("Dockerfile", "Docker"),
        ("表.sql", "SQL"),
        ("data.csv", None),
        ("LICENSE", None),
        (".py", None),
    ],
)
def test_languages_are_told_by_the_files_name(path: str, language: str | None) -> None:
    """Whatever the case; data is no language."""
    assert language_of(path) == language


def test_a_repository_is_read_by_author_and_day(making: Making) -> None:
    """Each commit's time goes to the languages of its files; other people's is left out."""
    making.commit(START, "a.py", "README.txt")
    making.commit(after(hours=1), "b.py", "c.sql")
    making.commit(after(hours=1, minutes=10), "p.js", author=PAPA)
    last = making.commit(after(days=1), "a.py")
    log = read(making.folder, author="mama@")
    assert (log.name, log.commits) == ("growth", 3)
    assert dict(log.authors) == {MAMA: 3, PAPA: 1}
    python, sql = log.told
    assert (python.language, python.commits, python.files) == ("Python", 3, 3)
    assert python.by_day == {date(2026, 3, 1): 1.0, date(2026, 3, 2): 0.5}
    assert python.span.endswith(f"..{last[:12]}")
    assert (sql.language, sql.hours, sql.first) == ("SQL", 0.5, date(2026, 3, 1))
    assert [one.language for one in read(making.folder, author="爸爸").told] == ["JavaScript"]
    assert read(making.folder, author=["爸爸", "MAMA"]).commits == 4
    assert read(making.folder, author="nobody").told == []


def test_a_range_and_days_limit_what_is_read(making: Making) -> None:
    """As git names them; the repository is recognised all the same."""
    first = making.commit(START, "a.py")
    second = making.commit(after(days=1), "b.py")
    making.commit(after(days=2), "c.py")
    whole = read(making.folder)
    assert whole.commits == 3 and whole.identity == first
    part = read(making.folder, commits=f"{first}..{second}")
    assert (part.commits, part.identity) == (1, first)
    assert read(making.folder, commits=f"{second}..").commits == 1
    assert read(making.folder, commits=second).commits == 2
    assert read(making.folder, since=date(2026, 3, 2), until=date(2026, 3, 2)).commits == 1
    for wrong in ("nothing", "nothing..HEAD", "..nothing"):
        with pytest.raises(NotFound, match="nothing"):
            read(making.folder, commits=wrong)


def test_the_day_is_the_authors_own(making: Making) -> None:
    """Late at night in Shanghai is no longer the day that it is in UTC."""
    making.commit(datetime(2026, 3, 1, 20, tzinfo=UTC), "a.py", zone=8 * 3600)
    assert read(making.folder).told[0].first == date(2026, 3, 2)


def test_merges_and_empty_commits_count_for_nothing(making: Making) -> None:
    """Of a merge, its branches do."""
    first = making.commit(START, "a.py")
    side = making.commit(after(hours=1), "b.py")
    making.commit(after(hours=2), "c.py", merges=[first])
    making.commit(after(hours=3))
    log = read(making.folder)
    assert log.told[0].commits == 2 and side


def test_bare_empty_and_inner_folders(making: Making, tmp_path: Path) -> None:
    """A clone's inner folder is in it; a repository without commits tells nothing."""
    making.commit(START, "deep/er/a.py")
    assert read(making.folder / "deep" / "er").commits == 1
    bare = tmp_path / "bare.git"
    shutil.copytree(making.folder / ".git", bare)
    assert read(bare).name == "bare" and read(bare).commits == 1
    Repo.init(str(tmp_path / "new"), mkdir=True)
    assert read(tmp_path / "new").told == []
    for nothing in (tmp_path / "gone", tmp_path / "file"):
        (tmp_path / "file").write_text("x")
        with pytest.raises(NotFound, match="no git repository"):
            read(nothing)


def test_a_damaged_history_tells_what_is_left(making: Making) -> None:
    """A commit or tree that is missing, or garbage: what was read stays, and it is said."""
    first = making.commit(START, "a.py")
    making.commit(after(hours=1), "b.py")
    objects = making.folder / ".git" / "objects"
    damaged = objects / first[:2] / first[2:]
    damaged.chmod(0o644)
    whole = damaged.read_bytes()
    damaged.unlink()
    log = read(making.folder)
    assert log.problems
    damaged.write_bytes(b"garbage")
    assert read(making.folder).problems
    damaged.write_bytes(whole[: len(whole) // 2])
    assert read(making.folder).problems


@pytest.mark.parametrize("stamp", ["99999999999999999", "-99999999999", "0"])
def test_impossible_times_and_names_harm_nothing(making: Making, stamp: str) -> None:
    """Written by hand: a date in a far future, no valid UTF-8 in the name."""
    from dulwich.objects import Commit, ShaFile

    first = making.commit(START, "a.py")
    kept = making.repo[ObjectID(first.encode())]
    assert isinstance(kept, Commit)
    raw = (
        b"tree "
        + kept.tree
        + b"\nparent "
        + first.encode()
        + b"\nauthor \xff\xfe <m@x> "
        + stamp.encode()
        + b" +9999\n"
        + b"committer m <m@x> "
        + stamp.encode()
        + b" +0000\n\nx\n"
    )
    made = ShaFile.from_raw_string(1, raw)
    making.repo.object_store.add_object(made)
    making.repo.refs[Ref(b"refs/heads/odd")] = made.id
    log = read(making.folder)
    assert log.commits >= 1 and log.told[0].language == "Python"


def test_a_day_has_no_more_than_its_hours(making: Making) -> None:
    """Many commits by a script of several authors cannot make more of it."""
    del making
    from pgc_lib.areas.skill.git import Work

    works = [
        Work(f"{n:040}", START.replace(hour=0) + timedelta(minutes=n), {"Go": 1})
        for n in range(1440)
    ]
    (go,) = told(works)
    assert go.by_day[START.date()] <= 24
