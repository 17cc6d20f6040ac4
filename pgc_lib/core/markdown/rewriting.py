"""Changing single places of a Markdown text: where a link leads, whether a to-do is done. Everything else stays, to the byte."""

from collections.abc import Callable, Iterable

from pgc_lib.core.markdown.reading import Parsed, PlainLink, WikiLink, read

Change = tuple[tuple[int, int], str]


def replaced(text: str, changes: Iterable[Change]) -> str:
    """The text with other words in some places, which do not overlap."""
    pieces: list[str] = []
    last = 0
    for (start, end), new in sorted(changes):
        assert start >= last  # two changes of one place would lose one of them
        pieces += (text[last:start], new)
        last = end
    return "".join([*pieces, text[last:]])


def retargeted(
    text: str,
    wiki: Callable[[WikiLink], str | None],
    plain: Callable[[PlainLink], str | None] = lambda _link: None,
    parsed: Parsed | None = None,
) -> str:
    """The text with links that lead elsewhere; None leaves a link as it is."""
    known = parsed or read(text)
    changes = [(link.span, new) for link in known.wiki_links if (new := wiki(link)) is not None]
    changes += [(link.span, new) for link in known.links if (new := plain(link)) is not None]
    return replaced(text, changes)


def ticked(text: str, line: int, *, done: bool = True) -> str:
    """The text with the to-do of a line ticked off, or opened again; as it was where there is none."""
    for task in read(text).tasks:
        if task.line == line:
            return replaced(text, [(task.span, "x" if done else " ")])
    return text
