"""The made-up family: rich, never loaded twice, and consistent with itself."""

import pytest

from pgc_lib.demo import PARTS, load
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """An empty lab."""
    return house.lab(person("demo"))


def test_every_area_gets_its_part_once(lab: Lab) -> None:
    """Loading again adds nothing; each area is named in the person's language."""
    with in_lang("zh-CN"):
        first, again = load(lab), load(lab)
    assert len(first) == len(PARTS) and first.keys() >= {"家人", "待办"}
    assert all(first.values()) and not any(again.values())


def test_the_demo_family_fits_together(lab: Lab) -> None:
    """Everyone is called what the tree says, and somebody was not talked to for long."""
    load(lab)
    with in_lang("zh-CN"):
        for called, word in (
            ("外婆", "外婆"),
            ("表弟媳", "表弟媳"),
            ("堂侄女", "堂侄女"),
            ("岳母", "岳母"),
            ("小舅子", "小舅子"),
        ):
            assert lab.family.kinship("我", called) == word
    assert "陈浩 Chen Hao" in lab.family.long_silent(days=120)["name"].to_list()
    assert lab.family.ahead(days=370).height > 20
