"""The HTML of a card from elsewhere as Markdown: what people write on cards, and nothing that could do anything."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "s": "~~", "del": "~~"}
_BREAKS = frozenset({"br"})
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "ul", "ol", "table", "tr", "blockquote", "pre", "hr"})  # fmt: skip
_SILENT = frozenset({"script", "style", "template", "title"})
_SOUND = re.compile(r"\[sound:([^\[\]\n]{1,300})\]")
_SPACES = re.compile(r"[ \t\xa0]+")


def markdown(html: str) -> str:
    """Markdown of a card's side."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "".join(reader.pieces)
    text = _SOUND.sub(lambda found: f"[{found.group(1)}]({_address(found.group(1))})", text)
    lines = [_SPACES.sub(" ", line).strip() for line in text.split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _MARKS:
            self.pieces.append(_MARKS[tag])
        elif tag in _BREAKS:
            self.pieces.append("\n")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" if tag != "div" else "\n")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag == "img":
            named = dict(attrs)
            if source := named.get("src"):
                self.pieces.append(f"![{named.get('alt') or ''}]({_address(source)})")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _MARKS:
            self.pieces.append(_MARKS[tag])
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" if tag != "div" else "\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data.replace("\n", " "))


def _address(name: str) -> str:
    """A name as it can stand in a link."""
    name = name if "://" in name else unquote(name)
    return f"<{name}>" if re.search(r"[\s()]", name) else name
