"""Makes the pictures of the README: JupyterLab, the dashboards home, growth and money, and a weekly report, in Chinese and English.

    .venv/bin/python docs/screenshots/make.py            # all of them, into this folder
    .venv/bin/python docs/screenshots/make.py zh-CN      # one language

Everything is real: a new lab with the demo's data is started for each language, and a browser looks at it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from shrink import shrink  # noqa: E402

from tests.support.browser import chromium, visit  # noqa: E402
from tests.support.dashboards import opened, served, settled  # noqa: E402
from tests.support.jupyterlab import new_data, pgc, started  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LANGUAGES = {"zh-CN": "zh", "en": "en"}
_LARGEST = 200_000
_PATIENCE = 120_000


def main(languages: list[str]) -> None:
    """Make the pictures of these languages, or of all."""
    with chromium() as browser:
        for lang in languages or LANGUAGES:
            for picture in pictures(browser, lang):
                shrink(browser, picture)
                size = picture.stat().st_size
                print(f"{picture.name}  {size // 1000} kB")  # noqa: T201
                if size > _LARGEST:
                    raise SystemExit(f"{picture} is larger than {_LARGEST // 1000} kB")


def pictures(browser: "Browser", lang: str) -> Iterator[Path]:
    """The pictures of a language."""
    with new_data() as data:
        with started(data, "--demo", lang=lang) as lab, visit(browser, lang=lang) as page:
            page.goto(lab.address)
            page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=_PATIENCE)
            page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=_PATIENCE)
            page.get_by_text("Python 3 (ipykernel) |").wait_for(timeout=_PATIENCE)
            page.locator(".jp-Notebook .jp-Cell").first.click()
            for _cell in range(10):
                page.keyboard.press("Shift+Enter")
            drawn = page.locator("svg.pgc-chart-wide")
            chart = page.locator(".jp-Notebook .jp-Cell", has=drawn).first
            chart.locator(drawn).first.wait_for(timeout=_PATIENCE)
            chart.evaluate("cell => cell.scrollIntoView({block: 'center'})")
            page.wait_for_timeout(2000)
            path = HERE / f"lab-{LANGUAGES[lang]}.png"
            page.screenshot(path=path)
            yield path
        done = pgc(data, "run", "weekly_review", lang=lang)
        assert done.returncode == 0, done.stderr
        report = Path(done.stdout.strip().splitlines()[-1])
        with (
            served(data, lang=lang) as dashboards,
            visit(browser, lang=lang, size=(1280, 900)) as page,
        ):
            for name, kept in (("home", "dashboard"), ("growth", "growth"), ("money", "money")):
                opened(page, dashboards.address.replace("home.ipynb", f"{name}.ipynb"), drawn=False)
                if name == "growth":
                    page.locator(".pgc-scene canvas").wait_for(timeout=_PATIENCE)
                page.wait_for_timeout(6000)  # slow cards come later
                settled(page)
                path = HERE / f"{kept}-{LANGUAGES[lang]}.png"
                page.screenshot(path=path)
                yield path
        with visit(browser, lang=lang, size=(900, 1000)) as page:
            page.goto(report.as_uri())
            path = HERE / f"report-{LANGUAGES[lang]}.png"
            page.screenshot(path=path, full_page=True)
            yield path


if __name__ == "__main__":
    main(sys.argv[1:])
