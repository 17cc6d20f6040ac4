"""ENML, the dialect of HTML in which Evernote keeps a note, as Markdown.

It is read as leniently as a browser would, without any document type or entity of its own, and only what Markdown has
words for is carried over; the text always is. Scripts are text that nobody runs, and are left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {"en-note", "div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "table", "tbody",
     "thead", "tr", "td", "th", "hr", "center", "section", "article", "dl", "dt", "dd", "en-task-group", "address"}
)  # fmt: skip
_EMPTY = frozenset({"br", "hr", "en-media", "en-todo", "img", "input", "col", "wbr", "area", "meta", "link"})  # fmt: skip
_SILENT = frozenset({"script", "style", "head", "title", "template", "object", "iframe"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "strike": "~~", "del": "~~"}
_DEEPEST = 60
_SPECIAL = re.compile(r"([\\`*\[\]<]|~(?=~)|&(?=#?\w{1,40};))")
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_TAG = re.compile(r"(?<![^\s])#(?=[\w/-]*[^\W\d])")
_AT_START = re.compile(
    r"^(\s*)(#{1,6}(?=\s|$)|>|[+-](?=\s|$)|\d{1,9}[.)](?=\s|$))|^(\s*)(=+|-{2,}|~{3,}|_{3,})\s*$"
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")

Media = Callable[[str, str], str]
"""What stands for a resource, by its hash and media type."""


@dataclass
class Node:
    """An element."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: "list[Node | str]" = field(default_factory=list)


@dataclass
class Converted:
    """A note as Markdown, and what was noticed on the way."""

    text: str
    encrypted: int = 0
    scripts: int = 0


class _Builder(HTMLParser):
    """Elements within one another; what is closed in the wrong order is closed all the same."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top = Node("en-note")
        self._open = [self.top]
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Node(tag, {name: value or "" for name, value in attrs})
        if tag == "script" or any(name.startswith("on") for name in made.attributes):
            self.scripts += 1
        self._open[-1].children.append(made)
        if tag not in _EMPTY and len(self._open) < _DEEPEST:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for n in range(len(self._open) - 1, 0, -1):
            if self._open[n].tag == tag:
                del self._open[n:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def markdown(enml: str, media: Media, tasks: Mapping[str, list[str]] | None = None) -> Converted:
    """A note's content as Markdown; `tasks` are lines of to-dos by the group in which they stand."""
    builder = _Builder()
    builder.feed(enml)
    builder.close()
    writer = _Writer(media, tasks or {})
    text = "\n\n".join(writer.blocks(builder.top))
    left = [line for group in writer.tasks.values() for line in group]
    if left:
        text = "\n\n".join(filter(None, (text, "\n".join(left))))
    return Converted(f"{text}\n" if text else "", writer.encrypted, builder.scripts)


