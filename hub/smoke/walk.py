"""The walk: two persons and an administrator, from the sign-up to a report, and what the second may not see.

It runs against any hub that has an address and an administrator, and shuts both persons out again at its end.
"""

import json
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from hub.smoke import attempts
from hub.smoke.steps import Failed, Steps, expect
from hub.smoke.visitor import Visitor, chromium
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_REPORT_SECONDS = 180
_FINE = 200
_CLOSED = (401, 403, 404)
_REFUSALS = (
    "InsufficientPrivilege",
    "OperationalError: connection failed",  # PostgreSQL: the password is not the other's
    "NoPermissionError",
    "AuthenticationError",
    "OperationFailure",
)


@dataclass(frozen=True)
class Entrance:
    """Where a hub is, and who may let people in."""

    url: str
    admin: str
    password: str


def walk(
    entrance: Entrance, *, screenshots: Path | None = None, output: TextIO | None = None
) -> bool:
    """Walk the whole way; whether every step showed what it must. What failed is told where it failed."""
    began = time.monotonic()
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        way = _Way(browser, entrance, screenshots, output)
        stack.callback(way.leave)
        try:
            way.thread()
            way.walls()
        except PgcError:
            raise
        except Exception as error:  # noqa: BLE001 (the step has told it; playwright's errors are many)
            way.failed(error)
            return False
        way.end()
    print_to = output.write if output else _print
    print_to(
        _(
            "All {n} steps in {seconds:.0f} s.",
            n=way.steps.passed,
            seconds=time.monotonic() - began,
        )
        + "\n"
    )
    return True


def _print(text: str) -> None:
    import sys

    sys.stdout.write(text)


