"""What people of a family are to one another, from one large family with every usual case."""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.kin.naming import kinship
from pgc_lib.areas.kin.tree import Bond, Sex, Someone, Tree


@dataclass
class House:
    """People by name; sex from the first letter of the line that made them."""

    tree: Tree = field(default_factory=Tree)
    ids: dict[str, UUID] = field(default_factory=dict)

    def add(
        self, name: str, sex: Sex, year: int | None, *parents: str, bond: Bond = "birth"
    ) -> None:
        born = date(year, 1, 1) if year else None
        self.ids[name] = uuid4()
        self.tree.add(Someone(self.ids[name], sex, born))
        for parent in parents:
            self.tree.link(self.ids[parent], self.ids[name], bond)

    def marry(self, one: str, other: str, *, former: bool = False) -> None:
        self.tree.join(self.ids[one], self.ids[other], former=former)

    def call(self, a: str, b: str, lang: str = "zh-CN") -> str:
        return "/".join(kinship(self.tree, self.ids[a], self.ids[b], lang))


@pytest.fixture(scope="module")
def family() -> House:
    """我 with four generations around."""
    house = House()
    people = [
        ("太爷爷", "male", 1900), ("太奶奶", "female", 1902),
        ("爷爷", "male", 1925, "太爷爷", "太奶奶"), ("奶奶", "female", 1927),
        ("叔爷爷", "male", 1930, "太爷爷", "太奶奶"), ("姑奶奶", "female", 1920, "太爷爷", "太奶奶"),
        ("外曾祖父", "male", 1901), ("外曾祖母", "female", 1903),
        ("外公", "male", 1926, "外曾祖父", "外曾祖母"),
        ("外曾外祖父", "male", 1899), ("外曾外祖母", "female", 1904),
        ("外婆", "female", 1928, "外曾外祖父", "外曾外祖母"),
        ("舅公", "male", 1931, "外曾外祖父", "外曾外祖母"),
        ("大伯", "male", 1950, "爷爷", "奶奶"), ("爸", "male", 1955, "爷爷", "奶奶"),
        ("小叔", "male", 1960, "爷爷", "奶奶"), ("姑姑", "female", 1958, "爷爷", "奶奶"),
        ("舅舅", "male", 1952, "外公", "外婆"), ("妈", "female", 1956, "外公", "外婆"),
        ("姨妈", "female", 1959, "外公", "外婆"),
        ("伯母", "female", 1951), ("婶婶", "female", 1961), ("姑父", "male", 1957), ("舅妈", "female", 1953),
        ("姨父", "male", 1958),
        ("堂叔", "male", 1962, "叔爷爷"), ("从堂弟", "male", 1992, "堂叔"), ("表姑", "female", 1950, "姑奶奶"),
        ("表舅", "male", 1960, "舅公"),
        ("堂哥", "male", 1978, "大伯", "伯母"), ("堂妹", "female", 1990, "小叔", "婶婶"),
        ("表姐", "female", 1980, "姑姑", "姑父"), ("表弟", "male", 1988, "舅舅", "舅妈"),
        ("表妹", "female", 1989, "姨妈", "姨父"),
        ("哥哥", "male", 1980, "爸", "妈"), ("我", "male", 1985, "爸", "妈"), ("妹妹", "female", 1987, "爸", "妈"),
        ("姐姐", "female", 1982, "爸", "妈"), ("弟弟", "male", 1990, "爸", "妈"),
        ("嫂子", "female", 1981), ("妹夫", "male", 1986), ("堂嫂", "female", 1979), ("表姐夫", "male", 1979),
        ("岳父", "male", 1955), ("岳母", "female", 1957), ("妻子", "female", 1986, "岳父", "岳母"),
        ("大姨子", "female", 1983, "岳父", "岳母"), ("小舅子", "male", 1990, "岳父", "岳母"), ("连襟", "male", 1982),
        ("弟媳", "female", 1991),
        ("侄子", "male", 2005, "哥哥", "嫂子"), ("外甥女", "female", 2010, "妹妹", "妹夫"),
        ("堂侄女", "female", 2006, "堂哥", "堂嫂"), ("表外甥", "male", 2006, "表姐"),
        ("儿子", "male", 2012, "我", "妻子"), ("女儿", "female", 2014, "我", "妻子"), ("儿媳", "female", 2013),
        ("亲家公", "male", 1988), ("孙子", "male", 2036, "儿子", "儿媳"), ("孙女", "female", 2038, "儿子", "儿媳"),
        ("外孙", "male", 2040, "女儿"), ("曾孙女", "female", 2060, "孙子"), ("曾外孙", "male", 2062, "孙女"),
        ("外曾孙", "male", 2063, "外孙"),
        ("养女", "female", 2008),
        ("前妻", "female", 1985), ("继姐", "female", 1979), ("后妈", "female", 1958),
        ("同父异母的弟弟", "male", 1999, "爸", "后妈"), ("前岳母", "female", 1955),
    ]  # fmt: skip
    for name, sex, year, *parents in people:
        house.add(name, sex, year, *parents)  # type: ignore[arg-type]
    house.tree.link(house.ids["亲家公"], house.ids["儿媳"])
    house.tree.link(house.ids["我"], house.ids["养女"], "adoption")
    house.tree.link(house.ids["后妈"], house.ids["继姐"])
    house.tree.link(house.ids["前岳母"], house.ids["前妻"])
    for one, other in (
        ("爷爷", "奶奶"), ("大伯", "伯母"), ("小叔", "婶婶"), ("姑姑", "姑父"), ("舅舅", "舅妈"), ("姨妈", "姨父"),
        ("我", "妻子"), ("哥哥", "嫂子"), ("妹妹", "妹夫"), ("堂哥", "堂嫂"), ("表姐", "表姐夫"), ("大姨子", "连襟"),
        ("弟弟", "弟媳"), ("儿子", "儿媳"), ("爸", "后妈"),
    ):  # fmt: skip
        house.marry(one, other)
    house.marry("我", "前妻", former=True)
    return house


