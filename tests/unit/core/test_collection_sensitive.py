"""Encrypted fields: ciphertext outside this process, bound to one place."""

import pytest

from pgc_lib.core.collection import Collection
from pgc_lib.core.record import SEALED
from pgc_lib.errors import Denied, Invalid, StoreError
from pgc_lib.stores.filters import col
from tests.support.lab import House, Person, share
from tests.support.records import Secret


@pytest.fixture
def secrets(sample_tables: House, person: Person) -> Collection[Secret]:
    """The secrets of a new person."""
    return Collection(person(), Secret)


def test_sensitive_fields_are_ciphertext_in_the_database_and_in_its_history(
    secrets: Collection[Secret], house: House
) -> None:
    """A dump, a backup or a curious administrator shows nothing."""
    secret = secrets.add(code="a", diary="dear diary", letter="dear letter")
    assert secrets.get(secret.id).diary == "dear diary"
    again = secrets.update(secret, diary="dear diary, more")
    assert (again.diary, again.letter) == ("dear diary, more", "dear letter")
    secrets.add_many([{"code": "b", "diary": "dear batch"}, {"code": "c", "letter": None}])
    rows = str(house.sql("select t::text from samples.secrets t"))
    images = str(house.sql("select before::text from pgc.images where record = %s", secret.id))
    assert "dear" not in rows + images and "pgc1:" in rows and "pgc1:" in images
    assert [(s.diary, s.letter) for s in secrets.find(order="code")] == [
        ("dear diary, more", "dear letter"),
        ("dear batch", None),
        ("", None),
    ]


def test_a_seal_is_bound_to_its_place(secrets: Collection[Secret], house: House) -> None:
    """A ciphertext copied to another field, record or person is noticed, not shown."""
    one, two = secrets.add(code="a", diary="mine"), secrets.add(code="b", diary="also mine")
    house.sql(
        "update samples.secrets set diary = (select diary from samples.secrets where id = %s) where id = %s",
        one.id,
        two.id,
    )
    assert secrets.get(one.id).diary == "mine"
    with pytest.raises(StoreError, match="cannot be decrypted"):
        secrets.get(two.id)


def test_sensitive_fields_are_in_no_frame_filter_or_order(secrets: Collection[Secret]) -> None:
    """Ciphertext means nothing there, and sorting it would only mislead."""
    secrets.add(code="a", diary="mine")
    assert secrets.frame().columns == ["id", "code"]
    for ask in (
        lambda: secrets.frame(columns=["diary"]),
        lambda: secrets.find(diary="mine"),
        lambda: secrets.find(~col("letter").is_null()),
        lambda: secrets.find(order="diary"),
        lambda: secrets.count(diary__contains="m"),
    ):
        with pytest.raises(Invalid, match="encrypted"):
            ask()


def test_a_batch_of_secrets_is_atomic_and_renews(secrets: Collection[Secret]) -> None:
    """A wrong row or a taken key leaves nothing; a renewed row opens under the record it renewed."""
    with pytest.raises(Invalid):
        secrets.add_many([{"code": "a", "diary": "good"}, {"code": "b", "diary": "x" * 1001}])
    assert secrets.count() == 0
    secrets.add_many([{"code": "a", "diary": "old"}])
    with pytest.raises(Invalid):
        secrets.add_many([{"code": "b", "diary": "b"}, {"code": "a", "diary": "new"}])
    assert [secret.diary for secret in secrets.find()] == ["old"]
    renewed = secrets.add_many(
        [{"code": "a", "diary": "new"}, {"code": "c", "diary": "c"}], on_conflict="update"
    )
    assert (renewed.added, renewed.updated) == (1, 1)
    assert [secret.diary for secret in secrets.find(order="code")] == ["new", "c"]


def test_another_persons_secret_stays_closed(sample_tables: House, person: Person) -> None:
    """Who may see the record sees that something is written there; nobody writes with a foreign key."""
    mama, papa = Collection(person("mama"), Secret), Collection(person("papa"), Secret)
    secret = mama.add(code="a", diary="hers")
    share(mama.session, papa.session, "samples", "edit")
    assert papa.get(secret.id).diary == SEALED
    assert papa.update(secret.id, code="b").code == "b"
    for attempt in (
        lambda: papa.update(secret.id, diary="his"),
        lambda: papa.add(diary="his", owner=mama.session.person),
        lambda: papa.add_many([{"diary": "his"}], owner=mama.session.person),
    ):
        with pytest.raises(Denied, match="owner"):
            attempt()
    assert [s.diary for s in mama.find()] == ["hers"]
