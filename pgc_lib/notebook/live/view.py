"""The widget that carries a part into the browser; the other side is `live.js`.

Deeds are numbered by each page and sent until they are acknowledged, so none is lost while the kernel is busy, and each is
done once. Answers are new HTML for the part that changed. Files come in pieces, because a server takes no message of any size.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from pgc_lib.i18n import _, lang
from pgc_lib.notebook.live.style import css

if TYPE_CHECKING:
    from pgc_lib.notebook.live.part import Part

_HERE = Path(__file__).parent


class Live(anywidget.AnyWidget):
    """A part and all that is in it, living in the browser."""

    _esm = _HERE / "live.js"
    _css = traitlets.Unicode().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    version = traitlets.Int().tag(sync=True)
    """Which state `html` shows: what is drawn in part later goes by messages."""

    def __init__(self, part: "Part") -> None:
        self._part = part
        self._now = 0
        self._drawing = RLock()
        self._last: dict[str, int] = {}
        self._files: dict[str, Path] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        super().__init__(html=part.html, words=_words(), _css=css())
        self.on_msg(self._arrived)

    # ── to the browser ─────────────────────────────────────────────────────────────────────────────────
    def renew(self, part: "Part") -> None:
        """Draw a part anew in every page that shows it."""
        with self._drawing:  # work beside the page draws, too: what was drawn last is sent last
            self._now += 1
            self.send({"part": part.id, "html": str(part.html), "version": self._now})

    def reword(self) -> None:
        """The page speaks another language from now on."""
        self.words = _words()

    def say(self, text: str, *, undo: bool, bad: bool) -> None:
        """Say something at the foot of the page."""
        self.send({"say": text, "undo": undo, "bad": bad})

    # ── from the browser ───────────────────────────────────────────────────────────────────────────────
    def _arrived(self, _widget: Any, content: Any, buffers: Sequence[Any]) -> None:
        if not isinstance(content, dict) or not isinstance(content.get("deeds"), list):
            return  # not of our page
        page = str(content.get("page", ""))
        for sent in content["deeds"]:
            number = int(sent.get("n", 0))
            if number <= self._last.get(page, 0):
                continue
            self._last[page] = number
            self._do(sent, buffers)
        self.send({"page": page, "ack": self._last.get(page, 0)})

    def _do(self, sent: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        act, values = str(sent.get("act", "")), dict(sent.get("values") or {})
        match act:
            case "_hello":
                self._part.__dict__["_surroundings"] = values
                self._part.met()
                if values.get("version") != self._now:
                    self.renew(self._part)
            case "_undo":
                self._part.take_back()
            case "_piece":
                self._keep(values, buffers)
            case "_ping":
                pass
            case _:
                part = self._part.part(str(sent.get("part", "")))
                if part is not None:  # else it was drawn away since
                    part.do(act, **self._with_files(values))

    def _keep(self, piece: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """Write a piece of a file; names are ours, so none leads anywhere."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="pgc-upload-")
        key = str(piece.get("file", ""))
        path = self._files.setdefault(key, Path(self._folder.name) / str(len(self._files)))
        with path.open("ab" if piece.get("at") else "wb") as file:
            for buffer in buffers:
                file.write(buffer)

    def _with_files(self, values: dict[str, Any]) -> dict[str, Any]:
        from pgc_lib.notebook.live.part import Upload

        found = values.pop("_files", None)
        if found:
            values["files"] = [
                Upload(str(each.get("name", "")), self._files[str(each.get("file"))])
                for each in found
                if str(each.get("file")) in self._files
            ]
        return values

    def close(self) -> None:
        """The page went."""
        for part in {self._part, *self._part._parts.values()}:
            part.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        super().close()


def _words() -> dict[str, str]:
    """What the page says by itself."""
    return {
        "lang": lang(),
        "busy": _("Waiting for the kernel, which is busy …"),
        "lost": _("The kernel behind this is gone. Run the cell again."),
        "missing": _("This picture has not come yet: the kernel is slow, or it was started anew."),
        "again": _("Try again"),
        "undo": _("Undo"),
        "copied": _("Copied."),
        "close": _("Close"),
        "large": _("Uploading {name} …", name="{name}"),
    }
