"""Accounts: what can be one, who has a name, who decides; the same on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from hub import passwords
from hub.account_rules import good_name
from hub.accounts import Accounts
from hub.tables import METADATA, open_tables
from pgc_lib.errors import Conflict, Invalid, NotFound
from pgc_lib.settings import NOTHING, Secret
from tests.support.lab import new_database

GOOD = "a-persons-own-word"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def tables(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """The tables of a hub's own database."""
    folder = tmp_path_factory.mktemp("accounts")
    if request.param == "sqlite":
        engine = open_tables(NOTHING, folder)
        yield engine
        engine.dispose()
        return
    engines: Any = request.getfixturevalue("engines")
    house = new_database(engines, "hub_accounts", migrated=False)
    engine = open_tables(Secret(house.admin_url), folder)
    yield engine
    engine.dispose()
    house.drop()


@pytest.fixture
def accounts(tables: Engine, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """Empty accounts. Hashing is made cheap: what it protects is tested by itself."""
    monkeypatch.setattr(passwords, "_COST", 2**4)
    with tables.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    return Accounts(tables)


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """What is refused for what it is never comes to a database, whichever that is."""
    monkeypatch.setattr(passwords, "_COST", 2**4)
    return Accounts(create_engine("postgresql+psycopg://nobody@127.0.0.1:9/nothing"))


def ask(accounts: Accounts, name: str, **more: str) -> Any:
    """Ask for an account."""
    given = {"password": GOOD, "display": "", "lang": "en"} | more
    return accounts.ask(name, given.pop("password"), **given)


@pytest.mark.parametrize("name", ["ma", "xiao-ming", "a1", "a" * 32, "p-1-2"])
def test_a_good_name(name: str) -> None:
    """Every engine, address and volume bears it."""
    assert good_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "a", "a" * 33, "Mama", "妈妈", "a b", "a_b", "-a", "a-", "a--b", "1a", "a.b"),
        *("../etc", "a/b", "a%2fb", "a\n", "a\0", "root;", "a'b", "ａｂ", "p\u200bq"),
    ],
)
def test_a_bad_name(no_database: Accounts, name: str) -> None:
    """What could be a path, a quote or another person's look-alike is refused."""
    with pytest.raises(Invalid) as refused:
        ask(no_database, name)
    assert [one.place for one in refused.value.problems] == ["name"]


@pytest.mark.parametrize("password", ["", "short", "a" * 40, "mama123", "ababababab", "x" * 300])
def test_a_weak_password(no_database: Accounts, password: str) -> None:
    """What a guesser tries first is no password; nor is one that costs a minute to hash."""
    with pytest.raises(Invalid) as refused:
        ask(no_database, "mama", password=password)
    assert [one.place for one in refused.value.problems] == ["password"]


def test_every_mistake_is_told_at_once(no_database: Accounts) -> None:
    """Nobody has to send a form four times."""
    with pytest.raises(Invalid) as refused:
        ask(no_database, "", password="", display="x" * 41, lang="fr")
    assert {one.place for one in refused.value.problems} == {"name", "password", "display", "lang"}


def test_a_display_name_is_free_but_visible(accounts: Accounts) -> None:
    """Chinese and emoji are welcome; what turns the page around is not."""
    assert ask(accounts, "mama", display=" 妈妈 👩 ").display == "妈妈 👩"
    with pytest.raises(Invalid):
        ask(accounts, "papa", display="admin\u202e")


def test_who_waits_has_no_account(accounts: Accounts) -> None:
    """The name is nobody's until an administrator decides."""
    wish = ask(accounts, "mama")
    assert accounts.find("mama") is None
    assert accounts.authenticate("mama", GOOD) == wish and wish.state == "waiting"
    made = accounts.approve(wish.id, "admin")
    assert made.active and made.decided_by == "admin" and accounts.find("mama") == made


