"""The catalogue: complete in both languages, balanced, and original; and likeness that keeps its promises."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.hobby.catalogue import FACETS, catalogue, fitting, named, word
from pgc_lib.areas.hobby.liking import Done, Time, suggestions, tags_of
from pgc_lib.errors import PgcError
from pgc_lib.i18n import in_lang

HOBBIES = list(catalogue().values())
CHINESE = re.compile(r"[一-鿿]")


def test_there_is_enough_to_explore() -> None:
    """At least 150, each with its own names and its own sentence in both languages."""
    assert len(HOBBIES) >= 150
    for part in ("zh", "en", "zh_line", "en_line"):
        texts = [getattr(hobby, part) for hobby in HOBBIES]
        assert len(set(texts)) == len(texts), part
    for hobby in HOBBIES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", hobby.key)
        assert CHINESE.search(hobby.zh) and not CHINESE.search(hobby.en + hobby.en_line)
        assert CHINESE.search(hobby.zh_line) and hobby.zh_line[-1] in "。？！", hobby.key
        assert hobby.en_line[-1] in ".?!" and not re.search(r"[.?!] [A-Z]", hobby.en_line), (
            hobby.key
        )
        assert 8 <= len(hobby.zh_line) <= 60 and 20 <= len(hobby.en_line) <= 140, hobby.key
        assert not re.search(r"[,;!?]", hobby.zh_line), hobby.key


def test_every_tag_is_known_and_has_words() -> None:
    """In both languages, and each is used."""
    used = {tag for hobby in HOBBIES for tag in hobby.tags()}
    assert used == {(facet, value) for facet, values in FACETS.items() for value in values}
    for hobby in HOBBIES:
        assert 1 <= len(hobby.skills) <= 4 and len(set(hobby.skills)) == len(hobby.skills)
    for facet, value in used:
        with in_lang("zh-CN"):
            assert CHINESE.search(word(facet, value))
        with in_lang("en"):
            assert word(facet, value).isascii()


def test_there_is_something_for_everyone() -> None:
    """No kind, purse, time, weather or temper is left with little."""
    kinds = Counter(hobby.category for hobby in HOBBIES)
    assert min(kinds.values()) >= 7 and max(kinds.values()) <= len(HOBBIES) // 7
    for facet, least in (("social", 40), ("where", 40), ("body", 25), ("cost", 15), ("time", 8)):
        counted = Counter(getattr(hobby, facet) for hobby in HOBBIES)
        assert min(counted.values()) >= least, facet
    skills = Counter(skill for hobby in HOBBIES for skill in hobby.skills)
    assert min(skills.values()) >= 10
    assert len(fitting(HOBBIES, cost="free", time="short")) >= 10
    assert len(fitting(HOBBIES, body="active", where="indoor")) >= 10


def test_wishes_narrow() -> None:
    """Cost and time from above, what suits either way suits; another word is refused with what is possible."""
    cheap = fitting(HOBBIES, cost="low")
    assert {hobby.cost for hobby in cheap} == {"free", "low"}
    assert {hobby.where for hobby in fitting(HOBBIES, where="outdoor")} == {"outdoor", "either"}
    assert all("ear" in hobby.skills for hobby in fitting(HOBBIES, skills="ear"))
    with pytest.raises(PgcError, match=r"indoor, either, outdoor"):
        fitting(HOBBIES, where="space")
    with pytest.raises(PgcError, match="category"):
        fitting(HOBBIES, colour="red")


def test_a_hobby_is_known_by_its_names() -> None:
    """In any case and either language."""
    assert (
        named("WATERCOLOUR")
        is named("水彩")
        is named(" Watercolour painting ")
        is catalogue()["watercolour"]
    )
    assert named("no such thing") is None


def test_own_words_mean_tags() -> None:
    """An interest of one's own is like something, too."""
    assert tags_of(None, ["音乐", "a listening ear", "??"]) >= {("category", "music"), ("skills", "ear")}  # fmt: skip
    assert tags_of(None, ["nothing known"]) == frozenset()
    liked = Done("whistling", tags_of(None, ["音乐", "乐感"]), (Time(5, 2, 1),) * 4)
    assert {each.hobby.category for each in suggestions([liked], HOBBIES, limit=2)} == {"music"}


def test_what_was_long_ago_pulls_less_and_what_drained_pushes() -> None:
    """Joy fades by half a year by year; little evidence is held back."""
    tags = frozenset(catalogue()["guitar"].tags())
    fresh = Done("g", tags, (Time(5, 0, 0),) * 3)
    once = Done("g", tags, (Time(5, 0, 0),))
    old = Done("g", tags, (Time(5, 0, 1500),) * 3)
    drained = Done("g", tags, (Time(1, -2, 0),) * 3)
    assert fresh.pull > once.pull > 0 and fresh.pull > old.pull > 0 > drained.pull
    assert Done("g", tags, (Time(None, None, 0),)).pull == 0
    assert all(not each.because for each in suggestions([drained], HOBBIES))


times = st.builds(
    Time,
    st.none() | st.integers(1, 5),
    st.none() | st.integers(-2, 2),
    st.integers(0, 3000),
)
done = st.builds(
    lambda hobby, took: Done(hobby.en, frozenset(hobby.tags()), tuple(took)),
    st.sampled_from(HOBBIES),
    st.lists(times, max_size=4),
)


@given(st.lists(done, max_size=5), st.integers(1, 10))
@settings(max_examples=40, deadline=None)
def test_whatever_was_done_suggestions_hold(what: list[Done], limit: int) -> None:
    """Never one that was excluded, no more than asked, no more than two of a kind, each with a reason, always the same."""
    without = {hobby.key for hobby in HOBBIES if hobby.en in {each.name for each in what}}
    found = suggestions(what, HOBBIES, without=without, limit=limit)
    assert len(found) <= limit and not {each.hobby.key for each in found} & without
    assert all(each.reason for each in found)
    assert max(Counter(each.hobby.category for each in found).values(), default=0) <= 2
    assert found == suggestions(what, HOBBIES, without=without, limit=limit)
    names = {each.name for each in what}
    assert all(set(each.because) <= names for each in found)
