"""Methods: each has its form, guide, example and notebook; progress, reviews, what follows, and calibration."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.areas.hobbies import Hobbies
from pgc_lib.areas.method.guide import LANGUAGES, example, fields_of, guide, guides
from pgc_lib.areas.method.parts import parts_of
from pgc_lib.areas.methods import Methods
from pgc_lib.areas.todos import Todos
from pgc_lib.core.history import History
from pgc_lib.core.pointer import point
from pgc_lib.core.record import SEALED
from pgc_lib.core.zone import today
from pgc_lib.errors import Conflict, Invalid, NotFound
from pgc_lib.i18n import in_lang
from tests.support.lab import House, Person, share

KEYS = [each.key for each in guides("en")]


@pytest.fixture
def methods(person: Person) -> Iterator[Methods]:
    """The methods of a new person, in English."""
    with in_lang("en"):
        yield Methods(person("mei"))


# ── the catalogue ────────────────────────────────────────────────────────────────────────────────────


def test_the_catalogue_has_every_method(methods: Methods) -> None:
    """Each collection has a guide and each guide a collection; in the person's language."""
    assert len(KEYS) == 12 and set(KEYS) == {each.spec.name for each in methods.collections()}
    assert [each.key for each in methods.catalogue()][:2] == ["okr", "smart"]
    assert (
        "愿望" in methods.guide("woop", lang="zh-CN").what and "Wish" in methods.guide("woop").what
    )
    assert "OKR" in methods.catalogue()._repr_html_()
    with pytest.raises(NotFound, match="no method “kanban”"):
        methods.guide("kanban")


@pytest.mark.parametrize("key", KEYS)
def test_a_form_needs_no_manual(key: str) -> None:
    """Every field that a person fills in has a title and, unless it says all, a help, in both languages; every part too."""
    record = vars(Methods)[key].record
    english, chinese = guide(key, "en"), guide(key, "zh-CN")
    used = [name for step in english.steps for name in step.fields]
    assert used == [name for step in chinese.steps for name in step.fields]
    assert len(used) == len(set(used)) and set(used) <= set(fields_of(record))
    required = {name for name, spec in record.spec.fields.items() if spec.required}
    assert required <= set(used), "what is needed is asked for"
    for name in used:
        spec = record.spec.fields[name]
        with in_lang("en"):
            title, help = spec.title, spec.help
        with in_lang("zh-CN"):
            assert spec.title != title and (not help or spec.help != help)
        parts = parts_of(record, name)
        for part_name, info in parts.kind.model_fields.items() if parts else ():
            assert info.title, (name, part_name)
    for one, other in zip(english.steps, chinese.steps, strict=True):
        assert one.title != other.title and one.text and other.text


@pytest.mark.parametrize("key", KEYS)
def test_the_examples_are_twins(key: str) -> None:
    """The same fields, parts, numbers and days in both languages; only the words differ."""
    one, other = (example(guide(key, lang), date(2026, 11, 21)) for lang in LANGUAGES)
    assert one.keys() == other.keys()

    def shape(value: Any) -> Any:
        if isinstance(value, list):
            return [shape(each) for each in value]
        if isinstance(value, dict):
            return {name: shape(each) for name, each in value.items()}
        return str if isinstance(value, str) else value

    choices = {"verdict"}
    for name in one:
        assert shape(one[name]) == shape(other[name]), name
        assert name not in choices or one[name] == other[name]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_example_can_be_kept_and_read_again(methods: Methods, lang: str) -> None:
    """As it stands, and is equal afterwards; it is worked through or says how far it is."""
    for key in KEYS:
        made = methods.example(key, lang=lang)
        kept = methods.of(key).add(made)
        assert methods.of(key).get(kept.id).values() == made.values() and kept.day == today()
        assert kept.progress and kept.review
    progress = methods.progress()
    assert progress.height == 12 and progress["progress"].null_count() == 0
    assert methods.due() == [] and len(methods.due(200)) == 12


