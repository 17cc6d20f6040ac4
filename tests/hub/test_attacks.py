"""The hub's doors under attack: forged requests, other people's tokens and cookies, names with tricks, huge forms."""

import re
import uuid
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.support.hub import ADMIN, PASSWORD, LocalHub

pytestmark = pytest.mark.slow


def first_line(page: httpx.Response) -> str:
    """The reason that a page shows."""
    found = re.search(r'<p class="(?:field-)?error"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    return found[1].strip() if found else ""


def test_no_login_without_an_administrators_word(hub: LocalHub) -> None:
    """Who asked waits, and reads so only with the password that they chose."""
    name, visitor = hub.new_name(), hub.visitor()
    assert hub.ask(visitor, name).status_code == 200
    page = visitor.log_in(name, PASSWORD)
    assert (page.status_code, page.url.path) == (403, "/hub/login")
    assert "not let you in yet" in first_line(page)
    assert "wrong" in first_line(visitor.log_in(name, PASSWORD + "!"))
    assert visitor.get("/hub/home").url.path == "/hub/login"


def test_a_name_that_is_taken_looks_like_one_that_is_not(hub: LocalHub) -> None:
    """Neither the sign-up nor the login tells a stranger who has an account."""
    known, _theirs = hub.person()
    unknown, stranger = hub.new_name(), hub.visitor()
    pages = [hub.ask(stranger, name) for name in (known, unknown)]
    assert [page.status_code for page in pages] == [200, 200]
    shown = [re.sub(r"\?v=\w+", "", page.text) for page in pages]
    assert shown[0].replace(known, "X") == shown[1].replace(unknown, "X")
    logins = [stranger.log_in(name, "not-the-password") for name in (known, unknown, "nobody")]
    assert len({(page.status_code, first_line(page)) for page in logins}) == 1


def test_a_taken_name_is_shown_to_administrators_alone(hub: LocalHub) -> None:
    """They can refuse it, and cannot give it away twice."""
    name, owner = hub.person()
    assert hub.ask(hub.visitor(), name, display="Somebody else").status_code == 200
    with hub.admin() as admin:
        page = admin.get("/hub/people").text
        waiting = page.partition('id="waiting"')[2].partition("</table>")[0]
        row = waiting.partition(f'<tr data-name="{name}">')[2].partition("</tr>")[0]
        assert "taken" in row
    refused = hub.decide(name, "approve")
    assert refused.status_code == 400 and "belongs to somebody" in first_line(refused)
    assert owner.get("/hub/home").url.path == "/hub/home"
    hub.decide(name, "refuse")


@pytest.mark.parametrize(
    "name", ["../admin", "a/b", "admin%2f..", "A B", "..", "a\u202eb", "p" * 200, "'; drop--", ""]
)
def test_names_with_tricks(hub: LocalHub, name: str) -> None:
    """They are refused with a reason beside the field, and nothing is kept."""
    page = hub.ask(hub.visitor(), name)
    assert page.status_code == 400 and "lower-case" in first_line(page)


def test_a_name_cannot_bring_markup(hub: LocalHub) -> None:
    """What somebody calls themselves is text, on the administrators' page above all."""
    name = hub.new_name()
    hub.ask(hub.visitor(), name, display="<script>alert(1)</script>")
    with hub.admin() as admin:
        page = admin.get("/hub/people").text
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
    hub.decide(name, "refuse")


def test_approving_wants_the_pages_own_token(hub: LocalHub) -> None:
    """A page elsewhere cannot let somebody in with the administrator's cookies, by POST or by GET."""
    name = hub.new_name()
    hub.ask(hub.visitor(), name)
    with hub.admin() as admin:
        page = admin.get("/hub/people").text
        row = page.partition(f'<tr data-name="{name}">')[2].partition("</tr>")[0]
        account = re.search(r'name="account" value="([^"]+)"', row)
        assert account
        fields = {"account": account[1], "decision": "approve"}
        with hub.visitor() as stranger:
            theirs = re.search(r'name="_xsrf" value="([^"]+)"', stranger.get("/hub/login").text)
        assert theirs
        for token in ({}, {"_xsrf": ""}, {"_xsrf": "x"}, {"_xsrf": theirs[1]}):
            assert admin.post("/hub/people", data=fields | token).status_code == 403
        admin.get("/hub/people", params=fields)
        assert "approve" in admin.get("/hub/people").text.partition(name)[2].partition("</tr>")[0]
    assert "not let you in" in first_line(hub.visitor().log_in(name, PASSWORD))


def test_deciding_is_for_administrators(hub: LocalHub) -> None:
    """A person with an account neither sees who waits nor decides."""
    _name, visitor = hub.person()
    assert visitor.get("/hub/people").status_code == 403
    assert "/hub/people" not in visitor.get("/hub/home").text
    fields = {"account": str(uuid.uuid4()), "decision": "promote"}
    assert visitor.submit("/hub/people", form="/hub/password", **fields).status_code == 403
    with hub.visitor() as stranger:
        assert stranger.get("/hub/people").url.path == "/hub/login"


@pytest.mark.parametrize(
    "account", ["", "1", "../..", "' or 1=1", str(uuid.uuid4()), "0" * 5000], ids=len
)
def test_decisions_about_nobody(hub: LocalHub, account: str) -> None:
    """An administrator's stale or forged form is an error on the page, never a trace of one."""
    with hub.admin() as admin:
        page = admin.submit("/hub/people", account=account, decision="approve")
    assert page.status_code == 400 and "Traceback" not in page.text


def test_a_guesser_waits_and_others_do_not(hub: LocalHub) -> None:
    """After some wrong passwords even the right one waits; another name goes on, and whose name it is logs in as ever
    from another address."""
    name, _visitor = hub.person("guessed")
    other, _other = hub.person()
    with hub.visitor() as guesser:
        codes = [guesser.log_in(name, f"guess-number-{n}").status_code for n in range(10)]
        assert codes[:7] == [403] * 7 and codes[-1] == 429
        assert guesser.log_in(name, PASSWORD).status_code == 429
        assert guesser.log_in(other, PASSWORD).url.path == "/hub/home"
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with hub.visitor(transport=elsewhere) as person:
        assert person.log_in(name, PASSWORD).url.path == "/hub/home"
    hub.calm()


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_a_guesser_cannot_come_from_elsewhere(hub: LocalHub, header: str) -> None:
    """What a visitor writes about their own address is not what the hub counts by."""
    before = tries(hub)
    with hub.visitor(headers={header: "203.0.113.9"}) as guesser:
        guesser.log_in("nobody-at-all", "guess-number-1")
    assert not [one for one in tries(hub) if "203.0.113.9" in one]
    assert before <= tries(hub)


def tries(hub: LocalHub) -> set[str]:
    """What the hub counts tries by."""
    import sqlite3

    with sqlite3.connect(hub.data / "hub" / "accounts.sqlite") as connection:
        return {row[0] for row in connection.execute("select subject from pgc_tries")}


@pytest.mark.parametrize(
    "place",
    [
        *("https://example.org/", "//example.org/", "///example.org", "/\\example.org"),
        *("https:example.org", "javascript:alert(1)", "http://127.0.0.1.example.org/"),
    ],
)
def test_no_way_out(hub: LocalHub, place: str) -> None:
    """Neither the login nor the choice of a language leads to somebody else's page."""
    with hub.visitor() as visitor:
        visitor.follow_redirects = False
        answers = [visitor.get("/hub/language/en", params={"next": place})]
        page = visitor.get("/hub/login", params={"next": place})
        token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
        assert token
        fields = {"_xsrf": token[1], "username": ADMIN, "password": "an-administrators-word"}
        answers.append(visitor.post("/hub/login", params={"next": place}, data=fields))
    for answer in answers:
        assert answer.status_code == 302
        target = answer.headers["location"]
        assert target.startswith("/") and not target.startswith(("//", "/\\"))


def test_huge_forms(hub: LocalHub) -> None:
    """Megabytes in a field are refused before anything is hashed, and the hub goes on."""
    with hub.visitor() as visitor:
        assert visitor.submit("/hub/signup", name="x" * 500_000).status_code in (400, 413)
        assert visitor.submit("/hub/signup", name="mama", more="x" * 3_000_000).status_code == 413
        many = {f"field-{number}": "x" for number in range(5000)}
        assert visitor.submit("/hub/signup", **many).status_code in (400, 413)
        login = visitor.submit("/hub/login", username="mama", password="x" * 1_000_000)
        assert login.status_code == 403
        assert visitor.get("/hub/health").status_code == 200


def test_an_administrators_password_opens_no_api(hub: LocalHub) -> None:
    """Administrators of ours are no administrators of JupyterHub: its API lets them do nothing to others."""
    name, _visitor = hub.person()
    with hub.admin() as admin:
        token = re.search(
            r'xsrf_token: "([^"]+)"|name="_xsrf" value="([^"]+)"', admin.get("/hub/password").text
        )
        assert token
        headers = {"X-XSRFToken": token[1] or token[2]}
        for method, path in (
            ("GET", "users"),
            ("GET", f"users/{name}"),
            ("POST", f"users/{name}/server"),
            ("POST", f"users/{name}/tokens"),
            ("PATCH", f"users/{name}"),
            ("DELETE", f"users/{name}"),
            ("POST", "shutdown"),
            ("GET", "proxy"),
        ):
            answer = admin.request(method, f"/hub/api/{path}", headers=headers, json={})
            assert answer.status_code in (403, 404), (method, path, answer.text)
        assert admin.get("/hub/admin").status_code in (403, 404)


def test_a_new_password_ends_every_other_session(hub: LocalHub) -> None:
    """A cookie that was copied is worth nothing afterwards; the old password opens nothing."""
    name, visitor = hub.person()
    with hub.visitor(cookies=visitor.cookies) as thief:
        assert thief.get("/hub/home").url.path == "/hub/home"
        fields = {"password": "my-new-password", "again": "my-new-password"}
        assert "not your password" in first_line(
            visitor.submit("/hub/password", old="wrong-old-one", **fields)
        )
        assert visitor.submit("/hub/password", old=PASSWORD, **fields).status_code == 200
        assert visitor.get("/hub/home").url.path == "/hub/home"
        assert thief.get("/hub/home").url.path == "/hub/login"
        assert thief.log_in(name, PASSWORD).status_code == 403
        assert thief.log_in(name, "my-new-password").url.path == "/hub/home"


def test_who_is_shut_out_loses_everything_at_once(hub: LocalHub) -> None:
    """Sessions, tokens, the server and the logins in the engines end with one click."""
    name, visitor = hub.person()
    assert hub.start(visitor, name).status_code == 200
    server = hub.server(name)
    secret = next(
        Path(value)
        for variable, value in server.environ().items()
        if variable == "PGC_DATABASE_URL_FILE"
    ).read_text()
    psycopg.connect(secret).close()
    with psycopg.connect(secret) as session:
        assert hub.decide(name, "block").url.path == "/hub/people"
        with pytest.raises(psycopg.Error):
            session.execute("select count(*) from todos.items")
    server.wait(20)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(secret)
    assert visitor.get("/hub/home").url.path == "/hub/login"
    assert "closed" in first_line(visitor.log_in(name, PASSWORD))
    hub.decide(name, "approve")
    assert visitor.log_in(name, PASSWORD).url.path == "/hub/home"
    assert hub.start(visitor, name).status_code == 200
    psycopg.connect(secret).close()
    hub.decide(name, "block")