class _Writer:
    """Writes elements as blocks of Markdown."""

    def __init__(self, media: Media, tasks: Mapping[str, list[str]]) -> None:
        self.media = media
        self.tasks = dict(tasks)
        self.encrypted = 0

    def blocks(self, node: Node) -> list[str]:
        """The blocks of an element; to-dos that follow one another are one list."""
        found: list[str] = []
        line: list[Node | str] = []

        def flush() -> None:
            text = self.line(line)
            line.clear()
            if not text:
                return
            if text.startswith("- [") and found and found[-1].startswith("- [") and "\n\n" not in found[-1]:  # fmt: skip
                found[-1] += f"\n{text}"
            else:
                found.append(text)

        for child in node.children:
            if isinstance(child, Node) and child.tag in _BLOCKS:
                flush()
                for block in self._block(child):
                    if block.startswith("- [") and found and found[-1].startswith("- [") and "\n" not in block:  # fmt: skip
                        found[-1] += f"\n{block}"
                    else:
                        found.append(block)
            elif isinstance(child, Node) and any(_is_block(inner) for inner in child.children):
                flush()
                found += self.blocks(child)
            else:
                line.append(child)
        flush()
        return found

    def _block(self, node: Node) -> list[str]:
        tag, style = node.tag, node.attributes.get("style", "").replace(" ", "")
        if "en-codeblock:true" in style or tag == "pre":
            return [_fenced("\n".join(_plain_lines(node)))]
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            text = " ".join(" ".join(self.blocks(node)).split())
            return [f"{'#' * int(tag[1])} {text}"] if text else []
        if tag in ("ul", "ol"):
            return self._list(node, ordered=tag == "ol", todo="en-todo:true" in style)
        if tag == "blockquote":
            return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(self.blocks(node)).split("\n"))]  # fmt: skip
        if tag == "hr":
            return ["---"]
        if tag == "table":
            return self._table(node)
        if "en-task-group:true" in style or tag == "en-task-group":
            lines = self.tasks.pop(_group(node.attributes), [])
            return ["\n".join(lines)] if lines else []
        return self.blocks(node)

    def _list(self, node: Node, *, ordered: bool, todo: bool) -> list[str]:
        lines: list[str] = []
        n = 0
        for child in node.children:
            if not isinstance(child, Node):
                continue
            if child.tag in ("ul", "ol"):
                nested = self._list(child, ordered=child.tag == "ol", todo="en-todo:true" in child.attributes.get("style", "").replace(" ", ""))  # fmt: skip
                lines += [f"  {line}" for block in nested for line in block.split("\n")]
                continue
            n += 1
            mark = f"{n}. " if ordered else "- "
            if todo:
                done = "en-checked:true" in child.attributes.get("style", "").replace(" ", "")
                mark = f"- [{'x' if done else ' '}] "
            indent = "  " if todo or not ordered else " " * len(mark)
            inner = "\n".join(self.blocks(child)).split("\n")
            if inner[0].startswith("- [") and mark == "- ":
                mark = ""
            lines.append(f"{mark}{inner[0]}")
            lines += [f"{indent}{line}".rstrip() for line in inner[1:]]
        return ["\n".join(lines)] if lines else []

    def _table(self, node: Node) -> list[str]:
        rows = [
            [" ".join(" ".join(self.blocks(cell)).split()).replace("|", "\\|") for cell in _cells(row)]
            for row in _rows(node)
        ]  # fmt: skip
        rows = [row for row in rows if row]
        if not rows:
            return []
        width = max(map(len, rows))
        rows = [row + [""] * (width - len(row)) for row in rows]
        drawn = [f"| {' | '.join(row)} |" for row in rows]
        return ["\n".join([drawn[0], "|" + " --- |" * width, *drawn[1:]])]

    def line(self, pieces: "list[Node | str]") -> str:
        """Text and what stands in it, as one paragraph."""
        text = "".join(map(self._inline, pieces)).replace("\u00a0", " ")
        lines = [_BLANKS.sub(" ", line).strip() for line in text.split("\n")]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        return "  \n".join(_AT_START.sub(_escaped_start, line) for line in lines).replace("\x00", "")  # fmt: skip

    def _inline(self, piece: "Node | str") -> str:
        if isinstance(piece, str):
            text = _SPECIAL.sub(r"\\\1", _BLANKS.sub(" ", piece))
            return _TAG.sub(r"\\#", _EDGE.sub(r"\\_", text))
        tag = piece.tag
        if tag in _SILENT:
            return ""
        if tag == "br":
            return "\n"
        if tag == "en-todo":
            done = piece.attributes.get("checked", "").lower() == "true"
            # The mark keeps the beginning of the line from being taken for a mere dash.
            return f"\x00- [{'x' if done else ' '}] "
        if tag == "en-media":
            return self.media(piece.attributes.get("hash", ""), piece.attributes.get("type", ""))
        if tag == "en-crypt":
            self.encrypted += 1
            said = "".join(_texts(piece)).strip()
            return f"`encrypted: {said}`"
        if tag == "img":
            return _linked(piece.attributes.get("alt", ""), piece.attributes.get("src", ""), "!")
        if tag in ("code", "tt", "kbd"):
            return _code("".join(_texts(piece)))
        inner = "".join(map(self._inline, piece.children))
        if tag == "a" and piece.attributes.get("href"):
            return _linked(inner.strip(), piece.attributes["href"])
        mark = _MARKS.get(tag, "")
        if not mark:
            style = piece.attributes.get("style", "").replace(" ", "").lower()
            mark = "**" if re.search(r"font-weight:(?:bold|[6-9]00)", style) else ""
            mark = mark or ("*" if "font-style:italic" in style else "")
        return _marked(inner, mark)


def _is_block(piece: "Node | str") -> bool:
    return isinstance(piece, Node) and (
        piece.tag in _BLOCKS or any(_is_block(inner) for inner in piece.children)
    )


def _escaped_start(found: re.Match[str]) -> str:
    if found[2] is None:
        return f"{found[3]}\\{found[4]}"
    mark = found[2]
    before, sign = (mark[:-1], mark[-1]) if mark[0].isdigit() else ("", mark)
    return f"{found[1]}{before}\\{sign}"


def _marked(text: str, mark: str) -> str:
    said = text.strip()
    if not mark or not said or "\n" in said or said.startswith(("\x00", mark)):
        return text
    before = text[: len(text) - len(text.lstrip())]
    return f"{before}{mark}{said}{mark}{text[len(text.rstrip()) :]}"


def _linked(text: str, address: str, before: str = "") -> str:
    url = "".join(letter for letter in address.strip() if letter.isprintable())
    if re.search(r"[\s()<>]", url):
        url = "<" + url.replace("<", "%3C").replace(">", "%3E") + ">"
    return f"{before}[{text or address.strip()}]({url})"


def _code(text: str) -> str:
    said = _BLANKS.sub(" ", text)
    longest = max((len(run) for run in re.findall("`+", said)), default=0)
    fence = "`" * (longest + 1)
    gap = " " if said.startswith("`") or said.endswith("`") else ""
    return f"{fence}{gap}{said}{gap}{fence}" if said.strip() else said


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text.strip(chr(10))}\n{fence}"


def _plain_lines(node: Node) -> Iterator[str]:
    held: list[str] = []
    for child in node.children:
        if isinstance(child, str):
            held.append(child.replace("\u00a0", " "))
        elif child.tag == "br":
            yield "".join(held)
            held = []
        elif child.tag in _BLOCKS:
            if held:
                yield "".join(held)
                held = []
            yield from _plain_lines(child) if child.children else [""]
        else:
            held.append("".join(_texts(child)).replace("\u00a0", " "))
    if held:
        yield "".join(held)


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)


def _rows(node: Node) -> Iterator[Node]:
    for child in node.children:
        if isinstance(child, Node):
            if child.tag == "tr":
                yield child
            elif child.tag != "table":
                yield from _rows(child)


def _cells(row: Node) -> Iterator[Node]:
    return (child for child in row.children if isinstance(child, Node) and child.tag in ("td", "th"))  # fmt: skip


def _group(attributes: Mapping[str, str]) -> str:
    found = re.search(r"task-group-id:\s*([\w-]+)", attributes.get("style", ""))
    return found[1] if found else attributes.get("task-group-id", "")