class _Way:
    """The persons on their way."""

    def __init__(
        self,
        browser: "Browser",
        entrance: Entrance,
        screenshots: Path | None,
        output: TextIO | None,
    ) -> None:
        self.steps = Steps(output, self._picture)
        self.word = f"smoke {secrets.token_hex(6)}"
        self._screenshots = screenshots
        self._active: Visitor | None = None
        run = secrets.token_hex(3)
        self.admin = Visitor.arrive(browser, entrance.url, entrance.admin, entrance.password, "en")
        self.first, self.second = (
            Visitor.arrive(
                browser, entrance.url, f"smoke-{run}-{who}", secrets.token_urlsafe(12), "en"
            )
            for who in ("a", "b")
        )
        self.let_in: list[str] = []

    # ── the thread ───────────────────────────────────────────────────────────────────────────────────

    def thread(self) -> None:
        """Two accounts, a to-do, the dashboard, a report."""
        first = self.first
        self._step(first, _("Two persons ask for an account"), self._ask)
        self._step(first, _("Nobody gets in before an administrator decides"), self._not_yet)
        self._step(self.admin, _("An administrator lets them in"), self._approve)
        self._step(first, _("The first person's lab starts"), lambda: self._start(first))
        self._step(first, _("A to-do is written in a cell"), self._write)
        self._step(first, _("No secret is in the environment"), self._environment)
        self._step(first, _("The to-do is on the dashboard"), self._dashboard)
        self._step(first, _("The weekly review is written in their own server"), self._report)
        self._step(first, _("The report can be read"), self._read)

    def _ask(self) -> None:
        for person in (self.first, self.second):
            person.sign_up()

    def _start(self, person: Visitor) -> None:
        person.log_in()
        person.start()

    def _not_yet(self) -> None:
        expect(self.first.is_refused(), "the login was not refused")

    def _approve(self) -> None:
        self.admin.log_in()
        for person in (self.first, self.second):
            self.admin.decide(person.name, "approve")
            self.let_in.append(person.name)

    def _write(self) -> None:
        first = self.first
        first.open_notebook("smoke.ipynb")
        text = first.run(
            "import datetime, pgc_lib as pgc\n"
            "lab = pgc.open()\n"
            f'lab.todos.add(title="{self.word}", due=datetime.date.today())\n'
            "print([one.title for one in lab.todos.open()])"
        )
        expect(self.word in text, text)
        self.other = first.learn(attempts.WHO) | {"secret": self.word}

    def _environment(self) -> None:
        found = self.first.learn(attempts.SECRETS_IN_ENVIRONMENT)
        expect(found["files"] >= 3, f"too few secret files: {found}")
        expect(not found["shown"], f"variables hold a secret: {found['shown']}")
        expect(set(found["readable"]) == {"0o0"}, f"others may read a secret: {found['readable']}")

    def _dashboard(self) -> None:
        page = self.first.page
        page.goto(f"{self.first.base}voila/render/dashboards/home.ipynb")
        page.get_by_text(self.word).first.wait_for()

    def _report(self) -> None:
        first = self.first
        runs = f"/user/{first.name}/pgc/api/runs"
        wanted = {"report": "weekly_review", "parameters": {"week": date.today().isoformat()}}  # noqa: DTZ011
        code, run = first.ask("POST", runs, wanted)
        expect(code == 202, f"{code} {run}")
        deadline = time.monotonic() + _REPORT_SECONDS
        # Its page and its state are written one after the other.
        while run["state"] != "failed" and not (run["state"] == "done" and run["page"]):
            expect(time.monotonic() < deadline, f"the report takes too long: {run}")
            first.page.wait_for_timeout(500)
            code, run = first.ask("GET", f"{runs}/{run['run']}")
            expect(code == 200, f"{code} {run}")
        expect(run["state"] == "done", str(run))
        self.written = run["page"]

    def _read(self) -> None:
        page = self.first.page
        page.goto(f"{self.first.base}files/{self.written}")
        page.get_by_text(self.word).first.wait_for()

    # ── the walls ────────────────────────────────────────────────────────────────────────────────────

    def walls(self) -> None:
        """The second person tries everything and gets nothing."""
        second = self.second
        self._step(second, _("The second person's lab starts"), lambda: self._start(second))
        self._step(second, _("The second person opens a notebook of their own"), self._prepare)
        self._step(second, _("The second gets nothing by browser"), lambda: self._browser(second))
        self._step(self.admin, _("Nor does an administrator"), lambda: self._browser(self.admin))
        self._step(second, _("… by SQL"), self._sql)
        self._step(second, _("… by Redis"), lambda: self._none(attempts.REDIS))
        if self._mongo():
            self._step(second, _("… by MongoDB"), lambda: self._none(attempts.MONGO))
        self._step(second, _("… by the hub's API"), lambda: self._refused(attempts.API))
        self._step(second, _("… by the network"), lambda: self._refused(attempts.NETWORK))

    def _prepare(self) -> None:
        self.second.open_notebook("smoke.ipynb")
        setup = attempts.SETUP.format(other=json.dumps(self.other))
        expect(self.second.learn(setup) == "ready", "the second person's kernel does not work")

    def _browser(self, visitor: Visitor) -> None:
        """Pages and files of the first person's server, from a page of one's own context."""
        page = visitor.context.new_page()
        try:
            for path in (
                "lab",
                "api/contents",
                "files/smoke.ipynb",
                "voila/render/dashboards/home.ipynb",
                f"files/{self.written}",
                "pgc/api/runs",
            ):
                answer = page.goto(f"{self.first.base}{path}")
                assert answer is not None
                expect(answer.status in _CLOSED, f"{path}: {answer.status} {page.url}")
                expect(self.word not in page.content(), f"{path} shows what the first person wrote")
            answer = page.goto(f"{visitor.url}/hub/spawn/{self.first.name}")
            assert answer is not None
            expect(answer.status in _CLOSED, f"start: {answer.status} {page.url}")
        finally:
            page.close()

    def _sql(self) -> None:
        found = self.second.learn(attempts.SQL)
        expect(found["rows"] == 0, f"{found['rows']} rows of the first person")
        self._all_failed({name: found[name] for name in ("become", "enter")})

    def _none(self, code: str) -> None:
        self._all_failed(self.second.learn(code))

    def _mongo(self) -> bool:
        return bool(self.second.learn("found = bool(session.mongo_url)"))

    def _refused(self, code: str) -> None:
        """Addresses of the other: closed; one's own with the same means: open, or nothing would be shown."""
        answers = self.second.learn(code)
        status, url, text = answers.pop("own")
        expect(status == _FINE, f"one's own does not open: {status} {url} {text[:100]}")
        for name, (status, url, text) in answers.items():
            # Whoever is not logged in is led to the login page, which is no answer to the question.
            led_away = status == _FINE and "/hub/login" in url
            expect(status in _CLOSED or led_away, f"{name}: {status} {url} {text[:100]}")

    def _all_failed(self, tried: dict[str, Any]) -> None:
        """Each was refused, for the reason that it is not allowed and no other."""
        expect(tried, "nothing was tried")
        for name, (succeeded, text) in tried.items():
            expect(not succeeded, f"{name} succeeded: {text}")
            expect(text.startswith(_REFUSALS), f"{name} failed for another reason: {text}")

    # ── around it ────────────────────────────────────────────────────────────────────────────────────

    def end(self) -> None:
        """Shut both out again; what they kept stays, as with anyone who leaves."""
        self._step(self.admin, _("Both are shut out again, and their servers end"), self._shut_out)
        self._step(self.first, _("Who is shut out cannot come back"), self._not_yet)

    def leave(self) -> None:
        """Whatever happened, nobody of the walk can come back."""
        try:
            self._shut_out()
        except Exception:  # noqa: BLE001 (the walk has failed already, and said why)
            self.let_in.clear()
        for visitor in (self.first, self.second, self.admin):
            visitor.leave()

    def failed(self, error: Exception) -> None:
        """Keep what was seen."""
        if self._screenshots is not None and self._active is not None:
            self._active.shot(self._screenshots, "failed")
        if not isinstance(error, Failed) and self._active is not None:
            self.steps.note(self._active.page.url)

    def _shut_out(self) -> None:
        while self.let_in:
            self.admin.decide(self.let_in[-1], "block")
            self.let_in.pop()

    def _step(self, who: Visitor, label: str, action: Callable[[], object]) -> None:
        self._active = who
        with self.steps.step(label):
            action()

    def _picture(self, label: str) -> None:
        if self._screenshots is not None and self._active is not None:
            self._active.shot(self._screenshots, f"{self.steps.passed:02d}-{_plain(label)}")


def _plain(label: str) -> str:
    return "-".join("".join(one if one.isalnum() else " " for one in label.lower()).split())[:60]
