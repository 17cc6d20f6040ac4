"""What holds of every name in every family: it has another end, and says nothing wrong of sex, side and age."""

from datetime import date
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.kin.naming import kinship
from pgc_lib.areas.kin.tree import Sex, Someone, Tree

WOMEN = (
    "母",
    "婆",
    "奶",
    "姐",
    "妹",
    "姑",
    "姨",
    "嫂",
    "媳",
    "女",
    "妈",
    "婶",
    "婶婶",
    "妻子",
    "嫂子",
    "姨子",
    "姑子",
)
MEN = ("父", "公", "爷", "哥", "弟", "伯", "叔", "舅", "夫", "婿", "甥", "丈夫", "儿子", "侄子", "孙子", "舅子", "叔子", "伯子", "继子", "养子")  # fmt: skip


def family(seed: int, size: int, *, sexes: tuple[Sex, ...] = ("female", "male")) -> Tree:
    """Couples of a woman and a man with children, each younger than whoever came before."""
    dice, tree = Random(seed), Tree()
    ids = [UUID(int=n + 1) for n in range(size)]
    for n, id in enumerate(ids):
        tree.add(Someone(id, dice.choice(sexes), date(1600 + n, 1, 1)))
        if n > 3 and dice.random() < 0.85:
            one, other = dice.sample(ids[max(0, n - 14) : n], 2)
            for parent in (one, other):
                tree.link(parent, id)
            tree.join(one, other)
    return tree


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(6, 50))
def test_the_way_back_is_the_same_way(seed: int, size: int) -> None:
    """Up becomes down, one's partner becomes theirs, former stays former."""
    tree, dice = family(seed, size), Random(seed)
    ids = list(tree.people)
    for _n in range(25):
        a, b = dice.choice(ids), dice.choice(ids)
        there, back = tree.ways(a, b), tree.ways(b, a)
        assert sorted((len(w.up), len(w.down), sorted(w.bonds)) for w in there) == sorted(
            (len(w.down), len(w.up), sorted(w.bonds)) for w in back
        )
        assert {w.former for w in there} == {w.former for w in back}
        assert {w.half for w in there} == {w.half for w in back}


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.integers(6, 50))
def test_no_name_says_the_wrong_sex(seed: int, size: int) -> None:
    """The end of each Chinese word is a woman's or a man's, as they are."""
    tree, dice = family(seed, size), Random(seed)
    ids = list(tree.people)
    for _n in range(40):
        a, b = dice.choice(ids), dice.choice(ids)
        wrong = MEN if tree.people[b].sex == "female" else WOMEN
        right = WOMEN if tree.people[b].sex == "female" else MEN
        for word in kinship(tree, a, b, "zh-CN"):
            assert word.endswith(right) or not word.endswith(wrong), word


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.integers(6, 50))
def test_no_name_says_the_wrong_side_or_age(seed: int, size: int) -> None:
    """堂 only through men, 表 only with a woman between, 外 only through a daughter; 哥 and 姐 are older."""
    tree, dice = family(seed, size), Random(seed)
    ids = list(tree.people)
    for _n in range(40):
        a, b = dice.choice(ids), dice.choice(ids)
        ways = tree.ways(a, b)
        words = kinship(tree, a, b, "zh-CN")
        if len(ways) != 1 or ways[0].own_partner or ways[0].their_partner or not words:
            continue
        way, word = ways[0], words[0]
        between = [one.sex for one in (*way.up[:-1], *way.down[:-1])]
        if (len(way.up), len(way.down)) in ((2, 2), (3, 3)):
            assert ("堂" in word) == ("female" not in between) and ("表" in word) == (
                "female" in between
            )
        older = tree.people[b].born < tree.people[a].born  # type: ignore[operator]
        if len(way.up) == len(way.down) <= 3 and way.up:
            assert word.rstrip("哥姐弟妹") + word[-1] and (word[-1] in "哥姐") == older
        if not way.down and len(way.up) == 2:
            assert word.startswith("外") == (way.up[0].sex == "female")
        if not way.up and len(way.down) == 2:
            assert word.startswith("外") == (way.down[0].sex == "female")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(6, 40))
def test_what_nobody_knows_is_not_said(seed: int, size: int) -> None:
    """Somebody of unknown sex has neither the woman's nor the man's name."""
    tree, dice = family(seed, size), Random(seed)
    ids = list(tree.people)
    for _n in range(15):
        a, b = dice.choice(ids), dice.choice(ids)
        if a == b:
            continue
        plain, names = tree.people[b], []
        for sex in ("female", "male", ""):
            tree.add(Someone(b, sex, plain.born))  # type: ignore[arg-type]
            names.append([kinship(tree, a, b, lang) for lang in ("zh-CN", "en")])
        tree.add(plain)
        for woman, man, either in zip(*names, strict=True):
            assert woman == man or either not in (woman, man)


