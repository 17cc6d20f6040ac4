"""The magics in a shell: what is kept is shown with a way back, errors are two sentences, and help is in one's language."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from IPython.core.interactiveshell import InteractiveShell

from pgc_lib.errors import Invalid, Unavailable
from pgc_lib.i18n import in_lang
from pgc_lib.notebook import magics
from pgc_lib.notebook.lines.answer import Noted, Unsure
from pgc_lib.notebook.lines.notes import note_of
from tests.support.lab import House, Person


@pytest.fixture
def lab(house: House, person: Person, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The lab that the magics find."""
    found = house.lab(person())
    monkeypatch.setattr(magics, "_lab", lambda: found)
    return found


@pytest.fixture
def shell() -> Iterator[Any]:
    """IPython with our magics, in English."""
    with in_lang("en"):
        made = InteractiveShell()  # type: ignore[no-untyped-call]
        magics.register(made)
        yield made
        made.history_manager.end_session()  # type: ignore[union-attr]


def log(shell: Any, line: str) -> Any:
    return shell.run_line_magic("log", line)


def test_money_is_kept_and_taken_back(lab: Any, shell: Any) -> None:
    """One line, one record, one batch; undone and kept after all by the buttons."""
    shown = log(shell, "-38.5 瑞幸 餐饮")
    assert isinstance(shown, Noted)
    kept = lab.finance.transactions.find()
    assert [(each.payee, each.category, str(each.amount)) for each in kept] == [("瑞幸", "餐饮", "-38.5000")]  # fmt: skip
    assert "¥38.50 spent" in shown.html and "Undo" in shown.html
    assert "lab.history.undo_batch" in repr(shown)
    shown.do("undo")
    assert lab.finance.transactions.count() == 0 and "Taken back: ¥38.50 spent" in shown.html
    shown.do("undo")
    shown.do("redo")
    assert lab.finance.transactions.count() == 1 and "Taken back" not in shown.html


def test_practice_mood_hobby_exercise(lab: Any, shell: Any) -> None:
    """Each in its area, by what is known."""
    lab.skills.add(name="跑步")
    taken = lab.hobbies.take_up("摄影")
    for line in ("跑步 30m 7/10", "mood 4 累 #work", "摄影 1h 4/5", "运动 骑车 40m", "new skill Juggling 10m 昨天"):  # fmt: skip
        assert isinstance(log(shell, line), Noted), line
    assert sorted((each.hours, each.score) for each in lab.skills.practice.find()) == [(10 / 60, None), (0.5, 4)]  # fmt: skip
    mood = lab.wellbeing.moods.find()[0]
    assert (mood.mood, mood.note, mood.tags) == (4, "累", ["work"])
    assert [(each.what, each.minutes) for each in lab.hobbies.activities.find()] == [
        (taken.name, 60)
    ]
    assert [(each.what, each.minutes) for each in lab.wellbeing.exercise.find()] == [("骑车", 40)]
    assert lab.skills.items.count(name="Juggling") == 1


def test_a_new_skill_goes_with_its_practice(lab: Any, shell: Any) -> None:
    """Undoing takes back both: they were one step."""
    shown = log(shell, "new skill Juggling 10m")
    shown.do("undo")
    assert lab.skills.items.count() == lab.skills.practice.count() == 0


def test_what_is_unclear_keeps_nothing_until_it_is_chosen(lab: Any, shell: Any) -> None:
    """A button for each meaning; the second press does nothing."""
    shown = log(shell, "骑车 30m")
    assert isinstance(shown, Unsure) and "No skill and no hobby" in shown.html
    assert "%log exercise 骑车 30m" in repr(shown)
    assert lab.wellbeing.exercise.count() == lab.skills.items.count() == 0
    for _again in range(2):
        shown.do("choose", at=1)
    assert lab.wellbeing.exercise.count() == 1 and "exercise “骑车”" in shown.html
    assert shown.noted is not None
    shown.noted.do("undo")
    assert lab.wellbeing.exercise.count() == 0
    shown.do("choose", at=7)


