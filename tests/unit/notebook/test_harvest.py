"""Notes in cells: kept, known again wherever the file goes, in step with the lab in both directions, and never lost."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pgc_lib.core.session import Session
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.notebook.harvest.edits import CellEdit, write
from pgc_lib.notebook.harvest.harvester import Harvester, Tally
from tests.support.lab import House, Person, share
from tests.support.notebooks import code, markdown, save, sources


@dataclass
class Desk:
    """A person's workspace with its harvester."""

    lab: Lab
    session: Session
    work: Path
    state: Path
    edits: dict[str, list[CellEdit]] = field(default_factory=dict)
    shipped: list[Path] = field(default_factory=list)
    grace: float = 0.0

    def harvester(self) -> Harvester:
        """As a new process would have it."""
        return Harvester(
            self.session, self.work, self.state,
            deliver=self.edits.__setitem__, shipped=self.shipped, grace=self.grace,
        )  # fmt: skip

    def sweep(self) -> Tally:
        return self.harvester().sweep()

    def write_back(self) -> None:
        """Carry out what is to become of the cells, as when no notebook is open."""
        for path, edits in self.edits.items():
            write(self.work / path, edits)
        self.sweep()

    def docs(self) -> dict[str, str]:
        return {doc.path: doc.text for doc in self.lab.docs.find()}


@pytest.fixture
def desk(house: House, person: Person, tmp_path: Path) -> Iterator[Desk]:
    session = person("mei")
    work = tmp_path / "work"
    work.mkdir()
    with in_lang("en"):
        yield Desk(house.lab(session), session, work, tmp_path / "state")


def test_cells_become_documents_of_their_own(desk: Desk) -> None:
    """The first stands for the notebook, the others lie under its name, each with tags, links and the way to its cell."""
    save(
        desk.work / "notes" / "旅行.ipynb",
        "---\ntags: [家]\n---\n# Our travels\nSee [[Packing]].",
        "## Packing\n#list [[旅行]]",
        code("1 + 1", "c", "2"),
        "just some words, *and* more",
        markdown("  \n", "empty"),
    )
    done = desk.sweep()
    assert (done.read, done.written, done.problems) == (1, 3, [])
    assert set(desk.docs()) == {"notes/旅行", "notes/旅行/Packing", "notes/旅行/just some words, and more"}  # fmt: skip
    face, packing = desk.lab.docs.doc("notes/旅行"), desk.lab.docs.doc("Packing")
    assert face.front.startswith("---") and face.tags == ["家"] and face.links == ["Packing"]
    assert packing.cell == "notes/旅行.ipynb#cell-id=cell-1" and packing.tags == ["list"]
    assert [link.source.path for link in desk.lab.docs.backlinks(face)] == ["notes/旅行/Packing.md"]
    assert desk.lab.search("some words")[0].record_id == desk.lab.docs.doc("just some words, and more").id  # fmt: skip
    around = {node.title for node in desk.lab.graph.neighbours(face)}
    assert {"旅行", "Packing"} <= around
    again = desk.sweep()
    assert (again.read, again.written, again.unchanged) == (0, 0, 1)


def test_an_edited_cell_is_a_new_version_of_its_document_alone(desk: Desk) -> None:
    """Moved about, split and renamed by its heading, a cell keeps its document."""
    path = desk.work / "a.ipynb"
    save(path, "# A", "## One\nfirst", "## Two\nsecond")
    desk.sweep()
    one, two = desk.lab.docs.doc("a/One"), desk.lab.docs.doc("a/Two")
    save(path, "# A", markdown("## Two\nsecond", "cell-2"), markdown("## Uno\nchanged", "cell-1"), "new")  # fmt: skip
    assert desk.sweep().written == 2
    assert desk.lab.docs.doc("a/Uno").id == one.id and desk.lab.docs.doc("a/Two") == two
    assert [version.version for version in desk.lab.docs.versions(one.id)] == [2, 1]
    save(path, "# A", markdown("## Two\nsecond", "pasted"))
    desk.sweep()
    assert desk.lab.docs.doc("a/Two").id == two.id
    assert {each.title for each in desk.lab.docs.trash()} == {"Uno", "new"}