F, M, X = "female", "male", ""


@pytest.mark.parametrize(
    ("up", "down", "word"),
    [
        # each: the sexes on the way up to the common ancestor, and down from there to the relative
        ((M,), (M,), "弟弟"), ((M, M), (F,), "姑姑"), ((F, M), (M,), "舅舅"), ((F, F), (F,), "姨妈"), ((M, M), (M,), "叔叔"),
        ((M, M), (M, F), "堂妹"), ((M, M), (F, M), "表弟"), ((F, M), (M, M), "表弟"), ((F, F), (F, F), "表妹"),
        ((M,), (M, F), "侄女"), ((M,), (F, M), "外甥"), ((M,), (M, M, M), "侄孙"), ((M,), (M, F, M), "侄外孙"),
        ((M,), (F, M, F), "外甥孙女"), ((M,), (M, M, M, F), "侄曾孙女"),
        ((M, M), (M, M, M), "堂侄"), ((M, M), (M, F, M), "堂外甥"), ((M, M), (F, M, F), "表侄女"), ((F, M), (F, F, F), "表外甥女"),
        ((M, M, M), (M,), "叔祖父"), ((M, M, M), (F,), "姑祖母"), ((M, F, M), (M,), "舅祖父"), ((F, M, M), (M,), "外叔祖父"),
        ((F, F, M), (F,), "外姨祖母"), ((M, M, M, M), (M,), "曾叔祖父"), ((M, M, M, M), (F,), "曾姑祖母"),
        ((M, M, M), (M, M), "堂叔"), ((M, M, M), (M, F), "堂姑"), ((M, M, M), (F, M), "表叔"), ((F, M, M), (M, M), "堂舅"),
        ((F, M, F), (F, F), "表姨"), ((M, F, M), (M, M), "表叔"),
        ((M, M, M, M), (M, M), "堂叔祖父"), ((M, M, M, M), (F, M), "表叔祖父"), ((F, M, M, M), (M, F), "堂外姑祖母"),
        ((M, M, M), (M, M, M), "从堂弟"), ((M, F, M), (M, M, F), "从表妹"), ((M, M, M), (M, M, M, M), "从堂侄"),
        ((M, M, M, M), (M, M, M), "从堂叔"),
        ((M, M, M), (), "曾祖父"), ((M, M, F), (), "曾祖母"), ((F, M, M), (), "外曾祖父"), ((F, F, F), (), "外曾外祖母"),
        ((M, F, M), (), "曾外祖父"), ((M, M, M, M), (), "高祖父"), ((M, M, M, M, F), (), "天祖母"),
        ((), (M, M), "孙子"), ((), (F, M), "外孙"), ((), (F, F), "外孙女"), ((), (M, M, M), "曾孙"), ((), (M, F, M), "曾外孙"),
        ((), (F, M, F), "外曾孙女"), ((), (M, M, M, M), "玄孙"), ((), (M, M, M, M, F), "来孙女"),
        ((X, M), (), "（外）祖父"), ((), (X, F), "（外）孙女"), ((X, M), (M, M), "堂／表弟"), ((X, M), (M,), "父母的兄弟"),
        ((F, M), (X, F), "表妹"),
    ],
)  # fmt: skip
def test_every_relation_to_the_fifth_degree(
    up: tuple[Sex, ...], down: tuple[Sex, ...], word: str
) -> None:
    """By blood, through men and women; where a sex is not known the word leaves it open."""
    tree = Tree()
    me = UUID(int=1)
    tree.add(Someone(me, "male", date(2000, 1, 1)))
    above = me
    for n, sex in enumerate(up, 1):
        tree.add(Someone(UUID(int=n + 1), sex, date(2000 - 25 * n, 1, 1)))
        tree.link(UUID(int=n + 1), above)
        above = UUID(int=n + 1)
    for n, sex in enumerate(down):
        # Everyone on this branch was born after their contemporary on the other one.
        id, generation = UUID(int=n + 20), len(up) - 1 - n
        tree.add(Someone(id, sex, date(2005 - 25 * generation, 1, 1)))
        tree.link(above, id)
        above = id
    assert kinship(tree, me, above, "zh-CN") == [word]
