"""The person's folder: filled once, in their language, and never overwritten."""

from pathlib import Path

import pytest

from pgc_lib.cli.places import NOTEBOOKS
from pgc_lib.errors import EngineError
from pgc_lib.notebook.workspace import FOLDERS, HANDBOOK, WELCOME, link_dashboards, prepare


@pytest.mark.parametrize(("language", "part"), [("zh-CN", "zh"), ("en", "en")])
def test_a_first_start_gives_the_welcome_notebook(tmp_path: Path, language: str, part: str) -> None:
    """A person finds folders and a notebook in their language, and it is the one to open."""
    given = prepare(tmp_path / "lab", NOTEBOOKS, language)
    assert given == Path(WELCOME[language])
    assert (tmp_path / "lab" / given).read_bytes() == (
        NOTEBOOKS / part / "welcome.ipynb"
    ).read_bytes()
    pages = [path.name for path in (tmp_path / "lab" / HANDBOOK[language]).iterdir()]
    assert len(pages) == len(list((NOTEBOOKS / part).glob("*.ipynb"))) - 1 > 10
    assert all((tmp_path / "lab" / name).is_dir() for name in FOLDERS)


def test_what_the_person_wrote_stays(tmp_path: Path) -> None:
    """A notebook that was changed is the person's; only a deleted one is given anew."""
    prepare(tmp_path, NOTEBOOKS, "en")
    mine = tmp_path / WELCOME["en"]
    mine.write_text("my own")
    assert prepare(tmp_path, NOTEBOOKS, "en") is None
    assert mine.read_text() == "my own"
    mine.unlink()
    assert prepare(tmp_path, NOTEBOOKS, "en") == Path(WELCOME["en"])
    assert mine.read_text().startswith("{")


def test_a_link_that_leads_nowhere_is_left_alone(tmp_path: Path) -> None:
    """Writing through it would put our file somewhere else."""
    (tmp_path / WELCOME["en"]).symlink_to(tmp_path / "elsewhere")
    assert prepare(tmp_path, NOTEBOOKS, "en") is None
    assert not (tmp_path / "elsewhere").exists()


def test_nothing_half_copied_stays_behind(tmp_path: Path) -> None:
    """The draft of the copy is gone afterwards, also when the copy was not needed."""
    for _time in range(2):
        prepare(tmp_path, NOTEBOOKS, "zh-CN")
    assert {path.name for path in tmp_path.iterdir()} == {
        *FOLDERS,
        WELCOME["zh-CN"],
        HANDBOOK["zh-CN"],
    }
    assert not list(tmp_path.rglob(".*"))


def test_an_installation_without_notebooks_still_has_a_workspace(tmp_path: Path) -> None:
    """The package alone carries no notebooks; the lab opens all the same."""
    assert prepare(tmp_path / "lab", tmp_path / "none", "en") is None
    assert (tmp_path / "lab" / "notes").is_dir()


def test_a_file_in_the_way_is_explained(tmp_path: Path) -> None:
    """The error names the path and what to do."""
    (tmp_path / "lab").write_text("")
    with pytest.raises(EngineError, match=str(tmp_path / "lab")):
        prepare(tmp_path / "lab", NOTEBOOKS, "en")
    assert [path.name for path in tmp_path.iterdir()] == ["lab"]


def test_the_dashboards_are_a_link_that_is_never_stale(tmp_path: Path) -> None:
    """A lab that moved finds them again; a folder that the person made themselves is theirs."""
    old, new, work = tmp_path / "old", tmp_path / "new", tmp_path / "work"
    for folder in (old, new, work):
        folder.mkdir()
    for target in (old, old, new):
        link_dashboards(work, target)
        assert (work / "dashboards").readlink() == target
    (work / "dashboards").unlink()
    (work / "dashboards").mkdir()
    link_dashboards(work, new)
    assert not (work / "dashboards").is_symlink()


def test_an_installation_without_dashboards_links_nothing(tmp_path: Path) -> None:
    """A link that leads nowhere would be a tile that leads nowhere."""
    link_dashboards(tmp_path, tmp_path / "none")
    assert not list(tmp_path.iterdir())
