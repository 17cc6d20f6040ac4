"""A person's logins before their server starts: made, repaired, named when they fail, ended."""

from datetime import datetime
from typing import Any

import psycopg
import pymongo
import pytest
import redis

from hub.accounts import Account
from hub.provisioning import Models, NotReady, Provisioner
from hub.tokens import person_of
from pgc_lib.core.administration import Administration
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.i18n import set_lang
from pgc_lib.lab import Lab
from pgc_lib.settings import NOTHING, Secret
from tests.support.lab import House
from tests.support.mongo import Mongo

MASTER = Secret("the master secret of these tests")
NOWHERE = Secret("redis://admin:hidden-word@127.0.0.1:9/0")


def account(name: str = "", **more: Any) -> Account:
    """Somebody with an account in use."""
    given = {
        "id": new_id(),
        "name": name or f"p-{new_id().hex[-12:]}",
        "display": "",
        "lang": "en",
        "time_zone": "Asia/Shanghai",
        "state": "active",
        "admin": False,
        "number": 1,
        "asked_at": datetime(2026, 11, 21),  # noqa: DTZ001
        "asked_from": "",
        "decided_at": None,
        "decided_by": None,
    }
    return Account(**(given | more))


@pytest.fixture
def provisioner(house: House, mongo: Mongo) -> Provisioner:
    administration = Administration(
        Secret(house.owner_url), Secret(house.redis_admin), Secret(mongo.admin_url)
    )
    return Provisioner(MASTER, administration)


def test_every_login_works(provisioner: Provisioner) -> None:
    """PostgreSQL, Redis and MongoDB know the person before their server starts."""
    somebody = account()
    found = provisioner.environment(somebody)
    psycopg.connect(found["PGC_DATABASE_URL"]).close()
    with redis.Redis.from_url(found["PGC_REDIS_URL"]) as client:
        assert client.ping()
    with pymongo.MongoClient(found["PGC_MONGO_URL"]) as client:
        assert client.get_default_database().command("ping")["ok"]
    session = Session(
        person=somebody.id,
        name="x",
        database=Secret(found["PGC_DATABASE_URL"]),
        redis_url=Secret(found["PGC_REDIS_URL"]),
    )
    with Lab(session) as lab:
        assert lab.people.me().lang == "en"


def test_again_and_again(provisioner: Provisioner) -> None:
    """Each start provisions; what runs from the start before is not disturbed."""
    somebody = account()
    first = provisioner.environment(somebody)
    with psycopg.connect(first["PGC_DATABASE_URL"]) as running:
        assert provisioner.environment(somebody) == first
        assert running.execute("select 1").fetchone() == (1,)


def test_what_was_broken_is_repaired(provisioner: Provisioner, house: House) -> None:
    """A login that somebody damaged in an engine comes back with the next start."""
    somebody = account()
    found = provisioner.environment(somebody)
    house.sql(f"alter role p_{somebody.id.hex} nologin password 'other'")
    with redis.Redis.from_url(house.redis_admin) as admin:
        admin.acl_deluser(f"p_{somebody.id.hex}")
    assert provisioner.environment(somebody) == found
    psycopg.connect(found["PGC_DATABASE_URL"]).close()
    with redis.Redis.from_url(found["PGC_REDIS_URL"]) as client:
        assert client.ping()


def test_two_accounts_never_share_a_person(provisioner: Provisioner) -> None:
    """A name that the lab knows as somebody else's gives nobody a way in."""
    mama = account("mama-of-these-tests")
    provisioner.provide(mama)
    with pytest.raises(NotReady):
        provisioner.provide(account("mama-of-these-tests"))


@pytest.mark.parametrize(
    ("engine", "broken"),
    [
        ("PostgreSQL", {"owner": Secret("postgresql://pgc_owner:hidden-word@127.0.0.1:9/pgc")}),
        ("Redis", {"redis": NOWHERE}),
        (
            "MongoDB",
            {
                "mongo": Secret(
                    "mongodb://admin:hidden-word@127.0.0.1:9/admin?serverSelectionTimeoutMS=500"
                )
            },
        ),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_failure_names_the_engine_and_the_next_step(
    house: House,
    mongo: Mongo,
    engine: str,
    broken: dict[str, Secret],
    lang: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The person reads it in their language on the page of the start, and nothing that is not theirs."""
    logins = {
        "owner": Secret(house.owner_url),
        "redis": Secret(house.redis_admin),
        "mongo": NOTHING,
    }
    provisioner = Provisioner(MASTER, Administration(**(logins | broken)))
    set_lang("en" if lang == "zh-CN" else "zh-CN")
    try:
        with pytest.raises(NotReady) as failed:
            provisioner.provide(account(lang=lang))
    finally:
        set_lang(None)
    shown = failed.value.jupyterhub_message
    assert engine in shown and ("管理员" in shown) == (lang == "zh-CN")
    assert "127.0.0.1" not in shown
    assert "hidden-word" not in shown + caplog.text and engine in caplog.text


def test_shut_out_and_back(provisioner: Provisioner) -> None:
    """Every login ends, open sessions too; the same passwords open again afterwards."""
    somebody = account()
    provisioner.end(somebody)  # one who never started has nothing to end
    found = provisioner.environment(somebody)
    provisioner.end(somebody)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(found["PGC_DATABASE_URL"])
    with (
        pytest.raises(redis.AuthenticationError),
        redis.Redis.from_url(found["PGC_REDIS_URL"]) as client,
    ):
        client.ping()
    assert provisioner.environment(somebody) == found
    psycopg.connect(found["PGC_DATABASE_URL"]).close()


def test_a_model_comes_with_the_persons_own_token(provisioner: Provisioner) -> None:
    """The gateway can tell whose call it is; without a gateway there is no model at all."""
    somebody = account()
    assert not [name for name in provisioner.environment(somebody) if "MODEL" in name]
    models = Models("http://gateway:8600/v1", "small")
    with_model = Provisioner(MASTER, provisioner.administration, models).environment(somebody)
    assert with_model["PGC_MODEL_URL"] == "http://gateway:8600/v1"
    assert person_of(MASTER, with_model["PGC_MODEL_KEY"]) == somebody.id


def test_another_master_secret_gives_other_passwords(provisioner: Provisioner) -> None:
    """A new one and one start of each server change them all."""
    somebody = account()
    old = provisioner.environment(somebody)
    other = Provisioner(Secret("another one"), provisioner.administration).environment(somebody)
    for name in ("PGC_DATABASE_URL", "PGC_REDIS_URL", "PGC_MONGO_URL", "PGC_ENCRYPTION_KEY"):
        assert old[name] != other[name]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(old["PGC_DATABASE_URL"])
    psycopg.connect(other["PGC_DATABASE_URL"]).close()
