"""Contact data of a career are ciphertext in the database and its history; others see that there are some, and work on."""

from collections.abc import Iterator
from typing import Any

import pytest

from pgc_lib.areas.anchor import Anchor
from pgc_lib.areas.career.closing import seal
from pgc_lib.core.history import History
from pgc_lib.core.record import SEALED
from pgc_lib.errors import Denied, Invalid
from pgc_lib.i18n import in_lang
from tests.support.lab import House, Person, share

SECRETS = (
    "mei@example.org",
    "+86 138 0013 8000",
    "12 Hidden Lane",
    "310000",
    "隐巷 12 号",
    "old@example.org",
)


@pytest.fixture
def anchor(person: Person) -> Iterator[Anchor]:
    """The career of a new person."""
    with in_lang("en"):
        yield Anchor(person("mei"))


def introduced(anchor: Anchor) -> Anchor:
    """With contacts, in two languages."""
    anchor.introduce(name="Mei Lin", email=SECRETS[0], phone=SECRETS[1], address=SECRETS[2], postcode=SECRETS[3], city="Hangzhou",
                     translations={"zh-CN": {"name": "林梅", "address": SECRETS[4]}})  # fmt: skip
    return anchor


def in_the_open(house: House, anchor: Anchor) -> list[str]:
    """Which secrets whoever reads the database sees, in the profile and in what it was."""
    me = anchor.session.person
    rows = house.sql("select p::text from anchor.profile p where owner = %s", me)
    images = house.sql("select before::text from pgc.images where owner = %s", me)
    return [each for each in SECRETS if each in str(rows) + str(images)]


def test_contacts_are_sealed(anchor: Anchor, house: House) -> None:
    """Also those in another language; for their owner nothing is different."""
    introduced(anchor).introduce(headline="Engineer", email=SECRETS[5])
    assert in_the_open(house, anchor) == []
    me = anchor.me()
    assert me is not None and (me.email, me.phone, me.address) == (SECRETS[5], *SECRETS[1:3])
    assert me.translations == {"zh-CN": {"name": "林梅"}} and SECRETS[4] not in repr(me)
    shown = anchor.shown(content="zh-CN").profile
    assert (shown["name"], shown["address"]) == ("林梅", SECRETS[4]) and "reach" not in shown
    assert anchor.shown(content="en").profile["address"] == SECRETS[2]
    assert anchor.profile.find(city="Hangzhou") and "email" not in anchor.profile.frame().columns
    for wrong in ({"email": "nobody"}, {"reach": "x"}, {"reach": '{"en": {"name": "x"}}'}):
        with pytest.raises(Invalid):
            anchor.introduce(**wrong)
    with pytest.raises(Invalid, match="encrypted"):
        anchor.profile.update(me, translations={"en": {"phone": "1"}})


def test_whom_the_area_is_granted(anchor: Anchor, house: House, person: Person) -> None:
    """They see everything but the contacts, of which they see that they are there, and may change the rest; a stranger sees nothing."""
    introduced(anchor)
    coach, stranger = Anchor(person("coach")), Anchor(person("stranger"))
    share(anchor.session, coach.session, "anchor", "edit")
    (seen,) = coach.profile.find()
    assert (seen.name, seen.city) == ("Mei Lin", "Hangzhou")
    assert {seen.email, seen.phone, seen.address, seen.postcode, seen.reach} == {SEALED}
    changed = coach.profile.update(seen, headline="Engineer")
    assert (changed.headline, changed.email) == ("Engineer", SEALED)
    with pytest.raises(Denied):
        coach.profile.update(seen.id, phone="1")
    assert anchor.me().email == SECRETS[0]  # type: ignore[union-attr]
    assert not [each for each in SECRETS if each in str(History(coach.session).of(seen))]
    assert stranger.profile.find() == []


def opened_up(house: House, anchor: Anchor) -> Any:
    """As a lab of before had it: everything in the open, the address once more among the translations, and a change in history."""
    anchor.introduce(name="Mei Lin")
    (row,) = house.sql("select id from anchor.profile where owner = %s", anchor.session.person)
    for email, headline in ((SECRETS[5], "old"), (SECRETS[0], "new")):
        house.sql(
            "update anchor.profile set email = %s, phone = %s, address = %s, postcode = %s, reach = '', headline = %s, "
            """translations = jsonb_build_object('zh-CN', jsonb_build_object('name', '林梅', 'address', %s::text)) where id = %s""",
            email, *SECRETS[1:4], headline, SECRETS[4], row[0],
        )  # fmt: skip
    house.sql("update pgc.images set before = before - 'reach' where record = %s", row[0])
    return row[0]


def test_what_stood_in_the_open_is_sealed(anchor: Anchor, house: House, person: Person) -> None:
    """Until then its owner reads it and nobody else does; then history still knows what was, and undoing brings it back."""
    id = opened_up(house, anchor)
    coach = Anchor(person("coach"))
    share(anchor.session, coach.session, "anchor", "edit")
    assert anchor.profile.get(id).email == SECRETS[0] and coach.profile.get(id).email == SEALED
    assert len(in_the_open(house, anchor)) == len(SECRETS)
    assert seal(coach.session) == 0
    assert seal(anchor.session) == 1
    assert in_the_open(house, anchor) == []
    me = anchor.profile.get(id)
    assert (me.email, me.phone, me.address, me.postcode) == SECRETS[:4]
    assert anchor.shown(content="zh-CN").profile["address"] == SECRETS[4]
    assert seal(anchor.session) == 0 and anchor.profile.get(id).version == me.version
    history = History(anchor.session)
    history.undo(history.of(me)[0].id)
    assert anchor.profile.get(id).email == SECRETS[0]
    history.undo(history.of(me)[2].id, force=True)
    old = anchor.profile.get(id)
    assert (old.email, old.phone, old.headline) == (SECRETS[5], SECRETS[1], "old")
    assert in_the_open(house, anchor) == []


def test_the_past_is_closed_and_nothing_else(anchor: Anchor, house: House, person: Person) -> None:
    """What closes history changes contact data that are open, of one's own, and never twice."""
    introduced(anchor).introduce(headline="Engineer")
    (change, record), = house.sql("select change, record from pgc.images where owner = %s", anchor.session.person)  # fmt: skip
    before = house.sql("select before from pgc.images where record = %s", record)

    def close(who: Anchor) -> None:
        with who.session.engine.begin() as connection:
            connection.exec_driver_sql(
                "select pgc.close_contacts(%s, %s, jsonb_build_object('email', 'pgc1:forged', 'headline', 'pgc1:x', 'name', 'y'))",
                (change, record),
            )  # fmt: skip

    close(anchor)
    close(Anchor(person("stranger")))
    assert house.sql("select before from pgc.images where record = %s", record) == before