def test_several_may_ask_for_one_name(accounts: Accounts) -> None:
    """Who asks learns nothing about who has it, and a squatter does not get it by being first."""
    squatter, mama = ask(accounts, "mama"), ask(accounts, "mama", password="her-own-password")
    accounts.approve(mama.id, "admin")
    with pytest.raises(Conflict):
        accounts.approve(squatter.id, "admin")
    assert accounts.authenticate("mama", GOOD) is None
    found = accounts.authenticate("mama", "her-own-password")
    assert found is not None and found.id == mama.id
    accounts.refuse(squatter.id)
    assert [one.id for one in accounts.everyone()] == [mama.id]


def test_an_account_cannot_be_refused(accounts: Accounts) -> None:
    """A second click on an old page does not remove somebody."""
    made = accounts.approve(ask(accounts, "mama").id, "admin")
    accounts.refuse(made.id)
    assert accounts.find("mama") == made


def test_blocked_and_back(accounts: Accounts) -> None:
    """The account stays the same person's, with the same number."""
    made = accounts.approve(ask(accounts, "mama").id, "admin")
    blocked = accounts.block(made.id, "admin")
    assert not blocked.active and accounts.find("mama") == blocked
    back = accounts.approve(made.id, "admin")
    assert (back.active, back.id, back.number) == (True, made.id, made.number)


def test_numbers_are_never_shared(accounts: Accounts) -> None:
    """Two persons with one number would be one system user."""
    made = [accounts.approve(ask(accounts, f"person-{n}").id, "admin") for n in range(4)]
    assert len({one.number for one in made}) == 4


def test_the_first_administrator_is_made_once(accounts: Accounts) -> None:
    """A restart with the old password in a file does not bring back what was changed."""
    first = accounts.first_administrator("admin", GOOD, lang="zh-CN")
    assert first is not None and first.admin and first.active
    accounts.change_password(first, "a-better-password")
    assert accounts.first_administrator("admin", GOOD, lang="zh-CN") is None
    assert accounts.authenticate("admin", GOOD) is None


def test_the_last_administrator_stays(accounts: Accounts) -> None:
    """A hub without one could let nobody in."""
    first = accounts.first_administrator("admin", GOOD, lang="en")
    assert first is not None
    with pytest.raises(Conflict):
        accounts.block(first.id, "admin")
    with pytest.raises(Conflict):
        accounts.make_administrator(first.id, "admin", admin=False)
    mama = accounts.approve(ask(accounts, "mama").id, "admin")
    accounts.make_administrator(mama.id, "admin", admin=True)
    assert not accounts.make_administrator(first.id, "mama", admin=False).admin


def test_the_waiting_list_is_not_endless(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of requests fills neither the disk nor the page."""
    monkeypatch.setattr("hub.accounts._MOST_WAITING", 2)
    ask(accounts, "one-1"), ask(accounts, "two-2")
    with pytest.raises(Conflict):
        ask(accounts, "three-3")


def test_someone_else_was_faster(accounts: Accounts) -> None:
    """A decision about what is gone says so."""
    wish = ask(accounts, "mama")
    accounts.refuse(wish.id)
    with pytest.raises(NotFound):
        accounts.approve(wish.id, "admin")


def test_the_time_zone_of_the_browser(accounts: Accounts) -> None:
    """Days begin where the person lives; what is no time zone is not kept."""
    assert ask(accounts, "mama", time_zone="Europe/Berlin").time_zone == "Europe/Berlin"
    assert ask(accounts, "papa", time_zone="../../etc/passwd").time_zone == "Asia/Shanghai"


def test_a_password_is_kept_as_a_hash() -> None:
    """Nobody can read it, and the same word twice does not look the same."""
    one, two = passwords.hashed(GOOD), passwords.hashed(GOOD)
    assert GOOD not in one and one != two
    assert passwords.matches(one, GOOD) and not passwords.matches(one, GOOD + "!")
    # What an input method writes as full-width letters is the same password.
    assert passwords.matches(passwords.hashed("ｐａｓｓｗｏｒｄ-1"), "password-1")
