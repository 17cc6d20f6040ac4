"""The hub's pages in a real browser: both languages, light and dark, the whole way of a new person and of an administrator."""

import re
from typing import TYPE_CHECKING

import pytest

from pgc_lib.i18n import catalogue
from tests.support.browser import browser, shot, visit  # noqa: F401 (a fixture)
from tests.support.hub import ADMIN, ADMIN_PASSWORD, PASSWORD, LocalHub

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_LOOKS = [("zh-CN", False), ("zh-CN", True), ("en", False), ("en", True)]


def said(lang: str, message: str) -> str:
    """A message in a language."""
    return catalogue(lang).get(message, message)


def log_in(page: "Page", hub: LocalHub, name: str, password: str) -> None:
    page.goto(f"{hub.url}/hub/login")
    page.fill("#username_input", name)
    page.fill("#password_input", password)
    page.click("#login_submit")
    page.wait_for_url("**/hub/home")


@pytest.mark.parametrize(("lang", "dark"), _LOOKS, ids=str)
def test_a_new_person(
    browser: "Browser",  # noqa: F811
    hub: LocalHub,
    lang: str,
    dark: bool,
) -> None:
    """Asks for an account, is let in, starts the lab and stops it again; every page in their language and look."""
    name, look = hub.new_name("xiao-ming"), f"hub-{lang}-{'dark' if dark else 'light'}"
    hub.calm()
    with visit(browser, lang=lang, dark=dark) as page:
        page.goto(f"{hub.url}/")
        assert page.locator("html").get_attribute("lang") == lang
        shot(page, f"{look}-login")
        page.get_by_role("link", name=said(lang, "Ask for one")).click()
        page.fill("#name", name)
        page.fill("#display", "小明")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        assert page.locator("#language-field").input_value() == lang
        shot(page, f"{look}-signup")
        page.locator("button.main").click()
        page.get_by_role("heading", name=said(lang, "Your request is noted")).wait_for()
        shot(page, f"{look}-noted")
        with visit(browser, lang=lang, dark=dark) as office:
            log_in(office, hub, ADMIN, ADMIN_PASSWORD)
            office.get_by_role("link", name=said(lang, "People"), exact=True).click()
            shot(office, f"{look}-people")
            office.locator(f"tr[data-name='{name}'] button[value=approve]").click()
            office.locator(f"#accounts tr[data-name='{name}']").wait_for()
        log_in(page, hub, name, PASSWORD)
        shot(page, f"{look}-home")
        if not dark or lang == "en":
            return  # the way is the same; starting servers takes its time
        page.click("#start")
        page.get_by_role("heading", name=said(lang, "Your lab is starting")).wait_for()
        shot(page, f"{look}-starting")
        page.wait_for_url(f"**/user/{name}/lab**", timeout=90_000)
        page.wait_for_selector(".jp-LabShell", timeout=90_000)
        page.goto(f"{hub.url}/hub/home")
        shot(page, f"{look}-home-running")
        page.click("#stop")
        page.wait_for_selector("#stop", state="detached")


def test_mistakes_stand_beside_their_fields(browser: "Browser", hub: LocalHub) -> None:  # noqa: F811
    """In Chinese, with what was typed still there, the passwords apart."""
    hub.calm()
    context = browser.new_context(
        locale="zh-CN"
    )  # its console tells of an answer 400, which is meant
    page = context.new_page()
    page.goto(f"{hub.url}/hub/signup")
    for field, text in (("name", "小明"), ("password", "aaaaaaaaaaaa"), ("again", "aaaaaaaaaaaa")):
        page.fill(f"#{field}", text)
    with page.expect_navigation():
        page.locator("button.main").click()
    shown = page.locator(".field-error").all_inner_texts()
    assert len(shown) == 2 and all(re.search("[一-鿿]", one) for one in shown)
    assert page.locator("#name").input_value() == "小明"
    assert page.locator("#password").input_value() == ""
    shot(page, "hub-zh-CN-mistakes")
    context.close()


def test_a_language_is_chosen(browser: "Browser", hub: LocalHub) -> None:  # noqa: F811
    """One click, which stays, and leads back to the same page."""
    with visit(browser, lang="en") as page:
        page.goto(f"{hub.url}/hub/signup")
        page.click("#language")
        page.wait_for_url("**/hub/signup")
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        page.goto(f"{hub.url}/hub/login")
        assert page.locator("html").get_attribute("lang") == "zh-CN"


@pytest.mark.parametrize(
    ("wish", "lang"),
    [
        *(("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"), ("en-GB,en;q=0.9,zh-CN;q=0.8", "en")),
        *(
            ("fr,zh-TW;q=0.5,en;q=0.3", "zh-CN"),
            ("fr,de", "en"),
            ("", "en"),
            ("zh;q=x,en;q=0.1", "en"),
        ),
        *((";;;,,,q=", "en"), ("z" * 5000, "en")),
    ],
)
def test_what_a_browser_asks_for(hub: LocalHub, wish: str, lang: str) -> None:
    """The best of the two languages that the browser can read; nonsense is English."""
    with hub.visitor(headers={"Accept-Language": wish}) as visitor:
        assert f'<html lang="{lang}">' in visitor.get("/hub/login").text
        visitor.get("/hub/language/zh-CN")
        assert '<html lang="zh-CN">' in visitor.get("/hub/login").text
        visitor.cookies.set("pgc-lang", "../../etc", path="/")
        assert visitor.get("/hub/login").status_code == 200


def test_a_narrow_screen(browser: "Browser", hub: LocalHub) -> None:  # noqa: F811
    """On a phone nothing is cut off."""
    with visit(browser, lang="zh-CN", size=(360, 740)) as page:
        log_in(page, hub, ADMIN, ADMIN_PASSWORD)
        for path in ("home", "people", "password"):
            page.goto(f"{hub.url}/hub/{path}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, "hub-zh-CN-narrow")


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_page_speaks_the_visitors_language(
    browser: "Browser",  # noqa: F811
    hub: LocalHub,
    lang: str,
) -> None:
    """Also what goes wrong: pages that are not there, and doors that stay closed."""
    context = browser.new_context(locale=lang)
    page = context.new_page()
    log_in(page, hub, ADMIN, ADMIN_PASSWORD)
    for path, message in (
        ("/hub/nowhere", "There is nothing here"),
        ("/user/nobody/lab", "There is nothing here"),
        ("/hub/password", "Change the password"),
    ):
        page.goto(hub.url + path)
        heading = page.locator("h1").inner_text()
        assert heading == said(lang, message), (path, heading)
    shot(page, f"hub-{lang}-password")
    context.close()
