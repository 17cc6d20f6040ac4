"""The way from a bare Python to a running command: stamps, what pip says, and what a kill leaves behind."""

import fcntl
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from packaging.specifiers import SpecifierSet

from pgc_lib.cli.boot import packages, texts
from pgc_lib.cli.boot.environment import LOCKS, NEWEST, OLDEST, Environment, Failure
from pgc_lib.cli.boot.progress import Progress
from tests.support import needs

_ROOT = Path(__file__).parents[3]
_LOCK = """# Pinned by `./pgc lock` from pyproject.toml; do not edit.
--only-binary :all:
alpha-one==1.0 \\
    --hash=sha256:aa
beta==2.0 ; sys_platform == 'linux' \\
    --hash=sha256:bb
gamma==1.0 ; sys_platform == 'darwin' \\
    --hash=sha256:cc
gamma==2.0 ; sys_platform != 'darwin' \\
    --hash=sha256:dd
"""


@pytest.fixture
def project(tmp_path: Path) -> Environment:
    """A project folder whose path has a space and Chinese in it, with a whole environment's outline."""
    root = tmp_path / "我的 lab"
    (root / ".venv" / "bin").mkdir(parents=True)
    for name in LOCKS.values():
        (root / name).write_text(_LOCK)
    (root / "pyproject.toml").write_text("[project]\n")
    environment = Environment(root)
    environment.python.symlink_to(sys.executable)
    return environment


def _is_ready(environment: Environment, verb: str = "lab") -> bool:
    stamp = environment.read_stamp()
    return environment.is_ready(stamp, environment.level_for(verb, stamp))


class TestStamp:
    def test_a_ready_environment_is_recognised(self, project: Environment) -> None:
        """Else every start would install again."""
        assert not _is_ready(project)
        project.write_stamp("ready", "lab")
        assert _is_ready(project)

    @pytest.mark.parametrize("state", ["creating", "installing"])
    def test_a_half_made_environment_is_not_ready(self, project: Environment, state: str) -> None:
        """A killed first start must not be taken for a whole one."""
        project.write_stamp(state, "lab")
        assert not _is_ready(project)

    @pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
    def test_a_change_of_what_it_was_made_from_is_seen(
        self, project: Environment, name: str
    ) -> None:
        """After an update of the project its new dependencies are there."""
        project.write_stamp("ready", "lab")
        with (project.root / name).open("a") as file:
            file.write("# changed\n")
        assert not _is_ready(project)

    def test_a_verb_that_needs_more_is_seen_and_nothing_is_taken_away(
        self, project: Environment
    ) -> None:
        """`test` adds packages once; `lab` then keeps them."""
        project.write_stamp("ready", "lab")
        assert not _is_ready(project, "test")
        project.write_stamp("ready", "test")
        assert _is_ready(project, "test")
        assert _is_ready(project, "lab")
        assert _is_ready(project, "hub")

    def test_a_moved_project_is_seen(self, project: Environment, tmp_path: Path) -> None:
        """Its environment would still import the code at the old place."""
        project.write_stamp("ready", "lab")
        moved = project.root.rename(tmp_path / "elsewhere")
        assert not _is_ready(Environment(moved))

    def test_a_python_that_is_gone_is_seen(self, project: Environment) -> None:
        """An upgrade of the system may take the Python away that the environment was made with."""
        project.write_stamp("ready", "lab")
        project.python.unlink()
        project.python.symlink_to("/nowhere/python3")
        assert not _is_ready(project)

    def test_another_python_is_taken_when_asked_for(
        self, project: Environment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """`PGC_PYTHON` with another version makes the environment again; with the same it does not."""
        project.write_stamp("ready", "lab")
        monkeypatch.setenv("PGC_PYTHON", sys.executable)
        assert _is_ready(project)
        project.version = "3.99"
        assert not _is_ready(project)

    @pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"state", b"level=nonsense\n"])
    def test_a_damaged_stamp_is_not_ready_and_no_crash(
        self, project: Environment, damage: bytes
    ) -> None:
        """A full disk may have cut it off."""
        project.stamp.write_bytes(damage)
        assert not _is_ready(project)

    def test_a_missing_lock_is_said_before_anything_is_changed(self, project: Environment) -> None:
        """An incomplete copy of the project is the person's to mend."""
        project.write_stamp("ready", "lab")
        (project.root / "requirements.lock").unlink()
        with pytest.raises(Failure, match=r"requirements\.lock"):
            _is_ready(project)

    def test_an_environment_of_someone_else_is_left_alone(self, project: Environment) -> None:
        """A `.venv` made by hand may hold work."""
        with pytest.raises(Failure, match=r"\.venv"):
            project.prepare("lab", Progress())
        assert project.python.is_symlink()

    def test_the_first_trace_of_our_own_is_not_taken_for_someone_elses(
        self, project: Environment
    ) -> None:
        """A kill between the folder and its stamp leaves an empty folder or an unfinished stamp."""
        shutil.rmtree(project.venv)
        project.venv.mkdir()
        assert not project.is_foreign()
        project.stamp.with_suffix(".new").write_text("sta")
        assert not project.is_foreign()


