"""The scene in a real browser: it is drawn, a click reaches Python and comes back as words, time moves; without WebGL it is a chart."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pgc_lib as pgc
from pgc_lib.notebook.dashboards import OPTIONS, environment, free_port
from tests.support import needs
from tests.support.browser import browser, shot, visit, without_webgl  # noqa: F401 (a fixture)
from tests.support.dashboards import first_port
from tests.support.jupyterlab import environment as jupyter_environment
from tests.support.jupyterlab import new_data
from tests.support.notebooks import code, notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 120_000
_ADDRESS = re.compile(r"http://localhost:(\d+)/")
_NOTEBOOKS = {
    "scene.ipynb": ("lab.scene()",),
    "three.ipynb": ("lab.family.scene()", "lab.graph.scene()", "lab.vectors.scene()"),
}
_SEEN = {"zh-CN": ("图表", "我的成长"), "en": ("Chart", "My growth")}


@pytest.fixture(scope="module")
def data(demo_data: Path) -> Iterator[Path]:
    """A lab with the demo's family."""
    needs.browser()
    with new_data(demo_data) as folder:
        with pgc.open(data=folder):  # the engines run, so that a page need not start them
            pass
        yield folder


@pytest.fixture(scope="module")
def addresses(data: Path) -> Iterator[dict[str, str]]:
    """Where the notebooks are, by language."""
    with served(data, "zh-CN") as chinese, served(data, "en") as english:
        yield {"zh-CN": chinese, "en": english}


@contextmanager
def served(data: Path, lang: str) -> Iterator[str]:
    """Notebooks that show the landscape and three other scenes, served as our dashboards are; where they are."""
    folder = data.parent / f"scene-{lang}"
    folder.mkdir()
    first = code(f"import pgc_lib as pgc\nlab = pgc.open(lang={lang!r})", "lab")
    for name, shown in _NOTEBOOKS.items():
        cells = [code(each, f"scene-{n}") for n, each in enumerate(shown)]
        (folder / name).write_text(json.dumps(notebook(first, *cells)), encoding="utf-8")
    port = free_port(first_port())
    words = [sys.executable, "-P", "-m", "voila", str(folder), "--no-browser", f"--port={port}"]
    variables = environment(data) | jupyter_environment(data, lang)
    log = data.parent / f"scene-{lang}.log"
    with log.open("wb") as output:
        process = subprocess.Popen([*words, *OPTIONS], env=variables, stdout=output, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        deadline = time.monotonic() + 90
        # It says where it is: between looking for a free port and listening another one may have taken it.
        while not (found := _ADDRESS.search(log.read_text(encoding="utf-8"))):
            assert time.monotonic() < deadline and process.poll() is None, log.read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{found[1]}/voila/render"
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize(("lang", "dark"), [("zh-CN", False), ("en", True)])
def test_a_landscape_is_drawn_clicked_and_played(
    browser: "Browser",  # noqa: F811
    addresses: dict[str, str],
    lang: str,
    dark: bool,
) -> None:
    """From the first picture to the chart: what a person does in it reaches Python and comes back, without a complaint."""
    from playwright.sync_api import TimeoutError as TooLong

    name = f"scene-{lang}-{'dark' if dark else 'light'}"
    with visit(browser, lang=lang, dark=dark) as page:
        page.goto(f"{addresses[lang]}/scene.ipynb", timeout=PATIENCE)
        page.get_by_role("heading", name=_SEEN[lang][1]).first.wait_for(timeout=PATIENCE)
        page.wait_for_selector(".pgc-scene canvas", timeout=PATIENCE)
        box = page.locator(".pgc-scene canvas").bounding_box()
        assert box is not None
        card = page.locator(".pgc-scene-card h3")
        for down in (0.6, 0.55, 0.65, 0.5, 0.7) * 6:
            page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * down)
            with suppress(TooLong):  # nothing stands there: a little higher or lower
                card.wait_for(timeout=1500)
                break
        assert card.inner_text()
        shot(page, f"{name}-picked")
        page.locator(".pgc-scene-time input").fill("12")
        page.wait_for_function("() => /2024/.test(document.querySelector('.pgc-scene-when').textContent)", timeout=PATIENCE)  # fmt: skip
        page.wait_for_timeout(500)
        shot(page, f"{name}-earlier")
        page.locator(".pgc-scene-play").click()
        page.wait_for_function("() => !/2024/.test(document.querySelector('.pgc-scene-when').textContent)", timeout=PATIENCE)  # fmt: skip
        page.locator(".pgc-scene-select").select_option("tree")
        page.wait_for_timeout(1000)
        shot(page, f"{name}-tree")
        page.get_by_role("button", name=_SEEN[lang][0], exact=True).click()
        page.wait_for_selector(".pgc-scene .pgc-chart svg", timeout=PATIENCE)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_family_graph_and_vectors_on_one_page(
    browser: "Browser",  # noqa: F811
    addresses: dict[str, str],
) -> None:
    """What is pointed at says its name, a click opens its record, a search lights up what it finds; all three live side by side."""
    with visit(browser, lang="zh-CN") as page:
        page.goto(f"{addresses['zh-CN']}/three.ipynb", timeout=PATIENCE)
        page.wait_for_function("() => document.querySelectorAll('.pgc-scene canvas').length === 3", timeout=PATIENCE)  # fmt: skip
        family, graph, vectors = (page.locator(".pgc-scene").nth(n) for n in range(3))
        for scene in (family, graph):
            x, y = _pointed_at(page, scene)
            named = scene.locator(".pgc-scene-tip b").inner_text()
            page.mouse.click(x, y)
            scene.locator(".pgc-scene-card h3").wait_for(timeout=PATIENCE)
            assert scene.locator(".pgc-scene-card h3").inner_text() == named
            scene.locator(".pgc-scene-card li button").first.click()
            scene.locator(".pgc-scene-record").wait_for(timeout=PATIENCE)
        vectors.locator("input[name=question]").fill("事情太多怎么办")
        vectors.locator("button[type=submit]").click()
        vectors.locator(".pgc-scene-key").get_by_text("搜索找到的").wait_for(timeout=PATIENCE)
        shot(page, "scene-three", whole=True)
        assert not page.locator(".pgc-opening").count()
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def _pointed_at(page: "Page", scene: "Locator") -> tuple[float, float]:
    """Move over the picture, line by line, until it says what is there."""
    scene.locator("canvas").scroll_into_view_if_needed()
    box = scene.locator("canvas").bounding_box()
    assert box is not None
    tip = scene.locator(".pgc-scene-tip")
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        for down in (0.5, 0.4, 0.6, 0.3, 0.7, 0.8):
            for across in range(10, 90, 2):
                x, y = box["x"] + box["width"] * across / 100, box["y"] + box["height"] * down
                page.mouse.move(x, y)
                page.wait_for_timeout(60)
                if tip.count():
                    # The answer may be to a move before this one: where it still stands after a while, it is right.
                    page.wait_for_timeout(1500)
                    if tip.count():
                        return x, y
    raise AssertionError("nothing is under the mouse")


