"""Markdown as plain data that a typst template walks: blocks, and pieces of text within them.

Nothing is nested deeper than a page can show; what lies deeper stands beside it instead and is not lost.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from pgc_lib.core.markdown.formulas import tree

if TYPE_CHECKING:
    from markdown_it.token import Token

Node: TypeAlias = dict[str, Any]
Collect: TypeAlias = Callable[[str], str]
"""Takes a picture's address and gives its name for the template; empty where it cannot be had."""

_DEEPEST = 5
"""Lists and quotations within one another; typst ends at some 80 calls."""
_DEEPEST_INLINE = 4
_LINK = re.compile(r"(https?://|mailto:|tel:)\S", re.IGNORECASE)
_WIKI = re.compile(r"!?\[\[([^\[\]\n|]+)(?:\|([^\[\]\n]*))?\]\]")
_HAN = "\u3000-\u303f\u3400-\u9fff\uff00-\uff64"
_LINE_END = re.compile(f"(?<=[{_HAN}])\n(?=[{_HAN}])")
_TASK = re.compile(r"\[([ xX])\][ \t]+")


def blocks_of(text: str, collect: Collect) -> list[Node]:
    """The blocks of a text."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    from pgc_lib.core.markdown import front

    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])
    footnote_plugin(parser)
    dollarmath_plugin(parser, allow_space=False, double_inline=True)
    return _Blocks(parser.parse(text[front.extent(text)[2] :]), collect).read()


def begins_with(blocks: Sequence[Node], title: str) -> bool:
    """Whether a text says its title itself, as its first heading."""
    first: Node = blocks[0] if blocks else {"t": ""}
    return first["t"] == "heading" and _words(first["c"]).strip() == title.strip()


def _words(pieces: Sequence[Node]) -> str:
    return "".join(each.get("s", "") + _words(each.get("c", ())) for each in pieces)


class _Reader:
    """Walks tokens once."""

    def __init__(self, tokens: "Sequence[Token]", collect: Collect) -> None:
        self.tokens = tokens
        self.collect = collect
        self.at = 0

    def read(self, end: str | None = None, depth: int = 0) -> list[Node]:
        """What stands before a closing token, which is consumed."""
        found: list[Node] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == end:
                break
            found += self._of(token, depth)
        return found

    def _of(self, token: "Token", depth: int) -> list[Node]:
        raise NotImplementedError


class _Blocks(_Reader):
    """The blocks of a text."""

    def _of(self, token: "Token", depth: int) -> list[Node]:
        match token.type:
            case "heading_open":
                line = self._inline("heading_close")
                return [{"t": "heading", "level": int(token.tag[1]), "c": line}]
            case "paragraph_open":
                return _paragraphs(self._inline("paragraph_close"))
            case "blockquote_open":
                inner = self.read("blockquote_close", depth + 1)
                return inner if depth >= _DEEPEST else [{"t": "quote", "c": inner}]
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token, depth)
            case "fence" | "code_block":
                code = {"t": "code", "s": token.content.rstrip("\n"), "lang": _language(token.info)}
                return [code]
            case "math_block" | "math_block_label":
                return [_formula(token.content.strip("\n"), block=True)]
            case "hr":
                return [{"t": "rule"}]
            case "table_open":
                return [self._table()]
            case "footnote_block_open":
                return [{"t": "rule"}, self._footnotes(depth)]
            case "html_block":
                return [{"t": "para", "c": [_plain(token.content.strip())]}]
            case _:
                return []

    def _list(self, token: "Token", depth: int) -> list[Node]:
        ordered = token.type == "ordered_list_open"
        end = token.type.replace("open", "close")
        items: list[list[Node]] = []
        while self.tokens[self.at].type != end:
            self.at += 1  # list_item_open
            items.append(self.read("list_item_close", depth + 1))
        self.at += 1
        for item in items:
            _tick(item)
        if depth >= _DEEPEST:
            return [block for item in items for block in item]
        start = int(token.attrs.get("start", 1))
        return [{"t": "list", "ordered": ordered, "start": start, "items": items}]

    def _footnotes(self, depth: int) -> Node:
        """What was noted below, in the order of its numbers."""
        items: list[list[Node]] = []
        while self.tokens[self.at].type != "footnote_block_close":
            self.at += 1  # footnote_open
            items.append(self.read("footnote_close", depth + 1))
        self.at += 1
        return {"t": "list", "ordered": True, "start": 1, "items": items}

    def _table(self) -> Node:
        rows: list[list[list[Node]]] = []
        aligned: list[str] = []
        heads = 0
        while (token := self.tokens[self.at]).type != "table_close":
            self.at += 1
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "thead_close":
                heads = len(rows)
            elif token.type in ("th_open", "td_open"):
                if token.type == "th_open":
                    aligned.append(_alignment(str(token.attrs.get("style", ""))))
                rows[-1].append(self._inline(token.type.replace("open", "close")))
        self.at += 1
        return {"t": "table", "align": aligned, "head": rows[:heads], "rows": rows[heads:]}

    def _inline(self, end: str) -> list[Node]:
        found: list[Node] = []
        while (token := self.tokens[self.at]).type != end:
            self.at += 1
            if token.type == "inline":
                found += _joined(_Line(token.children or [], self.collect).read())
        self.at += 1
        return found


class _Line(_Reader):
    """The pieces of one line of text."""

    _WRAPS = {"strong_open": "strong", "em_open": "emph", "s_open": "strike", "link_open": "link"}  # noqa: RUF012

    def _of(self, token: "Token", depth: int) -> list[Node]:
        if wrap := self._WRAPS.get(token.type):
            inner = self.read(token.type.replace("open", "close"), depth + 1)
            if depth >= _DEEPEST_INLINE:
                return inner
            if wrap != "link":
                return [{"t": wrap, "c": inner}]
            address = str(token.attrs.get("href", ""))
            return [{"t": "link", "url": address, "c": inner}] if _LINK.match(address) else inner
        match token.type:
            case "text":
                return [_plain(_WIKI.sub(lambda found: found[2] or found[1], token.content))]
            case "html_inline":
                return [{"t": "break"}] if token.content[:3] == "<br" else [_plain(token.content)]
            case "code_inline":
                return [{"t": "code", "s": token.content}]
            case "math_inline" | "math_inline_double":
                return [_formula(token.content, block=False)]
            case "footnote_ref":
                return [{"t": "raised", "s": str(token.meta["id"] + 1)}]
            case "softbreak":
                return [_plain("\n")]
            case "hardbreak":
                return [{"t": "break"}]
            case "image":
                name = self.collect(str(token.attrs.get("src", "")))
                return [{"t": "image", "file": name, "alt": token.content}]
            case _:
                return []


def _paragraphs(pieces: list[Node]) -> list[Node]:
    """A paragraph; pictures among its words stand by themselves, as wide as they are."""
    found: list[Node] = []
    line: list[Node] = []
    for piece in [*pieces, {"t": "image"}]:
        if piece["t"] != "image":
            line.append(piece)
            continue
        if any(each["t"] != "text" or each["s"].strip() for each in line):
            found.append({"t": "para", "c": line})
        line = []
        found.append(piece)
    return found[:-1]


def _joined(pieces: list[Node]) -> list[Node]:
    """Neighbouring text as one; a line's end is a space between words and nothing between Chinese characters."""
    found: list[Node] = []
    for piece in pieces:
        if piece["t"] == "text" and found and found[-1]["t"] == "text":
            found[-1] = _plain(found[-1]["s"] + piece["s"])
        else:
            found.append(piece)
    for piece in found:
        if piece["t"] == "text":
            piece["s"] = _LINE_END.sub("", piece["s"]).replace("\n", " ")
        elif "c" in piece:
            piece["c"] = _joined(piece["c"])
    return found


def _formula(tex: str, *, block: bool) -> Node:
    """A formula as a tree, or as it was written where it cannot be read."""
    known = tree(tex)
    if known is None:
        return {"t": "code", "s": tex, "lang": ""}
    return {"t": "formula", "f": known, "block": block, "s": tex}


def _plain(text: str) -> Node:
    return {"t": "text", "s": text}


def _tick(item: list[Node]) -> None:
    """`[x] …` at the beginning of an entry becomes a ticked box."""
    first = item[0]["c"][0] if item and item[0]["t"] == "para" and item[0]["c"] else None
    if first and first["t"] == "text" and (found := _TASK.match(first["s"])):
        first["s"] = ("☐ " if found[1] == " " else "☑ ") + first["s"][found.end() :]


def _alignment(style: str) -> str:
    return next((side for side in ("center", "right") if side in style), "left")


def _language(info: str) -> str:
    return (info.split() or [""])[0][:40]
