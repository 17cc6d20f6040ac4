"""What a person reads when something is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from pgc_lib.areas.kin.records import Occasion
from pgc_lib.core.problems import REASONS, problems_of, refuse
from pgc_lib.errors import Problem
from pgc_lib.i18n import catalogue, in_lang
from tests.support.records import Secret, Thing


def problems(**values: Any) -> list[Problem]:
    """The problems of a Thing with these values."""
    with pytest.raises(ValidationError) as error:
        Thing(**values)
    return problems_of(error.value, Thing.spec, row=7)


def test_a_problem_names_field_reason_value_and_row() -> None:
    """Enough to find the cell in a file and to know what to write instead."""
    found = problems(title="", form="abc", size="XL", price=2000)
    assert [(p.place, p.reason, p.value, p.row) for p in found] == [
        ("Title (title)", "the text is shorter than 1 characters", "", 7),
        ("Form (form)", "the text does not have the form ^[A-Z]{3}$", "abc", 7),
        ("Size (size)", "this must be one of 'S', 'M' or \"it's\"", "XL", 7),
        ("Price (price)", "this must be at most 1000", 2000, 7),
    ]


def test_what_is_inside_a_list_or_object_is_named_too() -> None:
    """The third tag, the second entry."""
    found = problems(title="t", tags=["a", "b", 3], extra={"list": [1, {"x": "\0"}]})
    assert [(p.place, p.value) for p in found if "tags" in p.place] == [("Tags (tags)[2]", 3)]
    assert found[1].reason.startswith("list[1].x: ")


def test_what_is_missing_unknown_or_written_by_pgc_is_said_so() -> None:
    """None where a value is needed counts as missing, not as a wrong type."""
    found = problems(titel="t", note=None, id="x")
    assert {(p.place, p.reason) for p in found} == {
        ("Title (title)", REASONS["missing"]),
        ("Note (note)", REASONS["missing"]),
        ("titel", REASONS["extra_forbidden"]),
        ("id", REASONS["system"]),
    }


def test_a_sensitive_value_is_not_repeated() -> None:
    """An error ends up in logs and outputs of notebooks."""
    with pytest.raises(ValidationError) as error:
        Secret(diary="dear diary" * 200)
    [problem] = problems_of(error.value, Secret.spec)
    assert problem.value is None and "dear" not in str(refuse(Secret.spec, [problem]))


def test_a_validators_own_sentence_stands_alone() -> None:
    """Without what pydantic puts before it, which is for programmers."""
    with pytest.raises(ValidationError) as error:
        Occasion(title="x", month=2, day=31)
    [problem] = problems_of(error.value, Occasion.spec)
    assert problem.reason == "this month has no day 31"


def test_reasons_are_told_in_chinese() -> None:
    """With the very limits in them."""
    with in_lang("zh-CN"):
        [problem] = problems(title="t", price=2000)
        text = str(refuse(Thing.spec, [problem]))
    assert "1000" in problem.reason and problem.reason != REASONS["less_than_equal"]
    assert "samples.things" in text and "→" in text


def test_every_reason_is_translated_with_the_same_values() -> None:
    """A placeholder lost in translation would hide what is allowed."""
    import string

    chinese = catalogue("zh-CN")
    for reason in REASONS.values():
        assert reason in chinese, reason
        names = [
            {name for _t, name, _f, _c in string.Formatter().parse(text) if name}
            for text in (reason, chinese[reason])
        ]
        assert names[0] == names[1], reason
