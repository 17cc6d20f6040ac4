"""Secrets do not stay in what a run leaves behind, however a cell prints them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgc_lib.automation.catalogue import Report
from pgc_lib.automation.redaction import Redactor, redactor
from pgc_lib.automation.runs import run
from pgc_lib.lab import Lab
from pgc_lib.settings import MASK, settings
from tests.unit.automation.conftest import Write

CANARIES = {
    "OPENAI_API_KEY": "canary-by-name-11",
    "MY_SECRET": "canary/with:odd@signs 22",
    "PGC_MODEL_KEY": "canary-of-a-setting-33",
    "PGC_REDIS_URL": "redis://someone:canary-in-a-url-44@localhost/0",
    "BACKUP": "postgresql://u:canary-elsewhere-55@db/x",
}
_FILED = "canary-in-a-file-66"


@pytest.fixture
def canaries(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Secrets in the environment, in a file that a setting names, and among the keys of a lab at home."""
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    file = workspace.parent / "key"
    file.write_text(_FILED + "\n")
    monkeypatch.setenv("PGC_ENCRYPTION_KEY_FILE", str(file))
    secrets = workspace.parent / "secrets"
    secrets.mkdir()
    (secrets / "lab.json").write_text(json.dumps({"name": "mia", "password": "canary-at-home-77"}))
    settings.cache_clear()
    yield [
        "canary-by-name-11",
        "canary/with:odd@signs 22",
        "canary-of-a-setting-33",
        "canary-in-a-url-44",
        "canary-elsewhere-55",
        _FILED,
        "canary-at-home-77",
    ]


def test_every_kind_of_secret_is_known(canaries: list[str]) -> None:
    """By the name of a variable, by a setting, in an address, in a file; ordinary words stay."""
    found = redactor().text("keep this mia " + " ".join(canaries))
    assert "canary" not in found
    assert found.startswith("keep this mia ")


@pytest.mark.parametrize(
    "written", ["canary%2Fwith%3Aodd%40signs%2022", '{"key": "canary/with:odd@signs 22"}']
)
def test_other_ways_to_write_it(canaries: list[str], written: str) -> None:
    """In an address, in JSON."""
    assert "canary" not in redactor().text(written)


def test_a_secret_across_lines_of_an_output() -> None:
    """Notebooks may keep a text as a list of lines."""
    output = {
        "text": ["before the-secret\n", "value after\n"],
        "data": {"x": [1, {"y": "the-secret\nvalue"}]},
    }
    cleaned = json.dumps(Redactor(["the-secret\nvalue"]).tree(output))
    assert "the-secret" not in cleaned and MASK in json.loads(cleaned)["text"][0]


def test_neither_notebook_nor_page_nor_record_nor_notes_hold_one(
    lab: Lab, write: Write, canaries: list[str], workspace: Path
) -> None:
    """A report prints its whole environment and fails with an address in its error; not even a draft keeps it."""
    report = Report(
        "leaky",
        write(
            "leaky",
            "import os; print(dict(os.environ)); dict(os.environ)",
            "import sys; print(open(os.environ['PGC_ENCRYPTION_KEY_FILE']).read(), file=sys.stderr)",
            "from IPython.display import HTML; HTML(f'<b>{os.environ[\"MY_SECRET\"]}</b>')",
            "drafts = [p.read_text() for p in __import__('pathlib').Path('reports').rglob('*.ipynb')]\n"
            "assert drafts and not any('canary-' + 'by-name' in d for d in drafts)",
            "raise OSError('cannot reach ' + os.environ['PGC_REDIS_URL'])",
        ),
    )
    done = run(lambda: lab, report, workspace)
    assert done.state == "failed" and "cannot reach" in done.error and MASK in done.error
    texts = [done.model_dump_json()]
    texts += [
        path.read_text(encoding="utf-8")
        for path in (workspace / "reports").rglob("*")
        if path.is_file()
    ]
    assert len(texts) > 3
    for secret in (*canaries, lab.session.database.reveal()):
        assert not [text[:80] for text in texts if secret in text], secret
