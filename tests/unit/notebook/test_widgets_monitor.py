"""Reports at work by deeds: begun with parameters, watched cell by cell, cancelled from another page, read."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pgc_lib.core.zone import zone
from pgc_lib.lab import Lab
from pgc_lib.notebook.widgets.monitor import Monitor
from pgc_lib.settings import settings
from tests.support.lab import House, Person
from tests.support.reports import report


@pytest.fixture
def lab(
    house: House, person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Lab]:
    """A new person's lab with a folder of its own, which processes find, too."""
    session = person("monitor")
    monkeypatch.setenv("PGC_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("PGC_DATABASE_URL", session.database.reveal())
    monkeypatch.setenv("PGC_REDIS_URL", session.redis_url.reveal())
    monkeypatch.setenv("PGC_ENCRYPTION_KEY", session.encryption_key.reveal())
    (tmp_path / "reports").mkdir()
    settings.cache_clear()
    yield house.lab(session)
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def monitor(lab: Lab) -> Iterator[Monitor]:
    """A page of it."""
    part: Monitor = lab.reports.monitor()
    yield part
    part.close()


def until(condition: Callable[[], object]) -> None:
    """Wait for a process, with patience."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_can_be_begun(monitor: Monitor, tmp_path: Path) -> None:
    """Each parameter by its type; what does not fit is said, and nothing is begun."""
    report(
        tmp_path / "scheduled",
        "short",
        "1",
        parameters="weeks = 2  # How many <b>weeks\nmoney: bool = True",
    )
    monitor.do("choose", value="short")
    html = monitor.html
    assert "How many &lt;b&gt;weeks" in html
    assert 'type="number"' in html
    assert 'type="checkbox"' in html
    monitor.do("choose", value="weekly_review")
    html = monitor.html
    assert ">Week</label>" in html and 'type="date"' in html
    assert ">Language</label>" in html and ">中文</option>" in html
    monitor.do("begin", name="weekly_review", **{"p.language": "fr"})
    assert "allowed are" in monitor.said
    monitor.do("begin", name="short", **{"p.weeks": "many"})
    assert "whole number" in monitor.said
    monitor.do("begin", name="../short")
    assert "no report" in monitor.said
    assert not monitor.runs.all()


@pytest.mark.slow
def test_begun_watched_and_cancelled_from_another_page(
    monitor: Monitor, lab: Lab, tmp_path: Path
) -> None:
    """A page that is shut ends no report; any other can."""
    report(tmp_path / "scheduled", "long", "1", "import time; time.sleep(300)", "2")
    monitor.do("begin", name="long")
    until(lambda: any(each.done == 1 for each in monitor.runs.seen(lab.reports, 3)))
    assert "pgc-monitor-now" in monitor.html
    assert "1 of 3 cells" in monitor.html
    monitor.close()
    other: Monitor = lab.reports.monitor()
    run = other.runs.seen(lab.reports, 3)[0]
    other.do("cancel", id=run.id)
    until(lambda: (note := other.runs.journal.look(UUID(run.id))) and note.over)
    until(lambda: lab.reports.runs.count(state="failed") == 1)
    assert "cancelled" in other.html
    other.close()


def test_runs_are_shown_and_read(monitor: Monitor, lab: Lab, tmp_path: Path) -> None:
    """The page of a report in a frame without scripts; an error with its place; a path that leads out is refused."""
    (tmp_path / "reports" / "a.html").write_text(
        "<p>The report</p><script>x</script>", encoding="utf-8"
    )
    moment = datetime.now(zone())
    done = lab.reports.runs.add(name="weekly_review", state="done", started_at=moment, ended_at=moment, cells=2, cells_done=2, page="reports/a.html")  # fmt: skip
    lab.reports.runs.add(name="<i>bad", state="failed", started_at=moment, cells=90, cells_done=40, failed_cell=41, error="line\nValueError: <u>no")  # fmt: skip
    out = lab.reports.runs.add(name="out", state="done", started_at=moment, page="../../etc/passwd")
    html = monitor.html
    assert "2 of 2 cells" in html
    assert "&lt;i&gt;bad" in html
    assert "ValueError: &lt;u&gt;no" in html
    monitor.do("read", id=done.id.hex)
    assert "sandbox=" in monitor.html
    assert "The report" in monitor.html
    monitor.do("read", id=done.id.hex)
    assert "sandbox=" not in monitor.html
    monitor.do("read", id=out.id.hex)
    assert "no longer there" in monitor.html
    monitor.do("cancel", id=str(uuid4()))
    assert monitor.said
