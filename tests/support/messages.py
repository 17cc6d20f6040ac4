"""Every message in the library's source and every translation, with the place of each."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from jinja2 import Environment, nodes

from pgc_lib.i18n import read_po

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "pgc_lib"
HUB = ROOT / "hub"
PARTS = LIBRARY / "locale" / "zh_CN"
FOREIGN = "#. said by"
"""The comment above translations of messages that another package hands to our catalogue."""


@dataclass(frozen=True)
class Call:
    """One use of `_`, `n_` or `N_` in the source."""

    place: str
    function: str
    messages: tuple[str, ...]
    """What needs a translation; of `n_` the plural alone, for Chinese has no other."""
    english: tuple[str, ...]
    """All texts that the values are put into."""
    values: frozenset[str] | None
    """The names of the values that are given; None when they are not known here."""
    literal: bool
    """Whether a catalogue can be searched for it: a text that is put together cannot be found there."""


@dataclass(frozen=True)
class Entry:
    """One translation in a catalogue."""

    place: str
    message: str
    translation: str
    foreign: bool


@cache
def calls() -> tuple[Call, ...]:
    """Every call that marks or translates a message, in code and in the hub's pages."""
    return (*_calls_in_pages(), *_calls_in_code())


def _calls_in_code() -> Iterator[Call]:
    for path in sorted([*LIBRARY.rglob("*.py"), *HUB.rglob("*.py")]):
        if path == LIBRARY / "i18n.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in ("_", "N_", "n_"):
                yield _call(f"{path.relative_to(ROOT)}:{node.lineno}", node.func.id, node)


def _calls_in_pages() -> Iterator[Call]:
    environment = Environment(autoescape=True)  # only parsed here, never shown
    for path in sorted(HUB.rglob("*.html")):
        for node in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(node.node, nodes.Name) and node.node.name == "_":
                text = node.args[0] if node.args else None
                words = (text.value,) if isinstance(text, nodes.Const) else ()
                yield Call(
                    place=f"{path.relative_to(ROOT)}:{node.lineno}",
                    function="_",
                    messages=words,
                    english=words,
                    values=frozenset(one.key for one in node.kwargs),
                    literal=not isinstance(text, nodes.Concat | nodes.Add | nodes.Mod),
                )


@cache
def entries() -> tuple[Entry, ...]:
    """Every translation in every catalogue."""
    return tuple(_entries_in_parts())


def _entries_in_parts() -> Iterator[Entry]:
    for path in sorted(PARTS.rglob("*.po")):
        name = str(path.relative_to(PARTS))
        block: list[str] = []
        for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
            starts = line.startswith(("msgid", "#")) and any(
                one.startswith("msgstr") for one in block
            )
            if line.strip() and not starts:
                block.append(line)
                continue
            yield from _entries(f"{name}:{number}", block)
            block = [line] if starts else []


def fields(text: str) -> list[str]:
    """The placeholders of a text, each with its conversion and form, sorted."""
    return sorted(
        f"{{{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}}}"
        for _before, name, form, conversion in Formatter().parse(text)
        if name is not None
    )


def names(text: str) -> set[str]:
    """The names of the values that a text asks for."""
    found = {name for _before, name, _form, _conversion in Formatter().parse(text)}
    return {name.partition(".")[0].partition("[")[0] for name in found if name is not None}


def _call(place: str, function: str, node: ast.Call) -> Call:
    count = 2 if function == "n_" else 1
    texts = [
        one.value
        for one in node.args[:count]
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    composed = any(isinstance(one, ast.JoinedStr | ast.BinOp) for one in node.args[:count])
    given = {one.arg for one in node.keywords if one.arg is not None}
    known = all(one.arg is not None for one in node.keywords) and function != "N_"
    if function == "n_":
        given.add("n")
    return Call(
        place=place,
        function=function,
        messages=tuple(texts[-1:]),
        english=tuple(texts),
        values=frozenset(given) if known else None,
        literal=not composed,
    )


def _entries(place: str, block: list[str]) -> Iterator[Entry]:
    foreign = any(line.startswith(FOREIGN) for line in block)
    lines = [line for line in block if not line.startswith("#")]
    unknown = [line for line in lines if not line.startswith(("msgid ", "msgstr ", '"'))]
    assert not unknown, f"{place}: {unknown[0]!r} is neither msgid nor msgstr"
    if not lines:
        return
    text = "\n".join(lines)
    message, translation = _both(text)
    if message:
        yield Entry(place, message, translation, foreign)


def _both(text: str) -> tuple[str, str]:
    found = read_po(text)
    if found:
        return next(iter(found.items()))
    swapped = read_po(text.replace('msgstr ""', 'msgstr "."', 1))
    return next(iter(swapped), ""), ""
