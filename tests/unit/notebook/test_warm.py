"""Kernels that have begun before somebody asks: real processes, taken once, ended when nobody wants them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from jinja2 import DictLoader, Environment
from tornado import web

from pgc_lib.core.session import Session
from pgc_lib.notebook.warm.kernels import Kernels
from pgc_lib.notebook.warm.pool import Pool, Waiting
from pgc_lib.notebook.warm.templates import Memory
from pgc_lib.settings import settings

ROOT = Path(__file__).parents[3]
PATIENCE = 60
PAGE = {"VOILA_REQUEST_URL": "http://127.0.0.1/voila/render/home.ipynb"}


@pytest.fixture
def place(
    person: Callable[..., Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A folder of somebody whose lab every process started here opens."""
    me = person("reader")
    monkeypatch.setenv("PGC_DATABASE_URL", me.database.reveal())
    monkeypatch.setenv("PGC_DATA", str(tmp_path))
    monkeypatch.setenv("PGC_LANG", "en")
    monkeypatch.setenv("PGC_DASHBOARDS_READY", "0")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def pool() -> Iterator[Pool]:
    """One that is ended with the test."""
    made = Pool(1)
    yield made
    made.end()


def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def served(
    place: Path, work: Callable[[Kernels], Awaitable[None]], pool: Pool | None = None
) -> None:
    """Do something with the kernels of a server, all of which end with it."""

    async def main() -> None:
        kernels = Kernels(root_dir=str(place), connection_dir=str(place))
        kernels.pool = pool or kernels.pool
        try:
            await work(kernels)
        finally:
            await kernels.shutdown_all(now=True)

    asyncio.run(main())


async def page(kernels: Kernels, **env: str) -> str:
    """A page's kernel."""
    return await kernels._async_start_kernel(path="", env={**os.environ, **PAGE, **env})


async def said(kernels: Kernels, kernel: str, code: str) -> str:
    """What code in a kernel prints."""
    client: Any = kernels.get_kernel(kernel).client()
    client.start_channels()
    words: list[str] = []
    try:
        await client.wait_for_ready(PATIENCE)
        await client.execute_interactive(
            code,
            timeout=PATIENCE,
            output_hook=lambda message: words.append(str(message["content"])),
        )
    finally:
        client.stop_channels()
    return "".join(words)


def process(kernels: Kernels, kernel: str) -> Any:
    """The process of a kernel."""
    manager: Any = kernels.get_kernel(kernel)
    return manager.provisioner.process


def aged(kernels: Kernels, kernel: str, **time: int) -> None:
    """Let time go by over a kernel."""
    manager: Any = kernels.get_kernel(kernel)
    manager.execution_state = "idle"
    manager.last_activity -= timedelta(**time)


def test_a_page_gets_a_process_that_waited(place: Path, pool: Pool) -> None:
    """It is the very process, with its own folder and variables, everything imported, and nothing else of before."""
    pool.fill()
    until(lambda: pool.ready)
    waiting = pool._waiting[0].process.pid
    (place / "sub").mkdir()

    async def work(kernels: Kernels) -> None:
        kernel = await kernels._async_start_kernel(
            path="sub", env={**os.environ, **PAGE, "MINE": "its own", "PGC_LANG": "zh-CN"}
        )
        assert process(kernels, kernel).pid == waiting
        assert pool.take() is None  # used once
        told = await said(
            kernels,
            kernel,
            """
import os, sys
import psycopg
from ipywidgets.widgets import widget
from pgc_lib.i18n import lang
early = "pgc_lib.lab" in sys.modules
import pgc_lib as pgc
sessions = psycopg.connect(pgc.open().session.database.reveal()).execute(
    "select count(*) from pg_stat_activity where usename = session_user").fetchone()[0]
print(os.getcwd(), os.environ["MINE"], lang(), early, sessions, __name__, len(widget._instances))
""",
        )
        assert f"{place}/sub its own zh-CN True 1 __main__ 0" in told

    served(place, work, pool)


def test_without_one_that_is_ready_a_kernel_is_started_as_usual(place: Path, pool: Pool) -> None:
    """A pool that is still empty, or whose process was killed just now, costs a page nothing but time."""

    async def work(kernels: Kernels) -> None:
        assert "42" in await said(kernels, await page(kernels), "print(6 * 7)")

    served(place, work, pool)
    doomed = Waiting.start()
    until(lambda: doomed.ready)
    doomed.process.kill()
    doomed.process.wait()
    assert not doomed.alive
    assert not doomed.ready
    assert not doomed.become([], str(place), {})


