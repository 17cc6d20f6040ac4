"""Rows on their way into the lab: in memory while they are few, on disk when they are many."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

import polars as pl

_IN_MEMORY = 512 << 20


class Spool:
    """Frames of one form, kept until they are asked for; what lies on disk goes with the object."""

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame | Path] = []
        self._bytes = 0
        self._folder: Path | None = None
        self.height = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Keep a frame for later."""
        if frame.is_empty():
            return
        self.height += frame.height
        self._bytes += int(frame.estimated_size())
        if self._bytes <= _IN_MEMORY:
            self._frames.append(frame)
            return
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="pgc-import-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        path = self._folder / f"{len(self._frames)}.arrow"
        frame.write_ipc(path)
        self._frames.append(path)

    def frames(self) -> Iterator[pl.DataFrame]:
        """All of them in order, one at a time in memory."""
        for frame in self._frames:
            yield pl.read_ipc(frame) if isinstance(frame, Path) else frame

    def whole(self) -> pl.DataFrame:
        """All of them as one."""
        frames = list(self.frames())
        return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()
