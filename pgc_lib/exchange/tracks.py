"""A recorded activity, whatever device wrote it: where it led, how far, how high, how long it really moved.

Positions are as good as the device: a point that would need more than 100 m/s is a leap and counts for nothing, a
climb counts once it is 3 m above the last low, and standing still is no moving time.
"""

import math
from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_EARTH = 6_371_008.8
_FASTEST = 100.0
"""Metres a second, beyond which a position must be wrong."""
_SLOWEST = 0.3
"""Metres a second, below which nobody moves."""
_STEP = 3.0
"""Metres of height that are more than noise."""


@dataclass(frozen=True, slots=True)
class Track:
    """One activity of a file."""

    name: str
    sport: str
    start: datetime
    seconds: float
    """From the first to the last moment."""
    moving: float
    """Seconds without the pauses."""
    metres: float
    ascent: float | None
    points: int
    heart: float | None = None
    """The mean heart rate, in beats a minute."""
    leaps: int = 0

    @property
    def minutes(self) -> int:
        """What it lasted without pauses, at least a minute."""
        return max(1, round((self.moving or self.seconds) / 60))


@dataclass(slots=True)
class Points:
    """Points as they are read, a few bytes each: a long journey has a million."""

    latitudes: "array[float]" = field(default_factory=lambda: array("d"))
    longitudes: "array[float]" = field(default_factory=lambda: array("d"))
    heights: "array[float]" = field(default_factory=lambda: array("d"))
    """NaN where none was recorded."""
    times: "array[float]" = field(default_factory=lambda: array("d"))
    """Seconds since 1970; NaN where none was recorded."""
    segments: "array[int]" = field(default_factory=lambda: array("l"))
    hearts: int = 0
    beats: float = 0.0
    backwards: int = 0

    def __len__(self) -> int:
        return len(self.times)

    def add(
        self, latitude: float, longitude: float, height: float, moment: float, segment: int = 0
    ) -> None:
        """One more point; one that is earlier than the one before is counted and left out."""
        if self.times and moment < self.times[-1]:
            self.backwards += 1
            return
        self.latitudes.append(latitude)
        self.longitudes.append(longitude)
        self.heights.append(height)
        self.times.append(moment)
        self.segments.append(segment)

    def heart(self, rate: float) -> None:
        """One more heart rate."""
        if 20 <= rate <= 260:
            self.hearts += 1
            self.beats += rate


def measured(name: str, sport: str, points: Points) -> Track | None:
    """The track that points make; None when none of them says when it was."""
    import numpy as np

    times = np.frombuffer(points.times, dtype=np.float64)
    timed = times[~np.isnan(times)]
    if not timed.size:
        return None
    metres, leaps, moving = _walked(points, times)
    return Track(
        name,
        sport,
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(timed[0])),
        float(timed[-1] - timed[0]),
        moving,
        metres,
        climbed(points.heights),
        len(points),
        points.beats / points.hearts if points.hearts else None,
        leaps,
    )


def _walked(points: Points, times: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> tuple[float, int, float]:  # fmt: skip
    """Metres, leaps and seconds in motion."""
    import numpy as np

    if len(points) < 2:
        return 0.0, 0, 0.0
    latitudes = np.radians(np.frombuffer(points.latitudes, dtype=np.float64))
    longitudes = np.radians(np.frombuffer(points.longitudes, dtype=np.float64))
    segments = np.asarray(points.segments)
    half = (
        np.sin(np.diff(latitudes) / 2) ** 2
        + np.cos(latitudes[:-1]) * np.cos(latitudes[1:]) * np.sin(np.diff(longitudes) / 2) ** 2
    )
    lengths = 2 * _EARTH * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    lasted = np.diff(times)
    joined = (np.diff(segments) == 0) & ~np.isnan(lengths)
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = np.where(lasted > 0, lengths / lasted, np.where(lengths > _FASTEST, np.inf, 0.0))
    # Without times there is no speed to judge by.
    speed = np.where(np.isnan(lasted), 0.0, speed)
    leap = joined & (speed > _FASTEST)
    good = joined & ~leap
    moved = good & (speed >= _SLOWEST) & ~np.isnan(lasted)
    return float(lengths[good].sum()), int(leap.sum()), float(lasted[moved].sum())


def climbed(heights: "array[float]") -> float | None:
    """Metres of ascent; None when no height was recorded."""
    low: float | None = None
    high = total = 0.0
    for height in heights:
        if math.isnan(height):
            continue
        if low is None:
            low = high = height
        elif height > high:
            high = height
        elif high - height >= _STEP:
            total += high - low if high - low >= _STEP else 0.0
            low = high = height
        elif height < low:
            low = high = height
    if low is None:
        return None
    return total + (high - low if high - low >= _STEP else 0.0)
