"""How soon the home dashboard can be read and worked with, from the browser's request on.

Cold means: a new visitor without a cache, and a kernel that is started for this page. The peer is what Voilà itself
takes to show one line of Markdown, which needs no kernel's work at all.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.figures import Bench, Measured, figure
from tests.support.browser import chromium
from tests.support.dashboards import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_PATIENCE = 60
_BARE = {
    "cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Hello"]}],
    "metadata": {"kernelspec": {"display_name": "Python 3", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@contextmanager
def bare_voila(folder: Path) -> Iterator[str]:
    """The address of a Voilà with nothing but a line of Markdown."""
    from pgc_lib.notebook.dashboards import free_port

    notebook = folder / "bare.ipynb"
    notebook.write_text(json.dumps(_BARE), encoding="utf-8")
    port = free_port(18966)
    process = subprocess.Popen(
        [sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}"],
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


def seconds(browser: "Browser", address: str, selector: str) -> float:
    """From a new visitor's request until something is seen."""
    context = browser.new_context()
    try:
        page = context.new_page()
        start = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_selector(selector, state="visible", timeout=_PATIENCE * 1000)
        return time.perf_counter() - start
    finally:
        context.close()


def _measured(bench: Bench, selector: str, limit: float | None) -> Measured:
    from pgc_lib.demo import load

    load(bench.lab)
    rounds = bench.n(7, 3)
    with (
        served(bench.data) as ours,
        bare_voila(bench.folder()) as bare,
        chromium() as browser,
    ):
        # The very first page of a server also reads its templates.
        seconds(browser, ours.address, selector)
        times, peers = [], []
        for _round in range(rounds):
            times.append(seconds(browser, ours.address, selector))
            if limit is None:
                peers.append(seconds(browser, bare, "h1"))
    return Measured(median(times), limit or median(peers), rounds)


@figure(
    "dashboard_cold",
    peer="a bare Voilà notebook with one line of Markdown",
    unit="s",
    goal="<= 1",
    help="From the request to the dashboard's content seen, kernel started for it",
)
def dashboard_cold(bench: Bench) -> Measured:
    return _measured(bench, ".pgc-card .pgc-todos", None)


@figure(
    "dashboard_content",
    peer="3 s",
    unit="s",
    goal="<= 1",
    help="The same against three seconds",
)
def dashboard_content(bench: Bench) -> Measured:
    return _measured(bench, ".pgc-card .pgc-todos", 3.0)


@figure(
    "dashboard_works",
    peer="a bare Voilà notebook with one line of Markdown",
    unit="s",
    goal="<= 1.5",
    help="From the request until everything on the dashboard works and the scene is drawn",
)
def dashboard_works(bench: Bench) -> Measured:
    return _measured(bench, ".pgc-live.pgc-shown .pgc-stage canvas", None)
