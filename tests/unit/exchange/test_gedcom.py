"""Family trees in GEDCOM 5.5.1 and 7: everything comes back, and what is wrong is listed."""

import io
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.family import Family
from pgc_lib.areas.kin.records import Member, Paper, Relation
from pgc_lib.core.session import Session
from pgc_lib.errors import Invalid
from pgc_lib.exchange.gedcom import read, sniff
from pgc_lib.exchange.gedcom_lines import Line, Problems, records
from pgc_lib.exchange.gedcom_values import name_parts
from pgc_lib.exchange.gedcom_write import write
from pgc_lib.exchange.genealogy import Genealogy
from pgc_lib.exchange.genealogy_export import export
from pgc_lib.exchange.genealogy_import import reading_of
from pgc_lib.i18n import in_lang
from tests.support.lab import House, Person

DATA = Path(__file__).parents[4] / "shared" / "data" / "gedcom"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the reference files are not here")
VERSIONS = ("7.0", "5.5.1")
Kept = tuple[list[Member], list[Relation], list[Paper]]


def kept(found: Genealogy) -> Kept:
    """What an import would keep, without a store."""
    members, ids = [], {}
    for one in found.people:
        member = Member(**one.values)
        member._id = ids[one.reference] = uuid4()
        members.append(member)
    ties = [Relation(one=ids[tie.one], other=ids[tie.other], **tie.values) for tie in found.ties]
    return members, ties, [Paper(**paper) for paper in found.papers]


def structures(data: bytes) -> Counter[tuple[str, str]]:
    """Every structure with its place and text; pointers only say that they point."""
    counted: Counter[tuple[str, str]] = Counter()

    def walk(line: Line, above: str) -> None:
        place = f"{above}.{line.tag}"
        counted[place, "@" if line.pointer else line.text] += 1
        for child in line.children:
            walk(child, place)

    for record in records(io.BytesIO(data), Problems()):
        walk(record, "")
    return counted


def facts(found: Genealogy) -> tuple[Any, Any]:
    """People and ties, whatever they are called in the file."""
    names = {one.reference: one.values["name"] for one in found.people}
    fields = ("name", "sex", "born", "died", "born_about", "birthplace", "note", "called", "lunar", "place", "dead")  # fmt: skip
    people = sorted(str([one.values.get(name) or "" for name in fields]) for one in found.people)
    told = ("tie", "how", "since", "until", "ended")
    ties = sorted(
        str([sorted((names[tie.one], names[tie.other])) if tie.values["tie"] == "partner" else [names[tie.one], names[tie.other]]])
        + str([tie.values.get(name) or "" for name in told])
        for tie in found.ties
    )  # fmt: skip
    return people, ties


@needs_data
@pytest.mark.parametrize("name", ["maximal70", "minimal70", "remarriage1", "same-sex-marriage"])
def test_nothing_of_the_official_files_is_lost(name: str) -> None:
    """Every structure outside the head is there again, and the file is valid for another library."""
    original = (DATA / f"{name}.ged").read_bytes()
    found = read(original)
    assert not found.problems
    again = write(*kept(found))
    lost = {line for line in structures(original) - structures(again) if not line[0].startswith(".HEAD")}  # fmt: skip
    assert not lost
    gedcom7 = pytest.importorskip("gedcom7")
    assert not gedcom7.validate(gedcom7.loads(again.decode()))


@needs_data
def test_reference_files_say_what_they_are_known_for() -> None:
    """Two men of whom no wedding is said; two who married one another again."""
    same = read(DATA / "same-sex-marriage.ged")
    assert [tie.values["how"] for tie in same.ties] == [""]
    assert {one.values["sex"] for one in same.people} == {"male"}
    again = read(DATA / "remarriage1.ged")
    # Married 1911, divorced 1912, married again 1914, in one family record: they are together.
    assert [tie.values.get("since") for tie in again.ties] == [date(1911, 4, 1), date(1913, 6, 3)]
    assert not any(tie.values.get("ended") for tie in again.ties)


