"""The family: ties that can be, what people are called, and the dates that come."""

from datetime import date

import pytest

from pgc_lib.areas.family import Family
from pgc_lib.areas.kin.dates import Recurring, day_of, in_year, upcoming
from pgc_lib.errors import Conflict, Invalid, NotFound
from pgc_lib.i18n import in_lang
from tests.support.lab import Person, share


@pytest.fixture
def family(person: Person) -> Family:
    """Three generations."""
    family = Family(person("mei"))
    for name, sex, born in (
        ("外公", "male", "1930-02-01"),
        ("外婆", "female", "1932-09-15"),
        ("妈妈", "female", "1958-05-04"),
        ("舅舅", "male", "1955-01-09"),
        ("爸爸", "male", "1956-12-30"),
        ("小梅", "female", "1985-03-20"),
        ("表哥", "male", "1980-07-07"),
    ):
        family.add(name=name, sex=sex, born=born)
    for parent, child in (
        ("外公", "妈妈"), ("外婆", "妈妈"), ("外公", "舅舅"), ("外婆", "舅舅"), ("妈妈", "小梅"), ("爸爸", "小梅"), ("舅舅", "表哥"),
    ):  # fmt: skip
        family.parent(parent, of=child)
    family.marry("爸爸", "妈妈", since="1982-10-01")
    return family


def test_everyone_has_a_name_for_everyone(family: Family) -> None:
    """Asked by name, answered in the person's language."""
    with in_lang("zh-CN"):
        assert family.kinship("小梅", "舅舅") == "舅舅"
        assert family.kinship("表哥", "小梅") == "表妹"
        assert family.kinship("爸爸", "外婆") == "岳母"
        names = dict(family.relatives("小梅").select("name", "kinship").iter_rows())
        assert names["表哥"] == "表哥" and names["外公"] == "外公"
    assert family.kinship("小梅", "表哥") == "first cousin"
    assert family.ancestors("小梅")["generation"].to_list() == [1, 1, 2, 2]
    assert set(family.descendants("外公")["name"]) == {"妈妈", "舅舅", "小梅", "表哥"}


def test_impossible_ties_are_refused_with_the_reason(family: Family) -> None:
    """Nobody is their own ancestor, a child has two parents by birth, and dates must be able to be."""
    with pytest.raises(Invalid, match="ancestor of themselves"):
        family.parent("小梅", of="外公", how="adoption")
    with pytest.raises(Invalid, match="was born on"):
        family.parent("小梅", of="表哥")
    with pytest.raises(Invalid, match="two parents by birth"):
        family.parent("外公", of="小梅")
    with pytest.raises(Invalid, match="not born yet"):
        family.marry("小梅", "爸爸", since="1960-01-01")
    with pytest.raises(Invalid, match="before being born"):
        family.add(name="x", born="2000-01-01", died="1999-01-01")
    with pytest.raises(Invalid, match="themselves"):
        me = family.who("小梅")
        family.relations.add(one=me.id, other=me.id, tie="friend")
    assert family.relations.count() == 8


def test_a_name_must_be_one_persons(family: Family) -> None:
    """Nobody of that name, or two: both say what to do."""
    with pytest.raises(NotFound, match=r"lab\.family\.add"):
        family.who("大姨")
    family.add(name="小梅")
    with pytest.raises(Conflict, match="2 people"):
        family.kinship("小梅", "妈妈")


def test_partners_part_and_the_words_follow(family: Family) -> None:
    """From then on they are former in-laws."""
    family.part("妈妈", "爸爸", until="2001-01-01")
    with in_lang("zh-CN"):
        assert family.kinship("爸爸", "外婆") == "前岳母"
    with pytest.raises(NotFound):
        family.part("妈妈", "爸爸", until="2002-01-01")


def test_who_was_silent_for_long(family: Family) -> None:
    """The longest first, those never talked to before all; the dead are not listed."""
    family.members.update(family.who("外公"), died="2010-01-01")
    family.talked("外婆", how="visit", day="2026-01-01", note="饺子")
    family.talked("妈妈")
    silent = family.long_silent(days=30)
    names = silent["name"].to_list()
    assert "外公" not in names and "妈妈" not in names
    assert names[-1] == "外婆" and silent["days"][-1] >= 30 and silent["days"][0] is None


def test_the_dates_that_come(family: Family) -> None:
    """Birthdays by both calendars, wedding days and the feasts, with how many years it will be."""
    family.members.update(family.who("外婆"), lunar=True)
    family.occasions.add(title="中秋", month=8, day=15, lunar=True)
    family.occasions.add(title="纪念日", month=9, day=26)
    found = family.ahead(60, today=date(2026, 8, 20))
    lines = {line["what"]: line for line in found.iter_rows(named=True)}
    assert lines["中秋"]["day"] == date(2026, 9, 25)
    assert lines["纪念日"]["in_days"] == 37
    assert lines["Wedding day of 爸爸 and 妈妈"]["years"] == 44
    assert lines["外婆's birthday"]["day"] == date(2026, 9, 25)
    with in_lang("zh-CN"):
        assert "外婆的生日" in family.ahead(60, today=date(2026, 8, 20))["what"].to_list()


def test_days_that_a_year_does_not_have() -> None:
    """The 29th of February and the 30th of a short lunar month fall on the day before."""
    assert in_year(Recurring(2, 29), 2026) == date(2026, 2, 28)
    eve = [in_year(Recurring(12, 30, lunar=True), year) for year in (2024, 2025)]
    assert eve == [date(2025, 1, 28), date(2026, 2, 16)]
    # Late in the lunar year is early in the solar one after it.
    assert [
        day
        for day, _years in upcoming(
            Recurring(12, 30, lunar=True), date(2026, 2, 1), date(2026, 3, 1)
        )
    ] == [date(2026, 2, 16)]
    assert day_of(date(1985, 3, 20), lunar=True) == Recurring(1, 29, lunar=True, since=1985)
    assert day_of(date(1850, 3, 20), lunar=True) == Recurring(3, 20, since=1850)


def test_only_whom_i_let_sees_my_family(person: Person, family: Family) -> None:
    """A coach with my skills does not see my mother; with a grant they do, without her telephone number."""
    other = person("aunt")
    assert Family(other).count() == 0
    family.members.update(family.who("妈妈"), phone="13800000000")
    share(family.session, other, "family", "see")
    theirs = Family(other)
    with in_lang("zh-CN"):
        assert theirs.kinship("小梅", "妈妈") == "母亲"
    assert theirs.who("妈妈").phone == "••••••"
    assert family.who("妈妈").phone == "13800000000"