class TestWhatPipSays:
    def test_packages_are_counted_as_they_come(self) -> None:
        """Each way in which pip comes to a package counts once; one for other systems is not awaited."""
        fetching = packages.Fetching(_LOCK)
        assert fetching.total == 4
        for line in (
            "Ignoring gamma: markers 'sys_platform == \"darwin\"' don't match your environment",
            "Collecting alpha-one==1.0 (from -r /a b/requirements.lock (line 3))",
            "  Downloading alpha_one-1.0-py3-none-any.whl (1.2 MB)",
            "Requirement already satisfied: beta==2.0 in ./.venv/lib (from -r /a/b.lock (line 5))",
            "Processing /some/folder/gamma-2.0-py3-none-any.whl (from -r /a b/c.lock (line 9))",
        ):
            fetching.read(line)
        assert (fetching.seen, fetching.total, fetching.now) == (3, 3, "gamma")
        fetching.read("Installing collected packages: alpha-one, gamma")
        assert fetching.to_install == 2

    def test_the_real_locks_can_be_counted(self) -> None:
        """A count that is off tells the person nothing."""
        sizes = [len(packages.packages_in((_ROOT / name).read_text())) for name in LOCKS.values()]
        assert 100 < sizes[0] < sizes[1] < sizes[2]

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("OSError: [Errno 28] No space left on device", "disk"),
            ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "hash"),
            ("WARNING: Retrying (Retry(total=4, connect=None)) after connection broken", "network"),
            (
                "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))",
                "certificate",
            ),
            ("ERROR: No matching distribution found for alpha-one==1.0", "wheel"),
            ("created successfully because ensurepip is not available.", "ensurepip"),
            ("PermissionError: [Errno 13] Permission denied: '/x'", "denied"),
            ("ValueError: something nobody thought of", "other"),
        ],
    )
    def test_a_failure_is_explained(self, line: str, reason: str) -> None:
        """The person reads why and what to do, in either language, not pip's own words alone."""
        assert texts.reason_of(line) == reason

    def test_no_network_outranks_what_follows_from_it(self) -> None:
        """Offline, pip ends by saying that no package matches, which is not the reason."""
        record = "WARNING: Retrying (Retry(total=0))\nERROR: No matching distribution found for x"
        assert texts.reason_of(record) == "network"

    @pytest.mark.parametrize("language", ["en", "zh_CN.UTF-8"])
    def test_every_sentence_can_be_said(
        self, monkeypatch: pytest.MonkeyPatch, language: str
    ) -> None:
        """A wrong placeholder would crash in the moment of need."""
        monkeypatch.setenv("PGC_LANG", language)
        values = {"venv": "V", "python": "3.11", "names": "N", "why": "W", "path": "P"}
        for name in texts.TEXTS:
            said = texts.say(name, **values)
            assert said and "{" not in said
            assert (language == "en") == said.isascii() or "…" in said or "→" in said


class TestWhatAKillLeaves:
    @pytest.fixture
    def site(self, tmp_path: Path) -> Path:
        """A folder with one whole package."""
        info = tmp_path / "whole-1.0.dist-info"
        info.mkdir()
        (tmp_path / "whole.py").write_text("x = 1\n")
        (info / "RECORD").write_text(
            "whole.py,sha256=x,6\n__pycache__/whole.pyc,,\n"
            "whole-1.0.dist-info/INSTALLER,sha256=x,4\nwhole-1.0.dist-info/RECORD,,\n"
        )
        (info / "INSTALLER").write_text("pip\n")
        return tmp_path

    def _broken(self, site: Path) -> list[str]:
        return [path.name for path in packages.broken_packages(site)]

    def test_a_whole_package_is_left_alone(self, site: Path) -> None:
        """Else every repair would install everything again. (`whole.pyc` may be missing.)"""
        (site / "__pycache__").mkdir()
        (site / "__pycache__" / "whole.pyc").touch()
        assert self._broken(site) == []

    @pytest.mark.parametrize("damage", ["gone", "cut", "no record", "no installer"])
    def test_an_incomplete_package_is_found(self, site: Path, damage: str) -> None:
        """pip believes a record; a record without its files would stay broken for ever."""
        (site / "__pycache__").mkdir()
        (site / "__pycache__" / "whole.pyc").touch()
        record = site / "whole-1.0.dist-info" / "RECORD"
        if damage == "gone":
            (site / "whole.py").unlink()
        elif damage == "cut":
            (site / "whole.py").write_text("x")
        elif damage == "no record":
            record.unlink()
        else:
            lines = record.read_text().splitlines(keepends=True)
            record.write_text("".join(line for line in lines if "INSTALLER" not in line))
        assert self._broken(site) == ["whole-1.0.dist-info"]

    def test_what_pip_had_moved_away_is_found(self, site: Path) -> None:
        """A kill in the middle of an upgrade leaves folders that begin with a tilde."""
        (site / "__pycache__").mkdir()
        (site / "__pycache__" / "whole.pyc").touch()
        (site / "~hole").mkdir()
        assert self._broken(site) == ["~hole"]

    def test_a_persons_own_packages_are_named(self, site: Path) -> None:
        """When the environment has to be made again they are not in any lock."""
        for name in ("Alpha_One-1.0", "theirs-2.0", "pip-25.0"):
            (site / f"{name}.dist-info").mkdir()
        assert packages.added_by_hand(site, {"alpha_one", "whole"}) == {"theirs"}


