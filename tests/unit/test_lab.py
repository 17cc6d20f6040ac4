"""The front door: what `pgc.open()` finds at home and on a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import pgc_lib
from pgc_lib.core.zone import zone
from pgc_lib.errors import Denied, PgcError, SettingError, Unavailable
from pgc_lib.lab import Lab
from pgc_lib.settings import settings
from pgc_lib.stores.postgres import address_of
from tests.support.engines import Home
from tests.support.lab import House, Person


@pytest.fixture(autouse=True)
def settings_read_anew() -> Iterator[None]:
    """Settings are read once a process; here each test has its own."""
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def served(house: House, person: Person, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab on a server, as the hub's containers open it."""
    session = person("mama", time_zone="Europe/Berlin")
    monkeypatch.setenv("PGC_DATABASE_URL", session.database.reveal())
    monkeypatch.setenv("PGC_REDIS_URL", session.redis_url.reveal())
    monkeypatch.setenv("PGC_ENCRYPTION_KEY", session.encryption_key.reveal())
    settings.cache_clear()
    with pgc_lib.open() as lab:
        yield lab


def test_at_home_the_lab_has_an_owner_and_their_time_zone(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first start makes the person, in the zone of the machine; they look after the lab themselves."""
    monkeypatch.setenv("TZ", "America/Lima")
    monkeypatch.setattr("tzlocal.unix._cache_tz_name", None)  # asked once a process
    with pgc_lib.open(data=home.data) as lab:
        assert lab.people.me().time_zone == "America/Lima" == zone().key
        made = lab.people.admin.create("grandma")
        assert made.name == "grandma" and made.redis
        assert "grandma" in {person.name for person in lab.people.admin.everyone()}
        lab.people.amend(time_zone="Asia/Tokyo")
        assert zone().key == "Asia/Tokyo"
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    with pgc_lib.open(data=home.data) as lab:
        assert zone().key == "Asia/Tokyo", "what the person chose stays"
        assert lab.session.name == lab.people.me().name
    monkeypatch.setattr("pgc_lib.stores.migrations.head", lambda: "of another version")
    monkeypatch.setattr("pgc_lib.home._prepare", lambda *_all: None)
    with pytest.raises(Unavailable, match=r"restart this kernel|重启这个内核"):
        pgc_lib.open(data=home.data)


def test_on_a_server_the_login_says_who_it_is(served: Lab) -> None:
    """Name and zone come from the account; nobody there makes persons."""
    assert served.session.name.startswith("mama-") and zone().key == "Europe/Berlin"
    served.todos.add(title="on the server")
    assert served.todos.count() == 1
    with pytest.raises(Denied):
        served.people.admin.create("x")


def test_a_login_of_nobody_is_told(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong address, a wrong name, a server that is away: each says so before anything else is tried."""
    url = person().database.reveal()
    monkeypatch.setenv("PGC_DATABASE_URL", house.owner_url)
    with pytest.raises(SettingError):
        pgc_lib.open()
    away = address_of(url)
    settings.cache_clear()
    monkeypatch.setenv(
        "PGC_DATABASE_URL", type(away)("127.0.0.1", 1, "pgc").login("p_" + "0" * 32, "the-password")
    )
    with pytest.raises(Unavailable) as error:
        pgc_lib.open()
    assert "the-password" not in str(error.value)


def test_the_past_is_read_only(served: Lab) -> None:
    """`lab.at` shows what was and refuses to change it; a moment that is none is told."""
    served.todos.add(title="now")
    before = served.at("2020-01-01")
    assert before.todos.count() == 0
    with pytest.raises(Denied):
        before.todos.add(title="then")
    with pytest.raises(PgcError):
        served.at("last tuesday")


def test_a_lab_knows_its_areas(served: Lab) -> None:
    """By name, by completion, and with a word when there is none of that name."""
    assert "finance" in dir(served) and "<Lab mama-" in repr(served)
    with pytest.raises(AttributeError, match="finance"):
        _ = served.fynance


def test_data_is_a_place_of_its_own(tmp_path: Path) -> None:
    """A file where the folder should be is an error that says so."""
    (tmp_path / "lab").write_text("a file")
    with pytest.raises(PgcError):
        pgc_lib.open(data=tmp_path / "lab")
