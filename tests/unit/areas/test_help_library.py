"""The help library: whole in both languages, found by any words, a person's own texts in their places, and safe to show."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pgc_lib.areas.family import Family
from pgc_lib.areas.help import Help
from pgc_lib.areas.kin import help_library
from pgc_lib.areas.kin.help_library import SECTIONS, TOPICS, Advice, shipped
from pgc_lib.areas.kin.situations import NAMES, HelpLibrary, Situation
from pgc_lib.core.history import History
from pgc_lib.core.zone import today
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from pgc_lib.i18n import LANGUAGES, in_lang
from tests.support.lab import House, Person, share

EMERGENCY = {"120", "110", "119", "12345", "12355", "12356"}
"""The numbers that a text may name; every one of them is China's."""


@pytest.fixture
def help(person: Person) -> Iterator[Help]:
    """The library of a new person who reads English."""
    with in_lang("en"):
        yield Help(person("mei"))


def length(text: str) -> float:
    """In words; 1.6 Chinese characters are about one."""
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    return han / 1.6 + len(re.findall(r"[A-Za-z0-9'’]+", text))


# ── what is shipped ──────────────────────────────────────────────────────────────────────────────────


def test_every_situation_is_there_in_both_languages() -> None:
    """At least eighty, under the same names, and alike in all that is not language."""
    zh, en = (shipped(each) for each in ("zh-CN", "en"))
    assert zh.keys() == en.keys() and len(en) >= 80
    for name, each in en.items():
        other = zh[name]
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert (each.topic, each.when, each.urgent) == (other.topic, other.when, other.urgent), name
        assert each.version >= 1 and other.version >= 1
    topics = Counter(each.topic for each in en.values())
    assert topics.keys() == TOPICS.keys() and min(topics.values()) >= 3
    assert all(each.urgent for each in en.values() if each.topic == "danger")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_says_what_helps_what_harms_what_to_say_and_whom_to_seek(language: str) -> None:
    """The same parts in the same order, each with something in it, and no longer than one reads in need."""
    texts = shipped(language).values()
    for each in texts:
        assert tuple(each.sections) == SECTIONS[language], each.name
        assert each.opening and "\n" not in each.opening, each.name
        for heading, part in each.sections.items():
            lines = part.splitlines()
            assert len(lines) >= 2 and all(line.startswith("- ") for line in lines), each.name
            assert len(set(lines)) == len(lines), (each.name, heading)
        assert 120 <= length(each.body) <= 300, (each.name, length(each.body))
        assert each.tags and len(set(each.tags)) == len(each.tags), each.name
        chinese = len(re.findall(r"[\u4e00-\u9fff]", each.title + each.body))
        assert (chinese > 150) is (language == "zh-CN"), each.name
    assert max(Counter(each.title for each in texts).values()) == 1
    assert max(Counter(each.opening for each in texts).values()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_named_that_is_not_sure(language: str) -> None:
    """Whoever is in need must reach somebody: only China's own, and readers elsewhere are told what to dial."""
    for each in shipped(language).values():
        numbers = set(re.findall(r"(?<![\d.])\d{3,}(?![\d.])", each.body))
        assert numbers <= EMERGENCY, (each.name, numbers)
        last = each.sections[SECTIONS[language][-1]]
        if each.urgent:
            assert numbers, each.name
        if language == "en" and numbers:
            assert "mainland China" in each.body, each.name
        if each.urgent:
            local = "your local emergency number" if language == "en" else "国外|别的国家"
            assert re.search(local, last, re.IGNORECASE), each.name


def test_every_situation_that_is_noticed_has_help() -> None:
    """In either language, at least three texts for each."""
    for language in LANGUAGES:
        fits = Counter(kind for each in shipped(language).values() for kind in each.when)
        assert fits.keys() == NAMES.keys() and min(fits.values()) >= 3


def test_a_file_of_the_library_is_packaged() -> None:
    """The texts lie inside the package, which hatchling takes as a whole."""
    folder = Path(help_library.__file__).parent / "help"
    package = Path(__file__).parents[3] / "pgc_lib"
    assert package in folder.parents
    assert sum(1 for _each in folder.rglob("*.md")) == 2 * len(shipped("en"))


# ── reading and searching ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("孩子不肯上学", "school-refusal"),
        ("不想活", "suicide-talk"),
        ("老公打我", "violence-at-home"),
        ("爸爸总喝酒", "drinking"),
        ("催婚", "pressure-to-marry"),
        ("婆婆带娃跟我想法不一样", "grandparents-newborn"),
        ("宝宝发烧", "child-fever"),
        ("老人走丢了", "missing-elder"),
        ("裁员", "job-lost"),
        ("gambling", "gambling"),
        ("my daughter cuts herself", "self-harm"),
        ("grandmother fell", "falls"),
        ("affair", "affair"),
        ("child swallowed tablets", "poisoning"),
        ("homesick in a new country", "moved-abroad"),
        ("tantrums", "tantrum"),
    ],
)
def test_help_is_found_by_any_words(help: Help, query: str, name: str) -> None:
    """In the language in which is asked, whatever the person's own is; among the first three."""
    found = help.search(query)
    assert name in [each.name for each in found[:3]], [each.name for each in found]
    chinese = re.search(r"[\u4e00-\u9fff]", query) is not None
    assert {each.lang for each in found} == {"zh-CN" if chinese else "en"}


