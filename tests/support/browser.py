"""A real browser for tests: nothing may complain in its console, and nothing may be asked of another host.

    def test_something(browser):
        with visit(browser, lang="zh-CN", dark=True) as page:
            page.goto(address)
            shot(page, "lab-zh-dark")

Screenshots land in `tests/artefacts/`, to be looked at.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.support import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

ARTEFACTS = Path(__file__).parents[1] / "artefacts"
SIZE = (1280, 860)
_OURS = ("127.0.0.1", "localhost", "")
_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# WebGL without a graphics card
_WEBGL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """The machine's Chromium."""
    needs.browser()
    with chromium() as started:
        yield started


@contextmanager
def chromium() -> Iterator["Browser"]:
    """The same outside of tests, for benchmarks and pictures."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=needs.chromium() or None, args=[*_ARGUMENTS, *_WEBGL, *_sandbox()]
        )
        yield started
        started.close()


@contextmanager
def without_webgl(browser: "Browser") -> Iterator["Browser"]:
    """Another Chromium beside this one, which cannot draw in 3D."""
    other = browser.browser_type.launch(
        executable_path=str(needs.browser_program()),
        args=[*_ARGUMENTS, *_sandbox(), "--disable-3d-apis"],
    )
    try:
        yield other
    finally:
        other.close()


def _sandbox() -> Sequence[str]:
    return ("--no-sandbox",) if os.geteuid() == 0 else ()


@contextmanager
def visit(
    browser: "Browser",
    *,
    lang: str = "en",
    dark: bool = False,
    size: tuple[int, int] = SIZE,
    blocked: Sequence[str] = (),
) -> Iterator["Page"]:
    """A page of a new visitor; at its end, every complaint and every foreign request is a failure.

    `blocked` are words of complaints that a test wants: the browser says so when it refuses something.
    """
    context = browser.new_context(
        locale=lang,
        color_scheme="dark" if dark else "light",
        viewport={"width": size[0], "height": size[1]},
    )
    page = context.new_page()
    complaints: list[str] = []

    def said(message: "ConsoleMessage") -> None:
        if message.type == "error" and not any(word in message.text for word in blocked):
            complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def asked(request: "Request") -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and (parts.hostname or "") not in _OURS:
            complaints.append(f"foreign request: {request.url}")

    def refused(request: "Request") -> None:
        # Our own page's policy kept it from being sent.
        if "csp" in (request.failure or ""):
            line = f"foreign request: {request.url}"
            complaints[:] = [complaint for complaint in complaints if complaint != line]

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"page: {error}"))
    context.on("request", asked)
    context.on("requestfailed", refused)
    try:
        yield page
        assert not complaints, "\n".join(complaints)
    except BaseException as failure:
        shot(page, "failed")
        failure.add_note("\n".join(complaints))
        raise
    finally:
        context.close()


def shot(page: "Page", name: str, *, whole: bool = False) -> Path:
    """Keep what is seen now, or the whole page."""
    ARTEFACTS.mkdir(exist_ok=True)
    path = ARTEFACTS / f"{name}.png"
    page.screenshot(path=path, full_page=whole)
    return path
