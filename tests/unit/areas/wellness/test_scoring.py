"""Instruments are scored exactly as published; no word of them is a diagnosis; danger is never overlooked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.wellness.help import Hint
from pgc_lib.areas.wellness.instruments import Instrument, instrument, instruments
from pgc_lib.areas.wellness.scoring import hint_at, read, scored, written
from pgc_lib.errors import Invalid, NotFound
from pgc_lib.i18n import in_lang

# The scoring key of the 50 items as published at ipip.ori.org: item to factor and direction.
KEY = {
    "extraversion": ((1, 11, 21, 31, 41), (6, 16, 26, 36, 46)),
    "agreeableness": ((7, 17, 27, 37, 42, 47), (2, 12, 22, 32)),
    "conscientiousness": ((3, 13, 23, 33, 43, 48), (8, 18, 28, 38)),
    "stability": ((9, 19), (4, 14, 24, 29, 34, 39, 44, 49)),
    "intellect": ((5, 15, 25, 35, 40, 45, 50), (10, 20, 30)),
}


def test_what_there_is() -> None:
    """Only what anyone may use, each with its source, its licence and both languages."""
    found = instruments()
    assert {key: len(each.items) for key, each in found.items()} == {
        "gad-7": 7,
        "ipip-50": 50,
        "phq-9": 9,
        "who-5": 5,
    }
    for each in found.values():
        assert each.source and each.licence.en and each.licence.zh
        for text in (each.name, each.question, *(item.text for item in each.items)):
            assert text.en.isascii() or "—" in text.en or "ö" in text.en
            assert any("一" <= sign <= "鿿" for sign in text.zh)
    with pytest.raises(NotFound, match="who-5"):
        instrument("mbti")
    assert instrument("PHQ-9").key == "phq-9"


@pytest.mark.parametrize("each", instruments().values(), ids=lambda each: each.key)
def test_bands_cover_each_score_once(each: Instrument) -> None:
    """Without a gap and without an overlap, from the lowest score to the highest."""
    for scale in each.scales:
        count = sum(item.scale == scale.key for item in each.items)
        if not scale.bands:
            continue
        covered = [n for band in scale.bands for n in range(band.low, band.high + 1)]
        assert covered == list(
            range(scale.times * each.lowest * count, scale.times * each.highest * count + 1)
        )


@pytest.mark.parametrize(
    ("total", "word"),
    [(0, "minimal"), (4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate "), (14, "moderate "),
     (15, "moderately severe"), (19, "moderately severe"), (20, "severe"), (27, "severe")],
)  # fmt: skip
def test_phq_9(total: int, word: str) -> None:
    """The sum of nine items in the published ranges, from 10 on with a hint to help."""
    answers = [min(3, max(0, total - 3 * n)) for n in range(9)]
    with in_lang("en"):
        result = scored(instrument("phq-9"), answers)
        assert result.score == total and word in result.scores[0].told
        assert "no diagnosis" in str(result._shown_())
    level = result.hint and result.hint.level
    assert level == ("urgent" if total > 24 else "seek" if total >= 10 else None)


@pytest.mark.parametrize(
    ("total", "word"),
    [(4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"), (15, "severe"), (21, "severe")],
)  # fmt: skip
def test_gad_7(total: int, word: str) -> None:
    """The sum of seven items in the published ranges."""
    answers = [min(3, max(0, total - 3 * n)) for n in range(7)]
    result = scored(instrument("gad-7"), answers)
    assert result.score == total and result.scores[0].band is not None
    assert result.scores[0].band.text.en.startswith(word)
    assert (result.hint is not None) == (total >= 10)


@pytest.mark.parametrize(
    ("answers", "score", "seek"),
    [([5] * 5, 100, False), ([0] * 5, 0, True), ([3, 3, 3, 2, 2], 52, False), ([3, 3, 2, 2, 2], 48, True),
     ([1, 1, 1, 2, 2], 28, True), ([5, 5, 5, 5, 2], 88, False), ([5, 5, 5, 5, 1], 84, True)],
)  # fmt: skip
def test_who_5(answers: list[int], score: int, seek: bool) -> None:
    """The sum times four; at 50 and at 28 the literature's cut-offs, and a single answer of 0 or 1 is not overlooked."""
    result = scored(instrument("who-5"), answers)
    assert result.score == score and (result.hint is not None) == seek
    with in_lang("en"):
        assert ("single answer is 1" in str(result._shown_())) == (min(answers) < 2)
    low = result.scores[0].band
    assert low is not None and (low.high == 28) == (score <= 28)


