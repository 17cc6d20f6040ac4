"""Tracks as GPX: far, high and long as it was; bombs, cuts and nonsense give a clear word and nothing else."""

import math
import zipfile
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.exchange import gpx
from pgc_lib.exchange.gpx import read
from pgc_lib.exchange.tracks import climbed
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

START = datetime(2026, 5, 1, 23, 0, tzinfo=UTC)
STEP = 0.0001
"""Degrees of latitude: 11.1 m."""


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The words that the tests look for."""
    with in_lang("en"):
        yield


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """An empty lab."""
    return house.lab(person())


def point(n: int, *, seconds: float | None = None, height: float | str | None = 10, more: str = "") -> str:  # fmt: skip
    """The n-th point northwards, five seconds after the one before."""
    at = START + timedelta(seconds=5 * n if seconds is None else seconds)
    ele = "" if height is None else f"<ele>{height}</ele>"
    return f'<trkpt lat="{30 + n * STEP:.6f}" lon="120.0">{ele}<time>{at:%Y-%m-%dT%H:%M:%SZ}</time>{more}</trkpt>'


def track(*points: str, name: str = "Morning run", sport: str = "running") -> str:
    return f"<trk><name>{name}</name><type>{sport}</type><trkseg>{''.join(points)}</trkseg></trk>"


def file(*tracks: str) -> bytes:
    inside = "".join(tracks)
    return f'<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{inside}</gpx>'.encode()


def test_a_run_is_measured() -> None:
    """Distance on the ground, time without the pause, climbs without the noise, the heart's mean."""
    heart = '<extensions><g:TrackPointExtension xmlns:g="u"><g:hr>{}</g:hr></g:TrackPointExtension></extensions>'
    going = [point(n, height=10 + n / 10, more=heart.format(140 + n % 2 * 20)) for n in range(101)]
    pause = point(100, seconds=500 + 600, height=20)
    found, problems = read(file(track(*going, pause)))
    assert problems == [] and len(found) == 1
    run = found[0]
    assert (run.name, run.sport, run.start, run.points) == ("Morning run", "running", START, 102)
    assert math.isclose(run.metres, 100 * 11.1195, rel_tol=1e-3)
    assert (run.seconds, run.moving, run.minutes) == (1100, 500, 8)
    assert run.ascent is not None and math.isclose(run.ascent, 10, abs_tol=0.01)
    assert run.heart is not None and math.isclose(run.heart, 160, abs_tol=0.2) is False
    assert math.isclose(run.heart, 140 + 20 * 50 / 101, rel_tol=1e-6)


@pytest.mark.parametrize(
    ("heights", "ascent"),
    [([], None), ([math.nan], None), ([5], 0), ([0, 1, 0, 1, 0, 2, 0], 0), ([0, 10, 0, 10], 20), ([100, 0], 0), ([0, 5, 4, 9], 9), ([0, 5, 1, 9], 13)],
)  # fmt: skip
def test_climbs_without_noise(heights: list[float], ascent: float | None) -> None:
    """What is less than three metres is the device's trembling."""
    assert climbed(array("d", heights)) == ascent


@given(st.lists(st.floats(-100, 5000), max_size=30))
@settings(max_examples=50, deadline=None)
def test_no_climb_beyond_the_steps(heights: list[float]) -> None:
    """Never more than every step upwards together, and a way up and down as much as a way up alone at least."""
    found = climbed(array("d", heights))
    steps = sum(max(0.0, b - a) for a, b in pairwise(heights))
    assert found is None or 0 <= found <= steps + 1e-6


def test_several_tracks_and_segments() -> None:
    """A gap between segments is no way; each track is an activity."""
    one = track(
        *(point(n) for n in range(3)), "</trkseg><trkseg>", *(point(n) for n in range(900, 903))
    )
    found, _problems = read(file(one, track(point(5), point(6), name="", sport="")))
    assert len(found) == 2 and math.isclose(found[0].metres, 4 * 11.1195, rel_tol=1e-3)


