r"""Formulas in TeX's notation as a tree, which HTML shows as MathML and a page as typst sets it.

    tree(r"\frac{a}{b^2}")  →  {"t": "row", "c": [{"t": "frac", "c": […, …]}]}

What people write in notes is read: fractions, roots, scripts, accents, brackets that grow, matrices, cases and aligned lines,
Greek letters and the usual signs. A formula with anything else has no tree and is shown as it was written: better no picture
than a wrong one. Nothing of it is executed, for there are no definitions.
"""

import re
from functools import lru_cache
from html import escape
from typing import Any, TypeAlias

from pgc_lib.core.markdown.formula_signs import (
    ACCENTS,
    ALPHABETS,
    BIG,
    FUNCTIONS,
    LETTERS,
    OVER_AND_UNDER,
    SIGNS,
    SPACES,
    styled,
)

Tree: TypeAlias = dict[str, Any]

_LONGEST = 3_000
_DEEPEST = 12
"""Groups within one another; typst ends at some 80 calls, and a page calls some itself."""
_PART = re.compile(r"\\(?:[A-Za-z]+\*?|.)|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_TABLES = {
    "matrix": ("", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"), "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"), "smallmatrix": ("", ""), "cases": ("{", ""), "aligned": ("", ""), "align": ("", ""),
    "align*": ("", ""), "gathered": ("", ""), "split": ("", ""), "array": ("", ""),
}  # fmt: skip
_LINES = frozenset({"aligned", "align", "align*", "split"})
_FRACTIONS = frozenset({"\\frac", "\\dfrac", "\\tfrac", "\\cfrac"})
_WORDS = frozenset({"\\text", "\\textrm", "\\textbf", "\\textit", "\\mathrm", "\\operatorname", "\\mbox"})  # fmt: skip
_SIZES = frozenset(f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))  # fmt: skip
_BRACKETS = tuple("()[]{}|‖⟨⟩⌊⌋⌈⌉/")
_IDLE = frozenset({"\\displaystyle", "\\textstyle", "\\limits", "\\nolimits", "\\nonumber", "\\mathstrut"})  # fmt: skip
_PLAIN = {"-": "−", "*": "∗", "'": "′", ":": ":", "`": "‘"}


class _Unreadable(Exception):
    """There is something in it that is not read here."""


@lru_cache(maxsize=1000)
def tree(tex: str) -> Tree | None:
    """The formula as a tree; None where it is to be shown as it was written."""
    if not tex.strip() or len(tex) > _LONGEST:
        return None
    try:
        return _Reader(_PART.findall(tex)).whole()
    except _Unreadable:
        return None


class _Reader:
    """Walks the parts once."""

    def __init__(self, parts: list[str]) -> None:
        self.parts = parts
        self.at = 0
        self.depth = 0

    def whole(self) -> Tree:
        made = self._row(())
        if self.at < len(self.parts):
            raise _Unreadable
        return made

    def _next(self) -> str:
        if self.at >= len(self.parts):
            raise _Unreadable
        self.at += 1
        return self.parts[self.at - 1]

    def _seen(self) -> str:
        """The next part that says something, which is not taken yet."""
        while self.at < len(self.parts) and self.parts[self.at].isspace():
            self.at += 1
        return self.parts[self.at] if self.at < len(self.parts) else ""

    def _row(self, ends: tuple[str, ...]) -> Tree:
        """Everything up to one of the ends, which stays."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unreadable
        found: list[Tree] = []
        while (part := self._seen()) and part not in ends:
            if (made := self._atom(ends)) is not None:
                found.append(self._scripts(made))
        if ends and not part:
            raise _Unreadable
        self.depth -= 1
        return {"t": "row", "c": found}

    def _argument(self) -> Tree:
        """What a command is about: a group, or a single part."""
        part = self._seen()
        if part == "{":
            self.at += 1
            made = self._row(("}",))
            self.at += 1
            return made
        if len(part) > 1 and part.isdigit():  # \frac12 is one half
            self.parts[self.at : self.at + 1] = [part[0], part[1:]]
        made_one = self._atom(())
        if made_one is None:
            raise _Unreadable
        return made_one

    def _scripts(self, base: Tree) -> Tree:
        under: Tree | None = None
        over: Tree | None = None
        while (part := self._seen()) in ("^", "_", "'"):
            self.at += 1
            if part == "_" and under is None:
                under = self._argument()
            elif part == "^" and over is None:
                over = self._argument()
            elif part == "'":
                prime = {"t": "o", "s": "′"}
                over = prime if over is None else {"t": "row", "c": [over, prime]}
            else:
                raise _Unreadable
        if under is None and over is None:
            return base
        return {"t": "attach", "c": [base, under, over], "limits": bool(base.get("limits"))}

    def _atom(self, ends: tuple[str, ...]) -> Tree | None:
        part = self._next()
        while part.isspace():
            part = self._next()
        if part in ("^", "_"):  # scripts of nothing
            self.at -= 1
            return {"t": "row", "c": []}
        if part == "{":
            self.at -= 1
            return self._argument()
        if part in ("}", "&", "\\\\", "$", "#", "%") or part in ends:
            raise _Unreadable
        if part == "~":
            return {"t": "space", "w": 0.333}
        if part.startswith("\\"):
            return self._command(part)
        if part[0].isdigit():
            return {"t": "n", "s": part}
        if part.isalpha():
            return {"t": "i" if part.isascii() or "α" <= part <= "ω" else "text", "s": part}
        return {"t": "o", "s": _PLAIN.get(part, part)}

    def _command(self, part: str) -> Tree | None:
        name = part[1:]
        if name in LETTERS:
            return {"t": "i", "s": LETTERS[name]}
        if name in SIGNS:
            return {"t": "o", "s": SIGNS[name]}
        if name in BIG:
            sign, limits = BIG[name]
            return {"t": "o", "s": sign, "limits": limits}
        if name in FUNCTIONS:
            return {"t": "op", "s": FUNCTIONS[name][0], "limits": FUNCTIONS[name][1]}
        if name in SPACES:
            return {"t": "space", "w": SPACES[name]}
        if part in _FRACTIONS:
            return {"t": "frac", "c": [self._argument(), self._argument()]}
        if name == "binom":
            rows = [[self._argument()], [self._argument()]]
            return {"t": "table", "rows": rows, "open": "(", "close": ")", "lines": False}
        if name == "sqrt":
            return self._root()
        if part in _WORDS:
            said = self._words()
            return {"t": "op", "s": said, "limits": False} if name == "operatorname" else {"t": "text", "s": said}  # fmt: skip
        if name in ALPHABETS:
            return styled(self._argument(), ALPHABETS[name])
        if name in ACCENTS:
            return {"t": "accent", "s": ACCENTS[name], "c": [self._argument()]}
        if name in OVER_AND_UNDER:
            return {"t": OVER_AND_UNDER[name], "c": [self._argument()]}
        if name == "left":
            return self._brackets()
        if name == "begin":
            return self._table()
        if part in _SIZES:
            return {"t": "o", "s": self._bracket()}
        if part in _IDLE:
            return None
        raise _Unreadable

    def _root(self) -> Tree:
        if self._seen() != "[":
            return {"t": "sqrt", "c": [self._argument()]}
        self.at += 1
        index = self._row(("]",))
        self.at += 1
        return {"t": "root", "c": [self._argument(), index]}

    def _words(self) -> str:
        """What stands in braces, letter by letter."""
        if self._seen() != "{":
            raise _Unreadable
        self.at += 1
        begin = self.at
        while self._next() != "}":
            if self.parts[self.at - 1] in ("{", "$") or self.parts[self.at - 1][0] == "\\":
                raise _Unreadable
        return "".join(self.parts[begin : self.at - 1])

    def _bracket(self) -> str:
        self._seen()
        part = self._next()
        if part == ".":
            return ""
        sign = SIGNS.get(part[1:], "") if part.startswith("\\") else part
        if sign not in tuple("()[]{}|‖⟨⟩⌊⌋⌈⌉/↑↓"):
            raise _Unreadable
        return sign

    def _brackets(self) -> Tree:
        opened = self._bracket()
        inner = self._row(("\\right",))
        self.at += 1
        return {"t": "fence", "open": opened, "close": self._bracket(), "c": [inner]}

    def _table(self) -> Tree:
        name = self._words()
        if name not in _TABLES:
            raise _Unreadable
        if name == "array":
            self._words()  # how its columns stand
        rows: list[list[Tree]] = [[]]
        while True:
            rows[-1].append(self._row(("&", "\\\\", "\\end")))
            part = self._next()
            if part == "\\\\":
                rows.append([])
            elif part == "\\end":
                break
        if self._words() != name:
            raise _Unreadable
        if len(rows) > 1 and all(not cell["c"] for cell in rows[-1]):
            rows.pop()
        wide = max(map(len, rows))
        for row in rows:
            row += [{"t": "row", "c": []} for _cell in range(wide - len(row))]
        opened, closed = _TABLES[name]
        return {"t": "table", "rows": rows, "open": opened, "close": closed, "lines": name in _LINES}  # fmt: skip


def mathml(found: Tree, *, block: bool = False) -> str:
    """A tree as MathML, which browsers show without any script."""
    display = ' display="block"' if block else ""
    return f"<math{display}>{_drawn(found, block)}</math>"


def _drawn(node: Tree, block: bool) -> str:
    inner = [_drawn(each, block) if each is not None else "" for each in node.get("c", ())]
    said = escape(str(node.get("s", "")))
    match node["t"]:
        case "row":
            return f"<mrow>{''.join(inner)}</mrow>"
        case "i" | "op":
            return f"<mi>{said}</mi>"
        case "n":
            return f"<mn>{said}</mn>"
        case "text":
            return f"<mtext>{said}</mtext>"
        case "space":
            return f'<mspace width="{node["w"]}em"></mspace>'
        case "frac":
            return f"<mfrac>{inner[0]}{inner[1]}</mfrac>"
        case "sqrt":
            return f"<msqrt>{inner[0]}</msqrt>"
        case "root":
            return f"<mroot>{inner[0]}{inner[1]}</mroot>"
        case "attach":
            under, over = ("under", "over") if node["limits"] and block else ("sub", "sup")
            name = "m" + under * bool(inner[1]) + over * bool(inner[2])
            return f"<{name}>{''.join(inner)}</{name}>"
        case "accent":
            return f'<mover accent="true">{inner[0]}<mo stretchy="false">{said}</mo></mover>'
        case "over":
            return f'<mover>{inner[0]}<mo stretchy="true">‾</mo></mover>'
        case "under":
            return f"<munder>{inner[0]}<mo>_</mo></munder>"
        case "fence":
            return f"<mrow>{_fence(node['open'])}{inner[0]}{_fence(node['close'])}</mrow>"
        case "table":
            rows = "".join(
                f"<mtr>{''.join(_cell(node, n, cell, block) for n, cell in enumerate(row))}</mtr>"
                for row in node["rows"]
            )
            return (
                f"<mrow>{_fence(node['open'])}<mtable>{rows}</mtable>{_fence(node['close'])}</mrow>"
            )
        case _ if said in _BRACKETS:  # only those of left and right grow
            return f'<mo stretchy="false">{said}</mo>'
        case _:
            return f"<mo>{said}</mo>"


def _cell(table: Tree, column: int, cell: Tree, block: bool) -> str:
    style = ""
    if table["lines"]:
        style = ("text-align:right;padding-right:0", "text-align:left;padding-left:0")[column % 2]
    elif table["open"] == "{":
        style = "text-align:left"
    attribute = f' style="{style}"' if style else ""
    return f"<mtd{attribute}>{_drawn(cell, block)}</mtd>"


def _fence(sign: str) -> str:
    return f'<mo fence="true" stretchy="true">{escape(sign)}</mo>' if sign else ""
