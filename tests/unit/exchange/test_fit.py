"""Activities as FIT: the device's own sums, or ours; cut anywhere, nothing is taken."""

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.exchange import fit
from pgc_lib.exchange.fit import read
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
START = datetime(2026, 5, 1, 23, 0, tzinfo=UTC)
_CRC = (0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401, 0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400)  # fmt: skip

Field = tuple[int, int, str, int]
"""Number, base type, struct code, value."""


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The words that the tests look for."""
    with in_lang("en"):
        yield


def crc(data: bytes) -> int:
    """FIT's checksum."""
    found = 0
    for byte in data:
        for nibble in (byte & 0xF, byte >> 4):
            found = (found >> 4) & 0x0FFF ^ _CRC[found & 0xF] ^ _CRC[nibble]
    return found


def message(number: int, fields: Sequence[Field]) -> bytes:
    """A definition and one message of it."""
    definition = struct.pack("<BBBHB", 0x40, 0, 0, number, len(fields))
    definition += b"".join(
        struct.pack("<BBB", field, struct.calcsize(code), base) for field, base, code, _v in fields
    )
    return definition + b"\0" + b"".join(struct.pack("<" + code, value) for _f, _b, code, value in fields)  # fmt: skip


def stamp(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def file_id(kind: int = 4) -> bytes:
    """4 is an activity, 6 a course."""
    return message(0, [(0, 0x00, "B", kind), (4, 0x86, "I", stamp(START))])


def record(n: int, *, place: bool = True) -> bytes:
    """The n-th point northwards: eleven metres in five seconds, a metre higher."""
    where: list[Field] = [
        (0, 0x85, "i", int((30 + n * 0.0001) * 2**31 / 180)),
        (1, 0x85, "i", int(120 * 2**31 / 180)),
    ]
    return message(
        20,
        [
            (253, 0x86, "I", stamp(START + timedelta(seconds=5 * n))),
            *(where if place else []),
            (2, 0x84, "H", (n + 500) * 5),
            (3, 0x02, "B", 140),
        ],
    )


def session(start: datetime = START, sport: int = 1) -> bytes:
    """5 km in half an hour of an hour, 77 m up."""
    return message(
        18,
        [
            (253, 0x86, "I", stamp(start) + 3600),
            (2, 0x86, "I", stamp(start)),
            (5, 0x00, "B", sport),
            (7, 0x86, "I", 3_600_000),
            (8, 0x86, "I", 1_800_000),
            (9, 0x86, "I", 500_000),
            (22, 0x84, "H", 77),
        ],
    )


def file(*messages: bytes) -> bytes:
    """A whole file with both checksums."""
    body = b"".join(messages)
    head = struct.pack("<BBHI4s", 14, 0x10, 2078, len(body), b".FIT")
    head += struct.pack("<H", crc(head))
    return head + body + struct.pack("<H", crc(head + body))


WHOLE = file(file_id(), *(record(n) for n in range(101)), session())


def test_the_devices_own_sums_are_taken() -> None:
    """It knows its pauses best."""
    found, problems = read(WHOLE)
    assert problems == [] and len(found) == 1
    run = found[0]
    assert (run.sport, run.start, run.points) == ("running", START, 101)
    assert (run.metres, run.seconds, run.moving, run.ascent, run.minutes) == (5000, 3600, 1800, 77, 30)  # fmt: skip
    assert run.heart == 140


def test_without_sums_the_points_are_reckoned() -> None:
    """As for every other track; without places, at least how long it took."""
    run = read(file(file_id(), *(record(n) for n in range(101))))[0][0]
    assert abs(run.metres - 1112) < 1 and (run.seconds, run.moving, run.ascent) == (500, 500, 100)
    indoors = read(file(file_id(), *(record(n, place=False) for n in range(101))))[0][0]
    assert (indoors.metres, indoors.seconds, indoors.heart) == (0, 500, 140)


def test_several_sports_in_one_file() -> None:
    """Each is an activity; a clock that was never set is told."""
    later = START + timedelta(hours=2)
    changing = session(START + timedelta(hours=1), 3)
    found, problems = read(
        file(file_id(), record(0), session(), changing, session(later, 2), session(EPOCH))
    )
    assert [(each.sport, each.start) for each in found] == [("running", START), ("cycling", later)]
    assert len(problems) == 1 and "clock was not set" in problems[0].reason


@pytest.mark.parametrize("cut", [13, 14, 20, 40, 200, len(WHOLE) // 2, len(WHOLE) - 2, len(WHOLE) - 1])  # fmt: skip
def test_cut_anywhere_nothing_is_taken(cut: int) -> None:
    """Also where the cut falls between two messages."""
    found, problems = read(WHOLE[:cut])
    assert found == [] and len(problems) == 1
    assert "cut or damaged" in problems[0].reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello world, this is text", "no FIT file"),
        (file(file_id(6), record(0)), "no activity"),
        (file(), "no activity"),
        (WHOLE[:600] + b"\x07" + WHOLE[601:], "cut or damaged"),
        (file(file_id()), "no time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_activity_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    """A course, a setting, another file, one flipped byte."""
    found, problems = read(data)
    assert found == [] and reason in problems[0].reason


@given(place=st.integers(14, len(WHOLE) - 3), byte=st.integers(0, 255))
@settings(max_examples=30, deadline=None)
def test_any_damage_is_a_value(place: int, byte: int) -> None:
    """Even where the checksum was made to fit the damage."""
    damaged = WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :]
    read(damaged)
    body = damaged[:-2]
    found, problems = read(body + struct.pack("<H", crc(body)))
    assert found or problems


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By size before it is opened, by points while it is read."""
    path = tmp_path / "x.fit"
    path.write_bytes(WHOLE)
    monkeypatch.setattr(fit, "MOST_POINTS", 9)
    assert read(path)[0] == [] and "more than 9 points" in read(path)[1][0].reason
    monkeypatch.setattr(fit, "LARGEST", 100)
    assert "larger" in read(path)[1][0].reason


def test_the_same_run_as_fit_and_as_gpx_is_one(house: House, person: Person, tmp_path: Path) -> None:  # fmt: skip
    """Known by the moment at which it began; the recording is attached to it; a cut file brings nothing."""
    lab: Lab = house.lab(person())
    own = lab.hobbies.add(name="Jogging", hobby="running", stage="regular")
    path = tmp_path / "run.fit"
    path.write_bytes(WHOLE[: len(WHOLE) // 2])
    broken = lab.import_file(path)
    assert broken.new == 0 and "cut or damaged" in broken.problems[0].reason
    path.write_bytes(WHOLE)
    assert lab.import_file(path).accept().added == 1
    kept = lab.hobbies.activities.find()[0]
    assert (kept.what, kept.minutes, kept.km, kept.interest) == ("Running", 30, 5.0, own.id)
    assert [each.name for each in lab.hobbies.activities.attachments(kept)] == ["run.fit"]
    other = tmp_path / "run.gpx"
    other.write_text(f'<gpx><trk><trkseg><trkpt lat="1" lon="1"><time>{START:%Y-%m-%dT%H:%M:%S}.000Z</time></trkpt></trkseg></trk></gpx>')  # fmt: skip
    again = lab.import_file(other)
    assert (again.new, again.known) == (0, 1) and again.accept().added == 0
    assert lab.hobbies.activities.count() == 1
