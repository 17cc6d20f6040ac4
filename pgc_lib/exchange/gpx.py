"""Tracks as GPX, the XML that watches, phones and planners exchange.

Read by expat as it comes, so that a file of a million points needs little memory. A document type is refused, and
with it every entity: no track needs one, and bombs are made of them. A file that is cut gives nothing.
"""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from pgc_lib.errors import Problem
from pgc_lib.exchange.tracks import Points, Track, measured
from pgc_lib.i18n import _

LARGEST = 512 * 2**20
MOST_POINTS = 3_000_000
_DEEPEST = 64
_LONGEST_TEXT = 100_000
_CHUNK = 1 << 16
_NAN = math.nan
_TEXTS = frozenset({"name", "type", "ele", "time", "hr"})


def read(source: bytes | Path) -> tuple[list[Track], list[Problem]]:
    """The tracks of a file, and what was wrong with it; of a broken file nothing is taken."""
    import io

    if isinstance(source, Path):
        if source.stat().st_size > LARGEST:
            return [], [Problem("", _("the file is larger than {n} MB", n=LARGEST // 2**20))]
        with source.open("rb") as file:
            return _read(file)
    return _read(io.BytesIO(source))


def _read(file: BinaryIO) -> tuple[list[Track], list[Problem]]:
    reader = _Reader()
    try:
        chunk = file.read(_CHUNK)
        if not chunk:
            return [], [Problem("", _("the file is empty"))]
        while chunk:
            reader.parser.Parse(chunk, False)
            chunk = file.read(_CHUNK)
        reader.parser.Parse(b"", True)
    except _Refused as refused:
        return [], [Problem("", str(refused))]
    except (expat.ExpatError, ValueError, LookupError) as error:
        reason = _(
            "the file is cut or damaged (line {line}): {reason}",
            line=reader.parser.CurrentLineNumber,
            reason=error,
        )
        return [], [Problem("", reason if reader.seen else _("this is no GPX file"))]
    return reader.result()


class _Refused(Exception):
    """Why a file is not read any further."""


class _Reader:
    """What expat tells, element by element."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.seen = False
        self.tracks: list[Track] = []
        self.problems: list[Problem] = []
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._length = 0
        self._all = self._number = self._segment = self._nowhere = 0
        self._name = self._sport = ""
        self._points = Points()
        self._at: tuple[float, float] | None = None
        self._height = self._time = _NAN

    def result(self) -> tuple[list[Track], list[Problem]]:
        """Everything that was read, once the file has ended well."""
        if not self.tracks and not self.problems:
            self.problems.append(Problem("", _("it has no points")))
        return self.tracks, self.problems

    def _doctype(self, *_arguments: object) -> None:
        raise _Refused(_("the file defines entities or a document type, which is refused"))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if not self.seen:
            if name != "gpx":
                raise _Refused(_("this is no GPX file"))
            self.seen = True
        self._path.append(name)
        if len(self._path) > _DEEPEST:
            raise _Refused(_("this is no GPX file"))
        if name in ("trkpt", "rtept"):
            self._all += 1
            if self._all > MOST_POINTS:
                raise _Refused(_("more than {n} points", n=MOST_POINTS))
            self._at = _place(attributes.get("lat"), attributes.get("lon"))
            self._height = self._time = _NAN
        elif name in ("trk", "rte"):
            self._number += 1
            self._name = self._sport = ""
            self._points = Points()
            self._segment = self._nowhere = 0
        elif name == "trkseg":
            self._segment += 1
        elif name in _TEXTS:
            self._text, self._length = [], 0

    def _data(self, text: str) -> None:
        if self._text is not None:
            self._length += len(text)
            if self._length > _LONGEST_TEXT:
                raise _Refused(_("this is no GPX file"))
            self._text.append(text)

    def _end(self, _tag: str) -> None:
        name = self._path.pop()
        if name in _TEXTS and self._text is not None:
            self._said(name, "".join(self._text).strip())
            self._text = None
        elif name in ("trkpt", "rtept"):
            if self._at is None:
                self._nowhere += 1
            else:
                self._points.add(*self._at, self._height, self._time, self._segment)
        elif name in ("trk", "rte"):
            self._finish()

    def _said(self, name: str, text: str) -> None:
        inside = self._path[-1] if self._path else ""
        if inside in ("trkpt", "rtept"):
            if name == "ele":
                self._height = _number(text)
            elif name == "time":
                self._time = _moment(text)
        elif inside in ("trk", "rte"):
            if name == "name":
                self._name = text[:300]
            elif name == "type":
                self._sport = text[:100]
        elif name == "hr" and (rate := _number(text)) == rate:
            self._points.heart(rate)

    def _finish(self) -> None:
        place = self._name or _("track {n}", n=self._number)
        if self._nowhere:
            self.problems.append(Problem(place, _("{n} points without a usable place", n=self._nowhere)))  # fmt: skip
        if self._points.backwards:
            self.problems.append(Problem(place, _("{n} points are earlier than the one before", n=self._points.backwards)))  # fmt: skip
        if not len(self._points):
            self.problems.append(Problem(place, _("it has no points")))
            return
        track = measured(self._name, self._sport, self._points)
        if track is None:
            self.problems.append(Problem(place, _("no time is recorded, so it is not known when this was")))  # fmt: skip
            return
        if track.leaps:
            self.problems.append(Problem(place, _("{n} leaps that nobody can make", n=track.leaps)))
        self.tracks.append(track)


def _place(latitude: str | None, longitude: str | None) -> tuple[float, float] | None:
    found = _number(latitude or ""), _number(longitude or "")
    return found if abs(found[0]) <= 90 and abs(found[1]) <= 180 else None


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return _NAN
    return found if math.isfinite(found) else _NAN


def _moment(text: str) -> float:
    """Seconds since 1970; the standard says UTC where no zone is written."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return _NAN