def test_a_browser_without_webgl_shows_the_chart(
    browser: "Browser",  # noqa: F811
    addresses: dict[str, str],
) -> None:
    """On a phone that cannot draw in 3D the same facts are a chart, and nothing is wider than the screen."""
    with (
        without_webgl(browser) as other,
        visit(other, size=(360, 780), blocked=("WebGL", "webgl")) as page,
    ):
        page.goto(f"{addresses['en']}/scene.ipynb", timeout=PATIENCE)
        page.wait_for_selector(".pgc-scene .pgc-chart svg", timeout=PATIENCE)
        assert not page.locator(".pgc-scene canvas").count()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        shot(page, "scene-chart-phone", whole=True)


def _until(page: "Page", true: str) -> None:
    """Asked from outside: the page's own policy lets nothing be evaluated in it."""
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(true):
        assert time.monotonic() < end, true
        page.wait_for_timeout(100)


def test_a_saved_page_lives_by_itself(
    browser: "Browser",  # noqa: F811
    data: Path,
    tmp_path: Path,
) -> None:
    """No kernel, no network: it is drawn, clicked, played; and without WebGL it is a chart."""
    with pgc.open(data=data, lang="en") as lab:
        path = lab.scene(live=False).export(tmp_path / "growth.html")
    with visit(browser) as page:
        page.goto(path.as_uri())
        _until(page, "window.pgcScene !== undefined")
        found = page.evaluate(
            """() => {
                const box = document.getElementById('gl').getBoundingClientRect();
                for (let y = 0.3; y < 0.8; y += 0.02) for (let x = 0.2; x < 0.8; x += 0.05) {
                    if (pgcScene.hit(box.width * x, box.height * y) >= 0) return [box.x + box.width * x, box.y + box.height * y];
                }
            }"""
        )
        page.mouse.click(*found)
        page.wait_for_selector("#card h2", timeout=PATIENCE)
        page.fill("#when", "3")
        assert page.locator("#name").inner_text().endswith(("2023", "2024"))
        page.click("#play")
        _until(page, "document.getElementById('when').value > 4")
        shot(page, "scene-page")
    with without_webgl(browser) as other, visit(other, blocked=("WebGL", "webgl")) as page:
        page.goto(path.as_uri())
        page.locator("#flat svg").wait_for(timeout=PATIENCE)
