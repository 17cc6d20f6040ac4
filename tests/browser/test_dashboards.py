"""The home dashboard as `pgc dashboards` serves it, in a real browser: read, ticked, written, picked, and out of order."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil
import pytest

import pgc_lib as pgc
from pgc_lib.stores import embedded
from tests.support import needs
from tests.support.browser import browser, shot, visit, without_webgl  # noqa: F401 (a fixture)
from tests.support.dashboards import (
    PATIENCE,
    Dashboards,
    Shared,
    beside_notebooks,
    opened,
    resized,
    served,
    settled,
    speak,
)
from tests.support.jupyterlab import new_data

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, NARROW = (1440, 900), (390, 844)
BLOCKED = ("Blocked script execution", "Content Security Policy")
HOSTILE = (
    "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">",
    "很长" * 240,
    "\u202eright to left \u2067 עברית العربية",
    "👩‍👩‍👧 e\u0301 \t \x1b[31m \x7f end",
    "' onfocus='document.title=1' autofocus='",
)
REPORT = (
    "<html><head><title>r</title></head><body><h1>The written report</h1>"
    "<script>parent.document.title = 'taken'</script><img src='https://example.org/x.png'></body></html>"
)


@pytest.fixture(scope="module")
def data(demo_data: Path) -> Iterator[Path]:
    """A lab with the demo's data and three reports: one written, one failed, one that goes on."""
    needs.browser()
    with new_data(demo_data) as folder:
        page = folder / "lab" / "reports" / "weekly.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(REPORT, encoding="utf-8")
        with pgc.open(data=folder) as lab:
            now = datetime.now(UTC)
            lab.reports.runs.add(
                name="weekly_review",
                state="done",
                started_at=now,
                ended_at=now,
                page="reports/weekly.html",
            )
            error = "Traceback <b>of</b> a cell\nZeroDivisionError: division by zero"
            lab.reports.runs.add(
                name="budget", state="failed", started_at=now, failed_cell=4, error=error
            )
            lab.reports.runs.add(name="away", started_at=now, cells=6, cells_done=3, page="../x")
        yield folder


@pytest.fixture(scope="module")
def chinese(data: Path) -> Iterator[Dashboards]:
    """The dashboards in Chinese."""
    with served(data, lang="zh-CN") as running:
        yield running


@pytest.fixture(scope="module")
def english(data: Path) -> Iterator[Dashboards]:
    """The dashboards in English, with kernels that wait for pages."""
    with served(data, lang="en", ready=1) as running:
        yield running


@pytest.fixture(scope="module")
def in_chinese(browser: "Browser", chinese: Dashboards) -> Iterator[Shared]:  # noqa: F811
    """A page in Chinese for tests that leave it as it was."""
    with closing(Shared(browser, chinese.address, "zh-CN")) as page:
        yield page


@pytest.fixture(scope="module")
def in_english(browser: "Browser", english: Dashboards) -> Iterator[Shared]:  # noqa: F811
    """A page in English for tests that leave it as it was."""
    with closing(Shared(browser, english.address, "en")) as page:
        yield page


@pytest.fixture
def lab(data: Path) -> Iterator[Any]:
    """The same lab, seen from a notebook."""
    with pgc.open(data=data) as opened_lab:
        yield opened_lab


def _add(page: "Page", title: str, minutes: str = "") -> None:
    page.fill(".pgc-live .pgc-entry [name=title]", title)
    page.fill(".pgc-live .pgc-entry [name=minutes]", minutes)
    page.keyboard.press("Enter")


def _kernels(dashboards: Dashboards) -> list[psutil.Process]:
    """The kernels that run for pages."""
    found = []
    for child in psutil.Process(dashboards.process.pid).children(recursive=True):
        with suppress(psutil.Error, OSError):  # gone just now
            words = " ".join(child.cmdline())
            became = Path(f"/proc/{child.pid}/fd/0").readlink() == Path(os.devnull)
            if "ipykernel_launcher" in words or ("warm.waiting" in words and became):
                found.append(child)
    return found


def _row(page: "Page", title: str) -> Any:
    return page.locator(".pgc-live .pgc-due li", has_text=title)