# ── notebooks ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", KEYS)
def test_a_notebook_leads_through_a_method(
    methods: Methods, house: House, tmp_path: Path, key: str
) -> None:
    """Both languages have the same cells of code but for the words; what it fills in is kept when it runs."""
    books = {
        lang: json.loads(
            methods.notebook(key, tmp_path / f"{lang}.ipynb", lang=lang, filled=True).read_text()
        )
        for lang in LANGUAGES
    }
    kinds = [[cell["cell_type"] for cell in book["cells"]] for book in books.values()]
    assert kinds[0] == kinds[1]
    prose = "".join(
        line
        for cell in books["zh-CN"]["cells"]
        if cell["cell_type"] == "markdown"
        for line in cell["source"]
    )
    assert "When to use it" not in prose and "何时" in prose
    lab = house.lab(methods.session)
    for book in books.values():
        space: dict[str, Any] = {"lab": lab}
        for cell in book["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code" and "pgc.open()" not in text:
                exec(compile(text, key, "exec"), space)
        assert space["record"].title
    assert methods.of(key).count() == 2


def test_an_empty_notebook_says_what_is_missing(
    methods: Methods, house: House, tmp_path: Path
) -> None:
    """Run as it is, the fields that are needed are named; a notebook that is there stays."""
    path = methods.notebook("smart", tmp_path / "deep" / "goal")
    assert path.name == "goal.ipynb"
    space: dict[str, Any] = {"lab": house.lab(methods.session)}
    with pytest.raises(Invalid) as told:
        for cell in json.loads(path.read_text())["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code" and "pgc.open()" not in text:
                exec(compile(text, "smart", "exec"), space)
    assert {problem.place for problem in told.value.problems} >= {
        "Title (title)",
        "By the day (due)",
    }
    with pytest.raises(Conflict, match="already"):
        methods.notebook("smart", path)
    before = path.read_text()
    assert methods.notebook("smart", path, overwrite=True).read_text() == before


# ── what follows ─────────────────────────────────────────────────────────────────────────────────────


def test_results_become_to_dos_and_plans(methods: Methods) -> None:
    """In one batch, linked from both ends, and counted when they are done; undone as one."""
    todos, hobbies = Todos(methods.session), Hobbies(methods.session)
    okr = methods.okr.add(methods.example("okr"))
    made = methods.actions(okr, ["Buy a bread box", {"title": "Ask Grandma", "due": "2027-01-02"}])
    assert [each.title for each in made] == ["Buy a bread box", "Ask Grandma"]
    assert made[0].links == [point(okr)]
    todos.items.add(title="From the other end", links=[point(okr)])
    assert [each.title for each in methods.actions(okr)][2:] == ["From the other end"]
    plan = methods.schedule(
        okr, "Look at the numbers", day="2026-12-06", rule="FREQ=WEEKLY;BYDAY=SU"
    )
    assert hobbies.plans.get(plan.id).title == "Look at the numbers"
    assert len(methods.linked(okr)) == 4 and len(methods.actions(okr)) == 3
    todos.complete(made[0])
    line = methods.progress().row(0, named=True)
    assert (line["actions"], line["actions_done"]) == (3, 1)
    more = methods.link(okr, plan)
    assert more.actions == methods.okr.get(okr.id).actions and len(more.actions) == 3
    todos.items.remove(made[1].id)
    assert len(methods.linked(okr)) == 3
    with pytest.raises(NotFound, match="no record"):
        methods.link(okr, f"todos.items/{made[1].id}")
    with pytest.raises(Invalid, match=r"area\.kind/identifier"):
        methods.okr.update(okr.id, actions=["something"])
    batch = made[0].batch
    assert batch is not None
    History(methods.session).undo_batch(batch, force=True)
    assert todos.items.count() == 1 and len(methods.linked(okr)) == 1


def test_reviews_come_when_they_are_due(methods: Methods) -> None:
    """The longest overdue first; looked at, it comes back on its new day or no more."""
    one = methods.woop.add(title="a", wish="x", review=today())
    other = methods.grow.add(title="b", goal="y", review=today() - timedelta(3))
    methods.whys.add(title="c", problem="z", review=today(), state="done")
    assert [each.title for each in methods.due()] == ["b", "a"]
    methods.reviewed(other, again=None, state="done")
    methods.reviewed(one, again=today() + timedelta(7), outcome="twice")
    assert methods.due() == [] and [each.title for each in methods.due(7)] == ["a"]


# ── single methods ───────────────────────────────────────────────────────────────────────────────────


def test_to_dos_are_sorted_into_the_matrix(methods: Methods) -> None:
    """By their day and by what was called important; each points to its to-do."""
    todos = Todos(methods.session)
    todos.items.add(title="tax", due=today(), tags=["important"])
    todos.items.add(title="call", due=today() + timedelta(1))
    todos.items.add(title="learn", project="求职/面试")
    todos.items.add(title="cables")
    todos.items.add(title="done", done=True)
    matrix = methods.sort_todos(important=["#Important", "求职"])
    found = {
        which: [each.what for each in matrix.quadrant(which)]
        for which in ("do", "plan", "delegate", "drop")
    }  # type: ignore[arg-type]
    assert found == {"do": ["tax"], "plan": ["learn"], "delegate": ["call"], "drop": ["cables"]}
    assert matrix.matrix().height == 4 and matrix.matters[0]["todo"].startswith("todos.items/")


def test_a_cycle_follows_the_one_before(methods: Methods) -> None:
    """With what followed as its plan."""
    first = methods.pdca.add(methods.example("pdca"))
    second = methods.next_cycle(first, expected="none")
    assert (second.cycle, second.before, second.plan) == (2, first.id, first.next)
    assert second.progress == 0.25


def test_expectations_are_held_against_what_came(methods: Methods) -> None:
    """Noted one by one; the score over all decisions, with too few as a warning and too sure as a word."""
    decision = methods.decisions.add(methods.example("decisions"))
    assert decision.brier is None and methods.open_predictions().is_empty()
    assert methods.open_predictions(100)["probability"].to_list() == [0.5, 0.8]
    decision = methods.came(decision, 1, True)
    decision = methods.came(decision, 3, False)
    assert decision.brier == pytest.approx((0.04 + 0.25) / 2)
    assert methods.open_predictions(200)["number"].to_list() == [2]
    told = methods.calibration()
    assert (told.n, told.enough) == (2, False) and "too few" in told._repr_html_()
    with pytest.raises(NotFound, match="number 9"):
        methods.came(decision, 9, True)
    expected = [{"what": f"e{n}", "probability": 0.9, "happened": n < 12} for n in range(20)]
    methods.decisions.add(title="many", question="q", expected=expected)
    told = methods.calibration()
    assert told.n == 22 and told.bias == pytest.approx((0.9 * 20 + 1.3) / 22 - 13 / 22)
    assert "too sure" in told.word and told.frame()["n"].sum() == 22
    with pytest.raises(Invalid, match="none of the options"):
        methods.decisions.add(title="x", question="q", options=["a", "b"], chosen="c")


def test_a_thought_record_is_for_its_owner_alone(
    methods: Methods, person: Person, house: House
) -> None:
    """Whoever was granted the area sees that there is one; in the database it is unreadable, and no frame has it."""
    kept = methods.thoughts.add(methods.example("thoughts"))
    assert (
        kept.relief == 35.0 and "psychotherapist" in kept.hint and "find help" in kept._repr_html_()
    )
    other = person("coach")
    share(methods.session, other, "methods", "see")
    theirs = Methods(other).thoughts.get(kept.id)
    assert theirs.situation == SEALED and theirs.relief is None and theirs.title == kept.title
    assert Methods(other).progress(owner=methods.session.person).height == 1
    raw = str(house.sql("select body from pgc.documents where id = %s", kept.id))
    assert "ashamed" not in raw and "three" not in raw
    assert not {"situation", "thoughts", "balanced"} & set(methods.thoughts.frame().columns)
    crisis = methods.thoughts.new(title="x", thoughts=[{"thought": "不想活了", "belief": 90}])
    with in_lang("zh-CN"):
        assert "12356" in crisis.hint and "120" in crisis.hint
    assert SEALED not in methods.thoughts.update(kept, next_time="sleep").thoughts


def test_only_whom_i_let_sees_my_methods(methods: Methods, person: Person) -> None:
    """As everything else."""
    methods.woop.add(title="a", wish="x")
    other = Methods(person("other"))
    assert other.woop.count() == 0 and other.progress(owner=methods.session.person).is_empty()
