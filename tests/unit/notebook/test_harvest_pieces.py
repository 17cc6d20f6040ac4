"""The pure pieces of harvesting: hostile files, who is who, names, and changing one cell and nothing else."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.markdown.reading import read as read_markdown
from pgc_lib.i18n import in_lang
from pgc_lib.notebook.harvest.edits import CellEdit, applied, rewritten
from pgc_lib.notebook.harvest.identity import Found, Known, Lost, matched, moved
from pgc_lib.notebook.harvest.merging import brought_together
from pgc_lib.notebook.harvest.naming import named, place_of, title_of
from pgc_lib.notebook.harvest.reading import Cell, read
from tests.support.notebooks import code, markdown, notebook

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\0\1\2", b"{", b"[]", b"null", b'{"cells": 7}', b'{"cells": ', b'"cells"', b"\xff\xfe{}",
        b'{"cells": ' + b"[" * 100_000, json.dumps(notebook("# A")).encode()[:-40], "﻿{}".encode(),
        json.dumps({"worksheets": [{"cells": []}], "nbformat": 3}).encode(),
    ],
)  # fmt: skip
def test_a_corrupt_file_is_a_problem_and_no_exception(raw: bytes) -> None:
    found = read(raw)
    assert not found.readable and found.problems and not found.cells


def test_odd_cells_are_read_as_far_as_they_make_sense() -> None:
    """Two of one identifier, none at all, sources of numbers, control characters, halves of surrogate pairs."""
    cells: list[Any] = [
        markdown("one", "same"), markdown("two", "same"), 7, None, {"cell_type": "markdown"},
        {"cell_type": "markdown", "source": 5, "id": "x"}, {"cell_type": "markdown", "source": ["a", 5, "b"], "id": "../x"},
        markdown("nul \0 \x1b[31m", "c"), code("# not a note", "d"),
    ]  # fmt: skip
    found = read(json.dumps({"cells": cells}).encode())
    assert [(cell.id, cell.source) for cell in found.cells] == [
        ("same", "one"), ("", "two"), ("", "ab"), ("c", "nul \0 \x1b[31m"),
    ]  # fmt: skip
    assert found.cells[3].text == "nul \ufffd \ufffd[31m" and len(found.problems) == 2
    assert not read(rb'{"cells": [{"cell_type": "markdown", "source": "\ud800"}]}').cells


def test_front_matter_is_that_of_the_first_cell() -> None:
    raw = {"cell_type": "raw", "id": "r", "metadata": {}, "source": "---\ntitle: T\n---\n"}
    assert [cell.id for cell in read(json.dumps(notebook(raw, "a")).encode()).cells] == [
        "r",
        "cell-1",
    ]
    assert [cell.id for cell in read(json.dumps(notebook("a", raw)).encode()).cells] == ["cell-0"]
    assert not read(json.dumps(notebook("---\nnotes: false\n---\nx")).encode()).wanted
    assert read(json.dumps(notebook("---\nnotes: [", "b")).encode()).wanted


def test_outputs_of_a_hundred_megabytes_are_no_matter() -> None:
    """They are neither kept nor part of the checksum."""
    large = json.dumps(notebook("# A", code("x", "c", "y" * 100_000_000))).encode()
    assert read(large).sum == read(json.dumps(notebook("# A", code("z", "c"))).encode()).sum
    assert [cell.text for cell in read(large).cells] == ["# A"]


# ── who is who ───────────────────────────────────────────────────────────────────────────────────────

_A, _B = UUID(int=1), UUID(int=2)


def test_a_copy_never_gets_the_identity_of_what_is_still_there() -> None:
    cells = frozenset("abcd")
    assert moved([], [Found("copy", cells)]) == {}
    assert moved([Lost(_A, cells)], [Found("new", cells)]) == {"new": _A}
    assert moved([Lost(_A, cells)], [Found("new", frozenset("dxyz"))]) == {}
    assert moved([Lost(_A, cells, 9)], [Found("new", frozenset("dxyz"), 9)]) == {"new": _A}
    assert moved([Lost(_A, cells, 9)], [Found("other", frozenset("wxyz"), 9)]) == {}
    both = [Found("a copy", cells, 7, since=2), Found("moved", cells, 9, since=1)]
    assert moved([Lost(_A, cells, 9)], both) == {"moved": _A}
    assert moved([Lost(_A, cells)], both) == {"moved": _A}
    swapped = [Found("x", cells), Found("y", frozenset("efgh"))]
    assert moved([Lost(_B, frozenset("efgh")), Lost(_A, cells)], swapped) == {"x": _A, "y": _B}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.frozensets(st.sampled_from("abcdef"), max_size=6), max_size=6), st.lists(st.frozensets(st.sampled_from("abcdef"), max_size=6), max_size=6))  # fmt: skip
def test_nobody_is_two_and_no_two_are_one(one: list[frozenset[str]], other: list[frozenset[str]]) -> None:  # fmt: skip
    pairs = moved([Lost(uuid4(), cells) for cells in one], [Found(f"{n}", cells) for n, cells in enumerate(other)])  # fmt: skip
    assert len(set(pairs.values())) == len(pairs)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.sampled_from("xyz")), max_size=6), st.randoms())  # fmt: skip
def test_cells_are_matched_once_each_and_by_identifier_first(said: list[tuple[str, str]], chance: Any) -> None:  # fmt: skip
    ids = [id if id and id not in [each for each, _text in said[:n]] else "" for n, (id, _text) in enumerate(said)]  # fmt: skip
    cells = [Cell(n, id, text) for n, (id, (_id, text)) in enumerate(zip(ids, said, strict=True))]
    known = [Known(uuid4(), cell.id, cell.text) for cell in cells]
    chance.shuffle(known)
    pairs = matched(cells, known)
    assert len({one.doc for one in pairs.values()}) == len(pairs) == len(cells)
    assert all(one.id == cells[n].id for n, one in pairs.items() if cells[n].id)


def test_cells_without_identifiers_are_known_by_nearly_the_same_text() -> None:
    known = [
        Known(_A, "", "We drove to the sea and back."),
        Known(_B, "", "Something else entirely"),
    ]
    cells = [Cell(0, "", "Something else entirely"), Cell(1, "", "We drove to the sea, and back!")]
    assert {n: one.doc for n, one in matched(cells, known).items()} == {0: _B, 1: _A}
    assert matched([Cell(0, "new", "We drove to the sea and back!")], known) == {}


# ── names ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("## Packing [[list|of things]] #", "Packing list of things"), ("- [ ] **buy** milk\n- b", "buy milk"),
        ("---\na: 1\n---\n\nwords", "words"), ("a/b\\c", "a b c"), ("![](x.png)", "Note"), ("..", "Note"),
        ("# \n\ntext", "text"), ("字" * 100, "字" * 60 + "…"),
    ],
)  # fmt: skip
def test_a_cell_is_called_by_its_heading_or_first_words(text: str, title: str) -> None:
    with in_lang("en"):
        assert title_of(read_markdown(text), text) == title


def test_names_are_kept_where_they_can_be_and_are_never_the_same() -> None:
    assert named([("A", ""), ("a", ""), ("A", "A (3)")], ["b"]) == ["A", "a (2)", "A (3)"]
    assert named([("B", "B")], ["b"]) == ["B (2)"]
    assert place_of("a/b/旅 行.ipynb") == ("a/b", "旅 行") and place_of("x.ipynb") == ("", "x")


@settings(max_examples=60, deadline=None)
@given(_TEXTS)
def test_every_text_has_a_name_that_a_document_can_have(text: str) -> None:
    from pgc_lib.areas.paper.paths import wrong_name

    title = title_of(read_markdown(text), text)
    assert not wrong_name(title) and title == title.strip()


# ── changing cells ───────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(st.lists(_TEXTS, min_size=1, max_size=4), _TEXTS, st.integers(0, 3), st.sampled_from([None, 1, 4]), st.booleans())  # fmt: skip
def test_one_cell_of_a_file_is_changed_and_everything_else_stays_to_the_byte(texts: list[str], new: str, which: int, indent: int | None, ascii: bool) -> None:  # fmt: skip
    which %= len(texts)
    made = notebook(*texts, code("1", "code", "out"))
    text = json.dumps(made, indent=indent, ensure_ascii=ascii)
    changed = rewritten(text, [CellEdit(f"cell-{which}", texts[which], new)])
    cells = json.loads(changed)["cells"]
    assert ["".join(cell["source"]) for cell in cells[:-1]] == [*texts[:which], new, *texts[which + 1 :]]  # fmt: skip
    back = rewritten(changed, [CellEdit(f"cell-{which}", new, texts[which])])
    if not ascii and texts[which] and new:
        assert back == text
    assert applied(made["cells"], [CellEdit(f"cell-{which}", texts[which], new)]) == (new != texts[which])  # fmt: skip
    assert made["cells"] == cells


def test_a_cell_that_says_something_else_by_now_is_merged_or_left() -> None:
    cells = [markdown("first\n\nlast, typed\n", "a")]
    assert applied(cells, [CellEdit("a", "first\n\nlast\n", "first, told\n\nlast\n")])
    assert "".join(cells[0]["source"]) == "first, told\n\nlast, typed\n"
    assert not applied(cells, [CellEdit("a", "first\n\nlast\n", "quite different\n")])
    assert not applied(cells, [CellEdit("b", "", "new")]) and not applied(None, [CellEdit("a", "", "")])  # fmt: skip


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "text"),
    [
        ("- [ ] a", "- [ ] a and b", "- [x] a", "- [x] a and b"),
        ("- [x] a", "- [x] a b", "- [ ] a", "- [ ] a b"),
        ("- [ ] a\n- [ ] b", "- [x] a\n- [ ] b", "- [ ] a\n- [x] b", "- [x] a\n- [x] b"),
        ("- [ ] a\nx", "x", "- [x] a\nx", "x"),
        ("one", "two", "three", None),
    ],
)  # fmt: skip
def test_a_tick_and_an_edit_of_the_same_line_both_hold(base: str, ours: str, theirs: str, text: str | None) -> None:  # fmt: skip
    assert brought_together(base, ours, theirs) == text