def test_the_page_is_whole_in_chinese(in_chinese: Shared) -> None:
    """Every part is there in the person's language, nothing wider than the screen, on a desk and on a phone, in any light."""
    with in_chinese.lent(size=WIDE) as page:
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        for size in (WIDE, NARROW):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            for light in ("light", "dark"):
                page.emulate_media(color_scheme=light)
                resized(page)
                headings = page.locator(".pgc-live h2").all_inner_texts()
                assert [text[:2] for text in headings] == [
                    "今天",
                    "本月",
                    "提醒",
                    "我今",
                    "要复",
                    "报告",
                    "每周",
                ]
                assert "¥" in page.locator(".pgc-live .pgc-tile").first.inner_text()
                assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
                shot(page, f"dashboard-zh-CN-{light}-{size[0]}", whole=True)


def test_an_open_page_rests(in_english: Shared) -> None:
    """Where nothing is done, nothing is drawn, asked or counted over and over: a page may be open all day."""
    with in_english.lent() as page:
        settled(page)
        stirred = page.evaluate(
            """() => new Promise((done) => {
                let seen = 0;
                const all = { subtree: true, childList: true, attributes: true, characterData: true };
                new MutationObserver((list) => { seen += list.length; }).observe(document, all);
                setTimeout(() => done(seen), 1500);
            })"""
        )
        assert not stirred


def test_a_to_do_is_done_and_taken_back(
    in_english: Shared,
    lab: Any,
) -> None:
    """A click does it in the database; Undo, reached by the keyboard alone, brings it back."""
    todo = lab.todos.add(title="tick me off", due=date.today())  # noqa: DTZ011
    with in_english.lent() as page:
        _row(page, "tick me off").get_by_role("checkbox").focus()
        page.keyboard.press("Space")
        _row(page, "tick me off").wait_for(state="detached")
        settled(page)
        assert lab.todos.get(todo.id).done
        assert page.evaluate("document.activeElement.type") == "checkbox"  # the next one
        page.get_by_role("button", name="Undo").focus()
        page.keyboard.press("Enter")
        _row(page, "tick me off").wait_for()
        settled(page)
        assert not lab.todos.get(todo.id).done
        lab.todos.remove(todo.id)
        shot(page, "dashboard-en-undone")


def test_a_to_do_is_written_and_refused(
    in_chinese: Shared,
    lab: Any,
) -> None:
    """What is wrong is said at its field in Chinese and keeps what was typed; put right, it is kept."""
    with in_chinese.lent() as page:
        _add(page, "买菜，做饭", "很久")
        wrong = page.locator(".pgc-live #pgc-wrong-minutes")
        wrong.wait_for()
        assert wrong.inner_text() == "这里要填整数"
        field = page.get_by_label("预计")
        assert field.get_attribute("aria-invalid") == "true"
        assert page.input_value(".pgc-live [name=title]") == "买菜，做饭"
        assert page.evaluate("document.activeElement.name") == "minutes"
        shot(page, "dashboard-zh-CN-refused")
        _add(page, "买菜，做饭", "25")
        _row(page, "买菜，做饭").wait_for()
        settled(page)
        assert [todo.minutes for todo in lab.todos.find(title="买菜，做饭")] == [25]
        page.get_by_role("button", name="撤销").click()
        _row(page, "买菜，做饭").wait_for(state="detached")
        settled(page)
        assert not lab.todos.count(title="买菜，做饭")
        _add(page, "")
        page.locator(".pgc-live #pgc-wrong-title").wait_for()


def test_a_report_is_read_and_cannot_act(
    in_english: Shared,
) -> None:
    """Its page opens over the dashboard; a script in it does not run and its pictures ask nobody."""
    with in_english.lent(blocked=BLOCKED) as page:
        failed = page.locator(".pgc-live .pgc-reports li", has_text="budget")
        assert "Cell 4 · ZeroDivisionError: division by zero" in failed.inner_text()
        failed.locator("summary").click()
        assert "Traceback <b>of</b> a cell" in failed.locator("pre").inner_text()
        assert (
            "cell 3 of 6" in page.locator(".pgc-live .pgc-reports li", has_text="away").inner_text()
        )
        page.get_by_role("button", name="Read Weekly review").click()
        page.frame_locator(".pgc-reader iframe").get_by_role("heading").wait_for()
        assert page.evaluate("document.activeElement.dataset.pgcAct") == "shut"
        shot(page, "dashboard-en-report")
        page.keyboard.press("Escape")
        page.locator(".pgc-reader").wait_for(state="detached")
        page.get_by_role("button", name="Read away").click()
        page.get_by_text("The page of this report is no longer there.").wait_for()
        assert page.title() == "My day · PGC"
        page.keyboard.press("Escape")
        page.locator(".pgc-reader").wait_for(state="detached")


