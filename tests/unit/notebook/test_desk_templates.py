"""New notebooks from templates: the same in both languages, filled in, and a notebook of the person's own."""

import json
import re
from datetime import date
from pathlib import Path

import nbformat
import pytest

from pgc_lib.errors import Invalid
from pgc_lib.i18n import LANGUAGES, in_lang
from pgc_lib.notebook.extension.desk_templates import PACKAGED, create, templates
from pgc_lib.notebook.look import SHARE

_DAY = date(2027, 1, 2)  # in the last week of 2026


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_makes_a_whole_notebook(tmp_path: Path, language: str) -> None:
    """Valid, nothing left to fill in, no results, and what the template says of itself does not go along."""
    with in_lang(language):
        for name in templates(tmp_path):
            made = create(tmp_path, name, "", _DAY, {"file": "inbox/a.csv"})
            node = nbformat.read(tmp_path / made, as_version=4)
            nbformat.validate(node)
            assert "{{" not in (tmp_path / made).read_text("utf-8")
            assert "pgc" not in node.metadata
            assert not any(cell.get("outputs") for cell in node.cells)
    assert (tmp_path / "notes").is_dir()


def test_a_week_belongs_to_its_year(tmp_path: Path) -> None:
    """The second of January may be in a week of the year before."""
    with in_lang("zh-CN"):
        assert create(tmp_path, "weekly", "", _DAY, {}).name == "每周回顾 2026-W53.ipynb"


def test_two_notebooks_of_one_template_share_no_cell(tmp_path: Path) -> None:
    """Notes are told apart by their cells; a copy must not take the place of the first."""
    one, two = (create(tmp_path, "note", "", _DAY, {}) for _time in range(2))
    ids = [
        {cell["id"] for cell in json.loads((tmp_path / path).read_text("utf-8"))["cells"]}
        for path in (one, two)
    ]
    assert not ids[0] & ids[1]


def test_both_languages_have_the_same_templates() -> None:
    """Cell by cell of the same sort, drawn with a drawing that there is, each with a title and a caption."""
    shapes: dict[str, dict[str, list[str]]] = {}
    glyphs = (SHARE / "labextensions/pgc-desk/static/glyphs.js").read_text("utf-8")
    for part in ("zh", "en"):
        shapes[part] = {}
        for path in (PACKAGED / part).glob("*.ipynb"):
            made = json.loads(path.read_text("utf-8"))
            said = made["metadata"]["pgc"]
            assert said["title"] and (said.get("caption") or said.get("hidden"))
            assert f"  {said['icon']}:" in glyphs
            shapes[part][path.stem] = [cell["cell_type"] for cell in made["cells"]]
    assert shapes["zh"] == shapes["en"] != {}


def test_ones_own_template_wins(tmp_path: Path) -> None:
    """Whatever lies in `templates/` has a tile; one that cannot be read has none and harms nobody."""
    own = tmp_path / "templates"
    own.mkdir()
    text = (PACKAGED / "en" / "note.ipynb").read_text("utf-8")
    (own / "note.ipynb").write_text(text.replace('"title": "Note"', '"title": "My page"'))
    (own / "plain.ipynb").write_text(re.sub(r'"pgc": {.*?},?\n  }', "", text, flags=re.S) or "{}")
    for name, broken in (
        ("half", text[:90]),
        ("list", "[]"),
        ("empty", ""),
        ("odd", '{"cells": 1}'),
    ):
        (own / f"{name}.ipynb").write_text(broken)
    with in_lang("en"):
        found = templates(tmp_path)
        assert found["note"].title == "My page"
        assert not {"half", "list", "empty", "odd"} & set(found)
        assert create(tmp_path, "note", "", _DAY, {}).name == "My page 2027-01-02.ipynb"


def test_a_hostile_title_is_a_name_like_any_other(tmp_path: Path) -> None:
    """A template of one's own may be called anything."""
    own = tmp_path / "templates"
    own.mkdir()
    node = nbformat.v4.new_notebook(metadata={"pgc": {"title": "../../etc/<x>: \n" + "长" * 300}})
    nbformat.write(node, own / "x.ipynb")
    made = create(tmp_path, "x", "", _DAY, {})
    assert made.parent == Path("notes") and len(made.name) < 140


@pytest.mark.parametrize("folder", ["..", "/etc", "a/../../b", ".git", "file"])
def test_a_notebook_lies_in_the_workspace(tmp_path: Path, folder: str) -> None:
    """Wherever somebody says they are."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "file").write_text("")
    before = sorted(tmp_path.rglob("*"))
    if folder == "/etc":
        assert create(tmp_path / "work", "note", folder, _DAY, {}).parts[0] == "etc"
        return
    with pytest.raises(Invalid):
        create(tmp_path / "work", "note", folder, _DAY, {})
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_out_of_the_workspace_is_no_folder_of_it(tmp_path: Path) -> None:
    """The dashboards are such a link, and belong to PGC."""
    (tmp_path / "work").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "work" / "dashboards").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Invalid):
        create(tmp_path / "work", "note", "dashboards", _DAY, {})
