"""Levels with written criteria, in both languages."""

from pgc_lib.areas.skill.levels import USUAL, levels_of, top_of
from pgc_lib.i18n import in_lang


def test_the_usual_levels_are_written_in_both_languages() -> None:
    """Five of them, each with a name and a criterion, and those that are reached are marked."""
    for language, first in (("en", "Beginner"), ("zh-CN", "入门")):
        with in_lang(language):
            levels = levels_of([], 2.5)
            assert levels[0].name == first and all(level.criterion for level in levels)
            assert [level.reached for level in levels] == [True, True, False, False, False]
    assert top_of([]) == len(USUAL) == 5


def test_own_criteria_replace_them() -> None:
    """As many levels as criteria; five of them keep the usual names."""
    assert [(level.number, level.name) for level in levels_of(["a", "b"], 9)] == [(1, ""), (2, "")]
    assert levels_of(list("abcde"))[4].name == "Expert"
    assert top_of(["a", "b"]) == 2