def test_the_scene_is_picked_turned_and_left(
    in_english: Shared,
) -> None:
    """Pointing at a bar names its week; buttons do the same without a mouse; a chart stands in for the scene."""
    with in_english.lent(size=(1280, 1000)) as page:
        canvas = page.locator(".pgc-live .pgc-stage canvas")
        canvas.wait_for(timeout=PATIENCE)
        canvas.scroll_into_view_if_needed()
        resized(page)
        box = canvas.bounding_box()
        assert box is not None
        told = page.locator(".pgc-live .pgc-picked")
        for step in range(2, 18):
            page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * step / 20)
            page.wait_for_timeout(150)
            if "Week of" in told.inner_text():
                break
        assert "Week of" in told.inner_text()
        shot(page, "dashboard-en-picked")
        before = told.inner_text()
        page.get_by_role("button", name="Week before").click()
        page.wait_for_function(
            "text => document.querySelector('.pgc-live .pgc-picked').innerText !== text", arg=before
        )
        page.mouse.move(box["x"] + 300, box["y"] + 100)
        page.mouse.down()
        page.mouse.move(box["x"] + 500, box["y"] + 140, steps=5)
        page.mouse.up()
        page.get_by_role("button", name="Reset the view").click()
        settled(page)
        page.get_by_role("button", name="Chart").click()
        page.locator(".pgc-live .pgc-stage svg[role=img]").first.wait_for(timeout=PATIENCE)
        shot(page, "dashboard-en-chart")
        page.get_by_role("button", name="Landscape").click()
        canvas.wait_for(timeout=PATIENCE)


def test_without_webgl_there_is_a_chart(
    browser: "Browser",  # noqa: F811
    english: Dashboards,
) -> None:
    """A machine that cannot draw in 3D gets the same weeks as a chart, at once and without a complaint."""
    with without_webgl(browser) as plain, visit(plain) as page:
        opened(page, english.address)
        page.locator(".pgc-live .pgc-stage svg[role=img]").first.wait_for(timeout=PATIENCE)
        assert not page.locator(".pgc-live canvas").count()
        assert not page.get_by_role("button", name="Landscape").count()


def test_hostile_titles_are_text(
    in_english: Shared,
    lab: Any,
) -> None:
    """Whatever a title holds is shown as it is, and nothing of it runs or pushes the page apart."""
    kept = [
        lab.todos.add(title=title, due=date(2020, 1, 1), project=title[:200]) for title in HOSTILE
    ]
    with in_english.lent(size=NARROW) as page:
        titles = page.locator(".pgc-live .pgc-due .pgc-title").all_text_contents()
        assert HOSTILE[0] in titles and HOSTILE[4] in titles and HOSTILE[2] in titles
        assert page.title() == "My day · PGC"
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        shot(page, "dashboard-en-hostile")
        _row(page, "onerror").get_by_role("checkbox").click()
        page.locator(".pgc-toast").wait_for()
        assert page.title() == "My day · PGC"
    for todo in kept:
        lab.todos.remove(todo.id)


def test_a_page_from_its_first_second_to_its_end(
    browser: "Browser",  # noqa: F811
    english: Dashboards,
    lab: Any,
) -> None:
    """What is ticked and typed while everything still starts is not lost, and leaving the page ends what was started for it."""
    todo = lab.todos.add(title="very early", due=date(2020, 1, 1))
    with visit(browser) as page:
        page.goto(english.address, wait_until="commit")
        page.locator(".pgc-still li", has_text="very early").get_by_role("checkbox").click()
        page.locator(".pgc-still [name=title]").fill("half writ")
        page.wait_for_selector(".pgc-live.pgc-shown", timeout=PATIENCE)
        settled(page)
        page.locator(".pgc-toast", has_text="very early").wait_for()
        assert lab.todos.get(todo.id).done
        assert page.input_value(".pgc-live [name=title]") == "half writ"
        assert "token" not in page.url
        before = len(_kernels(english))
        assert before
        page.goto("about:blank")
        deadline = time.monotonic() + 30
        while len(_kernels(english)) >= before and time.monotonic() < deadline:
            time.sleep(0.2)
        assert len(_kernels(english)) < before
    lab.todos.remove(todo.id)


