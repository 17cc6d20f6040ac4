"""What a watch or phone recorded becomes an activity of `lab.hobbies`, with the recording attached.

An activity is known by the moment at which it began, whatever file it came in: the same run as GPX and as FIT is one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.hobby.catalogue import catalogue
from pgc_lib.core.ids import new_id
from pgc_lib.errors import Problem
from pgc_lib.exchange import fit, gpx
from pgc_lib.exchange.reading import Part, Reading
from pgc_lib.exchange.tracks import Track
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.areas.hobby.records import Interest
    from pgc_lib.core.collection import Added
    from pgc_lib.core.session import Session

_HELD = 64 * 2**20
"""Files up to this size are held until they are kept: one that came in an archive is gone by then."""

_SPORTS: Mapping[str, str] = {
    "running": "running", "run": "running", "treadmill": "running", "track_run": "running", "9": "running",
    "trail": "trail-running", "trail_running": "trail-running",
    "cycling": "cycling", "biking": "cycling", "bike": "cycling", "ride": "cycling", "road": "cycling", "mountain": "cycling", "1": "cycling",
    "hiking": "hiking", "hike": "hiking", "mountaineering": "hiking", "4": "hiking",
    "walking": "walking", "walk": "walking", "10": "walking",
    "swimming": "swimming", "swim": "swimming", "lap_swimming": "swimming", "open_water": "swimming",
    "alpine_skiing": "skiing", "cross_country_skiing": "skiing", "skiing": "skiing", "snowboarding": "skiing",
    "kayaking": "kayaking", "paddling": "kayaking", "sailing": "sailing", "diving": "diving", "fishing": "fishing",
    "tennis": "tennis", "basketball": "basketball", "soccer": "football", "football": "football",
    "rock_climbing": "rock-climbing", "bouldering": "bouldering", "yoga": "yoga", "strength_training": "strength-training",
    "inline_skating": "skating", "ice_skating": "skating", "driving": "road-trips", "badminton": "badminton",
}  # fmt: skip
"""What devices call a sport, and the hobby that it is; the numbers are Strava's."""


def hobby_of(sport: str) -> str:
    """The hobby of the catalogue for what a device calls a sport; empty when there is none."""
    return _SPORTS.get(sport.strip().casefold().replace(" ", "_").replace("-", "_"), "")


@dataclass(frozen=True)
class Recording:
    """The importer of one format of recordings."""

    name: str
    title: str
    mark: bytes
    """What the beginning of such a file holds, in small letters."""
    reads: Callable[[Path], tuple[list[Track], list[Problem]]]
    media_type: str

    def sniff(self, path: Path, head: bytes) -> int:  # noqa: ARG002 - the beginning is enough
        """How well it fits a file."""
        return 90 if self.mark in head[:4096].replace(b"\0", b"").lower() else 0

    def read(self, path: Path, **_options: Any) -> Reading:
        """The activities of a file, with what it is told of them."""
        tracks, problems = self.reads(path)
        if not tracks:
            return Reading(problems=problems)
        held = path.read_bytes() if path.stat().st_size <= _HELD else None
        # Two tracks of one file that begin together are one recording twice.
        distinct = list({source_of(track): track for track in tracks}.values())
        return Reading(
            # By the second in which it began, so that what was noted by hand is known, too.
            [Part("hobbies.activities", [_row(track) for track in distinct], "skip", ("start",))],
            problems,
            {_("Recorded"): _("; ").join(told(track) for track in distinct[:5])},
            keep=lambda session, batch: self._keep(session, batch, distinct, path, held),
        )

    def _keep(
        self, session: "Session", batch: UUID, tracks: list[Track], path: Path, held: bytes | None
    ) -> "Iterable[Added]":
        """Link what was added to its interest, and attach the recording to it."""
        import io

        from pgc_lib.areas.hobbies import Hobbies

        hobbies = Hobbies(session)
        for track in tracks:
            for activity in hobbies.activities.find(source=source_of(track)):
                if activity.batch != batch:
                    continue
                interest = _interest(hobbies, track, batch)
                if interest is not None:
                    hobbies.activities.update(activity.id, interest=interest.id)
                session.attachments.add(
                    "hobbies.activities",
                    io.BytesIO(held) if held is not None else path,
                    id=new_id(),
                    record=activity.id,
                    name=path.name,
                    media_type=self.media_type,
                    batch=batch,
                )
        return ()


def source_of(track: Track) -> str:
    """What a recording is known by: the second in which it began."""
    return f"track:{track.start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def title_of(track: Track) -> str:
    """What it is called: by its own name, else by the sport."""
    known = catalogue().get(hobby_of(track.sport))
    return track.name or (known.name if known else "") or track.sport or _("Recorded activity")


def told(track: Track) -> str:
    """One line about it."""
    from pgc_lib.core.shown import text_of

    pieces = [text_of(track.start), title_of(track), f"{track.metres / 1000:.2f} km", _("{n} minutes", n=track.minutes)]  # fmt: skip
    if track.ascent:
        pieces.append(f"↑ {track.ascent:.0f} m")
    if track.heart:
        pieces.append(f"♥ {track.heart:.0f}")
    return " · ".join(pieces)


def _row(track: Track) -> dict[str, Any]:
    return {
        "what": title_of(track)[:300],
        "start": track.start.replace(microsecond=0),
        "minutes": track.minutes,
        "cost": Decimal(0),
        "km": round(track.metres / 1000, 3),
        "ascent": None if track.ascent is None else round(track.ascent, 1),
        "source": source_of(track),
    }


def _interest(hobbies: Any, track: Track, batch: UUID) -> "Interest | None":
    """The person's interest for a sport; one that is new to them is being tried."""
    key = hobby_of(track.sport)
    if not key:
        return None
    found: Interest | None = next(iter(hobbies.interests.find(hobby=key)), None)
    if found is None:
        # Somebody may have written it down themselves, without the catalogue.
        known = catalogue()[key]
        found = next(iter(hobbies.interests.find(name=known.name)), None)
    return found or hobbies.take_up(key, stage="trying", batch=batch)


IMPORTERS = (
    Recording("gpx", N_("Recorded activity (GPX)"), b"<gpx", gpx.read, "application/gpx+xml"),
    Recording("fit", N_("Recorded activity (FIT)"), b".fit", fit.read, "application/vnd.ant.fit"),
)
