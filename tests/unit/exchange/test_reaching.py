"""Numbers and addresses of the family are ciphertext in the database, also those that a file brought beside the first."""

from pathlib import Path

import pytest

from pgc_lib.core.record import SEALED
from pgc_lib.exchange.reaching import parted, seal
from pgc_lib.exchange.vcard import write
from pgc_lib.lab import Lab
from tests.support.lab import House, Person, share

CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:外婆\r\nTEL;TYPE=home:021-5555\r\nTEL:13800000000\r\nEMAIL;TYPE=work:grandma@example.org\r\n"
    "item1.ADR:;;中山路 1;福州;;;\r\nORG:Tea House\r\nEND:VCARD\r\n"
)
GEDCOM = (
    "0 HEAD\n1 GEDC\n2 VERS 5.5.1\n1 CHAR UTF-8\n0 @I1@ INDI\n1 NAME Ann /Lee/\n1 PHON 123\n1 PHON 456-789\n1 OCCU baker\n"
    "1 RESI\n2 ADDR 7 Hidden Lane\n1 EVEN reader\n2 TYPE hobby\n0 TRLR\n"
)
SECRETS = ("5555", "13800000000", "grandma@", "中山路", "456-789", "Hidden Lane")


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A new person's lab."""
    return house.lab(person("granddaughter"))


def in_the_open(house: House, lab: Lab) -> str:
    """What whoever reads the database sees of the family, without what it was before."""
    rows = house.sql("select body::text from pgc.documents where owner = %s", lab.session.person)
    return str(rows)


def test_nothing_of_it_is_in_the_open(house: House, lab: Lab, tmp_path: Path) -> None:
    """Of either kind of file; its owner writes it out as it came, and others see that there is something."""
    for name, text in (("a.vcf", CARD), ("a.ged", GEDCOM)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        lab.import_file(tmp_path / name).accept()
    told = in_the_open(house, lab)
    assert "Tea House" in told and "baker" in told and not [each for each in SECRETS if each in told]  # fmt: skip
    (grandma,) = lab.family.members.find(name="外婆")
    card = write([grandma]).decode()
    assert "TEL;TYPE=home:021-5555" in card and "TEL:13800000000" in card and "福州" in card
    (ann,) = lab.family.members.find(surname="Lee")
    assert "456-789" in ann.reach and "Hidden Lane" in ann.reach and "hobby" in ann.more
    other = house.lab(house.person("aunt"))
    share(lab.session, other.session, "family", "see")
    (seen,) = other.family.members.find(name="外婆")
    assert seen.reach == SEALED
    theirs = write([seen]).decode()
    assert "ORG:Tea House" in theirs and "5555" not in theirs and "SEALED" not in theirs


def test_what_stood_in_the_open_is_sealed(house: House, lab: Lab) -> None:
    """Once; nothing is lost, and taking it back is one step."""
    more = "0 _VCARD TEL;TYPE=home:021-5555\n0 _VCARD ORG:Tea House\n0 RESI\n1 ADDR 中山路\n0 OCCU baker"
    old = lab.family.members.add(name="外婆", more=more, reach="0 _VCARD TEL:1")
    lab.family.members.add(name="plain", more="0 OCCU keeper of WWW-pages")
    assert seal(lab.session) == 1
    kept = lab.family.members.get(old.id)
    assert kept.more == "0 _VCARD ORG:Tea House\n0 OCCU baker"
    assert kept.reach == "0 _VCARD TEL:1\n0 _VCARD TEL;TYPE=home:021-5555\n0 RESI\n1 ADDR 中山路"
    assert not [each for each in SECRETS if each in in_the_open(house, lab)]
    assert seal(lab.session) == 0
    assert parted("") == ("", "") and parted(more)[0] == kept.more


def test_only_the_owner_can(house: House, lab: Lab, person: Person) -> None:
    """Whoever may edit the family has not its key, and leaves it alone."""
    old = lab.family.members.add(name="外婆", more="0 _VCARD TEL:1")
    other = house.lab(person("aunt"))
    share(lab.session, other.session, "family", "edit")
    assert seal(other.session) == 0
    assert lab.family.members.get(old.id).more == "0 _VCARD TEL:1"