def test_undo_of_what_was_changed_since_says_so(lab: Any, shell: Any) -> None:
    """Two sentences on the page; nothing is overwritten."""
    shown = log(shell, "-5 a b")
    kept = lab.finance.transactions.find()[0]
    lab.finance.transactions.update(kept, note="later")
    shown.do("undo")
    assert "→" in shown.said and lab.finance.transactions.count() == 1


def test_todo(lab: Any, shell: Any) -> None:
    """What was understood, what was not, and what is due today."""
    shown = shell.run_line_magic("todo", "写周报 {1/0} $HOME #工作 30m")
    kept = lab.todos.find()[0]
    assert kept.title == "写周报 {1/0} $HOME" and kept.minutes == 30, "a text is never evaluated"
    assert "#工作" in shown.html
    shown.do("undo")
    assert lab.todos.count() == 0
    assert shell.run_line_magic("todo", "") == []


def test_note(lab: Any, shell: Any) -> None:
    """Title, folder and tags; again is a new version, unchanged is none, and each is undone."""
    cell = "# 季度复盘\n\n花得 #太多 了\n"
    first = shell.run_cell_magic("note", "@finance #理财", cell)
    doc = lab.docs.doc("finance/季度复盘")
    assert doc.body == cell and set(doc.tags) == {"理财", "太多"}
    assert "季度复盘" in first.html and "is kept" in first.html
    again = shell.run_cell_magic("note", "@finance", cell)
    assert "says this already" in again.html and "Undo" not in again.html
    third = shell.run_cell_magic("note", "@finance", cell + "more\n")
    assert lab.docs.count() == 1 and "new version" in third.html
    assert set(lab.docs.doc("finance/季度复盘").tags) == {"理财", "太多"}
    third.do("undo")
    assert lab.docs.doc("finance/季度复盘").body == cell
    first.do("undo")
    assert lab.docs.count() == 0


@pytest.mark.parametrize(
    ("line", "cell", "why"),
    [("", "\n", "no text"), ("", "words", "no title"), ("@a @b", "# x", "Two folders")],
)
def test_a_note_that_cannot_be(line: str, cell: str, why: str) -> None:
    """Each says why, and what to write."""
    with in_lang("en"), pytest.raises(Invalid, match=why) as raised:
        note_of(line, cell)
    assert raised.value.next_step


def test_a_title_is_a_name() -> None:
    """What no file may be called is left out; quotation marks keep what looks like a mark."""
    assert note_of("", "# a/b: c?\n").title == "a b c"
    assert note_of('"@home" x', "text").title == "@home x"


def test_errors_are_two_sentences(lab: Any, shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback for what a person can act on."""
    away = Unavailable("The database is away.", next_step="Run `pgc doctor`.")
    with mock.patch.object(type(lab.todos), "today", side_effect=away):
        assert shell.run_line_magic("todo", "") is None
    said = capsys.readouterr().out
    assert said == "The database is away.\n→ Run `pgc doctor`.\n"
    shell.run_cell_magic("note", "", "no title")
    assert "has no title" in capsys.readouterr().out


def test_help_is_in_one_s_language(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """`%log?` and `%log` alone explain the line; completing offers its words and never opens a lab."""
    assert "-38.50 Luckin Dining" in shell.find_line_magic("log").__doc__
    log(shell, "")
    assert "new skill makes one" in capsys.readouterr().out
    with in_lang("zh-CN"):
        magics.register(shell)
        for name in ("log", "todo", "ask"):
            assert "%" + name in shell.find_line_magic(name).__doc__
        assert "瑞幸" in shell.find_line_magic("log").__doc__
    found = list(magics._completed(shell, mock.Mock(symbol="mo")))
    assert "mood" in found or found == []


def test_markup_in_a_line_is_text(lab: Any, shell: Any) -> None:
    """Whatever is typed is shown as it was typed."""
    shown = log(shell, '-5 "<img src=x onerror=alert(1)>" <b>')
    assert "<img" not in shown.html and "<b>" not in shown.html and "&lt;img" in shown.html
    assert "<img" not in shown.plain_html()