def test_a_notebook_s_kernel_is_left_alone(place: Path) -> None:
    """Beside notebooks: no process of the pool, no limit and no end for what nobody looks at."""

    async def work(kernels: Kernels) -> None:
        kernel = await kernels._async_start_kernel(path="", env=dict(os.environ))
        assert "ipykernel_launcher" in " ".join(process(kernels, kernel).args)
        aged(kernels, kernel, hours=5)
        await kernels.end_forsaken()
        assert kernel in kernels
        assert not kernels.pages

    served(place, work)


def test_a_page_that_nobody_looks_at_ends(place: Path) -> None:
    """Its kernel goes after two minutes without a connection; one that is looked at, or at work, stays."""

    async def work(kernels: Kernels) -> None:
        left, seen = [await page(kernels) for _number in range(2)]
        await said(kernels, left, "pass")
        kernels.notify_connect(seen)
        aged(kernels, seen, hours=1)
        await kernels.end_forsaken()
        assert left in kernels  # it was left just now
        aged(kernels, left, minutes=3)
        busy: Any = kernels.get_kernel(left)
        busy.execution_state = "busy"
        await kernels.end_forsaken()
        assert left in kernels
        busy.execution_state = "idle"
        ended = process(kernels, left).pid
        await kernels.end_forsaken()
        assert left not in kernels
        assert seen in kernels
        assert not psutil.pid_exists(ended)

    served(place, work)


def test_there_is_a_limit_to_pages(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages in use are not taken away, and who comes too many is told; the one unused longest gives way."""
    monkeypatch.setenv("PGC_DASHBOARDS_OPEN", "2")
    settings.cache_clear()

    async def work(kernels: Kernels) -> None:
        first, second = await asyncio.gather(page(kernels), page(kernels))
        with pytest.raises(web.HTTPError) as refused:
            await page(kernels)
        assert refused.value.status_code == 503
        assert "open at once (2)" in str(refused.value)
        kernels.notify_connect(first)
        aged(kernels, first, minutes=2)
        aged(kernels, second, seconds=30)
        third = await page(
            kernels
        )  # in place of the one that is not connected, though it is younger
        assert set(kernels.list_kernel_ids()) == {first, third}
        await page(kernels)
        assert first not in kernels

    served(place, work)


def test_who_waits_ends_with_who_started_it(place: Path) -> None:
    """A server that is killed leaves no process behind."""
    del place
    code = (
        "import time; from pgc_lib.notebook.warm.pool import Waiting\n"
        "waiting = Waiting.start(); print(waiting.process.pid, flush=True); time.sleep(600)"
    )
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    pid = int(server.stdout.readline())
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    until(lambda: not psutil.pid_exists(pid))


def test_a_pool_rests_and_ends(place: Path) -> None:
    """Processes that nobody used go; after the end none is started; a pool of none starts nothing."""
    del place
    resting = Pool(1, rest=0.05)
    resting.fill()
    until(lambda: resting._waiting)
    gone = resting._waiting[0]
    until(lambda: not resting._waiting)
    until(lambda: not gone.alive)
    resting.end()
    resting.fill()
    none = Pool(0)
    none.fill()
    assert none._timer is None
    assert not resting._waiting


def test_processes_that_die_are_given_up(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no kernel can begin, the machine is not kept busy with trying."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    for _number in range(3):
        pool._fill()
        until(lambda: not pool._waiting[0].alive)
    pool._fill()
    assert not pool._waiting
    assert pool.take() is None


def test_a_machine_without_memory_keeps_none_waiting(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody asked for does not push out what somebody did."""
    monkeypatch.setattr("pgc_lib.notebook.warm.pool._LITTLE_MEMORY", 2**60)
    pool._fill()
    assert not pool._waiting


def test_a_page_that_cannot_be_rehearsed_is_the_page_s_to_tell(tmp_path: Path) -> None:
    """A broken notebook, an error in a cell, a magic: the kernel waits all the same, and says nothing."""
    (tmp_path / "broken.ipynb").write_text("{", encoding="utf-8")
    (tmp_path / "home.ipynb").write_text(
        '{"cells": [{"cell_type": "code", "source": ["%load_ext pgc_lib\\n", "print(1)\\n", "1/0"]}]}',
        encoding="utf-8",
    )
    code = (
        "from pathlib import Path; from pgc_lib.notebook.warm.rehearsal import rehearse\n"
        f"rehearse(Path({str(tmp_path)!r})); print('waits')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.stdout, done.stderr) == ("waits\n", "")


def test_templates_are_compiled_once() -> None:
    """A second environment finds what the first compiled, until the text is another."""
    texts = {"page": "{{ word }} and more"}
    kept = Memory()

    def rendered() -> str:
        environment = Environment(loader=DictLoader(texts), bytecode_cache=kept, autoescape=True)
        return environment.get_template("page").render(word="one")

    assert rendered() == "one and more"
    before = dict(kept._kept)
    assert rendered() == "one and more"
    assert kept._kept == before
    texts["page"] = "other {{ word }}"
    assert rendered() == "other one"
