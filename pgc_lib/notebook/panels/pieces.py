"""Pieces that all pages are made of: figures that lead to their rows, lists, tracks, a friendly word where nothing is yet."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pgc_lib.notebook.live import Child, Html, tag

_SENTENCES = re.compile(r"(?<=[.。！!?？])\s+|(?<=[。！？])")
# Control characters draw nothing or boxes; a line break in a title is a space.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def clean(text: str) -> str:
    """A person's text on one line, without characters that cannot be seen."""
    return _CONTROLS.sub(" ", text)


def plainly(text: str) -> str:
    """A text without its sentences for notebooks, in which `code` stands between backticks."""
    return " ".join(part for part in _SENTENCES.split(text) if part and "`" not in part)


def ticked(text: str) -> list[Child]:
    """A sentence of ours in which `code` stands between backticks."""
    return [tag.code(part) if number % 2 else part for number, part in enumerate(text.split("`"))]


def empty(title: str, next_step: str = "") -> Html:
    """A friendly word where there is nothing yet, and how to begin."""
    return tag.div(tag.b(title), ticked(next_step), class_="pgc-empty")


def leads(text: Child, of: str, /, *, name: str = "", look: str = "", **values: Any) -> Html:
    """A figure that opens the rows behind it: `rows_…` of its card."""
    return tag.button(
        text,
        type="button",
        act="rows",
        values={"of": of, **values},
        class_=["pgc-leads", look],
        aria_label=name or None,
    )


def tile(title: str, value: Child, beside: Child = None, *, look: str = "") -> Html:
    """One figure with its name above and what it is compared with below."""
    return tag.div(
        tag.dt(title),
        tag.dd(value, class_=["pgc-number pgc-now", look]),
        tag.dd(beside, class_="pgc-before") if beside else None,
        class_="pgc-tile",
    )


def tiles(*parts: Html) -> Html:
    """Figures beside one another."""
    return tag.dl(list(parts), class_="pgc-tiles")


def share(part: Decimal | float, whole: Decimal | float) -> str:
    """A part of a whole in percent, for a width."""
    return f"{min(max(float(part) / float(whole), 0.0), 1.0) * 100:.1f}" if whole else "0"


def track(
    part: Decimal | float,
    whole: Decimal | float,
    *,
    mark: Decimal | float | None = None,
    color: str = "",
) -> Html:
    """A bar as long as a part of the whole, perhaps with a mark; the number beside it says the same."""
    return tag.span(
        tag.i(style=f"width:{share(part, whole)}%", class_=color or None),
        tag.b(style=f"left:{share(mark, whole)}%") if mark is not None else None,
        class_="pgc-track",
        aria_hidden="true",
    )


def line(
    title: Child, beside: Child = None, below: Child = None, *, key: str = "", look: str = ""
) -> Html:
    """One thing of a list: what it is, what is said of it, and what one can do or read beside it."""
    return tag.li(
        tag.div(
            tag.div(title, class_="pgc-title", dir="auto"),
            tag.div(below, class_="pgc-meta") if below else None,
            class_="pgc-line-text",
        ),
        tag.div(beside, class_="pgc-line-side") if beside else None,
        data_key=key or None,
        class_=["pgc-line", look],
    )


def lines(items: Iterable[Html], *, look: str = "", name: str = "") -> Html:
    """A list of such lines."""
    return tag.ul(list(items), class_=["pgc-lines", look], aria_label=name or None)


def told(*parts: str) -> list[Html]:
    """What is said of a thing in small letters, piece by piece."""
    return [tag.span(part) for part in parts if part]


def button(text: Child, act: str, *, kind: str = "", name: str = "", **values: Any) -> Html:
    """A button that does a deed."""
    return tag.button(
        text,
        type="button",
        act=act,
        values=values or None,
        class_=["pgc-button", kind],
        aria_label=name or None,
    )


def switch(act: str, choices: Sequence[tuple[Any, str]], chosen: Any, *, name: str) -> Html:
    """A few choices side by side, of which one holds."""
    return tag.div(
        [
            tag.button(
                text,
                type="button",
                act=act,
                values={"to": value},
                class_="pgc-button",
                aria_pressed=str(value == chosen).lower(),
            )
            for value, text in choices
        ],
        class_="pgc-switch",
        role="group",
        aria_label=name,
    )
