"""Somebody in front of a browser: signs up, logs in, starts a lab, writes and runs a cell, looks at pages."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.smoke.steps import Failed, expect
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

_PATIENCE = 120_000
_AGAIN = 5
_MARK = "pgc-smoke:"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    *("--no-first-run", "--disable-background-networking", "--disable-sync", "--disable-quic"),
    # Nothing on the way is drawn in 3D; a graphics card made of software would only cost time.
    *("--disable-gpu", "--disable-software-rasterizer"),
)

# What a page of ours asks of the server it came from, with the token that JupyterHub wants for it.
_ASK = """async ([method, path, body]) => {
    const cookie = document.cookie.split("; ").find(one => one.startsWith("_xsrf="));
    const answer = await fetch(path, {
        method, headers: {"Content-Type": "application/json", "X-XSRFToken": cookie ? cookie.slice(6) : ""},
        ...(body === null ? {} : {body: JSON.stringify(body)}),
    });
    const text = await answer.text();
    let found = null;
    try { found = JSON.parse(text); } catch (error) { found = text; }
    return {status: answer.status, found};
}"""


@contextmanager
def chromium() -> Iterator["Browser"]:
    """The machine's Chromium, driven by playwright."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NotFound(
            _("The walk needs playwright, which is not installed."),
            next_step=_("Install it beside PGC: pip install playwright"),
        ) from error
    names = (os.environ.get("PGC_CHROMIUM", ""), *_PROGRAMS)
    program = next((found for name in names if name and (found := shutil.which(name))), None)
    if program is None:
        raise NotFound(
            _("The walk needs Chromium, which is not installed."),
            next_step=_("Install it, or name one with PGC_CHROMIUM."),
        )
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*_ARGUMENTS, *sandbox])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """One person's browser, with cookies of their own."""

    url: str
    name: str
    password: str
    context: "BrowserContext"
    page: "Page"

    @classmethod
    def arrive(cls, browser: "Browser", url: str, name: str, password: str, lang: str) -> "Visitor":
        """A browser that knows nothing yet."""
        context = browser.new_context(
            locale=lang, viewport={"width": 1280, "height": 860}, reduced_motion="reduce"
        )
        context.set_default_timeout(_PATIENCE)
        return cls(url, name, password, context, context.new_page())

    @property
    def base(self) -> str:
        """The address of this person's own server."""
        return f"{self.url}/user/{self.name}/"

    def open(self, path: str) -> "Response":
        """Go to a page."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        return answer

    def sign_up(self) -> None:
        """Ask for an account."""
        self.open("/hub/signup")
        for field in ("password", "again"):
            self.page.fill(f"#{field}", self.password)
        self.page.fill("#name", self.name)
        self.page.fill("#display", self.name.title())
        with self.page.expect_navigation():
            self.page.click("button.main")
        expect(self.page.locator(".narrow.card h1").count(), self._seen())

    def log_in(self) -> None:
        """Log in and see one's home."""
        self.open("/hub/login")
        self._submit_login()
        expect("/hub/home" in self.page.url, self._seen())

    def is_refused(self) -> bool:
        """Whether the login is refused, with a reason on the page."""
        self.open("/hub/login")
        self._submit_login()
        return bool(self.page.locator("p.error").count()) and "/hub/login" in self.page.url

    def decide(self, name: str, decision: str) -> None:
        """As an administrator, decide about an account on the page of people."""
        self.open("/hub/people")
        row = self.page.locator(f"tr[data-name='{name}']")
        with self.page.expect_navigation():
            row.locator(f"button[value={decision}]").click()

    def start(self) -> None:
        """Start one's lab from the home page and wait until JupyterLab is there."""
        self.open("/hub/home")
        self.page.click("#start")
        self.page.wait_for_url(f"{self.base}lab**")
        self.page.wait_for_selector(".jp-LabShell")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask one's own server for something, from a page of it."""
        answer = self.page.evaluate(_ASK, [method, path, body])
        return int(answer["status"]), answer["found"]

    def open_notebook(self, name: str) -> None:
        """Make an empty notebook and open it in JupyterLab."""
        empty = {
            "type": "notebook",
            "content": {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
        }
        empty["content"]["metadata"] = {  # type: ignore[index]
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        }
        code, found = self.ask("PUT", f"/user/{self.name}/api/contents/{name}", empty)
        expect(code in (200, 201), f"{code} {found}")
        self.page.goto(f"{self.base}lab/tree/{name}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell .cm-content")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def run(self, code: str) -> str:
        """Write code into a new cell, run it, and read what it printed."""
        cells = self.page.locator(".jp-Notebook .jp-CodeCell")
        number = cells.count() - 1
        cell = cells.nth(number)
        cell.locator(".cm-content").click()
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Shift+Enter")
        prompt = cell.locator(".jp-InputPrompt")
        deadline = time.monotonic() + _PATIENCE / 1000
        asked = time.monotonic()
        while not (shown := prompt.inner_text()).strip("[]:* \n").isdigit():
            expect(time.monotonic() < deadline, f"the cell does not run: {shown}")
            if "*" not in shown and time.monotonic() - asked > _AGAIN:
                # JupyterLab forgets what was asked while a kernel connects; a person presses again.
                cell.locator(".jp-InputPrompt").click()
                self.page.keyboard.press("Shift+Enter")
                asked = time.monotonic()
            self.page.wait_for_timeout(50)
        output = cell.locator(".jp-OutputArea-output")
        deadline = time.monotonic() + 5
        while not output.count() and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        return "\n".join(output.all_inner_texts())

    def learn(self, code: str) -> Any:
        """Run code that leaves its result in `found`, and give that result."""
        text = self.run(f'{code}\nimport json; print("{_MARK}" + json.dumps(found))')
        for line in text.splitlines():
            if line.startswith(_MARK):
                return json.loads(line.removeprefix(_MARK))
        raise Failed(text[-1500:] or "the cell printed nothing")

    def shot(self, folder: Path, name: str) -> None:
        """Keep what is seen now."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png")

    def leave(self) -> None:
        """Close the browser."""
        self.context.close()

    def _submit_login(self) -> None:
        self.page.fill("#username_input", self.name)
        self.page.fill("#password_input", self.password)
        with self.page.expect_navigation():
            self.page.click("#login_submit")

    def _seen(self) -> str:
        return f"{self.page.url}\n{self.page.locator('main').inner_text()[:600]}"
