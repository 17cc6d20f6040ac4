"""Every notebook that comes with PGC runs from top to bottom, on an empty lab and on the demo lab."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

import pgc_lib as pgc
from tests.support.jupyterlab import environment, new_data

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / "notebooks"
_NOTEBOOKS = [str(path.relative_to(_FOLDER)) for path in sorted(_FOLDER.rglob("*.ipynb"))]
_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_SECONDS = 900
_ASKED = {"empty": ("zh-CN+templates",), "demo": ("zh-CN", "en+templates")}
"""What is executed where: each page in its language on the demo data, each template once, all of it on an empty lab."""


@pytest.fixture(params=_ASKED)
def lab(
    request: pytest.FixtureRequest, prepared_data: Path, demo_data: Path
) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """A lab as a person finds it at the first start, and one with the demo data; and what is executed there."""
    with new_data(demo_data if request.param == "demo" else prepared_data) as folder:
        with pgc.open(data=folder):
            pass
        yield folder, _ASKED[request.param]


def _counts(data: Path) -> dict[str, int]:
    with pgc.open(data=data) as lab:
        kinds = [each for area in lab.areas() for each in area.collections()]
        return {each.spec.kind: each.count() for each in kinds}


def _run(data: Path, *languages: str) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(_ROOT / "tests" / "notebooks" / "runner.py"), *languages],
        env=environment(data) | {"PYTHONHASHSEED": "0"},
        cwd=data.parent,
        stdout=subprocess.PIPE,
        text=True,
        timeout=_SECONDS,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {each.pop("notebook"): each for each in found}


@pytest.mark.slow
@pytest.mark.timeout(_SECONDS)
def test_all_run_and_complain_about_nothing(lab: tuple[Path, tuple[str, ...]]) -> None:
    """The notebooks are the manual: an error or a warning in one is a broken page; and nothing that one writes stays."""
    data, asked = lab
    before = _counts(data)
    found = _run(data, *asked)
    wrong = [
        f"{name}: {text}"
        for name, told in found.items()
        for text in [*told["failed"], *told["complaints"]]
    ]
    assert not wrong, "\n\n".join(wrong)
    parts = {
        part
        for part, language in _LANGUAGES.items()
        if any(word.startswith(language) for word in asked)
    }
    assert {name for name in _NOTEBOOKS if name[:2] in parts} < set(found)
    assert _counts(data) == before
    assert not [name for name in found if name.endswith("welcome.ipynb") and found[name]["silent"]]


def test_notebooks_are_kept_without_results() -> None:
    """Outputs in the tree would show one person's lab to all others, and differ at every run."""
    for name in _NOTEBOOKS:
        for cell in nbformat.read(_FOLDER / name, as_version=4).cells:
            if cell.cell_type == "code":
                assert not cell.outputs and cell.execution_count is None, name


def test_both_languages_have_the_same_notebooks() -> None:
    """Nobody gets a shorter manual for their language: the same pages in the same order, the same cells on each."""
    shapes: dict[str, dict[str, Any]] = {part: {} for part in _LANGUAGES}
    for name in _NOTEBOOKS:
        part, _slash, rest = name.partition("/")
        node = nbformat.read(_FOLDER / name, as_version=4)
        cells = [(cell.id, cell.cell_type) for cell in node.cells]
        shapes[part][rest] = (node.metadata.get("pgc", {}).get("order"), cells)
    assert shapes["zh"] == shapes["en"] != {}


def test_each_page_has_a_place_of_its_own() -> None:
    """Two pages of one name would leave one of them out of the handbook."""
    for part in _LANGUAGES:
        pages = [path for path in (_FOLDER / part).glob("*.ipynb") if path.stem != "welcome"]
        said = [nbformat.read(path, as_version=4).metadata["pgc"] for path in pages]
        assert (
            len({each["order"] for each in said})
            == len({each["title"] for each in said})
            == len(pages)
        )


def test_every_area_has_a_page() -> None:
    """An area that no page names would be found by nobody."""
    from pgc_lib.areas import AREAS

    for part in _LANGUAGES:
        text = "\n".join(
            path.read_text(encoding="utf-8") for path in (_FOLDER / part).glob("*.ipynb")
        )
        assert [name for name in AREAS if f"lab.{name}." not in text] == []
