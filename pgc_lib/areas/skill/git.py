"""What a git repository tells of somebody's work: days, hours and languages, read with dulwich.

Hours are an estimate, and a plain one. Of one author's commits in their order of time:

    a commit that follows the one before within two hours took the time between the two;
    any other took half an hour.

The time of a commit goes to the languages of the files that it changed, by their number; files of no known
language, and commits that merge, count for none. Lines are not counted: one generated file outweighs a week.
A day never has more than 24 hours. Nothing of the repository is executed or written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.skill.languages import LANGUAGES, NAMES
from pgc_lib.core.shown import card, problems_table
from pgc_lib.errors import NotFound, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from dulwich.objects import Commit, ObjectID
    from dulwich.repo import Repo

PAUSE = timedelta(hours=2)
"""A longer pause between commits is no work."""
FIRST = timedelta(minutes=30)
"""What a commit took that follows none."""
_LONGEST_DAY = 24.0
_SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Work:
    """One commit: when by its author's clock, and how many files of each language it changed."""

    sha: str
    at: datetime
    languages: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """What one language's commits tell."""

    language: str
    commits: int
    files: int
    hours: float
    first: date
    last: date
    span: str
    """The first and last commit, as git names a range."""
    by_day: Mapping[date, float] = field(repr=False)

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Language"): self.language,
            _("Commits"): self.commits,
            _("Files changed"): self.files,
            _("Hours (estimated)"): round(self.hours, 1),
            _("First"): self.first,
            _("Last"): self.last,
        }


@dataclass(frozen=True, slots=True)
class Log:
    """What was read of a repository."""

    name: str
    identity: str
    """Its first commit, by which it is recognised wherever it lies."""
    authors: Mapping[str, int]
    """Everybody who wrote the commits that were looked at, with how many."""
    commits: int
    told: Sequence[Told]
    problems: Sequence[Problem] = ()

    def _repr_html_(self) -> str:
        from pgc_lib.core.shown import Listing

        heads = {_("Repository"): self.name, _("Commits"): self.commits}
        return card(heads) + Listing(self.told)._repr_html_() + problems_table(self.problems)