def test_ipip_key() -> None:
    """Each item belongs to the factor and counts in the direction of the published key."""
    found = instrument("ipip-50")
    for factor, (plus, minus) in KEY.items():
        mine = {item.number: item.reverse for item in found.items if item.scale == factor}
        assert mine == {**dict.fromkeys(plus, False), **dict.fromkeys(minus, True)}
    # Whoever agrees with everything has 5 for each item in the factor's direction and 1 for each other one.
    most = scored(found, [5] * 50)
    assert {s.scale.key: s.value for s in most.scores} == {
        factor: 5 * len(plus) + len(minus) for factor, (plus, minus) in KEY.items()
    }
    best = {n: 5 for plus, _minus in KEY.values() for n in plus}
    best |= {n: 1 for _plus, minus in KEY.values() for n in minus}
    assert {s.value for s in scored(found, best).scores} == {50}
    assert most.hint is None and not most.scores[0].told
    with in_lang("zh-CN"):
        assert "未经检验" in str(most._shown_())


@given(st.lists(st.integers(1, 5), min_size=50, max_size=50))
@settings(max_examples=25, deadline=None)
def test_turning_every_answer_around_turns_the_scores_around(answers: list[int]) -> None:
    """A factor and its mirror always add up to 60."""
    found = instrument("ipip-50")
    one, other = scored(found, answers), scored(found, [6 - each for each in answers])
    for a, b in zip(one.scores, other.scores, strict=True):
        assert a.value + b.value == 60 and a.lowest <= a.value <= a.highest
    assert read(written(answers)) == answers


@pytest.mark.parametrize(
    "answers",
    [[], [1] * 8, [1] * 10, [1, 1, 1, 1, None, 1, 1, 1, 1], [4] + [0] * 8, [-1] + [0] * 8, [True] + [0] * 8, [0.5] + [0] * 8, {0: 1}, dict.fromkeys(range(2, 10), 0)],
)  # fmt: skip
def test_what_is_incomplete_or_impossible_has_no_score(answers: object) -> None:
    """No reference says how to replace a missing answer, so none is made up."""
    with pytest.raises(Invalid, match="item"):
        scored(instrument("phq-9"), answers)  # type: ignore[arg-type]


def test_danger_is_said_at_once() -> None:
    """The ninth item alone calls for help: in both languages, with numbers, also before all is answered."""
    phq = instrument("phq-9")
    assert (
        hint_at(phq, {9: 0}) is None and hint_at(phq, {}) is None and hint_at(phq, {9: 9}) is None
    )
    assert hint_at(instrument("ipip-50"), {9: 5}) is None
    for language in ("en", "zh-CN"):
        with in_lang(language):
            hint = hint_at(phq, {9: 1})
            assert hint == Hint("urgent")
            text = str(hint)
            for piece in (
                "12356",
                "120",
                "110",
                "112",
                "心理援助",
                "do not have to bear this alone",
            ):
                assert piece in text
            assert "role='note'" in hint._repr_html_()
            with pytest.raises(Invalid) as caught:
                scored(phq, {9: 1})
            assert "12356" in caught.value.next_step
    low = scored(phq, [0] * 8 + [1])
    assert low.score == 1 and low.hint == Hint("urgent")
    assert low._repr_html_().index("12356") < low._repr_html_().index("<table")
