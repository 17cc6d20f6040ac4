"""The face of `pgc`: its verbs, its words in two languages, its exit statuses and how fast it answers."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from pgc_lib import __version__
from pgc_lib.cli.app import VERBS
from pgc_lib.i18n import catalogue

_ROOT = Path(__file__).parents[3]


def _pgc(*words: str, language: str = "en") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "pgc_lib.cli", *words],
        env={**os.environ, "PGC_LANG": language, "PYTHONPATH": str(_ROOT), "COLUMNS": "120"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_version_is_said_without_loading_anything_heavy() -> None:
    """It must answer at once; what it imports is what makes it slow."""
    probe = (
        "import sys; from pgc_lib.cli import main; main(['--version']); "
        "print([name for name in ('typer', 'rich', 'pydantic', 'sqlalchemy', 'polars') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [f"pgc {__version__}", "[]"]


@pytest.mark.parametrize(("language", "word"), [("en", "Commands"), ("zh-CN", "命令")])
def test_help_names_every_verb_in_the_persons_language(language: str, word: str) -> None:
    """Help is where one learns what there is."""
    done = _pgc("--help", language=language)
    assert done.returncode == 0 and word in done.stdout
    for verb in VERBS:
        shown = verb.help if language == "en" else catalogue("zh-CN")[verb.help]
        assert verb.name in done.stdout and shown in done.stdout
    assert ("Show this message" in done.stdout) == (language == "en")


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_verb_of_the_table_is_there(verb: str) -> None:
    """The table announces verbs before their modules are loaded; each must keep that promise."""
    done = _pgc(verb, "--help", language="zh-CN")
    assert done.returncode == 0, done.stderr
    assert f"pgc {verb}" in done.stdout


def test_a_module_has_no_verb_that_the_table_hides() -> None:
    """A verb that is not in the table could be run by nobody."""
    for module in {verb.module for verb in VERBS if not verb.group}:
        app = import_module(f"pgc_lib.cli.{module}").app
        names = {
            command.name or command.callback.__name__.replace("_", "-")
            for command in app.registered_commands
        }
        assert names == {verb.name for verb in VERBS if verb.module == module}


def test_a_mistyped_verb_gets_advice() -> None:
    """The nearest verb is named; the status is that of wrong use."""
    done = _pgc("chek")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.splitlines() == ["There is no command chek.", "→ Did you mean check?"]
    assert "没有 chek 这个命令" in _pgc("chek", language="zh-CN").stderr


def test_a_wrong_option_is_refused() -> None:
    """An option with a typing error must not be ignored."""
    done = _pgc("check", "--fst")
    assert done.returncode == 2 and "--fst" in done.stderr


def test_test_passes_its_words_to_pytest() -> None:
    """`pgc test -k …` is pytest's own face, run on the tree wherever one stands."""
    done = _pgc("test", "--co", "-q", "tests/unit/cli/test_app.py", "-k", "mistyped")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_a_mistyped_verb_gets_advice" in done.stdout
    assert "1/" in done.stdout