def test_bad_points_are_counted_and_left_out() -> None:
    """Off the globe, earlier than the one before, across the country in a second."""
    wrong = ['<trkpt lat="91" lon="0"/>', '<trkpt lat="nan" lon="0"/>', '<trkpt lon="0"/>', '<trkpt lat="1e999" lon="x"/>']  # fmt: skip
    leap = f'<trkpt lat="40" lon="110"><time>{START + timedelta(seconds=11):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
    found, problems = read(file(track(*wrong, point(0), point(1), point(2), leap, point(2, seconds=3))))  # fmt: skip
    assert math.isclose(found[0].metres, 2 * 11.1195, rel_tol=1e-3) and found[0].points == 4
    assert [problem.reason for problem in problems] == [
        "4 points without a usable place",
        "1 points are earlier than the one before",
        "1 leaps that nobody can make",
    ]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><gpx><trk><name>&c;</name></trk></gpx>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a SYSTEM "file:///etc/passwd">]><gpx><trk><name>&a;</name></trk></gpx>'  # fmt: skip


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello", "no GPX"),
        (b"<html><body/></html>", "no GPX"),
        (b"<gpx/>", "no points"),
        (file("<trk><trkseg/></trk>"), "no points"),
        (file(track('<trkpt lat="1" lon="1"/>')), "no time"),
        (file(track('<trkpt lat="1" lon="1"><time>yesterday</time></trkpt>')), "no time"),
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        (BOMB.decode().encode("utf-16"), "document type"),
        (file(track(point(0), point(1)))[:-60], "cut or damaged"),
        (file(track(point(0)))[:-1], "cut or damaged"),
        (b"<gpx>" + b"<a>" * 100_000, "no GPX"),
        (b"<gpx><trk><name>" + b"x" * 500_000 + b"</name></trk></gpx>", "no GPX"),
        (b'<?xml version="1.0" encoding="nonsense"?><gpx/>', "no GPX"),
        (b"<gpx>\xff\xfe</gpx>", "cut or damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_track_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    """Nothing is taken of it."""
    found, problems = read(data)
    assert found == [] and len(problems) == 1 and reason in problems[0].reason


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_give_values(data: bytes) -> None:
    """Also where a track should be."""
    for whole in (data, b"<gpx><trk><trkseg>" + data + b"</trkseg></trk></gpx>"):
        found, problems = read(whole)
        assert problems and not found


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By size before it is opened, by points while it is read."""
    path = tmp_path / "x.gpx"
    path.write_bytes(file(track(*(point(n) for n in range(10)))))
    monkeypatch.setattr(gpx, "MOST_POINTS", 9)
    assert read(path)[0] == [] and "more than 9 points" in read(path)[1][0].reason
    monkeypatch.setattr(gpx, "LARGEST", 100)
    assert "larger" in read(path)[1][0].reason


@pytest.mark.slow
def test_a_million_points_are_read(tmp_path: Path) -> None:
    """As they come: what is kept of each is a few bytes."""
    path = tmp_path / "long.gpx"
    some = b'<trkpt lat="30.001" lon="120"/><trkpt lat="30" lon="120"/>' * 50_000
    with path.open("wb") as out:
        out.write(b"<gpx><trk><trkseg>" + point(0).encode())
        for _part in range(10):
            out.write(some)
        out.write(b"</trkseg></trk></gpx>")
    found, problems = read(path)
    assert found[0].points == 1_000_001 and problems == []
    assert math.isclose(found[0].metres, 111.195 * 1_000_000, rel_tol=1e-3)


def test_an_import_is_shown_kept_once_and_undone(lab: Lab, tmp_path: Path) -> None:
    """With the interest it belongs to and the recording attached; the same start is the same activity."""
    path = tmp_path / "run.gpx"
    path.write_bytes(file(track(*(point(n, height=n) for n in range(601)))))
    seen = lab.import_file(path)
    assert (seen.new, seen.known) == (1, 0) and lab.hobbies.activities.count() == 0
    assert "Morning run · 6.67 km · 50 minutes · ↑ 600 m" in str(seen)
    done = seen.accept()
    assert done.added == 1
    kept = lab.hobbies.activities.find()[0]
    assert (kept.what, kept.minutes, kept.start) == ("Morning run", 50, START)
    assert kept.km == 6.672 and kept.ascent == 600
    interest = lab.hobbies.interest("running")
    assert kept.interest == interest.id and interest.stage == "trying"
    held = lab.hobbies.activities.attachments(kept)
    assert [each.name for each in held] == ["run.gpx"]
    with lab.hobbies.activities.attached(held[0]) as stream:
        assert stream.read() == path.read_bytes()
    # The same recording in an archive, under another name, and with a track that is new.
    more = tmp_path / "more.zip"
    with zipfile.ZipFile(more, "w") as archive:
        archive.writestr("b.gpx", file(track(point(0), point(9)), track(point(9000), point(9009))))
    again = lab.import_file(more)
    assert (again.new, again.known) == (1, 1) and again.accept().added == 1
    assert lab.hobbies.interests.count() == 1 and lab.hobbies.activities.count() == 2
    # Noted by hand, to the second.
    lab.hobbies.log("running", minutes=30, start=START + timedelta(days=9))
    path.write_bytes(file(track(point(0, seconds=9 * 86400), point(1, seconds=9 * 86400 + 5))))
    by_hand = lab.import_file(path)
    assert (by_hand.new, by_hand.known) == (0, 1) and by_hand.accept().added == 0
    lab.history.undo_batch(done.batch)
    assert lab.hobbies.activities.count() == 2
    assert lab.hobbies.interests.count() == 0


def test_a_broken_file_brings_nothing(lab: Lab, tmp_path: Path) -> None:
    """It is recognised, told, and leaves no half activity behind."""
    path = tmp_path / "cut.gpx"
    path.write_bytes(file(track(*(point(n) for n in range(100))), track(point(500)))[:-40])
    seen = lab.import_file(path)
    assert seen.new == 0 and "cut or damaged" in seen.problems[0].reason
    assert seen.accept().added == 0 and lab.hobbies.activities.count() == 0
