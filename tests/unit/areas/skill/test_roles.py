"""Roles as text: three forms, the same roles, and whatever is wrong with them named."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.skill.roles import Asked, form_of, read, read_levels, refuse, write
from pgc_lib.errors import Invalid

WANTED = [
    Asked("数据工程师", "Python", 3),
    Asked("数据工程师", "SQL", 4, 2, "窗口函数"),
]
TOML = '[roles."数据工程师"]\nPython = 3\nSQL = {level = 4, weight = 2, note = "窗口函数"}\n'
JSON = json.dumps(
    {
        "name": "数据工程师",
        "skills": {"Python": 3, "SQL": {"level": 4, "weight": 2, "note": "窗口函数"}},
    }
)
CSV = "\ufeff角色,技能,等级,权重,备注\n数据工程师,Python,3,,\n数据工程师,SQL,4,2,窗口函数\n"


@pytest.mark.parametrize(("text", "form"), [(TOML, "toml"), (JSON, "json"), (CSV, "csv")])
def test_three_forms_say_the_same(text: str, form: str) -> None:
    """The form is seen by the text itself."""
    assert form_of(text) == form
    assert read(text) == (WANTED, [])


def test_a_list_of_roles_and_of_skills() -> None:
    """JSON as other programs write it."""
    text = json.dumps(
        [{"name": "a", "skills": [{"name": "x", "level": 1}, {"skill": "y", "level": 2}]}]
    )
    assert read(text) == ([Asked("a", "x", 1), Asked("a", "y", 2)], [])


def test_a_role_of_lines_that_name_none() -> None:
    """A plain list of skills becomes a role by the name that is given."""
    assert read("skill,level\nPython,3\n", name="r") == ([Asked("r", "Python", 3)], [])
    lines, problems = read("skill,level\nPython,3\n")
    assert not lines and [problem.reason for problem in problems] == ["a value is needed here"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the columns skill and level are needed"),
        ("a,b\n1,2\n", "the columns skill and level are needed"),
        ("[]", "no role is in this"),
        ('[roles.x]\nPython = "three"\n', "above 0 and up to 10"),
        ("[roles.x]\nPython = true\n", "above 0 and up to 10"),
        ("[roles.x]\nPython = inf\n", "above 0 and up to 10"),
        ("[roles.x]\nPython = 11\n", "above 0 and up to 10"),
        ("[roles.x]\nPython = 0\n", "above 0 and up to 10"),
        ("[roles.x]\nPython = {level = 1, weight = -1}\n", "above 0 and up to 10"),
        ("[roles.x]\npython = 1\nPython = 2\n", "asked for twice"),
        ("[roles.x\n", "cannot be read"),
        ("{", "cannot be read"),
        ('{"name": "x", "skills": 7}', "a value is needed"),
        ("[[1]]", "a role is an object"),
        ("[" * 100_000, "cannot be read"),
        ('role,skill,level\nx,"a,1\n', "cannot be read"),
        (f"role,skill,level\nx,{'a' * 300},1\n", "longer than 200"),
        ("role,skill,level\nx\n", "a value is needed"),
    ],
)
def test_what_is_wrong_is_a_value(text: str, reason: str) -> None:
    """With its reason; nothing is guessed, and nothing crashes."""
    _lines, problems = read(text)
    assert any(reason in problem.reason for problem in problems), problems


def test_the_others_are_read_all_the_same() -> None:
    """One wrong line says where it is and costs nothing else."""
    lines, problems = read("role,skill,level\nx,a,1\nx,b,many\nx,c,2\n")
    assert [line.skill for line in lines] == ["a", "c"]
    assert [(problem.place, problem.value) for problem in problems] == [("line 3 Level", "many")]
    with pytest.raises(Invalid, match="line 3"):
        refuse(problems)


def test_levels_as_written_in_a_notebook() -> None:
    """A mapping, or with weights."""
    found, problems = read_levels("r", {"a": 2, "b": {"level": 3, "weight": 2}, "c": "x"})
    assert found == [Asked("r", "a", 2), Asked("r", "b", 3, 2)]
    assert [problem.place for problem in problems] == ["r.c Level"]


NAME = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=30
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


@settings(max_examples=60)
@given(st.dictionaries(NAME, st.integers(1, 20).map(lambda n: n / 2), min_size=1, max_size=8), NAME)
def test_what_is_written_is_read_again(levels: dict[str, float], role: str) -> None:
    """Whatever the names hold: commas, quotes, line ends, formulas."""
    wanted = {name.casefold(): Asked(role, name, level) for name, level in levels.items()}
    assert read(write(list(wanted.values())), "csv") == (list(wanted.values()), [])


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_any_text_gives_an_answer(text: str) -> None:
    """Never an exception."""
    lines, problems = read(text)
    assert lines or problems
