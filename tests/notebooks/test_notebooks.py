"""Every curated notebook runs from top to bottom, on an empty lab and on the demo lab."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import pgc_lib as pgc
from pgc_lib import demo
from tests.support.jupyterlab import environment, new_data

_FOLDER = Path(__file__).parents[2] / "notebooks"
_NOTEBOOKS = [str(path.relative_to(_FOLDER)) for path in sorted(_FOLDER.rglob("*.ipynb"))]
_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_SECONDS = 120


@pytest.fixture(scope="module", params=["empty", "demo"])
def data(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A lab as a person finds it at the first start, and one with the demo data."""
    with new_data() as folder:
        with pgc.open(data=folder) as lab:
            if request.param == "demo":
                demo.load(lab)
        yield folder


def _counts(data: Path) -> dict[str, int]:
    with pgc.open(data=data) as lab:
        kinds = [each for area in lab.areas() for each in area.collections()]
        return {each.spec.kind: each.count() for each in kinds}


def _run(notebook: str, data: Path) -> nbformat.NotebookNode:
    node = nbformat.read(_FOLDER / notebook, as_version=4)
    client = NotebookClient(node, timeout=_SECONDS, kernel_name="python3")
    client.execute(env=environment(data, _LANGUAGES[notebook.partition("/")[0]]))
    return node


@pytest.mark.parametrize("notebook", _NOTEBOOKS)
def test_runs_and_complains_about_nothing(notebook: str, data: Path) -> None:
    """The notebooks are the manual: an error or a warning in one is a broken page."""
    before = _counts(data)
    node = _run(notebook, data)
    for cell in node.cells:
        complaints = [out.text for out in cell.get("outputs", ()) if out.get("name") == "stderr"]
        assert not complaints, f"{cell.source}\n{complaints}"
    if notebook.endswith("welcome.ipynb"):
        # The tour promises to take back everything that it wrote.
        assert _counts(data) == before
        assert all(cell.outputs for cell in node.cells if cell.cell_type == "code")


def test_notebooks_are_kept_without_results() -> None:
    """Outputs in the tree would show one person's lab to all others, and differ at every run."""
    for name in _NOTEBOOKS:
        for cell in nbformat.read(_FOLDER / name, as_version=4).cells:
            if cell.cell_type == "code":
                assert not cell.outputs and cell.execution_count is None, name


def test_both_languages_have_the_same_notebooks() -> None:
    """Nobody gets a shorter manual for their language."""
    found = {part: set() for part in _LANGUAGES}
    for name in _NOTEBOOKS:
        part, _slash, rest = name.partition("/")
        found[part].add(rest)
    assert found["zh"] == found["en"] != set()