def test_what_is_asked_in_vain_is_nothing(help: Help) -> None:
    """Neither blanks nor signs nor unknown words are an error; the limit holds."""
    for query in ("", "  ", "!?", "xqzzy", "<script>", "龘龘"):
        assert help.search(query) == []
    assert len(help.search("child", limit=3)) == 3 and help.search("child", limit=-1) == []
    with in_lang("zh-CN"):
        assert help.search("screaming on the floor")[0].lang == "en"


def test_topics_and_titles_lead_to_a_text(help: Help) -> None:
    """By short name, by title in either language, by a topic's name or title; what is mistyped gets a hint."""
    assert sum(each.count for each in help.topics()) == len(help.about()) == len(shipped("en"))
    assert help.about("money") == help.about("Money in the family")
    assert {each.topic for each in help.about("grief")} == {"grief"}
    assert "First steps in danger" in help.topics()._repr_html_()
    assert help.about()[0].urgent
    for name in ("gambling", "Somebody in the family gambles", "家人赌博"):
        assert help.read(name).title == "Somebody in the family gambles"
    assert help.read("gambling", language="zh").title == "家人赌博"
    with pytest.raises(NotFound, match="gambling"):
        help.read("gamblin")
    with pytest.raises(NotFound, match="search"):
        help.read("qqq")
    with pytest.raises(NotFound, match="topics"):
        help.about("weather")


def test_a_text_is_shown_as_a_page(help: Help) -> None:
    """With its headings and its language; in a list in short."""
    page = help.read("falls")._repr_html_()
    assert page.startswith("<article lang='en'><h1>") and page.count("<h2") == 4
    assert "lab.help.read(&quot;falls&quot;)" in help.about("elders")._repr_html_()
    assert help.read("falls").markdown().startswith("# An old person fell")


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_danger_the_call_comes_first(language: str) -> None:
    """Whom to call stands at the top of what is urgent, with a number, and not at the end of a page."""
    for each in shipped(language).values():
        top = each._repr_html_().partition("<h2")[0]
        assert ("<blockquote>" in top) is each.urgent
        if each.urgent:
            assert re.search("1(?:10|20)", each.first), each.name
            assert re.search("1(?:10|20)", top)


def test_family_is_offered_what_fits(person: Person) -> None:
    """Without another word, the most fitting first, in the person's language."""
    session = person("mei")
    family = Family(session)
    family.add(name="外公", died=today() - timedelta(days=5))
    family.add(name="宝宝", born=today() - timedelta(days=20))
    assert isinstance(Help(session), HelpLibrary)
    with in_lang("zh-CN"):
        offers = family.help()
        assert {each.situation.kind for each in offers} == {"loss", "newborn"}
        titles = [each.help._shown_()["可能有帮助的"] for each in offers]
        assert "亲人刚走，头几天怎么办" in titles and "新生儿回家的头几周" in titles
        assert "外公" in offers._repr_html_()
    with in_lang("en"):
        loss = Help(session).for_situation(Situation("loss", ("外公",)))
        assert 3 <= len(loss) <= 6 and all(each.when[0] == "loss" for each in loss[:3])


# ── a person's own ───────────────────────────────────────────────────────────────────────────────────


def test_ones_own_text_takes_the_place_of_the_shipped_one(help: Help) -> None:
    """It is read, searched and offered instead, keeps its versions, and can be taken back and restored."""
    before = help.read("falls")
    first = help.edit("falls", body="Ring Aunt Clara first.\n\n## What helps\n\n- zebra crossing")
    assert (first.title, first.made_from) == (before.title, before.version)
    second = help.edit("falls", title="When Grandma falls")
    assert second.id == first.id and second.body == first.body
    mine = help.read("falls")
    assert mine.edited and mine.title == "When Grandma falls" and mine.opening.startswith("Ring")
    assert help.search("zebra")[0].name == "falls"
    assert mine in help.for_situation(Situation("age", ("Grandma",)))
    assert (
        len(help.about()) == len(shipped("en")) and "my own" in help.about("elders")._repr_html_()
    )
    assert help.read("falls", language="zh-CN") == shipped("zh-CN")["falls"]
    history = History(help.session)
    assert len(history.of(second)) == 2
    assert help.take_back("falls") and help.read("falls") == before
    assert not help.take_back("falls")
    history.undo(history.of(second)[0])
    assert help.read("falls").title == "When Grandma falls"


