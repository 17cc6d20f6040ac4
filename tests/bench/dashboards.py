"""How soon the home dashboard can be read and worked with, from the browser's request on.

Cold means: a new visitor without a cache, and a kernel that is started for this page; warm, that its kernel has waited
already. The peers are what Voilà itself takes to show the same notebook, and one line of Markdown, which needs no
kernel's work at all.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import psutil

from tests.bench.figures import Bench, Measured, figure
from tests.support.browser import chromium
from tests.support.dashboards import Dashboards, served
from tests.support.jupyterlab import environment as jupyter_environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_PATIENCE = 60
_CONTENT = ".pgc-card .pgc-todos"
"""What somebody came to read."""
_BARE = {
    "cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Hello"]}],
    "metadata": {"kernelspec": {"display_name": "Python 3", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@contextmanager
def stock_voila(notebook: Path, data: Path | None = None) -> Iterator[str]:
    """The address of a Voilà as it comes, with one notebook."""
    from pgc_lib.notebook.dashboards import free_port

    port = free_port(18966)
    process = subprocess.Popen(
        [sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}"],
        env=dict(os.environ) if data is None else jupyter_environment(data),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{address}voila/static/voila.js", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(_PATIENCE)


@contextmanager
def bare_voila(folder: Path) -> Iterator[str]:
    """The address of a Voilà with nothing but a line of Markdown."""
    notebook = folder / "bare.ipynb"
    notebook.write_text(json.dumps(_BARE), encoding="utf-8")
    with stock_voila(notebook) as address:
        yield address


@contextmanager
def cold(data: Path) -> Iterator[Dashboards]:
    """Our dashboards, a kernel started for each page."""
    with served(data) as running:
        yield running


def until_warm(dashboards: Dashboards, since: float) -> None:
    """Until a kernel waits that was begun after a moment and has nothing more to do."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        waiting = [
            each
            for each in psutil.Process(dashboards.process.pid).children()
            if each.create_time() > since and "pgc_lib.notebook.warm.waiting" in each.cmdline()
        ]
        before = [each.cpu_times().user for each in waiting]
        time.sleep(1)
        if waiting and before == [each.cpu_times().user for each in waiting]:
            return
    raise AssertionError("no kernel waits")


_WATCH = """selector => {
  const look = () => {
    if (document.querySelector(selector)?.getClientRects().length) requestAnimationFrame(() => setTimeout(() => { window.pgcSeen = performance.now(); }));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""The browser itself notes when something is painted: to ask it from outside is to wait for half a second at a time."""


def seconds(browser: "Browser", address: str, selector: str) -> float:
    """From a new visitor's request until something is seen."""
    context = browser.new_context()
    try:
        page = context.new_page()
        page.add_init_script(f"({_WATCH})({json.dumps(selector)})")
        page.goto(address, wait_until="commit")
        page.wait_for_function("window.pgcSeen", timeout=_PATIENCE * 1000)
        return float(page.evaluate("window.pgcSeen")) / 1000
    finally:
        context.close()


def _warm_rounds(
    browser: "Browser", ours: Dashboards, rounds: int, peer: Callable[[], None] | None = None
) -> list[float]:
    """The seconds of so many pages, each with a kernel that waited; the peer's turn comes in between."""
    times, since = [], 0.0
    for number in range(rounds + 1):
        until_warm(ours, since)
        since = time.time()
        taken = seconds(browser, ours.address, _CONTENT)
        if number:  # the very first page of a server also reads its templates
            times.append(taken)
            if peer is not None:
                peer()
    return times


def _measured(bench: Bench, selector: str, limit: float | None) -> Measured:
    from pgc_lib.demo import load

    load(bench.lab)
    rounds = bench.n(7, 3)
    with cold(bench.data) as ours, bare_voila(bench.folder()) as bare, chromium() as browser:
        seconds(browser, ours.address, selector)
        times, peers = [], []
        for _round in range(rounds):
            times.append(seconds(browser, ours.address, selector))
            if limit is None:
                peers.append(seconds(browser, bare, "h1"))
    return Measured(median(times), limit or median(peers), rounds)


@figure(
    "dashboard_stock",
    peer="stock Voilà on the same notebook",
    unit="s",
    goal="<= 0.5",
    help="From the request to the home page's content seen, from a warm pool",
)
def dashboard_stock(bench: Bench) -> Measured:
    from pgc_lib.cli.places import DASHBOARDS
    from pgc_lib.demo import load

    load(bench.lab)
    rounds = bench.n(7, 3)
    peers: list[float] = []
    with (
        served(bench.data, ready=1) as ours,
        stock_voila(DASHBOARDS / "home.ipynb", bench.data) as stock,
        chromium() as browser,
    ):
        seconds(browser, stock, _CONTENT)
        times = _warm_rounds(
            browser, ours, rounds, lambda: peers.append(seconds(browser, stock, _CONTENT))
        )
    return Measured(median(times), median(peers), rounds)


@figure(
    "dashboard_warm",
    peer="1.5 s",
    unit="s",
    goal="<= 1",
    help="From the request to the home page's content seen, from a warm pool",
)
def dashboard_warm(bench: Bench) -> Measured:
    from pgc_lib.demo import load

    load(bench.lab)
    rounds = bench.n(7, 3)
    with served(bench.data, ready=1) as ours, chromium() as browser:
        times = _warm_rounds(browser, ours, rounds)
    return Measured(median(times), 1.5, rounds)


@figure(
    "dashboard_cold",
    peer="a bare Voilà notebook with one line of Markdown",
    unit="s",
    goal="<= 1",
    help="From the request to the dashboard's content seen, kernel started for it",
)
def dashboard_cold(bench: Bench) -> Measured:
    return _measured(bench, _CONTENT, None)


@figure(
    "dashboard_content",
    peer="3 s",
    unit="s",
    goal="<= 1",
    help="The same against three seconds",
)
def dashboard_content(bench: Bench) -> Measured:
    return _measured(bench, _CONTENT, 3.0)


@figure(
    "dashboard_works",
    peer="a bare Voilà notebook with one line of Markdown",
    unit="s",
    goal="<= 1.5",
    help="From the request until everything on the dashboard works and the scene is drawn",
)
def dashboard_works(bench: Bench) -> Measured:
    return _measured(bench, ".pgc-live.pgc-shown .pgc-stage canvas", None)
