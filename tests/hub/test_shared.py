"""A page that a person shows to whoever has the link: opened without an account, and nothing else by it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hub.configuration import open_desk
from hub.desk import Desk
from hub.shared import opened
from pgc_lib.areas.anchor import Anchor
from pgc_lib.core.session import Session
from pgc_lib.errors import NotFound
from pgc_lib.settings import Secret, settings
from tests.support.hub import LocalHub
from tests.support.mongo import Mongo

WRITTEN = "<script>document.title = 'taken over'</script>"


@pytest.fixture
def desk(hub: LocalHub, mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """What the running hub knows and can do, in this process."""
    for name in ("hub_secret", "admin_database_url", "admin_redis_url"):
        kept = (hub.data / "secrets" / "hub" / name).read_text(encoding="utf-8")
        monkeypatch.setenv(f"PGC_{name.upper()}", kept)
    monkeypatch.setenv("PGC_ADMIN_MONGO_URL", mongo.admin_url)
    monkeypatch.setenv("PGC_HUB_FOLDER", str(hub.data / "hub"))
    settings.cache_clear()
    yield open_desk(settings())
    monkeypatch.undo()
    settings.cache_clear()


@contextmanager
def lab_of(desk: Desk, name: str) -> Iterator[Anchor]:
    """The career of a person of the hub, with the logins that their server would get."""
    account = desk.accounts.find(name)
    assert account is not None
    given = desk.provisioner.environment(account)
    session = Session(
        person=account.id,
        name=name,
        database=Secret(given["PGC_DATABASE_URL"]),
        redis_url=Secret(given["PGC_REDIS_URL"]),
        mongo_url=Secret(given["PGC_MONGO_URL"]),
        encryption_key=Secret(given["PGC_ENCRYPTION_KEY"]),
    )
    yield Anchor(session)
    session.close()


def test_who_has_the_link_sees_the_view_and_nothing_else(hub: LocalHub, desk: Desk) -> None:
    """No account is needed; the page is a document without scripts; taken back, it is as if it had never been."""
    name, _visitor = hub.person("mei")
    with lab_of(desk, name) as anchor:
        anchor.introduce(name="Mei Lin", headline=WRITTEN, email="mei@example.org")
        shared = anchor.share(anchor.views.add(name="coach"), days=7)
        with hub.visitor() as stranger:
            page = stranger.get(shared.path)
            assert page.status_code == 200
            assert "Mei Lin" in page.text
            assert "mei@example.org" not in page.text
            assert "<script" not in page.text
            assert page.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
            assert "noindex" in page.headers["X-Robots-Tag"]
            assert "no-store" in page.headers["Cache-Control"]
            assert anchor.shared()[0].visits == 1
            anchor.revoke("coach")
            closed = stranger.get(shared.path)
        assert closed.status_code == 404
        assert "Mei Lin" not in closed.text


def test_whatever_does_not_open_looks_the_same(hub: LocalHub, desk: Desk) -> None:
    """A token of nobody, of somebody else, half a token; and who is shut out shows nothing any more."""
    hub.calm()
    name, _visitor = hub.person("mei")
    with lab_of(desk, name) as anchor, hub.visitor() as stranger:
        anchor.introduce(name="Mei Lin")
        shared = anchor.share(anchor.views.add(name="coach"), days=7)
        person, _dot, secret = shared.token.partition(".")
        tokens = ("0" * 32 + "." + secret, f"{person}.{'A' * 43}", person, "x")
        answers = {stranger.get(f"/hub/shared/{token}").text for token in tokens}
        hub.decide(name, "block")
        answers.add(stranger.get(shared.path).text)
        assert len({text.partition("<main")[2] for text in answers}) == 1


def test_guessing_is_slowed_down(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """After sixty tries that opened nothing, from one address."""
    hub.calm()
    with hub.visitor() as guesser:
        codes = [
            guesser.get(f"/hub/shared/{'0' * 32}.{'A' * 43}").status_code for _try in range(64)
        ]
    hub.calm()
    assert set(codes[:58]) == {404}
    assert codes[-1] == 429


def test_another_persons_login_opens_nothing(desk: Desk, hub: LocalHub) -> None:
    """The token says whose page it is; another's login never reads it."""
    (mei, _one), (tom, _two) = hub.person("mei"), hub.person("tom")
    account = desk.accounts.find(tom)
    assert account is not None
    with lab_of(desk, mei) as anchor:
        shared = anchor.share(anchor.views.add(name="coach"), days=7)
    with pytest.raises(NotFound):
        opened(desk.provisioner, account, shared.token)
