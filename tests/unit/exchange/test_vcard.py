"""Address books of telephones: three versions, old encodings, and the way back."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.kin.records import Member, Relation
from pgc_lib.exchange.vcard import read, sniff, write

_OLD = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\n"
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E9=99=88;=E5=AE=88=E4=B9=89;;;\r\n"
    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E9=99=88=E5=AE=88=\r\n=E4=B9=89\r\n"
    "TEL;CELL;PREF:13800000000\r\nTEL;HOME:021-5555\r\nBDAY:1931-02-11\r\n"
    "X-QQ:12345\r\nEND:VCARD\r\n"
)


def test_a_card_of_an_old_telephone() -> None:
    """Quoted printable with soft breaks, types without a name; the second number is kept as it was."""
    found = read(_OLD.encode())
    values = found.people[0].values
    assert (values["name"], values["surname"], values["given"]) == ("陈守义", "陈", "守义")
    assert values["phone"] == "13800000000" and values["born"] == date(1931, 2, 11)
    assert "021-5555" in values["reach"] and "X-QQ:12345" in values["reach"]
    assert not values["more"]
    assert not found.problems and sniff(_OLD.encode())


def test_folded_lines_groups_and_a_birthday_without_a_year() -> None:
    """As Apple and Google write them."""
    card = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\n  Smith\\, jr.\nitem1.EMAIL;type=INTERNET:a@x.org\n"
        "BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-05\nGENDER:F\nNOTE:one\\ntwo\nUID:ABC\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nFN:Bob\nBDAY:--0420\nRELATED;TYPE=spouse:abc\nEND:VCARD\n"
    )
    found = read(card.encode())
    anna, bob = (one.values for one in found.people)
    assert (
        anna["name"] == "Anna Smith, jr." and anna["note"] == "one\ntwo" and anna["sex"] == "female"
    )
    assert anna["born_about"] == "--03-05" and "born" not in anna and anna["reference"] == "uid:abc"
    assert bob["born_about"] == "--0420"
    assert [tie.values for tie in found.ties] == [{"tie": "partner", "how": "marriage"}]


def test_what_is_wrong_is_listed_and_the_rest_is_read() -> None:
    """No end, no card, no line, an impossible day, twice the same, an encoding of its own."""
    card = (
        "FN:nobody\nBEGIN:VCARD\nFN:陈\nBDAY:2001-02-30\nBEGIN:VCARD\nFN:乙\nUID:1\nEND:VCARD\n"
        "BEGIN:VCARD\nFN:乙\nUID:1\nEND:VCARD\nBEGIN:VCARD\nnonsense\nEMAIL:x@y.z"
    )
    found = read(card.encode("gb18030"))
    reasons = "\n".join(map(str, found.problems))
    for said in ("belongs to no card", "has no end", "no such day", "there twice", "no line of a card", "within a card", "gb18030"):  # fmt: skip
        assert said in reasons
    assert [one.values["name"] for one in found.people] == ["陈", "乙", "x@y.z"]
    assert found.people[0].values["born_about"] == "2001-02-30"


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_bytes_break_it(data: bytes) -> None:
    """Whatever the file is."""
    read(b"BEGIN:VCARD\n" + data)


def _member(**values: object) -> Member:
    made = Member(**values)  # type: ignore[arg-type]
    made._id = uuid4()
    return made


_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from(" ;,\\:="), min_size=1, max_size=40
).map(str.strip)  # fmt: skip


@given(
    name=_TEXT.filter(bool), note=_TEXT, born=st.dates(), version=st.sampled_from(["3.0", "4.0"])
)
@settings(max_examples=80, deadline=None)
def test_there_and_back(name: str, note: str, born: date, version: str) -> None:
    """Whatever somebody is called; with every sign that means something in a card."""
    if born.year in (1504, 1604):
        return
    kept = _member(name=name, note=note, born=born, phone="+86 138", called="阿姨", reference="uid:7", lunar=True)  # fmt: skip
    found = read(write([kept], version=version))
    values = found.people[0].values
    for field in ("name", "note", "born", "phone", "called", "reference", "lunar"):
        assert values.get(field, "") == getattr(kept, field)
    assert not found.problems and not values["more"] and not values["reach"]


def test_an_imported_card_is_written_as_it_was() -> None:
    """Nothing that the file said is lost on the way through."""
    values = read(_OLD.encode()).people[0].values
    text = write([_member(**values)]).decode()
    assert "TEL;HOME:021-5555" in text and "X-QQ:12345" in text and "TEL:13800000000" not in text
    assert read(text.encode()).people[0].values["reach"] == values["reach"]


def test_ties_between_cards() -> None:
    """Parents, partners and friends, by the words of 4.0."""
    one, two = _member(name="a", reference="uid:1"), _member(name="b", reference="uid:2")
    ties = [
        Relation(one=one.id, other=two.id, tie="parent", how="birth"),
        Relation(one=one.id, other=two.id, tie="friend"),
    ]
    found = read(write([one, two], ties))
    told = {(tie.one, tie.other, tie.values["tie"]) for tie in found.ties}
    assert told == {("uid:1", "uid:2", "parent"), ("uid:1", "uid:2", "friend")}


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_lines_are_folded_between_characters(version: str) -> None:
    """75 bytes at most, and never in the middle of a character."""
    text = write([_member(name="名" * 90, note="字" * 300)], version=version)
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert read(text).people[0].values["note"] == "字" * 300