def test_the_database_is_restarted_under_the_page(
    in_english: Shared,
    english: Dashboards,
    lab: Any,
) -> None:
    """The next click works, or says what to do and the one after works; a traceback is never seen."""
    todo = lab.todos.add(title="over the restart", due=date(2020, 1, 1))
    lab.close()
    with in_english.lent() as page:
        embedded.stop(english.data)
        _row(page, "over the restart").get_by_role("checkbox").click()
        page.locator(".pgc-live .pgc-toast").wait_for(timeout=PATIENCE)
        settled(page)
        if not page.locator(".pgc-toast", has_text="Done: over the restart").count():
            assert "→" in page.locator(".pgc-toast").inner_text()
            _row(page, "over the restart").get_by_role("checkbox").click()
            page.locator(".pgc-toast", has_text="Done: over the restart").wait_for(timeout=PATIENCE)
        assert "Traceback (most" not in page.inner_text("body")
    with pgc.open(data=english.data) as fresh:
        assert fresh.todos.get(todo.id).done
        fresh.todos.remove(todo.id)


def test_a_page_whose_kernel_died_says_so(
    in_english: Shared,
    english: Dashboards,
) -> None:
    """A kernel that was killed is started anew without our page in it: the page must notice, and say what to do."""
    with in_english.lent() as page:
        for kernel in _kernels(english):
            kernel.kill()
        page.get_by_role("button", name="Week before").click()
        page.get_by_role("alert").get_by_text("No answer from the lab since").wait_for(
            timeout=PATIENCE
        )
        shot(page, "dashboard-en-lost")
        page.get_by_role("button", name="Start again").click()
        page.wait_for_selector(".pgc-live.pgc-shown", timeout=PATIENCE)


def test_nobody_else_is_let_in(english: Dashboards) -> None:
    """Whoever reaches the port without the lab's token gets no page, no kernel and no socket to one."""
    import urllib.error
    import urllib.request

    kernel = "/api/kernels/12345678-1234-1234-1234-123456789012"
    for path in ("/", "/voila/render/home.ipynb", kernel, f"{kernel}/channels"):
        try:
            with urllib.request.urlopen(english.origin + path, timeout=20) as answer:
                assert "/login" in answer.url, path
        except urllib.error.HTTPError as refusal:
            assert refusal.code == 403, path


def test_a_person_s_server_serves_it_below_its_address(
    browser: "Browser",  # noqa: F811
    data: Path,
) -> None:
    """As on a hub: beside the notebooks, by Voilà as an extension, and everything below the person's prefix."""
    with (
        beside_notebooks(data, "/user/mei/") as address,
        visit(browser, blocked=BLOCKED) as page,
    ):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        opened(page, address)
        _add(page, "from the hub")
        _row(page, "from the hub").get_by_role("checkbox").click()
        page.locator(".pgc-toast", has_text="Done: from the hub").wait_for()
        page.get_by_role("button", name="Read Weekly review").click()
        page.frame_locator(".pgc-reader iframe").get_by_role("heading").wait_for()
        own = [path for path in asked if path.startswith("/") and path != "/x.png"]
        assert own and not [path for path in own if not path.startswith("/user/mei/")]


def test_an_empty_lab_and_a_full_one(browser: "Browser") -> None:  # noqa: F811
    """No panel is a hole: each says what will be there and how to begin, in either language. And of 5,000 due to-dos and
    100,000 transactions there is a page of them, counted, the rest on demand."""
    from tests.bench.data import transactions

    with new_data() as folder, served(folder, lang="zh-CN") as running:
        with visit(browser) as page:
            opened(page, running.address)
            for lang in ("zh-CN", "en"):
                speak(page, lang)
                assert page.locator(".pgc-live .pgc-empty").count() == 6
                _add(page, f"first {lang}")
                _row(page, f"first {lang}").wait_for()
                shot(page, f"dashboard-{lang}-empty")
                page.locator(".pgc-toast .pgc-button").first.click()
                _row(page, f"first {lang}").wait_for(state="detached")
            with pgc.open(data=folder) as lab:
                lab.finance.add_many(transactions(100_000))
                lab.todos.add_many(
                    [{"title": f"to-do {n}", "due": date(2026, 1, 1 + n % 28)} for n in range(5000)]
                )
            page.reload()
            page.wait_for_selector(".pgc-live.pgc-shown", timeout=PATIENCE)
            settled(page)
            assert page.locator(".pgc-live .pgc-due li").count() == 12
            assert "5000 things to do" in page.inner_text(".pgc-live .pgc-card h2")
            page.get_by_role("button", name="Show more").click()
            page.wait_for_function(
                "() => document.querySelectorAll('.pgc-live .pgc-due li').length === 62"
            )
        # Nothing is said in the log but what Voilà says of itself.
        log = running.log.read_text(encoding="utf-8")
        assert "Traceback" not in log and "ERROR" not in log and "Deprecat" not in log, log