def test_a_moved_notebook_is_the_same_and_a_copied_one_another(desk: Desk) -> None:
    """By Lab, by mv, by a program that writes a new file; links that lead there follow into the cells of others."""
    a = save(desk.work / "a.ipynb", "# A", "## One")
    save(desk.work / "b.ipynb", "# B\nsee [[a/One]]")
    desk.sweep()
    one = desk.lab.docs.doc("a/One")
    shutil.copy(a, desk.work / "copy.ipynb")
    desk.sweep()
    copied = desk.lab.docs.doc("copy/One")
    assert copied.id != one.id and desk.lab.docs.doc("a/One") == one
    (desk.work / "deep").mkdir()
    a.rename(desk.work / "deep" / "z.ipynb")
    assert desk.sweep().moved == 1
    moved = desk.lab.docs.doc("deep/z/One")
    assert moved.id == one.id and moved.cell == "deep/z.ipynb#cell-id=cell-1"
    assert desk.lab.docs.doc("copy/One").id == copied.id
    desk.harvester().take("b.ipynb", again=True)
    assert desk.edits["b.ipynb"][0].text == "# B\nsee [[deep/z/One]]"
    text = (desk.work / "deep" / "z.ipynb").read_bytes()
    (desk.work / "deep" / "z.ipynb").unlink()
    (desk.work / "written anew.ipynb").write_bytes(text)
    desk.sweep()
    assert desk.lab.docs.doc("written anew/One").id == one.id


def test_a_notebook_that_is_gone_lies_in_the_trash_until_it_is_there_again(desk: Desk) -> None:
    """Not at once: an editor may just be writing it. And not when the disk itself is away."""
    path = save(desk.work / "a.ipynb", "# A", "## One\n- [ ] buy milk")
    save(desk.work / "b.ipynb", "# B")
    desk.sweep()
    one, raw = desk.lab.docs.doc("a/One"), path.read_bytes()
    path.unlink()
    desk.grace = 3600
    assert desk.sweep().gone == 0 and "a/One" in desk.docs()
    desk.grace = 0
    assert desk.sweep().gone == 1
    assert set(desk.docs()) == {"b"} and not desk.lab.todos.find()
    path.write_bytes(raw)
    desk.sweep()
    assert desk.lab.docs.doc("a/One").id == one.id and len(desk.lab.todos.find()) == 1
    assert not desk.lab.docs.trash()
    save(desk.work / "c.ipynb", "# C")
    desk.sweep()
    for each in desk.work.glob("*.ipynb"):
        each.unlink()
    assert desk.sweep().gone == 0 and len(desk.docs()) == 4


def test_ticks_go_both_ways(desk: Desk) -> None:
    """And what is due, what it is called and that it was taken away; the other lines stay to the byte."""
    path = save(desk.work / "a.ipynb", "# A", "Today:\n\n- [ ] write report 30m\n- [ ] call mum\n- [x] old\n")  # fmt: skip
    desk.sweep()
    todos = {todo.title: todo for todo in desk.lab.todos.find()}
    assert todos["write report"].minutes == 30 and todos["old"].done
    assert todos["call mum"].links == [f"docs.items/{desk.lab.docs.doc('a/Today:').id}"]
    assert desk.edits == {"a.ipynb": []}
    desk.lab.todos.complete(todos["call mum"])
    assert desk.harvester().touched([("todos.items", todos["call mum"].id)]) == ["a.ipynb"]
    desk.harvester().take("a.ipynb", again=True)
    before = path.read_text("utf-8")
    desk.write_back()
    assert path.read_text("utf-8") == before.replace("- [ ] call mum", "- [x] call mum")
    save(path, "# A", "Today:\n\n- [ ] write report 30m\n- [ ] call mum\n- [ ] old\n")
    desk.sweep()
    assert not any(todo.done for todo in desk.lab.todos.find())
    desk.lab.todos.update(todos["old"].id, title="older")
    desk.lab.todos.items.remove(todos["call mum"].id)
    desk.harvester().take("a.ipynb", again=True)
    desk.write_back()
    assert sources(path)[1] == "Today:\n\n- [ ] write report 30m\n- [ ] older\n"