OLD = """0 HEAD
1 SOUR Family Tree Thing
1 GEDC
2 VERS 5.5.1
2 FORM LINEAGE-LINKED
1 CHAR UTF-8
0 @I1@ INDI
1 NAME /陈/守义
1 SEX M
1 BIRT
2 DATE ABT 1931
2 PLAC 福州
1 DEAT Y
1 OCCU 木匠
2 DATE FROM 1950 TO 1980
2 _RATING excellent
1 _DNA abc@@def
1 FAMS @F1@
0 @I2@ INDI
1 NAME Mary /Smith/
2 GIVN Mary
2 SURN Smith
2 NICK Polly
1 SEX F
1 BIRT
2 DATE 5 MAY 1934
2 SOUR @S1@
3 PAGE 12
1 BIRT
2 DATE 6 MAY 1934
1 NOTE A very long story about the sea,
2 CONC  and one about the land.
2 CONT And a second line.
1 FAMS @F1@
0 @I3@ INDI
1 NAME /陈/小满
1 BIRT
2 DATE 21 MAY 1960
1 FAMC @F1@
2 PEDI adopted
1 ADOP
2 DATE 1 JAN 1965
2 FAMC @F1@
3 ADOP BOTH
1 ASSO @I2@
2 RELA Godmother
0 @F1@ FAM
1 HUSB @I1@
1 WIFE @I2@
1 MARR
2 DATE 1 OCT 1955
2 PLAC London
1 DIV Y
1 CHIL @I3@
0 @S1@ SOUR
1 TITL The parish book
0 TRLR
"""


def test_an_old_file_becomes_people_and_ties() -> None:
    """Fields where there are fields; the rest word for word; two birth dates are named."""
    found = read(OLD.encode())
    first, second, third = (one.values for one in found.people)
    assert (first["name"], first["born_about"], first["birthplace"], first["dead"]) == ("陈守义", "ABT 1931", "福州", True)  # fmt: skip
    assert (
        "木匠" in first["more"]
        and "_RATING excellent" in first["more"]
        and "abc@def" in first["more"]
    )
    assert second["name"] == "Mary Smith" and second["born"] == date(1934, 5, 5)
    assert second["note"] == "A very long story about the sea, and one about the land.\nAnd a second line."  # fmt: skip
    assert [str(problem) for problem in found.problems] == ["line 29: two birth dates, 5 MAY 1934 and 6 MAY 1934; the first counts"]  # fmt: skip
    ties = [(tie.values["tie"], tie.values.get("how")) for tie in found.ties]
    assert ties == [("partner", "marriage"), ("parent", "adoption"), ("parent", "adoption"), ("godparent", None)]  # fmt: skip
    assert found.ties[0].values["ended"] == "divorce" and found.ties[1].values["since"] == date(1965, 1, 1)  # fmt: skip
    assert third["sex"] == "" if "sex" in third else True


@pytest.mark.parametrize("version", VERSIONS)
def test_there_and_back_in_both_versions(version: str) -> None:
    """The same people and ties; and in its own version the same structures."""
    found = read(OLD.encode())
    data = write(*kept(found), version=version)
    again = read(data)
    assert facts(again) == facts(found)
    assert len(again.problems) == 1
    if version == "5.5.1":
        lost = {line for line in structures(OLD.encode()) - structures(data) if not line[0].startswith(".HEAD")}  # fmt: skip
        assert not lost
        ged4py = pytest.importorskip("ged4py")
        with ged4py.GedcomReader(io.BytesIO(data)) as reader:
            names = {person.name.format() for person in reader.records0("INDI")}
            assert "Mary Smith" in names and len(names) == 3


def test_a_change_takes_the_place_of_the_old_word_and_the_rest_stays() -> None:
    """A birthday that was corrected is written with the source that the file had for it."""
    members, ties, papers = kept(read(OLD.encode()))
    mary = members[1]
    changed = Member(
        **{**mary.values(), "born": date(1933, 5, 5), "name": "Mary Chen", "surname": "Chen"}
    )
    changed._id = mary.id
    text = write([members[0], changed, members[2]], ties, papers, version="5.5.1").decode()
    person = text[text.index("0 @I2@ INDI") : text.index("0 @I3@")]
    assert "1 NAME Mary /Chen/" in person and "5 MAY 1933" in person and "5 MAY 1934" not in person
    assert "3 PAGE 12" in person and "6 MAY 1934" in person