def test_a_step_that_fails_shows_its_end_the_reason_and_the_record(project: Environment) -> None:
    """No wall of text, but nothing lost: the last lines, why, what to do, where the rest is."""
    code = (
        "print('\\n'.join(f'line {n}' for n in range(99))); print('Errno 28'); raise SystemExit(1)"
    )
    with pytest.raises(Failure) as failure:
        project.run([sys.executable, "-c", code])
    text = str(failure.value)
    assert "line 98" in text and "line 9\n" not in text
    assert str(project.log) in text and "TMPDIR" in text
    assert "line 9\n" in project.log.read_text()


def test_progress_without_a_terminal_is_one_line_a_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A log of CI is not flooded with each count."""
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    progress = Progress()
    progress.start("Step")
    for n in range(5):
        progress.update(f"{n}/5", "name")
    progress.done()
    assert shown.getvalue() == "[1/4] Step 4/5 ✓ 0 s\n"


def test_the_bounds_agree_with_the_package() -> None:
    """The launcher, the bootstrap and the package's own metadata accept the same Pythons."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    accepted = SpecifierSet(project["requires-python"])
    inside = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    assert all(version in accepted for version in inside)
    assert f"3.{OLDEST[1] - 1}" not in accepted and f"3.{NEWEST[1] + 1}" not in accepted
    assert f"{OLDEST} <= sys.version_info[:2] <= {NEWEST}" in (_ROOT / "pgc").read_text()