SAME = [
    "爷爷", "奶奶", "外公", "外婆", "外曾祖父", "外曾外祖母", "伯母", "婶婶", "姑姑", "姑父", "舅舅", "舅妈", "姨妈", "姨父",
    "堂叔", "表舅", "堂哥", "堂妹", "表姐", "表弟", "表妹", "哥哥", "姐姐", "妹妹", "弟弟", "嫂子", "弟媳", "妹夫", "堂嫂",
    "表姐夫", "岳父", "岳母", "妻子", "大姨子", "小舅子", "连襟", "侄子", "外甥女", "堂侄女", "表外甥", "儿子", "女儿", "儿媳",
    "孙子", "孙女", "外孙", "曾孙女", "曾外孙", "外曾孙", "养女", "前妻", "继姐", "同父异母的弟弟", "亲家公", "从堂弟", "表姑",
    "前岳母",
]  # fmt: skip


@pytest.mark.parametrize("who", SAME)
def test_i_call_everyone_by_their_name(family: House, who: str) -> None:
    """People here are named after what I call them."""
    assert family.call("我", who) == who


@pytest.mark.parametrize(
    ("who", "word"),
    [
        ("爸", "父亲"), ("妈", "母亲"), ("大伯", "伯父"), ("小叔", "叔叔"), ("太爷爷", "曾祖父"), ("叔爷爷", "叔祖父"),
        ("姑奶奶", "姑祖母"), ("舅公", "外舅祖父"), ("后妈", "继母"), ("我", "自己"),
    ],
)  # fmt: skip
def test_and_those_who_have_several_names(family: House, who: str, word: str) -> None:
    """Where daily speech differs from family to family, the common or the written word is used."""
    assert family.call("我", who) == word


@pytest.mark.parametrize(
    ("a", "b", "word"),
    [
        ("妻子", "爸", "公公"), ("妻子", "妈", "婆婆"), ("妻子", "哥哥", "大伯子"), ("妻子", "妹妹", "小姑子"),
        ("嫂子", "弟媳", "妯娌"), ("岳母", "我", "女婿"), ("爷爷", "我", "孙子"), ("外公", "我", "外孙"),
        ("侄子", "我", "叔叔"), ("外甥女", "我", "舅舅"), ("妈", "嫂子", "儿媳"), ("堂妹", "我", "堂哥"),
        ("后妈", "我", "继子"), ("儿子", "妹夫", "姑父"), ("儿子", "小舅子", "舅舅"), ("儿子", "大姨子", "姨妈"),
        ("儿子", "外甥女", "表姐"), ("儿子", "侄子", "堂哥"), ("堂侄女", "儿子", "从堂弟"), ("太爷爷", "我", "曾孙"),
        ("外曾祖母", "我", "曾外孙"), ("养女", "我", "养父"), ("妈", "小舅子", ""),
    ],
)  # fmt: skip
def test_others_call_me_by_their_side(family: House, a: str, b: str, word: str) -> None:
    """The same tie has another name from the other end."""
    assert family.call(a, b) == word