def read(
    path: Path | str,
    *,
    author: str | Sequence[str] = (),
    commits: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Log:
    """Read a repository; `author` is a part of a name or address, `commits` a range such as `v1..main`."""
    from dulwich.errors import NotGitRepository
    from dulwich.repo import Repo

    place = Path(path).expanduser()
    try:
        repo = Repo.discover(str(place)) if place.is_dir() else Repo(str(place))
    except (NotGitRepository, OSError) as error:
        raise NotFound(
            _("There is no git repository at {path}.", path=place),
            next_step=_("Give the folder of a clone, or a bare repository."),
        ) from error
    wanted = [author] if isinstance(author, str) and author else list(author)
    with repo:
        problems: list[Problem] = []
        authors: Counter[str] = Counter()
        works: list[Work] = []
        identity = ""
        for commit in _walk(repo, commits, problems):
            if not commit.parents:
                identity = commit.id.decode()
            name = commit.author.decode(errors="replace")
            authors[name] += 1
            at = _author_time(commit)
            if len(commit.parents) > 1 or not _is_wanted(name, wanted) or at is None:
                continue
            if (since is None or since <= at.date()) and (until is None or at.date() <= until):
                works.append(Work(commit.id.decode(), at, _languages(repo, commit, problems)))
        identity = identity or _root(repo, works)
    return Log(
        _name_of(place),
        identity,
        dict(authors.most_common()),
        len(works),
        told(works),
        problems[:_SHOWN_PROBLEMS],
    )


def told(works: Iterable[Work]) -> list[Told]:
    """Commits of one author as languages with days and hours, the most hours first."""
    ordered = sorted(works, key=lambda work: work.at)
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    of: dict[str, list[Work]] = defaultdict(list)
    for work, hours in zip(ordered, hours_of([work.at for work in ordered]), strict=True):
        total = sum(work.languages.values())
        for language, files in work.languages.items():
            days[language][work.at.date()] += hours * files / total
            of[language].append(work)
    found = [
        Told(
            language,
            len(done),
            sum(work.languages[language] for work in done),
            sum(days[language].values()),
            min(days[language]),
            max(days[language]),
            f"{done[0].sha[:12]}..{done[-1].sha[:12]}",
            {day: min(hours, _LONGEST_DAY) for day, hours in days[language].items()},
        )
        for language, done in of.items()
    ]
    return sorted(found, key=lambda one: (-one.hours, one.language))


def hours_of(moments: Sequence[datetime]) -> list[float]:
    """How long each of the commits took, which are in the order of time."""
    found = []
    for number, at in enumerate(moments):
        gap = at - moments[number - 1] if number else PAUSE * 2
        found.append((gap if gap <= PAUSE else FIRST) / timedelta(hours=1))
    return found


def language_of(path: str) -> str | None:
    """The language of a file by its name or ending."""
    file = PurePosixPath(path)
    return NAMES.get(file.name.casefold()) or LANGUAGES.get(file.suffix.casefold())


def _damage() -> tuple[type[Exception], ...]:
    """What dulwich raises where a repository is damaged or a clone is shallow."""
    import zlib

    from dulwich.errors import (
        FileFormatException,
        MissingCommitError,
        NotTreeError,
        WrongObjectException,
    )

    return (
        *(MissingCommitError, FileFormatException, WrongObjectException, NotTreeError),
        *(zlib.error, KeyError, OSError, ValueError, AssertionError),
    )


def _walk(repo: "Repo", commits: str, problems: list[Problem]) -> Iterator["Commit"]:
    """Every commit of a range once; where the history is damaged it ends, and that is said."""
    include, exclude = _ends(repo, commits)
    if not include:
        return
    try:
        for entry in repo.get_walker(include=include, exclude=exclude or None):
            yield entry.commit
    except _damage() as error:
        problems.append(
            Problem(
                _("Commits"),
                _("the history is damaged or incomplete here: {error}", error=repr(error)),
            )
        )


def _ends(repo: "Repo", commits: str) -> "tuple[list[ObjectID], list[ObjectID]]":
    """Where to begin and what to leave out: `a..b`, one name, or everything on any branch."""
    from dulwich.objectspec import parse_commit

    def named(name: str) -> "ObjectID":
        try:
            return parse_commit(repo, name or "HEAD").id
        except (KeyError, ValueError) as error:
            raise NotFound(
                _("There is no commit “{name}” in the repository.", name=name or "HEAD"),
                next_step=_("Name a branch, a tag or a commit, or a range such as v1..main."),
            ) from error

    if commits:
        before, dots, last = commits.partition("..")
        return ([named(last)], [named(before)]) if dots else ([named(before)], [])
    heads: dict[ObjectID, None] = {}
    for ref, sha in repo.get_refs().items():
        if ref == b"HEAD" or ref.startswith((b"refs/heads/", b"refs/remotes/")):
            heads[sha] = None
    return list(heads), []


def _author_time(commit: "Commit") -> datetime | None:
    """When the author wrote it, by the author's own clock; None for a time that cannot be."""
    try:
        zone = timezone(timedelta(seconds=commit.author_timezone))
        return datetime.fromtimestamp(commit.author_time, UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return None


def _is_wanted(name: str, wanted: Sequence[str]) -> bool:
    folded = name.casefold()
    return not wanted or any(part.casefold() in folded for part in wanted)


def _languages(repo: "Repo", commit: "Commit", problems: list[Problem]) -> dict[str, int]:
    """How many files of each language a commit changed."""
    from dulwich.diff_tree import tree_changes
    from dulwich.objects import Commit

    found: Counter[str] = Counter()
    try:
        before = None
        if commit.parents:
            parent = repo[commit.parents[0]]
            before = parent.tree if isinstance(parent, Commit) else None
        for change in tree_changes(repo.object_store, before, commit.tree):
            entry = change.new if change.new is not None and change.new.path else change.old
            if entry is None or entry.path is None:
                continue
            language = language_of(entry.path.decode(errors="replace"))
            if language:
                found[language] += 1
    except _damage() as error:
        problems.append(
            Problem(
                commit.id.decode()[:12],
                _("its files cannot be compared: {error}", error=repr(error)),
            )
        )
    return dict(found)


def _root(repo: "Repo", works: Sequence[Work]) -> str:
    """What a repository is recognised by when the range does not reach its first commit."""
    try:
        for entry in repo.get_walker(reverse=True, max_entries=None):
            if not entry.commit.parents:
                return entry.commit.id.decode()
    except _damage():
        pass  # a shallow or damaged clone: what was read must do
    return min((work.sha for work in works), default="")


def _name_of(place: Path) -> str:
    resolved = place.resolve()
    return (resolved.parent if resolved.name == ".git" else resolved).name.removesuffix(".git")
