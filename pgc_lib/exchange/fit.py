"""Activities as FIT, the binary form in which watches and bike computers record.

`fitdecode` knows the protocol. The device's own sums (distance, ascent, time without pauses) are better than what its
points say; where it wrote none, they are reckoned as for every other track. A file that is cut gives nothing.
"""

import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pgc_lib.errors import Problem
from pgc_lib.exchange.tracks import Points, Track, measured
from pgc_lib.i18n import _

LARGEST = 128 * 2**20
MOST_POINTS = 3_000_000
_SEMICIRCLE = 180 / 2**31
_NAN = float("nan")
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
"""Earlier than any device that writes FIT."""


def read(source: bytes | Path) -> tuple[list[Track], list[Problem]]:
    """The activities of a file, and what was wrong with it; of a broken file nothing is taken."""
    if isinstance(source, Path):
        if source.stat().st_size > LARGEST:
            return [], [Problem("", _("the file is larger than {n} MB", n=LARGEST // 2**20))]
        source = source.read_bytes()
    if not source:
        return [], [Problem("", _("the file is empty"))]
    if source[8:12] != b".FIT":
        return [], [Problem("", _("this is no FIT file"))]
    try:
        sessions, points, of_activity = _messages(source)
    except _TooMany:
        return [], [Problem("", _("more than {n} points", n=MOST_POINTS))]
    except _broken() as error:
        reason = _("the file is cut or damaged, so nothing of it is taken: {reason}", reason=str(error)[:200] or type(error).__name__)  # fmt: skip
        return [], [Problem("", reason)]
    if not of_activity and not sessions:
        return [], [Problem("", _("it records no activity (a course, a setting or a workout)"))]
    return _tracks(sessions, points)


class _TooMany(Exception):
    """More points than anybody records."""


def _broken() -> tuple[type[Exception], ...]:
    """What a damaged file makes fitdecode raise: its own errors, and those of the bytes it misreads."""
    from fitdecode import FitError

    return (FitError, struct.error, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError)  # fmt: skip


def _messages(data: bytes) -> tuple[list[dict[str, Any]], Points, bool]:
    import fitdecode

    sessions: list[dict[str, Any]] = []
    points = Points()
    of_activity = False
    # The whole file is read, checksum and end included, before anything of it counts.
    with fitdecode.FitReader(
        data, check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    ) as messages:
        for message in messages:
            if message.frame_type != fitdecode.FIT_FRAME_DATA:
                continue
            if message.name == "record":
                _record(message, points)
                if len(points) > MOST_POINTS:
                    raise _TooMany
            elif message.name == "session":
                sessions.append({each.name: each.value for each in message.fields})
            elif message.name == "file_id":
                of_activity = _value(message, "type") == "activity"
    return sessions, points, of_activity


def _record(message: Any, points: Points) -> None:
    moment = _value(message, "timestamp")
    if not isinstance(moment, datetime):
        return
    latitude, longitude = _value(message, "position_lat"), _value(message, "position_long")
    height = _value(message, "enhanced_altitude")
    height = _value(message, "altitude") if height is None else height
    points.add(
        latitude * _SEMICIRCLE if isinstance(latitude, int) else _NAN,
        longitude * _SEMICIRCLE if isinstance(longitude, int) else _NAN,
        float(height) if isinstance(height, int | float) else _NAN,
        _utc(moment).timestamp(),
    )
    rate = _value(message, "heart_rate")
    if isinstance(rate, int | float):
        points.heart(rate)


def _value(message: Any, name: str) -> Any:
    return message.get_value(name, fallback=None)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _tracks(sessions: list[dict[str, Any]], points: Points) -> tuple[list[Track], list[Problem]]:
    problems: list[Problem] = []
    if points.backwards:
        problems.append(Problem("", _("{n} points are earlier than the one before", n=points.backwards)))  # fmt: skip
    along = measured("", "", points)
    tracks = []
    for session in sessions or [{}]:
        if session.get("sport") == "transition":
            continue  # changing shoes between two sports
        # Points of a file with several sports cannot be told apart by the sums of the whole.
        track = _summed(session, along, alone=len(sessions) < 2)
        if track is not None and track.start >= _FIRST:
            tracks.append(track)
        elif track is not None or isinstance(session.get("start_time"), int):
            problems.append(Problem("", _("the device's clock was not set, so it is not known when this was")))  # fmt: skip
        else:
            problems.append(Problem("", _("no time is recorded, so it is not known when this was")))
    return tracks, problems


def _summed(session: dict[str, Any], along: Track | None, *, alone: bool) -> Track | None:
    start = session.get("start_time")
    ours = along if alone else None
    begun = _utc(start) if isinstance(start, datetime) else ours.start if ours else None
    if begun is None:
        return None
    sport = str(session.get("sport") or "")
    sub = str(session.get("sub_sport") or "")
    elapsed = _first(session.get("total_elapsed_time"), ours and ours.seconds)
    return Track(
        "",
        sub if sport in ("", "generic") and sub else sport,
        begun,
        elapsed,
        _first(session.get("total_timer_time"), ours and ours.moving, elapsed),
        _first(session.get("total_distance"), ours and ours.metres),
        _maybe(session.get("total_ascent"), ours and ours.ascent),
        ours.points if ours else 0,
        _maybe(session.get("avg_heart_rate") or None, ours and ours.heart),
        ours.leaps if ours else 0,
    )


def _maybe(*values: Any) -> float | None:
    return next((float(each) for each in values if isinstance(each, int | float)), None)


def _first(*values: Any) -> float:
    return max(0.0, _maybe(*values) or 0.0)