@pytest.mark.parametrize(
    ("a", "b", "word"),
    [
        ("我", "太奶奶", "great-grandmother"), ("我", "叔爷爷", "great-uncle"), ("我", "堂哥", "first cousin"),
        ("我", "堂侄女", "first cousin once removed"), ("我", "从堂弟", "second cousin"), ("我", "岳母", "mother-in-law"),
        ("我", "大姨子", "sister-in-law"), ("我", "嫂子", "sister-in-law"), ("我", "舅妈", "aunt by marriage"),
        ("我", "养女", "adopted daughter"), ("我", "后妈", "stepmother"), ("我", "继姐", "stepsister"),
        ("我", "同父异母的弟弟", "half-brother"), ("我", "前妻", "ex-wife"), ("我", "前岳母", "former mother-in-law"),
        ("我", "曾孙女", "great-granddaughter"), ("我", "侄子", "nephew"), ("我", "亲家公", "child's parent-in-law"),
        ("我", "连襟", "wife's sister's husband"), ("太爷爷", "我", "great-grandson"), ("妈", "小舅子", ""),
    ],
)  # fmt: skip
def test_english_has_its_own_words(family: House, a: str, b: str, word: str) -> None:
    """Generations, degrees and removes; nothing where nobody is related."""
    assert family.call(a, b, "en") == word


@dataclass
class Branches:
    """Two lines from one ancestor, a child a generation; 0 is the ancestor, `a4` the fourth of the first line."""

    house: House = field(default_factory=House)

    def grow(self, line: str, sexes: str, *, first: int) -> None:
        """Each letter is a generation: `m` or `w`, `?` where nobody knows."""
        if not self.house.ids:
            self.house.add("0", "male", 1700)
        sex: dict[str, Sex] = {"m": "male", "w": "female", "?": ""}
        for n, letter in enumerate(sexes, 1):
            above = f"{line}{n - 1}" if n > 1 else "0"
            self.house.add(f"{line}{n}", sex[letter], first + 25 * n, above)


@pytest.mark.parametrize(
    ("mine", "theirs", "older", "word", "english"),
    [
        # The same great-great-grandfather, through men: of one clan.
        ("mmmm", "mmmm", True, "族兄", "third cousin"), ("mmmm", "mmmm", False, "族弟", "third cousin"),
        ("mmmw", "mmmw", True, "族姐", "third cousin"), ("mmmm", "mmmw", False, "族妹", "third cousin"),
        # A woman in between: of the other side, however far.
        ("mmmm", "mwmm", True, "远房表哥", "third cousin"), ("mmwm", "mmmw", False, "远房表妹", "third cousin"),
        ("m?mm", "mmmm", True, "远房堂／表哥", "third cousin"),
        # The generation of parents, and of children.
        ("mmmmm", "mmmm", True, "族伯父", "third cousin once removed"), ("mmmmm", "mmmm", False, "族叔", "third cousin once removed"),
        ("mmmmm", "mmmw", False, "族姑", "third cousin once removed"), ("mmmwm", "mmmm", True, "族舅", "third cousin once removed"),
        ("mmmwm", "mwmw", True, "远房表姨", "third cousin once removed"),
        ("mmmm", "mmmmm", False, "族侄", "third cousin once removed"), ("mmmm", "mmmmw", False, "族侄女", "third cousin once removed"),
        ("mmmm", "mmmwm", False, "族外甥", "third cousin once removed"), ("mmmm", "mwmmm", False, "远房表侄", "third cousin once removed"),
        # Two generations.
        ("mmmmmm", "mmmm", True, "族伯祖父", "third cousin twice removed"), ("mmmmmm", "mmmw", True, "族姑祖母", "third cousin twice removed"),
        ("mmmm", "mmmmmm", False, "族侄孙", "third cousin twice removed"), ("mmmmm", "mmm", False, "从堂叔祖父", "second cousin twice removed"),
        # Further back there is no clan in daily speech.
        ("mmmmm", "mmmmm", True, "远房堂哥", "fourth cousin"), ("mmmmm", "mmwmw", False, "远房表妹", "fourth cousin"),
        ("mmmmmm", "mmmmm", False, "远房堂叔", "fourth cousin once removed"), ("m" * 12, "m" * 12, True, "远房堂哥", "11th cousin"),
    ],
)  # fmt: skip
def test_cousins_of_any_degree_have_a_name(
    mine: str, theirs: str, older: bool, word: str, english: str
) -> None:
    """By side, by age, by sex, and how far back the ancestor lies; the English one by degree and generations."""
    branches = Branches()
    branches.grow("a", mine, first=1720)
    branches.grow("b", theirs, first=1715 if older else 1725)
    me, other = f"a{len(mine)}", f"b{len(theirs)}"
    assert branches.house.call(me, other) == word
    assert branches.house.call(me, other, "en") == english