class TestLauncher:
    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        """A launcher whose bootstrap only says which Python runs it, and with which words."""
        tree = tmp_path / "有 空格"
        (tree / "pgc_lib" / "cli").mkdir(parents=True)
        shutil.copy(_ROOT / "pgc", tree)
        (tree / "pgc_lib" / "cli" / "bootstrap.py").write_text("import sys; print(sys.argv[1:])")
        return tree

    def _run(
        self, program: Path, *words: str, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [program, *words],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_words_arrive_unchanged(self, tree: Path) -> None:
        """Spaces and empty words in a path or a question must survive the shell."""
        done = self._run(tree / "pgc", "a b", "", "*", "我")
        assert done.stdout.strip() == "['a b', '', '*', '我']"

    def test_a_link_to_it_works(self, tree: Path, tmp_path: Path) -> None:
        """People link `pgc` into a folder on their PATH."""
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "pgc").symlink_to("../有 空格/pgc")
        assert self._run(tmp_path / "bin" / "pgc", "x").stdout.strip() == "['x']"

    def test_without_a_python_it_says_so_in_both_languages(
        self, tree: Path, tmp_path: Path
    ) -> None:
        """The first sentence a newcomer may see."""
        tools = tmp_path / "tools"
        tools.mkdir()
        for name in ("uname", "readlink"):
            (tools / name).symlink_to(str(shutil.which(name)))
        (tools / "python3").write_text("#!/bin/sh\nexit 1\n")  # as a shim without a version does
        (tools / "python3").chmod(0o755)
        done = self._run(tree / "pgc", PATH=str(tools), PGC_PYTHON="")
        assert done.returncode == 1
        assert "PGC needs Python 3.11" in done.stderr and "需要 Python 3.11" in done.stderr

    def test_a_named_python_that_does_not_suit_is_refused(self, tree: Path) -> None:
        """`PGC_PYTHON` is a wish; another Python is not quietly taken instead."""
        done = self._run(tree / "pgc", PGC_PYTHON="/nowhere/python")
        assert done.returncode == 1
        assert "PGC_PYTHON=/nowhere/python" in done.stderr

    def test_an_environment_whose_python_no_longer_runs_is_passed_over(self, tree: Path) -> None:
        """A system upgrade may leave a link to a Python without its library."""
        (tree / ".venv" / "bin").mkdir(parents=True)
        (tree / ".venv" / ".pgc-stamp").write_text("state=ready\n")
        (tree / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 127\n")
        (tree / ".venv" / "bin" / "python").chmod(0o755)
        assert self._run(tree / "pgc", "x").stdout.strip() == "['x']"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The project as a newcomer has it, at a path with a space and Chinese in it."""
    tree = tmp_path / "我的 文件" / "pgc"
    tree.mkdir(parents=True)
    names = ("pgc", "pyproject.toml", "README.md", "LICENSE", *LOCKS.values())
    for name in names:
        shutil.copy(_ROOT / name, tree)
    shutil.copytree(
        _ROOT / "pgc_lib", tree / "pgc_lib", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "home").mkdir()
    return tree


def _start(tree: Path, *words: str, **variables: str) -> "subprocess.Popen[str]":
    """`./pgc` by a newcomer: an empty home, nothing of this run's own environment."""
    home = tree.parents[1] / "home"
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PGC_", "LC_"))
    }
    kept.pop("VIRTUAL_ENV", None)
    # Tests in the background of a script ignore Ctrl-C, and what they start would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [tree / "pgc", *words],
            env={**kept, "HOME": str(home), "LANG": "C.UTF-8", **variables},
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def test_without_a_network_it_says_so(copied: Path) -> None:
    """The commonest fault of a first start: named as what it is, with the way on."""
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    nowhere |= {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_NO_CACHE_DIR": "1"}
    process = _start(copied, "--version", PGC_LANG="zh-CN", PYTHONPATH=str(copied), **nowhere)
    _output, errors = process.communicate(timeout=200)
    assert process.returncode == 1
    assert "无法连接软件包索引" in errors and "pgc-install.log" in errors
    assert len(errors.splitlines()) < 30


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_leaves_something_to_go_on_from(
    copied: Path, how: signal.Signals
) -> None:
    """Ctrl-C at any time is harmless, as is an end asked for by the system, and the lock is free at once."""
    process = _start(copied, "--version")
    stamp = copied / ".venv" / ".pgc-stamp"
    _wait_for(stamp.exists, process)
    process.send_signal(how)
    _output, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "run the same command again" in errors
    with (copied / ".venv.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


# Enough to build the project in place, and some large ones, so that a kill finds the installation under way.
_FEW = ("editables", "hatchling", "packaging", "pathspec", "pluggy", "trove-classifiers")
_LARGE = ("babel", "pygments", "sqlalchemy")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_from_nothing_to_a_command_through_a_kill_and_a_race(copied: Path) -> None:
    """The whole way: killed with all its children while it installs, then begun twice at once."""
    needs.index()
    lock = copied / LOCKS["lab"]
    lock.write_text(_only(lock.read_text(), *_FEW, *_LARGE))
    first = _start(copied, "--version")
    stamp = copied / ".venv" / ".pgc-stamp"
    environment = Environment(copied)
    _wait_for(lambda: {"babel", "pygments"} & _names(environment), first)
    for process in (*psutil.Process(first.pid).children(recursive=True), first):
        with suppress(psutil.NoSuchProcess):  # it ended in between
            process.kill()
    first.communicate()
    assert "state=installing" in stamp.read_text()

    both = [_start(copied, "--version"), _start(copied, "--version")]
    ends = [process.communicate(timeout=600) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert [output.startswith("pgc ") for output, _errors in ends] == [True, True]
    assert sum("waiting for it" in errors for _output, errors in ends) == 1
    assert sum("An earlier preparation was cut off" in errors for _output, errors in ends) == 1
    assert all(len(errors.splitlines()) < 12 for _output, errors in ends), ends

    assert list(packages.broken_packages(environment.site_packages())) == []
    assert {name.replace("-", "_") for name in (*_FEW, *_LARGE)} <= _names(environment)
    where = subprocess.run(
        [environment.python, "-c", "import pgc_lib; print(pgc_lib.__file__)"],
        cwd=copied.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.strip() == str(copied / "pgc_lib" / "__init__.py")

    third = _start(copied, "--version")
    assert third.communicate()[1] == ""


def _names(environment: Environment) -> set[str]:
    return {info.partition("-")[0] for info in environment.installed()}


def _only(lock: str, *names: str) -> str:
    """A lock with a few of its packages."""
    head, *pins = re.split(r"\n(?=[a-z0-9])", lock)
    return "\n".join([head, *(pin for pin in pins if pin.partition("==")[0] in names)]) + "\n"


def _wait_for(condition: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 600
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
