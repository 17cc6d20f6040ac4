"""What happens where a machine lacks something."""

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SUITE = """
import pytest
from tests.support import needs

nothing = needs.Need("docker", lambda: False, "conjure one up")

def test_fine(): pass
def test_missing_in_a_test(): nothing()
@pytest.fixture
def wanting(): nothing()
def test_missing_in_a_fixture(wanting): pass
def test_skipped_for_its_own_reason(): pytest.skip("the moon is wrong")
@pytest.mark.xfail(reason="known", strict=True)
def test_expected_to_fail(): assert False
"""


def _run(folder: Path, requirement: str) -> tuple[int, str]:
    (folder / "conftest.py").write_text(
        "from tests.support.needs import pytest_configure, pytest_runtest_makereport, "
        "pytest_runtest_setup, pytest_terminal_summary\n"
    )
    (folder / "test_suite.py").write_text(_SUITE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder],
        env={**os.environ, "PGC_REQUIRE": requirement, "PYTHONPATH": str(_ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_missing_thing_is_named_once_with_how_to_enable_it(tmp_path: Path) -> None:
    """Two tests wait for one thing: one line, not two."""
    status, output = _run(tmp_path, "")
    assert status == 0
    assert "docker: 2 tests skipped; to enable: conjure one up" in output
    assert "1 test skipped: the moon is wrong" in output


def test_a_required_thing_that_is_missing_fails(tmp_path: Path) -> None:
    """CI must not be green because its browser went away."""
    status, output = _run(tmp_path, "browser,docker")
    assert status == 1
    assert "1 failed" in output and "1 error" in output and "1 skipped" in output
    assert "needs docker: conjure one up (PGC_REQUIRE=browser,docker)" in output


def test_all_turns_every_skip_into_a_failure_but_leaves_xfail(tmp_path: Path) -> None:
    """`all` knows no excuse, and an expected failure is none."""
    status, output = _run(tmp_path, "all")
    assert status == 1
    assert "2 failed" in output and "1 error" in output and "1 xfailed" in output
    assert "skipped under PGC_REQUIRE=all: the moon is wrong" in output


def test_a_misspelt_requirement_is_refused(tmp_path: Path) -> None:
    """`PGC_REQUIRE=brwoser` would otherwise require nothing."""
    status, output = _run(tmp_path, "brwoser")
    assert status == 4
    assert "PGC_REQUIRE names brwoser; it may name all, browser" in output