def test_those_who_married_a_distant_cousin_have_a_name() -> None:
    """A clan brother's wife has a word of her own; without an age the way is told."""
    branches = Branches()
    branches.grow("a", "mmmm", first=1720)
    branches.grow("b", "mmmm", first=1715)
    house = branches.house
    house.add("嫂", "female", 1820)
    house.marry("b4", "嫂")
    assert house.call("a4", "嫂") == "族嫂"
    assert house.call("a4", "嫂", "en") == "third cousin's wife"
    house.add("丁", "male", None, "a3")
    house.add("丁妻", "female", None)
    house.marry("丁", "丁妻")
    assert house.call("a4", "丁妻") == "兄弟的妻子"


def test_what_is_not_known_is_not_invented() -> None:
    """Without birthdays or sexes the word stays open."""
    house = House()
    house.add("父", "male", None)
    house.add("甲", "male", None, "父")
    house.add("乙", "male", None, "父")
    house.add("丙", "", None, "父")
    assert house.call("甲", "乙") == "兄弟" and house.call("甲", "丙") == "兄弟姐妹"
    assert house.call("甲", "丙", "en") == "sibling"


def test_two_ways_have_two_names() -> None:
    """Cousins who married: one's wife's father is one's uncle too; the nearer tie is told."""
    house = House()
    house.add("祖", "male", 1920)
    house.add("父", "male", 1950, "祖")
    house.add("叔", "male", 1955, "祖")
    house.add("我", "male", 1980, "父")
    house.add("她", "female", 1985, "叔")
    house.marry("我", "她")
    assert house.call("我", "叔") == "叔叔"
    assert house.call("我", "她") == "堂妹"


def test_a_brothers_husband_is_called_so() -> None:
    """Words that take the sexes for granted are not used where they do not fit."""
    house = House()
    house.add("父", "male", 1950)
    house.add("我", "female", 1980, "父")
    house.add("哥", "male", 1975, "父")
    house.add("他", "male", 1976)
    house.marry("哥", "他")
    assert house.call("我", "他") == "哥哥的丈夫"
    assert house.call("我", "他", "en") == "brother-in-law"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 60))
def test_every_tie_has_another_end(seed: int, size: int) -> None:
    """Whoever is related to someone has a name from there as well, in both languages."""
    dice, tree = Random(seed), Tree()
    ids = [UUID(int=n) for n in range(size)]
    for n, id in enumerate(ids):
        tree.add(Someone(id, dice.choice(("female", "male", "")), date(1800 + n, 1, 1)))
        for parent in dice.sample(ids[:n], min(n, dice.randint(0, 2))):
            tree.link(parent, id, dice.choice(("birth", "birth", "adoption", "step")))
    for _n in range(size // 4):
        tree.join(*dice.sample(ids, 2), former=dice.random() < 0.3)
    for _n in range(20):
        a, b = dice.choice(ids), dice.choice(ids)
        for lang in ("zh-CN", "en"):
            there, back = kinship(tree, a, b, lang), kinship(tree, b, a, lang)
            assert bool(there) == bool(back)
            assert all(word.strip() and "None" not in word for word in there)