CONTRADICTING = """0 HEAD
1 GEDC
2 VERS 7.0
0 @I1@ INDI
1 NAME Own /Ancestor/
1 BIRT
2 DATE 1 JAN 1900
1 FAMS @F1@
1 FAMC @F2@
0 @I2@ INDI
1 NAME Child /Early/
1 BIRT
2 DATE 1 JAN 1890
1 FAMC @F1@
1 FAMS @F2@
0 @I3@ INDI
1 NAME Short /Life/
1 BIRT
2 DATE 1 JAN 1950
1 DEAT
2 DATE 1 JAN 1940
1 FAMC @F9@
1 NOTE @N9@
0 @F1@ FAM
1 HUSB @I1@
1 CHIL @I2@
0 @F2@ FAM
1 HUSB @I2@
1 CHIL @I1@
1 CHIL @I77@
this is no line
0 @I1@ INDI
1 NAME Twice /There/
"""


def test_contradictions_are_listed_and_nothing_is_dropped() -> None:
    """A circle, a birth before the parent's, a death before birth, pointers to nobody, no end."""
    found = read(CONTRADICTING.encode())
    reading = reading_of(found)
    said = "\n".join(map(str, reading.problems))
    for reason in (
        "would be an ancestor of themselves", "was born on 1900-01-01", "before being born", "@F9@ is nowhere",
        "@I77@ is nowhere", "no line of GEDCOM", "there twice", "without TRLR",
    ):  # fmt: skip
        assert reason in said
    assert len(found.people) == 4 and len(found.ties) == 2
    assert sum(bool(tie.values.get("doubt")) for tie in found.ties) == 1
    assert found.people[2].values["died_about"] == "1 JAN 1940"


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_no_bytes_break_it(data: bytes) -> None:
    """Whatever the file is, it is read or refused with a reason."""
    try:
        reading_of(read(b"0 HEAD\n" + data))
    except Invalid as error:
        assert error.problems


_WORD = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20
)


@given(
    names=st.lists(_WORD, min_size=2, max_size=6),
    note=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")) | st.just("\n"), max_size=500),
    version=st.sampled_from(VERSIONS),
    seed=st.integers(0, 2**16),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_whatever_is_kept_comes_back(names: list[str], note: str, version: str, seed: int) -> None:
    """Names with any sign, notes of any length, every kind of tie."""
    members = []
    for n, name in enumerate(names):
        member = Member(
            name=name, born=date(1900 + 25 * n, 1 + seed % 12, 3), note=note.strip(), lunar=bool(seed & 1),
            reference=f"uid:{n}", sex=("female", "male", "")[(seed >> n) % 3],
        )  # fmt: skip
        member._id = UUID(int=n + 1)
        members.append(member)
    tie = ("parent", "partner", "guardian", "godparent", "friend")[seed % 5]
    how = {"parent": ("birth", "adoption", "step")[seed % 3], "partner": "marriage", "guardian": "foster"}.get(tie, "")  # fmt: skip
    ties = [Relation(one=members[0].id, other=members[-1].id, tie=tie, how=how)]
    found = read(write(members, ties, version=version))
    for member, again in zip(members, found.people, strict=True):
        spoken = " ".join(member.name.replace("/", " ").split()) or "?"
        assert again.values["name"] == spoken
        assert again.values.get("note", "") == member.note
        assert again.values["born"] == member.born and again.reference == member.reference
    assert [(one.values["tie"], one.values.get("how", "")) for one in found.ties] == [(tie, how)]
    assert not found.problems


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "cp1252"])
def test_encodings(encoding: str) -> None:
    """Those that files name, and those that they do not."""
    name = "Zoë" if encoding == "cp1252" else "陈守义"
    char = {"cp1252": "ANSI", "utf-16": "UNICODE"}.get(encoding, "UTF-8")
    text = f"0 HEAD\n1 GEDC\n2 VERS 5.5.1\n1 CHAR {char}\n0 @I1@ INDI\n1 NAME {name}\n0 TRLR\n"
    data = text.encode(encoding)
    found = read(data)
    assert sniff(data) and found.people[0].values["name"] == name
    assert bool(found.problems) == (encoding == "gb18030")