def test_a_newer_shipped_text_is_shown_beside_ones_own(
    help: Help, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both at once until the person decides; nothing of theirs is overwritten."""
    help.edit("falls", body="mine")
    assert help.renewed() == []
    real = shipped("en")
    newer = Advice(**{**_values(real["falls"]), "version": 2, "body": "the newer text"})
    library = {**real, "falls": newer}
    monkeypatch.setattr(
        "pgc_lib.areas.help.shipped", lambda lang: library if lang == "en" else shipped(lang)
    )
    [both] = help.renewed()
    assert both.body == "mine" and both.shipped == newer
    page = both._repr_html_()
    assert "mine" in page and "the newer text" in page
    help.keep_mine("falls")
    assert help.renewed() == [] and help.read("falls").body == "mine"
    help.take_back("falls")
    assert help.read("falls") == newer
    with pytest.raises(NotFound, match="no text of your own"):
        help.keep_mine("falls")


def test_situations_of_ones_own_are_added(help: Help) -> None:
    """With the headings to fill in; found, offered, and refused when they cannot be."""
    kept = help.write("Grandma's phone is off", topic="elders", when=["silence"], tags=["phone"])
    assert kept.name == "grandma-s-phone-is-off" and kept.made_from == 0
    assert tuple(help.read(kept.name).sections) == SECTIONS["en"]
    assert help.search("phone is off")[0].name == kept.name
    silent = help.for_situation(Situation("silence", ("Grandma",)))
    assert kept.name in [each.name for each in silent]
    assert help.write("奶奶不接电话", "先打给邻居。", topic="elders", language="zh").lang == "zh-CN"
    assert help.search("邻居")[0].lang == "zh-CN"
    with pytest.raises(Conflict, match="already"):
        help.write("Falls", topic="elders")
    with pytest.raises(Invalid, match="no such topic"):
        help.write("x", "y", topic="weather")
    with pytest.raises(Invalid, match="not noticed"):
        help.write("x", "y", topic="elders", when=["rain"])
    with pytest.raises(Invalid):
        help.write("!!!", "y", topic="elders")
    with pytest.raises(NotFound):
        help.edit("no-such-thing", body="x")


def test_what_a_person_writes_is_never_executed(help: Help) -> None:
    """Neither in the text nor in the title, nor in a list."""
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>[a](javascript:alert(3))"
    kept = help.write(f"t {bad}", bad, topic="danger", name="bad", tags=[bad])
    for page in (
        help.read("bad")._repr_html_(),
        help.about("danger")._repr_html_(),
        kept._repr_html_(),
    ):
        assert "<script" not in page and not re.search(r"<[^>]*(onerror|javascript:)", page)


def test_ones_own_texts_are_found_by_the_search_of_the_lab(house: House, person: Person) -> None:
    """Like every record, by title, text and tags, and no longer when they are taken back."""
    lab = house.lab(person("mei"))
    lab.help.write("Zebra crossing", "Ring the caretaker.", topic="elders", tags=["lift"])
    lab.search.rebuild()
    for query in ("zebra", "caretaker", "tag:lift"):
        assert [hit.title for hit in lab.search.text(query)] == ["Zebra crossing"], query


def test_what_others_share_stands_beside_and_never_instead(person: Person) -> None:
    """Somebody who may see it reads it under its author's name; one's own library stays as shipped."""
    mama, papa, stranger = person("mama"), person("papa"), person("stranger")
    with in_lang("en"):
        Help(mama).edit("poisoning", body="call me first")
        Help(mama).write("Our doctor", "Dr Lin, third floor", topic="illness", when=["care"])
        share(mama, papa, "help", "see")
        theirs = Help(papa)
        assert theirs.read("poisoning") == shipped("en")["poisoning"]
        seen = [each for each in theirs.about() if each.by]
        assert {(each.name, each.by) for each in seen} == {
            ("poisoning", mama.name),
            ("our-doctor", mama.name),
        }
        assert theirs.search("third floor Lin")[0].by == mama.name
        assert mama.name in theirs.about("illness")._repr_html_()
        with pytest.raises(Denied):
            theirs.own.update(theirs.own.find(name="our-doctor")[0], body="x")
        mine = theirs.edit("poisoning", body="mine")
        assert mine.owner == papa.person and theirs.read("poisoning").body == "mine"
        assert not any(each.by for each in Help(stranger).about())


def _values(advice: Advice) -> dict[str, object]:
    return {name: getattr(advice, name) for name in Advice.__slots__}