def test_a_tick_that_waits_is_not_undone_by_a_tab_that_does_not_know_of_it(desk: Desk) -> None:
    """The cell still says what it said when both agreed, so it is the lab that was changed; also while the line is edited."""
    path = save(desk.work / "a.ipynb", "- [ ] buy milk\n- [ ] buy bread")
    desk.sweep()
    milk = desk.lab.todos.find(title="buy milk")[0]
    desk.lab.todos.complete(milk)
    desk.harvester().take("a.ipynb", again=True)
    save(path, "- [ ] buy milk\n- [ ] buy bread", "another cell")
    desk.sweep()
    assert desk.lab.todos.get(milk.id).done
    save(path, "- [ ] buy milk and eggs\n- [ ] buy much bread", "another cell")
    desk.sweep()
    assert (
        desk.lab.todos.get(milk.id).done
        and desk.lab.todos.get(milk.id).title == "buy milk and eggs"
    )
    desk.write_back()
    assert sources(path)[0] == "- [x] buy milk and eggs\n- [ ] buy much bread"


def test_what_is_written_in_the_lab_reaches_the_cell_or_waits_as_a_draft(desk: Desk) -> None:
    path = save(desk.work / "a.ipynb", "# A\n\nfirst line\n\nlast line\n")
    desk.sweep()
    doc = desk.lab.docs.doc("a")
    desk.lab.docs.write(doc, "# A\n\nfirst line\n\nlast line, from the lab\n")
    save(path, "# A\n\nfirst line, from the notebook\n\nlast line\n")
    desk.sweep()
    desk.write_back()
    both = "# A\n\nfirst line, from the notebook\n\nlast line, from the lab\n"
    assert sources(path) == [both] and desk.lab.docs.doc("a").text == both
    assert desk.edits["a.ipynb"] == []
    desk.lab.docs.write("a", both.replace("last line, from the lab", "one end"))
    save(path, both.replace("last line, from the lab", "another end"))
    desk.sweep()
    assert "another end" in desk.lab.docs.doc("a").text
    [draft] = desk.lab.docs.conflicts()
    assert "one end" in draft.text and sources(path)[0] == desk.lab.docs.doc("a").text


def test_a_note_thrown_away_in_the_lab_stays_away_until_it_is_written_on(desk: Desk) -> None:
    path = save(desk.work / "a.ipynb", "# A", "## One\nfirst")
    desk.sweep()
    desk.lab.docs.remove("a/One")
    save(path, "# A", "## One\nfirst", "## Two")
    desk.sweep()
    assert set(desk.docs()) == {"a", "a/Two"}
    save(path, "# A", "## One\nsecond", "## Two")
    desk.sweep()
    assert desk.docs()["a/One"] == "## One\nsecond"


def test_only_what_the_person_wrote_is_a_note(desk: Desk, tmp_path: Path) -> None:
    """Not reports, checkpoints, templates and what stands in shipped notebooks; nor where front matter says no."""
    shipped = save(tmp_path / "shipped.ipynb", "# Welcome", "## How\n- [ ] try it")
    desk.shipped = [shipped]
    for folder in ("reports", ".ipynb_checkpoints", "templates", "deep/.hidden", "inbox"):
        save(desk.work / folder / "x.ipynb", "# Not mine")
    save(desk.work / "private.ipynb", "---\nnotes: false\n---\n# Private", "secret")
    (desk.work / "env").mkdir()
    (desk.work / "env" / "pyvenv.cfg").touch()
    save(desk.work / "env" / "x.ipynb", "# Not mine")
    shutil.copy(shipped, desk.work / "welcome.ipynb")
    desk.sweep()
    assert desk.docs() == {} and not desk.lab.docs.notebooks.find()
    save(desk.work / "welcome.ipynb", "# Welcome", "## How\n- [ ] try it", "My own words")
    desk.sweep()
    assert desk.docs() == {"welcome": "My own words"} and not desk.lab.todos.find()


def test_a_granted_friend_sees_the_notes_and_nobody_else(
    desk: Desk, person: Person, house: House
) -> None:
    save(desk.work / "a.ipynb", "# A")
    desk.sweep()
    friend, stranger = person("friend"), person("stranger")
    share(desk.session, friend, "docs")
    assert len(house.lab(friend).docs.find()) == 1 and not house.lab(stranger).docs.find()
