"""Runs whose records lie in MongoDB, as on a hub: the same truth."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pgc_lib.automation.journal import Journal, Note
from pgc_lib.automation.launch import Request, begin
from pgc_lib.automation.recording import added
from pgc_lib.automation.settling import settle
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.lab import Lab
from pgc_lib.settings import Secret, settings
from pgc_lib.stores.mongo_people import provision
from tests.support.mongo import Mongo, mongo  # noqa: F401
from tests.unit.automation.conftest import Write


@pytest.fixture
def lab(
    me: Session,
    mongo: Mongo,  # noqa: F811
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Lab]:
    del workspace
    provision(mongo.admin, me.person, "their-password")
    url = mongo.url_of(me.person)
    monkeypatch.setenv("PGC_DATABASE_URL", me.database.reveal())
    monkeypatch.setenv("PGC_MONGO_URL", url)
    settings.cache_clear()
    with Lab(replace(me, mongo_url=Secret(url))) as made:
        yield made


def test_a_report_is_executed_and_listed(lab: Lab, workspace: Path, write: Write) -> None:
    """By a process that has both logins; the record is a document, recognised by its job."""
    write("own", *(["1"] * 11))
    request = Request("own")
    child = begin(workspace, request)
    assert child is not None and child.wait(90) == 0
    (run,) = lab.reports.runs.find(job=request.run)
    assert (run.state, run.cells_done, run.job) == ("done", 11, request.run)
    assert run.page in lab.reports._repr_html_()
    assert settle(lab.reports, workspace) == []


@pytest.mark.parametrize("known", [True, False])
def test_ends_that_were_not_heard(lab: Lab, workspace: Path, known: bool) -> None:
    """Known or not, the record says in the end what the notes say; a lost one has failed."""
    journal, note = Journal(workspace), Note(new_id().hex, "weekly_review", cells=7)
    if known:
        added(lab.reports, note, journal.place)
    journal.write(note, state="running", cells_done=3)
    (run,) = settle(lab.reports, workspace)
    assert (run.state, run.cells_done) == ("failed", 3)
    assert settle(lab.reports, workspace) == []