def test_ansel() -> None:
    """The library of Congress's letters: the accent comes before its letter."""
    pytest.importorskip("ansel")
    data = (
        b"0 HEAD\r\n1 CHAR ANSEL\r\n0 @I1@ INDI\r\n1 NAME Fran\xf0cois /M\xe8uller/\r\n0 TRLR\r\n"
    )
    assert read(data).people[0].values["name"] == "François Müller"


@pytest.fixture
def lab(house: House, person: Person) -> Iterator[tuple[Any, Session]]:
    """Somebody's lab."""
    session = person("tree")
    yield house.lab(session), session


def test_a_file_is_one_batch_that_is_undone_as_one(lab: tuple[Any, Session], open_folder: Path) -> None:  # fmt: skip
    """Shown first, kept whole, recognised when it comes again, taken back whole."""
    mine, _session = lab
    path = open_folder / "family.ged"
    path.write_text(OLD, "utf-8")
    seen = mine.import_file(path)
    assert seen.title == "GEDCOM family tree" and mine.family.count() == 0
    assert any("two birth dates" in problem.reason for problem in seen.problems)
    kept_now = seen.accept()
    assert kept_now.refused == 0 and mine.family.count() == 3 and mine.family.relations.count() == 4
    with in_lang("zh-CN"):
        assert mine.family.kinship("陈小满", "Mary Smith") == "养母 / 干妈"
    again = mine.import_file(path)
    assert again.new == 0
    assert again.accept().added == 0 and mine.family.relations.count() == 4
    mine.history.undo_batch(kept_now.batch)
    assert (mine.family.count(), mine.family.relations.count(), mine.family.papers.count()) == (
        0,
        0,
        0,
    )


def test_a_circle_is_kept_with_its_doubt_and_not_followed(lab: tuple[Any, Session], open_folder: Path) -> None:  # fmt: skip
    """The rest of the family is as usable as any."""
    mine, _session = lab
    path = open_folder / "circle.ged"
    path.write_text(CONTRADICTING, "utf-8")
    mine.import_file(path).accept()
    family: Family = mine.family
    assert family.count() == 4 and family.relations.count() == 2
    assert len(family.relations.find(tie="parent")) == 2
    reasons = "\n".join(each.reason for each in family.contradictions())
    assert "ancestor of themselves" in reasons and "was born on" in reasons
    data = mine.export(open_folder / "again.ged", "family").read_bytes()
    assert len(read(data).ties) == 2


def test_the_lab_s_own_family_goes_out_and_comes_in_once(lab: tuple[Any, Session], open_folder: Path) -> None:  # fmt: skip
    """Tree, address book and calendar; each recognises whom it knows."""
    mine, _session = lab
    family: Family = mine.family
    family.add(name="外婆", sex="female", born="1938-03-05", lunar=True, phone="138", called="姥姥")
    family.add(name="妈妈", sex="female", born="1964-02-29")
    family.parent("外婆", of="妈妈")
    for name in ("family.ged", "family.vcf"):
        path = export(family, open_folder / name)
        seen = mine.import_file(path)
        assert seen.new <= 1 and seen.kinds[0].known == 2, name
    assert b"TEL:138" in (open_folder / "family.vcf").read_bytes()
    calendar = export(family, open_folder / "family.ics").read_text("utf-8")
    assert calendar.count("BEGIN:VEVENT") > 9
    assert "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2" in calendar
    with pytest.raises(Invalid, match=r"\.ged for a tree"):
        export(family, open_folder / "family.docx")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("建国 /张/", "张建国"),
        ("/张/建国", "张建国"),
        ("Maria /Müller/", "Maria Müller"),
        ("/Kovács/ Béla", "Kovács Béla"),
        ("大卫 /Smith/", "大卫 Smith"),
    ],
)
def test_a_chinese_name_begins_with_the_family(written: str, shown: str) -> None:
    """However a program arranges its parts; other names stay as they stand."""
    assert name_parts(Line("NAME", written))["name"] == shown
