"""A real browser for tests: nothing may complain in its console, and nothing may be asked of another host.

    def test_something(browser):
        with visit(browser, lang="zh-CN", dark=True) as page:
            page.goto(address)
            shot(page, "lab-zh-dark")

With PGC_SHOTS=1 screenshots land in `tests/artefacts/`, to be looked at; that of a failure always does.
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
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

ARTEFACTS = Path(__file__).parents[1] / "artefacts"
SIZE = (1280, 860)
_OURS = ("127.0.0.1", "localhost", "")
# A window's own pages beside ours, each of which works for a second, and what Playwright turns off by this same option,
# of which the last one counts.
_WITHOUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
_ARGUMENTS = (
    f"--disable-features={','.join(_WITHOUT)}",
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


class Visitor:
    """Somebody with a page, and what it complained about since it was last asked."""

    def __init__(self, context: "BrowserContext", blocked: Sequence[str] = ()) -> None:
        self.blocked = tuple(blocked)
        self._complaints: list[str] = []
        self._context = context
        self.page = page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._complaints.append(f"page: {error}"))
        context.on("request", self._asked)
        context.on("requestfailed", self._refused)

    def complaints(self) -> list[str]:
        """All of them, told once."""
        told, self._complaints = self._complaints, []
        return told

    @contextmanager
    def heard(self, *, stays: bool = False) -> Iterator["Page"]:
        """Every complaint is a failure; the page is shut after one, and unless it `stays` also without."""
        sound = False
        try:
            yield self.page
            complaints = self.complaints()
            assert not complaints, "\n".join(complaints)
            sound = True
        except BaseException as failure:
            _keep(self.page, "failed")
            failure.add_note("\n".join(self.complaints()))
            raise
        finally:
            if not (sound and stays):
                self._context.close()

    def _said(self, message: "ConsoleMessage") -> None:
        if message.type == "error" and not any(word in message.text for word in self.blocked):
            self._complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, request: "Request") -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and (parts.hostname or "") not in _OURS:
            self._complaints.append(f"foreign request: {request.url}")

    def _refused(self, request: "Request") -> None:
        # Our own page's policy kept it from being sent.
        if "csp" in (request.failure or ""):
            line = f"foreign request: {request.url}"
            self._complaints = [each for each in self._complaints if each != line]


def visitor(
    browser: "Browser",
    *,
    lang: str = "en",
    dark: bool = False,
    size: tuple[int, int] = SIZE,
    blocked: Sequence[str] = (),
) -> Visitor:
    """Somebody new; `blocked` are words of complaints that a test wants: the browser says so when it refuses something."""
    context = browser.new_context(
        locale=lang,
        color_scheme="dark" if dark else "light",
        viewport={"width": size[0], "height": size[1]},
    )
    return Visitor(context, blocked)


@contextmanager
def visit(
    browser: "Browser",
    *,
    lang: str = "en",
    dark: bool = False,
    size: tuple[int, int] = SIZE,
    blocked: Sequence[str] = (),
) -> Iterator["Page"]:
    """A page of a new visitor; at its end, every complaint and every foreign request is a failure."""
    someone = visitor(browser, lang=lang, dark=dark, size=size, blocked=blocked)
    with someone.heard() as page:
        yield page


def fits(page: "Page", *sizes: tuple[int, int]) -> bool:
    """Whether nothing is wider than the window in any of these sizes; the page is then as it was."""
    before = page.viewport_size
    assert before is not None
    beyond: list[int] = []
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        beyond.append(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
    page.set_viewport_size(before)
    return max(beyond) <= 0


def shot(page: "Page", name: str, *, whole: bool = False) -> None:
    """Keep what is seen now, or the whole page, for whoever wants to look at it: drawing it takes long."""
    if os.environ.get("PGC_SHOTS"):
        _keep(page, name, whole=whole)


def _keep(page: "Page", name: str, *, whole: bool = False) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=whole)
